//! Limits, sizes, interning, encodings.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use grwl_object::protocol;
use grwl_object::{
    Args, Method, Name, PyResult, Signature, Str, Thread, TypeObject, Value, ValueExt, flags,
    intern_str, none, singleton,
};

/// `sys.getrecursionlimit()`; the same for all threads that begin later.
static RECURSION_LIMIT: AtomicI64 = AtomicI64::new(1000);

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "getrecursionlimit",
        |_, _| Ok(Value::small(RECURSION_LIMIT.load(Ordering::Relaxed))),
        "getrecursionlimit($module, /)\n--\n\nHow many calls may be nested.",
    ),
    Method::one(
        "setrecursionlimit",
        set_recursion_limit,
        "setrecursionlimit($module, limit, /)\n--\n\nSet how many calls may be nested.",
    ),
    Method::one(
        "intern",
        intern_text,
        "intern($module, string, /)\n--\n\nThe one string of this text that all who intern it share.",
    ),
    Method::any(
        "getsizeof",
        get_size_of,
        "getsizeof(object [, default]) -> int\n\nThe size of an object in bytes.",
    ),
    Method::one(
        "getrefcount",
        |_, _, _| Ok(Value::small(2)),
        "getrefcount($module, object, /)\n--\n\nA constant: grwl counts no references.",
    ),
    Method::no_arguments(
        "getallocatedblocks",
        |_, _| Ok(Value::small(0)),
        "getallocatedblocks($module, /)\n--\n\nA constant: grwl has no such blocks.",
    ),
    Method::no_arguments(
        "getdefaultencoding",
        |thread, _| Ok(Str::new(thread, "utf-8").value()),
        "getdefaultencoding($module, /)\n--\n\nThe encoding of str.encode() and bytes.decode().",
    ),
    Method::no_arguments(
        "getfilesystemencoding",
        |thread, _| Ok(Str::new(thread, "utf-8").value()),
        "getfilesystemencoding($module, /)\n--\n\nThe encoding of file names.",
    ),
    Method::no_arguments(
        "getfilesystemencodeerrors",
        |thread, _| Ok(Str::new(thread, "surrogateescape").value()),
        "getfilesystemencodeerrors($module, /)\n--\n\nThe error handler for file names.",
    ),
    Method::no_arguments(
        "getswitchinterval",
        |thread, _| {
            let interval = thread.mutator().runtime().switch_interval();
            Ok(grwl_object::float::new(thread, interval.as_secs_f64()))
        },
        "getswitchinterval($module, /)\n--\n\nHow long a thread may run while others wait, in global mode.",
    ),
    Method::one(
        "setswitchinterval",
        set_switch_interval,
        "setswitchinterval($module, interval, /)\n--\n\nSet how long a thread may run while others wait, in global mode.",
    ),
    Method::no_arguments(
        "_is_gil_enabled",
        |thread, _| {
            let mode = thread.mutator().runtime().mode();
            Ok(singleton::bool(mode == grwl_threads::Mode::Global))
        },
        "_is_gil_enabled($module, /)\n--\n\nDoes one thread run at a time?",
    ),
    Method::no_arguments(
        "get_int_max_str_digits",
        |thread, _| {
            let limit = grwl_types_number::limit::max_str_digits();
            Ok(grwl_object::int::from_usize(thread, limit))
        },
        "get_int_max_str_digits($module, /)\n--\n\nHow many digits an int may have as text.",
    ),
    Method::any(
        "set_int_max_str_digits",
        set_max_str_digits,
        "set_int_max_str_digits($module, /, maxdigits)\n--\n\nSet how many digits an int may have as text.",
    ),
    Method::no_arguments(
        "_get_cpu_count_config",
        |_, _| Ok(Value::small(CPU_COUNT.load(Ordering::Relaxed))),
        "_get_cpu_count_config($module, /)\n--\n\nWhat -X cpu_count says, or -1.",
    ),
    Method::no_arguments(
        "_clear_internal_caches",
        |_, _| Ok(none()),
        "_clear_internal_caches($module, /)\n--\n\nNothing to do here.",
    ),
    Method::no_arguments(
        "_clear_type_cache",
        |_, _| Ok(none()),
        "_clear_type_cache($module, /)\n--\n\nNothing to do here.",
    ),
    Method::one(
        "_clear_type_descriptors",
        clear_type_descriptors,
        "_clear_type_descriptors($module, type, /)\n--\n\nTake __dict__ and __weakref__ out of a class, for dataclasses that make it anew with slots.",
    ),
    Method::one(
        "_is_interned",
        |thread, _, string| match string.downcast::<Str>() {
            Some(string) => Ok(singleton::bool(string.is_interned())),
            None => Err(thread.type_error(format_args!(
                "_is_interned() argument must be str, not {}",
                string.class().name()
            ))),
        },
        "_is_interned($module, string, /)\n--\n\nIs it the shared string of its text?",
    ),
    Method::one(
        "_is_immortal",
        |_, _, _| Ok(singleton::bool(false)),
        "_is_immortal($module, op, /)\n--\n\nNothing is, as nothing is counted.",
    ),
    Method::no_arguments(
        "is_finalizing",
        |_, _| Ok(singleton::bool(grwl_object::finalize::is_ending())),
        "is_finalizing($module, /)\n--\n\nIs the program ending?",
    ),
    Method::no_arguments(
        "is_remote_debug_enabled",
        |_, _| Ok(singleton::bool(false)),
        "is_remote_debug_enabled($module, /)\n--\n\nCan another process attach a debugger?",
    ),
    Method::no_arguments(
        "is_stack_trampoline_active",
        |_, _| Ok(singleton::bool(false)),
        "is_stack_trampoline_active($module, /)\n--\n\nDoes perf see Python functions?",
    ),
    Method::one(
        "activate_stack_trampoline",
        |thread, _, backend| match backend.downcast::<Str>() {
            Some(_) => Err(thread.value_error("perf trampoline not available")),
            None => Err(thread.type_error(format_args!(
                "activate_stack_trampoline() argument must be str, not {}",
                backend.class().name()
            ))),
        },
        "activate_stack_trampoline($module, backend, /)\n--\n\nLet perf see Python functions: grwl has no support for it.",
    ),
    Method::no_arguments(
        "deactivate_stack_trampoline",
        |_, _| Ok(none()),
        "deactivate_stack_trampoline($module, /)\n--\n\nLet perf see no Python functions.",
    ),
    Method::any(
        "remote_exec",
        remote_exec,
        "remote_exec($module, /, pid, script)\n--\n\nRun a file in another process: grwl has no support for it.",
    ),
    Method::no_arguments(
        "getdlopenflags",
        |_, _| Ok(Value::small(DLOPEN_FLAGS.load(Ordering::Relaxed))),
        "getdlopenflags($module, /)\n--\n\nThe flags for loading shared libraries.",
    ),
    Method::one(
        "setdlopenflags",
        |thread, _, flags| {
            let flags = protocol::convert::as_i32(thread, flags)?;
            DLOPEN_FLAGS.store(flags.into(), Ordering::Relaxed);
            Ok(none())
        },
        "setdlopenflags($module, flags, /)\n--\n\nSet the flags for loading shared libraries.",
    ),
    Method::any(
        "getunicodeinternedsize",
        interned_size,
        "getunicodeinternedsize($module, /, *, _only_immortal=False)\n--\n\nHow many strings are interned.",
    ),
];

