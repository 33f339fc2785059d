//! The module `_signal`.
//!
//! | what | where |
//! |---|---|
//! | what has arrived, and who handles it | `state` |
//! | masks, waiting | `set` |
//! | alarms, timers | `timer` |
//!
//! The start-up code makes the module in the main thread: that installs the handler of `SIGINT`, and [`pending`] as what safepoints call.

#![allow(clippy::trivially_copy_pass_by_ref)]

mod set;
pub mod state;
mod timer;

pub use state::{after_fork_in_child, begin, interrupts, is_main_thread, main_ident, pending};
pub use timer::ITIMER_ERROR;

use std::sync::atomic::{AtomicBool, Ordering};

use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, intern, none, protocol,
    ready, slots, struct_sequence, types,
};

use state::{Disposition, SIGNALS};

static FUNCTIONS: &[Method] = &[
    Method::any(
        "signal",
        signal,
        "signal($module, signalnum, handler, /)\n--\n\nSet what happens when a signal arrives; return what happened before.",
    ),
    Method::one(
        "getsignal",
        get_signal,
        "getsignal($module, signalnum, /)\n--\n\nWhat happens when a signal arrives.",
    ),
    Method::any(
        "default_int_handler",
        default_int_handler,
        "default_int_handler($module, signalnum, frame, /)\n--\n\nThe handler of SIGINT: raises KeyboardInterrupt.",
    ),
    Method::one(
        "raise_signal",
        raise_signal,
        "raise_signal($module, signalnum, /)\n--\n\nSend a signal to the calling process.",
    ),
    Method::any(
        "pthread_kill",
        pthread_kill,
        "pthread_kill($module, thread_id, signalnum, /)\n--\n\nSend a signal to a thread.",
    ),
    Method::one(
        "alarm",
        timer::alarm,
        "alarm($module, seconds, /)\n--\n\nLet SIGALRM arrive after so many seconds.",
    ),
    Method::any(
        "setitimer",
        timer::set,
        "setitimer($module, which, seconds, interval=0.0, /)\n--\n\nSet an interval timer; return what it was set to.",
    ),
    Method::one(
        "getitimer",
        timer::get,
        "getitimer($module, which, /)\n--\n\nWhat an interval timer is set to.",
    ),
    Method::no_arguments(
        "pause",
        pause,
        "pause($module, /)\n--\n\nWait until a signal arrives.",
    ),
    Method::any(
        "set_wakeup_fd",
        set_wakeup,
        "set_wakeup_fd($module, fd, /, *, warn_on_full_buffer=True)\n--\n\nLet a byte be written to a descriptor for each signal; return the one before, or -1.",
    ),
    Method::any(
        "siginterrupt",
        interrupt,
        "siginterrupt($module, signalnum, flag, /)\n--\n\nSet whether a signal interrupts system calls.",
    ),
    Method::one(
        "strsignal",
        describe,
        "strsignal($module, signalnum, /)\n--\n\nThe system's description of a signal.",
    ),
    Method::no_arguments(
        "valid_signals",
        set::valid,
        "valid_signals($module, /)\n--\n\nThe set of signals that can be used.",
    ),
    Method::any(
        "pthread_sigmask",
        set::mask,
        "pthread_sigmask($module, how, mask, /)\n--\n\nChange the calling thread's mask of signals; return the one before.",
    ),
    Method::no_arguments(
        "sigpending",
        set::pending,
        "sigpending($module, /)\n--\n\nThe blocked signals that have arrived.",
    ),
    Method::any(
        "pidfd_send_signal",
        send_by_descriptor,
        "pidfd_send_signal($module, pidfd, signalnum, siginfo=None, flags=0, /)\n--\n\nSend a signal to the process that a descriptor stands for.",
    ),
    Method::one(
        "sigwaitinfo",
        set::wait_with_info,
        "sigwaitinfo($module, sigset, /)\n--\n\nWait for one of these signals; return what is known of it.",
    ),
    Method::any(
        "sigtimedwait",
        set::timed_wait,
        "sigtimedwait($module, sigset, timeout, /)\n--\n\nAs sigwaitinfo, but no longer than so many seconds; None if the time is over.",
    ),
    Method::one(
        "sigwait",
        set::wait,
        "sigwait($module, sigset, /)\n--\n\nWait for one of these signals; return its number.",
    ),
];

