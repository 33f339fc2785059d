//! `strip`, `lstrip`, `rstrip`, `removeprefix`'s test: which range of a string remains.

use std::ops::Range;

use crate::split::{OfBytes, OfStr, Spaces};
use crate::units::{Text, Unit};
use crate::with_units;

/// Which ends to strip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sides {
    /// `lstrip`
    Left,
    /// `rstrip`
    Right,
    /// `strip`
    Both,
}

/// What remains when units that a test accepts are taken off.
pub fn strip_where<T: Unit>(units: &[T], sides: Sides, strips: impl Fn(T) -> bool) -> Range<usize> {
    let mut range = 0..units.len();
    if sides != Sides::Right {
        range.start = units
            .iter()
            .position(|&u| !strips(u))
            .unwrap_or(units.len());
    }
    if sides != Sides::Left {
        let kept = units[range.start..].iter().rposition(|&u| !strips(u));
        range.end = kept.map_or(range.start, |i| range.start + i + 1);
    }
    range
}

/// What remains of `bytes` without ASCII white space.
pub fn strip_bytes(bytes: &[u8], sides: Sides) -> Range<usize> {
    strip_where(bytes, sides, OfBytes::is_space)
}

/// What remains of `bytes` without the bytes of a set.
pub fn strip_bytes_of(bytes: &[u8], set: &[u8], sides: Sides) -> Range<usize> {
    strip_where(bytes, sides, |b| set.contains(&b))
}

impl Text<'_> {
    /// What remains without white space.
    pub fn strip(self, sides: Sides) -> Range<usize> {
        with_units!(self, u => strip_where(u, sides, OfStr::is_space))
    }

    /// What remains without the characters of a set.
    pub fn strip_of(self, set: Text<'_>, sides: Sides) -> Range<usize> {
        // Most characters are told apart by their low six bits.
        let bits = set.codes().fold(0u64, |bits, code| bits | 1 << (code % 64));
        let strips = |code: u32| bits >> (code % 64) & 1 != 0 && set.codes().any(|c| c == code);
        with_units!(self, u => strip_where(u, sides, |unit| strips(unit.code())))
    }
}
