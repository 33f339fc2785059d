//! Conversions to Rust's numbers, by `__index__`, `__int__` and `__float__`.

use grwl_number::Int;
use grwl_value::Value;

use crate::cell::ValueExt;
use crate::int::{IntView, is_exact_int, is_int, view};
use crate::result::PyResult;
use crate::slots;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// Can it be used as an index?
pub fn has_index(value: Value) -> bool {
    is_int(value) || value.class().slot(slots::INDEX).is_some()
}

/// `operator.index(value)`: an `int` (perhaps of a subclass).
///
/// # Errors
/// `TypeError: 'X' object cannot be interpreted as an integer`, or what `__index__` raises.
pub fn index(thread: &mut Thread, value: Value) -> PyResult {
    if is_int(value) {
        return Ok(value);
    }
    let Some(method) = value.class().slot(slots::INDEX) else {
        return Err(thread.type_error(format_args!(
            "'{}' object cannot be interpreted as an integer",
            value.class().name()
        )));
    };
    let result = method(thread, value)?;
    check_int(thread, result, "__index__")?;
    Ok(result)
}

/// Checks that a conversion method returned an `int`; warns if it is of a subclass.
fn check_int(thread: &mut Thread, result: Value, method: &str) -> PyResult<()> {
    if is_exact_int(result) {
        return Ok(());
    }
    let class = result.class();
    if !is_int(result) {
        return Err(thread.type_error(format_args!(
            "{method} returned non-int (type {})",
            class.name()
        )));
    }
    let message = format!(
        "{method} returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, and may be removed in a future version of Python.",
        class.name()
    );
    crate::exception::warn(thread, &types::DEPRECATION_WARNING, &message, 1)
}

/// The integer that `__index__` gives, of any size.
///
/// # Errors
/// As [`index`].
pub fn as_int(thread: &mut Thread, value: Value) -> PyResult<Int> {
    let value = index(thread, value)?;
    match view(value) {
        Some(int) => Ok(int.to_int()),
        None => unreachable!("index gives an int"),
    }
}

/// As an index; too large ones are an exception of `error`'s class.
///
/// # Errors
/// As [`index`]; `cannot fit 'X' into an index-sized integer`.
pub fn as_index_or(
    thread: &mut Thread,
    value: Value,
    error: &'static TypeObject,
) -> PyResult<isize> {
    if let Some(small) = value.as_int() {
        return Ok(small as isize);
    }
    let int = index(thread, value)?;
    match view(int) {
        Some(IntView::Small(small)) => Ok(small as isize),
        _ => Err(thread.raise(
            error,
            format_args!(
                "cannot fit '{}' into an index-sized integer",
                value.class().name()
            ),
        )),
    }
}

/// As an index; too large ones are an `IndexError`.
///
/// # Errors
/// As [`as_index_or`].
pub fn as_index(thread: &mut Thread, value: Value) -> PyResult<isize> {
    as_index_or(thread, value, &types::INDEX_ERROR)
}

/// As a size; too large ones are an `OverflowError`.
///
/// # Errors
/// As [`as_index_or`].
pub fn as_isize(thread: &mut Thread, value: Value) -> PyResult<isize> {
    as_index_or(thread, value, &types::OVERFLOW_ERROR)
}

/// As an index; too large ones become the largest or smallest there is.
///
/// # Errors
/// As [`index`].
pub fn as_clamped_index(thread: &mut Thread, value: Value) -> PyResult<isize> {
    let int = index(thread, value)?;
    Ok(match view(int) {
        Some(IntView::Small(small)) => small as isize,
        Some(big) if big.is_negative() => isize::MIN,
        _ => isize::MAX,
    })
}

/// As a C `long`.
///
/// # Errors
/// As [`index`]; `OverflowError: Python int too large to convert to C long`.
pub fn as_i64(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let int = index(thread, value)?;
    match view(int) {
        Some(IntView::Small(small)) => Ok(small),
        _ => Err(thread.overflow_error("Python int too large to convert to C long")),
    }
}

/// As a C `int`.
///
/// # Errors
/// As [`index`]; `OverflowError`.
pub fn as_i32(thread: &mut Thread, value: Value) -> PyResult<i32> {
    let long = as_i64(thread, value)?;
    i32::try_from(long).map_err(|_| {
        let side = if long < 0 {
            "signed integer is less than minimum"
        } else {
            "signed integer is greater than maximum"
        };
        thread.overflow_error(side)
    })
}

/// As a C `double`: by `__float__`, or `__index__`.
///
/// # Errors
/// `TypeError: must be real number, not X`, `OverflowError`, or what a method raises.
pub fn as_float(thread: &mut Thread, value: Value) -> PyResult<f64> {
    if let Some(float) = crate::float::view(value) {
        return Ok(float);
    }
    let class = value.class();
    if let Some(method) = class.slot(slots::FLOAT)
        && !is_exact_int(value)
    {
        let result = method(thread, value)?;
        if let Some(float) = crate::float::exact(result) {
            return Ok(float);
        }
        let Some(float) = crate::float::view(result) else {
            return Err(thread.type_error(format_args!(
                "{}.__float__ returned non-float (type {})",
                class.name(),
                result.class().name()
            )));
        };
        let message = format!(
            "{}.__float__ returned non-float (type {}).  The ability to return an instance of a strict subclass of float is deprecated, and may be removed in a future version of Python.",
            class.name(),
            result.class().name()
        );
        crate::exception::warn(thread, &types::DEPRECATION_WARNING, &message, 1)?;
        return Ok(float);
    }
    if has_index(value) {
        let int = index(thread, value)?;
        return match view(int) {
            Some(IntView::Small(small)) => Ok(small as f64),
            Some(IntView::Big(big)) => big.to_f64().map_err(|error| thread.number_error(&error)),
            None => unreachable!("index gives an int"),
        };
    }
    Err(thread.type_error(format_args!("must be real number, not {}", class.name())))
}
