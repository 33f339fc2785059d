//! Weak references and finalizers.
//!
//! ## Protocol
//! - A *weak cell* holds its target in a slot that is not traced, and is registered together with
//!   the slot's offset. A thread that loads the slot has the target in its stack or registers from then on, and
//!   collections happen only at safepoints, so a loaded target is alive.
//! - A cell with a finalizer is registered, once.
//! - After marking: registered cells that are unreachable are *finalizable*. Weak slots
//!   of kind [`WeakOrder::BeforeFinalizers`] whose target is unreachable are cleared, and those of kind [`WeakOrder::WithCycles`] if cycles are the reason. Then the finalizable cells and
//!   all that they reach are marked, so they live on until the next collection at least. Then slots of
//!   any kind whose target is still unmarked are cleared.
//! - What only second-hand words lead to (see `roots`) counts as unreachable in all of this, and is marked afterwards.
//! - Finalizable cells, and live weak cells that were cleared, are queued. The layer above takes them out on
//!   a normal thread after the world is resumed ([`Heap::take_finalizable`], [`Heap::take_cleared`]).
//!
//! ## Invariants
//! - Queued cells are roots until they are taken; then they are the taker's to keep on its stack.
//! - A slot is cleared before its target's memory can be reused.
//! - A cell leaves the table of finalizers when it is queued: it is handed out once per registration.
//! - Registrations among old cells are looked at by full collections only: a young one
//!   frees no old cell.

use std::collections::{HashSet, VecDeque};

use grwl_threads::sync::{AtomicU64, Mutex, Ordering};
use grwl_threads::{Mutator, StoppedWorld};

use crate::Heap;
use crate::block::BlockHead;
use crate::header::CellPtr;
use crate::mark::Marker;
use crate::roots::SecondHand;

const SHARDS: usize = 16;

/// When a weak slot is cleared whose target has, or is held by something with, a finalizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakOrder {
    /// As soon as the target is unreachable, before finalizers run: Python's weak references when a
    /// cycle is collected.
    BeforeFinalizers,
    /// When the target is unreachable even after finalizers ran without bringing it back.
    AfterFinalizers,
    /// As `BeforeFinalizers` if the target lies in a cycle of garbage or is reached from one, else, or if it is reached from what has a finalizer and no cycle holds,
    /// as `AfterFinalizers`: what CPython does, where reference counting calls such a finalizer before anything is decided.
    WithCycles,
}

/// Passes over the weak cells.
enum Pass {
    /// Before the finalizable cells are marked.
    BeforeFinalizers,
    /// Then too: of the garbage that they lead to, this lies in cycles or is reached from one.
    Cycles(HashSet<usize>),
    /// After they were marked, if there is something that only second-hand words lead to: weak cells may be part of it.
    BeforeSecondHand,
    /// After all was marked.
    AfterFinalizers,
}

#[derive(Clone, Copy, Debug)]
struct Weak {
    cell: usize,
    offset: usize,
    order: WeakOrder,
}

/// What was registered by the threads of one shard; `old` consists of old cells only.
struct Generations<T> {
    young: Vec<T>,
    old: Vec<T>,
}

#[repr(align(128))]
struct Shard {
    weak: Mutex<Generations<Weak>>,
    finalizers: Mutex<Generations<usize>>,
}

/// See the module's head.
pub(crate) struct WeakTables {
    shards: [Shard; SHARDS],
    finalizable: Mutex<VecDeque<usize>>,
    cleared: Mutex<VecDeque<usize>>,
}

impl<T> Generations<T> {
    const fn new() -> Self {
        Self {
            young: Vec::new(),
            old: Vec::new(),
        }
    }
}

impl WeakTables {
    pub(crate) fn new() -> Self {
        let shard = |_| Shard {
            weak: Mutex::new(Generations::new()),
            finalizers: Mutex::new(Generations::new()),
        };
        Self {
            shards: std::array::from_fn(shard),
            finalizable: Mutex::new(VecDeque::new()),
            cleared: Mutex::new(VecDeque::new()),
        }
    }
}

