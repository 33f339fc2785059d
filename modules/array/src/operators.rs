//! `a[i]`, `a + b`, `a < b`, `x in a`, `repr(a)` and so on.

use grwl_object::protocol::{self, convert};
use grwl_object::slice::{Bounds, Slice};
use grwl_object::{
    CompareOp, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, not_implemented, singleton,
};
use grwl_text::TextBuilder;

use crate::array::{Array, Changing, items, own, push_item};
use crate::construct::{bad_argument, extend_with_items};
use crate::methods::text;

#[cold]
fn out_of_range(thread: &Thread) -> Raised {
    thread.index_error("array assignment index out of range")
}

fn place(index: isize, length: usize) -> Option<usize> {
    grwl_object::list::resolve(index, length)
}

pub(crate) fn length(_thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(own(this).len())
}

fn at(thread: &mut Thread, array: Ref<Array>, index: Option<usize>) -> PyResult {
    match index.and_then(|index| array.get(index)) {
        Some(bits) => array.kind().decode(thread, bits),
        None => Err(thread.index_error("array index out of range")),
    }
}

pub(crate) fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    at(thread, own(this), usize::try_from(index).ok())
}

pub(crate) fn store_item(
    thread: &mut Thread,
    this: Value,
    index: isize,
    new: Option<Value>,
) -> PyResult<()> {
    // A negative index was made positive, as far as it could be.
    let index = if index < 0 { isize::MIN } else { index };
    store_at(thread, own(this), index, new)
}

fn store_at(
    thread: &mut Thread,
    array: Ref<Array>,
    index: isize,
    new: Option<Value>,
) -> PyResult<()> {
    if place(index, array.len()).is_none() {
        return Err(out_of_range(thread));
    }
    let bits = match new {
        Some(new) => Some(array.kind().encode(thread, new)?),
        None => None,
    };
    array.change(thread, |change| {
        let Some(at) = place(index, change.len()) else {
            return Err(out_of_range(change.thread()));
        };
        match bits {
            Some(bits) => change.set(at, bits),
            None => change.splice(at..at + 1, &[])?,
        }
        Ok(())
    })
}

#[cold]
fn no_index(thread: &Thread) -> Raised {
    thread.type_error("array indices must be integers")
}

pub(crate) fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let array = own(this);
    if let Some(slice) = key.downcast::<Slice>() {
        let bounds = slice.bounds(thread)?;
        let kind = array.kind();
        let size = kind.size();
        let bytes = array.snapshot(thread);
        let chosen = bounds.within(bytes.len() / size);
        if chosen.step == 1 {
            let from = chosen.start * size;
            let part = &bytes[from..from + chosen.count * size];
            return Ok(Array::of_bytes(thread, kind, part)?.value());
        }
        let mut part = Vec::with_capacity(chosen.count * size);
        for place in chosen.places() {
            part.extend_from_slice(&bytes[place * size..(place + 1) * size]);
        }
        return Ok(Array::of_bytes(thread, kind, &part)?.value());
    }
    if !convert::has_index(key) {
        return Err(no_index(thread));
    }
    let index = protocol::as_index(thread, key)?;
    let index = place(index, array.len());
    at(thread, array, index)
}

pub(crate) fn store_subscript(
    thread: &mut Thread,
    this: Value,
    key: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let array = own(this);
    if let Some(slice) = key.downcast::<Slice>() {
        let bounds = slice.bounds(thread)?;
        let bytes = match new {
            None => Vec::new(),
            Some(new) => {
                let Some(other) = new.downcast::<Array>() else {
                    return Err(thread.type_error(format_args!(
                        "can only assign array (not \"{}\") to array slice",
                        crate::short(&new.class())
                    )));
                };
                if other.kind() != array.kind() {
                    return Err(bad_argument(thread));
                }
                other.snapshot(thread)
            }
        };
        return store_slice(thread, array, bounds, &bytes);
    }
    if !convert::has_index(key) {
        return Err(no_index(thread));
    }
    let index = protocol::as_index(thread, key)?;
    store_at(thread, array, index, new)
}

fn store_slice(thread: &mut Thread, array: Ref<Array>, bounds: Bounds, new: &[u8]) -> PyResult<()> {
    let size = array.kind().size();
    let needed = new.len() / size;
    array.change(thread, |change| {
        let length = change.len();
        if bounds.step == 1 {
            let range = bounds.range_within(length);
            if needed == 0 || needed != range.count {
                change.check_resizable()?;
            }
            return change.splice(range.start..range.start + range.count, new);
        }
        let chosen = bounds.within(length);
        if needed == 0 || needed != chosen.count {
            change.check_resizable()?;
        }
        if needed == 0 {
            // No items assigned is a deletion, whatever the step.
            if chosen.count == 0 {
                return Ok(());
            }
            let mut gone = vec![false; length];
            chosen.places().for_each(|place| gone[place] = true);
            let kept: Vec<u8> = change
                .bytes()
                .chunks_exact(size)
                .zip(&gone)
                .filter(|(_, gone)| !**gone)
                .flat_map(|(item, _)| item)
                .copied()
                .collect();
            return change.splice(0..length, &kept);
        }
        if needed != chosen.count {
            return Err(change.thread().value_error(format_args!(
                "attempt to assign array of size {needed} to extended slice of size {}",
                chosen.count
            )));
        }
        for (place, bits) in chosen.places().zip(items(new, size)) {
            change.set(place, bits);
        }
        Ok(())
    })
}

