//! Looking at all cells, and freezing them (`gc.get_objects`, `gc.freeze`).
//!
//! Freezing is by block: each block in use is left to itself from then on. All its cells count as
//! alive, nobody allocates from it, and no collection writes to its head or looks into its cells, except
//! those that the write barrier reports. So memory that a forked child shares with its
//! parent stays shared.

use std::ptr::null_mut;

use grwl_threads::StoppedWorld;
use grwl_threads::sync::Ordering;

use crate::Heap;
use crate::header::CellPtr;
use crate::local;

impl Heap {
    /// Shows `visit` each allocated cell, also those that are garbage and not yet collected.
    /// Cells allocated by `visit` itself may be missing.
    pub fn walk(&self, world: &StoppedWorld<'_>, mut visit: impl FnMut(CellPtr)) {
        self.retire_all_cursors(world);
        self.region.for_each_head(|block, _| {
            // SAFETY: blocks stay mapped while the heap lives.
            unsafe { block.as_ref() }.for_each_allocated(&mut visit);
        });
    }

    /// The allocated cell in which `address` falls, or behind whose end it lies.
    pub fn find_cell(&self, world: &StoppedWorld<'_>, address: usize) -> Option<CellPtr> {
        self.retire_all_cursors(world);
        self.cell_at(address)
            .or_else(|| self.cell_at(address.wrapping_sub(1)))
    }

    /// The pointers that a cell holds, its type included.
    ///
    /// # Safety
    /// `cell` is a live, initialised cell of this heap.
    pub unsafe fn for_each_edge(
        &self,
        _world: &StoppedWorld<'_>,
        cell: CellPtr,
        visit: impl FnMut(CellPtr),
    ) {
        // SAFETY: the caller's promise.
        unsafe { self.edges(cell, false, visit) };
    }

    fn retire_all_cursors(&self, _world: &StoppedWorld<'_>) {
        for thread in self.threads.lock().iter() {
            // SAFETY: parts of thread states live as long as the runtime.
            unsafe { thread.as_ref() }.retire_cursors();
        }
    }

    /// Makes all present cells permanent. Collect before, or garbage becomes permanent, too.
    pub fn freeze(&self, world: &StoppedWorld<'_>) {
        self.retire_all_cursors(world);
        let mut collector = self.collector.lock();
        for thread in self.threads.lock().iter() {
            // SAFETY: parts of thread states live as long as the runtime.
            let local = unsafe { thread.as_ref() };
            local.current.iter().for_each(|c| c.set(null_mut()));
            local.available.iter().for_each(|l| l.set(null_mut()));
            while local::pop(&local.used).is_some() {}
            local.take_remembered();
        }
        // What is dead is dropped first; its blocks are frozen with the rest.
        self.drop_all_stopped();
        self.pools.forget_lists();
        let (mut cells, mut bytes) = (0, 0);
        self.region.for_each_head(|block, _| {
            // SAFETY: blocks stay mapped while the heap lives.
            let head = unsafe { block.as_ref() };
            head.mark_all();
            self.region.set_frozen(head, true);
            cells += head.live.get() as usize;
            bytes += head.live.get() as usize * head.cell_size.get();
        });
        collector.set_frozen(cells, bytes);
        self.has_frozen.store(true, Ordering::Relaxed);
    }

    /// Undoes [`freeze`](Self::freeze): the next full collection looks at everything.
    pub fn unfreeze(&self, _world: &StoppedWorld<'_>) {
        let mut collector = self.collector.lock();
        self.region.for_each_head(|block, _| {
            // SAFETY: blocks stay mapped while the heap lives.
            self.region.set_frozen(unsafe { block.as_ref() }, false);
        });
        collector.set_frozen(0, 0);
        self.has_frozen.store(false, Ordering::Relaxed);
    }

    /// How many cells are frozen.
    pub fn frozen_cells(&self) -> usize {
        self.collector.lock().frozen_cells
    }

    /// Drops all cells that are dead, at once. World stopped, or the heap ends.
    pub(crate) fn drop_all_stopped(&self) {
        for cursor in 0..crate::class::CURSORS {
            while let Some(block) = self.pools.pop_pending(cursor) {
                // SAFETY: we took it out of the pool.
                unsafe { self.drop_dead(block) };
            }
        }
        while let Some(block) = self.pools.pop_dead_large() {
            // SAFETY: we took it out of the pool, and it has no live cell.
            unsafe {
                self.drop_dead(block);
                self.region.give_singles(self.region.leave(block.as_ref()));
            }
        }
    }
}
