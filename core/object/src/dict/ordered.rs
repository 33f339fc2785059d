//! `OrderedDict`: a dict whose order can be changed, and the iterator over it.
//!
//! The order is that of the entries in the table. A key that is moved gets a new entry at that end ([`change::move_to`](super::change)),
//! so lookups, copies and insertions are the dict's own.
//!
//! ## Protocol
//! - An iterator keeps the table that the dict had when it began, and its state (the number of entries, the front, the length). Each step compares them with the dict's
//!   and gives up if they differ: so it never goes on in a table whose entries have moved. It looks again at the end, where the keys that it missed are gone to.
//! - The state is read without the lock, unless a change is marked ([`moving`]): a key on its way has two entries.
//! - An iterator's own state changes under its lock.
//!
//! ## Invariant
//! - An iterator's `dict` and `table` are absent once it has ended.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace, Tracer};
use grwl_threads::sync::{AtomicU32, AtomicUsize, Ordering};
use grwl_value::{Slot, Value};

use super::change::{self, State};
use super::view::{VIEW_CELL, Yields};
use super::{Dict, Table};
use crate::cell::{Cell, Ref, ValueExt};
use crate::instance::Attributes;
use crate::moving;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{Declaration, TypeObject, flags};
use crate::types;

/// `collections.OrderedDict`
#[repr(C)]
pub struct OrderedDict {
    dict: Dict,
    /// A key that `dict`'s own methods removed. CPython's loses its order by that, and says so when it is shown or iterated over.
    pub lost: Slot,
    attributes: Attributes,
}

// SAFETY: repr(C), begins with a dict, which begins with a header; the rest is atomic.
unsafe impl Cell for OrderedDict {
    fn type_object() -> &'static TypeObject {
        &ORDERED_DICT
    }
}

static CELL: CellType = CellType {
    trace: Trace::Custom(trace),
    size: Size::Fixed(size_of::<OrderedDict>()),
    drop: None,
    name: "OrderedDict",
};

unsafe fn trace(cell: CellPtr, tracer: &mut Tracer<'_>) {
    let words = |offset: usize| {
        // SAFETY: the heap calls this for cells of this layout, which these offsets lie within.
        unsafe { cell.cast::<u8>().add(offset).cast::<u64>().as_ptr() }
    };
    // SAFETY: the dict's table; the slot and the two of the attributes behind it.
    unsafe {
        tracer.words(words(Dict::TABLE_OFFSET), 1);
        tracer.words(
            words(offset_of!(OrderedDict, lost)),
            1 + Attributes::WORDS as usize,
        );
    }
}

const _: () = assert!(
    offset_of!(OrderedDict, attributes) == offset_of!(OrderedDict, lost) + size_of::<Slot>()
);

/// `collections.OrderedDict`
pub static ORDERED_DICT: TypeObject = TypeObject::declare(&Declaration {
    name: "collections.OrderedDict",
    base: Some(&types::DICT),
    class: &types::TYPE,
    flags: flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<OrderedDict>(),
    attributes: offset_of!(OrderedDict, attributes),
});

const fn view(name: &'static str, base: &'static TypeObject) -> Declaration {
    Declaration {
        name,
        base: Some(base),
        class: &types::TYPE,
        flags: flags::DISALLOW_INSTANTIATION,
        cell: &VIEW_CELL,
        kind: Kind::Traced,
        size: size_of::<super::view::DictView>(),
        attributes: 0,
    }
}

/// `odict_keys`
pub static ORDERED_KEYS: TypeObject = TypeObject::declare(&view("odict_keys", &types::DICT_KEYS));
/// `odict_values`
pub static ORDERED_VALUES: TypeObject =
    TypeObject::declare(&view("odict_values", &types::DICT_VALUES));
/// `odict_items`
pub static ORDERED_ITEMS: TypeObject =
    TypeObject::declare(&view("odict_items", &types::DICT_ITEMS));

/// `odict_iterator`
pub static ORDERED_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "odict_iterator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<OrderedIterator>(),
    attributes: 0,
});

impl Yields {
    /// The type of the views of an `OrderedDict`.
    pub const fn ordered_view(self) -> &'static TypeObject {
        match self {
            Self::Keys => &ORDERED_KEYS,
            Self::Values => &ORDERED_VALUES,
            Self::Items => &ORDERED_ITEMS,
        }
    }
}

/// An `OrderedDict`, or an instance of a subclass, that is iterated as one: its table's keys, in their order, are what iteration gives. Not if one was lost.
pub fn as_iterated(value: Value) -> Option<Ref<Dict>> {
    let dict = value.downcast::<OrderedDict>()?.dict();
    let iter = crate::slots::ITER.index();
    let is_iterated = value.class().slots().raw(iter) == ORDERED_DICT.slots().raw(iter);
    (is_iterated && is_whole(dict)).then_some(dict)
}

/// Is it an `OrderedDict` of which no key was lost?
pub(crate) fn is_whole(dict: Ref<Dict>) -> bool {
    let ordered = dict.value().downcast::<OrderedDict>();
    ordered.is_some_and(|this| this.lost.load().is_none())
}

/// What an `OrderedDict`'s order was at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Order(State<3>);

impl Ref<OrderedDict> {
    /// The dict that it is.
    pub fn dict(self) -> Ref<Dict> {
        // SAFETY: it begins with a dict.
        unsafe { Ref::from_cell(self.cell()) }
    }

    /// The order now: another one if a key has been added, removed or moved since. Not for what another thread changes at this moment.
    pub fn order(self) -> Order {
        Order(change::state_of(self.dict()))
    }
}

