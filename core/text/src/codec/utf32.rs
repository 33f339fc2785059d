//! utf-32, utf-32-le, utf-32-be.

use super::{ByteOrder, Decoded, Decoding, Encoding, OnDecodeError, OnEncodeError, is_surrogate};
use crate::units::Text;

fn name(order: ByteOrder) -> &'static str {
    match order {
        ByteOrder::Marked => "utf-32",
        ByteOrder::Little => "utf-32-le",
        ByteOrder::Big => "utf-32-be",
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
            [0xFF, 0xFE, 0, 0, ..] => ByteOrder::Little,
            [0, 0, 0xFE, 0xFF, ..] => ByteOrder::Big,
            _ => ByteOrder::Marked,
        };
        begin = if order == ByteOrder::Marked { 0 } else { 4 };
    }
    let big = order == ByteOrder::Big;
    let mut run = Decoding::new(if big { "utf-32-be" } else { "utf-32-le" }, input, handler);
    run.at = begin;
    while !run.rest().is_empty() {
        let (at, len) = (run.at, run.rest().len());
        let code = match run.rest().first_chunk::<4>() {
            Some(bytes) if big => u32::from_be_bytes(*bytes),
            Some(bytes) => u32::from_le_bytes(*bytes),
            None if !is_final => break,
            None => {
                run.mend(at, at + len, "truncated data")?;
                continue;
            }
        };
        match code {
            _ if is_surrogate(code) => {
                run.mend(
                    at,
                    at + 4,
                    "code point in surrogate code point range(0xd800, 0xe000)",
                )?;
            }
            0x11_0000.. => run.mend(at, at + 4, "code point not in range(0x110000)")?,
            _ => {
                run.out.push(code);
                run.at += 4;
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
    let push = |out: &mut Vec<u8>, code: u32| match order {
        ByteOrder::Big => out.extend(code.to_be_bytes()),
        _ => out.extend(code.to_le_bytes()),
    };
    let mut out = Vec::with_capacity(4 * text.len() + 4);
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
                at = run.mend(at, at + 1, 4, |text| {
                    let mut out = Vec::new();
                    text.codes().for_each(|code| push(&mut out, code));
                    text.is_ascii().then_some(out)
                })?;
            }
            code => {
                push(&mut run.out, code);
                at += 1;
            }
        }
    }
    Ok(run.out)
}
