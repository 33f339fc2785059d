//! The functions of `cmath`, of pairs of floats: real and imaginary part.
//!
//! Where a part is infinite or NaN, `special` decides, by Annex G of C99. Elsewhere the formulas are arranged so that nothing overflows or cancels
//! unless the result does. Source of the inverse functions: Kahan, W. (1987), "Branch Cuts for Complex Elementary Functions, or Much Ado About Nothing's
//! Sign Bit". The sign of a zero says on which side of a branch cut a number lies.

use std::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};

use grwl_module_math::libm;

use crate::special;

/// Real and imaginary part.
pub(crate) type Pair = (f64, f64);

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no result, or it is infinite.
    Domain,
    /// It is too large.
    Range,
}

/// Sums of a few numbers up to here are finite.
const LARGE: f64 = f64::MAX / 4.0;
/// Its power of two makes a subnormal number normal; it is odd, so that half of one more of it is whole.
const TO_NORMAL: i32 = 53;

fn sqrt_large() -> f64 {
    LARGE.sqrt()
}

fn log_large() -> f64 {
    LARGE.ln()
}

fn is_finite(z: Pair) -> bool {
    z.0.is_finite() && z.1.is_finite()
}

fn is_large(z: Pair) -> bool {
    z.0.abs() > LARGE || z.1.abs() > LARGE
}

/// The logarithm of the length of a large number.
fn log_of_large(z: Pair) -> f64 {
    (z.0 / 2.0).hypot(z.1 / 2.0).ln() + LN_2
}

/// Refuses what has become infinite.
fn in_range(z: Pair) -> Result<Pair, Trouble> {
    if z.0.is_infinite() || z.1.is_infinite() {
        Err(Trouble::Range)
    } else {
        Ok(z)
    }
}

/// `f(z)` by a function `g` for which `f(z) = -i g(iz)`.
fn turned(z: Pair, function: fn(Pair) -> Result<Pair, Trouble>) -> Result<Pair, Trouble> {
    let (x, y) = function((-z.1, z.0))?;
    Ok((y, -x))
}

/// The length of a number.
pub(crate) fn absolute(z: Pair) -> Result<f64, Trouble> {
    let length = z.0.hypot(z.1);
    if length.is_infinite() && is_finite(z) {
        Err(Trouble::Range)
    } else {
        Ok(length)
    }
}

/// The square root.
pub(crate) fn sqrt(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::sqrt(z);
    }
    let (x, y) = z;
    if x == 0.0 && y == 0.0 {
        return Ok((0.0, y));
    }
    let (size_x, size_y) = (x.abs(), y.abs());
    // The root of half of the length plus the real part, scaled so that the sum neither overflows nor loses digits.
    let s = if size_x < f64::MIN_POSITIVE && size_y < f64::MIN_POSITIVE {
        let size_x = libm::ldexp(size_x, TO_NORMAL);
        let length = size_x.hypot(libm::ldexp(size_y, TO_NORMAL));
        libm::ldexp((size_x + length).sqrt(), -(TO_NORMAL + 1) / 2)
    } else {
        let size_x = size_x / 8.0;
        2.0 * (size_x + size_x.hypot(size_y / 8.0)).sqrt()
    };
    let d = size_y / (2.0 * s);
    Ok(if x >= 0.0 {
        (s, d.copysign(y))
    } else {
        (d, s.copysign(y))
    })
}

/// The inverse cosine.
pub(crate) fn acos(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::acos(z);
    }
    let (x, y) = z;
    if is_large(z) {
        let size = log_of_large(z) + LN_2;
        // By copysign, so that the cut is right where zeros have a sign.
        return Ok((y.abs().atan2(x), size.copysign(-y)));
    }
    let s = sqrt((1.0 - x, -y))?;
    let t = sqrt((1.0 + x, y))?;
    Ok((2.0 * s.0.atan2(t.0), libm::asinh(t.0 * s.1 - t.1 * s.0)))
}

/// The inverse hyperbolic cosine.
pub(crate) fn acosh(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::acosh(z);
    }
    let (x, y) = z;
    if is_large(z) {
        return Ok((log_of_large(z) + LN_2, y.atan2(x)));
    }
    let s = sqrt((x - 1.0, y))?;
    let t = sqrt((x + 1.0, y))?;
    Ok((libm::asinh(s.0 * t.0 + s.1 * t.1), 2.0 * s.1.atan2(t.0)))
}

/// The inverse sine.
pub(crate) fn asin(z: Pair) -> Result<Pair, Trouble> {
    turned(z, asinh)
}

/// The inverse hyperbolic sine.
pub(crate) fn asinh(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::asinh(z);
    }
    let (x, y) = z;
    if is_large(z) {
        let size = log_of_large(z) + LN_2;
        return Ok((size.copysign(x), y.atan2(x.abs())));
    }
    let s = sqrt((1.0 + y, -x))?;
    let t = sqrt((1.0 - y, x))?;
    Ok((
        libm::asinh(s.0 * t.1 - t.0 * s.1),
        y.atan2(s.0 * t.0 - s.1 * t.1),
    ))
}

/// The inverse tangent.
pub(crate) fn atan(z: Pair) -> Result<Pair, Trouble> {
    turned(z, atanh)
}

