//! `globals`, `locals`, `vars`, `dir`: what names mean where they are called.

use grwl_interpreter::code::code_flags;
use grwl_interpreter::frame::{self, Frame};
use grwl_interpreter::frame_object::FrameObject;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{Args, Method, Name, PyResult, Ref, Thread, Value, ValueExt, none, protocol};

static DICT: Name = Name::new("__dict__");
static DIR: Name = Name::new("__dir__");
static KEYS: Name = Name::new("keys");

/// The topmost frame of Python code: for a built-in function its caller.
fn caller(thread: &Thread) -> Option<*mut Frame> {
    frame::current(thread).map(std::ptr::NonNull::as_ptr)
}

/// The globals of the code that called.
pub fn caller_globals(thread: &Thread) -> Option<Ref<Dict>> {
    // SAFETY: the topmost frame is alive while a function that its code called runs.
    caller(thread).map(|frame| unsafe { (*frame).globals })
}

/// The builtins of the code that called, or the interpreter's own.
pub fn caller_builtins(thread: &Thread) -> Value {
    match caller(thread) {
        // SAFETY: as in `caller_globals`.
        Some(frame) => unsafe { (*frame).builtins },
        None => grwl_interpreter::builtins_dict(thread).value(),
    }
}

/// The `co_flags` of the code that called.
pub(crate) fn caller_flags(thread: &Thread) -> u32 {
    caller(thread).map_or(0, |frame| {
        // SAFETY: as in `caller_globals`.
        let code = unsafe { (*frame).code };
        code.flags
    })
}

/// What `locals()` returns for the code that called: the namespace of a module's or class's body, else a new dict of what the variables
/// hold just now (PEP 667). `None` if no Python code runs.
///
/// # Errors
/// `MemoryError`.
pub fn caller_locals(thread: &mut Thread) -> PyResult<Option<Value>> {
    let Some(frame) = caller(thread) else {
        return Ok(None);
    };
    // SAFETY: as in `caller_globals`; so are its slots.
    unsafe {
        let code = (*frame).code;
        if code.flags & code_flags::OPTIMIZED == 0
            && !frame::has_hidden(frame)
            && let Some(locals) = (*frame).locals
        {
            return Ok(Some(locals));
        }
        let dict = Dict::new(thread);
        for index in 0..code.localsplus_kinds().len() {
            let Some(value) = frame::variable(frame, index) else {
                continue;
            };
            dict.set_str(thread, code.local_name(index), value)?;
        }
        let extra = (*frame)
            .object
            .and_then(|object| object.downcast_exact::<FrameObject>())
            .and_then(|object| object.extra_locals.load())
            .and_then(|extra| extra.downcast::<Dict>());
        if let Some(extra) = extra {
            dict.merge(thread, extra, true)?;
        }
        Ok(Some(dict.value()))
    }
}

fn no_frame(thread: &Thread) -> grwl_object::Raised {
    thread.system_error("frame does not exist")
}

fn globals(thread: &mut Thread, _module: Value) -> PyResult {
    match caller_globals(thread) {
        Some(globals) => Ok(globals.value()),
        None => Ok(none()),
    }
}

fn locals(thread: &mut Thread, _module: Value) -> PyResult {
    let locals = caller_locals(thread)?;
    locals.ok_or_else(|| no_frame(thread))
}

fn vars(thread: &mut Thread, module: Value, args: Args<'_>) -> PyResult {
    let [object] = args.unpack::<1>(thread, "vars", 0)?;
    let Some(object) = object else {
        return locals(thread, module);
    };
    let name = DICT.get(thread);
    let found = protocol::find_attribute(thread, object, name)?;
    found.ok_or_else(|| thread.type_error("vars() argument must have __dict__ attribute"))
}

fn dir(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object] = args.unpack::<1>(thread, "dir", 0)?;
    let names = match object {
        Some(object) => {
            let name = DIR.get(thread);
            let names = protocol::call_special(thread, object, name, &[])?;
            names.ok_or_else(|| thread.type_error("object does not provide __dir__"))?
        }
        None => {
            let locals = caller_locals(thread)?;
            let locals = locals.ok_or_else(|| no_frame(thread))?;
            match locals.downcast_exact::<Dict>() {
                Some(_) => locals,
                None => {
                    let name = KEYS.get(thread);
                    protocol::call_method(thread, locals, name, &[])?
                }
            }
        }
    };
    let names = protocol::collect(thread, names)?;
    let list = List::from_buffer(thread, names);
    list.sort(thread, None, false)?;
    Ok(list.value())
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "dir",
        dir,
        "dir([object]) -> list of strings\n\nWithout an argument, the names in the current scope; else the names of an object's attributes, in order. An object may say itself what that\nis, by a method __dir__().",
    ),
    Method::no_arguments(
        "globals",
        globals,
        "globals($module, /)\n--\n\nThe dict of the global variables where this is called. Changing it changes them.",
    ),
    Method::no_arguments(
        "locals",
        locals,
        "locals($module, /)\n--\n\nA dict of the local variables where this is called.\n\nIn a function it is a new dict each time, and changing it changes no variable.",
    ),
    Method::any(
        "vars",
        vars,
        "vars([object]) -> dictionary\n\nWithout an argument, as locals(). With one, object.__dict__.",
    ),
];
