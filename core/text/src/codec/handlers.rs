//! Python's built-in error handlers. A function answers `None` where the handler would raise
//! the error it was given.

use super::{
    ByteOrder, DecodeFix, DecodeProblem, EncodeFix, EncodeProblem, Failure, OnDecodeError,
    OnEncodeError, Replacement, is_surrogate,
};
use crate::repr::push_escaped;
use crate::units::TextBuf;

/// The handlers for decoding. `xmlcharrefreplace` and `namereplace` are not among them: they
/// raise TypeError when asked to mend a decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeErrors {
    /// Raise.
    Strict,
    /// Leave the bytes out.
    Ignore,
    /// U+FFFD.
    Replace,
    /// `\xhh`.
    BackslashReplace,
    /// U+DC80 to U+DCFF.
    SurrogateEscape,
    /// Let encoded surrogates through.
    SurrogatePass,
}

/// The handlers for encoding, but for `namereplace`, which needs the characters' names
/// ([`name_replace`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeErrors {
    /// Raise.
    Strict,
    /// Leave the characters out.
    Ignore,
    /// `?`.
    Replace,
    /// `\xhh`, `\uhhhh`, `\Uhhhhhhhh`.
    BackslashReplace,
    /// U+DC80 to U+DCFF as the bytes they came from.
    SurrogateEscape,
    /// Let surrogates through.
    SurrogatePass,
    /// `&#1234;`.
    XmlCharRefReplace,
}

impl DecodeErrors {
    /// The handler of a name, if it is one of these.
    pub fn from_name(name: &str) -> Option<DecodeErrors> {
        Some(match name {
            "strict" => DecodeErrors::Strict,
            "ignore" => DecodeErrors::Ignore,
            "replace" => DecodeErrors::Replace,
            "backslashreplace" => DecodeErrors::BackslashReplace,
            "surrogateescape" => DecodeErrors::SurrogateEscape,
            "surrogatepass" => DecodeErrors::SurrogatePass,
            _ => return None,
        })
    }

    /// Its answer to a problem; `None`: it raises it.
    pub fn answer(self, problem: &DecodeProblem<'_>) -> Option<DecodeFix> {
        let fix = |text| DecodeFix {
            text,
            resume: problem.end,
            input: None,
        };
        match self {
            DecodeErrors::Strict => None,
            DecodeErrors::Ignore => Some(fix(TextBuf::new())),
            DecodeErrors::Replace => Some(fix(TextBuf::from_code(0xFFFD))),
            DecodeErrors::BackslashReplace => Some(fix(backslash_decoded(problem))),
            DecodeErrors::SurrogateEscape => surrogate_escape_decoded(problem),
            DecodeErrors::SurrogatePass => surrogate_pass_decoded(problem),
        }
    }
}

impl EncodeErrors {
    /// The handler of a name, if it is one of these.
    pub fn from_name(name: &str) -> Option<EncodeErrors> {
        Some(match name {
            "strict" => EncodeErrors::Strict,
            "ignore" => EncodeErrors::Ignore,
            "replace" => EncodeErrors::Replace,
            "backslashreplace" => EncodeErrors::BackslashReplace,
            "surrogateescape" => EncodeErrors::SurrogateEscape,
            "surrogatepass" => EncodeErrors::SurrogatePass,
            "xmlcharrefreplace" => EncodeErrors::XmlCharRefReplace,
            _ => return None,
        })
    }

    /// Its answer to a problem; `None`: it raises it.
    pub fn answer(self, problem: &EncodeProblem<'_>) -> Option<EncodeFix> {
        let codes = || problem.input.slice(problem.start..problem.end).codes();
        let text = |ascii| {
            let replacement = Replacement::Text(TextBuf::One(ascii));
            Some(EncodeFix {
                replacement,
                resume: problem.end,
            })
        };
        let bytes = |bytes| EncodeFix {
            replacement: Replacement::Bytes(bytes),
            resume: problem.end,
        };
        match self {
            EncodeErrors::Strict => None,
            EncodeErrors::Ignore => text(Vec::new()),
            EncodeErrors::Replace => text(vec![b'?'; problem.end - problem.start]),
            EncodeErrors::XmlCharRefReplace => text(
                codes()
                    .flat_map(|code| format!("&#{code};").into_bytes())
                    .collect(),
            ),
            EncodeErrors::BackslashReplace => {
                let mut out = Vec::new();
                codes().for_each(|code| push_escaped(&mut out, code));
                text(out)
            }
            EncodeErrors::SurrogateEscape => {
                let byte = |code| matches!(code, 0xDC80..=0xDCFF).then_some(code as u8);
                codes().map(byte).collect::<Option<_>>().map(bytes)
            }
            EncodeErrors::SurrogatePass => {
                let form = SurrogateForm::of(problem.encoding)?;
                let mut out = Vec::new();
                for code in codes() {
                    out.extend_from_slice(
                        form.encode(code).filter(|_| is_surrogate(code))?.as_ref(),
                    );
                }
                Some(bytes(out))
            }
        }
    }
}

impl OnDecodeError for DecodeErrors {
    type Error = Failure;

    fn fix(&mut self, problem: &DecodeProblem<'_>) -> Result<DecodeFix, Failure> {
        self.answer(problem).ok_or_else(|| problem.into())
    }
}

impl OnEncodeError for EncodeErrors {
    type Error = Failure;

    fn fix(&mut self, problem: &EncodeProblem<'_>) -> Result<EncodeFix, Failure> {
        let escapable = match self {
            EncodeErrors::SurrogateEscape => escapable_begin(problem),
            _ => problem.end,
        };
        self.answer(&EncodeProblem {
            end: escapable,
            ..*problem
        })
        .ok_or_else(|| problem.into())
    }
    fn refuse(&mut self, problem: &EncodeProblem<'_>) -> Failure {
        problem.into()
    }
}

