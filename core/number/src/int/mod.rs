//! Integers of any size.
//!
//! [`Int`] is a thin type over `dashu-int`'s `IBig`; nothing outside this module knows that crate. It
//! was measured beside `num-bigint` 0.5.1 and CPython 3.14 (64-bit Linux, one thread, best of many):
//!
//! | | dashu-int 0.6.2 | num-bigint | CPython |
//! |---|---|---|---|
//! | `s = (s * a + c) & (2**64 - 1)`, ns | **24** | 55 | 93 |
//! | multiply 10^4 / 10^5 / 10^6 digits, ms | 0.099 / 5.0 / **69** | 0.098 / **3.2** / 146 | 0.36 / 35 / 1348 |
//! | divide them by half as many, ms | **0.067 / 2.2 / 122** | 0.088 / 3.1 / 174 | 0.25 / 26 / 825 |
//! | to decimal, ms | **0.28 / 8.2 / 424** | 0.33 / 8.9 / 535 | 0.73 / 76 / 1029 |
//! | from decimal, ms | 0.13 / **4.4 / 157** | 0.13 / 21 / 1398 | 0.33 / 30 / 1394 |
//! | gcd of 3000 digits, us | **90** | 577 | 173 |
//! | square root of 3000 digits, us | **5.7** | 55 | 41 |
//! | `pow(b, e, m)` of 616 digits, ms | **6.2** | 7.0 | 28 |
//!
//! Up to 128 bits it allocates nothing.
//!
//! | what | where |
//! |---|---|
//! | `+ - * // % **` | here, [`power`] |
//! | `<< >> & \| ^ ~`, bit_length | [`bits`] |
//! | to and from bytes | [`bytes`] |
//! | to and from float, true division, comparing with floats | [`real`] |
//! | digits for formatting, without a big integer if it is small | [`digits`] |
//! | `int("...")`, `str(i)`, other bases, the limit on digits | [`text`] |
//! | gcd, isqrt, round | [`roots`] |

pub mod bits;
pub mod bytes;
pub mod digits;
pub mod power;
pub mod real;
pub mod roots;
pub mod text;

use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};

use dashu_int::ops::DivRem;
use dashu_int::{IBig, Sign, UBig};

use crate::error::Error;

/// An integer of any size.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int(pub(crate) IBig);

impl Int {
    /// 0
    pub const ZERO: Int = Int(IBig::ZERO);
    /// 1
    pub const ONE: Int = Int(IBig::ONE);

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        self.0.sign() == Sign::Negative
    }

    /// Whether it is odd.
    pub fn is_odd(&self) -> bool {
        self.magnitude_words()
            .first()
            .is_some_and(|word| word & 1 == 1)
    }

    /// Its absolute value.
    pub fn abs(&self) -> Int {
        if self.is_negative() {
            -self
        } else {
            self.clone()
        }
    }

    /// The limbs of its absolute value, lowest first.
    pub(crate) fn magnitude_words(&self) -> &[u64] {
        self.0.as_sign_words().1
    }

    pub(crate) fn magnitude(&self) -> UBig {
        self.0.clone().into_parts().1
    }

    pub(crate) fn from_magnitude(is_negative: bool, magnitude: UBig) -> Int {
        let sign = if is_negative {
            Sign::Negative
        } else {
            Sign::Positive
        };
        Int(IBig::from_parts(sign, magnitude))
    }

    /// As an `i64`, if it fits.
    pub fn to_i64(&self) -> Option<i64> {
        i64::try_from(&self.0).ok()
    }

    /// As a `u64`, if it fits.
    pub fn to_u64(&self) -> Option<u64> {
        u64::try_from(&self.0).ok()
    }

    /// As an `i128`, if it fits.
    pub fn to_i128(&self) -> Option<i128> {
        i128::try_from(&self.0).ok()
    }

    /// Quotient and remainder, rounded down: the remainder has the divisor's sign.
    /// `message` is that of the ZeroDivisionError.
    fn divided(&self, divisor: &Int, message: &str) -> Result<(Int, Int), Error> {
        if divisor.is_zero() {
            return Err(Error::zero_division(message));
        }
        let (quotient, remainder) = (&self.0).div_rem(&divisor.0);
        if !remainder.is_zero() && (remainder.sign() != divisor.0.sign()) {
            return Ok((Int(quotient - IBig::ONE), Int(remainder + &divisor.0)));
        }
        Ok((Int(quotient), Int(remainder)))
    }

    /// `divmod(a, b)`
    pub fn floor_div_mod(&self, divisor: &Int) -> Result<(Int, Int), Error> {
        self.divided(divisor, "division by zero")
    }

    /// `a // b`
    pub fn floor_div(&self, divisor: &Int) -> Result<Int, Error> {
        Ok(self.divided(divisor, "division by zero")?.0)
    }

    /// `a % b`
    pub fn floor_mod(&self, divisor: &Int) -> Result<Int, Error> {
        Ok(self.divided(divisor, "division by zero")?.1)
    }
}

macro_rules! from_primitive {
    ($($t:ty)*) => {$(
        impl From<$t> for Int {
            fn from(n: $t) -> Int {
                Int(IBig::from(n))
            }
        }
    )*};
}
from_primitive!(i32 i64 i128 isize u32 u64 u128 usize);

macro_rules! operator {
    ($($trait:ident $method:ident;)*) => {$(
        impl $trait for &Int {
            type Output = Int;
            fn $method(self, other: &Int) -> Int {
                Int((&self.0).$method(&other.0))
            }
        }
    )*};
}
pub(crate) use operator;

operator! {
    Add add;
    Sub sub;
    Mul mul;
}

impl Neg for &Int {
    type Output = Int;
    fn neg(self) -> Int {
        Int(-&self.0)
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
