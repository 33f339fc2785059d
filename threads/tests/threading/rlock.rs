//! RLock: its owner may take it again, and only the owner may release it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use grwl_threads::{Acquired, Limits, Lock, Mutator};

use crate::crew::witness::Guarded;
use crate::{at_most, crew};

#[derive(Default)]
struct RLock {
    lock: Lock,
    /// The holder's id, or 0.
    owner: AtomicU32,
    depth: Guarded<u32>,
}

#[derive(Debug, PartialEq)]
struct NotOwner;

impl RLock {
    fn is_mine(&self, thread: &Mutator) -> bool {
        // Relaxed: only this thread stores its own id, and takes it away.
        self.owner.load(Ordering::Relaxed) == thread.id()
    }

    fn acquire(&self, thread: &mut Mutator, limits: &Limits) -> Acquired {
        if !self.is_mine(thread) {
            let acquired = self.lock.acquire(thread, limits);
            if acquired != Acquired::Yes {
                return acquired;
            }
            self.owner.store(thread.id(), Ordering::Relaxed);
        }
        // SAFETY: the lock is held by this thread.
        unsafe { self.depth.with(|depth| *depth += 1) };
        Acquired::Yes
    }

    fn release(&self, thread: &mut Mutator) -> Result<(), NotOwner> {
        if !self.is_mine(thread) {
            return Err(NotOwner);
        }
        // SAFETY: the lock is held by this thread.
        let depth = unsafe {
            self.depth.with(|depth| {
                *depth -= 1;
                *depth
            })
        };
        if depth == 0 {
            self.owner.store(0, Ordering::Relaxed);
            self.lock.release(thread).expect("it was locked");
        }
        Ok(())
    }
}

/// Goes down `depth` levels, counting on each.
fn descend(rlock: &RLock, thread: &mut Mutator, count: &Guarded<u64>, depth: u32) {
    assert_eq!(rlock.acquire(thread, &Limits::NONE), Acquired::Yes);
    // SAFETY: the lock is held.
    unsafe { count.increment() };
    let _ = thread.poll();
    if depth > 1 {
        descend(rlock, thread, count, depth - 1);
        // SAFETY: as above: the inner release was not the last.
        unsafe { count.increment() };
    }
    assert_eq!(rlock.release(thread), Ok(()));
}

#[test]
fn an_rlock_keeps_others_out_until_its_last_release() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (rlock, count) = (RLock::default(), Guarded::new(0_u64));
        let each = crew::rounds(8_000 / size) as u32;
        let sums = crew::crew(&runtime, size, |index, thread| {
            let mut sum = 0;
            for round in 0..each {
                let depth = 1 + (index as u32 + round) % 5;
                descend(&rlock, thread, &count, depth);
                sum += u64::from(2 * depth - 1);
                if round % 16 == 0 {
                    thread.safe(std::thread::yield_now);
                }
            }
            sum
        });
        assert_eq!(count.into_inner(), sums.iter().sum::<u64>());
        assert_eq!(
            (rlock.lock.is_locked(), rlock.depth.into_inner()),
            (false, 0)
        );
    });
}

#[test]
fn only_the_owner_may_release_an_rlock() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut main = runtime.attach().expect("there is room");
        let rlock = RLock::default();
        assert_eq!(rlock.release(&mut main), Err(NotOwner));
        for _ in 0..2 {
            assert_eq!(rlock.acquire(&mut main, &Limits::NONE), Acquired::Yes);
        }
        main.safe(|| {
            crew::crew(&runtime, 8, |_, thread| {
                assert_eq!(rlock.release(thread), Err(NotOwner));
                let soon = at_most(Duration::from_millis(1));
                assert_eq!(rlock.acquire(thread, &soon), Acquired::TimedOut);
            });
        });
        for _ in 0..2 {
            assert_eq!(rlock.release(&mut main), Ok(()));
        }
        assert_eq!(rlock.release(&mut main), Err(NotOwner));
    });
}
