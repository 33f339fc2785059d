//! Floats as bytes: IEEE 754's binary16 and binary32, to and from binary64.
//!
//! Invariant: a NaN keeps its sign, and of its payload and its being quiet or signalling what fits.

/// The exponent of infinities and NaNs, in place.
const HALF_INFINITY: u16 = 0x7C00;
/// The bit of a binary64 that makes a NaN quiet.
const QUIET: u64 = 1 << 51;
/// The bit of a binary32 that makes a NaN quiet.
const SINGLE_QUIET: u32 = 1 << 22;

/// The float that a binary16 stands for.
pub fn from_half(bits: u16) -> f64 {
    let is_negative = bits >> 15 != 0;
    let exponent = i32::from(bits >> 10 & 0x1F);
    let fraction = bits & 0x3FF;
    let size = match exponent {
        0 => f64::from(fraction) * 2f64.powi(-24),
        31 => f64::from_bits(0x7FF << 52 | u64::from(fraction) << 42),
        exponent => f64::from(1024 + fraction) * 2f64.powi(exponent - 25),
    };
    // By the bit: a negation could make a signalling NaN quiet.
    f64::from_bits(size.to_bits() | u64::from(is_negative) << 63)
}

/// The nearest binary16, ties to even; `None` if the float is too large.
pub fn to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    let size = x.abs();
    if x.is_nan() {
        let payload = (x.to_bits() >> 42 & 0x3FF) as u16;
        let payload = if payload == 0 { 0x200 } else { payload };
        return Some(sign | HALF_INFINITY | payload);
    }
    if size.is_infinite() {
        return Some(sign | HALF_INFINITY);
    }
    if size < 2f64.powi(-14) {
        // Subnormal: the fraction may round up to the smallest normal number, which is the next pattern.
        return Some(sign | (size * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = (size.to_bits() >> 52) as i32 - 1023;
    if exponent > 15 {
        return None;
    }
    let fraction = (size * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    // A fraction of 2048 carries into the exponent.
    let bits = (((exponent + 15) as u32) << 10) + (fraction - 1024);
    (bits < u32::from(HALF_INFINITY)).then_some(sign | bits as u16)
}

/// The float that a binary32 stands for.
pub fn from_single(bits: u32) -> f64 {
    let x = f32::from_bits(bits);
    if x.is_nan() && bits & SINGLE_QUIET == 0 {
        let payload = u64::from(bits & 0x007F_FFFF) << 29;
        let sign = u64::from(bits >> 31) << 63;
        return f64::from_bits(sign | 0x7FF << 52 | payload);
    }
    f64::from(x)
}

/// The nearest binary32; `None` if the float is too large.
pub fn to_single(x: f64) -> Option<u32> {
    let single = x as f32;
    if single.is_infinite() && x.is_finite() {
        return None;
    }
    let bits = single.to_bits();
    if x.is_nan() && x.to_bits() & QUIET == 0 && bits & (SINGLE_QUIET - 1) != 0 {
        return Some(bits & !SINGLE_QUIET);
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use super::{from_half, from_single, to_half, to_single};

    #[test]
    fn every_half_comes_back() {
        for bits in 0..=u16::MAX {
            assert_eq!(to_half(from_half(bits)), Some(bits), "{bits:#x}");
        }
    }

    #[test]
    fn halves_round_to_even() {
        assert_eq!(to_half(65519.99), Some(0x7BFF));
        assert_eq!(to_half(65520.0), None);
        assert_eq!(to_half(1e300), None);
        assert_eq!(to_half(2f64.powi(-25)), Some(0));
        assert_eq!(to_half(2f64.powi(-25) * 1.0001), Some(1));
        assert_eq!(to_half(1.0 + 2f64.powi(-11)), Some(0x3C00));
        assert_eq!(to_half(1.0 + 3.0 * 2f64.powi(-11)), Some(0x3C02));
    }

    #[test]
    fn singles_come_back() {
        for bits in [
            0,
            1,
            0x8000_0000,
            0x7F80_0000,
            0x7F80_0001,
            0xFFC0_0001,
            0x3F80_0000,
        ] {
            assert_eq!(to_single(from_single(bits)), Some(bits), "{bits:#x}");
        }
        assert_eq!(to_single(1e39), None);
        assert_eq!(to_single(f64::INFINITY), Some(0x7F80_0000));
    }
}
