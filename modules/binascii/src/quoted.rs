//! Quoted-printable text (RFC 1521, and its variant for headers).

/// The longest line, with the mark of a soft break.
const LONGEST: usize = 76;

/// What is quoted.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Tabs and spaces inside lines, too.
    pub quote_tabs: bool,
    /// Ends of lines are left as they are.
    pub is_text: bool,
    /// A space is an underscore.
    pub is_header: bool,
}

/// The bytes of a text. With `header`, an underscore is a space.
pub(crate) fn decode(text: &[u8], header: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'=' => match text.get(at) {
                None => break,
                Some(b'\n') => at += 1,
                Some(b'\r') => {
                    let end = text[at..].iter().position(|&byte| byte == b'\n');
                    at = end.map_or(text.len(), |end| at + end + 1);
                }
                Some(b'=') => {
                    out.push(b'=');
                    at += 1;
                }
                Some(&high) => {
                    let digit = |byte: u8| char::from(byte).to_digit(16);
                    match (digit(high), text.get(at + 1).copied().and_then(digit)) {
                        (Some(high), Some(low)) => {
                            out.push((high << 4 | low) as u8);
                            at += 2;
                        }
                        _ => out.push(b'='),
                    }
                }
            },
            b'_' if header => out.push(b' '),
            byte => out.push(byte),
        }
    }
    out
}

/// The text of bytes.
pub(crate) fn encode(data: &[u8], style: Style) -> Vec<u8> {
    // The first end of a line decides for all.
    let first_end = data.iter().position(|&byte| byte == b'\n');
    let is_crlf = first_end.is_some_and(|end| end > 0 && data[end - 1] == b'\r');
    let line_end: &[u8] = if is_crlf { b"\r\n" } else { b"\n" };
    let mut out = Vec::with_capacity(data.len() + data.len() / 8);
    let mut length = 0;
    let mut at = 0;
    let soft_break = |out: &mut Vec<u8>| {
        out.push(b'=');
        out.extend_from_slice(line_end);
    };
    while let Some(&byte) = data.get(at) {
        let next = data.get(at + 1).copied();
        if is_quoted(byte, next, length, style) {
            if length + 3 >= LONGEST {
                soft_break(&mut out);
                length = 0;
            }
            quote(&mut out, byte);
            length += 3;
            at += 1;
        } else if style.is_text && (byte == b'\n' || byte == b'\r' && next == Some(b'\n')) {
            length = 0;
            // Spaces at the end of a line would get lost.
            if let Some(&space @ (b' ' | b'\t')) = out.last() {
                out.pop();
                quote(&mut out, space);
            }
            out.extend_from_slice(line_end);
            at += if byte == b'\r' { 2 } else { 1 };
        } else {
            if next.is_some_and(|next| next != b'\n') && length + 1 >= LONGEST {
                soft_break(&mut out);
                length = 0;
            }
            length += 1;
            out.push(if style.is_header && byte == b' ' {
                b'_'
            } else {
                byte
            });
            at += 1;
        }
    }
    out
}

fn is_quoted(byte: u8, next: Option<u8>, length: usize, style: Style) -> bool {
    match byte {
        127.. | b'=' => true,
        b'_' => style.is_header,
        b'.' => length == 0 && matches!(next, None | Some(b'\n' | b'\r' | 0)),
        b'\r' | b'\n' => !style.is_text,
        b'\t' | b' ' => next.is_none() || style.quote_tabs,
        0..=32 => true,
        _ => false,
    }
}

fn quote(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend([
        b'=',
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}
