//! Integers and floats: exact or correctly rounded (half to even), never in between.

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::DivRem;

use super::Int;
use crate::error::Error;

/// `2**exponent * value`, where that is a float or overflows to infinity.
pub(crate) fn scale_exactly(value: f64, exponent: i64) -> f64 {
    let power = |n: i64| f64::from_bits(((n + 1023) as u64) << 52);
    let (mut value, mut left) = (value, exponent.clamp(-3000, 3000));
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        value *= power(step);
        left -= step;
    }
    value
}

/// `bits * 2**exponent`, plus a little if `more`, rounded to the nearest float.
pub(crate) fn round_to_float(bits: u64, more: bool, exponent: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let length = i64::from(64 - bits.leading_zeros());
    let top = exponent.saturating_add(length - 1);
    if top > 1024 {
        return f64::INFINITY;
    }
    // How many bits a float keeps at that size: fewer than 53 if it is subnormal.
    let kept = if top >= -1022 { 53 } else { 53 - (-1022 - top) };
    let dropped = (length - kept).max(0);
    match dropped {
        0 => scale_exactly(bits as f64, exponent),
        1..=64 => {
            let whole = bits.checked_shr(dropped as u32).unwrap_or(0);
            let half = 1u64 << (dropped - 1);
            let rest = bits & (half | (half - 1));
            let up = rest > half || (rest == half && (more || whole & 1 == 1));
            scale_exactly((whole + u64::from(up)) as f64, exponent + dropped)
        }
        _ => 0.0,
    }
}

/// The upper 64 bits of a magnitude, whether anything is set below them, and how many bits that are.
fn upper_bits(words: &[u64]) -> (u64, bool, i64) {
    let n = words.len();
    if n < 2 {
        return (words.first().copied().unwrap_or(0), false, 0);
    }
    let (top, next) = (words[n - 1], words[n - 2]);
    let gap = top.leading_zeros();
    let bits = if gap == 0 {
        top
    } else {
        top << gap | next >> (64 - gap)
    };
    let rest = if gap == 0 { next } else { next << gap };
    let more = rest != 0 || words[..n - 2].iter().any(|&word| word != 0);
    (bits, more, 64 * (n as i64 - 1) - i64::from(gap))
}

impl Int {
    /// `float(i)`
    pub fn to_f64(&self) -> Result<f64, Error> {
        let (bits, more, below) = upper_bits(self.magnitude_words());
        let value = round_to_float(bits, more, below);
        if value.is_infinite() {
            return Err(Error::overflow("int too large to convert to float"));
        }
        Ok(if self.is_negative() { -value } else { value })
    }

    /// `int(x)`: towards zero.
    pub fn from_f64(x: f64) -> Result<Int, Error> {
        if x.is_nan() {
            return Err(Error::value("cannot convert float NaN to integer"));
        }
        if x.is_infinite() {
            return Err(Error::overflow("cannot convert float infinity to integer"));
        }
        let (mantissa, exponent) = parts(x.trunc());
        let magnitude = UBig::from(mantissa);
        let magnitude = match exponent {
            0.. => magnitude << exponent as usize,
            // The part below the point is zero.
            _ => UBig::from(
                mantissa
                    .checked_shr(exponent.unsigned_abs() as u32)
                    .unwrap_or(0),
            ),
        };
        Ok(Int::from_magnitude(x < 0.0, magnitude))
    }

    /// `a / b`, correctly rounded.
    pub fn true_div(&self, divisor: &Int) -> Result<f64, Error> {
        if divisor.is_zero() {
            return Err(Error::zero_division("division by zero"));
        }
        let is_negative = self.is_negative() != divisor.is_negative();
        let excess = self.bit_length() as i64 - divisor.bit_length() as i64;
        let value = if self.is_zero() {
            0.0
        } else if excess > 1025 {
            f64::INFINITY
        } else if excess < -1080 {
            0.0
        } else {
            // Scaled so that the quotient has 62 or 63 bits.
            let shift = excess - 62;
            let (mut a, mut b) = (self.magnitude(), divisor.magnitude());
            if shift < 0 {
                a <<= shift.unsigned_abs() as usize;
            } else {
                b <<= shift as usize;
            }
            let (quotient, rest) = a.div_rem(b);
            let bits = quotient.as_words().first().copied().unwrap_or(0);
            round_to_float(bits, !rest.is_zero(), shift)
        };
        if value.is_infinite() {
            return Err(Error::overflow(
                "integer division result too large for a float",
            ));
        }
        Ok(if is_negative { -value } else { value })
    }

    /// The exact order of an integer and a float; `None` for nan.
    pub fn compare_f64(&self, x: f64) -> Option<Ordering> {
        if x.is_nan() {
            return None;
        }
        if x.is_infinite() {
            return Some(if x > 0.0 {
                Ordering::Less
            } else {
                Ordering::Greater
            });
        }
        // x is finite, so its integer part is.
        let whole = Int::from_f64(x).ok()?;
        let rest = x - x.trunc();
        Some(self.cmp(&whole).then(0.0f64.partial_cmp(&rest)?))
    }

    /// `x.as_integer_ratio()`: in lowest terms, the denominator positive.
    pub fn ratio_of(x: f64) -> Result<(Int, Int), Error> {
        if x.is_nan() {
            return Err(Error::value("cannot convert NaN to integer ratio"));
        }
        if x.is_infinite() {
            return Err(Error::overflow("cannot convert Infinity to integer ratio"));
        }
        let (mantissa, exponent) = parts(x);
        if mantissa == 0 {
            return Ok((Int::ZERO, Int::ONE));
        }
        let zeros = mantissa.trailing_zeros();
        let (mantissa, exponent) = (UBig::from(mantissa >> zeros), exponent + i64::from(zeros));
        let power = UBig::ONE << exponent.unsigned_abs() as usize;
        let is_negative = x < 0.0;
        Ok(if exponent >= 0 {
            (Int::from_magnitude(is_negative, mantissa * power), Int::ONE)
        } else {
            (
                Int::from_magnitude(is_negative, mantissa),
                Int::from_magnitude(false, power),
            )
        })
    }
}

/// A finite float's absolute value as mantissa and power of two.
pub(crate) fn parts(x: f64) -> (u64, i64) {
    let bits = x.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7FF) as i64, bits & ((1 << 52) - 1));
    if exponent == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, exponent - 1075)
    }
}
