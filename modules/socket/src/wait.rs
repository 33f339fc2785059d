//! A call on a socket: within its time limit, begun again after signals.
//!
//! Waits with a limit, and those for connections, come in portions, between which the thread looks whether the process rests. Who receives without a limit
//! waits in the call itself: one call of the system is all it takes.

use std::time::{Duration, Instant};

use grwl_module_posix::call::errno;
use grwl_object::{PyResult, Raised, Thread};
use grwl_threads::Events;
use grwl_threads::rest::Watch;

use crate::error;

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Readable,
    /// As `Readable`, and waited for before the first attempt.
    Acceptable,
    Writable,
    /// Writable, or failed: looked at even if the first attempt was not made here.
    Connected,
}

/// How long one or several calls may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    start: Instant,
    /// Nanoseconds; negative: for ever; 0: not at all.
    limit: i64,
}

impl Patience {
    pub(crate) fn new(limit: i64) -> Self {
        Self {
            start: Instant::now(),
            limit,
        }
    }

    /// How long to wait until the watch's next look, in milliseconds, rounded up. `None`: the time is over.
    fn portion(&self, watch: &Watch) -> Option<i32> {
        let left = match u64::try_from(self.limit) {
            Ok(limit) => {
                let limit = Duration::from_nanos(limit);
                Some(limit.checked_sub(self.start.elapsed())?)
            }
            Err(_) => None,
        };
        let milliseconds = watch.portion(left).as_nanos().div_ceil(1_000_000);
        Some(i32::try_from(milliseconds).unwrap_or(i32::MAX))
    }
}

/// Why a call failed.
pub(crate) enum Failure {
    /// The system's number.
    System(i32),
    /// The time is over.
    TimedOut,
}

impl Failure {
    /// As an exception.
    pub(crate) fn raised(self, thread: &Thread) -> Raised {
        match self {
            Self::System(errno) => thread.os_error(errno),
            Self::TimedOut => error::timed_out(thread),
        }
    }
}

/// Do calls on the socket wait, as far as the system knows?
fn blocks(fd: i32) -> bool {
    // SAFETY: asks for the flags of a number that may be anything.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    flags != -1 && flags & libc::O_NONBLOCK == 0
}

/// Waits until the socket is ready. False: the time is over.
fn ready(fd: i32, until: Until, time: i32) -> Result<bool, i32> {
    let mut entry = libc::pollfd {
        fd,
        events: match until {
            Until::Readable | Until::Acceptable => libc::POLLIN,
            Until::Writable => libc::POLLOUT,
            Until::Connected => libc::POLLOUT | libc::POLLERR,
        },
        revents: 0,
    };
    // SAFETY: one entry.
    match unsafe { libc::poll(&raw mut entry, 1, time) } {
        -1 => Err(errno()),
        0 => Ok(false),
        _ => Ok(true),
    }
}

/// Makes `act` on a socket, -1 of which is failure, once the socket is ready for it.
///
/// # Errors
/// What a signal handler raises.
pub(crate) fn call_within(
    thread: &mut Thread,
    fd: i32,
    until: Until,
    patience: &Patience,
    mut act: impl FnMut() -> i64,
) -> PyResult<Result<i64, Failure>> {
    let is_patient = match until {
        Until::Connected => true,
        Until::Acceptable => patience.limit != 0,
        Until::Readable | Until::Writable => patience.limit > 0,
    };
    let mut watch = Watch::new();
    loop {
        if is_patient {
            let Some(time) = patience.portion(&watch) else {
                return Ok(Err(Failure::TimedOut));
            };
            match thread.safe(|| ready(fd, until, time)) {
                Ok(true) => {}
                // A socket without a limit may have been made one that does not wait, behind our back.
                Ok(false) if until == Until::Acceptable && patience.limit < 0 && !blocks(fd) => {}
                Ok(false) => {
                    if watch.is_due() {
                        thread.mutator().post(Events::REST);
                    }
                    thread.poll()?;
                    continue;
                }
                Err(libc::EINTR) => {
                    thread.poll()?;
                    continue;
                }
                Err(errno) => return Ok(Err(Failure::System(errno))),
            }
        }
        let (result, errno) = thread.safe(|| (act(), errno()));
        if result != -1 {
            return Ok(Ok(result));
        }
        match errno {
            libc::EINTR => thread.poll()?,
            // Another thread was quicker.
            libc::EWOULDBLOCK if patience.limit > 0 => {}
            errno => return Ok(Err(Failure::System(errno))),
        }
    }
}
