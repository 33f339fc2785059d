//! The table of a dict or set: an index, and entries in the order of insertion.
//!
//! `W` is the number of words of an entry: hash, key, and for a dict the value. The last word is the *live word* (a dict's value,
//! a set's key): an entry whose live word is absent is dead.
//!
//! Memory: the head, the index (one, two or four bytes a place; 0 is empty, else the entry's number plus one), the entries.
//!
//! ## Protocol
//! - One writer at a time: the holder of the container's lock. It writes an entry, then publishes the place in the index, then
//!   the number of entries, each with Release; readers load with Acquire. So who finds an entry by the index or below the number of
//!   entries finds its hash and key complete; and who has read that number, and then finds no place for a key, knows that the key is not
//!   among so many entries.
//! - A removal makes the live word absent and does no more. A dead entry stays dead, its place in the index stays taken, and
//!   its key is neither compared nor traced: it may be gone.
//! - When all entries are used, the live ones move to another table, which is published in its place.
//! - A table may begin with a *gap*: entries never used, of which the writer uses the last one each time it puts an entry in front ([`push_front`](Table::push_front)).
//!   To readers they are dead. Entry 0 of a gap is never used: its hash says where the gap ends.
//!
//! ## Invariants
//! - Hash and key of an entry never change; the live word of a dict's entry goes from value to value and at last to absent.
//! - At least a third of the index is empty, so every probe ends.
//! - Of two entries with equal keys at most one is alive, except while a writer moves a key to another place: it makes the new one before it ends the old one,
//!   so that no reader misses the key, and marks the table meanwhile ([`moving`]), so that no copy has it twice.

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace, Tracer};
use grwl_threads::sync::{AtomicU32, AtomicU64, Ordering};
use grwl_value::Value;

use crate::cell::Ref;
use crate::moving;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// The head of a table. See the module's head.
#[repr(C)]
pub struct Table<const W: usize> {
    header: Header,
    /// Entries in use, dead ones included.
    count: AtomicU32,
    /// From here on no entry is alive. Only the writer uses it.
    end: AtomicU32,
    /// Below here no entry is alive.
    start: AtomicU32,
    /// The logarithm of the number of places in the index.
    log2: u8,
    /// Does it begin with a gap?
    has_gap: bool,
}

const _: () = assert!(size_of::<Table<3>>() == 32);

/// Places in the smallest index.
const SMALLEST: u32 = 3;
/// The logarithm of the largest index whose entries can be counted.
const LARGEST: u32 = 32;

/// The heap's view of a dict's table.
pub static DICT_TABLE_CELL: CellType = CellType {
    trace: Trace::Custom(trace_table::<3>),
    size: Size::Varying(table_size::<3>),
    drop: None,
    name: "table of a dict",
};

/// The heap's view of a set's table.
pub static SET_TABLE_CELL: CellType = CellType {
    trace: Trace::Custom(trace_table::<2>),
    size: Size::Varying(table_size::<2>),
    drop: None,
    name: "table of a set",
};

unsafe fn table_size<const W: usize>(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for tables.
    let table = unsafe { Ref::<Table<W>>::from_cell(cell) };
    bytes::<W>(table.log2())
}

unsafe fn trace_table<const W: usize>(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for tables; the world is stopped.
    let table = unsafe { Ref::<Table<W>>::from_cell(cell) };
    for index in 0..table.count() {
        let entry = table.entry(index);
        let Some(live) = entry.live() else { continue };
        tracer.word(live.bits().get());
        if W == 3
            && let Some(key) = entry.key()
        {
            tracer.word(key.bits().get());
        }
    }
}

/// Entries that an index of `1 << log2` places admits.
#[inline]
const fn usable(log2: u32) -> u64 {
    (2 << log2) / 3
}

/// Bytes of the index.
#[inline(always)]
const fn index_bytes(log2: u32) -> usize {
    let width = if log2 <= 8 {
        0
    } else if log2 <= 16 {
        1
    } else {
        2
    };
    1 << (log2 + width)
}

const fn bytes<const W: usize>(log2: u32) -> usize {
    size_of::<Table<W>>() + index_bytes(log2) + usable(log2) as usize * W * 8
}

/// An entry's place in the table's memory.
#[derive(Clone, Copy)]
pub struct Entry<'a, const W: usize>(&'a [AtomicU64; W]);

