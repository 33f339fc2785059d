//! The parker, the wait queue and Python's Lock: nothing is woken in vain, nobody sleeps for
//! ever, a wake-up that meets a time-out or an event is not lost.
#![cfg(loom)]

use std::sync::Arc;
use std::time::Duration;

use grwl_threads::sync::{AtomicU32, Ordering};
use grwl_threads::{Acquired, Deadline, Events, Limits, Lock, Mode, WaitQueue, Wake};
use loom_tests::{Plain, Weakening, check, fails_without, runtime, spawn, spawn_detached};

fn limited() -> Limits {
    Limits {
        deadline: Deadline::after(Duration::from_millis(1)),
        interrupts: Events::NONE,
    }
}

/// Threads compete for a Python lock.
fn lock_of(others: usize, mode: Mode) {
    let runtime = runtime(mode);
    let mut first = runtime.attach().expect("few threads");
    let lock = Arc::new(Lock::new());
    let shared = Plain::new(0_u32);
    let threads: Vec<_> = (0..others)
        .map(|_| {
            let lock = lock.clone();
            let shared = shared.clone();
            spawn(&runtime, move |thread| {
                assert_eq!(lock.acquire(thread, &Limits::NONE), Acquired::Yes);
                shared.increment();
                lock.release(thread).expect("held");
            })
        })
        .collect();
    assert_eq!(lock.acquire(&mut first, &Limits::NONE), Acquired::Yes);
    shared.increment();
    lock.release(&mut first).expect("held");
    first.safe(|| {
        for thread in threads {
            thread.join().expect("thread");
        }
    });
    assert_eq!(shared.get(), others as u32 + 1);
    assert!(!lock.is_locked());
    assert!(lock.release(&mut first).is_err());
}

#[test]
fn lock_of_two() {
    check(|| lock_of(1, Mode::RwLock));
}

#[test]
fn lock_of_two_in_global_mode() {
    check(|| lock_of(1, Mode::Global));
}

#[test]
#[should_panic = "deadlock"]
fn parker_without_recheck() {
    fails_without(Weakening::ParkerRecheck, || lock_of(1, Mode::RwLock));
}

/// A waiter whose time runs out at any moment, and one wake-up. The wake-up is a
/// token: either the waiter took it or it is still there.
fn wake_up_meets_time_out() {
    let runtime = runtime(Mode::RwLock);
    let mut waker = runtime.attach().expect("few threads");
    let queue = Arc::new(WaitQueue::new());
    let tokens = Arc::new(AtomicU32::new(0));
    let waiter = spawn(&runtime, {
        let queue = queue.clone();
        let tokens = tokens.clone();
        let timer = waker.handle();
        move |thread| {
            drop(timer);
            let take = || {
                let free = tokens.load(Ordering::Relaxed);
                if free > 0 {
                    tokens.store(free - 1, Ordering::Relaxed);
                }
                free == 0
            };
            match queue.wait(thread, &limited(), None, take) {
                Wake::NotNeeded => 1,
                Wake::Woken(message) => u32::from(message),
                Wake::TimedOut => 0,
                Wake::Interrupted => unreachable!("no event was named"),
            }
        }
    });
    // The clock: fires for whoever waits with a deadline.
    let clock = spawn_clock(&runtime);
    queue.wake_one(&mut waker, |first| {
        if first.is_none() {
            tokens.store(1, Ordering::Relaxed);
        }
        1
    });
    let taken = waker.safe(|| {
        clock.join().expect("clock");
        waiter.join().expect("waiter")
    });
    assert_eq!(taken + tokens.load(Ordering::Relaxed), 1, "token lost");
}

/// Lets every deadline pass, at any moment.
fn spawn_clock(runtime: &Arc<grwl_threads::Runtime>) -> grwl_threads::sync::thread::JoinHandle<()> {
    let runtime = runtime.clone();
    spawn_detached(move || runtime.expire_deadlines())
}

#[test]
fn wake_up_against_time_out() {
    check(wake_up_meets_time_out);
}

#[test]
#[should_panic = "token lost"]
fn wake_up_against_time_out_without_recheck() {
    fails_without(Weakening::WaitTimeoutRecheck, wake_up_meets_time_out);
}

/// An event ends a wait that nothing else would end.
fn event_meets_wait() {
    let runtime = runtime(Mode::RwLock);
    let mut waiter = runtime.attach().expect("few threads");
    let handle = waiter.handle();
    let poster = spawn_detached(move || {
        assert!(handle.post(Events::SIGNAL));
    });
    let limits = Limits {
        deadline: None,
        interrupts: Events::SIGNAL,
    };
    assert_eq!(waiter.sleep(&limits), Wake::Interrupted);
    assert_eq!(waiter.poll(), Events::SIGNAL);
    assert_eq!(waiter.poll(), Events::NONE);
    poster.join().expect("poster");
}

#[test]
fn event_interrupts_wait() {
    check(event_meets_wait);
}

#[test]
#[should_panic = "deadlock"]
fn event_posted_without_fence() {
    fails_without(Weakening::PostFence, event_meets_wait);
}

/// An event and a wake-up at the same time: whatever the wait says is true.
#[test]
fn event_against_wake_up() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let mut waker = runtime.attach().expect("few threads");
        let lock = Arc::new(Lock::new());
        assert!(lock.try_acquire());
        let waiter = spawn(&runtime, {
            let lock = lock.clone();
            move |thread| {
                thread.post(Events::SIGNAL);
                let limits = Limits {
                    deadline: None,
                    interrupts: Events::SIGNAL,
                };
                lock.acquire(thread, &limits)
            }
        });
        lock.release(&mut waker).expect("held");
        let end = waker.safe(|| waiter.join().expect("waiter"));
        assert_eq!(lock.is_locked(), end == Acquired::Yes);
    });
}

/// Everybody in the line is woken, a latecomer sees the flag.
#[test]
fn wake_all() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let mut waker = runtime.attach().expect("few threads");
        let queue = Arc::new(WaitQueue::new());
        let flag = Arc::new(AtomicU32::new(0));
        let waiters: Vec<_> = (0..2)
            .map(|_| {
                let queue = queue.clone();
                let flag = flag.clone();
                spawn(&runtime, move |thread| {
                    let needed = || flag.load(Ordering::Relaxed) == 0;
                    match queue.wait(thread, &Limits::NONE, None, needed) {
                        Wake::NotNeeded => {}
                        end => assert_eq!(end, Wake::Woken(7)),
                    }
                })
            })
            .collect();
        let woken = queue.wake_all(&mut waker, 7, || flag.store(1, Ordering::Relaxed));
        assert!(woken <= 2);
        waker.safe(|| {
            for waiter in waiters {
                waiter.join().expect("waiter");
            }
        });
    });
}
