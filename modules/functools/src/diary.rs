//! Hits of a cache that several threads use: each notes its own, where no other thread writes.
//!
//! A hit that wrote to the link, or to a counter of the cache, would take that memory from the other threads' cores: it would cost several times what it saves. So a thread that uses a cache which
//! is not its own has a *diary* there: how many hits and misses it had, and for the links that it used lately, when. Who looks for the link used least recently asks all diaries.
//!
//! ## Protocol
//! - A diary is written by the thread whose id it bears (a later bearer of the id inherits it). A link has one place in it, a slot and a time. If another link needs the place, the time
//!   of the old one is first written into the old link; then the slot is emptied, the new time stored, and the slot filled, in this order.
//! - Who asks reads, for one link: in each diary the slot, the time, the slot again; then the link's own time. What is not found in a diary any more has been written to the link before.
//! - A link that is removed is taken out of the diaries by who removed it, so that its result can be freed. If somebody finds it in that moment and notes it,
//!   it stays until its place is needed.
//! - A thread whose place in the table of diaries is another's writes to the link, and counts under the cache's lock.
//! - `cache_clear` takes the table away; a thread that still has its diary in hand writes into the void.

use std::mem::offset_of;
use std::sync::OnceLock;
use std::time::Instant;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::values::Array;
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Thread, TypeObject, Value, ValueExt, flags, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::cache::Wrapper;
use crate::recent::{self, Count, Counts, Link};

/// Diaries of a cache.
const DIARIES: usize = 64;
/// Places in a diary: as many as the cache keeps results, within these limits; a power of two.
const PLACES: (u64, u64) = (16, 1024);

/// What one thread has used. See the module's head. Its slots and then its times follow the struct.
#[repr(C)]
pub(crate) struct Diary {
    header: Header,
    places: u64,
    owner: u64,
    counts: Counts,
    slots: [Slot; 0],
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Diary {
    fn type_object() -> &'static TypeObject {
        &DIARY
    }
}

static CELL: CellType = CellType {
    trace: Trace::Counted {
        offset: offset_of!(Diary, slots) as u32,
        count_at: offset_of!(Diary, places) as u32,
    },
    size: Size::Varying(size),
    drop: None,
    name: "diary of an lru_cache",
};

unsafe fn size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for diaries.
    let this = unsafe { Ref::<Diary>::from_cell(cell) };
    size_for(this.places)
}

fn size_for(places: u64) -> usize {
    offset_of!(Diary, slots) + places as usize * (size_of::<Slot>() + size_of::<AtomicU64>())
}

/// The type of diaries; Python code does not see it.
pub(crate) static DIARY: TypeObject = TypeObject::declare(&Declaration {
    name: "functools._lru_diary",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Diary>(),
    attributes: 0,
});

impl Diary {
    fn new(thread: &Thread, places: u64) -> PyResult<Ref<Self>> {
        // SAFETY: zeroes are a diary of no places; their number follows.
        let cell = unsafe { thread.new_zeroed(&DIARY, DIARY.kind(), size_for(places))? };
        let this = cell.cast::<Self>().as_ptr();
        // SAFETY: a fresh cell of this length.
        unsafe {
            (&raw mut (*this).places).write(places);
            (&raw mut (*this).owner).write(thread.mutator().id().into());
            Ok(Ref::from_cell(cell))
        }
    }

    fn slots(&self) -> &[Slot] {
        // SAFETY: so many slots follow the struct, as long as the cell lives.
        unsafe { std::slice::from_raw_parts(self.slots.as_ptr(), self.places as usize) }
    }

    fn times(&self) -> &[AtomicU64] {
        let begin = self.slots().as_ptr_range().end.cast::<AtomicU64>();
        // SAFETY: as many times follow the slots.
        unsafe { std::slice::from_raw_parts(begin, self.places as usize) }
    }

    /// Where a link stands.
    fn place_of(&self, link: Ref<Link>) -> usize {
        let address = link.cell().as_ptr().addr() as u64;
        // Fibonacci hashing: the upper bits are the well mixed ones.
        let mixed = address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (mixed & (self.places - 1)) as usize
    }

    /// When the owner used a link, if that stands here.
    fn time_of(&self, link: Ref<Link>) -> Option<u64> {
        let place = self.place_of(link);
        self.time_at(place, link.value())
    }

    fn time_at(&self, place: usize, link: Value) -> Option<u64> {
        let is_there = || self.slots()[place].load() == Some(link);
        // Acquire: what was stored into the slot before the time is seen by the second look.
        let time = is_there().then(|| self.times()[place].load(Ordering::Acquire));
        time.filter(|_| is_there())
    }
}

