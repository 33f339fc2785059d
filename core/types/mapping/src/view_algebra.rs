//! Views of keys and of pairs as sets: comparison, `&`, `|`, `-`, `^`, `isdisjoint`.
//!
//! As in CPython, the other operand may be any iterable, on either side, and the result is a `set`.

use grwl_object::dict::Dict;
use grwl_object::dict::view::Yields;
use grwl_object::set::{Set, any_set};
use grwl_object::singleton::bool;
use grwl_object::{
    CompareOp, Name, PyResult, Ref, Thread, Tuple, Value, ValueExt, not_implemented, protocol,
    types,
};

use crate::set::construct;
use crate::view::{as_view, contains_in};

/// A view that is like a set.
fn as_set_view(value: Value) -> Option<(Yields, Ref<Dict>)> {
    as_view(value).filter(|&(yields, _)| yields != Yields::Values)
}

fn is_exact_set(value: Value) -> bool {
    let class = value.class().as_ptr();
    std::ptr::eq(class, &raw const types::SET) || std::ptr::eq(class, &raw const types::FROZEN_SET)
}

/// A new set of an operand's elements.
fn to_set(thread: &mut Thread, value: Value) -> PyResult<Ref<Set>> {
    let result = Set::new(thread);
    let elements = match as_view(value) {
        // The keys of a plain dict need not be hashed again.
        Some((Yields::Keys, dict)) if dict.value().downcast_exact::<Dict>().is_some() => {
            dict.value()
        }
        _ => value,
    };
    construct::update(thread, result, elements)?;
    Ok(result)
}

pub(crate) fn subtract(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    static DIFFERENCE_UPDATE: Name = Name::new("difference_update");
    let result = to_set(thread, a)?;
    let name = DIFFERENCE_UPDATE.get(thread);
    protocol::call_method(thread, result.value(), name, &[b])?;
    Ok(result.value())
}

pub(crate) fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let result = to_set(thread, a)?;
    construct::update(thread, result, b)?;
    Ok(result.value())
}

pub(crate) fn and(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    static INTERSECTION: Name = Name::new("intersection");
    // The view may stand on the right side.
    let (mut view, mut other) = if as_set_view(a).is_some() {
        (a, b)
    } else {
        (b, a)
    };
    let Some((_, dict)) = as_set_view(view) else {
        return Ok(not_implemented());
    };
    if std::ptr::eq(other.class().as_ptr(), &raw const types::SET)
        && let Some(set) = any_set(other)
        && dict.len() <= set.len()
    {
        let name = INTERSECTION.get(thread);
        return protocol::call_method(thread, other, name, &[view]);
    }
    if let Some((_, other_dict)) = as_set_view(other)
        && other_dict.len() > dict.len()
    {
        (view, other) = (other, view);
    }
    let Some((yields, dict)) = as_set_view(view) else {
        return Ok(not_implemented());
    };
    let result = Set::new(thread);
    protocol::for_each(thread, other, |thread, element| {
        if contains_in(thread, yields, dict, element)? {
            result.add(thread, element)?;
        }
        Ok(())
    })?;
    Ok(result.value())
}

pub(crate) fn xor(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    static SYMMETRIC: Name = Name::new("symmetric_difference_update");
    if let (Some((Yields::Items, a)), Some((Yields::Items, b))) = (as_view(a), as_view(b)) {
        return items_xor(thread, a, b);
    }
    let result = to_set(thread, a)?;
    let name = SYMMETRIC.get(thread);
    protocol::call_method(thread, result.value(), name, &[b])?;
    Ok(result.value())
}

/// Pairs that are in both need not be hashable.
fn items_xor(thread: &mut Thread, a: Ref<Dict>, b: Ref<Dict>) -> PyResult {
    let rest = a.copy(thread)?;
    let result = Set::new(thread);
    for (key, value, hash) in b.copy(thread)?.cursor() {
        let other = rest.get_hashed(thread, key, hash)?;
        let is_in_both = match other {
            Some(other) => protocol::same_or_equal(thread, other, value)?,
            None => false,
        };
        if is_in_both {
            rest.remove_hashed(thread, key, hash)?;
        } else {
            let pair = Tuple::new(thread, &[key, value]).value();
            result.add(thread, pair)?;
        }
    }
    for (key, value, _) in rest.cursor() {
        let pair = Tuple::new(thread, &[key, value]).value();
        result.add(thread, pair)?;
    }
    Ok(result.value())
}

/// Are all elements of `a` in `b`?
fn all_contained(thread: &mut Thread, a: Value, b: Value) -> PyResult<bool> {
    let iterator = protocol::iter_whole(thread, a)?;
    while let Some(element) = protocol::next(thread, iterator)? {
        if !protocol::contains(thread, b, element)? {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(crate) fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if any_set(b).is_none() && as_set_view(b).is_none() {
        return Ok(not_implemented());
    }
    let own = protocol::length(thread, a)?;
    let other = protocol::length(thread, b)?;
    let holds = match op {
        CompareOp::Eq => own == other && all_contained(thread, a, b)?,
        CompareOp::Ne => !(own == other && all_contained(thread, a, b)?),
        CompareOp::Lt => own < other && all_contained(thread, a, b)?,
        CompareOp::Le => own <= other && all_contained(thread, a, b)?,
        CompareOp::Gt => own > other && all_contained(thread, b, a)?,
        CompareOp::Ge => own >= other && all_contained(thread, b, a)?,
    };
    Ok(bool(holds))
}

pub(crate) fn isdisjoint(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let Some((_, dict)) = as_set_view(this) else {
        return Err(crate::receiver::wrong(thread, "dict_keys", this));
    };
    if this == other {
        return Ok(bool(dict.is_empty()));
    }
    let (mut view, mut elements) = (this, other);
    if is_exact_set(other) || as_set_view(other).is_some() {
        let length = protocol::length(thread, other)?;
        if length > dict.len() {
            (view, elements) = (other, this);
        }
    }
    let iterator = protocol::iter_whole(thread, elements)?;
    while let Some(element) = protocol::next(thread, iterator)? {
        if protocol::contains(thread, view, element)? {
            return Ok(bool(false));
        }
    }
    Ok(bool(true))
}
