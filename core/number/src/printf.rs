//! `"%d" % x`: reading the format, and the conversions.
//!
//! [`Pieces`] reads lazily, since what a later piece does wrong is raised after the values of earlier
//! ones were taken. The caller takes a conversion's values in this order: by key (the left side
//! must be a mapping then), one for each `*`, the value itself; then it asks for the text.

use std::ops::Range;

use grwl_text::{Text, TextBuf, TextBuilder, Unit};

use crate::error::Error;
use crate::float::text::{Conversion as Show, show};
use crate::int::digits::Shown;

/// Widths above this (64 Gi characters) are refused.
const MAX_WIDTH: usize = 1 << 36;

/// A part of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Units of the format that stand for themselves.
    Literal(Range<usize>),
    /// `%%`
    Percent,
    /// Anything else after `%`.
    Conversion(Conversion),
}

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Given in the format.
    Number(usize),
    /// `*`: the next value.
    Value,
}

/// A conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    /// Where its key is, if it has one: `%(key)d`.
    pub key: Option<Range<usize>>,
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// A space.
    pub space: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
    /// The least width.
    pub width: Option<Amount>,
    /// The precision.
    pub precision: Option<Amount>,
    /// Its letter.
    pub code: u32,
    /// Where the letter is.
    pub index: usize,
}

/// What is wrong with a conversion. Before raising it, the caller takes the values that
/// come before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Whether it has a key, or the begin of one.
    pub has_key: bool,
    /// The key, if it is complete.
    pub key: Option<Range<usize>>,
    /// How many `*` come before the trouble.
    pub stars: usize,
    /// What to raise.
    pub error: Error,
}

/// The pieces of a format.
pub struct Pieces<'f, T> {
    format: &'f [T],
    at: usize,
    of_bytes: bool,
}

impl<'f> Pieces<'f, u8> {
    /// Of a format that is `bytes`.
    pub fn of_bytes(format: &'f [u8]) -> Self {
        Pieces {
            format,
            at: 0,
            of_bytes: true,
        }
    }
}

impl<'f, T: Unit> Pieces<'f, T> {
    /// Of a format that is `str`.
    pub fn of_str(format: &'f [T]) -> Self {
        Pieces {
            format,
            at: 0,
            of_bytes: false,
        }
    }

    fn peek(&self) -> Option<char> {
        self.format
            .get(self.at)
            .map(|unit| char::from_u32(unit.code()).unwrap_or('\u{FFFD}'))
    }

    fn take(&mut self, wanted: &[char]) -> Option<char> {
        let found = self.peek().filter(|c| wanted.contains(c))?;
        self.at += 1;
        Some(found)
    }

    /// What is after the `%`.
    fn conversion(&mut self) -> Result<Conversion, Trouble> {
        let mut c = Conversion::default();
        let mut stars = 0;
        let has_key = self.peek() == Some('(');
        let read = self.read_into(&mut c, &mut stars);
        match read {
            Ok(()) => Ok(c),
            Err(error) => Err(Trouble {
                has_key,
                key: c.key,
                stars,
                error,
            }),
        }
    }

    fn read_into(&mut self, c: &mut Conversion, stars: &mut usize) -> Result<(), Error> {
        if self.take(&['(']).is_some() {
            c.key = Some(
                self.key()
                    .ok_or_else(|| Error::value("incomplete format key"))?,
            );
        }
        while let Some(flag) = self.take(&['-', '+', ' ', '#', '0']) {
            match flag {
                '-' => c.left = true,
                '+' => c.plus = true,
                ' ' => c.space = true,
                '#' => c.alternate = true,
                _ => c.zero = true,
            }
        }
        c.width = self.amount(isize::MAX as usize, "width too big", stars)?;
        if self.take(&['.']).is_some() {
            let too_big = if self.of_bytes {
                "prec too big"
            } else {
                "precision too big"
            };
            let precision = self.amount(i32::MAX as usize, too_big, stars)?;
            c.precision = precision.or(Some(Amount::Number(0)));
        }
        self.take(&['h', 'l', 'L']);
        let code = self
            .format
            .get(self.at)
            .ok_or_else(|| Error::value("incomplete format"))?;
        (c.code, c.index) = (code.code(), self.at);
        self.at += 1;
        Ok(())
    }

    /// Up to the parenthesis that closes the key.
    fn key(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut open = 1;
        loop {
            match self.peek()? {
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(start..self.at - 1);
            }
        }
    }

    fn amount(
        &mut self,
        most: usize,
        too_big: &str,
        stars: &mut usize,
    ) -> Result<Option<Amount>, Error> {
        if self.take(&['*']).is_some() {
            *stars += 1;
            return Ok(Some(Amount::Value));
        }
        let mut amount = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let next = amount
                .unwrap_or(0usize)
                .checked_mul(10)
                .and_then(|v| v.checked_add(digit as usize));
            let next = next
                .filter(|&next| next <= most)
                .ok_or_else(|| Error::value(too_big))?;
            amount = Some(next);
            self.at += 1;
        }
        Ok(amount.map(Amount::Number))
    }
}

