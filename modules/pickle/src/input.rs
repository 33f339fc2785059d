//! What an unpickler reads: bytes at hand, or a file.
//!
//! Of a file with `peek`, more is looked at than is taken; what was used is taken when the buffer ends.

use std::borrow::Cow;

use grwl_object::bytes::Bytes;
use grwl_object::{Args, PyResult, Raised, Thread, Value, ValueExt, buffer, int, protocol, types};

use crate::UNPICKLING_ERROR;

/// So much is looked at beforehand.
const AHEAD: usize = 128 * 1024;

/// The file's methods.
#[derive(Clone, Copy)]
pub(crate) struct File {
    pub read: Value,
    pub readline: Value,
    pub peek: Option<Value>,
}

/// See the module's head. It lies on the native stack, as do the values in it.
pub(crate) struct Input<'a> {
    bytes: Cow<'a, [u8]>,
    at: usize,
    /// Up to here the file was really read.
    taken: usize,
    /// Here the frame ends that is being read.
    frame_end: Option<usize>,
    file: Option<File>,
}

#[cold]
fn beyond_frame(thread: &Thread) -> Raised {
    UNPICKLING_ERROR.raise(thread, "pickle exhausted before end of frame")
}

#[cold]
pub(crate) fn truncated(thread: &Thread) -> Raised {
    UNPICKLING_ERROR.raise(thread, "pickle data was truncated")
}

impl<'a> Input<'a> {
    pub(crate) fn of_bytes(bytes: Cow<'a, [u8]>) -> Self {
        let taken = bytes.len();
        Self {
            bytes,
            at: 0,
            taken,
            frame_end: None,
            file: None,
        }
    }

    pub(crate) fn of_file(file: File) -> Self {
        Self {
            bytes: Cow::Owned(Vec::new()),
            at: 0,
            taken: 0,
            frame_end: None,
            file: Some(file),
        }
    }

    /// Takes from the file what was used of what was looked at.
    pub(crate) fn settle(&mut self, thread: &mut Thread) -> PyResult<()> {
        if let Some(file) = self.file
            && self.at > self.taken
        {
            let count = int::from_usize(thread, self.at - self.taken);
            self.taken = self.at;
            protocol::call_positional(thread, file.read, &[count])?;
        }
        Ok(())
    }

    fn replace(&mut self, thread: &mut Thread, data: Value, is_taken: bool) -> PyResult<()> {
        if data.downcast::<Bytes>().is_none() && !buffer::is_supported(data) {
            return Err(
                thread.value_error("read() from the underlying stream did not return bytes")
            );
        }
        let bytes = buffer::bytes_of(thread, data)?;
        self.taken = if is_taken { bytes.len() } else { 0 };
        self.bytes = Cow::Owned(bytes);
        self.at = 0;
        self.frame_end = None;
        Ok(())
    }

    #[cold]
    fn fetch(&mut self, thread: &mut Thread, count: usize) -> PyResult<()> {
        let Some(mut file) = self.file else {
            return Err(truncated(thread));
        };
        // What is left of the buffer was looked at only.
        self.settle(thread)?;
        if let Some(peek) = file.peek
            && count < AHEAD
        {
            let ahead = int::from_usize(thread, AHEAD);
            match protocol::call_positional(thread, peek, &[ahead]) {
                Ok(data) => {
                    self.replace(thread, data, false)?;
                    if self.bytes.len() >= count {
                        return Ok(());
                    }
                    self.bytes = Cow::Owned(Vec::new());
                }
                Err(raised) if raised.matches(&types::NOT_IMPLEMENTED_ERROR) => {
                    file.peek = None;
                    self.file = Some(file);
                }
                Err(raised) => return Err(raised),
            }
        }
        let wanted = int::from_usize(thread, count);
        let data = protocol::call_positional(thread, file.read, &[wanted])?;
        self.replace(thread, data, true)?;
        if self.bytes.len() < count {
            return Err(truncated(thread));
        }
        Ok(())
    }

    /// The next bytes.
    #[inline]
    pub(crate) fn read(&mut self, thread: &mut Thread, count: usize) -> PyResult<&[u8]> {
        if let Some(end) = self.frame_end {
            if self.at >= end {
                self.frame_end = None;
            } else if count > end - self.at {
                return Err(beyond_frame(thread));
            }
        }
        if self.bytes.len() - self.at < count {
            self.fetch(thread, count)?;
        }
        let from = self.at;
        self.at += count;
        Ok(&self.bytes[from..from + count])
    }

    #[inline]
    pub(crate) fn byte(&mut self, thread: &mut Thread) -> PyResult<u8> {
        Ok(self.read(thread, 1)?[0])
    }

    /// The next operation.
    #[inline]
    pub(crate) fn op(&mut self, thread: &mut Thread) -> PyResult<u8> {
        match self.bytes.get(self.at) {
            Some(&byte) => {
                self.at += 1;
                Ok(byte)
            }
            None => self.byte(thread).map_err(|raised| {
                if UNPICKLING_ERROR
                    .class(thread)
                    .is_ok_and(|class| raised.matches(&class))
                {
                    thread.eof_error("Ran out of input")
                } else {
                    raised
                }
            }),
        }
    }

    /// A frame: its bytes must be there, and are read as they come.
    pub(crate) fn frame(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        if self.frame_end.is_some_and(|end| self.at < end) {
            let message = "beginning of a new frame before end of current frame";
            return Err(UNPICKLING_ERROR.raise(thread, message));
        }
        self.frame_end = None;
        self.read(thread, length)?;
        self.frame_end = Some(self.at);
        self.at -= length;
        Ok(())
    }

    /// The next line, without its end.
    pub(crate) fn line(&mut self, thread: &mut Thread) -> PyResult<Vec<u8>> {
        let find = |bytes: &[u8]| bytes.iter().position(|&byte| byte == b'\n');
        let mut end = find(&self.bytes[self.at..]);
        if end.is_none() && self.frame_end.is_some_and(|frame| self.at < frame) {
            return Err(beyond_frame(thread));
        }
        if end.is_none() {
            let Some(file) = self.file else {
                return Err(truncated(thread));
            };
            self.settle(thread)?;
            let data = protocol::call(thread, file.readline, Args::NONE)?;
            self.replace(thread, data, true)?;
            end = find(&self.bytes);
        }
        let Some(end) = end else {
            return Err(truncated(thread));
        };
        if self
            .frame_end
            .is_some_and(|frame| self.at < frame && self.at + end >= frame)
        {
            return Err(beyond_frame(thread));
        }
        let line = self.bytes[self.at..self.at + end].to_vec();
        self.at += end + 1;
        Ok(line)
    }
}
