//! Facts on code points: Unicode 16.0, as CPython 3.14's `unicodedata` and `str` methods have them.
//!
//! The tables are generated (see `generate.py`). Each is in two stages: the upper bits of a code
//! point select a block, the lower ones an entry in it; equal blocks are stored once. What an entry
//! numbers is a record shared by all code points with the same facts.
//!
//! Code points above U+10FFFF are no characters; asking for them panics. The names of characters are not
//! here. Unicode 3.2, which some protocols fix, is in [`v3_2`].

pub mod case;
pub mod normalize;
#[rustfmt::skip]
mod tables;

pub mod v3_2;

use std::ops::Range;

use tables as t;
pub use tables::UNICODE_VERSION;

macro_rules! staged {
    ($code:expr, $shift:ident, $first:ident, $second:ident) => {{
        let code = $code as usize;
        let block = usize::from(t::$first[code >> t::$shift]);
        t::$second[(block << t::$shift) | (code & ((1 << t::$shift) - 1))]
    }};
}
use staged;

type Record = (u16, u8, u8, u8, u8, u8, u8);

#[inline]
fn record(code: u32) -> &'static Record {
    &t::RECORDS[usize::from(staged!(code, RECORD_SHIFT, RECORD_FIRST, RECORD_SECOND))]
}

/// Flags of the first 128 code points, so that the common ones cost one load.
static ASCII_FLAGS: [u16; 128] = {
    let mut flags = [0; 128];
    let mut code = 0;
    while code < 128 {
        let block = t::RECORD_FIRST[code >> t::RECORD_SHIFT] as usize;
        let at = (block << t::RECORD_SHIFT) | (code & ((1 << t::RECORD_SHIFT) - 1));
        flags[code] = t::RECORDS[t::RECORD_SECOND[at] as usize].0;
        code += 1;
    }
    flags
};

#[inline]
fn flags(code: u32) -> u16 {
    if code < 128 {
        ASCII_FLAGS[code as usize]
    } else {
        record(code).0
    }
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident = $flag:expr;)*) => {
        $($(#[$doc])*
        #[inline]
        pub fn $name(code: u32) -> bool {
            flags(code) & ($flag) != 0
        })*
    };
}

predicates! {
    /// A letter (`str.isalpha`).
    is_alpha = t::ALPHA;
    /// A decimal digit (`str.isdecimal`).
    is_decimal = t::DECIMAL;
    /// A digit (`str.isdigit`).
    is_digit = t::DIGIT;
    /// Has a numeric value (`str.isnumeric`).
    is_numeric = t::NUMERIC;
    /// A letter or a number (`str.isalnum`).
    is_alnum = t::ALPHA | t::DECIMAL | t::DIGIT | t::NUMERIC;
    /// White space (`str.isspace`).
    is_space = t::SPACE;
    /// Shown as it is by `repr` (`str.isprintable`).
    is_printable = t::PRINTABLE;
    /// Lower case.
    is_lower = t::LOWER;
    /// Upper case.
    is_upper = t::UPPER;
    /// Title case, as U+01C5.
    is_title = t::TITLE;
    /// Has case (Unicode's Cased).
    is_cased = t::CASED;
    /// Looked through by the rule for a final sigma (Unicode's Case_Ignorable).
    is_case_ignorable = t::CASE_IGNORABLE;
    /// May begin an identifier, `_` included.
    is_identifier_start = t::IDENT_START;
    /// May go on an identifier.
    is_identifier_continue = t::IDENT_CONTINUE;
    /// Ends a line (`str.splitlines`).
    is_line_break = t::LINE_BREAK;
    /// Mirrored in right-to-left text (`unicodedata.mirrored`).
    is_mirrored = t::MIRRORED;
}

/// The general category, as `"Lu"`.
pub fn category(code: u32) -> &'static str {
    t::CATEGORIES[usize::from(record(code).1)]
}

/// The bidirectional class, as `"AL"`; empty for none.
pub fn bidirectional(code: u32) -> &'static str {
    t::BIDIRECTIONAL[usize::from(record(code).2)]
}

/// The canonical combining class; 0 for none.
pub fn combining(code: u32) -> u8 {
    record(code).3
}

/// The East Asian width: `"F"`, `"H"`, `"W"`, `"Na"`, `"A"` or `"N"`.
pub fn east_asian_width(code: u32) -> &'static str {
    t::EAST_ASIAN_WIDTHS[usize::from(record(code).4)]
}

/// The value of a decimal digit.
#[inline]
pub fn decimal(code: u32) -> Option<u8> {
    Some(record(code).5).filter(|&value| value != 255)
}

/// The value of a digit, superscripts and their like included.
#[inline]
pub fn digit(code: u32) -> Option<u8> {
    Some(record(code).6).filter(|&value| value != 255)
}

/// The numeric value.
pub fn numeric(code: u32) -> Option<f64> {
    if !is_numeric(code) {
        return None;
    }
    let after = t::NUMERIC_RUNS.partition_point(|run| run.0 <= code);
    let (first, last, value, step) = t::NUMERIC_RUNS[after - 1];
    debug_assert!(code <= last, "a numeric character lies in a run");
    Some(t::NUMERIC_VALUES[usize::from(value)] + f64::from(step) * f64::from(code - first))
}

/// How a character decomposes, by one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decomposition {
    /// The kind of a compatibility decomposition, as `"font"`; empty if it is canonical.
    pub tag: &'static str,
    /// Where the code points lie in the table.
    data: Range<usize>,
}

impl Decomposition {
    /// The code points it decomposes to.
    pub fn codes(&self) -> impl Iterator<Item = u32> + use<> {
        t::DECOMPOSITION_DATA[self.data.clone()]
            .iter()
            .map(|&unit| match unit {
                0xD800..=0xDFFF => t::DECOMPOSITION_FAR[usize::from(unit - 0xD800)],
                _ => u32::from(unit),
            })
    }
}

/// The decomposition of a character by one step; Hangul syllables, which decompose by
/// arithmetic, have none here (see [`normalize::hangul_parts`]).
pub fn decomposition(code: u32) -> Option<Decomposition> {
    let at = staged!(
        code,
        DECOMPOSITION_SHIFT,
        DECOMPOSITION_FIRST,
        DECOMPOSITION_SECOND
    );
    let head = t::DECOMPOSITION_DATA[usize::from(at)];
    let data = usize::from(at) + 1;
    (at != 0).then(|| Decomposition {
        tag: t::DECOMPOSITION_TAGS[usize::from(head >> 8)],
        data: data..data + usize::from(head & 0xFF),
    })
}

/// What two code points compose to canonically, Hangul apart.
fn composition(first: u32, second: u32) -> Option<u32> {
    let found = t::COMPOSITIONS.binary_search_by(|entry| (entry.0, entry.1).cmp(&(first, second)));
    found.ok().map(|at| t::COMPOSITIONS[at].2)
}
