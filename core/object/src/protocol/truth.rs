//! Truth values.

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::result::PyResult;
use crate::singleton::as_bool;
use crate::slots;
use crate::thread::Thread;

/// `bool(value)`
///
/// # Errors
/// What `__bool__` or `__len__` raise.
#[inline]
pub fn is_true(thread: &mut Thread, value: Value) -> PyResult<bool> {
    if let Some(known) = as_bool(value) {
        return Ok(known);
    }
    if value.is_none() {
        return Ok(false);
    }
    if let Some(int) = value.as_int() {
        return Ok(int != 0);
    }
    ask(thread, value)
}

fn ask(thread: &mut Thread, value: Value) -> PyResult<bool> {
    let class = value.class();
    if let Some(test) = class.slot(slots::BOOL) {
        return test(thread, value);
    }
    let length = class
        .slot(slots::MAPPING_LENGTH)
        .or_else(|| class.slot(slots::SEQUENCE_LENGTH));
    match length {
        Some(length) => Ok(length(thread, value)? != 0),
        None => Ok(true),
    }
}
