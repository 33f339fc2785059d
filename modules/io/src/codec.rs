//! How text files decode and encode: the common encodings in Rust, all others by the codec registry's incremental objects.

use grwl_object::bytes::Bytes;
use grwl_object::{
    Name, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, class, int, intern, protocol,
};
use grwl_text::TextBuf;
use grwl_text::codec::{ByteOrder, narrow, utf8};
use grwl_types_text::codec::{Codec, encode_by};
use grwl_types_text::error_handler::DecodeHandler;

use crate::names as n;
use crate::newline::{Newlines, split_state};
use crate::object::call;

/// An encoding that is decoded in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Native {
    Utf8,
    Ascii,
    Latin1,
}

/// The encoding of a name, if it is decoded in Rust.
pub(crate) fn native(name: &str) -> Option<Native> {
    match Codec::from_name(name)? {
        Codec::Utf8 => Some(Native::Utf8),
        Codec::Ascii => Some(Native::Ascii),
        Codec::Latin1 => Some(Native::Latin1),
        _ => None,
    }
}

/// A decoder in Rust, between pieces: what it has not decoded yet, and the ends of lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct NativeState {
    pub rest: Vec<u8>,
    pub newlines: Newlines,
}

/// Decodes the next piece of bytes.
pub(crate) fn decode_native(
    thread: &mut Thread,
    codec: Native,
    errors: &str,
    state: &mut NativeState,
    universal: bool,
    input: &[u8],
    is_final: bool,
) -> PyResult<TextBuf> {
    let joined;
    let input = if state.rest.is_empty() {
        input
    } else {
        let mut all = std::mem::take(&mut state.rest);
        all.extend_from_slice(input);
        joined = all;
        &joined
    };
    let (text, consumed) = match codec {
        Native::Latin1 => (narrow::decode_latin1(input), input.len()),
        _ if input.is_ascii() => (narrow::decode_latin1(input), input.len()),
        Native::Ascii => {
            let mut handler = DecodeHandler::new(thread, Some(errors));
            (narrow::decode_ascii(input, &mut handler)?.text, input.len())
        }
        Native::Utf8 => {
            let mut handler = DecodeHandler::new(thread, Some(errors));
            let decoded = utf8::decode(input, is_final, &mut handler)?;
            (decoded.text, decoded.consumed)
        }
    };
    state.rest = input.get(consumed..).unwrap_or_default().to_vec();
    if !universal {
        return Ok(text);
    }
    Ok(state.newlines.feed(text.as_text(), is_final))
}

/// `codecs.lookup(name)`
pub(crate) fn lookup(thread: &mut Thread, name: &str) -> PyResult {
    let module = class::import(thread, "_codecs")?;
    let name = Str::new(thread, name).value();
    call(thread, module, &n::LOOKUP, &[name])
}

/// The entry of the registry of a text encoding.
pub(crate) fn text_codec(thread: &mut Thread, name: &str, alternative: &str) -> PyResult {
    let entry = lookup(thread, name)?;
    static IS_TEXT: Name = Name::new("_is_text_encoding");
    let key = IS_TEXT.get(thread);
    if let Some(is_text) = protocol::find_attribute(thread, entry, key)?
        && !protocol::is_true(thread, is_text)?
    {
        return Err(thread.lookup_error(format_args!(
            "'{name}' is not a text encoding; use {alternative} to handle arbitrary codecs"
        )));
    }
    Ok(entry)
}

/// An incremental decoder or encoder of a codec.
pub(crate) fn incremental(
    thread: &mut Thread,
    entry: Value,
    what: &str,
    errors: Value,
) -> PyResult {
    let key = intern(thread, what);
    let factory = protocol::get_attribute(thread, entry, key)?;
    protocol::call_positional(thread, factory, &[errors])
}

/// Decodes the next piece by an incremental decoder.
pub(crate) fn decode_by_object(
    thread: &mut Thread,
    decoder: Value,
    input: Value,
    is_final: bool,
) -> PyResult<Ref<Str>> {
    let text = call(thread, decoder, &n::DECODE, &[input, int::bool(is_final)])?;
    text.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "decoder should return a string result, not '{}'",
            text.class().name()
        ))
    })
}

/// An incremental decoder's state.
pub(crate) fn state_of(thread: &mut Thread, decoder: Value) -> PyResult<(Vec<u8>, i64)> {
    let state = call(thread, decoder, &n::GETSTATE, &[])?;
    let (bytes, flags) = split_state(thread, state)?;
    let bytes = bytes
        .downcast::<Bytes>()
        .map(|bytes| bytes.as_slice().to_vec());
    Ok((bytes.unwrap_or_default(), flags))
}

/// Puts an incremental decoder into a state.
pub(crate) fn set_state(
    thread: &mut Thread,
    decoder: Value,
    bytes: &[u8],
    flags: i64,
) -> PyResult<()> {
    let bytes = Bytes::new(thread, bytes)?.value();
    let flags = int::from_i64(thread, flags);
    let state = Tuple::try_new(thread, &[bytes, flags])?.value();
    call(thread, decoder, &n::SETSTATE, &[state])?;
    Ok(())
}

/// Encodes by a codec in Rust. `at_start` is whether a byte order mark is due.
pub(crate) fn encode_native(
    thread: &mut Thread,
    codec: Codec,
    errors: &str,
    text: Ref<Str>,
    at_start: bool,
) -> PyResult<Vec<u8>> {
    if matches!(codec, Codec::Utf8 | Codec::Ascii | Codec::Latin1)
        && let Some(ascii) = text.as_ascii()
    {
        return Ok(ascii.as_bytes().to_vec());
    }
    let codec = match codec {
        Codec::Utf16(ByteOrder::Marked) if !at_start => Codec::Utf16(ByteOrder::Little),
        Codec::Utf32(ByteOrder::Marked) if !at_start => Codec::Utf32(ByteOrder::Little),
        codec => codec,
    };
    encode_by(thread, text, codec, Some(errors))
}

/// Is it an encoding that is encoded in Rust, piece by piece?
pub(crate) fn native_encoder(name: &str) -> Option<Codec> {
    match Codec::from_name(name)? {
        codec
        @ (Codec::Utf8 | Codec::Ascii | Codec::Latin1 | Codec::Utf16(_) | Codec::Utf32(_)) => {
            Some(codec)
        }
        _ => None,
    }
}
