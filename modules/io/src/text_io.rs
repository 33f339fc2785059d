//! `TextIOWrapper`: text on a buffered file.
//!
//! ## Protocol
//! The object's [`FileLock`] is held for each operation, also while the buffer blocks; the holder may come again (a codec or a buffer made
//! in Python that uses the file), as in CPython. No `RefCell` stays borrowed while Python code may run.
//!
//! ## Invariants
//! - `decoded[..used]` was given out. `snapshot` is the decoder's state before the bytes that gave `decoded`, and those bytes.
//! - `pending` is encoded and not yet given to the buffer.

use std::cell::{Cell as StdCell, RefCell};
use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Cell, GetSet, Method, Name, PyResult, Ref, Signature, Slot, Str, Thread, TypeObject,
    TypeSpec, Value, ValueExt, buffer, int, none, protocol, slots, types,
};
use grwl_text::{Text, TextBuf, TextBuilder};
use grwl_threads::sync::{AtomicBool, Ordering};
use grwl_types_text::codec::Codec;

use crate::base::TEXT_IO_BASE;
use crate::buffered;
use crate::codec::{self, Native, NativeState};
use crate::lock::FileLock;
use crate::names as n;
use crate::newline::{NEWLINE_DECODER, seen_value};
use crate::object::{
    asks, attribute, bool_member, call, cannot_pickle, chained, declaration, is_closed, or_none,
    shown_name, size_argument, unsupported,
};
use crate::settings;

/// `_io.TextIOWrapper`
#[repr(C)]
pub struct TextIo {
    header: Header,
    attributes: Attributes,
    pub(crate) buffer: Slot,
    encoding: Slot,
    errors: Slot,
    decoder: Slot,
    encoder: Slot,
    pub(crate) lock: FileLock,
    detached: AtomicBool,
    finalizing: AtomicBool,
    line_buffering: AtomicBool,
    write_through: AtomicBool,
    chunk_size: StdCell<usize>,
    universal: StdCell<bool>,
    translate: StdCell<bool>,
    read_end: StdCell<Option<&'static str>>,
    write_end: StdCell<Option<&'static str>>,
    native_decoder: StdCell<Option<Native>>,
    native_encoder: StdCell<Option<Codec>>,
    at_start: StdCell<bool>,
    seekable: StdCell<bool>,
    telling: StdCell<bool>,
    has_read1: StdCell<bool>,
    native: RefCell<NativeState>,
    decoded: RefCell<TextBuf>,
    used: StdCell<usize>,
    snapshot: RefCell<Option<(i64, Vec<u8>)>>,
    pending: RefCell<Vec<u8>>,
}

// SAFETY: repr(C), begins with a header; what is not atomic is touched with the object's own lock held.
unsafe impl Cell for TextIo {
    fn type_object() -> &'static TypeObject {
        &TEXT_IO
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(TextIo, attributes) as u32,
        count: Attributes::WORDS + 5,
    },
    size: Size::Fixed(size_of::<TextIo>()),
    drop: Some(drop_text),
    name: "TextIOWrapper",
};
const _: () = assert!(offset_of!(TextIo, encoder) == crate::object::ATTRIBUTES + 48);

unsafe fn drop_text(cell: CellPtr) {
    let this = cell.cast::<TextIo>().as_ptr();
    // SAFETY: the heap calls this once for each dead text file.
    unsafe {
        std::ptr::drop_in_place(&raw mut (*this).native);
        std::ptr::drop_in_place(&raw mut (*this).decoded);
        std::ptr::drop_in_place(&raw mut (*this).snapshot);
        std::ptr::drop_in_place(&raw mut (*this).pending);
    }
}

/// `_io.TextIOWrapper`
pub static TEXT_IO: TypeObject = TypeObject::declare(&declaration(
    "_io.TextIOWrapper",
    &TEXT_IO_BASE,
    &CELL,
    size_of::<TextIo>(),
));

const R: Ordering = Ordering::Relaxed;
const CHUNK: usize = 8192;

