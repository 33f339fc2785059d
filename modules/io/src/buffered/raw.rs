//! What a buffered file asks of its raw file: a built-in `FileIO` directly, any other by its methods.
//!
//! Whatever moves the raw file notes in `place` where it stands then. These functions may block and may run Python code.

use grwl_object::{PyResult, Ref, Thread, Value, ValueExt, int};

use super::{Buffered, R};
use crate::base::{read_raw, write_raw};
use crate::file_io::{self, FileIo};
use crate::names as n;
use crate::object::{call, is_closed, offset};

/// The raw file.
pub(super) fn raw_of(thread: &Thread, this: Ref<Buffered>) -> PyResult {
    this.raw.load().ok_or_else(|| {
        thread.value_error(if this.detached.load(R) {
            "raw stream has been detached"
        } else {
            "I/O operation on uninitialized object"
        })
    })
}

/// The raw file, unless it is closed: `read of closed file`.
pub(super) fn open_raw(thread: &mut Thread, this: Ref<Buffered>, message: &str) -> PyResult {
    let raw = raw_of(thread, this)?;
    let closed = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::is_closed(file),
        None => is_closed(thread, raw)?,
    };
    if closed {
        return Err(thread.value_error(message));
    }
    Ok(raw)
}

pub(super) fn raw_tell_of(thread: &mut Thread, this: Ref<Buffered>, raw: Value) -> PyResult<i64> {
    let place = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::seek_to(thread, file, 0, libc::SEEK_CUR)?,
        None => {
            let place = call(thread, raw, &n::TELL, &[])?;
            offset(thread, place)?
        }
    };
    note_place(thread, this, place)
}

pub(super) fn raw_seek(
    thread: &mut Thread,
    this: Ref<Buffered>,
    to: i64,
    how: i32,
) -> PyResult<i64> {
    let raw = raw_of(thread, this)?;
    let place = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::seek_to(thread, file, to, how)?,
        None => {
            let arguments = [int::from_i64(thread, to), Value::small(how.into())];
            let place = call(thread, raw, &n::SEEK, &arguments)?;
            offset(thread, place)?
        }
    };
    note_place(thread, this, place)
}

/// The raw file says that it stands here.
fn note_place(thread: &Thread, this: Ref<Buffered>, place: i64) -> PyResult<i64> {
    if place < 0 {
        return Err(thread.raise(
            &grwl_object::types::OS_ERROR,
            format_args!("Raw stream returned invalid position {place}"),
        ));
    }
    this.place.set(Some(place));
    Ok(place)
}

pub(super) fn moved(this: Ref<Buffered>, by: usize) {
    // A raw file may say that it stands anywhere: beyond the last place nothing is known.
    let place = this.place.get();
    this.place
        .set(place.and_then(|place| place.checked_add(by as i64)));
}

/// Reads from the raw file onto `to`; how much. `None`: it would have to wait.
pub(super) fn raw_read(
    thread: &mut Thread,
    this: Ref<Buffered>,
    to: &mut Vec<u8>,
    length: usize,
) -> PyResult<Option<usize>> {
    let raw = raw_of(thread, this)?;
    let count = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::read_onto(thread, file, to, length)?,
        None => match read_raw(thread, raw, length)? {
            Some(bytes) => {
                to.extend_from_slice(&bytes);
                Some(bytes.len())
            }
            None => None,
        },
    };
    moved(this, count.unwrap_or(0));
    Ok(count)
}

pub(super) fn raw_write(
    thread: &mut Thread,
    this: Ref<Buffered>,
    data: &[u8],
) -> PyResult<Option<usize>> {
    let raw = raw_of(thread, this)?;
    let count = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::write_from(thread, file, data.as_ptr(), data.len())?,
        None => write_raw(thread, raw, data)?,
    };
    moved(this, count.unwrap_or(0));
    Ok(count)
}
