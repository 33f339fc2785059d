//! `set` and `frozenset`: the hash table of [`dict`](crate::dict) with entries of two words, hash and element.
//!
//! Elements lie in the order of insertion. All that [`dict`](crate::dict) says of readers and writers holds here: an element's
//! word is its live word, a removal makes it absent, and an entry is never used again.
//!
//! A `frozenset` is the same struct. It is filled before anybody else knows it, and never changed afterwards; its hash is cached
//! in it, written once with the one value that it can have.

pub mod iterator;

use grwl_heap::{CellType, Size, Trace};
use grwl_threads::sync::Ordering;
use grwl_value::Value;

use crate::cell::{Cell, Ref, ValueExt};
use crate::dict::change::{self, Outcome, Policy, Step};
use crate::dict::{Hashed, probe, table};
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

pub use crate::dict::table::SET_TABLE_CELL as TABLE_CELL;
pub use iterator::{Cursor, SET_ITERATOR_CELL, SetIterator};

/// The table of a set.
pub type Table = table::Table<2>;

/// A `set`, or in the hands of code that only reads it, a `frozenset`.
pub type Set = Hashed<2>;

/// What a set was like at one moment.
pub struct SetState(change::State<2>);

/// A `frozenset`: for [`ValueExt::downcast`].
#[repr(transparent)]
pub struct FrozenSet(Set);

/// The heap's view of sets.
pub static SET_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: Set::TABLE_OFFSET as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Set>()),
    drop: None,
    name: "set",
};

// SAFETY: repr(C), begins with a header; the fields are atomic.
unsafe impl Cell for Set {
    const FLAG: u64 = flags::SET;
    fn type_object() -> &'static TypeObject {
        &types::SET
    }
}

// SAFETY: as above.
unsafe impl Cell for FrozenSet {
    const FLAG: u64 = flags::FROZEN_SET;
    fn type_object() -> &'static TypeObject {
        &types::FROZEN_SET
    }
}

/// The value as a set, if it is a `set`, a `frozenset` or an instance of a subclass: to read it.
#[inline]
pub fn any_set(value: Value) -> Option<Ref<Set>> {
    let cell = value.as_cell()?;
    let is_set = value.class().has_flag(flags::SET | flags::FROZEN_SET);
    // SAFETY: both types and their subclasses begin with the struct.
    is_set.then(|| unsafe { Ref::from_cell(cell) })
}

impl FrozenSet {
    /// A new frozenset with the elements of `from`, as they are at one moment.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn from_set(thread: &mut Thread, from: Ref<Set>) -> PyResult<Ref<Set>> {
        // SAFETY: the class is `frozenset` itself, laid out as a set.
        let copy = unsafe { thread.new_cell(&types::FROZEN_SET, Set::with_header) };
        from.copy_into(thread, copy)?;
        Ok(copy)
    }

    /// A new empty frozenset, to be filled by [`Ref::add`] before anybody else knows it.
    #[expect(clippy::new_ret_no_self, reason = "a frozenset is handled as a set")]
    pub fn new(thread: &Thread) -> Ref<Set> {
        // SAFETY: as above.
        unsafe { thread.new_cell(&types::FROZEN_SET, Set::with_header) }
    }
}

impl Set {
    /// A new empty set.
    #[inline]
    pub fn new(thread: &Thread) -> Ref<Self> {
        // SAFETY: the class is `set` itself.
        unsafe { thread.new_cell(&types::SET, Self::with_header) }
    }

    /// The cached hash of a frozenset.
    pub fn cached_hash(&self) -> Option<i64> {
        match self.extra().load(Ordering::Relaxed) {
            0 => None,
            stored => Some(!stored as i64),
        }
    }

    /// Keeps the hash of a frozenset, which is not -1.
    pub fn cache_hash(&self, hash: i64) {
        debug_assert!(hash != -1);
        self.extra().store(!hash as u64, Ordering::Relaxed);
    }
}

impl Ref<Set> {
    /// Is there such an element?
    ///
    /// # Errors
    /// What hashing or comparing raises.
    #[inline]
    pub fn contains(self, thread: &mut Thread, element: Value) -> PyResult<bool> {
        let hash = hash_element(thread, element)?;
        self.contains_hashed(thread, element, hash)
    }

    /// As [`contains`](Self::contains), with the hash known.
    ///
    /// # Errors
    /// What comparing raises.
    #[inline]
    pub fn contains_hashed(self, thread: &mut Thread, element: Value, hash: i64) -> PyResult<bool> {
        Ok(probe::find(thread, self, element, hash)?.found.is_some())
    }

