//! Views, copies, and the rest of the methods of `dict`.

use grwl_object::dict::view::{DictIterator, DictView, Yields};
use grwl_object::{PyResult, Thread, Value};

use crate::receiver;

fn view(thread: &mut Thread, this: Value, yields: Yields) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    Ok(DictView::new(thread, yields.view(), dict.value()).value())
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

pub(super) fn clear(thread: &mut Thread, this: Value) -> PyResult {
    receiver::dict(thread, this)?.clear(thread);
    Ok(grwl_object::none())
}

pub(super) fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    super::construct::plain_copy(thread, dict).map(Into::into)
}

pub(super) fn reversed(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    Ok(DictIterator::new(thread, Yields::Keys, true, dict).value())
}

pub(super) fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let dict = receiver::dict(thread, this)?;
    Ok(Value::small(dict.size_in_bytes() as i64))
}

pub(super) fn class_getitem(thread: &mut Thread, class: Value, parameters: Value) -> PyResult {
    grwl_object::class::generic_alias(thread, class, parameters)
}
