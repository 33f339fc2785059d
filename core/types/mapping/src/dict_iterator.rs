//! The six iterators over dicts: keys, values, pairs, forwards and backwards.

use grwl_object::dict::view::{DictIterator, Yields};
use grwl_object::list::List;
use grwl_object::{
    Buffer, Method, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, slots,
    types,
};

use crate::receiver;

const METHODS: &[Method] = &[
    Method::no_arguments(
        "__length_hint__",
        length_hint,
        "__length_hint__($self, /)\n--\n\nPrivate method returning an estimate of len(list(it)).",
    ),
    Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nReturn state information for pickling.",
    ),
];

macro_rules! spec {
    ($name:ident, $next:expr) => {
        static $name: TypeSpec = TypeSpec {
            slots: &[slots::ITER.is(itself), slots::NEXT.is($next)],
            methods: METHODS,
            ..TypeSpec::NONE
        };
    };
}

spec!(KEYS, next_key::<false>);
spec!(VALUES, next_value::<false>);
spec!(ITEMS, next_item::<false>);
spec!(REVERSE_KEYS, next_key::<true>);
spec!(REVERSE_VALUES, next_value::<true>);
spec!(REVERSE_ITEMS, next_item::<true>);

/// Gives the six types their functions.
pub(crate) fn install() {
    types::DICT_KEY_ITERATOR.define(&KEYS);
    types::DICT_VALUE_ITERATOR.define(&VALUES);
    types::DICT_ITEM_ITERATOR.define(&ITEMS);
    types::DICT_REVERSE_KEY_ITERATOR.define(&REVERSE_KEYS);
    types::DICT_REVERSE_VALUE_ITERATOR.define(&REVERSE_VALUES);
    types::DICT_REVERSE_ITEM_ITERATOR.define(&REVERSE_ITEMS);
}

/// What iterators of a class do; `None` for other classes.
fn kind(class: &TypeObject) -> Option<(Yields, bool)> {
    [Yields::Keys, Yields::Values, Yields::Items]
        .into_iter()
        .flat_map(|yields| [(yields, false), (yields, true)])
        .find(|&(yields, backwards)| std::ptr::eq(yields.iterator(backwards), class))
}

/// The receiver as an iterator over a dict.
fn iterator(thread: &mut Thread, this: Value) -> PyResult<(Ref<DictIterator>, Yields, bool)> {
    match (kind(&this.class()), this.as_cell()) {
        (Some((yields, backwards)), Some(cell)) => {
            // SAFETY: each of the six types has this layout.
            let iterator = unsafe { Ref::from_cell(cell) };
            Ok((iterator, yields, backwards))
        }
        _ => Err(receiver::wrong(thread, "dict_iterator", this)),
    }
}

/// The receiver of a `NEXT` slot, whose class is known by the slot that was called.
#[inline(always)]
fn known(this: Value) -> Option<Ref<DictIterator>> {
    debug_assert!(kind(&this.class()).is_some());
    // SAFETY: the slot belongs to the six types, which cannot be subclassed, and is called on their instances.
    this.as_cell().map(|cell| unsafe { Ref::from_cell(cell) })
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

fn next_key<const BACKWARDS: bool>(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let Some(iterator) = known(this) else {
        return Ok(None);
    };
    Ok(iterator.advance(thread, BACKWARDS)?.map(|(key, _)| key))
}

fn next_value<const BACKWARDS: bool>(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let Some(iterator) = known(this) else {
        return Ok(None);
    };
    Ok(iterator.advance(thread, BACKWARDS)?.map(|(_, value)| value))
}

fn next_item<const BACKWARDS: bool>(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let Some(iterator) = known(this) else {
        return Ok(None);
    };
    let next = iterator.advance(thread, BACKWARDS)?;
    Ok(next.map(|(key, value)| Tuple::new(thread, &[key, value]).value()))
}

fn length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let (iterator, ..) = iterator(thread, this)?;
    Ok(Value::small(iterator.length_hint() as i64))
}

/// `(iter, (list of what is still to come,))`
fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let (iterator, yields, backwards) = iterator(thread, this)?;
    let rest = iterator.duplicate(thread, yields.iterator(backwards));
    let mut elements = Buffer::new();
    while let Some((key, value)) = rest.advance(thread, backwards)? {
        let element = match yields {
            Yields::Keys => key,
            Yields::Values => value,
            Yields::Items => Tuple::new(thread, &[key, value]).value(),
        };
        elements.push(thread, element)?;
    }
    let list = List::from_buffer(thread, elements).value();
    reduced(thread, list)
}

/// `(iter, (list,))`
pub(crate) fn reduced(thread: &mut Thread, list: Value) -> PyResult {
    let iter = grwl_object::iterators::builtin(thread, "iter")?;
    let args = Tuple::new(thread, &[list]).value();
    Ok(Tuple::new(thread, &[iter, args]).value())
}
