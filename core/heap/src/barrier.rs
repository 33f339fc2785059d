//! The write barrier: who stores a pointer into an old cell says so.
//!
//! Protocol: directly before or after the store (no safepoint between) the writer calls
//! [`Heap::record_write`]. A marked cell is old; the first write to it since the last
//! collection clears its mark bit and puts it into the writer's remembered set. So an
//! unmarked cell needs nothing, and the test that compiled code makes is one load and one bit test.
//!
//! Invariants:
//! - Between collections, a pointer from a marked cell leads to a marked or a remembered one.
//! - A cell outside the heap (a static object) has no mark: whoever writes to one raises a flag, and the next young collection looks at all of
//!   them ([`RootSource::trace_statics`](crate::RootSource::trace_statics)). Without the flag what they point to is marked, or remembered.
//! - Every remembered cell is a root of the next collection if that is a young one, and marked again
//!   by it. A full one does not need them, except those in frozen blocks.

use grwl_threads::Mutator;
use grwl_threads::sync::Ordering;

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
        } else {
            self.record_static_write();
        }
    }

    /// Notes that something became reachable from static objects, or from what a root source reports as such.
    #[cold]
    #[inline(never)]
    pub fn record_static_write(&self) {
        // Relaxed: it is read with the world stopped. Seldom stored to, so that the line stays with all readers.
        if !self.statics_written.load(Ordering::Relaxed) {
            self.statics_written.store(true, Ordering::Relaxed);
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