/// The value as a text file.
pub(crate) fn of(value: Value) -> Option<Ref<TextIo>> {
    value
        .class()
        .is_subtype_of(&Ref::from_static(&TEXT_IO))
        .then(|| this(value))
}

fn this(value: Value) -> Ref<TextIo> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    let cell = instance::allocate(thread, class)?;
    let place = cell.cast::<TextIo>().as_ptr();
    // SAFETY: a fresh cell with this payload.
    unsafe {
        (&raw mut (*place).lock).write(FileLock::new());
        (&raw mut (*place).read_end).write(StdCell::new(None));
        (&raw mut (*place).write_end).write(StdCell::new(None));
        (&raw mut (*place).native_decoder).write(StdCell::new(None));
        (&raw mut (*place).native_encoder).write(StdCell::new(None));
        (&raw mut (*place).native).write(RefCell::default());
        (&raw mut (*place).decoded).write(RefCell::default());
        (&raw mut (*place).snapshot).write(RefCell::default());
        (&raw mut (*place).pending).write(RefCell::default());
    }
    Ok(Value::from_cell(cell))
}

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

/// One of the four ways in which lines end.
pub(crate) fn known_newline(thread: &mut Thread, text: Ref<Str>) -> PyResult<&'static str> {
    match ["", "\n", "\r", "\r\n"]
        .into_iter()
        .find(|known| text.is_str(known))
    {
        Some(known) => Ok(known),
        None => {
            let shown = protocol::repr(thread, text.value())?;
            Err(thread.value_error(format_args!("illegal newline value: {shown}")))
        }
    }
}

fn set_newline(this: Ref<TextIo>, newline: Option<&'static str>) {
    this.universal.set(newline.is_none_or(str::is_empty));
    this.translate.set(newline.is_none());
    this.read_end.set(newline);
    this.write_end
        .set(newline.filter(|end| end.starts_with('\r')));
}

