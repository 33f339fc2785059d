//! Reading through the buffer: what was read ahead is given out first, and large pieces go past the buffer.
//!
//! While the raw file is read, the space that it is read into is not in the object, so that no `RefCell` is borrowed meanwhile.

use grwl_object::buffer;
use grwl_object::bytes::Bytes;
use grwl_object::{Args, PyResult, Ref, Thread, Value, ValueExt, int, none, protocol};

use super::place::settle;
use super::raw::{moved, open_raw, raw_of, raw_read};
use super::write::flush_pending;
use super::{Buffered, R, RANDOM, READER, locked, this};
use crate::file_io::{self, FileIo};
use crate::names as n;
use crate::object::{call, size_argument};

/// How much was read and not given out.
pub(super) fn available(this: Ref<Buffered>) -> usize {
    this.ahead.borrow().len() - this.taken.get()
}

pub(super) fn forget_ahead(this: Ref<Buffered>) {
    this.ahead.borrow_mut().clear();
    this.taken.set(0);
}

/// Gives out what was read, at most `most` bytes.
fn take(this: Ref<Buffered>, most: usize, onto: &mut Vec<u8>) -> usize {
    let count = available(this).min(most);
    let from = this.taken.get();
    onto.extend_from_slice(&this.ahead.borrow()[from..from + count]);
    this.taken.set(from + count);
    count
}

/// Reads ahead once. What was read must have been given out.
fn fill(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<Option<usize>> {
    let mut space = this.ahead.take();
    space.clear();
    this.taken.set(0);
    let result = raw_read(thread, this, &mut space, this.size.load(R));
    *this.ahead.borrow_mut() = space;
    result
}

pub(super) fn bytes(thread: &Thread, bytes: &[u8]) -> PyResult {
    Ok(Bytes::new(thread, bytes)?.value())
}

/// Before reading: what is pending must be in the file.
fn ready_to_read(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<()> {
    if this.writes.load(R) {
        flush_pending(thread, this)
    } else {
        Ok(())
    }
}

pub(super) fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "read", 0)?;
    let size = size_argument(thread, size)?;
    raw_of(thread, this(value))?;
    if size < -1 {
        return Err(thread.value_error("read length must be non-negative or -1"));
    }
    open_raw(thread, this(value), "read of closed file")?;
    locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        if size < 0 {
            read_all(thread, this)
        } else {
            read_some(thread, this, size as usize)
        }
    })
}

fn read_all(thread: &mut Thread, this: Ref<Buffered>) -> PyResult {
    let mut all = Vec::new();
    take(this, usize::MAX, &mut all);
    forget_ahead(this);
    let raw = raw_of(thread, this)?;
    if let Some(file) = raw.downcast_exact::<FileIo>() {
        let before = all.len();
        let done = file_io::read_all_onto(thread, file, &mut all)?;
        moved(this, all.len() - before);
        if !done && all.is_empty() {
            return Ok(none());
        }
        return bytes(thread, &all);
    }
    let name = n::READALL.get(thread);
    if let Some(method) = protocol::find_attribute(thread, raw, name)? {
        let rest = protocol::call_positional(thread, method, &[])?;
        if rest.is_none() {
            return if all.is_empty() {
                Ok(rest)
            } else {
                bytes(thread, &all)
            };
        }
        let Some(rest) = rest.downcast::<Bytes>() else {
            return Err(thread.type_error("readall() should return bytes"));
        };
        moved(this, rest.len());
        all.extend_from_slice(rest.as_slice());
        return bytes(thread, &all);
    }
    loop {
        let chunk = call(thread, raw, &n::READ, &[])?;
        if chunk.is_none() {
            return if all.is_empty() {
                Ok(chunk)
            } else {
                bytes(thread, &all)
            };
        }
        let Some(chunk) = chunk.downcast::<Bytes>() else {
            return Err(thread.type_error("read() should return bytes"));
        };
        if chunk.is_empty() {
            return bytes(thread, &all);
        }
        moved(this, chunk.len());
        all.extend_from_slice(chunk.as_slice());
    }
}

/// Reads so many bytes, less only at the end or where it would have to wait. Whole blocks go past the buffer.
fn read_some(thread: &mut Thread, this: Ref<Buffered>, wanted: usize) -> PyResult {
    let mut out = Vec::new();
    if take(this, wanted, &mut out) == wanted {
        return bytes(thread, &out);
    }
    forget_ahead(this);
    if out.try_reserve(wanted - out.len()).is_err() {
        return Err(thread.memory_error());
    }
    let size = this.size.load(R);
    loop {
        let rest = wanted - out.len();
        if rest == 0 {
            return bytes(thread, &out);
        }
        let count = if rest >= size {
            raw_read(thread, this, &mut out, rest / size * size)?
        } else {
            let count = fill(thread, this)?;
            take(this, rest, &mut out);
            count
        };
        match count {
            Some(0) => return bytes(thread, &out),
            None if out.is_empty() => return Ok(none()),
            None => return bytes(thread, &out),
            Some(_) => {}
        }
    }
}

