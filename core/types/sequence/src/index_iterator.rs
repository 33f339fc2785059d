//! The iterators of `list` (both directions) and `tuple`, and of what only answers `x[i]`.
//!
//! An element is read before the index moves on; at the end the iterator lets go of its sequence. See `grwl_object::iterators` for what
//! threads that share one see.

use grwl_object::iterators::IndexIterator;
use grwl_object::list::List;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Method, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, none,
    not_implemented, protocol, types,
};

use crate::receiver::{index_iterator, itself, state};

const LENGTH_HINT: &str = "__length_hint__($self, /)\n--\n\nHow many elements may be left.";
const REDUCE: &str =
    "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.";
const SET_STATE: &str = "__setstate__($self, object, /)\n--\n\nGoes on at this index.";

pub(crate) static LIST_SPEC: TypeSpec = TypeSpec {
    slots: LIST_SLOTS,
    methods: LIST_METHODS,
    ..TypeSpec::NONE
};
static LIST_SLOTS: &[SlotValue] = &[slots::ITER.is(itself), slots::NEXT.is(list_next)];
static LIST_METHODS: &[Method] = &[
    Method::no_arguments("__length_hint__", list_length_hint, LENGTH_HINT),
    Method::no_arguments("__reduce__", list_reduce, REDUCE),
    Method::one("__setstate__", list_set_state, SET_STATE),
];

pub(crate) static LIST_REVERSE_SPEC: TypeSpec = TypeSpec {
    slots: REVERSE_SLOTS,
    methods: REVERSE_METHODS,
    ..TypeSpec::NONE
};
static REVERSE_SLOTS: &[SlotValue] = &[slots::ITER.is(itself), slots::NEXT.is(reverse_next)];
static REVERSE_METHODS: &[Method] = &[
    Method::no_arguments("__length_hint__", reverse_length_hint, LENGTH_HINT),
    Method::no_arguments("__reduce__", reverse_reduce, REDUCE),
    Method::one("__setstate__", reverse_set_state, SET_STATE),
];

pub(crate) static TUPLE_SPEC: TypeSpec = TypeSpec {
    slots: TUPLE_SLOTS,
    methods: TUPLE_METHODS,
    ..TypeSpec::NONE
};
static TUPLE_SLOTS: &[SlotValue] = &[slots::ITER.is(itself), slots::NEXT.is(tuple_next)];
static TUPLE_METHODS: &[Method] = &[
    Method::no_arguments("__length_hint__", tuple_length_hint, LENGTH_HINT),
    Method::no_arguments("__reduce__", tuple_reduce, REDUCE),
    Method::one("__setstate__", tuple_set_state, SET_STATE),
];

pub(crate) static SEQUENCE_SPEC: TypeSpec = TypeSpec {
    slots: SEQUENCE_SLOTS,
    methods: SEQUENCE_METHODS,
    ..TypeSpec::NONE
};
static SEQUENCE_SLOTS: &[SlotValue] = &[slots::ITER.is(itself), slots::NEXT.is(sequence_next)];
static SEQUENCE_METHODS: &[Method] = &[
    Method::no_arguments("__length_hint__", sequence_length_hint, LENGTH_HINT),
    Method::no_arguments("__reduce__", sequence_reduce, REDUCE),
    Method::one("__setstate__", sequence_set_state, SET_STATE),
];

/// What an iterator over a `T` iterates over.
fn sequence<T: grwl_object::Cell>(iterator: Ref<IndexIterator>) -> Option<Ref<T>> {
    iterator.sequence()?.downcast()
}

fn empty_list(thread: &Thread) -> Value {
    List::new(thread).value()
}

fn empty_tuple(_thread: &Thread) -> Value {
    Tuple::empty().value()
}

fn of_list(thread: &mut Thread, this: Value) -> PyResult<Ref<IndexIterator>> {
    index_iterator(thread, this, &types::LIST_ITERATOR)
}

fn list_next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator = of_list(thread, this)?;
    Ok(iterator.step(thread, 1, |_, sequence, index| {
        sequence.downcast::<List>()?.get(index as usize)
    }))
}

fn list_length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_list(thread, this)?;
    let length = sequence::<List>(iterator).map_or(0, |list| list.len() as i64);
    Ok(Value::small((length - iterator.index()).max(0)))
}

fn list_reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_list(thread, this)?;
    iterator.reduce(thread, "iter", empty_list)
}

