//! What can go wrong, in the words of CPython 3.14.
//!
//! A [`CompileError`] is everything the runtime needs to build the exception object: which class,
//! the message, and, for the `SyntaxError` family, the attributes `filename`, `lineno`, `offset`,
//! `end_lineno`, `end_offset`, `text` with exactly the values CPython gives them.
//!
//! Invariants
//! - `offset` and `end_offset` count characters from 1, as Python code sees them.
//! - `place` is `None` where CPython raises without a position (`source code string cannot contain null bytes`).

use std::fmt;

/// The exception class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `_IncompleteInputError`, a `SyntaxError` raised only under `PyCF_ALLOW_INCOMPLETE_INPUT`.
    IncompleteInput,
    /// `ValueError`
    Value,
    /// `TypeError`
    Type,
    /// `OverflowError`
    Overflow,
    /// `RecursionError`
    Recursion,
    /// `MemoryError`
    Memory,
    /// `SystemError`
    System,
}

impl ErrorKind {
    /// The name of the exception class.
    #[must_use]
    pub const fn class_name(self) -> &'static str {
        match self {
            Self::Syntax => "SyntaxError",
            Self::Indentation => "IndentationError",
            Self::Tab => "TabError",
            Self::IncompleteInput => "_IncompleteInputError",
            Self::Value => "ValueError",
            Self::Type => "TypeError",
            Self::Overflow => "OverflowError",
            Self::Recursion => "RecursionError",
            Self::Memory => "MemoryError",
            Self::System => "SystemError",
        }
    }
}

/// Where in the source an error stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1; 0 where CPython knows none.
    pub lineno: u32,
    /// The column in characters, from 1; CPython's special values 0 and -1 occur.
    pub offset: i32,
    /// The line of the end; `None` where CPython gives none.
    pub end_lineno: Option<i32>,
    /// The column just behind the end.
    pub end_offset: Option<i32>,
    /// The line's text, with its newline if CPython keeps it.
    pub text: Option<Box<str>>,
    /// CPython's compiler, unlike its parser, has no source text at hand: it reads line `lineno`
    /// of the *file* named, and `text` is `None` if there is none. Here `text` is `None` and this is set.
    pub text_from_file: bool,
}

impl Place {
    /// Gives the lines other numbers.
    pub(crate) fn map(&mut self, line: &dyn Fn(i32) -> i32) {
        let first = line(i32::try_from(self.lineno).unwrap_or(i32::MAX));
        self.lineno = u32::try_from(first).unwrap_or(0);
        self.end_lineno = self.end_lineno.map(line);
    }
}

/// Why a source text is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// The exception class.
    pub kind: ErrorKind,
    /// The exception's message, without file and line.
    pub message: String,
    /// `SyntaxError.filename`; `None` where CPython leaves it out.
    pub filename: Option<Box<str>>,
    /// The position, for the `SyntaxError` family.
    pub place: Option<Place>,
    /// The exception's `args` hold only the message; the place is in its attributes.
    pub bare: bool,
    /// What the parser tells of the text around its errors, from which suggestions are made.
    pub context: Option<Context>,
}

/// The text that the parser was reading: `SyntaxError._metadata`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Where the last statement with blocks begins that was read to its end, functions aside: its line, and the bytes before it on that line.
    /// Zeroes if there is none.
    pub statement: (u32, u32),
    /// The whole text.
    pub source: Box<str>,
}

impl CompileError {
    /// An error without a position.
    #[must_use]
    pub fn unplaced(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            filename: None,
            place: None,
            bare: false,
            context: None,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.class_name(), self.message)?;
        if let Some(place) = &self.place {
            write!(f, " (line {}, column {})", place.lineno, place.offset)?;
        }
        Ok(())
    }
}

impl std::error::Error for CompileError {}

/// The category of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WarningKind {
    /// `SyntaxWarning`
    Syntax,
    /// `DeprecationWarning`
    Deprecation,
}

/// A warning found on the way.
///
/// The runtime passes each on to `warnings.warn_explicit`; where a filter turns it into an
/// error, CPython raises a `SyntaxError` at [`Warning::place`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The category.
    pub kind: WarningKind,
    /// The message.
    pub message: String,
    /// The message of the `SyntaxError`, where it differs.
    pub as_error: Option<String>,
    /// The line, and what a `SyntaxError` made of this warning would say about the position.
    pub place: Place,
}
