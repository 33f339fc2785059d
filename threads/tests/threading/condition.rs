//! Condition: as CPython's, a line of locks, one for each waiter, that `notify` releases.
//! Unlike there, a notification that meets a time-out is not lost: the wait counts as
//! notified.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use grwl_threads::{Acquired, Limits, Lock, Mutator};

use crate::crew::witness::Guarded;
use crate::{at_most, crew};

/// A condition with its own lock. The methods that need the lock held are unsafe, since
/// `line` relies on it.
#[derive(Default)]
pub struct Condition {
    pub lock: Lock,
    line: Guarded<VecDeque<Arc<Lock>>>,
}

impl Condition {
    pub fn acquire(&self, thread: &mut Mutator) {
        assert_eq!(self.lock.acquire(thread, &Limits::NONE), Acquired::Yes);
    }

    pub fn release(&self, thread: &mut Mutator) {
        self.lock.release(thread).expect("it was locked");
    }

    /// Releases the lock, waits for a notification, and takes the lock again. False
    /// if the limits came first.
    ///
    /// # Safety
    /// The calling thread holds the lock.
    pub unsafe fn wait(&self, thread: &mut Mutator, limits: &Limits) -> bool {
        let own = Arc::new(Lock::new());
        assert!(own.try_acquire());
        // SAFETY: the lock is held.
        unsafe { self.line.with(|line| line.push_back(own.clone())) };
        self.release(thread);
        let notified = own.acquire(thread, limits) == Acquired::Yes;
        self.acquire(thread);
        if notified {
            return true;
        }
        // SAFETY: the lock is held again.
        unsafe {
            self.line.with(|line| {
                let place = line.iter().position(|lock| Arc::ptr_eq(lock, &own));
                // Nowhere: a notification was on its way.
                place.and_then(|place| line.remove(place)).is_none()
            })
        }
    }

    /// Notifies the first `count` in line; returns how many there were.
    ///
    /// # Safety
    /// The calling thread holds the lock.
    pub unsafe fn notify(&self, thread: &mut Mutator, count: usize) -> usize {
        for notified in 0..count {
            // SAFETY: the lock is held.
            let Some(first) = (unsafe { self.line.with(VecDeque::pop_front) }) else {
                return notified;
            };
            first.release(thread).expect("its waiter has locked it");
        }
        count
    }
}

#[test]
fn a_condition_lets_threads_take_turns() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (condition, turn) = (Condition::default(), Guarded::new(0));
        let each = crew::rounds(2_400 / size / size * 8 + 4);
        crew::crew(&runtime, size, |index, thread| {
            for round in 0..each {
                let mine = round * size + index;
                condition.acquire(thread);
                // SAFETY: the lock is held, here and between the waits.
                unsafe {
                    while turn.with(|turn| *turn) != mine {
                        assert!(condition.wait(thread, &Limits::NONE));
                    }
                    turn.with(|turn| *turn += 1);
                    condition.notify(thread, usize::MAX);
                }
                condition.release(thread);
            }
        });
        assert_eq!(turn.into_inner(), size * each);
        assert!(condition.line.into_inner().is_empty());
    });
}

#[test]
fn every_notification_ends_one_wait_also_when_it_meets_a_time_out() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let condition = Condition::default();
        let waiters_left = Guarded::new(size / 2);
        let each = crew::rounds(8_000 / size);
        let counts = crew::crew(&runtime, size, |index, thread| {
            let mut count = 0;
            if index < size / 2 {
                for round in 0..each {
                    condition.acquire(thread);
                    let soon = at_most(Duration::from_micros(round as u64 % 16 * 8));
                    // SAFETY: the lock is held.
                    count += usize::from(unsafe { condition.wait(thread, &soon) });
                    condition.release(thread);
                }
                condition.acquire(thread);
                // SAFETY: the lock is held.
                unsafe { waiters_left.with(|left| *left -= 1) };
                condition.release(thread);
                return (count, 0);
            }
            loop {
                condition.acquire(thread);
                // SAFETY: the lock is held.
                let left = unsafe {
                    count += condition.notify(thread, 1 + index % 3);
                    waiters_left.with(|left| *left)
                };
                condition.release(thread);
                if left == 0 {
                    return (0, count);
                }
                thread.safe(|| std::thread::sleep(Duration::from_micros(20)));
            }
        });
        let (woken, notified): (Vec<usize>, Vec<usize>) = counts.into_iter().unzip();
        let (woken, notified) = (woken.iter().sum::<usize>(), notified.iter().sum::<usize>());
        assert_eq!(woken, notified);
        assert!(condition.line.into_inner().is_empty());
    });
}
