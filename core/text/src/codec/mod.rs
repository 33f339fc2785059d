//! Codecs: bytes to text and back.
//!
//! Every codec reports what it cannot convert to a handler, which answers with a replacement and
//! where to go on, or with an error that ends the conversion: Python's `errors=` callbacks. The
//! positions and reasons handed over are those of CPython's UnicodeDecodeError and
//! UnicodeEncodeError. [`DecodeErrors`] and [`EncodeErrors`] are the handlers that need no
//! Python; a caller's own handler may call the functions behind them ([`handlers`]).
//!
//! Decoders that can be incremental take `is_final`: when false, an incomplete sequence at the end is
//! no error but is left, and [`Decoded::consumed`] says how far they got.
//!
//! | codec | where |
//! |---|---|
//! | utf-8 | [`utf8`] |
//! | utf-16, utf-32, with their -le and -be | [`utf16`], [`utf32`] |
//! | utf-7 | [`utf7`] |
//! | ascii, latin-1 | [`narrow`] |
//! | charmap | [`charmap`] |
//! | unicode-escape, raw-unicode-escape | [`escape`] |

pub mod charmap;
pub mod escape;
pub mod handlers;
pub mod narrow;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;

use std::borrow::Cow;

use crate::build::TextBuilder;
use crate::units::{Text, TextBuf};

pub use handlers::{DecodeErrors, EncodeErrors};

/// Bytes that a codec cannot decode: `input[start..end]`.
#[derive(Clone, Copy, Debug)]
pub struct DecodeProblem<'a> {
    /// The codec's name, as UnicodeDecodeError shows it.
    pub encoding: &'static str,
    /// All of the input.
    pub input: &'a [u8],
    /// Where the bytes begin.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What is wrong with them.
    pub reason: &'static str,
}

/// Characters that a codec cannot encode: `input[start..end]`.
#[derive(Clone, Copy, Debug)]
pub struct EncodeProblem<'a> {
    /// The codec's name, as UnicodeEncodeError shows it.
    pub encoding: &'static str,
    /// All of the input.
    pub input: Text<'a>,
    /// Where the characters begin.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What is wrong with them.
    pub reason: &'static str,
}

/// A handler's answer to a [`DecodeProblem`].
#[derive(Clone, Debug, Default)]
pub struct DecodeFix {
    /// What to put in the place of the bytes.
    pub text: TextBuf,
    /// Where in the input to go on; not past its end.
    pub resume: usize,
    /// Another input to go on with: a handler may have changed the exception's `object`.
    pub input: Option<Vec<u8>>,
}

/// A handler's answer to an [`EncodeProblem`].
#[derive(Clone, Debug)]
pub struct EncodeFix {
    /// What to put in the place of the characters.
    pub replacement: Replacement,
    /// Where in the input to go on; not past its end.
    pub resume: usize,
}

/// What a handler puts in the place of characters.
#[derive(Clone, Debug)]
pub enum Replacement {
    /// Text, to be encoded in turn. If it cannot be, the problem stands.
    Text(TextBuf),
    /// Bytes, to be put as they are.
    Bytes(Vec<u8>),
}

/// Answers for what cannot be decoded.
pub trait OnDecodeError {
    /// What ends the conversion.
    type Error;
    /// Mends a problem.
    fn fix(&mut self, problem: &DecodeProblem<'_>) -> Result<DecodeFix, Self::Error>;
}

/// Answers for what cannot be encoded.
pub trait OnEncodeError {
    /// What ends the conversion.
    type Error;
    /// Mends a problem.
    fn fix(&mut self, problem: &EncodeProblem<'_>) -> Result<EncodeFix, Self::Error>;
    /// The error for a problem whose replacement cannot be encoded either.
    fn refuse(&mut self, problem: &EncodeProblem<'_>) -> Self::Error;
}

/// A problem that was not mended: the facts of a UnicodeDecodeError or UnicodeEncodeError.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The codec's name.
    pub encoding: &'static str,
    /// Where the trouble begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub reason: &'static str,
}

impl From<&DecodeProblem<'_>> for Failure {
    fn from(p: &DecodeProblem<'_>) -> Failure {
        Failure {
            encoding: p.encoding,
            start: p.start,
            end: p.end,
            reason: p.reason,
        }
    }
}

impl From<&EncodeProblem<'_>> for Failure {
    fn from(p: &EncodeProblem<'_>) -> Failure {
        Failure {
            encoding: p.encoding,
            start: p.start,
            end: p.end,
            reason: p.reason,
        }
    }
}