pub(super) fn read1(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "read1", 0)?;
    let size = match size {
        Some(size) => protocol::as_isize(thread, size)?,
        None => -1,
    };
    open_raw(thread, this(value), "read of closed file")?;
    if size == 0 {
        return bytes(thread, b"");
    }
    locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        let size = if size < 0 {
            this.size.load(R)
        } else {
            size as usize
        };
        let mut out = Vec::new();
        if take(this, size, &mut out) == 0 {
            forget_ahead(this);
            raw_read(thread, this, &mut out, size)?;
        }
        bytes(thread, &out)
    })
}

pub(super) fn peek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "peek", 0)?;
    if let Some(size) = size {
        protocol::as_isize(thread, size)?;
    }
    open_raw(thread, this(value), "peek of closed file")?;
    locked(thread, value, |thread, this| {
        if this.writes.load(R) {
            settle(thread, this)?;
        }
        if available(this) == 0 {
            fill(thread, this)?;
        }
        let from = this.taken.get();
        let ahead = this.ahead.borrow();
        bytes(thread, &ahead[from..])
    })
}

fn into(thread: &mut Thread, value: Value, target: Value, once: bool) -> PyResult {
    raw_of(thread, this(value))?;
    open_raw(thread, this(value), "readinto of closed file")?;
    let name = if once { "readinto1" } else { "readinto" };
    let view = buffer::writable(thread, target, name, "argument")?;
    let (to, length) = (view.pointer, view.length);
    let result = locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        let mut done = 0;
        let mut waits = false;
        while done < length {
            let mut part = Vec::new();
            let rest = length - done;
            let mut is_last = false;
            if take(this, rest, &mut part) == 0 {
                forget_ahead(this);
                // With `once` the file is read once at most, and not into the buffer if there is something to return.
                let read = if rest > this.size.load(R) {
                    is_last = once;
                    raw_read(thread, this, &mut part, rest)?
                } else if once && done > 0 {
                    break;
                } else {
                    fill(thread, this)?.inspect(|_| {
                        take(this, rest, &mut part);
                    })
                };
                match read {
                    Some(0) => break,
                    Some(_) => {}
                    None => {
                        waits = true;
                        break;
                    }
                }
            }
            // SAFETY: the view's memory stays where it is, and has room for so many more.
            unsafe { std::ptr::copy(part.as_ptr(), to.add(done), part.len()) };
            done += part.len();
            if is_last {
                break;
            }
        }
        if waits && done == 0 {
            return Ok(none());
        }
        Ok(int::from_usize(thread, done))
    });
    view.release(thread);
    result
}

pub(super) fn readinto(thread: &mut Thread, value: Value, target: Value) -> PyResult {
    into(thread, value, target, false)
}

pub(super) fn readinto1(thread: &mut Thread, value: Value, target: Value) -> PyResult {
    into(thread, value, target, true)
}

fn read_line(thread: &mut Thread, value: Value, limit: isize) -> PyResult<Vec<u8>> {
    open_raw(thread, this(value), "readline of closed file")?;
    locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut line = Vec::new();
        loop {
            let rest = most - line.len();
            let found = {
                let ahead = this.ahead.borrow();
                let ahead = &ahead[this.taken.get()..];
                let ahead = &ahead[..ahead.len().min(rest)];
                memchr::memchr(b'\n', ahead).map(|place| place + 1)
            };
            take(this, found.unwrap_or(rest), &mut line);
            if found.is_some() || line.len() == most {
                return Ok(line);
            }
            match fill(thread, this)? {
                Some(0) | None => return Ok(line),
                Some(_) => {}
            }
        }
    })
}

pub(super) fn readline(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "readline", 0)?;
    let size = size_argument(thread, size)?;
    raw_of(thread, this(value))?;
    let line = read_line(thread, value, size)?;
    bytes(thread, &line)
}

pub(super) fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    raw_of(thread, this(value))?;
    let class = value.class();
    let is_plain = [&READER, &RANDOM]
        .iter()
        .any(|known| std::ptr::eq(class.as_ptr(), *known));
    if !is_plain {
        let line = call(thread, value, &n::READLINE, &[])?;
        if line.downcast::<Bytes>().is_none() {
            return Err(thread.raise(
                &grwl_object::types::OS_ERROR,
                format_args!(
                    "readline() should have returned a bytes object, not '{}'",
                    line.class().name()
                ),
            ));
        }
        return Ok((protocol::length(thread, line)? > 0).then_some(line));
    }
    let line = read_line(thread, value, -1)?;
    if line.is_empty() {
        return Ok(None);
    }
    bytes(thread, &line).map(Some)
}
