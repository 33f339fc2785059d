//! `datetime` from and to moments, zones and texts.

use grwl_object::exception::warn;
use grwl_object::{
    Args, Name, PyResult, Ref, Signature, Thread, Value, ValueExt, float, none, protocol, types,
};

use crate::arguments::exactly;
use crate::calendar::{self, Clock, MICROSECONDS};
use crate::date::{invalid, iso_argument, struct_time};
use crate::datetime::{DateTime, Numbers, of_class, of_exact_class, own, plus};
use crate::delta;
use crate::local::{self, Place, is_folded, moment_of, shown};
use crate::time::{PAST_MIDNIGHT, zone_of_text};
use crate::{iso, zone};

static FROMUTC: Name = Name::new("fromutc");

/// The datetime of a moment: here, or in UTC, with a zone that then converts it.
fn of_moment(
    thread: &mut Thread,
    class: Value,
    (seconds, microsecond): (i64, u32),
    place: Place,
    zone: Option<Value>,
) -> PyResult {
    let shown = shown(thread, seconds, place)?;
    let fold = place == Place::Here && is_folded(thread, seconds, &shown)?;
    let numbers = Numbers {
        date: [shown.year, shown.month, shown.day],
        time: [shown.hour, shown.minute, shown.second, microsecond.into()],
        fold: fold.into(),
    };
    let moment = of_class(thread, class, numbers, zone.unwrap_or_else(none))?;
    match zone {
        Some(zone) => {
            let name = FROMUTC.get(thread);
            protocol::call_method(thread, zone, name, &[moment])
        }
        None => Ok(moment),
    }
}

fn place_of(zone: Option<Value>) -> Place {
    match zone {
        Some(_) => Place::Utc,
        None => Place::Here,
    }
}

pub(crate) fn now(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("now", ["tz"]).optional_after(0);
    let [zone] = args.parse(thread, &SIGNATURE)?;
    let zone = zone::check(thread, zone.unwrap_or_else(none))?;
    of_moment(thread, class, local::now(), place_of(zone), zone)
}

pub(crate) fn utc_now(thread: &mut Thread, class: Value) -> PyResult {
    let message = "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).";
    warn(thread, &types::DEPRECATION_WARNING, message, 1)?;
    of_moment(thread, class, local::now(), Place::Utc, None)
}

pub(crate) fn from_timestamp(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("fromtimestamp", ["timestamp", "tz"]).optional_after(1);
    let [timestamp, zone] = args.parse(thread, &SIGNATURE)?;
    let zone = zone::check(thread, zone.unwrap_or_else(none))?;
    let moment = local::with_microseconds(thread, timestamp.unwrap_or_else(none))?;
    of_moment(thread, class, moment, place_of(zone), zone)
}

pub(crate) fn utc_from_timestamp(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let message = "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.fromtimestamp(timestamp, datetime.UTC).";
    warn(thread, &types::DEPRECATION_WARNING, message, 1)?;
    let [timestamp] = exactly(thread, args, "datetime.utcfromtimestamp")?;
    let moment = local::with_microseconds(thread, timestamp)?;
    of_moment(thread, class, moment, Place::Utc, None)
}

/// The zone that holds here at a moment, with its name.
fn local_zone(thread: &mut Thread, seconds: i64) -> PyResult {
    let shown = local::local(thread, seconds)?;
    let name = shown.zone_name(thread)?;
    zone::named(thread, shown.ahead, name)
}

/// The zone that holds here when calendar and clock show this.
fn local_zone_of(thread: &mut Thread, moment: Ref<DateTime>) -> PyResult {
    let (day, clock) = (moment.day(), moment.clock());
    let fold = clock.fold != 0;
    let first = moment_of(thread, day, clock, fold)?;
    let second = moment_of(thread, day, clock, !fold)?;
    // In a gap the fold leads to the other side.
    let is_gap = first != second && (second > first) == fold;
    local_zone(thread, if is_gap { second } else { first })
}

pub(crate) fn as_time_zone(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("astimezone", ["tz"]).optional_after(0);
    let [zone] = args.parse(thread, &SIGNATURE)?;
    let zone = zone::check(thread, zone.unwrap_or_else(none))?;
    let moment = own(this);
    let mut own_zone = match moment.zone() {
        Some(zone) => zone,
        None => local_zone_of(thread, moment)?,
    };
    if Some(own_zone) == zone {
        return Ok(this);
    }
    let offset = loop {
        match zone::utc_offset(thread, Some(own_zone), this)? {
            Some(offset) => break offset,
            // A zone that knows no offset is as none.
            None => own_zone = local_zone_of(thread, moment)?,
        }
    };
    let made = plus(thread, moment, -offset.as_microseconds())?;
    let Some(made_moment) = made.downcast::<DateTime>() else {
        return Err(thread.type_error("fromutc: argument must be a datetime"));
    };
    let zone = match zone {
        Some(zone) => zone,
        None => {
            let seconds = made_moment
                .since_epoch()
                .div_euclid(i128::from(MICROSECONDS));
            local_zone(thread, i64::try_from(seconds).unwrap_or(0))?
        }
    };
    let made = if made_moment.zone().is_some() {
        // A subclass may have given it attributes: it stays the same object.
        let locked = thread.lock_cell(&made_moment);
        locked.store(made_moment, made_moment.zone_slot(), Some(zone));
        drop(locked);
        made
    } else {
        let class = made.class();
        let (day, clock) = (made_moment.day(), made_moment.clock());
        of_exact_class(thread, class, day, clock, Some(zone))?
    };
    let name = FROMUTC.get(thread);
    protocol::call_method(thread, zone, name, &[made])
}

