//! The codes of simple types (`_type_`): how long a value is, and what it is to Python.
//!
//! A value is converted before anything is written ([`convert`] may run Python code), and what keeps it valid travels with it: see `data` for how both are stored.

use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::buffer;
use grwl_object::bytes::Bytes;
use grwl_object::int::{IntView, view};
use grwl_object::{PyResult, Ref, Str, Thread, Value, ValueExt, float, int, none, protocol};
use grwl_text::Unit;
use grwl_types_bytes::ByteArray;

use crate::extended;
use crate::memory::{self, low_bits};

/// A code.
#[derive(Debug)]
pub(crate) struct Code {
    /// Its letter.
    pub(crate) letter: u8,
    /// Bytes a value.
    pub(crate) size: usize,
    /// Its alignment.
    pub(crate) align: usize,
    /// Its letter in the format of a buffer (PEP 3118), whose sizes are standard ones.
    pub(crate) format: u8,
    /// Is there a type with the other byte order?
    pub(crate) can_swap: bool,
    /// What kind of number it is, for bit fields and arguments.
    pub(crate) number: Number,
}

/// What a value is to C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// A signed integer.
    Signed,
    /// An unsigned integer.
    Unsigned,
    /// A floating-point number.
    Real,
    /// A complex number.
    Complex,
    /// An address.
    Pointer,
}

const fn code(
    letter: u8,
    size: usize,
    align: usize,
    format: u8,
    can_swap: bool,
    number: Number,
) -> Code {
    Code {
        letter,
        size,
        align,
        format,
        can_swap,
        number,
    }
}

/// The letters, as CPython lists them.
pub(crate) const LETTERS: &str = "cbBhHiIlLdDFGfuzZqQPOv?g";

static CODES: &[Code] = &[
    code(b'c', 1, 1, b'c', false, Number::Signed),
    code(b'b', 1, 1, b'b', false, Number::Signed),
    code(b'B', 1, 1, b'B', false, Number::Unsigned),
    code(b'h', 2, 2, b'h', true, Number::Signed),
    code(b'H', 2, 2, b'H', true, Number::Unsigned),
    code(b'i', 4, 4, b'i', true, Number::Signed),
    code(b'I', 4, 4, b'I', true, Number::Unsigned),
    code(b'l', 8, 8, b'q', true, Number::Signed),
    code(b'L', 8, 8, b'Q', true, Number::Unsigned),
    code(b'd', 8, 8, b'd', true, Number::Real),
    code(b'D', 16, 8, b'D', true, Number::Complex),
    code(b'F', 8, 4, b'F', true, Number::Complex),
    code(b'G', 32, 16, b'G', false, Number::Complex),
    code(b'f', 4, 4, b'f', true, Number::Real),
    code(b'u', 4, 4, b'u', false, Number::Signed),
    code(b'z', 8, 8, b'z', false, Number::Pointer),
    code(b'Z', 8, 8, b'Z', false, Number::Pointer),
    code(b'q', 8, 8, b'q', true, Number::Signed),
    code(b'Q', 8, 8, b'Q', true, Number::Unsigned),
    code(b'P', 8, 8, b'P', false, Number::Pointer),
    code(b'O', 8, 8, b'O', false, Number::Pointer),
    code(b'v', 2, 2, b'v', false, Number::Signed),
    code(b'?', 1, 1, b'?', false, Number::Unsigned),
    code(b'g', 16, 16, b'g', false, Number::Real),
];

/// The code of a letter.
pub(crate) fn find(letter: u8) -> Option<&'static Code> {
    CODES.iter().find(|code| code.letter == letter)
}

/// How a value lies in memory: a code or one of the two for arrays of characters in structures, and the byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    /// A code's letter; `s` and `U` for characters up to a zero.
    pub(crate) letter: u8,
    /// The other byte order than the machine's.
    pub(crate) is_swapped: bool,
}

impl Access {
    /// In the machine's byte order.
    pub(crate) const fn native(letter: u8) -> Self {
        Self {
            letter,
            is_swapped: false,
        }
    }

    /// As a number; 0 is none.
    pub(crate) fn to_word(self) -> u64 {
        u64::from(self.letter) | u64::from(self.is_swapped) << 8
    }

    /// From a number.
    pub(crate) fn of_word(word: u64) -> Option<Self> {
        (word != 0).then_some(Self {
            letter: word as u8,
            is_swapped: word & 0x100 != 0,
        })
    }
}

