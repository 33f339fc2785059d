//! Clocks.

use grwl_object::int::IntView;
use grwl_object::namespace::Namespace;
use grwl_object::{
    Args, PyResult, Str, Thread, Value, ValueExt, float, int, intern, none, protocol,
};
use libc::{clockid_t, timespec};

use crate::arguments::positional;
use crate::number::{Rounding, as_float, nanoseconds};

fn error(thread: &Thread) -> grwl_object::Raised {
    let errno = std::io::Error::last_os_error().raw_os_error();
    thread.os_error(errno.unwrap_or(libc::EINVAL))
}

/// A clock's time in nanoseconds.
fn read(thread: &Thread, clock: clockid_t) -> PyResult<i64> {
    let mut now = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a plain call with a place to write to.
    if unsafe { libc::clock_gettime(clock, &raw mut now) } != 0 {
        return Err(error(thread));
    }
    let whole = now.tv_sec.checked_mul(1_000_000_000);
    whole
        .and_then(|whole| whole.checked_add(now.tv_nsec))
        .ok_or_else(|| thread.overflow_error("timestamp out of range for C PyTime_t"))
}

fn seconds(thread: &Thread, clock: clockid_t) -> PyResult {
    let now = read(thread, clock)?;
    Ok(as_float(thread, now))
}

fn in_nanoseconds(thread: &Thread, clock: clockid_t) -> PyResult {
    let now = read(thread, clock)?;
    Ok(int::from_i64(thread, now))
}

pub(crate) fn time(thread: &mut Thread, _module: Value) -> PyResult {
    seconds(thread, libc::CLOCK_REALTIME)
}
pub(crate) fn time_ns(thread: &mut Thread, _module: Value) -> PyResult {
    in_nanoseconds(thread, libc::CLOCK_REALTIME)
}
pub(crate) fn monotonic(thread: &mut Thread, _module: Value) -> PyResult {
    seconds(thread, libc::CLOCK_MONOTONIC)
}
pub(crate) fn monotonic_ns(thread: &mut Thread, _module: Value) -> PyResult {
    in_nanoseconds(thread, libc::CLOCK_MONOTONIC)
}
pub(crate) fn process_time(thread: &mut Thread, _module: Value) -> PyResult {
    seconds(thread, libc::CLOCK_PROCESS_CPUTIME_ID)
}
pub(crate) fn process_time_ns(thread: &mut Thread, _module: Value) -> PyResult {
    in_nanoseconds(thread, libc::CLOCK_PROCESS_CPUTIME_ID)
}
pub(crate) fn thread_time(thread: &mut Thread, _module: Value) -> PyResult {
    seconds(thread, libc::CLOCK_THREAD_CPUTIME_ID)
}
pub(crate) fn thread_time_ns(thread: &mut Thread, _module: Value) -> PyResult {
    in_nanoseconds(thread, libc::CLOCK_THREAD_CPUTIME_ID)
}

/// The number of a clock, for functions made by Argument Clinic.
fn clock_id(thread: &mut Thread, value: Value) -> PyResult<clockid_t> {
    match int::view(value) {
        Some(IntView::Small(id)) if clockid_t::try_from(id).is_ok() => Ok(id as clockid_t),
        _ => Err(thread.type_error(format_args!(
            "clk_id should be integer, not {}",
            value.class().name()
        ))),
    }
}

fn only_clock(thread: &mut Thread, args: Args<'_>, function: &str) -> PyResult<clockid_t> {
    args.no_keywords(thread, function)?;
    match *args.values() {
        [id] => clock_id(thread, id),
        _ => Err(thread.type_error(format_args!(
            "time.{function}() takes exactly one argument ({} given)",
            args.values().len()
        ))),
    }
}

pub(crate) fn clock_gettime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let id = only_clock(thread, args, "clock_gettime")?;
    seconds(thread, id)
}

pub(crate) fn clock_gettime_ns(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let id = only_clock(thread, args, "clock_gettime_ns")?;
    in_nanoseconds(thread, id)
}

fn set(thread: &Thread, clock: clockid_t, nanoseconds: i64) -> PyResult {
    let time = timespec {
        tv_sec: nanoseconds.div_euclid(1_000_000_000),
        tv_nsec: nanoseconds.rem_euclid(1_000_000_000),
    };
    // SAFETY: a plain call that reads the time.
    if unsafe { libc::clock_settime(clock, &raw const time) } != 0 {
        return Err(error(thread));
    }
    Ok(none())
}

