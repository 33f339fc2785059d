//! Typecodes: what the items of an array are, and how they lie in memory.

use grwl_number::Int;
use grwl_object::int::{IntView, view};
use grwl_object::protocol::{self, convert};
use grwl_object::{PyResult, Raised, Str, Thread, Value, ValueExt, float, int};

/// A typecode, as an index into [`KINDS`]. The first is what zeroed memory says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind(u8);

/// How items lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    Signed,
    Unsigned,
    Float,
    Character,
}

struct Description {
    letter: u8,
    size: usize,
    nature: Nature,
    /// The format, as `struct` has it.
    format: &'static str,
    /// See [`Kind::machine_code`].
    machine_code: u8,
}

const fn kind(
    letter: u8,
    size: usize,
    nature: Nature,
    format: &'static str,
    machine_code: u8,
) -> Description {
    Description {
        letter,
        size,
        nature,
        format,
        machine_code,
    }
}

/// The machine codes are those of little-endian memory.
static KINDS: [Description; 14] = [
    kind(b'b', 1, Nature::Signed, "b", 1),
    kind(b'B', 1, Nature::Unsigned, "B", 0),
    kind(b'u', 4, Nature::Character, "w", 20),
    kind(b'w', 4, Nature::Character, "w", 20),
    kind(b'h', 2, Nature::Signed, "h", 4),
    kind(b'H', 2, Nature::Unsigned, "H", 2),
    kind(b'i', 4, Nature::Signed, "i", 8),
    kind(b'I', 4, Nature::Unsigned, "I", 6),
    kind(b'l', 8, Nature::Signed, "l", 12),
    kind(b'L', 8, Nature::Unsigned, "L", 10),
    kind(b'q', 8, Nature::Signed, "q", 12),
    kind(b'Q', 8, Nature::Unsigned, "Q", 10),
    kind(b'f', 4, Nature::Float, "f", 14),
    kind(b'd', 8, Nature::Float, "d", 16),
];

/// `array.typecodes`
pub(crate) const LETTERS: &str = "bBuwhHiIlLqQfd";

impl Kind {
    /// The kind with this letter.
    pub(crate) fn of_letter(letter: u32) -> Option<Self> {
        let at = KINDS
            .iter()
            .position(|kind| u32::from(kind.letter) == letter)?;
        Some(Self(at as u8))
    }

    /// The number by which an array keeps it.
    pub(crate) const fn index(self) -> u8 {
        self.0
    }

    /// The kind with this number.
    pub(crate) const fn of_index(index: u8) -> Self {
        Self(index)
    }

