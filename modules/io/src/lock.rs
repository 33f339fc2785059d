//! The lock of a file object: held across what blocks and across Python code, so no object lock but one of Python's kind.
//!
//! What an object keeps in `Cell`s is touched only by the thread that holds its lock.

use grwl_object::{PyResult, Thread, Value, protocol};
use grwl_threads::sync::{AtomicU32, Ordering};
use grwl_threads::{Acquired, Limits, Lock};

/// See the module's head.
#[derive(Debug)]
pub(crate) struct FileLock {
    lock: Lock,
    /// The holder's id, plus one; 0: nobody.
    owner: AtomicU32,
    /// How often the holder has taken it beyond the first time; touched by the holder only.
    depth: AtomicU32,
}

impl FileLock {
    pub(crate) fn new() -> Self {
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

    fn take(&self, thread: &mut Thread) {
        while self.lock.acquire(thread.mutator_mut(), &Limits::NONE) != Acquired::Yes {}
        self.owner.store(Self::own(thread), Ordering::Relaxed);
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
        self.take(thread);
        let result = act(thread);
        self.leave(thread);
        result
    }

    /// Runs `act` with the lock held; the holder may come again.
    #[inline]
    pub(crate) fn nested<R>(
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
        self.take(thread);
        let result = act(thread);
        self.leave(thread);
        result
    }
}
