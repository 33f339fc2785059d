//! The mask of signals of threads that run no Python code: they block all, so that a signal interrupts the blocking call of a thread that can
//! handle it. The system gives a process's signal to any thread that does not block it.

use std::mem::MaybeUninit;
use std::ptr::null_mut;

/// A thread's mask of signals, as it was.
#[derive(Clone, Copy)]
pub struct SignalMask(libc::sigset_t);

impl SignalMask {
    /// Blocks all signals in the calling thread, and in those that it starts from now on; returns the mask that it had.
    pub fn block_all() -> Self {
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: both sets are written before they are read; the calls cannot fail with these arguments.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::sigemptyset(before.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Self(before.assume_init())
        }
    }

    /// Makes it the calling thread's mask.
    pub fn restore(&self) {
        // SAFETY: a set that the system has written.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, null_mut());
        }
    }
}

impl std::fmt::Debug for SignalMask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignalMask")
    }
}
