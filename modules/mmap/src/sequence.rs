//! Indices, slices, views.

use std::sync::atomic::Ordering;

use grwl_object::buffer::{self, BufferView, request};
use grwl_object::bytes::Bytes;
use grwl_object::protocol::convert;
use grwl_object::slice::Slice;
use grwl_object::{PyResult, Thread, Value, ValueExt, types};

use crate::exclusive::exclusively;
use crate::object::{Mmap, own};

const OUT_OF_RANGE: &str = "mmap index out of range";

pub(crate) fn length(thread: &mut Thread, value: Value) -> PyResult<usize> {
    own(value).open_length(thread)
}

/// The byte at an index that may be anywhere.
fn byte_at(thread: &mut Thread, value: Value, index: isize) -> PyResult<u8> {
    let found = Mmap::work(
        own(value),
        thread,
        |_, _, _| Ok(()),
        |_, (), memory, length| {
            let index = usize::try_from(index).ok().filter(|&index| index < length);
            // SAFETY: inside the mapping, which stays in place.
            Ok(index.map(|index| unsafe { memory.add(index).read() }))
        },
    )?;
    found.ok_or_else(|| thread.raise(&types::INDEX_ERROR, OUT_OF_RANGE))
}

/// For iteration: bytes of length 1.
pub(crate) fn item(thread: &mut Thread, value: Value, index: isize) -> PyResult {
    let byte = byte_at(thread, value, index)?;
    Ok(Bytes::new(thread, &[byte])?.value())
}

fn store(thread: &mut Thread, value: Value, index: isize, new: u8) -> PyResult<()> {
    let stored = Mmap::work(
        own(value),
        thread,
        |_, _, _| Ok(()),
        |_, (), memory, length| {
            let index = usize::try_from(index).ok().filter(|&index| index < length);
            // SAFETY: inside the mapping, which stays in place and may be written.
            Ok(index.map(|index| unsafe { memory.add(index).write(new) }))
        },
    )?;
    stored.ok_or_else(|| thread.raise(&types::INDEX_ERROR, OUT_OF_RANGE))
}

pub(crate) fn store_item(
    thread: &mut Thread,
    value: Value,
    index: isize,
    new: Option<Value>,
) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("mmap object doesn't support item deletion"));
    };
    let bytes = new.downcast::<Bytes>().filter(|bytes| bytes.len() == 1);
    let Some(bytes) = bytes else {
        return Err(thread.raise(
            &types::INDEX_ERROR,
            "mmap assignment must be length-1 bytes()",
        ));
    };
    own(value).check_writable(thread)?;
    store(thread, value, index, bytes.as_slice()[0])
}

/// An index that counts from the end if it is negative.
fn index_in(thread: &mut Thread, index: Value, length: usize) -> PyResult<isize> {
    let index = convert::as_index(thread, index)?;
    Ok(if index < 0 {
        index + length as isize
    } else {
        index
    })
}

pub(crate) fn subscript(thread: &mut Thread, value: Value, index: Value) -> PyResult {
    let this = own(value);
    let length = this.open_length(thread)?;
    if convert::has_index(index) {
        let index = index_in(thread, index, length)?;
        return Ok(Value::small(byte_at(thread, value, index)?.into()));
    }
    let Some(slice) = index.downcast::<Slice>() else {
        return Err(thread.type_error("mmap indices must be integers"));
    };
    let bounds = slice.bounds(thread)?;
    let bytes = Mmap::work(
        this,
        thread,
        |_, _, _| Ok(()),
        |thread, (), memory, length| {
            let word = &this.content;
            let selection = bounds.within(length);
            let mut bytes = Vec::<u8>::new();
            if bytes.try_reserve_exact(selection.count).is_err() {
                return Err(thread.memory_error());
            }
            thread.safe(|| {
                exclusively(word, || {
                    for place in selection.places() {
                        // SAFETY: inside the mapping, which stays in place.
                        bytes.push(unsafe { memory.add(place).read() });
                    }
                });
            });
            Ok(bytes)
        },
    )?;
    Ok(Bytes::new(thread, &bytes)?.value())
}

pub(crate) fn store_subscript(
    thread: &mut Thread,
    value: Value,
    index: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let this = own(value);
    let length = this.open_length(thread)?;
    this.check_writable(thread)?;
    if convert::has_index(index) {
        let index = index_in(thread, index, length)?;
        if usize::try_from(index).is_ok_and(|index| index < length) {
            let Some(new) = new else {
                return Err(thread.type_error("mmap doesn't support item deletion"));
            };
            if !convert::has_index(new) {
                return Err(thread.type_error("mmap item value must be an int"));
            }
            let new = convert::as_index_or(thread, new, &types::TYPE_ERROR)?;
            let Ok(new) = u8::try_from(new) else {
                return Err(thread.value_error("mmap item value must be in range(0, 256)"));
            };
            return store(thread, value, index, new);
        }
        return Err(thread.raise(&types::INDEX_ERROR, OUT_OF_RANGE));
    }
    let Some(slice) = index.downcast::<Slice>() else {
        return Err(thread.type_error("mmap indices must be integer"));
    };
    let bounds = slice.bounds(thread)?;
    let Some(new) = new else {
        return Err(thread.type_error("mmap object doesn't support slice deletion"));
    };
    let bytes = buffer::bytes_of(thread, new)?;
    let fits = Mmap::work(
        this,
        thread,
        |_, _, _| Ok(()),
        |thread, (), memory, length| {
            let word = &this.content;
            let selection = bounds.within(length);
            if selection.count != bytes.len() {
                return Ok(false);
            }
            thread.safe(|| {
                exclusively(word, || {
                    for (place, &byte) in selection.places().zip(&bytes) {
                        // SAFETY: inside the mapping, which stays in place and may be written.
                        unsafe { memory.add(place).write(byte) };
                    }
                });
            });
            Ok(true)
        },
    )?;
    if fits {
        Ok(())
    } else {
        Err(thread.raise(&types::INDEX_ERROR, "mmap slice assignment is wrong size"))
    }
}

pub(crate) fn get_buffer(thread: &mut Thread, value: Value, flags: u32) -> PyResult<BufferView> {
    let this = own(value);
    this.open_length(thread)?;
    let is_read_only = this.access() == crate::object::READ;
    if is_read_only && flags & request::WRITABLE != 0 {
        return Err(thread.raise(&types::BUFFER_ERROR, "Object is not writable."));
    }
    Mmap::work(
        this,
        thread,
        |this, _, _| {
            // The view's own count; that of `work` ends with it.
            this.exports.fetch_add(1, Ordering::Relaxed);
            Ok(())
        },
        |_, (), memory, length| Ok(BufferView::of_bytes(value, memory, length, is_read_only)),
    )
}

pub(crate) fn release_buffer(_thread: &mut Thread, value: Value, _view: &BufferView) {
    own(value).exports.fetch_sub(1, Ordering::Relaxed);
}