pub(crate) fn concat(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let array = own(this);
    let Some(other) = other.downcast::<Array>() else {
        return Err(thread.type_error(format_args!(
            "can only append array (not \"{}\") to array",
            crate::short(&other.class())
        )));
    };
    if other.kind() != array.kind() {
        return Err(bad_argument(thread));
    }
    let mut bytes = array.snapshot(thread);
    bytes.extend_from_slice(&other.snapshot(thread));
    Ok(Array::of_bytes(thread, array.kind(), &bytes)?.value())
}

/// Appends an array of the same kind, or the elements of what is no array.
pub(crate) fn extend(thread: &mut Thread, array: Ref<Array>, other: Value) -> PyResult<()> {
    match other.downcast::<Array>() {
        Some(other) if other.kind() == array.kind() => {
            let bytes = other.snapshot(thread);
            array.extend(thread, &bytes)
        }
        Some(_) => Err(thread.type_error("can only extend with array of same kind")),
        None => extend_with_items(thread, array, other),
    }
}

pub(crate) fn inplace_concat(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    if other.downcast::<Array>().is_none() {
        return Err(thread.type_error(format_args!(
            "can only extend array with array (not \"{}\")",
            crate::short(&other.class())
        )));
    }
    extend(thread, own(this), other)?;
    Ok(this)
}

/// Bytes repeated.
fn repeated(thread: &Thread, bytes: &[u8], times: usize) -> PyResult<Vec<u8>> {
    let room = bytes
        .len()
        .checked_mul(times)
        .filter(|&room| room < 1 << 46);
    let mut made = Vec::new();
    match room {
        Some(room) if made.try_reserve_exact(room).is_ok() => {
            if !bytes.is_empty() {
                for _ in 0..times {
                    made.extend_from_slice(bytes);
                }
            }
            Ok(made)
        }
        _ => Err(thread.memory_error()),
    }
}

pub(crate) fn repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let array = own(this);
    let bytes = array.snapshot(thread);
    let times = usize::try_from(times).unwrap_or(0);
    let bytes = repeated(thread, &bytes, times)?;
    Ok(Array::of_bytes(thread, array.kind(), &bytes)?.value())
}

pub(crate) fn inplace_repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let times = usize::try_from(times).unwrap_or(0);
    own(this).change(thread, |change| {
        let length = change.len();
        if length == 0 || times == 1 {
            return Ok(());
        }
        if times == 0 {
            return change.splice(0..length, &[]);
        }
        let once = change.bytes().to_vec();
        let more = repeated(change.thread(), &once, times - 1)?;
        change.splice(length..length, &more)
    })?;
    Ok(this)
}

pub(crate) fn contains(thread: &mut Thread, this: Value, value: Value) -> PyResult<bool> {
    Ok(find(thread, own(this), value, 0, usize::MAX)?.is_some())
}

/// The index of the first item from `start` on that equals `value`, and its bytes.
pub(crate) fn find(
    thread: &mut Thread,
    array: Ref<Array>,
    value: Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<(usize, u64)>> {
    let kind = array.kind();
    let mut index = start;
    while index < stop {
        let Some(bits) = array.get(index) else {
            break;
        };
        let item = kind.decode(thread, bits)?;
        if protocol::same_or_equal(thread, item, value)? {
            return Ok(Some((index, bits)));
        }
        index += 1;
        if index.is_multiple_of(1024) {
            thread.poll()?;
        }
    }
    Ok(None)
}

pub(crate) fn compare(thread: &mut Thread, this: Value, other: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (this.downcast::<Array>(), other.downcast::<Array>()) else {
        return Ok(not_implemented());
    };
    let is_equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
    if is_equality && a.len() != b.len() {
        return Ok(singleton::bool(op == CompareOp::Ne));
    }
    let mut index = 0;
    while let (Some(left), Some(right)) = (a.get(index), b.get(index)) {
        if left != right || a.kind() != b.kind() || matches!(a.kind().letter(), b'f' | b'd') {
            let left = a.kind().decode(thread, left)?;
            let right = b.kind().decode(thread, right)?;
            if !protocol::equal(thread, left, right)? {
                return match op {
                    CompareOp::Eq => Ok(singleton::bool(false)),
                    CompareOp::Ne => Ok(singleton::bool(true)),
                    op => protocol::compare(thread, left, right, op),
                };
            }
        }
        index += 1;
        if index.is_multiple_of(1024) {
            thread.poll()?;
        }
    }
    Ok(singleton::bool(op.holds(a.len().cmp(&b.len()))))
}

pub(crate) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let array = own(this);
    let kind = array.kind();
    let mut shown = TextBuilder::new();
    shown.push_str(&crate::short(&this.class()));
    shown.push_str("('");
    shown.push(kind.letter().into());
    shown.push_str("'");
    let bytes = array.snapshot(thread);
    if !bytes.is_empty() {
        shown.push_str(", ");
        let value = if kind.is_text() {
            text(thread, array)?
        } else {
            crate::methods::list(thread, array)?
        };
        let value = protocol::repr(thread, value)?;
        shown.push_text(value.text());
    }
    shown.push_str(")");
    Ok(Str::from_buf(thread, &shown.finish())?.value())
}

/// The items in reverse, or with their bytes swapped, or changed otherwise in place.
pub(crate) fn rewrite(
    thread: &mut Thread,
    array: Ref<Array>,
    act: impl FnOnce(&[u64]) -> Vec<u64>,
) -> PyResult<()> {
    let size = array.kind().size();
    array.change(thread, |change| {
        let before: Vec<u64> = items(change.bytes(), size).collect();
        let mut bytes = Vec::with_capacity(before.len() * size);
        for bits in act(&before) {
            push_item(&mut bytes, bits, size);
        }
        let length = change.len();
        change.splice(0..length, &bytes)
    })
}
