//! Encoding and decoding by name.
//!
//! The codecs of `grwl_text` are called directly; every other one, and every error handler that is not built in, is found by the codec
//! registry, which is the `_codecs` module's: it gives its functions to [`set_hook`] when it is made.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use grwl_object::bytes::Bytes;
use grwl_object::{Args, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, types};
use grwl_text::codec::{ByteOrder, escape, narrow, utf7, utf8, utf16, utf32};
use grwl_text::{Text, TextBuf};

use crate::arguments;
use crate::error_handler::{DecodeHandler, EncodeHandler};

/// What the codec registry does for this package.
pub struct CodecsHook {
    /// Decodes an object by a text encoding of the registry: the object, the encoding, the error handler.
    pub decode: fn(&mut Thread, Value, &str, Option<&str>) -> PyResult,
    /// Encodes a string by a text encoding of the registry.
    pub encode: fn(&mut Thread, Value, &str, Option<&str>) -> PyResult,
    /// The registry's entry of an encoding; `LookupError` if there is none.
    pub lookup: fn(&mut Thread, &str) -> PyResult,
    /// The error handler of a name; `LookupError` if there is none.
    pub lookup_error: fn(&mut Thread, &str) -> PyResult,
    /// The character of a name, for `\N{...}` in `unicode_escape`.
    pub character_by_name: fn(&[u8]) -> Option<u32>,
}

static HOOK: OnceLock<&'static CodecsHook> = OnceLock::new();

/// Installs the codec registry.
pub fn set_hook(hook: &'static CodecsHook) {
    let _ = HOOK.set(hook);
}

/// Are names of encodings and error handlers looked up even if nothing needs them? So it is in the development mode.
static CHECKS_NAMES: AtomicBool = AtomicBool::new(false);

/// From now on [`check_names`] checks.
pub fn check_all_names() {
    CHECKS_NAMES.store(true, Ordering::Relaxed);
}

/// In the development mode, refuses an encoding and an error handler that do not exist.
///
/// # Errors
/// `LookupError`
pub fn check_names(
    thread: &mut Thread,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<()> {
    if !CHECKS_NAMES.load(Ordering::Relaxed) {
        return Ok(());
    }
    let Some(hook) = HOOK.get() else {
        return Ok(());
    };
    if let Some(encoding) = encoding
        && Codec::from_name(encoding).is_none()
    {
        (hook.lookup)(thread, encoding)?;
    }
    match errors {
        None | Some("strict") => {}
        Some(errors) => {
            (hook.lookup_error)(thread, errors)?;
        }
    }
    Ok(())
}

/// The error handler of a name.
///
/// # Errors
/// `LookupError: unknown error handler name 'x'`
pub fn lookup_error(thread: &mut Thread, name: &str) -> PyResult {
    match HOOK.get() {
        Some(hook) => (hook.lookup_error)(thread, name),
        None => Err(thread.lookup_error(format_args!("unknown error handler name '{name}'"))),
    }
}

/// A codec of `grwl_text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// `utf-8`
    Utf8,
    /// `utf-16`, `utf-16-le`, `utf-16-be`
    Utf16(ByteOrder),
    /// `utf-32`, `utf-32-le`, `utf-32-be`
    Utf32(ByteOrder),
    /// `ascii`
    Ascii,
    /// `latin-1`
    Latin1,
    /// `utf-7`
    Utf7,
    /// `unicode_escape`
    UnicodeEscape,
    /// `raw_unicode_escape`
    RawUnicodeEscape,
}

impl Codec {
    /// The codec of a name, if it is one of these.
    pub fn from_name(name: &str) -> Option<Self> {
        // As most programs spell them.
        match name {
            "utf-8" | "utf8" => return Some(Self::Utf8),
            "ascii" => return Some(Self::Ascii),
            "latin-1" | "latin1" => return Some(Self::Latin1),
            _ => {}
        }
        Some(match &normalized(name)[..] {
            "utf_8" | "utf8" => Self::Utf8,
            "utf_16" | "utf16" => Self::Utf16(ByteOrder::Marked),
            "utf_16_le" | "utf_16le" => Self::Utf16(ByteOrder::Little),
            "utf_16_be" | "utf_16be" => Self::Utf16(ByteOrder::Big),
            "utf_32" | "utf32" => Self::Utf32(ByteOrder::Marked),
            "utf_32_le" | "utf_32le" => Self::Utf32(ByteOrder::Little),
            "utf_32_be" | "utf_32be" => Self::Utf32(ByteOrder::Big),
            "ascii" | "us_ascii" => Self::Ascii,
            "latin1" | "latin_1" | "iso_8859_1" | "iso8859_1" => Self::Latin1,
            "utf_7" | "utf7" => Self::Utf7,
            "unicode_escape" | "unicodeescape" => Self::UnicodeEscape,
            "raw_unicode_escape" | "rawunicodeescape" => Self::RawUnicodeEscape,
            _ => return None,
        })
    }
}

