//! Allocation.
//!
//! Fast path: a cursor is bumped; no other thread's memory is touched. Slow path: the next free run of
//! the current block, else the next block: own, orphaned, waiting for drops, free.
//! Nothing here is a safepoint; past the budget the thread sets its own poll word and goes on.
//!
//! Contract of the caller, since fresh memory has arbitrary contents: before its next safepoint the thread
//! writes the header and every word that the type's trace looks at. It publishes the
//! cell to other threads by a Release store (or later through something that synchronises); readers
//! load with Acquire. The heap itself adds no fence.

use std::ptr::null_mut;

use grwl_threads::Mutator;
use grwl_threads::sync::Ordering;

use crate::Heap;
use crate::block::{BLOCK, BlockHead, BlockPtr, CELLS_START};
use crate::class::{CLASSES, CURSORS, Kind, LARGEST, SIZES, class_of};
use crate::header::{CellPtr, Header};
use crate::local::{self, ThreadHeap};

/// So many cells with a program's own finalizer use up the budget, whatever memory they take.
const FINALIZERS: usize = 1 << 13;

impl Heap {
    /// The calling thread's cursors.
    #[inline(always)]
    pub fn local<'a>(&self, mutator: &'a Mutator) -> &'a ThreadHeap {
        let state = std::ptr::from_ref(mutator.state()).cast::<u8>();
        // SAFETY: the runtime was configured with an extension that holds a `ThreadHeap` at this
        // offset (checked when the heap was made); zeroes are a valid one, and it lives as
        // long as the thread state.
        unsafe { &*state.add(self.local_offset).cast::<ThreadHeap>() }
    }

    /// Memory for a cell of `size` bytes, at least 16. `None`: there is no memory.
    ///
    /// # Safety
    /// The caller keeps the contract in the module's head; the type that it gives the cell fits
    /// `kind`; the mutator belongs to the heap's runtime.
    #[inline(always)]
    pub unsafe fn allocate(&self, mutator: &Mutator, kind: Kind, size: usize) -> Option<CellPtr> {
        if size > LARGEST {
            return self.allocate_large(mutator, kind, size);
        }
        let class = class_of(size);
        let index = kind as usize * CLASSES + class;
        // SAFETY: `class_of` is below CLASSES, a kind below KINDS.
        let cursor = unsafe { self.local(mutator).cursors.get_unchecked(index) };
        let cell = cursor.next.get();
        let next = cell + SIZES[class] as usize;
        if next <= cursor.limit.get() {
            cursor.next.set(next);
            return CellPtr::new(cell as *mut Header);
        }
        self.allocate_slow(mutator, index)
    }

    /// As [`allocate`](Self::allocate), with everything zero.
    ///
    /// # Safety
    /// As [`allocate`](Self::allocate); only the header remains to be written.
    #[inline(always)]
    pub unsafe fn allocate_zeroed(
        &self,
        mutator: &Mutator,
        kind: Kind,
        size: usize,
    ) -> Option<CellPtr> {
        // SAFETY: the caller's promise.
        let cell = unsafe { self.allocate(mutator, kind, size) }?;
        // SAFETY: the cell is fresh and has `size` bytes.
        unsafe { cell.cast::<u8>().write_bytes(0, size) };
        Some(cell)
    }

    /// The slow path, for compiled code: a cell for the cursor `index`.
    #[cold]
    #[inline(never)]
    pub fn allocate_slow(&self, mutator: &Mutator, index: usize) -> Option<CellPtr> {
        assert!(index < CURSORS);
        let local = self.registered(mutator);
        let (from, to) = loop {
            // SAFETY: blocks stay mapped while the heap lives.
            let current = unsafe { local.current[index].get().as_ref() };
            if let Some(run) = current.and_then(BlockHead::take_run) {
                break run;
            }
            let block = self.find_block(mutator, local, index)?;
            local.current[index].set(block.as_ptr());
            local.active[index].set(true);
            local.add_used(block);
        };
        let cursor = &local.cursors[index];
        cursor.next.set(from + SIZES[index % CLASSES] as usize);
        cursor.limit.set(to);
        self.charge_local(mutator, local, to - from);
        CellPtr::new(from as *mut Header)
    }

    /// The thread's part, which the collector knows of from now on.
    pub(crate) fn registered<'a>(&self, mutator: &'a Mutator) -> &'a ThreadHeap {
        let local = self.local(mutator);
        if !local.registered.replace(true) {
            debug_assert!(std::ptr::eq(
                &raw const *mutator.state().runtime(),
                &raw const **self.runtime()
            ));
            self.threads.lock().push(local.into());
        }
        local
    }

    /// A block with room, which the thread owns from now on.
    fn find_block(&self, mutator: &Mutator, local: &ThreadHeap, index: usize) -> Option<BlockPtr> {
        if let Some(block) = local::pop(&local.available[index]) {
            return Some(block);
        }
        let kind = Kind::ALL[index / CLASSES];
        let owner = std::ptr::from_ref(local).cast_mut();
        let mut adopted = self.pools.pop_orphan(index);
        if adopted.is_none() && kind.has_drop() {
            // Dropping what died last time comes before new memory.
            while let Some(block) = self.pools.pop_pending(index) {
                // SAFETY: the block was in the pool, so it is ours alone.
                if unsafe { self.drop_dead(block) } {
                    adopted = Some(block);
                    break;
                }
            }
        }
        let block = match adopted {
            Some(block) => block,
            None => {
                let pools = &self.pools;
                let address = pools.free_block(&self.region, local, mutator.id())?;
                // SAFETY: a free block is ours alone.
                let block = unsafe { BlockHead::initialise_small(address, index % CLASSES, kind) };
                self.region.enter_small(address, kind);
                block
            }
        };
        // SAFETY: blocks stay mapped while the heap lives.
        let head = unsafe { block.as_ref() };
        head.owner.store(owner, Ordering::Relaxed);
        Some(block)
    }

    #[cold]
    #[inline(never)]
    fn allocate_large(&self, mutator: &Mutator, kind: Kind, size: usize) -> Option<CellPtr> {
        if size > self.region.span() {
            return None;
        }
        let local = self.registered(mutator);
        let blocks = (CELLS_START + size).div_ceil(BLOCK);
        let address = self.region.take_row(blocks)?;
        // SAFETY: the row is free and long enough.
        let block = unsafe { BlockHead::initialise_large(address, size, blocks as u32, kind) };
        self.region.enter_large(address, blocks, kind);
        // SAFETY: just initialised.
        let head = unsafe { block.as_ref() };
        head.owner.store(null_mut(), Ordering::Relaxed);
        local.add_used(block);
        self.charge_local(mutator, local, blocks * BLOCK);
        CellPtr::new(head.first_cell() as *mut Header)
    }

    /// Counts `bytes` against the budget.
    pub(crate) fn charge_local(&self, mutator: &Mutator, local: &ThreadHeap, bytes: usize) {
        let uncharged = local.uncharged.get() + bytes;
        local.uncharged.set(uncharged);
        if uncharged >= self.budget.portion() {
            local.uncharged.set(0);
            if self.budget.charge(uncharged) {
                mutator.post(self.config.event);
            }
        }
    }

    /// Counts a new cell whose finalizer is a program's own. It may be slow, and keep anything: so such garbage is collected in smaller portions than
    /// its memory would ask for.
    pub fn charge_finalizer(&self, mutator: &Mutator) {
        let bytes = self.budget.limit() / FINALIZERS;
        self.charge_local(mutator, self.local(mutator), bytes);
    }

    /// How many bytes the cell's memory has: its size, rounded up to its class.
    ///
    /// # Safety
    /// `cell` is a live cell of this heap.
    pub unsafe fn capacity_of(&self, cell: CellPtr) -> usize {
        // SAFETY: the caller's promise.
        unsafe { BlockHead::of(cell.as_ptr() as usize) }
            .cell_size
            .get()
    }
}
