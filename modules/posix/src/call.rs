//! Calls of the system: in a Safe region, begun again after signals (PEP 475), errors as `OSError`.

use grwl_object::{PyResult, Raised, Thread, Value};

/// The calling thread's `errno`.
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// Makes a call that may block; one that a signal interrupted is made again once the signal was handled. `-1` is failure.
///
/// # Errors
/// What a signal handler raises. The inner error is the number of the system's error.
pub fn blocking(thread: &mut Thread, mut act: impl FnMut() -> i64) -> PyResult<Result<i64, i32>> {
    loop {
        let (result, errno) = thread.safe(|| {
            let result = act();
            (result, errno())
        });
        if result != -1 {
            return Ok(Ok(result));
        }
        if errno != libc::EINTR {
            return Ok(Err(errno));
        }
        thread.poll()?;
    }
}

/// As [`blocking`], failure as `OSError`.
///
/// # Errors
/// `OSError`, or what a signal handler raises.
pub fn call(thread: &mut Thread, act: impl FnMut() -> i64) -> PyResult<i64> {
    match blocking(thread, act)? {
        Ok(result) => Ok(result),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

/// As [`call`], about a file.
///
/// # Errors
/// As [`call`].
pub fn call_about(thread: &mut Thread, file: Value, act: impl FnMut() -> i64) -> PyResult<i64> {
    match blocking(thread, act)? {
        Ok(result) => Ok(result),
        Err(errno) => Err(thread.os_error_at(errno, Some(file), None)),
    }
}

/// The error of the call that was just made.
#[cold]
pub fn last_error(thread: &Thread) -> Raised {
    let errno = errno();
    thread.os_error(errno)
}