/// A codec's name in lower case, with `_` for each run of characters that are neither letters, digits nor points.
pub fn normalized(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}

/// Decodes bytes that do not change. No encoding is `utf-8`, no errors is `strict`.
///
/// # Errors
/// `UnicodeDecodeError`, `LookupError`, or what an error handler raises.
pub fn decode(
    thread: &mut Thread,
    bytes: &[u8],
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<Str>> {
    let encoding = encoding.unwrap_or("utf-8");
    match Codec::from_name(encoding) {
        Some(codec) => decode_by(thread, bytes, codec, errors),
        None => {
            let object = Bytes::new(thread, bytes)?;
            decode_registered(thread, object.value(), encoding, errors)
        }
    }
}

/// Decodes a bytes-like object, as `str(object, encoding, errors)` does.
///
/// # Errors
/// As [`decode`]; and if it is not bytes-like.
pub fn decode_object(
    thread: &mut Thread,
    object: Value,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<Str>> {
    check_names(thread, encoding, errors)?;
    if let Some(bytes) = object.downcast::<Bytes>() {
        if bytes.is_empty() {
            return Ok(Str::empty());
        }
        if let Some(encoding) = encoding
            && Codec::from_name(encoding).is_none()
        {
            return decode_registered(thread, object, encoding, errors);
        }
        return decode(thread, bytes.as_slice(), encoding, errors);
    }
    let bytes = grwl_object::buffer::bytes_of(thread, object)?;
    if bytes.is_empty() {
        return Ok(Str::empty());
    }
    decode(thread, &bytes, encoding, errors)
}

fn decode_registered(
    thread: &mut Thread,
    object: Value,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<Ref<Str>> {
    let Some(hook) = HOOK.get() else {
        return Err(unknown_encoding(thread, encoding));
    };
    let made = (hook.decode)(thread, object, encoding, errors)?;
    made.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "'{encoding}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
            made.class().name()
        ))
    })
}

fn unknown_encoding(thread: &Thread, encoding: &str) -> grwl_object::Raised {
    thread.lookup_error(format_args!("unknown encoding: {encoding}"))
}

/// Decodes by a codec of `grwl_text`.
///
/// # Errors
/// As [`decode`].
pub fn decode_by(
    thread: &mut Thread,
    bytes: &[u8],
    codec: Codec,
    errors: Option<&str>,
) -> PyResult<Ref<Str>> {
    if matches!(codec, Codec::Utf8 | Codec::Ascii) && bytes.is_ascii() || codec == Codec::Latin1 {
        return match bytes {
            [byte] => Ok(Str::from_code(thread, u32::from(*byte))),
            _ => Str::try_from_text(thread, Text::One(bytes)),
        };
    }
    let mut handler = DecodeHandler::new(thread, errors);
    let handler = &mut handler;
    let text: TextBuf = match codec {
        Codec::Utf8 => utf8::decode(bytes, true, handler)?.text,
        Codec::Utf16(order) => utf16::decode(bytes, order, true, handler)?.0.text,
        Codec::Utf32(order) => utf32::decode(bytes, order, true, handler)?.0.text,
        Codec::Ascii => narrow::decode_ascii(bytes, handler)?.text,
        Codec::Latin1 => narrow::decode_latin1(bytes),
        Codec::Utf7 => utf7::decode(bytes, true, handler)?.text,
        Codec::RawUnicodeEscape => escape::decode_raw(bytes, true, handler)?.text,
        Codec::UnicodeEscape => {
            let (decoded, invalid) = escape::decode(bytes, true, character_by_name, handler)?;
            if let Some(invalid) = invalid {
                warn_of_escape(handler.thread, bytes, invalid)?;
            }
            decoded.text
        }
    };
    Str::from_buf(handler.thread, &text)
}

/// The character of a name, if the registry knows names.
pub fn character_by_name(name: &[u8]) -> Option<u32> {
    HOOK.get().and_then(|hook| (hook.character_by_name)(name))
}

/// Warns of an escape that means nothing.
///
/// # Errors
/// The warning, if it was made an error.
pub fn warn_of_escape(
    thread: &mut Thread,
    bytes: &[u8],
    invalid: escape::InvalidEscape,
) -> PyResult<()> {
    let message = match invalid.octal {
        Some(octal) => format!(
            "\"\\{octal:o}\" is an invalid octal escape sequence. Such sequences will not work in the future. "
        ),
        None => {
            let c = bytes
                .get(invalid.at + 1)
                .map_or('?', |&byte| char::from(byte));
            format!(
                "\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. "
            )
        }
    };
    grwl_object::exception::warn(thread, &types::DEPRECATION_WARNING, message, 1)
}

