//! Decoding and encoding by a codec's tables, with CPython's answers to what cannot be converted.
//!
//! Problems go to a handler, as in `grwl_text::codec`. What is incomplete at the end is left if it is not the end of all input.

use std::borrow::Cow;

use grwl_text::codec::{DecodeProblem, EncodeProblem, OnDecodeError, OnEncodeError, Replacement};
use grwl_text::{Text, TextBuf, TextBuilder};

use crate::table::{Beside, Table};

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// What a codec makes of the beginning of bytes.
enum Decoded {
    /// A character, and how many bytes it took.
    One(usize, u32),
    Two(usize, [u32; 2]),
    Illegal,
    /// Two bytes that are illegal together.
    Refused,
    Incomplete,
}

/// The first character beyond the first plane.
const PLANES_AFTER: u32 = 0x10000;

impl Table {
    fn decode_first(&self, bytes: &[u8]) -> Decoded {
        let mut sequence = 0;
        for (index, &byte) in bytes.iter().take(3).enumerate() {
            sequence = sequence << 8 | u32::from(byte);
            if index == 2 && self.lead_of_three != Some(bytes[0]) {
                break;
            }
            if self.beside == Beside::Spelled && sequence == FILLER {
                return decode_spelled(bytes);
            }
            if let Some(&code) = self.decoded.get(&sequence) {
                return Decoded::One(index + 1, code);
            }
            if let Some(&pair) = self.decoded_pairs.get(&sequence) {
                return Decoded::Two(index + 1, pair);
            }
        }
        if !self.leads[usize::from(bytes[0])] {
            return Decoded::Illegal;
        }
        if self.beside == Beside::FourBytes && bytes.get(1).is_none_or(u8::is_ascii_digit) {
            return self.decode_four(bytes);
        }
        if let [first, second, ..] = *bytes
            && self
                .refused
                .contains(&(u32::from(first) << 8 | u32::from(second)))
        {
            return Decoded::Refused;
        }
        match bytes.len() {
            1 => Decoded::Incomplete,
            2 if self.lead_of_three == Some(bytes[0]) => Decoded::Incomplete,
            _ => Decoded::Illegal,
        }
    }

    fn decode_four(&self, bytes: &[u8]) -> Decoded {
        let &[a, b, c, d, ..] = bytes else {
            return Decoded::Incomplete;
        };
        if !(0x81..=0xfe).contains(&a) || !(0x81..=0xfe).contains(&c) || !d.is_ascii_digit() {
            return Decoded::Illegal;
        }
        let [a, b, c, d] = [a - 0x81, b - b'0', c - 0x81, d - b'0'].map(u32::from);
        let sequence = ((a * 10 + b) * 126 + c) * 10 + d;
        if let Some(above) = sequence.checked_sub(FIRST_ABOVE) {
            return match above + PLANES_AFTER {
                code @ ..0x11_0000 => Decoded::One(4, code),
                _ => Decoded::Illegal,
            };
        }
        let run = self
            .runs
            .iter()
            .find(|run| (run.sequence..run.sequence + run.count).contains(&sequence));
        match run {
            Some(run) => Decoded::One(4, run.first + sequence - run.sequence),
            None => Decoded::Illegal,
        }
    }

    /// The bytes of a character.
    fn encode_one(&self, code: u32, out: &mut Vec<u8>) -> bool {
        if let Some(&sequence) = self.encoded.get(&code) {
            push(sequence, out);
            return true;
        }
        match self.beside {
            Beside::Nothing => false,
            Beside::FourBytes => self.encode_four(code, out),
            Beside::Spelled => encode_spelled(code, out),
        }
    }

    fn encode_four(&self, code: u32, out: &mut Vec<u8>) -> bool {
        let sequence = if code >= PLANES_AFTER {
            code - PLANES_AFTER + FIRST_ABOVE
        } else {
            let run = self
                .runs
                .iter()
                .find(|run| (run.first..run.first + run.count).contains(&code));
            match run {
                Some(run) => run.sequence + code - run.first,
                None => return false,
            }
        };
        let (rest, d) = (sequence / 10, sequence % 10);
        let (rest, c) = (rest / 126, rest % 126);
        let (a, b) = (rest / 10, rest % 10);
        // Each fits: there are 126 first bytes.
        out.extend([a + 0x81, b + 0x30, c + 0x81, d + 0x30].map(|byte| byte as u8));
        true
    }
}

/// The number of GB18030's first sequence of four bytes for a character beyond the first plane: 90 30 81 30.
const FIRST_ABOVE: u32 = 15 * 12600;

fn push(sequence: u32, out: &mut Vec<u8>) {
    let bytes = sequence.to_be_bytes();
    let first = bytes.iter().take(3).take_while(|&&byte| byte == 0).count();
    out.extend_from_slice(&bytes[first..]);
}

