//! Foreign code in a Safe region that calls back: the thread is Running for a while and Safe again afterwards.
#![cfg(loom)]

use std::sync::Arc;

use grwl_threads::{Attached, Mode, Mutator};
use loom_tests::{Plain, Weakening, check, fails_without, runtime, spawn};

/// What foreign code does with `body`: it is called from a Safe region, and calls it.
fn call_back(thread: &mut Attached, body: impl FnOnce(&mut Mutator)) {
    let calling: *mut Mutator = &mut **thread;
    // SAFETY: the region lasts longer than the call inside it, and nobody else uses the mutator meanwhile.
    unsafe { (*calling).safe(|| (*calling).within_safe(body)) };
}

/// A writer changes what is used inside the callback and nowhere else, and looks at the roots that the thread has published.
fn callback_and_writer(mode: Mode) {
    let runtime = runtime(mode);
    let shared = Plain::new(0_u32);
    let called = spawn(&runtime, {
        let shared = shared.clone();
        move |thread| call_back(thread, |_| shared.increment())
    });
    let mut writer = runtime.attach().expect("few threads");
    {
        let stopped = writer.stop_the_world();
        shared.increment();
        for thread in stopped.threads() {
            // SAFETY: the world is stopped; what is read is not used.
            unsafe { thread.native_roots() };
        }
    }
    writer.safe(|| called.join().expect("called thread"));
    assert_eq!(shared.get(), 2);
}

#[test]
fn callback_against_stop() {
    check(|| callback_and_writer(Mode::RwLock));
}

#[test]
fn callback_against_stop_in_global_mode() {
    check(|| callback_and_writer(Mode::Global));
}

#[test]
#[should_panic = "Causality violation"]
fn callback_without_recheck() {
    fails_without(Weakening::ReaderEntryRecheck, || {
        callback_and_writer(Mode::RwLock);
    });
}

#[test]
#[should_panic = "Causality violation"]
fn roots_restored_when_safe() {
    fails_without(Weakening::RootsRestoredRunning, || {
        callback_and_writer(Mode::RwLock);
    });
}

/// A callback that goes Safe itself, while another thread asks for a handshake.
#[test]
fn callback_that_goes_safe() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let mut target = runtime.attach().expect("few threads");
        let handle = target.handle();
        let private = Plain::new(0_u32);
        let requester = spawn(&runtime, {
            let private = Arc::clone(&private);
            move |thread| thread.handshake(&handle, |_| private.increment())
        });
        call_back(&mut target, |thread| {
            private.increment();
            thread.safe(|| ());
            private.increment();
        });
        let answer = target.safe(|| requester.join().expect("requester"));
        assert_eq!(answer, Ok(()));
        assert_eq!(private.get(), 3);
    });
}
