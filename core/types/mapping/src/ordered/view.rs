//! Views of an `OrderedDict`, and the iterator over it.
//!
//! The views are those of `dict` in all but iteration.

use grwl_object::dict::ordered::{OrderedDict, OrderedIterator};
use grwl_object::dict::view::{DictView, Yields};
use grwl_object::list::List;
use grwl_object::{Buffer, Method, PyResult, Ref, Thread, Tuple, TypeSpec, Value, ValueExt, slots};

use super::{check_order, receive};
use crate::receiver;
use crate::view::as_view;

/// What the three views can do beyond those of `dict`.
pub(super) static VIEW_SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(view_iterate)],
    methods: &[Method::no_arguments("__reversed__", view_reversed, "")],
    ..TypeSpec::NONE
};

/// What `odict_iterator` can do.
pub(super) static ITERATOR_SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next)],
    methods: &[Method::no_arguments(
        "__reduce__",
        iterator_reduce,
        "__reduce__($self, /)\n--\n\nThe parts, for pickling.",
    )],
    ..TypeSpec::NONE
};

fn view(thread: &mut Thread, this: Value, yields: Yields) -> PyResult {
    receive(thread, this)?;
    Ok(DictView::new(thread, yields.ordered_view(), this).value())
}

pub(super) fn keys(thread: &mut Thread, this: Value) -> PyResult {
    view(thread, this, Yields::Keys)
}

pub(super) fn values(thread: &mut Thread, this: Value) -> PyResult {
    view(thread, this, Yields::Values)
}

pub(super) fn items(thread: &mut Thread, this: Value) -> PyResult {
    view(thread, this, Yields::Items)
}

fn iterator(
    thread: &mut Thread,
    yields: Yields,
    is_reversed: bool,
    dict: Ref<OrderedDict>,
) -> PyResult {
    check_order(thread, dict)?;
    Ok(OrderedIterator::new(thread, yields, is_reversed, dict).value())
}

pub(super) fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receive(thread, this)?;
    iterator(thread, Yields::Keys, false, dict)
}

pub(super) fn reversed(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receive(thread, this)?;
    iterator(thread, Yields::Keys, true, dict)
}

fn iterate_view(thread: &mut Thread, this: Value, is_reversed: bool) -> PyResult {
    let view = as_view(this).and_then(|(yields, dict)| {
        let dict = dict.value().downcast::<OrderedDict>()?;
        Some((yields, dict))
    });
    match view {
        Some((yields, dict)) => iterator(thread, yields, is_reversed, dict),
        None => Err(receiver::wrong(thread, "odict_view", this)),
    }
}

fn view_iterate(thread: &mut Thread, this: Value) -> PyResult {
    iterate_view(thread, this, false)
}

fn view_reversed(thread: &mut Thread, this: Value) -> PyResult {
    iterate_view(thread, this, true)
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

/// The receiver of what `odict_iterator` can do.
fn known(thread: &mut Thread, this: Value) -> PyResult<Ref<OrderedIterator>> {
    match this.downcast() {
        Some(iterator) => Ok(iterator),
        None => Err(receiver::wrong(thread, "odict_iterator", this)),
    }
}

/// The next element, whatever it is.
fn advance(thread: &mut Thread, iterator: Ref<OrderedIterator>) -> PyResult<Option<Value>> {
    let Some((key, value)) = iterator.advance(thread)? else {
        return Ok(None);
    };
    Ok(Some(match iterator.yields() {
        Yields::Keys => key,
        Yields::Values => value,
        Yields::Items => Tuple::try_new(thread, &[key, value])?.value(),
    }))
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator = known(thread, this)?;
    advance(thread, iterator)
}

/// `(iter, (list of what is still to come,))`
fn iterator_reduce(thread: &mut Thread, this: Value) -> PyResult {
    let iterator = known(thread, this)?;
    let rest = iterator.duplicate(thread);
    let mut elements = Buffer::new();
    while let Some(element) = advance(thread, rest)? {
        elements.push(thread, element)?;
    }
    let list = List::from_buffer(thread, elements).value();
    crate::dict_iterator::reduced(thread, list)
}
