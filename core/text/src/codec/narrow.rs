//! ascii and latin-1: one byte a character.

use super::{Decoded, Decoding, Encoding, OnDecodeError, OnEncodeError};
use crate::units::{Text, TextBuf};

/// Decodes ascii.
pub fn decode_ascii<H: OnDecodeError>(input: &[u8], handler: &mut H) -> Result<Decoded, H::Error> {
    let mut run = Decoding::new("ascii", input, handler);
    loop {
        let valid = run
            .rest()
            .iter()
            .position(|b| !b.is_ascii())
            .unwrap_or(run.rest().len());
        run.out.push_latin1(&run.input[run.at..run.at + valid]);
        run.at += valid;
        if run.rest().is_empty() {
            return Ok(run.finish());
        }
        run.mend(run.at, run.at + 1, "ordinal not in range(128)")?;
    }
}

/// Decodes latin-1, which always succeeds.
pub fn decode_latin1(input: &[u8]) -> TextBuf {
    TextBuf::One(input.to_vec())
}

/// Encodes in ascii.
pub fn encode_ascii<H: OnEncodeError>(
    text: Text<'_>,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    encode_below(text, 0x80, "ascii", "ordinal not in range(128)", handler)
}

/// Encodes in latin-1.
pub fn encode_latin1<H: OnEncodeError>(
    text: Text<'_>,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    encode_below(text, 0x100, "latin-1", "ordinal not in range(256)", handler)
}

fn encode_below<H: OnEncodeError>(
    text: Text<'_>,
    limit: u32,
    encoding: &'static str,
    reason: &'static str,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    if let Text::One(units) = text
        && (limit == 0x100 || units.is_ascii())
    {
        return Ok(units.to_vec());
    }
    let mut run = Encoding {
        encoding,
        reason,
        input: text,
        out: Vec::with_capacity(text.len()),
        handler,
    };
    let mut at = 0;
    while at < text.len() {
        let code = text.at(at);
        if code < limit {
            run.out.push(code as u8);
            at += 1;
            continue;
        }
        let end = run.run_end(at, |code| code >= limit);
        at = run.mend(at, end, 1, |text| {
            text.codes()
                .map(|code| (code < limit).then_some(code as u8))
                .collect()
        })?;
    }
    Ok(run.out)
}
