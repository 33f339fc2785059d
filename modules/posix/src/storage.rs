//! What an open file occupies: its length, room for it on the disk, having it reach the disk, locks on its parts.

use grwl_object::{Args, Method, PyResult, Signature, Thread, Value, none};

use crate::arguments::{c_int, exactly, offset};
use crate::call::call;
use crate::path::{self, NAME_OR_FILE, or_none};

fn fsync(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("fsync", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    let fd = path::open_file(thread, or_none(fd))?;
    // SAFETY: a plain call.
    call(thread, || i64::from(unsafe { libc::fsync(fd) }))?;
    Ok(none())
}

fn fdatasync(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("fdatasync", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    let fd = path::open_file(thread, or_none(fd))?;
    // SAFETY: a plain call.
    call(thread, || i64::from(unsafe { libc::fdatasync(fd) }))?;
    Ok(none())
}

fn ftruncate(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, length] = exactly(thread, args, "ftruncate")?;
    let (fd, length) = (c_int(thread, fd)?, offset(thread, length)?);
    // SAFETY: a plain call.
    call(thread, || i64::from(unsafe { libc::ftruncate(fd, length) }))?;
    Ok(none())
}

fn truncate(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("truncate", ["path", "length"]);
    let [name, length] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "truncate", "path", NAME_OR_FILE)?;
    let length = offset(thread, or_none(length))?;
    crate::call::call_about(thread, name.object, || {
        // SAFETY: plain calls with a terminated name.
        i64::from(unsafe {
            match name.descriptor {
                Some(fd) => libc::ftruncate(fd, length),
                None => libc::truncate(name.pointer(), length),
            }
        })
    })?;
    Ok(none())
}

fn posix_fallocate(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, from, length] = exactly(thread, args, "posix_fallocate")?;
    let (fd, from, length) = (
        c_int(thread, fd)?,
        offset(thread, from)?,
        offset(thread, length)?,
    );
    loop {
        // SAFETY: a plain call.
        match thread.safe(|| unsafe { libc::posix_fallocate(fd, from, length) }) {
            0 => return Ok(none()),
            libc::EINTR => thread.poll()?,
            errno => return Err(thread.os_error(errno)),
        }
    }
}

fn posix_fadvise(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, from, length, advice] = exactly(thread, args, "posix_fadvise")?;
    let (fd, from, length) = (
        c_int(thread, fd)?,
        offset(thread, from)?,
        offset(thread, length)?,
    );
    let advice = c_int(thread, advice)?;
    // SAFETY: a plain call.
    match thread.safe(|| unsafe { libc::posix_fadvise(fd, from, length, advice) }) {
        0 => Ok(none()),
        errno => Err(thread.os_error(errno)),
    }
}

fn lockf(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, command, length] = exactly(thread, args, "lockf")?;
    let (fd, command, length) = (
        c_int(thread, fd)?,
        c_int(thread, command)?,
        offset(thread, length)?,
    );
    // SAFETY: a plain call.
    call(thread, || {
        // SAFETY: a plain call; what it reads or writes is alive.
        i64::from(unsafe { libc::lockf(fd, command, length) })
    })?;
    Ok(none())
}

fn sync(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: a plain call.
    thread.safe(|| unsafe { libc::sync() });
    Ok(none())
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "ftruncate",
        ftruncate,
        "ftruncate($module, fd, length, /)\n--\n\nCut an open file to a length.",
    ),
    Method::any(
        "truncate",
        truncate,
        "truncate($module, /, path, length)\n--\n\nCut a file to a length.",
    ),
    Method::any(
        "posix_fallocate",
        posix_fallocate,
        "posix_fallocate($module, fd, offset, length, /)\n--\n\nMake sure that there is room on the disk for a part of a file.",
    ),
    Method::any(
        "posix_fadvise",
        posix_fadvise,
        "posix_fadvise($module, fd, offset, length, advice, /)\n--\n\nSay how a part of a file will be used.",
    ),
    Method::any(
        "fsync",
        fsync,
        "fsync($module, /, fd)\n--\n\nHave what was written to an open file reach the disk.",
    ),
    Method::any(
        "fdatasync",
        fdatasync,
        "fdatasync($module, /, fd)\n--\n\nHave the contents of an open file reach the disk.",
    ),
    Method::no_arguments(
        "sync",
        sync,
        "sync($module, /)\n--\n\nHave everything reach the disks.",
    ),
    Method::any(
        "lockf",
        lockf,
        "lockf($module, fd, command, length, /)\n--\n\nLock, try or unlock a part of an open file.",
    ),
];
