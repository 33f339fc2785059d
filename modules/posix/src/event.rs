//! Descriptors that count events or tell the time: `eventfd`, `timerfd`.

use grwl_module_time::{Rounding, nanoseconds};
use grwl_object::int::IntView;
use grwl_object::{
    Args, Method, PyResult, Signature, Thread, Tuple, Value, ValueExt, float, int, none, protocol,
};

use crate::arguments::{c_int, int_or};
use crate::call::{call, last_error};
use crate::path::{open_file, or_none};

const SECOND: i64 = 1_000_000_000;

/// An unsigned number of the system's; negative ones are a `ValueError`.
fn unsigned(thread: &mut Thread, value: Value, most: u64, kind: &str) -> PyResult<u64> {
    if !int::is_int(value) && !protocol::convert::has_index(value) {
        return Err(thread.type_error(format_args!(
            "'{}' object cannot be interpreted as an integer",
            value.class().name()
        )));
    }
    let value = protocol::as_int(thread, value)?;
    if value.is_negative() {
        return Err(thread.value_error("Cannot convert negative int"));
    }
    match value.to_u64().filter(|&value| value <= most) {
        Some(value) => Ok(value),
        None => Err(thread.overflow_error(format_args!("Python int too large for C {kind}"))),
    }
}

/// A C `unsigned int`.
pub(crate) fn unsigned_int(thread: &mut Thread, value: Value) -> PyResult<u32> {
    Ok(unsigned(thread, value, u32::MAX.into(), "unsigned int")? as u32)
}

fn eventfd(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("eventfd", ["initval", "flags"]).optional_after(1);
    let [initial, flags] = args.parse(thread, &SIGNATURE)?;
    let initial = unsigned_int(thread, or_none(initial))?;
    let flags = int_or(thread, flags, libc::EFD_CLOEXEC)?;
    // SAFETY: a plain call.
    match thread.safe(|| unsafe { libc::eventfd(initial, flags) }) {
        -1 => Err(last_error(thread)),
        fd => Ok(Value::small(fd.into())),
    }
}

