//! When a collection is due.
//!
//! Threads count the bytes they hand out themselves and report them in portions. Once the sum
//! passes the limit, each reporting thread is told so, and sets its own poll word: the
//! collection happens at its next safepoint, never inside the allocation.

use grwl_threads::sync::{AtomicUsize, Ordering};

/// See the module's head.
#[repr(align(128))]
pub(crate) struct Budget {
    used: AtomicUsize,
    limit: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            used: AtomicUsize::new(0),
            limit: AtomicUsize::new(limit),
        }
    }

    /// How much a thread may hand out before it reports.
    pub(crate) fn portion(&self) -> usize {
        (self.limit() / 128).clamp(64 << 10, 1 << 20)
    }

    /// What may be handed out between two collections.
    pub(crate) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Counts `bytes`; true if the limit is passed.
    pub(crate) fn charge(&self, bytes: usize) -> bool {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        before.saturating_add(bytes) > self.limit()
    }

    /// Takes back what was charged and given up again.
    pub(crate) fn refund(&self, bytes: usize) {
        let update = |used: usize| Some(used.saturating_sub(bytes));
        // It never fails: the closure always has an answer.
        let _ = self
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
    }

    pub(crate) fn is_exceeded(&self) -> bool {
        self.used.load(Ordering::Relaxed) > self.limit()
    }

    /// From now on, this much may be handed out between collections.
    pub(crate) fn set_limit(&self, limit: usize) {
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// A collection is over. The world is stopped.
    pub(crate) fn restart(&self, limit: usize) {
        self.used.store(0, Ordering::Relaxed);
        self.limit.store(limit, Ordering::Relaxed);
    }
}
