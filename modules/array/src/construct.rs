//! `array(typecode, initializer)`, and what an array can be extended with.

use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::protocol;
use grwl_object::{
    Args, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, exception, slots,
    types,
};
use grwl_types_bytes::ByteArray;

use crate::array::{ARRAY, Array, Changing, push_item};
use crate::kind::Kind;

/// `array.__new__`
pub(crate) fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let is_plain = class == Ref::from_static(&ARRAY)
        || class.slots().raw(slots::INIT.index()) == ARRAY.slots().raw(slots::INIT.index());
    if is_plain && args.keyword_count() > 0 {
        return Err(thread.type_error("array.array() takes no keyword arguments"));
    }
    let given = args.by_position();
    let count = given.len();
    let (code, initial) = match *given {
        [code] => (code, None),
        [code, initial] => (code, Some(initial)),
        _ => {
            let bound = if count == 0 {
                "at least 1 argument"
            } else {
                "at most 2 arguments"
            };
            return Err(thread.type_error(format_args!("array() takes {bound} ({count} given)")));
        }
    };
    let letter = match code.downcast::<Str>() {
        None => {
            return Err(thread.type_error(format_args!(
                "array() argument 1 must be a unicode character, not {}",
                code.class().name()
            )));
        }
        Some(code) if code.len() != 1 => {
            return Err(thread.type_error(format_args!(
                "array() argument 1 must be a unicode character, not a string of length {}",
                code.len()
            )));
        }
        Some(code) => code.text().at(0),
    };
    if letter == u32::from(b'u') {
        exception::warn(
            thread,
            &types::DEPRECATION_WARNING,
            "The 'u' type code is deprecated and will be removed in Python 3.16",
            1,
        )?;
    }
    make(thread, class, letter, initial)
}

/// A new array; the typecode may be none.
pub(crate) fn make(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    letter: u32,
    initial: Option<Value>,
) -> PyResult {
    let kind = Kind::of_letter(letter);
    let is_text = kind.is_some_and(Kind::is_text);
    let shown = char::from_u32(letter).unwrap_or(char::REPLACEMENT_CHARACTER);
    if let Some(initial) = initial
        && !is_text
    {
        if initial.downcast::<Str>().is_some() {
            return Err(thread.type_error(format_args!(
                "cannot use a str to initialize an array with typecode '{shown}'"
            )));
        }
        if initial
            .downcast::<Array>()
            .is_some_and(|array| array.kind().is_text())
        {
            return Err(thread.type_error(format_args!(
                "cannot use a unicode array to initialize an array with typecode '{shown}'"
            )));
        }
    }
    let Some(kind) = kind else {
        return Err(
            thread.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")
        );
    };
    let made = Array::of_class(thread, class, kind)?;
    if let Some(initial) = initial {
        fill(thread, made, initial)?;
    }
    Ok(made.value())
}

fn fill(thread: &mut Thread, array: Ref<Array>, initial: Value) -> PyResult<()> {
    let kind = array.kind();
    if let Some(string) = initial.downcast::<Str>() {
        return extend_with_text(thread, array, string);
    }
    if initial.downcast::<Bytes>().is_some() || initial.downcast::<ByteArray>().is_some() {
        return extend_with_bytes(thread, array, initial);
    }
    if let Some(other) = initial.downcast::<Array>() {
        if other.kind() == kind {
            let bytes = other.snapshot(thread);
            return array.fill(thread, &bytes);
        }
        return extend_with_items(thread, array, initial);
    }
    if initial.downcast::<List>().is_some() || initial.downcast::<Tuple>().is_some() {
        let values = match initial.downcast::<List>() {
            Some(list) => list.snapshot(thread)?,
            None => protocol::collect(thread, initial)?,
        };
        let bytes = bytes_of_values(thread, kind, &values)?;
        return array.fill(thread, &bytes);
    }
    extend_with_items(thread, array, initial)
}

/// The bytes of items with these values.
pub(crate) fn bytes_of_values(
    thread: &mut Thread,
    kind: Kind,
    values: &[Value],
) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::with_capacity(values.len() * kind.size());
    for &value in values {
        push_item(&mut bytes, kind.encode(thread, value)?, kind.size());
    }
    Ok(bytes)
}

/// Appends the elements of an iterable, one by one.
pub(crate) fn extend_with_items(
    thread: &mut Thread,
    array: Ref<Array>,
    iterable: Value,
) -> PyResult<()> {
    let kind = array.kind();
    let size = kind.size();
    protocol::for_each(thread, iterable, |thread, value| {
        let bits = kind.encode(thread, value)?;
        array.extend(thread, &bits.to_le_bytes()[..size])
    })
}

/// Appends characters.
pub(crate) fn extend_with_text(
    thread: &mut Thread,
    array: Ref<Array>,
    string: Ref<Str>,
) -> PyResult<()> {
    let text = string.text();
    let mut bytes = Vec::with_capacity(text.len() * 4);
    for index in 0..text.len() {
        push_item(&mut bytes, text.at(index).into(), 4);
    }
    array.extend(thread, &bytes)
}

/// Appends items that are given by their bytes.
pub(crate) fn extend_with_bytes(
    thread: &mut Thread,
    array: Ref<Array>,
    source: Value,
) -> PyResult<()> {
    let bytes = grwl_types_bytes::contents::of(thread, source)?;
    if !bytes.len().is_multiple_of(array.kind().size()) {
        return Err(thread.value_error("bytes length not a multiple of item size"));
    }
    if bytes.is_empty() {
        return Ok(());
    }
    array.extend(thread, &bytes)
}

/// What CPython says of an argument that its own checks let through and its code does not.
#[cold]
pub(crate) fn bad_argument(thread: &Thread) -> Raised {
    thread.type_error("bad argument type for built-in operation")
}
