//! A collection, from the stop of the world to its report.
//!
//! | phase | what | by whom |
//! |---|---|---|
//! | 1 | cursors are retired; a full collection clears all marks | all markers |
//! | 2 | roots; a young collection adds what the write barrier remembered and all `Foreign` cells | the collecting thread |
//! | 3 | marking | all markers |
//! | 4 | finalizers and weak cells (see `weak`); what second-hand words lead to | the collecting thread |
//! | 5 | types of cells that are about to be dropped are kept | the collecting thread |
//! | 6 | sweep (see `sweep`) | all markers |
//! | 7 | the world resumes; dead cells are dropped, surplus memory goes back to the system | the collecting thread |
//!
//! A *full* collection is about all blocks. A *young* one leaves old marks standing and is about the blocks in
//! which somebody allocated since the last collection: its work follows what is new.
//! Frozen blocks are part of neither: all their cells count as alive, and their
//! edges can only have changed where the write barrier noticed.

use std::collections::HashSet;
use std::ptr::null_mut;
use std::time::{Duration, Instant};

use grwl_threads::sync::Ordering;
use grwl_threads::{Events, Mutator, StoppedWorld};

use crate::Heap;
use crate::block::{BLOCK, BlockHead, BlockPtr};
use crate::class::Kind;
use crate::config::Pace;
use crate::foreign::{self, Sizes};
use crate::header::CellPtr;
use crate::local;
use crate::mark::{Marker, type_of};
use crate::pool::Pools;
use crate::registers::with_stack_from;
use crate::sweep::{Blocks, Sweepings};
use crate::work::WorkPool;

/// If the sizes of what is owned have changed, this part of what else makes a collection a full one is enough.
const OWNED_IN_OLD_PIECES: usize = 8;

/// What to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collection {
    /// Everything.
    Full,
    /// What was allocated since the last collection. The same as `Full` if the heap is not
    /// configured to be generational.
    Young,
    /// Whichever of the two the growth of the heap suggests.
    Auto,
}

/// Which of the cells that die are counted in [`Report::counted`].
pub type Census = fn(CellPtr) -> bool;

/// What a collection is asked for.
#[derive(Clone, Copy)]
struct Order {
    what: Collection,
    /// Where the roots on the calling thread's stack begin.
    stack_from: usize,
    census: Option<Census>,
}

impl Order {
    fn of(what: Collection, stack_from: usize) -> Self {
        Self {
            what,
            stack_from,
            census: None,
        }
    }
}

/// What a collection did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Was it a full one?
    pub full: bool,
    /// For how long the world was stopped, from the moment when it was.
    pub pause: Duration,
    /// How long it took until all threads had stopped.
    pub stopping: Duration,
    /// The share of the pause until marking was over.
    pub marking: Duration,
    /// Cells alive afterwards.
    pub live_cells: usize,
    /// Bytes that they take.
    pub live_bytes: usize,
    /// Cells that died.
    pub died_cells: usize,
    /// Bytes that they took.
    pub died_bytes: usize,
    /// Cells that died and that the [`Census`] counts.
    pub counted: usize,
    /// Blocks that became free.
    pub freed_blocks: usize,
    /// Blocks whose memory went back to the system.
    pub returned_blocks: usize,
    /// Foreign memory is wanted in pieces of other sizes than before: its allocator had better return its free pages to the system.
    pub suggests_trim: bool,
    /// Cells queued for their finalizer. See [`Heap::take_finalizable`].
    pub finalizable: usize,
    /// Weak cells queued because their target died. See [`Heap::take_cleared`].
    pub cleared_weak: usize,
    /// Helpers that took part in marking.
    pub helpers: usize,
}

