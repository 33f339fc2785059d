//! Iterators over sequences by index, and the iterators that `iter`, `enumerate`, `zip`, `map`, `filter` and `reversed` make.
//!
//! ## Protocol
//! An iterator by index takes its next element under its own lock ([`Ref::step`]), so threads that share one get each element once. The lock costs the
//! thread that made it nothing. The others have no lock, because they call Python code in the middle: each word that may change is atomic and is stored for itself; threads that share such an
//! iterator may see its words at different moments, but get nothing that it would not have given anyway. An iterator at its end has let go of what it iterates
//! over: the slot is empty.
//!
//! All zero is an iterator at its end.

use std::mem::offset_of;
use std::sync::atomic::AtomicI64;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_threads::sync::{AtomicU32, Ordering};
use grwl_value::{Slot, Value};

use crate::cell::{Cell, Ref, ValueExt};
use crate::dict::Dict;
use crate::result::PyResult;
use crate::string::intern;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;
use crate::types;

/// The iterators of `list` (both directions), `tuple`, `str`, `bytes` and so on, of what only answers `x[i]`, and `reversed`.
#[repr(C)]
pub struct IndexIterator {
    header: Header,
    sequence: Slot,
    index: AtomicI64,
}

/// `iter(callable, sentinel)`
#[repr(C)]
pub struct CallableIterator {
    header: Header,
    /// What is called; empty at the end.
    pub callable: Slot,
    /// What it returns at the end.
    pub sentinel: Slot,
}

/// `enumerate`
#[repr(C)]
pub struct Enumerate {
    header: Header,
    /// Whose elements are counted.
    pub iterator: Slot,
    /// The next number: an `int`.
    pub count: Slot,
}

/// `zip`
#[repr(C)]
pub struct Zip {
    header: Header,
    /// A tuple of iterators; empty: of none.
    pub iterators: Slot,
    /// Not 0: they must end together.
    pub strict: AtomicU32,
}

/// `map`
#[repr(C)]
pub struct Map {
    header: Header,
    /// What is called.
    pub function: Slot,
    /// A tuple of iterators; empty: of none.
    pub iterators: Slot,
    /// Not 0: they must end together.
    pub strict: AtomicU32,
}

/// `filter`
#[repr(C)]
pub struct Filter {
    header: Header,
    /// What tells; `None` for the element's truth.
    pub function: Slot,
    /// Whose elements are told apart.
    pub iterator: Slot,
}

/// The heap's view of an iterator that begins with `count` slots.
const fn cell_type<T>(name: &'static str, count: u32) -> CellType {
    CellType {
        trace: Trace::Words {
            offset: size_of::<Header>() as u32,
            count,
        },
        size: Size::Fixed(size_of::<T>()),
        drop: None,
        name,
    }
}

/// The heap's view of iterators by index.
pub static INDEX_ITERATOR_CELL: CellType = cell_type::<IndexIterator>("iterator", 1);
/// The heap's view of a callable's iterator.
pub static CALLABLE_ITERATOR_CELL: CellType = cell_type::<CallableIterator>("callable_iterator", 2);
/// The heap's view of `enumerate`.
pub static ENUMERATE_CELL: CellType = cell_type::<Enumerate>("enumerate", 2);
/// The heap's view of `zip`.
pub static ZIP_CELL: CellType = cell_type::<Zip>("zip", 1);
/// The heap's view of `map`.
pub static MAP_CELL: CellType = cell_type::<Map>("map", 2);
/// The heap's view of `filter`.
pub static FILTER_CELL: CellType = cell_type::<Filter>("filter", 2);

const _: () = assert!(
    offset_of!(IndexIterator, sequence) == 16
        && offset_of!(CallableIterator, callable) == 16
        && offset_of!(Enumerate, iterator) == 16
        && offset_of!(Zip, iterators) == 16
        && offset_of!(Map, function) == 16
        && offset_of!(Filter, function) == 16
);

// SAFETY: repr(C), begins with a header, atomic fields. Which of the types it is, the caller of `downcast_unchecked` knows; `downcast`
// finds plain sequence iterators.
unsafe impl Cell for IndexIterator {
    fn type_object() -> &'static TypeObject {
        &types::SEQUENCE_ITERATOR
    }
}
// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for CallableIterator {
    fn type_object() -> &'static TypeObject {
        &types::CALLABLE_ITERATOR
    }
}
// SAFETY: as above.
unsafe impl Cell for Enumerate {
    fn type_object() -> &'static TypeObject {
        &types::ENUMERATE
    }
}
// SAFETY: as above.
unsafe impl Cell for Zip {
    fn type_object() -> &'static TypeObject {
        &types::ZIP
    }
}
// SAFETY: as above.
unsafe impl Cell for Map {
    fn type_object() -> &'static TypeObject {
        &types::MAP
    }
}
// SAFETY: as above.
unsafe impl Cell for Filter {
    fn type_object() -> &'static TypeObject {
        &types::FILTER
    }
}

/// The dict of the module `builtins`, for [`builtin`].
static BUILTINS: Slot = Slot::empty();

