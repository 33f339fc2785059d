//! What changes a `bytearray`: item and slice assignment, `append`, `extend`, `pop` and so on.

use grwl_object::protocol::convert;
use grwl_object::slice::Slice;
use grwl_object::{
    Args, Name, PyResult, Str, Thread, Tuple, Value, ValueExt, int, none, protocol, slots, types,
};
use grwl_text::Text;
use grwl_types_text::arguments::{positional, size};

use crate::byte_array::{ByteArray, Changing, own};
use crate::contents::{NO_BYTE, byte, from_iterable, known, of};

fn place(index: isize, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add_unsigned(length)?
    } else {
        index
    };
    usize::try_from(index).ok().filter(|&index| index < length)
}

/// `a[i] = x`, `del a[i]`, the index counted from the start.
pub(crate) fn store_item(
    thread: &mut Thread,
    this: Value,
    index: isize,
    new: Option<Value>,
) -> PyResult<()> {
    // A negative index was made positive, as far as it could be.
    store_at(
        thread,
        this,
        if index < 0 { isize::MIN } else { index },
        new,
    )
}

fn store_at(thread: &mut Thread, this: Value, index: isize, new: Option<Value>) -> PyResult<()> {
    let new = match new {
        Some(new) => Some(byte(thread, new, NO_BYTE)?),
        None => None,
    };
    own(this).change(thread, |change| {
        let Some(at) = place(index, change.len()) else {
            return Err(change.thread().index_error("bytearray index out of range"));
        };
        match new {
            Some(new) => change.splice(at..at + 1, &[new]),
            None => change.splice(at..at + 1, &[]),
        }
    })
}

/// `a[key] = x`, `del a[key]`
pub(crate) fn store_subscript(
    thread: &mut Thread,
    this: Value,
    key: Value,
    new: Option<Value>,
) -> PyResult<()> {
    if convert::has_index(key) {
        let index = protocol::as_index(thread, key)?;
        return store_at(thread, this, index, new);
    }
    let Some(slice) = key.downcast::<Slice>() else {
        return Err(thread.type_error(format_args!(
            "bytearray indices must be integers or slices, not {}",
            key.class().name()
        )));
    };
    let bounds = slice.bounds(thread)?;
    let new = match new {
        None => Vec::new(),
        Some(new) => assigned(thread, new)?,
    };
    own(this).change(thread, |change| {
        let length = change.len();
        if bounds.step == 1 {
            let range = bounds.range_within(length);
            return change.splice(range.start..range.start + range.count, &new);
        }
        let chosen = bounds.within(length);
        let places = (0..chosen.count).map(|number| {
            chosen
                .start
                .wrapping_add_signed(chosen.step * number as isize)
        });
        if new.is_empty() {
            // No bytes assigned is a deletion, whatever the step.
            if chosen.count == 0 {
                return Ok(());
            }
            let mut gone = vec![false; length];
            places.for_each(|place| gone[place] = true);
            let kept: Vec<u8> = change
                .bytes()
                .iter()
                .zip(&gone)
                .filter(|(_, gone)| !**gone)
                .map(|(byte, _)| *byte)
                .collect();
            return change.splice(0..length, &kept);
        }
        if new.len() != chosen.count {
            return Err(change.thread().value_error(format_args!(
                "attempt to assign bytes of size {} to extended slice of size {}",
                new.len(),
                chosen.count
            )));
        }
        let bytes = change.bytes();
        for (place, &byte) in places.zip(&new) {
            bytes[place] = byte;
        }
        Ok(())
    })
}

/// What is assigned to a slice.
fn assigned(thread: &mut Thread, value: Value) -> PyResult<Vec<u8>> {
    if known(thread, value).is_some() || grwl_object::buffer::is_supported(value) {
        return Ok(of(thread, value)?.to_vec());
    }
    let class = value.class();
    let is_number = class.slot(slots::INDEX).is_some()
        || class.slot(slots::INT).is_some()
        || class.slot(slots::FLOAT).is_some();
    if is_number || value.downcast::<Str>().is_some() {
        return Err(thread
            .type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
    }
    match from_iterable(thread, value, NO_BYTE)? {
        Some(bytes) => Ok(bytes),
        None => Err(thread.type_error(format_args!(
            "cannot convert '{}' object to bytearray",
            class.name()
        ))),
    }
}

/// `a += x`
pub(crate) fn inplace_concat(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let bytes = match of(thread, other) {
        Ok(bytes) => bytes,
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error(format_args!(
                "can't concat {} to {}",
                other.class().name(),
                this.class().name()
            )));
        }
        Err(raised) => return Err(raised),
    };
    own(this).extend(thread, &bytes)?;
    Ok(this)
}

/// `a *= n`
pub(crate) fn inplace_repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let array = own(this);
    let times = usize::try_from(times).unwrap_or(0);
    let bytes = array.snapshot(thread);
    let repeated = crate::operators::repeated(thread, &bytes, times, true)?;
    array.assign(thread, &repeated)?;
    Ok(this)
}

pub(crate) fn append(thread: &mut Thread, this: Value, item: Value) -> PyResult {
    let byte = byte(thread, item, NO_BYTE)?;
    own(this).extend(thread, &[byte])?;
    Ok(none())
}

