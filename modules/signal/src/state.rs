//! What has arrived, and who handles it.
//!
//! ## Protocol
//! - The system's handler notes the signal's number, and posts an event to the main thread. Nothing more: it may run in any thread at any moment.
//! - The main thread calls the Python functions at its next safepoint ([`pending`]). A wait that names
//!   [`EVENT_PENDING`] among its interrupts ends early.
//!
//! ## Invariants
//! - What the system's handler touches are statics of atomics, and a thread handle that is never freed.
//! - The handlers of Python are roots.

use std::ptr::null_mut;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, Ordering};

use grwl_interpreter::frame;
use grwl_interpreter::frame_object;
use grwl_object::thread::{EVENT_PENDING, ThreadSlot};
use grwl_object::{
    PyResult, Slot, Thread, TypeObject, Value, ValueExt, int, none, protocol, types, unraisable,
    world,
};
use grwl_threads::{Events, ThreadHandle};

/// One more than the highest signal.
pub const SIGNALS: usize = 65;

static TRIPPED: [AtomicBool; SIGNALS] = [const { AtomicBool::new(false) }; SIGNALS];
static ANY_TRIPPED: AtomicBool = AtomicBool::new(false);
static MAIN: AtomicPtr<ThreadHandle> = AtomicPtr::new(null_mut());
static MAIN_IDENT: AtomicU64 = AtomicU64::new(0);
static HANDLERS: [Slot; SIGNALS] = [const { Slot::empty() }; SIGNALS];
/// Where a byte is written for each signal; -1: nowhere.
static WAKEUP: AtomicI32 = AtomicI32::new(-1);
static WARN_ON_FULL: AtomicBool = AtomicBool::new(true);
/// The error number of a failed write there; 0: none.
static WAKEUP_ERROR: AtomicI32 = AtomicI32::new(0);

/// The calling thread's identity, as `threading.get_ident` shows it.
pub fn ident() -> u64 {
    // SAFETY: no precondition.
    unsafe { libc::pthread_self() as u64 }
}

/// Makes the calling thread the main thread, if there is none yet.
pub fn begin(thread: &Thread) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let first = HANDLERS.as_ptr().cast::<u64>();
        // SAFETY: a static.
        unsafe {
            world::world()
                .heap()
                .add_static_roots(first, HANDLERS.len());
        };
        make_main(thread);
    });
}

/// Makes the calling thread the main thread: also in the child of a fork.
pub fn make_main(thread: &Thread) {
    MAIN_IDENT.store(ident(), Ordering::Relaxed);
    // Never freed: the system's handler may hold it at any moment.
    let handle = Box::leak(Box::new(thread.mutator().handle()));
    // Release: partner is the Acquire in `trip`.
    MAIN.store(handle, Ordering::Release);
}

/// The child of a fork: what the parent has not handled is not the child's.
pub fn after_fork_in_child(thread: &Thread) {
    for tripped in &TRIPPED {
        tripped.store(false, Ordering::Relaxed);
    }
    ANY_TRIPPED.store(false, Ordering::Relaxed);
    make_main(thread);
}

/// The program's end: signals do again what the system has them do, but for those that are ignored, and no handler is called any more.
pub fn end() {
    for (signal, handler) in HANDLERS.iter().enumerate().skip(1) {
        let is_function = |handler: &Value| handler.as_int().is_none() && !handler.is_none();
        if handler.load().filter(is_function).is_some() {
            let _ = set_disposition(signal, Disposition::Default);
        }
        handler.store(None);
    }
}

/// Is the calling thread the main thread?
pub fn is_main_thread() -> bool {
    ident() == main_ident()
}

/// The main thread's identity.
pub fn main_ident() -> u64 {
    MAIN_IDENT.load(Ordering::Relaxed)
}

/// What a wait of the calling thread is interrupted by: signals, in the main thread, and the process being at rest.
pub fn interrupts() -> Events {
    if is_main_thread() {
        EVENT_PENDING | Events::SIGNAL | Events::REST
    } else {
        Events::REST
    }
}

/// The handler of a signal: 0 for the system's default, 1 for ignoring it, a function; `None`: unknown to Python.
pub fn handler(signal: usize) -> Option<Value> {
    HANDLERS[signal].load()
}

/// Sets the handler, and returns the one before.
pub fn set_handler(signal: usize, handler: Option<Value>) -> Option<Value> {
    let before = HANDLERS[signal].load();
    HANDLERS[signal].store(handler);
    before
}

/// Notes a signal, as if it had arrived. Async-signal-safe.
pub fn trip(signal: usize) {
    TRIPPED[signal].store(true, Ordering::Relaxed);
    // Release: partner is the Acquire in `pending`.
    ANY_TRIPPED.store(true, Ordering::Release);
    // SAFETY: null, or a handle that is never freed.
    if let Some(main) = unsafe { MAIN.load(Ordering::Acquire).as_ref() } {
        main.post(EVENT_PENDING);
    }
    let wakeup = WAKEUP.load(Ordering::Relaxed);
    if wakeup != -1 {
        let byte = signal as u8;
        // SAFETY: one byte, from a local.
        let written = unsafe { libc::write(wakeup, (&raw const byte).cast(), 1) };
        if written < 0 {
            // SAFETY: the thread's own word.
            let error = unsafe { *libc::__errno_location() };
            let is_full = error == libc::EAGAIN || error == libc::EWOULDBLOCK;
            if !is_full || WARN_ON_FULL.load(Ordering::Relaxed) {
                WAKEUP_ERROR.store(error, Ordering::Relaxed);
            }
        }
    }
}

