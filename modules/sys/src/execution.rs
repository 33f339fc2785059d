//! Frames, threads, hooks of asynchronous generators.

use grwl_interpreter::frame::{self, Frame};
use grwl_interpreter::frame_object;
use grwl_interpreter::instrument::{self, legacy};
use grwl_object::struct_sequence;
use grwl_object::thread::ThreadSlot;
use grwl_object::{
    Args, Method, Name, PyResult, Signature, Slot, Thread, Tuple, Value, ValueExt, none, protocol,
};

use crate::sequences;

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "_getframe",
        get_frame,
        "_getframe($module, depth=0, /)\n--\n\nThe frame of the caller, or of one below.",
    ),
    Method::any(
        "_getframemodulename",
        get_frame_module_name,
        "_getframemodulename($module, /, depth=0)\n--\n\nThe module of the caller, or of one below.",
    ),
    Method::any(
        "set_asyncgen_hooks",
        set_async_hooks,
        "set_asyncgen_hooks([firstiter] [, finalizer])\n\nSet the hooks of asynchronous generators.",
    ),
    Method::no_arguments(
        "get_asyncgen_hooks",
        get_async_hooks,
        "get_asyncgen_hooks($module, /)\n--\n\nThe hooks of asynchronous generators.",
    ),
    Method::any(
        "set_coroutine_origin_tracking_depth",
        set_origin_depth,
        "set_coroutine_origin_tracking_depth($module, /, depth)\n--\n\nSet how many frames coroutines remember of their making.",
    ),
    Method::no_arguments(
        "get_coroutine_origin_tracking_depth",
        |thread, _| {
            Ok(Value::small(i64::from(
                thread.interpreter.coroutine_origin_depth,
            )))
        },
        "get_coroutine_origin_tracking_depth($module, /)\n--\n\nHow many frames coroutines remember of their making.",
    ),
    Method::no_arguments(
        "gettrace",
        |thread, _| Ok(thread.slot(ThreadSlot::Trace).load().unwrap_or_else(none)),
        "gettrace($module, /)\n--\n\nThe trace function.",
    ),
    Method::no_arguments(
        "getprofile",
        |thread, _| Ok(thread.slot(ThreadSlot::Profile).load().unwrap_or_else(none)),
        "getprofile($module, /)\n--\n\nThe profile function.",
    ),
    Method::any(
        "settrace",
        |thread, _, args| {
            let function = function_argument(thread, "settrace", args)?;
            legacy::set(thread, ThreadSlot::Trace, Some(function), args)
        },
        "settrace($module, function, /)\n--\n\nSet the function that is told of calls, lines, returns and exceptions in this thread.",
    ),
    Method::any(
        "setprofile",
        |thread, _, args| {
            let function = function_argument(thread, "setprofile", args)?;
            legacy::set(thread, ThreadSlot::Profile, Some(function), args)
        },
        "setprofile($module, function, /)\n--\n\nSet the function that is told of calls and returns in this thread.",
    ),
    Method::any(
        "_settraceallthreads",
        |thread, _, args| {
            let function = function_argument(thread, "_settraceallthreads", args)?;
            legacy::set_all(thread, ThreadSlot::Trace, Some(function), args)
        },
        "_settraceallthreads($module, function, /)\n--\n\nSet the trace function of every thread.",
    ),
    Method::any(
        "_setprofileallthreads",
        |thread, _, args| {
            let function = function_argument(thread, "_setprofileallthreads", args)?;
            legacy::set_all(thread, ThreadSlot::Profile, Some(function), args)
        },
        "_setprofileallthreads($module, function, /)\n--\n\nSet the profile function of every thread.",
    ),
    Method::any(
        "call_tracing",
        call_tracing,
        "call_tracing($module, func, args, /)\n--\n\nCall func(*args) with tracing on, from within a trace function.",
    ),
];

/// The one argument of a function. It is not taken apart by [`Args`]'s means, as the place of the arguments matters later.
fn function_argument(thread: &mut Thread, name: &str, args: Args<'_>) -> PyResult {
    match args.no_keywords(thread, name)? {
        [function] => Ok(*function),
        values => Err(thread.type_error(format_args!(
            "sys.{name}() takes exactly one argument ({} given)",
            values.len()
        ))),
    }
}

