//! Making and filling a dict: `dict(...)`, `update`, `fromkeys`.

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::protocol;
use grwl_object::set::{Set, any_set};
use grwl_object::{
    Args, Name, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, none,
    slots, types,
};

use crate::receiver;

static KEYS: Name = Name::new("keys");
static ADD_NOTE: Name = Name::new("add_note");

/// Rounds between two polls of a long loop.
const POLL_INTERVAL: usize = 1024;

pub(super) fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    if std::ptr::eq(class.as_ptr(), &raw const types::DICT) {
        return Ok(Dict::new(thread).value());
    }
    // Zeroes are an empty dict.
    let cell = grwl_object::instance::allocate(thread, class)?;
    Ok(Value::from_cell(cell))
}

pub(super) fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    fill(thread, this, args, "dict")
}

pub(super) fn update_method(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    fill(thread, this, args, "update")?;
    Ok(none())
}

/// At most one argument by position, then any by name.
fn fill(thread: &mut Thread, this: Value, args: Args<'_>, function: &str) -> PyResult<()> {
    let dict = receiver::dict(thread, this)?;
    let given = Args::positional(args.by_position());
    let [from] = given.unpack(thread, function, 0)?;
    if let Some(from) = from {
        update(thread, dict, from)?;
    }
    for (name, value) in args.by_name() {
        dict.insert(thread, name.value(), value)?;
    }
    Ok(())
}

/// `dict.update(from)`: a dict, what has a method `keys`, or an iterable of pairs.
///
/// # Errors
/// What hashing, comparing or reading `from` raises.
pub fn update(thread: &mut Thread, dict: Ref<Dict>, from: Value) -> PyResult<()> {
    if let Some(source) = from.downcast_exact::<Dict>() {
        return dict.merge(thread, source, true);
    }
    let keys = KEYS.get(thread);
    match protocol::find_attribute(thread, from, keys)? {
        Some(_) => update_from_mapping(thread, dict, from),
        None => update_from_pairs(thread, dict, from),
    }
}

fn update_from_mapping(thread: &mut Thread, dict: Ref<Dict>, from: Value) -> PyResult<()> {
    if let Some(source) = grwl_object::dict::as_plain(from) {
        return dict.merge(thread, source, true);
    }
    let name = KEYS.get(thread);
    let keys = protocol::call_method(thread, from, name, &[])?;
    if keys.class().slot(slots::ITER).is_none() && !protocol::iterate::is_sequence(keys) {
        return Err(thread.type_error(format_args!(
            "{}.keys() returned a non-iterable (type {})",
            from.class().name(),
            keys.class().name()
        )));
    }
    let keys = protocol::collect(thread, keys)?;
    for index in 0..keys.len() {
        let key = keys[index];
        let value = protocol::get_item(thread, from, key)?;
        dict.insert(thread, key, value)?;
    }
    Ok(())
}

fn update_from_pairs(thread: &mut Thread, dict: Ref<Dict>, from: Value) -> PyResult<()> {
    let mut number = 0;
    protocol::for_each(thread, from, |thread, pair| {
        let (key, value) = split(thread, pair, number)?;
        number += 1;
        dict.insert(thread, key, value)
    })
}

/// The two elements of a pair, which may be any iterable.
fn split(thread: &mut Thread, pair: Value, number: usize) -> PyResult<(Value, Value)> {
    let length = if let Some(tuple) = pair.downcast::<Tuple>() {
        if let &[key, value] = tuple.as_slice() {
            return Ok((key, value));
        }
        tuple.len()
    } else {
        let elements = as_sequence(thread, pair).map_err(|raised| note(thread, raised, number))?;
        if let &[key, value] = elements.as_slice() {
            return Ok((key, value));
        }
        elements.len()
    };
    Err(thread.value_error(format_args!(
        "dictionary update sequence element #{number} has length {length}; 2 is required"
    )))
}

fn as_sequence(thread: &mut Thread, pair: Value) -> PyResult<grwl_object::Buffer> {
    if let Some(list) = pair.downcast::<List>() {
        return list.snapshot(thread);
    }
    let iterator = match protocol::get_iter(thread, pair) {
        Ok(iterator) => iterator,
        Err(raised) if raised.matches(&types::TYPE_ERROR) => {
            return Err(thread.type_error("object is not iterable"));
        }
        Err(raised) => return Err(raised),
    };
    protocol::collect(thread, iterator)
}

/// Adds a note to a `TypeError`.
#[cold]
fn note(thread: &mut Thread, raised: Raised, number: usize) -> Raised {
    if !raised.matches(&types::TYPE_ERROR) {
        return raised;
    }
    let text = format!("Cannot convert dictionary update sequence element #{number} to a sequence");
    let text = Str::new(thread, &text).value();
    let name = ADD_NOTE.get(thread);
    match protocol::call_method(thread, raised.0, name, &[text]) {
        Ok(_) => raised,
        Err(other) => other,
    }
}

/// A new `dict` with the pairs of a dict, or of an instance of a subclass as that says.
pub(crate) fn plain_copy(thread: &mut Thread, dict: Ref<Dict>) -> PyResult<Ref<Dict>> {
    if grwl_object::dict::as_plain(dict.value()).is_some() {
        return dict.copy(thread);
    }
    let copy = Dict::new(thread);
    update_from_mapping(thread, copy, dict.value())?;
    Ok(copy)
}

/// `cls.fromkeys(iterable, value=None)`
pub(super) fn fromkeys(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [iterable, value] = receiver::positional(thread, args, "dict", "fromkeys", 1)?;
    let (iterable, value) = (iterable.unwrap_or_else(none), value.unwrap_or_else(none));
    let made = protocol::call(thread, class, Args::NONE)?;
    let Some(dict) = made.downcast_exact::<Dict>() else {
        protocol::for_each(thread, iterable, |thread, key| {
            protocol::set_item(thread, made, key, value)
        })?;
        return Ok(made);
    };
    // Keys of dicts and elements of sets are not hashed again.
    if let Some(source) = iterable.downcast_exact::<Dict>() {
        let source = source.copy(thread)?;
        for (index, (key, _, hash)) in source.cursor().enumerate() {
            dict.insert_hashed(thread, key, value, hash)?;
            poll_now_and_then(thread, index)?;
        }
    } else if let Some(source) = any_set(iterable).filter(|set| is_exact_set(*set)) {
        for (index, (key, hash)) in source.snapshot(thread)?.enumerate() {
            dict.insert_hashed(thread, key, value, hash)?;
            poll_now_and_then(thread, index)?;
        }
    } else {
        protocol::for_each(thread, iterable, |thread, key| {
            dict.insert(thread, key, value)
        })?;
    }
    Ok(made)
}

fn is_exact_set(set: Ref<Set>) -> bool {
    let class = set.value().class().as_ptr();
    std::ptr::eq(class, &raw const types::SET) || std::ptr::eq(class, &raw const types::FROZEN_SET)
}

fn poll_now_and_then(thread: &mut Thread, index: usize) -> PyResult<()> {
    if index % POLL_INTERVAL == POLL_INTERVAL - 1 {
        thread.poll()?;
    }
    Ok(())
}
