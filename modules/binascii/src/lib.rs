//! The module `binascii`: bytes as text and back.
//!
//! | what | where |
//! |---|---|
//! | base 64 | `base64` |
//! | quoted-printable | `quoted` |
//! | uuencode | `uu` |
//! | checksums | `checksum` |
//! | hexadecimal digits, arguments, errors | here |
//!
//! The packages' functions work on plain bytes, so that nothing of the heap is touched while they run.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod base64;
mod checksum;
mod quoted;
mod uu;

use std::borrow::Cow;

use grwl_number::Int;
use grwl_object::bytes::Bytes;
use grwl_object::exception::ModuleException;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, buffer, int, intern,
    protocol, types,
};
use grwl_types_bytes::hex;

static ERROR: ModuleException =
    ModuleException::new("binascii", "Error", &types::VALUE_ERROR, None);
static INCOMPLETE: ModuleException =
    ModuleException::new("binascii", "Incomplete", &types::EXCEPTION, None);

static FUNCTIONS: &[Method] = &[
    Method::one(
        "a2b_uu",
        |thread, _, data| {
            let text = text_argument(thread, data)?;
            made(thread, uu::decode(&text))
        },
        "a2b_uu($module, data, /)\n--\n\nDecode a line of uuencoded data.",
    ),
    Method::any(
        "b2a_uu",
        b2a_uu,
        "b2a_uu($module, data, /, *, backtick=False)\n--\n\nA line of uuencoded data. With backtick, a zero is '`', not a space.",
    ),
    Method::any(
        "a2b_base64",
        a2b_base64,
        "a2b_base64($module, data, /, *, strict_mode=False)\n--\n\nDecode base 64.\n\nWith strict_mode, whatever RFC 3548 does not allow is an error; without, it is passed over.",
    ),
    Method::any(
        "b2a_base64",
        b2a_base64,
        "b2a_base64($module, data, /, *, newline=True)\n--\n\nA line of base 64.",
    ),
    Method::any(
        "a2b_qp",
        a2b_qp,
        "a2b_qp($module, /, data, header=False)\n--\n\nDecode quoted-printable text. With header, an underscore is a space.",
    ),
    Method::any(
        "b2a_qp",
        b2a_qp,
        "b2a_qp($module, /, data, quotetabs=False, istext=True, header=False)\n--\n\nQuoted-printable text.\n\nWith quotetabs, tabs and spaces inside a line are quoted, too; without istext, ends of lines; with header, a space is an underscore.",
    ),
    Method::any(
        "b2a_hex",
        |thread, _, args| {
            static S: Signature<3> =
                Signature::new("b2a_hex", ["data", "sep", "bytes_per_sep"]).optional_after(1);
            to_hex(thread, args, &S)
        },
        "b2a_hex($module, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nTwo hexadecimal digits a byte.\n\nWith sep, it stands between groups of bytes_per_sep bytes, counted from the right, or if negative from the left.",
    ),
    Method::any(
        "hexlify",
        |thread, _, args| {
            static S: Signature<3> =
                Signature::new("hexlify", ["data", "sep", "bytes_per_sep"]).optional_after(1);
            to_hex(thread, args, &S)
        },
        "hexlify($module, data, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nTwo hexadecimal digits a byte.\n\nThe same as b2a_hex().",
    ),
    Method::one(
        "a2b_hex",
        from_hex,
        "a2b_hex($module, hexstr, /)\n--\n\nBytes of their hexadecimal digits, two a byte, of either case.",
    ),
    Method::one(
        "unhexlify",
        from_hex,
        "unhexlify($module, hexstr, /)\n--\n\nBytes of their hexadecimal digits, two a byte, of either case.\n\nThe same as a2b_hex().",
    ),
    Method::any(
        "crc_hqx",
        |thread, _, args| {
            let [data, crc] = args.unpack::<2>(thread, "crc_hqx", 2)?;
            let data = buffer::read(thread, required(data))?;
            let crc = low_word(thread, required(crc))? as u16;
            let crc = thread.safe_if_long(data.len(), || checksum::crc_hqx(&data, crc));
            Ok(Value::small(i64::from(crc)))
        },
        "crc_hqx($module, data, crc, /)\n--\n\nGo on with a CRC-CCITT.",
    ),
    Method::any(
        "crc32",
        |thread, _, args| {
            let [data, crc] = args.unpack::<2>(thread, "crc32", 1)?;
            let data = buffer::read(thread, required(data))?;
            let start = match crc {
                Some(crc) => low_word(thread, crc)?,
                None => 0,
            };
            let crc = thread.safe_if_long(data.len(), || zlib_rs::crc32::crc32(start, &data));
            Ok(int::from_i64(thread, i64::from(crc)))
        },
        "crc32($module, data, crc=0, /)\n--\n\nGo on with a CRC-32.",
    ),
];

/// Gives the types their functions: there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "binascii");
    let doc = Str::new(thread, "Conversion between binary data and ASCII").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    ERROR.add_to(thread, module)?;
    INCOMPLETE.add_to(thread, module)?;
    Ok(module)
}