impl Heap {
    /// Registers the weak cell `weak`, whose target lies in the slot at byte `offset`. Its type's
    /// trace leaves the slot out.
    ///
    /// # Safety
    /// Both are live cells of this heap; the slot is an `AtomicU64` with the target, or zero.
    pub unsafe fn register_weak(
        &self,
        mutator: &Mutator,
        weak: CellPtr,
        offset: usize,
        order: WeakOrder,
    ) {
        let shard = &self.weak.shards[mutator.id() as usize % SHARDS];
        shard.weak.lock().young.push(Weak {
            cell: weak.as_ptr() as usize,
            offset,
            order,
        });
    }

    /// Registers that `cell` has a finalizer.
    ///
    /// # Safety
    /// It is a live cell of this heap, and not registered now.
    pub unsafe fn register_finalizer(&self, mutator: &Mutator, cell: CellPtr) {
        let shard = &self.weak.shards[mutator.id() as usize % SHARDS];
        shard.finalizers.lock().young.push(cell.as_ptr() as usize);
    }

    /// The next cell whose finalizer is due. It may have been brought back to life
    /// meanwhile by another finalizer.
    pub fn take_finalizable(&self, _mutator: &Mutator) -> Option<CellPtr> {
        let cell = self.weak.finalizable.lock().pop_front()?;
        CellPtr::new(cell as *mut _)
    }

    /// The next live weak cell whose target has died.
    pub fn take_cleared(&self, _mutator: &Mutator) -> Option<CellPtr> {
        let cell = self.weak.cleared.lock().pop_front()?;
        CellPtr::new(cell as *mut _)
    }

    /// Cells in the queues are roots.
    pub(crate) fn mark_queues(&self, marker: &mut Marker<'_>) {
        let mut tracer = marker.tracer();
        for queue in [&self.weak.finalizable, &self.weak.cleared] {
            for &cell in queue.lock().iter() {
                tracer.word(cell as u64);
            }
        }
    }

    /// The whole protocol after marking. Returns how many cells became finalizable and
    /// how many weak cells were queued.
    pub(crate) fn process_weak(
        &self,
        marker: &mut Marker<'_>,
        world: &StoppedWorld<'_>,
        full: bool,
        second_hand: &SecondHand,
    ) -> (usize, usize) {
        let finalizable = self.find_finalizable(full);
        let mut cleared = self.clear_weak(full, &Pass::BeforeFinalizers);
        if !finalizable.is_empty() {
            if self.asks_for_cycles(full) {
                let cyclic = self.held_by_cycles(world, &finalizable);
                cleared += self.clear_weak(full, &Pass::Cycles(cyclic));
            }
            let mut tracer = marker.tracer();
            for &cell in &finalizable {
                tracer.word(cell as u64);
            }
            marker.finish_all();
        }
        if second_hand.report_unmarked(marker) {
            cleared += self.clear_weak(full, &Pass::BeforeSecondHand);
            marker.finish_all();
        }
        cleared += self.clear_weak(full, &Pass::AfterFinalizers);
        let count = finalizable.len();
        self.weak.finalizable.lock().extend(finalizable);
        (count, cleared)
    }

    /// Has the cell a finalizer that was not handed out yet?
    pub fn has_finalizer(&self, cell: CellPtr) -> bool {
        let cell = cell.as_ptr() as usize;
        self.weak.shards.iter().any(|shard| {
            let table = shard.finalizers.lock();
            table.young.contains(&cell) || table.old.contains(&cell)
        })
    }

    /// Is there, among the cells with a finalizer that were registered since the last collection, one for which `is` holds? `is` gets cells that may be
    /// garbage, but are intact.
    pub fn any_young_finalizer(
        &self,
        _mutator: &Mutator,
        mut is: impl FnMut(CellPtr) -> bool,
    ) -> bool {
        self.weak.shards.iter().any(|shard| {
            let table = shard.finalizers.lock();
            let mut cells = table.young.iter();
            cells.any(|&cell| CellPtr::new(cell as *mut _).is_some_and(&mut is))
        })
    }

