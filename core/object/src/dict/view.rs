//! `dict_keys`, `dict_values`, `dict_items`, `mappingproxy`, and the iterators over a dict.
//!
//! An iterator counts positions in the table that the dict has at each step, and gives up, as CPython's does, when the dict's length is no
//! longer what it was. Its state changes under its own lock.
//!
//! Invariant of an iterator: `dict` is absent once it has ended.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_threads::sync::{AtomicU64, AtomicUsize, Ordering};
use grwl_value::{Slot, Value};

use super::Dict;
use crate::cell::{Cell, Ref, ValueExt};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// A view of a dict, or a proxy of any mapping.
#[repr(C)]
pub struct DictView {
    header: Header,
    /// What is looked at.
    pub target: Slot,
}

/// The heap's view of views.
pub static VIEW_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(DictView, target) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<DictView>()),
    drop: None,
    name: "view of a mapping",
};

impl DictView {
    /// A new view. `class` is one of the three types of views, or `mappingproxy`.
    pub fn new(thread: &Thread, class: &'static TypeObject, target: Value) -> Ref<Self> {
        debug_assert!(std::ptr::eq(class.payload(), &raw const VIEW_CELL));
        // SAFETY: the class's instances are views.
        unsafe {
            thread.new_cell(class, |header| Self {
                header,
                target: Slot::new(Some(target)),
            })
        }
    }

    /// The dict that a view of a dict looks at.
    #[inline]
    pub fn dict(&self) -> Option<Ref<Dict>> {
        self.target.load()?.downcast()
    }
}

/// What an iterator over a dict yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yields {
    /// Keys.
    Keys,
    /// Values.
    Values,
    /// Pairs.
    Items,
}

impl Yields {
    /// The type of the iterators.
    pub const fn iterator(self, backwards: bool) -> &'static TypeObject {
        match (self, backwards) {
            (Self::Keys, false) => &types::DICT_KEY_ITERATOR,
            (Self::Values, false) => &types::DICT_VALUE_ITERATOR,
            (Self::Items, false) => &types::DICT_ITEM_ITERATOR,
            (Self::Keys, true) => &types::DICT_REVERSE_KEY_ITERATOR,
            (Self::Values, true) => &types::DICT_REVERSE_VALUE_ITERATOR,
            (Self::Items, true) => &types::DICT_REVERSE_ITEM_ITERATOR,
        }
    }

    /// The type of the views.
    pub const fn view(self) -> &'static TypeObject {
        match self {
            Self::Keys => &types::DICT_KEYS,
            Self::Values => &types::DICT_VALUES,
            Self::Items => &types::DICT_ITEMS,
        }
    }
}

/// An iterator over a dict; its class says what it yields and which way it goes.
#[repr(C)]
pub struct DictIterator {
    header: Header,
    dict: Slot,
    /// Forwards: the number of the next entry. Backwards: one more than that.
    position: AtomicUsize,
    /// The dict's length when it began; `BROKEN` after it was found changed.
    used: AtomicU64,
    /// How many elements are still expected.
    remaining: AtomicUsize,
}

const BROKEN: u64 = u64::MAX;

/// The heap's view of iterators over dicts.
pub static CURSOR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(DictIterator, dict) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<DictIterator>()),
    drop: None,
    name: "iterator over a dict",
};

// SAFETY: repr(C), begins with a header; the fields are atomic. Each of the six types of iterators has this layout; the
// one named stands for them all where one is needed.
unsafe impl Cell for DictIterator {
    fn type_object() -> &'static TypeObject {
        &types::DICT_KEY_ITERATOR
    }
}

/// A step of an iterator.
enum Step {
    Element(Value, Value),
    End,
    SizeChanged,
    KeysChanged,
}

