//! Collecting when nothing else happens.
//!
//! A thread may end only because an object dies: the workers of an executor do once nobody has it any more. Where memory is counted that is at once;
//! here it takes a collection, and none comes by itself while all threads wait. So who waits for a thread without a time limit looks
//! now and then whether the whole process rests, and collects if it does.
//!
//! Invariant: a process that rests and has done nothing since the last such collection is not collected again.

use std::time::{Duration, Instant};

use grwl_heap::Collection;
use grwl_object::{Thread, finalize};
use grwl_threads::Deadline;

/// How long the first look takes; each takes twice as long as the one before, up to [`LONGEST_LOOK`].
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LONGEST_LOOK: Duration = Duration::from_secs(3);

/// So many times as long as a collection took, at least, the next look takes.
const COST: u32 = 100;

/// Who works for less than this part of the time rests.
const REST: u32 = 50;

/// What the looks themselves take is not work.
const NOTHING: Duration = Duration::from_millis(1);

/// A wait without a time limit.
pub(crate) struct Quiet {
    look: Duration,
    /// What the process had worked when the look began.
    before: Duration,
    /// What it had worked after the last collection.
    collected: Option<Duration>,
}

/// The processor time of all threads of the process.
fn worked() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the place to write to lives on this stack. The clock is there on every Linux; were it not, the time would stay zero.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanoseconds = u32::try_from(time.tv_nsec).unwrap_or(0);
    Duration::new(seconds, nanoseconds)
}

impl Quiet {
    pub(crate) fn new() -> Self {
        Self {
            look: FIRST_LOOK,
            before: Duration::ZERO,
            collected: None,
        }
    }

    /// Begins a look; returns when it is over.
    pub(crate) fn begin(&mut self) -> Option<Deadline> {
        self.before = worked();
        Deadline::after(self.look)
    }

    /// The look is over. A safepoint.
    pub(crate) fn end(&mut self, thread: &mut Thread) {
        let now = worked();
        let rests = now.saturating_sub(self.before) < self.look / REST;
        let is_new = self
            .collected
            .is_none_or(|then| now.saturating_sub(then) > NOTHING);
        self.look = (self.look * 2).min(LONGEST_LOOK.max(self.look));
        if !rests || !is_new {
            return;
        }
        let heap = thread.heap();
        finalize::tell(thread, None);
        let start = Instant::now();
        let report = heap.collect(thread.mutator_mut(), Collection::Full);
        self.look = self.look.max(start.elapsed().saturating_mul(COST));
        if report.finalizable + report.cleared_weak > 0 {
            finalize::after_collection(thread);
        }
        finalize::tell(thread, Some(&report));
        self.collected = Some(worked());
    }
}
