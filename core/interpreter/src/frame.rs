//! Frames: what a running piece of code has, on the thread's stack of values or in a generator's cell.
//!
//! A frame is a [`Frame`] and directly behind it the slots: locals, cells, free variables, then the operand stack. An empty slot
//! is a zero word. A *frame object* (see `frame_object`) exists only when somebody asked for it.
//!
//! ## Protocol
//! - [`FrameStack`] gives each thread a reserved range of memory, of which the system provides what is used. A frame is pushed at
//!   `stack_top` and popped by putting `stack_top` back.
//! - The collector looks at the locals and the operands of every frame of the thread's chain, wherever it lies, and conservatively at what else
//!   there is in `stack_base..stack_top`: frames that are being made. Which slots are operands tells the instruction (see `depth`).
//! - `instruction` is stored before anything that may look at the frame: a call, a safepoint, an error; `sp` when the frame is left for another one in the same loop.
//!
//! ## Invariants
//! - Slots of locals are zeroed before the frame is reachable; words above `sp` are anything.
//! - `thread.interpreter.frame` is the topmost frame; `previous` leads down, across native calls.

use std::ptr::NonNull;

use grwl_heap::{RootSource, Tracer};
use grwl_object::dict::Dict;
use grwl_object::{PyResult, Ref, Slot, Thread, Value, ValueExt};
use grwl_threads::ThreadState;

use crate::code::{Code, FAST_CELL, FAST_FREE, FAST_HIDDEN};
use crate::function::Function;
use crate::native_loop;

/// Where a frame lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Owner {
    /// On the thread's stack.
    Thread,
    /// In a generator's cell.
    Generator,
    /// In a frame object: the code has ended.
    FrameObject,
}

/// Who goes on when a frame has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The frame below, in the same loop.
    Caller,
    /// The same, but the loop may have to become the watched one (see `instrument`).
    Switch,
    /// Native code: the loop that runs the frame ends.
    Native,
}

/// See the module's head. Slots follow.
#[repr(C)]
pub struct Frame {
    /// The frame below.
    pub previous: *mut Frame,
    /// What runs.
    pub code: Ref<Code>,
    /// The function that was called.
    pub function: Ref<Function>,
    /// Its globals.
    pub globals: Ref<Dict>,
    /// Its builtins.
    pub builtins: Value,
    /// The namespace of a module's or class's body.
    pub locals: Option<Value>,
    /// The frame object, if somebody asked for it.
    pub object: Option<Value>,
    /// The generator whose frame it is.
    pub generator: Option<Value>,
    /// The instruction that runs, or the one that ran last.
    pub instruction: *const u16,
    /// One past the top of the operand stack.
    pub sp: *mut Option<Value>,
    /// Where the caller goes on, in units after the calling instruction, when this frame returns.
    pub return_offset: u32,
    /// Where the frame lies.
    pub owner: Owner,
    /// Who goes on when it returns or yields.
    pub exit: Exit,
    /// What an `__init__` returns must be `None`, and the instance below it on the caller's stack is the call's result.
    pub is_init: bool,
}

/// Bytes of a frame without slots.
pub const FRAME_BYTES: usize = size_of::<Frame>();
const _: () = assert!(FRAME_BYTES.is_multiple_of(8));

impl Frame {
    /// The first slot.
    #[inline(always)]
    pub fn slots(this: *mut Frame) -> *mut Option<Value> {
        // SAFETY: the slots lie directly behind.
        unsafe { this.add(1).cast() }
    }

    /// The bottom of the operand stack.
    #[inline(always)]
    pub fn stack(this: *mut Frame) -> *mut Option<Value> {
        // SAFETY: a frame has the slots of its code.
        unsafe {
            let code = &(*this).code;
            Self::slots(this).add(code.nlocalsplus as usize)
        }
    }

    /// Bytes that a frame of `code` takes.
    #[inline(always)]
    pub fn bytes(code: &Code) -> usize {
        FRAME_BYTES + (code.nlocalsplus + code.stacksize) as usize * 8
    }

