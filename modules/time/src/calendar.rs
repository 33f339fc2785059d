//! Calendar time: `struct_time` and the conversions between it and seconds since the epoch.

use std::ffi::CStr;
use std::sync::Mutex;

use grwl_object::int::IntView;
use grwl_object::protocol::convert;
use grwl_object::struct_sequence::{self, Description};
use grwl_object::{
    Args, PyResult, Str, Thread, Tuple, TypeObject, Value, ValueExt, float, int, none, protocol,
};
use grwl_types_text::codec::decode_filesystem;
use libc::{time_t, tm};

use crate::arguments::positional;
use crate::number::whole_seconds;

/// `time.struct_time`
pub static STRUCT_TIME: TypeObject =
    TypeObject::declare(&struct_sequence::declaration("time.struct_time"));

pub(crate) static DESCRIPTION: Description = Description {
    fields: &[
        "tm_year",
        "tm_mon",
        "tm_mday",
        "tm_hour",
        "tm_min",
        "tm_sec",
        "tm_wday",
        "tm_yday",
        "tm_isdst",
        "tm_zone",
        "tm_gmtoff",
    ],
    visible: 9,
    doc: "The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and strftime().  May be considered as a\n sequence of 9 integers.\n\n Note that several fields' values are not the same as those defined by\n the C language standard for struct tm.  For example, the value of the\n field tm_year is the actual year, not year - 1900.  See individual\n fields' descriptions for details.",
};

/// The C library's conversions read the zone's rules, which `tzset` replaces.
pub(crate) static ZONE: Mutex<()> = Mutex::new(());

/// A `struct tm` with everything zero.
pub(crate) fn zero() -> tm {
    // SAFETY: integers and a pointer: zeroes are a value.
    unsafe { std::mem::zeroed() }
}

/// The C library's conversion from seconds; the zone's name is copied while nobody can change the rules.
///
/// # Errors
/// The number of the system's error.
pub fn broken_down(seconds: time_t, is_local: bool) -> Result<(tm, Vec<u8>), i32> {
    let _zone = ZONE
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut time = zero();
    // SAFETY: plain calls with places to read and write.
    let made = unsafe {
        if is_local {
            libc::localtime_r(&raw const seconds, &raw mut time)
        } else {
            libc::gmtime_r(&raw const seconds, &raw mut time)
        }
    };
    if made.is_null() {
        let errno = std::io::Error::last_os_error().raw_os_error();
        return Err(errno.filter(|&errno| errno != 0).unwrap_or(libc::EINVAL));
    }
    let name = if time.tm_zone.is_null() {
        Vec::new()
    } else {
        // SAFETY: the library keeps the names of zones.
        unsafe { CStr::from_ptr(time.tm_zone) }.to_bytes().to_vec()
    };
    Ok((time, name))
}

fn struct_time(thread: &mut Thread, seconds: time_t, is_local: bool) -> PyResult {
    let (time, zone) = match broken_down(seconds, is_local) {
        Ok(found) => found,
        Err(errno) => return Err(thread.os_error(errno)),
    };
    let zone = decode_filesystem(thread, &zone)?.value();
    let year = i64::from(time.tm_year) + 1900;
    let values = [
        Value::small(year),
        Value::small((time.tm_mon + 1).into()),
        Value::small(time.tm_mday.into()),
        Value::small(time.tm_hour.into()),
        Value::small(time.tm_min.into()),
        Value::small(time.tm_sec.into()),
        Value::small(((time.tm_wday + 6) % 7).into()),
        Value::small((time.tm_yday + 1).into()),
        Value::small(time.tm_isdst.into()),
        zone,
        Value::small(time.tm_gmtoff),
    ];
    struct_sequence::make(thread, &STRUCT_TIME, &values)
}

/// The moment that an optional argument names; now, without one.
pub(crate) fn moment(thread: &mut Thread, args: Args<'_>, function: &str) -> PyResult<time_t> {
    let [seconds] = positional(thread, args, function, 0)?;
    match seconds.and_then(ValueExt::not_none) {
        Some(seconds) => whole_seconds(thread, seconds),
        None => Ok(now()),
    }
}

pub(crate) fn now() -> time_t {
    // SAFETY: a plain call.
    unsafe { libc::time(std::ptr::null_mut()) }
}

pub(crate) fn gmtime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let seconds = moment(thread, args, "gmtime")?;
    struct_time(thread, seconds, false)
}

