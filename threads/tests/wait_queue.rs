//! Proves of the wait queue: first come, first woken; deadlines, interruptions and wake-ups
//! each end a wait with the right answer; and when they meet, no wake-up is lost on a
//! thread that gave up.

mod crew;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use grwl_threads::{Deadline, Events, FirstInLine, Limits, Mutator, WaitQueue, Wake};

use crew::witness::Guarded;

const BELL: Events = Events::user(0);

fn at_most(time: Duration) -> Limits {
    Limits {
        deadline: Deadline::after(time),
        interrupts: Events::NONE,
    }
}

#[test]
fn a_wait_that_is_not_needed_does_not_begin() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let queue = WaitQueue::default();
        let end = queue.wait(&mut thread, &Limits::NONE, None, || false);
        assert_eq!(end, Wake::NotNeeded);
        queue.wake_one(&mut thread, |first| {
            assert!(first.is_none(), "nobody joined the line");
            0
        });
        let acted = AtomicBool::new(false);
        let act = || acted.store(true, Ordering::Relaxed);
        assert_eq!(queue.wake_all(&mut thread, 0, act), 0);
        assert!(acted.into_inner());
    });
}

#[test]
fn a_wait_ends_at_its_deadline() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let queue = WaitQueue::new();
        for millis in [0, 1, 20] {
            let (begin, time) = (Instant::now(), Duration::from_millis(millis));
            let end = queue.wait(&mut thread, &at_most(time), None, || true);
            assert_eq!(end, Wake::TimedOut);
            assert!(begin.elapsed() >= time, "too early");
            assert!(
                begin.elapsed() < time + Duration::from_secs(5),
                "far too late"
            );
            let begin = Instant::now();
            assert_eq!(thread.sleep(&at_most(time)), Wake::TimedOut);
            assert!(begin.elapsed() >= time, "too early");
        }
        queue.wake_one(&mut thread, |first| {
            assert!(first.is_none(), "it left the line");
            0
        });
        assert!(Deadline::after(Duration::MAX).is_none(), "that is never");
    });
}

/// Lets `size` threads join the line one after the other, and calls `wake` when
/// the last one stands in it. Returns in which order they woke, with their answers.
fn line_up(
    mode: grwl_threads::Mode,
    size: usize,
    limits: &Limits,
    wake: impl FnOnce(&mut Mutator, &WaitQueue, &[grwl_threads::ThreadHandle]),
) -> Vec<(usize, Wake)> {
    let runtime = crew::runtime(mode);
    let (queue, joined) = (WaitQueue::new(), AtomicUsize::new(0));
    let (handles, woken) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for index in 0..size {
            let (runtime, queue, joined) = (&runtime, &queue, &joined);
            let (handles, woken) = (&handles, &woken);
            scope.spawn(move || {
                let mut thread = runtime.attach().expect("there is room");
                let handle = thread.handle();
                let needed = || {
                    // Here the queue is locked, and this thread joins before it is unlocked.
                    handles.lock().expect("no panics").push(handle);
                    joined.fetch_add(1, Ordering::Relaxed);
                    true
                };
                let end = queue.wait(&mut thread, limits, Some(Instant::now()), needed);
                woken.lock().expect("no panics").push((index, end));
            });
            crew::eventually("it has joined", || {
                joined.load(Ordering::Relaxed) == index + 1
            });
        }
        let mut thread = runtime.attach().expect("there is room");
        let handles = handles.lock().expect("no panics").clone();
        wake(&mut thread, &queue, &handles);
    });
    woken.into_inner().expect("no panics")
}

#[test]
fn the_line_is_served_from_its_front() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let woken = line_up(mode, size, &Limits::NONE, |thread, queue, handles| {
            thread.safe(|| std::thread::sleep(Duration::from_millis(2)));
            for left in (0..size).rev() {
                queue.wake_one(thread, |first| {
                    let FirstInLine { waited, more } = first.expect("somebody is left");
                    assert!(waited >= Duration::from_millis(2), "{waited:?}");
                    assert_eq!(more, left > 0);
                    (size - left) as u8
                });
                // It goes away before the next one is woken, so that the order shows.
                let gone = &handles[size - 1 - left];
                thread.safe(|| crew::eventually("it has gone", || !gone.is_alive()));
            }
            queue.wake_one(thread, |first| {
                assert!(first.is_none());
                0
            });
        });
        let expected = (0..size).map(|index| (index, Wake::Woken(index as u8 + 1)));
        assert!(woken.into_iter().eq(expected));
    });
}

#[test]
fn all_are_woken_at_once_with_the_same_message() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let mut woken = line_up(mode, size, &Limits::NONE, |thread, queue, _| {
            let acted = AtomicBool::new(false);
            let act = || acted.store(true, Ordering::Relaxed);
            assert_eq!(queue.wake_all(thread, 255, act), size);
            assert!(acted.into_inner());
            assert_eq!(queue.wake_all(thread, 1, || ()), 0);
        });
        woken.sort_by_key(|(index, _)| *index);
        assert!(
            woken
                .into_iter()
                .eq((0..size).map(|index| (index, Wake::Woken(255))))
        );
    });
}

#[test]
fn those_who_give_up_leave_the_line_wherever_they_stand() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let limits = Limits {
            deadline: None,
            interrupts: BELL,
        };
        let mut woken = line_up(mode, size, &limits, |thread, queue, handles| {
            // The front, the back and every third between give up.
            let gives_up = |index: usize| index == size - 1 || index.is_multiple_of(3);
            for (index, handle) in handles.iter().enumerate() {
                if gives_up(index) {
                    handle.post(BELL);
                    thread.safe(|| crew::eventually("it has gone", || !handle.is_alive()));
                }
            }
            let stay = (0..size).filter(|&index| !gives_up(index)).count();
            assert_eq!(queue.wake_all(thread, 9, || ()), stay);
        });
        woken.sort_by_key(|(index, _)| *index);
        for (index, end) in woken {
            let gave_up = index == size - 1 || index.is_multiple_of(3);
            let expected = if gave_up {
                Wake::Interrupted
            } else {
                Wake::Woken(9)
            };
            assert_eq!(end, expected, "{index}");
        }
    });
}

