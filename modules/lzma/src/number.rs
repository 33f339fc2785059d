//! Integers as arguments, without a sign.

use grwl_object::int::{IntView, view};
use grwl_object::protocol::convert;
use grwl_object::{PyResult, Thread, Value, int};

/// An unsigned integer of at most `most`, which C calls `name`.
///
/// # Errors
/// `TypeError`; `ValueError: Cannot convert negative int`; `OverflowError: Python int too large for C uint32_t`
pub(crate) fn unsigned(thread: &mut Thread, value: Value, most: u64, name: &str) -> PyResult<u64> {
    let given = convert::index(thread, value)?;
    let number = match view(given) {
        Some(IntView::Small(small)) => u64::try_from(small).map_err(|_| true),
        Some(IntView::Big(big)) => big.to_u64().ok_or(big.is_negative()),
        None => Err(false),
    };
    match number {
        Ok(number) if number <= most => Ok(number),
        Err(true) => Err(thread.value_error("Cannot convert negative int")),
        _ => Err(thread.overflow_error(format_args!("Python int too large for C {name}"))),
    }
}

/// A C `uint32_t`.
///
/// # Errors
/// As [`unsigned`].
pub(crate) fn word(thread: &mut Thread, value: Value) -> PyResult<u32> {
    unsigned(thread, value, u32::MAX.into(), "uint32_t").map(|number| number as u32)
}

/// A filter's id.
///
/// # Errors
/// As [`unsigned`].
pub(crate) fn id(thread: &mut Thread, value: Value) -> PyResult<u64> {
    unsigned(thread, value, u64::MAX, "lzma_vli")
}

/// A number as an object.
pub(crate) fn value(thread: &Thread, number: u64) -> Value {
    int::from_usize(thread, number as usize)
}
