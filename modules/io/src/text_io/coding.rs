//! A text file's decoder and encoder: in Rust for the common encodings, else objects of the codec registry.
//!
//! Of a decoder in Rust and a decoder object at most one is there, and neither if the buffer cannot be read; so with encoders and writing.
//! Who calls these functions need not know which it is. They may run Python code; the caller holds the file's lock.

use grwl_object::bytes::Bytes;
use grwl_object::{PyResult, Ref, Str, Thread, Value, ValueExt, int, none, protocol};
use grwl_text::TextBuf;

use super::TextIo;
use crate::codec::{self, NativeState};
use crate::names as n;
use crate::newline::NEWLINE_DECODER;
use crate::object::{asks, call};

/// Makes the decoder and encoder.
pub(super) fn set_codecs(thread: &mut Thread, this: Ref<TextIo>, file: Value) -> PyResult<()> {
    let encoding = text_of(this.encoding.load());
    let errors = this.errors.load().unwrap_or_else(none);
    thread.store(this, &this.decoder, None);
    thread.store(this, &this.encoder, None);
    this.native_decoder.set(None);
    this.native_encoder.set(None);
    *this.native.borrow_mut() = NativeState::default();
    this.native.borrow_mut().newlines.translate = this.translate.get();
    let (decoder, encoder) = (codec::native(&encoding), codec::native_encoder(&encoding));
    let mut entry = None;
    if decoder.is_none() || encoder.is_none() {
        entry = Some(codec::text_codec(thread, &encoding, "codecs.open()")?);
    }
    if asks(thread, file, &n::READABLE)? {
        match (decoder, entry) {
            (Some(native), _) => this.native_decoder.set(Some(native)),
            (None, Some(entry)) => {
                let mut made = codec::incremental(thread, entry, "incrementaldecoder", errors)?;
                if this.universal.get() {
                    let class = Ref::from_static(&NEWLINE_DECODER).value();
                    let arguments = [made, int::bool(this.translate.get())];
                    made = protocol::call_positional(thread, class, &arguments)?;
                }
                thread.store(this, &this.decoder, Some(made));
            }
            (None, None) => {}
        }
    }
    if asks(thread, file, &n::WRITABLE)? {
        match (encoder, entry) {
            (Some(native), _) => this.native_encoder.set(Some(native)),
            (None, Some(entry)) => {
                let made = codec::incremental(thread, entry, "incrementalencoder", errors)?;
                thread.store(this, &this.encoder, Some(made));
            }
            (None, None) => {}
        }
    }
    Ok(())
}

fn text_of(value: Option<Value>) -> String {
    value
        .and_then(|value| value.downcast::<Str>())
        .map_or_else(String::new, Ref::<Str>::to_rust_lossy)
}

pub(super) fn has_encoder(this: Ref<TextIo>) -> bool {
    this.native_encoder.get().is_some() || this.encoder.load().is_some()
}

pub(super) fn has_decoder(this: Ref<TextIo>) -> bool {
    this.native_decoder.get().is_some() || this.decoder.load().is_some()
}

/// Tells a new encoder whether the file is at its beginning; it is, if nobody can say.
pub(super) fn find_encoder_start(
    thread: &mut Thread,
    this: Ref<TextIo>,
    file: Value,
) -> PyResult<()> {
    this.at_start.set(true);
    if this.seekable.get() && has_encoder(this) {
        let place = call(thread, file, &n::TELL, &[])?;
        if !protocol::equal(thread, place, Value::small(0))? {
            set_encoder_start(thread, this, false)?;
        }
    }
    Ok(())
}

/// Tells the encoder whether it is at the file's beginning.
pub(super) fn set_encoder_start(
    thread: &mut Thread,
    this: Ref<TextIo>,
    at_start: bool,
) -> PyResult<()> {
    this.at_start.set(at_start);
    if let Some(encoder) = this.encoder.load() {
        if at_start {
            call(thread, encoder, &n::RESET, &[])?;
        } else {
            call(thread, encoder, &n::SETSTATE, &[Value::small(0)])?;
        }
    }
    Ok(())
}

pub(super) fn encode(thread: &mut Thread, this: Ref<TextIo>, text: Ref<Str>) -> PyResult<Vec<u8>> {
    if let Some(native) = this.native_encoder.get() {
        let errors = text_of(this.errors.load());
        let data = codec::encode_native(thread, native, &errors, text, this.at_start.get())?;
        if !text.is_empty() {
            this.at_start.set(false);
        }
        return Ok(data);
    }
    let encoder = this.encoder.load().unwrap_or_else(none);
    let data = call(thread, encoder, &n::ENCODE, &[text.value()])?;
    this.at_start.set(false);
    match data.downcast::<Bytes>() {
        Some(data) => Ok(data.as_slice().to_vec()),
        None => Err(thread.type_error(format_args!(
            "encoder should return a bytes object, not '{}'",
            data.class().name()
        ))),
    }
}

pub(super) fn reset_decoder(thread: &mut Thread, this: Ref<TextIo>) -> PyResult<()> {
    if this.native_decoder.get().is_some() {
        let mut native = this.native.borrow_mut();
        native.rest.clear();
        native.newlines.pending = false;
        native.newlines.seen = 0;
        return Ok(());
    }
    if let Some(decoder) = this.decoder.load() {
        call(thread, decoder, &n::RESET, &[])?;
    }
    Ok(())
}

pub(super) fn decode(
    thread: &mut Thread,
    this: Ref<TextIo>,
    input: &[u8],
    is_final: bool,
) -> PyResult<TextBuf> {
    if let Some(native) = this.native_decoder.get() {
        let errors = text_of(this.errors.load());
        let mut state = this.native.borrow().clone();
        let universal = this.universal.get();
        let text = codec::decode_native(
            thread, native, &errors, &mut state, universal, input, is_final,
        )?;
        *this.native.borrow_mut() = state;
        return Ok(text);
    }
    let decoder = this.decoder.load().unwrap_or_else(none);
    let input = Bytes::new(thread, input)?.value();
    let text = codec::decode_by_object(thread, decoder, input, is_final)?;
    Ok(text.text().to_canonical())
}

pub(super) fn decoder_state(thread: &mut Thread, this: Ref<TextIo>) -> PyResult<(Vec<u8>, i64)> {
    if this.native_decoder.get().is_some() {
        let native = this.native.borrow();
        return Ok((native.rest.clone(), i64::from(native.newlines.pending)));
    }
    let decoder = this.decoder.load().unwrap_or_else(none);
    codec::state_of(thread, decoder)
}

pub(super) fn set_decoder_state(
    thread: &mut Thread,
    this: Ref<TextIo>,
    bytes: &[u8],
    flags: i64,
) -> PyResult<()> {
    if this.native_decoder.get().is_some() {
        let mut native = this.native.borrow_mut();
        native.rest = bytes.to_vec();
        native.newlines.pending = flags & 1 != 0;
        return Ok(());
    }
    let decoder = this.decoder.load().unwrap_or_else(none);
    codec::set_state(thread, decoder, bytes, flags)
}
