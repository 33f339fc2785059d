//! Proves of events: they reach a thread that runs at its next safepoint and end the waits
//! that name them, waits that do not name them go on, none is lost, and the next bearer of
//! an id does not see its predecessor's.

mod crew;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use grwl_threads::{
    Acquired, Deadline, Events, Limits, Lock, Mode, Mutator, ThreadHandle, WaitQueue, Wake,
};

const BELL: Events = Events::user(0);
const OTHER: Events = Events::user(21);

fn interrupted_by(interrupts: Events) -> Limits {
    Limits {
        deadline: None,
        interrupts,
    }
}

#[test]
fn sets_of_events() {
    let both = BELL | OTHER;
    assert!(both.intersects(BELL) && both.intersects(OTHER));
    assert!(!BELL.intersects(OTHER) && !both.intersects(Events::SIGNAL));
    assert!(Events::NONE.is_empty() && !both.is_empty());
    assert_eq!(Events::default(), Events::NONE);
    let mut all = Events::SIGNAL | Events::REST;
    for number in 0..Events::USER_EVENTS {
        let one = Events::user(number);
        assert!(!all.intersects(one), "{number} is a bit of its own");
        all |= one;
    }
    assert_eq!(all, Events::ALL);
}

#[test]
#[should_panic(expected = "there are 22 user events")]
fn there_is_no_twenty_third_event() {
    let _ = Events::user(Events::USER_EVENTS);
}

#[test]
fn a_poll_returns_what_was_posted_once() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let handle = thread.handle();
        assert_eq!(thread.poll(), Events::NONE);
        std::thread::scope(|scope| {
            // A poster need not be attached.
            scope.spawn(|| {
                assert!(handle.post(BELL));
                assert!(handle.post(OTHER | BELL));
            });
        });
        assert_eq!(thread.poll(), BELL | OTHER);
        assert_eq!(thread.poll(), Events::NONE);

        // A thread may post to itself.
        thread.post(Events::SIGNAL);
        assert_eq!(thread.poll(), Events::SIGNAL);
        assert_eq!(thread.poll(), Events::NONE);
    });
}

#[test]
fn events_can_be_taken_apart_without_a_safepoint() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        thread.post(BELL | OTHER | Events::SIGNAL);
        assert_eq!(thread.take_events(OTHER | Events::user(7)), OTHER);
        assert_eq!(thread.take_events(OTHER), Events::NONE);
        assert_eq!(thread.poll(), BELL | Events::SIGNAL);
    });
}

/// The three ways to wait, each until `limits` end it.
fn waits() -> [fn(&mut Mutator, &Limits) -> Wake; 3] {
    fn sleep(thread: &mut Mutator, limits: &Limits) -> Wake {
        thread.sleep(limits)
    }
    fn stand_in_line(thread: &mut Mutator, limits: &Limits) -> Wake {
        WaitQueue::new().wait(thread, limits, None, || true)
    }
    fn acquire(thread: &mut Mutator, limits: &Limits) -> Wake {
        let lock = Lock::new();
        assert!(lock.try_acquire());
        match lock.acquire(thread, limits) {
            Acquired::Yes => Wake::NotNeeded,
            Acquired::TimedOut => Wake::TimedOut,
            Acquired::Interrupted => Wake::Interrupted,
        }
    }
    [sleep, stand_in_line, acquire]
}

#[test]
fn an_event_ends_the_waits_that_name_it() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        for wait in waits() {
            for pause in [Duration::ZERO, Duration::from_millis(2)].repeat(10) {
                let mut thread = runtime.attach().expect("there is room");
                let handle = thread.handle();
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        // With the pause it posts to a thread that is fast asleep.
                        std::thread::sleep(pause);
                        handle.post(BELL);
                    });
                    let end = wait(&mut thread, &interrupted_by(BELL | Events::SIGNAL));
                    assert_eq!(end, Wake::Interrupted);
                });
                assert_eq!(thread.poll(), BELL, "it is still there to be taken");
            }
        }
    });
}

#[test]
fn an_event_that_is_there_already_lets_no_wait_begin() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        for wait in waits() {
            thread.post(BELL);
            let end = wait(&mut thread, &interrupted_by(BELL));
            assert_eq!(end, Wake::Interrupted);
            assert_eq!(thread.take_events(BELL), BELL);
        }
    });
}

#[test]
fn events_that_are_not_named_end_no_wait_and_stay() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        for wait in waits() {
            for interrupts in [Events::NONE, OTHER] {
                let mut thread = runtime.attach().expect("there is room");
                let (handle, done) = (thread.handle(), AtomicBool::new(false));
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        // Once at least, even if this thread comes late.
                        loop {
                            handle.post(BELL);
                            if done.load(Ordering::Relaxed) {
                                break;
                            }
                            std::thread::sleep(Duration::from_micros(100));
                        }
                    });
                    let time = Duration::from_millis(20);
                    let begin = Instant::now();
                    let limits = Limits {
                        deadline: Deadline::after(time),
                        interrupts,
                    };
                    assert_eq!(wait(&mut thread, &limits), Wake::TimedOut);
                    assert!(begin.elapsed() >= time, "the wait was cut short");
                    done.store(true, Ordering::Relaxed);
                });
                assert_eq!(thread.poll(), BELL);
            }
        }
    });
}