/// A part of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bits {
    /// How many.
    pub(crate) count: u8,
    /// How many less significant ones the integer has.
    pub(crate) offset: u8,
}

/// A value in C's form.
pub(crate) struct Converted {
    bytes: [u8; 32],
    length: usize,
    more: Option<Vec<u8>>,
    /// What must live as long as the bytes are used.
    pub(crate) keep: Option<Value>,
}

impl Converted {
    pub(crate) fn new(from: &[u8], keep: Option<Value>) -> Self {
        let mut bytes = [0; 32];
        let more = (from.len() > bytes.len()).then(|| from.to_vec());
        if more.is_none() {
            bytes[..from.len()].copy_from_slice(from);
        }
        Self {
            bytes,
            length: from.len(),
            more,
            keep,
        }
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.more {
            Some(more) => more,
            None => &self.bytes[..self.length],
        }
    }

    fn number(letter: u8, bits: u64, is_swapped: bool) -> Self {
        let size = find(letter).map_or(8, |code| code.size);
        let mut bytes = [0; 8];
        bytes[..size].copy_from_slice(&significant(bits, size));
        if is_swapped {
            bytes[..size].reverse();
        }
        Self::new(&bytes[..size], None)
    }

    fn pointer(address: usize, keep: Option<Value>) -> Self {
        Self::new(&address.to_ne_bytes(), keep)
    }
}

/// The bytes of the low part of a number in the machine's order.
fn significant(bits: u64, size: usize) -> Vec<u8> {
    let bytes = bits.to_ne_bytes();
    if cfg!(target_endian = "big") {
        bytes[8 - size..].to_vec()
    } else {
        bytes[..size].to_vec()
    }
}

/// The number that an item's bytes are.
fn number_of(bytes: [u8; 8], size: usize, is_swapped: bool) -> u64 {
    let mut item = bytes;
    let used = &mut item[..size];
    if is_swapped != cfg!(target_endian = "big") {
        used.reverse();
    }
    u64::from_le_bytes(item)
}

fn sign_extended(bits: u64, count: usize) -> i64 {
    let unused = 64 - count as u32;
    (bits << unused) as i64 >> unused
}

/// The low 64 bits of an integer, as CPython's masking conversions have them.
pub(crate) fn mask(thread: &mut Thread, value: Value) -> PyResult<u64> {
    if let Some(small) = value.as_int() {
        return Ok(small as u64);
    }
    let int = protocol::convert::index(thread, value)?;
    Ok(match view(int) {
        Some(IntView::Small(small)) => small as u64,
        Some(wide) => mask_of(&wide.to_int()),
        None => 0,
    })
}

fn mask_of(int: &Int) -> u64 {
    let length = int.bit_length() as usize / 8 + 2;
    let bytes = int
        .to_bytes(length.max(9), Endian::Little, true)
        .unwrap_or_default();
    let mut low = [0; 8];
    for (to, from) in low.iter_mut().zip(bytes) {
        *to = from;
    }
    u64::from_le_bytes(low)
}

/// The wide characters of a string.
pub(crate) fn wide(string: Ref<Str>) -> Vec<u32> {
    string.text().codes().collect()
}

/// A string of wide characters.
pub(crate) fn from_wide(thread: &Thread, characters: &[u32]) -> PyResult {
    if let Some(&wrong) = characters.iter().find(|&&code| code > 0x0010_ffff) {
        return Err(thread.value_error(format_args!(
            "character U+{wrong:x} is not in range [U+0000; U+10ffff]"
        )));
    }
    let text = u32::text(characters).to_canonical();
    Ok(Str::from_buf(thread, &text)?.value())
}

/// Wide characters from memory.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn load_wide(place: *mut u8, count: usize) -> Vec<u32> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { memory::to_vec(place, count * 4) };
    let item = |item: &[u8]| u32::from_ne_bytes([item[0], item[1], item[2], item[3]]);
    bytes.chunks_exact(4).map(item).collect()
}

/// The bytes before the first zero.
pub(crate) fn until_zero(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0);
    &bytes[..end.unwrap_or(bytes.len())]
}

/// The characters before the first zero.
pub(crate) fn wide_until_zero(characters: &[u32]) -> &[u32] {
    let end = characters.iter().position(|&code| code == 0);
    &characters[..end.unwrap_or(characters.len())]
}