    /// Adds all elements of `from`, as they are at one moment.
    ///
    /// # Errors
    /// What comparing raises; `MemoryError`.
    pub fn merge(self, thread: &mut Thread, from: Ref<Set>) -> PyResult<()> {
        if self == from {
            return Ok(());
        }
        let Some(source) = change::snapshot(thread, from)? else {
            return Ok(());
        };
        if self.is_empty() && change::adopt_if_empty(thread, self, source) {
            return Ok(());
        }
        self.change_many(thread, source, Step::Insert(Policy::Keep))
    }

    /// Removes the elements of `from` that are there, and adds the others.
    ///
    /// # Errors
    /// What comparing raises; `MemoryError`.
    pub fn toggle(self, thread: &mut Thread, from: Ref<Set>) -> PyResult<()> {
        match change::snapshot(thread, from)? {
            Some(source) => self.change_many(thread, source, Step::Toggle),
            None => Ok(()),
        }
    }

    fn change_many(self, thread: &mut Thread, source: Ref<Table>, step: Step) -> PyResult<()> {
        let mut number = 0;
        while number < source.count() {
            number = change::change_many(thread, self, source, number, step)?;
            if number == source.count() {
                break;
            }
            let entry = source.entry(number);
            number += 1;
            if let Some(element) = entry.live() {
                let hash = entry.hash();
                if step != Step::Toggle || !self.remove_hashed(thread, element, hash)? {
                    self.add_hashed(thread, element, hash)?;
                }
            }
            thread.poll()?;
        }
        Ok(())
    }

    /// Adds an element; false if an equal one was there.
    ///
    /// # Errors
    /// What hashing or comparing raises; `MemoryError`.
    #[inline]
    pub fn add(self, thread: &mut Thread, element: Value) -> PyResult<bool> {
        let hash = hash_element(thread, element)?;
        self.add_hashed(thread, element, hash)
    }

    /// As [`add`](Self::add), with the hash known.
    ///
    /// # Errors
    /// What comparing raises; `MemoryError`.
    #[inline]
    pub fn add_hashed(self, thread: &mut Thread, element: Value, hash: i64) -> PyResult<bool> {
        let outcome = change::insert(thread, self, element, hash, element, Policy::Keep)?;
        Ok(outcome == Outcome::New)
    }

    /// Removes an element; false if there was no equal one.
    ///
    /// # Errors
    /// What hashing or comparing raises.
    pub fn remove(self, thread: &mut Thread, element: Value) -> PyResult<bool> {
        let hash = hash_element(thread, element)?;
        self.remove_hashed(thread, element, hash)
    }

    /// As [`remove`](Self::remove), with the hash known.
    ///
    /// # Errors
    /// What comparing raises.
    pub fn remove_hashed(self, thread: &mut Thread, element: Value, hash: i64) -> PyResult<bool> {
        let removed = change::remove(thread, self, element, hash, |_| true)?;
        Ok(removed.is_some())
    }

    /// Takes some element: the one added last.
    pub fn pop(self, thread: &mut Thread) -> Option<Value> {
        change::remove_at(thread, self, change::End::Last).map(|(element, _)| element)
    }

    /// Removes everything.
    pub fn clear(self, thread: &mut Thread) {
        change::clear(thread, self);
    }

    /// Gives `copy`, which nobody else knows yet, the same elements, as they are at one moment.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn copy_into(self, thread: &mut Thread, copy: Ref<Set>) -> PyResult<()> {
        if let Some(table) = change::snapshot(thread, self)? {
            change::adopt(thread, copy, table);
        }
        Ok(())
    }

    /// A new `set` with the same elements, as they are at one moment.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn copy(self, thread: &mut Thread) -> PyResult<Ref<Set>> {
        let copy = Set::new(thread);
        self.copy_into(thread, copy)?;
        Ok(copy)
    }

    /// The state in which it is, for [`replace_if_same`](Self::replace_if_same).
    pub fn state(self) -> SetState {
        SetState(change::state_of(self))
    }

    /// Gives it the elements of `other`, which nobody else knows, if nothing has changed since `state`.
    pub fn replace_if_same(self, thread: &mut Thread, state: &SetState, other: Ref<Set>) -> bool {
        change::replace_if_same(thread, self, state.0, other)
    }

    /// The elements as they are at one moment.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn snapshot(self, thread: &mut Thread) -> PyResult<Cursor> {
        Ok(Cursor::new(change::snapshot(thread, self)?))
    }

    /// Reads the table as it is now; removals may be seen, new elements are not.
    #[inline]
    pub fn cursor(self) -> Cursor {
        Cursor::new(self.table())
    }
}

/// The hash of an element of a set.
///
/// # Errors
/// What hashing raises; a plain `TypeError` names the element.
#[inline]
pub fn hash_element(thread: &mut Thread, element: Value) -> PyResult<i64> {
    if let Some(string) = element.downcast_exact::<Str>() {
        return Ok(string.hash());
    }
    probe::hash_for(thread, element, "a set element")
}
