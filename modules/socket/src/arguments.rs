//! Arguments by position, with the messages of CPython's `PyArg_ParseTuple`.

use grwl_object::buffer::{self, BufferView, request};
use grwl_object::protocol::convert;
use grwl_object::{Args, PyResult, Thread, Value, none, types};

/// Takes up to `N` arguments by position, `least` of them required.
pub(crate) fn positional<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
    least: usize,
) -> PyResult<[Option<Value>; N]> {
    let values = args.no_keywords(thread, function)?;
    let count = values.len();
    if count < least || count > N {
        let (bound, limit) = match () {
            () if least == N => ("exactly", N),
            () if count < least => ("at least", least),
            () => ("at most", N),
        };
        let s = if limit == 1 { "" } else { "s" };
        return Err(thread.type_error(format_args!(
            "{function}() takes {bound} {limit} argument{s} ({count} given)"
        )));
    }
    let mut slots = [None; N];
    for (slot, &value) in slots.iter_mut().zip(values) {
        *slot = Some(value);
    }
    Ok(slots)
}

/// A C `int`; absent is `default`.
pub(crate) fn number(thread: &mut Thread, value: Option<Value>, default: i32) -> PyResult<i32> {
    match value {
        Some(value) => convert::as_i32(thread, value),
        None => Ok(default),
    }
}

/// A size; absent is 0.
pub(crate) fn size(thread: &mut Thread, value: Option<Value>) -> PyResult<isize> {
    match value {
        Some(value) => convert::as_isize(thread, value),
        None => Ok(0),
    }
}

/// Bytes to be sent: `a bytes-like object is required, not 'X'`.
pub(crate) fn bytes(thread: &mut Thread, value: Option<Value>) -> PyResult<BufferView> {
    buffer::get(thread, value.unwrap_or_else(none), request::SIMPLE)
}

/// Memory to receive into.
pub(crate) fn writable(thread: &mut Thread, value: Value, function: &str) -> PyResult<BufferView> {
    buffer::get(thread, value, request::WRITABLE).map_err(|raised| {
        if raised.matches(&types::BUFFER_ERROR) || raised.matches(&types::TYPE_ERROR) {
            thread.type_error(format_args!(
                "{function}() argument 1 must be read-write bytes-like object, not {}",
                grwl_types_text::arguments::type_or_none(value)
            ))
        } else {
            raised
        }
    })
}