/// What the collector keeps from one collection to the next.
pub(crate) struct Collector {
    blocks: Vec<BlockPtr>,
    remembered: Vec<usize>,
    /// Cells in frozen blocks that were written to since they were frozen.
    frozen_written: HashSet<usize>,
    pub(crate) frozen_cells: usize,
    frozen_bytes: usize,
    /// Alive after the last collection.
    live_cells: usize,
    live_bytes: usize,
    /// With more than this alive the next automatic collection is full.
    full_threshold: usize,
    /// Foreign memory charged since the last full collection.
    foreign_since_full: usize,
    /// Foreign memory ever charged that is said to be freed when it is.
    owned_ever: usize,
    /// With more than this owned the next automatic collection is full.
    owned_threshold: usize,
    /// The most blocks in use at the beginning of the last collections: see [`Collector::spare`].
    recent_peak: usize,
    /// The sizes of what was charged as owned.
    owned_sizes: Sizes,
    pub(crate) statistics: Statistics,
}

/// Totals since the heap was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statistics {
    /// Full collections.
    pub full_collections: u64,
    /// Young collections.
    pub young_collections: u64,
    /// Time for which the world was stopped.
    pub paused: Duration,
    /// Cells that died.
    pub died_cells: u64,
    /// Cells alive after the last collection.
    pub live_cells: usize,
    /// Bytes that they take.
    pub live_bytes: usize,
    /// Bytes of all blocks that are or were in use.
    pub heap_bytes: usize,
    /// Bytes of blocks that nobody uses.
    pub free_bytes: usize,
    /// Bytes of those that have memory behind them.
    pub free_resident_bytes: usize,
}

// SAFETY: block pointers are followed by whoever has the collector's lock.
unsafe impl Send for Collector {}

/// In so many collections about two thirds of the memory that is not needed any more go back.
const SURPLUS_LIFE: usize = 16;

impl Collector {
    pub(crate) fn new(full_threshold: usize, owned_threshold: usize) -> Self {
        Self {
            blocks: Vec::new(),
            remembered: Vec::new(),
            frozen_written: HashSet::new(),
            frozen_cells: 0,
            frozen_bytes: 0,
            live_cells: 0,
            live_bytes: 0,
            full_threshold,
            foreign_since_full: 0,
            owned_ever: 0,
            owned_threshold,
            recent_peak: 0,
            owned_sizes: Sizes::default(),
            statistics: Statistics::default(),
        }
    }

    /// From now on, this many cells are frozen.
    pub(crate) fn set_frozen(&mut self, cells: usize, bytes: usize) {
        self.frozen_written.clear();
        self.frozen_cells = cells;
        self.frozen_bytes = bytes;
    }

    /// How many free blocks keep their memory because they were in use lately. Whoever works with large objects in turns would
    /// otherwise have it taken away at each collection, and pay for it page by page. What is not needed for some collections goes back bit by bit.
    fn spare(&mut self, used_before: usize, used_now: usize) -> usize {
        let surplus = self.recent_peak.saturating_sub(used_before);
        self.recent_peak = used_before + surplus - surplus.div_ceil(SURPLUS_LIFE);
        self.recent_peak.saturating_sub(used_now)
    }

    /// How much foreign memory cells own that is said to be freed when it is, as far as threads have reported.
    fn owned(&self) -> usize {
        self.owned_ever.saturating_sub(foreign::freed())
    }

    /// Completes a copy of the statistics.
    pub(crate) fn fill(&self, statistics: &mut Statistics) {
        statistics.live_cells = self.live_cells;
        statistics.live_bytes = self.live_bytes;
    }
}

impl Heap {
    /// Collects now. A safepoint.
    ///
    /// Pointers to cells that only the caller's caller holds stay roots (they lie in the stack or
    /// in callee-saved registers).
    pub fn collect(&self, mutator: &mut Mutator, what: Collection) -> Report {
        with_stack_from(|from| self.collect_if(mutator, Order::of(what, from), || true))
            .expect("the condition holds")
    }

