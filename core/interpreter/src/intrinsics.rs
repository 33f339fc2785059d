//! `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2`.

use grwl_object::exception::Exception;
use grwl_object::list::List;
use grwl_object::protocol::number::{self, Unary};
use grwl_object::{PyResult, Raised, Thread, Tuple, Value, ValueExt, none, types};

use crate::code::code_flags;
use crate::frame::Frame;
use crate::function::Function;
use crate::{hooks, imports};

/// An intrinsic with one operand.
///
/// # Errors
/// What it raises.
///
/// # Safety
/// The frame is alive.
pub unsafe fn unary(
    thread: &mut Thread,
    frame: *mut Frame,
    which: usize,
    value: Value,
) -> PyResult {
    match which {
        1 => hooks::display(thread, value),
        2 => {
            // SAFETY: the caller's promise.
            let locals = unsafe { crate::namespace::load_locals(thread, frame)? };
            imports::import_star(thread, value, locals)?;
            Ok(none())
        }
        3 => {
            // SAFETY: the caller's promise.
            let code = unsafe { (*frame).code };
            let flags = code.flags;
            Ok(stop_iteration_error(thread, flags, value))
        }
        4 => Ok(crate::visible::async_generator::wrap(thread, value)),
        5 => number::unary(thread, Unary::Positive, value),
        6 => {
            let values = match value.downcast::<List>() {
                Some(list) => list.snapshot(thread)?,
                None => grwl_object::protocol::collect(thread, value)?,
            };
            Ok(Tuple::try_new(thread, &values)?.value())
        }
        _ => hooks::typing_unary(thread, frame, which, value),
    }
}

/// A `StopIteration` that leaves a generator becomes a `RuntimeError` (PEP 479).
fn stop_iteration_error(thread: &mut Thread, flags: u32, raised: Value) -> Value {
    let kind = if flags & code_flags::COROUTINE != 0 {
        "coroutine"
    } else if flags & code_flags::ASYNC_GENERATOR != 0 {
        "async generator"
    } else {
        "generator"
    };
    let what = if Raised(raised).matches(&types::STOP_ITERATION) {
        "StopIteration"
    } else if flags & code_flags::ASYNC_GENERATOR != 0
        && Raised(raised).matches(&types::STOP_ASYNC_ITERATION)
    {
        "StopAsyncIteration"
    } else {
        return raised;
    };
    let error = thread.runtime_error(format_args!("{kind} raised {what}"));
    if let (Some(exception), Some(cause)) = (
        error.0.downcast::<Exception>(),
        raised.downcast::<Exception>(),
    ) {
        exception.set_cause(thread, Some(cause));
        exception.set_context(thread, Some(cause));
        exception.set_suppress_context(true);
    }
    error.0
}

/// An intrinsic with two operands.
///
/// # Errors
/// What it raises.
pub fn binary(thread: &mut Thread, which: usize, a: Value, b: Value) -> PyResult {
    match which {
        1 => {
            let raised = match b.downcast::<List>() {
                Some(list) => list.snapshot(thread)?,
                None => grwl_object::Buffer::new(),
            };
            grwl_types_exception::except::prep_reraise_star(thread, a, &raised)
        }
        4 => {
            if let Some(function) = a.downcast_exact::<Function>() {
                thread.store(function, &function.type_params, Some(b));
            }
            Ok(a)
        }
        _ => hooks::typing_binary(thread, which, a, b),
    }
}