impl<const W: usize> Entry<'_, W> {
    /// The hash of the key.
    #[inline(always)]
    pub fn hash(self) -> i64 {
        self.0[0].load(Ordering::Relaxed) as i64
    }

    /// The key. Of an entry that the caller found alive since its last safepoint: the key of a dead one may be gone.
    #[inline(always)]
    pub fn key(self) -> Option<Value> {
        // SAFETY: only values are written here, and the collector traces the keys of live entries.
        unsafe { Value::from_bits(self.0[1].load(Ordering::Acquire)) }
    }

    /// The live word: the value of a dict's entry, the key of a set's; absent if the entry is dead.
    #[inline(always)]
    pub fn live(self) -> Option<Value> {
        // Acquire: partner is the Release in `set_value` and `push`.
        // SAFETY: as above.
        unsafe { Value::from_bits(self.0[W - 1].load(Ordering::Acquire)) }
    }

    /// The value, or that there is none any more. The caller holds the lock, and reports the write.
    #[inline(always)]
    pub fn set_value(self, value: Value) {
        debug_assert!(W == 3 && self.live().is_some());
        // Release: partner is the Acquire in `live`.
        self.0[W - 1].store(value.bits().get(), Ordering::Release);
    }

    /// Ends the entry's life. The caller holds the lock.
    #[inline(always)]
    pub fn kill(self) {
        self.0[W - 1].store(0, Ordering::Release);
    }
}

