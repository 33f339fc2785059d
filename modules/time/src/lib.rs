//! The module `time`.
//!
//! | what | where |
//! |---|---|
//! | clocks, `get_clock_info` | `clock` |
//! | numbers of seconds as Python gives them | `number` |
//! | `sleep` | `sleep` |
//! | `struct_time`, `gmtime`, `localtime`, `mktime` | `calendar` |
//! | `strftime`, `strptime`, `asctime`, `ctime` | `text` |
//! | the time zone | `zone` |
//! | arguments of functions that count them in the old way | `arguments` |

mod arguments;
mod calendar;
mod clock;
mod number;
mod sleep;
mod text;
mod zone;

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, Value, intern, struct_sequence};

pub use calendar::{STRUCT_TIME, broken_down};
pub use number::{Rounding, nanoseconds, whole_seconds};

const DOC: &str = "Clocks, calendar time, and text of both.\n\nA moment is a number of seconds since the epoch, 1970-01-01 00:00:00 UTC, as an int or a float; or a\ntuple of nine integers: year, month (1-12), day (1-31), hours, minutes, seconds, weekday (0-6, Monday is 0),\nday of the year (1-366), and a flag for daylight saving time (1 yes, 0 no, -1 unknown).";

static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "time",
        clock::time,
        "time($self, /)\n--\n\nThe seconds since the epoch, as a float.",
    ),
    Method::no_arguments(
        "time_ns",
        clock::time_ns,
        "time_ns($self, /)\n--\n\nThe nanoseconds since the epoch.",
    ),
    Method::no_arguments(
        "monotonic",
        clock::monotonic,
        "monotonic($self, /)\n--\n\nA clock that never goes backwards, as a float.",
    ),
    Method::no_arguments(
        "monotonic_ns",
        clock::monotonic_ns,
        "monotonic_ns($self, /)\n--\n\nA clock that never goes backwards, in nanoseconds.",
    ),
    Method::no_arguments(
        "perf_counter",
        clock::monotonic,
        "perf_counter($self, /)\n--\n\nThe clock with the finest resolution, as a float.",
    ),
    Method::no_arguments(
        "perf_counter_ns",
        clock::monotonic_ns,
        "perf_counter_ns($self, /)\n--\n\nThe clock with the finest resolution, in nanoseconds.",
    ),
    Method::no_arguments(
        "process_time",
        clock::process_time,
        "process_time($self, /)\n--\n\nThe time that processors have worked for this process, as a float.",
    ),
    Method::no_arguments(
        "process_time_ns",
        clock::process_time_ns,
        "process_time_ns($self, /)\n--\n\nThe time that processors have worked for this process, in nanoseconds.",
    ),
    Method::no_arguments(
        "thread_time",
        clock::thread_time,
        "thread_time($self, /)\n--\n\nThe time that processors have worked for this thread, as a float.",
    ),
    Method::no_arguments(
        "thread_time_ns",
        clock::thread_time_ns,
        "thread_time_ns($self, /)\n--\n\nThe time that processors have worked for this thread, in nanoseconds.",
    ),
    Method::any(
        "clock_gettime",
        clock::clock_gettime,
        "clock_gettime($module, clk_id, /)\n--\n\nThe time of a clock, as a float.",
    ),
    Method::any(
        "clock_gettime_ns",
        clock::clock_gettime_ns,
        "clock_gettime_ns($module, clk_id, /)\n--\n\nThe time of a clock, in nanoseconds.",
    ),
    Method::any(
        "clock_settime",
        clock::clock_settime,
        "clock_settime(clk_id, time)\n\nSet a clock.",
    ),
    Method::any(
        "clock_settime_ns",
        clock::clock_settime_ns,
        "clock_settime_ns(clk_id, time)\n\nSet a clock, in nanoseconds.",
    ),
    Method::any(
        "clock_getres",
        clock::clock_getres,
        "clock_getres(clk_id) -> floating-point number\n\nThe resolution of a clock.",
    ),
    Method::any(
        "pthread_getcpuclockid",
        clock::thread_clock,
        "pthread_getcpuclockid(thread_id) -> int\n\nThe clock of a thread's processor time.",
    ),
    Method::any(
        "get_clock_info",
        clock::get_clock_info,
        "get_clock_info(name: str) -> dict\n\nWhat a clock is made of, and how good it is.",
    ),
    Method::one(
        "sleep",
        sleep::sleep,
        "sleep($self, object, /)\n--\n\nDo nothing for so many seconds.",
    ),
    Method::any(
        "gmtime",
        calendar::gmtime,
        "gmtime([seconds]) -> (tm_year, tm_mon, tm_mday, tm_hour, tm_min,\n                       tm_sec, tm_wday, tm_yday, tm_isdst)\n\nA moment in UTC; without an argument, now.",
    ),
    Method::any(
        "localtime",
        calendar::localtime,
        "localtime([seconds]) -> (tm_year,tm_mon,tm_mday,tm_hour,tm_min,\n                          tm_sec,tm_wday,tm_yday,tm_isdst)\n\nA moment in local time; without an argument, now.",
    ),
    Method::one(
        "mktime",
        calendar::mktime,
        "mktime($self, object, /)\n--\n\nThe seconds since the epoch of a local time.",
    ),
    Method::any(
        "asctime",
        text::asctime,
        "asctime([tuple]) -> string\n\nA time as text: 'Sat Jun 06 16:26:11 1998'. Without an argument, now.",
    ),
    Method::any(
        "ctime",
        text::ctime,
        "ctime(seconds) -> string\n\nA moment as text, in local time.",
    ),
    Method::any(
        "strftime",
        text::strftime,
        "strftime(format[, tuple]) -> string\n\nA time as text, as a format says.",
    ),
    Method::any(
        "strptime",
        text::strptime,
        "strptime(string, format) -> struct_time\n\nA time of its text, as a format says.",
    ),
    Method::no_arguments(
        "tzset",
        zone::tzset,
        "tzset($self, /)\n--\n\nRead the time zone from the variable TZ of the environment again.",
    ),
];

static CONSTANTS: &[(&str, i64)] = &[
    ("CLOCK_REALTIME", libc::CLOCK_REALTIME as i64),
    ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC as i64),
    ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW as i64),
    (
        "CLOCK_PROCESS_CPUTIME_ID",
        libc::CLOCK_PROCESS_CPUTIME_ID as i64,
    ),
    (
        "CLOCK_THREAD_CPUTIME_ID",
        libc::CLOCK_THREAD_CPUTIME_ID as i64,
    ),
    ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME as i64),
    ("CLOCK_TAI", libc::CLOCK_TAI as i64),
    ("_STRUCT_TM_ITEMS", 11),
];

/// The module's only type is a struct sequence, which [`create`] prepares.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    struct_sequence::prepare(thread, &STRUCT_TIME, &calendar::DESCRIPTION)?;
    let name = intern(thread, "time");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in CONSTANTS {
        module.add(thread, name, Value::small(number))?;
    }
    module.add(
        thread,
        "struct_time",
        Ref::from_static(&STRUCT_TIME).value(),
    )?;
    zone::add_to(thread, module)?;
    Ok(module)
}
