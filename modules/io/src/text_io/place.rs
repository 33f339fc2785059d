//! Places in a text file: `tell` and `seek`, and `truncate`.
//!
//! A place is a [`Cookie`] in one integer, laid out as CPython does: where the buffer stands, the decoder's state there, and how far to decode
//! from there. `seek` takes any integer: each part of a cookie may be anything.

use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::{Args, PyResult, Ref, Thread, Value, buffer, int, protocol, types};

use super::coding::{
    decode, decoder_state, has_decoder, has_encoder, reset_decoder, set_decoder_state,
    set_encoder_start,
};
use super::read::forget_decoded;
use super::write::write_pending;
use super::{TextIo, attached, locked, this};
use crate::names as n;
use crate::object::{call, or_none, unsupported};

/// A place in a text file: where the buffer stands, and what to do to the decoder from there.
#[derive(Default)]
struct Cookie {
    start: i64,
    flags: i32,
    feed: i32,
    skip: i32,
    need_end: bool,
}

impl Cookie {
    fn value(&self, thread: &Thread) -> Value {
        let mut bytes = [0u8; 21];
        bytes[..8].copy_from_slice(&self.start.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.flags.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.feed.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.skip.to_le_bytes());
        bytes[20] = u8::from(self.need_end);
        int::new(thread, Int::from_bytes(&bytes, Endian::Little, false))
    }

    fn of(thread: &mut Thread, value: Value) -> PyResult<Self> {
        let whole = protocol::as_int(thread, value)?;
        let bytes = whole
            .to_bytes(21, Endian::Little, false)
            .map_err(|error| thread.number_error(&error))?;
        let four = |from: usize| {
            let mut part = [0; 4];
            part.copy_from_slice(&bytes[from..from + 4]);
            i32::from_le_bytes(part)
        };
        let mut start = [0; 8];
        start.copy_from_slice(&bytes[..8]);
        Ok(Self {
            start: i64::from_le_bytes(start),
            flags: four(8),
            feed: four(12),
            skip: four(16),
            need_end: bytes[20] != 0,
        })
    }
}

pub(super) fn tell(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this, file| {
        if !this.seekable.get() {
            return Err(unsupported(thread, "underlying stream is not seekable"));
        }
        if !this.telling.get() {
            return Err(thread.raise(&types::OS_ERROR, "telling position disabled by next() call"));
        }
        write_pending(thread, this, file)?;
        call(thread, value, &n::FLUSH, &[])?;
        let place = call(thread, file, &n::TELL, &[])?;
        let snapshot = this.snapshot.borrow().clone();
        let Some((flags, input)) = snapshot.filter(|_| has_decoder(this)) else {
            return Ok(place);
        };
        let place = protocol::as_i64(thread, place)?;
        let mut cookie = Cookie {
            start: place - input.len() as i64,
            flags: flags as i32,
            ..Cookie::default()
        };
        if this.used.get() == 0 {
            return Ok(cookie.value(thread));
        }
        let before = decoder_state(thread, this)?;
        let seen = this.native.borrow().newlines.seen;
        let found = find_place(thread, this, &mut cookie, flags, &input);
        set_decoder_state(thread, this, &before.0, before.1)?;
        this.native.borrow_mut().newlines.seen = seen;
        found?;
        Ok(cookie.value(thread))
    })
}

/// Feeds the decoder byte by byte, to find the last place before the wanted one where it holds nothing back.
fn find_place(
    thread: &mut Thread,
    this: Ref<TextIo>,
    cookie: &mut Cookie,
    flags: i64,
    input: &[u8],
) -> PyResult<()> {
    let mut skip = this.used.get();
    set_decoder_state(thread, this, b"", flags)?;
    let (mut fed, mut chars) = (0, 0);
    for byte in input {
        fed += 1;
        chars += decode(thread, this, std::slice::from_ref(byte), false)?.len();
        let (held, flags) = decoder_state(thread, this)?;
        if held.is_empty() && chars <= skip {
            cookie.start += fed;
            cookie.flags = flags as i32;
            skip -= chars;
            (fed, chars) = (0, 0);
        }
        if chars >= skip {
            cookie.feed = fed as i32;
            cookie.skip = skip as i32;
            return Ok(());
        }
    }
    chars += decode(thread, this, b"", true)?.len();
    cookie.need_end = true;
    if chars < skip {
        return Err(thread.raise(&types::OS_ERROR, "can't reconstruct logical file position"));
    }
    cookie.feed = fed as i32;
    cookie.skip = skip as i32;
    Ok(())
}