impl<const W: usize> Table<W> {
    /// An empty table with an index of `1 << log2` places. Allocation only: no safepoint.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(crate) fn new(thread: &Thread, log2: u32) -> PyResult<Ref<Self>> {
        Self::with_gap(thread, log2, 0)
    }

    /// As [`new`](Self::new), with a gap of so many entries (none, or at least two).
    fn with_gap(thread: &Thread, log2: u32, gap: u32) -> PyResult<Ref<Self>> {
        if log2 > LARGEST {
            return Err(thread.memory_error());
        }
        let class: &'static TypeObject = if W == 3 {
            &types::DICT_TABLE
        } else {
            &types::SET_TABLE
        };
        // SAFETY: the head and the index are written here; entries count only once they are written.
        let cell = unsafe {
            thread
                .heap()
                .allocate(thread.mutator(), Kind::Traced, bytes::<W>(log2))
        };
        let Some(cell) = cell else {
            return Err(thread.memory_error());
        };
        // SAFETY: fresh memory of this length.
        unsafe {
            let table = cell.cast::<Self>();
            table.write(Self {
                header: thread.header(class),
                count: AtomicU32::new(gap),
                end: AtomicU32::new(gap),
                start: AtomicU32::new(gap),
                log2: log2 as u8,
                has_gap: gap > 0,
            });
            let zeroes = index_bytes(log2) + gap as usize * W * 8;
            table.add(1).cast::<u8>().write_bytes(0, zeroes);
            let table: Ref<Self> = Ref::from_cell(cell);
            moving::prepare(table.header());
            if gap > 0 {
                table.set_front(gap);
            }
            Ok(table)
        }
    }

    /// An empty table with room for `n` entries.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(crate) fn for_entries(thread: &Thread, n: usize) -> PyResult<Ref<Self>> {
        let mut log2 = SMALLEST;
        while usable(log2) < n as u64 {
            log2 += 1;
        }
        Self::new(thread, log2)
    }

    /// The table that takes the place of a full one with `live` live entries, with room for growth, as CPython chooses it.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(crate) fn for_growth(thread: &Thread, live: usize) -> PyResult<Ref<Self>> {
        Self::new(thread, Self::log2_for_growth(live))
    }

    /// As [`for_growth`](Self::for_growth), with as much room in front as behind.
    ///
    /// # Errors
    /// `MemoryError`.
    pub(crate) fn for_growth_in_front(thread: &Thread, live: usize) -> PyResult<Ref<Self>> {
        let log2 = Self::log2_for_growth(live);
        // The room is no smaller than `live`, and at least 3.
        let room = usable(log2) - live as u64;
        Self::with_gap(thread, log2, (room / 2).max(2) as u32)
    }

    fn log2_for_growth(live: usize) -> u32 {
        let places = (live.max(1) * 3) as u64;
        let log2 = places.next_power_of_two().trailing_zeros();
        log2.max(SMALLEST)
    }

    /// How many entries are in use, dead ones included.
    #[inline(always)]
    pub fn count(&self) -> u32 {
        // Acquire: partner is the Release in `push`.
        self.count.load(Ordering::Acquire)
    }

    /// From here on no entry is alive.
    #[inline(always)]
    pub fn end(&self) -> u32 {
        self.end.load(Ordering::Acquire)
    }

    /// Notes that from `end` on no entry is alive. The caller holds the lock.
    #[inline(always)]
    pub(crate) fn set_end(&self, end: u32) {
        self.end.store(end, Ordering::Release);
    }

    /// Is there no room for another entry?
    #[inline(always)]
    pub fn is_full(&self) -> bool {
        u64::from(self.count.load(Ordering::Relaxed)) >= usable(self.log2())
    }

    /// Below here no entry is alive, as long as [`front`](Self::front), read before it, stays the same.
    #[inline(always)]
    pub(crate) fn start(&self) -> u32 {
        // Acquire: partner is the Release in `set_start`: below are ends of lives that must be seen.
        self.start.load(Ordering::Acquire)
    }

    /// Notes that below `start` no entry is alive. The caller holds the lock.
    #[inline]
    pub(crate) fn set_start(&self, start: u32) {
        self.start.store(start, Ordering::Release);
    }

    /// Where the gap ends: becomes less with each entry that is put in front.
    #[inline(always)]
    pub(crate) fn front(&self) -> u32 {
        if self.has_gap {
            // Acquire: partner is the Release in `set_front`.
            self.entry_words(0)[0].load(Ordering::Acquire) as u32
        } else {
            0
        }
    }

    fn set_front(&self, front: u32) {
        self.entry_words(0)[0].store(u64::from(front), Ordering::Release);
    }

    /// Is there room in front?
    pub(crate) fn has_room_in_front(&self) -> bool {
        self.front() > 1
    }

    /// The logarithm of the number of places in the index.
    #[inline(always)]
    pub fn log2(&self) -> u32 {
        u32::from(self.log2)
    }

    /// Bytes of the whole table.
    pub fn size_in_bytes(&self) -> usize {
        bytes::<W>(self.log2())
    }

    /// The number of places in the index, less one.
    #[inline(always)]
    pub fn mask(&self) -> u64 {
        (1 << self.log2) - 1
    }

    #[inline(always)]
    fn index(&self) -> *const u8 {
        // SAFETY: the index follows the struct.
        unsafe { std::ptr::from_ref(self).add(1).cast() }
    }

    /// The entry that a place leads to, plus one; 0 if it is empty.
    #[inline(always)]
    pub fn place(&self, place: u64) -> u32 {
        use std::sync::atomic::{AtomicU8, AtomicU16};
        let place = place as usize;
        debug_assert!(place as u64 <= self.mask());
        // Acquire: partner is the Release in `set_place`.
        // SAFETY: the place lies in the index, which is read and written as atomics of this width only.
        unsafe {
            if self.log2 <= 8 {
                u32::from((*self.index().cast::<AtomicU8>().add(place)).load(Ordering::Acquire))
            } else if self.log2 <= 16 {
                u32::from((*self.index().cast::<AtomicU16>().add(place)).load(Ordering::Acquire))
            } else {
                (*self.index().cast::<AtomicU32>().add(place)).load(Ordering::Acquire)
            }
        }
    }

    #[inline(always)]
    fn set_place(&self, place: u64, entry: u32) {
        use std::sync::atomic::{AtomicU8, AtomicU16};
        let place = place as usize;
        // Release: partner is the Acquire in `place`.
        // SAFETY: as in `place`; the numbers of entries fit the width.
        unsafe {
            if self.log2 <= 8 {
                (*self.index().cast::<AtomicU8>().add(place)).store(entry as u8, Ordering::Release);
            } else if self.log2 <= 16 {
                (*self.index().cast::<AtomicU16>().add(place))
                    .store(entry as u16, Ordering::Release);
            } else {
                (*self.index().cast::<AtomicU32>().add(place)).store(entry, Ordering::Release);
            }
        }
    }

    /// The entry with this number, which is below [`count`](Self::count) or stood in the index.
    #[inline(always)]
    pub fn entry(&self, number: u32) -> Entry<'_, W> {
        // The count may be behind: an entry is found by its place before it is counted.
        debug_assert!(u64::from(number) < usable(self.log2()));
        Entry(self.entry_words(number))
    }

    #[inline(always)]
    fn entry_words(&self, number: u32) -> &[AtomicU64; W] {
        // SAFETY: there is memory for `usable` entries behind the index, whose length is a multiple of 8.
        unsafe {
            let first = self.index().add(index_bytes(self.log2()));
            &*first.cast::<[AtomicU64; W]>().add(number as usize)
        }
    }

    /// Appends an entry whose key is not in the table. The caller holds the lock, knows that there is room, and reports the write.
    #[inline]
    pub(crate) fn push(&self, hash: i64, key: Value, value: Value) {
        debug_assert!(!self.is_full());
        let number = self.count.load(Ordering::Relaxed);
        self.write(number, hash, key, value);
        self.enter(hash, number);
        // After the place: who reads this count and then finds no place for a key may conclude that the key is not among so many entries.
        // Release: partner is the Acquire in `count`.
        self.count.store(number + 1, Ordering::Release);
        self.set_end(number + 1);
    }

    /// Lets the index lead to an entry.
    #[inline(always)]
    fn enter(&self, hash: i64, number: u32) {
        let mut path = Path::new(hash, self.mask());
        while self.place(path.place) != 0 {
            path.advance();
        }
        self.set_place(path.place, number + 1);
    }

    #[inline(always)]
    fn write(&self, number: u32, hash: i64, key: Value, value: Value) {
        let words = self.entry_words(number);
        words[0].store(hash as u64, Ordering::Relaxed);
        words[1].store(key.bits().get(), Ordering::Release);
        if W == 3 {
            words[2].store(value.bits().get(), Ordering::Release);
        }
    }

    /// As [`push`](Self::push), before all other entries. The caller knows that there is [room](Self::has_room_in_front).
    pub(crate) fn push_front(&self, hash: i64, key: Value, value: Value) {
        debug_assert!(self.has_room_in_front());
        let number = self.front() - 1;
        self.write(number, hash, key, value);
        // Before the front: who sees that one looks at this entry.
        self.set_start(number);
        self.set_front(number);
        self.enter(hash, number);
    }

    /// The first entry that is alive. The caller holds the lock.
    pub(crate) fn first_live(&self) -> Option<u32> {
        let start = self.start();
        let first = (start..self.count()).find(|&number| self.entry(number).live().is_some());
        let now = first.unwrap_or(self.count());
        if now != start {
            self.set_start(now);
        }
        first
    }

    /// The last entry that is alive. The caller holds the lock.
    pub(crate) fn last_live(&self) -> Option<u32> {
        let end = self.end();
        let last = (0..end)
            .rev()
            .find(|&number| self.entry(number).live().is_some());
        let now = last.map_or(0, |last| last + 1);
        if now != end {
            self.set_end(now);
        }
        last
    }

    /// The entries alive now, which can only become fewer unless the caller lets more come.
    pub(crate) fn live_count(&self) -> usize {
        (0..self.count())
            .filter(|&number| self.entry(number).live().is_some())
            .count()
    }

    /// Copies `from`'s memory, all of whose entries are alive. The caller holds the lock of `from`'s container; `self` is
    /// as large and nobody else knows it.
    pub(crate) fn copy_whole(&self, from: &Self) {
        debug_assert_eq!(self.log2, from.log2);
        let count = from.count();
        let bytes = index_bytes(from.log2()) + count as usize * W * 8;
        // SAFETY: nobody writes to `from`, as the caller holds the lock, and nobody else knows `self`; both have this
        // many bytes behind the head.
        unsafe {
            std::ptr::copy_nonoverlapping(from.index(), self.index().cast_mut(), bytes);
        }
        self.count.store(count, Ordering::Release);
        self.set_end(count);
    }
}

/// The order in which places are looked at for a hash: CPython's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    pub(crate) place: u64,
    perturb: u64,
    mask: u64,
}

impl Path {
    #[inline(always)]
    pub(crate) fn new(hash: i64, mask: u64) -> Self {
        let hash = hash as u64;
        Self {
            place: hash & mask,
            perturb: hash,
            mask,
        }
    }

    #[inline(always)]
    pub(crate) fn advance(&mut self) {
        self.perturb >>= 5;
        self.place = self
            .place
            .wrapping_mul(5)
            .wrapping_add(self.perturb)
            .wrapping_add(1)
            & self.mask;
    }
}
