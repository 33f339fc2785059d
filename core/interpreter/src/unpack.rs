//! Building and unpacking containers.

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::set::Set;
use grwl_object::{
    Name, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, protocol, slots, types,
};

/// `{*values}`
///
/// # Errors
/// `TypeError` for what cannot be hashed, or what a method raises.
pub fn build_set(thread: &mut Thread, values: &[Value]) -> PyResult {
    let set = Set::new(thread);
    for &value in values {
        set.add(thread, value)?;
    }
    Ok(set.value())
}

/// Adds to the set of a comprehension.
///
/// # Errors
/// As [`build_set`].
pub fn set_add(thread: &mut Thread, set: Value, value: Value) -> PyResult<()> {
    match set.downcast::<Set>() {
        Some(set) => set.add(thread, value).map(|_| ()),
        // Python code has rebound the compiler's own variable.
        None => {
            Err(thread.type_error(format_args!("'{}' object is not a set", set.class().name())))
        }
    }
}

/// `{*iterable}`
///
/// # Errors
/// As [`build_set`].
pub fn set_update(thread: &mut Thread, set: Value, iterable: Value) -> PyResult<()> {
    protocol::for_each(thread, iterable, |thread, value| {
        set_add(thread, set, value)
    })
}

/// `{k: v, ...}` of keys and values in turn.
///
/// # Errors
/// As [`build_set`].
// The dict is its alone while Python code compares keys; so not part of the loop (see `native_loop`).
#[inline(never)]
pub fn build_map(thread: &mut Thread, pairs: &[Value]) -> PyResult {
    let dict = Dict::with_capacity(thread, pairs.len() / 2);
    for pair in pairs.chunks_exact(2) {
        dict.insert(thread, pair[0], pair[1])?;
    }
    Ok(dict.value())
}

/// The parts of an f-string in one.
///
/// # Errors
/// `MemoryError`.
pub fn build_string(thread: &mut Thread, parts: &[Value]) -> PyResult {
    if let [a, b] = parts
        && let (Some(a), Some(b)) = (a.downcast::<Str>(), b.downcast::<Str>())
    {
        return Ok(Str::concat(thread, a, b)?.value());
    }
    // Bytecode of the program's own making may have put anything there.
    if let Some(other) = parts.iter().find(|part| part.downcast::<Str>().is_none()) {
        let class = other.class();
        let message = format!("part of a string is of type {}", class.name());
        return Err(thread.system_error(&message));
    }
    Ok(Str::joined(thread, Str::empty(), parts)?.value())
}

/// `[*iterable]`
///
/// # Errors
/// `TypeError: Value after * must be an iterable, not X`, or what iterating raises.
pub fn extend_list(thread: &mut Thread, list: Ref<List>, iterable: Value) -> PyResult<()> {
    let class = iterable.class();
    if class.slot(slots::ITER).is_none() && !protocol::iterate::is_sequence(iterable) {
        return Err(thread.type_error(format_args!(
            "Value after * must be an iterable, not {}",
            class.name()
        )));
    }
    protocol::for_each(thread, iterable, |thread, value| list.push(thread, value))
}

/// `{**mapping}`
///
/// # Errors
/// `TypeError: 'X' object is not a mapping`, or what the mapping raises.
pub fn dict_update(thread: &mut Thread, dict: Ref<Dict>, mapping: Value) -> PyResult<()> {
    if let Some(from) = grwl_object::dict::as_plain(mapping) {
        return dict.merge(thread, from, true);
    }
    match each_pair(thread, mapping, |thread, key, value| {
        dict.insert(thread, key, value)
    }) {
        Err(raised) if raised.matches(&types::ATTRIBUTE_ERROR) => Err(thread.type_error(
            format_args!("'{}' object is not a mapping", mapping.class().name()),
        )),
        result => result,
    }
}

static KEYS: Name = Name::new("keys");

fn each_pair(
    thread: &mut Thread,
    mapping: Value,
    mut act: impl FnMut(&mut Thread, Value, Value) -> PyResult<()>,
) -> PyResult<()> {
    let name = KEYS.get(thread);
    let keys = protocol::call_method(thread, mapping, name, &[])?;
    protocol::for_each(thread, keys, |thread, key| {
        let value = protocol::get_item(thread, mapping, key)?;
        act(thread, key, value)
    })
}

