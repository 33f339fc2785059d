//! Digits for formatting. Most integers are one machine word, and need no big integer and no memory for it.

use super::Int;
use crate::error::Error;

/// An integer that is to be shown.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// One machine word.
    Word(i64),
    /// Any.
    Big(&'a Int),
}

impl From<i64> for Shown<'_> {
    fn from(value: i64) -> Self {
        Self::Word(value)
    }
}

impl<'a> From<&'a Int> for Shown<'a> {
    fn from(value: &'a Int) -> Self {
        Self::Big(value)
    }
}

/// The digits of an absolute value: ASCII, without a prefix.
#[derive(Debug)]
pub enum Digits {
    /// At the end of a buffer, from an index on.
    Word([u8; WORD], u8),
    /// Of a big integer, or in a small base.
    Big(String),
}

/// A machine word has no more digits than this in base eight.
const WORD: usize = 22;

impl Digits {
    /// Of one machine word, in a base from 2 to 36.
    #[inline]
    pub fn of_word(value: u64, radix: u8, is_upper: bool) -> Self {
        let mut bytes = [0; WORD];
        let mut at = bytes.len();
        let mut left = value;
        if radix == 10 {
            loop {
                at -= 1;
                bytes[at] = b'0' + (left % 10) as u8;
                left /= 10;
                if left == 0 {
                    return Self::Word(bytes, at as u8);
                }
            }
        }
        let letter = if is_upper { b'A' } else { b'a' };
        let radix = u64::from(radix);
        if radix < 8 {
            let mut digits = String::new();
            loop {
                digits.insert(0, char::from(b'0' + (left % radix) as u8));
                left /= radix;
                if left == 0 {
                    return Self::Big(digits);
                }
            }
        }
        loop {
            at -= 1;
            let digit = (left % radix) as u8;
            bytes[at] = if digit < 10 {
                b'0' + digit
            } else {
                letter + (digit - 10)
            };
            left /= radix;
            if left == 0 {
                return Self::Word(bytes, at as u8);
            }
        }
    }

    /// As text.
    #[inline]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Word(bytes, at) => {
                std::str::from_utf8(&bytes[usize::from(*at)..]).unwrap_or_default()
            }
            Self::Big(digits) => digits,
        }
    }
}

impl Shown<'_> {
    /// Is it below 0?
    pub fn is_negative(self) -> bool {
        match self {
            Self::Word(value) => value < 0,
            Self::Big(value) => value.is_negative(),
        }
    }

    /// The digits of its absolute value. `max_digits` is the limit on decimal ones, 0 for none.
    ///
    /// # Errors
    /// More decimal digits than allowed.
    pub fn digits(self, radix: u8, is_upper: bool, max_digits: usize) -> Result<Digits, Error> {
        Ok(match self {
            Self::Word(value) => Digits::of_word(value.unsigned_abs(), radix, is_upper),
            Self::Big(value) => Digits::Big(match radix {
                10 => {
                    let mut digits = value.to_decimal(max_digits)?;
                    if digits.starts_with('-') {
                        digits.remove(0);
                    }
                    digits
                }
                _ if is_upper => value.magnitude_in(radix).to_ascii_uppercase(),
                _ => value.magnitude_in(radix),
            }),
        })
    }

    /// As a float.
    ///
    /// # Errors
    /// It is too large.
    pub fn to_f64(self) -> Result<f64, Error> {
        match self {
            Self::Word(value) => Ok(value as f64),
            Self::Big(value) => value.to_f64(),
        }
    }

    /// As one machine word, if it is that.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            Self::Word(value) => Some(value),
            Self::Big(value) => value.to_i64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_the_digits_of_the_big_integer() {
        let values = [0, 1, -1, 9, 10, 255, -256, i64::MAX, i64::MIN, 1 << 62];
        for value in values {
            let int = Int::from(value);
            for radix in [2, 8, 10, 16, 36] {
                for is_upper in [false, true] {
                    let [word, big] = [Shown::from(value), Shown::from(&int)]
                        .map(|shown| shown.digits(radix, is_upper, 0).expect("no limit"));
                    assert_eq!(word.as_str(), big.as_str(), "{value} in base {radix}");
                }
            }
            assert_eq!(Shown::from(value).to_f64(), Shown::from(&int).to_f64());
        }
    }
}