/// An argument that the signature requires.
fn required(value: Option<Value>) -> Value {
    value.expect("the signature requires it")
}

/// The low 32 bits of an integer.
fn low_word(thread: &mut Thread, value: Value) -> PyResult<u32> {
    if let Some(small) = value.as_int() {
        return Ok(small as u32);
    }
    let int = protocol::as_int(thread, value)?;
    Ok((&int & &Int::from(u64::from(u32::MAX)))
        .to_u64()
        .unwrap_or_default() as u32)
}

/// Bytes, or a string of ASCII characters.
fn text_argument<'a>(thread: &mut Thread, value: Value) -> PyResult<Cow<'a, [u8]>> {
    if let Some(string) = value.downcast::<Str>() {
        // SAFETY: the string is never changed, and the caller has it where the collector looks.
        return match unsafe { string.long() }.as_ascii() {
            Some(ascii) => Ok(Cow::Borrowed(ascii.as_bytes())),
            None => Err(thread.value_error("string argument should contain only ASCII characters")),
        };
    }
    if !buffer::is_supported(value) {
        return Err(thread.type_error(format_args!(
            "argument should be bytes, buffer or ASCII string, not '{}'",
            value.class().name()
        )));
    }
    buffer::read(thread, value)
}

/// A truth value, by default `default`.
fn flag(thread: &mut Thread, value: Option<Value>, default: bool) -> PyResult<bool> {
    match value {
        Some(value) => protocol::is_true(thread, value),
        None => Ok(default),
    }
}

/// The result as `bytes`, or `binascii.Error`.
fn made(thread: &Thread, result: Result<Vec<u8>, Cow<'static, str>>) -> PyResult {
    match result {
        Ok(bytes) => Ok(Bytes::new(thread, &bytes)?.value()),
        Err(message) => Err(ERROR.raise(thread, message)),
    }
}

fn b2a_uu(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("b2a_uu", ["data", "backtick"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [data, backtick] = args.parse(thread, &S)?;
    let data = buffer::read(thread, required(data))?;
    let backtick = flag(thread, backtick, false)?;
    made(thread, uu::encode(&data, backtick))
}

fn a2b_base64(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("a2b_base64", ["data", "strict_mode"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [data, strict] = args.parse(thread, &S)?;
    let text = text_argument(thread, required(data))?;
    let strict = flag(thread, strict, false)?;
    let result = thread.safe_if_long(text.len(), || base64::decode(&text, strict));
    made(thread, result)
}

fn b2a_base64(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("b2a_base64", ["data", "newline"])
        .positional_only(1)
        .keyword_only_after(1, 0);
    let [data, newline] = args.parse(thread, &S)?;
    let data = buffer::read(thread, required(data))?;
    let newline = flag(thread, newline, true)?;
    let text = thread.safe_if_long(data.len(), || base64::encode(&data, newline));
    Ok(Bytes::new(thread, &text)?.value())
}

fn a2b_qp(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<2> = Signature::new("a2b_qp", ["data", "header"]).optional_after(1);
    let [data, header] = args.parse(thread, &S)?;
    let text = text_argument(thread, required(data))?;
    let header = flag(thread, header, false)?;
    let bytes = thread.safe_if_long(text.len(), || quoted::decode(&text, header));
    Ok(Bytes::new(thread, &bytes)?.value())
}

fn b2a_qp(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    static S: Signature<4> =
        Signature::new("b2a_qp", ["data", "quotetabs", "istext", "header"]).optional_after(1);
    let [data, quote_tabs, is_text, is_header] = args.parse(thread, &S)?;
    let data = buffer::read(thread, required(data))?;
    let style = quoted::Style {
        quote_tabs: flag(thread, quote_tabs, false)?,
        is_text: flag(thread, is_text, true)?,
        is_header: flag(thread, is_header, false)?,
    };
    let text = thread.safe_if_long(data.len(), || quoted::encode(&data, style));
    Ok(Bytes::new(thread, &text)?.value())
}

fn to_hex(thread: &mut Thread, args: Args<'_>, signature: &Signature<3>) -> PyResult {
    let [data, separator, group] = args.parse(thread, signature)?;
    let data = buffer::read(thread, required(data))?;
    let digits = hex::digits(thread, &data, separator, group, false)?;
    Ok(Bytes::new(thread, &digits)?.value())
}

fn from_hex(thread: &mut Thread, _: Value, text: Value) -> PyResult {
    let text = text_argument(thread, text)?;
    if text.len() % 2 == 1 {
        return Err(ERROR.raise(thread, "Odd-length string"));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes: Option<Vec<u8>> = text
        .chunks_exact(2)
        .map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8))
        .collect();
    match bytes {
        Some(bytes) => Ok(Bytes::new(thread, &bytes)?.value()),
        None => Err(ERROR.raise(thread, "Non-hexadecimal digit found")),
    }
}
