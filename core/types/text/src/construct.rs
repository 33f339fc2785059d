//! `str(object, encoding, errors)`.

use grwl_object::{Args, PyResult, Ref, Str, Thread, TypeObject, Value, ValueExt, protocol, types};

use crate::arguments;
use crate::codec;

const NAMES: [&str; 3] = ["object", "encoding", "errors"];

/// `str.__new__`
pub(crate) fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [object, encoding, errors] = take(thread, args)?;
    let encoding = name_argument(thread, encoding, "argument 'encoding'")?;
    let errors = name_argument(thread, errors, "argument 'errors'")?;
    let string = match object {
        None => Str::empty(),
        Some(object) if encoding.is_none() && errors.is_none() => protocol::str(thread, object)?,
        Some(object) => decode_object(thread, object, encoding.as_deref(), errors.as_deref())?,
    };
    of_class(thread, class, string)
}

/// A name of a codec or error handler; `None` is no name, and is shown as its type.
fn name_argument(
    thread: &mut Thread,
    value: Option<Value>,
    which: &str,
) -> PyResult<Option<String>> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Err(thread.type_error(format_args!(
            "str() {which} must be str, not {}",
            value.class().name()
        ))),
        Some(value) => arguments::c_string(thread, value, "str", which).map(Some),
    }
}

/// `object`, `encoding`, `errors`.
fn take(thread: &mut Thread, args: Args<'_>) -> PyResult<[Option<Value>; 3]> {
    let given = args.by_position();
    let total = args.values().len();
    if total > 3 {
        return Err(if args.keyword_count() == 0 {
            thread.type_error(format_args!(
                "str expected at most 3 arguments, got {total}"
            ))
        } else {
            let kind = if given.is_empty() { "keyword " } else { "" };
            thread.type_error(format_args!(
                "str() takes at most 3 {kind}arguments ({total} given)"
            ))
        });
    }
    let mut slots = [None; 3];
    for (slot, &value) in slots.iter_mut().zip(given) {
        *slot = Some(value);
    }
    for (name, value) in args.by_name() {
        let Some(index) = NAMES.iter().position(|known| name.is_str(known)) else {
            return Err(thread.type_error(format_args!(
                "str() got an unexpected keyword argument '{name}'"
            )));
        };
        if index < given.len() {
            let place = index + 1;
            return Err(thread.type_error(format_args!(
                "argument for str() given by name ('{name}') and position ({place})"
            )));
        }
        slots[index] = Some(value);
    }
    Ok(slots)
}

fn decode_object(
    thread: &mut Thread,
    object: Value,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<Str>> {
    if object.downcast::<Str>().is_some() {
        return Err(thread.type_error("decoding str is not supported"));
    }
    let is_bytes = object.downcast::<grwl_object::bytes::Bytes>().is_some();
    if !is_bytes && !grwl_object::buffer::is_supported(object) {
        return Err(thread.type_error(format_args!(
            "decoding to str: need a bytes-like object, {} found",
            object.class().name()
        )));
    }
    codec::decode_object(thread, object, encoding, errors)
}

/// The string as an instance of a class.
fn of_class(thread: &Thread, class: Ref<TypeObject>, string: Ref<Str>) -> PyResult {
    if class == Ref::from_static(&types::STR) {
        return Ok(string.value());
    }
    Ok(Str::of_class(thread, &class, string.text())?.value())
}
