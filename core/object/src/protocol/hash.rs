//! Hashes.

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::result::PyResult;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;

/// `hash(value)`; never -1.
///
/// # Errors
/// `TypeError: unhashable type: 'X'`, or what `__hash__` raises.
#[inline]
pub fn hash(thread: &mut Thread, value: Value) -> PyResult<i64> {
    if let Some(string) = value.downcast_exact::<Str>() {
        return Ok(string.hash());
    }
    if let Some(int) = value.as_int() {
        return Ok(grwl_number::hash::of_i64(int));
    }
    match value.class().slot(slots::HASH) {
        Some(hash) => hash(thread, value),
        None => not_hashable(thread, value),
    }
}

/// The slot of types whose instances have no hash (`__hash__ = None`).
///
/// # Errors
/// Always.
pub fn not_hashable(thread: &mut Thread, value: Value) -> PyResult<i64> {
    Err(thread.type_error(format_args!("unhashable type: '{}'", value.class().name())))
}

/// The hash by identity.
///
/// # Errors
/// Never.
pub fn by_identity(_thread: &mut Thread, value: Value) -> PyResult<i64> {
    Ok(of_address(value))
}

/// The hash of an object's address.
pub fn of_address(value: Value) -> i64 {
    // Cells are aligned to 16 bytes: the low bits say nothing.
    match value.bits().get().rotate_right(4) as i64 {
        -1 => -2,
        hash => hash,
    }
}
