//! What a thread leaves for the collector when it becomes Safe: the bounds of
//! its native stack, its stack pointer and the registers that its callers may
//! still keep values in.
//!
//! Invariant: while a thread is Safe, every heap pointer that it will use when
//! it is Running again lies in its stack above `stack_pointer`, or in
//! `registers`. [`Mutator::safe`](crate::Mutator::safe) keeps it by being a frame of
//! its own, from before the registers are stored until the thread runs again: the
//! frames above stand still meanwhile.
//! Caller-saved registers are covered because the assembly below declares them
//! overwritten, which makes the compiler put live values elsewhere first.

use crate::sync::UnsafeCell;

/// Saved registers per architecture: callee-saved ones, in the order of the assembly.
#[cfg(target_arch = "x86_64")]
const REGISTERS: usize = 6;
#[cfg(target_arch = "aarch64")]
const REGISTERS: usize = 12;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("grwl knows the registers of x86-64 and aarch64 only");

/// One thread's native roots, as of its last step out of Running.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct NativeRoots {
    /// The callee-saved registers.
    pub registers: [usize; REGISTERS],
    /// Frames that count begin here (the stack grows down).
    pub stack_pointer: usize,
    /// One past the stack's highest address.
    pub stack_top: usize,
    /// The stack's lowest usable address.
    pub stack_limit: usize,
}

/// The cell in the thread state that holds them; written by the owner only, and
/// only while it is Running.
#[derive(Debug)]
pub(crate) struct RootsCell(UnsafeCell<NativeRoots>);

impl RootsCell {
    pub(crate) fn new() -> Self {
        Self(UnsafeCell::new(NativeRoots::default()))
    }

    /// Stores the calling thread's stack pointer and registers.
    ///
    /// # Safety
    /// The caller is the owner and Running, in a function that is never inlined and that
    /// returns only after the thread is done being Safe.
    #[inline(always)]
    pub(crate) unsafe fn publish(&self) {
        #[cfg(not(any(loom, miri)))]
        self.0.with_mut(|roots| {
            // SAFETY: `roots` is valid for the stores, which stay inside it
            // (`repr(C)`: registers first, the stack pointer behind them).
            unsafe {
                #[cfg(target_arch = "x86_64")]
                std::arch::asm!(
                    "mov [{p}], rbx",
                    "mov [{p} + 8], rbp",
                    "mov [{p} + 16], r12",
                    "mov [{p} + 24], r13",
                    "mov [{p} + 32], r14",
                    "mov [{p} + 40], r15",
                    "mov [{p} + 48], rsp",
                    p = in(reg) roots,
                    clobber_abi("C"),
                    options(nostack, preserves_flags)
                );
                #[cfg(target_arch = "aarch64")]
                std::arch::asm!(
                    "stp x19, x20, [{p}]",
                    "stp x21, x22, [{p}, #16]",
                    "stp x23, x24, [{p}, #32]",
                    "stp x25, x26, [{p}, #48]",
                    "stp x27, x28, [{p}, #64]",
                    "stp x29, x30, [{p}, #80]",
                    "mov x9, sp",
                    "str x9, [{p}, #96]",
                    p = in(reg) roots,
                    out("x9") _,
                    clobber_abi("C"),
                    options(nostack, preserves_flags)
                );
            }
        });
    }

    /// Records where the owner's stack lies.
    ///
    /// # Safety
    /// The caller is the owner, and nobody else reads the roots yet.
    pub(crate) unsafe fn set_bounds(&self, (limit, top): (usize, usize)) {
        self.0.with_mut(|roots| {
            // SAFETY: the caller's promise.
            unsafe {
                (*roots).stack_limit = limit;
                (*roots).stack_top = top;
                (*roots).stack_pointer = top;
            }
        });
    }

    /// Puts back what [`read`](Self::read) has given.
    ///
    /// # Safety
    /// The caller is the owner and Running, and the function that published these roots has not returned.
    pub(crate) unsafe fn restore(&self, saved: NativeRoots) {
        // SAFETY: the caller's promise: nobody else reads or writes meanwhile.
        self.0.with_mut(|roots| unsafe { *roots = saved });
    }

    /// The roots as last published.
    ///
    /// # Safety
    /// The owner is not Running for as long as this takes, or is the caller.
    pub(crate) unsafe fn read(&self) -> NativeRoots {
        // SAFETY: the caller's promise keeps the only writer away.
        self.0.with(|roots| unsafe { *roots })
    }
}

/// Without native roots there are no bounds.
#[cfg(any(loom, miri))]
pub fn bounds_of_this_stack() -> (usize, usize) {
    (0, usize::MAX)
}

#[cfg(not(any(loom, miri)))]
thread_local! {
    /// The stack that the thread was switched to.
    static SWITCHED: std::cell::Cell<Option<(usize, usize)>> = const { std::cell::Cell::new(None) };
}

/// Tells that the calling thread runs on another stack than the system gave it: between these addresses.
///
/// # Safety
/// The thread is not attached, and from its attaching to its end all its frames that touch the heap lie between them.
#[cfg(not(any(loom, miri)))]
pub unsafe fn set_bounds_of_this_stack(limit: usize, top: usize) {
    SWITCHED.set(Some((limit, top)));
}

/// Lowest and one past the highest address of the calling thread's stack.
#[cfg(not(any(loom, miri)))]
pub fn bounds_of_this_stack() -> (usize, usize) {
    if let Some(bounds) = SWITCHED.get() {
        return bounds;
    }
    // SAFETY: plain pthread calls on the calling thread, with out-parameters
    // that live here; the attributes are destroyed exactly once.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        let error = libc::pthread_getattr_np(libc::pthread_self(), &mut attributes);
        assert_eq!(error, 0, "pthread_getattr_np failed");
        let mut limit = std::ptr::null_mut();
        let mut size = 0;
        let error = libc::pthread_attr_getstack(&attributes, &mut limit, &mut size);
        libc::pthread_attr_destroy(&mut attributes);
        assert_eq!(error, 0, "pthread_attr_getstack failed");
        (limit as usize, limit as usize + size)
    }
}
