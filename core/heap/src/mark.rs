//! Marking: from the roots to everything that they reach.
//!
//! Cells go from the mark stack through a ring of 16 entries, in which their mark word and their
//! first line are being fetched while others are worked on: marking is bound by
//! memory latency, and the ring overlaps it. A cell is marked when it leaves the ring, and
//! its edges are pushed unlooked-at. There is no recursion.
//!
//! Invariant: a cell whose mark bit is set in this collection has had all its edges pushed (or is about
//! to, by the marker that set the bit), unless the pool says that entries were dropped.

use std::ptr::null;

use grwl_threads::sync::Ordering;

use crate::Heap;
use crate::block::{BLOCK, BlockHead, GRANULE, GRANULES, MARKS_OFFSET};
use crate::cell_type::{CellType, Trace};
use crate::class::Kind;
use crate::header::CellPtr;
use crate::tracer::{Tracer, push_slice, split_slice};
use crate::work::{MarkStack, WorkPool};

const RING: usize = 16;
/// Words of a slice that are looked at before the rest goes back to the stack.
const SLICE_STEP: usize = 64;
/// Cells between two looks at whether a helper is hungry.
const ATTENTION: u32 = 64;
/// After this many cells the helpers are called.
const WORTH_HELP: u64 = 4096;

/// One thread's marking. See the module's head.
pub(crate) struct Marker<'a> {
    heap: &'a Heap,
    pool: &'a WorkPool,
    pub(crate) stack: MarkStack,
    ring: [u64; RING],
    at: usize,
    last_type: usize,
    last_cell_type: *const CellType,
    /// Cells marked.
    pub(crate) marked: u64,
    invited: bool,
    shared: bool,
    /// Entries were dropped: push only what is not marked, and as little as possible at a time.
    recovering: bool,
}

impl<'a> Marker<'a> {
    pub(crate) fn new(heap: &'a Heap, pool: &'a WorkPool) -> Self {
        Self {
            heap,
            pool,
            stack: MarkStack::spilling(pool),
            ring: [0; RING],
            at: 0,
            last_type: 0,
            last_cell_type: null(),
            marked: 0,
            invited: false,
            shared: false,
            recovering: false,
        }
    }

