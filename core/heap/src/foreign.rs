//! Foreign memory: what cells own outside the heap, and free when they are dropped.
//!
//! It counts against the budget like the heap's own, so that garbage with little heap and much foreign memory is collected in time.
//!
//! What dies old among its owners keeps its memory until a full collection, and the heap cannot see how much that is. Owners that say
//! both what they take ([`Heap::charge_owned`]) and what they free ([`record_freed`]) make it known: a full collection comes when it has doubled since the last one. For the
//! others one comes after a certain amount was charged.

use grwl_threads::Mutator;
use grwl_threads::sync::{AtomicUsize, Ordering};

use crate::Heap;

/// What was freed of what was charged as owned, in all heaps of the process: who drops a cell does not know its heap.
static FREED: AtomicUsize = AtomicUsize::new(0);

/// A cell that is dropped frees so much of what was [charged as owned](Heap::charge_owned).
pub fn record_freed(bytes: usize) {
    FREED.fetch_add(bytes, Ordering::Relaxed);
}

/// See [`FREED`].
pub(crate) fn freed() -> usize {
    FREED.load(Ordering::Relaxed)
}

impl Heap {
    /// Counts foreign memory that a cell has come to own.
    pub fn charge_foreign(&self, mutator: &Mutator, bytes: usize) {
        let local = self.local(mutator);
        local.foreign.set(local.foreign.get().saturating_add(bytes));
        self.charge_local(mutator, local, bytes);
    }

    /// The same, of a cell whose drop function will [say](record_freed) that it is freed.
    pub fn charge_owned(&self, mutator: &Mutator, bytes: usize) {
        let local = self.local(mutator);
        local.owned.set(local.owned.get().saturating_add(bytes));
        self.charge_local(mutator, local, bytes);
    }

    /// Takes back what was [charged](Self::charge_foreign) and freed again before its cell died.
    pub fn refund_foreign(&self, bytes: usize) {
        self.budget.refund(bytes);
    }
}
