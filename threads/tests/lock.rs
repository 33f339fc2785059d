//! Proves of Python's lock: one holder at a time, released by anybody, waits that time out or
//! are interrupted leave it as if they had never been, waiters get their turn, and a
//! release of what is not locked is an error.

mod crew;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use grwl_threads::{Acquired, Deadline, Events, Limits, Lock, NotLocked, ThreadHandle};

use crew::witness::Guarded;

const BELL: Events = Events::user(0);

fn at_most(time: Duration) -> Limits {
    Limits {
        deadline: Deadline::after(time),
        interrupts: Events::NONE,
    }
}

#[test]
fn taking_and_releasing() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let lock = Lock::default();
        assert!(!lock.is_locked());
        assert_eq!(lock.acquire(&mut thread, &Limits::NONE), Acquired::Yes);
        assert!(lock.is_locked() && !lock.try_acquire());
        assert_eq!(lock.release(&mut thread), Ok(()));
        assert!(!lock.is_locked() && lock.try_acquire() && lock.is_locked());
        assert_eq!(lock.release(&mut thread), Ok(()));

        assert_eq!(lock.release(&mut thread), Err(NotLocked));
        assert!(!lock.is_locked());
        assert_eq!(NotLocked.to_string(), "release unlocked lock");
    });
}

#[test]
fn a_wait_ends_at_its_deadline_and_leaves_no_trace() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let lock = Lock::new();
        assert!(lock.try_acquire());
        for millis in [0, 1, 20] {
            let (begin, time) = (Instant::now(), Duration::from_millis(millis));
            let end = lock.acquire(&mut thread, &at_most(time));
            assert_eq!(end, Acquired::TimedOut);
            assert!(begin.elapsed() >= time, "too early");
        }
        // Released though somebody had waited, and by then nobody did.
        assert_eq!(lock.release(&mut thread), Ok(()));
        assert!(!lock.is_locked());
        assert_eq!(lock.release(&mut thread), Err(NotLocked));
        assert!(lock.try_acquire());
        assert_eq!(lock.release(&mut thread), Ok(()));
    });
}

#[test]
fn an_event_ends_a_wait_and_the_lock_is_not_taken() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let lock = Lock::new();
        assert!(lock.try_acquire());
        thread.post(BELL);
        let limits = Limits {
            deadline: None,
            interrupts: BELL,
        };
        assert_eq!(lock.acquire(&mut thread, &limits), Acquired::Interrupted);
        assert_eq!(thread.take_events(BELL), BELL);
        assert_eq!(lock.release(&mut thread), Ok(()));
        assert!(!lock.is_locked());
        // A free lock is taken whatever is posted.
        thread.post(BELL);
        assert_eq!(lock.acquire(&mut thread, &limits), Acquired::Yes);
    });
}

#[test]
fn another_thread_may_release() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut main = runtime.attach().expect("there is room");
        let lock = Lock::new();
        for _ in 0..crew::rounds(200) {
            assert_eq!(lock.acquire(&mut main, &Limits::NONE), Acquired::Yes);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let mut other = runtime.attach().expect("there is room");
                    assert_eq!(lock.release(&mut other), Ok(()));
                });
                // Waits for the other one to hand it the lock that it already has.
                assert_eq!(lock.acquire(&mut main, &Limits::NONE), Acquired::Yes);
            });
            assert_eq!(lock.release(&mut main), Ok(()));
        }
    });
}

#[test]
fn one_holder_at_a_time() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (lock, count) = (Lock::new(), Guarded::new(0_u64));
        let each = crew::rounds(48_000 / size);
        crew::crew(&runtime, size, |index, thread| {
            for round in 0..each {
                assert_eq!(lock.acquire(thread, &Limits::NONE), Acquired::Yes);
                // SAFETY: the lock is held.
                unsafe { count.increment() };
                // The holder passes safepoints of all kinds.
                let _ = thread.poll();
                match (index + round) % 128 {
                    0 => thread.safe(std::thread::yield_now),
                    1 => drop(thread.stop_the_world()),
                    2 => thread.switch(),
                    _ => {}
                }
                // SAFETY: as above.
                unsafe { count.increment() };
                assert_eq!(lock.release(thread), Ok(()));
            }
        });
        assert!(!lock.is_locked());
        assert_eq!(count.into_inner(), 2 * (size * each) as u64);
    });
}

#[test]
fn no_release_is_lost_when_it_meets_a_time_out_or_an_event() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (lock, count) = (Lock::new(), Guarded::new(0_u64));
        let (handles, left) = (
            Mutex::new(Vec::<ThreadHandle>::new()),
            AtomicUsize::new(size),
        );
        let each = crew::rounds(24_000 / size);
        let taken = crew::crew(&runtime, size, |index, thread| {
            handles.lock().expect("no panics").push(thread.handle());
            let mut taken = 0;
            for round in 0..each {
                let limits = Limits {
                    deadline: Deadline::after(Duration::from_micros(round as u64 % 16 * 4)),
                    interrupts: if round % 3 == 0 { BELL } else { Events::NONE },
                };
                if lock.acquire(thread, &limits) == Acquired::Yes {
                    taken += 1;
                    // SAFETY: the lock is held.
                    unsafe { count.increment() };
                    if round % 8 == 0 {
                        thread.safe(std::thread::yield_now);
                    }
                    assert_eq!(lock.release(thread), Ok(()));
                }
                let _ = thread.take_events(BELL);
                let _ = thread.poll();
                if index == 0 && round % 4 == 0 {
                    for handle in &*handles.lock().expect("no panics") {
                        handle.post(BELL);
                    }
                }
            }
            left.fetch_sub(1, Ordering::Relaxed);
            taken
        });
        // A hand-over to one that had given up would leave the lock locked for ever.
        assert!(!lock.is_locked());
        assert_eq!(count.into_inner(), taken.iter().sum::<u64>());
        let mut thread = runtime.attach().expect("there is room");
        assert_eq!(lock.release(&mut thread), Err(NotLocked));
        assert!(lock.try_acquire());
    });
}