/// An iterator over an `OrderedDict`.
#[repr(C)]
pub struct OrderedIterator {
    header: Header,
    dict: Slot,
    table: Slot,
    count: AtomicU32,
    front: AtomicU32,
    used: AtomicUsize,
    /// Forwards: the number of the next entry. Backwards: one more than that.
    position: AtomicU32,
    yields: Yields,
    is_reversed: bool,
}

static ITERATOR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(OrderedIterator, dict) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<OrderedIterator>()),
    drop: None,
    name: "iterator over an OrderedDict",
};

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for OrderedIterator {
    fn type_object() -> &'static TypeObject {
        &ORDERED_ITERATOR
    }
}

/// A step of an iterator.
enum Step {
    Element(Value, Value),
    End,
    Mutated,
}

/// The state, and where the first entry may lie, if no change was under way.
fn settled_state(dict: Ref<Dict>) -> Option<(State<3>, u32)> {
    let Some(table) = dict.table() else {
        return Some(((None, 0, 0, dict.len()), 0));
    };
    let version = moving::version(table.header())?;
    // The front before the start: see `Table::push_front`.
    let state = change::state_of(dict);
    let start = table.start();
    (moving::is_same(table.header(), version) && state.0 == Some(table)).then_some((state, start))
}

impl OrderedIterator {
    /// A new iterator.
    pub fn new(
        thread: &mut Thread,
        yields: Yields,
        is_reversed: bool,
        dict: Ref<OrderedDict>,
    ) -> Ref<Self> {
        let dict = dict.dict();
        let (state, start) = loop {
            if let Some(settled) = settled_state(dict) {
                break settled;
            }
            // Whoever changes it holds the lock, and no change lasts longer than that.
            let _locked = thread.lock_cell(&dict);
            if let Some(settled) = settled_state(dict) {
                break settled;
            }
        };
        let (table, count, front, used) = state;
        let position = if is_reversed { count } else { start };
        // SAFETY: the class's instances are such iterators.
        unsafe {
            thread.new_cell(&ORDERED_ITERATOR, |header| Self {
                header,
                dict: Slot::new(Some(dict.value())),
                table: Slot::new(table.map(|table| Value::from_cell(table.cell()))),
                count: AtomicU32::new(count),
                front: AtomicU32::new(front),
                used: AtomicUsize::new(used),
                position: AtomicU32::new(position),
                yields,
                is_reversed,
            })
        }
    }

    /// What it yields.
    pub fn yields(&self) -> Yields {
        self.yields
    }

    fn table(&self) -> Option<Ref<Table>> {
        let cell = self.table.load()?.as_cell()?;
        // SAFETY: the slot holds a table of a dict.
        Some(unsafe { Ref::from_cell(cell) })
    }

    /// Is the dict as it was when the iteration began?
    #[inline]
    fn is_current(&self, dict: Ref<Dict>, table: Option<Ref<Table>>) -> bool {
        change::state_of(dict)
            == (
                table,
                self.count.load(Ordering::Relaxed),
                self.front.load(Ordering::Relaxed),
                self.used.load(Ordering::Relaxed),
            )
    }

    /// One step. The caller holds the iterator's lock.
    fn step(&self) -> Step {
        let Some(dict) = self.dict.load().and_then(Value::downcast::<Dict>) else {
            return Step::End;
        };
        let table = self.table();
        if self.is_current(dict, table)
            && let Some((key, value)) = table.and_then(|table| self.search(&table))
        {
            return Step::Element(key, value);
        }
        // What was not found may have moved.
        let is_current = self.is_current(dict, table);
        self.dict.store(None);
        self.table.store(None);
        if is_current { Step::End } else { Step::Mutated }
    }

    fn search(&self, table: &Table) -> Option<(Value, Value)> {
        let mut position = self.position.load(Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed);
        loop {
            let number = if self.is_reversed {
                position.checked_sub(1)?
            } else if position < count {
                position
            } else {
                return None;
            };
            position = if self.is_reversed { number } else { number + 1 };
            let entry = table.entry(number);
            if let Some(value) = entry.live()
                && let Some(key) = entry.key()
            {
                self.position.store(position, Ordering::Relaxed);
                return Some((key, value));
            }
        }
    }
}

impl Ref<OrderedIterator> {
    /// A copy in the same state, for `__reduce__`.
    pub fn duplicate(self, thread: &mut Thread) -> Self {
        let locked = thread.lock_cell(&self);
        // SAFETY: the class's instances are such iterators.
        unsafe {
            locked.new_cell(&ORDERED_ITERATOR, |header| OrderedIterator {
                header,
                dict: Slot::new(self.dict.load()),
                table: Slot::new(self.table.load()),
                count: AtomicU32::new(self.count.load(Ordering::Relaxed)),
                front: AtomicU32::new(self.front.load(Ordering::Relaxed)),
                used: AtomicUsize::new(self.used.load(Ordering::Relaxed)),
                position: AtomicU32::new(self.position.load(Ordering::Relaxed)),
                yields: self.yields,
                is_reversed: self.is_reversed,
            })
        }
    }

    /// The next key and value.
    ///
    /// # Errors
    /// `RuntimeError` if a key was added, removed or moved.
    pub fn advance(self, thread: &mut Thread) -> PyResult<Option<(Value, Value)>> {
        let step = {
            let _locked = thread.lock_cell(&self);
            self.step()
        };
        match step {
            Step::Element(key, value) => Ok(Some((key, value))),
            Step::End => Ok(None),
            Step::Mutated => Err(thread.runtime_error("OrderedDict mutated during iteration")),
        }
    }
}