    /// As [`collect`](Self::collect), but of the calling thread's stack only what lies at `stack_from` and above holds roots. What the
    /// frames below once held, and nobody has overwritten, keeps nothing alive. `census` says which of the dead are counted; it looks
    /// at cells that are intact, and at nothing else.
    ///
    /// # Safety
    /// `stack_from` was given by [`with_stack_from`] to one of the callers; nothing that was loaded since is used after this call,
    /// unless it is reachable otherwise.
    pub unsafe fn collect_above(
        &self,
        mutator: &mut Mutator,
        what: Collection,
        stack_from: usize,
        census: Census,
    ) -> Report {
        let order = Order {
            what,
            stack_from,
            census: Some(census),
        };
        self.collect_if(mutator, order, || true)
            .expect("the condition holds")
    }

    /// Collects if the budget is used up, and nobody else has collected meanwhile. A safepoint.
    pub fn collect_if_due(&self, mutator: &mut Mutator) -> Option<Report> {
        if !self.budget.is_exceeded() {
            return None;
        }
        let is_due = || self.budget.is_exceeded();
        with_stack_from(|from| self.collect_if(mutator, Order::of(Collection::Auto, from), is_due))
    }

    /// Will [`at_safepoint`](Self::at_safepoint) with these events collect, unless somebody else does it first?
    pub fn is_due(&self, events: Events) -> bool {
        events.intersects(self.config.event) && self.budget.is_exceeded()
    }

    /// What to do after each of the layer above's safepoints, with the events that it returned: collects
    /// if one is due, or if the stress switch says so.
    #[inline]
    pub fn at_safepoint(&self, mutator: &mut Mutator, events: Events) -> Option<Report> {
        if events.intersects(self.config.event) || self.config.stress != 0 {
            return self.at_safepoint_slow(mutator, events);
        }
        None
    }

    #[cold]
    #[inline(never)]
    fn at_safepoint_slow(&self, mutator: &mut Mutator, events: Events) -> Option<Report> {
        if self.config.stress != 0 {
            let count = self.safepoints.fetch_add(1, Ordering::Relaxed) + 1;
            if count.is_multiple_of(self.config.stress) {
                let round = count / self.config.stress;
                let full = round.is_multiple_of(3);
                let what = if full {
                    Collection::Full
                } else {
                    Collection::Young
                };
                return Some(self.collect(mutator, what));
            }
        }
        events
            .intersects(self.config.event)
            .then(|| self.collect_if_due(mutator))
            .flatten()
    }

    fn collect_if(
        &self,
        mutator: &mut Mutator,
        order: Order,
        condition: impl FnOnce() -> bool,
    ) -> Option<Report> {
        let asked = Instant::now();
        let is_explicit = order.what != Collection::Auto;
        let used_before;
        let mut report = {
            let world = mutator.stop_the_world();
            if !condition() {
                return None;
            }
            let stopped = Instant::now();
            used_before = self.region.used_blocks();
            let mut collector = self.collector.lock();
            let mut report = self.collect_stopped(&world, &mut collector, order);
            report.stopping = stopped - asked;
            report.pause = stopped.elapsed();
            let statistics = &mut collector.statistics;
            statistics.paused += report.pause;
            statistics.died_cells += report.died_cells as u64;
            if report.full {
                statistics.full_collections += 1;
            } else {
                statistics.young_collections += 1;
            }
            report
        };
        self.drop_all_pending(mutator);
        let spare = {
            let mut collector = self.collector.lock();
            if report.full {
                // Now it is known what the dead have freed.
                collector.owned_threshold = (collector.owned() * 2).max(self.config.full_owned);
                report.suggests_trim = collector.owned_sizes.suggest_trim();
            }
            collector.spare(used_before, self.region.used_blocks())
        };
        let threads = self.threads.lock().len();
        let limit = self
            .config
            .limit_for(report.live_bytes, threads, Pace::Usual);
        // Who asks for a collection wants the memory back.
        let spare = if is_explicit { 0 } else { spare };
        let keep = (limit / BLOCK).max(spare);
        report.returned_blocks = self.region.release_surplus(keep);
        Some(report)
    }

