//! The module `_thread`.
//!
//! | what | where |
//! |---|---|
//! | locks | `lock`, `rlock` |
//! | starting threads, their stacks | `start` |
//! | threads that foreign code has started | [`foreign`] |
//! | handles, waiting for an end | `handle` |
//! | thread-local data | `local` |
//! | exceptions that end a thread | `hook` |

#![allow(clippy::trivially_copy_pass_by_ref)]

pub mod foreign;
mod handle;
mod hook;
mod local;
mod lock;
mod rlock;
mod start;

pub use handle::{HANDLE, ThreadHandle};
pub use hook::HOOK_ARGS;
pub use local::{LOCAL, Local};
pub use lock::{LOCK, LockObject};
pub use rlock::{RLOCK, RLockObject};

use grwl_module_signal::state::{self, SIGNALS};
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, finalize, float, int,
    intern, none, protocol, ready, types,
};

static FUNCTIONS: &[Method] = &[
    Method::any(
        "start_new_thread",
        start::start_new,
        "start_new_thread($module, function, args, kwargs={}, /)\n--\n\nStart a thread that calls the function; return its identity.",
    ),
    Method::any(
        "start_new",
        start::start_new,
        "start_new($module, function, args, kwargs={}, /)\n--\n\nAnother name of start_new_thread().",
    ),
    Method::any(
        "start_joinable_thread",
        start::start_joinable,
        "start_joinable_thread($module, /, function, handle=None, daemon=True)\n--\n\nStart a thread that calls the function; return a handle on it.",
    ),
    Method::no_arguments(
        "daemon_threads_allowed",
        |_, _| Ok(int::bool(true)),
        "daemon_threads_allowed($module, /)\n--\n\nMay threads be daemons?",
    ),
    Method::no_arguments(
        "allocate_lock",
        allocate_lock,
        "allocate_lock($module, /)\n--\n\nMake a lock.",
    ),
    Method::no_arguments(
        "allocate",
        allocate_lock,
        "allocate($module, /)\n--\n\nAnother name of allocate_lock().",
    ),
    Method::no_arguments(
        "exit_thread",
        exit,
        "exit_thread($module, /)\n--\n\nAnother name of exit().",
    ),
    Method::no_arguments(
        "exit",
        exit,
        "exit($module, /)\n--\n\nEnd the calling thread by raising SystemExit.",
    ),
    Method::any(
        "interrupt_main",
        interrupt_main,
        "interrupt_main($module, signum=signal.SIGINT, /)\n--\n\nLet a signal arrive in the main thread.",
    ),
    Method::no_arguments(
        "get_ident",
        get_ident,
        "get_ident($module, /)\n--\n\nThe calling thread's identity: a number that no other living thread has.",
    ),
    Method::no_arguments(
        "get_native_id",
        get_native_id,
        "get_native_id($module, /)\n--\n\nThe number that the system gives the calling thread.",
    ),
    Method::no_arguments(
        "_count",
        start::count,
        "_count($module, /)\n--\n\nHow many threads are running that were started here.",
    ),
    Method::any(
        "stack_size",
        start::stack_size,
        "stack_size($module, size=0, /)\n--\n\nSet how large the stacks of new threads are; return the size before.",
    ),
    Method::one(
        "_excepthook",
        hook::excepthook,
        "_excepthook($module, args, /)\n--\n\nShow an exception that ended a thread.",
    ),
    Method::no_arguments(
        "_is_main_interpreter",
        |_, _| Ok(int::bool(true)),
        "_is_main_interpreter($module, /)\n--\n\nIs this the main interpreter?",
    ),
    Method::no_arguments(
        "_shutdown",
        shutdown,
        "_shutdown($module, /)\n--\n\nWait for all threads that are no daemons.",
    ),
    Method::one(
        "_make_thread_handle",
        make_handle,
        "_make_thread_handle($module, ident, /)\n--\n\nA handle on a running thread.",
    ),
    Method::no_arguments(
        "_get_main_thread_ident",
        get_main_ident,
        "_get_main_thread_ident($module, /)\n--\n\nThe main thread's identity.",
    ),
    Method::any(
        "set_name",
        set_name,
        "set_name($module, /, name)\n--\n\nGive the calling thread a name for the system.",
    ),
    Method::no_arguments(
        "_get_name",
        get_name,
        "_get_name($module, /)\n--\n\nThe calling thread's name for the system.",
    ),
];

/// Gives the types of this package their functions.
pub fn install() {
    LOCK.define(&lock::SPEC);
    RLOCK.define(&rlock::SPEC);
    HANDLE.define(&handle::SPEC);
    LOCAL.define(&local::SPEC);
}