fn send_by_descriptor(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [descriptor, signal, info, flags] = args.unpack::<4>(thread, "pidfd_send_signal", 2)?;
    let descriptor = protocol::convert::as_i32(thread, descriptor.unwrap_or_else(none))?;
    let signal = protocol::convert::as_i32(thread, signal.unwrap_or_else(none))?;
    let flags = match flags {
        Some(flags) => protocol::convert::as_i64(thread, flags)? as u32,
        None => 0,
    };
    if info.and_then(ValueExt::not_none).is_some() {
        return Err(thread.type_error("siginfo must be None"));
    }
    // SAFETY: a plain call.
    let status = unsafe {
        let none = std::ptr::null::<libc::siginfo_t>();
        libc::syscall(libc::SYS_pidfd_send_signal, descriptor, signal, none, flags)
    };
    if status < 0 {
        let error = std::io::Error::last_os_error();
        return Err(thread.io_error(&error, None));
    }
    thread.poll()?;
    Ok(none())
}

static CONSTANTS: &[(&str, i64)] = &[
    ("SIG_DFL", 0),
    ("SIG_IGN", 1),
    ("SIG_BLOCK", libc::SIG_BLOCK as i64),
    ("SIG_UNBLOCK", libc::SIG_UNBLOCK as i64),
    ("SIG_SETMASK", libc::SIG_SETMASK as i64),
    ("ITIMER_REAL", 0),
    ("ITIMER_VIRTUAL", 1),
    ("ITIMER_PROF", 2),
    ("NSIG", SIGNALS as i64),
    ("SIGHUP", libc::SIGHUP as i64),
    ("SIGINT", libc::SIGINT as i64),
    ("SIGQUIT", libc::SIGQUIT as i64),
    ("SIGILL", libc::SIGILL as i64),
    ("SIGTRAP", libc::SIGTRAP as i64),
    ("SIGIOT", libc::SIGIOT as i64),
    ("SIGABRT", libc::SIGABRT as i64),
    ("SIGFPE", libc::SIGFPE as i64),
    ("SIGKILL", libc::SIGKILL as i64),
    ("SIGBUS", libc::SIGBUS as i64),
    ("SIGSEGV", libc::SIGSEGV as i64),
    ("SIGSYS", libc::SIGSYS as i64),
    ("SIGPIPE", libc::SIGPIPE as i64),
    ("SIGALRM", libc::SIGALRM as i64),
    ("SIGTERM", libc::SIGTERM as i64),
    ("SIGUSR1", libc::SIGUSR1 as i64),
    ("SIGUSR2", libc::SIGUSR2 as i64),
    ("SIGCLD", libc::SIGCHLD as i64),
    ("SIGCHLD", libc::SIGCHLD as i64),
    ("SIGPWR", libc::SIGPWR as i64),
    ("SIGIO", libc::SIGIO as i64),
    ("SIGURG", libc::SIGURG as i64),
    ("SIGWINCH", libc::SIGWINCH as i64),
    ("SIGPOLL", libc::SIGPOLL as i64),
    ("SIGSTOP", libc::SIGSTOP as i64),
    ("SIGTSTP", libc::SIGTSTP as i64),
    ("SIGCONT", libc::SIGCONT as i64),
    ("SIGTTIN", libc::SIGTTIN as i64),
    ("SIGTTOU", libc::SIGTTOU as i64),
    ("SIGVTALRM", libc::SIGVTALRM as i64),
    ("SIGPROF", libc::SIGPROF as i64),
    ("SIGXCPU", libc::SIGXCPU as i64),
    ("SIGXFSZ", libc::SIGXFSZ as i64),
    ("SIGSTKFLT", libc::SIGSTKFLT as i64),
];

