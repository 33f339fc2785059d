//! What a pickler writes: bytes, from protocol 4 on in frames.
//!
//! Invariant: if a frame is open, nine bytes for its head stand at its start.

use grwl_object::bytes::Bytes;
use grwl_object::{PyResult, Thread, Value, protocol};

use crate::opcode::FRAME;

/// Frames are closed when they are this long.
pub(crate) const TARGET: usize = 64 * 1024;
/// Shorter frames are left without a head.
const LEAST: usize = 4;
const HEAD: usize = 9;

/// See the module's head. The value lies on the native stack with it.
pub(crate) struct Output {
    /// The file's `write`; `None`: all is kept.
    write: Option<Value>,
    bytes: Vec<u8>,
    /// Are there frames?
    pub framing: bool,
    frame: Option<usize>,
}

impl Output {
    pub(crate) fn new(write: Option<Value>) -> Self {
        Self {
            write,
            bytes: Vec::with_capacity(256),
            framing: false,
            frame: None,
        }
    }

    /// Writes bytes that belong together.
    #[inline]
    pub(crate) fn write(&mut self, data: &[u8]) {
        if self.framing && self.frame.is_none() {
            self.frame = Some(self.bytes.len());
            self.bytes.extend_from_slice(&[0; HEAD]);
        }
        self.bytes.extend_from_slice(data);
    }

    #[inline]
    pub(crate) fn op(&mut self, op: u8) {
        self.write(&[op]);
    }

    fn close_frame(&mut self) {
        let Some(start) = self.frame.take() else {
            return;
        };
        let length = self.bytes.len() - start - HEAD;
        if length >= LEAST {
            self.bytes[start] = FRAME;
            self.bytes[start + 1..start + HEAD].copy_from_slice(&(length as u64).to_le_bytes());
        } else {
            self.bytes.drain(start..start + HEAD);
        }
    }

    /// Between two operations: closes the frame if it is long enough.
    #[inline]
    pub(crate) fn boundary(&mut self, thread: &mut Thread) -> PyResult<()> {
        match self.frame {
            Some(start) if self.bytes.len() - start - HEAD >= TARGET => {
                self.close_frame();
                self.flush(thread)
            }
            _ => Ok(()),
        }
    }

    fn flush(&mut self, thread: &mut Thread) -> PyResult<()> {
        if let Some(write) = self.write
            && !self.bytes.is_empty()
        {
            let data = Bytes::new(thread, &self.bytes)?.value();
            self.bytes.clear();
            protocol::call_positional(thread, write, &[data])?;
        }
        Ok(())
    }

    /// Writes a head and its contents, outside of frames if they are long. `whole` is the contents as an object.
    pub(crate) fn contents(
        &mut self,
        thread: &mut Thread,
        head: &[u8],
        contents: &[u8],
        whole: Option<Value>,
    ) -> PyResult<()> {
        if contents.len() < TARGET {
            self.write(head);
            self.write(contents);
            return Ok(());
        }
        self.close_frame();
        let framing = std::mem::replace(&mut self.framing, false);
        self.write(head);
        match self.write {
            Some(write) => {
                self.flush(thread)?;
                let data = match whole {
                    Some(whole) => whole,
                    None => Bytes::new(thread, contents)?.value(),
                };
                protocol::call_positional(thread, write, &[data])?;
            }
            None => self.write(contents),
        }
        self.framing = framing;
        Ok(())
    }

    /// The end: closes the frame, and gives the file what is left.
    pub(crate) fn finish(&mut self, thread: &mut Thread) -> PyResult<()> {
        self.close_frame();
        self.framing = false;
        self.flush(thread)
    }

    /// What was kept.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
