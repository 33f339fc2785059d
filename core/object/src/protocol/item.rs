//! Subscription, length, membership.

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::names::Name;
use crate::protocol::convert::{self, as_isize};
use crate::protocol::{call_special, find_attribute, iterate, same_or_equal};
use crate::result::PyResult;
use crate::slots;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

static CLASS_GETITEM: Name = Name::new("__class_getitem__");
static LENGTH_HINT: Name = Name::new("__length_hint__");

/// `len(value)`
///
/// # Errors
/// `TypeError: object of type 'X' has no len()`, or what `__len__` raises.
pub fn length(thread: &mut Thread, value: Value) -> PyResult<usize> {
    let class = value.class();
    let length = class
        .slot(slots::SEQUENCE_LENGTH)
        .or_else(|| class.slot(slots::MAPPING_LENGTH));
    match length {
        Some(length) => length(thread, value),
        None => Err(thread.type_error(format_args!(
            "object of type '{}' has no len()",
            class.name()
        ))),
    }
}

/// `operator.length_hint(value, default)`
///
/// # Errors
/// What `__len__` or `__length_hint__` raise, but for `TypeError`.
pub fn length_hint(thread: &mut Thread, value: Value, default: usize) -> PyResult<usize> {
    let class = value.class();
    if class.slot(slots::SEQUENCE_LENGTH).is_some() || class.slot(slots::MAPPING_LENGTH).is_some() {
        match length(thread, value) {
            Err(raised) if raised.matches(&types::TYPE_ERROR) => {}
            result => return result,
        }
    }
    let name = LENGTH_HINT.get(thread);
    let hint = match call_special(thread, value, name, &[]) {
        Ok(None) => return Ok(default),
        Err(raised) if raised.matches(&types::TYPE_ERROR) => return Ok(default),
        Err(raised) => return Err(raised),
        Ok(Some(hint)) => hint,
    };
    if hint == crate::singleton::not_implemented() {
        return Ok(default);
    }
    if !crate::int::is_int(hint) {
        return Err(thread.type_error(format_args!(
            "__length_hint__ must be an integer, not {}",
            hint.class().name()
        )));
    }
    usize::try_from(as_isize(thread, hint)?)
        .map_err(|_| thread.value_error("__length_hint__() should return >= 0"))
}

/// `value[key]`
///
/// # Errors
/// `TypeError: 'X' object is not subscriptable`, or what `__getitem__` raises.
pub fn get_item(thread: &mut Thread, value: Value, key: Value) -> PyResult {
    let class = value.class();
    if let Some(subscript) = class.slot(slots::SUBSCRIPT) {
        return subscript(thread, value, key);
    }
    if class.slot(slots::ITEM).is_some() {
        let index = sequence_index(thread, key)?;
        return get_index(thread, value, index);
    }
    if let Some(generic) = value.downcast::<TypeObject>() {
        if std::ptr::eq(generic.as_ptr(), &types::TYPE) {
            return crate::class::generic_alias(thread, value, key);
        }
        let name = CLASS_GETITEM.get(thread);
        if let Some(method) = find_attribute(thread, value, name)?
            && !method.is_none()
        {
            return crate::protocol::call_positional(thread, method, &[key]);
        }
        return Err(thread.type_error(format_args!(
            "type '{}' is not subscriptable",
            generic.name()
        )));
    }
    Err(thread.type_error(format_args!(
        "'{}' object is not subscriptable",
        class.name()
    )))
}

fn sequence_index(thread: &mut Thread, key: Value) -> PyResult<isize> {
    if !convert::has_index(key) {
        return Err(thread.type_error(format_args!(
            "sequence index must be integer, not '{}'",
            key.class().name()
        )));
    }
    convert::as_index_or(thread, key, &types::INDEX_ERROR)
}

/// Makes a negative index count from the end, if the type has a length.
fn from_start(thread: &mut Thread, value: Value, index: isize) -> PyResult<isize> {
    if index < 0
        && let Some(length) = value.class().slot(slots::SEQUENCE_LENGTH)
    {
        return Ok(index + length(thread, value)? as isize);
    }
    Ok(index)
}

/// `value[index]` of a sequence, by the slot for sequences.
///
/// # Errors
/// `TypeError: 'X' object does not support indexing`, `IndexError`.
pub fn get_index(thread: &mut Thread, value: Value, index: isize) -> PyResult {
    let Some(item) = value.class().slot(slots::ITEM) else {
        return Err(thread.type_error(format_args!(
            "'{}' object does not support indexing",
            value.class().name()
        )));
    };
    let index = from_start(thread, value, index)?;
    item(thread, value, index)
}

/// `value[key] = new`
///
/// # Errors
/// `TypeError: 'X' object does not support item assignment`, or what `__setitem__` raises.
pub fn set_item(thread: &mut Thread, value: Value, key: Value, new: Value) -> PyResult<()> {
    store_item(thread, value, key, Some(new))
}

/// `del value[key]`
///
/// # Errors
/// `TypeError: 'X' object doesn't support item deletion`, or what `__delitem__` raises.
pub fn delete_item(thread: &mut Thread, value: Value, key: Value) -> PyResult<()> {
    store_item(thread, value, key, None)
}

fn store_item(thread: &mut Thread, value: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    let class = value.class();
    if let Some(store) = class.slot(slots::STORE_SUBSCRIPT) {
        return store(thread, value, key, new);
    }
    if let Some(store) = class.slot(slots::STORE_ITEM) {
        let index = sequence_index(thread, key)?;
        let index = from_start(thread, value, index)?;
        return store(thread, value, index, new);
    }
    let what = match new {
        Some(_) => "does not support item assignment",
        None => "doesn't support item deletion",
    };
    Err(thread.type_error(format_args!("'{}' object {what}", class.name())))
}

/// `element in value`
///
/// # Errors
/// `TypeError: argument of type 'X' is not a container or iterable`, or what `__contains__` raises.
pub fn contains(thread: &mut Thread, value: Value, element: Value) -> PyResult<bool> {
    let class = value.class();
    if let Some(contains) = class.slot(slots::CONTAINS) {
        return contains(thread, value, element);
    }
    if class.slot(slots::ITER).is_none() && !iterate::is_sequence(value) {
        return Err(thread.type_error(format_args!(
            "argument of type '{}' is not a container or iterable",
            class.name()
        )));
    }
    // A dict's values are looked through as they are at one moment; any other iterable is read no further than needed.
    let iterator = match iterate::iter_whole(thread, value) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error(format_args!(
                "argument of type '{}' is not a container or iterable",
                class.name()
            )));
        }
        result => result?,
    };
    let mut count = 0u32;
    while let Some(next) = iterate::next(thread, iterator)? {
        if same_or_equal(thread, next, element)? {
            return Ok(true);
        }
        count = count.wrapping_add(1);
        if count.is_multiple_of(1024) {
            thread.poll()?;
        }
    }
    Ok(false)
}
