//! Arguments as the functions of this module take them: integers, strings by place, and the bytes of a pickle.

use grwl_object::bytes::Bytes;
use grwl_object::protocol::convert;
use grwl_object::{Args, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, none};
use grwl_text::Text;

use crate::delta;
use crate::zone::argument_type;

/// `N` arguments by position, counted as CPython's `PyArg_ParseTuple` does.
pub(crate) fn exactly<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    method: &str,
) -> PyResult<[Value; N]> {
    let values = args.no_keywords(thread, method)?;
    let function = method.rsplit('.').next().unwrap_or_default();
    values.try_into().map_err(|_| {
        let s = if N == 1 { "" } else { "s" };
        let count = values.len();
        thread.type_error(format_args!(
            "{function}() takes exactly {N} argument{s} ({count} given)"
        ))
    })
}

/// A string among the arguments; `place` counts from 1.
pub(crate) fn string(
    thread: &Thread,
    function: &str,
    place: usize,
    value: Value,
) -> PyResult<Ref<Str>> {
    value.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "{function}() argument {place} must be str, not {}",
            argument_type(value)
        ))
    })
}

/// A string without characters that are zero, as Rust's.
pub(crate) fn c_string(
    thread: &mut Thread,
    function: &str,
    place: usize,
    value: Value,
) -> PyResult<String> {
    let string = string(thread, function, place, value)?;
    let text = grwl_types_text::codec::to_utf8(thread, string)?;
    if text.contains('\0') {
        return Err(thread.value_error("embedded null character"));
    }
    Ok(text)
}

/// Integers, each as a C `int` or, if it was not given, its default.
pub(crate) fn integers<const N: usize>(
    thread: &mut Thread,
    given: [Option<Value>; N],
    defaults: [i64; N],
) -> PyResult<[i64; N]> {
    let mut integers = defaults;
    for (integer, value) in integers.iter_mut().zip(given) {
        if let Some(value) = value {
            *integer = convert::as_i32(thread, value)?.into();
        }
    }
    Ok(integers)
}

/// As [`integers`], with the message of `replace` for integers that are too large.
pub(crate) fn replacements<const N: usize>(
    thread: &mut Thread,
    given: [Option<Value>; N],
    defaults: [i64; N],
) -> PyResult<[i64; N]> {
    let mut integers = defaults;
    for (integer, value) in integers.iter_mut().zip(given) {
        if let Some(value) = value {
            *integer = delta::as_int(thread, value)?.into();
        }
    }
    Ok(integers)
}

/// The state of a pickle: the first of one or two arguments, as `N` bytes, or a string that stands for `N` bytes. The byte at
/// `check` says whether it is one. With it comes the second argument, or `None`.
pub(crate) fn state<const N: usize>(
    thread: &Thread,
    args: Args<'_>,
    most: usize,
    class: &str,
    (check, is_sane): (usize, fn(u32) -> bool),
) -> PyResult<Option<([u8; N], Value)>> {
    let positional = args.by_position();
    let Some(&first) = positional.first() else {
        return Ok(None);
    };
    if positional.len() > most {
        return Ok(None);
    }
    let second = positional.get(1).copied().unwrap_or_else(none);
    if let Some(bytes) = first.downcast::<Bytes>() {
        let bytes: Option<[u8; N]> = bytes.as_slice().try_into().ok();
        let sane = bytes.filter(|bytes| is_sane(bytes[check].into()));
        return Ok(sane.map(|bytes| (bytes, second)));
    }
    let Some(string) = first.downcast::<Str>() else {
        return Ok(None);
    };
    let text = string.text();
    if text.len() != N || !is_sane(text.at(check)) {
        return Ok(None);
    }
    let Text::One(bytes) = text else {
        return Err(thread.value_error(format_args!(
            "Failed to encode latin1 string when unpickling a {class} object. pickle.load(data, encoding='latin1') is assumed."
        )));
    };
    let bytes: Option<[u8; N]> = bytes.try_into().ok();
    Ok(bytes.map(|bytes| (bytes, second)))
}

/// Takes the arguments apart as CPython's `PyArg_ParseTupleAndKeywords` does, which converts the integers at the beginning before it
/// misses any argument.
pub(crate) fn parse<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &Signature<N>,
    integers: usize,
) -> PyResult<[Option<Value>; N]> {
    match args.parse(thread, signature) {
        Err(raised) if args.values().len() <= N => {
            for &value in args.by_position().iter().take(integers) {
                convert::as_i32(thread, value)?;
            }
            Err(raised)
        }
        parsed => parsed,
    }
}
