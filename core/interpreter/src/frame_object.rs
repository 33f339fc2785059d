//! Frame objects: frames as Python code sees them. One exists only when somebody asked.
//!
//! ## Protocol
//! - While the code runs, the object points at the frame; when the frame ends, the object takes over a copy of what the frame held, in a cell of its own. That is memory
//!   only: the object's trace looks into it, so whoever changes the copy tells the collector of the object.
//! - Only the thread that runs the frame, or a thread for which the world stands still, looks into a live frame: see [`with_frame`]. A generator's frame lies in a
//!   cell, so its words can be read at any time; what is below it cannot.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace, Tracer};
use grwl_object::{
    Cell, Declaration, Ref, Slot, Thread, TypeObject, Value, ValueExt, flags, types,
};
use grwl_threads::sync::{AtomicBool, AtomicPtr, AtomicU8, Ordering};

use crate::code::Code;
use crate::frame::{self, Frame, Owner};

/// `frame`
pub static FRAME: TypeObject = TypeObject::declare(&Declaration {
    name: "frame",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::WEAK_REFERENCES,
    cell: &FRAME_CELL,
    kind: Kind::Traced,
    size: size_of::<FrameObject>(),
    attributes: 0,
});

static FRAME_CELL: CellType = CellType {
    trace: Trace::Custom(trace_frame_object),
    size: Size::Fixed(size_of::<FrameObject>()),
    drop: None,
    name: "frame",
};

/// Memory for the copy of a frame, which follows.
#[repr(C)]
struct FrameCopy {
    header: Header,
    words: usize,
}

/// Internal.
static FRAME_COPY: TypeObject = TypeObject::declare(&Declaration {
    name: "frame memory",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::VARIABLE_SIZE,
    cell: &FRAME_COPY_CELL,
    kind: Kind::Leaf,
    size: size_of::<FrameCopy>(),
    attributes: 0,
});

static FRAME_COPY_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Varying(copy_size),
    drop: None,
    name: "frame memory",
};

unsafe fn copy_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for such cells.
    let this = unsafe { Ref::<FrameCopy>::from_cell(cell) };
    size_of::<FrameCopy>() + this.words * 8
}

impl FrameCopy {
    /// The value of the memory, and where the copy of `words` words goes.
    fn allocate(thread: &Thread, words: usize) -> (Value, *mut u64) {
        let bytes = size_of::<Self>() + words * 8;
        // SAFETY: initialised at once; what follows is never looked at as pointers.
        unsafe {
            let cell = thread.new_memory(&FRAME_COPY, bytes);
            (&raw mut (*cell.cast::<Self>().as_ptr()).words).write(words);
            let memory = cell.cast::<Self>().add(1).cast::<u64>();
            (Value::from_cell(cell), memory.as_ptr())
        }
    }
}

/// A frame object.
#[repr(C)]
pub struct FrameObject {
    header: Header,
    /// The frame: the running one, or after its end one of this object's own.
    frame: AtomicPtr<Frame>,
    /// The frame object below, kept when the frame ended.
    pub back: Slot,
    /// `f_trace`
    pub trace: Slot,
    /// Names in `f_locals` that are no variables of the code.
    pub extra_locals: Slot,
    /// `f_trace_lines`
    pub trace_lines: AtomicU8,
    /// `f_trace_opcodes`
    pub trace_opcodes: AtomicU8,
    /// The memory in which the frame lies, if it is this object's own.
    copy: Slot,
    /// The frame's code.
    code: Slot,
    /// While the frame has not ended: does it lie in a generator?
    is_in_generator: AtomicBool,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for FrameObject {
    fn type_object() -> &'static TypeObject {
        &FRAME
    }
}

