//! utf-16, utf-16-le, utf-16-be.

use super::{ByteOrder, Decoded, Decoding, Encoding, OnDecodeError, OnEncodeError, is_surrogate};
use crate::units::Text;

fn name(order: ByteOrder) -> &'static str {
    match order {
        ByteOrder::Marked => "utf-16",
        ByteOrder::Little => "utf-16-le",
        ByteOrder::Big => "utf-16-be",
    }
}

/// Decodes. Gives back the order to decode what follows with: [`ByteOrder::Marked`] only if there was no mark.
pub fn decode<H: OnDecodeError>(
    input: &[u8],
    mut order: ByteOrder,
    is_final: bool,
    handler: &mut H,
) -> Result<(Decoded, ByteOrder), H::Error> {
    let mut begin = 0;
    if order == ByteOrder::Marked {
        order = match input {
            [0xFF, 0xFE, ..] => ByteOrder::Little,
            [0xFE, 0xFF, ..] => ByteOrder::Big,
            _ => ByteOrder::Marked,
        };
        begin = if order == ByteOrder::Marked { 0 } else { 2 };
    }
    let big = order == ByteOrder::Big;
    let unit = |bytes: &[u8]| -> Option<u32> {
        let bytes = [*bytes.first()?, *bytes.get(1)?];
        Some(
            if big {
                u16::from_be_bytes(bytes)
            } else {
                u16::from_le_bytes(bytes)
            }
            .into(),
        )
    };
    let mut run = Decoding::new(if big { "utf-16-be" } else { "utf-16-le" }, input, handler);
    run.at = begin;
    while !run.rest().is_empty() {
        let (at, rest) = (run.at, run.rest());
        let len = rest.len();
        match (unit(rest), rest.get(2..).and_then(unit)) {
            (None, _) if !is_final => break,
            (None, _) => run.mend(at, at + len, "truncated data")?,
            (Some(low @ 0xDC00..0xE000), _) => {
                debug_assert!(is_surrogate(low));
                run.mend(at, at + 2, "illegal encoding")?;
            }
            (Some(high @ 0xD800..0xDC00), Some(low @ 0xDC00..0xE000)) => {
                run.out
                    .push(0x10000 + ((high - 0xD800) << 10 | (low - 0xDC00)));
                run.at += 4;
            }
            (Some(0xD800..0xDC00), Some(_)) => run.mend(at, at + 2, "illegal UTF-16 surrogate")?,
            (Some(0xD800..0xDC00), None) if !is_final => break,
            (Some(0xD800..0xDC00), None) => run.mend(at, at + len, "unexpected end of data")?,
            (Some(code), _) => {
                run.out.push(code);
                run.at += 2;
            }
        }
    }
    Ok((run.finish(), order))
}

/// Encodes.
pub fn encode<H: OnEncodeError>(
    text: Text<'_>,
    order: ByteOrder,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    let push = |out: &mut Vec<u8>, unit: u32| match order {
        ByteOrder::Big => out.extend((unit as u16).to_be_bytes()),
        _ => out.extend((unit as u16).to_le_bytes()),
    };
    let mut out = Vec::with_capacity(2 * text.len() + 2);
    if order == ByteOrder::Marked {
        push(&mut out, 0xFEFF);
    }
    let reason = "surrogates not allowed";
    let mut run = Encoding {
        encoding: name(order),
        reason,
        input: text,
        out,
        handler,
    };
    let mut at = 0;
    while at < text.len() {
        match text.at(at) {
            code if is_surrogate(code) => {
                at = run.mend(at, at + 1, 2, |text| {
                    let mut out = Vec::new();
                    text.codes().for_each(|code| push(&mut out, code));
                    text.is_ascii().then_some(out)
                })?;
                continue;
            }
            code @ 0x10000.. => {
                push(&mut run.out, 0xD800 + ((code - 0x10000) >> 10));
                push(&mut run.out, 0xDC00 + (code & 0x3FF));
            }
            code => push(&mut run.out, code),
        }
        at += 1;
    }
    Ok(run.out)
}