    fn collect_stopped(
        &self,
        world: &StoppedWorld<'_>,
        collector: &mut Collector,
        order: Order,
    ) -> Report {
        let begun = Instant::now();
        let full = match order.what {
            _ if !self.config.generational => true,
            Collection::Full => true,
            Collection::Young => false,
            Collection::Auto => {
                collector.live_bytes > collector.full_threshold
                    || collector.foreign_since_full > self.config.full_foreign
                    || collector.owned() > collector.owned_threshold
                    || collector.owned() > self.config.full_owned / OWNED_IN_OLD_PIECES
                        && collector.owned_sizes.have_changed(collector.live_bytes)
            }
        };
        self.helpers_joined.store(0, Ordering::Relaxed);
        self.prepare(world, collector, full);
        let pool = WorkPool::new(self.config.mark_stack, self.config.mark_chunks);
        let mut marker = Marker::new(self, &pool);
        let second_hand = self.mark_roots(&mut marker, world, order.stack_from, full);
        self.mark_queues(&mut marker);
        self.mark_remembered(&mut marker, collector, full);
        marker.finish_all();
        let (finalizable, cleared_weak) = self.process_weak(&mut marker, world, full, &second_hand);
        self.keep_types_of_dying(&mut marker, collector);
        marker.finish_all();
        let marking = begun.elapsed();
        if self.config.verify {
            self.verify_marks(world);
        }
        let counted = order.census.map_or(0, |census| dying(collector, census));
        let sweepings = self.sweep(collector, full);
        if full {
            collector.live_cells = sweepings.live_cells + collector.frozen_cells;
            collector.live_bytes = sweepings.live_bytes + collector.frozen_bytes;
            collector.full_threshold = (collector.live_bytes * 2).max(self.config.full_threshold);
        } else {
            collector.live_cells += sweepings.live_cells;
            collector.live_cells -= sweepings.live_cells_before;
            collector.live_bytes += sweepings.live_bytes;
            collector.live_bytes -= sweepings.live_bytes_before;
        }
        let threads = self.threads.lock().len();
        let limit = self
            .config
            .limit_for(collector.live_bytes, threads, self.pace());
        self.budget.restart(limit);
        Report {
            full,
            marking,
            live_cells: collector.live_cells,
            live_bytes: collector.live_bytes,
            died_cells: sweepings.died_cells,
            died_bytes: sweepings.died_bytes,
            counted,
            freed_blocks: sweepings.freed_blocks(),
            finalizable,
            cleared_weak,
            helpers: self.helpers_joined.load(Ordering::Relaxed),
            ..Report::default()
        }
    }

    /// Phase 1: afterwards `collector.blocks` is what this collection is about.
    fn prepare(&self, world: &StoppedWorld<'_>, collector: &mut Collector, full: bool) {
        let Collector {
            blocks,
            remembered,
            foreign_since_full,
            owned_ever,
            owned_sizes,
            ..
        } = collector;
        let (mut owned, mut owned_pieces) = (0, 0);
        if full {
            *foreign_since_full = 0;
        }
        blocks.clear();
        remembered.clear();
        let mut threads = self.threads.lock();
        for thread in threads.iter() {
            // SAFETY: parts of thread states live as long as the runtime.
            unsafe { thread.as_ref() }.alive.set(false);
        }
        for thread in world.threads() {
            self.local_of(thread).alive.set(true);
        }
        threads.retain(|thread| {
            // SAFETY: as above.
            let local = unsafe { thread.as_ref() };
            local.retire_cursors();
            local.uncharged.set(0);
            *foreign_since_full += local.foreign.take();
            owned += local.owned.take();
            owned_pieces += local.owned_pieces.take();
            local.current.iter().for_each(|c| c.set(null_mut()));
            while let Some(block) = local::pop(&local.used) {
                blocks.push(block);
            }
            remembered.append(&mut local.take_remembered());
            if full || !local.alive.get() {
                Pools::empty_cache(&self.region, local);
            }
            for (cursor, list) in local.available.iter().enumerate() {
                if full {
                    list.set(null_mut());
                } else if !local.alive.get() {
                    while let Some(block) = local::pop(list) {
                        self.pools.push_orphan(cursor, block);
                    }
                }
            }
            if !local.alive.get() {
                local.reset();
            }
            local.alive.get()
        });
        drop(threads);
        *owned_ever += owned;
        owned_sizes.collected(owned, owned_pieces, full);
        if full {
            blocks.clear();
            self.pools.empty_shards(&self.region);
            self.pools.forget_lists();
            self.region.for_each_head(|block, entry| {
                if !entry.is_frozen() {
                    blocks.push(block);
                }
            });
            Blocks(blocks).for_each(self, |(), head| head.clear_marks(), |()| ());
        }
    }

