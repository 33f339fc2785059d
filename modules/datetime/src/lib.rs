//! The module `_datetime`: dates, times, lengths of time and time zones.
//!
//! | what | where |
//! |---|---|
//! | the calendar and the clock, as plain numbers | `calendar` |
//! | ISO 8601's texts | `iso` |
//! | local time | `local` |
//! | `timedelta` | `delta` |
//! | `tzinfo`, `timezone` | `zone` |
//! | `date`, and what `isocalendar` gives | `date`, `iso_calendar` |
//! | `time` | `time` |
//! | `datetime` | `datetime`; arithmetic and comparison: `operators`; moments, zones, texts: `convert` |
//! | `strftime`, `strptime` | `strftime` |
//! | arguments | `arguments` |
//!
//! An object is never changed once it was published, but for a hash that is kept once it was computed. The one exception is
//! the zone of what `astimezone` has just made.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod arguments;
mod calendar;
mod convert;
mod date;
mod datetime;
mod delta;
mod iso;
mod iso_calendar;
mod local;
mod operators;
mod strftime;
mod time;
mod zone;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, intern, ready};

pub use date::DATE;
pub use datetime::DATETIME;
pub use delta::DELTA;
pub use iso_calendar::ISO_CALENDAR_DATE;
pub use time::TIME;
pub use zone::{TIMEZONE, TZINFO};

/// The name in the module, if it has one; the type; what it can do. Bases come first.
static TYPES: [(Option<&str>, &TypeObject, &TypeSpec); 7] = [
    (Some("timedelta"), &DELTA, &delta::SPEC),
    (Some("tzinfo"), &TZINFO, &zone::TZINFO_SPEC),
    (Some("timezone"), &TIMEZONE, &zone::TIMEZONE_SPEC),
    (Some("time"), &TIME, &time::SPEC),
    (Some("date"), &DATE, &date::SPEC),
    (Some("datetime"), &DATETIME, &datetime::SPEC),
    (None, &ISO_CALENDAR_DATE, &iso_calendar::SPEC),
];

/// Gives the types their functions.
pub fn install() {
    for (_, class, spec) in TYPES {
        class.define(spec);
    }
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_datetime");
    let doc = Str::new(thread, "Dates and times.").value();
    let module = Module::new(thread, name, Some(doc))?;
    for (name, class, _) in TYPES {
        ready::ready(thread, class)?;
        if let Some(name) = name {
            module.add(thread, name, Ref::from_static(class).value())?;
        }
    }
    module.add(thread, "MINYEAR", Value::small(calendar::MIN_YEAR))?;
    module.add(thread, "MAXYEAR", Value::small(calendar::MAX_YEAR))?;
    module.add(thread, "UTC", zone::utc())?;
    Ok(module)
}
