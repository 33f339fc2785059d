//! Arithmetic of complex numbers as pairs of floats, by C's Annex G where infinities are concerned.
//!
//! A real operand is not made complex first: `inf * (1+0j)` has no nan in it.

/// A complex number: real and imaginary part.
pub type Pair = (f64, f64);

/// An infinite part as ±1, any other as ±0.
fn boxed(x: f64) -> f64 {
    if x.is_infinite() { 1.0f64 } else { 0.0 }.copysign(x)
}

fn zero_for_nan(x: f64) -> f64 {
    if x.is_nan() { 0.0f64.copysign(x) } else { x }
}

fn is_all_nan(z: Pair) -> bool {
    z.0.is_nan() && z.1.is_nan()
}

fn is_infinite(z: Pair) -> bool {
    z.0.is_infinite() || z.1.is_infinite()
}

fn is_finite(z: Pair) -> bool {
    z.0.is_finite() && z.1.is_finite()
}

/// `z * w`
pub fn product(z: Pair, w: Pair) -> Pair {
    let products = |(a, b): Pair, (c, d): Pair| (a * c, b * d, a * d, b * c);
    let (ac, bd, ad, bc) = products(z, w);
    let result = (ac - bd, ad + bc);
    if !is_all_nan(result) {
        return result;
    }
    // A factor that is infinite makes the product infinite, whatever nan it has.
    let (mut z, mut w) = (z, w);
    let mut again = false;
    if is_infinite(z) {
        z = (boxed(z.0), boxed(z.1));
        w = (zero_for_nan(w.0), zero_for_nan(w.1));
        again = true;
    }
    if is_infinite(w) {
        w = (boxed(w.0), boxed(w.1));
        z = (zero_for_nan(z.0), zero_for_nan(z.1));
        again = true;
    }
    if !again && [ac, bd, ad, bc].into_iter().any(f64::is_infinite) {
        z = (zero_for_nan(z.0), zero_for_nan(z.1));
        w = (zero_for_nan(w.0), zero_for_nan(w.1));
        again = true;
    }
    if !again {
        return result;
    }
    let (ac, bd, ad, bc) = products(z, w);
    (f64::INFINITY * (ac - bd), f64::INFINITY * (ad + bc))
}

/// `z / w`; `None` if `w` is 0.
pub fn quotient(z: Pair, w: Pair) -> Option<Pair> {
    let (size_real, size_imaginary) = (w.0.abs(), w.1.abs());
    let result = if size_real >= size_imaginary {
        if size_real == 0.0 {
            return None;
        }
        let ratio = w.1 / w.0;
        let below = w.0 + w.1 * ratio;
        ((z.0 + z.1 * ratio) / below, (z.1 - z.0 * ratio) / below)
    } else if size_imaginary >= size_real {
        let ratio = w.0 / w.1;
        let below = w.0 * ratio + w.1;
        ((z.0 * ratio + z.1) / below, (z.1 * ratio - z.0) / below)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !is_all_nan(result) {
        return Some(result);
    }
    if is_infinite(z) && is_finite(w) {
        let (x, y) = (boxed(z.0), boxed(z.1));
        return Some((
            f64::INFINITY * (x * w.0 + y * w.1),
            f64::INFINITY * (y * w.0 - x * w.1),
        ));
    }
    if is_infinite(w) && is_finite(z) {
        let (x, y) = (boxed(w.0), boxed(w.1));
        return Some((0.0 * (z.0 * x + z.1 * y), 0.0 * (z.1 * x - z.0 * y)));
    }
    Some(result)
}

/// `a / w` of a real number; `None` if `w` is 0.
pub fn quotient_of_real(a: f64, w: Pair) -> Option<Pair> {
    let (size_real, size_imaginary) = (w.0.abs(), w.1.abs());
    let result = if size_real >= size_imaginary {
        if size_real == 0.0 {
            return None;
        }
        let ratio = w.1 / w.0;
        let below = w.0 + w.1 * ratio;
        (a / below, -a * ratio / below)
    } else if size_imaginary >= size_real {
        let ratio = w.0 / w.1;
        let below = w.0 * ratio + w.1;
        (a * ratio / below, -a / below)
    } else {
        (f64::NAN, f64::NAN)
    };
    if is_all_nan(result) && a.is_finite() && is_infinite(w) {
        let (x, y) = (boxed(w.0), boxed(w.1));
        return Some((0.0 * (a * x), 0.0 * (-a * y)));
    }
    Some(result)
}

/// Whole exponents up to here are computed by multiplication.
const MOST_MULTIPLIED: f64 = 100.0;

/// What went wrong with a power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Zero to a power that is negative or not real.
    DivisionByZero,
    /// Too large.
    Overflow,
}

/// Begins with 1 as CPython does, which decides the signs of zeros.
fn power_by_products(z: Pair, exponent: u32) -> Pair {
    let (mut result, mut square, mut left) = ((1.0, 0.0), z, exponent);
    while left != 0 {
        if left & 1 == 1 {
            result = product(result, square);
        }
        left >>= 1;
        if left != 0 {
            square = product(square, square);
        }
    }
    result
}

fn power_by_logarithm(z: Pair, w: Pair) -> Result<Pair, Trouble> {
    if w == (0.0, 0.0) {
        return Ok((1.0, 0.0));
    }
    if z == (0.0, 0.0) {
        if w.1 != 0.0 || w.0 < 0.0 {
            return Err(Trouble::DivisionByZero);
        }
        return Ok((0.0, 0.0));
    }
    let size = z.0.hypot(z.1);
    let angle = z.1.atan2(z.0);
    let mut length = size.powf(w.0);
    let mut phase = angle * w.0;
    if w.1 != 0.0 {
        length *= (-angle * w.1).exp();
        phase += w.1 * size.ln();
    }
    Ok((length * phase.cos(), length * phase.sin()))
}

/// `z ** w`
///
/// # Errors
/// See [`Trouble`].
pub fn power(z: Pair, w: Pair) -> Result<Pair, Trouble> {
    let is_small = w.1 == 0.0 && w.0 == w.0.floor() && w.0.abs() <= MOST_MULTIPLIED;
    let result = if is_small {
        let power = power_by_products(z, w.0.abs() as u32);
        if w.0 < 0.0 {
            quotient((1.0, 0.0), power).ok_or(Trouble::DivisionByZero)?
        } else {
            power
        }
    } else {
        power_by_logarithm(z, w)?
    };
    if is_infinite(result) {
        return Err(Trouble::Overflow);
    }
    Ok(result)
}

/// `abs(z)`; `None` if it is too large.
pub fn absolute(z: Pair) -> Option<f64> {
    let size = z.0.hypot(z.1);
    (size.is_finite() || !is_finite(z)).then_some(size)
}
