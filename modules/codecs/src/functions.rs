//! `utf_8_decode`, `utf_8_encode` and their like: one pair for each codec of `grwl_text`.

use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, buffer, int, none, protocol,
};
use grwl_text::TextBuf;
use grwl_text::codec::{ByteOrder, escape, narrow, utf7, utf8, utf16, utf32};
use grwl_types_text::arguments;
use grwl_types_text::codec::{Codec, character_by_name, encode_by, warn_of_escape};
use grwl_types_text::error_handler::DecodeHandler;

const LITTLE: ByteOrder = ByteOrder::Little;
const BIG: ByteOrder = ByteOrder::Big;
const MARKED: ByteOrder = ByteOrder::Marked;

/// A decoder with `final`.
macro_rules! stateful {
    ($name:literal, $codec:expr) => {
        Method::any(
            $name,
            |thread, _, args| stateful(thread, args, $name, $codec, false),
            concat!($name, "($module, data, errors=None, final=False, /)\n--\n\nDecode bytes: the text, and how many bytes it took."),
        )
    };
}

/// A decoder whose input may be text, and with `final`.
macro_rules! escaped {
    ($name:literal, $codec:expr) => {
        Method::any(
            $name,
            |thread, _, args| stateful(thread, args, $name, $codec, true),
            concat!($name, "($module, data, errors=None, final=True, /)\n--\n\nDecode bytes with escapes: the text, and how many bytes it took."),
        )
    };
}

/// A decoder that has no state.
macro_rules! stateless {
    ($name:literal, $codec:expr) => {
        Method::any(
            $name,
            |thread, _, args| {
                let [data, errors] = args.unpack::<2>(thread, $name, 1)?;
                decode(thread, $name, data, errors, true, $codec, false)
            },
            concat!($name, "($module, data, errors=None, /)\n--\n\nDecode bytes: the text, and how many bytes it took."),
        )
    };
}

/// An encoder.
macro_rules! encoder {
    ($name:literal, $codec:expr) => {
        Method::any(
            $name,
            |thread, _, args| {
                let [string, errors] = args.unpack::<2>(thread, $name, 1)?;
                encode(thread, $name, string, errors, $codec)
            },
            concat!($name, "($module, str, errors=None, /)\n--\n\nEncode text: the bytes, and how many characters they took."),
        )
    };
}

/// An encoder whose byte order is an argument.
macro_rules! ordered_encoder {
    ($name:literal, $codec:path) => {
        Method::any(
            $name,
            |thread, _, args| {
                let [string, errors, order] = args.unpack::<3>(thread, $name, 1)?;
                let order = byte_order(thread, order)?;
                encode(thread, $name, string, errors, $codec(order))
            },
            concat!($name, "($module, str, errors=None, byteorder=0, /)\n--\n\nEncode text: the bytes, and how many characters they took."),
        )
    };
}

/// A decoder that takes and tells the byte order.
macro_rules! extended {
    ($name:literal, $codec:path) => {
        Method::any(
            $name,
            |thread, _, args| {
                let [data, errors, order, is_final] = args.unpack::<4>(thread, $name, 1)?;
                let errors = errors_argument(thread, errors, $name)?;
                let order = byte_order(thread, order)?;
                let is_final = truth(thread, is_final, false)?;
                let bytes = buffer::bytes_of(thread, data.unwrap_or_else(none))?;
                let made = run(thread, &bytes, $codec(order), is_final, errors.as_deref())?;
                let order = match made.order {
                    MARKED => 0,
                    LITTLE => -1,
                    BIG => 1,
                };
                let text = Str::from_buf(thread, &made.text)?.value();
                let consumed = int::from_usize(thread, made.consumed);
                let parts = [text, consumed, Value::small(order)];
                Ok(Tuple::try_new(thread, &parts)?.value())
            },
            concat!($name, "($module, data, errors=None, byteorder=0, final=False, /)\n--\n\nDecode bytes: the text, how many bytes it took, and the byte order that was found."),
        )
    };
}

