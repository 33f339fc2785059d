//! Threads that work at the same time, each on a core of its own.
//!
//! Where a measurement is about two threads together, the scheduler must not put
//! them on one core, and neither may begin before the other: each pins
//! itself, and the work begins with [`Moment::wait`](crate::clock::Moment::wait).

use std::ops::Range;
use std::thread;

/// How many cores the process may use.
pub fn cores() -> usize {
    allowed().len()
}

/// Binds the calling thread to the `which`-th core that it may use, counted
/// round: with fewer cores than threads, some share one.
fn pin(which: usize) {
    let allowed = allowed();
    let core = allowed[which % allowed.len()];
    // SAFETY: a zeroed set is a valid one, `core` is below its size, and the
    // call only reads it.
    let error = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut set);
        libc::sched_setaffinity(0, size_of_val(&set), &set)
    };
    assert_eq!(error, 0, "a core that is allowed can be chosen");
}

fn allowed() -> Vec<usize> {
    // SAFETY: a zeroed set is a valid one, the call writes at most its size, and
    // the indices stay below its size.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        let error = libc::sched_getaffinity(0, size_of_val(&set), &mut set);
        assert_eq!(error, 0, "a thread can ask for its own cores");
        (0..libc::CPU_SETSIZE as usize)
            .filter(|&core| libc::CPU_ISSET(core, &set))
            .collect()
    }
}

/// Runs `act` on a thread for each of the cores. Returns what they return.
pub fn on_each<R: Send>(cores: Range<usize>, act: impl Fn() -> R + Sync) -> Vec<R> {
    thread::scope(|scope| {
        let act = &act;
        let spawn = |core| {
            scope.spawn(move || {
                pin(core);
                act()
            })
        };
        let crew: Vec<_> = cores.map(spawn).collect();
        let join = |thread: thread::ScopedJoinHandle<R>| thread.join().expect("a worker panicked");
        crew.into_iter().map(join).collect()
    })
}
