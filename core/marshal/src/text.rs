//! Strings and decimal floats as the format writes them.
//!
//! Strings are UTF-8 in which lone surrogates are allowed, as the codec `utf-8` with `surrogatepass` has it.

use std::borrow::Cow;

use grwl_frontend::{Wtf8, Wtf8Buf};

use crate::error::{DecodeError, Error};

/// Decodes a string of the types that hold UTF-8.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, Wtf8>, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(Wtf8::new(text))),
        Err(_) => {
            check(bytes).map_err(Error::decode)?;
            // `check` has seen that every byte is part of a character or of a surrogate.
            Wtf8Buf::from_bytes(bytes.to_vec())
                .map(Cow::Owned)
                .map_err(|_| Error::bad("bad marshal data (invalid string)"))
        }
    }
}

/// Finds the first place that is neither a character nor a surrogate.
fn check(bytes: &[u8]) -> Result<(), DecodeError> {
    let mut at = 0;
    while let Err(error) = std::str::from_utf8(&bytes[at..]) {
        let start = at + error.valid_up_to();
        if let [0xed, 0xa0..=0xbf, 0x80..=0xbf, ..] = bytes[start..] {
            at = start + 3;
            continue;
        }
        let (end, reason) = match error.error_len() {
            None => (bytes.len(), "unexpected end of data"),
            Some(length) if matches!(bytes[start], 0x80..=0xc1 | 0xf5..) => {
                (start + length, "invalid start byte")
            }
            Some(length) => (start + length, "invalid continuation byte"),
        };
        return Err(DecodeError {
            object: bytes.to_vec(),
            start,
            end,
            reason,
        });
    }
    Ok(())
}

/// Decodes a string of the types named "ASCII", which CPython takes for Latin-1.
pub(crate) fn decode_ascii(bytes: &[u8]) -> Cow<'_, Wtf8> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(Wtf8::new(text)),
        _ => {
            let text: String = bytes.iter().copied().map(char::from).collect();
            Cow::Owned(Wtf8Buf::from(text))
        }
    }
}

/// Reads decimal text; a NUL ends it.
pub(crate) fn parse_float(bytes: &[u8]) -> Result<f64, Error> {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| {
            let text = String::from_utf8_lossy(text);
            Error::value(format!("could not convert string to float: '{text}'"))
        })
}

/// Seventeen significant digits in the shorter of the two notations, as C's `%.17g` has it.
pub(crate) fn format_float(value: f64) -> String {
    const PRECISION: i32 = 17;
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let scientific = format!("{value:.16e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.truncate(digits.trim_end_matches('0').len().max(1));
    let point = |digits: &str, at: usize| match digits.split_at_checked(at) {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, part)) => format!("{whole}.{part}"),
        None => format!("{digits:0<at$}"),
    };
    let count = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
    if !(-4..PRECISION).contains(&exponent) {
        let mark = if exponent < 0 { '-' } else { '+' };
        format!("{sign}{}e{mark}{count:02}", point(&digits, 1))
    } else if exponent < 0 {
        format!("{sign}0.{}{digits}", "0".repeat(count - 1))
    } else {
        format!("{sign}{}", point(&digits, count + 1))
    }
}