/// Says where [`builtin`] looks. Called once, at start-up.
pub fn set_builtins(thread: &Thread, dict: Ref<Dict>) {
    BUILTINS.store(Some(dict.value()));
    let first = (&raw const BUILTINS).cast::<u64>();
    // SAFETY: a static stays readable, and is not stored to again.
    unsafe { thread.heap().add_static_roots(first, 1) };
}

/// What `builtins` has under a name just now: what the `__reduce__` of an iterator names (`iter`, `reversed`).
///
/// # Errors
/// `AttributeError` if there is nothing.
pub fn builtin(thread: &mut Thread, name: &str) -> PyResult {
    let key = intern(thread, name);
    let builtins = BUILTINS.load().and_then(|dict| dict.downcast::<Dict>());
    let found = match builtins {
        Some(dict) => dict.get(thread, key.value())?,
        None => None,
    };
    found.ok_or_else(|| thread.raise(&types::ATTRIBUTE_ERROR, name))
}

/// `iter(value)` of what only answers `value[i]`.
pub fn of_sequence(thread: &Thread, value: Value) -> Value {
    IndexIterator::new(thread, &types::SEQUENCE_ITERATOR, value, 0).value()
}

impl IndexIterator {
    /// For pickling: `(function, (sequence,), index)`, or at the end `(function, (empty,))`. The function is one of `builtins`.
    ///
    /// # Errors
    /// `MemoryError`, and what looking the functions up raises.
    pub fn reduce(
        &self,
        thread: &mut Thread,
        function: &str,
        empty: impl FnOnce(&Thread) -> Value,
    ) -> PyResult {
        // Looked up first, because that may run Python code.
        let function = builtin(thread, function)?;
        let Some(sequence) = self.sequence() else {
            let args = Tuple::new(thread, &[empty(thread)]).value();
            return Ok(Tuple::new(thread, &[function, args]).value());
        };
        let index = crate::int::from_i64(thread, self.index());
        let args = Tuple::new(thread, &[sequence]).value();
        Ok(Tuple::new(thread, &[function, args, index]).value())
    }

    /// An iterator of one of the built-in types with this layout.
    #[inline]
    pub fn new(thread: &Thread, class: &TypeObject, sequence: Value, index: i64) -> Ref<Self> {
        // SAFETY: the caller names a type with this layout; `new_cell` checks the size.
        unsafe {
            thread.new_cell(class, |header| Self {
                header,
                sequence: Slot::new(Some(sequence)),
                index: AtomicI64::new(index),
            })
        }
    }

    /// The iterator that a value is, whatever it iterates over.
    ///
    /// # Safety
    /// The value's type is one of those with this layout, or a subclass.
    #[inline(always)]
    pub unsafe fn of(value: Value) -> Ref<Self> {
        let cell = value.as_cell().expect("an iterator is a cell");
        // SAFETY: the caller's promise.
        unsafe { Ref::from_cell(cell) }
    }

    /// What is iterated over; `None` at the end.
    #[inline(always)]
    pub fn sequence(&self) -> Option<Value> {
        self.sequence.load()
    }

    /// The index of the next element.
    #[inline(always)]
    pub fn index(&self) -> i64 {
        self.index.load(Ordering::Relaxed)
    }

    /// Moves it.
    #[inline(always)]
    pub fn set_index(&self, index: i64) {
        self.index.store(index, Ordering::Relaxed);
    }

    /// Ends it.
    #[inline]
    pub fn end(&self) {
        self.sequence.store(None);
    }
}

impl Ref<IndexIterator> {
    /// Takes the element at the index, which moves on by `by`; ends the iterator if there is none. `read` gets the sequence and the index; it is called under the
    /// iterator's lock.
    #[inline(always)]
    pub fn step(
        self,
        thread: &mut Thread,
        by: i64,
        read: impl FnOnce(&Thread, Value, i64) -> Option<Value>,
    ) -> Option<Value> {
        let locked = thread.lock_cell(&self);
        let sequence = self.sequence()?;
        let index = self.index();
        let found = read(&locked, sequence, index);
        match found {
            Some(_) => self.set_index(index + by),
            None => self.end(),
        }
        found
    }

    /// As [`step`](Self::step) by 1, if the iterator is this thread's own and there is an element; else nothing happens.
    #[inline(always)]
    pub fn step_own(
        self,
        thread: &Thread,
        read: impl FnOnce(Value, usize) -> Option<Value>,
    ) -> Option<Value> {
        if !self.header.lock.is_biased_to(thread.mutator()) {
            return None;
        }
        let index = self.index();
        let found = read(self.sequence()?, index as usize)?;
        self.set_index(index + 1);
        Some(found)
    }

    /// Fills a fresh instance of a subclass.
    pub fn begin(self, thread: &Thread, sequence: Value, index: i64) {
        self.set_index(index);
        thread.store(self, &self.sequence, Some(sequence));
    }
}

impl CallableIterator {
    /// `iter(callable, sentinel)`
    pub fn new(thread: &Thread, callable: Value, sentinel: Value) -> Ref<Self> {
        // SAFETY: the class is `callable_iterator`.
        unsafe {
            thread.new_cell(&types::CALLABLE_ITERATOR, |header| Self {
                header,
                callable: Slot::new(Some(callable)),
                sentinel: Slot::new(Some(sentinel)),
            })
        }
    }
}
