//! Numbers as arguments, and as results.

use grwl_object::int::IntView;
use grwl_object::protocol::convert;
use grwl_object::{Args, PyResult, Thread, Value, ValueExt, int, none, protocol};

pub use grwl_types_text::arguments::c_int;

/// Exactly `N` positional arguments.
///
/// # Errors
/// `TypeError`
pub fn exactly<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
) -> PyResult<[Value; N]> {
    let slots = args.unpack::<N>(thread, function, N)?;
    Ok(slots.map(|slot| slot.unwrap_or_else(none)))
}

/// A C `int`, with a default.
///
/// # Errors
/// As [`c_int`].
pub fn int_or(thread: &mut Thread, value: Option<Value>, default: i32) -> PyResult<i32> {
    match value {
        Some(value) => c_int(thread, value),
        None => Ok(default),
    }
}

/// A truth value, with a default.
///
/// # Errors
/// What `__bool__` raises.
pub fn flag(thread: &mut Thread, value: Option<Value>, default: bool) -> PyResult<bool> {
    match value {
        Some(value) => protocol::is_true(thread, value),
        None => Ok(default),
    }
}

/// A place in a file, or a length of one.
///
/// # Errors
/// `TypeError`, `OverflowError`
pub fn offset(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let whole = convert::index(thread, value)?;
    match int::view(whole) {
        Some(IntView::Small(offset)) => Ok(offset),
        _ => Err(thread.overflow_error("Python int too large to convert to C long")),
    }
}

fn identity(thread: &mut Thread, value: Value, what: &str) -> PyResult<u32> {
    if !convert::has_index(value) {
        return Err(thread.type_error(format_args!(
            "{what} should be integer, not {}",
            value.class().name()
        )));
    }
    let whole = convert::index(thread, value)?;
    let is_low = match int::view(whole) {
        Some(IntView::Small(-1)) => return Ok(u32::MAX),
        Some(IntView::Small(id)) => match u32::try_from(id) {
            Ok(id) => return Ok(id),
            Err(_) => true,
        },
        Some(big) => big.is_negative(),
        None => true,
    };
    let side = if is_low {
        "less than minimum"
    } else {
        "greater than maximum"
    };
    Err(thread.overflow_error(format_args!("{what} is {side}")))
}

/// A user's number; -1 is none.
///
/// # Errors
/// `TypeError`, `OverflowError`
pub fn user(thread: &mut Thread, value: Value) -> PyResult<u32> {
    identity(thread, value, "uid")
}

/// A group's number; -1 is none.
///
/// # Errors
/// `TypeError`, `OverflowError`
pub fn group(thread: &mut Thread, value: Value) -> PyResult<u32> {
    identity(thread, value, "gid")
}

/// A user's or group's number as Python shows it.
pub fn identity_value(id: u32) -> Value {
    Value::small(if id == u32::MAX { -1 } else { i64::from(id) })
}

/// A C `int` as Python shows it.
pub(crate) fn number(number: i32) -> Value {
    Value::small(number.into())
}
