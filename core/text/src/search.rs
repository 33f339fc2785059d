//! Finding and counting substrings, in linear time on any input.
//!
//! One byte wide, `memchr::memmem` does the work; wider, [`two_way`](crate::two_way). Functions on
//! [`Text`] bring the needle to the haystack's width first: a needle that does not fit in it cannot occur.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use crate::units::{Text, Unit, recoded};
use crate::with_units;

/// A needle made ready for repeated search.
pub trait Searcher<'n, T>: Sized {
    /// Takes a needle, which must not be empty.
    fn new(needle: &'n [T]) -> Self;
    /// The first place from this searcher's side.
    fn search(&mut self, haystack: &[T]) -> Option<usize>;
}

impl<'n> Searcher<'n, u8> for memmem::Finder<'n> {
    fn new(needle: &'n [u8]) -> Self {
        memmem::Finder::new(needle)
    }
    fn search(&mut self, haystack: &[u8]) -> Option<usize> {
        self.find(haystack)
    }
}

impl<'n> Searcher<'n, u8> for memmem::FinderRev<'n> {
    fn new(needle: &'n [u8]) -> Self {
        memmem::FinderRev::new(needle)
    }
    fn search(&mut self, haystack: &[u8]) -> Option<usize> {
        self.rfind(haystack)
    }
}

/// In no more than this it takes longer to make a searcher ready than to look at every place.
const SHORT: usize = 64;

/// The first place of a needle of several units in a short haystack.
fn find_short<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let places = (haystack.len() + 1).checked_sub(needle.len())?;
    (0..places).find(|&at| haystack[at] == *first && haystack[at + 1..].starts_with(rest))
}

/// The last place of a needle of several units in a short haystack.
fn rfind_short<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let places = (haystack.len() + 1).checked_sub(needle.len())?;
    (0..places).rfind(|&at| haystack[at] == *first && haystack[at + 1..].starts_with(rest))
}

/// The first place of a needle; an empty one is at 0.
pub fn find<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [unit] => T::find_unit(haystack, *unit),
        _ if needle.len() > haystack.len() => None,
        _ if haystack.len() <= SHORT => find_short(haystack, needle),
        _ => T::Forward::new(needle).search(haystack),
    }
}

/// The last place of a needle; an empty one is at the end.
pub fn rfind<T: Unit>(haystack: &[T], needle: &[T]) -> Option<usize> {
    match needle {
        [] => Some(haystack.len()),
        [unit] => T::rfind_unit(haystack, *unit),
        _ if needle.len() > haystack.len() => None,
        _ if haystack.len() <= SHORT => rfind_short(haystack, needle),
        _ => T::Backward::new(needle).search(haystack),
    }
}

/// How often a needle occurs without overlap; an empty one, before each unit and at the end.
pub fn count<T: Unit>(haystack: &[T], needle: &[T]) -> usize {
    match needle {
        [] => haystack.len() + 1,
        [unit] => T::count_unit(haystack, *unit),
        _ => Matches::new(haystack, needle).count(),
    }
}

/// The places of a non-empty needle from the left, without overlap.
pub struct Matches<'h, 'n, T: Unit> {
    haystack: &'h [T],
    needle: &'n [T],
    searcher: Option<T::Forward<'n>>,
    from: usize,
}

impl<'h, 'n, T: Unit> Matches<'h, 'n, T> {
    /// Panics if the needle is empty.
    pub fn new(haystack: &'h [T], needle: &'n [T]) -> Self {
        assert!(!needle.is_empty(), "an empty needle has no places");
        let is_ready = needle.len() == 1 || haystack.len() <= SHORT;
        let searcher = (!is_ready).then(|| T::Forward::new(needle));
        Matches {
            haystack,
            needle,
            searcher,
            from: 0,
        }
    }
}

impl<T: Unit> Iterator for Matches<'_, '_, T> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let rest = &self.haystack[self.from..];
        let found = match &mut self.searcher {
            Some(searcher) => searcher.search(rest),
            None if self.needle.len() > 1 => find_short(rest, self.needle),
            None => T::find_unit(rest, self.needle[0]),
        };
        let at = self.from + found?;
        self.from = at + self.needle.len();
        Some(at)
    }
}

