//! Strings as JSON has them.

use grwl_text::{Text, TextBuilder, Unit, with_units};

/// Must this one be written as an escape?
fn is_special(code: u32, ascii_only: bool) -> bool {
    code < 0x20 || code == u32::from(b'"') || code == u32::from(b'\\') || ascii_only && code > 0x7E
}

/// Writes a string with its quotes.
pub(crate) fn write(out: &mut TextBuilder, text: Text<'_>, ascii_only: bool) {
    out.push_latin1(b"\"");
    match text {
        Text::One(bytes) => write_bytes(out, bytes, ascii_only),
        text => with_units!(text, units => write_units(out, units, ascii_only)),
    }
    out.push_latin1(b"\"");
}

fn write_bytes(out: &mut TextBuilder, bytes: &[u8], ascii_only: bool) {
    let mut rest = bytes;
    while let Some(clean) = rest
        .iter()
        .position(|&byte| is_special(u32::from(byte), ascii_only))
    {
        out.push_latin1(&rest[..clean]);
        escape(out, u32::from(rest[clean]));
        rest = &rest[clean + 1..];
    }
    out.push_latin1(rest);
}

fn write_units<T: Unit>(out: &mut TextBuilder, units: &[T], ascii_only: bool) {
    let mut rest = units;
    while let Some(clean) = rest
        .iter()
        .position(|&unit| is_special(unit.code(), ascii_only))
    {
        out.push_units(&rest[..clean]);
        escape(out, rest[clean].code());
        rest = &rest[clean + 1..];
    }
    out.push_units(rest);
}

#[cold]
fn escape(out: &mut TextBuilder, code: u32) {
    let short = match code {
        0x08 => b'b',
        0x09 => b't',
        0x0A => b'n',
        0x0C => b'f',
        0x0D => b'r',
        0x22 => b'"',
        0x5C => b'\\',
        0x1_0000.. => {
            let code = code - 0x1_0000;
            unit(out, 0xD800 | (code >> 10));
            return unit(out, 0xDC00 | (code & 0x3FF));
        }
        _ => return unit(out, code),
    };
    out.push_latin1(&[b'\\', short]);
}

fn unit(out: &mut TextBuilder, code: u32) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |shift: u32| DIGITS[(code >> shift & 15) as usize];
    out.push_latin1(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}
