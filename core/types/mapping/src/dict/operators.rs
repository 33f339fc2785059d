//! Operators on dicts: `==`, `|`, `|=`, `len`, `iter`, `repr`.

use grwl_object::dict::Dict;
use grwl_object::dict::view::{DictIterator, Yields};
use grwl_object::protocol;
use grwl_object::singleton::bool;
use grwl_object::{CompareOp, PyResult, Ref, Thread, Value, ValueExt, not_implemented};
use grwl_text::TextBuilder;

use crate::receiver;

pub(super) fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(receiver::dict(thread, this)?.len())
}

/// `iter(dict)`. A subclass whose slot this is is read as a plain dict by `update`.
pub(crate) fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    Ok(DictIterator::new(thread, Yields::Keys, false, dict).value())
}

pub(super) fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (Some(dict), Some(_)) = (a.downcast::<Dict>(), b.downcast::<Dict>()) else {
        return Ok(not_implemented());
    };
    let result = super::construct::plain_copy(thread, dict)?;
    super::construct::update(thread, result, b)?;
    Ok(result.value())
}

pub(super) fn inplace_or(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    super::construct::update(thread, dict, other)?;
    Ok(this)
}

pub(super) fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (a.downcast::<Dict>(), b.downcast::<Dict>()) else {
        return Ok(not_implemented());
    };
    match op {
        CompareOp::Eq => Ok(bool(equal(thread, a, b)?)),
        CompareOp::Ne => Ok(bool(!equal(thread, a, b)?)),
        _ => Ok(not_implemented()),
    }
}

/// Have two dicts equal values for equal keys?
pub(crate) fn equal(thread: &mut Thread, a: Ref<Dict>, b: Ref<Dict>) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut number = 0;
    // The comparisons may change either: each round looks at the table that is there.
    while let Some(table) = a.table() {
        if number >= table.count() {
            break;
        }
        let entry = table.entry(number);
        number += 1;
        let (Some(value), Some(key)) = (entry.live(), entry.key()) else {
            continue;
        };
        let Some(other) = b.get_hashed(thread, key, entry.hash())? else {
            return Ok(false);
        };
        if !protocol::same_or_equal(thread, other, value)? {
            return Ok(false);
        }
        if number % 1024 == 0 {
            thread.poll()?;
        }
    }
    Ok(true)
}

pub(super) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    protocol::text::written(thread, this, write_repr)
}

/// Writes the `repr`.
pub(crate) fn write_repr(thread: &mut Thread, this: Value, text: &mut TextBuilder) -> PyResult<()> {
    let dict = receiver::dict(thread, this)?;
    let Some(_showing) = protocol::Showing::begin(this) else {
        text.push_str("{...}");
        return Ok(());
    };
    text.push_str("{");
    for (index, (key, value, _)) in dict.cursor().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        protocol::write_repr(thread, key, text)?;
        text.push_str(": ");
        protocol::write_repr(thread, value, text)?;
    }
    text.push_str("}");
    Ok(())
}
