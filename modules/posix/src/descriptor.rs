//! Open files: opening, reading, writing, duplicating, pipes, terminals.

use std::sync::atomic::{AtomicI32, Ordering};

use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Buffer, Method, PyResult, Signature, Str, Thread, Tuple, TypeObject, Value, int, none,
    protocol,
};

use crate::arguments::{c_int, exactly, flag, int_or, offset};
use crate::call::{blocking, call, errno, last_error};
use crate::path::{self, NAME, NAME_OR_FILE, or_none};
use crate::written;

/// `os.terminal_size`
pub static TERMINAL_SIZE: TypeObject = TypeObject::declare(&declaration("os.terminal_size"));

pub(crate) static TERMINAL_DESCRIPTION: Description = Description {
    fields: &["columns", "lines"],
    visible: 2,
    doc: "A tuple of (columns, lines) for holding terminal window size",
};

/// No more than this many bytes are read or written at once.
pub const MOST_AT_ONCE: usize = i32::MAX as usize & !0xfff;

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
    thread.safe(|| {
        for fd in low.max(0)..high {
            // SAFETY: as in C, the caller answers for nobody else using the numbers.
            unsafe { libc::close(fd) };
        }
    });
    Ok(none())
}

/// Reads into a byte string of its own.
///
/// # Errors
/// `OSError`, `MemoryError`, or what a signal handler raises.
fn read_bytes(
    thread: &mut Thread,
    length: usize,
    read: impl Fn(*mut u8, usize) -> i64,
) -> PyResult {
    let mut space = Vec::<u8>::new();
    if space.try_reserve_exact(length).is_err() {
        return Err(thread.memory_error());
    }
    let pointer = space.as_mut_ptr();
    let count = call(thread, || read(pointer, length))?;
    // SAFETY: the system wrote so many bytes.
    unsafe { space.set_len(count as usize) };
    Ok(Bytes::new(thread, &space)?.value())
}

fn read(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, length] = exactly(thread, args, "read")?;
    let fd = c_int(thread, fd)?;
    let length = protocol::as_isize(thread, length)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(thread.os_error(libc::EINVAL));
    };
    let length = length.min(MOST_AT_ONCE);
    // SAFETY: there is room for so many bytes.
    read_bytes(
        thread,
        length,
        |to, length| unsafe { libc::read(fd, to.cast(), length) } as i64,
    )
}

fn pread(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, length, from] = exactly(thread, args, "pread")?;
    let (fd, length, from) = (
        c_int(thread, fd)?,
        c_int(thread, length)?,
        offset(thread, from)?,
    );
    let Ok(length) = usize::try_from(length) else {
        return Err(thread.os_error(libc::EINVAL));
    };
    read_bytes(thread, length, |to, length| {
        // SAFETY: there is room for so many bytes.
        unsafe { libc::pread(fd, to.cast(), length, from) as i64 }
    })
}

fn readinto(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, into] = exactly(thread, args, "readinto")?;
    let fd = c_int(thread, fd)?;
    let view = buffer::writable(thread, into, "readinto", "argument 2")?;
    let (pointer, length) = (view.pointer, view.length.min(MOST_AT_ONCE));
    // SAFETY: the view's memory stays where it is.
    let result = call(thread, || unsafe { libc::read(fd, pointer.cast(), length) }
        as i64);
    view.release(thread);
    Ok(Value::small(result?))
}

fn write(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, data] = exactly(thread, args, "write")?;
    let fd = c_int(thread, fd)?;
    let view = buffer::get(thread, data, request::SIMPLE)?;
    let (pointer, length) = (view.pointer, view.length.min(MOST_AT_ONCE));
    // SAFETY: the view's memory stays where it is.
    let result = call(
        thread,
        || unsafe { libc::write(fd, pointer.cast(), length) } as i64,
    );
    view.release(thread);
    Ok(Value::small(result?))
}

fn pwrite(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, data, at] = exactly(thread, args, "pwrite")?;
    let (fd, at) = (c_int(thread, fd)?, offset(thread, at)?);
    let view = buffer::get(thread, data, request::SIMPLE)?;
    let (pointer, length) = (view.pointer, view.length);
    let result = call(thread, || {
        // SAFETY: the view's memory stays where it is.
        unsafe { libc::pwrite(fd, pointer.cast(), length, at) as i64 }
    });
    view.release(thread);
    Ok(Value::small(result?))
}

