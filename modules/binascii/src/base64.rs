//! Base 64.

use std::borrow::Cow;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD: u8 = b'=';
/// Stands for what is not in the alphabet.
const NONE: u8 = 0xFF;

static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut index = 0;
    while index < 64 {
        values[ALPHABET[index] as usize] = index as u8;
        index += 1;
    }
    values
}

/// Four characters for three bytes, padded, and the end of a line if it is wanted.
pub(crate) fn encode(data: &[u8], newline: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(data.len().div_ceil(3) * 4 + 1);
    let character = |bits: u32| ALPHABET[(bits & 0x3F) as usize];
    let mut groups = data.chunks_exact(3);
    for group in &mut groups {
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        text.extend_from_slice(&[
            character(bits >> 18),
            character(bits >> 12),
            character(bits >> 6),
            character(bits),
        ]);
    }
    match *groups.remainder() {
        [a] => {
            let bits = u32::from(a) << 4;
            text.extend([character(bits >> 6), character(bits), PAD, PAD]);
        }
        [a, b] => {
            let bits = (u32::from(a) << 8 | u32::from(b)) << 2;
            text.extend([
                character(bits >> 12),
                character(bits >> 6),
                character(bits),
                PAD,
            ]);
        }
        _ => {}
    }
    if newline {
        text.push(b'\n');
    }
    text
}

/// The bytes. If `strict`, whatever does not belong there is an error; if not, it is passed over.
pub(crate) fn decode(text: &[u8], strict: bool) -> Result<Vec<u8>, Cow<'static, str>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    if strict && text.first() == Some(&PAD) {
        return Err("Leading padding not allowed".into());
    }
    // How many characters of a group of four came, and the bits of the last one that are not used up.
    let (mut place, mut left) = (0, 0);
    let mut pads = 0;
    let mut padding = false;
    let mut at = 0;
    while at < text.len() {
        if place == 0 && !padding {
            // Most of it.
            at += whole_groups(&text[at..], &mut bytes);
            if at >= text.len() {
                break;
            }
        }
        let byte = text[at];
        at += 1;
        if byte == PAD {
            padding = true;
            if strict && place == 0 {
                return Err("Excess padding not allowed".into());
            }
            if strict && place == 1 {
                break;
            }
            if strict && place + pads >= 4 {
                return Err("Excess padding not allowed".into());
            }
            pads += 1;
            continue;
        }
        let six = VALUES[usize::from(byte)];
        if six == NONE {
            if strict {
                return Err("Only base64 data is allowed".into());
            }
            continue;
        }
        if strict && padding {
            return Err(if place + pads >= 4 {
                "Excess data after padding".into()
            } else {
                "Discontinuous padding not allowed".into()
            });
        }
        pads = 0;
        match place {
            0 => left = six,
            1 => {
                bytes.push(left << 2 | six >> 4);
                left = six & 0x0F;
            }
            2 => {
                bytes.push(left << 4 | six >> 2);
                left = six & 0x03;
            }
            _ => bytes.push(left << 6 | six),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(bytes),
        2.. if place + pads >= 4 => Ok(bytes),
        1 => Err(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            bytes.len() / 3 * 4 + 1
        )
        .into()),
        _ => Err("Incorrect padding".into()),
    }
}

/// Takes the groups of four characters of the alphabet at the beginning; returns how many characters they are.
fn whole_groups(text: &[u8], bytes: &mut Vec<u8>) -> usize {
    let mut taken = 0;
    for group in text.chunks_exact(4) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|index| VALUES[usize::from(group[index])]);
        if (a | b | c | d) & 0xC0 != 0 {
            break;
        }
        bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        taken += 4;
    }
    taken
}
