//! Rich comparison.

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::compare::CompareOp;
use crate::result::PyResult;
use crate::singleton::{bool, not_implemented};
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;

/// `a OP b`
///
/// # Errors
/// `TypeError` if neither type can tell and it is no test for equality; or what a method raises.
pub fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    thread.check_stack()?;
    let (class_a, class_b) = (a.class(), b.class());
    let slot_b = class_b.slot(slots::COMPARE);
    let mut tried_reflected = false;
    if class_a != class_b
        && class_b.is_subtype_of(&class_a)
        && let Some(compare) = slot_b
    {
        tried_reflected = true;
        let result = compare(thread, b, a, op.swapped())?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    if let Some(compare) = class_a.slot(slots::COMPARE) {
        let result = compare(thread, a, b, op)?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    if !tried_reflected && let Some(compare) = slot_b {
        let result = compare(thread, b, a, op.swapped())?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    match op {
        CompareOp::Eq => Ok(bool(a == b)),
        CompareOp::Ne => Ok(bool(a != b)),
        _ => Err(thread.type_error(format_args!(
            "'{}' not supported between instances of '{}' and '{}'",
            op.symbol(),
            class_a.name(),
            class_b.name()
        ))),
    }
}

/// The truth of `a OP b`; identical operands count as equal, without being asked.
///
/// # Errors
/// As [`compare`].
pub fn compare_bool(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult<bool> {
    if a == b {
        match op {
            CompareOp::Eq => return Ok(true),
            CompareOp::Ne => return Ok(false),
            _ => {}
        }
    }
    let result = compare(thread, a, b, op)?;
    crate::protocol::is_true(thread, result)
}

/// The truth of `a == b`.
///
/// # Errors
/// As [`compare`].
pub fn equal(thread: &mut Thread, a: Value, b: Value) -> PyResult<bool> {
    if let (Some(a), Some(b)) = (a.downcast_exact::<Str>(), b.downcast_exact::<Str>()) {
        return Ok(a.equals(&b));
    }
    if let Some((a, b)) = a.both_ints(b) {
        return Ok(a == b);
    }
    let result = compare(thread, a, b, CompareOp::Eq)?;
    crate::protocol::is_true(thread, result)
}

/// `a is b or a == b`, as containers compare.
///
/// # Errors
/// As [`compare`].
#[inline]
pub fn same_or_equal(thread: &mut Thread, a: Value, b: Value) -> PyResult<bool> {
    if a == b {
        return Ok(true);
    }
    equal(thread, a, b)
}
