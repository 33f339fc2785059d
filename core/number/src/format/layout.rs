//! Putting a number together: sign, prefix, grouped digits, padding.

use std::borrow::Cow;

use grwl_text::{Text, TextBuf, TextBuilder, Width};

use super::spec::{Align, Spec};
use crate::error::Error;

/// Widths above this (64 Gi characters) are refused.
const MAX_WIDTH: usize = 1 << 36;

/// A number's parts, all of them ASCII.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// `-` or nothing.
    pub is_negative: bool,
    /// `0x` and its like.
    pub prefix: &'a str,
    /// The digits before the point, which are grouped; none for inf and nan.
    pub whole: &'a str,
    /// What follows.
    pub rest: &'a str,
}

impl<'a> Parts<'a> {
    /// The parts of a float's text, but for the sign: its whole digits are split off.
    pub fn of_float(text: &'a str) -> Parts<'a> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = unsigned.split_at(digits);
        Parts {
            is_negative: unsigned.len() < text.len(),
            prefix: "",
            whole,
            rest,
        }
    }
}

/// The sign that a number shows.
fn sign(is_negative: bool, wanted: Option<u8>) -> &'static str {
    match wanted {
        _ if is_negative => "-",
        Some(b'+') => "+",
        Some(b' ') => " ",
        _ => "",
    }
}

/// Digits from the right in groups; zeros before them fill up to a width.
pub fn grouped(digits: &str, separator: Option<u8>, size: usize, least: usize) -> String {
    let mut out = Vec::with_capacity(least.max(digits.len() * 4 / 3) + 2);
    let mut in_group = 0;
    let mut left = digits.bytes().rev();
    loop {
        let next = left.next();
        if next.is_none() && out.len() >= least {
            break;
        }
        if let Some(separator) = separator.filter(|_| in_group == size) {
            out.push(separator);
            in_group = 0;
        }
        out.push(next.unwrap_or(b'0'));
        in_group += 1;
    }
    out.reverse();
    out.into_iter().map(char::from).collect()
}

/// What follows the whole digits, with the digits after the point in groups of three from the left.
pub fn with_grouped_fraction(rest: &str, separator: u8) -> String {
    let Some(after) = rest.strip_prefix('.') else {
        return rest.into();
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let mut out = String::from(".");
    for (i, digit) in after[..digits].chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            out.push(char::from(separator));
        }
        out.push(digit);
    }
    out + &after[digits..]
}

/// How much padding goes before and after something.
pub(crate) fn padding(spec: &Spec, len: usize) -> Result<(usize, usize), Error> {
    let width = spec.width.unwrap_or(0);
    if width > MAX_WIDTH {
        return Err(Error::memory());
    }
    let total = width.saturating_sub(len);
    // A program may ask for more than there is.
    let bytes = total.saturating_mul(Width::of(spec.fill).bytes());
    Error::unless_there_are(bytes as u64)?;
    let before = match spec.align {
        Align::Left => 0,
        Align::Right | Align::AfterSign => total,
        Align::Center => total / 2,
    };
    Ok((before, total - before))
}

/// A text between padding.
pub(crate) fn padded(spec: &Spec, text: Text<'_>) -> Result<TextBuf, Error> {
    let (before, after) = padding(spec, text.len())?;
    let mut out = TextBuilder::with_capacity(before + text.len() + after);
    out.push_repeated(spec.fill, before);
    out.push_text(text);
    out.push_repeated(spec.fill, after);
    Ok(out.finish())
}

/// A number as its specification wants it. Groups have `group_size` digits.
pub fn number(spec: &Spec, parts: Parts<'_>, group_size: usize) -> Result<TextBuf, Error> {
    let sign = sign(parts.is_negative, spec.sign);
    let rest = match spec.fraction_grouping {
        Some(separator) => Cow::Owned(with_grouped_fraction(parts.rest, separator)),
        None => Cow::Borrowed(parts.rest),
    };
    let around = sign.len() + parts.prefix.len() + rest.len();
    let zeros_fill = spec.fill == u32::from(b'0') && spec.align == Align::AfterSign;
    let least = if zeros_fill {
        spec.width.unwrap_or(0).saturating_sub(around)
    } else {
        0
    };
    if least > MAX_WIDTH {
        return Err(Error::memory());
    }
    let whole = match parts.whole {
        digits if digits.is_empty() || (spec.grouping.is_none() && least <= digits.len()) => {
            Cow::Borrowed(digits)
        }
        digits => Cow::Owned(grouped(digits, spec.grouping, group_size, least)),
    };
    let (before, after) = padding(spec, around + whole.len())?;
    let mut out = TextBuilder::with_capacity(around + whole.len() + before + after);
    let inside = spec.align == Align::AfterSign;
    out.push_repeated(spec.fill, if inside { 0 } else { before });
    out.push_latin1(sign.as_bytes());
    out.push_latin1(parts.prefix.as_bytes());
    out.push_repeated(spec.fill, if inside { before } else { 0 });
    out.push_latin1(whole.as_bytes());
    out.push_latin1(rest.as_bytes());
    out.push_repeated(spec.fill, after);
    Ok(out.finish())
}
