//! Telling tools, trace and profile functions of an event.
//!
//! The order is CPython's: the trace function, the profile function, then the tools with the highest number first.
//!
//! Invariant: the frame is the thread's topmost one; its `instruction` and `sp` are stored.

use grwl_object::protocol;
use grwl_object::{
    Args, PyResult, Raised, Ref, Thread, Value, ValueExt, exception::Exception, int, none,
};

use super::event::{self, Event, LOCAL_EVENTS};
use super::legacy::{self, What};
use super::{MONITOR, PROFILE, TRACE, inside, monitors};
use crate::code::Code;
use crate::frame::Frame;
use crate::generator;
use crate::opcode as op;
use grwl_threads::sync::Ordering;

/// No events are made for such code.
const NO_MONITORING: u32 = 0x200_0000;

pub(super) fn word(thread: &Thread) -> u32 {
    thread.interpreter.tracing.load(Ordering::Relaxed)
}

/// Is the code never watched?
pub(super) fn is_hidden(code: &Code) -> bool {
    code.flags & NO_MONITORING != 0
}

/// A byte offset as callbacks get it.
pub(super) fn offset_value(thread: &Thread, unit: usize) -> Value {
    int::from_i64(thread, unit as i64 * 2)
}

/// Tells the tools. `unit` is where the event belongs in the code, `values` are the callback's arguments.
pub(super) fn tools(
    thread: &mut Thread,
    code: Ref<Code>,
    event: Event,
    unit: usize,
    values: &[Value],
) -> PyResult<()> {
    if word(thread) & MONITOR == 0 {
        return Ok(());
    }
    let group = match event {
        event::C_RETURN | event::C_RAISE => event::CALL,
        other => other,
    };
    let mut tools = if group < LOCAL_EVENTS {
        code.monitoring().tools(&code, group, unit)
    } else {
        monitors::global(group)
    };
    while tools != 0 {
        let tool = tools.ilog2() as usize;
        tools &= !(1 << tool);
        let Some(callback) = monitors::callback(tool, event).load() else {
            continue;
        };
        let result = inside(thread, event, |thread| {
            protocol::call(thread, callback, Args::positional(values))
        })?;
        if !monitors::is_disable(result) {
            continue;
        }
        if event < LOCAL_EVENTS {
            code.monitoring().disable(&code, event, unit, tool);
        } else {
            monitors::callback(tool, event).store(None);
            return Err(thread.value_error(format_args!(
                "Cannot disable {} events. Callback removed.",
                event::NAMES[event]
            )));
        }
    }
    Ok(())
}

/// A function begins, or a generator goes on.
pub(super) unsafe fn start(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    unit: usize,
) -> PyResult<()> {
    // SAFETY: the module's invariant.
    unsafe {
        legacy::trace(thread, frame, event, What::Call, none())?;
        legacy::profile(thread, frame, event, What::Call, none())?;
        let code = (*frame).code;
        let values = [code.value(), offset_value(thread, unit)];
        tools(thread, code, event, unit, &values)
    }
}

/// A function returns, or a generator yields.
pub(super) unsafe fn leave(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    unit: usize,
    value: Value,
) -> PyResult<()> {
    // SAFETY: the module's invariant.
    unsafe {
        legacy::trace(thread, frame, event, What::Return, value)?;
        legacy::profile(thread, frame, event, What::Return, value)?;
        let code = (*frame).code;
        let values = [code.value(), offset_value(thread, unit), value];
        tools(thread, code, event, unit, &values)
    }
}

/// Something is called, has returned or raised: `CALL`, `C_RETURN`, `C_RAISE`.
unsafe fn call_event(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    unit: usize,
    callable: Value,
    first: Option<Value>,
) -> PyResult<()> {
    // SAFETY: the module's invariant.
    unsafe {
        if word(thread) & PROFILE != 0
            && let Some(shown) = legacy::profiled_function(thread, callable, first)?
        {
            let what = match event {
                event::CALL => What::CCall,
                event::C_RETURN => What::CReturn,
                _ => What::CException,
            };
            legacy::profile(thread, frame, event, what, shown)?;
        }
        let code = (*frame).code;
        let values = [
            code.value(),
            offset_value(thread, unit),
            callable,
            first.unwrap_or_else(monitors::missing),
        ];
        tools(thread, code, event, unit, &values)
    }
}

/// Something is about to be called.
pub(super) unsafe fn call(
    thread: &mut Thread,
    frame: *mut Frame,
    unit: usize,
    callable: Value,
    first: Option<Value>,
) -> PyResult<()> {
    // SAFETY: the module's invariant.
    unsafe { call_event(thread, frame, event::CALL, unit, callable, first) }
}