#[test]
fn no_event_is_lost() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let posters = size - 1;
        let (posted, seen): (Vec<_>, Vec<_>) = (0..posters)
            .map(|_| (AtomicUsize::new(0), AtomicUsize::new(0)))
            .unzip();
        let (target, each) = (Mutex::new(None::<ThreadHandle>), crew::rounds(6_000 / size));
        crew::crew(&runtime, size, |index, thread| {
            if index < posters {
                let there = || target.lock().expect("no panics").is_some();
                crew::poll_until(thread, there);
                let target = target.lock().expect("no panics").clone();
                let target = target.expect("it is there");
                // Every poster waits until its last post was seen, so one that is lost
                // stops it for ever.
                for number in 1..=each {
                    posted[index].store(number, Ordering::Relaxed);
                    target.post(Events::user(index as u32 % 22));
                    let seen = || seen[index].load(Ordering::Relaxed) == number;
                    if index % 2 == 0 {
                        crew::poll_until(thread, seen);
                    } else {
                        thread.safe(|| crew::eventually("my post is seen", seen));
                    }
                }
                return;
            }
            *target.lock().expect("no panics") = Some(thread.handle());
            let every = interrupted_by(Events::ALL);
            let mut round = 0;
            let mut left = posters;
            while left > 0 {
                round += 1;
                let events = if round % 3 == 0 {
                    thread.poll()
                } else {
                    assert_eq!(thread.sleep(&every), Wake::Interrupted);
                    thread.take_events(Events::ALL)
                };
                // Who posts has stored its number before, and that is seen.
                for (index, posted) in posted.iter().enumerate() {
                    if events.intersects(Events::user(index as u32 % 22)) {
                        let number = posted.load(Ordering::Relaxed);
                        let before = seen[index].swap(number, Ordering::Relaxed);
                        left -= usize::from(before < number && number == each);
                    }
                }
            }
        });
        let all = |counts: &[AtomicUsize]| {
            counts
                .iter()
                .all(|count| count.load(Ordering::Relaxed) == each)
        };
        assert!(all(&posted) && all(&seen));
    });
}

#[test]
fn an_ended_thread_gets_no_events_and_its_heir_not_the_old_ones() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let thread = runtime.attach().expect("there is room");
        let handle = thread.handle();
        assert!(handle.post(BELL));
        drop(thread);
        assert!(!handle.post(BELL), "it has ended");

        let mut heir = runtime.attach().expect("there is room");
        assert_eq!(heir.id(), handle.id());
        assert!(!handle.post(OTHER), "another one is not meant");
        assert_eq!(heir.poll(), Events::NONE);
    });
}

#[test]
fn posting_to_threads_that_come_and_go_harms_nobody() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = crew::runtime(mode);
        let (current, done) = (Mutex::new(None::<ThreadHandle>), AtomicBool::new(false));
        crew::squad(size, |index| {
            if index < 2 {
                while !done.load(Ordering::Relaxed) {
                    let handle = current.lock().expect("no panics").clone();
                    if let Some(handle) = handle {
                        handle.post(BELL);
                    }
                    std::thread::yield_now();
                }
                return;
            }
            for _ in 0..crew::rounds(1_500 / size) {
                let mut thread = runtime.attach().expect("there is room");
                *current.lock().expect("no panics") = Some(thread.handle());
                let events = thread.poll();
                assert!(!events.intersects(OTHER | Events::SIGNAL));
                let limits = Limits {
                    deadline: Deadline::after(Duration::from_micros(100)),
                    interrupts: BELL,
                };
                let end = thread.sleep(&limits);
                assert!(end == Wake::TimedOut || end == Wake::Interrupted);
                if end == Wake::Interrupted {
                    assert_eq!(thread.take_events(Events::ALL), BELL);
                }
            }
            if index == 2 {
                done.store(true, Ordering::Relaxed);
            }
        });
    });
}

#[test]
fn an_event_reaches_a_thread_that_computes_while_others_stop_the_world() {
    crew::in_both_modes(|mode: Mode| {
        let runtime = crew::runtime(mode);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut thread = runtime.attach().expect("there is room");
                    while !done.load(Ordering::Relaxed) {
                        drop(thread.stop_the_world());
                        thread.handshake_all(|_| ());
                        let _ = thread.poll();
                    }
                });
            }
            let mut thread = runtime.attach().expect("there is room");
            let handle = thread.handle();
            let (asked, given) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let each = crew::rounds(400);
            std::thread::scope(|inner| {
                inner.spawn(|| {
                    for number in 1..=each {
                        asked.store(number, Ordering::Relaxed);
                        handle.post(OTHER);
                        crew::eventually("an answer", || given.load(Ordering::Relaxed) == number);
                    }
                });
                while given.load(Ordering::Relaxed) < each {
                    if thread.poll().intersects(OTHER) {
                        given.store(asked.load(Ordering::Relaxed), Ordering::Relaxed);
                    }
                }
            });
            done.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn a_post_is_noticed_at_every_moment_of_falling_asleep() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let (handle, each) = (thread.handle(), crew::rounds(6_000));
        let (going, posted) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for number in 1..=each {
                    crew::spin_until(|| going.load(Ordering::Acquire) == number);
                    // A little later each time, from before the waiter has looked for
                    // events to after it sleeps.
                    crew::pause(number * 7 % 2048);
                    handle.post(BELL);
                    posted.store(number, Ordering::Release);
                }
            });
            for number in 1..=each {
                going.store(number, Ordering::Release);
                assert_eq!(thread.sleep(&interrupted_by(BELL)), Wake::Interrupted);
                assert_eq!(thread.take_events(BELL), BELL);
                crew::spin_until(|| posted.load(Ordering::Acquire) == number);
            }
        });
    });
}
