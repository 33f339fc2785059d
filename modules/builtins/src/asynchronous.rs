//! `aiter` and `anext`.

use grwl_interpreter::visible::anext_awaitable;
use grwl_object::{Args, Method, PyResult, Thread, Value, ValueExt, none, slots};

fn aiter(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let Some(make) = value.class().slot(slots::AITER) else {
        return Err(thread.type_error(format_args!(
            "'{}' object is not an async iterable",
            value.class().name()
        )));
    };
    let iterator = make(thread, value)?;
    if iterator.class().slot(slots::ANEXT).is_none() {
        return Err(thread.type_error(format_args!(
            "aiter() returned not an async iterator of type '{}'",
            iterator.class().name()
        )));
    }
    Ok(iterator)
}

fn anext(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [iterator, default] = args.unpack::<2>(thread, "anext", 1)?;
    let iterator = iterator.unwrap_or_else(none);
    match default {
        Some(default) => anext_awaitable::anext_awaitable(thread, iterator, default),
        None => anext_awaitable::anext(thread, iterator),
    }
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "aiter",
        aiter,
        "aiter($module, async_iterable, /)\n--\n\nAn asynchronous iterator over an asynchronous iterable's elements.",
    ),
    Method::any(
        "anext",
        anext,
        "anext($module, aiterator, default=<unrepresentable>, /)\n--\n\nAn awaitable of the next element of an asynchronous iterator; at its end of the default, or without one a StopAsyncIteration.",
    ),
];
