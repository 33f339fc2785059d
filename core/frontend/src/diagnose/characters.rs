//! What characters are to the tokenizer: operators, parts of names, prefixes of strings.

/// Why letters before a quote cannot stand together.
pub(crate) fn clash(prefix: &str) -> Option<String> {
    if prefix.len() < 2 || !prefix.chars().all(|letter| "bfrtu".contains(letter)) {
        return None;
    }
    let has = |letter| prefix.contains(letter);
    let repeated = prefix
        .chars()
        .any(|letter| prefix.chars().filter(|&other| other == letter).count() > 1);
    if repeated {
        return None;
    }
    let pairs = [
        ('u', 'b'),
        ('u', 'r'),
        ('u', 'f'),
        ('u', 't'),
        ('b', 'f'),
        ('b', 't'),
        ('f', 't'),
    ];
    pairs
        .iter()
        .find(|&&(a, b)| has(a) && has(b))
        .map(|(a, b)| format!("'{a}' and '{b}' prefixes are incompatible"))
}

pub(super) fn operator_length(rest: &[u8]) -> usize {
    const THREE: [&[u8]; 5] = [b"**=", b"//=", b">>=", b"<<=", b"..."];
    const TWO: [&[u8]; 20] = [
        b"==", b"!=", b"<=", b">=", b"<>", b"->", b":=", b"+=", b"-=", b"*=", b"/=", b"%=", b"&=",
        b"|=", b"^=", b"@=", b"**", b"//", b">>", b"<<",
    ];
    if THREE.iter().any(|op| rest.starts_with(op)) {
        3
    } else if TWO.iter().any(|op| rest.starts_with(op)) {
        2
    } else if b"+-*/%&|^~<>=.,:;@".contains(&rest[0]) {
        1
    } else {
        0
    }
}

/// The first character of a word that no identifier can have there, and where.
pub(crate) fn not_of_identifier(word: &str) -> Option<(usize, char)> {
    word.char_indices()
        .enumerate()
        .find_map(|(index, (at, character))| {
            let fits = if index == 0 {
                character == '_' || unicode_ident::is_xid_start(character)
            } else {
                unicode_ident::is_xid_continue(character)
            };
            (!fits).then_some((at, character))
        })
}

/// What is said of a character that cannot stand in an identifier.
pub(crate) fn complaint(character: char) -> String {
    let code = u32::from(character);
    if printable(character) {
        format!("invalid character '{character}' (U+{code:04X})")
    } else {
        format!("invalid non-printable character U+{code:04X}")
    }
}

fn printable(character: char) -> bool {
    !(character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(u32::from(character),
            0xad | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e
            | 0x2060..=0x206f | 0xe000..=0xf8ff | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff | 0xf0000..))
}