/// Encodes. No encoding is `utf-8`, no errors is `strict`.
///
/// # Errors
/// `UnicodeEncodeError`, `LookupError`, or what an error handler raises.
pub fn encode(
    thread: &mut Thread,
    string: Ref<Str>,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Vec<u8>> {
    check_names(thread, encoding, errors)?;
    let encoding = encoding.unwrap_or("utf-8");
    match Codec::from_name(encoding) {
        Some(codec) => encode_by(thread, string, codec, errors),
        None => {
            let made = encode_registered(thread, string, encoding, errors)?;
            Ok(made.as_slice().to_vec())
        }
    }
}

/// As [`encode`], as an object.
///
/// # Errors
/// As [`encode`].
pub fn encode_to_bytes(
    thread: &mut Thread,
    string: Ref<Str>,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<Bytes>> {
    check_names(thread, encoding, errors)?;
    let encoding = encoding.unwrap_or("utf-8");
    match Codec::from_name(encoding) {
        Some(Codec::Utf8 | Codec::Ascii | Codec::Latin1) if string.is_ascii() => {
            let ascii = string.as_ascii().unwrap_or_default();
            Bytes::new(thread, ascii.as_bytes())
        }
        Some(codec) => {
            let bytes = encode_by(thread, string, codec, errors)?;
            Bytes::new(thread, &bytes)
        }
        None => encode_registered(thread, string, encoding, errors),
    }
}

fn encode_registered(
    thread: &mut Thread,
    string: Ref<Str>,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<Ref<Bytes>> {
    let Some(hook) = HOOK.get() else {
        return Err(unknown_encoding(thread, encoding));
    };
    let made = (hook.encode)(thread, string.value(), encoding, errors)?;
    if let Some(bytes) = made.downcast::<Bytes>() {
        return Ok(bytes);
    }
    let class = made.class().name().to_string();
    if class == "bytearray" {
        let message = format!(
            "encoder {encoding} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"
        );
        grwl_object::exception::warn(thread, &types::RUNTIME_WARNING, message, 1)?;
        let bytes = grwl_object::buffer::bytes_of(thread, made)?;
        return Bytes::new(thread, &bytes);
    }
    Err(thread.type_error(format_args!(
        "'{encoding}' encoder returned '{class}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    )))
}

/// Encodes by a codec of `grwl_text`.
///
/// # Errors
/// As [`encode`].
pub fn encode_by(
    thread: &mut Thread,
    string: Ref<Str>,
    codec: Codec,
    errors: Option<&str>,
) -> PyResult<Vec<u8>> {
    let text = string.text();
    let mut handler = EncodeHandler::new(thread, errors, string);
    let handler = &mut handler;
    match codec {
        Codec::Utf8 => utf8::encode(text, handler),
        Codec::Utf16(order) => utf16::encode(text, order, handler),
        Codec::Utf32(order) => utf32::encode(text, order, handler),
        Codec::Ascii => narrow::encode_ascii(text, handler),
        Codec::Latin1 => narrow::encode_latin1(text, handler),
        Codec::Utf7 => Ok(utf7::encode(text)),
        Codec::UnicodeEscape => Ok(escape::encode(text)),
        Codec::RawUnicodeEscape => Ok(escape::encode_raw(text)),
    }
}

/// A string as Rust's.
///
/// # Errors
/// `UnicodeEncodeError` for lone surrogates.
pub fn to_utf8(thread: &mut Thread, string: Ref<Str>) -> PyResult<String> {
    if let Some(ascii) = string.as_ascii() {
        return Ok(ascii.to_owned());
    }
    let bytes = encode_by(thread, string, Codec::Utf8, None)?;
    // What was encoded strictly is UTF-8.
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// The encoding of file names, arguments and the environment.
pub const FILESYSTEM_ENCODING: &str = "utf-8";
/// Its error handler.
pub const FILESYSTEM_ERRORS: &str = "surrogateescape";

/// Decodes what the system gave: a file name, an argument.
///
/// # Errors
/// `MemoryError`
pub fn decode_filesystem(thread: &mut Thread, bytes: &[u8]) -> PyResult<Ref<Str>> {
    decode_by(thread, bytes, Codec::Utf8, Some(FILESYSTEM_ERRORS))
}

/// Encodes what the system is given.
///
/// # Errors
/// `UnicodeEncodeError` for surrogates that do not stand for bytes.
pub fn encode_filesystem(thread: &mut Thread, string: Ref<Str>) -> PyResult<Vec<u8>> {
    encode_by(thread, string, Codec::Utf8, Some(FILESYSTEM_ERRORS))
}

static ENCODE: Signature<2> = Signature::new("encode", ["encoding", "errors"]).optional_after(0);

/// `s.encode(encoding, errors)`
pub(crate) fn encode_method(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [encoding, errors] = args.parse(thread, &ENCODE)?;
    let encoding = match encoding {
        Some(value) => Some(arguments::c_string(
            thread,
            value,
            "encode",
            "argument 'encoding'",
        )?),
        None => None,
    };
    let errors = match errors {
        Some(value) => Some(arguments::c_string(
            thread,
            value,
            "encode",
            "argument 'errors'",
        )?),
        None => None,
    };
    let string = arguments::own(this);
    let bytes = encode_to_bytes(thread, string, encoding.as_deref(), errors.as_deref())?;
    Ok(bytes.value())
}