    fn description(self) -> &'static Description {
        &KINDS[usize::from(self.0)]
    }

    /// The letter.
    pub(crate) fn letter(self) -> u8 {
        self.description().letter
    }

    /// Bytes an item.
    pub(crate) fn size(self) -> usize {
        self.description().size
    }

    /// The format, as `struct` has it.
    pub(crate) fn format(self) -> &'static str {
        self.description().format
    }

    /// The number that pickles have for the layout of the items.
    pub(crate) fn machine_code(self) -> u8 {
        self.description().machine_code
    }

    /// Are the items characters?
    pub(crate) fn is_text(self) -> bool {
        self.description().nature == Nature::Character
    }

    /// The last kind of integers of this size and sign.
    pub(crate) fn of_integers(size: usize, is_signed: bool) -> Option<Self> {
        let nature = if is_signed {
            Nature::Signed
        } else {
            Nature::Unsigned
        };
        let at = KINDS
            .iter()
            .rposition(|kind| kind.size == size && kind.nature == nature)?;
        Some(Self(at as u8))
    }

    /// The value of an item; `bits` are its bytes.
    pub(crate) fn decode(self, thread: &Thread, bits: u64) -> PyResult {
        let unused = 64 - 8 * self.size() as u32;
        Ok(match self.letter() {
            b'f' => float::new(thread, f64::from(f32::from_bits(bits as u32))),
            b'd' => float::new(thread, f64::from_bits(bits)),
            b'u' | b'w' => {
                if bits > 0x10_FFFF {
                    return Err(self.no_character(thread, bits));
                }
                Str::from_code(thread, bits as u32).value()
            }
            letter if letter.is_ascii_lowercase() => {
                int::from_i64(thread, (bits << unused) as i64 >> unused)
            }
            _ => match i64::try_from(bits) {
                Ok(small) => int::from_i64(thread, small),
                Err(_) => int::new(thread, Int::from(bits)),
            },
        })
    }

    #[cold]
    pub(crate) fn no_character(self, thread: &Thread, code: u64) -> Raised {
        if self.letter() == b'w' {
            thread.value_error("chr() arg not in range(0x110000)")
        } else {
            thread.value_error(format_args!(
                "character U+{code:x} is not in range [U+0000; U+10ffff]"
            ))
        }
    }

    /// The bytes of a value, the first of them lowest.
    pub(crate) fn encode(self, thread: &mut Thread, value: Value) -> PyResult<u64> {
        let letter = self.letter();
        Ok(match letter {
            b'b' | b'h' => {
                let long = protocol::as_i64(thread, value)?;
                within(
                    thread,
                    long,
                    i16::MIN.into(),
                    i16::MAX.into(),
                    "signed short integer",
                )?;
                if letter == b'b' {
                    within(thread, long, i8::MIN.into(), i8::MAX.into(), "signed char")?;
                }
                long as u64
            }
            b'B' => {
                let long = protocol::as_i64(thread, value)?;
                within(thread, long, 0, 255, "unsigned byte integer")?
            }
            b'H' | b'i' => {
                let long = protocol::as_i64(thread, value)?;
                within(
                    thread,
                    long,
                    i32::MIN.into(),
                    i32::MAX.into(),
                    "signed integer",
                )?;
                if letter == b'H' {
                    within(thread, long, 0, u16::MAX.into(), "unsigned short")?;
                }
                long as u64
            }
            b'l' => protocol::as_i64(thread, value)? as u64,
            b'I' | b'L' => {
                let long = unsigned(
                    thread,
                    value,
                    "can't convert negative value to unsigned int",
                    "Python int too large to convert to C unsigned long",
                )?;
                if letter == b'I' && long > u32::MAX.into() {
                    return Err(thread.overflow_error("unsigned int is greater than maximum"));
                }
                long
            }
            b'q' => {
                let value = convert::index(thread, value)?;
                match view(value) {
                    Some(IntView::Small(small)) => small as u64,
                    _ => return Err(thread.overflow_error("int too big to convert")),
                }
            }
            b'Q' => unsigned(
                thread,
                value,
                "can't convert negative int to unsigned",
                "int too big to convert",
            )?,
            b'f' => (protocol::as_float(thread, value)? as f32).to_bits().into(),
            b'd' => protocol::as_float(thread, value)?.to_bits(),
            _ => character(thread, value)?,
        })
    }
}

/// Refuses what is not from `low` to `high`.
fn within(thread: &Thread, value: i64, low: i64, high: i64, what: &str) -> PyResult<u64> {
    let side = if value < low {
        "less than minimum"
    } else if value > high {
        "greater than maximum"
    } else {
        return Ok(value as u64);
    };
    Err(thread.overflow_error(format_args!("{what} is {side}")))
}

fn unsigned(thread: &mut Thread, value: Value, negative: &str, large: &str) -> PyResult<u64> {
    let value = convert::index(thread, value)?;
    let found = match view(value) {
        Some(IntView::Small(small)) => u64::try_from(small).ok(),
        Some(IntView::Big(big)) => big.to_u64(),
        None => None,
    };
    let is_negative = view(value).is_some_and(IntView::is_negative);
    found.ok_or_else(|| thread.overflow_error(if is_negative { negative } else { large }))
}

fn character(thread: &mut Thread, value: Value) -> PyResult<u64> {
    let Some(string) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "array item must be a unicode character, not {}",
            value.class().name()
        )));
    };
    match string.len() {
        1 => Ok(string.text().at(0).into()),
        length => Err(thread.type_error(format_args!(
            "array item must be a unicode character, not a string of length {length}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, Kind, LETTERS};

    #[test]
    fn letters_are_in_order() {
        assert!(LETTERS.bytes().eq(KINDS.iter().map(|kind| kind.letter)));
    }

    #[test]
    fn integers_are_found_by_layout() {
        let letter = |size, is_signed| {
            Kind::of_integers(size, is_signed).map(|kind| char::from(kind.letter()))
        };
        assert_eq!(letter(8, true), Some('q'));
        assert_eq!(letter(4, false), Some('I'));
        assert_eq!(letter(16, false), None);
    }
}
