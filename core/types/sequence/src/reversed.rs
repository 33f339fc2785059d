//! `reversed`: what `__reversed__` answers, or an iterator from the last element to the first.

use grwl_object::iterators::IndexIterator;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt,
    instance, int, none, protocol, types,
};

use crate::index_iterator::element;
use crate::receiver::{
    constructor_arguments, constructor_without_keywords, index_iterator, itself, state,
};

static REVERSED: Name = Name::new("__reversed__");

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "reversed(object, /)\n--\n\nAn iterator over a sequence, from its last element to its first.",
    ),
    slots: SLOTS,
    methods: METHODS,
    getset: &[],
    constants: &[],
};

static SLOTS: &[SlotValue] = &[
    slots::NEW.is(new),
    slots::ITER.is(itself),
    slots::NEXT.is(next),
];

static METHODS: &[Method] = &[
    Method::no_arguments(
        "__length_hint__",
        length_hint,
        "__length_hint__($self, /)\n--\n\nHow many elements may be left.",
    ),
    Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.",
    ),
    Method::one(
        "__setstate__",
        set_state,
        "__setstate__($self, object, /)\n--\n\nGoes on at this index.",
    ),
];

fn of(thread: &mut Thread, this: Value) -> PyResult<Ref<IndexIterator>> {
    index_iterator(thread, this, &types::REVERSED)
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    constructor_without_keywords(thread, &class, &types::REVERSED, args)?;
    let [sequence] = constructor_arguments(thread, args, "reversed", 1)?;
    let sequence = sequence.unwrap_or_else(none);
    let name = REVERSED.get(thread);
    if let Some(method) = protocol::lookup_special(thread, sequence, name)? {
        if method.is_none() {
            return not_reversible(thread, sequence);
        }
        return protocol::call_positional(thread, method, &[]);
    }
    if !protocol::iterate::is_sequence(sequence) {
        return not_reversible(thread, sequence);
    }
    let last = protocol::length(thread, sequence)? as i64 - 1;
    if std::ptr::eq(class.as_ptr(), &types::REVERSED) {
        return Ok(IndexIterator::new(thread, &types::REVERSED, sequence, last).value());
    }
    let value = Value::from_cell(instance::allocate(thread, class)?);
    of(thread, value)?.begin(thread, sequence, last);
    Ok(value)
}

#[cold]
fn not_reversible(thread: &mut Thread, value: Value) -> PyResult {
    Err(thread.type_error(format_args!(
        "'{}' object is not reversible",
        value.class().name()
    )))
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator = of(thread, this)?;
    let Some(sequence) = iterator.sequence() else {
        return Ok(None);
    };
    let index = iterator.index();
    if index >= 0
        && let Some(value) = element(thread, sequence, index)?
    {
        iterator.set_index(index - 1);
        return Ok(Some(value));
    }
    iterator.set_index(-1);
    iterator.end();
    Ok(None)
}

fn length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of(thread, this)?;
    let Some(sequence) = iterator.sequence() else {
        return Ok(Value::small(0));
    };
    let left = iterator.index() + 1;
    let length = protocol::length(thread, sequence)? as i64;
    Ok(Value::small(if length < left { 0 } else { left }))
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = of(thread, this)?;
    let class = this.class().value();
    let reduced = match iterator.sequence() {
        Some(sequence) => {
            let args = Tuple::new(thread, &[sequence]).value();
            let index = int::from_i64(thread, iterator.index());
            Tuple::new(thread, &[class, args, index])
        }
        None => {
            let args = Tuple::new(thread, &[Tuple::empty().value()]).value();
            Tuple::new(thread, &[class, args])
        }
    };
    Ok(reduced.value())
}

fn set_state(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let iterator = of(thread, this)?;
    let index = state(thread, value)?;
    if let Some(sequence) = iterator.sequence() {
        let length = protocol::length(thread, sequence)? as i64;
        iterator.set_index(index.min(length - 1).max(-1));
    }
    Ok(none())
}
