//! The facts of Unicode 3.2: `unicodedata.ucd_3_2_0`, by which `stringprep` and the idna codec go.
//!
//! A code point that was unassigned then has category `Cn` and nothing else.

use super::normalize::{Edition, Form, normalize_in};
use super::{Decomposition, staged, t};
use crate::units::{Text, TextBuf};

type Record = (u8, u8, u8, u8, u8, u8, u8);

fn record(code: u32) -> &'static Record {
    let number = staged!(code, OLD_RECORD_SHIFT, OLD_RECORD_FIRST, OLD_RECORD_SECOND);
    &t::OLD_RECORDS[usize::from(number)]
}

/// The general category.
pub fn category(code: u32) -> &'static str {
    t::CATEGORIES[usize::from(record(code).0)]
}

/// Whether the code point was assigned.
pub fn is_assigned(code: u32) -> bool {
    category(code) != "Cn"
}

/// The bidirectional class; empty for none.
pub fn bidirectional(code: u32) -> &'static str {
    t::BIDIRECTIONAL[usize::from(record(code).1)]
}

/// The canonical combining class.
pub fn combining(code: u32) -> u8 {
    record(code).2
}

/// The East Asian width.
pub fn east_asian_width(code: u32) -> &'static str {
    t::EAST_ASIAN_WIDTHS[usize::from(record(code).3)]
}

/// Whether it is mirrored in right-to-left text.
pub fn is_mirrored(code: u32) -> bool {
    record(code).4 != 0
}

/// The value of a decimal digit.
pub fn decimal(code: u32) -> Option<u8> {
    Some(record(code).5).filter(|&value| value != 255)
}

/// The value of a digit.
pub fn digit(code: u32) -> Option<u8> {
    Some(record(code).6).filter(|&value| value != 255)
}

/// The numeric value.
pub fn numeric(code: u32) -> Option<f64> {
    match t::OLD_NUMERIC.binary_search_by_key(&code, |entry| entry.0) {
        Ok(at) => Some(t::OLD_NUMERIC[at].1).filter(|&value| value >= 0.0),
        Err(_) => super::numeric(code).filter(|_| is_assigned(code)),
    }
}

/// The decomposition by one step, Hangul apart.
pub fn decomposition(code: u32) -> Option<Decomposition> {
    super::decomposition(code).filter(|_| is_assigned(code))
}

/// A string in a normal form.
pub fn normalize(text: Text<'_>, form: Form) -> TextBuf {
    normalize_in(Edition::V3_2, text, form)
}

/// What a character decomposed to that decomposes to another one today.
pub(super) fn corrected(code: u32) -> Option<u32> {
    let found = t::OLD_DECOMPOSED.binary_search_by_key(&code, |entry| entry.0);
    found.ok().map(|at| t::OLD_DECOMPOSED[at].1)
}
