//! Proves of handshakes with threads that end: the answer says whether the closure ran,
//! a later bearer of the id is not mistaken for the one that is meant, and panics, of a
//! target or of a closure, end clearly.

mod crew;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use grwl_threads::{Mode, Mutator, Runtime, ThreadEnded, ThreadHandle};

use crew::numbers::{number, runtime_with_numbers};

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
    assert!(text.contains("grwl: panic in a handshake"), "{text}");
    assert!(!text.contains("IT LIVES"), "{text}");
}
