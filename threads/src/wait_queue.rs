//! Waiting with a time limit and interruption, on which Python's locks are built.
//!
//! A [`WaitQueue`] is a line of threads that sleep until somebody wakes them.
//! The caller keeps the state that is waited for in a word of its own; going
//! to sleep checks it and joins the line in one step, waking changes it and
//! leaves the line in one step, both under the queue's own lock.
//!
//! ## Protocol
//! 1. The waiter, Running, locks the queue, checks its condition, joins the line.
//! 2. It becomes Safe and sleeps in its parker until its node says `WOKEN`,
//!    the deadline has passed, or one of the events named by the caller has been posted.
//!    (Dekker with `ThreadState::post`: declare the interest, fence, look.)
//! 3. It becomes Running. If its node does not say `WOKEN` it locks the queue and
//!    looks again: a waker may have come first, and then the wait counts as
//!    woken. So a wake-up is never lost on a thread that gave up.
//!
//! ## Invariants
//! - The line and the nodes' links change under the queue's lock only, which
//!   only Running threads hold. A `fork` therefore finds every line whole,
//!   and takes the threads that the child does not have out of it.
//! - A thread waits in one queue at a time; its node lies in its thread state.
//! - A queue does not move and is not freed while a thread waits in it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::biased_lock::BiasedLock;
use crate::mutator::Mutator;
use crate::poll::Events;
#[cfg(not(loom))]
use crate::rest::Watch;
use crate::runtime::Runtime;
use crate::sync::weaken::{self, Weakening};
use crate::sync::{AtomicPtr, AtomicU32, Deadline, Ordering, UnsafeCell, fence};
use crate::thread_state::ThreadState;

/// Not in any line.
const IDLE: u32 = 0;
/// In a line.
const QUEUED: u32 = 1;
/// Taken out of the line by a waker; further bits are the waker's message.
const WOKEN: u32 = 2;
const MESSAGE_SHIFT: u32 = 8;

/// A thread's place in a line.
pub(crate) struct WaitNode {
    status: AtomicU32,
    /// The queue, while in its line.
    queue: AtomicPtr<WaitQueue>,
    before: UnsafeCell<*const ThreadState>,
    next: UnsafeCell<*const ThreadState>,
    since: UnsafeCell<Option<Instant>>,
}

impl WaitNode {
    pub(crate) fn new() -> Self {
        Self {
            status: AtomicU32::new(IDLE),
            queue: AtomicPtr::new(std::ptr::null_mut()),
            before: UnsafeCell::new(std::ptr::null()),
            next: UnsafeCell::new(std::ptr::null()),
            since: UnsafeCell::new(None),
        }
    }
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The condition did not hold any more when the queue was locked.
    NotNeeded,
    /// A waker took this thread out of the line and left this message.
    Woken(u8),
    /// The deadline has passed.
    TimedOut,
    /// An event that the caller named has been posted; it is still there to be taken.
    Interrupted,
}

/// How long a wait may last, and what may cut it short.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// When to give up; `None` is never.
    pub deadline: Option<Deadline>,
    /// Events that end the wait. With [`Events::REST`] the thread looks now and then whether the process rests.
    pub interrupts: Events,
}

impl Limits {
    /// No deadline and no interruption.
    pub const NONE: Self = Self {
        deadline: None,
        interrupts: Events::NONE,
    };
}

/// What a waker finds, with the queue locked.
#[derive(Clone, Copy, Debug)]
pub struct FirstInLine {
    /// How long it has been waiting, earlier rounds included.
    pub waited: Duration,
    /// Others stand behind it.
    pub more: bool,
}

/// See the module's head.
#[derive(Debug)]
pub struct WaitQueue {
    lock: BiasedLock,
    /// Whose threads wait here; null until the first comes.
    runtime: AtomicPtr<Runtime>,
    line: UnsafeCell<Line>,
}

#[derive(Debug)]
struct Line {
    first: *const ThreadState,
    last: *const ThreadState,
}

// SAFETY: the line is touched with the lock held; the pointers lead to thread
// states, which are Sync and outlive every queue's use.
unsafe impl Send for WaitQueue {}
// SAFETY: as above.
unsafe impl Sync for WaitQueue {}

impl Default for WaitQueue {
    fn default() -> Self {
        Self::new()
    }
}