pub(crate) fn time_tuple(thread: &mut Thread, this: Value) -> PyResult {
    let moment = own(this);
    let daylight = zone::dst(thread, moment.zone(), this)?;
    let is_daylight = daylight.map_or(-1, |daylight| i64::from(!daylight.is_zero()));
    struct_time(thread, moment.day(), moment.clock(), is_daylight)
}

pub(crate) fn utc_time_tuple(thread: &mut Thread, this: Value) -> PyResult {
    let mut moment = own(this);
    if let Some(offset) = zone::utc_offset(thread, moment.zone(), this)? {
        let made = plus(thread, moment, -offset.as_microseconds())?;
        if let Some(made) = made.downcast::<DateTime>() {
            moment = made;
        }
    }
    struct_time(thread, moment.day(), moment.clock(), 0)
}

pub(crate) fn timestamp(thread: &mut Thread, this: Value) -> PyResult {
    let moment = own(this);
    if moment.zone().is_none() {
        let clock: Clock = moment.clock();
        let seconds = moment_of(thread, moment.day(), clock, clock.fold != 0)?;
        let part = f64::from(clock.microsecond) / MICROSECONDS as f64;
        return Ok(float::new(thread, seconds as f64 + part));
    }
    match zone::utc_offset(thread, moment.zone(), this)? {
        Some(offset) => {
            let total = moment.since_epoch() - offset.as_microseconds();
            delta::in_seconds(thread, total)
        }
        None => Err(thread.type_error("can't subtract offset-naive and offset-aware datetimes")),
    }
}

/// The text with a `T` between date and time, if there is half of a surrogate pair.
fn without_surrogate(text: grwl_text::Text<'_>) -> Option<String> {
    let places = [7, 8, 10];
    let is_surrogate = |&at: &usize| {
        text.get(at)
            .is_some_and(|code| (0xD800..0xE000).contains(&code))
    };
    let Some(at) = places.into_iter().find(is_surrogate) else {
        return text.to_rust();
    };
    let before = text.slice(0..at).to_rust()?;
    let behind = text.slice(at + 1..text.len()).to_rust()?;
    Some(format!("{before}T{behind}"))
}

/// A date and a time of a text, and how many microseconds it is ahead of UTC.
type Parsed = ((i64, i64, i64), iso::Fields, Option<i64>);

fn parse(text: &str) -> Result<Parsed, iso::Invalid> {
    let bytes = text.as_bytes();
    let end = iso::end_of_date(bytes)?;
    let date = iso::date(bytes, end)?;
    if bytes.len() <= end {
        return Ok((date, iso::Fields::default(), None));
    }
    // Any character may stand between them.
    let separator = text.get(end..).and_then(|rest| rest.chars().next());
    let start = end + separator.ok_or(iso::Invalid)?.len_utf8();
    let (time, ahead) = iso::time(&bytes[start..])?;
    Ok((date, time, ahead))
}

pub(crate) fn from_iso_format(thread: &mut Thread, class: Value, text: Value) -> PyResult {
    let string = iso_argument(thread, text)?;
    let rust = if string.len() < 7 {
        None
    } else {
        without_surrogate(string.text())
    };
    let Some(((year, month, day), mut time, ahead)) = rust.and_then(|text| parse(&text).ok())
    else {
        return invalid(thread, text);
    };
    let zone = zone_of_text(thread, ahead)?;
    let mut date = [year, month, day];
    let last = calendar::days_in_month(year, month);
    if time.hour == 24 && month <= 12 && day <= last {
        time.hour = 0;
        if time != iso::Fields::default() {
            return Err(thread.value_error(PAST_MIDNIGHT));
        }
        date = match (month, day == last) {
            (_, false) => [year, month, day + 1],
            (12, true) => [year + 1, 1, 1],
            (_, true) => [year, month + 1, 1],
        };
    }
    let numbers = Numbers {
        date,
        time: time.numbers(),
        fold: 0,
    };
    of_class(thread, class, numbers, zone)
}