/// `f(**mapping)`: a name that is there already is an error.
///
/// # Errors
/// `TypeError`, or what the mapping raises.
pub fn dict_merge(
    thread: &mut Thread,
    dict: Ref<Dict>,
    mapping: Value,
    callable: Value,
) -> PyResult<()> {
    let insert = |thread: &mut Thread, key: Value, value: Value| {
        // Whether the keys are strings is asked when all are there.
        if dict.get(thread, key)?.is_some() {
            let function = crate::calls::function_text(thread, callable)?;
            let key = protocol::str(thread, key)?;
            return Err(thread.type_error(format_args!(
                "{function} got multiple values for keyword argument '{key}'"
            )));
        }
        dict.insert(thread, key, value)
    };
    if let Some(from) = grwl_object::dict::as_plain(mapping) {
        for (key, value, _) in from.snapshot(thread)? {
            insert(thread, key, value)?;
        }
        return Ok(());
    }
    match each_pair(thread, mapping, insert) {
        Err(raised) if raised.matches(&types::ATTRIBUTE_ERROR) => {
            let function = crate::calls::function_text(thread, callable)?;
            Err(thread.type_error(format_args!(
                "{function} argument after ** must be a mapping, not {}",
                mapping.class().name()
            )))
        }
        result => result,
    }
}

/// Writes the `count` elements of a sequence to the operand stack, the first one on top.
///
/// # Errors
/// `ValueError` for another number of elements; `TypeError: cannot unpack non-iterable X object`.
///
/// # Safety
/// There is room for `count` words from `to` on; the sequence is alive elsewhere or at `to`.
pub unsafe fn sequence(
    thread: &mut Thread,
    sequence: Value,
    count: usize,
    to: *mut Option<Value>,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let write = |index: usize, value: Value| unsafe { to.add(index).write(Some(value)) };
    if let Some(tuple) = sequence.downcast_exact::<Tuple>()
        && tuple.len() == count
    {
        for (index, value) in tuple.iter().rev().enumerate() {
            write(index, value);
        }
        return Ok(());
    }
    let values = unpacked(thread, sequence, count, 0)?;
    for (index, &value) in values[..count].iter().rev().enumerate() {
        write(index, value);
    }
    Ok(())
}

/// Takes the elements: exactly `count`, or with `after` (one more than the elements after the rest) at least so many.
fn unpacked(
    thread: &mut Thread,
    sequence: Value,
    before: usize,
    after: usize,
) -> PyResult<grwl_object::Buffer> {
    let class = sequence.class();
    let iterator = match protocol::iter_whole(thread, sequence) {
        Err(raised)
            if raised.matches(&types::TYPE_ERROR)
                && class.slot(slots::ITER).is_none()
                && !protocol::iterate::is_sequence(sequence) =>
        {
            return Err(thread.type_error(format_args!(
                "cannot unpack non-iterable {} object",
                class.name()
            )));
        }
        result => result?,
    };
    let mut values = grwl_object::Buffer::with_capacity(thread, before)?;
    while values.len() < before {
        match protocol::next(thread, iterator)? {
            Some(value) => values.push(thread, value)?,
            None => {
                let got = values.len();
                if after == 0 {
                    return Err(thread.value_error(format_args!(
                        "not enough values to unpack (expected {before}, got {got})"
                    )));
                }
                let least = before + after - 1;
                return Err(thread.value_error(format_args!(
                    "not enough values to unpack (expected at least {least}, got {got})"
                )));
            }
        }
    }
    if after > 0 {
        protocol::iterate::for_each_of(thread, iterator, |thread, value| {
            values.push(thread, value)
        })?;
        let least = before + after - 1;
        if values.len() < least {
            let got = values.len();
            return Err(thread.value_error(format_args!(
                "not enough values to unpack (expected at least {least}, got {got})"
            )));
        }
        return Ok(values);
    }
    if protocol::next(thread, iterator)?.is_some() {
        let sized = sequence.downcast_exact::<List>().map(|list| list.len());
        let sized = sized.or_else(|| sequence.downcast_exact::<Tuple>().map(|tuple| tuple.len()));
        let sized = sized.or_else(|| sequence.downcast_exact::<Dict>().map(|dict| dict.len()));
        return Err(match sized.filter(|&length| length > before) {
            Some(got) => thread.value_error(format_args!(
                "too many values to unpack (expected {before}, got {got})"
            )),
            None => thread.value_error(format_args!(
                "too many values to unpack (expected {before})"
            )),
        });
    }
    Ok(values)
}

/// `a, *rest, b = sequence`: the elements on the operand stack, the first one on top.
///
/// # Errors
/// As [`sequence`].
///
/// # Safety
/// There is room for `before + 1 + after` words from `to` on.
pub unsafe fn with_rest(
    thread: &mut Thread,
    sequence: Value,
    before: usize,
    after: usize,
    to: *mut Option<Value>,
) -> PyResult<()> {
    let values = unpacked(thread, sequence, before, after + 1)?;
    let end = values.len() - after;
    let rest = List::from_slice(thread, &values[before..end])?.value();
    let first = values[..before].iter().copied();
    let last = values[end..].iter().copied();
    let all = last.rev().chain([rest]).chain(first.rev());
    for (index, value) in all.enumerate() {
        // SAFETY: the caller's promise.
        unsafe { to.add(index).write(Some(value)) };
    }
    Ok(())
}
