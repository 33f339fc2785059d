//! What one thread at a time works on for longer than an object's lock may be held: a compressor's stream, a digest's state.
//!
//! ## Protocol
//! - [`Exclusive::with`] takes a lock of Python's kind: who holds it may pass safepoints and become Safe. It must not run Python code
//!   that could come back for the same lock.
//!
//! ## Invariants
//! - The content holds no values: it lies in memory that the collector does not look at.
//! - Zeroed memory is not yet an `Exclusive`: a cell's payload is written before the next safepoint.

use std::cell::UnsafeCell;
use std::fmt;

use grwl_threads::{Acquired, Limits, Lock};

use crate::thread::Thread;

/// See the module's head.
pub struct Exclusive<T> {
    lock: Lock,
    content: UnsafeCell<T>,
}

// SAFETY: the content is touched by the thread that holds the lock only.
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").finish_non_exhaustive()
    }
}

impl<T> Exclusive<T> {
    /// Nobody works on it yet.
    pub fn new(content: T) -> Self {
        Self {
            lock: Lock::new(),
            content: UnsafeCell::new(content),
        }
    }

    /// Waits until nobody else works on it, and then runs `act`.
    #[inline]
    pub fn with<R>(&self, thread: &mut Thread, act: impl FnOnce(&mut Thread, &mut T) -> R) -> R {
        while self.lock.acquire(thread.mutator_mut(), &Limits::NONE) != Acquired::Yes {}
        // SAFETY: the lock is held, and `act` does not come back for it.
        let result = act(thread, unsafe { &mut *self.content.get() });
        let released = self.lock.release(thread.mutator_mut());
        debug_assert!(released.is_ok(), "the holder releases");
        result
    }
}

impl Thread {
    /// Runs `act`, which works through so many bytes and does not touch the heap: in a Safe region if that takes so long that others
    /// might wait for this thread.
    #[inline]
    pub fn safe_if_long<R>(&mut self, bytes: usize, act: impl FnOnce() -> R) -> R {
        /// As CPython lets other threads run above this length.
        const LONG: usize = 2048;
        if bytes >= LONG { self.safe(act) } else { act() }
    }
}