fn call_tracing(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [function, values] = args.unpack::<2>(thread, "call_tracing", 2)?;
    let (function, values) = (function.unwrap_or_else(none), values.unwrap_or_else(none));
    match values.downcast::<Tuple>() {
        Some(values) => {
            instrument::call_watched(thread, function, Args::positional(values.as_slice()))
        }
        None => Err(thread.type_error(format_args!(
            "call_tracing() argument 2 must be tuple, not {}",
            values.class().name()
        ))),
    }
}

/// The frame `depth` below the topmost one.
fn frame_at(thread: &mut Thread, depth: i32) -> Option<*mut Frame> {
    let mut current = frame::current(thread)?.as_ptr();
    for _ in 0..depth.max(0) {
        // SAFETY: frames of this thread's chain are alive.
        current = unsafe { (*current).previous };
        if current.is_null() {
            return None;
        }
    }
    Some(current)
}

fn get_frame(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [depth] = args.unpack::<1>(thread, "_getframe", 0)?;
    let depth = match depth {
        Some(depth) => protocol::convert::as_i32(thread, depth)?,
        None => 0,
    };
    match frame_at(thread, depth) {
        // SAFETY: the frame is one of this thread's chain.
        Some(found) => Ok(unsafe { frame_object::of_frame(thread, found) }.value()),
        None => Err(thread.value_error("call stack is not deep enough")),
    }
}

fn get_frame_module_name(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("_getframemodulename", ["depth"]).optional_after(0);
    static MODULE: Name = Name::new("__module__");
    let [depth] = args.parse(thread, &SIGNATURE)?;
    let depth = match depth {
        Some(depth) => protocol::convert::as_i32(thread, depth)?,
        None => 0,
    };
    let Some(found) = frame_at(thread, depth) else {
        return Ok(none());
    };
    // SAFETY: the frame is one of this thread's chain.
    let function = unsafe { (*found).function };
    let name = MODULE.get(thread);
    let module = protocol::find_attribute(thread, function.value(), name)?;
    Ok(module.unwrap_or_else(none))
}

fn store_hook(thread: &mut Thread, which: ThreadSlot, hook: Option<Value>) {
    let slot: &Slot = thread.slot(which);
    slot.store(hook.and_then(ValueExt::not_none));
}

fn set_async_hooks(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("set_asyncgen_hooks", ["firstiter", "finalizer"]).optional_after(0);
    let [first, finalizer] = args.parse(thread, &SIGNATURE)?;
    for (name, hook) in [("finalizer", finalizer), ("firstiter", first)] {
        if let Some(hook) = hook
            && !hook.is_none()
            && hook.class().slot(grwl_object::slots::CALL).is_none()
        {
            return Err(thread.type_error(format_args!(
                "callable {name} expected, got {}",
                hook.class().name()
            )));
        }
    }
    if finalizer.is_some() {
        store_hook(thread, ThreadSlot::AsyncGenFinalizer, finalizer);
    }
    if first.is_some() {
        store_hook(thread, ThreadSlot::AsyncGenFirst, first);
    }
    Ok(none())
}

fn get_async_hooks(thread: &mut Thread, _module: Value) -> PyResult {
    let hook = |thread: &Thread, which| thread.slot(which).load().unwrap_or_else(none);
    let hooks = [
        hook(thread, ThreadSlot::AsyncGenFirst),
        hook(thread, ThreadSlot::AsyncGenFinalizer),
    ];
    struct_sequence::make(thread, &sequences::ASYNCGEN_HOOKS, &hooks)
}

fn set_origin_depth(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("set_coroutine_origin_tracking_depth", ["depth"]);
    let [depth] = args.parse(thread, &SIGNATURE)?;
    let depth = protocol::convert::as_i32(thread, depth.unwrap_or_else(none))?;
    match u32::try_from(depth) {
        Ok(depth) => {
            thread.interpreter.coroutine_origin_depth = depth;
            Ok(none())
        }
        Err(_) => Err(thread.value_error("depth must be >= 0")),
    }
}