fn lseek(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [fd, to, how] = exactly(thread, args, "lseek")?;
    let (fd, to, how) = (c_int(thread, fd)?, offset(thread, to)?, c_int(thread, how)?);
    // SAFETY: a plain call.
    let place = call(thread, || unsafe { libc::lseek(fd, to, how) })?;
    Ok(int::from_i64(thread, place))
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

fn sendfile(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("sendfile", ["out_fd", "in_fd", "offset", "count"]);
    let [to, from, start, count] = args.parse(thread, &SIGNATURE)?;
    let (to, from) = (c_int(thread, or_none(to))?, c_int(thread, or_none(from))?);
    let count = protocol::as_isize(thread, or_none(count))?;
    let Ok(count) = usize::try_from(count) else {
        return Err(thread.value_error("negative count"));
    };
    let start = or_none(start);
    let sent = if start == none() {
        // SAFETY: a plain call.
        call(
            thread,
            // SAFETY: a plain call; what it reads or writes is alive.
            || unsafe { libc::sendfile(to, from, std::ptr::null_mut(), count) } as i64,
        )?
    } else {
        let mut start = offset(thread, start)?;
        // SAFETY: a plain call with a place to read and write.
        call(
            thread,
            // SAFETY: a plain call; what it reads or writes is alive.
            || unsafe { libc::sendfile(to, from, &raw mut start, count) } as i64,
        )?
    };
    Ok(Value::small(sent))
}

fn copy_file_range(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "copy_file_range",
        ["src", "dst", "count", "offset_src", "offset_dst"],
    )
    .optional_after(3);
    let [from, to, count, from_at, to_at] = args.parse(thread, &SIGNATURE)?;
    let (from, to) = (c_int(thread, or_none(from))?, c_int(thread, or_none(to))?);
    let Ok(count) = usize::try_from(protocol::as_isize(thread, or_none(count))?) else {
        return Err(thread.value_error("negative value for 'count' not allowed"));
    };
    let mut places = [None, None];
    for (place, value) in places.iter_mut().zip([from_at, to_at]) {
        if let Some(value) = value.filter(|value| *value != none()) {
            *place = Some(offset(thread, value)?);
        }
    }
    let [from_at, to_at] = places.each_mut().map(|place| {
        place
            .as_mut()
            .map_or(std::ptr::null_mut(), std::ptr::from_mut)
    });
    let copied = call(thread, || {
        // SAFETY: a plain call with places to read and write, or null.
        unsafe { libc::copy_file_range(from, from_at, to, to_at, count, 0) as i64 }
    })?;
    Ok(Value::small(copied))
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

/// Reads into, or writes from, a sequence of buffers; at a place in the file, or where it stands.
fn vectored(
    thread: &mut Thread,
    fd: i32,
    buffers: Value,
    function: &str,
    place: Option<(i64, i32)>,
) -> PyResult {
    if !protocol::iterate::is_sequence(buffers) {
        return Err(thread.type_error(format_args!("{function}() arg 2 must be a sequence")));
    }
    let reads = matches!(function, "readv" | "preadv");
    let flags = if reads {
        request::WRITABLE
    } else {
        request::SIMPLE
    };
    let buffers = protocol::collect(thread, buffers)?;
    let mut parts = Vec::with_capacity(buffers.len());
    let mut held = Vec::with_capacity(buffers.len());
    // The collector sees what the views belong to.
    let mut owners = Buffer::new();
    let mut result = Ok(0);
    for &each in buffers.iter() {
        match buffer::get(thread, each, flags) {
            Ok(view) => {
                owners.push(thread, view.owner)?;
                parts.push(libc::iovec {
                    iov_base: view.pointer.cast(),
                    iov_len: view.length,
                });
                held.push(view);
            }
            Err(raised) => {
                result = Err(raised);
                break;
            }
        }
    }
    if result.is_ok() {
        let (first, count) = (parts.as_ptr(), parts.len() as i32);
        result = call(thread, || {
            // SAFETY: the views' memory stays where it is.
            unsafe {
                match place {
                    None if reads => libc::readv(fd, first, count) as i64,
                    None => libc::writev(fd, first, count) as i64,
                    Some((at, how)) if reads => libc::preadv2(fd, first, count, at, how) as i64,
                    Some((at, how)) => libc::pwritev2(fd, first, count, at, how) as i64,
                }
            }
        });
    }
    for view in held {
        view.release(thread);
    }
    std::hint::black_box(&owners);
    Ok(Value::small(result?))
}

fn here(thread: &mut Thread, args: Args<'_>, function: &str) -> PyResult {
    let [fd, buffers] = exactly(thread, args, function)?;
    let fd = c_int(thread, fd)?;
    vectored(thread, fd, buffers, function, None)
}

fn there(thread: &mut Thread, args: Args<'_>, function: &str) -> PyResult {
    let [fd, buffers, at, how] = args.unpack::<4>(thread, function, 3)?;
    let fd = c_int(thread, or_none(fd))?;
    let at = offset(thread, or_none(at))?;
    let how = int_or(thread, how, 0)?;
    vectored(thread, fd, or_none(buffers), function, Some((at, how)))
}

fn readv(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    here(thread, args, "readv")
}

fn writev(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    here(thread, args, "writev")
}

fn preadv(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    there(thread, args, "preadv")
}

fn pwritev(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    there(thread, args, "pwritev")
}

fn splice(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<6> = Signature::new(
        "splice",
        ["src", "dst", "count", "offset_src", "offset_dst", "flags"],
    )
    .optional_after(3);
    let [from, to, count, from_at, to_at, flags] = args.parse(thread, &SIGNATURE)?;
    let (from, to) = (c_int(thread, or_none(from))?, c_int(thread, or_none(to))?);
    let Ok(count) = usize::try_from(protocol::as_isize(thread, or_none(count))?) else {
        return Err(thread.value_error("negative value for 'count' not allowed"));
    };
    let flags = match flags {
        Some(flags) => crate::event::unsigned_int(thread, flags)?,
        None => 0,
    };
    let mut places = [None, None];
    for (place, value) in places.iter_mut().zip([from_at, to_at]) {
        if let Some(value) = value.filter(|value| *value != none()) {
            *place = Some(offset(thread, value)?);
        }
    }
    let [from_at, to_at] = places.each_mut().map(|place| {
        place
            .as_mut()
            .map_or(std::ptr::null_mut(), std::ptr::from_mut)
    });
    let moved = call(thread, || {
        // SAFETY: a plain call with places to read and write, or null.
        unsafe { libc::splice(from, from_at, to, to_at, count, flags) as i64 }
    })?;
    Ok(Value::small(moved))
}

fn sync(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: a plain call.
    thread.safe(|| unsafe { libc::sync() });
    Ok(none())
}

static RANDOM: AtomicI32 = AtomicI32::new(-1);

/// Fills a buffer with the system's random bytes.
fn random(to: &mut [u8]) -> Result<(), i32> {
    let mut done = 0;
    while done < to.len() {
        let rest = &mut to[done..];
        // SAFETY: a plain call with a place to write to.
        let count = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        if count < 0 {
            match errno() {
                libc::EINTR => continue,
                libc::ENOSYS | libc::EPERM => return random_file(rest),
                errno => return Err(errno),
            }
        }
        done += count as usize;
    }
    Ok(())
}

/// For systems without `getrandom`.
fn random_file(to: &mut [u8]) -> Result<(), i32> {
    let mut fd = RANDOM.load(Ordering::Relaxed);
    if fd < 0 {
        // SAFETY: a plain call with a terminated name.
        fd = unsafe { libc::open(c"/dev/urandom".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
        if fd < 0 {
            return Err(errno());
        }
        RANDOM.store(fd, Ordering::Relaxed);
    }
    let mut done = 0;
    while done < to.len() {
        let rest = &mut to[done..];
        // SAFETY: a plain call with a place to write to.
        match unsafe { libc::read(fd, rest.as_mut_ptr().cast(), rest.len()) } {
            count if count > 0 => done += count as usize,
            _ if errno() == libc::EINTR => {}
            _ => return Err(errno()),
        }
    }
    Ok(())
}

fn urandom(thread: &mut Thread, _module: Value, size: Value) -> PyResult {
    let Ok(size) = usize::try_from(protocol::as_isize(thread, size)?) else {
        return Err(thread.value_error("negative argument not allowed"));
    };
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return Err(thread.memory_error());
    }
    bytes.resize(size, 0);
    match thread.safe(|| random(&mut bytes)) {
        Ok(()) => Ok(Bytes::new(thread, &bytes)?.value()),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn getrandom(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("getrandom", ["size", "flags"]).optional_after(1);
    let [size, flags] = args.parse(thread, &SIGNATURE)?;
    let size = protocol::as_isize(thread, or_none(size))?;
    let flags = int_or(thread, flags, 0)? as u32;
    let Ok(size) = usize::try_from(size) else {
        return Err(thread.os_error(libc::EINVAL));
    };
    read_bytes(thread, size, |to, size| {
        // SAFETY: there is room for so many bytes.
        unsafe { libc::getrandom(to.cast(), size, flags) as i64 }
    })
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

/// Makes the types ready.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    struct_sequence::prepare(thread, &TERMINAL_SIZE, &TERMINAL_DESCRIPTION)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "preadv",
        preadv,
        "preadv($module, fd, buffers, offset, flags=0, /)\n--\n\nRead from a place in a file into several buffers.",
    ),
    Method::any(
        "pwritev",
        pwritev,
        "pwritev($module, fd, buffers, offset, flags=0, /)\n--\n\nWrite several buffers to a place in a file.",
    ),
    Method::any(
        "splice",
        splice,
        "splice($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)\n--\n\nMove bytes between a pipe and another file without copying them through the process.",
    ),
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
    Method::any(
        "read",
        read,
        "read($module, fd, length, /)\n--\n\nRead at most so many bytes from an open file.",
    ),
    Method::any(
        "pread",
        pread,
        "pread($module, fd, length, offset, /)\n--\n\nRead at most so many bytes from a place in an open file, without moving in it.",
    ),
    Method::any(
        "readinto",
        readinto,
        "readinto($module, fd, buffer, /)\n--\n\nRead from an open file into a buffer; how many bytes.",
    ),
    Method::any(
        "readv",
        readv,
        "readv($module, fd, buffers, /)\n--\n\nRead from an open file into several buffers; how many bytes.",
    ),
    Method::any(
        "write",
        write,
        "write($module, fd, data, /)\n--\n\nWrite to an open file; how many bytes were written.",
    ),
    Method::any(
        "pwrite",
        pwrite,
        "pwrite($module, fd, buffer, offset, /)\n--\n\nWrite to a place in an open file, without moving in it.",
    ),
    Method::any(
        "writev",
        writev,
        "writev($module, fd, buffers, /)\n--\n\nWrite several buffers to an open file; how many bytes were written.",
    ),
    Method::any(
        "lseek",
        lseek,
        "lseek($module, fd, position, whence, /)\n--\n\nMove in an open file; the new place.",
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
        "lockf",
        lockf,
        "lockf($module, fd, command, length, /)\n--\n\nLock, try or unlock a part of an open file.",
    ),
    Method::any(
        "sendfile",
        sendfile,
        "sendfile($module, /, out_fd, in_fd, offset, count)\n--\n\nCopy bytes from one open file to another.",
    ),
    Method::any(
        "copy_file_range",
        copy_file_range,
        "copy_file_range($module, /, src, dst, count, offset_src=None,\n                offset_dst=None)\n--\n\nCopy bytes from one open file to another, within the system.",
    ),
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
    Method::no_arguments(
        "openpty",
        openpty,
        "openpty($module, /)\n--\n\nOpen a pseudo-terminal: the numbers of its two ends.",
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
    Method::any(
        "memfd_create",
        memfd_create,
        "memfd_create($module, /, name, flags=MFD_CLOEXEC)\n--\n\nMake a file in memory.",
    ),
    Method::one(
        "urandom",
        urandom,
        "urandom($module, size, /)\n--\n\nRandom bytes, good for cryptography.",
    ),
    Method::any(
        "getrandom",
        getrandom,
        "getrandom($module, /, size, flags=0)\n--\n\nRandom bytes of the system's generator.",
    ),
];
