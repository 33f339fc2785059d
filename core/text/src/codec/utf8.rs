//! utf-8.

use super::{Decoded, Decoding, Encoding, OnDecodeError, OnEncodeError, is_surrogate};
use crate::units::{Text, TextBuf, Unit};
use crate::with_units;

const NAME: &str = "utf-8";

/// Decodes.
pub fn decode<H: OnDecodeError>(
    input: &[u8],
    is_final: bool,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut run = Decoding::new(NAME, input, handler);
    loop {
        let rest = &run.input[run.at..];
        run.at += match run.out.buf_mut() {
            TextBuf::One(units) => push_decoded(rest, units),
            TextBuf::Two(units) => push_decoded(rest, units),
            TextBuf::Four(units) => push_decoded(rest, units),
        };
        let start = run.at;
        if start == run.input.len() {
            return Ok(run.finish());
        }
        if let Some((code, len)) = decode_one(run.rest()) {
            // It did not fit: from here on the units are wider.
            run.out.push(code);
            run.at += len;
            continue;
        }
        // The standard library finds the same ill-formed parts as CPython does.
        let first = &run.rest()[..run.rest().len().min(4)];
        match std::str::from_utf8(first)
            .err()
            .and_then(|error| error.error_len())
        {
            None if !is_final => return Ok(run.finish()),
            // The begin of a surrogate, which `surrogatepass` may want to see as a whole.
            Some(_) if !is_final && matches!(run.rest(), [0xED, 0xA0..=0xBF]) => {
                return Ok(run.finish());
            }
            None => run.mend(start, run.input.len(), "unexpected end of data")?,
            Some(len) => {
                let leads = matches!(run.input[start], 0xC2..=0xF4);
                let reason = if leads {
                    "invalid continuation byte"
                } else {
                    "invalid start byte"
                };
                run.mend(start, start + len, reason)?;
            }
        }
    }
}

/// Decodes up to what is ill-formed or does not fit in a unit; says how many bytes that were.
fn push_decoded<T: Unit>(bytes: &[u8], units: &mut Vec<T>) -> usize {
    const BLOCK: usize = 128;
    let mut at = 0;
    while at < bytes.len() {
        let block = &bytes[at..bytes.len().min(at + BLOCK)];
        if block.is_ascii() {
            units.extend(block.iter().map(|&byte| T::from_code(byte.into())));
            at += block.len();
            continue;
        }
        let mut buffer = [T::from_code(0); BLOCK];
        let mut len = 0;
        for slot in &mut buffer {
            match decode_one(&bytes[at..]) {
                Some((code, bytes)) if T::from_code(code).code() == code => {
                    *slot = T::from_code(code);
                    at += bytes;
                    len += 1;
                }
                _ => break,
            }
        }
        units.extend_from_slice(&buffer[..len]);
        if len < BLOCK {
            return at;
        }
    }
    at
}

/// The first character, if it is well-formed, and how many bytes it takes.
#[inline(always)]
fn decode_one(bytes: &[u8]) -> Option<(u32, usize)> {
    let tail = |i: usize| {
        bytes
            .get(i)
            .filter(|&&byte| byte & 0xC0 == 0x80)
            .map(|&byte| u32::from(byte & 0x3F))
    };
    let lead = *bytes.first()?;
    let code = u32::from(lead);
    match lead {
        0..0x80 => Some((code, 1)),
        0xC2..0xE0 => Some(((code & 0x1F) << 6 | tail(1)?, 2)),
        0xE0..0xF0 => {
            let code = (code & 0xF) << 12 | tail(1)? << 6 | tail(2)?;
            (code >= 0x800 && !is_surrogate(code)).then_some((code, 3))
        }
        0xF0..0xF5 => {
            let code = (code & 7) << 18 | tail(1)? << 12 | tail(2)? << 6 | tail(3)?;
            (0x1_0000..0x11_0000).contains(&code).then_some((code, 4))
        }
        _ => None,
    }
}

/// Encodes.
pub fn encode<H: OnEncodeError>(text: Text<'_>, handler: &mut H) -> Result<Vec<u8>, H::Error> {
    if let Text::One(units) = text
        && units.is_ascii()
    {
        return Ok(units.to_vec());
    }
    let out = Vec::with_capacity(text.len() + text.len() / 2);
    let mut run = Encoding {
        encoding: NAME,
        reason: "surrogates not allowed",
        input: text,
        out,
        handler,
    };
    let mut at = 0;
    while at < text.len() {
        at += with_units!(text, units => push_valid(&units[at..], &mut run.out));
        if at < text.len() {
            let end = run.run_end(at, is_surrogate);
            at = run.mend(at, end, 1, |text| match text {
                Text::One(units) if units.is_ascii() => Some(units.to_vec()),
                _ => None,
            })?;
        }
    }
    Ok(run.out)
}

/// Encodes up to the first surrogate; says how many units that were.
fn push_valid<T: Unit>(units: &[T], out: &mut Vec<u8>) -> usize {
    const BLOCK: usize = 64;
    let mut buffer = [0; 4 * BLOCK + 3];
    let mut done = 0;
    for block in units.chunks(BLOCK) {
        let mut len = 0;
        for unit in block {
            // There is room for four bytes a unit.
            let Some(slot) = buffer[len..].first_chunk_mut::<4>() else {
                break;
            };
            let Some(bytes) = encode_one(unit.code(), slot) else {
                out.extend_from_slice(&buffer[..len]);
                return done;
            };
            len += bytes;
            done += 1;
        }
        out.extend_from_slice(&buffer[..len]);
    }
    done
}

/// Writes one character; says how many bytes it takes. `None` for a surrogate.
#[inline(always)]
fn encode_one(code: u32, slot: &mut [u8; 4]) -> Option<usize> {
    let tail = |shift: u32| 0x80 | (code >> shift & 0x3F) as u8;
    match code {
        0..0x80 => {
            slot[0] = code as u8;
            Some(1)
        }
        0x80..0x800 => {
            slot[..2].copy_from_slice(&[0xC0 | (code >> 6) as u8, tail(0)]);
            Some(2)
        }
        0xD800..0xE000 => None,
        0x800..0x1_0000 => {
            slot[..3].copy_from_slice(&[0xE0 | (code >> 12) as u8, tail(6), tail(0)]);
            Some(3)
        }
        _ => {
            *slot = [0xF0 | (code >> 18) as u8, tail(12), tail(6), tail(0)];
            Some(4)
        }
    }
}