/// What a decoder gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: TextBuf,
    /// How many bytes of the input it stands for.
    pub consumed: usize,
}

/// The order of the bytes in a unit of utf-16 or utf-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Decoding: as the byte order mark says, else little. Encoding: little, with a mark.
    Marked,
    /// The lowest byte first, no mark.
    Little,
    /// The highest byte first, no mark.
    Big,
}

/// A decoder at work: its input, its place, its output, its handler.
struct Decoding<'a, 'h, H> {
    encoding: &'static str,
    input: Cow<'a, [u8]>,
    at: usize,
    out: TextBuilder,
    handler: &'h mut H,
}

impl<'a, 'h, H: OnDecodeError> Decoding<'a, 'h, H> {
    fn new(encoding: &'static str, input: &'a [u8], handler: &'h mut H) -> Self {
        // Not that many units, perhaps: what is pushed as a whole reserves as it needs.
        let out = TextBuilder::new();
        Decoding {
            encoding,
            input: Cow::Borrowed(input),
            at: 0,
            out,
            handler,
        }
    }

    fn rest(&self) -> &[u8] {
        &self.input[self.at..]
    }

    /// Has the handler mend `input[start..end]`, and goes where it says.
    fn mend(&mut self, start: usize, end: usize, reason: &'static str) -> Result<(), H::Error> {
        let problem = DecodeProblem {
            encoding: self.encoding,
            input: &self.input,
            start,
            end,
            reason,
        };
        let fix = self.handler.fix(&problem)?;
        self.out.push_text(fix.text.as_text());
        if let Some(input) = fix.input {
            self.input = Cow::Owned(input);
        }
        self.at = fix.resume.min(self.input.len());
        Ok(())
    }

    fn finish(self) -> Decoded {
        Decoded {
            text: self.out.finish(),
            consumed: self.at,
        }
    }
}

/// An encoder at work: its input, its output, its handler.
struct Encoding<'a, 'h, H> {
    encoding: &'static str,
    reason: &'static str,
    input: Text<'a>,
    out: Vec<u8>,
    handler: &'h mut H,
}

impl<H: OnEncodeError> Encoding<'_, '_, H> {
    /// Has the handler mend `input[start..end]`; says where to go on. A replacement text is
    /// encoded by `encode`, which answers `None` if it cannot; bytes must fill whole units.
    fn mend(
        &mut self,
        start: usize,
        end: usize,
        unit: usize,
        encode: impl FnOnce(Text<'_>) -> Option<Vec<u8>>,
    ) -> Result<usize, H::Error> {
        let problem = EncodeProblem {
            encoding: self.encoding,
            input: self.input,
            start,
            end,
            reason: self.reason,
        };
        let fix = self.handler.fix(&problem)?;
        let bytes = match fix.replacement {
            Replacement::Bytes(bytes) => Some(bytes).filter(|bytes| bytes.len() % unit == 0),
            Replacement::Text(text) => encode(text.as_text()),
        };
        match bytes {
            Some(bytes) => self.out.extend_from_slice(&bytes),
            None => return Err(self.handler.refuse(&problem)),
        }
        Ok(fix.resume.min(self.input.len()))
    }

    /// The end of the run of characters from `start` on that a test refuses.
    fn run_end(&self, start: usize, refused: impl Fn(u32) -> bool) -> usize {
        let rest = self.input.slice(start..self.input.len());
        rest.codes()
            .position(|code| !refused(code))
            .map_or(self.input.len(), |i| start + i)
    }
}

fn is_surrogate(code: u32) -> bool {
    (0xD800..0xE000).contains(&code)
}
