//! The module `faulthandler`: tracebacks of a program that crashes or hangs.
//!
//! | what | where |
//! |---|---|
//! | functions, their arguments | here |
//! | reading memory that may be gone | `peek` |
//! | writing tracebacks | `dump` |
//! | the native stack | `native` |
//! | what happens when a signal arrives | `signals` |
//! | the thread that waits for a time-out | `watchdog` |
//! | crashes on purpose, for tests | `crash` |
//!
//! Rule: what runs in a signal handler, or when the program may be stuck, allocates nothing, takes no lock, and reads what belongs to Python
//! through `peek` only, so that a half-changed structure costs a line of the traceback, not another crash.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod crash;
mod dump;
mod native;
mod peek;
mod signals;
mod watchdog;

use std::sync::atomic::Ordering;

use grwl_module_posix::arguments::{c_int, flag};
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Signature, Slot, Str, Thread, Value, ValueExt, int, intern,
    none, protocol,
};

static FUNCTIONS: &[Method] = &[
    Method::any(
        "enable",
        enable,
        "enable($module, /, file=sys.stderr, all_threads=True, c_stack=True)\n--\n\nWrite the traceback on a fatal signal.",
    ),
    Method::no_arguments(
        "disable",
        disable,
        "disable($module, /)\n--\n\nWrite no traceback on a fatal signal any more; was one to be written?",
    ),
    Method::no_arguments(
        "is_enabled",
        is_enabled,
        "is_enabled($module, /)\n--\n\nIs the traceback written on a fatal signal?",
    ),
    Method::any(
        "dump_traceback",
        dump_traceback,
        "dump_traceback($module, /, file=sys.stderr, all_threads=True)\n--\n\nWrite the traceback.",
    ),
    Method::any(
        "dump_c_stack",
        dump_c_stack,
        "dump_c_stack($module, /, file=sys.stderr)\n--\n\nWrite the native stack.",
    ),
    Method::any(
        "dump_traceback_later",
        dump_later,
        "dump_traceback_later($module, /, timeout, repeat=False, file=sys.stderr, exit=False)\n--\n\nWrite the tracebacks of all threads in so many seconds, perhaps again and again, or then end the process.",
    ),
    Method::no_arguments(
        "cancel_dump_traceback_later",
        cancel_later,
        "cancel_dump_traceback_later($module, /)\n--\n\nTake dump_traceback_later back.",
    ),
    Method::any(
        "register",
        register,
        "register($module, /, signum, file=sys.stderr, all_threads=True, chain=False)\n--\n\nWrite the traceback when a signal arrives.",
    ),
    Method::one(
        "unregister",
        unregister,
        "unregister($module, signum, /)\n--\n\nTake register back; was it registered?",
    ),
    Method::no_arguments(
        "_read_null",
        crash::read_null,
        "_read_null($module, /)\n--\n\nRead from the address 0.",
    ),
    Method::any(
        "_sigsegv",
        crash::segmentation,
        "_sigsegv($module, release_gil=False, /)\n--\n\nRaise SIGSEGV.",
    ),
    Method::no_arguments(
        "_sigabrt",
        crash::abort,
        "_sigabrt($module, /)\n--\n\nRaise SIGABRT.",
    ),
    Method::no_arguments(
        "_sigfpe",
        crash::arithmetic,
        "_sigfpe($module, /)\n--\n\nRaise SIGFPE.",
    ),
    Method::no_arguments(
        "_fatal_error_c_thread",
        crash::in_native_thread,
        "_fatal_error_c_thread($module, /)\n--\n\nEnd the process from a thread that is not Python's.",
    ),
    Method::no_arguments(
        "_stack_overflow",
        crash::stack_overflow,
        "_stack_overflow($module, /)\n--\n\nCall until the native stack is full.",
    ),
];

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "faulthandler");
    let doc = Str::new(thread, "faulthandler module.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}

/// The files that are written to, so that they are not closed: of `enable`, of `dump_traceback_later`, by signal of `register`.
static FILES: [Slot; 2 + signals::SIGNALS] = [const { Slot::empty() }; 2 + signals::SIGNALS];
const OF_FATAL: usize = 0;
const OF_LATER: usize = 1;
const OF_SIGNALS: usize = 2;

fn keep(thread: &Thread, place: usize, file: Option<Value>) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let first = FILES.as_ptr().cast::<u64>();
        // SAFETY: a static.
        unsafe { thread.heap().add_static_roots(first, FILES.len()) };
    });
    FILES[place].store(file);
}

/// The descriptor of a file argument, and the file, if it is an object.
fn descriptor(thread: &mut Thread, file: Option<Value>) -> PyResult<(i32, Option<Value>)> {
    static STDERR: Name = Name::new("stderr");
    static FILENO: Name = Name::new("fileno");
    static FLUSH: Name = Name::new("flush");
    let file = match file.and_then(ValueExt::not_none) {
        Some(file) => file,
        None => {
            let name = STDERR.get(thread);
            match grwl_interpreter::sys_dict(thread).get_str(name) {
                None => return Err(thread.runtime_error("unable to get sys.stderr")),
                Some(file) if file.is_none() => {
                    return Err(thread.runtime_error("sys.stderr is None"));
                }
                Some(file) => file,
            }
        }
    };
    if int::is_int(file) {
        let fd = c_int(thread, file)?;
        if fd < 0 {
            return Err(thread.value_error("file is not a valid file descriptor"));
        }
        return Ok((fd, None));
    }
    let name = FILENO.get(thread);
    let number = protocol::call_method(thread, file, name, &[])?;
    let fd = if int::is_int(number) {
        c_int(thread, number).ok().filter(|&fd| fd >= 0)
    } else {
        None
    };
    let Some(fd) = fd else {
        return Err(thread.runtime_error("file.fileno() is not a valid file descriptor"));
    };
    let name = FLUSH.get(thread);
    // A file that cannot be flushed can be written to.
    let _ = protocol::call_method(thread, file, name, &[]);
    Ok((fd, Some(file)))
}