/// `sys.getdlopenflags()`
static DLOPEN_FLAGS: AtomicI64 = AtomicI64::new(libc::RTLD_NOW as i64);

fn remote_exec(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("remote_exec", ["pid", "script"]);
    let [pid, script] = args.parse(thread, &SIGNATURE)?;
    let pid = pid.unwrap_or_else(none);
    protocol::convert::as_i32(thread, pid)?;
    let script = script.unwrap_or_else(none);
    grwl_object::audit::audit(thread, "sys.remote_exec", &[pid, script])?;
    Err(thread.runtime_error("Remote debugging support has not been compiled in"))
}

fn interned_size(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("getunicodeinternedsize", ["_only_immortal"])
        .optional_after(0)
        .keyword_only_after(0, 0);
    // All of them are immortal.
    args.parse(thread, &SIGNATURE)?;
    let count = grwl_object::string::interned_count();
    Ok(grwl_object::int::from_usize(thread, count))
}

/// `-X cpu_count`, or -1.
pub(crate) static CPU_COUNT: AtomicI64 = AtomicI64::new(-1);

/// A limit below this, other than none, is refused.
const LEAST_STR_DIGITS: i32 = 640;

fn set_max_str_digits(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("set_int_max_str_digits", ["maxdigits"]);
    let [digits] = args.parse(thread, &SIGNATURE)?;
    let digits = protocol::convert::as_i32(thread, digits.unwrap_or_else(none))?;
    match usize::try_from(digits) {
        Ok(count) if digits == 0 || digits >= LEAST_STR_DIGITS => {
            grwl_types_number::limit::set_max_str_digits(count);
            Ok(none())
        }
        _ => Err(thread.value_error(format_args!(
            "maxdigits must be 0 or larger than {LEAST_STR_DIGITS}"
        ))),
    }
}