pub(super) fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [cookie, how] = args.unpack(thread, "seek", 1)?;
    let mut given = or_none(cookie);
    let mut how = match how {
        Some(how) => grwl_types_text::arguments::c_int(thread, how)?,
        None => 0,
    };
    locked(thread, value, |thread, this, file| {
        if !this.seekable.get() {
            return Err(unsupported(thread, "underlying stream is not seekable"));
        }
        match how {
            0 => {}
            1 => {
                if !protocol::equal(thread, given, Value::small(0))? {
                    return Err(unsupported(thread, "can't do nonzero cur-relative seeks"));
                }
                given = call(thread, value, &n::TELL, &[])?;
                how = 0;
            }
            2 => {
                if !protocol::equal(thread, given, Value::small(0))? {
                    return Err(unsupported(thread, "can't do nonzero end-relative seeks"));
                }
                call(thread, value, &n::FLUSH, &[])?;
                forget_decoded(this);
                *this.snapshot.borrow_mut() = None;
                reset_decoder(thread, this)?;
                let place = call(thread, file, &n::SEEK, &[Value::small(0), Value::small(2)])?;
                if has_encoder(this) {
                    let is_start = protocol::equal(thread, place, Value::small(0))?;
                    set_encoder_start(thread, this, is_start)?;
                }
                return Ok(place);
            }
            _ => {
                return Err(
                    thread.value_error(format_args!("invalid whence ({how}, should be 0, 1 or 2)"))
                );
            }
        }
        if protocol::as_int(thread, given)?.is_negative() {
            let shown = protocol::repr(thread, given)?;
            return Err(thread.value_error(format_args!("negative seek position {shown}")));
        }
        call(thread, value, &n::FLUSH, &[])?;
        let cookie = Cookie::of(thread, given)?;
        let start = int::from_i64(thread, cookie.start);
        call(thread, file, &n::SEEK, &[start])?;
        forget_decoded(this);
        *this.snapshot.borrow_mut() = None;
        if has_decoder(this) {
            if cookie.start == 0 && cookie.flags == 0 {
                reset_decoder(thread, this)?;
            } else {
                set_decoder_state(thread, this, b"", cookie.flags.into())?;
            }
            if cookie.skip != 0 {
                let chunk = call(thread, file, &n::READ, &[Value::small(cookie.feed.into())])?;
                let chunk = buffer::bytes_of(thread, chunk)?;
                let text = decode(thread, this, &chunk, cookie.need_end)?;
                *this.snapshot.borrow_mut() = Some((cookie.flags.into(), chunk));
                let skip = usize::try_from(cookie.skip).ok();
                let Some(skip) = skip.filter(|&skip| skip <= text.len()) else {
                    return Err(
                        thread.raise(&types::OS_ERROR, "can't restore logical file position")
                    );
                };
                *this.decoded.borrow_mut() = text;
                this.has_piece.set(true);
                this.used.set(skip);
            } else {
                *this.snapshot.borrow_mut() = Some((cookie.flags.into(), Vec::new()));
            }
        }
        if has_encoder(this) {
            set_encoder_start(thread, this, cookie.start == 0 && cookie.flags == 0)?;
        }
        Ok(given)
    })
}

pub(super) fn truncate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "truncate", 0)?;
    let file = attached(thread, this(value))?;
    call(thread, value, &n::FLUSH, &[])?;
    call(thread, file, &n::TRUNCATE, &[or_none(size)])
}
