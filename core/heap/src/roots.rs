//! Where marking begins.
//!
//! Roots are: every thread's native stack and registers (conservatively), what the layer above reports
//! ([`RootSource`]: frame stacks, module tables), static ranges, cells that C holds
//! ([`Heap::retain`]), cells queued for the layer above (see `weak`), and what the write barrier
//! remembered.
//!
//! A part of a native stack may be *second-hand* ([`RootSource::second_hand`]): a function that keeps what it works with in roots of another kind leaves copies
//! there, and nobody clears them. Such words keep cells where they are, since somebody might go on with one after all; but they
//! are no reason to hold back a finalizer or to leave a weak reference standing. So they wait until `weak` has decided.
//!
//! Invariant: all of it is read with the world stopped, so nothing moves meanwhile.

use grwl_threads::sync::{Mutex, Ordering};
use grwl_threads::{StoppedWorld, ThreadState};

use crate::Heap;
use crate::header::{CellPtr, RETAINED_BIT};
use crate::mark::Marker;
use crate::tracer::Tracer;

/// Below its stack pointer a function may use this much (x86-64's red zone).
const RED_ZONE: usize = 128;
const SHARDS: usize = 16;

/// Reports roots that only the layer above knows.
///
/// # Safety
/// What is reported leads to live cells, or outside the heap. The functions run with the world
/// stopped: they neither allocate, nor poll, nor take a lock that a stopped thread may hold.
pub unsafe trait RootSource: Send + Sync {
    /// The roots of one thread, for instance its frame stack.
    fn trace_thread(&self, thread: &ThreadState, tracer: &mut Tracer<'_>) {
        let _ = (thread, tracer);
    }

    /// Parts of the thread's native stack, from its lower end upwards, as pairs of addresses: whatever lies there is also among the other roots for as long as it is used.
    /// See the module's head of `roots`.
    fn second_hand(&self, thread: &ThreadState, parts: &mut Vec<(usize, usize)>) {
        let _ = (thread, parts);
    }

    /// The roots that belong to no thread. If the collection is not `full`, those that the collection before was told of live on by themselves, and need not be told again.
    fn trace_shared(&self, tracer: &mut Tracer<'_>, full: bool) {
        let _ = (tracer, full);
    }

    /// The roots that belong to no thread and seldom change: what static objects point to. A young collection asks for them only if
    /// since the last collection one was written to ([`Heap::record_write`]) or one came along ([`Heap::record_static_write`]).
    fn trace_statics(&self, tracer: &mut Tracer<'_>) {
        let _ = tracer;
    }
}

/// What was registered as a root.
pub(crate) struct Roots {
    sources: Mutex<Vec<Box<dyn RootSource>>>,
    /// Address and number of words.
    ranges: Mutex<Vec<(usize, usize)>>,
    retained: [Shard; SHARDS],
}

#[repr(align(128))]
struct Shard(Mutex<Vec<usize>>);

/// The second-hand parts of all threads' native stacks. See the module's head.
#[derive(Default)]
pub(crate) struct SecondHand(Vec<(usize, usize)>);

impl SecondHand {
    /// Reports what is between `from` and `to` but for this thread's parts, which are put aside. Of those, only what keeps to its order and inside counts.
    ///
    /// # Safety
    /// As [`Tracer::conservative`].
    unsafe fn leave_out(
        &mut self,
        mut from: usize,
        to: usize,
        parts: &[(usize, usize)],
        tracer: &mut Tracer<'_>,
    ) {
        for &(begin, end) in parts {
            let begin = begin.max(from);
            if begin < end && end <= to {
                // SAFETY: the caller's promise.
                unsafe { tracer.conservative(from, begin) };
                self.0.push((begin, end));
                from = end;
            }
        }
        // SAFETY: as above.
        unsafe { tracer.conservative(from, to) };
    }

    /// Reports what is not marked yet; true if there is any.
    pub(crate) fn report_unmarked(&self, marker: &mut Marker<'_>) -> bool {
        let mut tracer = marker.tracer();
        tracer.unmarked_only = true;
        for &(from, to) in &self.0 {
            // SAFETY: parts of stacks that stand still.
            unsafe { tracer.conservative(from, to) };
        }
        marker.stack.len() != 0
    }
}

impl Roots {
    pub(crate) fn new() -> Self {
        Self {
            sources: Mutex::new(Vec::new()),
            ranges: Mutex::new(Vec::new()),
            retained: std::array::from_fn(|_| Shard(Mutex::new(Vec::new()))),
        }
    }
}

impl Heap {
    /// Asks `source` for roots from now on.
    pub fn add_root_source(&self, source: Box<dyn RootSource>) {
        self.roots.sources.lock().push(source);
        self.record_static_write();
    }

