//! Floats that need no cell.
//!
//! A double has 64 bits and a word has 62 to spare. The three high bits of
//! the exponent are 011 or 100 for all magnitudes from 2^-255 up to 2^257, so one bit would
//! tell which. Rotating the double left by four puts the sign and those
//! three bits at the bottom; subtracting three maps 011 and 100 to 000 and 001
//! without touching anything above (others borrow or keep a high bit, and show as such);
//! rotating right by one moves the remaining exponent bit out of the way and leaves
//! two zero bits for the tag.
//!
//! Zero has the exponent 000 and would not fit, but is the most common float of all: it takes the
//! place of the double that would be all zeroes, 2^-255 (as good as never used). That one, -0.0,
//! subnormals, infinities, NaNs and the extremes live in cells.

/// The tag, in the low two bits.
pub(crate) const TAG: u64 = 0b10;
pub(crate) const TAG_MASK: u64 = 0b11;

/// +0.0, in the place of 2^-255.
const ZERO: u64 = TAG;

/// The word for `float`, if it has one.
#[inline(always)]
pub(crate) const fn pack(float: f64) -> Option<u64> {
    let bits = float.to_bits();
    let rotated = bits.rotate_left(4).wrapping_sub(3).rotate_right(1);
    if rotated & TAG_MASK == 0 && rotated != 0 {
        return Some(rotated | TAG);
    }
    if bits == 0 { Some(ZERO) } else { None }
}

/// The float of a word that `pack` made.
#[inline(always)]
pub(crate) const fn unpack(word: u64) -> f64 {
    if word == ZERO {
        return 0.0;
    }
    let rotated = word & !TAG_MASK;
    f64::from_bits(rotated.rotate_left(1).wrapping_add(3).rotate_right(4))
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};

    fn power(exponent: i32) -> f64 {
        2.0_f64.powi(exponent)
    }

    #[test]
    fn common_floats_are_immediate() {
        for float in [
            0.0,
            1.0,
            -1.0,
            0.5,
            0.1,
            1e-9,
            1e9,
            1e70,
            -1e70,
            1e-70,
            std::f64::consts::PI,
            3e-77,
        ] {
            let word = pack(float).expect("a common float");
            assert_eq!(word & 0b11, 0b10);
            assert_eq!(unpack(word).to_bits(), float.to_bits(), "{float}");
        }
    }

    #[test]
    fn the_range_is_exact() {
        for sign in [1.0, -1.0] {
            for exponent in -1022..=1023 {
                let float = sign * power(exponent);
                let inside = (-255..=256).contains(&exponent) && float != power(-255);
                assert_eq!(pack(float).is_some(), inside, "{sign} * 2^{exponent}");
                let next = f64::from_bits(float.to_bits() + 1);
                let inside = (-255..=256).contains(&exponent);
                assert_eq!(pack(next).is_some(), inside, "after {sign} * 2^{exponent}");
            }
        }
    }

    #[test]
    fn the_rest_needs_a_cell() {
        for float in [
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            -f64::NAN,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            f64::MAX,
            f64::MIN,
            power(-255),
        ] {
            assert_eq!(pack(float), None, "{float:e}");
        }
    }

    /// Over bit patterns from everywhere: what has a word comes back from it, and no two
    /// floats have the same one.
    #[test]
    fn what_is_packed_comes_back() {
        let mut bits = 0x0123_4567_89ab_cdef_u64;
        let mut packed = 0;
        for _ in 0..2_000_000 {
            bits = bits
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x14057b7ef767814f);
            if let Some(word) = pack(f64::from_bits(bits)) {
                packed += 1;
                assert_eq!(word & 0b11, 0b10);
                assert_eq!(unpack(word).to_bits(), bits);
            }
        }
        // Two of eight exponent classes.
        assert!((450_000..550_000).contains(&packed), "{packed}");
    }
}
