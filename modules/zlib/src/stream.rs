//! zlib's streams, in memory of Rust's own.
//!
//! Invariant: a [`Stream`] that exists was begun and is not ended yet; dropping it ends it.

use std::ffi::{CStr, c_int};

use grwl_decompression::next_room;
use libz_rs_sys::{
    Z_BUF_ERROR, Z_DATA_ERROR, Z_MEM_ERROR, Z_NEED_DICT, Z_NO_FLUSH, Z_OK, Z_STREAM_END,
    Z_STREAM_ERROR, Z_VERSION_ERROR, deflate, deflateCopy, deflateEnd, deflateInit2_,
    deflateSetDictionary, inflate, inflateCopy, inflateEnd, inflateInit2_, inflateSetDictionary,
    z_stream, zlibVersion,
};

/// What zlib says of a failure, besides its number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    /// zlib's number.
    pub code: c_int,
    /// zlib's words.
    pub words: Option<&'static str>,
}

impl Failure {
    /// A failure of a stream that was ended.
    pub(crate) const ENDED: Self = Self {
        code: Z_STREAM_ERROR,
        words: None,
    };

    /// zlib's words, or for some numbers others.
    pub(crate) fn text(self) -> Option<&'static str> {
        match (self.code, self.words) {
            (Z_VERSION_ERROR, _) => Some("library version mismatch"),
            (_, Some(words)) => Some(words),
            (Z_BUF_ERROR, None) => Some("incomplete or truncated stream"),
            (Z_STREAM_ERROR, None) => Some("inconsistent stream state"),
            (Z_DATA_ERROR, None) => Some("invalid input data"),
            _ => None,
        }
    }
}

/// How a stream is compressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub level: c_int,
    pub method: c_int,
    pub window_bits: c_int,
    pub memory: c_int,
    pub strategy: c_int,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Compress,
    Decompress,
}

/// See the module's head.
pub(crate) struct Stream {
    // In a box: zlib keeps the address.
    raw: Box<z_stream>,
    direction: Direction,
}

// SAFETY: a stream is its own memory, which no thread is bound to.
unsafe impl Send for Stream {}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream was begun in this direction and is not ended yet.
        unsafe {
            match self.direction {
                Direction::Compress => deflateEnd(&raw mut *self.raw),
                Direction::Decompress => inflateEnd(&raw mut *self.raw),
            };
        }
    }
}

fn words_of(raw: &z_stream) -> Option<&'static str> {
    if raw.msg.is_null() {
        return None;
    }
    // SAFETY: zlib's messages are constants that end with a zero.
    unsafe { CStr::from_ptr(raw.msg) }.to_str().ok()
}

impl Stream {
    fn begin(
        direction: Direction,
        init: impl FnOnce(*mut z_stream, c_int) -> c_int,
    ) -> Result<Self, Failure> {
        let mut raw = Box::<z_stream>::default();
        let size = size_of::<z_stream>() as c_int;
        match init(&raw mut *raw, size) {
            Z_OK => Ok(Self { raw, direction }),
            code => Err(Failure {
                code,
                words: words_of(&raw),
            }),
        }
    }

    /// A stream that compresses.
    pub(crate) fn compressing(plan: Plan) -> Result<Self, Failure> {
        Self::begin(Direction::Compress, |raw, size| {
            // SAFETY: a fresh stream, with the version and length of this library.
            unsafe {
                deflateInit2_(
                    raw,
                    plan.level,
                    plan.method,
                    plan.window_bits,
                    plan.memory,
                    plan.strategy,
                    zlibVersion(),
                    size,
                )
            }
        })
    }

    /// A stream that decompresses.
    pub(crate) fn decompressing(window_bits: c_int) -> Result<Self, Failure> {
        Self::begin(Direction::Decompress, |raw, size| {
            // SAFETY: a fresh stream, with the version and length of this library.
            unsafe { inflateInit2_(raw, window_bits, zlibVersion(), size) }
        })
    }

