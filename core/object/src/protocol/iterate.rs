//! Iteration.

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::list::List;
use crate::protocol::length_hint;
use crate::result::PyResult;
use crate::slots;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::types;
use crate::values::Buffer;

/// `iter(value)`
///
/// # Errors
/// `TypeError: 'X' object is not iterable`, or what `__iter__` raises.
pub fn get_iter(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    if let Some(iter) = class.slot(slots::ITER) {
        let iterator = iter(thread, value)?;
        if iterator.class().slot(slots::NEXT).is_none() {
            return Err(thread.type_error(format_args!(
                "iter() returned non-iterator of type '{}'",
                iterator.class().name()
            )));
        }
        return Ok(iterator);
    }
    if is_sequence(value) {
        return Ok(crate::iterators::of_sequence(thread, value));
    }
    Err(thread.type_error(format_args!("'{}' object is not iterable", class.name())))
}

/// Does it answer `value[i]`, and is it no dict?
pub fn is_sequence(value: Value) -> bool {
    let class = value.class();
    class.slot(slots::ITEM).is_some() && !class.has_flag(crate::type_object::flags::DICT)
}

/// The next element; `None` at the end.
///
/// # Errors
/// `TypeError: 'X' object is not an iterator`, or what `__next__` raises.
#[inline]
pub fn next(thread: &mut Thread, iterator: Value) -> PyResult<Option<Value>> {
    let Some(next) = iterator.class().slot(slots::NEXT) else {
        return Err(thread.type_error(format_args!(
            "'{}' object is not an iterator",
            iterator.class().name()
        )));
    };
    match next(thread, iterator) {
        Err(raised) if raised.matches(&types::STOP_ITERATION) => Ok(None),
        result => result,
    }
}

/// Calls `act` with each element.
///
/// # Errors
/// What iterating or `act` raises.
pub fn for_each(
    thread: &mut Thread,
    iterable: Value,
    mut act: impl FnMut(&mut Thread, Value) -> PyResult<()>,
) -> PyResult<()> {
    if let Some(tuple) = iterable.downcast_exact::<Tuple>() {
        for value in tuple.iter() {
            act(thread, value)?;
        }
        return Ok(());
    }
    if let Some(list) = iterable.downcast_exact::<List>() {
        // As the list's iterator does: by index, as long as there are elements.
        let mut index = 0;
        while let Some(value) = list.get(index) {
            act(thread, value)?;
            index += 1;
            if index.is_multiple_of(1024) {
                thread.poll()?;
            }
        }
        return Ok(());
    }
    let iterator = get_iter(thread, iterable)?;
    let mut count = 0u32;
    while let Some(value) = next(thread, iterator)? {
        act(thread, value)?;
        count = count.wrapping_add(1);
        if count.is_multiple_of(1024) {
            thread.poll()?;
        }
    }
    Ok(())
}

/// All elements.
///
/// # Errors
/// What iterating raises.
pub fn collect(thread: &mut Thread, iterable: Value) -> PyResult<Buffer> {
    if let Some(tuple) = iterable.downcast_exact::<Tuple>() {
        return Buffer::from_slice(thread, tuple.as_slice());
    }
    if let Some(list) = iterable.downcast_exact::<List>() {
        return list.snapshot(thread);
    }
    let iterator = get_iter(thread, iterable)?;
    let hint = length_hint(thread, iterable, 0)?;
    let mut buffer = Buffer::with_capacity(thread, hint.min(1 << 20))?;
    for_each_of(thread, iterator, |thread, value| buffer.push(thread, value))?;
    Ok(buffer)
}

/// As [`for_each`], of an iterator.
///
/// # Errors
/// As [`for_each`].
pub fn for_each_of(
    thread: &mut Thread,
    iterator: Value,
    mut act: impl FnMut(&mut Thread, Value) -> PyResult<()>,
) -> PyResult<()> {
    let mut count = 0u32;
    while let Some(value) = next(thread, iterator)? {
        act(thread, value)?;
        count = count.wrapping_add(1);
        if count.is_multiple_of(1024) {
            thread.poll()?;
        }
    }
    Ok(())
}