unsafe fn trace_frame_object(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for frame objects; the world is stopped.
    let this = unsafe { Ref::<FrameObject>::from_cell(cell) };
    for slot in [
        &this.back,
        &this.trace,
        &this.extra_locals,
        &this.code,
        &this.copy,
    ] {
        if let Some(value) = slot.load() {
            tracer.word(value.bits().get());
        }
    }
    if this.copy.load().is_some() {
        let frame = this.frame.load(Ordering::Relaxed);
        // SAFETY: the object's own memory, which has no room for operands.
        unsafe { Frame::trace(frame, Frame::stack(frame), tracer) };
        return;
    }
    // A frame in a generator's cell lives as long as that.
    // SAFETY: the frame has not ended: it lies on its thread's stack, or in a generator that this object has kept alive so far.
    if let Some(generator) = unsafe { (*this.frame.load(Ordering::Relaxed)).generator } {
        tracer.word(generator.bits().get());
    }
}

const _: () = assert!(offset_of!(FrameObject, frame) == 16);

/// The frame's object, made if there is none.
///
/// # Safety
/// The frame is one of this thread's chain.
pub unsafe fn of_frame(thread: &Thread, frame: *mut Frame) -> Ref<FrameObject> {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(object) = (*frame).object {
            return Ref::from_cell(object.as_cell().unwrap_unchecked());
        }
        let object = new_object(thread, frame);
        (*frame).object = Some(object.value());
        if let Some(generator) = (*frame).generator
            && let Some(cell) = generator.as_cell()
        {
            thread.record_write(cell);
        }
        object
    }
}

/// A frame that has an object lies elsewhere now.
///
/// # Safety
/// The frame is alive and has an object.
pub unsafe fn moved(thread: &Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe {
        if let Some(object) = (*frame).object
            && let Some(object) = object.downcast_exact::<FrameObject>()
        {
            // Release: partner is the Acquire in `frame`.
            object.frame.store(frame, Ordering::Release);
            object
                .is_in_generator
                .store((*frame).owner == Owner::Generator, Ordering::Release);
            thread.record_write(object.cell());
        }
    }
}

/// A frame that has an object ends: the object keeps a copy of what it held.
///
/// # Safety
/// The frame is the topmost one and has an object.
pub unsafe fn take_over(thread: &mut Thread, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(object) = (*frame)
            .object
            .and_then(|object| object.downcast_exact::<FrameObject>())
        else {
            return;
        };
        let previous = (*frame).previous;
        // What happens to be below a generator's frame is not kept.
        if !previous.is_null() && (*frame).generator.is_none() {
            let back = of_frame(thread, previous);
            thread.store(object, &object.back, Some(back.value()));
        }
        keep_copy(thread, object, frame);
    }
}

/// Gives an object a copy of a frame, of its own.
///
/// # Safety
/// The frame is alive and does not change meanwhile.
unsafe fn keep_copy(thread: &Thread, object: Ref<FrameObject>, frame: *mut Frame) {
    // SAFETY: the caller's promise.
    unsafe {
        let code = (*frame).code;
        let words = size_of::<Frame>() / 8 + code.nlocalsplus as usize;
        let (copy, memory) = FrameCopy::allocate(thread, words);
        memory.copy_from_nonoverlapping(frame.cast::<u64>(), words);
        let own = memory.cast::<Frame>();
        (*own).owner = Owner::FrameObject;
        (*own).previous = std::ptr::null_mut();
        (*own).sp = Frame::stack(own);
        // Release: partner is the Acquire in `frame`.
        object.frame.store(own, Ordering::Release);
        thread.store(object, &object.copy, Some(copy));
    }
}

/// Copies of another thread's frames, from `frame` down, as objects like those of ended frames. They do not follow what the thread does afterwards.
///
/// # Safety
/// The frame is alive, and its thread stands still.
pub unsafe fn snapshot(thread: &Thread, frame: *mut Frame) -> Option<Ref<FrameObject>> {
    let mut top: Option<Ref<FrameObject>> = None;
    let mut last: Option<Ref<FrameObject>> = None;
    let mut frame = frame;
    // SAFETY: the caller's promise.
    unsafe {
        while !frame.is_null() {
            let object = new_object(thread, frame);
            keep_copy(thread, object, frame);
            match last {
                Some(last) => thread.store(last, &last.back, Some(object.value())),
                None => top = Some(object),
            }
            last = Some(object);
            frame = (*frame).previous;
        }
    }
    top
}

