//! Functions of the C library that Rust's `f64` does not have, or computes otherwise.

// SAFETY: the functions of C's <math.h>, with its signatures; none has conditions on its arguments.
unsafe extern "C" {
    /// C's `acosh`.
    pub safe fn acosh(x: f64) -> f64;
    /// C's `asinh`.
    pub safe fn asinh(x: f64) -> f64;
    /// C's `atanh`.
    pub safe fn atanh(x: f64) -> f64;
    /// C's `erf`.
    pub safe fn erf(x: f64) -> f64;
    /// C's `erfc`.
    pub safe fn erfc(x: f64) -> f64;
    /// C's `exp2`.
    pub safe fn exp2(x: f64) -> f64;
    /// C's `fma`.
    pub safe fn fma(x: f64, y: f64, z: f64) -> f64;
    /// C's `fmod`.
    pub safe fn fmod(x: f64, y: f64) -> f64;
    /// C's `nextafter`.
    pub safe fn nextafter(x: f64, y: f64) -> f64;
    /// C's `remainder`.
    pub safe fn remainder(x: f64, y: f64) -> f64;
    /// C's `ldexp`.
    pub safe fn ldexp(x: f64, exponent: i32) -> f64;
    /// C's `pow`.
    pub safe fn pow(x: f64, y: f64) -> f64;
}

/// `x` as a number whose magnitude is at least 1/2 and below 1, times a power of two.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7FF) as i32;
    if exponent == 0 {
        // Subnormal: made normal first.
        let (mantissa, exponent) = frexp(x * 18_014_398_509_481_984.0);
        return (mantissa, exponent - 54);
    }
    let mantissa = f64::from_bits(bits & !(0x7FF << 52) | (1022 << 52));
    (mantissa, exponent - 1022)
}