pub(crate) static FUNCTIONS: &[Method] = &[
    stateful!("utf_8_decode", Codec::Utf8),
    stateful!("utf_7_decode", Codec::Utf7),
    stateful!("utf_16_decode", Codec::Utf16(MARKED)),
    stateful!("utf_16_le_decode", Codec::Utf16(LITTLE)),
    stateful!("utf_16_be_decode", Codec::Utf16(BIG)),
    extended!("utf_16_ex_decode", Codec::Utf16),
    stateful!("utf_32_decode", Codec::Utf32(MARKED)),
    stateful!("utf_32_le_decode", Codec::Utf32(LITTLE)),
    stateful!("utf_32_be_decode", Codec::Utf32(BIG)),
    extended!("utf_32_ex_decode", Codec::Utf32),
    escaped!("unicode_escape_decode", Codec::UnicodeEscape),
    escaped!("raw_unicode_escape_decode", Codec::RawUnicodeEscape),
    stateless!("latin_1_decode", Codec::Latin1),
    stateless!("ascii_decode", Codec::Ascii),
    encoder!("utf_8_encode", Codec::Utf8),
    encoder!("utf_7_encode", Codec::Utf7),
    ordered_encoder!("utf_16_encode", Codec::Utf16),
    encoder!("utf_16_le_encode", Codec::Utf16(LITTLE)),
    encoder!("utf_16_be_encode", Codec::Utf16(BIG)),
    ordered_encoder!("utf_32_encode", Codec::Utf32),
    encoder!("utf_32_le_encode", Codec::Utf32(LITTLE)),
    encoder!("utf_32_be_encode", Codec::Utf32(BIG)),
    encoder!("unicode_escape_encode", Codec::UnicodeEscape),
    encoder!("raw_unicode_escape_encode", Codec::RawUnicodeEscape),
    encoder!("latin_1_encode", Codec::Latin1),
    encoder!("ascii_encode", Codec::Ascii),
    Method::any(
        "readbuffer_encode",
        |thread, _, args| {
            let [data, errors] = args.unpack::<2>(thread, "readbuffer_encode", 1)?;
            errors_argument(thread, errors, "readbuffer_encode")?;
            let bytes = bytes_or_text(thread, data.unwrap_or_else(none))?;
            let length = int::from_usize(thread, bytes.len());
            let bytes = Bytes::new(thread, &bytes)?.value();
            Ok(Tuple::try_new(thread, &[bytes, length])?.value())
        },
        "readbuffer_encode($module, data, errors=None, /)\n--\n\nThe bytes of an object, and how many they are.",
    ),
];

/// The argument that names an error handler.
pub(crate) fn errors_argument(
    thread: &mut Thread,
    errors: Option<Value>,
    function: &str,
) -> PyResult<Option<String>> {
    let Some(errors) = errors.and_then(ValueExt::not_none) else {
        return Ok(None);
    };
    if errors.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "{function}() argument 2 must be str or None, not {}",
            errors.class().name()
        )));
    }
    arguments::c_string(thread, errors, function, "argument 2").map(Some)
}

fn byte_order(thread: &mut Thread, order: Option<Value>) -> PyResult<ByteOrder> {
    let order = match order {
        Some(order) => arguments::c_int(thread, order)?,
        None => 0,
    };
    Ok(match order {
        0 => MARKED,
        ..0 => LITTLE,
        _ => BIG,
    })
}

fn truth(thread: &mut Thread, value: Option<Value>, default: bool) -> PyResult<bool> {
    match value {
        Some(value) => protocol::is_true(thread, value),
        None => Ok(default),
    }
}

/// The bytes of a bytes-like object, or the UTF-8 of a string.
pub(crate) fn bytes_or_text(thread: &mut Thread, data: Value) -> PyResult<Vec<u8>> {
    match data.downcast::<Str>() {
        Some(string) => Ok(grwl_types_text::codec::to_utf8(thread, string)?.into_bytes()),
        None => buffer::bytes_of(thread, data),
    }
}