/// What native code has answered, after its event.
///
/// # Errors
/// What it raised, or a callback.
///
/// # Safety
/// The module's invariant; the frame's instruction is the call.
pub unsafe fn called(
    thread: &mut Thread,
    frame: *mut Frame,
    callable: Value,
    first: Option<Value>,
    result: PyResult,
) -> PyResult {
    // SAFETY: the caller's promise.
    unsafe {
        let result = match result {
            Err(raised) => super::switched(thread, raised).ok_or(raised),
            ok => ok,
        };
        if is_hidden(&(*frame).code) {
            return result;
        }
        let unit = crate::unwind::instruction_offset(frame);
        let event = if result.is_ok() {
            event::C_RETURN
        } else {
            event::C_RAISE
        };
        call_event(thread, frame, event, unit, callable, first)?;
        result
    }
}

/// A jump or a branch. `unit` has the event, `from` is shown as its origin.
///
/// # Errors
/// What a callback raises.
///
/// # Safety
/// The module's invariant.
pub unsafe fn jump(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    unit: usize,
    from: usize,
    to: usize,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    unsafe {
        let code = (*frame).code;
        if is_hidden(&code) {
            return Ok(());
        }
        if event == event::JUMP && to <= from {
            legacy::trace_loop(thread, frame, from, to)?;
        }
        if word(thread) & MONITOR == 0 {
            return Ok(());
        }
        let values = [
            code.value(),
            offset_value(thread, from),
            offset_value(thread, to),
        ];
        tools(thread, code, event, unit, &values)
    }
}

/// A generator has ended below a loop or a delegation, without an exception being raised.
pub(super) unsafe fn stop_iteration(
    thread: &mut Thread,
    frame: *mut Frame,
    unit: usize,
    receiver: Value,
    value: Value,
) -> PyResult<()> {
    if generator::as_generator(receiver).is_none() || word(thread) & (TRACE | MONITOR) == 0 {
        return Ok(());
    }
    let raised = thread.stop_iteration(value.not_none());
    // SAFETY: the module's invariant.
    unsafe { exception(thread, frame, event::STOP_ITERATION, unit, raised) }
}

/// Tells of an exception.
pub(super) unsafe fn exception(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    unit: usize,
    raised: Raised,
) -> PyResult<()> {
    // SAFETY: the module's invariant.
    unsafe {
        let code = (*frame).code;
        if is_hidden(&code) {
            return Ok(());
        }
        match event {
            event::RAISE | event::STOP_ITERATION if word(thread) & TRACE != 0 => {
                let traceback = raised
                    .0
                    .downcast::<Exception>()
                    .and_then(|exception| exception.traceback());
                let class = raised.0.class().value();
                let traceback = traceback.map_or_else(none, |traceback| traceback.value());
                let parts = [class, raised.0, traceback];
                let parts = grwl_object::Tuple::try_new(thread, &parts)?.value();
                legacy::trace(thread, frame, event, What::Exception, parts)?;
            }
            event::PY_THROW => {
                legacy::trace(thread, frame, event, What::Call, none())?;
                legacy::profile(thread, frame, event, What::Call, none())?;
            }
            event::PY_UNWIND => {
                legacy::trace(thread, frame, event, What::Return, none())?;
                legacy::profile(thread, frame, event, What::Return, none())?;
            }
            _ => {}
        }
        let values = [code.value(), offset_value(thread, unit), raised.0];
        tools(thread, code, event, unit, &values)
    }
}

/// Tells of an exception: `RAISE`, `RERAISE`, `PY_UNWIND`, `PY_THROW`. Answers with the exception to go on with: a callback's, if it raised.
///
/// # Safety
/// The module's invariant.
pub unsafe fn raised(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    raised: Raised,
) -> Raised {
    // SAFETY: the caller's promise.
    unsafe {
        let mut unit = crate::unwind::instruction_offset(frame);
        let code = (*frame).code;
        let opcode = op::public(code.units()[unit]);
        // CPython shows the unit before the one where it would have gone on.
        unit += match event {
            event::PY_THROW => usize::from(opcode == op::YIELD_VALUE),
            _ => usize::from(op::CACHES[usize::from(opcode)]),
        };
        match exception(thread, frame, event, unit, raised) {
            Ok(()) => raised,
            Err(other) => other,
        }
    }
}

/// Tells of an exception that an instruction has raised, or raised again; the latter perhaps in the name of another one: then its own unit is
/// `again_at`. Answers as [`raised`].
///
/// # Safety
/// The module's invariant.
pub unsafe fn raised_or_again(
    thread: &mut Thread,
    frame: *mut Frame,
    is_new: bool,
    again_at: Option<usize>,
    raised_now: Raised,
) -> Raised {
    // SAFETY: the caller's promise.
    unsafe {
        if is_new {
            return raised(thread, frame, event::RAISE, raised_now);
        }
        let Some(unit) = again_at else {
            return raised(thread, frame, event::RERAISE, raised_now);
        };
        match exception(thread, frame, event::RERAISE, unit, raised_now) {
            Ok(()) => raised_now,
            Err(other) => other,
        }
    }
}

/// An exception has found its handler, which begins at `unit`.
///
/// # Errors
/// What a callback raises.
///
/// # Safety
/// The module's invariant.
pub unsafe fn handled(
    thread: &mut Thread,
    frame: *mut Frame,
    unit: usize,
    raised: Raised,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    unsafe { exception(thread, frame, event::EXCEPTION_HANDLED, unit, raised) }
}
