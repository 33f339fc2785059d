//! Bytes into and out of open files: reading, writing, several buffers at once, from file to file; and the place where a file stands.
//!
//! The system reads and writes a buffer's memory while other threads run: a view holds it in place. What becomes `bytes` is read into space of its own.

use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::{Args, Buffer, Method, PyResult, Signature, Thread, Value, int, none, protocol};

use crate::arguments::{c_int, exactly, int_or, offset};
use crate::call::call;
use crate::path::or_none;

/// No more than this many bytes are read or written at once.
pub const MOST_AT_ONCE: usize = i32::MAX as usize & !0xfff;

/// Reads into a byte string of its own.
///
/// # Errors
/// `OSError`, `MemoryError`, or what a signal handler raises.
pub(crate) fn read_bytes(
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

fn sendfile(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("sendfile", ["out_fd", "in_fd", "offset", "count"]);
    let [to, from, start, count] = args.parse(thread, &SIGNATURE)?;
    let (to, from) = (c_int(thread, or_none(to))?, c_int(thread, or_none(from))?);
    // A negative count is for the system to refuse: it is larger than any file.
    let count = protocol::as_isize(thread, or_none(count))? as usize;
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

/// How many bytes are to go from one file to the other.
fn count_to_move(thread: &mut Thread, count: Option<Value>) -> PyResult<usize> {
    usize::try_from(protocol::as_isize(thread, or_none(count))?)
        .map_err(|_| thread.value_error("negative value for 'count' not allowed"))
}

/// Where they begin in both; `None` stands for where the file stands.
fn places(thread: &mut Thread, values: [Option<Value>; 2]) -> PyResult<[Option<i64>; 2]> {
    let mut places = [None, None];
    for (place, value) in places.iter_mut().zip(values) {
        if let Some(value) = value.filter(|value| *value != none()) {
            *place = Some(offset(thread, value)?);
        }
    }
    Ok(places)
}

/// The same for the system, which writes there how far it came.
fn pointers(places: &mut [Option<i64>; 2]) -> [*mut i64; 2] {
    places.each_mut().map(|place| {
        place
            .as_mut()
            .map_or(std::ptr::null_mut(), std::ptr::from_mut)
    })
}

fn copy_file_range(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "copy_file_range",
        ["src", "dst", "count", "offset_src", "offset_dst"],
    )
    .optional_after(3);
    let [from, to, count, from_at, to_at] = args.parse(thread, &SIGNATURE)?;
    let (from, to) = (c_int(thread, or_none(from))?, c_int(thread, or_none(to))?);
    let count = count_to_move(thread, count)?;
    let mut places = places(thread, [from_at, to_at])?;
    let [from_at, to_at] = pointers(&mut places);
    let copied = call(thread, || {
        // SAFETY: a plain call with places to read and write, or null.
        unsafe { libc::copy_file_range(from, from_at, to, to_at, count, 0) as i64 }
    })?;
    Ok(Value::small(copied))
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
    let count = count_to_move(thread, count)?;
    let flags = match flags {
        Some(flags) => crate::event::unsigned_int(thread, flags)?,
        None => 0,
    };
    let mut places = places(thread, [from_at, to_at])?;
    let [from_at, to_at] = pointers(&mut places);
    let moved = call(thread, || {
        // SAFETY: a plain call with places to read and write, or null.
        unsafe { libc::splice(from, from_at, to, to_at, count, flags) as i64 }
    })?;
    Ok(Value::small(moved))
}

pub(crate) static FUNCTIONS: &[Method] = &[
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
        "preadv",
        preadv,
        "preadv($module, fd, buffers, offset, flags=0, /)\n--\n\nRead from a place in a file into several buffers.",
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
        "pwritev",
        pwritev,
        "pwritev($module, fd, buffers, offset, flags=0, /)\n--\n\nWrite several buffers to a place in a file.",
    ),
    Method::any(
        "lseek",
        lseek,
        "lseek($module, fd, position, whence, /)\n--\n\nMove in an open file; the new place.",
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
    Method::any(
        "splice",
        splice,
        "splice($module, /, src, dst, count, offset_src=None, offset_dst=None,\n       flags=0)\n--\n\nMove bytes between a pipe and another file without copying them through the process.",
    ),
];