impl WaitQueue {
    /// An empty line.
    pub fn new() -> Self {
        Self {
            lock: BiasedLock::shared(),
            runtime: AtomicPtr::new(std::ptr::null_mut()),
            line: UnsafeCell::new(Line {
                first: std::ptr::null(),
                last: std::ptr::null(),
            }),
        }
    }

    /// Joins the line if `needed` holds with the queue locked, and sleeps in a Safe region.
    /// `since` is when the caller's waiting began, for fairness across rounds.
    ///
    /// `needed` must not reach a safepoint or take an object lock. It is where the
    /// caller notes in its own word that somebody waits.
    pub fn wait(
        &self,
        mutator: &mut Mutator,
        limits: &Limits,
        since: Option<Instant>,
        needed: impl FnOnce() -> bool,
    ) -> Wake {
        {
            let guard = self.lock.lock_shared(mutator);
            self.assert_runtime(guard.mutator());
            if !needed() {
                return Wake::NotNeeded;
            }
            self.join(guard.mutator().state(), since);
        }
        // Acquire: partner is the Release in `take_first`; with it we see what
        // the waker did before.
        let woken = |state: &ThreadState| state.reach.node.status.load(Ordering::Acquire) != QUEUED;
        let end = mutator.sleep_unless(limits, woken);
        if end != Wake::Woken(0) && !weaken::active(Weakening::WaitTimeoutRecheck) {
            let guard = self.lock.lock_shared(mutator);
            let state = guard.mutator().state();
            if !woken(state) {
                self.leave(state);
                state.reach.node.status.store(IDLE, Ordering::Relaxed);
                return end;
            }
        }
        let status = &mutator.state().reach.node.status;
        let message = status.swap(IDLE, Ordering::Relaxed) >> MESSAGE_SHIFT;
        Wake::Woken(message as u8)
    }

    /// Takes the first out of the line and wakes it with the message that `decide`
    /// returns. `decide` runs with the queue locked whether or not anybody waits, under the same
    /// rules as `needed`, and changes the caller's own word.
    pub fn wake_one(&self, mutator: &mut Mutator, decide: impl FnOnce(Option<FirstInLine>) -> u8) {
        let woken = {
            let guard = self.lock.lock_shared(mutator);
            self.assert_runtime(guard.mutator());
            self.take_first(decide)
        };
        if let Some(state) = woken {
            state.reach.parker.unpark();
        }
    }

    /// Wakes everybody in the line with `message`; `act` runs first, as `decide` of
    /// [`wake_one`](Self::wake_one). Returns how many were woken.
    pub fn wake_all(&self, mutator: &mut Mutator, message: u8, act: impl FnOnce()) -> usize {
        let mut woken = Vec::new();
        {
            let guard = self.lock.lock_shared(mutator);
            self.assert_runtime(guard.mutator());
            act();
            while let Some(state) = self.take_first(|_| message) {
                woken.push(state);
            }
        }
        for state in &woken {
            state.reach.parker.unpark();
        }
        woken.len()
    }

    /// A queue serves the threads of one runtime, which keeps their states
    /// alive. The queue is locked.
    fn assert_runtime(&self, mutator: &Mutator) {
        let mine = Arc::as_ptr(mutator.runtime()).cast_mut();
        let first = self.runtime.load(Ordering::Relaxed);
        if first.is_null() {
            self.runtime.store(mine, Ordering::Relaxed);
        } else {
            assert!(first == mine, "the queue belongs to another runtime");
        }
    }

    /// Puts `state` at the end. The queue is locked.
    fn join(&self, state: &ThreadState, since: Option<Instant>) {
        let node = &state.reach.node;
        node.status.store(QUEUED, Ordering::Relaxed);
        // Release: partner is the Acquire in `leave_dead`.
        node.queue
            .store(std::ptr::from_ref(self).cast_mut(), Ordering::Release);
        // SAFETY: the queue is locked; the node is ours.
        node.since.with_mut(|slot| unsafe { *slot = since });
        // SAFETY: as above.
        node.next
            .with_mut(|next| unsafe { *next = std::ptr::null() });
        self.line.with_mut(|line| {
            // SAFETY: the queue is locked; states are never freed.
            unsafe {
                node.before.with_mut(|before| *before = (*line).last);
                match (*line).last.as_ref() {
                    Some(last) => last.reach.node.next.with_mut(|next| *next = state),
                    None => (*line).first = state,
                }
                (*line).last = state;
            }
        });
    }

