//! Who uses a pickler or an unpickler.
//!
//! Protocol: [`Busy::begin`] before, [`Busy::end`] after; between the two only the same thread gets at the contents, and borrows them for stretches without Python code.

use grwl_object::{PyResult, Thread};
use grwl_threads::sync::{AtomicU32, Ordering};

/// The user's id, plus one; 0: nobody. Zeroed memory is nobody.
#[derive(Debug)]
pub(crate) struct Busy(AtomicU32);

impl Busy {
    fn own(thread: &Thread) -> u32 {
        thread.mutator().id().wrapping_add(1)
    }

    /// Begins to use it.
    pub(crate) fn begin(&self, thread: &Thread, what: &str) -> PyResult<()> {
        // Acquire: partner is the Release in `end`.
        match self
            .0
            .compare_exchange(0, Self::own(thread), Ordering::Acquire, Ordering::Relaxed)
        {
            Ok(_) => Ok(()),
            Err(_) => Err(thread.runtime_error(format_args!("{what} object is already used"))),
        }
    }

    /// Ends it.
    pub(crate) fn end(&self) {
        // Release: partner is the Acquire in `begin`.
        self.0.store(0, Ordering::Release);
    }

    /// Runs `act`, which runs no Python code, unless another thread uses it.
    pub(crate) fn briefly<R>(
        &self,
        thread: &mut Thread,
        what: &str,
        act: impl FnOnce(&mut Thread) -> PyResult<R>,
    ) -> PyResult<R> {
        if self.0.load(Ordering::Relaxed) == Self::own(thread) {
            return act(thread);
        }
        self.begin(thread, what)?;
        let result = act(thread);
        self.end();
        result
    }
}
