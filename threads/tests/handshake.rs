//! Proves of handshakes: the closure runs exactly once and only while its target does
//! nothing else, for Running and Safe targets, also inside a stop; ended threads are told
//! apart from later bearers of their ids; everybody may ask everybody; panics end clearly.

mod crew;

use std::alloc::Layout;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use grwl_threads::{
    Config, Events, Limits, Mode, Mutator, Runtime, ThreadEnded, ThreadHandle, ThreadState,
};

use crew::witness::Guarded;

/// A runtime whose threads have a plain number each, for handshakes to change.
fn runtime_with_numbers(mode: Mode) -> Arc<Runtime> {
    Runtime::new(Config {
        extension: Layout::new::<Guarded<u64>>(),
        ..crew::config(mode)
    })
}

/// The number of the thread that is handled. Not atomic: only one may be at it.
fn number(state: &ThreadState) -> &Guarded<u64> {
    // SAFETY: the runtime was asked for memory of this layout, zeroed, and it lives as long
    // as the state.
    unsafe { state.extension().cast::<Guarded<u64>>().as_ref() }
}

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
fn an_ended_target_is_an_error() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let handle = std::thread::scope(|scope| {
            let ended = scope.spawn(|| runtime.attach().expect("there is room").handle());
            ended.join().expect("no panics")
        });
        // Another one bears its id now; the requester is a third.
        let (attached, done) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut heir = runtime.attach().expect("there is room");
                assert_eq!(heir.id(), 1);
                attached.store(true, Ordering::Relaxed);
                crew::poll_until(&mut heir, || done.load(Ordering::Relaxed));
            });
            crew::eventually("attached", || attached.load(Ordering::Relaxed));
            let mut requester = runtime.attach().expect("there is room");
            for _ in 0..100 {
                let result = requester.handshake(&handle, |_| panic!("for the wrong thread"));
                assert_eq!(result, Err(ThreadEnded));
                // The heir is Safe now and then, and Running now and then.
                requester.safe(std::thread::yield_now);
            }
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(ThreadEnded.to_string(), "the thread has ended");
    });
}

/// The bearer of an id asks for the one that bore it before.
#[test]
fn the_heir_of_an_id_is_not_mistaken_for_its_last_bearer_by_itself() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let old = runtime.attach().expect("there is room").handle();
        let mut heir = runtime.attach().expect("there is room");
        assert_eq!(heir.id(), old.id());
        let ran = AtomicUsize::new(0);
        let result = heir.handshake(&old, |_| {
            ran.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!((result, ran.into_inner()), (Err(ThreadEnded), 0));
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

/// Which life of a thread a handle means.
type Meant = Mutex<Option<(u64, ThreadHandle)>>;

#[test]
fn the_result_says_whether_the_closure_ran_when_targets_end() {
    crew::in_both_modes_and_crowds(|mode, size| {
        let runtime = runtime_with_numbers(mode);
        let slots: Vec<Meant> = (0..size / 2).map(|_| Mutex::new(None)).collect();
        let done = AtomicUsize::new(0);
        crew::squad(size, |index| {
            if index < size / 2 {
                let mut life = index as u64 + 1;
                while done.load(Ordering::Relaxed) < size - size / 2 {
                    live_once(&runtime, life, &slots[index]);
                    life += size as u64;
                }
                return;
            }
            let mut thread = runtime.attach().expect("there is room");
            for round in 0..crew::rounds(16_000 / size) {
                let slot = &slots[(index + round) % slots.len()];
                let Some((life, handle)) = slot.lock().expect("no panics").clone() else {
                    thread.safe(std::thread::yield_now);
                    continue;
                };
                let ran = AtomicUsize::new(0);
                let result = thread.handshake(&handle, |state| {
                    ran.fetch_add(1, Ordering::Relaxed);
                    // SAFETY: the target is stopped for us.
                    let found = unsafe { number(state).with(|number| *number) };
                    assert_eq!(found, life, "ran for a later bearer");
                });
                assert_eq!(ran.into_inner(), usize::from(result.is_ok()));
            }
            done.fetch_add(1, Ordering::Relaxed);
        });
    });
}

/// One bearer of an id, who marks its state as its own until it ends.
fn live_once(runtime: &Arc<Runtime>, life: u64, slot: &Meant) {
    let mut thread = runtime.attach().expect("there is room");
    // SAFETY: ours, and there is no safepoint in between; nobody has our handle yet.
    unsafe { number(thread.state()).with(|number| *number = life) };
    *slot.lock().expect("no panics") = Some((life, thread.handle()));
    for _ in 0..life % 5 {
        let _ = thread.poll();
        thread.safe(std::thread::yield_now);
    }
    // A handshake may still run at the thread's very end, so only the next bearer
    // changes the mark.
}

#[test]
fn a_blocked_thread_answers_without_waking_up() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let (asleep, ran) = (Mutex::new(None), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut sleeper = runtime.attach().expect("there is room");
                *asleep.lock().expect("no panics") = Some(sleeper.handle());
                let limits = Limits {
                    deadline: None,
                    interrupts: Events::user(0),
                };
                let _ = sleeper.sleep(&limits);
                assert_eq!(ran.load(Ordering::Relaxed), 1000);
            });
            let mut requester = runtime.attach().expect("there is room");
            let handle = requester.safe(|| {
                crew::eventually("it is there", || {
                    asleep.lock().expect("no panics").is_some()
                });
                asleep.lock().expect("no panics").take()
            });
            let handle = handle.expect("it is there");
            for _ in 0..1000 {
                let count = |_: &ThreadState| {
                    ran.fetch_add(1, Ordering::Relaxed);
                };
                assert_eq!(requester.handshake(&handle, count), Ok(()));
            }
            handle.post(Events::user(0));
        });
    });
}