#[test]
fn of_two_releases_at_once_one_is_an_error() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (lock, acquired) = (Lock::new(), AtomicUsize::new(0));
        let released = crew::crew(&runtime, size, |index, thread| {
            let mut released = 0;
            for round in 0..crew::rounds(16_000 / size) {
                // Waiters come and go, so that both ways of releasing are taken.
                let limits = at_most(Duration::from_micros(round as u64 % 4 * 10));
                if index % 4 != 3 && lock.acquire(thread, &limits) == Acquired::Yes {
                    acquired.fetch_add(1, Ordering::Relaxed);
                }
                // Whether or not it is ours or anybody's.
                released += usize::from(lock.release(thread).is_ok());
                let _ = thread.poll();
            }
            released
        });
        let locked = usize::from(lock.is_locked());
        assert_eq!(
            acquired.into_inner(),
            released.iter().sum::<usize>() + locked
        );
    });
}

#[test]
fn of_two_releases_in_the_same_moment_one_is_an_error() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let (lock, ready, released) = (Lock::new(), AtomicUsize::new(0), AtomicUsize::new(0));
        crew::crew(&runtime, 2, |index, thread| {
            for round in 0..crew::rounds(3_000) {
                if index == 0 {
                    assert!(lock.try_acquire());
                    // Once somebody has waited, releasing is more than one step.
                    let end = lock.acquire(thread, &at_most(Duration::ZERO));
                    assert_eq!(end, Acquired::TimedOut);
                }
                crew::meet(thread, &ready, round * 4 + 2);
                crew::pause(round % 64 * index);
                if lock.release(thread).is_ok() {
                    released.fetch_add(1, Ordering::Relaxed);
                }
                crew::meet(thread, &ready, round * 4 + 4);
                assert_eq!(released.load(Ordering::Relaxed), round + 1);
            }
        });
    });
}

#[test]
fn a_waiter_gets_its_turn_from_one_that_takes_the_lock_again_at_once() {
    crew::in_both_modes(|mode| {
        let runtime = crew::calm_runtime(mode);
        let (lock, done) = (Lock::new(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut hog = runtime.attach().expect("there is room");
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(lock.acquire(&mut hog, &Limits::NONE), Acquired::Yes);
                    crew::compute_for(Duration::from_micros(100));
                    let _ = hog.poll();
                    // Free for some nanoseconds.
                    assert_eq!(lock.release(&mut hog), Ok(()));
                }
            });
            let mut thread = runtime.attach().expect("there is room");
            let begin = Instant::now();
            for _ in 0..50 {
                assert_eq!(lock.acquire(&mut thread, &Limits::NONE), Acquired::Yes);
                assert_eq!(lock.release(&mut thread), Ok(()));
                thread.safe(|| std::thread::sleep(Duration::from_micros(200)));
            }
            done.store(true, Ordering::Relaxed);
            // A millisecond each and, in global mode, a switch interval.
            assert!(begin.elapsed() < Duration::from_secs(10), "starved");
        });
    });
}

#[test]
fn a_long_wait_is_answered_by_a_hand_over() {
    crew::in_both_modes(|mode| {
        let runtime = crew::calm_runtime(mode);
        let lock = Lock::new();
        let (waiting, has_it, let_go) = (
            AtomicBool::new(false),
            AtomicBool::new(false),
            AtomicBool::new(false),
        );
        std::thread::scope(|scope| {
            let mut main = runtime.attach().expect("there is room");
            assert!(lock.try_acquire());
            scope.spawn(|| {
                let mut waiter = runtime.attach().expect("there is room");
                waiting.store(true, Ordering::Relaxed);
                assert_eq!(lock.acquire(&mut waiter, &Limits::NONE), Acquired::Yes);
                has_it.store(true, Ordering::Relaxed);
                let go = || let_go.load(Ordering::Relaxed);
                waiter.safe(|| crew::eventually("it lets go", go));
                assert_eq!(lock.release(&mut waiter), Ok(()));
            });
            main.safe(|| {
                crew::eventually("it waits", || waiting.load(Ordering::Relaxed));
                std::thread::sleep(Duration::from_millis(20));
            });
            // It has waited for longer than a millisecond: the lock is its own at once,
            // though it has not even woken up.
            assert_eq!(lock.release(&mut main), Ok(()));
            assert!(lock.is_locked() && !lock.try_acquire());
            main.safe(|| crew::eventually("it has it", || has_it.load(Ordering::Relaxed)));
            let_go.store(true, Ordering::Relaxed);
            assert_eq!(lock.acquire(&mut main, &Limits::NONE), Acquired::Yes);
        });
    });
}
