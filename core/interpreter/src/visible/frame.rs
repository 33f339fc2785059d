//! `frame`

use grwl_object::dict::Dict;
use grwl_object::{
    GetSet, Method, PyResult, Ref, Str, Thread, TypeSpec, Value, ValueExt, int, none, protocol,
    singleton, slots,
};
use grwl_threads::sync::{AtomicU8, Ordering};

use super::frame_locals;
use crate::code::code_flags;
use crate::frame::{Frame, Owner, has_hidden};
use crate::frame_object::FrameObject;
use crate::generator::{State, as_generator, finalize};

/// What a frame can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[slots::REPR.is(repr)],
    methods: &[
        Method::no_arguments(
            "clear",
            clear,
            "clear($self, /)\n--\n\nForgets what the frame holds.",
        ),
        Method::no_arguments(
            "__sizeof__",
            size_of,
            "__sizeof__($self, /)\n--\n\nReturn the size of the frame in memory, in bytes.",
        ),
    ],
    getset: &[
        GetSet::read_only("f_back", get_back, None),
        GetSet::read_only(
            "f_locals",
            get_locals,
            Some("Return the mapping used by the frame to look up local variables."),
        ),
        GetSet::new(
            "f_lineno",
            get_line,
            set_line,
            Some("Return the current line number in the frame."),
        ),
        GetSet::new(
            "f_trace",
            get_trace,
            set_trace,
            Some("Return the trace function for this frame, or None if no trace function is set."),
        ),
        GetSet::read_only(
            "f_lasti",
            get_last_instruction,
            Some("Return the index of the last attempted instruction in the frame."),
        ),
        GetSet::read_only(
            "f_globals",
            get_globals,
            Some("Return the global variables in the frame."),
        ),
        GetSet::read_only(
            "f_builtins",
            get_builtins,
            Some("Return the built-in variables in the frame."),
        ),
        GetSet::read_only(
            "f_code",
            get_code,
            Some("Return the code object being executed in this frame."),
        ),
        GetSet::new(
            "f_trace_opcodes",
            get_trace_opcodes,
            set_trace_opcodes,
            Some("Return True if opcode tracing is enabled, False otherwise."),
        ),
        GetSet::new("f_trace_lines", get_trace_lines, set_trace_lines, None).member(),
        GetSet::read_only(
            "f_generator",
            get_generator,
            Some("Return the generator or coroutine associated with this frame, or None."),
        ),
    ],
    constants: &[],
};

/// The frame object that a method or attribute was asked of.
pub(super) fn receiver(value: Value) -> Ref<FrameObject> {
    value
        .downcast_exact::<FrameObject>()
        .expect("descriptors of frames are used on frames only")
}

/// Is the value a frame object?
pub(super) fn is_frame(value: Value) -> bool {
    value.downcast_exact::<FrameObject>().is_some()
}

/// The line of a frame's instruction at a byte offset; -1 if it has none.
pub(super) fn line_at(frame: Value, offset: i32) -> i32 {
    let Ok(offset) = usize::try_from(offset) else {
        return -1;
    };
    let line = crate::lines::line_of(&receiver(frame).code(), offset / 2);
    line.map_or(-1, |line| line as i32)
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let frame = receiver(this);
    let code = frame.code();
    let line = frame.line().map_or(-1, i64::from);
    let file = protocol::repr(thread, code.filename().value())?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&format!("<frame at {:#x}, file ", this.bits().get()));
    text.push_text(file.text());
    text.push_str(&format!(", line {line}, code "));
    text.push_text(code.name().text());
    text.push_str(">");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let frame = receiver(this);
    let bytes = size_of_val(&*frame) + Frame::bytes(&frame.code());
    Ok(int::from_usize(thread, bytes))
}

