//! The heap object itself: what its parts share, its making and its end.

use std::ptr::NonNull;
use std::sync::Arc;

use grwl_threads::sync::{AtomicBool, AtomicU64, AtomicUsize, Mutex, Ordering};
use grwl_threads::{Runtime, ThreadState};

use crate::block::BLOCK;
use crate::budget::Budget;
use crate::cell_type::CellType;
use crate::collect::{Collector, Statistics};
use crate::config::HeapConfig;
use crate::config::Pace;
use crate::gang::Gang;
use crate::local::ThreadHeap;
use crate::pool::Pools;
use crate::region::{CannotReserve, Region};
use crate::roots::Roots;
use crate::weak::WeakTables;

/// A heap for the threads of one runtime. See the crate's head.
pub struct Heap {
    pub(crate) region: Region,
    /// From a thread state to its part of the heap.
    pub(crate) local_offset: usize,
    pub(crate) config: HeapConfig,
    runtime: Arc<Runtime>,
    pub(crate) pools: Pools,
    pub(crate) budget: Budget,
    pub(crate) pace: Mutex<Pace>,
    /// The parts of threads that have ever allocated and were not found dead.
    pub(crate) threads: Mutex<Vec<NonNull<ThreadHeap>>>,
    pub(crate) roots: Roots,
    pub(crate) weak: WeakTables,
    /// Was a static object written to since the last collection? See `barrier`.
    pub(crate) statics_written: AtomicBool,
    pub(crate) collector: Mutex<Collector>,
    pub(crate) gang: Gang,
    pub(crate) has_frozen: AtomicBool,
    /// Safepoints seen by the stress switch.
    pub(crate) safepoints: AtomicUsize,
    pub(crate) helpers_joined: AtomicUsize,
    pub(crate) helpers_marked: AtomicU64,
}

// SAFETY: the pointers to thread parts are followed by their thread, or with the world stopped;
// they live as long as the runtime, which we hold. All else is Sync.
unsafe impl Send for Heap {}
// SAFETY: as above.
unsafe impl Sync for Heap {}

impl Heap {
    /// A heap without cells.
    ///
    /// # Errors
    /// If the system grants no address space.
    ///
    /// # Panics
    /// If the thread's part would not be aligned.
    ///
    /// # Safety
    /// - The runtime's [extension](grwl_threads::Config::extension) holds a [`ThreadHeap::LAYOUT`] at
    ///   `config.extension_offset`, which is this heap's alone.
    /// - Cells are used only by Running threads of `runtime`, and not after the heap is dropped.
    pub unsafe fn new(runtime: &Arc<Runtime>, config: HeapConfig) -> Result<Self, CannotReserve> {
        let local_offset = runtime.extension_offset() + config.extension_offset;
        assert!(
            local_offset.is_multiple_of(ThreadHeap::LAYOUT.align()),
            "a ThreadHeap must be aligned"
        );
        Ok(Self {
            region: Region::reserve(config.reserve, config.huge_pages)?,
            local_offset,
            runtime: runtime.clone(),
            pools: Pools::new(),
            budget: Budget::new(config.least_budget),
            pace: Mutex::new(Pace::Usual),
            threads: Mutex::new(Vec::new()),
            roots: Roots::new(),
            weak: WeakTables::new(),
            statics_written: AtomicBool::new(true),
            collector: Mutex::new(Collector::new(config.full_threshold, config.full_owned)),
            gang: Gang::new(config.helpers),
            has_frozen: AtomicBool::new(false),
            safepoints: AtomicUsize::new(0),
            helpers_joined: AtomicUsize::new(0),
            helpers_marked: AtomicU64::new(0),
            config,
        })
    }

    /// The runtime whose threads use the heap.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// How the heap was set up.
    pub fn config(&self) -> &HeapConfig {
        &self.config
    }

    /// The reserved address range, for compiled code: a pointer into the heap has a distance
    /// from the first that is below the second.
    pub fn range(&self) -> (usize, usize) {
        (self.region.base(), self.region.span())
    }

    /// Does `address` lie in the heap's range? Outside are static objects and foreign memory.
    #[inline(always)]
    pub fn contains(&self, address: usize) -> bool {
        self.region.contains(address)
    }

    /// Byte offset from a thread state to its [`ThreadHeap`], for compiled code.
    pub fn local_offset(&self) -> usize {
        self.local_offset
    }

    /// Totals.
    pub fn statistics(&self) -> Statistics {
        let collector = self.collector.lock();
        let (free, dirty) = self.region.free_counts();
        let mut statistics = collector.statistics;
        collector.fill(&mut statistics);
        statistics.heap_bytes = self.region.high_water() * BLOCK;
        statistics.free_bytes = free * BLOCK;
        statistics.free_resident_bytes = dirty * BLOCK;
        statistics
    }

    /// How often collections come by themselves.
    pub fn pace(&self) -> Pace {
        *self.pace.lock()
    }

    /// Lets collections come more or less often.
    pub fn set_pace(&self, pace: Pace) {
        let live = self.statistics().live_bytes;
        *self.pace.lock() = pace;
        let threads = self.threads.lock().len();
        let limit = self.config.limit_for(live, threads, pace);
        self.budget.set_limit(limit);
    }

    /// Directly after a `fork`, in the child: the helper threads do not exist there.
    pub fn after_fork_in_child(&self) {
        self.gang.forget_helpers();
    }

    pub(crate) fn needs_barrier(&self) -> bool {
        self.config.generational || self.has_frozen.load(Ordering::Relaxed)
    }

    /// A thread's part of the heap, for the collector.
    pub(crate) fn local_of<'a>(&self, thread: &'a ThreadState) -> &'a ThreadHeap {
        let state = std::ptr::from_ref(thread).cast::<u8>();
        // SAFETY: as in `Heap::local`.
        unsafe { &*state.add(self.local_offset).cast::<ThreadHeap>() }
    }

    /// The heap's view of a type.
    ///
    /// # Safety
    /// `type_pointer` is the type word of a cell.
    #[inline(always)]
    pub(crate) unsafe fn cell_type_behind(&self, type_pointer: *const u8) -> *const CellType {
        debug_assert!(!type_pointer.is_null(), "a cell without type");
        // SAFETY: the contract of `HeapConfig::cell_type_offset`.
        unsafe {
            type_pointer
                .offset(self.config.cell_type_offset)
                .cast::<*const CellType>()
                .read()
        }
    }
}

impl Drop for Heap {
    /// Drops all cells that own something, reachable or not, and returns all memory.
    fn drop(&mut self) {
        for thread in self.threads.lock().drain(..) {
            // SAFETY: parts of thread states live as long as the runtime; no thread
            // allocates any more, since nobody else has the heap.
            let local = unsafe { thread.as_ref() };
            local.retire_cursors();
            local.reset();
        }
        self.drop_all_stopped();
        self.region.for_each_head(|block, entry| {
            if entry.kind().has_drop() {
                // SAFETY: blocks are mapped until the region is dropped; each allocated cell is
                // intact and dropped once, here.
                unsafe {
                    block
                        .as_ref()
                        .for_each_allocated(|cell| self.drop_cell(cell))
                };
            }
        });
    }
}

impl std::fmt::Debug for Heap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heap")
            .field("range", &self.range())
            .finish_non_exhaustive()
    }
}