/// The limit that new threads begin with.
pub fn recursion_limit() -> i64 {
    RECURSION_LIMIT.load(Ordering::Relaxed)
}

fn set_recursion_limit(thread: &mut Thread, _module: Value, limit: Value) -> PyResult {
    let limit = i64::from(protocol::convert::as_i32(thread, limit)?);
    if limit < 1 {
        return Err(thread.value_error("recursion limit must be greater or equal than 1"));
    }
    let before = RECURSION_LIMIT.load(Ordering::Relaxed);
    let depth = before - thread.recursion_left;
    if depth >= limit {
        return Err(thread.recursion_error(format_args!(
            "cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low"
        )));
    }
    RECURSION_LIMIT.store(limit, Ordering::Relaxed);
    thread.recursion_left = limit - depth;
    Ok(none())
}

/// For a class that was replaced by one with slots: nobody is to find its descriptors for what the new one lays out otherwise.
fn clear_type_descriptors(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    static NAMES: [Name; 2] = [Name::new("__dict__"), Name::new("__weakref__")];
    let Some(class) = value.downcast::<TypeObject>() else {
        return Err(thread.type_error(format_args!(
            "_clear_type_descriptors() argument must be type, not {}",
            value.class().name()
        )));
    };
    if class.has_flag(flags::IMMUTABLE) {
        return Err(thread.type_error("argument is immutable"));
    }
    for name in &NAMES {
        let name = name.get(thread);
        if class.dict().remove_str(thread, name)?.is_some() {
            grwl_object::class::attribute::after_change(thread, class, name);
        }
    }
    Ok(none())
}

fn intern_text(thread: &mut Thread, _module: Value, string: Value) -> PyResult {
    if let Some(string) = string.downcast_exact::<Str>() {
        return Ok(intern_str(thread, string).value());
    }
    Err(thread.type_error(format_args!("can't intern {}", string.class().name())))
}

fn get_size_of(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("getsizeof", ["object", "default"]).optional_after(1);
    static SIZEOF: Name = Name::new("__sizeof__");
    let [object, default] = args.parse(thread, &SIGNATURE)?;
    let object = object.unwrap_or_else(none);
    let name = SIZEOF.get(thread);
    let size = match protocol::call_special(thread, object, name, &[]) {
        Ok(Some(size)) => protocol::as_isize(thread, size),
        Ok(None) => Err(thread.type_error(format_args!(
            "Type {} doesn't define __sizeof__",
            object.class().name()
        ))),
        Err(raised) => Err(raised),
    };
    match (size, default) {
        (Ok(size), _) if size < 0 => Err(thread.value_error("__sizeof__() should return >= 0")),
        (Ok(size), _) => Ok(grwl_object::int::from_i64(thread, size as i64)),
        (Err(raised), Some(default)) if raised.matches(&grwl_object::types::TYPE_ERROR) => {
            Ok(default)
        }
        (Err(raised), _) => Err(raised),
    }
}

fn set_switch_interval(thread: &mut Thread, _module: Value, interval: Value) -> PyResult {
    let seconds = protocol::as_float(thread, interval)?;
    if seconds <= 0.0 || seconds.is_nan() {
        return Err(thread.value_error("switch interval must be strictly positive"));
    }
    let interval = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    thread.mutator().runtime().set_switch_interval(interval);
    Ok(none())
}
