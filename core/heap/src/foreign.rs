//! Foreign memory: what cells own outside the heap, and free when they are dropped.
//!
//! It counts against the budget like the heap's own, so that garbage with little heap and much foreign memory is collected in time.
//!
//! What dies old among its owners keeps its memory until a full collection, and the heap cannot see how much that is. Owners that say
//! both what they take ([`Heap::charge_owned`]) and what they free ([`record_freed`]) make it known: a full collection comes when it has doubled since the last one. For the
//! others one comes after a certain amount was charged.

use std::cell::Cell;

use grwl_threads::Mutator;
use grwl_threads::sync::{AtomicUsize, Ordering};

use crate::Heap;

/// What was freed of what was charged as owned, in all heaps of the process: who drops a cell does not know its heap.
static FREED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Freed by this thread, and not yet reported: threads that drop at the same time would otherwise meet at [`FREED`] for each cell.
    static UNREPORTED: Cell<usize> = const { Cell::new(0) };
}

/// A cell that is dropped frees so much of what was [charged as owned](Heap::charge_owned). For drop functions.
pub fn record_freed(bytes: usize) {
    UNREPORTED.set(UNREPORTED.get() + bytes);
}

/// The cells of a block are dropped: says what this thread has freed.
pub(crate) fn report_freed() {
    match UNREPORTED.take() {
        0 => {}
        bytes => _ = FREED.fetch_add(bytes, Ordering::Relaxed),
    }
}

/// See [`FREED`].
pub(crate) fn freed() -> usize {
    FREED.load(Ordering::Relaxed)
}

/// How long the pieces of owned memory are, by and by.
///
/// Allocators keep pieces of different lengths in different pages. When a program's pieces become longer (integers that grow), what died old among the shorter ones
/// holds pages that are nearly empty, and of no use to the longer ones. So a change of lengths is a reason for a full collection long before
/// much is owned, and for giving the allocator's free pages back after it.
#[derive(Default)]
pub(crate) struct Sizes {
    /// The mean length between the last two collections.
    lately: usize,
    /// The same at the last full collection.
    at_full: usize,
    /// The same when free pages were given back.
    at_trim: usize,
    /// Charged since the last full collection.
    since_full: usize,
}

impl Sizes {
    /// Marking a byte costs as much as the work of a program that allocates so many, at most.
    const WORTH_MARKING: usize = 4;

    /// A collection finds so much newly charged, in so many pieces.
    pub(crate) fn collected(&mut self, bytes: usize, pieces: usize, full: bool) {
        if let Some(mean) = bytes.checked_div(pieces) {
            self.lately = mean;
        }
        self.since_full += bytes;
        if full || self.at_full == 0 {
            self.at_full = self.lately;
            self.since_full = 0;
        }
    }

    /// Are pieces of other lengths wanted than at the last full collection, by a third? Not before so much was charged that marking `live` bytes is
    /// little work beside it.
    pub(crate) fn have_changed(&self, live: usize) -> bool {
        self.since_full / Self::WORTH_MARKING > live && differ(self.lately, self.at_full, 3)
    }

    /// After a full collection: are pieces of other lengths wanted than when this was last answered with yes, by an eighth?
    pub(crate) fn suggest_trim(&mut self) -> bool {
        let changed = differ(self.lately, self.at_trim, 8);
        if changed {
            self.at_trim = self.lately;
        }
        changed
    }
}

/// Is one longer than the other by more than this part of it?
fn differ(a: usize, b: usize, part: usize) -> bool {
    let (less, more) = (a.min(b), a.max(b));
    more - less > less / part
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
        local.owned_pieces.set(local.owned_pieces.get() + 1);
        self.charge_local(mutator, local, bytes);
    }

    /// Takes back what was [charged](Self::charge_foreign) and freed again before its cell died.
    pub fn refund_foreign(&self, bytes: usize) {
        self.budget.refund(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: usize = 1 << 20;

    #[test]
    fn a_change_of_lengths_counts_once_enough_was_charged() {
        let mut sizes = Sizes::default();
        sizes.collected(1 << 20, 1 << 10, false);
        assert!(!sizes.have_changed(LIVE), "the first lengths are no change");
        for _ in 0..8 {
            sizes.collected(1 << 20, 900, false);
        }
        assert!(!sizes.have_changed(LIVE), "1165 is little more than 1024");
        sizes.collected(1 << 20, 600, false);
        assert!(sizes.have_changed(LIVE));
        assert!(!sizes.have_changed(8 * LIVE), "marking would cost too much");
        sizes.collected(1 << 20, 600, true);
        sizes.collected(1 << 20, 1 << 10, false);
        assert!(!sizes.have_changed(LIVE), "too little was charged since");
        for _ in 0..4 {
            sizes.collected(1 << 20, 1 << 10, false);
        }
        assert!(
            sizes.have_changed(LIVE),
            "shorter ones are a change as well"
        );
        sizes.collected(0, 0, false);
        assert!(sizes.have_changed(LIVE), "what is not wanted has no length");
    }

    #[test]
    fn pages_are_given_back_when_lengths_have_changed() {
        let mut sizes = Sizes::default();
        assert!(!sizes.suggest_trim(), "nothing is owned");
        sizes.collected(1 << 20, 1 << 10, true);
        assert!(sizes.suggest_trim());
        sizes.collected(1 << 20, 1000, true);
        assert!(!sizes.suggest_trim());
        sizes.collected(1 << 20, 800, true);
        assert!(sizes.suggest_trim());
        assert!(!sizes.suggest_trim());
    }
}