fn stateful(
    thread: &mut Thread,
    args: Args<'_>,
    name: &str,
    codec: Codec,
    is_escaped: bool,
) -> PyResult {
    let [data, errors, is_final] = args.unpack::<3>(thread, name, 1)?;
    let is_final = truth(thread, is_final, is_escaped)?;
    decode(thread, name, data, errors, is_final, codec, is_escaped)
}

fn decode(
    thread: &mut Thread,
    name: &str,
    data: Option<Value>,
    errors: Option<Value>,
    is_final: bool,
    codec: Codec,
    may_be_text: bool,
) -> PyResult {
    let errors = errors_argument(thread, errors, name)?;
    let data = data.unwrap_or_else(none);
    let bytes = if may_be_text {
        bytes_or_text(thread, data)?
    } else {
        buffer::bytes_of(thread, data)?
    };
    let made = run(thread, &bytes, codec, is_final, errors.as_deref())?;
    with_length(thread, &made.text, made.consumed)
}

/// A text, and how much it took.
pub(crate) fn with_length(thread: &mut Thread, text: &TextBuf, consumed: usize) -> PyResult {
    let text = Str::from_buf(thread, text)?.value();
    let consumed = int::from_usize(thread, consumed);
    Ok(Tuple::try_new(thread, &[text, consumed])?.value())
}

struct Made {
    text: TextBuf,
    consumed: usize,
    order: ByteOrder,
}

fn run(
    thread: &mut Thread,
    bytes: &[u8],
    codec: Codec,
    is_final: bool,
    errors: Option<&str>,
) -> PyResult<Made> {
    let mut handler = DecodeHandler::new(thread, errors);
    let handler = &mut handler;
    let mut order = MARKED;
    let decoded = match codec {
        Codec::Utf8 => utf8::decode(bytes, is_final, handler)?,
        Codec::Utf7 => utf7::decode(bytes, is_final, handler)?,
        Codec::Utf16(given) => {
            let (decoded, found) = utf16::decode(bytes, given, is_final, handler)?;
            order = found;
            decoded
        }
        Codec::Utf32(given) => {
            let (decoded, found) = utf32::decode(bytes, given, is_final, handler)?;
            order = found;
            decoded
        }
        Codec::Ascii => narrow::decode_ascii(bytes, handler)?,
        Codec::Latin1 => {
            return Ok(Made {
                text: narrow::decode_latin1(bytes),
                consumed: bytes.len(),
                order,
            });
        }
        Codec::RawUnicodeEscape => escape::decode_raw(bytes, is_final, handler)?,
        Codec::UnicodeEscape => {
            let (decoded, invalid) = escape::decode(bytes, is_final, character_by_name, handler)?;
            if let Some(invalid) = invalid {
                warn_of_escape(handler.thread, bytes, invalid)?;
            }
            decoded
        }
    };
    Ok(Made {
        text: decoded.text,
        consumed: decoded.consumed,
        order,
    })
}

fn encode(
    thread: &mut Thread,
    name: &str,
    string: Option<Value>,
    errors: Option<Value>,
    codec: Codec,
) -> PyResult {
    let string = string_argument(thread, string, name)?;
    let errors = errors_argument(thread, errors, name)?;
    let bytes = encode_by(thread, string, codec, errors.as_deref())?;
    encoded(thread, &bytes, string.len())
}

/// The text that an encoder is given.
pub(crate) fn string_argument(
    thread: &mut Thread,
    string: Option<Value>,
    function: &str,
) -> PyResult<Ref<Str>> {
    let string = string.unwrap_or_else(none);
    arguments::text(thread, string, function, "argument 1")
}

/// Bytes, and how much they took.
pub(crate) fn encoded(thread: &mut Thread, bytes: &[u8], consumed: usize) -> PyResult {
    let bytes = Bytes::new(thread, bytes)?.value();
    let consumed = int::from_usize(thread, consumed);
    Ok(Tuple::try_new(thread, &[bytes, consumed])?.value())
}
