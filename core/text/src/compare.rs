//! Order and equality of strings, whatever their widths: by code points.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use crate::units::{Text, TextBuf, Unit};
use crate::with_units;

fn compare_units<A: Unit, B: Unit>(a: &[A], b: &[B]) -> Ordering {
    let differing = a.iter().zip(b).find(|(a, b)| a.code() != b.code());
    differing.map_or(a.len().cmp(&b.len()), |(a, b)| a.code().cmp(&b.code()))
}

/// The order of two strings by code points.
pub fn compare(a: Text<'_>, b: Text<'_>) -> Ordering {
    match (a, b) {
        // Bytes order as memcmp does.
        (Text::One(a), Text::One(b)) => a.cmp(b),
        _ => with_units!(a, a => with_units!(b, b => compare_units(a, b))),
    }
}

/// Whether two strings have the same code points.
pub fn equal(a: Text<'_>, b: Text<'_>) -> bool {
    match (a, b) {
        (Text::One(a), Text::One(b)) => a == b,
        (Text::Two(a), Text::Two(b)) => a == b,
        (Text::Four(a), Text::Four(b)) => a == b,
        _ => a.len() == b.len() && compare(a, b) == Ordering::Equal,
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        equal(*self, *other)
    }
}

impl Eq for Text<'_> {}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(*self, *other)
    }
}

impl Hash for Text<'_> {
    /// Of the code points, so equal strings of unequal widths hash alike.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        self.codes().for_each(|code| state.write_u32(code));
    }
}

impl PartialEq for TextBuf {
    fn eq(&self, other: &Self) -> bool {
        equal(self.as_text(), other.as_text())
    }
}

impl Eq for TextBuf {}

impl PartialEq<str> for TextBuf {
    fn eq(&self, other: &str) -> bool {
        self.as_text().codes().eq(other.chars().map(u32::from))
    }
}

impl PartialEq<&str> for TextBuf {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
