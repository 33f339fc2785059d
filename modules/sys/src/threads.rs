//! What other threads are doing: `sys._current_frames`, `sys._current_exceptions`.
//!
//! The world stands still while they are looked at. Another thread's frames are copied, as what it does afterwards cannot be followed safely.

use grwl_interpreter::frame::Frame;
use grwl_interpreter::frame_object;
use grwl_object::dict::Dict;
use grwl_object::thread::of_state;
use grwl_object::{Buffer, Method, PyResult, Thread, Value, audit, int, none};

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "_current_frames",
        |thread, _| {
            audit::audit(thread, "sys._current_frames", &[])?;
            for_each(thread, |own, other| {
                let frame = other.interpreter.frame.cast::<Frame>();
                if frame.is_null() {
                    return None;
                }
                // SAFETY: the world stands still, and frames of a chain are alive.
                let object = unsafe {
                    if std::ptr::eq(own, other) {
                        Some(frame_object::of_frame(own, frame))
                    } else {
                        frame_object::snapshot(own, frame)
                    }
                };
                object.map(|object| object.value())
            })
        },
        "_current_frames($module, /)\n--\n\nThe topmost frame of each thread, by the thread's id.",
    ),
    Method::no_arguments(
        "_current_exceptions",
        |thread, _| {
            audit::audit(thread, "sys._current_exceptions", &[])?;
            for_each(thread, |_, other| {
                if other.interpreter.frame.is_null() {
                    return None;
                }
                Some(other.handled().unwrap_or_else(none))
            })
        },
        "_current_exceptions($module, /)\n--\n\nThe exception that each thread is handling, by the thread's id.",
    ),
];

/// A dict of what `of` says of each thread. `of` gets the calling thread and the other one; it neither waits nor runs Python code.
fn for_each(thread: &mut Thread, of: impl Fn(&Thread, &Thread) -> Option<Value>) -> PyResult {
    let mut found = Buffer::new();
    let own: *const Thread = thread;
    {
        let world = thread.mutator_mut().stop_the_world();
        // SAFETY: the guard has our mutator, but nobody uses that meanwhile but for allocating, which changes nothing of the world's state.
        let own = unsafe { &*own };
        for state in world.threads() {
            let Some(other) = of_state(state) else {
                continue;
            };
            if let Some(value) = of(own, other) {
                let ident = other.interpreter.ident as i64;
                found.push(own, int::from_i64(own, ident))?;
                found.push(own, value)?;
            }
        }
    }
    let dict = Dict::new(thread);
    for pair in found.as_slice().chunks_exact(2) {
        dict.insert(thread, pair[0], pair[1])?;
    }
    Ok(dict.value())
}