    /// Fills a fresh frame; all slots but the first `bound` are emptied.
    ///
    /// # Safety
    /// `this` has room for [`bytes`](Self::bytes); the first `bound` slots are written by the caller before a safepoint.
    #[inline(always)]
    pub unsafe fn initialise(
        this: *mut Frame,
        function: Ref<Function>,
        code: Ref<Code>,
        locals: Option<Value>,
        bound: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            this.write(Frame {
                previous: std::ptr::null_mut(),
                code,
                function,
                globals: function.globals(),
                builtins: function.builtins(),
                locals,
                object: None,
                generator: None,
                instruction: code.first_unit(),
                sp: std::ptr::null_mut(),
                return_offset: 0,
                owner: Owner::Thread,
                exit: Exit::Caller,
                is_init: false,
            });
            let slots = Self::slots(this);
            let count = code.nlocalsplus as usize;
            for index in bound..count {
                slots.add(index).write(None);
            }
            (*this).sp = slots.add(count);
        }
    }

    /// The offset of the current instruction, in units.
    pub fn offset(&self) -> usize {
        // SAFETY: both lie in the code's units.
        let offset = unsafe { self.instruction.offset_from(self.code.first_unit()) };
        offset as usize
    }

    /// One past the last operand that the current instruction may need.
    ///
    /// # Safety
    /// The frame is alive.
    unsafe fn operands_end(this: *mut Frame) -> *mut Option<Value> {
        // SAFETY: the caller's promise; a frame has room for the deepest stack.
        unsafe {
            let code = (*this).code;
            let depth = code.depths().at((*this).offset());
            Self::stack(this).add(depth.unwrap_or(code.stacksize as usize))
        }
    }

    /// Reports what a frame holds: its own fields, and the slots before `end`.
    ///
    /// # Safety
    /// The frame is alive, `end` lies in it, and the world is stopped.
    pub(crate) unsafe fn trace(this: *mut Frame, end: *mut Option<Value>, tracer: &mut Tracer<'_>) {
        let slots = Self::slots(this);
        // SAFETY: the caller's promise. Among the fields are addresses of other memory; operands may be left over from earlier instructions.
        unsafe {
            if tracer.is_exact() {
                Self::trace_exactly(this, tracer);
            } else {
                tracer.conservative(this as usize, slots as usize);
                tracer.stale_words(slots as usize, end as usize);
            }
        }
    }

    /// Reports what a frame certainly holds: its fields and its locals.
    ///
    /// # Safety
    /// As [`trace`](Self::trace).
    unsafe fn trace_exactly(this: *mut Frame, tracer: &mut Tracer<'_>) {
        // SAFETY: the caller's promise; a frame has the slots of its code.
        unsafe {
            let frame = &*this;
            tracer.cell(frame.code.cell());
            tracer.cell(frame.function.cell());
            tracer.cell(frame.globals.cell());
            tracer.word(frame.builtins.bits().get());
            for value in [frame.locals, frame.object, frame.generator]
                .into_iter()
                .flatten()
            {
                tracer.word(value.bits().get());
            }
            for index in 0..frame.code.nlocalsplus as usize {
                if let Some(value) = slot(this, index) {
                    tracer.word(value.bits().get());
                }
            }
        }
    }

    /// Reports what the frame of a generator holds, which runs or not.
    ///
    /// # Safety
    /// As [`trace`](Self::trace).
    pub(crate) unsafe fn trace_generator(
        this: *mut Frame,
        is_running: bool,
        tracer: &mut Tracer<'_>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let end = if !is_running {
                (*this).sp
            } else if tracer.is_exact() {
                // Left for another frame, it has fewer operands than here seems; the thread's chain reports them.
                Self::stack(this)
            } else {
                Self::operands_end(this)
            };
            Self::trace(this, end, tracer);
        }
    }
}

/// Bytes of address space for a thread's frames.
const STACK_BYTES: usize = 64 << 20;
/// Kept free so that what raises the `RecursionError` can run.
const STACK_RESERVE: usize = 256 << 10;

/// The memory of a thread's frames. See the module's head.
#[derive(Debug)]
pub struct FrameStack {
    memory: NonNull<u8>,
}

// SAFETY: a mapping belongs to no thread; the one that installs it uses it.
unsafe impl Send for FrameStack {}

impl FrameStack {
    /// Memory for a thread's frames, or `None` if the system grants no address space. It may be had for a thread that has not begun yet.
    pub fn reserve() -> Option<Self> {
        // SAFETY: a fresh private mapping.
        let memory = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                STACK_BYTES,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if memory == libc::MAP_FAILED {
            return None;
        }
        let memory = NonNull::new(memory.cast::<u8>())?;
        Some(Self { memory })
    }

    /// Gives the thread its stack.
    ///
    /// # Panics
    /// If the system grants no address space.
    pub fn install(thread: &mut Thread) -> Self {
        let stack = Self::reserve().expect("address space for frames");
        stack.give(thread);
        stack
    }

    /// Makes this the thread's stack.
    pub fn give(&self, thread: &mut Thread) {
        let base = self.memory.as_ptr() as usize;
        thread.roots().stack_base.set(base);
        thread.roots().stack_top.set(base);
        thread.interpreter.stack_end = base + STACK_BYTES - STACK_RESERVE;
        crate::instrument::settle(thread);
    }

    /// Takes the stack from the thread again, which runs no Python code any more.
    pub fn remove(self, thread: &mut Thread) {
        thread.roots().stack_base.set(0);
        thread.roots().stack_top.set(0);
    }
}

impl Drop for FrameStack {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `reserve`, of which nobody knows any more.
        unsafe { libc::munmap(self.memory.as_ptr().cast(), STACK_BYTES) };
    }
}

