//! `float.hex` and `float.fromhex`.

use grwl_text::Text;

use crate::error::Error;
use crate::int::real::round_to_float;
use crate::int::text::trimmed;

/// `x.hex()`
pub fn to_hex(x: f64) -> String {
    if !x.is_finite() {
        return super::repr(x);
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let (lead, exponent) = match bits >> 52 & 0x7FF {
        0 => (0, -1022),
        biased => (1, biased as i64 - 1023),
    };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// `float.fromhex(text)`
pub fn from_hex(text: Text<'_>) -> Result<f64, Error> {
    let bytes: Vec<u8> = text
        .codes()
        .map(|c| if c < 0x80 { c as u8 } else { b'?' })
        .collect();
    let x = parse(trimmed(&bytes))
        .ok_or_else(|| Error::value("invalid hexadecimal floating-point string"))?;
    match x {
        Parsed::Word(x) => Ok(x),
        Parsed::Number(x) if x.is_infinite() => Err(Error::overflow(
            "hexadecimal value too large to represent as a float",
        )),
        Parsed::Number(x) => Ok(x),
    }
}

enum Parsed {
    /// inf or nan.
    Word(f64),
    Number(f64),
}

fn parse(bytes: &[u8]) -> Option<Parsed> {
    let (is_negative, rest) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    let signed = |x: f64| if is_negative { -x } else { x };
    match rest.to_ascii_lowercase().as_slice() {
        b"inf" | b"infinity" => return Some(Parsed::Word(signed(f64::INFINITY))),
        b"nan" => return Some(Parsed::Word(signed(f64::NAN))),
        _ => {}
    }
    let rest = match rest {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => rest,
    };
    let (mantissa, exponent) = match rest.iter().position(|b| matches!(b, b'p' | b'P')) {
        Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..])?),
        None => (rest, 0),
    };
    // The first 64 bits that matter, whether there are more, and the power of two.
    let (mut bits, mut more, mut power): (u64, bool, i64) = (0, false, 0);
    let (mut after_point, mut digits) = (false, 0);
    for &byte in mantissa {
        if byte == b'.' && !after_point {
            after_point = true;
            continue;
        }
        let digit = char::from(byte).to_digit(16)?;
        digits += 1;
        if bits >> 60 == 0 {
            bits = bits << 4 | u64::from(digit);
            power -= if after_point { 4 } else { 0 };
        } else {
            more |= digit != 0;
            power += if after_point { 0 } else { 4 };
        }
    }
    if digits == 0 {
        return None;
    }
    Some(Parsed::Number(signed(round_to_float(
        bits,
        more,
        power.saturating_add(exponent),
    ))))
}

fn parse_exponent(bytes: &[u8]) -> Option<i64> {
    let digits = match bytes {
        [b'+' | b'-', rest @ ..] => rest,
        _ => bytes,
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // Far out is as good as exact.
    let value = digits
        .iter()
        .fold(0i64, |v, d| (v * 10 + i64::from(d - b'0')).min(1 << 50));
    Some(if bytes[0] == b'-' { -value } else { value })
}