/// The module's types have no functions of their own.
pub fn install() {}

/// Makes the module. In the main thread, at start-up.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    state::begin(thread);
    grwl_object::thread::on_pending(state::pending);
    ready::ready(thread, &ITIMER_ERROR)?;
    struct_sequence::prepare(thread, &set::SIGINFO, &set::SIGINFO_DESCRIPTION)?;
    let name = intern(thread, "_signal");
    let doc = Str::new(thread, "Signals of the operating system.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in CONSTANTS {
        module.add(thread, name, Value::small(number))?;
    }
    module.add(
        thread,
        "SIGRTMIN",
        Value::small(i64::from(libc::SIGRTMIN())),
    )?;
    module.add(
        thread,
        "SIGRTMAX",
        Value::small(i64::from(libc::SIGRTMAX())),
    )?;
    let error = Ref::from_static(&ITIMER_ERROR).value();
    module.add(thread, "ItimerError", error)?;
    let info = Ref::from_static(&set::SIGINFO).value();
    module.add(thread, "struct_siginfo", info)?;
    begin_handling(thread, module)?;
    Ok(module)
}

/// Finds what the process was started with, and takes `SIGINT`.
fn begin_handling(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    static HAS_BEGUN: AtomicBool = AtomicBool::new(false);
    if HAS_BEGUN.swap(true, Ordering::Relaxed) {
        // Who imports the module anew finds the handlers as they are.
        return Ok(());
    }
    let _ = state::set_disposition(libc::SIGPIPE as usize, Disposition::Ignore);
    let _ = state::set_disposition(libc::SIGXFSZ as usize, Disposition::Ignore);
    for signal in 1..SIGNALS {
        let handler = match state::disposition(signal) {
            Some(Disposition::Default) => Value::small(0),
            Some(Disposition::Ignore) => Value::small(1),
            _ => none(),
        };
        state::set_handler(signal, Some(handler));
    }
    let interrupt = libc::SIGINT as usize;
    if state::disposition(interrupt) == Some(Disposition::Default) {
        let dict = module.dict(thread)?;
        let function = dict.get_str(intern(thread, "default_int_handler"));
        state::set_handler(interrupt, function);
        let _ = state::set_disposition(interrupt, Disposition::Handle);
    }
    Ok(())
}

fn number(thread: &mut Thread, value: Value) -> PyResult<usize> {
    let signal = protocol::convert::as_i32(thread, value)?;
    match usize::try_from(signal) {
        Ok(signal) if (1..SIGNALS).contains(&signal) => Ok(signal),
        _ => Err(thread.value_error("signal number out of range")),
    }
}

fn signal(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [given, handler] = args.unpack::<2>(thread, "signal", 2)?;
    let handler = handler.unwrap_or_else(none);
    let signal = protocol::convert::as_i32(thread, given.unwrap_or_else(none))?;
    if !is_main_thread() {
        return Err(thread.value_error("signal only works in main thread of the main interpreter"));
    }
    let signal = number(thread, Value::small(i64::from(signal)))?;
    let disposition = match handler.as_int() {
        Some(0) => Disposition::Default,
        Some(1) => Disposition::Ignore,
        _ if handler.class().slot(slots::CALL).is_some() => Disposition::Handle,
        _ => {
            return Err(thread.type_error(
                "signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object",
            ));
        }
    };
    // What has arrived is for the handler that there was.
    thread.poll()?;
    if let Err(error) = state::set_disposition(signal, disposition) {
        return Err(thread.io_error(&error, None));
    }
    let before = state::set_handler(signal, Some(handler));
    Ok(before.unwrap_or_else(none))
}

fn get_signal(thread: &mut Thread, _module: Value, signal: Value) -> PyResult {
    let signal = number(thread, signal)?;
    Ok(state::handler(signal).unwrap_or_else(none))
}

