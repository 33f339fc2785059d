//! Reading a set from one end to the other: a cursor for Rust code, and the iterator that Python sees.
//!
//! The iterator counts positions in the table that the set has at each step, and gives up when the set's length is no longer
//! what it was. Its state changes under its own lock. Invariant: `set` is absent once it has ended.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_threads::sync::{AtomicU64, AtomicUsize, Ordering};
use grwl_value::{Slot, Value};

use super::{Set, Table, any_set};
use crate::cell::{Cell, Ref};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// The elements of a set, from Rust code; lies on the native stack. As [`dict::Cursor`](crate::dict::Cursor).
#[derive(Debug)]
pub struct Cursor {
    table: Option<Ref<Table>>,
    next: u32,
    end: u32,
}

impl Cursor {
    pub(super) fn new(table: Option<Ref<Table>>) -> Self {
        Self {
            table,
            next: 0,
            end: table.map_or(0, |table| table.count()),
        }
    }
}

impl Iterator for Cursor {
    /// Element, hash.
    type Item = (Value, i64);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let table = self.table?;
        while self.next < self.end {
            let entry = table.entry(self.next);
            self.next += 1;
            if let Some(element) = entry.live() {
                return Some((element, entry.hash()));
            }
        }
        None
    }
}

/// An iterator over a set or frozenset.
#[repr(C)]
pub struct SetIterator {
    header: Header,
    set: Slot,
    /// The number of the next entry.
    position: AtomicUsize,
    /// The set's length when it began; `BROKEN` after it was found changed.
    used: AtomicU64,
    /// How many elements are still expected.
    remaining: AtomicUsize,
}

const BROKEN: u64 = u64::MAX;

/// The heap's view of iterators over sets.
pub static SET_ITERATOR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(SetIterator, set) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<SetIterator>()),
    drop: None,
    name: "set_iterator",
};

// SAFETY: repr(C), begins with a header; the fields are atomic.
unsafe impl Cell for SetIterator {
    fn type_object() -> &'static TypeObject {
        &types::SET_ITERATOR
    }
}

impl SetIterator {
    /// A new iterator.
    pub fn new(thread: &Thread, set: Ref<Set>) -> Ref<Self> {
        let used = set.len();
        // SAFETY: the class's instances are such iterators.
        unsafe {
            thread.new_cell(&types::SET_ITERATOR, |header| Self {
                header,
                set: Slot::new(Some(set.value())),
                position: AtomicUsize::new(0),
                used: AtomicU64::new(used as u64),
                remaining: AtomicUsize::new(used),
            })
        }
    }

    /// The set, until the end is reached.
    pub fn set(&self) -> Option<Ref<Set>> {
        any_set(self.set.load()?)
    }

    /// How many elements are still to come, as far as one can say.
    pub fn length_hint(&self) -> usize {
        match self.set() {
            Some(set) if set.len() as u64 == self.used.load(Ordering::Relaxed) => {
                self.remaining.load(Ordering::Relaxed)
            }
            _ => 0,
        }
    }

    /// A copy in the same state, for `__reduce__`.
    pub fn duplicate(&self, thread: &Thread) -> Ref<Self> {
        // SAFETY: as in `new`.
        unsafe {
            thread.new_cell(&types::SET_ITERATOR, |header| Self {
                header,
                set: Slot::new(self.set.load()),
                position: AtomicUsize::new(self.position.load(Ordering::Relaxed)),
                used: AtomicU64::new(self.used.load(Ordering::Relaxed)),
                remaining: AtomicUsize::new(self.remaining.load(Ordering::Relaxed)),
            })
        }
    }

    /// One step; `Err`: the set's length has changed. The caller holds the iterator's lock.
    #[inline(always)]
    fn step(&self) -> Result<Option<Value>, ()> {
        let Some(set) = self.set() else {
            return Ok(None);
        };
        if set.len() as u64 != self.used.load(Ordering::Relaxed) {
            self.used.store(BROKEN, Ordering::Relaxed);
            return Err(());
        }
        if let Some(table) = set.table() {
            let mut position = self.position.load(Ordering::Relaxed);
            while position < table.count() as usize {
                let entry = table.entry(position as u32);
                position += 1;
                if let Some(element) = entry.live() {
                    self.position.store(position, Ordering::Relaxed);
                    let remaining = self.remaining.load(Ordering::Relaxed);
                    self.remaining
                        .store(remaining.saturating_sub(1), Ordering::Relaxed);
                    return Ok(Some(element));
                }
            }
        }
        self.set.store(None);
        Ok(None)
    }
}

impl Ref<SetIterator> {
    /// The next element.
    ///
    /// # Errors
    /// `RuntimeError` if the set was changed.
    #[inline]
    pub fn advance(self, thread: &mut Thread) -> PyResult<Option<Value>> {
        let step = {
            let _locked = thread.lock_cell(&self);
            self.step()
        };
        step.map_err(|()| thread.runtime_error("Set changed size during iteration"))
    }
}
