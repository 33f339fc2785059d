//! Sets of signals: masks, and waiting for one of several.

use std::mem::zeroed;
use std::ptr::null_mut;

use grwl_object::set::Set;
use grwl_object::{Args, PyResult, Thread, Value, int, none, protocol};

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
