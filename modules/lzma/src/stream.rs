//! liblzma's streams, in memory of the library's own.
//!
//! Invariant: a [`Stream`] that exists was begun and is not ended yet; dropping it ends it.

use grwl_decompression::next_room;
use liblzma_sys::{
    LZMA_BUF_ERROR, LZMA_FINISH, LZMA_GET_CHECK, LZMA_MEM_ERROR, LZMA_NO_CHECK, LZMA_OK, LZMA_RUN,
    LZMA_STREAM_END, lzma_code, lzma_end, lzma_get_check, lzma_stream,
};

/// See the module's head.
pub(crate) struct Stream {
    // In a box: the library may keep the address.
    raw: Box<lzma_stream>,
    /// How the data is checked, as far as that is known.
    pub(crate) check: u32,
}

// SAFETY: a stream is its own memory, which no thread is bound to.
unsafe impl Send for Stream {}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream was begun and is not ended yet.
        unsafe { lzma_end(&raw mut *self.raw) };
    }
}

impl Stream {
    /// A stream that `begin` begins.
    ///
    /// # Errors
    /// liblzma's number, if it did not begin.
    pub(crate) fn new(
        check: u32,
        begin: impl FnOnce(*mut lzma_stream) -> u32,
    ) -> Result<Self, u32> {
        // SAFETY: a stream of zeros is one that was not begun (LZMA_STREAM_INIT).
        let raw: lzma_stream = unsafe { std::mem::zeroed() };
        let mut stream = Self {
            raw: Box::new(raw),
            check,
        };
        match begin(&raw mut *stream.raw) {
            LZMA_OK => Ok(stream),
            code => Err(code),
        }
    }

    /// One call of the library. Moves `input` past what was taken; says whether the room was used up.
    fn step(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        most: usize,
        action: u32,
    ) -> (u32, bool) {
        let room = next_room(out).min(most);
        if out.try_reserve(room).is_err() {
            return (LZMA_MEM_ERROR, false);
        }
        let raw = &mut *self.raw;
        raw.next_in = input.as_ptr();
        raw.avail_in = input.len();
        raw.next_out = out.spare_capacity_mut().as_mut_ptr().cast();
        raw.avail_out = room;
        // SAFETY: the stream was begun; the pointers lead to this much input and room.
        let code = unsafe { lzma_code(raw, action) };
        let (taken, made) = (input.len() - raw.avail_in, room - raw.avail_out);
        *input = &input[taken..];
        // SAFETY: the library wrote this many bytes into the room behind the others.
        unsafe { out.set_len(out.len() + made) };
        let is_full = raw.avail_out == 0;
        match code {
            // There was no input and nothing left to say: no error.
            LZMA_BUF_ERROR if input.is_empty() && !is_full => (LZMA_OK, false),
            LZMA_GET_CHECK | LZMA_NO_CHECK => {
                // SAFETY: the library has just said that it knows.
                self.check = unsafe { lzma_get_check(&raw const *self.raw) };
                // It says so before it goes on, though there may be input and room.
                (LZMA_OK, is_full)
            }
            code => (code, is_full),
        }
    }

    /// Compresses all input, or, to finish, all that there is to come.
    pub(crate) fn pack(&mut self, mut input: &[u8], out: &mut Vec<u8>, finish: bool) -> u32 {
        let action = if finish { LZMA_FINISH } else { LZMA_RUN };
        loop {
            let (code, is_full) = self.step(&mut input, out, usize::MAX, action);
            if code != LZMA_OK || !finish && input.is_empty() && !is_full {
                return code;
            }
        }
    }

    /// Decompresses input until there is none, or the stream ends, or there are `most` bytes of output.
    pub(crate) fn unpack(&mut self, input: &mut &[u8], out: &mut Vec<u8>, most: usize) -> u32 {
        loop {
            let room = most - out.len();
            if room == 0 {
                return LZMA_OK;
            }
            let (code, is_full) = self.step(input, out, room, LZMA_RUN);
            if code != LZMA_OK || input.is_empty() && !is_full {
                return code;
            }
        }
    }
}

/// Is this the end of a stream, or the middle? Any other number is a failure.
pub(crate) fn is_well(code: u32) -> bool {
    matches!(code, LZMA_OK | LZMA_STREAM_END)
}