/// Makes the module. In the main thread, at start-up.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    state::begin(thread);
    for class in [&LOCK, &RLOCK, &HANDLE, &LOCAL] {
        ready::ready(thread, class)?;
    }
    hook::prepare(thread)?;
    let name = intern(thread, "_thread");
    let doc = Str::new(thread, "What the module threading is made of.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class) in [
        ("lock", &LOCK),
        ("LockType", &LOCK),
        ("RLock", &RLOCK),
        ("_ThreadHandle", &HANDLE),
        ("_local", &LOCAL),
        ("_ExceptHookArgs", &HOOK_ARGS),
        ("error", &types::RUNTIME_ERROR),
    ] {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    let longest = float::new(thread, lock::LONGEST_SECONDS);
    module.add(thread, "TIMEOUT_MAX", longest)?;
    module.add(thread, "_NAME_MAXLEN", Value::small(NAME_LENGTH as i64))?;
    Ok(module)
}

/// The child of a fork: the calling thread is the only one, and the main thread.
pub fn after_fork_in_child(thread: &Thread) {
    state::after_fork_in_child(thread);
    handle::after_fork();
    start::after_fork();
}

/// Waits for all threads that are no daemons: the end of a program that never imported `threading`.
pub fn join_all(thread: &mut Thread) {
    handle::join_all(thread);
}

fn allocate_lock(thread: &mut Thread, _module: Value) -> PyResult {
    Ok(LockObject::new(thread).value())
}

fn exit(thread: &mut Thread, _module: Value) -> PyResult {
    Err(thread.raise_with(&types::SYSTEM_EXIT, &[]))
}

fn interrupt_main(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [signal] = args.unpack::<1>(thread, "interrupt_main", 0)?;
    let signal = match signal {
        Some(signal) => protocol::convert::as_i32(thread, signal)?,
        None => libc::SIGINT,
    };
    let signal = match usize::try_from(signal) {
        Ok(signal) if (1..SIGNALS).contains(&signal) => signal,
        _ => return Err(thread.value_error("signal number out of range")),
    };
    // What the system would ignore or do itself is not simulated.
    let is_handled = match state::handler(signal) {
        Some(handler) => handler.as_int().is_none() && !handler.is_none(),
        // Its handler was forgotten at the program's end: that is said when it arrives.
        None => finalize::is_ending(),
    };
    if is_handled {
        state::trip(signal);
    }
    Ok(none())
}

fn get_ident(thread: &mut Thread, _module: Value) -> PyResult {
    Ok(int::from_usize(thread, state::ident() as usize))
}

fn get_main_ident(thread: &mut Thread, _module: Value) -> PyResult {
    Ok(int::from_usize(thread, state::main_ident() as usize))
}

fn get_native_id(thread: &mut Thread, _module: Value) -> PyResult {
    // SAFETY: no precondition.
    let id = unsafe { libc::syscall(libc::SYS_gettid) };
    Ok(int::from_i64(thread, id))
}

fn shutdown(thread: &mut Thread, _module: Value) -> PyResult {
    join_all(thread);
    Ok(none())
}

fn make_handle(thread: &mut Thread, _module: Value, ident: Value) -> PyResult {
    if !int::is_int(ident) {
        return Err(thread.type_error("ident must be an integer"));
    }
    let ident = protocol::convert::as_i64(thread, ident)?;
    Ok(handle::of_ident(thread, ident as u64))
}

/// Bytes of a name that the system keeps.
const NAME_LENGTH: usize = 15;

fn set_name(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("set_name", ["name"]);
    let [name] = args.parse(thread, &SIGNATURE)?;
    let name = name.unwrap_or_else(none);
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "set_name() argument 'name' must be str, not {}",
            name.class().name()
        )));
    };
    let text = name.text();
    let mut bytes = Vec::with_capacity(NAME_LENGTH + 4);
    for index in 0..text.len() {
        if bytes.len() >= NAME_LENGTH {
            break;
        }
        // What cannot be encoded is replaced, as CPython has it.
        let letter = char::from_u32(text.at(index)).unwrap_or('?');
        bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    // The system counts bytes, and so do we: a letter may be cut in two.
    bytes.truncate(NAME_LENGTH);
    let bytes = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    let text = std::ffi::CString::new(bytes).unwrap_or_default();
    // SAFETY: a string with its end, short enough.
    let error = unsafe { libc::pthread_setname_np(libc::pthread_self(), text.as_ptr()) };
    if error != 0 {
        return Err(thread.os_error(error));
    }
    Ok(none())
}

fn get_name(thread: &mut Thread, _module: Value) -> PyResult {
    let mut bytes = [0u8; NAME_LENGTH + 1];
    // SAFETY: a place of this length.
    let error = unsafe {
        libc::pthread_getname_np(libc::pthread_self(), bytes.as_mut_ptr().cast(), bytes.len())
    };
    if error != 0 {
        return Err(thread.os_error(error));
    }
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    Ok(grwl_types_text::decode_filesystem(thread, text)?.value())
}
