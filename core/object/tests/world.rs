//! The world is whole as soon as it can be found: a thread that finds it while another still starts it may collect at once.

use std::process::Command;
use std::sync::Barrier;

use grwl_heap::Collection;
use grwl_object::thread::ThreadSlot;
use grwl_object::{Str, Thread, ValueExt, world};

/// Set in a process that is to start the world once.
const IN_CHILD: &str = "GRWL_TEST_WORLD_CHILD";
const PROCESSES: usize = 200;
const THREADS: usize = 4;

/// A process starts its world once, so a race at the start needs many processes.
#[test]
fn threads_that_start_it_together_see_it_whole() {
    if std::env::var_os(IN_CHILD).is_some() {
        return start_together();
    }
    let this = std::env::current_exe().expect("a test knows its file");
    for _ in 0..PROCESSES {
        let done = Command::new(&this)
            .args(["--exact", "threads_that_start_it_together_see_it_whole"])
            .env(IN_CHILD, "1")
            .output()
            .expect("a process");
        assert!(
            done.status.success(),
            "{}: {}",
            done.status,
            String::from_utf8_lossy(&done.stdout)
        );
    }
}

fn start_together() {
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let barrier = &barrier;
            scope.spawn(move || {
                let expected = format!("what thread {number} keeps");
                barrier.wait();
                world::for_tests();
                let thread = &mut *Thread::attach().expect("a free thread state");
                keep(thread, &expected);
                let heap = thread.heap();
                heap.collect(thread.mutator_mut(), Collection::Full);
                let kept = thread.slot(ThreadSlot::Context).load().expect("kept");
                let kept = kept.downcast::<Str>().expect("still a string");
                assert_eq!(kept.to_rust_lossy(), expected);
            });
        }
    });
}

/// Makes a string that nothing but the thread's roots refers to.
#[inline(never)]
fn keep(thread: &Thread, text: &str) {
    // A name that the loop below does not leave on the stack.
    let kept = Str::new(thread, text).value();
    thread.slot(ThreadSlot::Context).store(Some(kept));
    for _ in 0..64 {
        std::hint::black_box(Str::new(thread, "not kept"));
    }
}
