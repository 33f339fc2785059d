//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`.

use std::mem::offset_of;

use grwl_object::bytes::Bytes;
use grwl_object::exception::detail::{UNICODE_ERROR_CELL, UnicodeError};
use grwl_object::int::{self, IntView, is_int, view};
use grwl_object::{
    Args, GetSet, PyResult, Ref, Slot, Str, Thread, TypeSpec, Value, ValueExt, buffer, protocol,
    slots,
};
use grwl_text::TextBuilder;

use crate::base;
use crate::member::member;

const GETSET: &[GetSet] = &[
    member::<{ offset_of!(UnicodeError, encoding) }>("encoding", "the codec's name"),
    member::<{ offset_of!(UnicodeError, object) }>("object", "what was to be converted"),
    GetSet::new(
        "start",
        get_start,
        set_start,
        Some("where the fault begins"),
    )
    .member(),
    GetSet::new("end", get_end, set_end, Some("where the fault ends")).member(),
    member::<{ offset_of!(UnicodeError, reason) }>("reason", "what is wrong"),
];

pub static ENCODE: TypeSpec = TypeSpec {
    doc: Some("Text that cannot be encoded."),
    slots: &[slots::INIT.is(init_encode), slots::STR.is(str_encode)],
    getset: GETSET,
    ..TypeSpec::NONE
};

pub static DECODE: TypeSpec = TypeSpec {
    doc: Some("Bytes that cannot be decoded."),
    slots: &[slots::INIT.is(init_decode), slots::STR.is(str_decode)],
    getset: GETSET,
    ..TypeSpec::NONE
};

pub static TRANSLATE: TypeSpec = TypeSpec {
    doc: Some("Text that cannot be translated."),
    slots: &[slots::INIT.is(init_translate), slots::STR.is(str_translate)],
    getset: GETSET,
    ..TypeSpec::NONE
};

fn receiver(value: Value) -> Ref<UnicodeError> {
    let payload = value.class().payload();
    assert!(
        std::ptr::eq(payload, &UNICODE_ERROR_CELL),
        "descriptors of Unicode errors are used on their instances only"
    );
    let cell = value
        .as_cell()
        .expect("an instance with a payload is a cell");
    // SAFETY: the payload says what the instance begins with.
    unsafe { Ref::from_cell(cell) }
}

/// Checks how many arguments there are, and stores them.
fn init<'a, const N: usize>(
    thread: &mut Thread,
    this: Value,
    args: Args<'a>,
) -> PyResult<&'a [Value; N]> {
    base::init(thread, this, args)?;
    let values = args.by_position();
    match values.try_into() {
        Ok(values) => Ok(values),
        Err(_) => {
            let count = values.len();
            Err(thread.type_error(format_args!(
                "function takes exactly {N} arguments ({count} given)"
            )))
        }
    }
}

/// The argument, if it is a string; `place` counts from 1.
fn as_string(thread: &mut Thread, value: Value, place: usize) -> PyResult {
    if value.downcast::<Str>().is_some() {
        return Ok(value);
    }
    let class = base::argument_class(value);
    Err(thread.type_error(format_args!("argument {place} must be str, not {class}")))
}

/// An index: any integer that fits, as it is.
fn as_position(thread: &mut Thread, value: Value) -> PyResult {
    let position = protocol::as_isize(thread, value)?;
    Ok(int::from_i64(thread, position as i64))
}

/// Fills the slots.
fn fill(thread: &Thread, this: Value, [encoding, object, start, end, reason]: [Option<Value>; 5]) {
    let this = receiver(this);
    if encoding.is_some() {
        thread.store(this, &this.encoding, encoding);
    }
    thread.store(this, &this.object, object);
    thread.store(this, &this.start, start);
    thread.store(this, &this.end, end);
    thread.store(this, &this.reason, reason);
}

fn init_encode(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let &[encoding, object, start, end, reason] = init(thread, this, args)?;
    let encoding = as_string(thread, encoding, 1)?;
    let object = as_string(thread, object, 2)?;
    let start = as_position(thread, start)?;
    let end = as_position(thread, end)?;
    let reason = as_string(thread, reason, 5)?;
    fill(
        thread,
        this,
        [encoding, object, start, end, reason].map(Some),
    );
    Ok(())
}

fn init_decode(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let &[encoding, mut object, start, end, reason] = init(thread, this, args)?;
    let encoding = as_string(thread, encoding, 1)?;
    let start = as_position(thread, start)?;
    let end = as_position(thread, end)?;
    let reason = as_string(thread, reason, 5)?;
    if object.downcast::<Bytes>().is_none() {
        let bytes = buffer::bytes_of(thread, object)?;
        object = Bytes::new(thread, &bytes)?.value();
    }
    fill(
        thread,
        this,
        [encoding, object, start, end, reason].map(Some),
    );
    Ok(())
}

fn init_translate(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let &[object, start, end, reason] = init(thread, this, args)?;
    let object = as_string(thread, object, 1)?;
    let start = as_position(thread, start)?;
    let end = as_position(thread, end)?;
    let reason = as_string(thread, reason, 4)?;
    let slots = [None, Some(object), Some(start), Some(end), Some(reason)];
    fill(thread, this, slots);
    Ok(())
}

