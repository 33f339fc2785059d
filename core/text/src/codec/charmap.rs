//! charmap: one byte a character, by a table that the caller knows.

use super::{Decoded, Decoding, Encoding, OnDecodeError, OnEncodeError};
use crate::units::{Text, TextBuf};

const NAME: &str = "charmap";
const REASON: &str = "character maps to <undefined>";

/// Decodes. `map` says what a byte stands for, `None` for nothing.
pub fn decode<H: OnDecodeError>(
    input: &[u8],
    mut map: impl FnMut(u8) -> Result<Option<TextBuf>, H::Error>,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut run = Decoding::new(NAME, input, handler);
    while let Some(&byte) = run.rest().first() {
        match map(byte)? {
            Some(text) => {
                run.out.push_text(text.as_text());
                run.at += 1;
            }
            None => run.mend(run.at, run.at + 1, REASON)?,
        }
    }
    Ok(run.finish())
}

/// Decodes by a string of up to 256 characters, as `codecs.charmap_decode` does given a `str`: a
/// byte past its end, or where it has U+FFFE, stands for nothing.
pub fn decode_by_table<H: OnDecodeError>(
    input: &[u8],
    table: Text<'_>,
    handler: &mut H,
) -> Result<Decoded, H::Error> {
    let mut run = Decoding::new(NAME, input, handler);
    while let Some(&byte) = run.rest().first() {
        match table.get(usize::from(byte)).filter(|&code| code != 0xFFFE) {
            Some(code) => {
                run.out.push(code);
                run.at += 1;
            }
            None => run.mend(run.at, run.at + 1, REASON)?,
        }
    }
    Ok(run.finish())
}

/// Encodes. `map` says what a character becomes, `None` for nothing. A handler's text is
/// mapped too.
pub fn encode<H: OnEncodeError>(
    text: Text<'_>,
    mut map: impl FnMut(u32) -> Result<Option<Vec<u8>>, H::Error>,
    handler: &mut H,
) -> Result<Vec<u8>, H::Error> {
    let out = Vec::with_capacity(text.len());
    let mut run = Encoding {
        encoding: NAME,
        reason: REASON,
        input: text,
        out,
        handler,
    };
    let mut at = 0;
    while at < text.len() {
        if let Some(bytes) = map(text.at(at))? {
            run.out.extend_from_slice(&bytes);
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < text.len() && map(text.at(end))?.is_none() {
            end += 1;
        }
        let mut trouble = None;
        let mended = run.mend(at, end, 1, |text| {
            let mut out = Vec::new();
            for code in text.codes() {
                match map(code) {
                    Ok(bytes) => out.extend_from_slice(&bytes?),
                    Err(error) => {
                        trouble = Some(error);
                        return None;
                    }
                }
            }
            Some(out)
        });
        at = match trouble {
            Some(error) => return Err(error),
            None => mended?,
        };
    }
    Ok(run.out)
}
