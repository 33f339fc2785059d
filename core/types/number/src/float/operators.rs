//! `+ - * / // % **`, `divmod`, comparison of floats, with integers too.

use grwl_number::Int;
use grwl_number::float::division::floor_div_mod;
use grwl_object::int::{IntView, view};
use grwl_object::{CompareOp, PyResult, Str, Thread, Tuple, Value, ValueExt, float};
use grwl_object::{not_implemented, singleton, types};

use crate::int::arithmetic::to_f64;
use crate::receiver::{self, checked};

/// An operand as a float; `None` if it is neither a float nor an integer.
#[inline]
pub(crate) fn real(thread: &Thread, value: Value) -> PyResult<Option<f64>> {
    if let Some(float) = float::view(value) {
        return Ok(Some(float));
    }
    match view(value) {
        Some(int) => to_f64(thread, int).map(Some),
        None => Ok(None),
    }
}

/// Both operands as floats.
#[inline]
fn operands(thread: &Thread, a: Value, b: Value) -> PyResult<Option<(f64, f64)>> {
    if let (Some(a), Some(b)) = (a.as_float(), b.as_float()) {
        return Ok(Some((a, b)));
    }
    match (real(thread, a)?, b) {
        (Some(a), b) => Ok(real(thread, b)?.map(|b| (a, b))),
        (None, _) => Ok(None),
    }
}

macro_rules! simple {
    ($(#[$doc:meta] $name:ident, $compute:expr;)*) => {$(
        #[$doc]
        ///
        /// # Errors
        /// `OverflowError` of an integer too large for a float.
        pub fn $name(thread: &mut Thread, a: Value, b: Value) -> PyResult {
            match operands(thread, a, b)? {
                Some((a, b)) => Ok(float::new(thread, $compute(a, b))),
                None => Ok(not_implemented()),
            }
        }
    )*};
}

simple! {
    /// `a + b`
    add, |a: f64, b: f64| a + b;
    /// `a - b`
    subtract, |a: f64, b: f64| a - b;
    /// `a * b`
    multiply, |a: f64, b: f64| a * b;
}

/// `a / b`
///
/// # Errors
/// `ZeroDivisionError`; `OverflowError` of an integer too large for a float.
pub fn true_divide(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match operands(thread, a, b)? {
        Some((_, 0.0)) => Err(thread.zero_division_error("division by zero")),
        Some((a, b)) => Ok(float::new(thread, a / b)),
        None => Ok(not_implemented()),
    }
}

/// `a // b`
///
/// # Errors
/// As [`true_divide`].
pub fn floor_divide(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match operands(thread, a, b)? {
        Some((a, b)) => {
            let (quotient, _) = checked(thread, floor_div_mod(a, b))?;
            Ok(float::new(thread, quotient))
        }
        None => Ok(not_implemented()),
    }
}

/// `a % b`
///
/// # Errors
/// As [`true_divide`].
pub fn remainder(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match operands(thread, a, b)? {
        Some((a, b)) => {
            let (_, remainder) = checked(thread, floor_div_mod(a, b))?;
            Ok(float::new(thread, remainder))
        }
        None => Ok(not_implemented()),
    }
}

/// `divmod(a, b)`
///
/// # Errors
/// As [`true_divide`].
pub fn divmod(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match operands(thread, a, b)? {
        Some((a, b)) => {
            let (quotient, remainder) = checked(thread, floor_div_mod(a, b))?;
            let pair = [float::new(thread, quotient), float::new(thread, remainder)];
            Ok(Tuple::try_new(thread, &pair)?.value())
        }
        None => Ok(not_implemented()),
    }
}

/// What a power of floats is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Power {
    /// This float.
    Real(f64),
    /// A negative number to a power that is not whole: a complex number.
    Complex,
    /// Zero to a negative power.
    DivisionByZero,
    /// Too large.
    Overflow,
}

fn is_odd(x: f64) -> bool {
    x.abs() % 2.0 == 1.0
}

/// `a ** b`. The cases of IEEE 754 are told apart here, so that no C library's view of them matters.
pub fn power_of(a: f64, b: f64) -> Power {
    let real = Power::Real;
    if b == 0.0 || a == 1.0 {
        return real(1.0);
    }
    if a.is_nan() || b.is_nan() {
        return real(if a.is_nan() { a } else { b });
    }
    if b.is_infinite() {
        let size = a.abs();
        return real(if size == 1.0 {
            1.0
        } else if (b > 0.0) == (size > 1.0) {
            f64::INFINITY
        } else {
            0.0
        });
    }
    if a.is_infinite() {
        let size = if b > 0.0 { f64::INFINITY } else { 0.0 };
        return real(if is_odd(b) { size.copysign(a) } else { size });
    }
    if a == 0.0 {
        if b < 0.0 {
            return Power::DivisionByZero;
        }
        return real(if is_odd(b) { a } else { 0.0 });
    }
    if a < 0.0 && b.floor() != b {
        return Power::Complex;
    }
    let size = a.abs().powf(b);
    if size.is_infinite() {
        return Power::Overflow;
    }
    real(if a < 0.0 && is_odd(b) { -size } else { size })
}

/// `a ** b`
///
/// # Errors
/// `ZeroDivisionError`, `OverflowError`; `TypeError` with a modulus.
pub fn power(thread: &mut Thread, a: Value, b: Value, modulus: Value) -> PyResult {
    if !modulus.is_none() {
        return Err(
            thread.type_error("pow() 3rd argument not allowed unless all arguments are integers")
        );
    }
    let Some((x, y)) = operands(thread, a, b)? else {
        return Ok(not_implemented());
    };
    match power_of(x, y) {
        Power::Real(result) => Ok(float::new(thread, result)),
        Power::Complex => crate::complex::operators::power(thread, a, b, modulus),
        Power::DivisionByZero => Err(thread.zero_division_error("zero to a negative power")),
        Power::Overflow => {
            // ERANGE, as C's pow() reports it.
            let text = Str::new(thread, "Numerical result out of range").value();
            Err(thread.raise_with(&types::OVERFLOW_ERROR, &[Value::small(34), text]))
        }
    }
}

/// `-a`
///
/// # Errors
/// None of its own.
pub fn negative(thread: &mut Thread, a: Value) -> PyResult {
    let a = receiver::float(thread, a)?;
    Ok(float::new(thread, -a))
}

/// `abs(a)`
///
/// # Errors
/// None of its own.
pub fn absolute(thread: &mut Thread, a: Value) -> PyResult {
    let a = receiver::float(thread, a)?;
    Ok(float::new(thread, a.abs()))
}

/// The exact order of an integer and a float; `None` of nan.
pub fn order_with_int(int: IntView<'_>, float: f64) -> Option<std::cmp::Ordering> {
    match int {
        IntView::Small(int) if int.unsigned_abs() <= 1 << 53 => (int as f64).partial_cmp(&float),
        IntView::Small(int) => Int::from(int).compare_f64(float),
        IntView::Big(int) => int.compare_f64(float),
    }
}

/// `a OP b`
///
/// # Errors
/// None of its own.
pub fn compare(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let Some(x) = float::view(a) else {
        return Ok(not_implemented());
    };
    let order = match (float::view(b), view(b)) {
        (Some(y), _) => x.partial_cmp(&y),
        (None, Some(int)) => order_with_int(int, x).map(std::cmp::Ordering::reverse),
        (None, None) => return Ok(not_implemented()),
    };
    Ok(singleton::bool(op.holds_partially(order)))
}