pub(crate) fn clock_settime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [id, time] = positional(thread, args, "clock_settime", 2)?;
    let id = protocol::convert::as_i32(thread, id.unwrap_or_else(none))?;
    let time = nanoseconds(thread, time.unwrap_or_else(none), Rounding::Floor)?;
    set(thread, id, time)
}

pub(crate) fn clock_settime_ns(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [id, time] = positional(thread, args, "clock_settime_ns", 2)?;
    let id = protocol::convert::as_i32(thread, id.unwrap_or_else(none))?;
    let time = time.unwrap_or_else(none);
    match int::view(time) {
        Some(IntView::Small(time)) => set(thread, id, time),
        Some(IntView::Big(_)) => {
            Err(thread.overflow_error("timestamp out of range for C PyTime_t"))
        }
        None => Err(thread.type_error(format_args!("expect int, got {}", time.class().name()))),
    }
}

pub(crate) fn clock_getres(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [id] = positional(thread, args, "clock_getres", 1)?;
    let id = protocol::convert::as_i32(thread, id.unwrap_or_else(none))?;
    let resolution = resolution(thread, id)?;
    Ok(float::new(thread, resolution))
}

fn resolution(thread: &Thread, clock: clockid_t) -> PyResult<f64> {
    let mut step = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a plain call with a place to write to.
    if unsafe { libc::clock_getres(clock, &raw mut step) } != 0 {
        return Err(error(thread));
    }
    Ok(step.tv_sec as f64 + step.tv_nsec as f64 * 1e-9)
}

pub(crate) fn thread_clock(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [id] = positional(thread, args, "pthread_getcpuclockid", 1)?;
    let id = id.unwrap_or_else(none);
    let Some(view) = int::view(id) else {
        return Err(thread.type_error(format_args!(
            "pthread_getcpuclockid() argument 1 must be int, not {}",
            id.class().name()
        )));
    };
    let IntView::Small(id) = view else {
        return Err(thread.overflow_error("Python int too large to convert to C long"));
    };
    let mut clock = 0;
    thread.ask_of_thread(id as u64, || {
        // SAFETY: the thread is alive.
        unsafe { libc::pthread_getcpuclockid(id as libc::pthread_t, &raw mut clock) }
    })?;
    Ok(Value::small(clock.into()))
}

static CLOCKS: &[(&str, &str, clockid_t, bool)] = &[
    ("time", "CLOCK_REALTIME", libc::CLOCK_REALTIME, false),
    ("monotonic", "CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC, true),
    (
        "perf_counter",
        "CLOCK_MONOTONIC",
        libc::CLOCK_MONOTONIC,
        true,
    ),
    (
        "process_time",
        "CLOCK_PROCESS_CPUTIME_ID",
        libc::CLOCK_PROCESS_CPUTIME_ID,
        true,
    ),
    (
        "thread_time",
        "CLOCK_THREAD_CPUTIME_ID",
        libc::CLOCK_THREAD_CPUTIME_ID,
        true,
    ),
];

pub(crate) fn get_clock_info(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name] = positional(thread, args, "get_clock_info", 1)?;
    let name = name.unwrap_or_else(none);
    let Some(text) = name.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "get_clock_info() argument 1 must be str, not {}",
            name.class().name()
        )));
    };
    let found = CLOCKS.iter().find(|(name, ..)| text.is_str(name));
    let Some(&(_, system_name, clock, is_monotonic)) = found else {
        return Err(thread.value_error("unknown clock"));
    };
    let step = resolution(thread, clock)?;
    let info = Namespace::new(thread).value();
    let implementation = Str::new(thread, &format!("clock_gettime({system_name})")).value();
    let attributes = [
        ("implementation", implementation),
        ("monotonic", int::bool(is_monotonic)),
        ("adjustable", int::bool(!is_monotonic)),
        ("resolution", float::new(thread, step)),
    ];
    for (name, value) in attributes {
        let name = intern(thread, name);
        protocol::set_attribute(thread, info, name, value)?;
    }
    Ok(info)
}
