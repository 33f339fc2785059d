//! Bits. Negative numbers behave as two's complement of infinite length.

use std::ops::{BitAnd, BitOr, BitXor, Not};

use dashu_int::ops::BitTest;

use super::{Int, operator};
use crate::error::{Error, Kind};

/// Results of more bits than this (8 GiB) are refused.
pub const MAX_BITS: u64 = 1 << 36;

operator! {
    BitAnd bitand;
    BitOr bitor;
    BitXor bitxor;
}

impl Not for &Int {
    type Output = Int;
    fn not(self) -> Int {
        Int(!&self.0)
    }
}

impl Int {
    /// `bit_length()`: of the absolute value.
    pub fn bit_length(&self) -> u64 {
        let words = self.magnitude_words();
        words.last().map_or(0, |top| {
            64 * words.len() as u64 - u64::from(top.leading_zeros())
        })
    }

    /// `bit_count()`: the ones of the absolute value.
    pub fn bit_count(&self) -> u64 {
        self.magnitude_words()
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    /// One bit, in two's complement.
    pub fn bit(&self, index: usize) -> bool {
        self.0.bit(index)
    }

    /// How many zeros are below the lowest one; `None` for 0.
    pub fn trailing_zeros(&self) -> Option<u64> {
        self.0.trailing_zeros().map(|n| n as u64)
    }

    /// `a << n`
    pub fn shift_left(&self, by: &Int) -> Result<Int, Error> {
        if by.is_negative() {
            return Err(Error::value("negative shift count"));
        }
        if self.is_zero() {
            return Ok(Int::ZERO);
        }
        match by.to_u64() {
            Some(by) if by.saturating_add(self.bit_length()) <= MAX_BITS => {
                Error::unless_there_are((by + self.bit_length()) / 8)?;
                Ok(Int(&self.0 << by as usize))
            }
            Some(_) => Err(Error::memory()),
            None => Err(Error::new(Kind::Overflow, "too many digits in integer")),
        }
    }

    /// `a >> n`, rounded down.
    pub fn shift_right(&self, by: &Int) -> Result<Int, Error> {
        if by.is_negative() {
            return Err(Error::value("negative shift count"));
        }
        let all_gone = if self.is_negative() {
            -&Int::ONE
        } else {
            Int::ZERO
        };
        Ok(match by.to_u64() {
            Some(by) if by < self.bit_length() => Int(&self.0 >> by as usize),
            _ => all_gone,
        })
    }
}
