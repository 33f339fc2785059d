//! What a text file is told when it is made, and later by `reconfigure`: encoding, error handler, ends of lines, when to write.
//!
//! Arguments are looked at before anything changes. While `__init__` runs the object has no buffer, so that other threads, and the Python code
//! that is called in between, find it not initialised. A `reconfigure` that fails leaves encoding and error handler as they were.

use grwl_object::{Args, PyResult, Ref, Signature, Str, Thread, Value, ValueExt, none, protocol};

use super::coding::{find_encoder_start, has_decoder, set_codecs};
use super::read::forget_decoded;
use super::{R, TextIo, locked, this};
use crate::names as n;
use crate::newline::known_newline;
use crate::object::{asks, call, or_none, unsupported};
use crate::settings;

const CHUNK: usize = 8192;

/// The text of an argument that names an encoding or error handler.
fn text_argument(
    thread: &mut Thread,
    value: Option<Value>,
    which: &str,
    may_have_nulls: bool,
) -> PyResult<Option<Ref<Str>>> {
    let Some(value) = value.and_then(ValueExt::not_none) else {
        return Ok(None);
    };
    let Some(text) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "TextIOWrapper() argument '{which}' must be str or None, not {}",
            value.class().name()
        )));
    };
    // Only for what it refuses: characters that UTF-8 cannot encode, null characters.
    if may_have_nulls {
        grwl_types_text::codec::to_utf8(thread, text)?;
    } else {
        grwl_types_text::arguments::c_string(thread, value, "TextIOWrapper", which)?;
    }
    Ok(Some(text))
}

/// An argument that says how lines end: `None` is given as `None`.
fn newline_argument(thread: &mut Thread, value: Value) -> PyResult<Option<&'static str>> {
    if value.is_none() {
        return Ok(None);
    }
    let Some(text) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "TextIOWrapper() argument 'newline' must be str or None, not {}",
            value.class().name()
        )));
    };
    known_newline(thread, text).map(Some)
}

fn set_newline(this: Ref<TextIo>, newline: Option<&'static str>) {
    this.universal.set(newline.is_none_or(str::is_empty));
    this.translate.set(newline.is_none());
    this.read_end.set(newline);
    this.write_end
        .set(newline.filter(|end| end.starts_with('\r')));
}

pub(super) fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<6> = Signature::new(
        "TextIOWrapper",
        [
            "buffer",
            "encoding",
            "errors",
            "newline",
            "line_buffering",
            "write_through",
        ],
    )
    .optional_after(1);
    let [
        file,
        encoding,
        errors,
        newline,
        line_buffering,
        write_through,
    ] = args.parse(thread, &S)?;
    let file = or_none(file);
    let this = this(value);
    if encoding.is_none_or(|encoding| encoding.is_none()) {
        settings::warn_of_default(thread, 1)?;
    }
    let encoding = text_argument(thread, encoding, "encoding", false)?;
    let errors = text_argument(thread, errors, "errors", false)?;
    if let Some(errors) = errors {
        let errors = errors.to_rust_lossy();
        grwl_types_text::codec::check_names(thread, None, Some(&errors))?;
    }
    this.lock.nested(thread, |thread| {
        // Until all is well the object is as if it had not been initialised.
        thread.store(this, &this.buffer, None);
        this.detached.store(false, R);
        Ok(())
    })?;
    let newline = newline_argument(thread, or_none(newline))?;
    let mut flags = [false; 2];
    for (flag, given) in flags.iter_mut().zip([line_buffering, write_through]) {
        *flag = match given {
            Some(given) => protocol::is_true(thread, given)?,
            None => false,
        };
    }
    let encoding = match encoding {
        Some(encoding) if !encoding.is_str("locale") => encoding,
        None if settings::get().utf8_mode => Str::new(thread, "utf-8"),
        _ => settings::locale_encoding(thread),
    };
    let errors = errors.unwrap_or_else(|| grwl_object::intern(thread, "strict"));
    this.lock.nested(thread, |thread| {
        thread.store(this, &this.buffer, None);
        this.detached.store(false, R);
        this.finalizing.store(false, R);
        thread.store(this, &this.encoding, Some(encoding.value()));
        thread.store(this, &this.errors, Some(errors.value()));
        this.line_buffering.store(flags[0], R);
        this.write_through.store(flags[1], R);
        this.chunk_size.store(CHUNK, R);
        forget_decoded(this);
        this.bytes_a_character.set(0.0);
        *this.snapshot.borrow_mut() = None;
        this.pending.borrow_mut().clear();
        set_newline(this, newline);
        set_codecs(thread, this, file)?;
        let seekable = asks(thread, file, &n::SEEKABLE)?;
        this.seekable.set(seekable);
        this.telling.set(seekable);
        let name = n::READ1.get(thread);
        let has_read1 = protocol::find_attribute(thread, file, name)?.is_some();
        this.has_read1.set(has_read1);
        find_encoder_start(thread, this, file)?;
        thread.store(this, &this.buffer, Some(file));
        crate::wrapper::set(thread, file, Some(value));
        Ok(())
    })
}

