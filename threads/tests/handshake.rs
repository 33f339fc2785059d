//! Proves of handshakes: the closure runs exactly once and only while its target does
//! nothing else, for Running and Safe targets, also inside a stop, and everybody may
//! ask everybody at once. See `handshake_end` for targets that end.

mod crew;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use grwl_threads::{Events, Limits, Mode, ThreadHandle, ThreadState, Wake};

use crew::numbers::{number, runtime_with_numbers};

#[test]
fn a_running_target_runs_the_closure_at_its_safepoint() {
    let _watchdog = crew::Watchdog::new("RwLock");
    // Two Running threads at a time are needed.
    let runtime = crew::calm_runtime(Mode::RwLock);
    for _ in 0..50 {
        let (ran, answered) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let mut target = runtime.attach().expect("there is room");
            let handle = target.handle();
            scope.spawn(|| {
                let handle = handle;
                let mut requester = runtime.attach().expect("there is room");
                let result = requester.handshake(&handle, |state| {
                    assert_eq!(state.id(), handle.id());
                    ran.fetch_add(1, Ordering::Relaxed);
                });
                assert_eq!(result, Ok(()));
                answered.store(true, Ordering::Relaxed);
            });
            crew::spin_until(|| crew::poll_word(target.state()) != 0);
            std::thread::sleep(Duration::from_micros(200));
            assert_eq!(ran.load(Ordering::Relaxed), 0, "not at a safepoint");
            let _ = target.poll();
            assert_eq!(ran.load(Ordering::Relaxed), 1, "the poll answers");
            crew::poll_until(&mut target, || answered.load(Ordering::Relaxed));
        });
        assert_eq!(ran.into_inner(), 1);
    }
}

#[test]
fn a_safe_target_is_borrowed_by_the_requester() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let (inside, leave) = (Mutex::new(None), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut target = runtime.attach().expect("there is room");
                let handle = target.handle();
                target.safe(|| {
                    *inside.lock().expect("no panics") = Some(handle);
                    crew::eventually("leave", || leave.load(Ordering::Relaxed));
                });
            });
            let mut requester = runtime.attach().expect("there is room");
            let handle = requester.safe(|| {
                crew::eventually("inside", || inside.lock().expect("no panics").is_some());
                inside.lock().expect("no panics").take()
            });
            let handle = handle.expect("it is inside");
            let (ran, me) = (AtomicUsize::new(0), std::thread::current().id());
            for _ in 0..100 {
                let result = requester.handshake(&handle, |state| {
                    assert_eq!(state.id(), handle.id());
                    assert_eq!(std::thread::current().id(), me);
                    ran.fetch_add(1, Ordering::Relaxed);
                });
                assert_eq!(result, Ok(()));
            }
            assert_eq!(ran.into_inner(), 100);
            leave.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn a_thread_may_ask_itself() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        let (handle, ran) = (thread.handle(), AtomicUsize::new(0));
        let result = thread.handshake(&handle, |state| {
            assert_eq!(state.id(), handle.id());
            ran.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!((result, ran.into_inner()), (Ok(()), 1));
    });
}

#[test]
fn the_closure_never_meets_its_target_in_the_middle_of_something() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = runtime_with_numbers(mode);
        let handles = Mutex::new(Vec::new());
        let asked = AtomicUsize::new(0);
        let each = crew::rounds(1200 / size);
        let own = crew::crew(&runtime, size, |index, thread| {
            let mut own = 0_u64;
            handles.lock().expect("no panics").push(thread.handle());
            let all = || handles.lock().expect("no panics").len() == size;
            crew::poll_until(thread, all);
            let targets = handles.lock().expect("no panics").clone();
            for round in 0..each {
                let target = &targets[(index + round) % size];
                let change = |state: &ThreadState| {
                    // SAFETY: the target is stopped for us.
                    unsafe { number(state).increment() };
                };
                assert_eq!(thread.handshake(target, change), Ok(()));
                for _ in 0..4 {
                    // SAFETY: ours, and here is no safepoint.
                    unsafe { number(thread.state()).increment() };
                    own += 1;
                    let _ = thread.poll();
                }
            }
            asked.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || asked.load(Ordering::Relaxed) == size);
            // SAFETY: ours, and everybody has asked.
            (own, unsafe {
                number(thread.state()).with(|number| *number)
            })
        });
        let (own, sum): (Vec<_>, Vec<_>) = own.into_iter().unzip();
        let expected = own.iter().sum::<u64>() + (size * each) as u64;
        assert_eq!(sum.iter().sum::<u64>(), expected);
    });
}