fn eventfd_read(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("eventfd_read", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    let fd = open_file(thread, or_none(fd))?;
    let mut count = 0u64;
    let place = &raw mut count;
    // SAFETY: a plain call with a place of eight bytes.
    call(thread, || unsafe { libc::read(fd, place.cast(), 8) } as i64)?;
    Ok(int::new(thread, grwl_number::Int::from(count)))
}

fn eventfd_write(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("eventfd_write", ["fd", "value"]);
    let [fd, value] = args.parse(thread, &SIGNATURE)?;
    let fd = open_file(thread, or_none(fd))?;
    let value = unsigned(thread, or_none(value), u64::MAX, "unsigned long long")?;
    let place = &raw const value;
    call(thread, || {
        // SAFETY: a plain call with eight bytes.
        unsafe { libc::write(fd, place.cast(), 8) as i64 }
    })?;
    Ok(none())
}

fn timerfd_create(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("timerfd_create", ["clockid", "flags"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [clock, flags] = args.parse(thread, &SIGNATURE)?;
    let clock = c_int(thread, or_none(clock))?;
    let flags = int_or(thread, flags, 0)? | libc::TFD_CLOEXEC;
    // SAFETY: a plain call.
    match thread.safe(|| unsafe { libc::timerfd_create(clock, flags) }) {
        -1 => Err(last_error(thread)),
        fd => Ok(Value::small(fd.into())),
    }
}

fn specification(nanoseconds: i64) -> libc::timespec {
    libc::timespec {
        tv_sec: nanoseconds.div_euclid(SECOND),
        tv_nsec: nanoseconds.rem_euclid(SECOND),
    }
}

/// The time until the timer expires, and its interval.
fn shown(thread: &Thread, times: &libc::itimerspec, in_nanoseconds: bool) -> PyResult {
    let show = |time: libc::timespec| {
        let total = time.tv_sec * SECOND + time.tv_nsec;
        if in_nanoseconds {
            int::from_i64(thread, total)
        } else {
            float::new(thread, total as f64 / 1e9)
        }
    };
    let pair = [show(times.it_value), show(times.it_interval)];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

const NO_TIMES: libc::itimerspec = libc::itimerspec {
    it_interval: libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    },
    it_value: libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    },
};

fn set(thread: &mut Thread, args: Args<'_>, function: &'static str, nano: bool) -> PyResult {
    let signature = Signature::new(function, ["fd", "flags", "initial", "interval"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [fd, flags, initial, interval] = args.parse(thread, &signature)?;
    let fd = open_file(thread, or_none(fd))?;
    let flags = int_or(thread, flags, 0)?;
    let mut times = [0; 2];
    for (time, value) in times.iter_mut().zip([initial, interval]) {
        let Some(value) = value else { continue };
        *time = if !nano {
            nanoseconds(thread, value, Rounding::Up)?
        } else {
            let whole = protocol::convert::index(thread, value)?;
            match int::view(whole) {
                Some(IntView::Small(time)) => time,
                _ => return Err(thread.overflow_error("int too big to convert")),
            }
        };
    }
    let new = libc::itimerspec {
        it_value: specification(times[0]),
        it_interval: specification(times[1]),
    };
    let mut old = NO_TIMES;
    // SAFETY: a plain call with places to read and write.
    let result =
        thread.safe(|| unsafe { libc::timerfd_settime(fd, flags, &raw const new, &raw mut old) });
    if result == -1 {
        return Err(last_error(thread));
    }
    shown(thread, &old, nano)
}

fn timerfd_settime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    set(thread, args, "timerfd_settime", false)
}

fn timerfd_settime_ns(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    set(thread, args, "timerfd_settime_ns", true)
}

fn get(thread: &mut Thread, fd: Value, nano: bool) -> PyResult {
    let fd = open_file(thread, fd)?;
    let mut now = NO_TIMES;
    // SAFETY: a plain call with a place to write to.
    if thread.safe(|| unsafe { libc::timerfd_gettime(fd, &raw mut now) }) == -1 {
        return Err(last_error(thread));
    }
    shown(thread, &now, nano)
}

fn timerfd_gettime(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    get(thread, fd, false)
}

fn timerfd_gettime_ns(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    get(thread, fd, true)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "eventfd",
        eventfd,
        "eventfd($module, /, initval, flags=EFD_CLOEXEC)\n--\n\nMake a descriptor that counts events.",
    ),
    Method::any(
        "eventfd_read",
        eventfd_read,
        "eventfd_read($module, /, fd)\n--\n\nRead and reset the count of events.",
    ),
    Method::any(
        "eventfd_write",
        eventfd_write,
        "eventfd_write($module, /, fd, value)\n--\n\nAdd to the count of events.",
    ),
    Method::any(
        "timerfd_create",
        timerfd_create,
        "timerfd_create($module, clockid, /, *, flags=0)\n--\n\nMake a descriptor that becomes readable when a time has come.",
    ),
    Method::any(
        "timerfd_settime",
        timerfd_settime,
        "timerfd_settime($module, fd, /, *, flags=0, initial=0.0, interval=0.0)\n--\n\nSet a timer, in seconds; return what it was set to.",
    ),
    Method::any(
        "timerfd_settime_ns",
        timerfd_settime_ns,
        "timerfd_settime_ns($module, fd, /, *, flags=0, initial=0, interval=0)\n--\n\nSet a timer, in nanoseconds; return what it was set to.",
    ),
    Method::one(
        "timerfd_gettime",
        timerfd_gettime,
        "timerfd_gettime($module, fd, /)\n--\n\nThe seconds that a timer has left, and its interval.",
    ),
    Method::one(
        "timerfd_gettime_ns",
        timerfd_gettime_ns,
        "timerfd_gettime_ns($module, fd, /)\n--\n\nThe nanoseconds that a timer has left, and its interval.",
    ),
];
