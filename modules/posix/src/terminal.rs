//! Pseudo-terminals: making them, and processes that run in one.

use grwl_object::{Method, PyResult, Thread, Tuple, Value, none};

use crate::arguments::c_int;
use crate::call::{call, last_error};
use crate::path::{name_value, open_file};
use crate::process::{fork_with, warn_of_threads};

fn forkpty(thread: &mut Thread, _module: Value) -> PyResult {
    let mut master = -1;
    let place = &raw mut master;
    let null = std::ptr::null_mut();
    // SAFETY: a place to write to; null is "do not care". The caller stops the world.
    let act = || unsafe { libc::forkpty(place, null, std::ptr::null(), std::ptr::null()) };
    match fork_with(thread, act, |thread| warn_of_threads(thread, "forkpty"))? {
        Ok(pid) => {
            let pair = [Value::small(pid.into()), Value::small(master.into())];
            Ok(Tuple::try_new(thread, &pair)?.value())
        }
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn posix_openpt(thread: &mut Thread, _module: Value, flags: Value) -> PyResult {
    let flags = c_int(thread, flags)? | libc::O_CLOEXEC;
    // SAFETY: a plain call.
    let fd = call(thread, || i64::from(unsafe { libc::posix_openpt(flags) }))?;
    Ok(Value::small(fd))
}

/// A call on an open terminal that is done or not.
fn done(thread: &mut Thread, fd: Value, act: impl FnOnce(i32) -> i32) -> PyResult {
    let fd = open_file(thread, fd)?;
    if thread.safe(|| act(fd)) != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn grantpt(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    // SAFETY: a plain call.
    done(thread, fd, |fd| unsafe { libc::grantpt(fd) })
}

fn unlockpt(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    // SAFETY: a plain call.
    done(thread, fd, |fd| unsafe { libc::unlockpt(fd) })
}

fn login_tty(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    // SAFETY: a plain call.
    done(thread, fd, |fd| unsafe { libc::login_tty(fd) })
}

fn ptsname(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = open_file(thread, fd)?;
    let mut name = [0u8; 4096];
    // SAFETY: a plain call with a place to write to.
    let status = unsafe { libc::ptsname_r(fd, name.as_mut_ptr().cast(), name.len()) };
    if status != 0 {
        return Err(thread.os_error(status));
    }
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    name_value(thread, name, false)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "forkpty",
        forkpty,
        "forkpty($module, /)\n--\n\nMake a child process in a new terminal: its id, 0 in the child, and the terminal's master end.",
    ),
    Method::one(
        "posix_openpt",
        posix_openpt,
        "posix_openpt($module, oflag, /)\n--\n\nOpen the master end of a new terminal.",
    ),
    Method::one(
        "grantpt",
        grantpt,
        "grantpt($module, fd, /)\n--\n\nGive the process the slave end of a terminal.",
    ),
    Method::one(
        "unlockpt",
        unlockpt,
        "unlockpt($module, fd, /)\n--\n\nUnlock the slave end of a terminal.",
    ),
    Method::one(
        "ptsname",
        ptsname,
        "ptsname($module, fd, /)\n--\n\nThe name of the slave end of a terminal.",
    ),
    Method::one(
        "login_tty",
        login_tty,
        "login_tty($module, fd, /)\n--\n\nMake a terminal the process's own, and its standard streams.",
    ),
];