    /// `count` tagged words from `first` on are roots from now on.
    ///
    /// # Safety
    /// They stay readable until they are removed or the heap is dropped, and are only written by Running
    /// threads.
    pub unsafe fn add_static_roots(&self, first: *const u64, count: usize) {
        self.roots.ranges.lock().push((first as usize, count));
    }

    /// Undoes [`add_static_roots`](Self::add_static_roots) for the range that begins at `first`.
    pub fn remove_static_roots(&self, first: *const u64) {
        let mut ranges = self.roots.ranges.lock();
        ranges.retain(|range| range.0 != first as usize);
    }

    /// C takes a reference: the cell is a root until it is released as often.
    ///
    /// # Safety
    /// `cell` is a live cell of this heap, or a static object; the caller is Running.
    pub unsafe fn retain(&self, cell: CellPtr) {
        // SAFETY: the caller's promise.
        let c_refs = unsafe { &cell.as_ref().c_refs };
        let before = c_refs.fetch_add(1, Ordering::Relaxed);
        if before & RETAINED_BIT == 0
            && self.region.contains(cell.as_ptr() as usize)
            && c_refs.fetch_or(RETAINED_BIT, Ordering::Relaxed) & RETAINED_BIT == 0
        {
            let address = cell.as_ptr() as usize;
            self.roots.retained[address / 64 % SHARDS]
                .0
                .lock()
                .push(address);
        }
    }

    /// C gives a reference back.
    ///
    /// # Safety
    /// The cell was [retained](Self::retain) more often than released; the caller is Running.
    pub unsafe fn release(&self, cell: CellPtr) {
        // SAFETY: the caller's promise keeps the cell alive.
        let before = unsafe { &cell.as_ref().c_refs }.fetch_sub(1, Ordering::Relaxed);
        debug_assert_ne!(before & !RETAINED_BIT, 0, "released more than retained");
    }

    /// The cell in which `address` falls, if it is an allocated one. World stopped and cursors
    /// retired, or else the answer may be a cell that is not initialised yet.
    pub(crate) fn cell_at(&self, address: usize) -> Option<CellPtr> {
        let head = self.region.head_for(address)?;
        // SAFETY: blocks in use stay mapped.
        let head = unsafe { head.as_ref() };
        let cell = head.cell_around(address)?;
        CellPtr::new(cell as *mut _).filter(|_| head.is_allocated(cell))
    }

    /// Reports what static objects point to.
    pub(crate) fn trace_statics(&self, tracer: &mut Tracer<'_>) {
        for source in self.roots.sources.lock().iter() {
            source.trace_statics(tracer);
        }
    }

    /// Gives the marker all roots but the remembered cells, and those that are returned. `stack_from` is as in `registers`.
    pub(crate) fn mark_roots(
        &self,
        marker: &mut Marker<'_>,
        world: &StoppedWorld<'_>,
        stack_from: usize,
        full: bool,
    ) -> SecondHand {
        let mut second_hand = SecondHand::default();
        let mut parts = Vec::new();
        let mut tracer = marker.tracer();
        let sources = self.roots.sources.lock();
        for thread in world.threads() {
            // SAFETY: it is stopped, or it is the calling thread itself.
            let native = unsafe { thread.native_roots() };
            let is_caller = std::ptr::eq(thread, world.mutator().state());
            let from = if is_caller {
                stack_from
            } else {
                for register in native.registers {
                    tracer.conservative_word(register);
                }
                let from = native.stack_pointer.saturating_sub(RED_ZONE);
                from.max(native.stack_limit)
            };
            parts.clear();
            for source in sources.iter() {
                source.second_hand(thread, &mut parts);
            }
            // SAFETY: the used part of a thread's stack, which stands still.
            unsafe { second_hand.leave_out(from, native.stack_top, &parts, &mut tracer) };
            for source in sources.iter() {
                source.trace_thread(thread, &mut tracer);
            }
        }
        for source in sources.iter() {
            source.trace_shared(&mut tracer, full);
        }
        drop(sources);
        // Relaxed: the world is stopped.
        if self.statics_written.swap(false, Ordering::Relaxed) || full {
            self.trace_statics(&mut tracer);
        }
        for &(first, count) in self.roots.ranges.lock().iter() {
            // SAFETY: who added the range promised that it is readable.
            unsafe { tracer.words(first as *const u64, count) };
        }
        for shard in &self.roots.retained {
            shard.0.lock().retain(|&cell| {
                // SAFETY: cells in this table were roots in each collection so far.
                let header = unsafe { &*(cell as *const crate::Header) };
                let is_held = header.c_references() > 0;
                if is_held {
                    tracer.word(cell as u64);
                } else {
                    header.c_refs.store(0, Ordering::Relaxed);
                }
                is_held
            });
        }
        second_hand
    }
}
