//! A call on a socket: within its time limit, begun again after signals.

use std::time::{Duration, Instant};

use grwl_module_posix::call::errno;
use grwl_object::{PyResult, Raised, Thread};

use crate::error;

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    Readable,
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

    /// Milliseconds that are left, rounded up; -1: for ever. `None`: the time is over.
    fn rest(&self) -> Option<i32> {
        let Ok(limit) = u64::try_from(self.limit) else {
            return Some(-1);
        };
        let rest = Duration::from_nanos(limit).checked_sub(self.start.elapsed())?;
        let milliseconds = rest.as_nanos().div_ceil(1_000_000);
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

/// Waits until the socket is ready. False: the time is over.
fn ready(fd: i32, until: Until, time: i32) -> Result<bool, i32> {
    let mut entry = libc::pollfd {
        fd,
        events: match until {
            Until::Readable => libc::POLLIN,
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
    loop {
        if patience.limit > 0 || until == Until::Connected {
            let Some(time) = patience.rest() else {
                return Ok(Err(Failure::TimedOut));
            };
            match thread.safe(|| ready(fd, until, time)) {
                Ok(true) => {}
                Ok(false) => return Ok(Err(Failure::TimedOut)),
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
