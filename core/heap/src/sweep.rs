//! After marking: what is not marked is free again.
//!
//! Sweeping a block is `starts &= marks` over 512 bytes; it does not touch the cells. It is done for all
//! blocks that a collection is about while the world is stopped (by all markers), so that the
//! bits are exact at all other times; a block's free *runs* are found lazily, by the thread that
//! allocates from it. Blocks without a live cell are free at once.
//!
//! Cells with drop functions only move to the `dead` bits here. They are dropped after the world is
//! resumed, block by block: by the collecting thread, or before that by a thread that
//! needs a block of the kind and size.

use std::ptr::null_mut;

use grwl_threads::Mutator;
use grwl_threads::sync::{AtomicUsize, Mutex, Ordering};

use crate::Heap;
use crate::block::{BlockHead, BlockPtr};
use crate::class::CLASSES;
use crate::foreign;
use crate::header::{CellPtr, Header, POISON};
use crate::local;

/// Blocks that a worker takes at a time.
const UNIT: usize = 32;
/// With more blocks than this the helpers are called.
const WORTH_HELP: usize = 512;
/// A block with fewer free cells than this fraction of its capacity counts as full.
const WORTH_REUSE: u32 = 16;

/// What was found, by one worker or by all.
#[derive(Default)]
pub(crate) struct Sweepings {
    available: Vec<BlockPtr>,
    pending: Vec<BlockPtr>,
    dead_large: Vec<BlockPtr>,
    freed: Vec<u32>,
    pub(crate) live_cells: usize,
    pub(crate) live_bytes: usize,
    pub(crate) live_cells_before: usize,
    pub(crate) live_bytes_before: usize,
    pub(crate) died_cells: usize,
    pub(crate) died_bytes: usize,
}

// SAFETY: block pointers may be followed by any worker while the world is stopped.
unsafe impl Send for Sweepings {}

impl Sweepings {
    pub(crate) fn add(&mut self, other: Self) {
        self.available.extend(other.available);
        self.pending.extend(other.pending);
        self.dead_large.extend(other.dead_large);
        self.freed.extend(other.freed);
        self.live_cells += other.live_cells;
        self.live_bytes += other.live_bytes;
        self.live_cells_before += other.live_cells_before;
        self.live_bytes_before += other.live_bytes_before;
        self.died_cells += other.died_cells;
        self.died_bytes += other.died_bytes;
    }

    pub(crate) fn freed_blocks(&self) -> usize {
        self.freed.len()
    }
}

/// A slice of blocks that several workers share.
#[derive(Clone, Copy)]
pub(crate) struct Blocks<'a>(pub(crate) &'a [BlockPtr]);

// SAFETY: as for `Sweepings`.
unsafe impl Sync for Blocks<'_> {}
// SAFETY: as for `Sweepings`.
unsafe impl Send for Blocks<'_> {}

impl Blocks<'_> {
    /// Runs `act` for each block, on all workers that come. World stopped.
    pub(crate) fn for_each<R: Default + Send>(
        self,
        heap: &Heap,
        act: impl Fn(&mut R, &BlockHead) + Sync,
        mut collect: impl FnMut(R),
    ) {
        let blocks = self;
        let next = AtomicUsize::new(0);
        let results = Mutex::new(Vec::new());
        let work = || {
            let mut result = R::default();
            loop {
                let from = next.fetch_add(UNIT, Ordering::Relaxed);
                let Some(rest) = blocks
                    .as_slice()
                    .get(from..)
                    .filter(|rest| !rest.is_empty())
                else {
                    break;
                };
                for block in &rest[..rest.len().min(UNIT)] {
                    // SAFETY: blocks stay mapped while the heap lives.
                    act(&mut result, unsafe { block.as_ref() });
                }
            }
            results.lock().push(result);
        };
        heap.gang.run(
            || {
                if blocks.as_slice().len() > WORTH_HELP {
                    heap.gang.invite();
                }
                work();
            },
            &|_| work(),
        );
        results.lock().drain(..).for_each(&mut collect);
    }

    fn as_slice(&self) -> &[BlockPtr] {
        self.0
    }
}

impl Heap {
    /// Sweeps one block.
    pub(crate) fn sweep_block(&self, out: &mut Sweepings, head: &BlockHead) {
        let kind = head.kind();
        let before = head.live.get() as usize;
        if self.config.poison && !kind.has_drop() {
            head.for_each_unmarked(|cell| {
                // SAFETY: the cell is dead and nobody can reach it.
                unsafe { poison(cell, head.cell_size.get()) };
            });
        }
        let swept = head.sweep(kind.has_drop());
        let size = head.cell_size.get();
        out.live_cells += swept.live as usize;
        out.live_bytes += swept.live as usize * size;
        out.live_cells_before += before;
        out.live_bytes_before += before * size;
        out.died_cells += swept.died as usize;
        out.died_bytes += swept.died as usize * size;
        let has_dead = kind.has_drop() && head.has_dead();
        if head.is_large() {
            if swept.live == 0 {
                if has_dead {
                    out.dead_large.push(head.into());
                } else {
                    out.freed.extend(self.region.leave(head));
                }
            }
        } else if has_dead {
            out.pending.push(head.into());
        } else if swept.live == 0 {
            out.freed.extend(self.region.leave(head));
        } else if head.capacity.get() - swept.live > head.capacity.get() / WORTH_REUSE {
            out.available.push(head.into());
        }
    }

