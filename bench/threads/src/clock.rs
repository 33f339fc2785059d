//! The clocks.
//!
//! Loops that never sleep are measured by the processor time that their thread
//! had, so that other programs on the machine count less: what time they take away
//! is left out, how much they slow a shared core down is not. Wherever threads
//! wait for each other, waiting is what is measured: there the wall clock counts.

use std::time::{Duration, Instant};

/// How long `act` takes by the wall clock.
#[inline(always)]
pub(crate) fn timed(act: impl FnOnce()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

/// The processor time that the calling thread spends on `act`.
#[inline(always)]
pub(crate) fn timed_on_cpu(act: impl FnOnce()) -> Duration {
    let start = read(libc::CLOCK_THREAD_CPUTIME_ID);
    act();
    Duration::from_nanos(read(libc::CLOCK_THREAD_CPUTIME_ID) - start)
}

/// How often the calling thread has gone to sleep of its own accord so far.
pub(crate) fn times_slept() -> i64 {
    // SAFETY: a zeroed record is a valid one, and the call fills it in.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        let error = libc::getrusage(libc::RUSAGE_THREAD, &mut usage);
        assert_eq!(error, 0, "a thread can ask for its own usage");
        usage.ru_nvcsw
    }
}

/// A moment of the wall clock's monotonic kind, the same for all processes: nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Moment(pub u64);

impl Moment {
    /// So much later than now.
    pub fn in_the(next: Duration) -> Self {
        Self(read(libc::CLOCK_MONOTONIC) + next.as_nanos() as u64)
    }

    /// Spins until then, which also wakes the core up. Who comes late has the
    /// delay in its time.
    pub fn wait(self) {
        while read(libc::CLOCK_MONOTONIC) < self.0 {
            std::hint::spin_loop();
        }
    }

    /// The time since then.
    pub fn elapsed(self) -> Duration {
        Duration::from_nanos(read(libc::CLOCK_MONOTONIC).saturating_sub(self.0))
    }
}

fn read(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the out-parameter lives here.
    let error = unsafe { libc::clock_gettime(clock, &mut time) };
    assert_eq!(error, 0, "these clocks are always there");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
