//! unicode-escape and raw-unicode-escape. All but escapes is latin-1.

use super::{Decoded, Decoding, OnDecodeError};
use crate::repr::push_escaped;
use crate::units::Text;

/// An escape that means nothing, as `\d`: its characters stand for themselves, with a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEscape {
    /// Where its backslash is, in the input.
    pub at: usize,
    /// The octal value, if it is an octal escape above `\377`, whose value stands.
    pub octal: Option<u16>,
}

/// What reading one escape gave.
enum Escape {
    Code(u32),
    /// Characters that stand for themselves.
    Literal,
    Nothing,
    Octal(u16),
    Invalid,
    /// Wrong; what is wrong, and whether more input could mend it.
    Bad(&'static str, bool),
}

/// Decodes unicode-escape. `name` finds characters by name (`\N{...}`). The first invalid escape is
/// given too, for a warning.
pub fn decode<H: OnDecodeError>(
    input: &[u8],
    is_final: bool,
    mut name: impl FnMut(&[u8]) -> Option<u32>,
    handler: &mut H,
) -> Result<(Decoded, Option<InvalidEscape>), H::Error> {
    let mut run = Decoding::new("unicodeescape", input, handler);
    let mut invalid: Option<InvalidEscape> = None;
    while !run.rest().is_empty() {
        if push_plain(&mut run) {
            continue;
        }
        let start = run.at;
        let (escape, len) = read_escape(run.rest(), &mut name);
        run.at += len;
        match escape {
            Escape::Code(code) => run.out.push(code),
            Escape::Nothing => {}
            Escape::Octal(value) => {
                run.out.push(value.into());
                if value > 0o377 {
                    invalid.get_or_insert(InvalidEscape {
                        at: start,
                        octal: Some(value),
                    });
                }
            }
            Escape::Invalid | Escape::Literal => {
                run.out.push_latin1(&run.input[start..run.at]);
                invalid.get_or_insert(InvalidEscape {
                    at: start,
                    octal: None,
                });
            }
            Escape::Bad(_, true) if !is_final => {
                run.at = start;
                break;
            }
            Escape::Bad(reason, _) => run.mend(start, run.at, reason)?,
        }
    }
    Ok((run.finish(), invalid))
}

/// Decodes raw-unicode-escape: only `\u` and `\U` are escapes.
pub fn decode_raw<H: OnDecodeError>(
    input: &[u8],
    is_final: bool,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut run = Decoding::new("rawunicodeescape", input, handler);
    while !run.rest().is_empty() {
        if push_plain(&mut run) {
            continue;
        }
        let start = run.at;
        let (escape, len) = read_raw_escape(run.rest(), is_final);
        run.at += len;
        match escape {
            Escape::Code(code) => run.out.push(code),
            Escape::Bad(_, true) if !is_final => {
                run.at = start;
                break;
            }
            Escape::Bad(reason, _) => run.mend(start, run.at, reason)?,
            _ => run.out.push_latin1(&run.input[start..run.at]),
        }
    }
    Ok(run.finish())
}

/// Copies what comes before the next backslash; says whether there was anything.
fn push_plain<H: OnDecodeError>(run: &mut Decoding<'_, '_, H>) -> bool {
    let plain = memchr::memchr(b'\\', run.rest()).unwrap_or(run.rest().len());
    run.out.push_latin1(&run.input[run.at..run.at + plain]);
    run.at += plain;
    plain > 0
}

/// Reads the escape that `input` begins with; says how many bytes were read.
fn read_escape(input: &[u8], name: &mut impl FnMut(&[u8]) -> Option<u32>) -> (Escape, usize) {
    let Some(&kind) = input.get(1) else {
        return (Escape::Bad("\\ at end of string", true), 1);
    };
    let code = match kind {
        b'\n' => return (Escape::Nothing, 2),
        b'\\' | b'\'' | b'"' => kind,
        b'b' => 0x08,
        b'f' => 0x0C,
        b't' => 0x09,
        b'n' => 0x0A,
        b'r' => 0x0D,
        b'v' => 0x0B,
        b'a' => 0x07,
        b'0'..=b'7' => {
            let digits = input[1..]
                .iter()
                .take(3)
                .take_while(|b| matches!(b, b'0'..=b'7'));
            let (value, len) =
                digits.fold((0, 1), |(v, n), d| (v * 8 + u16::from(d - b'0'), n + 1));
            return (Escape::Octal(value), len);
        }
        b'x' => {
            return read_hex(
                input,
                2,
                "truncated \\xXX escape",
                "illegal Unicode character",
            );
        }
        b'u' => {
            return read_hex(
                input,
                4,
                "truncated \\uXXXX escape",
                "illegal Unicode character",
            );
        }
        b'U' => {
            return read_hex(
                input,
                8,
                "truncated \\UXXXXXXXX escape",
                "illegal Unicode character",
            );
        }
        b'N' => return read_name(input, name),
        _ => return (Escape::Invalid, 2),
    };
    (Escape::Code(code.into()), 2)
}

fn read_raw_escape(input: &[u8], is_final: bool) -> (Escape, usize) {
    let illegal = "\\Uxxxxxxxx out of range";
    match input.get(1) {
        Some(b'u') => read_hex(input, 4, "truncated \\uXXXX escape", illegal),
        Some(b'U') => read_hex(input, 8, "truncated \\UXXXXXXXX escape", illegal),
        Some(_) => (Escape::Literal, 2),
        None if is_final => (Escape::Literal, 1),
        None => (Escape::Bad("\\ at end of string", true), 1),
    }
}

fn read_hex(
    input: &[u8],
    count: usize,
    short: &'static str,
    illegal: &'static str,
) -> (Escape, usize) {
    let mut code: u32 = 0;
    for i in 2..2 + count {
        match input.get(i).map(|&b| char::from(b).to_digit(16)) {
            Some(Some(digit)) => code = code << 4 | digit,
            Some(None) => return (Escape::Bad(short, false), i),
            None => return (Escape::Bad(short, true), i),
        }
    }
    let escape = if code > 0x10_FFFF {
        Escape::Bad(illegal, false)
    } else {
        Escape::Code(code)
    };
    (escape, 2 + count)
}

fn read_name(input: &[u8], name: &mut impl FnMut(&[u8]) -> Option<u32>) -> (Escape, usize) {
    let malformed = "malformed \\N character escape";
    match input.get(2) {
        None => return (Escape::Bad(malformed, true), 2),
        Some(b'{') => {}
        Some(_) => return (Escape::Bad(malformed, false), 2),
    }
    let Some(len) = memchr::memchr(b'}', &input[3..]) else {
        return (Escape::Bad(malformed, true), input.len());
    };
    if len == 0 {
        return (Escape::Bad(malformed, false), 3);
    }
    let escape = match name(&input[3..3 + len]) {
        Some(code) => Escape::Code(code),
        None => Escape::Bad("unknown Unicode character name", false),
    };
    (escape, 3 + len + 1)
}

/// Encodes in unicode-escape, which always succeeds.
pub fn encode(text: Text<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for code in text.codes() {
        match code {
            0x5C => out.extend(b"\\\\"),
            0x09 => out.extend(b"\\t"),
            0x0A => out.extend(b"\\n"),
            0x0D => out.extend(b"\\r"),
            0x20..0x7F => out.push(code as u8),
            _ => push_escaped(&mut out, code),
        }
    }
    out
}

/// Encodes in raw-unicode-escape, which always succeeds.
pub fn encode_raw(text: Text<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for code in text.codes() {
        match code {
            0..0x100 => out.push(code as u8),
            _ => push_escaped(&mut out, code),
        }
    }
    out
}
