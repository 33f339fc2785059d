//! The lock of a file object, or of who else reads from one: held across what blocks and across Python code, so no object lock but one of Python's kind.
//!
//! At the program's end, other threads sleep for ever where they are: a lock that one of them holds is not waited for. So that this does not hit standard output, the
//! main thread takes its locks before it sends the others to sleep (`exit`).
//!
//! What an object keeps in `Cell`s is touched only by the thread that holds its lock.

use std::time::Duration;

use grwl_object::{PyResult, Thread, Value, finalize, protocol};
use grwl_threads::sync::{AtomicU32, Ordering};
use grwl_threads::{Acquired, Deadline, Events, Limits, Lock};

/// See the module's head.
#[derive(Debug)]
pub struct FileLock {
    lock: Lock,
    /// The holder's id, plus one; 0: nobody.
    owner: AtomicU32,
    /// How often the holder has taken it beyond the first time; touched by the holder only.
    depth: AtomicU32,
}

impl Default for FileLock {
    fn default() -> Self {
        Self::new()
    }
}

impl FileLock {
    /// A lock that nobody holds.
    pub fn new() -> Self {
        Self {
            lock: Lock::new(),
            owner: AtomicU32::new(0),
            depth: AtomicU32::new(0),
        }
    }

    fn own(thread: &Thread) -> u32 {
        thread.mutator().id().wrapping_add(1)
    }

    pub(crate) fn is_held(&self, thread: &Thread) -> bool {
        // Relaxed: only the thread itself stores its own id.
        self.owner.load(Ordering::Relaxed) == Self::own(thread)
    }

    /// Takes the lock for a thread that does not hold it, unless that takes too long.
    pub(crate) fn take_within(&self, thread: &mut Thread, time: Duration) -> bool {
        let limits = Limits {
            deadline: Deadline::after(time),
            interrupts: Events::NONE,
        };
        let is_taken = self.lock.acquire(thread.mutator_mut(), &limits) == Acquired::Yes;
        if is_taken {
            self.owner.store(Self::own(thread), Ordering::Relaxed);
        }
        is_taken
    }

    /// Gives back what [`take_within`](Self::take_within) took.
    pub(crate) fn give_back(&self, thread: &mut Thread) {
        self.leave(thread);
    }

    fn take(&self, thread: &mut Thread) -> PyResult<()> {
        if finalize::is_ending() {
            return if self.take_within(thread, Duration::ZERO) {
                Ok(())
            } else {
                let message = "could not acquire lock of a file at interpreter shutdown, possibly due to daemon threads";
                Err(thread.runtime_error(message))
            };
        }
        while self.lock.acquire(thread.mutator_mut(), &Limits::NONE) != Acquired::Yes {}
        self.owner.store(Self::own(thread), Ordering::Relaxed);
        Ok(())
    }

    fn leave(&self, thread: &mut Thread) {
        self.owner.store(0, Ordering::Relaxed);
        let released = self.lock.release(thread.mutator_mut());
        debug_assert!(released.is_ok(), "the holder releases");
    }

    /// Runs `act` with the lock held. A thread that holds it already is refused, as CPython's buffered objects do.
    #[inline]
    pub(crate) fn exclusive<R>(
        &self,
        thread: &mut Thread,
        object: Value,
        act: impl FnOnce(&mut Thread) -> PyResult<R>,
    ) -> PyResult<R> {
        if self.is_held(thread) {
            let shown = protocol::repr(thread, object)?;
            return Err(thread.runtime_error(format_args!("reentrant call inside {shown}")));
        }
        self.take(thread)?;
        let result = act(thread);
        self.leave(thread);
        result
    }

    /// Runs `act` with the lock held; the holder may come again.
    ///
    /// # Errors
    /// `RuntimeError` at the program's end, if a thread that sleeps for ever holds it; and what `act` raises.
    #[inline]
    pub fn nested<R>(
        &self,
        thread: &mut Thread,
        act: impl FnOnce(&mut Thread) -> PyResult<R>,
    ) -> PyResult<R> {
        if self.is_held(thread) {
            self.depth.fetch_add(1, Ordering::Relaxed);
            let result = act(thread);
            self.depth.fetch_sub(1, Ordering::Relaxed);
            return result;
        }
        self.take(thread)?;
        let result = act(thread);
        self.leave(thread);
        result
    }
}
