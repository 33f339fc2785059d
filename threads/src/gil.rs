//! Global mode: the lock that only one Running thread holds at a time.
//!
//! It stands in front of the global lock's read side, so that both modes share
//! all other code: to become Running a thread first takes the GIL; it gives the
//! GIL up after it became Safe.
//!
//! Protocol: `holder` is the id of the holding thread or 0. Taking a free GIL
//! is one compare-and-swap, and a thread may overtake sleepers that way. The
//! others queue. Whoever gives the GIL up wakes the first in the queue, which then
//! competes. The first in the queue keeps the time: when one and the same
//! thread has held the GIL for a switch interval, it asks that thread to hand
//! the GIL over, which goes straight to the first in the queue. So a waiter's
//! turn comes after at most one interval for each thread before it.
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
    AtomicU32, AtomicU64, Deadline, Mutex, Ordering, SPINS, fence, fence_after_rmw, spin_hint,
};
use crate::thread_state::ThreadState;

const FREE: u32 = 0;

/// See the module's head.
pub(crate) struct Gil {
    holder: AtomicU32,
    waiting: AtomicU32,
    /// Counts the changes of holder through the queue, for the time-keeper.
    taken: AtomicU32,
    interval_ns: AtomicU64,
    queue: Mutex<VecDeque<NonNull<ThreadState>>>,
}

impl Gil {
    pub(crate) fn new(interval: Duration) -> Self {
        let gil = Self {
            holder: AtomicU32::new(FREE),
            waiting: AtomicU32::new(0),
            taken: AtomicU32::new(0),
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
        for _ in 0..SPINS {
            if self.holder.load(Ordering::Relaxed) == FREE && self.try_take(state.id) {
                return;
            }
            spin_hint();
        }
        let me = NonNull::from(state);
        let mut queue = self.queue.lock();
        queue.push_back(me);
        self.waiting.store(queue.len() as u32, Ordering::Relaxed);
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
            let taken = self.taken.load(Ordering::Relaxed);
            let holder = self.holder.load(Ordering::Relaxed);
            drop(queue);
            let deadline = if first {
                Deadline::after(self.switch_interval())
            } else {
                None
            };
            let woken = state.parker.park(deadline.as_ref());
            queue = self.queue.lock();
            if !woken
                && holder != FREE
                && self.holder.load(Ordering::Relaxed) == holder
                && self.taken.load(Ordering::Relaxed) == taken
                && let Some(holder) = state.runtime().table.get(holder)
            {
                holder.ask(SWITCH);
            }
        }
        // `hand_over` has taken us out already; otherwise we do.
        if let Some(position) = queue.iter().position(|&waiter| waiter == me) {
            queue.remove(position);
        }
        self.taken.fetch_add(1, Ordering::Relaxed);
        self.waiting.store(queue.len() as u32, Ordering::Relaxed);
        // The first of the rest becomes the time-keeper.
        let next = queue.front().copied();
        drop(queue);
        wake(next);
    }

    /// Gives the GIL up; the calling thread holds it and is Safe or has ended.
    #[inline]
    pub(crate) fn release(&self) {
        let strong = weaken::ordering(Weakening::GilRelease, Ordering::Release);
        // Release: partner is the Acquire in `try_take`.
        self.holder.swap(FREE, strong);
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
        unsafe { waiter.as_ref() }.parker.unpark();
    }
}
