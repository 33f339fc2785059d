//! Global mode: the lock that only one Running thread holds at a time.
//!
//! It stands in front of the global lock's read side, so that both modes share
//! all other code: to become Running a thread first takes the GIL; it gives the
//! GIL up after it became Safe.
//!
//! Protocol: `holder` is the id of the holding thread or 0. Taking a free GIL
//! is one compare-and-swap, and a thread may overtake sleepers that way. The
//! others queue. Whoever gives the GIL up wakes the first in the queue, which then
//! competes. The first in the queue keeps the time: once it has been the first for a
//! switch interval, it asks the holder to hand the GIL over, at the holder's next
//! safepoint or Safe region, straight to the first in the queue. So a
//! waiter's turn comes after about one interval for each thread before it,
//! however often others overtake it meanwhile.
//!
//! Invariants: `waiting` is the queue's length (written with the queue
//! locked). A thread in the queue is Safe. The GIL is handed over only by its
//! holder.

use std::collections::VecDeque;
use std::ptr::NonNull;
use std::time::Duration;

use crate::poll::SWITCH;
use crate::sync::weaken::{self, Weakening};
use crate::sync::{
    AtomicU32, AtomicU64, Deadline, Mutex, Ordering, fence, fence_after_rmw, spin_until,
};
use crate::thread_state::ThreadState;

const FREE: u32 = 0;

/// See the module's head.
pub(crate) struct Gil {
    holder: AtomicU32,
    waiting: AtomicU32,
    interval_ns: AtomicU64,
    queue: Mutex<VecDeque<NonNull<ThreadState>>>,
}

impl Gil {
    pub(crate) fn new(interval: Duration) -> Self {
        let gil = Self {
            holder: AtomicU32::new(FREE),
            waiting: AtomicU32::new(0),
            interval_ns: AtomicU64::new(0),
            queue: Mutex::new(VecDeque::new()),
        };
        gil.set_switch_interval(interval);
        gil
    }

    pub(crate) fn switch_interval(&self) -> Duration {
        Duration::from_nanos(self.interval_ns.load(Ordering::Relaxed))
    }

    pub(crate) fn set_switch_interval(&self, interval: Duration) {
        let nanos = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX);
        self.interval_ns.store(nanos, Ordering::Relaxed);
    }

    /// Waits for the GIL. The calling thread `state` is Safe.
    #[inline]
    pub(crate) fn acquire(&self, state: &ThreadState) {
        if !self.try_take(state.id) {
            self.acquire_slow(state);
        }
    }

    #[inline]
    fn try_take(&self, id: u32) -> bool {
        // Acquire: partner is the Release in `release` and `hand_over`; what
        // the last holder did happens before what we do.
        self.holder
            .compare_exchange(FREE, id, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[cold]
    fn acquire_slow(&self, state: &ThreadState) {
        if spin_until(|| self.holder.load(Ordering::Relaxed) == FREE && self.try_take(state.id)) {
            return;
        }
        let me = NonNull::from(state);
        let mut queue = self.queue.lock();
        queue.push_back(me);
        self.waiting.store(queue.len() as u32, Ordering::Relaxed);
        // Set once we are the first; wake-ups that lead to nothing do not move it.
        let mut turn = None;
        loop {
            // Dekker: partner is the fence in `release`. We announced
            // ourselves and look at the holder; it stored the holder and looks
            // for us.
            fence(Ordering::SeqCst);
            // Acquire: partner is the Release in `hand_over`.
            let handed_over = self.holder.load(Ordering::Acquire) == state.id;
            if handed_over || self.try_take(state.id) {
                break;
            }
            let first = queue.front() == Some(&me);
            drop(queue);
            if first && turn.is_none() {
                turn = Deadline::after(self.switch_interval());
            }
            state.reach.parker.park(turn.as_ref());
            if turn.as_ref().is_some_and(|turn| turn.remaining().is_zero()) {
                turn = None;
                self.ask_holder(state);
            }
            queue = self.queue.lock();
        }
        // `hand_over` has taken us out already; otherwise we do.
        if let Some(position) = queue.iter().position(|&waiter| waiter == me) {
            queue.remove(position);
        }
        self.waiting.store(queue.len() as u32, Ordering::Relaxed);
        // The first of the rest becomes the time-keeper.
        let next = queue.front().copied();
        drop(queue);
        wake(next);
    }

    /// It is the turn of `state`, the first in the queue.
    fn ask_holder(&self, state: &ThreadState) {
        let holder = self.holder.load(Ordering::Relaxed);
        // Free, or ours: the next look takes it.
        if holder != FREE
            && holder != state.id
            && let Some(holder) = state.runtime().table.get(holder)
        {
            // If it has given the GIL up meanwhile, it will hand over the next
            // time that it holds it, a little early.
            holder.ask(SWITCH);
        }
    }

    /// Gives the GIL up; the calling thread holds it and is Safe or has ended.
    #[inline]
    pub(crate) fn release(&self) {
        // Release: partner is the Acquire in `try_take`.
        self.holder.swap(FREE, Ordering::Release);
        // Dekker: partner is the fence in `acquire_slow`.
        fence_after_rmw();
        if !weaken::active(Weakening::GilWaiters) && self.waiting.load(Ordering::Relaxed) != 0 {
            self.wake_first();
        }
    }

    #[cold]
    fn wake_first(&self) {
        let first = self.queue.lock().front().copied();
        wake(first);
    }

    /// Hands the GIL to the first in the queue. The calling thread holds it and
    /// is Safe. False, and nothing has changed, if nobody waits.
    pub(crate) fn hand_over(&self) -> bool {
        let mut queue = self.queue.lock();
        let Some(next) = queue.pop_front() else {
            return false;
        };
        self.waiting.store(queue.len() as u32, Ordering::Relaxed);
        // SAFETY: states are never freed while the runtime lives.
        let id = unsafe { next.as_ref() }.id;
        // Release: partner is the Acquire in `acquire_slow`.
        self.holder.store(id, Ordering::Release);
        drop(queue);
        wake(Some(next));
        true
    }

    /// Does anybody wait for the GIL? A hint.
    pub(crate) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) != 0
    }

    /// Runs `fork` with the queue standing still; in the child, where `survivor`
    /// says so, only the calling thread is left in the GIL's books.
    #[cfg(not(loom))]
    pub(crate) fn across_fork<R>(
        &self,
        fork: impl FnOnce() -> R,
        is_child: impl FnOnce(&R) -> bool,
    ) -> R {
        let mut queue = self.queue.lock();
        let result = fork();
        if is_child(&result) {
            queue.clear();
            self.waiting.store(0, Ordering::Relaxed);
        }
        result
    }
}

fn wake(waiter: Option<NonNull<ThreadState>>) {
    if let Some(waiter) = waiter {
        // SAFETY: states are never freed while the runtime lives.
        unsafe { waiter.as_ref() }.reach.parker.unpark();
    }
}
