//! Comparisons of sets: `==`, `<=`, `issubset`, `isdisjoint` and so on.

use grwl_object::protocol;
use grwl_object::set::{Set, any_set};
use grwl_object::singleton::bool;
use grwl_object::{CompareOp, PyResult, Ref, Thread, Value, not_implemented};

use super::construct;
use crate::receiver;

/// Is every element of `a` in `b`?
fn is_subset(thread: &mut Thread, a: Ref<Set>, b: Ref<Set>) -> PyResult<bool> {
    if a.len() > b.len() {
        return Ok(false);
    }
    let mut number = 0;
    // The comparisons may change either: each round looks at the table that is there.
    while let Some(table) = a.table() {
        if number >= table.count() {
            break;
        }
        let entry = table.entry(number);
        number += 1;
        let Some(element) = entry.live() else {
            continue;
        };
        if !b.contains_hashed(thread, element, entry.hash())? {
            return Ok(false);
        }
        if number % 1024 == 0 {
            thread.poll()?;
        }
    }
    Ok(true)
}

fn is_equal(thread: &mut Thread, a: Ref<Set>, b: Ref<Set>) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (a.cached_hash(), b.cached_hash())
        && a != b
    {
        return Ok(false);
    }
    is_subset(thread, a, b)
}

pub(super) fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (any_set(a), any_set(b)) else {
        return Ok(not_implemented());
    };
    let holds = match op {
        CompareOp::Eq => is_equal(thread, a, b)?,
        CompareOp::Ne => !is_equal(thread, a, b)?,
        CompareOp::Le => is_subset(thread, a, b)?,
        CompareOp::Ge => is_subset(thread, b, a)?,
        CompareOp::Lt => a.len() < b.len() && is_subset(thread, a, b)?,
        CompareOp::Gt => b.len() < a.len() && is_subset(thread, b, a)?,
    };
    Ok(bool(holds))
}

pub(super) fn issubset(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    let other = match any_set(other) {
        Some(other) => other,
        None => {
            let all = Set::new(thread);
            construct::update(thread, all, other)?;
            all
        }
    };
    Ok(bool(is_subset(thread, set, other)?))
}

pub(super) fn issuperset(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    if let Some(other) = any_set(other) {
        return Ok(bool(is_subset(thread, other, set)?));
    }
    let iterator = protocol::iter_whole(thread, other)?;
    while let Some(element) = protocol::next(thread, iterator)? {
        if !set.contains(thread, element)? {
            return Ok(bool(false));
        }
    }
    Ok(bool(true))
}

pub(super) fn isdisjoint(thread: &mut Thread, this: Value, other: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    if this == other {
        return Ok(bool(set.is_empty()));
    }
    if let Some(other) = any_set(other) {
        let (smaller, larger) = if other.len() > set.len() {
            (set, other)
        } else {
            (other, set)
        };
        for (element, hash) in smaller.snapshot(thread)? {
            if larger.contains_hashed(thread, element, hash)? {
                return Ok(bool(false));
            }
        }
        return Ok(bool(true));
    }
    let iterator = protocol::iter_whole(thread, other)?;
    while let Some(element) = protocol::next(thread, iterator)? {
        if set.contains(thread, element)? {
            return Ok(bool(false));
        }
    }
    Ok(bool(true))
}
