//! `TextIOWrapper`: text on a buffered file.
//!
//! | what | where |
//! |---|---|
//! | the object; its buffer; closing, detaching | here |
//! | what it is told: `__init__`, `reconfigure` | `configure` |
//! | its decoder and encoder, whoever made them | `coding` |
//! | reading | `read` |
//! | writing | `write` |
//! | `tell`, `seek`, `truncate` | `place` |
//! | attributes, `repr` | `attribute` |
//!
//! ## Protocol
//! The object's [`FileLock`] is held for each operation, also while the buffer blocks; the holder may come again (a codec or a buffer made
//! in Python that uses the file), as in CPython. No `RefCell` stays borrowed while Python code may run.
//!
//! ## Invariants
//! - `decoded[..used]` was given out. `snapshot` is the decoder's state before the bytes that gave `decoded`, and those bytes.
//! - `pending` is encoded and not yet given to the buffer.

mod attribute;
mod coding;
mod configure;
mod place;
mod read;
mod write;

use std::cell::{Cell as StdCell, RefCell};
use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Cell, GetSet, Method, PyResult, Ref, Slot, Thread, TypeObject, TypeSpec, Value, ValueExt,
    none, slots,
};
use grwl_text::TextBuf;
use grwl_threads::sync::{AtomicBool, AtomicUsize, Ordering};
use grwl_types_text::codec::Codec;

use crate::base::TEXT_IO_BASE;
use crate::codec::{Native, NativeState};
use crate::lock::FileLock;
use crate::names as n;
use crate::object::{call, cannot_pickle, chained, declaration, is_closed};

use attribute::{
    get_buffer, get_chunk_size, get_closed, get_encoding, get_errors, get_finalizing,
    get_line_buffering, get_name, get_newlines, get_write_through, repr, set_chunk_size,
    set_finalizing,
};
use configure::{init, reconfigure};
use place::{seek, tell, truncate};
use read::{next, read, readline};
use write::{flush, write};

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
    /// Set from Python without the lock.
    chunk_size: AtomicUsize,
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
    /// Is `decoded` a piece of the file, though perhaps an empty one, that nothing has thrown away since?
    has_piece: StdCell<bool>,
    used: StdCell<usize>,
    /// How many bytes a character of the last piece took: so many are asked for each that is wanted.
    bytes_a_character: StdCell<f64>,
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