/// Makes the decoder and encoder.
fn set_codecs(thread: &mut Thread, this: Ref<TextIo>, file: Value) -> PyResult<()> {
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

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
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
        this.chunk_size.set(CHUNK);
        *this.decoded.borrow_mut() = TextBuf::new();
        this.used.set(0);
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

fn has_encoder(this: Ref<TextIo>) -> bool {
    this.native_encoder.get().is_some() || this.encoder.load().is_some()
}

fn has_decoder(this: Ref<TextIo>) -> bool {
    this.native_decoder.get().is_some() || this.decoder.load().is_some()
}

/// Tells a new encoder whether the file is at its beginning; it is, if nobody can say.
fn find_encoder_start(thread: &mut Thread, this: Ref<TextIo>, file: Value) -> PyResult<()> {
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
fn set_encoder_start(thread: &mut Thread, this: Ref<TextIo>, at_start: bool) -> PyResult<()> {
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

/// The buffer.
fn attached(thread: &Thread, this: Ref<TextIo>) -> PyResult {
    this.buffer.load().ok_or_else(|| {
        thread.value_error(if this.detached.load(R) {
            "underlying buffer has been detached"
        } else {
            "I/O operation on uninitialized object"
        })
    })
}

fn check_initialised(thread: &Thread, this: Ref<TextIo>) -> PyResult<()> {
    if this.detached.load(R) {
        return Ok(());
    }
    attached(thread, this).map(|_| ())
}

/// The buffer, unless the file is closed.
fn open_buffer(thread: &mut Thread, value: Value) -> PyResult {
    let file = attached(thread, this(value))?;
    let closed = if std::ptr::eq(value.class().as_ptr(), &TEXT_IO) {
        is_closed(thread, file)?
    } else {
        is_closed(thread, value)?
    };
    if closed {
        return Err(thread.value_error("I/O operation on closed file."));
    }
    Ok(file)
}

fn locked<T>(
    thread: &mut Thread,
    value: Value,
    act: impl FnOnce(&mut Thread, Ref<TextIo>, Value) -> PyResult<T>,
) -> PyResult<T> {
    let this = this(value);
    attached(thread, this)?;
    this.lock.nested(thread, |thread| {
        let file = open_buffer(thread, value)?;
        act(thread, this, file)
    })
}

/// Gives what is pending to the buffer.
fn write_pending(thread: &mut Thread, this: Ref<TextIo>, file: Value) -> PyResult<()> {
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

fn encode(thread: &mut Thread, this: Ref<TextIo>, text: Ref<Str>) -> PyResult<Vec<u8>> {
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

fn write(thread: &mut Thread, value: Value, text: Value) -> PyResult {
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
            if waiting == 0 || waiting + data.len() <= this.chunk_size.get() {
                break;
            }
            // Meanwhile the buffer may write to this file itself.
            write_pending(thread, this, file)?;
        }
        this.pending.borrow_mut().extend_from_slice(&data);
        let is_much = this.pending.borrow().len() >= this.chunk_size.get();
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

fn forget_decoded(this: Ref<TextIo>) {
    *this.decoded.borrow_mut() = TextBuf::new();
    this.used.set(0);
}

fn reset_decoder(thread: &mut Thread, this: Ref<TextIo>) -> PyResult<()> {
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

fn decode(
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

fn decoder_state(thread: &mut Thread, this: Ref<TextIo>) -> PyResult<(Vec<u8>, i64)> {
    if this.native_decoder.get().is_some() {
        let native = this.native.borrow();
        return Ok((native.rest.clone(), i64::from(native.newlines.pending)));
    }
    let decoder = this.decoder.load().unwrap_or_else(none);
    codec::state_of(thread, decoder)
}

fn set_decoder_state(
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
    let size = int::from_usize(thread, hint.max(this.chunk_size.get()));
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
    *this.decoded.borrow_mut() = text;
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

fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
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
            forget_decoded(this);
            *this.snapshot.borrow_mut() = None;
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

/// Where a line that begins at `from` ends, if that can be seen.
pub(crate) fn line_end(
    text: Text<'_>,
    from: usize,
    universal: bool,
    translate: bool,
    end: Option<&str>,
) -> Option<usize> {
    let rest = text.slice(from..text.len());
    let find = |wanted: u8| match rest {
        Text::One(units) => memchr::memchr(wanted, units),
        _ => rest.codes().position(|code| code == u32::from(wanted)),
    };
    if translate || !universal && end.is_none_or(|end| end == "\n") {
        return find(b'\n').map(|place| from + place + 1);
    }
    if universal {
        let lf = find(b'\n');
        let cr = find(b'\r');
        return match (cr, lf) {
            (Some(cr), lf) if lf.is_none_or(|lf| cr < lf) => {
                let next = rest.get(cr + 1) == Some(u32::from(b'\n'));
                Some(from + cr + 1 + usize::from(next))
            }
            (_, lf) => lf.map(|place| from + place + 1),
        };
    }
    if end == Some("\r") {
        return find(b'\r').map(|place| from + place + 1);
    }
    let mut start = 0;
    loop {
        let part = rest.slice(start..rest.len());
        let cr = part.codes().position(|code| code == u32::from(b'\r'))?;
        if part.get(cr + 1) == Some(u32::from(b'\n')) {
            return Some(from + start + cr + 2);
        }
        start += cr + 1;
    }
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
            if line.len() >= most || !read_chunk(thread, this, file, 0)? {
                if line.is_empty() || line.len() < most {
                    forget_decoded(this);
                    *this.snapshot.borrow_mut() = None;
                }
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

fn readline(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
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

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
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

fn flush(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this, file| {
        this.telling.set(this.seekable.get());
        write_pending(thread, this, file)?;
        call(thread, file, &n::FLUSH, &[])
    })
}

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

fn tell(thread: &mut Thread, value: Value) -> PyResult {
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

fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
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
                if (text.len() as i64) < i64::from(cookie.skip) {
                    return Err(
                        thread.raise(&types::OS_ERROR, "can't restore logical file position")
                    );
                }
                *this.decoded.borrow_mut() = text;
                this.used.set(cookie.skip as usize);
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

fn truncate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "truncate", 0)?;
    let file = attached(thread, this(value))?;
    call(thread, value, &n::FLUSH, &[])?;
    call(thread, file, &n::TRUNCATE, &[or_none(size)])
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let file = attached(thread, this)?;
    // Asking may detach it.
    if is_closed(thread, value)? || this.detached.load(R) {
        return Ok(none());
    }
    if this.finalizing.load(R) {
        // What it says to it does not matter.
        let _ = call(thread, file, &n::DEALLOC_WARN, &[value]);
    }
    let flushed = call(thread, value, &n::FLUSH, &[]).map(|_| ());
    let closed = call(thread, file, &n::CLOSE, &[]).map(|_| ());
    crate::wrapper::set(thread, file, None);
    chained(thread, flushed, closed)?;
    Ok(none())
}

fn detach(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    let this = this(value);
    attached(thread, this)?;
    call(thread, value, &n::FLUSH, &[])?;
    let file = attached(thread, this)?;
    this.detached.store(true, R);
    thread.store(this, &this.buffer, None);
    crate::wrapper::set(thread, file, None);
    Ok(file)
}

fn reconfigure(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
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
        if changes_codec && !this.decoded.borrow().is_empty() && has_decoder(this) {
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
                *flag = Some(protocol::is_true(thread, given)?);
            }
        }
        call(thread, value, &n::FLUSH, &[])?;
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

macro_rules! passes {
    ($($function:ident => $name:ident;)*) => {$(
        fn $function(thread: &mut Thread, value: Value) -> PyResult {
            let file = attached(thread, this(value))?;
            call(thread, file, &n::$name, &[])
        }
    )*};
}

passes! {
    seekable => SEEKABLE;
    readable => READABLE;
    writable => WRITABLE;
    fileno => FILENO;
    isatty => ISATTY;
}

fn get_slot(thread: &Thread, this: Ref<TextIo>, slot: &Slot) -> PyResult {
    check_initialised(thread, this)?;
    Ok(slot.load().unwrap_or_else(none))
}

fn get_encoding(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).encoding.load().unwrap_or_else(none))
}

fn get_errors(thread: &mut Thread, value: Value) -> PyResult {
    get_slot(thread, this(value), &this(value).errors)
}

fn get_buffer(thread: &mut Thread, value: Value) -> PyResult {
    attached(thread, this(value))
}

fn get_line_buffering(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).line_buffering.load(R)))
}

fn get_write_through(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).write_through.load(R)))
}

fn get_closed(thread: &mut Thread, value: Value) -> PyResult {
    let file = attached(thread, this(value))?;
    attribute(thread, file, &n::CLOSED)
}

fn get_name(thread: &mut Thread, value: Value) -> PyResult {
    let file = attached(thread, this(value))?;
    attribute(thread, file, &n::NAME)
}

fn get_newlines(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    attached(thread, this)?;
    if let Some(decoder) = this.decoder.load() {
        let name = n::NEWLINES.get(thread);
        return Ok(protocol::find_attribute(thread, decoder, name)?.unwrap_or_else(none));
    }
    let seen = this
        .lock
        .nested(thread, |_| Ok(this.native.borrow().newlines.seen))?;
    seen_value(thread, seen)
}

fn get_chunk_size(thread: &mut Thread, value: Value) -> PyResult {
    attached(thread, this(value))?;
    Ok(int::from_usize(thread, this(value).chunk_size.get()))
}

fn set_chunk_size(thread: &mut Thread, value: Value, size: Option<Value>) -> PyResult<()> {
    attached(thread, this(value))?;
    let Some(size) = size else {
        return Err(thread.raise(
            &types::ATTRIBUTE_ERROR,
            format_args!(
                "attribute '_CHUNK_SIZE' of '{}' objects cannot be deleted",
                TEXT_IO.name()
            ),
        ));
    };
    let size = protocol::convert::as_index_or(thread, size, &types::VALUE_ERROR)?;
    if size <= 0 {
        return Err(thread.value_error("a strictly positive integer is required"));
    }
    this(value).chunk_size.set(size as usize);
    Ok(())
}

fn get_finalizing(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).finalizing.load(R)))
}

