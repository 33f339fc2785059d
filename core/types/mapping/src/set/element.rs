//! Operations on one element. Each is atomic.
//!
//! A `set` that is looked for, and cannot be hashed, is taken for the `frozenset` that equals it.

use grwl_object::set::{FrozenSet, Set, hash_element};
use grwl_object::singleton::bool;
use grwl_object::{PyResult, Str, Thread, Value, ValueExt, none, types};

use crate::receiver;

/// The hash of what is looked for, and what to look for.
fn wanted(thread: &mut Thread, element: Value) -> PyResult<(Value, i64)> {
    match hash_element(thread, element) {
        Ok(hash) => Ok((element, hash)),
        Err(raised) => match element.downcast::<Set>() {
            Some(set) if raised.matches(&types::TYPE_ERROR) => {
                let frozen = FrozenSet::from_set(thread, set)?.value();
                let hash = hash_element(thread, frozen)?;
                Ok((frozen, hash))
            }
            _ => Err(raised),
        },
    }
}

/// `element in set`
pub(super) fn contains(thread: &mut Thread, this: Value, element: Value) -> PyResult<bool> {
    let set = receiver::set(thread, this)?;
    let (element, hash) = wanted(thread, element)?;
    set.contains_hashed(thread, element, hash)
}

pub(super) fn contains_method(thread: &mut Thread, this: Value, element: Value) -> PyResult {
    contains(thread, this, element).map(bool)
}

pub(super) fn add(thread: &mut Thread, this: Value, element: Value) -> PyResult {
    receiver::set(thread, this)?.add(thread, element)?;
    Ok(none())
}

fn take(thread: &mut Thread, this: Value, element: Value) -> PyResult<bool> {
    let set = receiver::set(thread, this)?;
    let (element, hash) = wanted(thread, element)?;
    set.remove_hashed(thread, element, hash)
}

pub(super) fn remove(thread: &mut Thread, this: Value, element: Value) -> PyResult {
    if take(thread, this, element)? {
        Ok(none())
    } else {
        Err(thread.key_error(element))
    }
}

pub(super) fn discard(thread: &mut Thread, this: Value, element: Value) -> PyResult {
    take(thread, this, element)?;
    Ok(none())
}

pub(super) fn pop(thread: &mut Thread, this: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    set.pop(thread).ok_or_else(|| {
        let message = Str::new(thread, "pop from an empty set");
        thread.key_error(message.value())
    })
}

pub(super) fn clear(thread: &mut Thread, this: Value) -> PyResult {
    receiver::set(thread, this)?.clear(thread);
    Ok(none())
}
