//! Options of sockets.

use grwl_module_posix::call::last_error;
use grwl_object::bytes::Bytes;
use grwl_object::protocol::convert;
use grwl_object::{Args, PyResult, Thread, Value, ValueExt, buffer, int, none};

use crate::arguments::{number, positional};
use crate::error;
use crate::object::own;

const MOST: i32 = 1024;

pub(crate) fn get(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [level, option, room] = positional::<3>(thread, args, "getsockopt", 2)?;
    let level = number(thread, level, 0)?;
    let option = number(thread, option, 0)?;
    let room = number(thread, room, 0)?;
    let fd = own(value).fd();
    if room == 0 {
        let mut found = 0i32;
        let mut length = size_of::<i32>() as libc::socklen_t;
        // SAFETY: a place and its length.
        let result = unsafe {
            let place = (&raw mut found).cast();
            libc::getsockopt(fd, level, option, place, &raw mut length)
        };
        if result < 0 {
            return Err(last_error(thread));
        }
        return Ok(Value::small(found.into()));
    }
    if !(1..=MOST).contains(&room) {
        return Err(error::plain(thread, "getsockopt buflen out of range"));
    }
    let mut bytes = vec![0u8; room as usize];
    let mut length = room as libc::socklen_t;
    // SAFETY: a place and its length.
    let result = unsafe {
        let place = bytes.as_mut_ptr().cast();
        libc::getsockopt(fd, level, option, place, &raw mut length)
    };
    if result < 0 {
        return Err(last_error(thread));
    }
    bytes.truncate(length as usize);
    Ok(Bytes::new(thread, &bytes)?.value())
}

fn done(thread: &Thread, result: i32) -> PyResult {
    if result < 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

pub(crate) fn set(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let fd = own(value).fd();
    let given = args.no_keywords(thread, "setsockopt")?;
    if let &[level, option, nothing, length] = given
        && nothing.is_none()
    {
        let level = convert::as_i32(thread, level)?;
        let option = convert::as_i32(thread, option)?;
        let length = convert::as_i32(thread, length)? as libc::socklen_t;
        let null = std::ptr::null();
        // SAFETY: the system is given nothing to read.
        let result = unsafe { libc::setsockopt(fd, level, option, null, length) };
        return done(thread, result);
    }
    let [level, option, new] = positional::<3>(thread, args, "setsockopt", 3)?;
    let new = new.unwrap_or_else(none);
    let level = number(thread, level, 0)?;
    let option = number(thread, option, 0)?;
    let small = match int::view(new) {
        Some(int::IntView::Small(new)) => i32::try_from(new).ok(),
        _ => None,
    };
    if let Some(new) = small {
        let length = size_of::<i32>() as libc::socklen_t;
        // SAFETY: a number and its length.
        let result =
            unsafe { libc::setsockopt(fd, level, option, (&raw const new).cast(), length) };
        return done(thread, result);
    }
    let bytes = buffer::bytes_of(thread, new)?;
    let length = bytes.len() as libc::socklen_t;
    // SAFETY: bytes and their length.
    let result = unsafe { libc::setsockopt(fd, level, option, bytes.as_ptr().cast(), length) };
    done(thread, result)
}
