//! Sets of signals: masks, and waiting for one of several.

use std::mem::zeroed;
use std::ptr::null_mut;

use std::time::{Duration, Instant};

use grwl_object::int::IntView;
use grwl_object::set::Set;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, PyResult, Thread, TypeObject, Value, ValueExt, float, int, none, protocol,
};

use crate::state::SIGNALS;

/// A set of the system's, of an iterable of numbers.
fn from_python(thread: &mut Thread, signals: Value) -> PyResult<libc::sigset_t> {
    let numbers = protocol::iterate::collect(thread, signals)?;
    // SAFETY: plain words; emptied at once.
    let mut set: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: our own.
    unsafe { libc::sigemptyset(&raw mut set) };
    for &number in numbers.as_slice() {
        let signal = protocol::convert::as_i64(thread, number)?;
        if !(1..SIGNALS as i64).contains(&signal) {
            return Err(thread.value_error(format_args!(
                "signal number {signal} out of range [1; {}]",
                SIGNALS - 1
            )));
        }
        // SAFETY: our own; the number may be one that the system keeps for itself, which it refuses.
        unsafe { libc::sigaddset(&raw mut set, signal as libc::c_int) };
    }
    Ok(set)
}

fn to_python(thread: &mut Thread, signals: &libc::sigset_t) -> PyResult {
    let set = Set::new(thread);
    for signal in 1..SIGNALS {
        // SAFETY: an initialised set.
        if unsafe { libc::sigismember(signals, signal as libc::c_int) } == 1 {
            let number = int::from_usize(thread, signal);
            set.add(thread, number)?;
        }
    }
    Ok(set.value())
}

pub(crate) fn valid(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: plain words, filled at once.
    let mut set: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: our own.
    unsafe { libc::sigfillset(&raw mut set) };
    to_python(thread, &set)
}

pub(crate) fn mask(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [how, signals] = args.unpack::<2>(thread, "pthread_sigmask", 2)?;
    let how = protocol::convert::as_i32(thread, how.unwrap_or_else(none))?;
    let set = from_python(thread, signals.unwrap_or_else(none))?;
    // SAFETY: plain words, filled below.
    let mut before: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: valid sets.
    let error = unsafe { libc::pthread_sigmask(how, &raw const set, &raw mut before) };
    if error != 0 {
        return Err(thread.os_error(error));
    }
    // What was let in may have arrived.
    thread.poll()?;
    to_python(thread, &before)
}

pub(crate) fn pending(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: plain words, filled below.
    let mut set: libc::sigset_t = unsafe { zeroed() };
    // SAFETY: our own.
    if unsafe { libc::sigpending(&raw mut set) } != 0 {
        let error = std::io::Error::last_os_error();
        return Err(thread.io_error(&error, None));
    }
    to_python(thread, &set)
}

pub(crate) fn wait(thread: &mut Thread, _module: Value, signals: Value) -> PyResult {
    let set = from_python(thread, signals)?;
    loop {
        let found = thread.safe(|| {
            // SAFETY: a valid set; the information is not asked for.
            let signal = unsafe { libc::sigwaitinfo(&raw const set, null_mut()) };
            if signal < 0 {
                Err(std::io::Error::last_os_error())
            } else {
                Ok(signal)
            }
        });
        match found {
            Ok(signal) => return Ok(Value::small(i64::from(signal))),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => thread.poll()?,
            Err(error) => return Err(thread.io_error(&error, None)),
        }
    }
}

/// `signal.struct_siginfo`
pub static SIGINFO: TypeObject = TypeObject::declare(&declaration("signal.struct_siginfo"));

pub(crate) static SIGINFO_DESCRIPTION: Description = Description {
    fields: &[
        "si_signo",
        "si_code",
        "si_errno",
        "si_pid",
        "si_uid",
        "si_status",
        "si_band",
    ],
    visible: 7,
    doc: "struct_siginfo: Result from sigwaitinfo or sigtimedwait.\n\nThis object may be accessed either as a tuple of\n(si_signo, si_code, si_errno, si_pid, si_uid, si_status, si_band),\nor via the attributes si_signo, si_code, and so on.",
};