/// The value at a place, but for `O`.
///
/// # Errors
/// `MemoryError`; `ValueError` for what is no character.
///
/// # Safety
/// `size` bytes of memory are there, and behind an address what the code says.
pub(crate) unsafe fn get(thread: &Thread, access: Access, place: *mut u8, size: usize) -> PyResult {
    let letter = access.letter;
    // SAFETY: the caller's promise.
    unsafe {
        match letter {
            b's' => {
                let bytes = memory::to_vec(place, size);
                return Ok(Bytes::new(thread, until_zero(&bytes))?.value());
            }
            b'U' => {
                let characters = load_wide(place, size / 4);
                return from_wide(thread, wide_until_zero(&characters));
            }
            b'g' => {
                let bytes = memory::to_vec(place, 16);
                return Ok(float::new(thread, extended::to_f64(&bytes)));
            }
            b'D' | b'F' | b'G' => return Ok(get_complex(thread, access, place)),
            b'z' => {
                let address = usize::from_ne_bytes(memory::load(place, 8));
                return if address == 0 {
                    Ok(none())
                } else {
                    string_at(thread, address, -1)
                };
            }
            b'Z' => {
                let address = usize::from_ne_bytes(memory::load(place, 8));
                return if address == 0 {
                    Ok(none())
                } else {
                    wide_string_at(thread, address, -1)
                };
            }
            _ => {}
        }
        let item = memory::load(place, find(letter).map_or(8, |code| code.size));
        number(thread, access, item, None)
    }
}

/// Bits of the integer at a place.
///
/// # Errors
/// `MemoryError`.
///
/// # Safety
/// The memory of the integer is there.
pub(crate) unsafe fn get_bits(
    thread: &Thread,
    access: Access,
    place: *mut u8,
    bits: Bits,
) -> PyResult {
    let size = find(access.letter).map_or(8, |code| code.size);
    // SAFETY: the caller's promise.
    let item = unsafe { memory::load(place, size) };
    number(thread, access, item, Some(bits))
}

/// An item as a number, a character, a truth value.
fn number(thread: &Thread, access: Access, item: [u8; 8], bits: Option<Bits>) -> PyResult {
    let Some(code) = find(access.letter) else {
        return Err(thread.system_error("no such code"));
    };
    let mut number = number_of(item, code.size, access.is_swapped);
    let mut count = code.size * 8;
    if let Some(bits) = bits {
        count = bits.count.into();
        number = number >> bits.offset & low_bits(count);
    }
    Ok(match code.letter {
        b'c' => Bytes::new(thread, &item[..1])?.value(),
        b'u' => return from_wide(thread, &[number as u32]),
        b'?' | b'v' => int::bool(number != 0),
        b'f' => float::new(thread, f32::from_bits(number as u32).into()),
        b'd' => float::new(thread, f64::from_bits(number)),
        b'P' if number == 0 => none(),
        _ if code.number == Number::Signed => int::from_i64(thread, sign_extended(number, count)),
        _ => int::new(thread, Int::from(number)),
    })
}

/// The parts of a complex number, the real one first.
unsafe fn get_complex(thread: &Thread, access: Access, place: *mut u8) -> Value {
    let size = find(access.letter).map_or(16, |code| code.size) / 2;
    // SAFETY: the caller's promise: so many bytes are there.
    let bytes = unsafe { memory::to_vec(place, 2 * size) };
    let part = |bytes: &[u8]| {
        if size == 16 {
            return extended::to_f64(bytes);
        }
        let mut item = [0; 8];
        item[..size].copy_from_slice(bytes);
        let number = number_of(item, size, access.is_swapped);
        if size == 4 {
            f32::from_bits(number as u32).into()
        } else {
            f64::from_bits(number)
        }
    };
    let (real, imaginary) = (part(&bytes[..size]), part(&bytes[size..]));
    float::new_complex(thread, real, imaginary).value()
}

/// The byte string at an address; with length -1 up to its zero.
///
/// # Errors
/// `MemoryError`.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn string_at(thread: &Thread, address: usize, length: isize) -> PyResult {
    let place = std::ptr::with_exposed_provenance_mut::<u8>(address);
    // SAFETY: the caller's promise.
    let bytes = unsafe {
        let length = match usize::try_from(length) {
            Ok(length) => length,
            Err(_) => libc::strlen(place.cast_const().cast()),
        };
        memory::to_vec(place, length)
    };
    Ok(Bytes::new(thread, &bytes)?.value())
}

