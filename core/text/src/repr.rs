//! `repr` of `str` and `bytes`, and `ascii()`.

use crate::build::TextBuilder;
use crate::unicode;
use crate::units::{Text, TextBuf, Unit};
use crate::with_units;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Single quotes, but double ones if that saves escaping.
fn quote(mut codes: impl Iterator<Item = u32> + Clone) -> u8 {
    let has_single = codes.clone().any(|c| c == u32::from(b'\''));
    if has_single && !codes.any(|c| c == u32::from(b'"')) {
        b'"'
    } else {
        b'\''
    }
}

/// Appends `\xhh`, `\uhhhh` or `\Uhhhhhhhh`, the shortest that will do.
pub fn push_escaped(out: &mut Vec<u8>, code: u32) {
    let (letter, digits) = match code {
        0..=0xFF => (b'x', 2),
        0x100..=0xFFFF => (b'u', 4),
        _ => (b'U', 8),
    };
    out.extend([b'\\', letter]);
    out.extend(
        (0..digits)
            .rev()
            .map(|i| HEX[(code >> (4 * i) & 15) as usize]),
    );
}

/// Appends the escape of a character that is escaped in ASCII text too; says whether it was one.
fn push_if_special(out: &mut Vec<u8>, code: u32, quote: u8) -> bool {
    match code {
        0x09 => out.extend(b"\\t"),
        0x0A => out.extend(b"\\n"),
        0x0D => out.extend(b"\\r"),
        _ if code == u32::from(quote) || code == u32::from(b'\\') => {
            out.extend([b'\\', code as u8])
        }
        0..0x20 | 0x7F => push_escaped(out, code),
        _ => return false,
    }
    true
}

fn repr_units<T: Unit>(units: &[T], shown: impl Fn(u32) -> bool) -> TextBuf {
    let quote = quote(units.iter().map(|unit| unit.code()));
    let is_plain = |unit: &T| match unit.code() {
        code @ 0x20..0x7F => code != u32::from(quote) && code != u32::from(b'\\'),
        code => code > 0x7F && shown(code),
    };
    let mut out = TextBuilder::with_capacity(units.len() + 2);
    out.push(u32::from(quote));
    let mut rest = units;
    while !rest.is_empty() {
        let plain = rest
            .iter()
            .position(|unit| !is_plain(unit))
            .unwrap_or(rest.len());
        out.push_units(&rest[..plain]);
        rest = &rest[plain..];
        if let Some((unit, after)) = rest.split_first() {
            let mut escaped = Vec::with_capacity(10);
            if !push_if_special(&mut escaped, unit.code(), quote) {
                push_escaped(&mut escaped, unit.code());
            }
            out.push_latin1(&escaped);
            rest = after;
        }
    }
    out.push(u32::from(quote));
    out.finish()
}

/// `repr(s)`
pub fn repr(text: Text<'_>) -> TextBuf {
    with_units!(text, units => repr_units(units, unicode::is_printable))
}

/// `ascii(s)`: as `repr`, with everything but ASCII escaped.
pub fn ascii(text: Text<'_>) -> TextBuf {
    with_units!(text, units => repr_units(units, |_| false))
}

/// `repr(b)`: ASCII.
pub fn repr_bytes(bytes: &[u8]) -> Vec<u8> {
    let quote = quote(bytes.iter().map(|&b| u32::from(b)));
    let mut out = Vec::with_capacity(bytes.len() + 3);
    out.extend([b'b', quote]);
    for &byte in bytes {
        if push_if_special(&mut out, u32::from(byte), quote) {
            continue;
        }
        if byte < 0x7F {
            out.push(byte);
        } else {
            push_escaped(&mut out, u32::from(byte));
        }
    }
    out.push(quote);
    out
}

/// `ascii()` of what is a `repr` already: escapes everything but ASCII, and nothing else.
pub fn ascii_of_repr(repr: Text<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(repr.len());
    for code in repr.codes() {
        if code < 0x80 {
            out.push(code as u8);
        } else {
            push_escaped(&mut out, code);
        }
    }
    out
}
