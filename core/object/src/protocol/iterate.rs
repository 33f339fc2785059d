//! Iteration.
//!
//! Who reads a built-in container to its end reads it as it is at one moment, whatever other threads do to it meanwhile: [`collect`], [`for_each`],
//! [`iter_whole`]. Iterators that Python code has do not.

use std::sync::OnceLock;

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::dict::as_plain;
use crate::dict::ordered::{as_iterated, is_whole};
use crate::dict::view::{DictView, Yields};
use crate::iterators::IndexIterator;
use crate::list::List;
use crate::protocol::length_hint;
use crate::result::PyResult;
use crate::set::any_set;
use crate::slots;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::{TypeObject, flags};
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

/// Reads all elements of a container at one moment.
pub type ReadWhole = fn(&mut Thread, Value) -> PyResult<Buffer>;

/// Containers that native modules define.
static READERS: [OnceLock<(&'static TypeObject, ReadWhole)>; 1] = [const { OnceLock::new() }; 1];

/// Says how instances of a native module's type are read to the end at one moment, for [`elements_of`]. Called at start-up.
///
/// # Panics
/// If there are more types than room.
pub fn set_reader(class: &'static TypeObject, read: ReadWhole) {
    let is_set = READERS
        .iter()
        .any(|reader| std::ptr::eq(reader.get_or_init(|| (class, read)).0, class));
    assert!(is_set, "there is room for the type");
}

/// The elements of a built-in container as they are at one moment; `None` for anything else, and for instances of subclasses
/// that are iterated in their own way.
///
/// # Errors
/// `MemoryError`.
pub fn elements_of(thread: &mut Thread, container: Value) -> PyResult<Option<Buffer>> {
    if let Some(tuple) = container.downcast_exact::<Tuple>() {
        return Buffer::from_slice(thread, tuple.as_slice()).map(Some);
    }
    let Some(cell) = container.as_cell() else {
        return Ok(None);
    };
    let class = container.class();
    let is = |other: &'static TypeObject| std::ptr::eq(class.as_ptr(), other);
    let iter = slots::ITER.index();
    let iterates_as = |other: &'static TypeObject| {
        is(other) || class.slots().raw(iter) == other.slots().raw(iter)
    };
    if let Some(list) = container.downcast::<List>() {
        if !iterates_as(&types::LIST) {
            return Ok(None);
        }
        return list.snapshot(thread).map(Some);
    }
    if class.has_flag(flags::SET | flags::FROZEN_SET) && iterates_as(&types::SET)
        || is(&types::FROZEN_SET)
    {
        let Some(set) = any_set(container) else {
            return Ok(None);
        };
        let mut buffer = Buffer::with_capacity(thread, set.len())?;
        for (element, _) in set.snapshot(thread)? {
            buffer.push(thread, element)?;
        }
        return Ok(Some(buffer));
    }
    let (dict, yields) = if let Some(dict) = as_plain(container).or_else(|| as_iterated(container))
    {
        (dict, Yields::Keys)
    } else if is(&types::MAPPING_PROXY) {
        // SAFETY: the class's instances are views.
        let proxy: Ref<DictView> = unsafe { Ref::from_cell(cell) };
        match proxy.target.load().and_then(as_plain) {
            Some(dict) => (dict, Yields::Keys),
            None => return Ok(None),
        }
    } else {
        let all = [Yields::Keys, Yields::Values, Yields::Items];
        let is_view = |yields: &Yields| is(yields.view()) || is(yields.ordered_view());
        let Some(yields) = all.into_iter().find(is_view) else {
            return match READERS.iter().find_map(OnceLock::get) {
                // A type that is not ready yet has no instances, and no slots to compare.
                Some((other, read)) if class.is_subtype_of(other) && iterates_as(other) => {
                    read(thread, container).map(Some)
                }
                _ => Ok(None),
            };
        };
        // SAFETY: the class is one of the types of views.
        let view: Ref<DictView> = unsafe { Ref::from_cell(cell) };
        match view.dict() {
            Some(dict) if is(yields.view()) || is_whole(dict) => (dict, yields),
            _ => return Ok(None),
        }
    };
    let mut buffer = Buffer::with_capacity(thread, dict.len())?;
    for (key, value, _) in dict.snapshot(thread)? {
        let element = match yields {
            Yields::Keys => key,
            Yields::Values => value,
            Yields::Items => Tuple::try_new(thread, &[key, value])?.value(),
        };
        buffer.push(thread, element)?;
    }
    Ok(Some(buffer))
}

/// An iterator for reading all elements: of a dict, a view of one or a set those that it has at this moment.
///
/// # Errors
/// As [`get_iter`].
pub fn iter_whole(thread: &mut Thread, iterable: Value) -> PyResult {
    let is_indexed =
        iterable.downcast_exact::<Tuple>().is_some() || iterable.downcast_exact::<List>().is_some();
    if !is_indexed && let Some(elements) = elements_of(thread, iterable)? {
        let list = List::from_buffer(thread, elements).value();
        return Ok(IndexIterator::new(thread, &types::LIST_ITERATOR, list, 0).value());
    }
    get_iter(thread, iterable)
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
    if let Some(list) = iterable.downcast_exact::<List>()
        && list.is_own(thread)
    {
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
    if let Some(elements) = elements_of(thread, iterable)? {
        for index in 0..elements.len() {
            act(thread, elements[index])?;
            if index % 1024 == 1023 {
                thread.poll()?;
            }
        }
        return Ok(());
    }
    let iterator = get_iter(thread, iterable)?;
    for_each_of(thread, iterator, act)
}

/// All elements.
///
/// # Errors
/// What iterating raises.
pub fn collect(thread: &mut Thread, iterable: Value) -> PyResult<Buffer> {
    if let Some(elements) = elements_of(thread, iterable)? {
        return Ok(elements);
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
