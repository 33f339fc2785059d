//! What a function is called on, and the arguments that many functions here take.

use grwl_object::int::{self, IntView};
use grwl_object::iterators::IndexIterator;
use grwl_object::protocol::{self, convert};
use grwl_object::{Args, Cell, PyResult, Raised, Ref, Thread, TypeObject, Value, ValueExt, slots};

/// The receiver as a cell of `T`.
#[inline(always)]
pub(crate) fn of<T: Cell>(thread: &mut Thread, value: Value) -> PyResult<Ref<T>> {
    match value.downcast() {
        Some(cell) => Ok(cell),
        None => Err(wrong(thread, T::type_object(), value)),
    }
}

/// The receiver as an iterator by index, which is of `class` or a subclass.
#[inline(always)]
pub(crate) fn index_iterator(
    thread: &mut Thread,
    value: Value,
    class: &'static TypeObject,
) -> PyResult<Ref<IndexIterator>> {
    let own = value.class();
    if std::ptr::eq(own.as_ptr(), class) || own.is_subtype_of(class) {
        // SAFETY: the classes that this is asked for have this layout.
        Ok(unsafe { IndexIterator::of(value) })
    } else {
        Err(wrong(thread, class, value))
    }
}

#[cold]
fn wrong(thread: &mut Thread, wanted: &TypeObject, value: Value) -> Raised {
    thread.type_error(format_args!(
        "descriptor requires a '{}' object but received a '{}'",
        wanted.name(),
        value.class().name()
    ))
}

/// The positional arguments of the method `owner.name`.
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

/// Refuses arguments by name to the constructor of a built-in type, but not to that of a subclass with an `__init__` of its own.
pub(crate) fn constructor_without_keywords(
    thread: &mut Thread,
    class: &TypeObject,
    builtin: &'static TypeObject,
    args: Args<'_>,
) -> PyResult<()> {
    let is_plain = std::ptr::eq(class, builtin)
        || class.slots().raw(slots::INIT.index()) == builtin.slots().raw(slots::INIT.index());
    if is_plain && args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!(
            "{}() takes no keyword arguments",
            builtin.name()
        )));
    }
    Ok(())
}

/// The positional arguments of a constructor whose keywords were looked at.
pub(crate) fn constructor_arguments<'a, const N: usize>(
    thread: &mut Thread,
    args: Args<'a>,
    name: &str,
    least: usize,
) -> PyResult<[Option<Value>; N]> {
    Args::positional(args.by_position()).unpack(thread, name, least)
}

/// An argument that C code takes as a `Py_ssize_t`: an integer, or what has `__index__`.
pub(crate) fn ssize(thread: &mut Thread, value: Value) -> PyResult<isize> {
    if let Some(small) = value.as_int() {
        return Ok(small as isize);
    }
    let int = convert::index(thread, value)?;
    match int::view(int) {
        Some(IntView::Small(small)) => Ok(small as isize),
        _ => Err(too_large(thread)),
    }
}

/// An argument that C code takes as a `Py_ssize_t` without asking for `__index__`.
pub(crate) fn state(thread: &mut Thread, value: Value) -> PyResult<i64> {
    match int::view(value) {
        Some(IntView::Small(small)) => Ok(small),
        Some(IntView::Big(_)) => Err(too_large(thread)),
        None => Err(thread.type_error("an integer is required")),
    }
}

#[cold]
pub(crate) fn too_large(thread: &mut Thread) -> Raised {
    thread.overflow_error("Python int too large to convert to C ssize_t")
}

/// `iter(iterator)`
pub(crate) fn itself(_thread: &mut Thread, iterator: Value) -> PyResult {
    Ok(iterator)
}

/// `class[argument]`
pub(crate) fn class_getitem(thread: &mut Thread, class: Value, argument: Value) -> PyResult {
    grwl_object::class::generic_alias(thread, class, argument)
}

/// A bound of the part in which `index` searches.
pub(crate) fn search_bound(thread: &mut Thread, value: Value) -> PyResult<isize> {
    if !convert::has_index(value) {
        return Err(thread.type_error("slice indices must be integers or have an __index__ method"));
    }
    protocol::as_clamped_index(thread, value)
}
