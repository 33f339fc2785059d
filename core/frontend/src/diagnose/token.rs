//! Tokens, as the error finder sees them.

/// What kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or a keyword.
    Name,
    Number,
    String,
    /// The opening of an f-string; `FString(true)` of a t-string.
    FStringStart,
    FStringMiddle,
    FStringEnd,
    TStringStart,
    TStringMiddle,
    TStringEnd,
    Op,
    Newline,
    Indent,
    Dedent,
    End,
    /// The text cannot be cut further; see [`super::tokenizer::Tokens::error`].
    Broken,
}

/// One token: what, and the byte range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many brackets are open behind the token.
    pub(super) level: u16,
}

/// Words that are never names.
pub(super) const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Words that are keywords in some places.
pub(super) const SOFT_KEYWORDS: [&str; 4] = ["_", "case", "match", "type"];
