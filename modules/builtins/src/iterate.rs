//! `all`, `any`, `iter`, `next`, `sorted`, and the entries of `max` and `min`.

use grwl_object::iterators::CallableIterator;
use grwl_object::list::List;
use grwl_object::{
    Args, Method, Name, PyResult, Thread, Value, ValueExt, none, protocol, singleton, slots,
};

fn all(thread: &mut Thread, _module: Value, iterable: Value) -> PyResult {
    holds_until(thread, iterable, false)
}

fn any(thread: &mut Thread, _module: Value, iterable: Value) -> PyResult {
    holds_until(thread, iterable, true)
}

/// `wanted` if an element's truth is that, else its opposite.
fn holds_until(thread: &mut Thread, iterable: Value, wanted: bool) -> PyResult {
    let iterator = protocol::get_iter(thread, iterable)?;
    let mut count = 0u32;
    while let Some(item) = protocol::next(thread, iterator)? {
        if protocol::is_true(thread, item)? == wanted {
            return Ok(singleton::bool(wanted));
        }
        count = count.wrapping_add(1);
        if count.is_multiple_of(1024) {
            thread.poll()?;
        }
    }
    Ok(singleton::bool(!wanted))
}

fn iter(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, sentinel] = args.unpack::<2>(thread, "iter", 1)?;
    let object = object.unwrap_or_else(none);
    let Some(sentinel) = sentinel else {
        return protocol::get_iter(thread, object);
    };
    if object.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("iter(v, w): v must be callable"));
    }
    Ok(CallableIterator::new(thread, object, sentinel).value())
}

fn next(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [iterator, default] = args.unpack::<2>(thread, "next", 1)?;
    let iterator = iterator.unwrap_or_else(none);
    let Some(next) = iterator.class().slot(slots::NEXT) else {
        return Err(thread.type_error(format_args!(
            "'{}' object is not an iterator",
            iterator.class().name()
        )));
    };
    match next(thread, iterator) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => default.ok_or_else(|| thread.stop_iteration(None)),
        Err(raised) if raised.matches(&grwl_object::types::STOP_ITERATION) => default.ok_or(raised),
        Err(raised) => Err(raised),
    }
}

fn sorted(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SORT: Name = Name::new("sort");
    let given = args.by_position();
    let &[iterable] = given else {
        return Err(thread.type_error(format_args!(
            "sorted expected 1 argument, got {}",
            given.len()
        )));
    };
    let items = protocol::collect(thread, iterable)?;
    let list = List::from_buffer(thread, items);
    if args.keyword_count() == 0 {
        list.sort(thread, None, false)?;
        return Ok(list.value());
    }
    let name = SORT.get(thread);
    let sort = protocol::get_attribute(thread, list.value(), name)?;
    protocol::call(thread, sort, args.without_first())?;
    Ok(list.value())
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "all",
        all,
        "all($module, iterable, /)\n--\n\nAre all elements true? Yes, if there are none.",
    ),
    Method::one(
        "any",
        any,
        "any($module, iterable, /)\n--\n\nIs any element true? No, if there are none.",
    ),
    Method::any(
        "iter",
        iter,
        "iter(iterable) -> iterator\niter(callable, sentinel) -> iterator\n\nAn iterator over an object's elements; or over what a function returns, until it returns the sentinel.",
    ),
    Method::any(
        "max",
        crate::extreme::max,
        "max(iterable, *[, default=obj, key=func]) -> value\nmax(arg1, arg2, *args, *[, key=func]) -> value\n\nThe largest element of an iterable, or the largest argument. The default is for an empty iterable.",
    ),
    Method::any(
        "min",
        crate::extreme::min,
        "min(iterable, *[, default=obj, key=func]) -> value\nmin(arg1, arg2, *args, *[, key=func]) -> value\n\nThe smallest element of an iterable, or the smallest argument. The default is for an empty iterable.",
    ),
    Method::any(
        "next",
        next,
        "next(iterator[, default])\n\nThe next element of an iterator; at its end the default, or without one a StopIteration.",
    ),
    Method::any(
        "sorted",
        sorted,
        "sorted($module, iterable, /, *, key=None, reverse=False)\n--\n\nA new list with the elements in ascending order.\n\nkey tells what to order by; reverse asks for descending order.",
    ),
];
