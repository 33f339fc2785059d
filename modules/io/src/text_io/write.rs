//! Writing text: encoded at once, collected until a piece is full, then given to the buffer.
//!
//! Whatever was decoded ahead is forgotten by a write: the buffer stands elsewhere afterwards.

use grwl_object::bytes::Bytes;
use grwl_object::{Name, PyResult, Ref, Str, Thread, Value, ValueExt, int, protocol, types};
use grwl_text::TextBuilder;

use super::coding::{encode, has_decoder, has_encoder, reset_decoder};
use super::read::forget_decoded;
use super::{R, TextIo, locked, open_buffer, this};
use crate::buffered;
use crate::names as n;
use crate::object::{call, unsupported};

/// Gives what is pending to the buffer.
pub(super) fn write_pending(thread: &mut Thread, this: Ref<TextIo>, file: Value) -> PyResult<()> {
    let data = this.pending.take();
    if data.is_empty() {
        return Ok(());
    }
    if buffered::is_exact(file) {
        buffered::write_bytes(thread, file, &data)?;
        return Ok(());
    }
    let bytes = Bytes::new(thread, &data)?.value();
    loop {
        match call(thread, file, &n::WRITE, &[bytes]) {
            Err(raised) if raised.matches(&types::INTERRUPTED_ERROR) => thread.poll()?,
            result => return result.map(|_| ()),
        }
    }
}

pub(super) fn write(thread: &mut Thread, value: Value, text: Value) -> PyResult {
    let Some(string) = text.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "write() argument must be str, not {}",
            text.class().name()
        )));
    };
    locked(thread, value, |thread, this, file| {
        if !has_encoder(this) {
            return Err(unsupported(thread, "not writable"));
        }
        let line_buffering = this.line_buffering.load(R);
        let mut has = [false; 2];
        if line_buffering || this.write_end.get().is_some() {
            for code in string.text().codes() {
                has[0] |= code == u32::from(b'\n');
                has[1] |= code == u32::from(b'\r');
            }
        }
        let mut out = string;
        let mut file = file;
        if has[0]
            && let Some(end) = this.write_end.get()
        {
            if text.downcast_exact::<Str>().is_none() {
                (file, out) = replaced(thread, value, text, end)?;
            } else {
                let mut builder = TextBuilder::new();
                for code in string.text().codes() {
                    if code == u32::from(b'\n') {
                        builder.push_str(end);
                    } else {
                        builder.push(code);
                    }
                }
                out = Str::from_buf(thread, &builder.finish())?;
            }
        }
        let data = encode(thread, this, out)?;
        let flushes = line_buffering && (has[0] || has[1]);
        loop {
            let waiting = this.pending.borrow().len();
            if waiting == 0 || waiting + data.len() <= this.chunk_size.load(R) {
                break;
            }
            // Meanwhile the buffer may write to this file itself.
            write_pending(thread, this, file)?;
        }
        this.pending.borrow_mut().extend_from_slice(&data);
        let is_much = this.pending.borrow().len() >= this.chunk_size.load(R);
        if is_much || flushes || this.write_through.load(R) {
            write_pending(thread, this, file)?;
        }
        if flushes {
            call(thread, file, &n::FLUSH, &[])?;
        }
        if this.snapshot.borrow().is_some() {
            forget_decoded(this);
            *this.snapshot.borrow_mut() = None;
        }
        if has_decoder(this) {
            reset_decoder(thread, this)?;
        }
        Ok(int::from_usize(thread, string.len()))
    })
}

/// The text with other ends of lines, by the method of a subclass of `str`; and the buffer, which may be another one after that.
fn replaced(
    thread: &mut Thread,
    value: Value,
    text: Value,
    end: &str,
) -> PyResult<(Value, Ref<Str>)> {
    static REPLACE: Name = Name::new("replace");
    let arguments = [
        grwl_object::intern(thread, "\n").value(),
        Str::new(thread, end).value(),
    ];
    let name = REPLACE.get(thread);
    let made = protocol::call_method(thread, text, name, &arguments)?;
    let Some(made) = made.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "replace() should return a str, not {}",
            made.class().name()
        )));
    };
    let file = open_buffer(thread, value)?;
    if !has_encoder(this(value)) {
        return Err(unsupported(thread, "not writable"));
    }
    Ok((file, made))
}

pub(super) fn flush(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this, file| {
        this.telling.set(this.seekable.get());
        write_pending(thread, this, file)?;
        call(thread, file, &n::FLUSH, &[])
    })
}
