//! The items of a `memoryview`: one native value each, by its format character, as `struct` has them with `@`.

use grwl_number::Int;
use grwl_object::bytes::Bytes;
use grwl_object::int::view;
use grwl_object::protocol::{self, convert};
use grwl_object::{PyResult, Thread, Value, ValueExt, float, int, singleton, types};

/// A format: its character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(u8);

impl Format {
    /// Bytes.
    pub const BYTES: Self = Self(b'B');

    /// The format of a text, if it is a native single character with an optional `@`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('@').unwrap_or(text).as_bytes() {
            [c] if size_of_letter(*c).is_some() => Some(Self(*c)),
            _ => None,
        }
    }

    /// Bytes an item.
    pub fn size(self) -> usize {
        size_of_letter(self.0).unwrap_or(1)
    }

    /// The format's text.
    pub fn name(self) -> &'static str {
        const LETTERS: &str = "cbB?hHeiIflLqQnNdP";
        match LETTERS.bytes().position(|letter| letter == self.0) {
            Some(at) => &LETTERS[at..=at],
            None => "B",
        }
    }

    /// The character.
    pub fn letter(self) -> char {
        char::from(self.0)
    }

    /// Is an item one byte that says only itself?
    pub fn is_byte(self) -> bool {
        matches!(self.0, b'B' | b'b' | b'c')
    }

    /// The value of an item.
    ///
    /// # Errors
    /// `MemoryError`
    pub fn unpack(self, thread: &Thread, item: &[u8]) -> PyResult {
        let mut raw = [0u8; 8];
        raw[..item.len()].copy_from_slice(item);
        let bits = u64::from_le_bytes(raw);
        Ok(match self.0 {
            b'c' => Bytes::new(thread, item)?.value(),
            b'?' => singleton::bool(bits != 0),
            b'b' => int::from_i64(thread, (bits as i8).into()),
            b'h' => int::from_i64(thread, (bits as i16).into()),
            b'i' => int::from_i64(thread, (bits as i32).into()),
            b'l' | b'q' | b'n' => int::from_i64(thread, bits as i64),
            b'f' => float::new(thread, f64::from(f32::from_bits(bits as u32))),
            b'd' => float::new(thread, f64::from_bits(bits)),
            b'e' => float::new(thread, half_to_f64(bits as u16)),
            _ => int::new(thread, Int::from(bits)),
        })
    }

    /// The bytes of a value.
    ///
    /// # Errors
    /// `TypeError`, `ValueError` if it does not fit.
    pub fn pack(self, thread: &mut Thread, value: Value) -> PyResult<Vec<u8>> {
        let made = self.try_pack(thread, value);
        match made {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(self.invalid_value(thread)),
            Err(raised) if raised.matches(&types::TYPE_ERROR) => Err(thread.type_error(
                format_args!("memoryview: invalid type for format '{}'", self.letter()),
            )),
            Err(raised)
                if raised.matches(&types::OVERFLOW_ERROR)
                    || raised.matches(&types::VALUE_ERROR) =>
            {
                Err(self.invalid_value(thread))
            }
            Err(raised) => Err(raised),
        }
    }

    fn invalid_value(self, thread: &Thread) -> grwl_object::Raised {
        thread.value_error(format_args!(
            "memoryview: invalid value for format '{}'",
            self.letter()
        ))
    }

    /// `None`: the value does not fit.
    fn try_pack(self, thread: &mut Thread, value: Value) -> PyResult<Option<Vec<u8>>> {
        match self.0 {
            b'c' => {
                let Some(bytes) = value.downcast::<Bytes>() else {
                    return Err(thread.type_error("no bytes"));
                };
                Ok((bytes.len() == 1).then(|| bytes.as_slice().to_vec()))
            }
            b'?' => Ok(Some(vec![protocol::is_true(thread, value)?.into()])),
            b'e' | b'f' | b'd' => {
                let value = protocol::as_float(thread, value)?;
                Ok(Some(match self.0 {
                    b'd' => value.to_le_bytes().to_vec(),
                    b'f' => (value as f32).to_le_bytes().to_vec(),
                    _ => match f64_to_half(value) {
                        Some(half) => half.to_le_bytes().to_vec(),
                        None => return Ok(None),
                    },
                }))
            }
            letter => {
                let int = convert::index(thread, value)?;
                let Some(int) = view(int).map(|int| int.to_int()) else {
                    return Ok(None);
                };
                let size = self.size();
                let is_signed = letter.is_ascii_lowercase();
                let fits = int.to_i128().filter(|&wide| {
                    let bits = 8 * size as u32;
                    if is_signed {
                        wide >= -(1 << (bits - 1)) && wide < 1 << (bits - 1)
                    } else {
                        wide >= 0 && wide < 1 << bits
                    }
                });
                Ok(fits.map(|wide| wide.to_le_bytes()[..size].to_vec()))
            }
        }
    }
}

fn size_of_letter(letter: u8) -> Option<usize> {
    Some(match letter {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        _ => return None,
    })
}

/// IEEE 754 binary16.
fn half_to_f64(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1F);
    let fraction = f64::from(bits & 0x3FF);
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if bits & 0x3FF != 0 => f64::NAN,
        31 => f64::INFINITY,
        exponent => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// The nearest binary16, ties to even; `None` if it is too large.
fn f64_to_half(value: f64) -> Option<u16> {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    let size = value.abs();
    if value.is_nan() {
        return Some(sign | 0x7E00);
    }
    if size.is_infinite() {
        return Some(sign | 0x7C00);
    }
    if size < 2f64.powi(-14) {
        // Subnormal: the fraction may round up to the smallest normal number, which is the next pattern.
        return Some(sign | (size * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = (size.to_bits() >> 52) as i32 - 1023;
    let fraction = (size * 2f64.powi(10 - exponent)).round_ties_even() as u32;
    let bits = ((exponent + 15) as u32) << 10;
    // A fraction of 2048 carries into the exponent.
    let bits = bits + (fraction - 1024);
    (bits < 0x7C00).then_some(sign | bits as u16)
}
