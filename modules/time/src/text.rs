//! Times as text.

use std::ffi::CString;

use grwl_object::{Args, PyResult, Str, Thread, Value, ValueExt, class, intern, protocol};
use grwl_text::{Text, TextBuilder};
use libc::tm;

use crate::arguments::positional;
use crate::calendar::{ZONE, broken_down, check, given, local_now, moment, or_none};

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn classic(thread: &Thread, time: &tm) -> Value {
    let text = format!(
        "{} {}{:3} {:02}:{:02}:{:02} {}",
        DAYS[time.tm_wday as usize % 7],
        MONTHS[time.tm_mon as usize % 12],
        time.tm_mday,
        time.tm_hour,
        time.tm_min,
        time.tm_sec,
        i64::from(time.tm_year) + 1900
    );
    Str::new(thread, &text).value()
}

pub(crate) fn asctime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    args.no_keywords(thread, "asctime")?;
    let [tuple] = args.unpack(thread, "asctime", 0)?;
    let time = match tuple {
        Some(tuple) => {
            let mut time = given(thread, tuple, "asctime")?.time;
            check(thread, &mut time)?;
            time
        }
        None => local_now(thread)?.time,
    };
    Ok(classic(thread, &time))
}

pub(crate) fn ctime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let seconds = moment(thread, args, "ctime")?;
    match broken_down(seconds, true) {
        Ok((time, _)) => Ok(classic(thread, &time)),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

pub(crate) fn strptime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let module = class::import(thread, "_strptime")?;
    let name = intern(thread, "_strptime_time");
    let function = protocol::get_attribute(thread, module, name)?;
    protocol::call(thread, function, args)
}

pub(crate) fn strftime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [format, tuple] = positional(thread, args, "strftime", 1)?;
    let format = or_none(format);
    let Some(format) = format.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "strftime() argument 1 must be str, not {}",
            format.class().name()
        )));
    };
    let mut from = match tuple {
        Some(tuple) => {
            let mut from = given(thread, tuple, "strftime")?;
            check(thread, &mut from.time)?;
            from
        }
        None => local_now(thread)?,
    };
    from.time.tm_isdst = from.time.tm_isdst.clamp(-1, 1);
    let zone = from.zone.and_then(|zone| CString::new(zone).ok());
    if let Some(zone) = &zone {
        from.time.tm_zone = zone.as_ptr();
    }
    let text = format.text();
    let mut out = TextBuilder::new();
    // What the C library cannot take - null characters, lone surrogates - goes through as it is.
    let mut start = 0;
    for index in 0..=text.len() {
        let code = text.get(index);
        if code.is_some_and(|code| code != 0 && !(0xD800..0xE000).contains(&code)) {
            continue;
        }
        if start < index {
            formatted(text.slice(start..index), &from.time, &mut out);
        }
        if let Some(code) = code {
            out.push(code);
        }
        start = index + 1;
    }
    Ok(Str::from_buf(thread, &out.finish())?.value())
}

/// A piece of format without characters that the C library cannot take.
fn formatted(piece: Text<'_>, time: &tm, out: &mut TextBuilder) {
    let Some(piece) = piece.to_rust() else {
        return;
    };
    let length = piece.len();
    let Ok(format) = CString::new(piece) else {
        return;
    };
    let mut room = 1024;
    loop {
        let mut buffer = vec![0u8; room];
        let written = {
            let _zone = ZONE
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            // SAFETY: the buffer is as long as is said, the format ends with a zero, and the zone's name, if there is
            // one, is the caller's.
            unsafe {
                libc::strftime(
                    buffer.as_mut_ptr().cast(),
                    room,
                    format.as_ptr(),
                    std::ptr::from_ref(time),
                )
            }
        };
        // Nothing may mean too little room, or an empty text: beyond this much room it is the latter.
        if written > 0 || room >= 256 * length {
            out.push_str(&String::from_utf8_lossy(&buffer[..written]));
            return;
        }
        room *= 2;
    }
}