fn clear(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    let frame = this.frame();
    if !this.is_finished() {
        // SAFETY: the frame of an object that has not ended is alive.
        let generator = unsafe { (*frame).generator };
        match generator
            .and_then(as_generator)
            .map(|generator| generator.state())
        {
            Some(State::Created) => {
                if let Some(generator) = generator {
                    finalize(thread, generator)?;
                }
                return Ok(none());
            }
            Some(State::Suspended | State::Delegating) => {
                return Err(thread.runtime_error("cannot clear a suspended frame"));
            }
            Some(State::Finished) => return Ok(none()),
            Some(State::Running) | None => {
                return Err(thread.runtime_error("cannot clear an executing frame"));
            }
        }
    }
    let locked = thread.lock_cell(&this);
    let count = this.code().nlocalsplus as usize;
    for index in 0..count {
        // SAFETY: the object's own copy of the frame has these slots.
        unsafe { Frame::slots(frame).add(index).write(None) };
    }
    locked.store(this, &this.trace, None);
    locked.store(this, &this.extra_locals, None);
    Ok(none())
}

fn get_back(thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).previous(thread).unwrap_or_else(none))
}

fn get_locals(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    let frame = this.frame();
    let code = this.code();
    if code.flags & code_flags::OPTIMIZED == 0 {
        // SAFETY: the frame lives as long as its object says.
        let (locals, has_hidden) = unsafe { ((*frame).locals, has_hidden(frame)) };
        if !has_hidden {
            return match locals {
                Some(locals) => Ok(locals),
                None => Ok(Dict::new(thread).value()),
            };
        }
    }
    Ok(frame_locals::new(thread, this))
}

fn get_line(thread: &mut Thread, this: Value) -> PyResult {
    Ok(match receiver(this).line() {
        Some(line) => int::from_i64(thread, line.into()),
        None => none(),
    })
}

/// Jumps are for functions that trace the frame.
fn set_line(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    match value {
        Some(value) => crate::instrument::jump::set_line(thread, receiver(this), value),
        None => {
            let name = grwl_object::intern(thread, "f_lineno");
            Err(thread.attribute_error(
                name,
                this,
                "attribute 'f_lineno' of 'frame' objects cannot be deleted",
            ))
        }
    }
}

fn get_trace(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).trace.load().unwrap_or_else(none))
}

fn set_trace(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    thread.store(this, &this.trace, value.and_then(ValueExt::not_none));
    Ok(())
}

fn get_last_instruction(thread: &mut Thread, this: Value) -> PyResult {
    let offset = receiver(this).last_instruction();
    Ok(int::from_i64(thread, offset.into()))
}

fn get_globals(_thread: &mut Thread, this: Value) -> PyResult {
    // SAFETY: the frame lives as long as its object says.
    Ok(unsafe { (*receiver(this).frame()).globals }.value())
}

fn get_builtins(_thread: &mut Thread, this: Value) -> PyResult {
    // SAFETY: as above.
    Ok(unsafe { (*receiver(this).frame()).builtins })
}

fn get_code(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).code().value())
}

fn get_generator(_thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    // SAFETY: as above.
    let frame = unsafe { &*this.frame() };
    let is_generator = frame.owner == Owner::Generator;
    Ok(frame
        .generator
        .filter(|_| is_generator)
        .unwrap_or_else(none))
}

fn flag(flag: &AtomicU8) -> PyResult {
    Ok(singleton::bool(flag.load(Ordering::Relaxed) != 0))
}

fn set_flag(thread: &mut Thread, flag: &AtomicU8, value: Option<Value>) -> PyResult<()> {
    match value.and_then(singleton::as_bool) {
        Some(value) => {
            flag.store(u8::from(value), Ordering::Relaxed);
            Ok(())
        }
        None => Err(thread.type_error("attribute value type must be bool")),
    }
}

fn get_trace_lines(_thread: &mut Thread, this: Value) -> PyResult {
    flag(&receiver(this).trace_lines)
}

fn set_trace_lines(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    if value.is_none() {
        return Err(thread.type_error("can't delete numeric/char attribute"));
    }
    set_flag(thread, &receiver(this).trace_lines, value)
}

fn get_trace_opcodes(_thread: &mut Thread, this: Value) -> PyResult {
    flag(&receiver(this).trace_opcodes)
}

fn set_trace_opcodes(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else {
        let name = grwl_object::intern(thread, "f_trace_opcodes");
        return Err(thread.attribute_error(
            name,
            this,
            "attribute 'f_trace_opcodes' of 'frame' objects cannot be deleted",
        ));
    };
    set_flag(thread, &receiver(this).trace_opcodes, Some(value))
}
