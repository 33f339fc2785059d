//! Patterns for ids: `*` stands for any text, also none and also with dots, `?` for one character.
//!
//! Brackets have no meaning of their own, for ids of doctests and of generated methods may contain them.

/// Whether the whole of `text` matches.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen) = (0, 0);
    // The last `*` passed, and how much of the text it stands for so far ends.
    let mut star: Option<(usize, usize)> = None;
    while seen < text.len() {
        if at < pattern.len() && pattern[at] == '*' {
            star = Some((at, seen));
            at += 1;
        } else if at < pattern.len() && (pattern[at] == '?' || pattern[at] == text[seen]) {
            at += 1;
            seen += 1;
        } else if let Some((position, end)) = star {
            star = Some((position, end + 1));
            at = position + 1;
            seen = end + 1;
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}

/// Whether it can match more than one id.
pub fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ids_match_themselves() {
        assert!(matches(
            "test_long.LongTest.test_x",
            "test_long.LongTest.test_x"
        ));
        assert!(!matches(
            "test_long.LongTest.test_x",
            "test_long.LongTest.test_xy"
        ));
        assert!(!matches(
            "test_long.LongTest.test_xy",
            "test_long.LongTest.test_x"
        ));
        assert!(!matches("", "a"));
        assert!(matches("", ""));
    }

    #[test]
    fn stars_stand_for_any_text() {
        assert!(matches(
            "test_long.LongTest.test_x*",
            "test_long.LongTest.test_x"
        ));
        assert!(matches(
            "test_long.LongTest.test_x*",
            "test_long.LongTest.test_xyz"
        ));
        assert!(matches("test_long.*", "test_long.A.b"));
        assert!(!matches("test_long.*", "test_longer.A.b"));
        assert!(matches("*a*b", "xaabab"));
        assert!(!matches("*a*b", "xaabaa"));
        assert!(matches("**", "x"));
    }

    #[test]
    fn question_marks_stand_for_one_character() {
        assert!(matches("a?c", "aéc"));
        assert!(!matches("a?c", "ac"));
        assert!(!matches("a?", "a"));
    }

    #[test]
    fn brackets_are_ordinary() {
        assert!(matches("m.f[1]", "m.f[1]"));
        assert!(!matches("m.f[1]", "m.f1"));
        assert!(!is_glob("m.f[1]"));
        assert!(is_glob("m.*"));
    }
}