pub(crate) fn extend(thread: &mut Thread, this: Value, items: Value) -> PyResult {
    let end = own(this).len();
    let bytes = if known(thread, items).is_some() || grwl_object::buffer::is_supported(items) {
        of(thread, items)?.to_vec()
    } else if items.downcast::<Str>().is_some() {
        return Err(thread.type_error(format_args!(
            "expected iterable of integers; got: '{}'",
            items.class().name()
        )));
    } else {
        match from_iterable(thread, items, NO_BYTE)? {
            Some(bytes) => bytes,
            None => {
                return Err(thread.type_error(format_args!(
                    "can't extend bytearray with {}",
                    items.class().name()
                )));
            }
        }
    };
    // Where the end was before any Python code ran.
    own(this).change(thread, |change| {
        let end = end.min(change.len());
        change.splice(end..end, &bytes)
    })?;
    Ok(none())
}

pub(crate) fn insert(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [index, item] = positional::<2>(thread, args, "bytearray.insert", 2)?;
    let index = size(thread, index.unwrap_or_else(none))?;
    let byte = byte(thread, item.unwrap_or_else(none), NO_BYTE)?;
    own(this).change(thread, |change| {
        let length = change.len();
        let at = if index < 0 {
            length.saturating_sub(index.unsigned_abs())
        } else {
            (index as usize).min(length)
        };
        change.splice(at..at, &[byte])
    })?;
    Ok(none())
}

pub(crate) fn pop(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [index] = positional::<1>(thread, args, "bytearray.pop", 0)?;
    let index = match index {
        Some(index) => size(thread, index)?,
        None => -1,
    };
    let byte = own(this).change(thread, |change| {
        if change.is_empty() {
            return Err(change.thread().index_error("pop from empty bytearray"));
        }
        let Some(at) = place(index, change.len()) else {
            return Err(change.thread().index_error("pop index out of range"));
        };
        let byte = change.bytes()[at];
        change.splice(at..at + 1, &[])?;
        Ok(byte)
    })?;
    Ok(Value::small(byte.into()))
}

pub(crate) fn remove(thread: &mut Thread, this: Value, item: Value) -> PyResult {
    let byte = byte(thread, item, NO_BYTE)?;
    own(this).change(thread, |change| {
        match change.bytes().iter().position(|&other| other == byte) {
            Some(at) => change.splice(at..at + 1, &[]),
            None => Err(change.thread().value_error("value not found in bytearray")),
        }
    })?;
    Ok(none())
}

pub(crate) fn reverse(thread: &mut Thread, this: Value) -> PyResult {
    own(this).change(thread, |change| {
        change.bytes().reverse();
        Ok(())
    })?;
    Ok(none())
}

pub(crate) fn clear(thread: &mut Thread, this: Value) -> PyResult {
    own(this).assign(thread, &[])?;
    Ok(none())
}

pub(crate) fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let bytes = own(this).snapshot(thread);
    Ok(ByteArray::new(thread, &bytes)?.value())
}

pub(crate) fn resize(thread: &mut Thread, this: Value, length: Value) -> PyResult {
    let length = size(thread, length)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(thread.value_error(format_args!(
            "Can only resize to positive sizes, got {length}"
        )));
    };
    grwl_types_text::arguments::check_room(thread, length)?;
    own(this).change(thread, |change| {
        let old = change.len();
        if length <= old {
            change.splice(length..old, &[])
        } else {
            let zeroes = vec![0; length - old];
            change.splice(old..old, &zeroes)
        }
    })?;
    Ok(none())
}

pub(crate) fn allocated(thread: &mut Thread, this: Value) -> PyResult {
    Ok(int::from_usize(thread, own(this).room()))
}

pub(crate) fn size_in_bytes(thread: &mut Thread, this: Value) -> PyResult {
    let bytes = size_of::<ByteArray>() + own(this).room();
    Ok(int::from_usize(thread, bytes))
}

static GET_STATE: Name = Name::new("__getstate__");

fn reduced(thread: &mut Thread, this: Value, protocol: i32) -> PyResult {
    let array = own(this);
    let bytes = array.snapshot(thread);
    let state = protocol::call_method(thread, this, GET_STATE.get(thread), &[])?;
    let class = this.class().value();
    let args = if protocol < 3 {
        let text = Str::try_from_text(thread, Text::One(&bytes))?.value();
        let encoding = Str::new(thread, "latin-1").value();
        if bytes.is_empty() {
            Tuple::empty()
        } else {
            Tuple::try_new(thread, &[text, encoding])?
        }
    } else if bytes.is_empty() {
        Tuple::empty()
    } else {
        let bytes = grwl_object::bytes::Bytes::new(thread, &bytes)?;
        Tuple::try_new(thread, &[bytes.value()])?
    };
    Ok(Tuple::try_new(thread, &[class, args.value(), state])?.value())
}

pub(crate) fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    reduced(thread, this, 2)
}

pub(crate) fn reduce_ex(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [protocol] = positional::<1>(thread, args, "bytearray.__reduce_ex__", 0)?;
    let protocol = match protocol {
        Some(protocol) => grwl_types_text::arguments::c_int(thread, protocol)?,
        None => 0,
    };
    reduced(thread, this, protocol)
}