    /// Takes `state` out of the line, in which it stands. The queue is locked.
    fn leave(&self, state: &ThreadState) {
        // SAFETY: the queue is locked, so the links are ours; states are never
        // freed while the runtime lives.
        let next = state.reach.node.next.with(|next| unsafe { *next });
        // SAFETY: as above.
        let before = state.reach.node.before.with(|before| unsafe { *before });
        self.line.with_mut(|line| {
            // SAFETY: as above.
            unsafe {
                match before.as_ref() {
                    Some(before) => before.reach.node.next.with_mut(|slot| *slot = next),
                    None => (*line).first = next,
                }
                match next.as_ref() {
                    Some(next) => next.reach.node.before.with_mut(|slot| *slot = before),
                    None => (*line).last = before,
                }
            }
        });
        state
            .reach
            .node
            .queue
            .store(std::ptr::null_mut(), Ordering::Relaxed);
    }

    /// Takes the first out of the line and marks it woken. The queue is locked.
    fn take_first(
        &self,
        decide: impl FnOnce(Option<FirstInLine>) -> u8,
    ) -> Option<&'static ThreadState> {
        // SAFETY: the queue is locked; states are never freed while the runtime
        // lives, and the reference does not leave this file's callers, whose
        // mutators keep it alive.
        let first = self
            .line
            .with(|line| unsafe { (*line).first.as_ref::<'static>() });
        let Some(first) = first else {
            decide(None);
            return None;
        };
        // SAFETY: the queue is locked.
        let since = first.reach.node.since.with(|since| unsafe { *since });
        // SAFETY: as above.
        let more = first
            .reach
            .node
            .next
            .with(|next| unsafe { !(*next).is_null() });
        let found = FirstInLine {
            waited: since.map_or(Duration::ZERO, |since| since.elapsed()),
            more,
        };
        // Before the line changes: if it panics, nothing has happened.
        let message = decide(Some(found));
        self.leave(first);
        // Release: partner is the Acquire in `wait`.
        let status = WOKEN | u32::from(message) << MESSAGE_SHIFT;
        first.reach.node.status.store(status, Ordering::Release);
        Some(first)
    }

    /// In the child of a `fork`: takes a thread that does not exist any more out
    /// of whatever line it stands in.
    #[cfg(not(loom))]
    pub(crate) fn leave_dead(state: &ThreadState) {
        // Acquire: partner is the Release in `join`.
        let queue = state.reach.node.queue.load(Ordering::Acquire);
        // SAFETY: a queue is not freed while a thread waits in it. Nobody else
        // runs, and no queue is locked (its holder would have been Running).
        if let Some(queue) = unsafe { queue.as_ref() } {
            queue.leave(state);
        }
        state.reach.node.status.store(IDLE, Ordering::Relaxed);
    }
}

impl Mutator {
    /// Sleeps in a Safe region until the deadline, or until one of the events is posted
    /// (which then is still there to be taken).
    pub fn sleep(&mut self, limits: &Limits) -> Wake {
        self.sleep_unless(limits, |_| false)
    }

    /// Sleeps until `woken`, which somebody makes true before unparking us.
    fn sleep_unless(&mut self, limits: &Limits, woken: impl Fn(&ThreadState) -> bool) -> Wake {
        let interrupts = limits.interrupts.bits();
        // A thread leaves this one for itself.
        let by_others = interrupts & !Events::REST.bits();
        #[cfg(not(loom))]
        let mut watch = limits.interrupts.intersects(Events::REST).then(Watch::new);
        let state = self.state();
        if by_others != 0 {
            state.reach.wait_events.store(by_others, Ordering::Relaxed);
            if !weaken::active(Weakening::PostFence) {
                // Dekker: partner is the fence in `ThreadState::post`.
                fence(Ordering::SeqCst);
            }
        }
        let end = self.safe_parked(|parked| {
            let state = parked.state();
            let mut in_time = true;
            loop {
                if woken(state) {
                    break Wake::Woken(0);
                }
                // Acquire: partner is the Release in `ThreadState::ask`.
                if state.poll.load(Ordering::Acquire) & interrupts != 0 {
                    break Wake::Interrupted;
                }
                if !in_time {
                    break Wake::TimedOut;
                }
                #[cfg(not(loom))]
                if let Some(watch) = &mut watch {
                    in_time = watch.park(state, limits);
                    continue;
                }
                in_time = state.reach.parker.park(limits.deadline.as_ref());
            }
        });
        if by_others != 0 {
            self.state().reach.wait_events.store(0, Ordering::Relaxed);
        }
        end
    }
}
