//! Escape sequences that no string can have.
//!
//! The positions in these messages count the bytes of what CPython hands to its codec: a
//! character beyond ASCII stands there as `\\UXXXXXXXX`, ten bytes.

/// What stands between the quotes of a string without its prefix.
pub(super) fn body(quoted: &str) -> &str {
    let quote = &quoted[..1];
    let triple = quoted.len() >= 6 && quoted.starts_with(&quote.repeat(3));
    let width = if triple { 3 } else { 1 };
    &quoted[width..quoted.len() - width]
}

/// The message for the first escape sequence in the body of a string that is wrong.
pub(super) fn error(body: &str, bytes: bool) -> Option<String> {
    if !body.contains('\\') {
        return None;
    }
    let mut position = 0;
    let mut rest = body.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            position += if next.is_ascii() || bytes { 1 } else { 10 };
            continue;
        }
        let start = position;
        position += 1;
        let Some(letter) = rest.next() else { break };
        position += if letter.is_ascii() || bytes { 1 } else { 10 };
        let problem = |end: usize, what: &str| {
            Some(format!(
                "(unicode error) 'unicodeescape' codec can't decode bytes in position {start}-{end}: {what}"
            ))
        };
        let (wanted, form) = match letter {
            'x' => (2, "\\xXX"),
            'u' if !bytes => (4, "\\uXXXX"),
            'U' if !bytes => (8, "\\UXXXXXXXX"),
            'N' if !bytes => {
                let tail = rest.as_str();
                let Some(inside) = tail.strip_prefix('{') else {
                    return problem(start + 1, "malformed \\N character escape");
                };
                let Some(close) = inside.find('}') else {
                    let width = encoded_width(inside);
                    return problem(start + 2 + width, "malformed \\N character escape");
                };
                let name = &inside[..close];
                if name.is_empty() {
                    return problem(start + 2, "malformed \\N character escape");
                }
                let width = encoded_width(name);
                if unicode_names2::character(name).is_none() {
                    return problem(start + 3 + width, "unknown Unicode character name");
                }
                position += 2 + width;
                rest = inside[close + 1..].chars();
                continue;
            }
            _ => continue,
        };
        let digits: String = rest
            .clone()
            .take(wanted)
            .take_while(char::is_ascii_hexdigit)
            .collect();
        if digits.len() < wanted {
            if bytes {
                return Some(format!(
                    "(value error) invalid \\x escape at position {start}"
                ));
            }
            return problem(
                start + 1 + digits.len(),
                &format!("truncated {form} escape"),
            );
        }
        for _ in 0..wanted {
            rest.next();
        }
        position += wanted;
        if wanted == 8 && u32::from_str_radix(&digits, 16).is_ok_and(|value| value > 0x10_ffff) {
            return problem(start + 9, "illegal Unicode character");
        }
    }
    None
}

fn encoded_width(text: &str) -> usize {
    text.chars()
        .map(|c| if c.is_ascii() { 1 } else { 10 })
        .sum()
}