/// The integer in a slot; 0 if it is empty.
fn position(slot: &Slot) -> i64 {
    match slot.load().and_then(view) {
        Some(IntView::Small(position)) => position,
        _ => 0,
    }
}

fn load_position(thread: &Thread, slot: &Slot) -> Value {
    match slot.load() {
        Some(value) => value,
        None => int::from_i64(thread, 0),
    }
}

fn get_start(thread: &mut Thread, this: Value) -> PyResult {
    Ok(load_position(thread, &receiver(this).start))
}

fn get_end(thread: &mut Thread, this: Value) -> PyResult {
    Ok(load_position(thread, &receiver(this).end))
}

/// A number that may be stored as `start` or `end`.
fn as_stored(thread: &mut Thread, value: Option<Value>) -> PyResult {
    let Some(value) = value else {
        return Err(thread.type_error("can't delete numeric/char attribute"));
    };
    if !is_int(value) {
        return Err(thread.type_error("an integer is required"));
    }
    as_position(thread, value)
}

fn set_start(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let value = as_stored(thread, value)?;
    let this = receiver(this);
    thread.store(this, &this.start, Some(value));
    Ok(())
}

fn set_end(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let value = as_stored(thread, value)?;
    let this = receiver(this);
    thread.store(this, &this.end, Some(value));
    Ok(())
}

/// `str()` of what is in a slot.
fn shown(thread: &mut Thread, slot: &Slot) -> PyResult<Ref<Str>> {
    match slot.load() {
        Some(value) => protocol::str(thread, value),
        // What CPython writes for a null pointer.
        None => Ok(Str::new(thread, "<NULL>")),
    }
}

/// The object, which the program may have replaced by anything.
fn object_as<T: grwl_object::Cell>(
    thread: &mut Thread,
    this: Ref<UnicodeError>,
    kind: &str,
) -> PyResult<Ref<T>> {
    match this.object.load() {
        None => Err(thread.type_error("UnicodeError 'object' attribute is not set")),
        Some(object) => object.downcast::<T>().ok_or_else(|| {
            thread.type_error(format_args!(
                "UnicodeError 'object' attribute must be a {kind}"
            ))
        }),
    }
}

/// The one place that the range is, if it is one and lies within `length`.
fn single(this: Ref<UnicodeError>, length: usize) -> Option<usize> {
    let (start, end) = (position(&this.start), position(&this.end));
    let place = usize::try_from(start).ok()?;
    (place < length && end == start.wrapping_add(1)).then_some(place)
}

/// `'\xe9'`, as these messages show a character.
fn escaped(code: u32) -> String {
    match code {
        0..=0xff => format!("'\\x{code:02x}'"),
        0x100..=0xffff => format!("'\\u{code:04x}'"),
        _ => format!("'\\U{code:08x}'"),
    }
}

/// Puts a message together: who cannot do what, with one thing or several, where and why.
fn message(
    thread: &Thread,
    this: Ref<UnicodeError>,
    encoding: Option<Ref<Str>>,
    cannot: &str,
    one: Option<(String, usize)>,
    several: &str,
    reason: Ref<Str>,
) -> PyResult {
    let mut text = TextBuilder::new();
    if let Some(encoding) = encoding {
        text.push_str("'");
        text.push_text(encoding.text());
        text.push_str("' codec ");
    }
    match one {
        Some((what, place)) => text.push_str(&format!("{cannot} {what} in position {place}: ")),
        None => {
            let start = position(&this.start);
            let last = position(&this.end).wrapping_sub(1);
            text.push_str(&format!("{cannot} {several} in position {start}-{last}: "));
        }
    }
    text.push_text(reason.text());
    Str::from_buf(thread, &text.finish()).map(Ref::value)
}

fn str_encode(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    if this.object.load().is_none() {
        return Ok(Str::empty().value());
    }
    let reason = shown(thread, &this.reason)?;
    let encoding = shown(thread, &this.encoding)?;
    let object = object_as::<Str>(thread, this, "string")?;
    let one = single(this, object.len()).map(|place| {
        let code = object.text().at(place);
        (format!("character {}", escaped(code)), place)
    });
    message(
        thread,
        this,
        Some(encoding),
        "can't encode",
        one,
        "characters",
        reason,
    )
}

fn str_decode(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    if this.object.load().is_none() {
        return Ok(Str::empty().value());
    }
    let reason = shown(thread, &this.reason)?;
    let encoding = shown(thread, &this.encoding)?;
    let object = object_as::<Bytes>(thread, this, "bytes")?;
    let one = single(this, object.len())
        .map(|place| (format!("byte 0x{:02x}", object.as_slice()[place]), place));
    message(
        thread,
        this,
        Some(encoding),
        "can't decode",
        one,
        "bytes",
        reason,
    )
}

fn str_translate(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    if this.object.load().is_none() {
        return Ok(Str::empty().value());
    }
    let reason = shown(thread, &this.reason)?;
    let object = object_as::<Str>(thread, this, "string")?;
    let one = single(this, object.len()).map(|place| {
        let code = object.text().at(place);
        (format!("character {}", escaped(code)), place)
    });
    message(
        thread,
        this,
        None,
        "can't translate",
        one,
        "characters",
        reason,
    )
}
