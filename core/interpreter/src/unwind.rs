//! Raising, finding handlers, and the end of frames.

use grwl_object::exception::Exception;
use grwl_object::{
    PyResult, Raised, Ref, Thread, Tuple, TypeObject, Value, ValueExt, none, protocol, types,
};

use crate::code::Code;
use crate::frame::{self, Frame, Owner};
use crate::{frame_object, generator};

/// Where an exception is handled.
pub struct Handler {
    /// The unit to go on at.
    pub target: usize,
    /// How many operands stay.
    pub depth: usize,
    /// The offset of the instruction that raised goes on the stack.
    pub push_last: bool,
}

/// A varint of an exception table: six bits a byte, the highest first; bit 6 says that more follow.
fn varint(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut byte = *bytes.get(*at)?;
    *at += 1;
    let mut value = usize::from(byte & 63);
    while byte & 64 != 0 {
        byte = *bytes.get(*at)?;
        *at += 1;
        value = value << 6 | usize::from(byte & 63);
    }
    Some(value)
}

/// The entries of an exception table, sorted by their start: first unit, number of units, handler.
pub fn entries_of(bytes: &[u8]) -> impl Iterator<Item = (usize, usize, Handler)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = varint(bytes, &mut at)?;
        let length = varint(bytes, &mut at)?;
        let target = varint(bytes, &mut at)?;
        let depth = varint(bytes, &mut at)?;
        let handler = Handler {
            target,
            depth: depth >> 1,
            push_last: depth & 1 != 0,
        };
        Some((start, length, handler))
    })
}

/// The entries of a code object's exception table; none if the code must not run.
pub fn entries(code: &Code) -> impl Iterator<Item = (usize, usize, Handler)> {
    let table: &[u8] = if code.is_rejected() {
        &[]
    } else {
        code.exception_table().as_slice()
    };
    entries_of(table)
}

/// The entry of a code object's exception table for the instruction at `offset` (in units).
fn lookup(code: &Code, offset: usize) -> Option<Handler> {
    entries(code)
        .take_while(|(start, _, _)| *start <= offset)
        .find(|(start, length, _)| offset < start.saturating_add(*length))
        .map(|(_, _, handler)| handler)
}

/// The handler for what the frame's current instruction raised; for what a `RERAISE` at `reraised_at` raises again, that instruction's.
///
/// # Safety
/// The frame is alive.
pub unsafe fn find_handler(frame: *mut Frame, reraised_at: Option<usize>) -> Option<Handler> {
    // SAFETY: the caller's promise.
    let this = unsafe { &*frame };
    let first = reraised_at.unwrap_or_else(|| this.offset());
    // The table is about the instruction itself, not the EXTENDED_ARGs before it.
    let mut offset = first;
    let units = this.code.units();
    while units[offset] as u8 == crate::opcode::EXTENDED_ARG {
        offset += 1;
    }
    lookup(&this.code, offset)
}

/// Puts an entry for the frame's current instruction before the exception's traceback.
///
/// # Safety
/// The frame is alive and on top of the thread's chain.
pub unsafe fn add_traceback(thread: &mut Thread, frame: *mut Frame, raised: Raised) -> Raised {
    // SAFETY: the caller's promise.
    unsafe {
        let object = frame_object::of_frame(thread, frame);
        let last = instruction_offset(frame) as i32 * 2;
        raised.exception().add_traceback(
            thread,
            object.value(),
            last,
            grwl_object::exception::traceback::UNKNOWN_LINE,
        );
    }
    raised
}

/// The frame's current instruction must not be run.
///
/// # Safety
/// The frame is alive.
#[cold]
pub unsafe fn trapped(thread: &mut Thread, frame: *mut Frame) -> Raised {
    // SAFETY: the caller's promise.
    let this = unsafe { &*frame };
    let message = this.code.trap_message(this.offset());
    thread.system_error(message.as_str())
}

/// The offset of the frame's current instruction, in units, past its `EXTENDED_ARG`s.
///
/// # Safety
/// The frame is alive.
pub unsafe fn instruction_offset(frame: *mut Frame) -> usize {
    // SAFETY: the caller's promise.
    let this = unsafe { &*frame };
    let units = this.code.units();
    let mut offset = this.offset();
    while offset < units.len() && units[offset] as u8 == crate::opcode::EXTENDED_ARG {
        offset += 1;
    }
    offset
}

/// The end of a frame, by return or by an exception: gives its memory back. A frame object that somebody has keeps what the frame held.
///
/// # Safety
/// The frame is the topmost one.
#[inline(always)]
pub unsafe fn finish(thread: &mut Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*frame).object.is_some() {
            frame_object::take_over(thread, frame);
        }
        match (*frame).owner {
            Owner::Thread => frame::pop(thread, frame),
            _ => generator::ended(thread, frame),
        }
    }
}

