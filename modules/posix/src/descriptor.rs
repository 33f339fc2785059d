//! Open files by their numbers: how one comes to be, by opening, duplicating, as a pipe or in memory; closing; flags.
//!
//! A number is the process's, not an object's: who closes it answers for nobody else using it, as in C. Programs that are executed do not get a new
//! one, but for `pipe2` and `dup2`, whose arguments decide.

use grwl_object::{Args, Method, PyResult, Signature, Thread, Tuple, Value, int, none, protocol};

use crate::arguments::{c_int, exactly, flag, int_or};
use crate::call::{blocking, call, errno, last_error};
use crate::path::{self, NAME, or_none};
use crate::written;

fn open(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> = Signature::new("open", ["path", "flags", "mode", "dir_fd"])
        .optional_after(2)
        .keyword_only_after(3, 0);
    let [name, flags, mode, directory] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "open", "path", NAME)?;
    let flags = c_int(thread, or_none(flags))? | libc::O_CLOEXEC;
    let mode = int_or(thread, mode, 0o777)?;
    let directory = path::directory(thread, directory)?;
    if directory == libc::AT_FDCWD {
        written::settle_path(thread, &name)?;
    }
    let fd = crate::call::call_about(thread, name.object, || {
        // SAFETY: a plain call with a terminated name.
        i64::from(unsafe { libc::openat(directory, name.pointer(), flags, mode) })
    })?;
    Ok(Value::small(fd))
}

/// Closes; never tried again, for then the number may be another file's.
///
/// # Errors
/// The number of the system's error.
pub fn close_descriptor(thread: &mut Thread, fd: i32) -> Result<(), i32> {
    // SAFETY: as in C, the caller answers for nobody else using the number.
    let (result, errno) = thread.safe(|| (unsafe { libc::close(fd) }, errno()));
    if result < 0 && errno != libc::EINTR {
        Err(errno)
    } else {
        Ok(())
    }
}