    /// Puts swept blocks where threads find them. World stopped.
    pub(crate) fn distribute(&self, sweepings: &mut Sweepings, full: bool) {
        self.region.give_singles(sweepings.freed.iter().copied());
        // Lists grow at the front, and the lowest address shall be there.
        for list in [&mut sweepings.available, &mut sweepings.pending] {
            list.sort_unstable_by(|a, b| b.cmp(a));
        }
        for &block in &sweepings.available {
            // SAFETY: blocks stay mapped while the heap lives.
            let head = unsafe { block.as_ref() };
            let cursor = cursor_of(head);
            // SAFETY: owners are parts of thread states, which live as long as the runtime.
            let owner = unsafe { head.owner.load(Ordering::Relaxed).as_ref() };
            match owner.filter(|o| o.alive.get() && (!full || o.active[cursor].get())) {
                Some(owner) => local::push(&owner.available[cursor], block),
                None => {
                    head.owner.store(null_mut(), Ordering::Relaxed);
                    self.pools.push_orphan(cursor, block);
                }
            }
        }
        for &block in &sweepings.pending {
            // SAFETY: blocks stay mapped while the heap lives.
            let head = unsafe { block.as_ref() };
            head.owner.store(null_mut(), Ordering::Relaxed);
            self.pools.push_pending(cursor_of(head), block);
        }
        for &block in &sweepings.dead_large {
            self.pools.push_dead_large(block);
        }
    }

    /// Drops the dead cells of a block. True if it has room for new ones.
    ///
    /// # Safety
    /// The block was taken out of its pool by the calling thread, or the world is stopped.
    pub(crate) unsafe fn drop_dead(&self, block: BlockPtr) -> bool {
        // SAFETY: blocks stay mapped while the heap lives.
        let head = unsafe { block.as_ref() };
        head.for_each_dead(|cell| {
            // SAFETY: a dead cell is intact until now, its type is kept alive by the collector, and
            // its bit is cleared below, so this happens once.
            unsafe { self.drop_cell(cell) };
            if self.config.poison {
                // SAFETY: nobody can reach it any more.
                unsafe { poison(cell, head.cell_size.get()) };
            }
        });
        foreign::report_freed();
        head.clear_dead();
        head.capacity.get() - head.live.get() > head.capacity.get() / WORTH_REUSE
    }

    /// Runs the drop function of a cell's type, if there is one.
    ///
    /// # Safety
    /// The cell is intact and its last moment has come.
    pub(crate) unsafe fn drop_cell(&self, cell: CellPtr) {
        // SAFETY: the caller's promise.
        let header: &Header = unsafe { cell.as_ref() };
        let type_pointer = header.type_pointer.load(Ordering::Relaxed);
        // SAFETY: the type outlives the cell.
        let cell_type = unsafe { &*self.cell_type_behind(type_pointer) };
        if let Some(drop) = cell_type.drop {
            // SAFETY: the contract of `CellType::drop`.
            unsafe { drop(cell) };
        }
    }

    /// Drops what has died in the last collection, with a safepoint after each block.
    pub(crate) fn drop_all_pending(&self, mutator: &mut Mutator) {
        for cursor in 0..crate::class::CURSORS {
            while let Some(block) = self.pools.pop_pending(cursor) {
                // SAFETY: we took it out of the pool.
                let has_room = unsafe { self.drop_dead(block) };
                self.settle(block, has_room);
                self.pause(mutator);
            }
        }
        while let Some(block) = self.pools.pop_dead_large() {
            // SAFETY: we took it out of the pool.
            unsafe { self.drop_dead(block) };
            self.settle(block, false);
            self.pause(mutator);
        }
    }

    /// Finds a place for a block whose dead cells are dropped.
    fn settle(&self, block: BlockPtr, has_room: bool) {
        // SAFETY: blocks stay mapped while the heap lives.
        let head = unsafe { block.as_ref() };
        if head.live.get() == 0 {
            self.region.give_singles(self.region.leave(head));
        } else if has_room {
            self.pools.push_orphan(cursor_of(head), block);
        }
    }

    /// A safepoint whose events are left for the caller's next one.
    fn pause(&self, mutator: &mut Mutator) {
        let events = mutator.poll();
        if !events.is_empty() {
            mutator.post(events);
        }
    }
}

fn cursor_of(head: &BlockHead) -> usize {
    head.kind() as usize * CLASSES + head.class.get() as usize
}

/// # Safety
/// The cell is dead and dropped.
unsafe fn poison(cell: CellPtr, size: usize) {
    // SAFETY: the caller's promise.
    unsafe { cell.cast::<u8>().write_bytes(POISON, size) };
}
