//! `+ - * / // % **`, `divmod`, comparison of integers.
//!
//! Each operator first tries two immediates, then 64-bit integers where the result fits 128 bits, then big ones.

use std::cmp::Ordering;

use grwl_number::{Error, Int};
use grwl_object::int::{IntView, from_i64, new, view};
use grwl_object::{CompareOp, PyResult, Thread, Tuple, Value, ValueExt, float, not_implemented};
use grwl_object::{singleton, types};

use crate::receiver::{self, checked};

/// Both operands, if both are integers.
#[inline]
pub(crate) fn operands<'a>(a: Value, b: Value) -> Option<(IntView<'a>, IntView<'a>)> {
    Some((view(a)?, view(b)?))
}

/// A result of up to 128 bits.
#[inline]
pub(crate) fn from_i128(thread: &Thread, int: i128) -> Value {
    match i64::try_from(int) {
        Ok(int) => from_i64(thread, int),
        Err(_) => new(thread, Int::from(int)),
    }
}

/// A MemoryError if there is no memory for a result of both lengths together, and for working at it.
pub(crate) fn room_for(a: &Int, b: &Int) -> Result<(), Error> {
    Error::unless_there_are((a.bit_length() + b.bit_length()) / 8 * 2)
}

/// An operator that cannot fail but for memory: on 64-bit integers in 128 bits, or on big ones.
macro_rules! simple {
    ($(#[$doc:meta] $name:ident, $small:expr, $wide:expr, $big:expr;)*) => {$(
        #[$doc]
        ///
        /// # Errors
        /// `MemoryError`.
        pub fn $name(thread: &mut Thread, a: Value, b: Value) -> PyResult {
            if let Some((a, b)) = a.both_ints(b)
                && let Some(result) = $small(a, b)
            {
                return Ok(from_i64(thread, result));
            }
            let Some((a, b)) = operands(a, b) else {
                return Ok(not_implemented());
            };
            let big = |a: &Int, b: &Int| {
                let room = $crate::int::arithmetic::room_for(a, b);
                $crate::receiver::checked(thread, room)?;
                Ok(new(thread, $big(a, b)))
            };
            match (a, b) {
                (IntView::Small(a), IntView::Small(b)) => {
                    Ok(from_i128(thread, $wide(i128::from(a), i128::from(b))))
                }
                (IntView::Big(a), IntView::Big(b)) => big(a, b),
                (IntView::Big(a), IntView::Small(b)) => big(a, &Int::from(b)),
                (IntView::Small(a), IntView::Big(b)) => big(&Int::from(a), b),
            }
        }
    )*};
}
pub(crate) use simple;

simple! {
    /// `a + b`
    add, i64::checked_add, |a: i128, b: i128| a + b, |a: &Int, b: &Int| a + b;
    /// `a - b`
    subtract, i64::checked_sub, |a: i128, b: i128| a - b, |a: &Int, b: &Int| a - b;
    /// `a * b`
    multiply, i64::checked_mul, |a: i128, b: i128| a * b, |a: &Int, b: &Int| a * b;
}

/// Quotient and remainder rounded down; the divisor is not 0.
#[inline]
fn floor_small(a: i64, b: i64) -> (i128, i64) {
    if b == -1 {
        return (-i128::from(a), 0);
    }
    let (quotient, remainder) = (a / b, a % b);
    if remainder != 0 && (remainder < 0) != (b < 0) {
        (i128::from(quotient - 1), remainder + b)
    } else {
        (i128::from(quotient), remainder)
    }
}

/// `a // b`
///
/// # Errors
/// `ZeroDivisionError`.
pub fn floor_divide(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((a, b)) = operands(a, b) else {
        return Ok(not_implemented());
    };
    match (a, b) {
        (IntView::Small(a), IntView::Small(b)) if b != 0 => {
            Ok(from_i128(thread, floor_small(a, b).0))
        }
        _ => {
            let result = a.to_int().floor_div(&b.to_int());
            checked(thread, result).map(|int| new(thread, int))
        }
    }
}

/// `a % b`
///
/// # Errors
/// `ZeroDivisionError`.
pub fn remainder(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((a, b)) = operands(a, b) else {
        return Ok(not_implemented());
    };
    match (a, b) {
        (IntView::Small(a), IntView::Small(b)) if b != 0 => {
            Ok(from_i64(thread, floor_small(a, b).1))
        }
        _ => {
            let result = a.to_int().floor_mod(&b.to_int());
            checked(thread, result).map(|int| new(thread, int))
        }
    }
}

/// `divmod(a, b)`
///
/// # Errors
/// `ZeroDivisionError`.
pub fn divmod(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((a, b)) = operands(a, b) else {
        return Ok(not_implemented());
    };
    let (quotient, remainder) = match (a, b) {
        (IntView::Small(a), IntView::Small(b)) if b != 0 => {
            let (quotient, remainder) = floor_small(a, b);
            (from_i128(thread, quotient), from_i64(thread, remainder))
        }
        _ => {
            let result = a.to_int().floor_div_mod(&b.to_int());
            let (quotient, remainder) = checked(thread, result)?;
            (new(thread, quotient), new(thread, remainder))
        }
    };
    Ok(Tuple::try_new(thread, &[quotient, remainder])?.value())
}

/// Integers up to here are floats without rounding.
const EXACT: u64 = 1 << 53;