    /// Another stream in the same state.
    pub(crate) fn copy(&mut self) -> Result<Self, Failure> {
        let direction = self.direction;
        let source = &raw mut *self.raw;
        Self::begin(direction, |raw, _| {
            // SAFETY: the source was begun in this direction; the target is fresh.
            unsafe {
                match direction {
                    Direction::Compress => deflateCopy(raw, source),
                    Direction::Decompress => inflateCopy(raw, source),
                }
            }
        })
    }

    /// Gives it a dictionary.
    pub(crate) fn set_dictionary(&mut self, dictionary: &[u8]) -> Result<(), Failure> {
        let raw = &raw mut *self.raw;
        let (first, length) = (dictionary.as_ptr(), dictionary.len() as u32);
        // SAFETY: the stream was begun in this direction; the dictionary is copied.
        let code = unsafe {
            match self.direction {
                Direction::Compress => deflateSetDictionary(raw, first, length),
                Direction::Decompress => inflateSetDictionary(raw, first, length),
            }
        };
        if code == Z_OK {
            Ok(())
        } else {
            Err(self.failure(code))
        }
    }

    /// What it says of a failure with this number.
    pub(crate) fn failure(&self, code: c_int) -> Failure {
        Failure {
            code,
            words: words_of(&self.raw),
        }
    }

    /// One call of zlib, with so much room for output. Moves `input` past what was taken; says whether the room was used up.
    fn step(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        room: usize,
        flush: c_int,
    ) -> (c_int, bool) {
        if out.try_reserve(room).is_err() {
            return (Z_MEM_ERROR, false);
        }
        let raw = &mut *self.raw;
        let given = u32::try_from(input.len()).unwrap_or(u32::MAX);
        let flush = if given as usize == input.len() {
            flush
        } else {
            Z_NO_FLUSH
        };
        raw.next_in = input.as_ptr();
        raw.avail_in = given;
        raw.next_out = out.spare_capacity_mut().as_mut_ptr().cast();
        raw.avail_out = u32::try_from(room).unwrap_or(u32::MAX);
        let before = raw.avail_out;
        // SAFETY: the stream was begun in this direction; the pointers lead to this much input and room.
        let code = unsafe {
            match self.direction {
                Direction::Compress => deflate(raw, flush),
                Direction::Decompress => inflate(raw, flush),
            }
        };
        let taken = (given - raw.avail_in) as usize;
        let made = (before - raw.avail_out) as usize;
        *input = &input[taken..];
        // SAFETY: zlib wrote this many bytes into the room behind the others.
        unsafe { out.set_len(out.len() + made) };
        (code, raw.avail_out == 0)
    }

    /// Compresses all input.
    pub(crate) fn compress(&mut self, mut input: &[u8], out: &mut Vec<u8>, flush: c_int) -> c_int {
        loop {
            let (code, is_full) = self.step(&mut input, out, next_room(out), flush);
            if code == Z_STREAM_ERROR || code == Z_MEM_ERROR {
                return code;
            }
            if !is_full && input.is_empty() {
                return code;
            }
        }
    }

    /// Decompresses input until there is none, or the stream ends, or there are `most` bytes of output.
    ///
    /// `code` becomes the last number that zlib returned.
    pub(crate) fn decompress(
        &mut self,
        input: &mut &[u8],
        out: &mut Vec<u8>,
        most: usize,
        flush: c_int,
        dictionary: Option<&[u8]>,
    ) -> Result<c_int, Failure> {
        let mut code = Z_OK;
        loop {
            let room = next_room(out).min(most - out.len());
            if room == 0 {
                return Ok(code);
            }
            let is_full;
            (code, is_full) = self.step(input, out, room, flush);
            match (code, dictionary) {
                (Z_OK | Z_BUF_ERROR | Z_STREAM_END, _) => {
                    if !is_full && (code == Z_STREAM_END || input.is_empty()) {
                        return Ok(code);
                    }
                    // No way forward though there is input and room: zlib has said all it will.
                    if !is_full && code == Z_BUF_ERROR {
                        return Ok(code);
                    }
                    if code == Z_STREAM_END {
                        return Ok(code);
                    }
                }
                (Z_NEED_DICT, Some(dictionary)) => self.set_dictionary(dictionary)?,
                _ => return Ok(code),
            }
        }
    }
}