/// The time, the same for all threads. Above all that is counted.
pub(crate) fn clock() -> u64 {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    1 << 62 | BEGIN.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

fn table(cache: Ref<Wrapper>) -> Option<Ref<Array>> {
    cache.diaries.load()?.downcast_exact()
}

fn in_table(table: Ref<Array>, place: usize) -> Option<Ref<Diary>> {
    table.slots()[place].load()?.downcast_exact()
}

/// All diaries of a cache. It is locked.
fn all(cache: Ref<Wrapper>) -> impl Iterator<Item = Ref<Diary>> {
    let table = table(cache);
    let end = cache.order().diaries_end.load(Ordering::Relaxed) as usize;
    (0..end)
        .map_while(move |place| Some((table?, place)))
        .filter_map(|(table, place)| in_table(table, place))
}

/// The calling thread's diary; `None` if its place is another's.
fn own(thread: &mut Thread, cache: Ref<Wrapper>) -> PyResult<Option<Ref<Diary>>> {
    let owner = u64::from(thread.mutator().id());
    let place = owner as usize % DIARIES;
    let is_own = |diary: &Ref<Diary>| diary.owner == owner;
    if let Some(found) = table(cache).and_then(|table| in_table(table, place)) {
        return Ok(Some(found).filter(is_own));
    }
    let places = cache.bound().clamp(PLACES.0, PLACES.1).next_power_of_two();
    let new_table = Array::new(thread, DIARIES)?;
    let diary = Diary::new(thread, places)?;
    let order = cache.order();
    let locked = thread.lock_cell(&order);
    let table = table(cache).unwrap_or_else(|| {
        locked.store(cache, &cache.diaries, Some(new_table.value()));
        new_table
    });
    let found = in_table(table, place).unwrap_or_else(|| {
        locked.store(table, &table.slots()[place], Some(diary.value()));
        order
            .diaries_end
            .fetch_max(place as u64 + 1, Ordering::Relaxed);
        diary
    });
    Ok(Some(found).filter(is_own))
}

/// Counts a hit or a miss; false if the caller has no diary. It is not the caller's own cache.
pub(crate) fn count(thread: &mut Thread, cache: Ref<Wrapper>, what: Count) -> PyResult<bool> {
    let diary = own(thread, cache)?;
    if let Some(diary) = diary {
        diary.counts.add(what);
    }
    Ok(diary.is_some())
}

/// Notes a hit and the use of the link. It is not the caller's own cache.
pub(crate) fn note(thread: &mut Thread, cache: Ref<Wrapper>, link: Ref<Link>) -> PyResult<()> {
    let Some(diary) = own(thread, cache)? else {
        link.used.fetch_max(clock(), Ordering::Relaxed);
        recent::count(thread, cache, Count::Hit);
        return Ok(());
    };
    diary.counts.add(Count::Hit);
    let place = diary.place_of(link);
    let (slot, time) = (&diary.slots()[place], &diary.times()[place]);
    let known = slot.load();
    if known == Some(link.value()) {
        time.store(clock(), Ordering::Relaxed);
        return Ok(());
    }
    if let Some(old) = known.and_then(Value::downcast_exact::<Link>) {
        old.used
            .fetch_max(time.load(Ordering::Relaxed), Ordering::Relaxed);
        // A Release: who finds the slot empty sees the time in the link.
        slot.store(None);
    }
    // Release: partner is the Acquire in `time_at`; who sees this time sees that the slot is not the old link's any more.
    time.store(clock(), Ordering::Release);
    thread.store(diary, slot, Some(link.value()));
    Ok(())
}

/// When a link was used last. The cache is locked.
pub(crate) fn last_use(cache: Ref<Wrapper>, link: Ref<Link>) -> u64 {
    let noted = all(cache).filter_map(|diary| diary.time_of(link)).max();
    link.used.load(Ordering::Acquire).max(noted.unwrap_or(0))
}

/// Writes what stands in the diaries into the links. The cache is locked.
pub(crate) fn write_up(cache: Ref<Wrapper>) {
    for diary in all(cache) {
        for (place, slot) in diary.slots().iter().enumerate() {
            let Some(link) = slot.load() else { continue };
            if let Some(time) = diary.time_at(place, link)
                && let Some(link) = link.downcast_exact::<Link>()
                && link.used.load(Ordering::Relaxed) < time
            {
                link.used.fetch_max(time, Ordering::Relaxed);
            }
        }
    }
}

/// Takes a link that is removed out of the diaries. The cache is locked.
pub(crate) fn forget(cache: Ref<Wrapper>, link: Ref<Link>) {
    for diary in all(cache) {
        let slot = &diary.slots()[diary.place_of(link)];
        if slot.load() == Some(link.value()) {
            slot.clear_if(link.value());
        }
    }
}

/// The hits and the misses that stand in diaries. The cache is locked.
pub(crate) fn counts(cache: Ref<Wrapper>) -> [u64; 2] {
    all(cache).fold([0; 2], |[hits, misses], diary| {
        [
            hits + diary.counts.get(Count::Hit),
            misses + diary.counts.get(Count::Miss),
        ]
    })
}
