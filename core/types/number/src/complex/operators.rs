//! What `complex` can do.

use std::cmp::Ordering;

use grwl_number::float::text::repr_complex;
use grwl_number::hash as hashes;
use grwl_object::float::{Complex, new_complex};
use grwl_object::int::view;
use grwl_object::protocol::hash::of_address;
use grwl_object::{CompareOp, PyResult, Str, Thread, Tuple, Value, ValueExt, float};
use grwl_object::{not_implemented, protocol, singleton};

use super::algebra::{self, Pair, Trouble};
use crate::float::operators::{order_with_int, real as real_operand};
use crate::receiver::{self, checked};

/// An operand. Real ones are not complex with an imaginary part of 0: that would change the signs of zeros.
#[derive(Clone, Copy)]
enum Operand {
    Real(f64),
    Complex(Pair),
}

use Operand as O;

impl Operand {
    fn pair(self) -> Pair {
        match self {
            Self::Real(real) => (real, 0.0),
            Self::Complex(pair) => pair,
        }
    }
}

fn operand(thread: &Thread, value: Value) -> PyResult<Option<Operand>> {
    if let Some(complex) = value.downcast::<Complex>() {
        return Ok(Some(O::Complex((complex.real, complex.imaginary))));
    }
    Ok(real_operand(thread, value)?.map(O::Real))
}

fn operands(thread: &Thread, a: Value, b: Value) -> PyResult<Option<(Operand, Operand)>> {
    match operand(thread, a)? {
        Some(a) => Ok(operand(thread, b)?.map(|b| (a, b))),
        None => Ok(None),
    }
}

fn finish(thread: &Thread, pair: Pair) -> PyResult {
    Ok(new_complex(thread, pair.0, pair.1).value())
}

macro_rules! simple {
    ($($name:ident: $real_complex:expr, $complex_real:expr, $complex:expr;)*) => {$(
        pub(super) fn $name(thread: &mut Thread, a: Value, b: Value) -> PyResult {
            let result = match operands(thread, a, b)? {
                Some((O::Complex(z), O::Complex(w))) => $complex(z, w),
                Some((O::Complex(z), O::Real(b))) => $complex_real(z, b),
                Some((O::Real(a), O::Complex(w))) => $real_complex(a, w),
                Some((O::Real(_), O::Real(_))) | None => return Ok(not_implemented()),
            };
            finish(thread, result)
        }
    )*};
}

simple! {
    add: |a: f64, w: Pair| (a + w.0, w.1), |z: Pair, b: f64| (z.0 + b, z.1),
        |z: Pair, w: Pair| (z.0 + w.0, z.1 + w.1);
    subtract: |a: f64, w: Pair| (a - w.0, -w.1), |z: Pair, b: f64| (z.0 - b, z.1),
        |z: Pair, w: Pair| (z.0 - w.0, z.1 - w.1);
    multiply: |a: f64, w: Pair| (w.0 * a, w.1 * a), |z: Pair, b: f64| (z.0 * b, z.1 * b),
        algebra::product;
}

pub(super) fn true_divide(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let result = match operands(thread, a, b)? {
        Some((O::Complex(z), O::Complex(w))) => algebra::quotient(z, w),
        Some((O::Complex(z), O::Real(b))) => (b != 0.0).then_some((z.0 / b, z.1 / b)),
        Some((O::Real(a), O::Complex(w))) => algebra::quotient_of_real(a, w),
        Some((O::Real(_), O::Real(_))) | None => return Ok(not_implemented()),
    };
    match result {
        Some(result) => finish(thread, result),
        None => Err(thread.zero_division_error("division by zero")),
    }
}

