//! `float("...")` and `complex("...")`.

use grwl_text::{Text, repr};

use crate::error::Error;
use crate::int::text::{to_ascii_number, trimmed};

/// `float(text)`
pub fn parse(text: Text<'_>) -> Result<f64, Error> {
    let message = "could not convert string to float: ";
    parse_ascii(&to_ascii_number(text))
        .ok_or_else(|| Error::about(message, repr::repr(text).as_text()))
}

/// `float(bytes)`
pub fn parse_bytes(bytes: &[u8]) -> Result<f64, Error> {
    let message = "could not convert string to float: ";
    parse_ascii(bytes).ok_or_else(|| Error::about(message, Text::One(&repr::repr_bytes(bytes))))
}

fn parse_ascii(bytes: &[u8]) -> Option<f64> {
    let clean = without_underscores(trimmed(bytes))?;
    let (x, len) = number(&clean)?;
    (len == clean.len()).then_some(x)
}

/// `complex(text)`
pub fn parse_complex(text: Text<'_>) -> Result<(f64, f64), Error> {
    let malformed = || Error::value("complex() arg is a malformed string");
    let message = "could not convert string to complex: ";
    let clean = without_underscores(&to_ascii_number(text))
        .ok_or_else(|| Error::about(message, repr::repr(text).as_text()))?;
    let mut inner = trimmed(&clean);
    if let [b'(', rest @ ..] = inner {
        inner = trimmed(rest.strip_suffix(b")").ok_or_else(malformed)?);
    }
    complex_ascii(inner).ok_or_else(malformed)
}

/// A number; a number and `j`; or both with a sign between.
fn complex_ascii(clean: &[u8]) -> Option<(f64, f64)> {
    let ends_in_j = |at: usize| at + 1 == clean.len() && matches!(clean[at], b'j' | b'J');
    // A sign alone before j means 1.
    let unit = |bytes: &[u8]| match bytes {
        [b'+', b'j' | b'J'] | [b'j' | b'J'] => Some(1.0),
        [b'-', b'j' | b'J'] => Some(-1.0),
        _ => None,
    };
    if let Some(imaginary) = unit(clean) {
        return Some((0.0, imaginary));
    }
    let (first, len) = number(clean)?;
    if len == clean.len() {
        return Some((first, 0.0));
    }
    if ends_in_j(len) {
        return Some((0.0, first));
    }
    let rest = &clean[len..];
    if !matches!(rest[0], b'+' | b'-') {
        return None;
    }
    if let Some(imaginary) = unit(rest) {
        return Some((first, imaginary));
    }
    let (second, second_len) = number(rest)?;
    (ends_in_j(len + second_len)).then_some((first, second))
}

/// Takes out underscores, each of which must be between digits.
fn without_underscores(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    let mut out = Vec::with_capacity(bytes.len());
    for (i, &byte) in bytes.iter().enumerate() {
        if byte != b'_' {
            out.push(byte);
        } else if !is_digit(i.checked_sub(1)) || !is_digit(Some(i + 1)) {
            return None;
        }
    }
    Some(out)
}

/// Reads the longest number at the begin; says how long it is.
fn number(bytes: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let negate = |x: f64| if bytes[0] == b'-' { -x } else { x };
    if let Some((x, len)) = word(&bytes[sign..]) {
        return Some((negate(x), sign + len));
    }
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = bytes
            .get(end + 1 + sign..)
            .map_or(0, |_| digits(end + 1 + sign));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let text = std::str::from_utf8(&bytes[..end]).ok()?;
    Some((text.parse().ok()?, end))
}

/// `inf`, `infinity`, `nan`.
fn word(bytes: &[u8]) -> Option<(f64, usize)> {
    let words = [
        ("infinity", f64::INFINITY),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    let is = |word: &str| {
        bytes
            .get(..word.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes()))
    };
    words
        .iter()
        .find(|(word, _)| is(word))
        .map(|(word, x)| (*x, word.len()))
}