impl<T: Unit> Iterator for Pieces<'_, T> {
    type Item = Result<Piece, Trouble>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.format[self.at..];
        if rest.is_empty() {
            return None;
        }
        let percent = T::from_code(u32::from(b'%'));
        let literal = T::find_unit(rest, percent).unwrap_or(rest.len());
        if literal > 0 {
            let start = self.at;
            self.at += literal;
            return Some(Ok(Piece::Literal(start..self.at)));
        }
        self.at += 1;
        if self.take(&['%']).is_some() {
            return Some(Ok(Piece::Percent));
        }
        let conversion = self.conversion();
        if conversion.is_err() {
            self.at = self.format.len();
        }
        Some(conversion.map(Piece::Conversion))
    }
}

impl Conversion {
    /// Puts the value of a `*` in the place of the width; a negative one means `-`.
    pub fn set_width(&mut self, width: isize) {
        self.left |= width < 0;
        self.width = Some(Amount::Number(width.unsigned_abs()));
    }

    /// Puts the value of a `*` in the place of the precision; a negative one means 0.
    pub fn set_precision(&mut self, precision: isize) {
        self.precision = Some(Amount::Number(usize::try_from(precision).unwrap_or(0)));
    }

    /// The ValueError for a letter that means nothing.
    pub fn unsupported(&self) -> Error {
        let shown = match self.code {
            31..127 => char::from(self.code as u8),
            _ => '?',
        };
        let (code, index) = (self.code, self.index);
        Error::value(&format!(
            "unsupported format character '{shown}' ({code:#x}) at index {index}"
        ))
    }

    fn number_of(amount: Option<Amount>) -> Option<usize> {
        match amount {
            Some(Amount::Number(n)) => Some(n),
            _ => None,
        }
    }

    /// How much padding it needs.
    fn padding(&self, len: usize) -> Result<usize, Error> {
        match Conversion::number_of(self.width).unwrap_or(0) {
            width if width > MAX_WIDTH => Err(Error::memory()),
            width => Ok(width.saturating_sub(len)),
        }
    }

    /// `%s`, `%r`, `%a` of a text: cut to the precision, padded.
    pub fn text(&self, text: Text<'_>) -> Result<TextBuf, Error> {
        let most = Conversion::number_of(self.precision).unwrap_or(usize::MAX);
        self.character(text.slice(0..text.len().min(most)))
    }

    /// `%c` of a text of one character: padded.
    pub fn character(&self, text: Text<'_>) -> Result<TextBuf, Error> {
        let fill = self.padding(text.len())?;
        let mut out = TextBuilder::with_capacity(text.len() + fill);
        let space = u32::from(b' ');
        out.push_repeated(space, if self.left { 0 } else { fill });
        out.push_text(text);
        out.push_repeated(space, if self.left { fill } else { 0 });
        Ok(out.finish())
    }

    /// `%d`, `%i`, `%u`, `%o`, `%x`, `%X`. `max_digits` is the limit on decimal digits, 0 for none. The text is ASCII.
    pub fn int<'a>(
        &self,
        value: impl Into<Shown<'a>>,
        max_digits: usize,
    ) -> Result<Vec<u8>, Error> {
        let value = value.into();
        let (radix, prefix) = match char::from_u32(self.code) {
            Some('o') => (8, "0o"),
            Some('x') => (16, "0x"),
            Some('X') => (16, "0X"),
            Some('d' | 'i' | 'u') => (10, ""),
            _ => return Err(self.unsupported()),
        };
        let digits = value.digits(radix, prefix == "0X", max_digits)?;
        let digits = digits.as_str();
        let least = Conversion::number_of(self.precision).unwrap_or(0);
        if least > MAX_WIDTH {
            return Err(Error::memory());
        }
        let zeros = least.saturating_sub(digits.len());
        let prefix = if self.alternate { prefix } else { "" };
        self.number(value.is_negative(), prefix, zeros, digits)
    }

    /// `%e`, `%f`, `%g`, `%E`, `%F`, `%G`. The text is ASCII.
    pub fn float(&self, value: f64) -> Result<Vec<u8>, Error> {
        let precision = Conversion::number_of(self.precision).unwrap_or(6);
        let precision = crate::float::text::checked_precision(precision)?;
        let conversion = Show::of_letter(self.code, precision).ok_or_else(|| self.unsupported())?;
        let text = show(
            value,
            &Show {
                alternate: self.alternate,
                ..conversion
            },
        );
        let unsigned = text.strip_prefix('-').unwrap_or(&text);
        self.number(unsigned.len() < text.len(), "", 0, unsigned)
    }

    /// A number of its parts; `zeros` are those that its precision puts before the digits.
    fn number(
        &self,
        is_negative: bool,
        prefix: &str,
        zeros: usize,
        digits: &str,
    ) -> Result<Vec<u8>, Error> {
        let sign = match () {
            () if is_negative => "-",
            () if self.plus => "+",
            () if self.space => " ",
            () => "",
        };
        let length = sign.len() + prefix.len() + zeros + digits.len();
        let fill = self.padding(length)?;
        let (before, inside, after) = match (self.left, self.zero) {
            (true, _) => (0, 0, fill),
            (false, true) => (0, fill, 0),
            (false, false) => (fill, 0, 0),
        };
        let mut out = Vec::with_capacity(length + fill);
        out.resize(before, b' ');
        out.extend_from_slice(sign.as_bytes());
        out.extend_from_slice(prefix.as_bytes());
        out.resize(out.len() + inside + zeros, b'0');
        out.extend_from_slice(digits.as_bytes());
        out.resize(out.len() + after, b' ');
        Ok(out)
    }
}
