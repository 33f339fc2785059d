//! Operations on one key of a dict. Each is atomic.

use grwl_object::dict::{Outcome, hash_key};
use grwl_object::protocol::call_special;
use grwl_object::singleton::bool;
use grwl_object::{Args, Name, PyResult, Str, Thread, Tuple, Value, ValueExt, none, types};

use crate::receiver;

static MISSING: Name = Name::new("__missing__");

/// `dict[key]`; a subclass may say by `__missing__` what a key without value has.
pub(super) fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    if let Some(value) = dict.get(thread, key)? {
        return Ok(value);
    }
    if !std::ptr::eq(this.class().as_ptr(), &raw const types::DICT) {
        let name = MISSING.get(thread);
        if let Some(value) = call_special(thread, this, name, &[key])? {
            return Ok(value);
        }
    }
    Err(thread.key_error(key))
}

/// `dict[key] = value`, `del dict[key]`
pub(super) fn store(
    thread: &mut Thread,
    this: Value,
    key: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let dict = receiver::dict(thread, this)?;
    match value {
        Some(value) => dict.insert(thread, key, value),
        None => match dict.remove(thread, key)? {
            Some(_) => {
                note_removal(thread, this, key);
                Ok(())
            }
            None => Err(thread.key_error(key)),
        },
    }
}

/// `key in dict`
pub(super) fn contains(thread: &mut Thread, this: Value, key: Value) -> PyResult<bool> {
    receiver::dict(thread, this)?.contains(thread, key)
}

pub(super) fn contains_method(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    contains(thread, this, key).map(bool)
}

pub(super) fn get(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    let [key, default] = receiver::positional(thread, args, "dict", "get", 1)?;
    let found = dict.get(thread, key.unwrap_or_else(none))?;
    Ok(found.or(default).unwrap_or_else(none))
}

pub(super) fn setdefault(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    let [key, default] = receiver::positional(thread, args, "dict", "setdefault", 1)?;
    let default = default.unwrap_or_else(none);
    match dict.insert_absent(thread, key.unwrap_or_else(none), default)? {
        Outcome::Existing(existing) => Ok(existing),
        Outcome::New => Ok(default),
    }
}

pub(super) fn pop(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    let [key, default] = receiver::positional(thread, args, "dict", "pop", 1)?;
    let key = key.unwrap_or_else(none);
    // An empty dict does not ask for the hash.
    let removed = if dict.is_empty() {
        None
    } else {
        let hash = hash_key(thread, key)?;
        dict.remove_hashed(thread, key, hash)?
    };
    if removed.is_some() {
        note_removal(thread, this, key);
    }
    removed.or(default).ok_or_else(|| thread.key_error(key))
}

pub(super) fn popitem(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    match dict.pop_last(thread) {
        Some((key, value)) => {
            note_removal(thread, this, key);
            Ok(Tuple::new(thread, &[key, value]).value())
        }
        None => {
            let message = Str::new(thread, "popitem(): dictionary is empty");
            Err(thread.key_error(message.value()))
        }
    }
}

/// An `OrderedDict` has its own methods for removing a key; these are called by who means to go round them.
#[inline]
fn note_removal(thread: &mut Thread, this: Value, key: Value) {
    if !std::ptr::eq(this.class().as_ptr(), &raw const types::DICT) {
        crate::ordered::note_lost(thread, this, key);
    }
}
