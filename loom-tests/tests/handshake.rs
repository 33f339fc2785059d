//! Handshakes with Running, Safe and ending targets, and among threads that ask each other.
#![cfg(loom)]

use std::sync::Arc;

use grwl_threads::sync::Mutex;
use grwl_threads::{Mode, ThreadHandle};
use loom_tests::{Plain, Weakening, check, fails_without, runtime, spawn};

/// The target uses a value of its own, polls and uses it again; the requester
/// changes the value by handshake.
fn running_target() {
    let runtime = runtime(Mode::RwLock);
    let mut target = runtime.attach().expect("few threads");
    let handle = target.handle();
    let private = Plain::new(0_u32);
    let requester = spawn(&runtime, {
        let private = private.clone();
        move |thread| thread.handshake(&handle, |_| private.increment())
    });
    private.increment();
    assert!(target.poll().is_empty());
    private.increment();
    drop(target);
    let answer = requester.join().expect("requester");
    assert_eq!(private.get(), if answer.is_ok() { 3 } else { 2 });
}

/// As [`running_target`], but the target then stays Safe until the requester is done.
fn target_that_goes_safe() {
    let runtime = runtime(Mode::RwLock);
    let mut target = runtime.attach().expect("few threads");
    let handle = target.handle();
    let private = Plain::new(0_u32);
    let requester = spawn(&runtime, {
        let private = private.clone();
        move |thread| thread.handshake(&handle, |_| private.increment())
    });
    private.increment();
    let answer = target.safe(|| requester.join().expect("requester"));
    assert_eq!(answer, Ok(()));
    assert_eq!(private.get(), 2);
}

#[test]
fn target_goes_safe() {
    check(target_that_goes_safe);
}

#[test]
#[should_panic = "deadlock"]
fn requester_without_recheck() {
    fails_without(Weakening::HandshakeRecheck, target_that_goes_safe);
}

#[test]
#[should_panic = "deadlock"]
fn target_goes_safe_with_mail_unread() {
    fails_without(Weakening::HandshakeSafeEntry, target_that_goes_safe);
}

/// The target ends; the closure runs before, or the requester is told.
fn ending_target() {
    let runtime = runtime(Mode::RwLock);
    let target = runtime.attach().expect("few threads");
    let handle = target.handle();
    let private = Plain::new(0_u32);
    let requester = spawn(&runtime, {
        let private = private.clone();
        move |thread| thread.handshake(&handle, |_| private.increment())
    });
    private.increment();
    drop(target);
    let answer = requester.join().expect("requester");
    assert_eq!(private.get(), if answer.is_ok() { 2 } else { 1 });
}

#[test]
fn target_ends() {
    check(ending_target);
}

#[test]
#[should_panic]
fn mailbox_not_closed() {
    fails_without(Weakening::MailboxClose, ending_target);
}

/// The requester looks at the target's value without waiting for anything else.
fn answer_is_published() {
    let runtime = runtime(Mode::RwLock);
    let mut target = runtime.attach().expect("few threads");
    let handle = target.handle();
    let private = Plain::new(0_u32);
    let done = Arc::new(Mutex::new(()));
    let requester = spawn(&runtime, {
        let private = private.clone();
        let done = done.clone();
        move |thread| {
            if thread.handshake(&handle, |_| ()).is_ok() {
                private.get();
            }
            drop(done);
        }
    });
    private.increment();
    assert!(target.poll().is_empty());
    target.safe(|| requester.join().expect("requester"));
}

#[test]
fn target_runs() {
    check(running_target);
}

#[test]
fn answer_published() {
    check(answer_is_published);
}

#[test]
#[should_panic = "Causality violation"]
fn answer_relaxed() {
    fails_without(Weakening::HandshakeDone, answer_is_published);
}

/// Two requesters and a target that is Safe all the time: one borrows it while the other
/// leaves a request.
fn two_requesters() {
    let runtime = runtime(Mode::RwLock);
    let mut target = runtime.attach().expect("few threads");
    let private = Plain::new(0_u32);
    let requesters: Vec<_> = (0..2)
        .map(|_| {
            let handle = target.handle();
            let private = private.clone();
            spawn(&runtime, move |thread| {
                thread.handshake(&handle, |_| private.increment())
            })
        })
        .collect();
    target.safe(|| {
        for requester in requesters {
            requester.join().expect("requester").expect("alive");
        }
    });
    assert_eq!(private.get(), 2);
}

#[test]
fn two_requesters_one_target() {
    check(two_requesters);
}

#[test]
#[should_panic = "deadlock"]
fn borrower_without_recheck() {
    fails_without(Weakening::BorrowReturnRecheck, two_requesters);
}

/// Two threads ask each other, with and without a stop on top.
fn each_other(stop: bool) {
    let runtime = runtime(Mode::RwLock);
    let mut first = runtime.attach().expect("few threads");
    let first_handle = first.handle();
    let second_handle: Arc<Mutex<Option<ThreadHandle>>> = Arc::new(Mutex::new(None));
    let values = [Plain::new(0_u32), Plain::new(0_u32)];
    let second = spawn(&runtime, {
        let second_handle = second_handle.clone();
        let values = values.clone();
        move |thread| {
            *second_handle.lock() = Some(thread.handle());
            values[1].increment();
            let answer = thread.handshake(&first_handle, |_| values[0].increment());
            if stop {
                drop(thread.stop_the_world());
            }
            values[1].increment();
            answer
        }
    });
    values[0].increment();
    let handle = second_handle.lock().clone();
    let mut expected = 2;
    if let Some(handle) = handle {
        let answer = first.handshake(&handle, |_| values[1].increment());
        expected += u32::from(answer.is_ok());
    }
    values[0].increment();
    let answer = first.safe(|| second.join().expect("second"));
    assert_eq!(answer, Ok(()));
    assert_eq!(values[0].get(), 3);
    assert_eq!(values[1].get(), expected);
}

#[test]
fn two_threads_ask_each_other() {
    check(|| each_other(false));
}

#[test]
fn two_threads_ask_each_other_and_stop() {
    check(|| each_other(true));
}

/// A handshake from inside a stop, against a target that tries to run.
#[test]
fn handshake_inside_a_stop() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let mut writer = runtime.attach().expect("few threads");
        let private = Plain::new(0_u32);
        let target = spawn(&runtime, {
            let private = private.clone();
            move |thread| {
                private.increment();
                thread.safe(|| ());
                private.increment();
            }
        });
        {
            let mut stopped = writer.stop_the_world();
            let ran = stopped.mutator_mut().handshake_all(|_| ());
            assert!((1..=2).contains(&ran));
            private.increment();
        }
        writer.safe(|| target.join().expect("target"));
        assert_eq!(private.get(), 3);
    });
}