    /// Queues the cells with a finalizer for which `is` holds, though they be reachable: for the end of the program. Returns how many there
    /// are. `is` gets cells that may be garbage, but are intact.
    pub fn queue_finalizers(
        &self,
        _mutator: &Mutator,
        mut is: impl FnMut(CellPtr) -> bool,
    ) -> usize {
        let mut found = Vec::new();
        for shard in &self.weak.shards {
            let table = &mut *shard.finalizers.lock();
            let mut stays = |&cell: &usize| {
                let is_due = CellPtr::new(cell as *mut _).is_some_and(&mut is);
                if is_due {
                    found.push(cell);
                }
                !is_due
            };
            // The oldest first.
            table.old.retain(&mut stays);
            table.young.retain(&mut stays);
        }
        let count = found.len();
        self.weak.finalizable.lock().extend(found);
        count
    }

    fn find_finalizable(&self, full: bool) -> Vec<usize> {
        let mut found = Vec::new();
        for shard in &self.weak.shards {
            let table = &mut *shard.finalizers.lock();
            let mut take_dead = |&cell: &usize| {
                let alive = is_alive(cell);
                if !alive {
                    found.push(cell);
                }
                alive
            };
            if full {
                table.old.retain(&mut take_dead);
            }
            table.young.retain(&mut take_dead);
            table.old.append(&mut table.young);
        }
        found
    }

    /// Is there a weak slot that is cleared now if its unreachable target is held by a cycle?
    fn asks_for_cycles(&self, full: bool) -> bool {
        let asks = |weak: &Weak| {
            if weak.order != WeakOrder::WithCycles {
                return false;
            }
            // SAFETY: as in `clear_weak`.
            let slot = unsafe { &*((weak.cell + weak.offset) as *const AtomicU64) };
            let target = slot.load(Ordering::Relaxed) as usize;
            target != 0 && self.region.contains(target) && !is_alive(target)
        };
        self.weak.shards.iter().any(|shard| {
            let table = shard.weak.lock();
            table.young.iter().any(asks) || full && table.old.iter().any(asks)
        })
    }

    /// One pass over the weak cells. Returns how many were queued.
    fn clear_weak(&self, full: bool, pass: &Pass) -> usize {
        let before = !matches!(pass, Pass::AfterFinalizers);
        let mut cleared = Vec::new();
        for shard in &self.weak.shards {
            let table = &mut *shard.weak.lock();
            let mut keep = |weak: &Weak| {
                match pass {
                    Pass::BeforeFinalizers if weak.order != WeakOrder::BeforeFinalizers => {
                        return true;
                    }
                    Pass::Cycles(_) if weak.order != WeakOrder::WithCycles => return true,
                    _ => {}
                }
                let weak_is_alive = is_alive(weak.cell);
                // SAFETY: dead or alive, the cell's memory is not reused before the sweep.
                let slot = unsafe { &*((weak.cell + weak.offset) as *const AtomicU64) };
                let target = slot.load(Ordering::Relaxed) as usize;
                if target == 0 {
                    // Cleared by the layer above: forget it.
                    return false;
                }
                let is_meant = match pass {
                    Pass::Cycles(cyclic) => cyclic.contains(&target),
                    _ => self.region.contains(target) && !is_alive(target),
                };
                if is_meant {
                    slot.store(0, Ordering::Relaxed);
                    if weak_is_alive {
                        cleared.push(weak.cell);
                    }
                    return false;
                }
                // A dead weak cell may still be brought back by a finalizer.
                weak_is_alive || before
            };
            if full {
                table.old.retain(&mut keep);
            }
            table.young.retain(&mut keep);
            if !before {
                table.old.append(&mut table.young);
            }
        }
        // Of one thread's, the newest is dealt with first.
        let count = cleared.len();
        self.weak.cleared.lock().extend(cleared.into_iter().rev());
        count
    }
}

/// Is a cell that was alive before this collection marked?
fn is_alive(cell: usize) -> bool {
    // SAFETY: registrations are dropped in the collection in which their cells die.
    unsafe { BlockHead::of(cell) }.is_marked(cell)
}
