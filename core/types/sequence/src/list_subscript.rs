//! `list[...]`: reading, storing, deleting by index and by slice.

use grwl_object::list::List;
use grwl_object::protocol::{self, convert};
use grwl_object::slice::{Bounds, Slice};
use grwl_object::{Buffer, PyResult, Raised, Ref, Thread, Value, ValueExt, types};

use crate::list_methods::with_elements;
use crate::receiver::of;

pub(crate) fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    usize::try_from(index)
        .ok()
        .and_then(|index| list.get(index))
        .ok_or_else(|| thread.index_error("list index out of range"))
}

pub(crate) fn store_item(
    thread: &mut Thread,
    this: Value,
    index: isize,
    value: Option<Value>,
) -> PyResult<()> {
    let list: Ref<List> = of(thread, this)?;
    if index < 0 {
        return Err(out_of_range(thread));
    }
    store_at(thread, list, index, value)
}

fn store_at(
    thread: &mut Thread,
    list: Ref<List>,
    index: isize,
    value: Option<Value>,
) -> PyResult<()> {
    let is_done = match value {
        Some(value) => list.set_signed(thread, index, value),
        None => list.remove_at(thread, index).is_some(),
    };
    if is_done {
        Ok(())
    } else {
        Err(out_of_range(thread))
    }
}

#[cold]
fn out_of_range(thread: &mut Thread) -> Raised {
    thread.index_error("list assignment index out of range")
}

#[cold]
fn no_index(thread: &mut Thread, key: Value) -> Raised {
    thread.type_error(format_args!(
        "list indices must be integers or slices, not {}",
        key.class().name()
    ))
}

pub(crate) fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    if let Some(slice) = key.downcast::<Slice>() {
        let bounds = slice.bounds(thread)?;
        let part = list.copy_selection(thread, |length| bounds.within(length))?;
        return Ok(part.value());
    }
    if !convert::has_index(key) {
        return Err(no_index(thread, key));
    }
    let index = protocol::as_index(thread, key)?;
    list.get_signed(index)
        .ok_or_else(|| thread.index_error("list index out of range"))
}

pub(crate) fn store_subscript(
    thread: &mut Thread,
    this: Value,
    key: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let list: Ref<List> = of(thread, this)?;
    if let Some(slice) = key.downcast::<Slice>() {
        let bounds = slice.bounds(thread)?;
        return match value {
            None => list.delete(thread, |length| bounds.within(length)),
            Some(value) => store_slice(thread, list, bounds, value),
        };
    }
    if !convert::has_index(key) {
        return Err(no_index(thread, key));
    }
    let index = protocol::as_index(thread, key)?;
    store_at(thread, list, index, value)
}

fn store_slice(thread: &mut Thread, list: Ref<List>, bounds: Bounds, value: Value) -> PyResult<()> {
    with_elements(thread, value, |thread, elements| {
        if let Some(elements) = elements {
            return store_elements(thread, list, bounds, elements);
        }
        let message = if bounds.step == 1 {
            "can only assign an iterable"
        } else {
            "must assign iterable to extended slice"
        };
        let elements = collect(thread, value, message)?;
        store_elements(thread, list, bounds, &elements)
    })
}

/// All elements; if it is no iterable at all, `TypeError` with this message.
fn collect(thread: &mut Thread, value: Value, message: &str) -> PyResult<Buffer> {
    let iterator = match protocol::iter_whole(thread, value) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error(message));
        }
        result => result?,
    };
    let mut elements = Buffer::new();
    protocol::iterate::for_each_of(thread, iterator, |thread, value| {
        elements.push(thread, value)
    })?;
    Ok(elements)
}

fn store_elements(
    thread: &mut Thread,
    list: Ref<List>,
    bounds: Bounds,
    elements: &[Value],
) -> PyResult<()> {
    if bounds.step == 1 {
        return list.splice(thread, |length| bounds.range_within(length), elements);
    }
    list.store_selection(thread, |length| bounds.within(length), elements)
        .map_err(|count| {
            thread.value_error(format_args!(
                "attempt to assign sequence of size {} to extended slice of size {count}",
                elements.len()
            ))
        })
}
