//! What happens when a signal arrives: fatal ones, after which the process ends, and registered ones.
//!
//! ## Invariants
//! - A handler reads atomics only. What it needs is stored before it is installed.
//! - A fatal signal's handler puts the action back that there was before, and raises the signal again.

use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

use grwl_module_posix::call::errno;
use grwl_object::Thread;

use crate::dump::{self, Writer};
use crate::native;

/// One more than the highest signal.
pub(crate) const SIGNALS: usize = 65;

const R: Ordering = Ordering::Relaxed;

static FATAL: [(i32, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    // The last, so that a fault while the others are shown is still seen.
    (libc::SIGSEGV, "Segmentation fault"),
];

/// Is it a signal that `enable` is for?
pub(crate) fn is_fatal(signal: i32) -> bool {
    FATAL.iter().any(|&(known, _)| known == signal)
}

/// Are fatal signals handled?
pub(crate) static IS_ENABLED: AtomicBool = AtomicBool::new(false);
static FATAL_FD: AtomicI32 = AtomicI32::new(-1);
static FATAL_ALL: AtomicBool = AtomicBool::new(true);
static FATAL_NATIVE: AtomicBool = AtomicBool::new(true);
/// Do several threads run at once? Then the others' frames change under the handler.
static RUNS_TOGETHER: AtomicBool = AtomicBool::new(false);

type Action = AtomicPtr<libc::sigaction>;

/// The actions before ours, by signal; never freed, for a handler may look at one at any moment.
static BEFORE: [Action; SIGNALS] = [const { AtomicPtr::new(null_mut()) }; SIGNALS];

fn remember(signal: usize, before: libc::sigaction) {
    let known = BEFORE[signal].load(R);
    if known.is_null() {
        BEFORE[signal].store(Box::leak(Box::new(before)), Ordering::Release);
    } else {
        // SAFETY: a leaked box; the handler that reads it is not installed.
        unsafe { known.write(before) };
    }
}

/// Puts the action back that was there before ours. Async-signal-safe.
fn put_back(signal: usize) {
    let before = BEFORE[signal].load(Ordering::Acquire);
    let default = default_action();
    // What Rust's own start-up does with these signals is of no use to a process that is about to end.
    let is_rusts = matches!(signal as i32, libc::SIGSEGV | libc::SIGBUS);
    let before = if before.is_null() || is_rusts && IS_ENABLED.load(R) {
        &raw const default
    } else {
        before.cast_const()
    };
    // SAFETY: a valid action.
    unsafe { libc::sigaction(signal as i32, before, null_mut()) };
}

fn default_action() -> libc::sigaction {
    // SAFETY: zeroes are the default action.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

fn set(signal: usize, action: usize, flags: i32) -> Result<(), i32> {
    let mut new = default_action();
    new.sa_sigaction = action;
    new.sa_flags = flags;
    let mut before = default_action();
    // SAFETY: valid places. The action before is kept first, in case the signal arrives at once.
    unsafe {
        if libc::sigaction(signal as i32, null(), &raw mut before) != 0 {
            return Err(errno());
        }
        remember(signal, before);
        if libc::sigaction(signal as i32, &raw const new, null_mut()) != 0 {
            return Err(errno());
        }
    }
    Ok(())
}

extern "C" fn on_fatal(signal: i32) {
    if !IS_ENABLED.load(R) {
        return;
    }
    // SAFETY: the thread's own word.
    let saved = unsafe { *libc::__errno_location() };
    put_back(signal as usize);
    let fd = FATAL_FD.load(R);
    let mut to = Writer::new(fd);
    let name = FATAL.iter().find(|(known, _)| *known == signal);
    to.text("Fatal Python error: ");
    to.text(name.map_or("Unknown signal", |(_, name)| name));
    to.text("\n\n");
    to.flush();
    let together = RUNS_TOGETHER.load(R);
    if FATAL_ALL.load(R) && !together {
        dump::all_threads(fd);
    } else {
        if FATAL_ALL.load(R) {
            to.text("<Cannot show all threads while the GIL is disabled>\n");
            to.flush();
        }
        dump::this_thread(fd);
    }
    if FATAL_NATIVE.load(R) {
        to.text("\n");
        to.flush();
        native::dump(fd);
    }
    // SAFETY: the thread's own word; the signal does now what it did before.
    unsafe {
        *libc::__errno_location() = saved;
        libc::raise(signal);
    }
}

/// Bytes of the stack on which fatal signals are handled.
const STACK: usize = 128 << 10;

/// Handles fatal signals from now on.
pub(crate) fn enable(thread: &Thread, fd: i32, all: bool, native: bool) -> Result<(), i32> {
    static ONCE: std::sync::Once = std::sync::Once::new();
    FATAL_FD.store(fd, R);
    FATAL_ALL.store(all, R);
    FATAL_NATIVE.store(native, R);
    let together = thread.mutator().runtime().mode() == grwl_threads::Mode::RwLock;
    RUNS_TOGETHER.store(together, R);
    crate::native::prepare();
    ONCE.call_once(|| {
        // Never freed: the thread that enables it is nearly always the main thread, whose own stack may be what is full.
        let memory = Box::leak(vec![0u8; STACK].into_boxed_slice());
        let stack = libc::stack_t {
            ss_sp: memory.as_mut_ptr().cast(),
            ss_flags: 0,
            ss_size: STACK,
        };
        // SAFETY: memory that stays.
        unsafe { libc::sigaltstack(&raw const stack, null_mut()) };
    });
    if IS_ENABLED.swap(true, R) {
        return Ok(());
    }
    for (signal, _) in FATAL {
        let flags = libc::SA_NODEFER | libc::SA_ONSTACK;
        set(
            signal as usize,
            on_fatal as extern "C" fn(i32) as usize,
            flags,
        )?;
    }
    Ok(())
}

/// Handles them no more; were they handled?
pub(crate) fn disable() -> bool {
    let was_enabled = IS_ENABLED.swap(false, R);
    if was_enabled {
        for (signal, _) in FATAL {
            put_back(signal as usize);
        }
    }
    was_enabled
}

/// A registered signal.
struct User {
    is_registered: AtomicBool,
    fd: AtomicI32,
    all: AtomicBool,
    chain: AtomicBool,
}

static USERS: [User; SIGNALS] = [const {
    User {
        is_registered: AtomicBool::new(false),
        fd: AtomicI32::new(-1),
        all: AtomicBool::new(false),
        chain: AtomicBool::new(false),
    }
}; SIGNALS];

extern "C" fn on_user(signal: i32) {
    let Some(user) = USERS.get(signal as usize) else {
        return;
    };
    if !user.is_registered.load(R) {
        return;
    }
    // SAFETY: the thread's own word.
    let saved = unsafe { *libc::__errno_location() };
    let fd = user.fd.load(R);
    if user.all.load(R) {
        dump::all_threads(fd);
    } else {
        dump::this_thread(fd);
    }
    if user.chain.load(R) {
        put_back(signal as usize);
        // SAFETY: the thread's own word; the action before is called, then ours is put back.
        unsafe {
            *libc::__errno_location() = saved;
            libc::raise(signal);
        }
        let mut again = default_action();
        again.sa_sigaction = on_user as extern "C" fn(i32) as usize;
        again.sa_flags = libc::SA_NODEFER | libc::SA_ONSTACK;
        // SAFETY: a valid action.
        unsafe { libc::sigaction(signal, &raw const again, null_mut()) };
    }
    // SAFETY: the thread's own word.
    unsafe { *libc::__errno_location() = saved };
}

/// Writes tracebacks when the signal arrives.
pub(crate) fn register(signal: usize, fd: i32, all: bool, chain: bool) -> Result<(), i32> {
    let user = &USERS[signal];
    user.fd.store(fd, R);
    user.all.store(all, R);
    user.chain.store(chain, R);
    if !user.is_registered.load(R) {
        // A signal that calls the action before must get through while it is handled; others let system calls go on.
        let flags = if chain {
            libc::SA_NODEFER
        } else {
            libc::SA_RESTART
        };
        let action = on_user as extern "C" fn(i32) as usize;
        user.is_registered.store(true, R);
        if let Err(errno) = set(signal, action, flags | libc::SA_ONSTACK) {
            user.is_registered.store(false, R);
            return Err(errno);
        }
    }
    Ok(())
}

/// Does so no more; did it?
pub(crate) fn unregister(signal: usize) -> bool {
    let was_registered = USERS[signal].is_registered.swap(false, R);
    if was_registered {
        put_back(signal);
    }
    was_registered
}
