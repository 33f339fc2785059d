//! The kinds of tokens, as the library's `token` counts them.

/// The end of the text.
pub const ENDMARKER: u8 = 0;
/// An identifier or keyword.
pub const NAME: u8 = 1;
/// A number.
pub const NUMBER: u8 = 2;
/// A string or bytes literal.
pub const STRING: u8 = 3;
/// The end of a statement's line.
pub const NEWLINE: u8 = 4;
/// More indentation.
pub const INDENT: u8 = 5;
/// Less indentation.
pub const DEDENT: u8 = 6;
/// Any operator.
pub const OP: u8 = 55;
/// The opening of an f-string.
pub const FSTRING_START: u8 = 59;
/// Text of an f-string.
pub const FSTRING_MIDDLE: u8 = 60;
/// The closing of an f-string.
pub const FSTRING_END: u8 = 61;
/// The opening of a t-string.
pub const TSTRING_START: u8 = 62;
/// Text of a t-string.
pub const TSTRING_MIDDLE: u8 = 63;
/// The closing of a t-string.
pub const TSTRING_END: u8 = 64;
/// A comment.
pub const COMMENT: u8 = 65;
/// The end of a line that ends no statement.
pub const NL: u8 = 66;

/// The operators and their kinds, longer ones before those that they begin with.
const OPERATORS: [(&[u8], u8); 48] = [
    (b"**=", 46),
    (b"//=", 48),
    (b"<<=", 44),
    (b">>=", 45),
    (b"...", 52),
    (b"!=", 28),
    (b"%=", 40),
    (b"&=", 41),
    (b"**", 35),
    (b"*=", 38),
    (b"+=", 36),
    (b"-=", 37),
    (b"->", 51),
    (b"//", 47),
    (b"/=", 39),
    (b":=", 53),
    (b"<<", 33),
    (b"<=", 29),
    (b"==", 27),
    (b">=", 30),
    (b">>", 34),
    (b"@=", 50),
    (b"^=", 43),
    (b"|=", 42),
    (b"!", 54),
    (b"%", 24),
    (b"&", 19),
    (b"(", 7),
    (b")", 8),
    (b"*", 16),
    (b"+", 14),
    (b",", 12),
    (b"-", 15),
    (b".", 23),
    (b"/", 17),
    (b":", 11),
    (b";", 13),
    (b"<", 20),
    (b"=", 22),
    (b">", 21),
    (b"@", 49),
    (b"[", 9),
    (b"]", 10),
    (b"^", 32),
    (b"{", 25),
    (b"|", 18),
    (b"}", 26),
    (b"~", 31),
];

/// The operator that a text begins with: its length and kind.
pub(super) fn operator(text: &[u8]) -> Option<(usize, u8)> {
    OPERATORS
        .iter()
        .find(|(operator, _)| text.starts_with(operator))
        .map(|&(operator, kind)| (operator.len(), kind))
}

pub(super) const fn is_operator(kind: u8) -> bool {
    DEDENT < kind && kind < OP
}

/// Does a token of this kind lie in all the lines from its start to its end?
pub(super) const fn is_string(kind: u8) -> bool {
    kind == STRING || (FSTRING_START <= kind && kind <= TSTRING_END)
}
