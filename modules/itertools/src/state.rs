//! How the iterators of this module lie in memory: all alike, some slots and some numbers, of which each type uses what it needs.
//!
//! ## Protocol
//! - Readers load single words without a lock. Who changes words that belong together, or decides by one what to store into another,
//!   holds the iterator's lock for that moment; Python code is called without it, so other threads may have come between.
//! - All zero is an iterator at its end, for every type.
//!
//! Invariant: a type whose payload is [`CELL`] has this layout.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::slots;
use grwl_object::{
    Args, Array, Declaration, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, Value, ValueExt,
    instance, protocol, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

/// An iterator.
#[repr(C)]
pub(crate) struct State {
    header: Header,
    pub(crate) slots: [Slot; SLOTS],
    numbers: [AtomicU64; NUMBERS],
}

const SLOTS: usize = 6;
const NUMBERS: usize = 4;

pub(crate) static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(State, slots) as u32,
        count: SLOTS as u32,
    },
    size: Size::Fixed(size_of::<State>()),
    drop: None,
    name: "iterator of itertools",
};

/// The declaration of one of the types.
pub(crate) const fn iterator(name: &'static str, flags: u64) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags,
        cell: &CELL,
        kind: Kind::Traced,
        size: size_of::<State>(),
        attributes: 0,
    }
}

/// The iterator that a slot or method was called on.
///
/// # Panics
/// If it is none: a slot was called with an instance of another type.
pub(crate) fn this(value: Value) -> Ref<State> {
    assert!(std::ptr::eq(value.class().payload(), &CELL));
    match value.as_cell() {
        // SAFETY: the module's invariant.
        Some(cell) => unsafe { Ref::from_cell(cell) },
        None => unreachable!("an immediate has another payload"),
    }
}

impl State {
    /// What a slot holds.
    pub(crate) fn at(&self, slot: usize) -> Option<Value> {
        self.slots[slot].load()
    }

    /// The array in a slot.
    pub(crate) fn array(&self, slot: usize) -> Option<Ref<Array>> {
        self.at(slot)?.downcast_exact()
    }

    /// The tuple in a slot.
    pub(crate) fn tuple(&self, slot: usize) -> Ref<Tuple> {
        self.at(slot)
            .and_then(Value::downcast)
            .unwrap_or_else(Tuple::empty)
    }

    /// One of the numbers.
    pub(crate) fn number(&self, index: usize) -> i64 {
        self.numbers[index].load(Ordering::Relaxed) as i64
    }

    /// Changes one of the numbers.
    pub(crate) fn set_number(&self, index: usize, number: i64) {
        self.numbers[index].store(number as u64, Ordering::Relaxed);
    }
}

/// Stores into a slot.
pub(crate) fn put(thread: &mut Thread, this: Ref<State>, slot: usize, value: Option<Value>) {
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.slots[slot], value);
}

/// Empties a slot if it holds `value` still.
pub(crate) fn drop_if(thread: &mut Thread, this: Ref<State>, slot: usize, value: Value) {
    let locked = thread.lock_cell(&this);
    if this.at(slot) == Some(value) {
        locked.store(this, &this.slots[slot], None);
    }
}

/// Empties a slot; only one thread gets what it held.
pub(crate) fn take(thread: &mut Thread, this: Ref<State>, slot: usize) -> Option<Value> {
    let locked = thread.lock_cell(&this);
    let value = this.at(slot);
    locked.store(this, &this.slots[slot], None);
    value
}

/// A new instance with these slots.
pub(crate) fn make(
    thread: &Thread,
    class: Ref<TypeObject>,
    slots: &[Option<Value>],
) -> PyResult<Ref<State>> {
    let this = this(Value::from_cell(instance::allocate(thread, class)?));
    for (slot, &value) in this.slots.iter().zip(slots) {
        thread.store(this, slot, value);
    }
    Ok(this)
}

/// A type's `__name__`.
pub(crate) fn short(class: &TypeObject) -> String {
    let name = class.name_slot().load().and_then(Value::downcast::<Str>);
    name.map_or_else(String::new, Ref::<Str>::to_rust_lossy)
}

/// `iter(iterator)`
pub(crate) fn itself(_thread: &mut Thread, iterator: Value) -> PyResult {
    Ok(iterator)
}

/// The arguments by position of a constructor that takes no names, unless a subclass's `__init__` does.
pub(crate) fn positional<'a>(
    thread: &mut Thread,
    class: &TypeObject,
    builtin: &'static TypeObject,
    args: Args<'a>,
) -> PyResult<Args<'a>> {
    let init = slots::INIT.index();
    let is_plain = class.slots().raw(init) == builtin.slots().raw(init);
    if is_plain && args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!(
            "{}() takes no keyword arguments",
            short(builtin)
        )));
    }
    Ok(Args::positional(args.by_position()))
}

/// All elements as a tuple.
pub(crate) fn pool(thread: &mut Thread, iterable: Value) -> PyResult<Ref<Tuple>> {
    if let Some(tuple) = iterable.downcast_exact() {
        return Ok(tuple);
    }
    let all = protocol::collect(thread, iterable)?;
    Tuple::try_new(thread, &all)
}

/// An argument that C code takes as a `Py_ssize_t`.
pub(crate) fn ssize(thread: &mut Thread, value: Value) -> PyResult<isize> {
    let int = protocol::convert::index(thread, value)?;
    match int.as_int() {
        Some(small) => Ok(small as isize),
        None => protocol::as_i64(thread, int)
            .map(|int| int as isize)
            .map_err(|_| thread.overflow_error("Python int too large to convert to C ssize_t")),
    }
}
