//! Proves of waits that watch: who waits in a process at rest is told so, once for each stretch of work, and not while another thread
//! works. Alone in its file: what is measured is the whole process.

mod crew;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use grwl_threads::{Acquired, Deadline, Events, Limits, Lock, Wake, rest};

fn watching(limit: Duration) -> Limits {
    Limits {
        deadline: Deadline::after(limit),
        interrupts: Events::REST,
    }
}

/// Uses the processor for so long.
fn work(length: Duration) {
    let start = Instant::now();
    while start.elapsed() < length {
        std::hint::spin_loop();
    }
}

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_secs(1);

#[test]
fn who_waits_is_told_that_the_process_rests() {
    crew::in_both_modes(|mode| {
        let runtime = crew::runtime(mode);
        let mut thread = runtime.attach().expect("there is room");
        for _ in 0..2 {
            work(Duration::from_millis(20));
            assert_eq!(thread.sleep(&watching(LONG)), Wake::Interrupted);
            assert_eq!(thread.poll(), Events::REST);
            rest::collected(Duration::ZERO, false);
            // Nothing was done since.
            assert_eq!(thread.sleep(&watching(SHORT)), Wake::TimedOut);
            assert_eq!(thread.poll(), Events::NONE);
        }

        // A collection that found something may be followed by another.
        rest::collected(Duration::ZERO, true);
        assert_eq!(thread.sleep(&watching(LONG)), Wake::Interrupted);
        assert_eq!(thread.poll(), Events::REST);

        // A long one is not, for a while.
        rest::collected(Duration::from_secs(1), true);
        assert_eq!(thread.sleep(&watching(SHORT)), Wake::TimedOut);
        rest::collected(Duration::ZERO, false);

        // Who does not watch is not told.
        work(Duration::from_millis(20));
        let blind = Limits {
            deadline: Deadline::after(SHORT),
            interrupts: Events::NONE,
        };
        assert_eq!(thread.sleep(&blind), Wake::TimedOut);

        // A lock's line is left only when the process rests.
        let lock = Lock::new();
        assert!(lock.try_acquire());
        let end = lock.acquire(&mut thread, &watching(LONG));
        assert_eq!(end, Acquired::Interrupted);
        assert_eq!(thread.poll(), Events::REST);
        rest::collected(Duration::ZERO, false);

        // It does not while another thread works.
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
            assert_eq!(thread.sleep(&watching(SHORT)), Wake::TimedOut);
            is_over.store(true, Ordering::Relaxed);
        });
    });
}
