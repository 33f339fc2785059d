//! How long a wait lasts. It comes in portions, between which the thread looks whether the process rests.

use std::time::{Duration, Instant};

use grwl_module_time::{Rounding, nanoseconds};
use grwl_object::int::IntView;
use grwl_object::{PyResult, Thread, Value, ValueExt, float, int, types};
use grwl_threads::Events;
use grwl_threads::rest::Watch;

/// A time limit, from the moment it was made.
pub(crate) struct Limit {
    start: Instant,
    length: Option<Duration>,
    watch: Watch,
}

impl Limit {
    /// `None`: for ever.
    pub(crate) fn new(length: Option<Duration>) -> Self {
        Self {
            start: Instant::now(),
            length,
            watch: Watch::new(),
        }
    }

    /// What is left; `None`: for ever.
    fn left(&self) -> Option<Duration> {
        self.length
            .map(|length| length.saturating_sub(self.start.elapsed()))
    }

    /// How long to wait now.
    pub(crate) fn portion(&self) -> Duration {
        self.watch.portion(self.left())
    }

    /// How long to wait now, in milliseconds, rounded up.
    pub(crate) fn milliseconds(&self) -> i32 {
        i32::try_from(self.portion().as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
    }

    /// Is the time over?
    pub(crate) fn is_over(&self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// Nothing has come while a portion of the time passed. False: all of it has. A safepoint.
    ///
    /// # Errors
    /// What is raised at it.
    pub(crate) fn goes_on(&mut self, thread: &mut Thread) -> PyResult<bool> {
        if self.is_over() {
            return Ok(false);
        }
        if self.watch.is_due() {
            thread.mutator().post(Events::REST);
        }
        thread.poll()?;
        Ok(true)
    }
}

/// Another text for what is no number.
fn renamed(thread: &Thread, result: PyResult<i64>, message: &str) -> PyResult<i64> {
    result.map_err(|raised| {
        if raised.matches(&types::TYPE_ERROR) {
            thread.type_error(message)
        } else {
            raised
        }
    })
}

/// Seconds, as nanoseconds; `None` stands for itself.
pub(crate) fn seconds(
    thread: &mut Thread,
    value: Option<Value>,
    message: &str,
) -> PyResult<Option<i64>> {
    let Some(value) = value.and_then(ValueExt::not_none) else {
        return Ok(None);
    };
    let time = nanoseconds(thread, value, Rounding::Up);
    Ok(Some(renamed(thread, time, message)?))
}

/// Milliseconds, as nanoseconds; `None` stands for itself.
pub(crate) fn milliseconds(
    thread: &mut Thread,
    value: Option<Value>,
    message: &str,
) -> PyResult<Option<i64>> {
    let Some(value) = value.and_then(ValueExt::not_none) else {
        return Ok(None);
    };
    const RANGE: &str = "timestamp out of range for C PyTime_t";
    if let Some(value) = float::view(value) {
        if value.is_nan() {
            return Err(thread.value_error("Invalid value NaN (not a number)"));
        }
        let time = value * 1e6;
        let time = if time >= 0.0 {
            time.ceil()
        } else {
            time.floor()
        };
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&time) {
            return Err(thread.overflow_error(RANGE));
        }
        return Ok(Some(time as i64));
    }
    if !grwl_object::protocol::convert::has_index(value) {
        return Err(thread.type_error(message));
    }
    let whole = grwl_object::protocol::convert::index(thread, value)?;
    let time = match int::view(whole) {
        Some(IntView::Small(whole)) => whole.checked_mul(1_000_000),
        _ => None,
    };
    time.map(Some).ok_or_else(|| thread.overflow_error(RANGE))
}

/// A limit for a call that counts in milliseconds; what is negative is for ever.
pub(crate) fn for_poll(thread: &Thread, nanoseconds: Option<i64>) -> PyResult<Limit> {
    let Some(time) = nanoseconds else {
        return Ok(Limit::new(None));
    };
    let milliseconds = time.div_euclid(1_000_000) + i64::from(time.rem_euclid(1_000_000) != 0);
    if i32::try_from(milliseconds).is_err() {
        return Err(thread.overflow_error("timeout is too large"));
    }
    Ok(Limit::new(
        u64::try_from(time).ok().map(Duration::from_nanos),
    ))
}
