//! Global mode: one Running thread at a time, fair hand-over.
#![cfg(loom)]

use grwl_threads::Mode;
use loom_tests::{Plain, Weakening, check, fails_without, runtime, spawn};

/// Two threads change an unprotected value whenever they run, and give the GIL up in
/// both ways: by a Safe region and by a hand-over.
fn two_threads_take_turns() {
    let runtime = runtime(Mode::Global);
    let shared = Plain::new(0_u32);
    let other = spawn(&runtime, {
        let shared = shared.clone();
        move |thread| {
            shared.increment();
            thread.switch();
            shared.increment();
        }
    });
    let mut first = runtime.attach().expect("few threads");
    shared.increment();
    first.switch();
    shared.increment();
    first.safe(|| other.join().expect("thread"));
    assert_eq!(shared.get(), 4);
}

#[test]
fn one_runs_at_a_time() {
    check(two_threads_take_turns);
}

#[test]
#[should_panic = "deadlock"]
fn waiters_forgotten() {
    fails_without(Weakening::GilWaiters, two_threads_take_turns);
}

#[test]
fn three_threads_take_turns() {
    check(|| {
        let runtime = runtime(Mode::Global);
        let shared = Plain::new(0_u32);
        let others: Vec<_> = (0..2)
            .map(|_| {
                spawn(&runtime, {
                    let shared = shared.clone();
                    move |_thread| shared.increment()
                })
            })
            .collect();
        let mut first = runtime.attach().expect("few threads");
        shared.increment();
        first.safe(|| {
            for other in others {
                other.join().expect("thread");
            }
        });
        assert_eq!(shared.get(), 3);
    });
}

/// The time-keeper asks for a switch, and the holder's safepoint obeys.
#[test]
fn switch_request() {
    check(|| {
        let runtime = runtime(Mode::Global);
        let shared = Plain::new(0_u32);
        let mut first = runtime.attach().expect("few threads");
        let other = spawn(&runtime, {
            let shared = shared.clone();
            move |_thread| shared.increment()
        });
        assert!(first.poll().is_empty());
        shared.increment();
        assert!(first.poll().is_empty());
        first.safe(|| other.join().expect("thread"));
        assert_eq!(shared.get(), 2);
    });
}

/// A stop in global mode, against a thread that comes and goes.
#[test]
fn stop_in_global_mode() {
    check(|| {
        let runtime = runtime(Mode::Global);
        let shared = Plain::new(0_u32);
        let other = spawn(&runtime, {
            let shared = shared.clone();
            move |thread| {
                shared.increment();
                thread.safe(|| ());
                shared.increment();
            }
        });
        let mut first = runtime.attach().expect("few threads");
        {
            let mut stopped = first.stop_the_world();
            shared.increment();
            // A Safe region inside a stop gives the GIL up, not the stop.
            stopped.mutator_mut().safe(|| ());
            shared.increment();
        }
        first.safe(|| other.join().expect("thread"));
        assert_eq!(shared.get(), 4);
    });
}
