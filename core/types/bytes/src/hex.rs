//! `hex` and `fromhex`.

use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, PyResult, Ref, Signature, Str, Thread, TypeObject, Value, ValueExt, buffer, protocol,
    types,
};
use grwl_text::Text;
use grwl_types_text::arguments::{c_int, check_room};

use crate::byte_array::{BYTEARRAY, ByteArray};
use crate::contents::{held, known, of, own};

static HEX: Signature<2> = Signature::new("hex", ["sep", "bytes_per_sep"]).optional_after(0);

/// `b.hex(sep, bytes_per_sep)`
pub(crate) fn hex(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let bytes = own(thread, this);
    held(thread, this, args.values(), |thread| {
        hex_of(thread, &bytes, args)
    })
}

/// The same of any bytes.
pub(crate) fn hex_of(thread: &mut Thread, bytes: &[u8], args: Args<'_>) -> PyResult {
    let [separator, group] = args.parse(thread, &HEX)?;
    let digits = digits(thread, bytes, separator, group, true)?;
    Ok(Str::try_from_text(thread, Text::One(&digits))?.value())
}

/// The digits of bytes, by the arguments `sep` and `bytes_per_sep`. If `is_text`, the separator must be an ASCII character.
///
/// # Errors
/// `TypeError`, `ValueError` if the arguments are not in order; `OverflowError`.
pub fn digits(
    thread: &mut Thread,
    bytes: &[u8],
    separator: Option<Value>,
    group: Option<Value>,
    is_text: bool,
) -> PyResult<Vec<u8>> {
    let group = match group {
        Some(group) => c_int(thread, group)?,
        None => 1,
    };
    let separator = match separator {
        Some(separator) => Some(separator_of(thread, separator, is_text)?),
        None => None,
    };
    check_room(thread, bytes.len().saturating_mul(3))?;
    Ok(to_hex(bytes, separator, group))
}

fn separator_of(thread: &mut Thread, value: Value, is_text: bool) -> PyResult<u8> {
    if protocol::length(thread, value)? != 1 {
        return Err(thread.value_error("sep must be length 1."));
    }
    let byte = if let Some(string) = value.downcast::<Str>() {
        match string.text() {
            Text::One(&[byte]) => Some(byte),
            _ => None,
        }
    } else if let Some(bytes) = value.downcast::<Bytes>() {
        bytes.as_slice().first().copied()
    } else {
        return Err(thread.type_error("sep must be str or bytes."));
    };
    byte.filter(|byte| byte.is_ascii() || !is_text)
        .ok_or_else(|| thread.value_error("sep must be ASCII."))
}

/// Two digits a byte, with a separator between groups, which are counted from the right, or if negative from the left.
fn to_hex(bytes: &[u8], separator: Option<u8>, group: i32) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let size = group.unsigned_abs() as usize;
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for (index, &byte) in bytes.iter().enumerate() {
        if let Some(separator) = separator
            && size > 0
            && index > 0
        {
            let place = if group > 0 {
                bytes.len() - index
            } else {
                index
            };
            if place % size == 0 {
                out.push(separator);
            }
        }
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
    out
}

/// `fromhex`
pub(crate) fn from_hex(thread: &mut Thread, class: Value, source: Value) -> PyResult {
    let bytes = parse(thread, source)?;
    // SAFETY: class methods are called with a class.
    let class = unsafe { class.downcast_unchecked::<TypeObject>() };
    let is_array = class.is_subtype_of(&BYTEARRAY);
    let made = if is_array {
        ByteArray::new(thread, &bytes)?.value()
    } else {
        Bytes::new(thread, &bytes)?.value()
    };
    if class == Ref::from_static(&BYTEARRAY) || class == Ref::from_static(&types::BYTES) {
        return Ok(made);
    }
    protocol::call_positional(thread, class.value(), &[made])
}

fn parse(thread: &mut Thread, source: Value) -> PyResult<Vec<u8>> {
    if let Some(string) = source.downcast::<Str>() {
        return match string.as_ascii() {
            Some(ascii) => parse_digits(thread, ascii.as_bytes()),
            None => {
                let place = string.text().codes().position(|code| code >= 0x80);
                Err(wrong_digit(thread, place.unwrap_or(0)))
            }
        };
    }
    if known(thread, source).is_none() && !buffer::is_supported(source) {
        return Err(thread.type_error(format_args!(
            "fromhex() argument must be str or bytes-like, not {}",
            source.class().name()
        )));
    }
    let digits = of(thread, source)?;
    parse_digits(thread, &digits)
}

fn wrong_digit(thread: &Thread, place: usize) -> grwl_object::Raised {
    thread.value_error(format_args!(
        "non-hexadecimal number found in fromhex() arg at position {place}"
    ))
}

fn parse_digits(thread: &Thread, digits: &[u8]) -> PyResult<Vec<u8>> {
    let digit = |place: usize| char::from(digits[place]).to_digit(16);
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut at = 0;
    loop {
        while digits
            .get(at)
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'..=b'\r'))
        {
            at += 1;
        }
        if at >= digits.len() {
            return Ok(bytes);
        }
        let high = digit(at).ok_or_else(|| wrong_digit(thread, at))?;
        at += 1;
        if at >= digits.len() {
            return Err(thread
                .value_error("fromhex() arg must contain an even number of hexadecimal digits"));
        }
        let low = digit(at).ok_or_else(|| wrong_digit(thread, at))?;
        at += 1;
        bytes.push((high << 4 | low) as u8);
    }
}
