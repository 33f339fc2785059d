//! Cutting strings: `split`, `rsplit`, `partition`, `splitlines`. All give ranges of the haystack.
//!
//! A limit is the greatest number of cuts; Python's -1 is `usize::MAX`.

use std::ops::Range;

use crate::search::{Matches, MatchesBack};
use crate::unicode;
use crate::units::Unit;

/// White space, line breaks: what they are differs between `str` and `bytes`.
pub trait Spaces<T: Unit> {
    /// Whether a unit is white space.
    fn is_space(unit: T) -> bool;
    /// Whether a unit ends a line.
    fn is_line_break(unit: T) -> bool;
}

/// `str`: as Unicode has it.
pub struct OfStr;

/// `bytes`: ASCII white space; lines end with `\n`, `\r` or both.
pub struct OfBytes;

impl<T: Unit> Spaces<T> for OfStr {
    fn is_space(unit: T) -> bool {
        unicode::is_space(unit.code())
    }
    fn is_line_break(unit: T) -> bool {
        unicode::is_line_break(unit.code())
    }
}

impl Spaces<u8> for OfBytes {
    fn is_space(unit: u8) -> bool {
        matches!(unit, b' ' | b'\t'..=b'\r')
    }
    fn is_line_break(unit: u8) -> bool {
        matches!(unit, b'\n' | b'\r')
    }
}

/// `split(sep, limit)`: the parts between separators, from the left. The separator must not be empty.
pub fn split<'h, T: Unit>(
    haystack: &'h [T],
    separator: &'h [T],
    limit: usize,
) -> impl Iterator<Item = Range<usize>> + 'h {
    let mut cuts = Matches::new(haystack, separator).take(limit);
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        let cut = cuts.next();
        from = cut.map(|cut| cut + separator.len());
        Some(start..cut.unwrap_or(haystack.len()))
    })
}

/// `rsplit(sep, limit)`: the parts between separators, *the rightmost first*.
pub fn rsplit<'h, T: Unit>(
    haystack: &'h [T],
    separator: &'h [T],
    limit: usize,
) -> impl Iterator<Item = Range<usize>> + 'h {
    let mut cuts = MatchesBack::new(haystack, separator).take(limit);
    let mut to = Some(haystack.len());
    std::iter::from_fn(move || {
        let end = to?;
        to = cuts.next();
        Some(to.map_or(0, |cut| cut + separator.len())..end)
    })
}

/// `split(None, limit)`: the words between white space, from the left.
pub fn split_spaces<T: Unit, S: Spaces<T>>(
    haystack: &[T],
    limit: usize,
) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut left = limit;
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + haystack[at..].iter().position(|&u| !S::is_space(u))?;
        let end = if left == 0 {
            // The rest is one word, with the white space at its end.
            haystack.len()
        } else {
            haystack[start..]
                .iter()
                .position(|&u| S::is_space(u))
                .map_or(haystack.len(), |i| start + i)
        };
        at = if left == 0 { haystack.len() } else { end };
        left = left.saturating_sub(1);
        Some(start..end)
    })
}

/// `rsplit(None, limit)`: the words between white space, *the rightmost first*.
pub fn rsplit_spaces<T: Unit, S: Spaces<T>>(
    haystack: &[T],
    limit: usize,
) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut left = limit;
    let mut rest = haystack;
    std::iter::from_fn(move || {
        // As above, mirrored: the last part given has the white space at its begin.
        let end = rest.iter().rposition(|&u| !S::is_space(u))? + 1;
        let start = if left == 0 {
            0
        } else {
            rest[..end]
                .iter()
                .rposition(|&u| S::is_space(u))
                .map_or(0, |i| i + 1)
        };
        rest = if left == 0 { &[] } else { &rest[..start] };
        left = left.saturating_sub(1);
        Some(start..end)
    })
}

/// `splitlines()`: the lines, with what ends them if `keep_ends`.
pub fn split_lines<T: Unit, S: Spaces<T>>(
    haystack: &[T],
    keep_ends: bool,
) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at == haystack.len() {
            return None;
        }
        let start = at;
        let rest = &haystack[start..];
        let end = rest
            .iter()
            .position(|&u| S::is_line_break(u))
            .map_or(haystack.len(), |i| start + i);
        let is = |i: usize, c: u8| haystack.get(i).is_some_and(|u| u.code() == u32::from(c));
        let ending = match end {
            _ if end == haystack.len() => 0,
            _ if is(end, b'\r') && is(end + 1, b'\n') => 2,
            _ => 1,
        };
        at = end + ending;
        Some(start..if keep_ends { at } else { end })
    })
}
