//! Moments, which are seconds since the epoch, as local time or UTC, and back.

use grwl_module_time::{broken_down, whole_seconds as time_whole_seconds};
use grwl_object::{PyResult, Thread, Value, ValueExt, float, types};
use grwl_types_text::codec::decode_filesystem;

use crate::calendar::{self, Clock, DAY_SECONDS, Day, EPOCH_ORDINAL, MICROSECONDS};
use crate::date;

/// A moment as a calendar and a clock show it.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    /// Seconds ahead of UTC.
    pub ahead: i64,
    /// The zone's name.
    pub zone: Vec<u8>,
}

/// What is shown where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Here,
    Utc,
}

/// How a moment is shown.
pub(crate) fn shown(thread: &Thread, seconds: i64, place: Place) -> PyResult<Shown> {
    let (time, zone) =
        broken_down(seconds, place == Place::Here).map_err(|errno| thread.os_error(errno))?;
    Ok(Shown {
        year: i64::from(time.tm_year) + 1900,
        month: i64::from(time.tm_mon) + 1,
        day: time.tm_mday.into(),
        hour: time.tm_hour.into(),
        minute: time.tm_min.into(),
        // A leap second is none that a datetime has.
        second: time.tm_sec.min(59).into(),
        ahead: time.tm_gmtoff,
        zone,
    })
}

/// How a moment is shown here.
pub(crate) fn local(thread: &Thread, seconds: i64) -> PyResult<Shown> {
    shown(thread, seconds, Place::Here)
}

impl Shown {
    /// Seconds that calendar and clock show, counted as if they showed UTC.
    fn seconds(&self, thread: &Thread) -> PyResult<i64> {
        date::check_year(thread, self.year)?;
        let days = calendar::ordinal(self.year, self.month, self.day) - EPOCH_ORDINAL;
        Ok(((days * 24 + self.hour) * 60 + self.minute) * 60 + self.second)
    }

    /// The zone's name as Python's.
    pub fn zone_name(&self, thread: &mut Thread) -> PyResult {
        Ok(decode_filesystem(thread, &self.zone)?.value())
    }
}

fn shown_seconds(thread: &Thread, seconds: i64) -> PyResult<i64> {
    local(thread, seconds)?.seconds(thread)
}

/// Seconds since the epoch that Python gave, rounded down.
pub(crate) fn whole_seconds(thread: &mut Thread, timestamp: Value) -> PyResult<i64> {
    time_whole_seconds(thread, timestamp)
}

/// Seconds since the epoch that Python gave, as whole seconds and microseconds, rounded to the nearest.
pub(crate) fn with_microseconds(thread: &mut Thread, timestamp: Value) -> PyResult<(i64, u32)> {
    let Some(float) = float::view(timestamp) else {
        return match time_whole_seconds(thread, timestamp) {
            Ok(seconds) => Ok((seconds, 0)),
            Err(raised) if raised.matches(&types::TYPE_ERROR) => {
                Err(thread.type_error(format_args!(
                    "argument must be int or float, not {}",
                    timestamp.class().full_name(thread)
                )))
            }
            Err(raised) => Err(raised),
        };
    };
    if float.is_nan() {
        return Err(thread.value_error("Invalid value NaN (not a number)"));
    }
    let mut whole = float.trunc();
    let mut micros = (float.fract() * MICROSECONDS as f64).round_ties_even();
    if micros >= MICROSECONDS as f64 {
        micros -= MICROSECONDS as f64;
        whole += 1.0;
    } else if micros < 0.0 {
        micros += MICROSECONDS as f64;
        whole -= 1.0;
    }
    if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
        return Err(thread.overflow_error("timestamp out of range for platform time_t"));
    }
    Ok((whole as i64, micros as u32))
}

/// Now: seconds since the epoch, and microseconds.
pub(crate) fn now() -> (i64, u32) {
    use std::time::{SystemTime, UNIX_EPOCH};
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => (since.as_secs() as i64, since.subsec_micros()),
        Err(before) => {
            let micros = before.duration().as_nanos().div_ceil(1000) as i64;
            let seconds = (-micros).div_euclid(MICROSECONDS);
            (seconds, (-micros).rem_euclid(MICROSECONDS) as u32)
        }
    }
}

/// No fold is longer: the longest known one is 23 hours, in Kwajalein in 1969.
const LONGEST_FOLD: i64 = DAY_SECONDS;

/// Is a moment, as it is shown, the second one that is shown like that?
pub(crate) fn is_folded(thread: &Thread, seconds: i64, shown: &Shown) -> PyResult<bool> {
    let now = shown.seconds(thread)?;
    let before = shown_seconds(thread, seconds.saturating_sub(LONGEST_FOLD))?;
    let transition = now - before - LONGEST_FOLD;
    if transition >= 0 {
        return Ok(false);
    }
    Ok(shown_seconds(thread, seconds.saturating_add(transition))? == now)
}

/// The moment at which calendar and clock here show this. With fold, the second one if there are two; of one that is
/// skipped, what they would have shown had the clock been set later, or without fold earlier.
pub(crate) fn moment_of(thread: &Thread, day: Day, clock: Clock, fold: bool) -> PyResult<i64> {
    let wanted = (day.ordinal() - EPOCH_ORDINAL) * DAY_SECONDS + clock.seconds();
    date::check_year(thread, day.year.into())?;
    let ahead = shown_seconds(thread, wanted)? - wanted;
    let first = wanted - ahead;
    let first_shown = shown_seconds(thread, first)?;
    let other_ahead = if first_shown == wanted {
        // It is one; is there another one, before or after it?
        let probe = if fold {
            first + LONGEST_FOLD
        } else {
            first - LONGEST_FOLD
        };
        let other_ahead = shown_seconds(thread, probe)? - probe;
        if other_ahead == ahead {
            return Ok(first);
        }
        other_ahead
    } else {
        first_shown - first
    };
    let second = wanted - other_ahead;
    if shown_seconds(thread, second)? == wanted {
        return Ok(second);
    }
    if first_shown == wanted {
        return Ok(first);
    }
    Ok(if fold {
        first.min(second)
    } else {
        first.max(second)
    })
}
