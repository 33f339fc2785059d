//! `upper`, `lower`, `title`, `casefold`, `swapcase`, `capitalize` of `str`: Unicode's full mappings,
//! with the one rule that looks around, that of the final sigma.

use crate::ascii;
use crate::build::TextBuilder;
use crate::unicode as u;
use crate::unicode::case::{self, Mapped};
use crate::units::{Text, TextBuf, Unit};
use crate::with_units;

const CAPITAL_SIGMA: u32 = 0x3A3;
const SMALL_SIGMA: u32 = 0x3C3;
const FINAL_SIGMA: u32 = 0x3C2;

/// The units, if they are all ASCII and so need no tables.
fn as_ascii(text: Text<'_>) -> Option<&[u8]> {
    match text {
        Text::One(units) if units.is_ascii() => Some(units),
        _ => None,
    }
}

/// To lower case, where that depends on what is around.
#[inline(always)]
fn to_lower<T: Unit>(units: &[T], at: usize) -> Mapped {
    match units[at].code() {
        CAPITAL_SIGMA => Mapped::One(if sigma_is_final(units, at) {
            FINAL_SIGMA
        } else {
            SMALL_SIGMA
        }),
        code => case::to_lower(code),
    }
}

/// Whether a sigma ends a word: it comes after a cased character and not before one, whatever
/// case-ignorable characters lie between.
#[cold]
#[inline(never)]
fn sigma_is_final<T: Unit>(units: &[T], at: usize) -> bool {
    let cased = |unit: Option<&T>| unit.is_some_and(|unit| u::is_cased(unit.code()));
    let counts = |unit: &&T| !u::is_case_ignorable(unit.code());
    cased(units[..at].iter().rev().find(counts)) && !cased(units[at + 1..].iter().find(counts))
}

/// Maps each unit, given the units and an index. As long as the results fit, they stay in the width of
/// what is mapped.
fn map_all<T: Unit>(units: &[T], mut map: impl FnMut(&[T], usize) -> Mapped) -> TextBuf {
    let mut out: Vec<T> = Vec::with_capacity(units.len());
    for at in 0..units.len() {
        match map(units, at) {
            Mapped::One(code) if T::from_code(code).code() == code => out.push(T::from_code(code)),
            mapped => {
                let mut out = TextBuilder::from_buf(T::text_buf(out));
                mapped.codes().for_each(|code| out.push(code));
                for at in at + 1..units.len() {
                    match map(units, at) {
                        Mapped::One(code) => out.push(code),
                        mapped => mapped.codes().for_each(|code| out.push(code)),
                    }
                }
                return out.finish().into_canonical();
            }
        }
    }
    T::text_buf(out).into_canonical()
}

/// `upper`
pub fn upper(text: Text<'_>) -> TextBuf {
    match as_ascii(text) {
        Some(units) => TextBuf::One(ascii::upper(units)),
        None => with_units!(text, units => map_all(units, |u, at| case::to_upper(u[at].code()))),
    }
}

/// `casefold`
pub fn fold(text: Text<'_>) -> TextBuf {
    match as_ascii(text) {
        Some(units) => TextBuf::One(ascii::lower(units)),
        None => with_units!(text, units => map_all(units, |u, at| case::to_fold(u[at].code()))),
    }
}

/// `lower`
pub fn lower(text: Text<'_>) -> TextBuf {
    match as_ascii(text) {
        Some(units) => TextBuf::One(ascii::lower(units)),
        None => with_units!(text, units => map_all(units, to_lower)),
    }
}

fn title_units<T: Unit>(units: &[T]) -> TextBuf {
    let mut after_cased = false;
    map_all(units, |units, at| {
        let code = units[at].code();
        let mapped = if after_cased {
            to_lower(units, at)
        } else {
            case::to_title(code)
        };
        after_cased = u::is_cased(code);
        mapped
    })
}

/// `title`: the first of each run of cased characters to title case, the others to lower case.
pub fn title(text: Text<'_>) -> TextBuf {
    with_units!(text, units => title_units(units))
}

fn capitalize_units<T: Unit>(units: &[T]) -> TextBuf {
    map_all(units, |units, at| match at {
        0 => case::to_title(units[0].code()),
        _ => to_lower(units, at),
    })
}

/// `capitalize`: the first character to title case, the others to lower case.
pub fn capitalize(text: Text<'_>) -> TextBuf {
    with_units!(text, units => capitalize_units(units))
}

fn swap_units<T: Unit>(units: &[T]) -> TextBuf {
    map_all(units, |units, at| match units[at].code() {
        code if u::is_upper(code) => {
            debug_assert!(!u::is_lower(code));
            to_lower(units, at)
        }
        code if u::is_lower(code) => case::to_upper(code),
        code => Mapped::One(code),
    })
}

/// `swapcase`
pub fn swap(text: Text<'_>) -> TextBuf {
    with_units!(text, units => swap_units(units))
}
