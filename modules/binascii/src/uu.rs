//! uuencode: a line is its length, then four characters of six bits each for three bytes.

use std::borrow::Cow;

/// The most bytes of a line.
const LONGEST: usize = 45;

/// The bytes of a line. What is missing at its end counts as spaces, that is, zeroes.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Cow<'static, str>> {
    let Some((&first, mut rest)) = text.split_first() else {
        return Err("Missing length byte".into());
    };
    let length = usize::from(first.wrapping_sub(b' ') & 0x3F);
    let mut bytes = Vec::with_capacity(length);
    let (mut bits, mut held) = (0u32, 0);
    while bytes.len() < length {
        let six = match rest.split_first() {
            None => 0,
            Some((&byte, after)) => {
                rest = after;
                match byte {
                    b'\n' | b'\r' => 0,
                    // One more than there are values: some write '`' for a zero.
                    b' '..=b'`' => (byte - b' ') & 0x3F,
                    _ => return Err("Illegal char".into()),
                }
            }
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    if rest
        .iter()
        .any(|byte| !matches!(byte, b' ' | b'`' | b'\n' | b'\r'))
    {
        return Err("Trailing garbage".into());
    }
    Ok(bytes)
}

/// A line with its end.
pub(crate) fn encode(data: &[u8], backtick: bool) -> Result<Vec<u8>, Cow<'static, str>> {
    if data.len() > LONGEST {
        return Err("At most 45 bytes at once".into());
    }
    let zero = if backtick { b'`' } else { b' ' };
    let character = |six: u32| match (six & 0x3F) as u8 {
        0 => zero,
        six => six + b' ',
    };
    let mut line = Vec::with_capacity(2 + data.len().div_ceil(3) * 4);
    line.push(character(data.len() as u32));
    for group in data.chunks(3) {
        let at = |index: usize| group.get(index).map_or(0, |&byte| u32::from(byte));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        line.extend([18, 12, 6, 0].map(|shift| character(bits >> shift)));
    }
    line.push(b'\n');
    Ok(line)
}
