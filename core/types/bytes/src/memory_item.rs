//! The items of a `memoryview`: one native value each, by its format character, as `struct` has them with `@`.

use grwl_number::Int;
use grwl_number::float::bytes;
use grwl_object::bytes::Bytes;
use grwl_object::int::view;
use grwl_object::protocol::{self, convert};
use grwl_object::{PyResult, Thread, Value, ValueExt, float, int, singleton, types};

/// A format: the character of a native value, or any other text, whose items a memoryview shows as bytes only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// 0: not of a native value.
    letter: u8,
    size: usize,
    text: &'static str,
}

impl Format {
    /// Bytes.
    pub const BYTES: Self = Self {
        letter: b'B',
        size: 1,
        text: "B",
    };

    fn of_letter(letter: u8) -> Option<Self> {
        const LETTERS: &str = "cbB?hHeiIflLqQnNdP";
        let at = LETTERS.bytes().position(|known| known == letter)?;
        Some(Self {
            letter,
            size: size_of_letter(letter)?,
            text: &LETTERS[at..=at],
        })
    }

    /// The format of a text, if it is a native single character with an optional `@`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('@').unwrap_or(text).as_bytes() {
            &[letter] => Self::of_letter(letter),
            _ => None,
        }
    }

    /// The format of an object's view, whatever it is.
    pub fn of_view(text: &'static str, size: usize) -> Self {
        match Self::parse(text) {
            Some(native) if native.size == size => native,
            _ => Self {
                letter: 0,
                size,
                text,
            },
        }
    }

    /// A format with a byte order that is said, as a native one; and whether that is not this machine's.
    pub fn with_order(self) -> Option<(Self, bool)> {
        if self.letter != 0 {
            return Some((self, false));
        }
        let native = match *self.text.as_bytes() {
            [b'<', letter] => (Self::of_letter(letter)?, cfg!(target_endian = "big")),
            [b'>', letter] => (Self::of_letter(letter)?, cfg!(target_endian = "little")),
            _ => return None,
        };
        (native.0.size == self.size).then_some(native)
    }

    /// Bytes an item.
    pub fn size(self) -> usize {
        self.size
    }

    /// The format's text.
    pub fn name(self) -> &'static str {
        self.text
    }

    /// The character of a native value.
    pub fn letter(self) -> char {
        char::from(self.letter)
    }

    /// Refuses formats that are not of native values.
    ///
    /// # Errors
    /// `NotImplementedError`
    pub fn check_native(self, thread: &Thread) -> PyResult<()> {
        if self.letter != 0 {
            return Ok(());
        }
        let format = self.text;
        let message = match format {
            "w" => format!("memoryview: format {format} not supported"),
            _ => format!("memoryview: unsupported format {format}"),
        };
        Err(thread.raise(&types::NOT_IMPLEMENTED_ERROR, message))
    }

    /// May items be written as a whole, from others of the same format? Formats of one character can.
    pub fn is_single(self) -> bool {
        self.text.strip_prefix('@').unwrap_or(self.text).len() == 1
    }

    /// Is an item one byte that says only itself?
    pub fn is_byte(self) -> bool {
        matches!(self.letter, b'B' | b'b' | b'c')
    }

    /// The value of an item.
    ///
    /// # Errors
    /// `MemoryError`; `NotImplementedError`
    pub fn unpack(self, thread: &Thread, item: &[u8]) -> PyResult {
        self.check_native(thread)?;
        let mut raw = [0u8; 8];
        raw[..item.len()].copy_from_slice(item);
        let bits = u64::from_le_bytes(raw);
        Ok(match self.letter {
            b'c' => Bytes::new(thread, item)?.value(),
            b'?' => singleton::bool(bits != 0),
            b'b' => int::from_i64(thread, (bits as i8).into()),
            b'h' => int::from_i64(thread, (bits as i16).into()),
            b'i' => int::from_i64(thread, (bits as i32).into()),
            b'l' | b'q' | b'n' => int::from_i64(thread, bits as i64),
            b'f' => float::new(thread, bytes::from_single(bits as u32)),
            b'd' => float::new(thread, f64::from_bits(bits)),
            b'e' => float::new(thread, bytes::from_half(bits as u16)),
            _ => int::new(thread, Int::from(bits)),
        })
    }

    /// The bytes of a value.
    ///
    /// # Errors
    /// `TypeError`, `ValueError` if it does not fit; `NotImplementedError`
    pub fn pack(self, thread: &mut Thread, value: Value) -> PyResult<Vec<u8>> {
        self.check_native(thread)?;
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
        match self.letter {
            b'c' => {
                let Some(bytes) = value.downcast::<Bytes>() else {
                    return Err(thread.type_error("no bytes"));
                };
                Ok((bytes.len() == 1).then(|| bytes.as_slice().to_vec()))
            }
            b'?' => Ok(Some(vec![protocol::is_true(thread, value)?.into()])),
            b'e' | b'f' | b'd' => {
                let value = protocol::as_float(thread, value)?;
                Ok(Some(match self.letter {
                    b'd' => value.to_le_bytes().to_vec(),
                    b'f' => (value as f32).to_le_bytes().to_vec(),
                    _ => match bytes::to_half(value) {
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
