//! `sleep`: in a Safe region, until the time has come; signals are handled on the way.

use std::time::Duration;

use grwl_object::thread::EVENT_PENDING;
use grwl_object::{PyResult, Thread, Value, none};
use grwl_threads::{Deadline, Events, Limits, Wake};

use crate::number::{Rounding, nanoseconds};

pub(crate) fn sleep(thread: &mut Thread, _module: Value, seconds: Value) -> PyResult {
    let length = nanoseconds(thread, seconds, Rounding::Up)?;
    let Ok(length) = u64::try_from(length) else {
        return Err(thread.value_error("sleep length must be non-negative"));
    };
    if length == 0 {
        thread.safe(std::thread::yield_now);
        thread.poll()?;
        return Ok(none());
    }
    let limits = Limits {
        deadline: Deadline::after(Duration::from_nanos(length)),
        interrupts: EVENT_PENDING | Events::SIGNAL | Events::REST,
    };
    loop {
        let wake = thread.mutator_mut().sleep(&limits);
        thread.poll()?;
        if wake == Wake::TimedOut {
            return Ok(none());
        }
    }
}
