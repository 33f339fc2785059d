//! Errors: which exception, and its message.

use grwl_text::{TextBuf, TextBuilder};

/// The class of the exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ValueError
    Value,
    /// OverflowError
    Overflow,
    /// ZeroDivisionError
    ZeroDivision,
    /// MemoryError
    Memory,
}

/// So many bytes there always are.
const SMALL: u64 = 1 << 24;

/// An exception to raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Its class.
    pub kind: Kind,
    /// Its message.
    pub message: TextBuf,
}

impl Error {
    /// An exception.
    pub fn new(kind: Kind, message: &str) -> Error {
        Error {
            kind,
            message: message.into(),
        }
    }

    /// A ValueError.
    pub fn value(message: &str) -> Error {
        Error::new(Kind::Value, message)
    }

    /// An OverflowError.
    pub fn overflow(message: &str) -> Error {
        Error::new(Kind::Overflow, message)
    }

    /// A ZeroDivisionError.
    pub fn zero_division(message: &str) -> Error {
        Error::new(Kind::ZeroDivision, message)
    }

    /// A MemoryError, which has no message.
    pub fn memory() -> Error {
        Error::new(Kind::Memory, "")
    }

    /// A MemoryError unless the system would give so many bytes: the libraries that compute with them give up the whole program instead.
    ///
    /// # Errors
    /// A MemoryError.
    pub fn unless_there_are(bytes: u64) -> Result<(), Error> {
        if bytes <= SMALL {
            return Ok(());
        }
        let bytes = usize::try_from(bytes).map_err(|_| Error::memory())?;
        let mut probe = Vec::<u8>::new();
        probe.try_reserve_exact(bytes).map_err(|_| Error::memory())
    }

    /// A ValueError whose message ends with the repr of what is wrong.
    pub(crate) fn about(message: &str, repr: grwl_text::Text<'_>) -> Error {
        let mut out = TextBuilder::new();
        out.push_str(message);
        out.push_text(repr);
        Error {
            kind: Kind::Value,
            message: out.finish(),
        }
    }
}
