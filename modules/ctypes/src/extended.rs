//! C's `long double` and Rust's `f64`. It is the 80-bit format of the x87 in 16 bytes on x86-64, and IEEE 754's 128-bit format elsewhere.
//!
//! Both have a sign and an exponent of 15 bits on top; x87 shows the leading one of its 64 bits, the other format has 112 bits behind a hidden one.

/// The exponent of 1.
const BIAS: i32 = 16383;
/// What stands in the exponent's place for infinities and what is no number.
const ALL: u16 = 0x7fff;

/// The nearest `f64`.
pub(crate) fn to_f64(bytes: &[u8]) -> f64 {
    let mut raw = [0; 16];
    raw.copy_from_slice(&bytes[..16]);
    let raw = u128::from_ne_bytes(raw);
    // In either case: sign and exponent, and a fraction with its leading bit at the top of 128 bits.
    let (top, fraction) = if cfg!(target_arch = "x86_64") {
        ((raw >> 64) as u16, raw << 64)
    } else {
        let top = (raw >> 112) as u16;
        let hidden = u128::from(top & ALL != 0) << 127;
        (top, hidden | raw << 16 >> 1)
    };
    let sign = u64::from(top >> 15) << 63;
    let exponent = i32::from(top & ALL);
    if top & ALL == ALL {
        let payload = (fraction << 1 >> 76) as u64;
        let quiet = if fraction << 1 == 0 { 0 } else { 1 << 51 };
        return f64::from_bits(sign | 0x7ff << 52 | payload | quiet);
    }
    if fraction == 0 {
        return f64::from_bits(sign);
    }
    let magnitude = rounded(fraction, exponent.max(1) - BIAS);
    f64::from_bits(sign | magnitude.to_bits())
}

/// `fraction / 2**127 * 2**exponent`, rounded to even once.
fn rounded(fraction: u128, exponent: i32) -> f64 {
    let shift = fraction.leading_zeros();
    let (fraction, exponent) = (fraction << shift, exponent - shift as i32);
    if exponent > 1023 {
        return f64::INFINITY;
    }
    // 53 bits, or fewer for a number below the normal ones.
    let kept = if exponent >= -1022 {
        53
    } else {
        53 + (exponent + 1022)
    };
    if kept < 0 {
        return 0.0;
    }
    let dropped = 128 - kept as u32;
    let (mut bits, rest) = if dropped == 128 {
        (0, fraction)
    } else {
        ((fraction >> dropped) as u64, fraction << kept)
    };
    let half = 1 << 127;
    if rest > half || rest == half && bits & 1 == 1 {
        bits += 1;
    }
    if exponent >= -1022 {
        // The leading one adds one to the exponent; a carry goes there as well.
        f64::from_bits((((exponent + 1022) as u64) << 52) + bits)
    } else {
        f64::from_bits(bits)
    }
}

/// The same number.
pub(crate) fn of_f64(number: f64) -> [u8; 16] {
    let bits = number.to_bits();
    let sign = (bits >> 63) as u16;
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits << 12;
    // The fraction behind the leading one, at the top of 64 bits, and whether there is such a one.
    let (exponent, fraction, has_one) = match exponent {
        0x7ff => (i32::from(ALL), fraction, true),
        0 if fraction == 0 => (0, 0, false),
        0 => {
            let zeros = fraction.leading_zeros();
            let fraction = fraction.checked_shl(zeros + 1).unwrap_or(0);
            (BIAS - 1023 - zeros as i32, fraction, true)
        }
        _ => (exponent - 1023 + BIAS, fraction, true),
    };
    let top = u128::from(sign << 15 | exponent as u16);
    let raw = if cfg!(target_arch = "x86_64") {
        top << 64 | u128::from(u64::from(has_one) << 63 | fraction >> 1)
    } else {
        top << 112 | u128::from(fraction) << 48
    };
    raw.to_ne_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_number_comes_back() {
        let numbers = [
            0.0,
            -0.0,
            1.0,
            -1.5,
            std::f64::consts::PI,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            -1.2e-310,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        for number in numbers {
            assert_eq!(to_f64(&of_f64(number)).to_bits(), number.to_bits());
        }
        assert!(to_f64(&of_f64(f64::NAN)).is_nan());
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_bytes_are_those_of_the_machine() {
        let one = [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f, 0, 0, 0, 0, 0, 0];
        assert_eq!(of_f64(1.0), one);
        // 1 + 2**-53 + 2**-63 is above the middle between 1 and the next number.
        let mut above = one;
        above[..8].copy_from_slice(&(1u64 << 63 | 1 << 10 | 1).to_ne_bytes());
        assert_eq!(to_f64(&above), 1.0 + f64::EPSILON);
        above[0] = 0;
        assert_eq!(to_f64(&above), 1.0);
    }
}
