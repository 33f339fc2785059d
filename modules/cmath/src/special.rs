//! The functions of `cmath` where a part is infinite or NaN, by Annex G of C99. An invalid operation is a domain error.
//!
//! Where C99 leaves a sign open, it is CPython's. An angle that C99 gives as a limit is what `atan2` says of infinite coordinates.

use std::f64::consts::FRAC_PI_2;

use crate::function::{Pair, Trouble};

const INFINITY: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Is a part infinite?
fn is_infinite(z: Pair) -> bool {
    z.0.is_infinite() || z.1.is_infinite()
}

/// The angle of an infinite number; NaN if a part is.
fn angle((x, y): Pair) -> f64 {
    y.atan2(x)
}

/// The angle between an infinite number and the real axis.
fn angle_to_axis((x, y): Pair) -> f64 {
    y.atan2(x.abs())
}

#[allow(clippy::unnecessary_wraps)]
pub(crate) fn sqrt((x, y): Pair) -> Result<Pair, Trouble> {
    Ok(if y.is_infinite() {
        (INFINITY, y)
    } else if x == INFINITY {
        (INFINITY, if y.is_nan() { y } else { 0f64.copysign(y) })
    } else if x == -INFINITY {
        if y.is_nan() {
            (NAN, INFINITY)
        } else {
            (0.0, INFINITY.copysign(y))
        }
    } else {
        (NAN, NAN)
    })
}

#[allow(clippy::unnecessary_wraps)]
pub(crate) fn log(z: Pair) -> Result<Pair, Trouble> {
    Ok(if is_infinite(z) {
        (INFINITY, angle(z))
    } else {
        (NAN, NAN)
    })
}

#[allow(clippy::unnecessary_wraps)]
pub(crate) fn acos(z: Pair) -> Result<Pair, Trouble> {
    let (x, y) = z;
    Ok(if is_infinite(z) {
        let size = if y.is_nan() {
            INFINITY
        } else {
            INFINITY.copysign(-y)
        };
        (angle((x, y.abs())), size)
    } else if x == 0.0 {
        (FRAC_PI_2, NAN)
    } else {
        (NAN, NAN)
    })
}

#[allow(clippy::unnecessary_wraps)]
pub(crate) fn acosh(z: Pair) -> Result<Pair, Trouble> {
    Ok(if is_infinite(z) {
        (INFINITY, angle(z))
    } else if z.0 == 0.0 {
        (NAN, FRAC_PI_2)
    } else {
        (NAN, NAN)
    })
}

#[allow(clippy::unnecessary_wraps)]
pub(crate) fn asinh(z: Pair) -> Result<Pair, Trouble> {
    let (x, y) = z;
    Ok(if is_infinite(z) {
        let size = if x.is_nan() {
            INFINITY
        } else {
            INFINITY.copysign(x)
        };
        (size, angle_to_axis(z))
    } else if y == 0.0 {
        (NAN, y)
    } else {
        (NAN, NAN)
    })
}

#[allow(clippy::unnecessary_wraps)]
pub(crate) fn atanh(z: Pair) -> Result<Pair, Trouble> {
    let (x, y) = z;
    let zero = if x.is_nan() { 0.0 } else { 0f64.copysign(x) };
    Ok(if is_infinite(z) {
        (
            zero,
            if y.is_nan() {
                NAN
            } else {
                FRAC_PI_2.copysign(y)
            },
        )
    } else if x == 0.0 {
        (x, NAN)
    } else {
        (NAN, NAN)
    })
}

pub(crate) fn exp((x, y): Pair) -> Result<Pair, Trouble> {
    if y.is_infinite() && (x.is_finite() || x == INFINITY) {
        return Err(Trouble::Domain);
    }
    Ok(if x == -INFINITY {
        if y.is_finite() {
            (0f64.copysign(y.cos()), 0f64.copysign(y.sin()))
        } else {
            (0.0, 0.0)
        }
    } else if x == INFINITY {
        if y.is_nan() {
            (INFINITY, NAN)
        } else if y == 0.0 {
            (INFINITY, y)
        } else {
            (INFINITY.copysign(y.cos()), INFINITY.copysign(y.sin()))
        }
    } else if x.is_nan() && y == 0.0 {
        (NAN, y)
    } else {
        (NAN, NAN)
    })
}

pub(crate) fn cosh((x, y): Pair) -> Result<Pair, Trouble> {
    if y.is_infinite() && !x.is_nan() {
        return Err(Trouble::Domain);
    }
    Ok(if x.is_infinite() {
        let sign = 1f64.copysign(x);
        if y.is_nan() {
            (INFINITY, NAN)
        } else if y == 0.0 {
            (INFINITY, y * sign)
        } else {
            (
                INFINITY.copysign(y.cos()),
                INFINITY.copysign(y.sin() * sign),
            )
        }
    } else if x == 0.0 || y == 0.0 {
        (NAN, 0.0)
    } else {
        (NAN, NAN)
    })
}

pub(crate) fn sinh((x, y): Pair) -> Result<Pair, Trouble> {
    if y.is_infinite() && !x.is_nan() {
        return Err(Trouble::Domain);
    }
    Ok(if x.is_infinite() {
        if y.is_nan() {
            (INFINITY, NAN)
        } else if y == 0.0 {
            (x, y)
        } else {
            let sign = 1f64.copysign(x);
            (
                INFINITY.copysign(y.cos() * sign),
                INFINITY.copysign(y.sin()),
            )
        }
    } else if x == 0.0 {
        (0.0, NAN)
    } else if y == 0.0 {
        (NAN, y)
    } else {
        (NAN, NAN)
    })
}

pub(crate) fn tanh((x, y): Pair) -> Result<Pair, Trouble> {
    if y.is_infinite() && x.is_finite() {
        return Err(Trouble::Domain);
    }
    Ok(if x.is_infinite() {
        let imaginary = if !y.is_finite() {
            0.0
        } else if y == 0.0 {
            y
        } else {
            0f64.copysign(y.sin() * y.cos())
        };
        (1f64.copysign(x), imaginary)
    } else if x == 0.0 {
        (x, NAN)
    } else if y == 0.0 {
        (NAN, y)
    } else {
        (NAN, NAN)
    })
}

pub(crate) fn rect(length: f64, angle: f64) -> Result<Pair, Trouble> {
    if length == 0.0 {
        return Ok((0.0, 0.0));
    }
    if angle.is_infinite() && !length.is_nan() {
        return Err(Trouble::Domain);
    }
    Ok(if length.is_infinite() {
        let sign = 1f64.copysign(length);
        if angle.is_nan() {
            (INFINITY, NAN)
        } else if angle == 0.0 {
            (length, angle * sign)
        } else {
            (
                INFINITY.copysign(angle.cos() * sign),
                INFINITY.copysign(angle.sin() * sign),
            )
        }
    } else if angle == 0.0 {
        (NAN, 0.0)
    } else {
        (NAN, NAN)
    })
}