fn shown(thread: &Thread, info: &libc::siginfo_t) -> PyResult {
    // SAFETY: the system filled it; where a field means nothing it is a number all the same.
    let (pid, uid, status, band) = unsafe {
        let words = std::ptr::from_ref(info).cast::<u8>();
        let band = words.add(16).cast::<i64>().read_unaligned();
        (info.si_pid(), info.si_uid(), info.si_status(), band)
    };
    let user = if uid == u32::MAX { -1 } else { i64::from(uid) };
    let values = [
        Value::small(info.si_signo.into()),
        Value::small(info.si_code.into()),
        Value::small(info.si_errno.into()),
        Value::small(pid.into()),
        Value::small(user),
        Value::small(status.into()),
        int::from_i64(thread, band),
    ];
    struct_sequence::make(thread, &SIGINFO, &values)
}

/// Waits for one of the signals until the time is over. `None`: it is.
fn wait_info(
    thread: &mut Thread,
    set: &libc::sigset_t,
    limit: Option<Duration>,
) -> PyResult<Option<libc::siginfo_t>> {
    let start = Instant::now();
    loop {
        let rest = limit.map(|limit| {
            let rest = limit.saturating_sub(start.elapsed());
            libc::timespec {
                tv_sec: rest.as_secs() as libc::time_t,
                tv_nsec: rest.subsec_nanos().into(),
            }
        });
        let found = thread.safe(|| {
            // SAFETY: integers; the system fills it.
            let mut info: libc::siginfo_t = unsafe { zeroed() };
            let rest = rest.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
            // SAFETY: a valid set, a place for the information, a time or null.
            if unsafe { libc::sigtimedwait(set, &raw mut info, rest) } < 0 {
                Err(std::io::Error::last_os_error())
            } else {
                Ok(info)
            }
        });
        match found {
            Ok(info) => return Ok(Some(info)),
            Err(error) => match error.raw_os_error() {
                Some(libc::EINTR) => {
                    thread.poll()?;
                    if limit.is_some_and(|limit| start.elapsed() >= limit) {
                        return Ok(None);
                    }
                }
                Some(libc::EAGAIN) => return Ok(None),
                _ => return Err(thread.io_error(&error, None)),
            },
        }
    }
}

pub(crate) fn wait_with_info(thread: &mut Thread, _module: Value, signals: Value) -> PyResult {
    let set = from_python(thread, signals)?;
    match wait_info(thread, &set, None)? {
        Some(info) => shown(thread, &info),
        None => Ok(none()),
    }
}

/// Seconds as a time that is rounded up.
fn duration(thread: &mut Thread, seconds: Value) -> PyResult<Option<Duration>> {
    const MESSAGE: &str = "timestamp out of range for C PyTime_t";
    if let Some(seconds) = float::view(seconds) {
        if seconds.is_nan() {
            return Err(thread.value_error("Invalid value NaN (not a number)"));
        }
        let nanoseconds = (seconds * 1e9).ceil();
        if nanoseconds.abs() >= 9.2e18 {
            return Err(thread.overflow_error(MESSAGE));
        }
        return Ok(u64::try_from(nanoseconds as i64)
            .ok()
            .map(Duration::from_nanos));
    }
    if !protocol::convert::has_index(seconds) {
        return Err(thread.type_error(format_args!(
            "'{}' object cannot be interpreted as an integer or float",
            seconds.class().name()
        )));
    }
    let whole = protocol::convert::index(thread, seconds)?;
    match int::view(whole) {
        Some(IntView::Small(seconds)) if seconds.abs() <= 9_223_372_036 => {
            Ok(u64::try_from(seconds).ok().map(Duration::from_secs))
        }
        _ => Err(thread.overflow_error(MESSAGE)),
    }
}

pub(crate) fn timed_wait(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [signals, timeout] = args.unpack::<2>(thread, "sigtimedwait", 2)?;
    let set = from_python(thread, signals.unwrap_or_else(none))?;
    let Some(limit) = duration(thread, timeout.unwrap_or_else(none))? else {
        return Err(thread.value_error("timeout must be non-negative"));
    };
    match wait_info(thread, &set, Some(limit))? {
        Some(info) => shown(thread, &info),
        None => Ok(none()),
    }
}
