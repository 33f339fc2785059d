//! The normal forms NFC, NFD, NFKC and NFKD.

use super::{combining, composition, decomposition, v3_2};
use crate::units::{Text, TextBuf};

/// A normal form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Canonical decomposition, then composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility decomposition, then composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
}

impl Form {
    /// The form of a name, as `"NFC"`.
    pub fn from_name(name: &str) -> Option<Form> {
        match name {
            "NFC" => Some(Form::Nfc),
            "NFD" => Some(Form::Nfd),
            "NFKC" => Some(Form::Nfkc),
            "NFKD" => Some(Form::Nfkd),
            _ => None,
        }
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn takes_compatibility(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }
}

// Hangul syllables are laid out as (leading, vowel, trailing), trailing fastest.
const SYLLABLES: u32 = 0xAC00;
const LEADING: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
const BEFORE_TRAILING: u32 = 0x11A7;
const LEADING_COUNT: u32 = 19;
const VOWEL_COUNT: u32 = 21;
const TRAILING_COUNT: u32 = 28;
const SYLLABLE_COUNT: u32 = LEADING_COUNT * VOWEL_COUNT * TRAILING_COUNT;

/// The leading consonant, vowel and perhaps trailing consonant of a Hangul syllable.
pub fn hangul_parts(code: u32) -> Option<(u32, u32, Option<u32>)> {
    let index = code
        .checked_sub(SYLLABLES)
        .filter(|&index| index < SYLLABLE_COUNT)?;
    let trailing = index % TRAILING_COUNT;
    Some((
        LEADING + index / (VOWEL_COUNT * TRAILING_COUNT),
        VOWELS + index / TRAILING_COUNT % VOWEL_COUNT,
        (trailing != 0).then_some(BEFORE_TRAILING + trailing),
    ))
}

fn compose_hangul(first: u32, second: u32) -> Option<u32> {
    let within = |code: u32, base: u32, count: u32| code.checked_sub(base).filter(|&i| i < count);
    if let Some(leading) = within(first, LEADING, LEADING_COUNT) {
        let vowel = within(second, VOWELS, VOWEL_COUNT)?;
        return Some(SYLLABLES + (leading * VOWEL_COUNT + vowel) * TRAILING_COUNT);
    }
    let syllable = within(first, SYLLABLES, SYLLABLE_COUNT)?;
    let trailing = within(second, BEFORE_TRAILING + 1, TRAILING_COUNT - 1)?;
    (syllable % TRAILING_COUNT == 0).then_some(first + trailing + 1)
}

/// Whose decompositions to go by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edition {
    Current,
    V3_2,
}

fn push_decomposed(code: u32, edition: Edition, form: Form, out: &mut Vec<u32>) {
    if edition == Edition::V3_2 {
        if let Some(corrected) = v3_2::corrected(code) {
            out.push(corrected);
            return;
        }
        if !v3_2::is_assigned(code) {
            out.push(code);
            return;
        }
    }
    if let Some((leading, vowel, trailing)) = hangul_parts(code) {
        out.extend([leading, vowel]);
        out.extend(trailing);
        return;
    }
    match decomposition(code) {
        Some(d) if d.tag.is_empty() || form.takes_compatibility() => {
            d.codes()
                .for_each(|part| push_decomposed(part, edition, form, out));
        }
        _ => out.push(code),
    }
}

/// Sorts each run of combining characters by class, keeping equals in order.
fn order_marks(codes: &mut [u32]) {
    let mut at = 0;
    while at < codes.len() {
        let run = codes[at..]
            .iter()
            .take_while(|&&code| combining(code) != 0)
            .count();
        codes[at..at + run].sort_by_key(|&code| combining(code));
        at += run.max(1);
    }
}

fn compose(codes: &[u32]) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::with_capacity(codes.len());
    let mut starter: Option<usize> = None;
    // The class of the last code point kept after the starter; none if there is none.
    let mut before: Option<u8> = None;
    for &code in codes {
        let class = combining(code);
        if let Some(at) = starter {
            let blocked = before.is_some_and(|before| before == 0 || before >= class);
            let composed = if blocked {
                None
            } else {
                compose_hangul(out[at], code).or_else(|| composition(out[at], code))
            };
            if let Some(composed) = composed {
                out[at] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(out.len());
            before = None;
        } else {
            before = Some(class);
        }
        out.push(code);
    }
    out
}

/// A string in a normal form.
pub fn normalize(text: Text<'_>, form: Form) -> TextBuf {
    normalize_in(Edition::Current, text, form)
}

pub(super) fn normalize_in(edition: Edition, text: Text<'_>, form: Form) -> TextBuf {
    let mut codes = Vec::with_capacity(text.len());
    text.codes()
        .for_each(|code| push_decomposed(code, edition, form, &mut codes));
    order_marks(&mut codes);
    if form.composes() {
        codes = compose(&codes);
    }
    codes.into_iter().collect()
}

/// Whether a string is in a normal form already.
pub fn is_normalized(text: Text<'_>, form: Form) -> bool {
    text.is_ascii() || normalize(text, form).as_text() == text
}
