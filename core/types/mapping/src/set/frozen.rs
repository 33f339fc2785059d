//! What only `frozenset` has: its way of being made, and its hash.

use grwl_object::set::FrozenSet;
use grwl_object::{Args, PyResult, Ref, Thread, TypeObject, Value, ValueExt, slots, types};

use super::construct;
use crate::receiver;

pub(super) fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let is_exact = std::ptr::eq(class.as_ptr(), &raw const types::FROZEN_SET);
    let own = class.slots().raw(slots::INIT.index());
    // A subclass with an `__init__` of its own may take arguments by name.
    let args = if is_exact || std::ptr::eq(own, types::FROZEN_SET.slots().raw(slots::INIT.index()))
    {
        args
    } else {
        Args::positional(args.by_position())
    };
    let [from] = args.unpack(thread, "frozenset", 0)?;
    if is_exact
        && let Some(from) = from
        && from.downcast_exact::<FrozenSet>().is_some()
    {
        return Ok(from);
    }
    let set = construct::empty(thread, class)?;
    if let Some(from) = from {
        construct::update(thread, set, from)?;
    }
    Ok(set.value())
}

pub(super) fn copy(thread: &mut Thread, this: Value) -> PyResult {
    if this.downcast_exact::<FrozenSet>().is_some() {
        return Ok(this);
    }
    construct::copy(thread, this)
}

/// Spreads the bits of an element's hash: hashes of neighbours differ in few of them.
const fn spread(hash: u64) -> u64 {
    ((hash ^ 89_869_747) ^ (hash << 16)).wrapping_mul(3_644_798_167)
}

/// The hash: independent of the elements' order, and the same number as CPython's.
pub(super) fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let set = receiver::set(thread, this)?;
    if let Some(hash) = set.cached_hash() {
        return Ok(hash);
    }
    let mut hash = set
        .cursor()
        .fold(0, |sum, (_, hash)| sum ^ spread(hash as u64));
    hash ^= (set.len() as u64 + 1).wrapping_mul(1_927_868_237);
    // Nested frozensets.
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
    let hash = if hash == u64::MAX {
        590_923_713
    } else {
        hash as i64
    };
    set.cache_hash(hash);
    Ok(hash)
}