pub(crate) fn localtime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let seconds = moment(thread, args, "localtime")?;
    struct_time(thread, seconds, true)
}

/// A time that Python gave, and the name of its zone if it is a `struct_time`.
pub(crate) struct Given {
    pub time: tm,
    pub zone: Option<String>,
}

/// Takes a tuple of nine numbers, or a `struct_time`, apart.
pub(crate) fn given(thread: &mut Thread, value: Value, function: &str) -> PyResult<Given> {
    let Some(tuple) = value.downcast::<Tuple>() else {
        return Err(thread.type_error("Tuple or struct_time argument required"));
    };
    if tuple.len() != 9 {
        return Err(thread.type_error(format_args!("{function}(): illegal time tuple argument")));
    }
    let mut fields = [0i32; 9];
    for (field, value) in fields.iter_mut().zip(tuple.iter()) {
        *field = convert::as_i32(thread, value)?;
    }
    let [
        year,
        month,
        day,
        hour,
        minute,
        second,
        weekday,
        yearday,
        isdst,
    ] = fields;
    let Some(year) = year.checked_sub(1900) else {
        return Err(thread.overflow_error("year out of range"));
    };
    let mut time = zero();
    time.tm_year = year;
    time.tm_mon = month.wrapping_sub(1);
    time.tm_mday = day;
    time.tm_hour = hour;
    time.tm_min = minute;
    time.tm_sec = second;
    time.tm_wday = weekday.wrapping_add(1) % 7;
    time.tm_yday = yearday.wrapping_sub(1);
    time.tm_isdst = isdst;
    let mut zone = None;
    if std::ptr::eq(value.class().as_ptr(), &STRUCT_TIME) {
        let name = protocol::get_attribute_str(thread, value, "tm_zone")?;
        if !name.is_none() {
            let Some(name) = name.downcast::<Str>() else {
                return Err(
                    thread.type_error(format_args!("bad argument type for built-in operation"))
                );
            };
            zone = Some(grwl_types_text::codec::to_utf8(thread, name)?);
        }
        let offset = protocol::get_attribute_str(thread, value, "tm_gmtoff")?;
        if !offset.is_none() {
            time.tm_gmtoff = match convert::index(thread, offset).map(int::view)? {
                Some(IntView::Small(offset)) => offset,
                _ => {
                    return Err(thread.overflow_error("Python int too large to convert to C long"));
                }
            };
        }
    }
    Ok(Given { time, zone })
}

/// Checks the fields for text; zero stands for the first month, day and day of the year.
pub(crate) fn check(thread: &mut Thread, time: &mut tm) -> PyResult<()> {
    if time.tm_mon == -1 {
        time.tm_mon = 0;
    }
    if time.tm_mday == 0 {
        time.tm_mday = 1;
    }
    if time.tm_yday == -1 {
        time.tm_yday = 0;
    }
    let checks = [
        (time.tm_mon, 0, 11, "month out of range"),
        (time.tm_mday, 0, 31, "day of month out of range"),
        (time.tm_hour, 0, 23, "hour out of range"),
        (time.tm_min, 0, 59, "minute out of range"),
        (time.tm_sec, 0, 61, "seconds out of range"),
        (time.tm_wday, 0, i32::MAX, "day of week out of range"),
        (time.tm_yday, 0, 365, "day of year out of range"),
    ];
    for (field, least, most, message) in checks {
        if field < least || field > most {
            return Err(thread.value_error(message));
        }
    }
    Ok(())
}

pub(crate) fn mktime(thread: &mut Thread, _module: Value, tuple: Value) -> PyResult {
    let mut time = given(thread, tuple, "mktime")?.time;
    // A mark: -1 is also a moment, but then the day of the week is set.
    time.tm_wday = -1;
    let seconds = {
        let _zone = ZONE
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // SAFETY: a plain call.
        unsafe { libc::mktime(&raw mut time) }
    };
    if seconds == -1 && time.tm_wday == -1 {
        return Err(thread.overflow_error("mktime argument out of range"));
    }
    Ok(float::new(thread, seconds as f64))
}

/// A local time now, for functions whose time is optional.
pub(crate) fn local_now(thread: &mut Thread) -> PyResult<Given> {
    match broken_down(now(), true) {
        Ok((time, zone)) => Ok(Given {
            time,
            zone: Some(String::from_utf8_lossy(&zone).into_owned()),
        }),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

/// Nothing, as a value.
pub(crate) fn or_none(value: Option<Value>) -> Value {
    value.unwrap_or_else(none)
}
