//! Hashes of numbers: equal numbers hash alike whatever their types, for all hashes are the number
//! modulo the prime 2**61 - 1. A hash is never -1.

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;

use crate::int::Int;
use crate::int::real::parts;

/// The prime (`sys.hash_info.modulus`).
pub const MODULUS: u64 = (1 << 61) - 1;
/// The hash of infinity (`sys.hash_info.inf`).
pub const INFINITY: i64 = 314_159;
/// What a complex number's imaginary part's hash is multiplied by (`sys.hash_info.imag`).
pub const IMAGINARY: u64 = 1_000_003;

fn not_minus_one(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

fn signed(is_negative: bool, residue: u64) -> i64 {
    let hash = residue as i64;
    not_minus_one(if is_negative { -hash } else { hash })
}

/// The absolute value modulo the prime.
fn residue(n: &Int) -> u64 {
    // 2**64 is 8 modulo the prime.
    let step = |rest: u64, &word: &u64| {
        let sum = u128::from(rest) * 8 + u128::from(word);
        (sum % u128::from(MODULUS)) as u64
    };
    n.magnitude_words().iter().rev().fold(0, step)
}

/// `hash(i)` of a small integer.
pub fn of_i64(n: i64) -> i64 {
    signed(n < 0, n.unsigned_abs() % MODULUS)
}

/// `hash(i)`
pub fn of_int(n: &Int) -> i64 {
    signed(n.is_negative(), residue(n))
}

/// `hash(x)`; `None` for nan, which hashes by identity.
pub fn of_f64(x: f64) -> Option<i64> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { INFINITY } else { -INFINITY });
    }
    let (mantissa, exponent) = parts(x);
    // Multiplying by 2 modulo 2**61 - 1 rotates 61 bits.
    let by = exponent.rem_euclid(61) as u32;
    let mantissa = mantissa % MODULUS;
    let rotated = if by == 0 {
        mantissa
    } else {
        mantissa << by & MODULUS | mantissa >> (61 - by)
    };
    Some(signed(x < 0.0, rotated))
}

/// `hash(z)`, from its parts' hashes.
pub fn of_complex(real: i64, imaginary: i64) -> i64 {
    not_minus_one((real as u64).wrapping_add(IMAGINARY.wrapping_mul(imaginary as u64)) as i64)
}

/// `hash(Fraction(n, d))` for a fraction in lowest terms with a positive denominator.
pub fn of_fraction(numerator: &Int, denominator: &Int) -> i64 {
    let modulus = ConstDivisor::new(UBig::from(MODULUS));
    let inverse = modulus
        .reduce(UBig::from(residue(denominator)))
        .pow(&UBig::from(MODULUS - 2))
        .residue();
    if inverse.is_zero() {
        return if numerator.is_negative() {
            -INFINITY
        } else {
            INFINITY
        };
    }
    let product = modulus.reduce(inverse) * modulus.reduce(UBig::from(residue(numerator)));
    let product = product.residue().as_words().first().copied().unwrap_or(0);
    signed(numerator.is_negative(), product)
}
