//! Where a [`crate::Reader`] takes its bytes from.

/// A place that bytes come from, in pieces of a length that the reader says.
///
/// `E` is the error of the source itself (a file that cannot be read); the end of the data is none.
pub trait Source<E> {
    /// The next `count` bytes, or `None` if there are fewer. Nothing beyond them is consumed.
    ///
    /// # Errors
    /// Whatever keeps the source from reading.
    fn take(&mut self, count: usize) -> Result<Option<&[u8]>, E>;

    /// How many bytes are left at most; `usize::MAX` where nobody knows.
    fn remaining(&self) -> usize {
        usize::MAX
    }
}

/// Bytes in memory.
#[derive(Clone, Debug)]
pub struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    /// Reads from the beginning of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<E> Source<E> for Bytes<'_> {
    #[inline]
    fn take(&mut self, count: usize) -> Result<Option<&[u8]>, E> {
        Ok(self.rest.split_at_checked(count).map(|(taken, rest)| {
            self.rest = rest;
            taken
        }))
    }

    fn remaining(&self) -> usize {
        self.rest.len()
    }
}

/// Hands out what another source gives, and keeps a copy.
#[derive(Debug)]
pub(crate) struct Recorder<'s, S> {
    pub(crate) source: &'s mut S,
    pub(crate) copy: Vec<u8>,
}

impl<E, S: Source<E>> Source<E> for Recorder<'_, S> {
    fn take(&mut self, count: usize) -> Result<Option<&[u8]>, E> {
        Ok(self.source.take(count)?.map(|taken| {
            let start = self.copy.len();
            self.copy.extend_from_slice(taken);
            &self.copy[start..]
        }))
    }

    fn remaining(&self) -> usize {
        self.source.remaining()
    }
}
