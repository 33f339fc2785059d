//! The algebra of sets, as operators: both operands are sets or frozensets. The result is of the left one's type.

use grwl_object::set::{Set, any_set};
use grwl_object::{PyResult, Ref, Thread, Value, not_implemented};

use super::{algebra, construct};

fn both(a: Value, b: Value) -> Option<(Ref<Set>, Ref<Set>)> {
    Some((any_set(a)?, any_set(b)?))
}

pub(super) fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((set, _)) = both(a, b) else {
        return Ok(not_implemented());
    };
    let result = construct::copy_like(thread, set, a)?;
    if a != b {
        construct::update(thread, result, b)?;
    }
    Ok(result.value())
}

pub(super) fn and(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match both(a, b) {
        Some((set, _)) => algebra::intersect(thread, set, b).map(Into::into),
        None => Ok(not_implemented()),
    }
}

pub(super) fn subtract(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match both(a, b) {
        Some((set, _)) => algebra::subtract(thread, set, b).map(Into::into),
        None => Ok(not_implemented()),
    }
}

pub(super) fn xor(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match both(a, b) {
        Some(_) => algebra::symmetric_difference(thread, a, b),
        None => Ok(not_implemented()),
    }
}

pub(super) fn inplace_or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((set, _)) = both(a, b) else {
        return Ok(not_implemented());
    };
    construct::update(thread, set, b)?;
    Ok(a)
}

pub(super) fn inplace_and(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((set, _)) = both(a, b) else {
        return Ok(not_implemented());
    };
    algebra::keep_common(thread, set, &[b])?;
    Ok(a)
}

pub(super) fn inplace_subtract(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((set, _)) = both(a, b) else {
        return Ok(not_implemented());
    };
    algebra::remove_all(thread, set, b)?;
    Ok(a)
}

pub(super) fn inplace_xor(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((set, _)) = both(a, b) else {
        return Ok(not_implemented());
    };
    algebra::toggle_all(thread, set, b)?;
    Ok(a)
}
