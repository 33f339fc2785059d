//! `cr_origin`: where a coroutine was made, as `sys.set_coroutine_origin_tracking_depth` asks for it.

use grwl_object::{Buffer, PyResult, Ref, Thread, Tuple, int};

use super::Generator;
use crate::frame::{self, Frame};
use crate::lines::line_of;

/// Notes where a fresh coroutine was made, if somebody wants to know: pairs of file, line and function, the innermost first.
///
/// # Errors
/// `MemoryError`.
pub fn track(thread: &mut Thread, coroutine: Ref<Generator>) -> PyResult<()> {
    let depth = thread.interpreter.coroutine_origin_depth as usize;
    if depth == 0 {
        return Ok(());
    }
    let mut places = Buffer::new();
    // The topmost frame is the coroutine's own, which has just begun.
    let top = frame::current(thread).map_or(std::ptr::null_mut(), |frame| frame.as_ptr());
    // SAFETY: the thread's chain of frames is intact.
    let mut at: *mut Frame =
        unsafe { top.as_ref() }.map_or(std::ptr::null_mut(), |top| top.previous);
    // SAFETY: as above.
    while let Some(this) = unsafe { at.as_ref() } {
        if places.len() == depth {
            break;
        }
        // SAFETY: as above.
        let offset = unsafe { crate::unwind::instruction_offset(at) };
        let line = line_of(&this.code, offset).unwrap_or(0);
        let line = int::from_i64(thread, line.into());
        let place = [this.code.filename().value(), line, this.code.name().value()];
        let place = Tuple::try_new(thread, &place)?;
        places.push(thread, place.value())?;
        at = this.previous;
    }
    let origin = Tuple::try_new(thread, &places)?;
    thread.store(coroutine, &coroutine.extra, Some(origin.value()));
    Ok(())
}
