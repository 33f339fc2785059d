//! The algebra of sets, as methods: their other operands may be any iterables.
//!
//! Changes in place are made element by element; `intersection_update` replaces the whole if nobody changed the set meanwhile, else tries
//! again, so that no element that another thread adds is lost.

use grwl_object::dict::Dict;
use grwl_object::protocol;
use grwl_object::set::{Set, any_set};
use grwl_object::{Args, Buffer, PyResult, Ref, Thread, Value, ValueExt, none};

use super::construct::{copy_like, empty_like};
use crate::receiver;

fn others<'a>(
    thread: &mut Thread,
    this: Value,
    args: Args<'a>,
    name: &str,
) -> PyResult<&'a [Value]> {
    if args.keyword_count() > 0 {
        let class = if any_set(this)
            .is_some_and(|set| set.value().class().has_flag(grwl_object::flags::FROZEN_SET))
        {
            "frozenset"
        } else {
            "set"
        };
        return Err(thread.type_error(format_args!("{class}.{name}() takes no keyword arguments")));
    }
    Ok(args.values())
}

pub(super) fn update(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let set = receiver::set(thread, this)?;
    for &other in others(thread, this, args, "update")? {
        super::construct::update(thread, set, other)?;
    }
    Ok(none())
}

pub(super) fn union(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let set = receiver::set(thread, this)?;
    let others = others(thread, this, args, "union")?;
    let result = copy_like(thread, set, this)?;
    for &other in others {
        if other != this {
            super::construct::update(thread, result, other)?;
        }
    }
    Ok(result.value())
}

/// A new set of what is in both.
pub(super) fn intersect(thread: &mut Thread, set: Ref<Set>, other: Value) -> PyResult<Ref<Set>> {
    if set.value() == other {
        return copy_like(thread, set, other);
    }
    let result = empty_like(thread, set);
    if let Some(other) = any_set(other) {
        let (smaller, larger) = if other.len() > set.len() {
            (set, other)
        } else {
            (other, set)
        };
        for (element, hash) in smaller.snapshot(thread)? {
            if larger.contains_hashed(thread, element, hash)? {
                result.add_hashed(thread, element, hash)?;
            }
        }
        return Ok(result);
    }
    protocol::for_each(thread, other, |thread, element| {
        let hash = protocol::hash(thread, element)?;
        if set.contains_hashed(thread, element, hash)? {
            result.add_hashed(thread, element, hash)?;
        }
        Ok(())
    })?;
    Ok(result)
}

fn intersect_all(thread: &mut Thread, set: Ref<Set>, others: &[Value]) -> PyResult<Ref<Set>> {
    let Some((&first, rest)) = others.split_first() else {
        return copy_like(thread, set, set.value());
    };
    let mut result = intersect(thread, set, first)?;
    for &other in rest {
        result = intersect(thread, result, other)?;
    }
    Ok(result)
}

pub(super) fn intersection(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let set = receiver::set(thread, this)?;
    let others = others(thread, this, args, "intersection")?;
    intersect_all(thread, set, others).map(Into::into)
}

/// So often the whole is tried again if somebody has changed the set meanwhile.
const TRIES: usize = 64;

/// A new set of what is in `listed`, the elements of an iterable, and in the set.
fn intersect_listed(thread: &mut Thread, set: Ref<Set>, listed: Ref<Set>) -> PyResult<Ref<Set>> {
    let result = empty_like(thread, set);
    for (element, hash) in listed.snapshot(thread)? {
        if set.contains_hashed(thread, element, hash)? {
            result.add_hashed(thread, element, hash)?;
        }
    }
    Ok(result)
}

/// Leaves only what is in all of the others.
pub(super) fn keep_common(thread: &mut Thread, set: Ref<Set>, others: &[Value]) -> PyResult<()> {
    // What is no set is read once.
    let mut sets = Buffer::with_capacity(thread, others.len())?;
    for &other in others {
        if any_set(other).is_some() {
            sets.push(thread, other)?;
        } else {
            let listed = empty_like(thread, set);
            super::construct::update(thread, listed, other)?;
            sets.push(thread, listed.value())?;
        }
    }
    for _ in 0..TRIES {
        let state = set.state();
        let mut common = copy_like(thread, set, set.value())?;
        for (&other, &given) in sets.iter().zip(others) {
            common = match any_set(other) {
                Some(listed) if other != given => intersect_listed(thread, common, listed)?,
                _ => intersect(thread, common, other)?,
            };
        }
        if set.replace_if_same(thread, &state, common) {
            return Ok(());
        }
    }
    // It is changed all the time: what an other lacks goes, one by one.
    for (element, hash) in set.snapshot(thread)? {
        for &other in sets.iter() {
            if let Some(other) = any_set(other)
                && !other.contains_hashed(thread, element, hash)?
            {
                set.remove_hashed(thread, element, hash)?;
                break;
            }
        }
    }
    Ok(())
}

