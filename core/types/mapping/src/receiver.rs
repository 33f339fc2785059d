//! What a method is called on, and its positional arguments.

use grwl_object::dict::Dict;
use grwl_object::set::{Set, any_set};
use grwl_object::{Args, PyResult, Raised, Ref, Thread, Value, ValueExt};

/// The receiver as a dict.
#[inline]
pub(crate) fn dict(thread: &mut Thread, value: Value) -> PyResult<Ref<Dict>> {
    match value.downcast() {
        Some(dict) => Ok(dict),
        None => Err(wrong(thread, "dict", value)),
    }
}

/// The receiver as a set or frozenset.
#[inline]
pub(crate) fn set(thread: &mut Thread, value: Value) -> PyResult<Ref<Set>> {
    match any_set(value) {
        Some(set) => Ok(set),
        None => Err(wrong(thread, "set", value)),
    }
}

/// `TypeError` for a receiver of another type.
#[cold]
pub(crate) fn wrong(thread: &mut Thread, wanted: &str, value: Value) -> Raised {
    thread.type_error(format_args!(
        "descriptor requires a '{wanted}' object but received a '{}'",
        value.class().name()
    ))
}

/// Positional arguments of a method: `owner` is its type's name.
#[inline]
pub(crate) fn positional<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    owner: &str,
    name: &str,
    least: usize,
) -> PyResult<[Option<Value>; N]> {
    if args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!("{owner}.{name}() takes no keyword arguments")));
    }
    args.unpack(thread, name, least)
}