extern "C" fn on_signal(signal: libc::c_int) {
    // SAFETY: the thread's own word; restored below for the interrupted code.
    let errno = unsafe { *libc::__errno_location() };
    if let Ok(signal) = usize::try_from(signal)
        && signal < SIGNALS
    {
        trip(signal);
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// What the system does with a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Its default.
    Default,
    /// Nothing.
    Ignore,
    /// It calls us.
    Handle,
}

/// Tells the system what to do with a signal.
///
/// # Errors
/// The system's.
pub fn set_disposition(signal: usize, disposition: Disposition) -> std::io::Result<()> {
    // SAFETY: all zeroes are a valid `sigaction`, whose mask is empty.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = match disposition {
        Disposition::Default => libc::SIG_DFL,
        Disposition::Ignore => libc::SIG_IGN,
        Disposition::Handle => on_signal as extern "C" fn(libc::c_int) as usize,
    };
    // An alternate stack is used if the thread has one.
    action.sa_flags = libc::SA_ONSTACK;
    // SAFETY: the action is valid; the handler is async-signal-safe.
    let result = unsafe { libc::sigaction(signal as libc::c_int, &raw const action, null_mut()) };
    if result == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}

/// What the system does with a signal now; `None`: another handler than ours.
pub fn disposition(signal: usize) -> Option<Disposition> {
    // SAFETY: as in `set_disposition`; the system fills it.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: only asks.
    let result =
        unsafe { libc::sigaction(signal as libc::c_int, std::ptr::null(), &raw mut action) };
    if result != 0 {
        return None;
    }
    match action.sa_sigaction {
        libc::SIG_DFL => Some(Disposition::Default),
        libc::SIG_IGN => Some(Disposition::Ignore),
        _ => None,
    }
}

/// Where a byte is written for each signal from now on; returns the place before.
pub fn set_wakeup(descriptor: i32, warn_on_full: bool) -> i32 {
    WARN_ON_FULL.store(warn_on_full, Ordering::Relaxed);
    WAKEUP.swap(descriptor, Ordering::Relaxed)
}

/// The thread's part of [`EVENT_PENDING`]: calls the handlers of signals in the main thread, raises what another thread has sent. To be installed
/// with `grwl_object::thread::on_pending`.
///
/// # Errors
/// What a handler raises, or what was sent.
pub fn pending(thread: &mut Thread, _events: Events) -> PyResult<()> {
    if is_main_thread() {
        handle_signals(thread)?;
    }
    let sent = thread.slot(ThreadSlot::AsyncException);
    if let Some(exception) = sent.load() {
        sent.store(None);
        let instance = match exception.downcast::<TypeObject>() {
            Some(_) => protocol::call_positional(thread, exception, &[])?,
            None => exception,
        };
        if instance.class().is_subtype_of(&types::BASE_EXCEPTION) {
            return Err(thread.raise_value(instance));
        }
        return Err(thread.type_error("exceptions must derive from BaseException"));
    }
    Ok(())
}

fn handle_signals(thread: &mut Thread) -> PyResult<()> {
    let failed = WAKEUP_ERROR.swap(0, Ordering::Relaxed);
    if failed != 0 {
        let raised = thread.os_error(failed);
        let what = "Exception ignored when trying to write to the signal wakeup fd";
        unraisable::report(thread, raised, what, None);
    }
    // Acquire: partner is the Release in `trip`.
    if !ANY_TRIPPED.swap(false, Ordering::Acquire) {
        return Ok(());
    }
    for (signal, tripped) in TRIPPED.iter().enumerate().skip(1) {
        if !tripped.swap(false, Ordering::Relaxed) {
            continue;
        }
        let function = handler(signal).filter(|handler| handler.as_int().is_none());
        let Some(function) = function.and_then(ValueExt::not_none) else {
            let message = format!("Signal {signal} ignored due to race condition");
            let raised = thread.raise(&types::OS_ERROR, message);
            unraisable::report(thread, raised, "", Some(none()));
            continue;
        };
        let frame = match frame::current(thread) {
            // SAFETY: the thread's topmost frame.
            Some(frame) => unsafe { frame_object::of_frame(thread, frame.as_ptr()) }.value(),
            None => none(),
        };
        let number = int::from_usize(thread, signal);
        if let Err(raised) = protocol::call_positional(thread, function, &[number, frame]) {
            // The others come at the next safepoint.
            ANY_TRIPPED.store(true, Ordering::Release);
            thread.mutator().post(EVENT_PENDING);
            return Err(raised);
        }
    }
    Ok(())
}
