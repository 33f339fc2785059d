//! The write barrier: who stores a pointer into an old cell says so.
//!
//! Protocol: directly before or after the store (no safepoint between) the writer calls
//! [`Heap::record_write`]. A marked cell is old; the first write to it since the last
//! collection clears its mark bit and puts it into the writer's remembered set. So an
//! unmarked cell needs nothing, and the test that compiled code makes is one load and one bit test.
//!
//! Invariants:
//! - Between collections, a pointer from a marked cell leads to a marked or a remembered one.
//! - Every remembered cell is a root of the next collection if that is a young one, and marked again
//!   by it. A full one does not need them, except those in frozen blocks.

use grwl_threads::Mutator;

use crate::Heap;
use crate::block::BlockHead;
use crate::header::CellPtr;

impl Heap {
    /// Notes that a pointer is stored into `cell` (which may be a static object).
    ///
    /// # Safety
    /// `cell` is a live cell of this heap or lies outside it; the mutator is one of the heap's runtime.
    #[inline(always)]
    pub unsafe fn record_write(&self, mutator: &Mutator, cell: CellPtr) {
        let cell = cell.as_ptr() as usize;
        if self.region.contains(cell) {
            // SAFETY: the caller's promise.
            let head = unsafe { BlockHead::of(cell) };
            if head.is_marked(cell) {
                self.record_write_slow(mutator, cell, head);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn record_write_slow(&self, mutator: &Mutator, cell: usize, head: &BlockHead) {
        if self.needs_barrier() && head.unmark(cell) {
            self.registered(mutator).remember(cell);
        }
    }
}
