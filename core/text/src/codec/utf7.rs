//! utf-7 (RFC 2152): what ASCII cannot say is UTF-16 in base 64, between `+` and `-`.

use super::{Decoded, Decoding, OnDecodeError};
use crate::units::{Text, TextBuf};

fn from_base64(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Whether a character is written as it is outside base 64 (`+` apart).
fn is_direct(code: u32) -> bool {
    matches!(code, 0x09 | 0x0A | 0x0D | 0x20..0x7E)
        && code != u32::from(b'+')
        && code != u32::from(b'\\')
}

/// A base 64 section while it is read.
#[derive(Default)]
struct Section {
    /// Bits read but not yet part of a unit, and how many they are.
    bits: u32,
    count: u32,
    /// A high surrogate that waits for its low one.
    high: Option<u32>,
    /// Where its `+` is, and how long the output was then.
    start: usize,
    before: usize,
}

impl Section {
    /// Takes six bits. Gives the characters that are complete now.
    fn take(&mut self, six: u32) -> [Option<u32>; 2] {
        self.bits = self.bits << 6 | six;
        self.count += 6;
        if self.count < 16 {
            return [None; 2];
        }
        self.count -= 16;
        let unit = self.bits >> self.count;
        self.bits &= (1 << self.count) - 1;
        match (self.high.take(), unit) {
            (Some(high), 0xDC00..0xE000) => [
                Some(0x10000 + ((high - 0xD800) << 10 | (unit - 0xDC00))),
                None,
            ],
            (lone, 0xD800..0xDC00) => {
                self.high = Some(unit);
                [lone, None]
            }
            (lone, _) => [lone, Some(unit)],
        }
    }

    /// What is wrong with the bits left over at a proper end.
    fn trouble(&self) -> Option<&'static str> {
        match self.count {
            6.. => Some("partial character in shift sequence"),
            _ if self.bits != 0 => Some("non-zero padding bits in shift sequence"),
            _ => None,
        }
    }
}

/// Decodes.
pub fn decode<H: OnDecodeError>(
    input: &[u8],
    is_final: bool,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut run = Decoding::new("utf7", input, handler);
    let mut section: Option<Section> = None;
    loop {
        let Some(&byte) = run.rest().first() else {
            let Some(open) = section.take() else {
                return Ok(run.finish());
            };
            if !is_final {
                // The section is read again when there is more.
                let text: TextBuf = run.out.as_text().slice(0..open.before).to_canonical();
                return Ok(Decoded {
                    text,
                    consumed: open.start,
                });
            }
            if open.high.is_some() || open.trouble().is_some() {
                run.mend(open.start, run.input.len(), "unterminated shift sequence")?;
            }
            continue;
        };
        if let Some(mut open) = section.take() {
            if let Some(six) = from_base64(byte) {
                run.at += 1;
                open.take(six)
                    .into_iter()
                    .flatten()
                    .for_each(|code| run.out.push(code));
                section = Some(open);
            } else if let Some(reason) = open.trouble() {
                run.mend(open.start, run.at + 1, reason)?;
            } else {
                if let Some(high) = open.high.filter(|_| byte < 0x80) {
                    run.out.push(high);
                }
                // A dash is part of the section; anything else stands for itself.
                run.at += usize::from(byte == b'-');
            }
            continue;
        }
        let start = run.at;
        match (byte, run.rest().get(1)) {
            (b'+', Some(b'-')) => {
                run.out.push(u32::from(b'+'));
                run.at += 2;
            }
            (b'+', Some(&next)) if from_base64(next).is_none() => {
                run.mend(start, start + 2, "ill-formed sequence")?;
            }
            (b'+', _) => {
                section = Some(Section {
                    start,
                    before: run.out.len(),
                    ..Section::default()
                });
                run.at += 1;
            }
            (0..0x80, _) => {
                run.out.push(byte.into());
                run.at += 1;
            }
            _ => run.mend(start, start + 1, "unexpected special character")?,
        }
    }
}

/// Encodes, which always succeeds: lone surrogates are units as others.
pub fn encode(text: Text<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    // Bits not yet written and how many they are, inside a section.
    let mut section: Option<(u32, u32)> = None;
    let flush = |out: &mut Vec<u8>, (bits, count): (u32, u32)| {
        if count > 0 {
            out.push(BASE64[(bits << (6 - count)) as usize & 63]);
        }
    };
    for code in text.codes() {
        if is_direct(code) {
            if let Some(open) = section.take() {
                flush(&mut out, open);
                if from_base64(code as u8).is_some() || code == u32::from(b'-') {
                    out.push(b'-');
                }
            }
            out.push(code as u8);
            continue;
        }
        if section.is_none() && code == u32::from(b'+') {
            out.extend(b"+-");
            continue;
        }
        let (mut bits, mut count) = section.unwrap_or_else(|| {
            out.push(b'+');
            (0, 0)
        });
        let pair = code
            .checked_sub(0x10000)
            .map(|c| [0xD800 + (c >> 10), 0xDC00 + (c & 0x3FF)]);
        for &unit in pair.as_ref().map_or(&[code][..], |pair| &pair[..]) {
            bits = bits << 16 | unit;
            count += 16;
            while count >= 6 {
                count -= 6;
                out.push(BASE64[(bits >> count) as usize & 63]);
            }
            bits &= (1 << count) - 1;
        }
        section = Some((bits, count));
    }
    if let Some(open) = section {
        flush(&mut out, open);
        out.push(b'-');
    }
    out
}
