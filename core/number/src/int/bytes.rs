//! `int.to_bytes` and `int.from_bytes`.

use dashu_int::UBig;

use super::Int;
use crate::error::Error;

/// Which byte comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// The lowest.
    Little,
    /// The highest.
    Big,
}

impl Int {
    /// `to_bytes(length, byteorder, signed=...)`
    pub fn to_bytes(
        &self,
        length: usize,
        endian: Endian,
        is_signed: bool,
    ) -> Result<Vec<u8>, Error> {
        if self.is_negative() && !is_signed {
            return Err(Error::overflow("can't convert negative int to unsigned"));
        }
        // A signed number needs room for its sign; -2^k needs one bit less than its absolute value.
        let bits = if self.is_negative() {
            (!self).bit_length()
        } else {
            self.bit_length()
        };
        if bits + u64::from(is_signed) > 8 * length as u64 && !(self.is_zero() && length == 0) {
            return Err(Error::overflow("int too big to convert"));
        }
        // The complement of a negative number has the same bits, inverted, and is not negative.
        let (value, fill) = if self.is_negative() {
            (!self, 0xFF)
        } else {
            (self.clone(), 0)
        };
        let mut out: Vec<u8> = value
            .magnitude_words()
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect();
        out.resize(length, 0);
        out.iter_mut().for_each(|byte| *byte ^= fill);
        if endian == Endian::Big {
            out.reverse();
        }
        Ok(out)
    }

    /// `from_bytes(bytes, byteorder, signed=...)`
    pub fn from_bytes(bytes: &[u8], endian: Endian, is_signed: bool) -> Int {
        let top = if endian == Endian::Big {
            bytes.first()
        } else {
            bytes.last()
        };
        let is_negative = is_signed && top.is_some_and(|&top| top >= 0x80);
        let unsigned = |bytes: &[u8]| match endian {
            Endian::Little => Int::from_magnitude(false, UBig::from_le_bytes(bytes)),
            Endian::Big => Int::from_magnitude(false, UBig::from_be_bytes(bytes)),
        };
        if !is_negative {
            return unsigned(bytes);
        }
        let complement: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
        !&unsigned(&complement)
    }
}