/// A semaphore whose tokens are passed on or left in a plain number under the
/// queue's lock.
#[derive(Default)]
struct Tokens {
    left: Guarded<u64>,
    queue: WaitQueue,
}

const HANDED_OVER: u8 = 7;

impl Tokens {
    fn put(&self, thread: &mut Mutator) {
        self.queue.wake_one(thread, |first| {
            if first.is_some() {
                return HANDED_OVER;
            }
            // SAFETY: the queue is locked.
            unsafe { self.left.increment() };
            0
        });
    }

    /// True if a token was taken.
    fn take(&self, thread: &mut Mutator, limits: &Limits) -> bool {
        let needed = || {
            // SAFETY: the queue is locked.
            unsafe {
                self.left.with(|left| {
                    let none = *left == 0;
                    *left -= u64::from(!none);
                    none
                })
            }
        };
        match self.queue.wait(thread, limits, None, needed) {
            Wake::NotNeeded => true,
            Wake::Woken(message) => {
                assert_eq!(message, HANDED_OVER);
                true
            }
            Wake::TimedOut | Wake::Interrupted => false,
        }
    }
}

#[test]
fn no_wake_up_is_lost_when_it_meets_a_time_out_or_an_event() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (tokens, takers_left) = (Tokens::default(), AtomicUsize::new(size / 2));
        let handles = Mutex::new(Vec::new());
        let each = crew::rounds(40_000 / size);
        let counts = crew::crew(&runtime, size, |index, thread| {
            if index < size / 2 {
                handles.lock().expect("no panics").push(thread.handle());
                let mut taken = 0;
                for round in 0..each {
                    let limits = Limits {
                        deadline: Deadline::after(Duration::from_micros(round as u64 % 16 * 4)),
                        interrupts: if round % 3 == 0 { BELL } else { Events::NONE },
                    };
                    taken += i64::from(tokens.take(thread, &limits));
                    let _ = thread.take_events(BELL);
                }
                takers_left.fetch_sub(1, Ordering::Relaxed);
                return taken;
            }
            let mut put = 0;
            // Slower than they are taken, so that there is mostly somebody in line.
            while takers_left.load(Ordering::Relaxed) > 0 {
                tokens.put(thread);
                put += 1;
                let _ = thread.poll();
                if let Some(handle) = handles.lock().expect("no panics").get(put % size) {
                    handle.post(BELL);
                }
                thread.safe(|| std::thread::sleep(Duration::from_micros(put as u64 % 8 * 8)));
            }
            -(put as i64)
        });
        let (taken, put): (Vec<i64>, Vec<i64>) = counts.iter().partition(|&&count| count >= 0);
        let (taken, put) = (taken.iter().sum::<i64>(), -put.iter().sum::<i64>());
        let left = tokens.left.into_inner() as i64;
        assert_eq!(put, taken + left, "put {put}, taken {taken}, left {left}");
        assert!(taken > 0 && put > 0);
    });
}

#[test]
fn the_same_without_giving_up() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let tokens = Tokens::default();
        let each = crew::rounds(32_000 / size);
        crew::crew(&runtime, size, |index, thread| {
            for _ in 0..each {
                // As many are put as taken, so a lost one leaves somebody asleep.
                if index < size / 2 {
                    assert!(tokens.take(thread, &Limits::NONE));
                } else {
                    tokens.put(thread);
                }
                let _ = thread.poll();
            }
        });
        assert_eq!(tokens.left.into_inner(), 0);
    });
}

#[test]
fn waiters_do_not_hold_up_a_stop_nor_come_back_in_one() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let (queue, back) = (WaitQueue::new(), AtomicUsize::new(0));
        let joined = AtomicUsize::new(0);
        let mut main = runtime.attach().expect("there is room");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    let needed = || joined.fetch_add(1, Ordering::Relaxed) < 8;
                    let end = queue.wait(&mut thread, &Limits::NONE, None, needed);
                    assert_eq!(end, Wake::Woken(3));
                    back.fetch_add(1, Ordering::Relaxed);
                });
            }
            main.safe(|| crew::eventually("joined", || joined.load(Ordering::Relaxed) == 8));
            let mut world = main.stop_the_world();
            // The writer may use the queue itself.
            let me = world.mutator_mut();
            assert_eq!(queue.wake_all(me, 3, || ()), 8);
            me.safe(|| std::thread::sleep(Duration::from_millis(10)));
            assert_eq!(back.load(Ordering::Relaxed), 0, "one is Running in a stop");
            drop(world);
            main.safe(|| crew::eventually("back", || back.load(Ordering::Relaxed) == 8));
        });
    });
}

#[test]
fn a_waker_that_panics_has_woken_nobody() {
    crew::in_both_modes(|mode| {
        let woken = line_up(mode, 2, &Limits::NONE, |thread, queue, _| {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                queue.wake_one(thread, |_| resume_unwind(Box::new("no decision")));
            }));
            assert!(outcome.is_err());
            // Both still stand in line, and the queue is not locked.
            assert_eq!(queue.wake_all(thread, 1, || ()), 2);
        });
        assert!(woken.iter().all(|(_, end)| *end == Wake::Woken(1)));
    });
}
