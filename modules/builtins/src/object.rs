//! `ascii`, `callable`, `chr`, `format`, `hash`, `id`, `len`, `ord`, `repr`.

use grwl_object::bytes::Bytes;
use grwl_object::int::{self, IntView};
use grwl_object::protocol::{self, convert};
use grwl_object::{Args, Method, PyResult, Str, Thread, Value, ValueExt, none, slots};

fn ascii(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    Ok(protocol::ascii(thread, value)?.value())
}

fn repr(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    Ok(protocol::repr(thread, value)?.value())
}

fn callable(_thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let is_callable = value.class().slot(slots::CALL).is_some();
    Ok(grwl_object::singleton::bool(is_callable))
}

fn chr(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let number = convert::index(thread, value)?;
    let code = match int::view(number) {
        Some(IntView::Small(small)) => u32::try_from(small).ok().filter(|&code| code < 0x11_0000),
        _ => None,
    };
    match code {
        Some(code) => Ok(Str::from_code(thread, code).value()),
        None => Err(thread.value_error("chr() arg not in range(0x110000)")),
    }
}

fn ord(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let length = if let Some(text) = value.downcast::<Str>() {
        if text.len() == 1 {
            return Ok(Value::small(text.text().at(0).into()));
        }
        text.len()
    } else if let Some(bytes) = value.downcast::<Bytes>() {
        if let &[byte] = bytes.as_slice() {
            return Ok(Value::small(byte.into()));
        }
        bytes.len()
    } else if value.downcast::<grwl_types_bytes::ByteArray>().is_some() {
        let bytes = grwl_object::buffer::bytes_of(thread, value)?;
        if let &[byte] = &bytes[..] {
            return Ok(Value::small(byte.into()));
        }
        bytes.len()
    } else {
        return Err(thread.type_error(format_args!(
            "ord() expected string of length 1, but {} found",
            value.class().name()
        )));
    };
    Err(thread.type_error(format_args!(
        "ord() expected a character, but string of length {length} found"
    )))
}

fn format(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [value, spec] = args.unpack::<2>(thread, "format", 1)?;
    let value = value.unwrap_or_else(none);
    let spec = match spec {
        None => Str::empty(),
        Some(spec) => match spec.downcast::<Str>() {
            Some(spec) => spec,
            None => {
                return Err(thread.type_error(format_args!(
                    "format() argument 2 must be str, not {}",
                    type_name(spec)
                )));
            }
        },
    };
    Ok(protocol::format(thread, value, spec)?.value())
}

/// How messages about arguments name a value's type.
pub(crate) fn type_name(value: Value) -> String {
    if value.is_none() {
        "None".to_owned()
    } else {
        value.class().name().to_string()
    }
}

fn hash(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let hash = protocol::hash(thread, value)?;
    Ok(int::from_i64(thread, hash))
}

fn id(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let bits = value.bits().get();
    let id = match i64::try_from(bits) {
        Ok(bits) => int::from_i64(thread, bits),
        Err(_) => int::new(thread, grwl_number::Int::from(bits)),
    };
    grwl_object::audit::audit(thread, "builtins.id", &[id])?;
    Ok(id)
}

fn len(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    let length = protocol::length(thread, value)?;
    Ok(int::from_usize(thread, length))
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::one(
        "ascii",
        ascii,
        "ascii($module, obj, /)\n--\n\nAs repr(), with everything that is not ASCII escaped by \\x, \\u or \\U.",
    ),
    Method::one(
        "callable",
        callable,
        "callable($module, obj, /)\n--\n\nCan the object be called, as functions and classes can?",
    ),
    Method::one(
        "chr",
        chr,
        "chr($module, i, /)\n--\n\nThe character with this code point; 0 <= i <= 0x10ffff.",
    ),
    Method::any(
        "format",
        format,
        "format($module, value, format_spec='', /)\n--\n\ntype(value).__format__(value, format_spec)\n\nMost types follow the format specification mini-language; see help('FORMATTING').",
    ),
    Method::one(
        "hash",
        hash,
        "hash($module, obj, /)\n--\n\nThe hash value of an object.\n\nObjects that compare equal have the same hash value; the reverse need not be true.",
    ),
    Method::one(
        "id",
        id,
        "id($module, obj, /)\n--\n\nA number that no other object has while this one is alive.",
    ),
    Method::one(
        "len",
        len,
        "len($module, obj, /)\n--\n\nHow many elements a container has.",
    ),
    Method::one(
        "ord",
        ord,
        "ord($module, character, /)\n--\n\nThe code point of a string of one character, or the byte of a bytes of length 1.",
    ),
    Method::one(
        "repr",
        repr,
        "repr($module, obj, /)\n--\n\nHow the object is written in a program; for many, eval(repr(obj)) == obj.",
    ),
];
