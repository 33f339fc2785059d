//! One item: a value to bytes, and back.

use grwl_number::Int;
use grwl_number::float::bytes as narrow;
use grwl_object::bytes::Bytes;
use grwl_object::int::view;
use grwl_object::protocol::{self, convert};
use grwl_object::{PyResult, Raised, Thread, Value, ValueExt, float, int, singleton};
use grwl_types_bytes::ByteArray;
use grwl_types_bytes::contents::known;

use crate::ERROR;
use crate::format::{Format, Run};

/// Writes `value` into the zeroed bytes of an item.
pub(crate) fn pack(
    thread: &mut Thread,
    format: &Format,
    run: Run,
    value: Value,
    item: &mut [u8],
) -> PyResult<()> {
    match run.letter {
        b's' | b'p' => return pack_bytes(thread, run.letter, value, item),
        b'c' => {
            let Some(bytes) = value.downcast::<Bytes>().filter(|bytes| bytes.len() == 1) else {
                return Err(ERROR.raise(thread, "char format requires a bytes object of length 1"));
            };
            item.copy_from_slice(bytes.as_slice());
            return Ok(());
        }
        b'?' => item[0] = protocol::is_true(thread, value)?.into(),
        b'e' | b'f' | b'd' => {
            let Ok(x) = protocol::as_float(thread, value) else {
                return Err(ERROR.raise(thread, "required argument is not a float"));
            };
            pack_float(thread, run.letter, x, item)?;
        }
        b'F' | b'D' => {
            let Ok((real, imaginary)) = grwl_types_number::complex::number(thread, value) else {
                return Err(ERROR.raise(thread, "required argument is not a complex"));
            };
            let (low, high) = item.split_at_mut(run.size / 2);
            let letter = if run.letter == b'F' { b'f' } else { b'd' };
            for (half, x) in [(low, real), (high, imaginary)] {
                // As CPython's code for this machine's byte order: what is too large is infinite.
                let is_infinite = letter == b'f' && !format.is_big && (x as f32).is_infinite();
                let x = if is_infinite {
                    f64::INFINITY.copysign(x)
                } else {
                    x
                };
                pack_float(thread, letter, x, half)?;
                if format.is_big {
                    half.reverse();
                }
            }
            return Ok(());
        }
        letter => {
            let value = integer(thread, value)?;
            let wide = view(value).and_then(|int| int.to_int().to_i128());
            let bits = 8 * run.size as u32;
            let (low, high) = match letter {
                // An address is of either sign.
                b'P' => (-(1 << (bits - 1)), (1 << bits) - 1),
                letter if letter.is_ascii_lowercase() => {
                    (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
                }
                _ => (0, (1 << bits) - 1),
            };
            let Some(wide) = wide.filter(|wide| (low..=high).contains(wide)) else {
                return Err(out_of_range(thread, letter, low, high));
            };
            item.copy_from_slice(&wide.to_le_bytes()[..run.size]);
        }
    }
    if format.is_big {
        item.reverse();
    }
    Ok(())
}

#[cold]
fn out_of_range(thread: &mut Thread, letter: u8, low: i128, high: i128) -> Raised {
    if letter == b'P' {
        return ERROR.raise(thread, "int too large to convert");
    }
    let letter = char::from(letter);
    ERROR.raise(
        thread,
        format_args!("'{letter}' format requires {low} <= number <= {high}"),
    )
}

fn integer(thread: &mut Thread, value: Value) -> PyResult {
    if convert::has_index(value) {
        convert::index(thread, value)
    } else {
        Err(ERROR.raise(thread, "required argument is not an integer"))
    }
}

/// Least significant byte first.
fn pack_float(thread: &mut Thread, letter: u8, x: f64, item: &mut [u8]) -> PyResult<()> {
    let is_done = match letter {
        b'd' => {
            item.copy_from_slice(&x.to_le_bytes());
            true
        }
        b'f' => narrow::to_single(x)
            .map(|bits| item.copy_from_slice(&bits.to_le_bytes()))
            .is_some(),
        _ => narrow::to_half(x)
            .map(|bits| item.copy_from_slice(&bits.to_le_bytes()))
            .is_some(),
    };
    if is_done {
        return Ok(());
    }
    let letter = char::from(letter);
    Err(thread.overflow_error(format_args!("float too large to pack with {letter} format")))
}

fn pack_bytes(thread: &mut Thread, letter: u8, value: Value, item: &mut [u8]) -> PyResult<()> {
    let is_bytes = value.downcast::<Bytes>().is_some() || value.downcast::<ByteArray>().is_some();
    let Some(bytes) = known(thread, value).filter(|_| is_bytes) else {
        let letter = char::from(letter);
        return Err(ERROR.raise(
            thread,
            format_args!("argument for '{letter}' must be a bytes object"),
        ));
    };
    let room = if letter == b's' {
        item
    } else {
        // Pascal's strings begin with their length.
        let Some((length, room)) = item.split_first_mut() else {
            return Ok(());
        };
        *length = bytes.len().min(room.len()).min(255) as u8;
        room
    };
    let count = bytes.len().min(room.len());
    room[..count].copy_from_slice(&bytes[..count]);
    Ok(())
}

/// The value of an item's bytes.
pub(crate) fn unpack(thread: &mut Thread, format: &Format, run: Run, item: &[u8]) -> PyResult {
    match run.letter {
        b's' | b'c' => return Ok(Bytes::new(thread, item)?.value()),
        b'p' => {
            let bytes = match item.split_first() {
                Some((&length, rest)) => &rest[..rest.len().min(length.into())],
                None => &[],
            };
            return Ok(Bytes::new(thread, bytes)?.value());
        }
        b'F' | b'D' => {
            let (low, high) = item.split_at(run.size / 2);
            let real = unpack_float(format, low);
            let imaginary = unpack_float(format, high);
            return Ok(float::new_complex(thread, real, imaginary).value());
        }
        b'e' | b'f' | b'd' => return Ok(float::new(thread, unpack_float(format, item))),
        _ => {}
    }
    let bits = number(format, item);
    let unused = 64 - 8 * run.size as u32;
    Ok(match run.letter {
        b'?' => singleton::bool(bits != 0),
        letter if letter.is_ascii_lowercase() => {
            int::from_i64(thread, (bits << unused) as i64 >> unused)
        }
        _ => match i64::try_from(bits) {
            Ok(small) => int::from_i64(thread, small),
            Err(_) => int::new(thread, Int::from(bits)),
        },
    })
}

fn number(format: &Format, item: &[u8]) -> u64 {
    let mut raw = [0; 8];
    raw[..item.len()].copy_from_slice(item);
    if format.is_big {
        raw[..item.len()].reverse();
    }
    u64::from_le_bytes(raw)
}

fn unpack_float(format: &Format, item: &[u8]) -> f64 {
    let bits = number(format, item);
    match item.len() {
        2 => narrow::from_half(bits as u16),
        4 => narrow::from_single(bits as u32),
        _ => f64::from_bits(bits),
    }
}
