//! `int("...")` and `str(i)`, in bases 2 to 36, with the limit on decimal digits
//! (`sys.set_int_max_str_digits`), which guards against input that takes quadratic time.

use grwl_text::{Text, TextBuf, repr, unicode};

use super::Int;
use crate::error::Error;
use dashu_int::UBig;

/// The limit if nobody sets another.
pub const DEFAULT_MAX_DIGITS: usize = 4300;
/// Numbers of no more digits than this are never refused; it is also the least limit to be set.
pub const ALWAYS_ALLOWED_DIGITS: usize = 640;

fn refused_by_limit(limit: usize, digits: usize) -> bool {
    limit > 0 && digits > ALWAYS_ALLOWED_DIGITS && digits > limit
}

/// A text with decimal digits of any script as ASCII ones, white space beyond ASCII as spaces, and `?`
/// for whatever else is not ASCII: what `int`, `float` and `complex` parse.
pub fn to_ascii_number(text: Text<'_>) -> Vec<u8> {
    let convert = |code: u32| match code {
        0..0x80 => code as u8,
        _ if unicode::is_space(code) => b' ',
        _ => unicode::decimal(code).map_or(b'?', |digit| b'0' + digit),
    };
    text.codes().map(convert).collect()
}

fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Takes white space off both ends.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(|b| !is_space(b))
        .unwrap_or(bytes.len());
    let end = bytes
        .iter()
        .rposition(|b| !is_space(b))
        .map_or(start, |i| i + 1);
    &bytes[start..end]
}

/// Why a text is no integer.
enum Trouble {
    Invalid,
    TooManyDigits(usize),
}

/// `int(text, base)`. `max_digits` is the limit, 0 for none.
pub fn parse(text: Text<'_>, base: u32, max_digits: usize) -> Result<Int, Error> {
    explained(&to_ascii_number(text), base, max_digits, || {
        repr::repr(text)
    })
}

/// The common case: a few decimal digits, perhaps with a sign before and white space around.
pub fn parse_small(bytes: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match trimmed(bytes) {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let add = |value: i64, digit: &u8| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i64::from(digit - b'0'))
    };
    let value = digits.iter().try_fold(0, add)?;
    Some(if is_negative { -value } else { value })
}

/// `int(bytes, base)`.
pub fn parse_bytes(bytes: &[u8], base: u32, max_digits: usize) -> Result<Int, Error> {
    explained(bytes, base, max_digits, || {
        TextBuf::One(repr::repr_bytes(bytes))
    })
}

fn explained(
    bytes: &[u8],
    base: u32,
    max_digits: usize,
    repr: impl FnOnce() -> TextBuf,
) -> Result<Int, Error> {
    if base == 1 || base > 36 {
        return Err(Error::value("int() base must be >= 2 and <= 36, or 0"));
    }
    parse_ascii(bytes, base, max_digits).map_err(|trouble| match trouble {
        Trouble::TooManyDigits(digits) => Error::value(&format!(
            "Exceeds the limit ({max_digits} digits) for integer string conversion: value has {digits} \
             digits; use sys.set_int_max_str_digits() to increase the limit"
        )),
        Trouble::Invalid => {
            let repr = repr();
            let shown = repr.as_text().slice(0..repr.len().min(200));
            Error::about(&format!("invalid literal for int() with base {base}: "), shown)
        }
    })
}

fn parse_ascii(bytes: &[u8], base: u32, max_digits: usize) -> Result<Int, Trouble> {
    let mut rest = trimmed(bytes);
    let is_negative = rest.first() == Some(&b'-');
    if let [b'+' | b'-', after @ ..] = rest {
        rest = after;
    }
    let prefixed = match rest {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    };
    // In base 0 the prefix tells the base, and a decimal number other than 0 must not begin with 0.
    let radix = if base == 0 {
        prefixed.unwrap_or(10)
    } else {
        base
    };
    if prefixed == Some(radix) {
        rest = &rest[2..];
        // One underscore may follow the prefix.
        if let [b'_', after @ ..] = rest {
            rest = after;
        }
    }
    let digits = without_underscores(rest, radix, max_digits)?;
    let is_zero = digits.iter().all(|&d| d == b'0');
    if base == 0 && prefixed.is_none() && digits[0] == b'0' && !is_zero {
        return Err(Trouble::Invalid);
    }
    let digits = std::str::from_utf8(&digits).map_err(|_| Trouble::Invalid)?;
    let magnitude = UBig::from_str_radix(digits, radix).map_err(|_| Trouble::Invalid)?;
    Ok(Int::from_magnitude(is_negative, magnitude))
}

/// The digits, checked, without the underscores between them.
fn without_underscores(bytes: &[u8], radix: u32, max_digits: usize) -> Result<Vec<u8>, Trouble> {
    let is_digit = |b: u8| char::from(b).is_digit(radix);
    let mut digits = Vec::with_capacity(bytes.len());
    let mut after_digit = false;
    let mut is_valid = true;
    for &byte in bytes {
        if is_digit(byte) {
            digits.push(byte);
            after_digit = true;
        } else if byte == b'_' && after_digit {
            after_digit = false;
        } else {
            is_valid = false;
            break;
        }
    }
    if !is_valid || !after_digit {
        return Err(Trouble::Invalid);
    }
    if !radix.is_power_of_two() && refused_by_limit(max_digits, digits.len()) {
        return Err(Trouble::TooManyDigits(digits.len()));
    }
    Ok(digits)
}

impl Int {
    /// `str(i)`. `max_digits` is the limit, 0 for none.
    pub fn to_decimal(&self, max_digits: usize) -> Result<String, Error> {
        let too_many = || {
            Error::value(&format!(
                "Exceeds the limit ({max_digits} digits) for integer string conversion; \
                 use sys.set_int_max_str_digits() to increase the limit"
            ))
        };
        // A digit is a little less than 10/3 bits: no need to convert what is surely too long.
        let least = self.bit_length().saturating_sub(1) * 3 / 10;
        if refused_by_limit(max_digits, least as usize) {
            return Err(too_many());
        }
        let text = self.0.to_string();
        let digits = text.len() - usize::from(self.is_negative());
        if refused_by_limit(max_digits, digits) {
            Err(too_many())
        } else {
            Ok(text)
        }
    }

    /// The digits of its absolute value in a base from 2 to 36, in lower case, without a prefix.
    pub fn magnitude_in(&self, radix: u8) -> String {
        self.magnitude().in_radix(radix).to_string()
    }

    /// `bin(i)`, `oct(i)`, `hex(i)`: sign, prefix, digits.
    pub fn prefixed(&self, radix: u8, prefix: &str) -> String {
        let sign = if self.is_negative() { "-" } else { "" };
        format!("{sign}{prefix}{}", self.magnitude_in(radix))
    }
}
