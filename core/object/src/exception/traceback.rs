//! Tracebacks: a chain of places, the outermost call first.
//!
//! The interpreter puts an entry before the chain of an exception whenever it leaves a frame. Frame objects are the
//! interpreter's; the line of an entry is computed when somebody asks, by the function that the interpreter installs.

use std::mem::offset_of;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_value::{Slot, Value};

use super::Exception;
use crate::cell::{Cell, Ref, ValueExt};
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// An entry.
#[repr(C)]
pub struct Traceback {
    header: Header,
    /// The entry of the call that was made from here. Changed under the cell's lock.
    next: Slot,
    frame: Slot,
    last_instruction: i32,
    /// `UNKNOWN_LINE` until somebody asks.
    line: AtomicI32,
}

/// The line is still to be found out from the last instruction.
pub const UNKNOWN_LINE: i32 = -1;

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Traceback {
    fn type_object() -> &'static TypeObject {
        &types::TRACEBACK
    }
}

/// The heap's view of tracebacks.
pub static TRACEBACK_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Traceback, next) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Traceback>()),
    drop: None,
    name: "traceback",
};

/// What the interpreter knows of frame objects.
#[derive(Clone, Copy, Debug)]
pub struct Frames {
    /// Is the value a frame object?
    pub is_frame: fn(Value) -> bool,
    /// The line of a frame's instruction (a byte offset into its code); -1 if it has none.
    pub line: fn(Value, i32) -> i32,
}

static FRAMES: OnceLock<Frames> = OnceLock::new();

/// Installs what knows of frame objects.
pub fn on_frames(frames: Frames) {
    let _ = FRAMES.set(frames);
}

/// Is the value a frame object?
pub fn is_frame(value: Value) -> bool {
    FRAMES.get().is_some_and(|frames| (frames.is_frame)(value))
}

impl Traceback {
    /// A new entry before `next`. `last_instruction` is a byte offset into the frame's code.
    pub fn new(
        thread: &Thread,
        next: Option<Ref<Self>>,
        frame: Value,
        last_instruction: i32,
        line: i32,
    ) -> Ref<Self> {
        // SAFETY: the type's instances have this very layout, and it cannot be subclassed.
        unsafe {
            thread.new_cell(&types::TRACEBACK, |header| Self {
                header,
                next: Slot::new(next.map(Ref::value)),
                frame: Slot::new(Some(frame)),
                last_instruction,
                line: AtomicI32::new(line),
            })
        }
    }

    /// The entry of the call that was made from here.
    pub fn next(&self) -> Option<Ref<Self>> {
        self.next.load().and_then(|next| next.downcast::<Self>())
    }

    /// The slot of [`next`](Self::next).
    pub fn next_slot(&self) -> &Slot {
        &self.next
    }

    /// The frame object.
    pub fn frame(&self) -> Value {
        self.frame.load().expect("an entry has a frame")
    }

    /// The byte offset of the instruction that was running; negative if there was none.
    pub fn last_instruction(&self) -> i32 {
        self.last_instruction
    }

    /// The line; `None` if there is none.
    pub fn line(&self) -> Option<i32> {
        let mut line = self.line.load(Ordering::Relaxed);
        if line == UNKNOWN_LINE
            && let Some(frames) = FRAMES.get()
        {
            line = (frames.line)(self.frame(), self.last_instruction);
            // Whoever else asks computes the same.
            self.line.store(line, Ordering::Relaxed);
        }
        (line != UNKNOWN_LINE).then_some(line)
    }
}

impl Ref<Exception> {
    /// Puts an entry before the exception's traceback: it leaves a frame.
    pub fn add_traceback(self, thread: &Thread, frame: Value, last_instruction: i32, line: i32) {
        let entry = Traceback::new(thread, self.traceback(), frame, last_instruction, line);
        self.set_traceback(thread, Some(entry));
    }
}