pub(super) fn intersection_update(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let set = receiver::set(thread, this)?;
    let others = others(thread, this, args, "intersection_update")?;
    keep_common(thread, set, others)?;
    Ok(none())
}

/// Removes the elements of `other`.
pub(super) fn remove_all(thread: &mut Thread, set: Ref<Set>, other: Value) -> PyResult<()> {
    if set.value() == other {
        set.clear(thread);
        return Ok(());
    }
    if let Some(other) = any_set(other) {
        for (element, hash) in other.snapshot(thread)? {
            set.remove_hashed(thread, element, hash)?;
        }
        return Ok(());
    }
    protocol::for_each(thread, other, |thread, element| {
        set.remove(thread, element).map(|_| ())
    })
}

/// A new set of what is not in `other`.
pub(super) fn subtract(thread: &mut Thread, set: Ref<Set>, other: Value) -> PyResult<Ref<Set>> {
    let dict = other.downcast_exact::<Dict>();
    let other_set = any_set(other);
    let length = match (other_set, dict) {
        (Some(other), _) => other.len(),
        (None, Some(dict)) => dict.len(),
        (None, None) => {
            let result = copy_like(thread, set, set.value())?;
            remove_all(thread, result, other)?;
            return Ok(result);
        }
    };
    if set.len() / 4 > length {
        // Little is taken away from much.
        let result = copy_like(thread, set, set.value())?;
        remove_all(thread, result, other)?;
        return Ok(result);
    }
    let result = empty_like(thread, set);
    for (element, hash) in set.snapshot(thread)? {
        let is_in_other = match (other_set, dict) {
            (Some(other), _) => other.contains_hashed(thread, element, hash)?,
            (None, Some(dict)) => dict.get_hashed(thread, element, hash)?.is_some(),
            (None, None) => false,
        };
        if !is_in_other {
            result.add_hashed(thread, element, hash)?;
        }
    }
    Ok(result)
}

pub(super) fn difference(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let set = receiver::set(thread, this)?;
    let others = others(thread, this, args, "difference")?;
    let Some((&first, rest)) = others.split_first() else {
        return copy_like(thread, set, this).map(Into::into);
    };
    let result = subtract(thread, set, first)?;
    for &other in rest {
        remove_all(thread, result, other)?;
    }
    Ok(result.value())
}

pub(super) fn difference_update(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let set = receiver::set(thread, this)?;
    for &other in others(thread, this, args, "difference_update")? {
        remove_all(thread, set, other)?;
    }
    Ok(none())
}

/// Removes what is in `other` too, and adds what is only there.
pub(super) fn toggle_all(thread: &mut Thread, set: Ref<Set>, other: Value) -> PyResult<()> {
    if set.value() == other {
        set.clear(thread);
        return Ok(());
    }
    if let Some(dict) = other.downcast_exact::<Dict>() {
        for (element, _, hash) in dict.copy(thread)?.cursor() {
            toggle(thread, set, element, hash)?;
        }
        return Ok(());
    }
    let other = match any_set(other) {
        Some(other) => other,
        None => copy_like(thread, set, other)?,
    };
    set.toggle(thread, other)
}

fn toggle(thread: &mut Thread, set: Ref<Set>, element: Value, hash: i64) -> PyResult<()> {
    if !set.remove_hashed(thread, element, hash)? {
        set.add_hashed(thread, element, hash)?;
    }
    Ok(())
}

pub(super) fn symmetric_difference(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    let result = copy_like(thread, set, other)?;
    toggle_all(thread, result, this)?;
    Ok(result.value())
}

pub(super) fn symmetric_difference_update(
    thread: &mut Thread,
    this: Value,
    other: Value,
) -> PyResult {
    let set = receiver::set(thread, this)?;
    toggle_all(thread, set, other)?;
    Ok(none())
}