fn default_int_handler(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    args.unpack::<2>(thread, "default_int_handler", 2)?;
    Err(thread.raise_with(&types::KEYBOARD_INTERRUPT, &[]))
}

fn raise_signal(thread: &mut Thread, _module: Value, signal: Value) -> PyResult {
    let signal = protocol::convert::as_i32(thread, signal)?;
    let result = thread.safe(|| {
        // SAFETY: no precondition.
        match unsafe { libc::raise(signal) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    });
    if let Err(error) = result {
        return Err(thread.io_error(&error, None));
    }
    thread.poll()?;
    Ok(none())
}

fn pthread_kill(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [id, signal] = args.unpack::<2>(thread, "pthread_kill", 2)?;
    let id = protocol::convert::as_i64(thread, id.unwrap_or_else(none))?;
    let signal = protocol::convert::as_i32(thread, signal.unwrap_or_else(none))?;
    thread.ask_of_thread(id as u64, || {
        // SAFETY: the thread is alive.
        unsafe { libc::pthread_kill(id as libc::pthread_t, signal) }
    })?;
    thread.poll()?;
    Ok(none())
}

fn pause(thread: &mut Thread, _module: Value) -> PyResult {
    thread.safe(|| {
        // SAFETY: no precondition.
        unsafe { libc::pause() };
    });
    thread.poll()?;
    Ok(none())
}

fn set_wakeup(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("set_wakeup_fd", ["", "warn_on_full_buffer"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [descriptor, warn] = args.parse(thread, &SIGNATURE)?;
    let descriptor = protocol::convert::as_i32(thread, descriptor.unwrap_or_else(none))?;
    let warn = match warn {
        Some(warn) => protocol::is_true(thread, warn)?,
        None => true,
    };
    if !is_main_thread() {
        return Err(
            thread.value_error("set_wakeup_fd only works in main thread of the main interpreter")
        );
    }
    if descriptor != -1 {
        // SAFETY: only asks.
        let status = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
        if status < 0 {
            let error = std::io::Error::last_os_error();
            return Err(thread.io_error(&error, None));
        }
        if status & libc::O_NONBLOCK == 0 {
            return Err(thread.value_error(format_args!(
                "the fd {descriptor} must be in non-blocking mode"
            )));
        }
    }
    let before = state::set_wakeup(descriptor, warn);
    Ok(Value::small(i64::from(before)))
}

fn interrupt(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [signal, flag] = args.unpack::<2>(thread, "siginterrupt", 2)?;
    let signal = number(thread, signal.unwrap_or_else(none))? as libc::c_int;
    let flag = protocol::convert::as_i32(thread, flag.unwrap_or_else(none))?;
    // SAFETY: all zeroes are a valid `sigaction`; the system fills it.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: valid places; only a flag is changed.
    let result = unsafe {
        libc::sigaction(signal, std::ptr::null(), &raw mut action);
        if flag == 0 {
            action.sa_flags |= libc::SA_RESTART;
        } else {
            action.sa_flags &= !libc::SA_RESTART;
        }
        libc::sigaction(signal, &raw const action, std::ptr::null_mut())
    };
    if result != 0 {
        let error = std::io::Error::last_os_error();
        return Err(thread.io_error(&error, None));
    }
    Ok(none())
}

fn describe(thread: &mut Thread, _module: Value, signal: Value) -> PyResult {
    let signal = number(thread, signal)?;
    // SAFETY: no precondition; what it returns is good until the next call in this thread.
    let text = unsafe {
        let text = libc::strsignal(signal as libc::c_int);
        if text.is_null() {
            return Ok(none());
        }
        std::ffi::CStr::from_ptr(text)
            .to_string_lossy()
            .into_owned()
    };
    if text.starts_with("Unknown signal") {
        return Ok(none());
    }
    Ok(Str::new(thread, &text).value())
}
