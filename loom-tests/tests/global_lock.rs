//! The global read-write lock: readers against one writer, two writers, threads
//! that begin and end while a stop is pending.
#![cfg(loom)]

use grwl_threads::Mode;
use loom_tests::{Plain, Weakening, check, fails_without, runtime, spawn};

/// A reader enters, leaves and enters again while a writer stops the world and
/// changes what the reader reads.
fn reader_and_writer() {
    let runtime = runtime(Mode::RwLock);
    let shared = Plain::new(0_u32);
    let reader = spawn(&runtime, {
        let shared = shared.clone();
        move |thread| {
            let first = shared.get();
            thread.safe(|| ());
            assert!(shared.get() >= first);
        }
    });
    let mut writer = runtime.attach().expect("few threads");
    {
        let _stopped = writer.stop_the_world();
        shared.increment();
    }
    writer.safe(|| reader.join().expect("reader"));
    assert_eq!(shared.get(), 1);
}

#[test]
fn reader_entry_against_stop() {
    check(reader_and_writer);
}

#[test]
#[should_panic = "Causality violation"]
fn reader_entry_without_recheck() {
    fails_without(Weakening::ReaderEntryRecheck, reader_and_writer);
}

#[test]
#[should_panic = "Causality violation"]
fn reader_entry_without_fence() {
    fails_without(Weakening::ReaderEntryFence, reader_and_writer);
}

/// The reader goes Safe and stays there; the writer must notice.
fn reader_that_stays_safe() {
    let runtime = runtime(Mode::RwLock);
    let mut reader = runtime.attach().expect("few threads");
    let writer = spawn(&runtime, |thread| drop(thread.stop_the_world()));
    reader.safe(|| writer.join().expect("writer"));
}

#[test]
fn safe_entry_wakes_the_writer() {
    check(reader_that_stays_safe);
}

#[test]
#[should_panic = "deadlock"]
fn safe_entry_without_fence() {
    fails_without(Weakening::SafeEntryFence, reader_that_stays_safe);
}

/// The reader runs into the stop and must be woken at its end.
fn reader_that_is_stopped() {
    let runtime = runtime(Mode::RwLock);
    let reader = spawn(&runtime, |thread| thread.safe(|| ()));
    let mut writer = runtime.attach().expect("few threads");
    drop(writer.stop_the_world());
    writer.safe(|| reader.join().expect("reader"));
}

#[test]
fn safe_exit_against_stop() {
    check(reader_that_is_stopped);
}

#[test]
#[should_panic = "deadlock"]
fn end_of_stop_without_fence() {
    fails_without(Weakening::ResumeFence, reader_that_is_stopped);
}

/// A reader that polls: it stops at its safepoint and goes on afterwards.
#[test]
fn poll_against_stop() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let shared = Plain::new(0_u32);
        let reader = spawn(&runtime, {
            let shared = shared.clone();
            move |thread| {
                shared.get();
                assert!(thread.poll().is_empty());
                shared.get();
            }
        });
        let mut writer = runtime.attach().expect("few threads");
        {
            let _stopped = writer.stop_the_world();
            shared.increment();
        }
        writer.safe(|| reader.join().expect("reader"));
    });
}

fn two_writers_at_once(mode: Mode) {
    let runtime = runtime(mode);
    let shared = Plain::new(0_u32);
    let other = spawn(&runtime, {
        let shared = shared.clone();
        move |thread| {
            let _stopped = thread.stop_the_world();
            shared.increment();
        }
    });
    let mut writer = runtime.attach().expect("few threads");
    {
        let mut stopped = writer.stop_the_world();
        shared.increment();
        // Nested write sides end with the outermost.
        drop(stopped.mutator_mut().stop_the_world());
        shared.increment();
    }
    writer.safe(|| other.join().expect("writer"));
    assert_eq!(shared.get(), 3);
}

#[test]
fn two_writers() {
    check(|| two_writers_at_once(Mode::RwLock));
}

#[test]
fn two_writers_in_global_mode() {
    check(|| two_writers_at_once(Mode::Global));
}

#[test]
#[should_panic]
fn two_writers_without_exclusion() {
    fails_without(Weakening::WriterExclusion, || {
        two_writers_at_once(Mode::RwLock);
    });
}

/// Two writers and a reader.
#[test]
fn two_writers_and_a_reader() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let shared = Plain::new(0_u32);
        let reader = spawn(&runtime, {
            let shared = shared.clone();
            move |thread| {
                shared.get();
                assert!(thread.poll().is_empty());
                shared.get();
            }
        });
        let other = spawn(&runtime, {
            let shared = shared.clone();
            move |thread| {
                let _stopped = thread.stop_the_world();
                shared.increment();
            }
        });
        let mut writer = runtime.attach().expect("few threads");
        {
            let _stopped = writer.stop_the_world();
            shared.increment();
        }
        writer.safe(|| {
            reader.join().expect("reader");
            other.join().expect("writer");
        });
        assert_eq!(shared.get(), 2);
    });
}

/// A thread that reads and ends while the stop is pending, and one that begins.
#[test]
fn threads_end_and_begin_during_a_stop() {
    check(|| {
        let runtime = runtime(Mode::RwLock);
        let shared = Plain::new(0_u32);
        let mut writer = runtime.attach().expect("few threads");
        let ending = spawn(&runtime, {
            let shared = shared.clone();
            move |_thread| shared.get()
        });
        {
            let stopped = writer.stop_the_world();
            shared.increment();
            assert!(stopped.threads().len() <= 2);
        }
        writer.safe(|| ending.join().expect("reader"));
        assert_eq!(runtime.live_threads(), 1);
    });
}
