//! Code units of three widths, and the strings made of them.
//!
//! Invariant of [`TextBuf`]: canonical, if every one of its parts came from this crate. A [`Text`]
//! may be a slice of a wider string than it needs; [`Text::to_canonical`] mends that.

use std::fmt;
use std::ops::Range;

use crate::search::Searcher;
use crate::two_way;

/// A code unit: `u8`, `u16` or `u32`. Each unit is one code point.
pub trait Unit: Copy + Ord + fmt::Debug + sealed::Sealed + 'static {
    /// How wide it is.
    const WIDTH: Width;
    /// Finds a substring, leftmost first.
    type Forward<'n>: Searcher<'n, Self>;
    /// Finds a substring, rightmost first.
    type Backward<'n>: Searcher<'n, Self>;

    /// Its code point.
    fn code(self) -> u32;
    /// The unit of a code point, cut to the width.
    fn from_code(code: u32) -> Self;
    /// The first place of a unit.
    fn find_unit(haystack: &[Self], unit: Self) -> Option<usize>;
    /// The last place of a unit.
    fn rfind_unit(haystack: &[Self], unit: Self) -> Option<usize>;
    /// How often a unit occurs.
    fn count_unit(haystack: &[Self], unit: Self) -> usize;
    /// A slice of units as a text.
    fn text(units: &[Self]) -> Text<'_>;
    /// A vector of units as a text.
    fn text_buf(units: Vec<Self>) -> TextBuf;
    /// The units of a text, if they are of this width.
    fn units_of(text: Text<'_>) -> Option<&[Self]>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
    impl Sealed for u32 {}
}

impl Unit for u8 {
    const WIDTH: Width = Width::One;
    type Forward<'n> = memchr::memmem::Finder<'n>;
    type Backward<'n> = memchr::memmem::FinderRev<'n>;

    fn code(self) -> u32 {
        u32::from(self)
    }
    fn from_code(code: u32) -> Self {
        code as u8
    }
    fn find_unit(haystack: &[Self], unit: Self) -> Option<usize> {
        memchr::memchr(unit, haystack)
    }
    fn rfind_unit(haystack: &[Self], unit: Self) -> Option<usize> {
        memchr::memrchr(unit, haystack)
    }
    fn count_unit(haystack: &[Self], unit: Self) -> usize {
        memchr::memchr_iter(unit, haystack).count()
    }
    fn text(units: &[Self]) -> Text<'_> {
        Text::One(units)
    }
    fn text_buf(units: Vec<Self>) -> TextBuf {
        TextBuf::One(units)
    }
    fn units_of(text: Text<'_>) -> Option<&[Self]> {
        match text {
            Text::One(units) => Some(units),
            _ => None,
        }
    }
}

macro_rules! wide_unit {
    ($unit:ty, $width:ident) => {
        impl Unit for $unit {
            const WIDTH: Width = Width::$width;
            type Forward<'n> = two_way::Finder<'n, $unit, false>;
            type Backward<'n> = two_way::Finder<'n, $unit, true>;

            fn code(self) -> u32 {
                u32::from(self)
            }
            fn from_code(code: u32) -> Self {
                code as $unit
            }
            fn find_unit(haystack: &[Self], unit: Self) -> Option<usize> {
                two_way::find_unit(haystack, unit)
            }
            fn rfind_unit(haystack: &[Self], unit: Self) -> Option<usize> {
                two_way::rfind_unit(haystack, unit)
            }
            fn count_unit(haystack: &[Self], unit: Self) -> usize {
                two_way::count_unit(haystack, unit)
            }
            fn text(units: &[Self]) -> Text<'_> {
                Text::$width(units)
            }
            fn text_buf(units: Vec<Self>) -> TextBuf {
                TextBuf::$width(units)
            }
            fn units_of(text: Text<'_>) -> Option<&[Self]> {
                match text {
                    Text::$width(units) => Some(units),
                    _ => None,
                }
            }
        }
    };
}
wide_unit!(u16, Two);
wide_unit!(u32, Four);

/// The width of a string's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// `u8`: code points up to U+00FF.
    One,
    /// `u16`: code points up to U+FFFF.
    Two,
    /// `u32`: all code points.
    Four,
}

impl Width {
    /// The narrowest width for a code point (or for the `|` of several).
    pub fn of(code: u32) -> Width {
        match code {
            0..=0xFF => Width::One,
            0x100..=0xFFFF => Width::Two,
            _ => Width::Four,
        }
    }

    /// Bytes a unit.
    pub fn bytes(self) -> usize {
        match self {
            Width::One => 1,
            Width::Two => 2,
            Width::Four => 4,
        }
    }
}

