//! Processes: ending this one, signals, priorities, namespaces.
//!
//! A signal that the main thread sends to its own process is handled before the call returns.

use grwl_object::{Args, Method, PyResult, Signature, Thread, Value, none};

use crate::arguments::{c_int, exactly, int_or, number};
use crate::call::{errno, last_error};
use crate::path::{open_file, or_none};
use crate::written;

fn exit(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_exit", ["status"]);
    let [status] = args.parse(thread, &SIGNATURE)?;
    let status = c_int(thread, or_none(status))?;
    written::settle_all(thread);
    // SAFETY: the process ends here.
    unsafe { libc::_exit(status) }
}

fn abort(_thread: &mut Thread, _module: Value) -> PyResult {
    std::process::abort()
}

fn kill(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pid, signal] = exactly(thread, args, "kill")?;
    let (pid, signal) = (c_int(thread, pid)?, c_int(thread, signal)?);
    // SAFETY: a plain call.
    if unsafe { libc::kill(pid, signal) } != 0 {
        return Err(last_error(thread));
    }
    // A signal to ourselves is handled before this returns.
    thread.poll()?;
    Ok(none())
}

fn killpg(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [pgid, signal] = exactly(thread, args, "killpg")?;
    let (pgid, signal) = (c_int(thread, pgid)?, c_int(thread, signal)?);
    // SAFETY: a plain call.
    if unsafe { libc::killpg(pgid, signal) } != 0 {
        return Err(last_error(thread));
    }
    thread.poll()?;
    Ok(none())
}

fn setns(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("setns", ["fd", "nstype"]).optional_after(1);
    let [fd, kind] = args.parse(thread, &SIGNATURE)?;
    let fd = open_file(thread, or_none(fd))?;
    let kind = int_or(thread, kind, 0)?;
    // SAFETY: a plain call.
    if thread.safe(|| unsafe { libc::setns(fd, kind) }) != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn unshare(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("unshare", ["flags"]);
    let [flags] = args.parse(thread, &SIGNATURE)?;
    let flags = c_int(thread, or_none(flags))?;
    // SAFETY: a plain call.
    if thread.safe(|| unsafe { libc::unshare(flags) }) != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn nice(thread: &mut Thread, _module: Value, increment: Value) -> PyResult {
    let increment = c_int(thread, increment)?;
    // SAFETY: this thread's own error number; a plain call.
    let (value, errno) = unsafe {
        *libc::__errno_location() = 0;
        (libc::nice(increment), errno())
    };
    if value == -1 && errno != 0 {
        return Err(thread.os_error(errno));
    }
    Ok(number(value))
}

fn getpriority(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("getpriority", ["which", "who"]);
    let [which, who] = args.parse(thread, &SIGNATURE)?;
    let (which, who) = (c_int(thread, or_none(which))?, c_int(thread, or_none(who))?);
    // SAFETY: this thread's own error number; a plain call.
    let (value, errno) = unsafe {
        *libc::__errno_location() = 0;
        (libc::getpriority(which as _, who as libc::id_t), errno())
    };
    if errno != 0 {
        return Err(thread.os_error(errno));
    }
    Ok(number(value))
}

fn setpriority(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("setpriority", ["which", "who", "priority"]);
    let [which, who, priority] = args.parse(thread, &SIGNATURE)?;
    let (which, who) = (c_int(thread, or_none(which))?, c_int(thread, or_none(who))?);
    let priority = c_int(thread, or_none(priority))?;
    // SAFETY: a plain call.
    if unsafe { libc::setpriority(which as _, who as libc::id_t, priority) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn pidfd_open(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("pidfd_open", ["pid", "flags"]).optional_after(1);
    let [pid, flags] = args.parse(thread, &SIGNATURE)?;
    let pid = c_int(thread, or_none(pid))?;
    let flags = match flags {
        Some(flags) => crate::event::unsigned_int(thread, flags)?,
        None => 0,
    };
    // SAFETY: a plain call.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) };
    if fd < 0 {
        return Err(last_error(thread));
    }
    Ok(Value::small(fd))
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "_exit",
        exit,
        "_exit($module, /, status)\n--\n\nEnd the process at once, without cleaning up.",
    ),
    Method::no_arguments(
        "abort",
        abort,
        "abort($module, /)\n--\n\nEnd the process at once, with a core dump if possible.",
    ),
    Method::any(
        "kill",
        kill,
        "kill($module, pid, signal, /)\n--\n\nSend a signal to a process.",
    ),
    Method::any(
        "killpg",
        killpg,
        "killpg($module, pgid, signal, /)\n--\n\nSend a signal to a process group.",
    ),
    Method::one(
        "nice",
        nice,
        "nice($module, increment, /)\n--\n\nAdd to the niceness; the new one.",
    ),
    Method::any(
        "getpriority",
        getpriority,
        "getpriority($module, /, which, who)\n--\n\nA scheduling priority.",
    ),
    Method::any(
        "setpriority",
        setpriority,
        "setpriority($module, /, which, who, priority)\n--\n\nSet a scheduling priority.",
    ),
    Method::any(
        "pidfd_open",
        pidfd_open,
        "pidfd_open($module, /, pid, flags=0)\n--\n\nAn open file that stands for a process.",
    ),
    Method::any(
        "setns",
        setns,
        "setns($module, /, fd, nstype=0)\n--\n\nMove the calling thread to another namespace.",
    ),
    Method::any(
        "unshare",
        unshare,
        "unshare($module, /, flags)\n--\n\nGive the process namespaces of its own.",
    ),
];