/// The inverse hyperbolic tangent.
pub(crate) fn atanh(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::atanh(z);
    }
    let (x, y) = z;
    // It is odd.
    if x.is_sign_negative() {
        let (real, imaginary) = atanh((-x, -y))?;
        return Ok((-real, -imaginary));
    }
    let size_y = y.abs();
    if x > sqrt_large() || size_y > sqrt_large() {
        // About 1/z, and a right angle.
        let half = (x / 2.0).hypot(y / 2.0);
        return Ok((x / 4.0 / half / half, -FRAC_PI_2.copysign(-y)));
    }
    if x == 1.0 && size_y < f64::MIN_POSITIVE.sqrt() {
        if size_y == 0.0 {
            return Err(Trouble::Domain);
        }
        let real = -(size_y.sqrt() / size_y.hypot(2.0).sqrt()).ln();
        return Ok((real, (2.0f64.atan2(-size_y) / 2.0).copysign(y)));
    }
    let real = (4.0 * x / ((1.0 - x) * (1.0 - x) + size_y * size_y)).ln_1p() / 4.0;
    let imaginary = -(-2.0 * y).atan2((1.0 - x) * (1.0 + x) - size_y * size_y) / 2.0;
    Ok((real, imaginary))
}

/// The cosine.
pub(crate) fn cos(z: Pair) -> Result<Pair, Trouble> {
    cosh((-z.1, z.0))
}

/// The hyperbolic cosine.
pub(crate) fn cosh(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::cosh(z);
    }
    let (x, y) = z;
    in_range(if x.abs() > log_large() {
        // The product may be finite though a factor is not.
        let less = x - 1f64.copysign(x);
        (y.cos() * less.cosh() * E, y.sin() * less.sinh() * E)
    } else {
        (y.cos() * x.cosh(), y.sin() * x.sinh())
    })
}

/// The exponential function.
pub(crate) fn exp(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::exp(z);
    }
    let (x, y) = z;
    in_range(if x > log_large() {
        let size = (x - 1.0).exp();
        (size * y.cos() * E, size * y.sin() * E)
    } else {
        let size = x.exp();
        (size * y.cos(), size * y.sin())
    })
}

/// The natural logarithm.
pub(crate) fn log(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::log(z);
    }
    let (x, y) = z;
    let (size_x, size_y) = (x.abs(), y.abs());
    let real = if is_large(z) {
        log_of_large(z)
    } else if size_x < f64::MIN_POSITIVE && size_y < f64::MIN_POSITIVE {
        if size_x == 0.0 && size_y == 0.0 {
            return Err(Trouble::Domain);
        }
        let length = libm::ldexp(size_x, TO_NORMAL).hypot(libm::ldexp(size_y, TO_NORMAL));
        length.ln() - f64::from(TO_NORMAL) * LN_2
    } else {
        let length = size_x.hypot(size_y);
        if (0.71..=1.73).contains(&length) {
            // Near 1 the logarithm of the length has few digits; that of its square less 1 has them.
            let (most, least) = (size_x.max(size_y), size_x.min(size_y));
            ((most - 1.0) * (most + 1.0) + least * least).ln_1p() / 2.0
        } else {
            length.ln()
        }
    };
    Ok((real, y.atan2(x)))
}

/// The logarithm to base 10.
pub(crate) fn log10(z: Pair) -> Result<Pair, Trouble> {
    let (real, imaginary) = log(z)?;
    Ok((real / LN_10, imaginary / LN_10))
}

/// The sine.
pub(crate) fn sin(z: Pair) -> Result<Pair, Trouble> {
    turned(z, sinh)
}

/// The hyperbolic sine.
pub(crate) fn sinh(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::sinh(z);
    }
    let (x, y) = z;
    in_range(if x.abs() > log_large() {
        let less = x - 1f64.copysign(x);
        (y.cos() * less.sinh() * E, y.sin() * less.cosh() * E)
    } else {
        (y.cos() * x.sinh(), y.sin() * x.cosh())
    })
}

/// The tangent.
pub(crate) fn tan(z: Pair) -> Result<Pair, Trouble> {
    turned(z, tanh)
}

/// The hyperbolic tangent.
pub(crate) fn tanh(z: Pair) -> Result<Pair, Trouble> {
    if !is_finite(z) {
        return special::tanh(z);
    }
    let (x, y) = z;
    if x.abs() > log_large() {
        let imaginary = 4.0 * y.sin() * y.cos() * (-2.0 * x.abs()).exp();
        return Ok((1f64.copysign(x), imaginary));
    }
    let tanh_x = x.tanh();
    let tan_y = y.tan();
    let inverse = 1.0 / x.cosh();
    let product = tanh_x * tan_y;
    let below = 1.0 + product * product;
    Ok((
        tanh_x * (1.0 + tan_y * tan_y) / below,
        ((tan_y / below) * inverse) * inverse,
    ))
}

/// The number of a length and an angle.
pub(crate) fn rect(length: f64, angle: f64) -> Result<Pair, Trouble> {
    if !length.is_finite() || !angle.is_finite() {
        return special::rect(length, angle);
    }
    Ok(if angle == 0.0 {
        // So that the sign of the angle is kept, as sin and cos of some systems do not.
        (length, length * angle)
    } else {
        (length * angle.cos(), length * angle.sin())
    })
}
