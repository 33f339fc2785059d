//! Decoding and encoding by a codec's tables, with CPython's answers to what cannot be converted.
//!
//! Problems go to a handler, as in `grwl_text::codec`. What is incomplete at the end is left if it is not the end of all input.

use std::borrow::Cow;

use grwl_text::codec::{DecodeProblem, EncodeProblem, OnDecodeError, OnEncodeError, Replacement};
use grwl_text::{Text, TextBuf, TextBuilder};

use crate::stateful::{State, Stateful};
use crate::table::{Beside, Table};

const ILLEGAL: &str = "illegal multibyte sequence";
const INCOMPLETE: &str = "incomplete multibyte sequence";

/// What a codec makes of the beginning of bytes.
pub(crate) enum Decoded {
    /// A character, and how many bytes it took.
    One(usize, u32),
    Two(usize, [u32; 2]),
    /// So many bytes that stand for no character.
    Nothing(usize),
    /// So many bytes that are illegal together.
    Illegal(usize),
    Incomplete,
}

/// What a codec made of a text's next characters.
pub(crate) enum Encoded {
    /// So many were encoded.
    Taken(usize),
    /// That depends on what comes next.
    Wait,
    /// There are no bytes for the next one.
    Refused,
}

/// A codec: one that knows sequences only, or one that keeps a state.
#[derive(Clone, Copy)]
pub(crate) enum Codec {
    Table(&'static Table),
    Stateful(&'static Stateful),
}

impl Codec {
    fn name(self) -> &'static str {
        match self {
            Self::Table(table) => table.name,
            Self::Stateful(codec) => codec.name,
        }
    }

    fn decode_first(self, state: &mut State, bytes: &[u8]) -> Decoded {
        match self {
            Self::Table(table) => table.decode_first(bytes),
            Self::Stateful(codec) => codec.decode_first(state, bytes),
        }
    }

    fn encode_at(
        self,
        state: &mut State,
        text: Text<'_>,
        at: usize,
        is_final: bool,
        out: &mut Vec<u8>,
    ) -> Encoded {
        match self {
            Self::Table(table) => table.encode_at(text, at, is_final, out),
            Self::Stateful(codec) => codec.encode_at(state, text, at, is_final, out),
        }
    }
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
            return Decoded::Illegal(1);
        }
        if self.beside == Beside::FourBytes && bytes.get(1).is_none_or(u8::is_ascii_digit) {
            return self.decode_four(bytes);
        }
        if let [first, second, ..] = *bytes
            && self
                .refused
                .contains(&(u32::from(first) << 8 | u32::from(second)))
        {
            return Decoded::Illegal(2);
        }
        match bytes.len() {
            1 => Decoded::Incomplete,
            2 if self.lead_of_three == Some(bytes[0]) => Decoded::Incomplete,
            _ => Decoded::Illegal(1),
        }
    }

    fn decode_four(&self, bytes: &[u8]) -> Decoded {
        let &[a, b, c, d, ..] = bytes else {
            return Decoded::Incomplete;
        };
        if !(0x81..=0xfe).contains(&a) || !(0x81..=0xfe).contains(&c) || !d.is_ascii_digit() {
            return Decoded::Illegal(1);
        }
        let [a, b, c, d] = [a - 0x81, b - b'0', c - 0x81, d - b'0'].map(u32::from);
        let sequence = ((a * 10 + b) * 126 + c) * 10 + d;
        if let Some(above) = sequence.checked_sub(FIRST_ABOVE) {
            return match above + PLANES_AFTER {
                code @ ..0x11_0000 => Decoded::One(4, code),
                _ => Decoded::Illegal(1),
            };
        }
        let run = self
            .runs
            .iter()
            .find(|run| (run.sequence..run.sequence + run.count).contains(&sequence));
        match run {
            Some(run) => Decoded::One(4, run.first + sequence - run.sequence),
            None => Decoded::Illegal(1),
        }
    }

    fn encode_at(&self, text: Text<'_>, at: usize, is_final: bool, out: &mut Vec<u8>) -> Encoded {
        let code = text.at(at);
        if self.pair_starts.contains(&code) {
            if at + 1 < text.len() {
                if let Some(&sequence) = self.encoded_pairs.get(&[code, text.at(at + 1)]) {
                    push(sequence, out);
                    return Encoded::Taken(2);
                }
            } else if !is_final {
                return Encoded::Wait;
            }
        }
        if self.encode_one(code, out) {
            Encoded::Taken(1)
        } else {
            Encoded::Refused
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
        _ => Decoded::Illegal(1),
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
    codec: Codec,
    state: &mut State,
    bytes: &[u8],
    is_final: bool,
    handler: &mut H,
) -> Result<(TextBuf, usize), H::Error> {
    let mut out = TextBuilder::with_capacity(bytes.len());
    // A handler may put another input in the place of this one.
    let mut input = Cow::Borrowed(bytes);
    let mut at = 0;
    while at < input.len() {
        let (reason, end) = match codec.decode_first(state, &input[at..]) {
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
            Decoded::Nothing(taken) => {
                at += taken;
                continue;
            }
            Decoded::Incomplete if !is_final => break,
            Decoded::Incomplete => (INCOMPLETE, input.len()),
            Decoded::Illegal(length) => (ILLEGAL, at + length),
        };
        let fix = handler.fix(&DecodeProblem {
            encoding: codec.name(),
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

/// Encodes; returns the bytes, and how many characters they took. At the end of all text, the state is the first again.
pub(crate) fn encode<H: OnEncodeError>(
    codec: Codec,
    state: &mut State,
    text: Text<'_>,
    is_final: bool,
    handler: &mut H,
) -> Result<(Vec<u8>, usize), H::Error> {
    let mut out = Vec::with_capacity(text.len() * 2);
    let mut at = 0;
    while at < text.len() {
        match codec.encode_at(state, text, at, is_final, &mut out) {
            Encoded::Taken(count) => {
                at += count;
                continue;
            }
            Encoded::Wait => break,
            Encoded::Refused => {}
        }
        let problem = EncodeProblem {
            encoding: codec.name(),
            input: text,
            start: at,
            end: at + 1,
            reason: ILLEGAL,
        };
        let fix = handler.fix(&problem)?;
        match fix.replacement {
            Replacement::Bytes(bytes) => out.extend_from_slice(&bytes),
            Replacement::Text(replacement) => {
                let replacement = replacement.as_text();
                let mut place = 0;
                while place < replacement.len() {
                    match codec.encode_at(state, replacement, place, true, &mut out) {
                        Encoded::Taken(count) => place += count,
                        Encoded::Wait | Encoded::Refused => return Err(handler.refuse(&problem)),
                    }
                }
            }
        }
        at = fix.resume;
    }
    if is_final && let Codec::Stateful(codec) = codec {
        codec.finish(state, &mut out);
    }
    Ok((out, at))
}
