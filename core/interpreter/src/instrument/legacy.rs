//! `sys.settrace` and `sys.setprofile`.
//!
//! A trace function is asked at each `call`; what it answers becomes the frame's `f_trace` and is told of the frame's other events. An exception
//! from either function takes it away.

use grwl_object::function::BuiltinFunction;
use grwl_object::thread::ThreadSlot;
use grwl_object::{
    Args, Name, PyResult, Ref, Thread, Value, ValueExt, none, protocol, slots, types,
};
use grwl_threads::sync::Ordering;

use super::event::{self, Event};
use super::{PROFILE, TRACE, fire, inside, settle};
use crate::frame::Frame;
use crate::frame_object::{self, FrameObject};

/// What a trace or profile function is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Call,
    Exception,
    Line,
    Return,
    CCall,
    CException,
    CReturn,
    Opcode,
}

static NAMES: [Name; 8] = [
    Name::new("call"),
    Name::new("exception"),
    Name::new("line"),
    Name::new("return"),
    Name::new("c_call"),
    Name::new("c_exception"),
    Name::new("c_return"),
    Name::new("opcode"),
];

fn call(
    thread: &mut Thread,
    function: Value,
    frame: Ref<FrameObject>,
    event: Event,
    what: What,
    argument: Value,
) -> PyResult {
    let name = NAMES[what as usize].get(thread).value();
    let args = [frame.value(), name, argument];
    inside(thread, event, |thread| {
        protocol::call(thread, function, Args::positional(&args))
    })
}

/// Tells the trace function, if there is one for this frame.
pub(super) unsafe fn trace(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    what: What,
    argument: Value,
) -> PyResult<()> {
    if fire::word(thread) & TRACE == 0 {
        return Ok(());
    }
    let Some(own) = thread.slot(ThreadSlot::Trace).load() else {
        return Ok(());
    };
    // SAFETY: the frame is the topmost one.
    let object = unsafe {
        if what != What::Call && (*frame).object.is_none() {
            return Ok(());
        }
        frame_object::of_frame(thread, frame)
    };
    let function = match what {
        What::Call => own,
        _ => match object.trace.load() {
            Some(function) => function,
            None => return Ok(()),
        },
    };
    match call(thread, function, object, event, what, argument) {
        Ok(answer) => {
            if !answer.is_none() {
                thread.store(object, &object.trace, Some(answer));
            }
            Ok(())
        }
        Err(raised) => {
            thread.slot(ThreadSlot::Trace).store(None);
            settle(thread);
            thread.store(object, &object.trace, None);
            Err(raised)
        }
    }
}

/// A line begins, or the frame jumps back within a line.
pub(super) unsafe fn trace_line(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
) -> PyResult<()> {
    if fire::word(thread) & TRACE == 0 {
        return Ok(());
    }
    // SAFETY: the frame is the topmost one.
    unsafe {
        let Some(object) = (*frame).object else {
            return Ok(());
        };
        let object: Ref<FrameObject> = object.downcast_unchecked();
        if object.trace_lines.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        trace(thread, frame, event, What::Line, none())
    }
}

/// A jump backward within a line is a line event.
pub(super) unsafe fn trace_loop(
    thread: &mut Thread,
    frame: *mut Frame,
    from: usize,
    to: usize,
) -> PyResult<()> {
    if fire::word(thread) & TRACE == 0 {
        return Ok(());
    }
    // SAFETY: the frame is the topmost one.
    unsafe {
        let code = (*frame).code;
        let line = code.monitoring().line(&code, to);
        if line < 0 || line != code.monitoring().line(&code, from) {
            return Ok(());
        }
        trace_line(thread, frame, event::JUMP)
    }
}

/// An instruction begins, in a frame with `f_trace_opcodes`.
pub(super) unsafe fn trace_opcode(thread: &mut Thread, frame: *mut Frame) -> PyResult<()> {
    if fire::word(thread) & TRACE == 0 {
        return Ok(());
    }
    // SAFETY: the frame is the topmost one.
    unsafe {
        let Some(object) = (*frame).object else {
            return Ok(());
        };
        let object: Ref<FrameObject> = object.downcast_unchecked();
        if object.trace_opcodes.load(Ordering::Relaxed) == 0 {
            return Ok(());
        }
        trace(thread, frame, event::INSTRUCTION, What::Opcode, none())
    }
}

/// Tells the profile function.
pub(super) unsafe fn profile(
    thread: &mut Thread,
    frame: *mut Frame,
    event: Event,
    what: What,
    argument: Value,
) -> PyResult<()> {
    if fire::word(thread) & PROFILE == 0 {
        return Ok(());
    }
    let Some(function) = thread.slot(ThreadSlot::Profile).load() else {
        return Ok(());
    };
    // SAFETY: the frame is the topmost one.
    let object = unsafe { frame_object::of_frame(thread, frame) };
    match call(thread, function, object, event, what, argument) {
        Ok(_) => Ok(()),
        Err(raised) => {
            thread.slot(ThreadSlot::Profile).store(None);
            settle(thread);
            Err(raised)
        }
    }
}

/// What a profile function is shown of a call: a built-in function, or the method that a method descriptor binds. Nothing of other callables.
pub(super) fn profiled_function(
    thread: &mut Thread,
    callable: Value,
    first: Option<Value>,
) -> PyResult<Option<Value>> {
    let is_builtin = |value: Value| value.downcast::<BuiltinFunction>().is_some();
    if is_builtin(callable) {
        return Ok(Some(callable));
    }
    let class = callable.class();
    if std::ptr::eq(class.as_ptr(), &types::METHOD_DESCRIPTOR) {
        let (Some(first), Some(bind)) = (first, class.slot(slots::DESCRIPTOR_GET)) else {
            return Ok(None);
        };
        let owner = first.class().value();
        return bind(thread, callable, Some(first), Some(owner)).map(Some);
    }
    Ok(None)
}

fn audit(thread: &mut Thread, which: ThreadSlot) -> PyResult<()> {
    let event = match which {
        ThreadSlot::Profile => "sys.setprofile",
        _ => "sys.settrace",
    };
    grwl_object::audit::audit(thread, event, &[])
}

/// Sets this thread's trace or profile function. `args` are those of the native function that does it.
///
/// # Errors
/// See [`answer`](super::answer); what an audit hook raises.
pub fn set(
    thread: &mut Thread,
    which: ThreadSlot,
    function: Option<Value>,
    args: Args<'_>,
) -> PyResult {
    audit(thread, which)?;
    let was_watched = super::is_watched(thread);
    thread
        .slot(which)
        .store(function.and_then(ValueExt::not_none));
    settle(thread);
    super::answer(thread, was_watched, args, Ok(none()))
}

/// Sets every thread's.
///
/// # Errors
/// See [`answer`](super::answer); what an audit hook raises.
pub fn set_all(
    thread: &mut Thread,
    which: ThreadSlot,
    function: Option<Value>,
    args: Args<'_>,
) -> PyResult {
    audit(thread, which)?;
    let was_watched = super::is_watched(thread);
    let function = function.and_then(ValueExt::not_none);
    thread.mutator_mut().handshake_all(|state| {
        if let Some(thread) = grwl_object::thread::of_state(state) {
            thread.slot(which).store(function);
            settle(thread);
        }
    });
    super::answer(thread, was_watched, args, Ok(none()))
}
