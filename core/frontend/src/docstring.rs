//! The indentation of docstrings, as CPython's compiler takes it off.

/// Would the compiler take more off the first line than blanks?
pub(crate) fn misread(doc: &str) -> bool {
    let rest = doc.trim_start_matches([' ', '\t']);
    rest.chars()
        .next()
        .is_some_and(|first| first != '\n' && first.is_whitespace())
}

/// The docstring without the indentation that all lines but the first share, and
/// without the first line's own.
pub(crate) fn clean(doc: &str) -> String {
    let doc = expand_tabs(doc);
    let margin = doc
        .split('\n')
        .skip(1)
        .filter(|line| line.bytes().any(|byte| byte != b' '))
        .map(indentation)
        .min()
        .unwrap_or(0);
    let mut lines = doc.split('\n');
    let mut cleaned = lines
        .next()
        .unwrap_or_default()
        .trim_start_matches(' ')
        .to_owned();
    for line in lines {
        cleaned.push('\n');
        cleaned.push_str(&line[margin.min(indentation(line))..]);
    }
    cleaned
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn expand_tabs(doc: &str) -> String {
    let mut out = String::with_capacity(doc.len());
    let mut column = 0;
    for character in doc.chars() {
        match character {
            '\t' => {
                let blanks = 8 - column % 8;
                out.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            '\n' | '\r' => {
                out.push(character);
                column = 0;
            }
            _ => {
                out.push(character);
                column += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{clean, misread};

    #[test]
    fn only_blanks_are_taken_off_the_first_line() {
        assert!(misread(" \r x"));
        assert!(misread("\u{a0}x"));
        assert!(!misread("  x"));
        assert!(!misread("\n  x"));
        assert_eq!(clean("\rdoc"), "\rdoc");
        assert_eq!(clean("\r\n a \r\n  b"), "\r\na \r\n b");
        assert_eq!(clean("\x0cdoc\n   y\n\t z"), "\x0cdoc\ny\n      z");
    }
}