/// The string of wide characters at an address; with length -1 up to its zero.
///
/// # Errors
/// `MemoryError`; `ValueError`.
///
/// # Safety
/// The memory is there.
pub(crate) unsafe fn wide_string_at(thread: &Thread, address: usize, length: isize) -> PyResult {
    let place = std::ptr::with_exposed_provenance_mut::<u8>(address);
    let count = match usize::try_from(length) {
        Ok(length) => length,
        // SAFETY: the caller's promise.
        Err(_) => (0..)
            .take_while(|&index: &usize| unsafe { memory::load(place.add(index * 4), 4) } != [0; 8])
            .count(),
    };
    // SAFETY: as above.
    from_wide(thread, &unsafe { load_wide(place, count) })
}

/// A value for a place of `size` bytes (which matters for characters only).
///
/// # Errors
/// `TypeError`, `ValueError` if it does not fit; what its methods raise.
pub(crate) fn convert(
    thread: &mut Thread,
    access: Access,
    value: Value,
    size: usize,
) -> PyResult<Converted> {
    let Access { letter, is_swapped } = access;
    match letter {
        b's' => bytes_for(thread, value, size),
        b'U' => wide_for(thread, value, size),
        b'c' => Ok(Converted::new(&[one_byte(thread, value)?], None)),
        b'u' => one_character(thread, value),
        b'?' | b'v' => {
            let truth = protocol::is_true(thread, value)?;
            let bits = match (truth, letter) {
                (false, _) => 0,
                (true, b'v') => 0xffff,
                (true, _) => 1,
            };
            Ok(Converted::number(letter, bits, false))
        }
        b'f' => {
            let number = protocol::as_float(thread, value)? as f32;
            Ok(Converted::number(
                letter,
                number.to_bits().into(),
                is_swapped,
            ))
        }
        b'd' => {
            let number = protocol::as_float(thread, value)?;
            Ok(Converted::number(letter, number.to_bits(), is_swapped))
        }
        b'g' => {
            let number = protocol::as_float(thread, value)?;
            Ok(Converted::new(&extended::of_f64(number), None))
        }
        b'D' | b'F' | b'G' => {
            let (real, imaginary) = grwl_types_number::complex::number(thread, value)?;
            let part = |number: f64| {
                let mut bytes = match letter {
                    b'F' => (number as f32).to_ne_bytes().to_vec(),
                    b'D' => number.to_ne_bytes().to_vec(),
                    _ => extended::of_f64(number).to_vec(),
                };
                if is_swapped {
                    bytes.reverse();
                }
                bytes
            };
            Ok(Converted::new(
                &[part(real), part(imaginary)].concat(),
                None,
            ))
        }
        b'z' => {
            if value.is_none() {
                return Ok(Converted::pointer(0, None));
            }
            if let Some(bytes) = value.downcast::<Bytes>() {
                // A zero follows the bytes, and they stay where they are.
                let address = bytes.as_slice().as_ptr().expose_provenance();
                return Ok(Converted::pointer(address, Some(value)));
            }
            address(thread, value, |class| {
                format!("bytes or integer address expected instead of {class} instance")
            })
        }
        b'Z' => {
            if value.is_none() {
                return Ok(Converted::pointer(0, None));
            }
            if let Some(string) = value.downcast::<Str>() {
                let block = wide_block(thread, string)?;
                let address = block.as_slice().as_ptr().expose_provenance();
                return Ok(Converted::pointer(address, Some(block.value())));
            }
            address(thread, value, |class| {
                format!("unicode string or integer address expected instead of {class} instance")
            })
        }
        b'P' => {
            if value.is_none() {
                return Ok(Converted::pointer(0, None));
            }
            address(thread, value, |_| {
                "cannot be converted to pointer".to_owned()
            })
        }
        b'O' => Ok(Converted::new(
            &value.bits().get().to_ne_bytes(),
            Some(value),
        )),
        _ => {
            let bits = mask(thread, value)?;
            Ok(Converted::number(letter, bits, is_swapped))
        }
    }
}

