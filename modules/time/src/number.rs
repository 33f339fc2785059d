//! Numbers of seconds: from Python's to nanoseconds or whole seconds, and back.

use grwl_object::int::IntView;
use grwl_object::{PyResult, Thread, Value, ValueExt, float, int, protocol};

/// How what is finer than a nanosecond is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Away from zero: for time limits.
    Up,
}

const SECOND: i64 = 1_000_000_000;

fn out_of_range(thread: &Thread) -> grwl_object::Raised {
    thread.overflow_error("timestamp out of range for C PyTime_t")
}

fn round(value: f64, rounding: Rounding) -> f64 {
    match rounding {
        Rounding::Floor => value.floor(),
        Rounding::Up if value >= 0.0 => value.ceil(),
        Rounding::Up => value.floor(),
    }
}

/// Seconds, an `int` or a `float`, as nanoseconds.
///
/// # Errors
/// `ValueError` for NaN, `OverflowError`, `TypeError`.
pub fn nanoseconds(thread: &mut Thread, seconds: Value, rounding: Rounding) -> PyResult<i64> {
    if let Some(seconds) = float::view(seconds) {
        if seconds.is_nan() {
            return Err(thread.value_error("Invalid value NaN (not a number)"));
        }
        let rounded = round(seconds * 1e9, rounding);
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
            return Err(out_of_range(thread));
        }
        return Ok(rounded as i64);
    }
    if !protocol::convert::has_index(seconds) {
        return Err(thread.type_error(format_args!(
            "'{}' object cannot be interpreted as an integer or float",
            seconds.class().name()
        )));
    }
    let whole = protocol::convert::index(thread, seconds)?;
    let nanoseconds = match int::view(whole) {
        Some(IntView::Small(whole)) => whole.checked_mul(SECOND),
        _ => None,
    };
    nanoseconds.ok_or_else(|| out_of_range(thread))
}

/// Seconds, an `int` or a `float`, as whole seconds since the epoch, rounded down.
///
/// # Errors
/// As [`nanoseconds`].
pub fn whole_seconds(thread: &mut Thread, seconds: Value) -> PyResult<i64> {
    const MESSAGE: &str = "timestamp out of range for platform time_t";
    if let Some(seconds) = float::view(seconds) {
        if seconds.is_nan() {
            return Err(thread.value_error("Invalid value NaN (not a number)"));
        }
        let rounded = seconds.floor();
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
            return Err(thread.overflow_error(MESSAGE));
        }
        return Ok(rounded as i64);
    }
    let whole = protocol::convert::index(thread, seconds)?;
    match int::view(whole) {
        Some(IntView::Small(whole)) => Ok(whole),
        _ => Err(thread.overflow_error(MESSAGE)),
    }
}

/// Nanoseconds as a `float` of seconds.
pub(crate) fn as_float(thread: &Thread, nanoseconds: i64) -> Value {
    let seconds = if nanoseconds % SECOND == 0 {
        (nanoseconds / SECOND) as f64
    } else {
        nanoseconds as f64 / 1e9
    };
    float::new(thread, seconds)
}
