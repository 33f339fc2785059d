//! `**`, and `pow` with a modulus.

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::ExtendedGcd;

use super::Int;
use super::bits::MAX_BITS;
use crate::error::Error;

impl Int {
    /// `a ** n` for `n >= 0`. (Python gives a float if `n < 0`.)
    pub fn power(&self, exponent: &Int) -> Result<Int, Error> {
        debug_assert!(!exponent.is_negative(), "a negative power is a float");
        if self.bit_length() <= 1 {
            // 0, 1 and -1 to any power.
            let is_one = exponent.is_zero() || (self.is_negative() && !exponent.is_odd());
            return Ok(if is_one { Int::ONE } else { self.clone() });
        }
        // The result has at least (bits - 1) * exponent bits.
        let fits = |n: &u64| (self.bit_length() - 1).saturating_mul(*n) <= MAX_BITS;
        let exponent = exponent.to_u64().filter(fits).ok_or_else(Error::memory)?;
        // The result, and what it is made from.
        Error::unless_there_are(self.bit_length() * exponent / 8 * 2)?;
        Ok(Int(self.0.pow(exponent as usize)))
    }

    /// `pow(a, n, m)`; the result has the modulus's sign.
    pub fn power_mod(&self, exponent: &Int, modulus: &Int) -> Result<Int, Error> {
        if modulus.is_zero() {
            return Err(Error::value("pow() 3rd argument cannot be 0"));
        }
        let ring = modulus.abs();
        if ring == Int::ONE {
            return Ok(Int::ZERO);
        }
        let base = self.floor_mod(&ring)?;
        let base = if exponent.is_negative() {
            base.inverse(&ring)?
        } else {
            base
        };
        let divisor = ConstDivisor::new(ring.magnitude());
        let power = divisor
            .reduce(base.magnitude())
            .pow(&exponent.magnitude())
            .residue();
        let power = Int::from_magnitude(false, power);
        let below_zero = modulus.is_negative() && !power.is_zero();
        Ok(if below_zero { &power + modulus } else { power })
    }

    /// The number whose product with this is 1 modulo `ring`.
    fn inverse(&self, ring: &Int) -> Result<Int, Error> {
        let refused = || Error::value("base is not invertible for the given modulus");
        if self.is_zero() {
            return Err(refused());
        }
        let (gcd, factor, _) = self.magnitude().gcd_ext(ring.magnitude());
        if gcd != UBig::ONE {
            return Err(refused());
        }
        Int(factor).floor_mod(ring)
    }
}