/// The bits of a value for a bit field: a function of the integer as it was, in the machine's byte order.
///
/// # Errors
/// As [`convert`].
pub(crate) fn convert_bits(
    thread: &mut Thread,
    access: Access,
    value: Value,
    bits: Bits,
) -> PyResult<(usize, impl Fn(u64) -> u64 + use<>)> {
    let size = find(access.letter).map_or(8, |code| code.size);
    let new = match access.letter {
        b'?' | b'v' => u64::from(protocol::is_true(thread, value)?),
        _ => mask(thread, value)?,
    };
    let field = low_bits(bits.count.into());
    let swap = move |number: u64| {
        if access.is_swapped {
            number.swap_bytes() >> (64 - 8 * size)
        } else {
            number
        }
    };
    let change = move |before: u64| {
        let kept = swap(before) & !(field << bits.offset);
        swap(kept | (new & field) << bits.offset)
    };
    Ok((size, change))
}

/// Memory with a string's wide characters, and a zero behind them.
pub(crate) fn wide_block(thread: &Thread, string: Ref<Str>) -> PyResult<Ref<Bytes>> {
    let mut characters = wide(string);
    characters.push(0);
    let bytes: Vec<u8> = characters
        .iter()
        .flat_map(|code| code.to_ne_bytes())
        .collect();
    Bytes::new(thread, &bytes)
}

fn address(
    thread: &mut Thread,
    value: Value,
    message: impl Fn(String) -> String,
) -> PyResult<Converted> {
    if !int::is_int(value) {
        return Err(thread.type_error(message(value.class().name().to_string())));
    }
    Ok(Converted::pointer(mask(thread, value)? as usize, None))
}

fn one_byte(thread: &mut Thread, value: Value) -> PyResult<u8> {
    const EXPECTED: &str =
        "one character bytes, bytearray, or an integer in range(256) expected, not";
    let bytes = match (value.downcast::<Bytes>(), value.downcast::<ByteArray>()) {
        (Some(bytes), _) => Some(bytes.as_slice().to_vec()),
        (None, Some(_)) => Some(buffer::bytes_of(thread, value)?),
        (None, None) => None,
    };
    if let Some(bytes) = bytes {
        return match bytes.as_slice() {
            &[byte] => Ok(byte),
            more => {
                let kind = if value.downcast::<Bytes>().is_some() {
                    "bytes"
                } else {
                    "bytearray"
                };
                let length = more.len();
                Err(thread.type_error(format_args!("{EXPECTED} {kind} of length {length}")))
            }
        };
    }
    if let Some(int) = view(value) {
        let byte = match int {
            IntView::Small(small) => u8::try_from(small).ok(),
            _ => None,
        };
        return byte.ok_or_else(|| thread.type_error("integer not in range(256)"));
    }
    let class = value.class().full_name(thread);
    Err(thread.type_error(format_args!("{EXPECTED} {class}")))
}

fn one_character(thread: &Thread, value: Value) -> PyResult<Converted> {
    let Some(string) = value.downcast::<Str>() else {
        let class = value.class().full_name(thread);
        return Err(thread.type_error(format_args!(
            "a unicode character expected, not instance of {class}"
        )));
    };
    if string.len() != 1 {
        let length = string.len();
        return Err(thread.type_error(format_args!(
            "a unicode character expected, not a string of length {length}"
        )));
    }
    Ok(Converted::number(b'u', string.text().at(0).into(), false))
}

fn bytes_for(thread: &Thread, value: Value, size: usize) -> PyResult<Converted> {
    let Some(bytes) = value.downcast::<Bytes>() else {
        let class = value.class();
        return Err(thread.type_error(format_args!("expected bytes, {} found", class.name())));
    };
    let mut bytes = until_zero(bytes.as_slice()).to_vec();
    let length = bytes.len();
    if length > size {
        return Err(thread.value_error(format_args!(
            "bytes too long ({length}, maximum length {size})"
        )));
    }
    if length < size {
        bytes.push(0);
    }
    Ok(Converted::new(&bytes, None))
}

fn wide_for(thread: &Thread, value: Value, size: usize) -> PyResult<Converted> {
    let Some(string) = value.downcast::<Str>() else {
        let class = value.class();
        return Err(thread.type_error(format_args!(
            "unicode string expected instead of {} instance",
            class.name()
        )));
    };
    let mut characters = wide(string);
    let (length, most) = (characters.len(), size / 4);
    if length > most {
        return Err(thread.value_error(format_args!(
            "string too long ({length}, maximum length {most})"
        )));
    }
    if length < most {
        characters.push(0);
    }
    let bytes: Vec<u8> = characters
        .iter()
        .flat_map(|code| code.to_ne_bytes())
        .collect();
    Ok(Converted::new(&bytes, Some(value)))
}
