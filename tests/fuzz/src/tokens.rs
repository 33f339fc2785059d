//! Cuts a program into pieces that are roughly Python's tokens, white space included: good enough to mutate and to reduce.

/// The pieces; put together they are the text.
pub fn cut(text: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(length(rest));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|&&byte| belongs(byte)).count()
}

/// Bytes of the first piece.
fn length(text: &[u8]) -> usize {
    match text[0] {
        b'\n' => 1 + run(&text[1..], |byte| byte == b' ' || byte == b'\t'),
        b' ' | b'\t' => run(text, |byte| byte == b' ' || byte == b'\t'),
        b'#' => run(text, |byte| byte != b'\n').max(1),
        quote @ (b'"' | b'\'') => string(text, quote),
        first if is_word(first) => run(text, is_word),
        _ => {
            let two = [
                "**", "//", "<<", ">>", "==", "!=", "<=", ">=", "->", ":=", "+=", "-=", "*=",
            ];
            if two.iter().any(|op| text.starts_with(op.as_bytes())) {
                2
            } else {
                1
            }
        }
    }
}

fn string(text: &[u8], quote: u8) -> usize {
    let triple = [quote; 3];
    let end: &[u8] = if text.starts_with(&triple) {
        &triple
    } else {
        &triple[..1]
    };
    let mut at = end.len();
    while at < text.len() {
        if text[at] == b'\\' {
            at += 2;
        } else if text[at..].starts_with(end) {
            return at + end.len();
        } else if end.len() == 1 && text[at] == b'\n' {
            return at;
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn pieces_make_up_the_text() {
        let text = b"if x:\n    f('a\\'b', \"\"\"c\nd\"\"\") # e\n  \xff\\";
        let pieces = cut(text);
        assert_eq!(pieces.concat(), text);
        assert_eq!(pieces[..3], [&b"if"[..], b" ", b"x"]);
        assert!(pieces.contains(&&b"'a\\'b'"[..]));
    }
}