fn list_set_state(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let iterator = of_list(thread, this)?;
    let index = state(thread, value)?;
    if let Some(list) = sequence::<List>(iterator) {
        iterator.set_index(index.clamp(0, list.len() as i64));
    }
    Ok(none())
}

fn of_reverse(thread: &mut Thread, this: Value) -> PyResult<Ref<IndexIterator>> {
    index_iterator(thread, this, &types::LIST_REVERSE_ITERATOR)
}

fn reverse_next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator = of_reverse(thread, this)?;
    Ok(iterator.step(thread, -1, |_, sequence, index| {
        let list = sequence.downcast::<List>()?;
        let found = usize::try_from(index)
            .ok()
            .and_then(|index| list.get(index));
        if found.is_none() {
            iterator.set_index(-1);
        }
        found
    }))
}

fn reverse_length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_reverse(thread, this)?;
    let left = iterator.index() + 1;
    let length = sequence::<List>(iterator).map_or(0, |list| list.len() as i64);
    Ok(Value::small(if length < left { 0 } else { left }))
}

fn reverse_reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_reverse(thread, this)?;
    iterator.reduce(thread, "reversed", empty_list)
}

fn reverse_set_state(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let iterator = of_reverse(thread, this)?;
    let index = state(thread, value)?;
    if let Some(list) = sequence::<List>(iterator) {
        iterator.set_index(index.min(list.len() as i64 - 1).max(-1));
    }
    Ok(none())
}

fn of_tuple(thread: &mut Thread, this: Value) -> PyResult<Ref<IndexIterator>> {
    index_iterator(thread, this, &types::TUPLE_ITERATOR)
}

fn tuple_next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator = of_tuple(thread, this)?;
    Ok(iterator.step(thread, 1, |_, sequence, index| {
        let tuple = sequence.downcast::<Tuple>()?;
        tuple.as_slice().get(index as usize).copied()
    }))
}

fn tuple_length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_tuple(thread, this)?;
    let length = sequence::<Tuple>(iterator).map_or(0, |tuple| tuple.len() as i64);
    Ok(Value::small((length - iterator.index()).max(0)))
}

fn tuple_reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_tuple(thread, this)?;
    iterator.reduce(thread, "iter", empty_tuple)
}

fn tuple_set_state(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let iterator = of_tuple(thread, this)?;
    let index = state(thread, value)?;
    if let Some(tuple) = sequence::<Tuple>(iterator) {
        iterator.set_index(index.clamp(0, tuple.len() as i64));
    }
    Ok(none())
}

fn of_sequence(thread: &mut Thread, this: Value) -> PyResult<Ref<IndexIterator>> {
    index_iterator(thread, this, &types::SEQUENCE_ITERATOR)
}

/// The element at `index`; `None` if that is an `IndexError` or a `StopIteration`.
pub(crate) fn element(thread: &mut Thread, sequence: Value, index: i64) -> PyResult<Option<Value>> {
    match protocol::item::get_index(thread, sequence, index as isize) {
        Ok(value) => Ok(Some(value)),
        Err(raised) => {
            if raised.matches(&types::INDEX_ERROR) || raised.matches(&types::STOP_ITERATION) {
                Ok(None)
            } else {
                Err(raised)
            }
        }
    }
}

fn sequence_next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator = of_sequence(thread, this)?;
    let Some(sequence) = iterator.sequence() else {
        return Ok(None);
    };
    let index = iterator.index();
    if index == i64::MAX {
        return Err(thread.overflow_error("iter index too large"));
    }
    let found = element(thread, sequence, index)?;
    match found {
        Some(_) => iterator.set_index(index + 1),
        None => iterator.end(),
    }
    Ok(found)
}

/// Has the type a length?
pub(crate) fn has_length(class: &TypeObject) -> bool {
    class.slot(slots::SEQUENCE_LENGTH).is_some() || class.slot(slots::MAPPING_LENGTH).is_some()
}

fn sequence_length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_sequence(thread, this)?;
    let Some(sequence) = iterator.sequence() else {
        return Ok(Value::small(0));
    };
    if !has_length(&sequence.class()) {
        return Ok(not_implemented());
    }
    let length = protocol::length(thread, sequence)? as i64;
    Ok(Value::small((length - iterator.index()).max(0)))
}

fn sequence_reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of_sequence(thread, this)?;
    iterator.reduce(thread, "iter", empty_tuple)
}

fn sequence_set_state(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let iterator = of_sequence(thread, this)?;
    let index = state(thread, value)?;
    if iterator.sequence().is_some() {
        iterator.set_index(index.max(0));
    }
    Ok(none())
}
