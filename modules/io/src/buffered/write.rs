//! Writing through the buffer: small pieces are collected, what does not fit is written out.
//!
//! What the raw file took is never written again, also if the rest fails or a signal's handler raises in between.

use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::{PyResult, Ref, Thread, Value, ValueExt, int, none};

use super::place::settle;
use super::raw::{open_raw, raw_of, raw_seek, raw_write};
use super::read::{available, forget_ahead};
use super::{Buffered, R, locked, this};
use crate::names as n;
use crate::object::{call, would_block};

/// Writes out what is pending.
pub(super) fn flush_pending(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<()> {
    let mut data = this.pending.take();
    let mut done = 0;
    let result = loop {
        if done == data.len() {
            break Ok(());
        }
        match raw_write(thread, this, &data[done..]) {
            Ok(Some(count)) => done += count,
            Ok(None) => break Err(would_block(thread, 0)),
            Err(raised) => break Err(raised),
        }
        // A signal's handler may raise: what was written is not written again.
        if let Err(raised) = thread.poll() {
            break Err(raised);
        }
    };
    data.drain(..done);
    *this.pending.borrow_mut() = data;
    result
}

pub(super) fn write(thread: &mut Thread, value: Value, data: Value) -> PyResult {
    raw_of(thread, this(value))?;
    let view = buffer::get(thread, data, request::SIMPLE)?;
    let result = (|| {
        open_raw(thread, this(value), "write to closed file")?;
        let copy;
        // Other threads may change the memory meanwhile, unless it is that of `bytes`.
        let data = match data.downcast::<Bytes>() {
            Some(data) => data.as_slice(),
            None => {
                copy = view.to_vec();
                &copy[..]
            }
        };
        locked(thread, value, |thread, this| {
            // It may have been closed while this thread waited for the lock.
            open_raw(thread, this, "write to closed file")?;
            write_some(thread, this, data)
        })
    })();
    view.release(thread);
    Ok(int::from_usize(thread, result?))
}

/// Writes from Rust: all of it, or an exception.
pub(crate) fn write_bytes(thread: &mut Thread, value: Value, data: &[u8]) -> PyResult<usize> {
    open_raw(thread, this(value), "write to closed file")?;
    locked(thread, value, |thread, this| write_some(thread, this, data))
}

fn write_some(thread: &mut Thread, this: Ref<Buffered>, data: &[u8]) -> PyResult<usize> {
    let rest = available(this);
    if this.reads.load(R) {
        if rest > 0 {
            raw_seek(thread, this, -(rest as i64), libc::SEEK_CUR)?;
        }
        forget_ahead(this);
    }
    let size = this.size.load(R);
    let used = this.pending.borrow().len();
    if used + data.len() <= size {
        this.pending.borrow_mut().extend_from_slice(data);
        return Ok(data.len());
    }
    match flush_pending(thread, this) {
        Ok(()) => {}
        Err(raised) if raised.matches(&grwl_object::types::BLOCKING_IO_ERROR) => {
            let room = size.saturating_sub(this.pending.borrow().len());
            let fits = room.min(data.len());
            this.pending.borrow_mut().extend_from_slice(&data[..fits]);
            if fits == data.len() {
                return Ok(fits);
            }
            return Err(would_block(thread, fits));
        }
        Err(raised) => return Err(raised),
    }
    let mut done = 0;
    while data.len() - done > size {
        match raw_write(thread, this, &data[done..])? {
            Some(count) => done += count,
            None => {
                this.pending
                    .borrow_mut()
                    .extend_from_slice(&data[done..done + size]);
                return Err(would_block(thread, done + size));
            }
        }
        thread.poll()?;
    }
    this.pending.borrow_mut().extend_from_slice(&data[done..]);
    Ok(data.len())
}

pub(super) fn flush(thread: &mut Thread, value: Value) -> PyResult {
    raw_of(thread, this(value))?;
    if !this(value).writes.load(R) {
        let raw = raw_of(thread, this(value))?;
        return call(thread, raw, &n::FLUSH, &[]);
    }
    open_raw(thread, this(value), "flush of closed file")?;
    locked(thread, value, settle)?;
    Ok(none())
}