fn close(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("close", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    let fd = c_int(thread, or_none(fd))?;
    match close_descriptor(thread, fd) {
        Ok(()) => Ok(none()),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn closerange(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [low, high] = exactly(thread, args, "closerange")?;
    let (low, high) = (c_int(thread, low)?, c_int(thread, high)?);
    let (low, high) = (low.max(0), high.max(0));
    if low >= high {
        return Ok(none());
    }
    thread.safe(|| {
        // SAFETY: as in C, the caller answers for nobody else using the numbers.
        let done = unsafe { libc::syscall(libc::SYS_close_range, low, high - 1, 0) };
        if done == 0 {
            return;
        }
        // Systems without that call: one by one.
        for fd in low..high {
            // SAFETY: as above.
            unsafe { libc::close(fd) };
        }
    });
    Ok(none())
}

fn pipe(thread: &mut Thread, _module: Value) -> PyResult {
    make_pipe(thread, libc::O_CLOEXEC)
}

fn make_pipe(thread: &mut Thread, flags: i32) -> PyResult {
    let mut ends = [0i32; 2];
    // SAFETY: a plain call with a place for two numbers.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), flags) } != 0 {
        return Err(last_error(thread));
    }
    let ends = ends.map(|end| Value::small(end.into()));
    Ok(Tuple::try_new(thread, &ends)?.value())
}

fn pipe2(thread: &mut Thread, _module: Value, flags: Value) -> PyResult {
    let flags = c_int(thread, flags)?;
    make_pipe(thread, flags)
}

fn dup(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = c_int(thread, fd)?;
    // SAFETY: a plain call.
    let new = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
    if new < 0 {
        return Err(last_error(thread));
    }
    Ok(Value::small(new.into()))
}

fn dup2(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("dup2", ["fd", "fd2", "inheritable"]).optional_after(2);
    let [from, to, inheritable] = args.parse(thread, &SIGNATURE)?;
    let (from, to) = (c_int(thread, or_none(from))?, c_int(thread, or_none(to))?);
    let inheritable = flag(thread, inheritable, true)?;
    if from < 0 || to < 0 {
        return Err(thread.os_error(libc::EBADF));
    }
    let made = call(thread, || {
        // SAFETY: plain calls.
        i64::from(unsafe {
            if inheritable || from == to {
                libc::dup2(from, to)
            } else {
                libc::dup3(from, to, libc::O_CLOEXEC)
            }
        })
    })?;
    Ok(Value::small(made))
}

fn descriptor_flags(thread: &Thread, fd: i32, command: i32) -> PyResult<i32> {
    // SAFETY: a plain call.
    let flags = unsafe { libc::fcntl(fd, command) };
    if flags < 0 {
        return Err(last_error(thread));
    }
    Ok(flags)
}

fn get_inheritable(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = c_int(thread, fd)?;
    let flags = descriptor_flags(thread, fd, libc::F_GETFD)?;
    Ok(int::bool(flags & libc::FD_CLOEXEC == 0))
}

/// Says whether programs that are executed get an open file.
///
/// # Errors
/// `OSError`
pub fn make_inheritable(thread: &Thread, fd: i32, inheritable: bool) -> PyResult<()> {
    let flags = descriptor_flags(thread, fd, libc::F_GETFD)?;
    let wanted = if inheritable {
        flags & !libc::FD_CLOEXEC
    } else {
        flags | libc::FD_CLOEXEC
    };
    // SAFETY: a plain call.
    if wanted != flags && unsafe { libc::fcntl(fd, libc::F_SETFD, wanted) } < 0 {
        return Err(last_error(thread));
    }
    Ok(())
}

fn set_inheritable(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, inheritable] = exactly(thread, args, "set_inheritable")?;
    let (fd, inheritable) = (c_int(thread, fd)?, c_int(thread, inheritable)? != 0);
    make_inheritable(thread, fd, inheritable)?;
    Ok(none())
}

fn get_blocking(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let fd = c_int(thread, fd)?;
    let flags = descriptor_flags(thread, fd, libc::F_GETFL)?;
    Ok(int::bool(flags & libc::O_NONBLOCK == 0))
}

fn set_blocking(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, blocks] = exactly(thread, args, "set_blocking")?;
    let fd = c_int(thread, fd)?;
    let blocks = protocol::is_true(thread, blocks)?;
    let flags = descriptor_flags(thread, fd, libc::F_GETFL)?;
    let wanted = if blocks {
        flags & !libc::O_NONBLOCK
    } else {
        flags | libc::O_NONBLOCK
    };
    // SAFETY: a plain call.
    if unsafe { libc::fcntl(fd, libc::F_SETFL, wanted) } < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn memfd_create(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("memfd_create", ["name", "flags"]).optional_after(1);
    let [name, flags] = args.parse(thread, &SIGNATURE)?;
    let name = path::system_name(thread, or_none(name))?;
    let flags = match flags {
        Some(flags) => protocol::as_i64(thread, flags)? as u32,
        None => libc::MFD_CLOEXEC,
    };
    // SAFETY: a plain call with a terminated name.
    let fd = call(thread, || {
        // SAFETY: a plain call; what it reads or writes is alive.
        i64::from(unsafe { libc::memfd_create(name.as_ptr(), flags) })
    })?;
    Ok(Value::small(fd))
}

/// Is there an open file with this number?
pub fn is_open(thread: &mut Thread, fd: i32) -> bool {
    // SAFETY: a plain call.
    matches!(
        // SAFETY: a plain call; what it reads or writes is alive.
        blocking(thread, || i64::from(unsafe {
            libc::fcntl(fd, libc::F_GETFD)
        })),
        Ok(Ok(_))
    )
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "open",
        open,
        "open($module, /, path, flags, mode=511, *, dir_fd=None)\n--\n\nOpen a file and return its number.",
    ),
    Method::any(
        "close",
        close,
        "close($module, /, fd)\n--\n\nClose an open file.",
    ),
    Method::any(
        "closerange",
        closerange,
        "closerange($module, fd_low, fd_high, /)\n--\n\nClose all open files with numbers from fd_low to below fd_high, whatever happens.",
    ),
    Method::no_arguments(
        "pipe",
        pipe,
        "pipe($module, /)\n--\n\nMake a pipe: the numbers of the end to read from and the end to write to.",
    ),
    Method::one(
        "pipe2",
        pipe2,
        "pipe2($module, flags, /)\n--\n\nMake a pipe with flags.",
    ),
    Method::one(
        "dup",
        dup,
        "dup($module, fd, /)\n--\n\nAnother number for an open file.",
    ),
    Method::any(
        "dup2",
        dup2,
        "dup2($module, /, fd, fd2, inheritable=True)\n--\n\nMake fd2 another number for the open file fd.",
    ),
    Method::any(
        "memfd_create",
        memfd_create,
        "memfd_create($module, /, name, flags=MFD_CLOEXEC)\n--\n\nMake a file in memory.",
    ),
    Method::one(
        "get_inheritable",
        get_inheritable,
        "get_inheritable($module, fd, /)\n--\n\nDo programs that are executed get an open file?",
    ),
    Method::any(
        "set_inheritable",
        set_inheritable,
        "set_inheritable($module, fd, inheritable, /)\n--\n\nSay whether programs that are executed get an open file.",
    ),
    Method::one(
        "get_blocking",
        get_blocking,
        "get_blocking($module, fd, /)\n--\n\nDo calls on an open file wait?",
    ),
    Method::any(
        "set_blocking",
        set_blocking,
        "set_blocking($module, fd, blocking, /)\n--\n\nSay whether calls on an open file wait.",
    ),
];
