//! Alarms and interval timers.

use grwl_heap::Kind;
use grwl_object::Str;
use grwl_object::exception::Exception;
use grwl_object::exception::detail::{OS_ERROR_CELL, OsError};
use grwl_object::{
    Args, Declaration, PyResult, Raised, Thread, Tuple, TypeObject, Value, errors, flags, float,
    none, protocol, types,
};

/// `signal.itimer_error`
pub static ITIMER_ERROR: TypeObject = TypeObject::declare(&Declaration {
    name: "signal.itimer_error",
    base: Some(&types::OS_ERROR),
    class: &types::TYPE,
    flags: flags::BASE | flags::EXCEPTION | flags::HAS_DICT,
    cell: &OS_ERROR_CELL,
    kind: Kind::Traced,
    size: size_of::<OsError>(),
    attributes: Exception::ATTRIBUTES,
});

fn failed(thread: &Thread) -> Raised {
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    let message = Str::new(thread, &errors::strerror(errno)).value();
    thread.raise_with(&ITIMER_ERROR, &[Value::small(i64::from(errno)), message])
}

fn shown(thread: &Thread, value: &libc::itimerval) -> PyResult {
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let left = float::new(thread, seconds(value.it_value));
    let interval = float::new(thread, seconds(value.it_interval));
    Ok(Tuple::try_new(thread, &[left, interval])?.value())
}

/// Microseconds are rounded up, so that a short time is not taken for none.
fn time(thread: &mut Thread, value: Value) -> PyResult<libc::timeval> {
    let seconds = protocol::convert::as_float(thread, value)?;
    if seconds.is_nan() {
        return Err(thread.value_error("Invalid value NaN (not a number)"));
    }
    let micros = (seconds * 1e6).ceil();
    if micros.abs() >= 9.2e18 {
        return Err(thread.overflow_error("timestamp out of range for platform time_t"));
    }
    let micros = micros as i64;
    Ok(libc::timeval {
        tv_sec: micros.div_euclid(1_000_000),
        tv_usec: micros.rem_euclid(1_000_000),
    })
}

const ZERO: libc::itimerval = libc::itimerval {
    it_interval: libc::timeval {
        tv_sec: 0,
        tv_usec: 0,
    },
    it_value: libc::timeval {
        tv_sec: 0,
        tv_usec: 0,
    },
};

pub(crate) fn set(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [which, seconds, interval] = args.unpack::<3>(thread, "setitimer", 2)?;
    let which = protocol::convert::as_i32(thread, which.unwrap_or_else(none))?;
    let mut new = ZERO;
    new.it_value = time(thread, seconds.unwrap_or_else(none))?;
    if let Some(interval) = interval {
        new.it_interval = time(thread, interval)?;
    }
    let mut old = ZERO;
    // SAFETY: valid places.
    if unsafe { libc::setitimer(which as _, &raw const new, &raw mut old) } != 0 {
        return Err(failed(thread));
    }
    shown(thread, &old)
}

pub(crate) fn get(thread: &mut Thread, _module: Value, which: Value) -> PyResult {
    let which = protocol::convert::as_i32(thread, which)?;
    let mut now = ZERO;
    // SAFETY: a valid place.
    if unsafe { libc::getitimer(which as _, &raw mut now) } != 0 {
        return Err(failed(thread));
    }
    shown(thread, &now)
}

pub(crate) fn alarm(thread: &mut Thread, _module: Value, seconds: Value) -> PyResult {
    let seconds = protocol::convert::as_i32(thread, seconds)?;
    // SAFETY: no precondition.
    let left = unsafe { libc::alarm(seconds as libc::c_uint) };
    Ok(Value::small(i64::from(left)))
}