fn set_finalizing(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = bool_member(thread, new)?;
    this(value).finalizing.store(new, R);
    Ok(())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    check_initialised(thread, this)?;
    let class = value.class();
    let mut text = TextBuilder::new();
    text.push_str(&format!("<{}", class.name()));
    if let Some(name) = shown_name(thread, value)? {
        text.push_str(" name=");
        text.push_text(name.text());
    }
    let name = n::MODE.get(thread);
    if let Some(mode) = protocol::find_attribute(thread, value, name)? {
        text.push_str(" mode=");
        let mode = protocol::repr(thread, mode)?;
        text.push_text(mode.text());
    }
    let encoding = protocol::repr(thread, this.encoding.load().unwrap_or_else(none))?;
    text.push_str(" encoding=");
    text.push_text(encoding.text());
    text.push_str(">");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "TextIOWrapper(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)\n--\n\nText on a buffered file.\n\nThe newline says which ends of lines there are: None for all, each becoming \\n; '' for all, as they are;\nor one of \\n, \\r and \\r\\n. When writing, \\n becomes that, unless it is None or ''.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::NEXT.is(next),
    ],
    methods: &[
        Method::any(
            "detach",
            detach,
            "detach($self, /)\n--\n\nSeparate the buffer from the text, and return it.",
        ),
        Method::any(
            "reconfigure",
            reconfigure,
            "reconfigure($self, /, *, encoding=None, errors=None, newline=None,\n            line_buffering=None, write_through=None)\n--\n\nChange how the text is read and written.",
        ),
        Method::one(
            "write",
            write,
            "write($self, text, /)\n--\n\nWrite a string; how many characters.",
        ),
        Method::any(
            "read",
            read,
            "read($self, size=-1, /)\n--\n\nRead so many characters, less only at the end.",
        ),
        Method::any(
            "readline",
            readline,
            "readline($self, size=-1, /)\n--\n\nRead a line; nothing at the end.",
        ),
        Method::no_arguments(
            "flush",
            flush,
            "flush($self, /)\n--\n\nWrite what is still in buffers.",
        ),
        Method::no_arguments(
            "close",
            close,
            "close($self, /)\n--\n\nFlush and close the file.",
        ),
        Method::no_arguments(
            "fileno",
            fileno,
            "fileno($self, /)\n--\n\nThe number of the open file.",
        ),
        Method::no_arguments(
            "seekable",
            seekable,
            "seekable($self, /)\n--\n\nCan one move in the file?",
        ),
        Method::no_arguments(
            "readable",
            readable,
            "readable($self, /)\n--\n\nCan the file be read?",
        ),
        Method::no_arguments(
            "writable",
            writable,
            "writable($self, /)\n--\n\nCan the file be written?",
        ),
        Method::no_arguments(
            "isatty",
            isatty,
            "isatty($self, /)\n--\n\nIs it a terminal?",
        ),
        Method::any(
            "seek",
            seek,
            "seek($self, cookie, whence=os.SEEK_SET, /)\n--\n\nGo to a place that tell() gave, to the start or to the end.",
        ),
        Method::no_arguments(
            "tell",
            tell,
            "tell($self, /)\n--\n\nThe place in the file, as a number that only seek() understands.",
        ),
        Method::any(
            "truncate",
            truncate,
            "truncate($self, pos=None, /)\n--\n\nCut the file.",
        ),
        Method::no_arguments(
            "__getstate__",
            cannot_pickle,
            "__getstate__($self, /)\n--\n\n",
        ),
    ],
    getset: &[
        GetSet::read_only("encoding", get_encoding, None).member(),
        GetSet::read_only("line_buffering", get_line_buffering, None).member(),
        GetSet::read_only("write_through", get_write_through, None).member(),
        GetSet::new("_finalizing", get_finalizing, set_finalizing, None).member(),
        GetSet::read_only("name", get_name, None),
        GetSet::read_only("closed", get_closed, None),
        GetSet::read_only("newlines", get_newlines, None),
        GetSet::read_only("errors", get_errors, None),
        GetSet::new("_CHUNK_SIZE", get_chunk_size, set_chunk_size, None),
        GetSet::read_only("buffer", get_buffer, None),
    ],
    constants: &[],
};