/// Attaches a requester that asks `target`, and returns when it waits for the answer.
fn ask_a_running_thread<'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    runtime: &'scope Arc<Runtime>,
    target: &Mutator,
    ran: &'scope AtomicUsize,
) {
    let handle = target.handle();
    scope.spawn(move || {
        let mut requester = runtime.attach().expect("there is room");
        let result = requester.handshake(&handle, |_| {
            ran.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(ran.load(Ordering::Relaxed), usize::from(result.is_ok()));
    });
    crew::spin_until(|| crew::poll_word(target.state()) != 0);
}

#[test]
#[ignore = "run in a child process by `a_panicking_thread_answers_like_any_other`"]
fn in_a_child_a_thread_panics_that_was_asked() {
    let _watchdog = crew::Watchdog::new("RwLock");
    let runtime = crew::calm_runtime(Mode::RwLock);
    let ran = AtomicUsize::new(0);
    // The panic ends the thread with a request in its mailbox.
    std::thread::scope(|scope| {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let target = runtime.attach().expect("there is room");
            ask_a_running_thread(scope, &runtime, &target, &ran);
            resume_unwind(Box::new("of the thread itself"));
        }));
        assert!(outcome.is_err());
    });
    assert_eq!(ran.load(Ordering::Relaxed), 1);
    crew::say("IT LIVES");
}

/// Its closure does not panic: the target does, for a reason of its own.
#[test]
fn a_panicking_thread_answers_like_any_other() {
    let _watchdog = crew::Watchdog::new("RwLock");
    let output = crew::in_a_child("in_a_child_a_thread_panics_that_was_asked", |_| ());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {text}", output.status);
    assert!(text.contains("IT LIVES"), "{text}");
}

#[test]
#[ignore = "run in a child process by `a_closure_that_panics_ends_the_process_with_a_message`"]
fn in_a_child_a_closure_panics() {
    let runtime = crew::calm_runtime(Mode::RwLock);
    let mut thread = runtime.attach().expect("there is room");
    thread.handshake_all(|_| resume_unwind(Box::new("out of a handshake")));
    crew::say("IT LIVES");
}

#[test]
fn a_closure_that_panics_ends_the_process_with_a_message() {
    let _watchdog = crew::Watchdog::new("RwLock");
    let output = crew::in_a_child("in_a_child_a_closure_panics", |_| ());
    let text = String::from_utf8_lossy(&output.stderr);
    let signal = std::os::unix::process::ExitStatusExt::signal(&output.status);
    assert_eq!(signal, Some(libc::SIGABRT), "{text}");
    assert!(
        text.contains("grwl: a handshake closure panicked"),
        "{text}"
    );
    assert!(!text.contains("IT LIVES"), "{text}");
}