    /// The rest of phase 2: roots inside the heap.
    fn mark_remembered(&self, marker: &mut Marker<'_>, collector: &mut Collector, full: bool) {
        for &cell in &collector.remembered {
            if self.region.entry_of(cell).is_frozen() {
                collector.frozen_written.insert(cell);
            } else if !full {
                marker.tracer().word(cell as u64);
            }
        }
        for &cell in &collector.frozen_written {
            // SAFETY: frozen cells stay alive.
            unsafe { BlockHead::of(cell) }.mark::<false>(cell);
            marker.trace(cell);
        }
        self.region.for_each_head(|block, entry| {
            if entry.kind() == Kind::Foreign && (!full || entry.is_frozen()) {
                // SAFETY: blocks stay mapped while the heap lives.
                let head = unsafe { block.as_ref() };
                head.for_each_marked(|cell| marker.trace(cell.as_ptr() as usize));
            }
        });
        // Cells that died earlier and are not dropped yet need their types. Those were marked when the cells died, and stay alive until marks are cleared.
        if full {
            for block in &collector.blocks {
                // SAFETY: as above.
                let head = unsafe { block.as_ref() };
                if head.kind().has_drop() {
                    head.for_each_dead(|cell| marker.keep_type_of(cell));
                }
            }
        }
    }

    /// Phase 5: the types that are cells. Most are static, and most neighbours have the same one.
    fn keep_types_of_dying(&self, marker: &mut Marker<'_>, collector: &Collector) {
        let mut types = Vec::new();
        Blocks(&collector.blocks).for_each(
            self,
            |found: &mut Vec<usize>, head| {
                if head.kind().has_drop() {
                    head.for_each_unmarked(|cell| {
                        // SAFETY: dead cells keep their contents until they are dropped.
                        let of_cell = unsafe { type_of(cell) };
                        if self.region.contains(of_cell) && found.last() != Some(&of_cell) {
                            found.push(of_cell);
                        }
                    });
                }
            },
            |mut found| types.append(&mut found),
        );
        let mut tracer = marker.tracer();
        for of_cell in types {
            tracer.word(of_cell as u64);
        }
    }

    /// Phase 6.
    fn sweep(&self, collector: &Collector, full: bool) -> Sweepings {
        let mut total = Sweepings::default();
        Blocks(&collector.blocks).for_each(
            self,
            |out, head| self.sweep_block(out, head),
            |part| total.add(part),
        );
        self.distribute(&mut total, full);
        total
    }
}

/// How many of the cells that are about to die a census counts.
fn dying(collector: &Collector, census: Census) -> usize {
    let mut counted = 0;
    for block in &collector.blocks {
        // SAFETY: blocks stay mapped while the heap lives.
        let head = unsafe { block.as_ref() };
        head.for_each_unmarked(|cell| counted += usize::from(census(cell)));
    }
    counted
}
