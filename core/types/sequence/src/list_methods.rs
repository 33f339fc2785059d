//! The methods of `list`, and `+`, `*`, `+=`, `*=`.

use grwl_object::list::{List, Selection};
use grwl_object::values::Array;
use grwl_object::{
    Args, PyResult, Ref, Signature, Thread, Tuple, Value, ValueExt, int, none, protocol,
};

use crate::elements;
use crate::receiver::{of, positional, ssize};

pub(crate) fn clear(thread: &mut Thread, this: Value) -> PyResult {
    of::<List>(thread, this)?.clear(thread);
    Ok(none())
}

pub(crate) fn copy(thread: &mut Thread, this: Value) -> PyResult {
    Ok(of::<List>(thread, this)?.copy(thread)?.value())
}

pub(crate) fn append(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    of::<List>(thread, this)?.push(thread, value)?;
    Ok(none())
}

pub(crate) fn insert(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    let [Some(index), Some(value)] = positional(thread, args, "list", "insert", 2)? else {
        unreachable!("both are required");
    };
    let index = ssize(thread, index)?;
    list.insert(thread, index, value)?;
    Ok(none())
}

/// The elements of what can be read in one step: lists, tuples.
pub(crate) fn with_elements<R>(
    thread: &mut Thread,
    iterable: Value,
    act: impl FnOnce(&mut Thread, Option<&[Value]>) -> PyResult<R>,
) -> PyResult<R> {
    if let Some(tuple) = iterable.downcast_exact::<Tuple>() {
        return act(thread, Some(tuple.as_slice()));
    }
    if let Some(elements) = protocol::iterate::elements_of(thread, iterable)? {
        return act(thread, Some(&elements));
    }
    act(thread, None)
}

/// Adds the elements of `iterable` at the end of `list`: all in one step if it is a list or a tuple.
pub(crate) fn extend(thread: &mut Thread, list: Ref<List>, iterable: Value) -> PyResult<()> {
    with_elements(thread, iterable, |thread, elements| {
        if let Some(elements) = elements {
            return list.extend(thread, elements);
        }
        let iterator = protocol::get_iter(thread, iterable)?;
        // Asked for its errors; the list grows by itself.
        protocol::length_hint(thread, iterable, 8)?;
        protocol::iterate::for_each_of(thread, iterator, |thread, value| list.push(thread, value))
    })
}

pub(crate) fn extend_method(thread: &mut Thread, this: Value, iterable: Value) -> PyResult {
    let list = of(thread, this)?;
    extend(thread, list, iterable)?;
    Ok(none())
}

pub(crate) fn pop(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    let [index] = positional(thread, args, "list", "pop", 0)?;
    let index = match index {
        Some(index) => ssize(thread, index)?,
        None => -1,
    };
    match list.remove_at(thread, index) {
        Some(value) => Ok(value),
        None if list.is_empty() => Err(thread.index_error("pop from empty list")),
        None => Err(thread.index_error("pop index out of range")),
    }
}

pub(crate) fn remove(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    let mut start = 0;
    while let Some((index, element)) = elements::find(thread, list, value, start, usize::MAX)? {
        if list.remove_same(thread, index, element) {
            return Ok(none());
        }
        // Somebody moved it meanwhile: look again.
        start = 0;
        thread.poll()?;
    }
    Err(thread.value_error("list.remove(x): x not in list"))
}

pub(crate) fn index(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    let [value, start, stop] = positional(thread, args, "list", "index", 1)?;
    let (start, stop) = elements::search_range(thread, list.len(), start, stop)?;
    let value = value.unwrap_or_else(none);
    match elements::find(thread, list, value, start, stop)? {
        Some((index, _)) => Ok(int::from_usize(thread, index)),
        None => Err(thread.value_error("list.index(x): x not in list")),
    }
}

pub(crate) fn count(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    let count = elements::count(thread, list, value)?;
    Ok(int::from_usize(thread, count))
}

pub(crate) fn reverse(thread: &mut Thread, this: Value) -> PyResult {
    of::<List>(thread, this)?.reverse(thread);
    Ok(none())
}

pub(crate) fn sort(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("sort", ["key", "reverse"])
        .optional_after(0)
        .keyword_only_after(0, 0);
    let list: Ref<List> = of(thread, this)?;
    let [key, reverse] = args.parse(thread, &SIGNATURE)?;
    let reverse = match reverse {
        Some(reverse) => protocol::is_true(thread, reverse)?,
        None => false,
    };
    list.sort(thread, key.and_then(Value::not_none), reverse)?;
    Ok(none())
}

pub(crate) fn concat(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let list: Ref<List> = of(thread, a)?;
    let Some(other) = b.downcast::<List>() else {
        return Err(thread.type_error(format_args!(
            "can only concatenate list (not \"{}\") to list",
            b.class().name()
        )));
    };
    let first = list.snapshot(thread)?;
    let second = other.snapshot(thread)?;
    let length = first.len() + second.len();
    if length == 0 {
        return Ok(List::new(thread).value());
    }
    let array = Array::new(thread, length)?;
    let values = first.iter().chain(second.iter());
    for (slot, &value) in array.slots().iter().zip(values) {
        slot.store(Some(value));
    }
    Ok(List::from_array(thread, array, length).value())
}

pub(crate) fn repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    let (array, length) = list.select(thread, |length| Selection::range(0, length))?;
    let Some(array) = array.filter(|_| times > 0) else {
        return Ok(List::new(thread).value());
    };
    let Some(total) = length.checked_mul(times as usize) else {
        return Err(thread.memory_error());
    };
    let repeated = Array::new(thread, total)?;
    for part in repeated.slots().chunks_exact(length) {
        for (to, from) in part.iter().zip(array.slots()) {
            to.store(from.load());
        }
    }
    Ok(List::from_array(thread, repeated, total).value())
}

pub(crate) fn inplace_concat(thread: &mut Thread, this: Value, iterable: Value) -> PyResult {
    let list = of(thread, this)?;
    extend(thread, list, iterable)?;
    Ok(this)
}

pub(crate) fn inplace_repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    list.repeat(thread, times.max(0) as usize)?;
    Ok(this)
}
