//! Watching programs run: `sys.settrace`, `sys.setprofile`, `sys.monitoring`.
//!
//! | what | where |
//! |---|---|
//! | the events, and which instruction has which | `event` |
//! | tools, callbacks, events wanted everywhere | `monitors` |
//! | what a code object keeps: lines, tools of its own, switched-off places | `code_monitoring` |
//! | what happens before an instruction | `before` |
//! | events of exceptions, calls and branches | `fire` |
//! | the functions of `sys.settrace` and `sys.setprofile` | `legacy` |
//! | setting `f_lineno` | `jump` |
//!
//! ## Protocol
//! The loop exists twice (`run::execute`): plain, which knows nothing of all this, and *watched*, which calls [`before()`] before each instruction. A
//! thread's word `tracing` says which one it should run: non-zero if it has a trace or profile function, or a tool watches anything; zero while it runs a callback.
//!
//! - Entered from native code, `run` looks at the word.
//! - The watched loop looks at it before each instruction, and becomes plain when it is zero.
//! - The plain loop does not look. When the word becomes non-zero, [`settle`] posts [`EVENT_INSTRUMENT`], and marks the thread's frames
//!   ([`Exit::Switch`]); so the plain loop notices at the poll of a function's beginning or a jump backward, or when one of these frames returns.
//! - A call from the plain loop that made the word non-zero itself (`sys.settrace(f)`) answers with [`switched`] in an error's place, which the plain loop
//!   looks for where it handles errors of calls. So not even the return from native code costs anything.
//! - To become the other one, a loop saves where it is and goes through [`switch`]: [`resume`] runs one loop after the other.
//!
//! Other threads are told by a handshake, in which each thread's word is computed anew.
//!
//! ## Invariants
//! - Callbacks run without any lock, with `inside_tracing` counted up; the frame's `instruction` and `sp` are stored.
//! - Where a loop goes on is its own business: what a callback may change of it are `instruction` and `sp`, by setting `f_lineno` of the very frame
//!   whose event it handles.

pub mod before;
pub mod code_monitoring;
pub mod event;
pub mod fire;
pub mod jump;
pub mod legacy;
pub mod monitors;

use grwl_object::slots::Sent;
use grwl_object::thread::{EVENT_INSTRUMENT, ThreadSlot, of_state};
use grwl_object::{Args, PyResult, Raised, Thread, Value, none};
use grwl_threads::sync::Ordering;

use crate::frame::{Exit, Frame};
use crate::run;

pub use before::before;

/// Bit of a thread's word: it has a trace function.
pub const TRACE: u32 = 1;
/// Bit of a thread's word: it has a profile function.
pub const PROFILE: u32 = 2;
/// Bit of a thread's word: some tool watches something.
pub const MONITOR: u32 = 4;

/// Should the thread run the watched loop?
#[inline(always)]
pub fn is_watched(thread: &Thread) -> bool {
    thread.interpreter.tracing.load(Ordering::Relaxed) != 0
}

fn word(thread: &Thread) -> u32 {
    if thread.interpreter.inside_tracing.get() != 0 {
        return 0;
    }
    let mut word = 0;
    if thread.slot(ThreadSlot::Trace).load().is_some() {
        word |= TRACE;
    }
    if thread.slot(ThreadSlot::Profile).load().is_some() {
        word |= PROFILE;
    }
    if monitors::is_any() {
        word |= MONITOR;
    }
    word
}

/// Computes the thread's word anew. The thread is the caller's, or stands still.
pub fn settle(thread: &Thread) {
    let word = word(thread);
    let before = thread.interpreter.tracing.swap(word, Ordering::Relaxed);
    if word == 0 || before != 0 {
        return;
    }
    thread.mutator().post(EVENT_INSTRUMENT);
    let mut frame = thread.interpreter.frame.cast::<Frame>();
    // SAFETY: frames of the chain are alive, and the thread is ours or stands still.
    while let Some(this) = unsafe { frame.as_mut() } {
        if this.exit == Exit::Caller {
            this.exit = Exit::Switch;
        }
        frame = this.previous;
    }
}

/// Computes every thread's word anew.
pub fn settle_all(thread: &mut Thread) {
    thread.mutator_mut().handshake_all(|state| {
        if let Some(thread) = of_state(state) {
            settle(thread);
        }
    });
}

