//! Reading text: piece by piece from the buffer through the decoder, and out of what is decoded.
//!
//! Before the buffer is read, what is pending is given to it. As long as `tell` may be asked, each piece is remembered with the decoder's
//! state before it (`snapshot`).

use grwl_object::{
    Args, PyResult, Ref, Str, Thread, Value, ValueExt, buffer, int, protocol, types,
};
use grwl_text::{TextBuf, TextBuilder};

use super::coding::{decode, decoder_state, has_decoder};
use super::write::write_pending;
use super::{R, TEXT_IO, TextIo, attached, locked, this};
use crate::names as n;
use crate::newline::line_end;
use crate::object::{call, size_argument, unsupported};

pub(super) fn forget_decoded(this: Ref<TextIo>) {
    *this.decoded.borrow_mut() = TextBuf::new();
    this.has_piece.set(false);
    this.used.set(0);
}

/// Decodes the next piece of the file; `false` at its end.
fn read_chunk(thread: &mut Thread, this: Ref<TextIo>, file: Value, hint: usize) -> PyResult<bool> {
    if !has_decoder(this) {
        return Err(unsupported(thread, "not readable"));
    }
    let before = if this.telling.get() {
        Some(decoder_state(thread, this)?)
    } else {
        None
    };
    let wanted = this.bytes_a_character.get().max(1.0) * hint as f64;
    let wanted = (wanted as usize).min(isize::MAX as usize);
    let size = int::from_usize(thread, wanted.max(this.chunk_size.load(R)));
    let name = if this.has_read1.get() {
        &n::READ1
    } else {
        &n::READ
    };
    let chunk = call(thread, file, name, &[size])?;
    if !buffer::is_supported(chunk) {
        return Err(thread.type_error(format_args!(
            "underlying {}() should have returned a bytes-like object, not '{}'",
            name.text(),
            chunk.class().name()
        )));
    }
    let chunk = buffer::bytes_of(thread, chunk)?;
    let is_end = chunk.is_empty();
    let text = decode(thread, this, &chunk, is_end)?;
    let has_text = !text.is_empty();
    this.bytes_a_character.set(if has_text {
        chunk.len() as f64 / text.len() as f64
    } else {
        0.0
    });
    *this.decoded.borrow_mut() = text;
    this.has_piece.set(true);
    this.used.set(0);
    if let Some((mut bytes, flags)) = before {
        bytes.extend_from_slice(&chunk);
        *this.snapshot.borrow_mut() = Some((flags, bytes));
    }
    Ok(!is_end || has_text)
}

/// Gives out decoded text, at most so many characters.
fn take(this: Ref<TextIo>, most: usize, onto: &mut TextBuilder) -> usize {
    let decoded = this.decoded.borrow();
    let from = this.used.get();
    let count = (decoded.len() - from).min(most);
    if count > 0 {
        onto.push_text(decoded.as_text().slice(from..from + count));
        this.used.set(from + count);
    }
    count
}

pub(super) fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "read", 0)?;
    let size = size_argument(thread, size)?;
    locked(thread, value, |thread, this, file| {
        if !has_decoder(this) {
            return Err(unsupported(thread, "not readable"));
        }
        write_pending(thread, this, file)?;
        let mut out = TextBuilder::new();
        if size < 0 {
            let rest = call(thread, file, &n::READ, &[])?;
            if rest.is_none() {
                return Err(thread.raise(&types::BLOCKING_IO_ERROR, "Read returned None."));
            }
            if !buffer::is_supported(rest) {
                return Err(thread.type_error(format_args!(
                    "underlying read() should have returned a bytes-like object, not '{}'",
                    rest.class().name()
                )));
            }
            let rest = buffer::bytes_of(thread, rest)?;
            let text = decode(thread, this, &rest, true)?;
            take(this, usize::MAX, &mut out);
            out.push_text(text.as_text());
            if this.snapshot.take().is_some() {
                forget_decoded(this);
            }
        } else {
            let mut wanted = size as usize;
            wanted -= take(this, wanted, &mut out);
            while wanted > 0 && read_chunk(thread, this, file, wanted)? {
                wanted -= take(this, wanted, &mut out);
            }
        }
        Ok(Str::from_buf(thread, &out.finish())?.value())
    })
}

fn read_line(
    thread: &mut Thread,
    this: Ref<TextIo>,
    file: Value,
    limit: isize,
) -> PyResult<TextBuf> {
    write_pending(thread, this, file)?;
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut line = TextBuilder::new();
    loop {
        let rest = this.decoded.borrow().len() - this.used.get();
        if rest == 0 {
            if this.used.get() > 0 {
                if most == 0 {
                    return Ok(line.finish());
                }
                // If the next piece cannot be decoded, `tell` does not look for the end of this one.
                forget_decoded(this);
            }
            // Also for a line of no characters: whether there can be one is asked, as in CPython.
            if !read_chunk(thread, this, file, 0)? {
                forget_decoded(this);
                *this.snapshot.borrow_mut() = None;
                return Ok(line.finish());
            }
            if this.decoded.borrow().is_empty() {
                continue;
            }
        }
        // A "\r\n" whose halves came in different pieces.
        if this.read_end.get() == Some("\r\n") && line.as_text().codes().next_back() == Some(13) {
            let first = this.decoded.borrow().as_text().get(this.used.get());
            if first == Some(10) && line.len() < most {
                take(this, 1, &mut line);
                return Ok(line.finish());
            }
        }
        let from = this.used.get();
        let found = line_end(
            this.decoded.borrow().as_text(),
            from,
            this.universal.get(),
            this.translate.get(),
            this.read_end.get(),
        );
        let room = most - line.len();
        match found {
            Some(end) if end - from <= room => {
                take(this, end - from, &mut line);
                return Ok(line.finish());
            }
            _ => {
                take(this, room, &mut line);
                if line.len() >= most {
                    return Ok(line.finish());
                }
            }
        }
    }
}

pub(super) fn readline(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "readline", 0)?;
    let size = match size {
        Some(size) => protocol::as_isize(thread, size)?,
        None => -1,
    };
    locked(thread, value, |thread, this, file| {
        let line = read_line(thread, this, file, size)?;
        Ok(Str::from_buf(thread, &line)?.value())
    })
}

pub(super) fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    attached(thread, this(value))?;
    this(value).lock.nested(thread, |_| {
        this(value).telling.set(false);
        Ok(())
    })?;
    let line = if std::ptr::eq(value.class().as_ptr(), &TEXT_IO) {
        locked(thread, value, |thread, this, file| {
            let line = read_line(thread, this, file, -1)?;
            Str::from_buf(thread, &line)
        })?
    } else {
        let line = call(thread, value, &n::READLINE, &[])?;
        match line.downcast::<Str>() {
            Some(line) => line,
            None => {
                return Err(thread.raise(
                    &types::OS_ERROR,
                    format_args!(
                        "readline() should have returned a str object, not '{}'",
                        line.class().name()
                    ),
                ));
            }
        }
    };
    if line.is_empty() {
        return this(value).lock.nested(thread, |_| {
            *this(value).snapshot.borrow_mut() = None;
            this(value).telling.set(this(value).seekable.get());
            Ok(None)
        });
    }
    Ok(Some(line.value()))
}