    /// For the reporting of roots.
    pub(crate) fn tracer(&mut self) -> Tracer<'_> {
        Tracer {
            stack: &mut self.stack,
            heap: self.heap,
            unmarked_only: self.recovering,
            exact_only: false,
        }
    }

    /// Marks all that the stack leads to, with helpers if they come. World stopped.
    pub(crate) fn finish(&mut self) {
        let (heap, pool) = (self.heap, self.pool);
        pool.begin();
        self.shared = false;
        self.invited = false;
        heap.gang.run(
            || {
                self.drain();
                while pool.refill(&mut self.stack) {
                    self.drain();
                }
            },
            &|_| {
                let mut helper = Marker::new(heap, pool);
                helper.shared = true;
                if pool.wait_for_work(&mut helper.stack) {
                    helper.drain();
                    while pool.refill(&mut helper.stack) {
                        helper.drain();
                    }
                    heap.helpers_joined.fetch_add(1, Ordering::Relaxed);
                    heap.helpers_marked
                        .fetch_add(helper.marked, Ordering::Relaxed);
                }
            },
        );
    }

    /// Marks again what was lost when entries were dropped, until none is. World stopped.
    pub(crate) fn finish_all(&mut self) {
        self.finish();
        while self.pool.take_overflowed() {
            let heap = self.heap;
            self.last_type = 0;
            self.recovering = true;
            heap.region.for_each_head(|block, entry| {
                if entry.kind() != Kind::Leaf {
                    // SAFETY: blocks in use stay mapped.
                    unsafe { block.as_ref() }.for_each_marked(|cell| {
                        self.trace(cell.as_ptr() as usize);
                        self.drain();
                    });
                }
            });
            self.recovering = false;
            self.finish();
        }
    }

    /// Empties stack and ring.
    fn drain(&mut self) {
        if !self.shared {
            self.drain_alone();
        }
        if self.shared {
            self.drain_shared();
        }
    }

    /// Until done, or until helpers are there and `shared` is set.
    fn drain_alone(&mut self) {
        while !self.drain_some::<false>() {
            if !self.invited && self.marked >= WORTH_HELP {
                self.invited = true;
                self.heap.gang.invite();
            }
            if self.pool.is_hungry() {
                self.shared = true;
                self.pool.open();
                return;
            }
        }
    }

    fn drain_shared(&mut self) {
        while !self.drain_some::<true>() {
            if self.pool.is_hungry() {
                self.pool.donate(&mut self.stack);
            }
        }
    }

    /// Works for a while; true if there is nothing left.
    #[inline(never)]
    fn drain_some<const SHARED: bool>(&mut self) -> bool {
        let mut idle = 0;
        let mut at = self.at;
        let mut left = ATTENTION;
        while left > 0 {
            let word = self.stack.pop().unwrap_or(0);
            if word & 1 != 0 {
                left -= 1;
                self.slice(word);
                idle = 0;
                continue;
            }
            if word != 0 {
                prefetch(word as usize);
            }
            let cell = std::mem::replace(&mut self.ring[at % RING], word);
            at += 1;
            if cell != 0 {
                left -= 1;
                self.visit::<SHARED>(cell as usize);
                idle = 0;
            } else if word == 0 {
                idle += 1;
                if idle == RING {
                    break;
                }
            }
        }
        self.at = at % RING;
        idle == RING
    }

    /// Pushes the first pointers of a slice, and the rest as a slice again.
    #[inline]
    fn slice(&mut self, word: u64) {
        let (address, count) = split_slice(word);
        let now = count.min(if self.recovering { 1 } else { SLICE_STEP });
        push_slice(&mut self.stack, address + now * 8, count - now);
        // SAFETY: who pushed the slice promised that it is readable.
        unsafe { self.words(address, now) };
    }

    /// Pushes those of the tagged words that are pointers into the heap.
    ///
    /// # Safety
    /// The words are readable.
    #[inline(always)]
    unsafe fn words(&mut self, address: usize, count: usize) {
        let (base, span) = (self.heap.region.base(), self.heap.region.span());
        let recovering = self.recovering;
        for index in 0..count {
            // SAFETY: the caller's promise.
            let word = unsafe { (address as *const u64).add(index).read() };
            if word & 7 == 0 && (word as usize).wrapping_sub(base) < span {
                // SAFETY: a pointer in a traced slot leads to a cell.
                if recovering && unsafe { BlockHead::of(word as usize) }.is_marked(word as usize) {
                    continue;
                }
                self.stack.push(word);
            }
        }
    }

    #[inline(always)]
    fn visit<const SHARED: bool>(&mut self, cell: usize) {
        // SAFETY: entries are first bytes of cells.
        let head = unsafe { BlockHead::of(cell) };
        debug_assert!(
            head.is_allocated(cell),
            "marking {cell:#x}, which is no cell"
        );
        if head.mark::<SHARED>(cell) {
            self.marked += 1;
            if self.heap.region.entry_of(cell).kind() != Kind::Leaf {
                self.trace(cell);
            }
        }
    }

    /// Pushes the edges of a cell that is not a leaf.
    #[inline(always)]
    pub(crate) fn trace(&mut self, cell: usize) {
        // SAFETY: allocated cells have an initialised header while the world is stopped.
        let header = unsafe { &*(cell as *const crate::Header) };
        let type_pointer = header.type_pointer.load(Ordering::Relaxed);
        if type_pointer as usize != self.last_type {
            self.new_type(type_pointer);
        }
        // SAFETY: the contract of `CellType`: it outlives its cells.
        match unsafe { &(*self.last_cell_type).trace } {
            Trace::Nothing => {}
            &Trace::Words { offset, count } => {
                // SAFETY: the type says that they are there.
                unsafe { self.cell_words(cell + offset as usize, count as usize) };
            }
            &Trace::Counted { offset, count_at } => {
                // SAFETY: the type says that it is there.
                let count = unsafe { *((cell + count_at as usize) as *const u64) } as usize;
                // SAFETY: as above.
                unsafe { self.cell_words(cell + offset as usize, count) };
            }
            &Trace::Custom(trace) => {
                // SAFETY: the cell is one of the function's type.
                unsafe { trace(CellPtr::new_unchecked(cell as *mut _), &mut self.tracer()) };
            }
        }
    }

    /// Pushes a cell's words: few at once, many as a slice.
    ///
    /// # Safety
    /// The words are readable.
    #[inline(always)]
    unsafe fn cell_words(&mut self, first: usize, count: usize) {
        if count <= SLICE_STEP && !self.recovering {
            // SAFETY: the caller's promise.
            unsafe { self.words(first, count) };
        } else {
            push_slice(&mut self.stack, first, count);
        }
    }

    #[cold]
    fn new_type(&mut self, type_pointer: *mut u8) {
        self.last_type = type_pointer as usize;
        // SAFETY: a cell's type word leads to its type.
        self.last_cell_type = unsafe { self.heap.cell_type_behind(type_pointer) };
        self.tracer().word(type_pointer as u64);
    }

    /// The type of a cell that is about to be dropped stays alive.
    pub(crate) fn keep_type_of(&mut self, cell: CellPtr) {
        // SAFETY: dead cells keep their contents until they are dropped.
        let of_cell = unsafe { type_of(cell) };
        self.tracer().word(of_cell as u64);
    }
}

/// The address of a cell's type.
///
/// # Safety
/// The cell is not dropped.
pub(crate) unsafe fn type_of(cell: CellPtr) -> usize {
    // SAFETY: the caller's promise.
    let header = unsafe { cell.as_ref() };
    header.type_pointer.load(Ordering::Relaxed) as usize
}

/// Fetches what `visit` will need of a cell.
#[inline(always)]
fn prefetch(cell: usize) {
    let word = (cell / GRANULE % GRANULES) / 64;
    let mark = (cell & !(BLOCK - 1)) + MARKS_OFFSET + word * 8;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch has no effect but on time, whatever the address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(mark as *const i8);
        _mm_prefetch::<_MM_HINT_T0>(cell as *const i8);
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!(
            "prfm pldl1keep, [{m}]", "prfm pldl1keep, [{c}]",
            m = in(reg) mark, c = in(reg) cell,
            options(nostack, preserves_flags, readonly)
        );
    }
}
