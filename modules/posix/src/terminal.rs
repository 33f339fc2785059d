//! Terminals: is a file one, its name, size and foreground; pseudo-terminals, and processes that run in one.

use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Method, PyResult, Signature, Str, Thread, Tuple, TypeObject, Value, int, none,
};

use crate::arguments::{c_int, exactly, int_or};
use crate::call::{call, last_error};
use crate::fork::{fork_with, warn_of_threads};
use crate::path::{self, name_value, open_file, or_none};

/// `os.terminal_size`
pub(crate) static TERMINAL_SIZE: TypeObject = TypeObject::declare(&declaration("os.terminal_size"));

pub(crate) static TERMINAL_DESCRIPTION: Description = Description {
    fields: &["columns", "lines"],
    visible: 2,
    doc: "A tuple of (columns, lines) for holding terminal window size",
};

/// Makes the type ready.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    struct_sequence::prepare(thread, &TERMINAL_SIZE, &TERMINAL_DESCRIPTION)
}

fn isatty(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = c_int(thread, fd)?;
    // SAFETY: a plain call.
    let answer = thread.safe(|| unsafe { libc::isatty(fd) });
    Ok(int::bool(answer != 0))
}

fn ttyname(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = c_int(thread, fd)?;
    let mut name = [0u8; 4096];
    // SAFETY: a plain call with a place to write to.
    let status = unsafe { libc::ttyname_r(fd, name.as_mut_ptr().cast(), name.len()) };
    if status != 0 {
        return Err(thread.os_error(status));
    }
    let end = name
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(name.len());
    path::name_value(thread, &name[..end], false)
}

fn get_terminal_size(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd] = args.unpack(thread, "get_terminal_size", 0)?;
    let fd = int_or(thread, fd, libc::STDOUT_FILENO)?;
    // SAFETY: integers: zeroes are a value.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: a plain call with a place to write to.
    if unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size) } != 0 {
        return Err(last_error(thread));
    }
    let values = [
        Value::small(size.ws_col.into()),
        Value::small(size.ws_row.into()),
    ];
    struct_sequence::make(thread, &TERMINAL_SIZE, &values)
}

fn device_encoding(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("device_encoding", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    let fd = c_int(thread, or_none(fd))?;
    // SAFETY: a plain call.
    if thread.safe(|| unsafe { libc::isatty(fd) }) == 0 {
        return Ok(none());
    }
    Ok(Str::new(thread, "UTF-8").value())
}

fn tcgetpgrp(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = c_int(thread, fd)?;
    // SAFETY: a plain call.
    let group = call(thread, || i64::from(unsafe { libc::tcgetpgrp(fd) }))?;
    Ok(Value::small(group))
}

fn tcsetpgrp(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, group] = exactly(thread, args, "tcsetpgrp")?;
    let (fd, group) = (c_int(thread, fd)?, c_int(thread, group)?);
    // SAFETY: a plain call.
    call(thread, || i64::from(unsafe { libc::tcsetpgrp(fd, group) }))?;
    Ok(none())
}

fn openpty(thread: &mut Thread, _module: Value) -> PyResult {
    let (mut master, mut slave) = (0, 0);
    let null = std::ptr::null_mut();
    // SAFETY: a plain call with places to write to; null is "do not care".
    let status = unsafe {
        libc::openpty(
            &raw mut master,
            &raw mut slave,
            null,
            std::ptr::null(),
            std::ptr::null(),
        )
    };
    if status != 0 {
        return Err(last_error(thread));
    }
    for fd in [master, slave] {
        // SAFETY: a plain call.
        unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    let pair = [Value::small(master.into()), Value::small(slave.into())];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

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
    Method::one(
        "isatty",
        isatty,
        "isatty($module, fd, /)\n--\n\nIs an open file a terminal?",
    ),
    Method::one(
        "ttyname",
        ttyname,
        "ttyname($module, fd, /)\n--\n\nThe name of an open terminal.",
    ),
    Method::any(
        "get_terminal_size",
        get_terminal_size,
        "get_terminal_size($module, fd=<unrepresentable>, /)\n--\n\nThe size of a terminal: columns and lines.",
    ),
    Method::any(
        "device_encoding",
        device_encoding,
        "device_encoding($module, /, fd)\n--\n\nThe encoding of a terminal; None if it is none.",
    ),
    Method::one(
        "tcgetpgrp",
        tcgetpgrp,
        "tcgetpgrp($module, fd, /)\n--\n\nThe process group in a terminal's foreground.",
    ),
    Method::any(
        "tcsetpgrp",
        tcsetpgrp,
        "tcsetpgrp($module, fd, pgid, /)\n--\n\nMake a process group the one in a terminal's foreground.",
    ),
    Method::no_arguments(
        "openpty",
        openpty,
        "openpty($module, /)\n--\n\nOpen a pseudo-terminal: the numbers of its two ends.",
    ),
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
