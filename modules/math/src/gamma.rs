//! The gamma function and its logarithm, by Lanczos' approximation with the coefficients that CPython uses, so that results are equal.

#![allow(clippy::excessive_precision)]

use std::f64::consts::PI;

use crate::libm::pow;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A pole, or minus infinity.
    Domain,
    /// Too large.
    Range,
}

const G: f64 = 6.024_680_040_776_729_583_740_234_375;
const G_MINUS_HALF: f64 = 5.524_680_040_776_729_583_740_234_375;

static NUMERATOR: [f64; 13] = [
    23531376880.410759688572007674451636754734846804940,
    42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843,
    17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708,
    1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801,
    31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768,
    186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024,
    210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
];

static DENOMINATOR: [f64; 13] = [
    0.0,
    39_916_800.0,
    120_543_840.0,
    150_917_976.0,
    105_258_076.0,
    45_995_730.0,
    13_339_535.0,
    2_637_558.0,
    357_423.0,
    32_670.0,
    1925.0,
    66.0,
    1.0,
];

/// Factorials that are exact.
static FACTORIALS: [f64; 23] = [
    1.0,
    1.0,
    2.0,
    6.0,
    24.0,
    120.0,
    720.0,
    5040.0,
    40320.0,
    362_880.0,
    3_628_800.0,
    39_916_800.0,
    479_001_600.0,
    6_227_020_800.0,
    87_178_291_200.0,
    1_307_674_368_000.0,
    20_922_789_888_000.0,
    355_687_428_096_000.0,
    6_402_373_705_728_000.0,
    121_645_100_408_832_000.0,
    2_432_902_008_176_640_000.0,
    51_090_942_171_709_440_000.0,
    1_124_000_727_777_607_680_000.0,
];

/// sin(pi x), exact at multiples of 1/2.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let value = match (2.0 * y).round() as i32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1f64.copysign(x) * value
}

/// Lanczos' sum for a positive number.
fn sum(x: f64) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    if x < 5.0 {
        for (&a, &b) in NUMERATOR.iter().zip(&DENOMINATOR).rev() {
            above = above * x + a;
            below = below * x + b;
        }
    } else {
        for (&a, &b) in NUMERATOR.iter().zip(&DENOMINATOR) {
            above = above / x + a;
            below = below / x + b;
        }
    }
    above / below
}

pub(crate) fn gamma(x: f64) -> Result<f64, Trouble> {
    if !x.is_finite() {
        return if x.is_nan() || x > 0.0 {
            Ok(x)
        } else {
            Err(Trouble::Domain)
        };
    }
    if x == 0.0 {
        return Err(Trouble::Domain);
    }
    if x == x.floor() {
        if x < 0.0 {
            return Err(Trouble::Domain);
        }
        if x <= FACTORIALS.len() as f64 {
            return Ok(FACTORIALS[x as usize - 1]);
        }
    }
    let magnitude = x.abs();
    if magnitude < 1e-20 {
        let made = 1.0 / x;
        return if made.is_infinite() {
            Err(Trouble::Range)
        } else {
            Ok(made)
        };
    }
    if magnitude > 200.0 {
        return if x < 0.0 {
            Ok(0.0 / sin_pi(x))
        } else {
            Err(Trouble::Range)
        };
    }
    let y = magnitude + G_MINUS_HALF;
    let z = if magnitude > G_MINUS_HALF {
        (y - magnitude) - G_MINUS_HALF
    } else {
        (y - G_MINUS_HALF) - magnitude
    };
    let z = z * G / y;
    let made = if x < 0.0 {
        let mut made = -PI / sin_pi(magnitude) / magnitude * y.exp() / sum(magnitude);
        made -= z * made;
        if magnitude < 140.0 {
            made / pow(y, magnitude - 0.5)
        } else {
            let root = pow(y, magnitude / 2.0 - 0.25);
            made / root / root
        }
    } else {
        let mut made = sum(magnitude) / y.exp();
        made += z * made;
        if magnitude < 140.0 {
            made * pow(y, magnitude - 0.5)
        } else {
            let root = pow(y, magnitude / 2.0 - 0.25);
            made * root * root
        }
    };
    if made.is_infinite() {
        Err(Trouble::Range)
    } else {
        Ok(made)
    }
}

pub(crate) fn log_gamma(x: f64) -> Result<f64, Trouble> {
    if !x.is_finite() {
        return Ok(if x.is_nan() { x } else { f64::INFINITY });
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 {
            Err(Trouble::Domain)
        } else {
            Ok(0.0)
        };
    }
    let magnitude = x.abs();
    if magnitude < 1e-20 {
        return Ok(-magnitude.ln());
    }
    let mut made = sum(magnitude).ln() - G;
    made += (magnitude - 0.5) * ((magnitude + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        /// ln(pi)
        const LOG_PI: f64 = 1.144_729_885_849_400_2;
        made = LOG_PI - sin_pi(magnitude).abs().ln() - magnitude.ln() - made;
    }
    if made.is_infinite() {
        Err(Trouble::Range)
    } else {
        Ok(made)
    }
}