/// The places of a non-empty needle from the right, without overlap.
pub struct MatchesBack<'h, 'n, T: Unit> {
    haystack: &'h [T],
    needle: &'n [T],
    searcher: Option<T::Backward<'n>>,
}

impl<'h, 'n, T: Unit> MatchesBack<'h, 'n, T> {
    /// Panics if the needle is empty.
    pub fn new(haystack: &'h [T], needle: &'n [T]) -> Self {
        assert!(!needle.is_empty(), "an empty needle has no places");
        let is_ready = needle.len() == 1 || haystack.len() <= SHORT;
        let searcher = (!is_ready).then(|| T::Backward::new(needle));
        MatchesBack {
            haystack,
            needle,
            searcher,
        }
    }
}

impl<T: Unit> Iterator for MatchesBack<'_, '_, T> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let at = match &mut self.searcher {
            Some(searcher) => searcher.search(self.haystack),
            None if self.needle.len() > 1 => rfind_short(self.haystack, self.needle),
            None => T::rfind_unit(self.haystack, self.needle[0]),
        }?;
        self.haystack = &self.haystack[..at];
        Some(at)
    }
}

/// A needle in another width, or `None` if it does not fit.
pub fn fitted<T: Unit>(needle: Text<'_>) -> Option<Cow<'_, [T]>> {
    if let Some(units) = T::units_of(needle) {
        return Some(Cow::Borrowed(units));
    }
    if needle.width() > T::WIDTH && needle.needed_width() > T::WIDTH {
        return None;
    }
    Some(Cow::Owned(with_units!(needle, u => recoded(u))))
}

/// Runs an expression on haystack and needle of one width, or gives a value if the needle does not fit.
#[macro_export]
#[doc(hidden)]
macro_rules! with_fitted {
    ($haystack:expr, $needle:expr, ($h:ident, $n:ident) => $body:expr, else $other:expr) => {
        match ($haystack, $needle) {
            ($crate::Text::One($h), $crate::Text::One($n)) => $body,
            ($crate::Text::Two($h), $crate::Text::Two($n)) => $body,
            ($crate::Text::Four($h), $crate::Text::Four($n)) => $body,
            (haystack, needle) => $crate::with_units!(haystack, $h => match $crate::search::fitted(needle) {
                Some(fitted) => {
                    let $n: &[_] = &fitted;
                    $body
                }
                None => $other,
            }),
        }
    };
}

impl Text<'_> {
    /// The first place of a needle.
    pub fn find(self, needle: Text<'_>) -> Option<usize> {
        with_fitted!(self, needle, (h, n) => find(h, n), else None)
    }

    /// The last place of a needle.
    pub fn rfind(self, needle: Text<'_>) -> Option<usize> {
        with_fitted!(self, needle, (h, n) => rfind(h, n), else None)
    }

    /// How often a needle occurs without overlap.
    pub fn count(self, needle: Text<'_>) -> usize {
        with_fitted!(self, needle, (h, n) => count(h, n), else 0)
    }

    /// Whether a needle occurs.
    pub fn contains(self, needle: Text<'_>) -> bool {
        self.find(needle).is_some()
    }

    /// Whether it begins with a string.
    pub fn starts_with(self, prefix: Text<'_>) -> bool {
        prefix.len() <= self.len() && self.slice(0..prefix.len()) == prefix
    }

    /// Whether it ends with a string.
    pub fn ends_with(self, suffix: Text<'_>) -> bool {
        suffix.len() <= self.len() && self.slice(self.len() - suffix.len()..self.len()) == suffix
    }
}

/// The range that the `start` and `end` arguments of `find`, `count`, `startswith` ... select in a
/// string of some length. `None` if they select nothing, not even the empty string: `start` past the end or past `end`.
pub fn argument_range(start: isize, end: isize, len: usize) -> Option<Range<usize>> {
    let clamp = |i: isize| {
        if i < 0 {
            len.saturating_sub(i.unsigned_abs())
        } else {
            i as usize
        }
    };
    let (start, end) = (clamp(start), clamp(end).min(len));
    (start <= end).then_some(start..end)
}