impl DictIterator {
    /// A new iterator over a dict.
    pub fn new(thread: &Thread, yields: Yields, backwards: bool, dict: Ref<Dict>) -> Ref<Self> {
        let used = dict.len();
        let position = match dict.table() {
            Some(table) if backwards => table.count() as usize,
            _ => 0,
        };
        // SAFETY: the class's instances are such iterators.
        unsafe {
            thread.new_cell(yields.iterator(backwards), |header| Self {
                header,
                dict: Slot::new(Some(dict.value())),
                position: AtomicUsize::new(position),
                used: AtomicU64::new(used as u64),
                remaining: AtomicUsize::new(used),
            })
        }
    }

    /// The dict, until the end is reached.
    pub fn dict(&self) -> Option<Ref<Dict>> {
        self.dict.load()?.downcast()
    }

    /// How many elements are still to come, as far as one can say.
    pub fn length_hint(&self) -> usize {
        match self.dict() {
            Some(dict) if dict.len() as u64 == self.used.load(Ordering::Relaxed) => {
                self.remaining.load(Ordering::Relaxed)
            }
            _ => 0,
        }
    }

    /// A copy in the same state, for `__reduce__`.
    pub fn duplicate(&self, thread: &Thread, class: &TypeObject) -> Ref<Self> {
        // SAFETY: `class` is the class of `self`.
        unsafe {
            thread.new_cell(class, |header| Self {
                header,
                dict: Slot::new(self.dict.load()),
                position: AtomicUsize::new(self.position.load(Ordering::Relaxed)),
                used: AtomicU64::new(self.used.load(Ordering::Relaxed)),
                remaining: AtomicUsize::new(self.remaining.load(Ordering::Relaxed)),
            })
        }
    }

    /// One step. The caller holds the iterator's lock.
    #[inline(always)]
    fn step(&self, backwards: bool) -> Step {
        let Some(dict) = self.dict() else {
            return Step::End;
        };
        if dict.len() as u64 != self.used.load(Ordering::Relaxed) {
            self.used.store(BROKEN, Ordering::Relaxed);
            return Step::SizeChanged;
        }
        let mut position = self.position.load(Ordering::Relaxed);
        if let Some(table) = dict.table() {
            if backwards {
                if position > table.count() as usize {
                    // It was replaced by a shorter one.
                    position = 0;
                }
                while let Some(number) = position.checked_sub(1) {
                    position = number;
                    let entry = table.entry(number as u32);
                    if let Some(value) = entry.live()
                        && let Some(key) = entry.key()
                    {
                        return self.found(position, key, value);
                    }
                }
            } else {
                while position < table.count() as usize {
                    let entry = table.entry(position as u32);
                    position += 1;
                    if let Some(value) = entry.live()
                        && let Some(key) = entry.key()
                    {
                        return self.found(position, key, value);
                    }
                }
            }
        }
        self.dict.store(None);
        Step::End
    }

    #[inline(always)]
    fn found(&self, position: usize, key: Value, value: Value) -> Step {
        let remaining = self.remaining.load(Ordering::Relaxed);
        if remaining == 0 {
            self.dict.store(None);
            return Step::KeysChanged;
        }
        self.remaining.store(remaining - 1, Ordering::Relaxed);
        self.position.store(position, Ordering::Relaxed);
        Step::Element(key, value)
    }
}

impl Ref<DictIterator> {
    /// The next key and value.
    ///
    /// # Errors
    /// `RuntimeError` if the dict was changed.
    #[inline]
    pub fn advance(self, thread: &mut Thread, backwards: bool) -> PyResult<Option<(Value, Value)>> {
        let step = {
            let _locked = thread.lock_cell(&self);
            self.step(backwards)
        };
        match step {
            Step::Element(key, value) => Ok(Some((key, value))),
            Step::End => Ok(None),
            Step::SizeChanged => {
                Err(thread.runtime_error("dictionary changed size during iteration"))
            }
            Step::KeysChanged => {
                Err(thread.runtime_error("dictionary keys changed during iteration"))
            }
        }
    }
}