#[test]
fn everybody_asks_everybody() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = runtime_with_numbers(mode);
        let handles = Mutex::new(Vec::new());
        let asked = AtomicUsize::new(0);
        let each = crew::rounds(2400 / size / size * 8 + 2);
        let sums = crew::crew(&runtime, size, |index, thread| {
            handles.lock().expect("no panics").push(thread.handle());
            let all = || handles.lock().expect("no panics").len() == size;
            crew::poll_until(thread, all);
            let targets = handles.lock().expect("no panics").clone();
            for _ in 0..each {
                for step in 0..size {
                    // No poll: they answer each other from within their own requests.
                    let target = &targets[(index + step) % size];
                    let result = thread.handshake(target, |state| {
                        // SAFETY: the target is stopped for us.
                        unsafe { number(state).increment() };
                    });
                    assert_eq!(result, Ok(()));
                }
            }
            asked.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || asked.load(Ordering::Relaxed) == size);
            // SAFETY: ours, and everybody has asked.
            unsafe { number(thread.state()).with(|number| *number) }
        });
        assert!(sums.iter().all(|&sum| sum == (size * each) as u64));
    });
}

#[test]
fn asking_all_reaches_each_once_and_counts_them() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = runtime_with_numbers(mode);
        let (here, asked) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let each = crew::rounds(640 / size);
        let sums = crew::crew(&runtime, size, |index, thread| {
            here.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || here.load(Ordering::Relaxed) == size);
            for round in 0..each {
                let count = thread.handshake_all(|state| {
                    // SAFETY: the target is stopped for us.
                    unsafe { number(state).increment() };
                });
                assert_eq!(count, size);
                if (index + round) % 4 == 0 {
                    thread.safe(std::thread::yield_now);
                }
            }
            asked.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || asked.load(Ordering::Relaxed) == size);
            // SAFETY: ours, and everybody has asked.
            unsafe { number(thread.state()).with(|number| *number) }
        });
        assert!(sums.iter().all(|&sum| sum == (size * each) as u64));
    });
}

#[test]
fn handshakes_inside_a_stop() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = runtime_with_numbers(mode);
        let (here, asked) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let handles = Mutex::new(Vec::new());
        let each = crew::rounds(480 / size);
        let sums = crew::crew(&runtime, size, |index, thread| {
            handles.lock().expect("no panics").push(thread.handle());
            here.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || here.load(Ordering::Relaxed) == size);
            let targets = handles.lock().expect("no panics").clone();
            for round in 0..each {
                let mut world = thread.stop_the_world();
                let me = world.mutator_mut();
                let change = |state: &ThreadState| {
                    // SAFETY: the target is stopped for us.
                    unsafe { number(state).increment() };
                };
                assert_eq!(me.handshake_all(change), size);
                let target = &targets[(index + round) % size];
                assert_eq!(me.handshake(target, change), Ok(()));
                drop(world);
                // Others try to become Running while one has stopped the world.
                for _ in 0..4 {
                    thread.safe(std::thread::yield_now);
                }
            }
            asked.fetch_add(1, Ordering::Relaxed);
            crew::poll_until(thread, || asked.load(Ordering::Relaxed) == size);
            // SAFETY: ours, and everybody has asked.
            unsafe { number(thread.state()).with(|number| *number) }
        });
        let sum: u64 = sums.iter().sum();
        assert_eq!(sum, (size * each * (size + 1)) as u64);
    });
}

#[test]
fn a_sleeping_thread_is_answered_for_whoever_asks_while_somebody_else_does() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = runtime_with_numbers(mode);
        let (asleep, left) = (Mutex::new(None), AtomicUsize::new(size - 1));
        let each = crew::rounds(40_000 / size);
        crew::crew(&runtime, size, |index, thread| {
            if index == 0 {
                // It never wakes up to answer anybody: that is for the requesters to do.
                *asleep.lock().expect("no panics") = Some(thread.handle());
                let limits = Limits {
                    deadline: None,
                    interrupts: Events::user(0),
                };
                assert_eq!(thread.sleep(&limits), Wake::Interrupted);
                // SAFETY: ours, and everybody has asked.
                let count = unsafe { number(thread.state()).with(|number| *number) };
                assert_eq!(count, ((size - 1) * each) as u64);
                return;
            }
            let target = || asleep.lock().expect("no panics").clone();
            crew::poll_until(thread, || target().is_some());
            let target: ThreadHandle = target().expect("it is there");
            for _ in 0..each {
                let change = |state: &ThreadState| {
                    // SAFETY: the target is stopped for us.
                    unsafe { number(state).increment() };
                };
                assert_eq!(thread.handshake(&target, change), Ok(()));
            }
            if left.fetch_sub(1, Ordering::Relaxed) == 1 {
                target.post(Events::user(0));
            }
        });
    });
}
