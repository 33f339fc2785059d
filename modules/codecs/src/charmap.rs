//! `charmap_decode`, `charmap_encode`, `charmap_build`: codecs of one byte a character, by a mapping that Python gives.
//!
//! A mapping may be any object with `__getitem__`, and so may run Python code, as may the error handler: they take turns with the thread.

use std::cell::RefCell;

use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::{
    Args, Method, PyResult, Raised, Ref, Str, Thread, Value, ValueExt, buffer, int, none, protocol,
    types,
};
use grwl_text::TextBuf;
use grwl_text::codec::{
    DecodeFix, DecodeProblem, EncodeFix, EncodeProblem, OnDecodeError, OnEncodeError, charmap,
    narrow,
};
use grwl_types_text::arguments;
use grwl_types_text::codec::{Codec, encode_by};
use grwl_types_text::error_handler::{DecodeHandler, EncodeHandler};

use crate::functions::{encoded, errors_argument, string_argument, with_length};

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "charmap_decode",
        decode,
        "charmap_decode($module, data, errors=None, mapping=None, /)\n--\n\nDecode bytes by a mapping: the text, and how many bytes it took.",
    ),
    Method::any(
        "charmap_encode",
        encode,
        "charmap_encode($module, str, errors=None, mapping=None, /)\n--\n\nEncode text by a mapping: the bytes, and how many characters they took.",
    ),
    Method::one(
        "charmap_build",
        build,
        "charmap_build($module, map, /)\n--\n\nThe mapping for charmap_encode that belongs to a decoding table.",
    ),
];

/// An error handler that borrows the thread for one problem only.
struct Shared<'a, 't> {
    thread: &'a RefCell<&'t mut Thread>,
    errors: Option<&'a str>,
    object: Ref<Str>,
}

impl OnDecodeError for Shared<'_, '_> {
    type Error = Raised;
    fn fix(&mut self, problem: &DecodeProblem<'_>) -> Result<DecodeFix, Raised> {
        let mut thread = self.thread.borrow_mut();
        DecodeHandler::new(&mut thread, self.errors).fix(problem)
    }
}

impl OnEncodeError for Shared<'_, '_> {
    type Error = Raised;
    fn fix(&mut self, problem: &EncodeProblem<'_>) -> Result<EncodeFix, Raised> {
        let mut thread = self.thread.borrow_mut();
        EncodeHandler::new(&mut thread, self.errors, self.object).fix(problem)
    }
    fn refuse(&mut self, problem: &EncodeProblem<'_>) -> Raised {
        let mut thread = self.thread.borrow_mut();
        EncodeHandler::new(&mut thread, self.errors, self.object).refuse(problem)
    }
}

/// What the mapping has for a number; `None` where it has nothing.
fn look(thread: &mut Thread, mapping: Value, key: u32) -> PyResult<Option<Value>> {
    let key = Value::small(i64::from(key));
    match protocol::get_item(thread, mapping, key) {
        Ok(found) => Ok(found.not_none()),
        Err(raised) if raised.matches(&types::LOOKUP_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}

fn decode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [data, errors, mapping] = args.unpack::<3>(thread, "charmap_decode", 1)?;
    let errors = errors_argument(thread, errors, "charmap_decode")?;
    let bytes = buffer::bytes_of(thread, data.unwrap_or_else(none))?;
    let Some(mapping) = mapping.and_then(ValueExt::not_none) else {
        return with_length(thread, &narrow::decode_latin1(&bytes), bytes.len());
    };
    if bytes.is_empty() {
        return with_length(thread, &TextBuf::new(), 0);
    }
    let decoded = if let Some(table) = mapping.downcast_exact::<Str>() {
        let mut handler = DecodeHandler::new(thread, errors.as_deref());
        charmap::decode_by_table(&bytes, table.text(), &mut handler)?
    } else {
        let shared = RefCell::new(&mut *thread);
        let mut handler = Shared {
            thread: &shared,
            errors: errors.as_deref(),
            object: Str::empty(),
        };
        let map = |byte: u8| decoded_by(&mut shared.borrow_mut(), mapping, byte);
        charmap::decode(&bytes, map, &mut handler)?
    };
    with_length(thread, &decoded.text, bytes.len())
}

fn decoded_by(thread: &mut Thread, mapping: Value, byte: u8) -> PyResult<Option<TextBuf>> {
    let Some(found) = look(thread, mapping, u32::from(byte))? else {
        return Ok(None);
    };
    if int::is_int(found) {
        return match arguments::size(thread, found)
            .ok()
            .and_then(|code| u32::try_from(code).ok())
        {
            Some(0xFFFE) => Ok(None),
            Some(code @ ..0x11_0000) => Ok(Some(TextBuf::from_code(code))),
            _ => Err(thread.type_error("character mapping must be in range(0x110000)")),
        };
    }
    match found.downcast::<Str>() {
        Some(text) if text.len() == 1 && text.text().at(0) == 0xFFFE => Ok(None),
        Some(text) => Ok(Some(text.text().to_canonical())),
        None => Err(thread.type_error("character mapping must return integer, None or str")),
    }
}

fn encode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [string, errors, mapping] = args.unpack::<3>(thread, "charmap_encode", 1)?;
    let string = string_argument(thread, string, "charmap_encode")?;
    let errors = errors_argument(thread, errors, "charmap_encode")?;
    let bytes = match mapping.and_then(ValueExt::not_none) {
        None => encode_by(thread, string, Codec::Latin1, errors.as_deref())?,
        Some(mapping) => {
            let shared = RefCell::new(&mut *thread);
            let mut handler = Shared {
                thread: &shared,
                errors: errors.as_deref(),
                object: string,
            };
            let map = |code: u32| encoded_by(&mut shared.borrow_mut(), mapping, code);
            charmap::encode(string.text(), map, &mut handler)?
        }
    };
    encoded(thread, &bytes, string.len())
}

fn encoded_by(thread: &mut Thread, mapping: Value, code: u32) -> PyResult<Option<Vec<u8>>> {
    let Some(found) = look(thread, mapping, code)? else {
        return Ok(None);
    };
    if int::is_int(found) {
        return match arguments::size(thread, found)
            .ok()
            .and_then(|byte| u8::try_from(byte).ok())
        {
            Some(byte) => Ok(Some(vec![byte])),
            None => Err(thread.type_error("character mapping must be in range(256)")),
        };
    }
    match found.downcast::<Bytes>() {
        Some(bytes) => Ok(Some(bytes.as_slice().to_vec())),
        None => Err(thread.type_error(format_args!(
            "character mapping must return integer, bytes or None, not {}",
            found.class().name()
        ))),
    }
}

fn build(thread: &mut Thread, _module: Value, table: Value) -> PyResult {
    let table = arguments::text(thread, table, "charmap_build", "argument")?;
    let made = Dict::with_capacity(thread, table.len().min(256));
    for (byte, code) in table.text().codes().take(256).enumerate() {
        if code == 0xFFFE {
            continue;
        }
        let key = Value::small(i64::from(code));
        made.insert(thread, key, Value::small(byte as i64))?;
    }
    Ok(made.value())
}