fn enable(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("enable", ["file", "all_threads", "c_stack"]).optional_after(0);
    let [file, all, native] = args.parse(thread, &SIGNATURE)?;
    let all = flag(thread, all, true)?;
    let native = flag(thread, native, true)?;
    let (fd, file) = descriptor(thread, file)?;
    keep(thread, OF_FATAL, file);
    if let Err(errno) = signals::enable(thread, fd, all, native) {
        return Err(thread.os_error(errno));
    }
    Ok(none())
}

/// `-X faulthandler`: as `enable()`; a program without a standard error goes without.
pub fn enable_at_start(thread: &mut Thread) {
    let _ = signals::enable(thread, libc::STDERR_FILENO, true, true);
}

fn disable(thread: &mut Thread, _module: Value) -> PyResult {
    let was_enabled = signals::disable();
    keep(thread, OF_FATAL, None);
    Ok(int::bool(was_enabled))
}

fn is_enabled(_thread: &mut Thread, _module: Value) -> PyResult {
    Ok(int::bool(signals::IS_ENABLED.load(Ordering::Relaxed)))
}

fn dump_traceback(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("dump_traceback", ["file", "all_threads"]).optional_after(0);
    let [file, all] = args.parse(thread, &SIGNATURE)?;
    let all = flag(thread, all, true)?;
    let (fd, file) = descriptor(thread, file)?;
    if all {
        // The others stand still, so that their tracebacks are whole.
        let stopped = thread.mutator_mut().stop_the_world();
        dump::all_threads(fd);
        drop(stopped);
    } else {
        dump::this_thread(fd);
    }
    thread.poll()?;
    // Until here the file must not be closed by its finalizer.
    std::hint::black_box(file);
    Ok(none())
}

fn dump_c_stack(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("dump_c_stack", ["file"]).optional_after(0);
    let [file] = args.parse(thread, &SIGNATURE)?;
    let (fd, _file) = descriptor(thread, file)?;
    native::dump(fd);
    Ok(none())
}

fn dump_later(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> = Signature::new(
        "dump_traceback_later",
        ["timeout", "repeat", "file", "exit"],
    )
    .optional_after(1);
    let [timeout, repeat, file, exit] = args.parse(thread, &SIGNATURE)?;
    let repeat = flag(thread, repeat, false)?;
    let exit = flag(thread, exit, false)?;
    let rounding = grwl_module_time::Rounding::Up;
    let timeout = grwl_module_time::nanoseconds(thread, timeout.unwrap_or_else(none), rounding)?;
    let micros = timeout.div_euclid(1000) + i64::from(timeout.rem_euclid(1000) != 0);
    let Some(micros) = u64::try_from(micros).ok().filter(|&micros| micros > 0) else {
        return Err(thread.value_error("timeout must be greater than 0"));
    };
    let (fd, file) = descriptor(thread, file)?;
    keep(thread, OF_LATER, file);
    if watchdog::start(thread, micros, fd, repeat, exit) {
        Ok(none())
    } else {
        Err(thread.runtime_error("unable to start watchdog thread"))
    }
}

fn cancel_later(thread: &mut Thread, _module: Value) -> PyResult {
    watchdog::cancel(thread);
    keep(thread, OF_LATER, None);
    Ok(none())
}

fn signal_number(thread: &mut Thread, value: Value) -> PyResult<usize> {
    let signal = c_int(thread, value)?;
    if signals::is_fatal(signal) {
        return Err(thread.runtime_error(format_args!(
            "signal {signal} cannot be registered, use enable() instead"
        )));
    }
    match usize::try_from(signal) {
        Ok(signal) if (1..signals::SIGNALS).contains(&signal) => Ok(signal),
        _ => Err(thread.value_error("signal number out of range")),
    }
}

fn register(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("register", ["signum", "file", "all_threads", "chain"]).optional_after(1);
    let [signal, file, all, chain] = args.parse(thread, &SIGNATURE)?;
    let all = flag(thread, all, true)?;
    let chain = flag(thread, chain, false)?;
    let signal = signal_number(thread, signal.unwrap_or_else(none))?;
    let (fd, file) = descriptor(thread, file)?;
    keep(thread, OF_SIGNALS + signal, file);
    if let Err(errno) = signals::register(signal, fd, all, chain) {
        return Err(thread.os_error(errno));
    }
    Ok(none())
}

fn unregister(thread: &mut Thread, _module: Value, signal: Value) -> PyResult {
    let signal = signal_number(thread, signal)?;
    let was_registered = signals::unregister(signal);
    keep(thread, OF_SIGNALS + signal, None);
    Ok(int::bool(was_registered))
}