/// `raise value from cause`. The second answer: does it begin a traceback entry?
pub fn raise(thread: &mut Thread, value: Option<Value>, cause: Option<Value>) -> (Raised, bool) {
    let Some(value) = value else {
        return match thread.handled() {
            Some(handled) => (Raised(handled), false),
            None => (thread.runtime_error("No active exception to reraise"), true),
        };
    };
    match prepare(thread, value, cause) {
        Ok(exception) => (thread.raise_value(exception), true),
        Err(raised) => (raised, true),
    }
}

/// An instance of what is raised: a class is called.
fn instance_of(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    if let Some(class) = value.downcast::<TypeObject>()
        && class.has_flag(grwl_object::flags::EXCEPTION)
    {
        let made = protocol::call_positional(thread, value, &[])?;
        if made.downcast::<Exception>().is_none() {
            let shown = protocol::repr(thread, value)?;
            let class = protocol::repr(thread, made.class().value())?;
            return Err(thread.type_error(format_args!(
                "calling {shown} should have returned an instance of BaseException, not {class}"
            )));
        }
        return Ok(Some(made));
    }
    Ok(value.downcast::<Exception>().map(|_| value))
}

fn prepare(thread: &mut Thread, value: Value, cause: Option<Value>) -> PyResult {
    let Some(exception) = instance_of(thread, value)? else {
        return Err(thread.type_error("exceptions must derive from BaseException"));
    };
    if let Some(cause) = cause
        && let Some(exception) = exception.downcast::<Exception>()
    {
        let cause = if cause.is_none() {
            None
        } else {
            match instance_of(thread, cause)? {
                Some(cause) => cause.downcast::<Exception>(),
                None => {
                    return Err(
                        thread.type_error("exception causes must derive from BaseException")
                    );
                }
            }
        };
        exception.set_cause(thread, cause);
        exception.set_suppress_context(true);
    }
    Ok(exception)
}

/// Is it a class that `except` may name?
fn check_class(thread: &mut Thread, class: Value, message: &str) -> PyResult<()> {
    let is_class = class
        .downcast::<TypeObject>()
        .is_some_and(|class| class.has_flag(grwl_object::flags::EXCEPTION));
    if is_class {
        Ok(())
    } else {
        Err(thread.type_error(message))
    }
}

fn check_classes(thread: &mut Thread, classes: Value, message: &str) -> PyResult<()> {
    match classes.downcast::<Tuple>() {
        Some(tuple) => {
            for class in tuple.iter() {
                check_class(thread, class, message)?;
            }
            Ok(())
        }
        None => check_class(thread, classes, message),
    }
}

/// Does `except wanted:` catch the exception?
///
/// # Errors
/// `TypeError` if `wanted` is no exception class and no tuple of such.
pub fn matches(thread: &mut Thread, raised: Value, wanted: Value) -> PyResult<bool> {
    check_classes(
        thread,
        wanted,
        "catching classes that do not inherit from BaseException is not allowed",
    )?;
    Ok(Raised(raised).matches_any(wanted))
}

/// An exception that is no group, and that `except*` has put into one: the group gets a traceback entry for this frame.
///
/// # Safety
/// `frame` is the thread's topmost one.
pub unsafe fn note_wrapping(thread: &mut Thread, frame: *mut Frame, raised: Value, matched: Value) {
    if matched.not_none().is_some()
        && matched != raised
        && !raised.class().is_subtype_of(&types::BASE_EXCEPTION_GROUP)
    {
        // SAFETY: the caller's promise.
        let _ = unsafe { add_traceback(thread, frame, Raised(matched)) };
    }
}

/// `except* wanted:`: what is left of the exception, and what is caught; `None` for nothing.
///
/// # Errors
/// `TypeError` if `wanted` is no exception class, or a group's.
pub fn matches_group(
    thread: &mut Thread,
    raised: Value,
    wanted: Value,
) -> PyResult<(Value, Value)> {
    check_classes(
        thread,
        wanted,
        "catching classes that do not inherit from BaseException is not allowed",
    )?;
    let group = Ref::from_static(&types::BASE_EXCEPTION_GROUP).value();
    let is_group = |class: Value| {
        class.downcast::<TypeObject>().is_some_and(|class| {
            group
                .downcast::<TypeObject>()
                .is_some_and(|group| class.is_subtype_of(&group))
        })
    };
    let names_group = match wanted.downcast::<Tuple>() {
        Some(tuple) => tuple.iter().any(is_group),
        None => is_group(wanted),
    };
    if names_group {
        return Err(thread.type_error(
            "catching ExceptionGroup with except* is not allowed. Use except instead.",
        ));
    }
    let (matched, rest) = crate::hooks::match_group(thread, raised, wanted)?;
    if let Some(matched) = matched {
        let entry = thread.roots().handled.get();
        // SAFETY: entries are taken off before they end.
        unsafe { entry.as_ref() }.value.set(Some(matched));
    }
    Ok((rest.unwrap_or_else(none), matched.unwrap_or_else(none)))
}