pub(super) fn reconfigure(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static S: Signature<5> = Signature::new(
        "reconfigure",
        [
            "encoding",
            "errors",
            "newline",
            "line_buffering",
            "write_through",
        ],
    )
    .keyword_only_after(0, 0);
    let [encoding, errors, newline, line_buffering, write_through] = args.parse(thread, &S)?;
    locked(thread, value, |thread, this, file| {
        let changes_codec = [encoding, errors]
            .iter()
            .any(|given| given.is_some_and(|v| !v.is_none()))
            || newline.is_some();
        if changes_codec && this.has_piece.get() && has_decoder(this) {
            return Err(unsupported(
                thread,
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        for (what, given) in [("encoding", encoding), ("errors", errors)] {
            if let Some(given) = given.filter(|given| !given.is_none())
                && given.downcast::<Str>().is_none()
            {
                return Err(thread.type_error(format_args!(
                    "reconfigure() argument '{what}' must be str or None, not {}",
                    given.class().name()
                )));
            }
        }
        let encoding = text_argument(thread, encoding, "encoding", true)?;
        let errors = text_argument(thread, errors, "errors", true)?;
        let newline = match newline {
            Some(newline) => Some(newline_argument(thread, newline)?),
            None => None,
        };
        let mut flags = [None; 2];
        for (flag, given) in flags.iter_mut().zip([line_buffering, write_through]) {
            if let Some(given) = given.and_then(ValueExt::not_none) {
                // Not by its truth, as `__init__` does: CPython asks for a C number here.
                *flag = Some(protocol::as_i64(thread, given)? != 0);
            }
        }
        call(thread, value, &n::FLUSH, &[])?;
        this.bytes_a_character.set(0.0);
        if changes_codec {
            let before = (this.encoding.load(), this.errors.load());
            if let Some(encoding) = encoding {
                let encoding = if encoding.is_str("locale") {
                    settings::locale_encoding(thread)
                } else {
                    // As a text of C's, whose end is a null character.
                    let name = encoding.to_rust_lossy();
                    match name.split_once('\0') {
                        Some((name, _)) => Str::new(thread, name),
                        None => encoding,
                    }
                };
                thread.store(this, &this.encoding, Some(encoding.value()));
                if errors.is_none() {
                    let strict = grwl_object::intern(thread, "strict").value();
                    thread.store(this, &this.errors, Some(strict));
                }
            }
            if let Some(errors) = errors {
                thread.store(this, &this.errors, Some(errors.value()));
            }
            if let Some(newline) = newline {
                set_newline(this, newline);
            }
            if let Err(raised) = set_codecs(thread, this, file) {
                thread.store(this, &this.encoding, before.0);
                thread.store(this, &this.errors, before.1);
                let _ = set_codecs(thread, this, file);
                return Err(raised);
            }
            find_encoder_start(thread, this, file)?;
        }
        if let Some(flag) = flags[0] {
            this.line_buffering.store(flag, R);
        }
        if let Some(flag) = flags[1] {
            this.write_through.store(flag, R);
        }
        Ok(none())
    })
}