/// What a native function that was called with `args` answers, if it may have made its thread a watched one, or have run code that did.
///
/// # Errors
/// The mark of a switch, if the plain loop has called it; or the error in `result`.
pub fn answer(thread: &Thread, was_watched: bool, args: Args<'_>, result: PyResult) -> PyResult {
    let frame = thread.interpreter.frame.cast::<Frame>();
    if was_watched || !is_watched(thread) || frame.is_null() {
        return result;
    }
    let value = result?;
    // The arguments lie on the frame's operand stack: no other native code is between, to which an error would be one.
    // SAFETY: the topmost frame is alive.
    let (base, code) = unsafe { (Frame::stack(frame) as usize, (*frame).code) };
    let place = args.values().as_ptr() as usize;
    let is_direct = (base..=base + code.stacksize as usize * 8).contains(&place);
    match monitors::switch_mark() {
        Some(mark) if is_direct => {
            thread.slot(ThreadSlot::Watched).store(Some(value));
            Err(Raised(mark))
        }
        _ => Ok(value),
    }
}

/// The result of a call, if this is no error, but the mark of one that made the thread a watched one.
#[cold]
pub fn switched(thread: &Thread, raised: Raised) -> Option<Value> {
    if monitors::switch_mark() != Some(raised.0) {
        return None;
    }
    let result = thread.slot(ThreadSlot::Watched).replace(None);
    Some(result.unwrap_or_else(none))
}

/// Where a loop that becomes the other one was.
#[derive(Debug)]
pub struct Place {
    ip: *const u16,
    thrown: Option<Raised>,
    is_switch: bool,
}

/// A loop has saved its topmost frame's `instruction` and `sp`, and wants to go on at `ip` as the other loop, raising `thrown` if there is
/// one. `place` is what it was given.
///
/// # Errors
/// What the loops raise.
#[cold]
#[inline(never)]
pub fn switch(
    thread: &mut Thread,
    ip: *const u16,
    thrown: Option<Raised>,
    place: *mut Place,
) -> PyResult<Sent> {
    if place.is_null() {
        return resume(thread, ip, thrown);
    }
    // SAFETY: `resume` waits for the loop, and has lent it the place.
    unsafe {
        *place = Place {
            ip,
            thrown,
            is_switch: true,
        };
    }
    // Nobody looks at this.
    Ok(Sent::Returned(none()))
}

/// Runs the topmost frame, and the frames that it calls, until the loop ends: by whichever loop the thread's word says.
///
/// # Errors
/// What the code raises and does not handle.
#[cold]
#[inline(never)]
pub fn resume(thread: &mut Thread, ip: *const u16, thrown: Option<Raised>) -> PyResult<Sent> {
    let mut place = Place {
        ip,
        thrown,
        is_switch: false,
    };
    loop {
        let (ip, thrown) = (place.ip, place.thrown.take());
        place.is_switch = false;
        let _ = thread.mutator().take_events(EVENT_INSTRUMENT);
        // SAFETY: the topmost frame is this thread's; where it goes on was saved by `run` or the other loop.
        let result = unsafe {
            if is_watched(thread) {
                run::execute::<true>(thread, ip, thrown, &raw mut place)
            } else {
                run::execute::<false>(thread, ip, thrown, &raw mut place)
            }
        };
        if !place.is_switch {
            if is_watched(thread) {
                // The loop further out may be a plain one.
                thread.mutator().post(EVENT_INSTRUMENT);
            }
            return result;
        }
    }
}

/// Runs a callback for an event: nothing is watched meanwhile.
fn inside<R>(thread: &mut Thread, event: event::Event, act: impl FnOnce(&mut Thread) -> R) -> R {
    let fields = &thread.interpreter;
    let depth = fields.inside_tracing.get();
    let what = fields.what_event.replace(event as i32);
    let frame = fields.event_frame.replace(fields.frame);
    fields.inside_tracing.set(depth + 1);
    fields.tracing.store(0, Ordering::Relaxed);
    let result = act(thread);
    let fields = &thread.interpreter;
    fields.inside_tracing.set(depth);
    fields.what_event.set(what);
    fields.event_frame.set(frame);
    settle(thread);
    result
}

/// `sys.call_tracing`: calls with watching on, though a callback runs.
///
/// # Errors
/// What the call raises.
pub fn call_watched(thread: &mut Thread, function: Value, args: Args<'_>) -> PyResult {
    let depth = thread.interpreter.inside_tracing.replace(0);
    settle(thread);
    let result = grwl_object::protocol::call(thread, function, args);
    thread.interpreter.inside_tracing.set(depth);
    settle(thread);
    result
}
