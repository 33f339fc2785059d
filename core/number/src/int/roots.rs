//! `math.gcd`, `math.isqrt`, `round(i, -n)`.

use dashu_int::UBig;
use dashu_int::ops::{Gcd, SquareRoot};

use super::Int;
use crate::error::Error;

impl Int {
    /// The greatest common divisor; not negative.
    pub fn gcd(&self, other: &Int) -> Int {
        if self.is_zero() || other.is_zero() {
            return if self.is_zero() {
                other.abs()
            } else {
                self.abs()
            };
        }
        Int::from_magnitude(false, (&self.0).gcd(&other.0))
    }

    /// The square root, rounded down.
    pub fn isqrt(&self) -> Result<Int, Error> {
        if self.is_negative() {
            return Err(Error::value("isqrt() argument must be nonnegative"));
        }
        Ok(Int::from_magnitude(false, self.magnitude().sqrt()))
    }

    /// The multiple of `10**digits` nearest to it, the even one if two are: `round(i, -digits)`.
    pub fn rounded_to_tens(&self, digits: u64) -> Int {
        // 10**digits is far above twice the number if it has more digits by a fair margin.
        if digits > self.bit_length() / 3 + 2 {
            return Int::ZERO;
        }
        let step = Int::from_magnitude(false, UBig::from(10u8).pow(digits as usize));
        // The step is not zero.
        let Ok((quotient, rest)) = self.floor_div_mod(&step) else {
            return Int::ZERO;
        };
        let twice = &rest + &rest;
        let up = twice > step || (twice == step && quotient.is_odd());
        let quotient = if up { &quotient + &Int::ONE } else { quotient };
        &quotient * &step
    }
}