/// The filler that begins a syllable of EUC-KR that is spelled.
const FILLER: u32 = 0xa4d4;
/// The letters of KS X 1001 that begin, follow, and end a syllable, as second bytes behind A4; an absent end is the filler.
const BEGIN: [u8; 19] = [
    0xa1, 0xa2, 0xa4, 0xa7, 0xa8, 0xa9, 0xb1, 0xb2, 0xb3, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xbb,
    0xbc, 0xbd, 0xbe,
];
const END: [u8; 28] = [
    0xd4, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0,
    0xb1, 0xb2, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xba, 0xbb, 0xbc, 0xbd, 0xbe,
];
const FIRST_VOWEL: u8 = 0xbf;
const VOWELS: u8 = 21;
const FIRST_SYLLABLE: u32 = 0xac00;

fn decode_spelled(bytes: &[u8]) -> Decoded {
    let Some(bytes) = bytes.get(..8) else {
        return Decoded::Incomplete;
    };
    let part = |letters: &[u8], byte: u8| letters.iter().position(|&letter| letter == byte);
    let (begin, vowel) = (part(&BEGIN, bytes[3]), bytes[5].wrapping_sub(FIRST_VOWEL));
    match (begin, part(&END, bytes[7])) {
        (Some(begin), Some(end))
            if bytes[2] == 0xa4 && bytes[4] == 0xa4 && bytes[6] == 0xa4 && vowel < VOWELS =>
        {
            let syllable = (begin * usize::from(VOWELS) + usize::from(vowel)) * END.len() + end;
            Decoded::One(8, FIRST_SYLLABLE + syllable as u32)
        }
        _ => Decoded::Illegal,
    }
}

fn encode_spelled(code: u32, out: &mut Vec<u8>) -> bool {
    let Some(syllable) = code
        .checked_sub(FIRST_SYLLABLE)
        .map(|syllable| syllable as usize)
    else {
        return false;
    };
    let (rest, end) = (syllable / END.len(), syllable % END.len());
    let (begin, vowel) = (rest / usize::from(VOWELS), rest % usize::from(VOWELS));
    let Some(&begin) = BEGIN.get(begin) else {
        return false;
    };
    let vowel = FIRST_VOWEL + vowel as u8;
    out.extend([0xa4, 0xd4, 0xa4, begin, 0xa4, vowel, 0xa4, END[end]]);
    true
}

/// Decodes; returns the text, and how many bytes of the input it took.
pub(crate) fn decode<H: OnDecodeError>(
    table: &Table,
    bytes: &[u8],
    is_final: bool,
    handler: &mut H,
) -> Result<(TextBuf, usize), H::Error> {
    let mut out = TextBuilder::with_capacity(bytes.len());
    // A handler may put another input in the place of this one.
    let mut input = Cow::Borrowed(bytes);
    let mut at = 0;
    while at < input.len() {
        let (reason, end) = match table.decode_first(&input[at..]) {
            Decoded::One(taken, code) => {
                out.push(code);
                at += taken;
                continue;
            }
            Decoded::Two(taken, pair) => {
                out.push(pair[0]);
                out.push(pair[1]);
                at += taken;
                continue;
            }
            Decoded::Incomplete if !is_final => break,
            Decoded::Incomplete => (INCOMPLETE, input.len()),
            Decoded::Illegal => (ILLEGAL, at + 1),
            Decoded::Refused => (ILLEGAL, at + 2),
        };
        let fix = handler.fix(&DecodeProblem {
            encoding: table.name,
            input: &input,
            start: at,
            end,
            reason,
        })?;
        out.push_text(fix.text.as_text());
        at = fix.resume;
        if let Some(changed) = fix.input {
            input = Cow::Owned(changed);
        }
    }
    Ok((out.finish(), at))
}

/// Encodes; returns the bytes, and how many characters they took.
pub(crate) fn encode<H: OnEncodeError>(
    table: &Table,
    text: Text<'_>,
    is_final: bool,
    handler: &mut H,
) -> Result<(Vec<u8>, usize), H::Error> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut at = 0;
    while at < text.len() {
        let code = text.at(at);
        if table.pair_starts.contains(&code) {
            if at + 1 < text.len() {
                if let Some(&sequence) = table.encoded_pairs.get(&[code, text.at(at + 1)]) {
                    push(sequence, &mut out);
                    at += 2;
                    continue;
                }
            } else if !is_final {
                break;
            }
        }
        if table.encode_one(code, &mut out) {
            at += 1;
            continue;
        }
        let problem = EncodeProblem {
            encoding: table.name,
            input: text,
            start: at,
            end: at + 1,
            reason: ILLEGAL,
        };
        let fix = handler.fix(&problem)?;
        match fix.replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
            Replacement::Text(text) => {
                for code in text.as_text().codes() {
                    if !table.encode_one(code, &mut out) {
                        return Err(handler.refuse(&problem));
                    }
                }
            }
        }
        at = fix.resume;
    }
    Ok((out, at))
}