/// A borrowed string.
#[derive(Clone, Copy)]
pub enum Text<'a> {
    /// Latin-1.
    One(&'a [u8]),
    /// The BMP.
    Two(&'a [u16]),
    /// Anything.
    Four(&'a [u32]),
}

/// An owned string.
#[derive(Clone)]
pub enum TextBuf {
    /// Latin-1.
    One(Vec<u8>),
    /// The BMP.
    Two(Vec<u16>),
    /// Anything.
    Four(Vec<u32>),
}

/// Evaluates an expression with the units of a [`Text`] bound to a name, once a width.
#[macro_export]
macro_rules! with_units {
    ($text:expr, $units:ident => $body:expr) => {
        match $text {
            $crate::Text::One($units) => $body,
            $crate::Text::Two($units) => $body,
            $crate::Text::Four($units) => $body,
        }
    };
}

/// The `|` of all units: its [`Width::of`] is that of the greatest unit.
fn all_bits<T: Unit>(units: &[T]) -> u32 {
    units.iter().fold(0, |bits, unit| bits | unit.code())
}

/// Copies units into a slice of the same length and any width; what does not fit is cut.
pub fn copy_units<S: Unit, D: Unit>(from: &[S], to: &mut [D]) {
    assert_eq!(from.len(), to.len(), "copy_units: lengths differ");
    for (to, from) in to.iter_mut().zip(from) {
        *to = D::from_code(from.code());
    }
}

/// Units brought to another width; what does not fit is cut.
pub fn recoded<S: Unit, D: Unit>(from: &[S]) -> Vec<D> {
    from.iter().map(|unit| D::from_code(unit.code())).collect()
}

impl<'a> Text<'a> {
    /// The empty string.
    pub const EMPTY: Text<'static> = Text::One(&[]);

    /// Units, that is, code points.
    pub fn len(self) -> usize {
        with_units!(self, u => u.len())
    }

    /// Whether it has no units.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// How wide its units are.
    pub fn width(self) -> Width {
        match self {
            Text::One(_) => Width::One,
            Text::Two(_) => Width::Two,
            Text::Four(_) => Width::Four,
        }
    }

    /// The code point at an index; panics past the end.
    pub fn at(self, index: usize) -> u32 {
        with_units!(self, u => u[index].code())
    }

    /// The code point at an index, if there is one.
    pub fn get(self, index: usize) -> Option<u32> {
        (index < self.len()).then(|| self.at(index))
    }

    /// A part of it, of the same width.
    pub fn slice(self, range: Range<usize>) -> Text<'a> {
        match self {
            Text::One(u) => Text::One(&u[range]),
            Text::Two(u) => Text::Two(&u[range]),
            Text::Four(u) => Text::Four(&u[range]),
        }
    }

    /// Its code points.
    pub fn codes(self) -> Codes<'a> {
        Codes {
            text: self,
            range: 0..self.len(),
        }
    }

    /// The narrowest width that holds it.
    pub fn needed_width(self) -> Width {
        match self {
            Text::One(_) => Width::One,
            Text::Two(u) => Width::of(all_bits(u)),
            Text::Four(u) => Width::of(all_bits(u)),
        }
    }

    /// Whether every code point is below U+0080.
    pub fn is_ascii(self) -> bool {
        match self {
            Text::One(u) => u.is_ascii(),
            Text::Two(u) => all_bits(u) < 0x80,
            Text::Four(u) => all_bits(u) < 0x80,
        }
    }

    /// The greatest code point; 0 for the empty string.
    pub fn max_code(self) -> u32 {
        with_units!(self, u => u.iter().copied().max().map_or(0, Unit::code))
    }

    /// A copy in the narrowest width.
    pub fn to_canonical(self) -> TextBuf {
        self.to_width(self.needed_width())
    }

    /// A copy in a given width; what does not fit is cut.
    pub fn to_width(self, width: Width) -> TextBuf {
        with_units!(self, u => match width {
            Width::One => TextBuf::One(recoded(u)),
            Width::Two => TextBuf::Two(recoded(u)),
            Width::Four => TextBuf::Four(recoded(u)),
        })
    }

    /// A Rust string, if there are no lone surrogates.
    pub fn to_rust(self) -> Option<String> {
        self.codes().map(char::from_u32).collect()
    }
}

impl TextBuf {
    /// The empty string.
    pub const fn new() -> TextBuf {
        TextBuf::One(Vec::new())
    }

    /// A string of one code point.
    pub fn from_code(code: u32) -> TextBuf {
        match Width::of(code) {
            Width::One => TextBuf::One(vec![code as u8]),
            Width::Two => TextBuf::Two(vec![code as u16]),
            Width::Four => TextBuf::Four(vec![code]),
        }
    }

    /// Borrows it.
    pub fn as_text(&self) -> Text<'_> {
        match self {
            TextBuf::One(u) => Text::One(u),
            TextBuf::Two(u) => Text::Two(u),
            TextBuf::Four(u) => Text::Four(u),
        }
    }

    /// The same in the narrowest width; copies only if that is another one.
    pub fn into_canonical(self) -> TextBuf {
        let text = self.as_text();
        let width = text.needed_width();
        if width == text.width() {
            self
        } else {
            text.to_width(width)
        }
    }

    /// Units, that is, code points.
    pub fn len(&self) -> usize {
        self.as_text().len()
    }

    /// Whether it has no units.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for TextBuf {
    fn default() -> Self {
        TextBuf::new()
    }
}

impl From<&str> for TextBuf {
    fn from(s: &str) -> TextBuf {
        let mut builder = crate::TextBuilder::new();
        builder.push_str(s);
        builder.finish()
    }
}

impl FromIterator<u32> for TextBuf {
    fn from_iter<I: IntoIterator<Item = u32>>(codes: I) -> TextBuf {
        let mut builder = crate::TextBuilder::new();
        codes.into_iter().for_each(|code| builder.push(code));
        builder.finish()
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repr = crate::repr::repr(*self);
        let shown = repr
            .as_text()
            .codes()
            .map(|c| char::from_u32(c).unwrap_or('\u{FFFD}'));
        f.write_str(&shown.collect::<String>())
    }
}

impl fmt::Debug for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_text().fmt(f)
    }
}

/// The code points of a [`Text`], from either end.
#[derive(Clone)]
pub struct Codes<'a> {
    text: Text<'a>,
    range: Range<usize>,
}

impl Iterator for Codes<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.range.next().map(|i| self.text.at(i))
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.range.size_hint()
    }
}

impl DoubleEndedIterator for Codes<'_> {
    fn next_back(&mut self) -> Option<u32> {
        self.range.next_back().map(|i| self.text.at(i))
    }
}

impl ExactSizeIterator for Codes<'_> {}
