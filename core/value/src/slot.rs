//! A place in a cell that holds a value or is empty, and that any thread may read.
//!
//! Protocol: whoever may mutate the cell (its lock says who) stores with Release; readers load with
//! Acquire and take no lock. So a reader finds what the value leads to as it was when
//! it was stored, or newer. On x86-64 both are plain moves.
//!
//! A store of a pointer into an old cell is also the collector's business: the caller reports it
//! ([`grwl_heap::Heap::record_write`]), as the slot does not know its cell.

use grwl_threads::sync::{AtomicU64, Ordering};

use crate::value::Value;

/// See the module's head. All zero bytes are an empty slot.
#[repr(transparent)]
#[derive(Debug)]
pub struct Slot(AtomicU64);

impl Slot {
    /// A slot that is empty, for statics.
    pub const fn empty() -> Self {
        Self(AtomicU64::new(0))
    }

    /// A slot that holds `value`.
    pub fn new(value: Option<Value>) -> Self {
        Self(AtomicU64::new(word(value)))
    }

    /// What it holds.
    #[inline(always)]
    pub fn load(&self) -> Option<Value> {
        // SAFETY: only `store` and `replace` put words here. What the slot leads to is alive: the cell that
        // the slot lies in is, and the collector traces it.
        // Acquire: partner is the Release in `store`.
        unsafe { Value::from_bits(self.0.load(Ordering::Acquire)) }
    }

    /// Replaces what it holds; the caller may mutate the cell.
    #[inline(always)]
    pub fn store(&self, value: Option<Value>) {
        // Release: partner is the Acquire in `load`.
        self.0.store(word(value), Ordering::Release);
    }

    /// Empties it if it holds `value`. Unlike with the others, somebody else may store at the same time: one of the two is later.
    #[inline]
    pub fn clear_if(&self, value: Value) {
        // Release: partner is the Acquire in `load`, which finds it empty.
        let _ =
            self.0
                .compare_exchange(value.bits().get(), 0, Ordering::Release, Ordering::Relaxed);
    }

    /// As [`store`](Self::store), and returns what it held.
    #[inline(always)]
    pub fn replace(&self, value: Option<Value>) -> Option<Value> {
        // A load and a store: the caller is the only one who stores.
        let before = self.load();
        self.store(value);
        before
    }
}

#[inline(always)]
fn word(value: Option<Value>) -> u64 {
    value.map_or(0, |value| value.bits().get())
}

#[cfg(test)]
mod tests {
    use super::Slot;
    use crate::value::Value;

    #[test]
    fn a_slot_holds_what_was_stored() {
        let slot = Slot::new(None);
        assert_eq!(slot.load(), None);
        slot.store(Some(Value::small(3)));
        assert_eq!(slot.load(), Some(Value::small(3)));
        assert_eq!(slot.replace(None), Some(Value::small(3)));
        assert_eq!(slot.load(), None);
        slot.store(Some(Value::small(4)));
        slot.clear_if(Value::small(3));
        assert_eq!(slot.load(), Some(Value::small(4)));
        slot.clear_if(Value::small(4));
        assert_eq!(slot.load(), None);
    }
}
