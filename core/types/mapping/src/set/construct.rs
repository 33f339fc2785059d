//! Making and filling sets.

use grwl_object::dict::Dict;
use grwl_object::protocol;
use grwl_object::set::{FrozenSet, Set, any_set};
use grwl_object::{Args, PyResult, Ref, Thread, TypeObject, Value, ValueExt, flags, types};

use crate::receiver;

pub(super) fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    empty(thread, class).map(Into::into)
}

/// A new empty set, frozenset, or instance of a subclass.
pub(super) fn empty(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<Ref<Set>> {
    if std::ptr::eq(class.as_ptr(), &raw const types::SET) {
        return Ok(Set::new(thread));
    }
    if std::ptr::eq(class.as_ptr(), &raw const types::FROZEN_SET) {
        return Ok(FrozenSet::new(thread));
    }
    let cell = grwl_object::instance::allocate(thread, class)?;
    // SAFETY: an instance of a subclass begins with a set; zeroes are an empty one.
    Ok(unsafe { Ref::from_cell(cell) })
}

/// A new empty `set` or `frozenset`, whichever `like` is or inherits from.
pub(super) fn empty_like(thread: &Thread, like: Ref<Set>) -> Ref<Set> {
    if like.value().class().has_flag(flags::FROZEN_SET) {
        FrozenSet::new(thread)
    } else {
        Set::new(thread)
    }
}

/// A new `set` or `frozenset`, whichever `like` is or inherits from, with the elements of `from`.
pub(super) fn copy_like(thread: &mut Thread, like: Ref<Set>, from: Value) -> PyResult<Ref<Set>> {
    let result = empty_like(thread, like);
    update(thread, result, from)?;
    Ok(result)
}

pub(super) fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let set = receiver::set(thread, this)?;
    let [from] = args.unpack(thread, "set", 0)?;
    if !set.is_empty() {
        set.clear(thread);
    }
    match from {
        Some(from) => update(thread, set, from),
        None => Ok(()),
    }
}

pub(super) fn copy(thread: &mut Thread, this: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    copy_like(thread, set, this).map(Into::into)
}

/// `set.update(from)`: elements of sets and keys of dicts are not hashed again.
pub(crate) fn update(thread: &mut Thread, set: Ref<Set>, from: Value) -> PyResult<()> {
    if let Some(source) = any_set(from) {
        return set.merge(thread, source);
    }
    if let Some(source) = from.downcast_exact::<Dict>() {
        for (index, (key, _, hash)) in source.copy(thread)?.cursor().enumerate() {
            set.add_hashed(thread, key, hash)?;
            if index % 1024 == 1023 {
                thread.poll()?;
            }
        }
        return Ok(());
    }
    protocol::for_each(thread, from, |thread, element| {
        set.add(thread, element).map(|_| ())
    })
}