/// Room for a frame of `code` on the thread's stack, which counts as used from now on.
///
/// # Errors
/// `RecursionError`.
#[inline(always)]
pub fn push(thread: &mut Thread, code: &Code) -> PyResult<*mut Frame> {
    let roots = thread.roots();
    let this = roots.stack_top.get();
    let top = this + Frame::bytes(code);
    if top > thread.interpreter.stack_end || thread.recursion_left <= 0 {
        return Err(too_deep(thread));
    }
    roots.stack_top.set(top);
    thread.recursion_left -= 1;
    Ok(this as *mut Frame)
}

#[cold]
#[inline(never)]
fn too_deep(thread: &mut Thread) -> grwl_object::Raised {
    thread.recursion_left += 50;
    thread.interpreter.stack_end += STACK_RESERVE / 2;
    let raised = thread.recursion_error("maximum recursion depth exceeded");
    thread.interpreter.stack_end -= STACK_RESERVE / 2;
    thread.recursion_left -= 50;
    raised
}

/// Gives back the memory of the topmost frame on the thread's stack.
#[inline(always)]
pub fn pop(thread: &mut Thread, this: *mut Frame) {
    thread.roots().stack_top.set(this as usize);
    thread.recursion_left += 1;
}

/// Does it lie on this thread's stack of frames?
pub fn is_on_stack(thread: &Thread, this: *mut Frame) -> bool {
    let base = thread.roots().stack_base.get();
    base != 0 && (base..base + STACK_BYTES).contains(&(this as usize))
}

/// The topmost frame that runs Python code.
pub fn current(thread: &Thread) -> Option<NonNull<Frame>> {
    NonNull::new(thread.interpreter.frame.cast())
}

/// Reports what the frames of threads hold.
pub(crate) struct FrameRoots;

// SAFETY: the frames of a stopped thread's chain are intact; what is reported is alive, or looked at with care.
unsafe impl RootSource for FrameRoots {
    fn trace_thread(&self, state: &ThreadState, tracer: &mut Tracer<'_>) {
        let Some(thread) = grwl_object::thread::of_state(state) else {
            return;
        };
        let base = thread.roots().stack_base.get();
        // Below this address nothing was looked at yet.
        let mut unseen = thread.roots().stack_top.get();
        let mut frame = thread.interpreter.frame.cast::<Frame>();
        let mut is_left = false;
        while !frame.is_null() {
            // SAFETY: as above. A frame that was left for the one above it has stored its `sp`; any other one is in the middle of an instruction.
            unsafe {
                let end = if is_left {
                    (*frame).sp
                } else {
                    Frame::operands_end(frame)
                };
                Frame::trace(frame, end, tracer);
                let from = frame as usize;
                let behind = from + Frame::bytes(&(*frame).code);
                if (*frame).owner == Owner::Thread && base <= from && behind <= unseen {
                    tracer.conservative(behind, unseen);
                    unseen = from;
                }
                is_left = (*frame).exit != Exit::Native;
                frame = (*frame).previous;
            }
        }
        // SAFETY: the thread's own memory.
        unsafe { tracer.conservative(base, unseen) };
    }

    fn second_hand(&self, state: &ThreadState, parts: &mut Vec<(usize, usize)>) {
        if let Some(thread) = grwl_object::thread::of_state(state) {
            native_loop::parts(thread, parts);
        }
    }
}

/// Makes the collector see frames. Once, at start-up.
pub fn install() {
    grwl_object::world::world()
        .heap()
        .add_root_source(Box::new(FrameRoots));
}

/// A slot of a frame as others see it.
///
/// # Safety
/// `index` is below the code's number of slots.
pub unsafe fn slot(this: *mut Frame, index: usize) -> Option<Value> {
    // SAFETY: the caller's promise.
    unsafe { Frame::slots(this).add(index).read() }
}

/// The value of a variable; of one that inner functions share, what its cell holds.
///
/// # Safety
/// As for [`slot`].
pub unsafe fn variable(this: *mut Frame, index: usize) -> Option<Value> {
    // SAFETY: the caller's promise.
    let (value, code) = unsafe { (slot(this, index)?, (*this).code) };
    if code.localsplus_kinds()[index] & (FAST_CELL | FAST_FREE) != 0
        && let Some(contents) = cell_contents(value)
    {
        return contents.load();
    }
    Some(value)
}

/// Has a variable of a comprehension that is part of this code, which is no function's, a value just now?
///
/// # Safety
/// The frame is alive.
pub unsafe fn has_hidden(this: *mut Frame) -> bool {
    // SAFETY: the caller's promise.
    let code = unsafe { (*this).code };
    let kinds = code.localsplus_kinds().iter().enumerate();
    kinds.into_iter().any(|(index, kind)| {
        // SAFETY: the frame has a slot for each kind.
        kind & FAST_HIDDEN != 0 && unsafe { variable(this, index) }.is_some()
    })
}

/// The contents of a closure's cell in a slot, if the slot holds one.
pub fn cell_contents(value: Value) -> Option<&'static Slot> {
    let cell = value.downcast_exact::<crate::function::ClosureCell>()?;
    // SAFETY: the caller has the cell's value where the collector looks for as long as it uses the slot.
    Some(unsafe { &cell.long().contents })
}