/// The codecs of one byte a character, and utf-8, escape what can be escaped at the begin of a
/// run, so that only the rest is reported. Gives the end of that begin, or of the run if it is empty.
fn escapable_begin(problem: &EncodeProblem<'_>) -> usize {
    let run = problem.input.slice(problem.start..problem.end);
    let count = run
        .codes()
        .take_while(|code| (0xDC80..=0xDCFF).contains(code))
        .count();
    let partial = matches!(problem.encoding, "ascii" | "latin-1" | "utf-8") && count > 0;
    if partial {
        problem.start + count
    } else {
        problem.end
    }
}

/// `namereplace`: `\N{...}`, or as `backslashreplace` where there is no name.
pub fn name_replace(
    problem: &EncodeProblem<'_>,
    mut name_of: impl FnMut(u32) -> Option<String>,
) -> EncodeFix {
    let mut out = Vec::new();
    for code in problem.input.slice(problem.start..problem.end).codes() {
        match name_of(code) {
            Some(name) => out.extend_from_slice(format!("\\N{{{name}}}").as_bytes()),
            None => push_escaped(&mut out, code),
        }
    }
    EncodeFix {
        replacement: Replacement::Text(TextBuf::One(out)),
        resume: problem.end,
    }
}

fn backslash_decoded(problem: &DecodeProblem<'_>) -> TextBuf {
    let mut out = Vec::new();
    let bytes = &problem.input[problem.start..problem.end];
    bytes
        .iter()
        .for_each(|&byte| push_escaped(&mut out, u32::from(byte)));
    TextBuf::One(out)
}

/// Up to four bytes, as far as they are not ASCII.
fn surrogate_escape_decoded(problem: &DecodeProblem<'_>) -> Option<DecodeFix> {
    let bytes = problem.input[problem.start..problem.end].iter();
    let text: Vec<u16> = bytes
        .take(4)
        .take_while(|&&b| b >= 0x80)
        .map(|&b| 0xDC00 + u16::from(b))
        .collect();
    let resume = problem.start + text.len();
    (!text.is_empty()).then_some(DecodeFix {
        text: TextBuf::Two(text),
        resume,
        input: None,
    })
}

fn surrogate_pass_decoded(problem: &DecodeProblem<'_>) -> Option<DecodeFix> {
    let form = SurrogateForm::of(problem.encoding)?;
    let code = form.decode(&problem.input[problem.start..])?;
    let text = TextBuf::from_code(Some(code).filter(|&code| is_surrogate(code))?);
    Some(DecodeFix {
        text,
        resume: problem.start + form.len(),
        input: None,
    })
}

/// How an encoding writes surrogates, when they are let through.
#[derive(Clone, Copy)]
enum SurrogateForm {
    Utf8,
    Utf16(ByteOrder),
    Utf32(ByteOrder),
}

impl SurrogateForm {
    /// By the encoding's name, which a handler may have been given by anybody.
    fn of(encoding: &str) -> Option<SurrogateForm> {
        let plain = encoding.to_ascii_lowercase().replace(['-', '_'], "");
        let digits = plain
            .strip_prefix("utf")
            .or_else(|| plain.strip_prefix("cputf"))?;
        Some(match digits {
            "8" | "65001" => SurrogateForm::Utf8,
            "16" | "16le" => SurrogateForm::Utf16(ByteOrder::Little),
            "16be" => SurrogateForm::Utf16(ByteOrder::Big),
            "32" | "32le" => SurrogateForm::Utf32(ByteOrder::Little),
            "32be" => SurrogateForm::Utf32(ByteOrder::Big),
            _ => return None,
        })
    }

    fn len(self) -> usize {
        match self {
            SurrogateForm::Utf8 => 3,
            SurrogateForm::Utf16(_) => 2,
            SurrogateForm::Utf32(_) => 4,
        }
    }

    fn encode(self, code: u32) -> Option<Vec<u8>> {
        Some(match self {
            SurrogateForm::Utf8 => {
                vec![
                    0xE0 | (code >> 12) as u8,
                    0x80 | (code >> 6 & 0x3F) as u8,
                    0x80 | (code & 0x3F) as u8,
                ]
            }
            SurrogateForm::Utf16(ByteOrder::Big) => u16::try_from(code).ok()?.to_be_bytes().into(),
            SurrogateForm::Utf16(_) => u16::try_from(code).ok()?.to_le_bytes().into(),
            SurrogateForm::Utf32(ByteOrder::Big) => code.to_be_bytes().into(),
            SurrogateForm::Utf32(_) => code.to_le_bytes().into(),
        })
    }

    fn decode(self, bytes: &[u8]) -> Option<u32> {
        let bytes = bytes.get(..self.len())?;
        Some(match (self, bytes) {
            (SurrogateForm::Utf8, &[a @ 0xE0..=0xEF, b @ 0x80..=0xBF, c @ 0x80..=0xBF]) => {
                u32::from(a & 0xF) << 12 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F)
            }
            (SurrogateForm::Utf16(order), &[a, b]) => utf16_unit([a, b], order),
            (SurrogateForm::Utf32(ByteOrder::Big), _) => u32::from_be_bytes(bytes.try_into().ok()?),
            (SurrogateForm::Utf32(_), _) => u32::from_le_bytes(bytes.try_into().ok()?),
            _ => return None,
        })
    }
}

fn utf16_unit(bytes: [u8; 2], order: ByteOrder) -> u32 {
    match order {
        ByteOrder::Big => u16::from_be_bytes(bytes).into(),
        _ => u16::from_le_bytes(bytes).into(),
    }
}
