//! bzip2's streams, in memory of Rust's own.
//!
//! Invariant: a [`Stream`] that exists was begun and is not ended yet; dropping it ends it.

use std::ffi::c_int;

use libbz2_rs_sys::{
    BZ_MEM_ERROR, BZ_OK, BZ_RUN, BZ2_bzCompress, BZ2_bzCompressEnd, BZ2_bzCompressInit,
    BZ2_bzDecompress, BZ2_bzDecompressEnd, BZ2_bzDecompressInit, bz_stream,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Compress,
    Decompress,
}

/// See the module's head.
pub(crate) struct Stream {
    // In a box: the library keeps the address.
    raw: Box<bz_stream>,
    direction: Direction,
}

// SAFETY: a stream is its own memory, which no thread is bound to.
unsafe impl Send for Stream {}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream was begun in this direction and is not ended yet.
        unsafe {
            match self.direction {
                Direction::Compress => BZ2_bzCompressEnd(&raw mut *self.raw),
                Direction::Decompress => BZ2_bzDecompressEnd(&raw mut *self.raw),
            };
        }
    }
}

impl Stream {
    /// A stream that compresses, with blocks of so many hundred thousand bytes.
    pub(crate) fn compressing(level: c_int) -> Result<Self, c_int> {
        let mut raw = Box::new(bz_stream::zeroed());
        // SAFETY: a fresh stream.
        match unsafe { BZ2_bzCompressInit(&raw mut *raw, level, 0, 0) } {
            BZ_OK => Ok(Self {
                raw,
                direction: Direction::Compress,
            }),
            code => Err(code),
        }
    }

    /// A stream that decompresses.
    pub(crate) fn decompressing() -> Result<Self, c_int> {
        let mut raw = Box::new(bz_stream::zeroed());
        // SAFETY: a fresh stream.
        match unsafe { BZ2_bzDecompressInit(&raw mut *raw, 0, 0) } {
            BZ_OK => Ok(Self {
                raw,
                direction: Direction::Decompress,
            }),
            code => Err(code),
        }
    }

    /// One call of the library. Moves `input` past what was taken; says whether the room was used up.
    fn step(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        most: usize,
        action: c_int,
    ) -> (c_int, bool) {
        let room = grwl_decompression::next_room(out).min(most);
        if out.try_reserve(room).is_err() {
            return (BZ_MEM_ERROR, false);
        }
        let raw = &mut *self.raw;
        let given = u32::try_from(input.len()).unwrap_or(u32::MAX);
        raw.next_in = input.as_ptr().cast();
        raw.avail_in = given;
        raw.next_out = out.spare_capacity_mut().as_mut_ptr().cast();
        raw.avail_out = room as u32;
        // SAFETY: the stream was begun in this direction; the pointers lead to this much input and room.
        let code = unsafe {
            match self.direction {
                Direction::Compress => BZ2_bzCompress(raw, action),
                Direction::Decompress => BZ2_bzDecompress(raw),
            }
        };
        let taken = (given - raw.avail_in) as usize;
        let made = room - raw.avail_out as usize;
        *input = &input[taken..];
        // SAFETY: the library wrote this many bytes into the room behind the others.
        unsafe { out.set_len(out.len() + made) };
        (code, raw.avail_out == 0)
    }

    /// Compresses all input; if `action` finishes, all that there is to come.
    pub(crate) fn compress(
        &mut self,
        mut input: &[u8],
        out: &mut Vec<u8>,
        action: c_int,
        end: c_int,
    ) -> c_int {
        loop {
            // The library refuses to be called without input while it runs.
            if action == BZ_RUN && input.is_empty() {
                return BZ_OK;
            }
            let (code, _) = self.step(&mut input, out, usize::MAX, action);
            if code < 0 || code == end {
                return code;
            }
        }
    }

    /// Decompresses input until there is none, or the stream ends, or there are `most` bytes of output.
    pub(crate) fn unpack(&mut self, input: &mut &[u8], out: &mut Vec<u8>, most: usize) -> c_int {
        loop {
            let room = most - out.len();
            if room == 0 {
                return BZ_OK;
            }
            let (code, is_full) = self.step(input, out, room, BZ_RUN);
            if code != BZ_OK || !is_full && input.is_empty() {
                return code;
            }
        }
    }
}