unsafe fn new_object(thread: &Thread, frame: *mut Frame) -> Ref<FrameObject> {
    // SAFETY: the class is exactly this one.
    unsafe {
        thread.new_cell(&FRAME, |header| FrameObject {
            header,
            frame: AtomicPtr::new(frame),
            back: Slot::empty(),
            trace: Slot::empty(),
            extra_locals: Slot::empty(),
            trace_lines: AtomicU8::new(1),
            trace_opcodes: AtomicU8::new(0),
            copy: Slot::empty(),
            code: Slot::new(Some((*frame).code.value())),
            is_in_generator: AtomicBool::new((*frame).owner == Owner::Generator),
        })
    }
}

impl FrameObject {
    /// The frame.
    pub fn frame(&self) -> *mut Frame {
        // Acquire: partner is the Release in `moved` and `take_over`.
        self.frame.load(Ordering::Acquire)
    }

    /// Has the code ended?
    pub fn is_finished(&self) -> bool {
        self.copy.load().is_some()
    }

    /// The code.
    pub fn code(&self) -> Ref<Code> {
        let code = self.code.load().expect("a frame has code");
        // SAFETY: the slot holds code.
        unsafe { code.downcast_unchecked() }
    }

    /// Does the frame lie on the stack of a thread that is not this one?
    fn is_elsewhere(&self, thread: &Thread) -> bool {
        !self.is_finished()
            && !self.is_in_generator.load(Ordering::Acquire)
            && !frame::is_on_stack(thread, self.frame())
    }

    /// Is the frame one of this thread's chain?
    fn is_own(&self, thread: &Thread) -> bool {
        let this = self.frame();
        if frame::is_on_stack(thread, this) {
            return true;
        }
        let mut frame = thread.interpreter.frame.cast::<Frame>();
        while !frame.is_null() {
            if frame == this {
                return true;
            }
            // SAFETY: frames of this thread's chain are alive.
            frame = unsafe { (*frame).previous };
        }
        false
    }

    /// The frame below.
    pub fn previous(&self, thread: &mut Thread) -> Option<Value> {
        if let Some(back) = self.back.load() {
            return Some(back);
        }
        let below = |thread: &Thread| {
            if self.is_finished() {
                return self.back.load();
            }
            // SAFETY: the frame is alive, and nobody runs it meanwhile; frames below a live frame are alive.
            unsafe {
                let previous = (*self.frame()).previous;
                (!previous.is_null()).then(|| of_frame(thread, previous).value())
            }
        };
        if self.is_finished() || self.is_own(thread) {
            below(thread)
        } else {
            standing_still(thread, below)
        }
    }

    /// `f_lasti`: the byte offset of the current instruction.
    pub fn last_instruction(&self, thread: &mut Thread) -> i32 {
        with_frame(thread, self, |_, frame| {
            // SAFETY: the frame is alive.
            unsafe { crate::unwind::instruction_offset(frame) as i32 * 2 }
        })
    }

    /// `f_lineno`
    pub fn line(&self, thread: &mut Thread) -> Option<u32> {
        let offset = self.last_instruction(thread) as usize / 2;
        crate::lines::line_of(&self.code(), offset)
    }
}

/// Looks into a frame, which another thread may be running: the world stands still then. `act` neither waits nor runs Python code.
pub fn with_frame<R>(
    thread: &mut Thread,
    object: &FrameObject,
    act: impl FnOnce(&Thread, *mut Frame) -> R,
) -> R {
    if object.is_elsewhere(thread) {
        standing_still(thread, |thread| act(thread, object.frame()))
    } else {
        act(thread, object.frame())
    }
}

fn standing_still<R>(thread: &mut Thread, act: impl FnOnce(&Thread) -> R) -> R {
    let own: *const Thread = thread;
    let _world = thread.mutator_mut().stop_the_world();
    // SAFETY: the thread is borrowed for as long as the guard lives, and nobody uses its mutator meanwhile but for allocating.
    act(unsafe { &*own })
}