/// `a / b`
///
/// # Errors
/// `ZeroDivisionError`; `OverflowError` if it is too large for a float.
pub fn true_divide(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((a, b)) = operands(a, b) else {
        return Ok(not_implemented());
    };
    if let (IntView::Small(a), IntView::Small(b)) = (a, b)
        && b != 0
        && a.unsigned_abs() <= EXACT
        && b.unsigned_abs() <= EXACT
    {
        return Ok(float::new(thread, a as f64 / b as f64));
    }
    let result = a.to_int().true_div(&b.to_int());
    checked(thread, result).map(|result| float::new(thread, result))
}

/// `pow(a, b, modulus)`; `a ** b` with `None`.
///
/// # Errors
/// `ZeroDivisionError`, `OverflowError`, `ValueError` by the operands; `MemoryError`.
pub fn power(thread: &mut Thread, a: Value, b: Value, modulus: Value) -> PyResult {
    let Some((base, exponent)) = operands(a, b) else {
        return Ok(not_implemented());
    };
    if !modulus.is_none() {
        let Some(modulus) = view(modulus) else {
            return Ok(not_implemented());
        };
        return power_modulo(thread, base, exponent, modulus);
    }
    if exponent.is_negative() {
        return crate::float::operators::power(thread, a, b, modulus);
    }
    if let (IntView::Small(base), IntView::Small(exponent)) = (base, exponent)
        && let Ok(exponent) = u32::try_from(exponent)
        && let Some(result) = i128::from(base).checked_pow(exponent)
    {
        return Ok(from_i128(thread, result));
    }
    let result = base.to_int().power(&exponent.to_int());
    checked(thread, result).map(|int| new(thread, int))
}

fn power_modulo(
    thread: &Thread,
    base: IntView<'_>,
    exponent: IntView<'_>,
    modulus: IntView<'_>,
) -> PyResult {
    if let (IntView::Small(base), IntView::Small(exponent @ 0..), IntView::Small(modulus @ 1..)) =
        (base, exponent, modulus)
    {
        let modulus = i128::from(modulus);
        let (mut result, mut square) = (1 % modulus, i128::from(base).rem_euclid(modulus));
        let mut left = exponent;
        while left != 0 {
            if left & 1 == 1 {
                result = result * square % modulus;
            }
            square = square * square % modulus;
            left >>= 1;
        }
        return Ok(from_i128(thread, result));
    }
    let result = base
        .to_int()
        .power_mod(&exponent.to_int(), &modulus.to_int());
    checked(thread, result).map(|int| new(thread, int))
}

/// `-a`
///
/// # Errors
/// None of its own.
pub fn negative(thread: &mut Thread, a: Value) -> PyResult {
    Ok(match receiver::int(thread, a)? {
        IntView::Small(int) => from_i128(thread, -i128::from(int)),
        IntView::Big(int) => new(thread, -int),
    })
}

/// `abs(a)`
///
/// # Errors
/// None of its own.
pub fn absolute(thread: &mut Thread, a: Value) -> PyResult {
    if receiver::int(thread, a)?.is_negative() {
        negative(thread, a)
    } else {
        super::methods::plain(thread, a)
    }
}

/// The order of two integers.
#[inline]
pub fn order(a: IntView<'_>, b: IntView<'_>) -> Ordering {
    match (a, b) {
        (IntView::Small(a), IntView::Small(b)) => a.cmp(&b),
        (IntView::Big(a), IntView::Big(b)) => a.cmp(b),
        // A big one lies outside of all small ones.
        (IntView::Big(a), IntView::Small(_)) if a.is_negative() => Ordering::Less,
        (IntView::Big(_), IntView::Small(_)) => Ordering::Greater,
        (IntView::Small(_), IntView::Big(b)) if b.is_negative() => Ordering::Greater,
        (IntView::Small(_), IntView::Big(_)) => Ordering::Less,
    }
}

/// `a OP b`
///
/// # Errors
/// None of its own.
pub fn compare(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if let Some((a, b)) = a.both_ints(b) {
        return Ok(singleton::bool(op.holds(a.cmp(&b))));
    }
    Ok(match operands(a, b) {
        Some((a, b)) => singleton::bool(op.holds(order(a, b))),
        None => not_implemented(),
    })
}

/// An integer as a float.
///
/// # Errors
/// `OverflowError: int too large to convert to float`.
#[inline]
pub fn to_f64(thread: &Thread, int: IntView<'_>) -> PyResult<f64> {
    match int {
        IntView::Small(int) => Ok(int as f64),
        IntView::Big(int) => checked(thread, int.to_f64()),
    }
}

/// A finite float's whole part as an integer.
///
/// # Errors
/// `OverflowError` of infinity, `ValueError` of nan.
pub fn from_f64(thread: &Thread, float: f64) -> PyResult {
    if float.abs() < 4.0e18 {
        return Ok(from_i64(thread, float as i64));
    }
    let int = checked(thread, Int::from_f64(float))?;
    Ok(new(thread, int))
}

/// Checks that a conversion method gave an `int`, warns if it is of a subclass, and makes it a plain one.
pub(crate) fn plain_result(thread: &mut Thread, result: Value, method: &str) -> PyResult {
    if grwl_object::int::is_exact_int(result) {
        return Ok(result);
    }
    let class = result.class();
    if !grwl_object::int::is_int(result) {
        return Err(thread.type_error(format_args!(
            "{method} returned non-int (type {})",
            class.name()
        )));
    }
    let message = format!(
        "{method} returned non-int (type {}).  The ability to return an instance of a strict subclass of int is deprecated, and may be removed in a future version of Python.",
        class.name()
    );
    grwl_object::exception::warn(thread, &types::DEPRECATION_WARNING, &message, 1)?;
    super::methods::plain(thread, result)
}
