//! The native frames of the loop that runs bytecode, as the collector sees them.
//!
//! The loop's operands lie in its Python frames, where the collector finds them. Copies of them get into the loop's own native frame, and stay there
//! until the compiler uses the same word again, which for a loop may be never: an object that nobody has any more would live as long as the loop.
//! So these frames are *second-hand* (see `roots` in the heap): what only they hold is finalized, and weak references to it are cleared; its memory stays
//! for as long as the word is there.
//!
//! ## Protocol
//! Who calls the loop says so with [`NativeLoop::enter`] before and [`NativeLoop::leave`] afterwards, the loop itself with [`begun`]. Between them they note where its native
//! frame begins and ends; the notes of nested loops form a chain, innermost first.
//!
//! ## Invariants
//! - What the loop goes on with after a safepoint is, during the safepoint, an operand or a local of a Python frame, or `raising` of the thread's roots.
//! - A function that has objects of its own while Python code runs is not made part of the loop (`#[inline(never)]`), or they would lie in its frame.
//! - The registers that the loop saves for its callers are not part of the noted range.
//! - The watched loop is not noted: what tells the callbacks holds more.

use grwl_object::Thread;

/// A native frame of the loop.
pub(crate) struct NativeLoop {
    /// The loop further out, or null.
    outer: *const NativeLoop,
    /// Where the frame begins; zero until the loop has begun.
    from: usize,
    /// Where it ends, without what it saves for its callers.
    to: usize,
}

/// Of a frame's upper end: the return address and the callee-saved registers.
const SAVED: usize = 8 * 7;

/// The stack pointer. It stays the same from a function's beginning to its end.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn stack_pointer() -> usize {
    let place: usize;
    // SAFETY: reads a register.
    unsafe {
        std::arch::asm!("mov {}, rsp", out(reg) place, options(nomem, nostack, preserves_flags));
    }
    place
}

/// Where it is not known how frames are laid out, no loop is noted.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn stack_pointer() -> usize {
    0
}

impl NativeLoop {
    /// A note that is not part of the chain yet.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self {
            outer: std::ptr::null(),
            from: 0,
            to: 0,
        }
    }

    /// The calling function is about to call the loop.
    ///
    /// # Safety
    /// The calling function calls [`leave`](Self::leave) when the loop has returned, and does not move the note before.
    #[inline(always)]
    pub(crate) unsafe fn enter(&mut self, thread: &mut Thread) {
        self.outer = thread.interpreter.native_loop.cast();
        self.to = stack_pointer().saturating_sub(SAVED);
        thread.interpreter.native_loop = std::ptr::from_mut(self).cast_const().cast();
    }

    /// The loop has returned.
    #[inline(always)]
    pub(crate) fn leave(&self, thread: &mut Thread) {
        thread.interpreter.native_loop = self.outer.cast();
    }
}

/// The loop that was entered last is running, in the calling function.
///
/// # Safety
/// It was entered, and has not returned.
#[inline(always)]
pub(crate) unsafe fn begun(thread: &mut Thread) {
    let this: *mut NativeLoop = thread.interpreter.native_loop.cast_mut().cast();
    // SAFETY: who has entered the loop waits for it, with the note in its frame.
    unsafe { (*this).from = stack_pointer() };
}

/// The ranges of a stopped thread's loops, the lowest first.
pub(crate) fn parts(thread: &Thread, parts: &mut Vec<(usize, usize)>) {
    let mut this: *const NativeLoop = thread.interpreter.native_loop.cast();
    while !this.is_null() {
        // SAFETY: a note lies in the frame of a function that waits for its loop, and the thread stands still.
        let NativeLoop { outer, from, to } = unsafe { this.read() };
        if from != 0 && from < to {
            parts.push((from, to));
        }
        this = outer;
    }
}