/// `a ** b`; the operands may both be real.
///
/// # Errors
/// `ZeroDivisionError`, `OverflowError`; `ValueError` with a modulus.
pub fn power(thread: &mut Thread, a: Value, b: Value, modulus: Value) -> PyResult {
    let Some((a, b)) = operands(thread, a, b)? else {
        return Ok(not_implemented());
    };
    if !modulus.is_none() {
        return Err(thread.value_error("complex modulo"));
    }
    match algebra::power(a.pair(), b.pair()) {
        Ok(result) => finish(thread, result),
        Err(Trouble::DivisionByZero) => {
            Err(thread.zero_division_error("zero to a negative or complex power"))
        }
        Err(Trouble::Overflow) => Err(thread.overflow_error("complex exponentiation")),
    }
}

pub(super) fn negative(thread: &mut Thread, this: Value) -> PyResult {
    let (real, imaginary) = receiver::complex(thread, this)?;
    finish(thread, (-real, -imaginary))
}

/// The number as a plain `complex`.
pub(super) fn plain(thread: &mut Thread, this: Value) -> PyResult {
    if this.downcast_exact::<Complex>().is_some() {
        return Ok(this);
    }
    let pair = receiver::complex(thread, this)?;
    finish(thread, pair)
}

pub(super) fn conjugate(thread: &mut Thread, this: Value) -> PyResult {
    let (real, imaginary) = receiver::complex(thread, this)?;
    finish(thread, (real, -imaginary))
}

pub(super) fn absolute(thread: &mut Thread, this: Value) -> PyResult {
    let pair = receiver::complex(thread, this)?;
    match algebra::absolute(pair) {
        Some(size) => Ok(float::new(thread, size)),
        None => Err(thread.overflow_error("absolute value too large")),
    }
}

pub(super) fn is_true(thread: &mut Thread, this: Value) -> PyResult<bool> {
    Ok(receiver::complex(thread, this)? != (0.0, 0.0))
}

pub(super) fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let (real, imaginary) = receiver::complex(thread, a)?;
    let is_equal = if let Some(other) = b.downcast::<Complex>() {
        real == other.real && imaginary == other.imaginary
    } else if let Some(other) = float::view(b) {
        real == other && imaginary == 0.0
    } else if let Some(other) = view(b) {
        imaginary == 0.0 && order_with_int(other, real) == Some(Ordering::Equal)
    } else {
        return Ok(not_implemented());
    };
    Ok(singleton::bool(is_equal == (op == CompareOp::Eq)))
}

pub(super) fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let (real, imaginary) = receiver::complex(thread, this)?;
    let part = |part: f64| hashes::of_f64(part).unwrap_or_else(|| of_address(this));
    Ok(hashes::of_complex(part(real), part(imaginary)))
}

pub(super) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let (real, imaginary) = receiver::complex(thread, this)?;
    Ok(Str::new(thread, &repr_complex(real, imaginary)).value())
}

pub(super) fn format(thread: &mut Thread, this: Value, spec: Value) -> PyResult {
    let spec = receiver::format_spec(thread, spec)?;
    if spec.is_empty() {
        return protocol::str(thread, this).map(|text| text.value());
    }
    let (real, imaginary) = receiver::complex(thread, this)?;
    let class = this.class();
    let class_name = class.name().to_string();
    let text = grwl_number::format::complex::format(real, imaginary, spec.text(), &class_name);
    let text = checked(thread, text)?;
    Ok(Str::from_buf(thread, &text)?.value())
}

pub(super) fn getnewargs(thread: &mut Thread, this: Value) -> PyResult {
    let (real, imaginary) = receiver::complex(thread, this)?;
    let pair = [float::new(thread, real), float::new(thread, imaginary)];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

pub(super) fn real(thread: &mut Thread, this: Value) -> PyResult {
    let (real, _) = receiver::complex(thread, this)?;
    Ok(float::new(thread, real))
}

pub(super) fn imaginary(thread: &mut Thread, this: Value) -> PyResult {
    let (_, imaginary) = receiver::complex(thread, this)?;
    Ok(float::new(thread, imaginary))
}
