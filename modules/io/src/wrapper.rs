//! Which file object writes through which: so that, of files that became garbage together, the outermost is closed first and its
//! buffer is not lost.
//!
//! Each built-in raw or buffered file knows the built-in one around it. The reference is strong: a raw file that is still used keeps its
//! buffer alive.

use grwl_object::{Ref, Slot, Thread, Value, ValueExt};

use crate::buffered::Buffered;
use crate::file_io::FileIo;

fn slot<'a>(value: Value) -> Option<&'a Slot> {
    if let Some(file) = value.downcast::<FileIo>() {
        // SAFETY: the caller keeps the value.
        return Some(&unsafe { file.long() }.wrapper);
    }
    crate::buffered::of(value).map(|buffered: Ref<Buffered>| {
        // SAFETY: the caller keeps the value.
        &unsafe { buffered.long() }.wrapper
    })
}

/// Notes that `inner` is written through `outer`; nothing, with `None`.
pub(crate) fn set(thread: &Thread, inner: Value, outer: Option<Value>) {
    if let Some(slot) = slot(inner)
        && let Some(cell) = inner.as_cell()
    {
        slot.store(outer);
        thread.record_write(cell);
    }
}

/// The outermost file object around this one.
pub(crate) fn outermost(value: Value) -> Value {
    let mut value = value;
    // There are three layers at most; more is a circle that somebody made by hand.
    for _ in 0..8 {
        match slot(value).and_then(Slot::load) {
            Some(outer) if outer != value => value = outer,
            _ => break,
        }
    }
    value
}
