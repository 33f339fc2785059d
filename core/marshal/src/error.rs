//! What may go wrong, with CPython's exception and CPython's message.

use std::borrow::Cow;
use std::fmt;

/// The exception that an [`Error`] becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// `EOFError`
    Eof,
    /// `ValueError`
    Value,
    /// `TypeError`
    Type,
    /// `SystemError`
    System,
    /// `UnicodeDecodeError`, with its arguments.
    Decode(Box<DecodeError>),
}

/// The arguments of a `UnicodeDecodeError` of the codec `utf-8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The bytes of the whole string.
    pub object: Vec<u8>,
    /// Where the wrong bytes begin.
    pub start: usize,
    /// Where they end.
    pub end: usize,
    /// What is wrong with them.
    pub reason: &'static str,
}

/// An error of reading or writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The exception's class.
    pub class: Class,
    /// `str()` of the exception.
    pub message: Cow<'static, str>,
}

impl Error {
    /// A `ValueError`.
    pub fn value(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            class: Class::Value,
            message: message.into(),
        }
    }

    /// A `TypeError`.
    pub fn type_error(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            class: Class::Type,
            message: message.into(),
        }
    }

    /// A `SystemError`.
    pub fn system(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            class: Class::System,
            message: message.into(),
        }
    }

    pub(crate) const fn eof(message: &'static str) -> Self {
        Self {
            class: Class::Eof,
            message: Cow::Borrowed(message),
        }
    }

    pub(crate) const fn bad(message: &'static str) -> Self {
        Self {
            class: Class::Value,
            message: Cow::Borrowed(message),
        }
    }

    pub(crate) fn null(place: &str) -> Self {
        Self::type_error(format!("NULL object in marshal data for {place}"))
    }

    pub(crate) fn decode(error: DecodeError) -> Self {
        let DecodeError {
            ref object,
            start,
            end,
            reason,
        } = error;
        let message = if end == start + 1 {
            let byte = object[start];
            format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {start}: {reason}")
        } else {
            let last = end - 1;
            format!("'utf-8' codec can't decode bytes in position {start}-{last}: {reason}")
        };
        Self {
            class: Class::Decode(Box::new(error)),
            message: message.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
