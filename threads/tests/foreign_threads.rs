//! Proves that the runtimes of one process do not mix: thread ids mean something within one
//! runtime only, so what belongs to one refuses the threads of another.

mod crew;

use std::panic::{AssertUnwindSafe, catch_unwind};

use grwl_threads::{Biased, Limits, Mutator, WaitQueue, Wake};

/// Runs `act` with a thread of another runtime, which bears the same id as `native`, and
/// returns the panic's message.
fn refusal(native: &mut Mutator, act: impl FnOnce(&mut Mutator)) -> String {
    let foreign = crew::runtime(native.runtime().mode());
    let mut thread = foreign.attach().expect("there is room");
    assert_eq!(thread.id(), native.id());
    let refused = catch_unwind(AssertUnwindSafe(|| act(&mut thread)));
    // It is still a thread of its runtime in good order.
    let _ = thread.poll();
    drop(thread.stop_the_world());
    let message = refused.expect_err("it is refused");
    let text = message.downcast_ref::<&str>();
    String::from(*text.expect("a panic with a message"))
}

#[test]
fn an_object_refuses_them() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut native = runtime.attach().expect("there is room");
        for object in [Biased::new(&native, 1), Biased::new_shared(&native, 1)] {
            let before = object.raw().state();
            let message = refusal(&mut native, |foreign| {
                object.with(foreign, |value| *value += 1)
            });
            assert_eq!(message, "the value belongs to another runtime");
            assert_eq!(object.raw().state(), before);
            assert_eq!(object.with(&mut native, |value| *value), 1);
        }
    });
}

#[test]
fn a_queue_refuses_them() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut native = runtime.attach().expect("there is room");
        let queue = WaitQueue::new();
        let not_needed = queue.wait(&mut native, &Limits::NONE, None, || false);
        assert_eq!(not_needed, Wake::NotNeeded);
        let acts: [fn(&WaitQueue, &mut Mutator); 3] = [
            |queue, foreign| {
                queue.wait(foreign, &Limits::NONE, None, || true);
            },
            |queue, foreign| queue.wake_one(foreign, |_| 0),
            |queue, foreign| {
                queue.wake_all(foreign, 0, || ());
            },
        ];
        for act in acts {
            let message = refusal(&mut native, |foreign| act(&queue, foreign));
            assert_eq!(message, "the queue belongs to another runtime");
            assert_eq!(queue.wake_all(&mut native, 0, || ()), 0);
        }
    });
}

#[test]
fn a_handshake_refuses_them() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut native = runtime.attach().expect("there is room");
        let handle = native.handle();
        let message = refusal(&mut native, |foreign| {
            let _ = foreign.handshake(&handle, |_| panic!("for a foreign thread"));
        });
        assert_eq!(message, "the target belongs to another runtime");
        assert_eq!(native.handshake(&handle, |_| ()), Ok(()));
    });
}
