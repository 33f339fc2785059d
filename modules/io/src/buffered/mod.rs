//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`: a buffer around a raw file.
//!
//! | what | where |
//! |---|---|
//! | the objects and their types; closing, detaching | here |
//! | what is asked of the raw file | `raw` |
//! | reading through the buffer | `read` |
//! | writing through the buffer | `write` |
//! | places: `tell`, `seek`, `truncate` | `place` |
//! | attributes, `repr` | `attribute` |
//! | which of the three types has which methods | `method` |
//!
//! ## Protocol
//! - One operation at a time: the object's [`FileLock`] is held from the first look at the buffers to the last, also while the raw file
//!   blocks or runs Python code. A thread that comes again while it holds the lock is refused.
//! - Of `ahead` (read, not yet given out) and `pending` (taken, not yet written) at most one is not empty.
//!
//! ## Invariant
//! The raw file stands `ahead.len() - taken` bytes after, or `pending.len()` bytes before, the place that the buffered file shows.

mod attribute;
mod method;
mod place;
mod raw;
mod read;
mod write;

use std::cell::{Cell as StdCell, RefCell};
use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Cell, PyResult, Ref, Signature, Slot, Thread, TypeObject, Value, ValueExt, none, protocol,
};
use grwl_threads::sync::{AtomicBool, AtomicUsize, Ordering};

use crate::base::{BUFFERED_IO_BASE, check_readable, check_seekable, check_writable};
use crate::lock::FileLock;
use crate::names as n;
use crate::object::{DEFAULT_BUFFER_SIZE, call, chained, declaration, is_closed, or_none};

use method::{RANDOM_SPEC, READER_SPEC, WRITER_SPEC};
use raw::{raw_of, raw_tell_of};

pub(crate) use write::write_bytes;

/// The three types' instances.
#[repr(C)]
pub struct Buffered {
    header: Header,
    attributes: Attributes,
    /// See `wrapper`.
    pub(crate) wrapper: Slot,
    raw: Slot,
    pub(crate) lock: FileLock,
    detached: AtomicBool,
    finalizing: AtomicBool,
    /// Set once, by `__init__`.
    reads: AtomicBool,
    writes: AtomicBool,
    /// Read by `__sizeof__` without the lock.
    size: AtomicUsize,
    ahead: RefCell<Vec<u8>>,
    taken: StdCell<usize>,
    pending: RefCell<Vec<u8>>,
    /// Where the raw file stands, if that is known.
    place: StdCell<Option<i64>>,
}

// SAFETY: repr(C), begins with a header; what is not atomic is touched with the object's own lock held.
unsafe impl Cell for Buffered {
    fn type_object() -> &'static TypeObject {
        &READER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Buffered, attributes) as u32,
        count: Attributes::WORDS + 2,
    },
    size: Size::Fixed(size_of::<Buffered>()),
    drop: Some(drop_buffered),
    name: "buffered file",
};

const _: () = assert!(offset_of!(Buffered, raw) == crate::object::ATTRIBUTES + 24);

unsafe fn drop_buffered(cell: CellPtr) {
    let this = cell.cast::<Buffered>().as_ptr();
    // SAFETY: the heap calls this once for each dead buffered file.
    unsafe {
        std::ptr::drop_in_place(&raw mut (*this).ahead);
        std::ptr::drop_in_place(&raw mut (*this).pending);
    }
}

const SIZE: usize = size_of::<Buffered>();

/// `_io.BufferedReader`
pub static READER: TypeObject = TypeObject::declare(&declaration(
    "_io.BufferedReader",
    &BUFFERED_IO_BASE,
    &CELL,
    SIZE,
));

/// `_io.BufferedWriter`
pub static WRITER: TypeObject = TypeObject::declare(&declaration(
    "_io.BufferedWriter",
    &BUFFERED_IO_BASE,
    &CELL,
    SIZE,
));

/// `_io.BufferedRandom`
pub static RANDOM: TypeObject = TypeObject::declare(&declaration(
    "_io.BufferedRandom",
    &BUFFERED_IO_BASE,
    &CELL,
    SIZE,
));

/// The value as a buffered file of one of the three types.
pub(crate) fn of(value: Value) -> Option<Ref<Buffered>> {
    let cell = value.as_cell()?;
    let class = value.class();
    let fits = [&READER, &WRITER, &RANDOM]
        .iter()
        .any(|known| class.is_subtype_of(known));
    // SAFETY: all three types have this layout.
    fits.then(|| unsafe { Ref::from_cell(cell) })
}

fn this(value: Value) -> Ref<Buffered> {
    let cell = value.as_cell().expect("a file object is a cell");
    // SAFETY: slots and methods of the types are called with their instances only.
    unsafe { Ref::from_cell(cell) }
}

const R: Ordering = Ordering::Relaxed;

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    let cell = instance::allocate(thread, class)?;
    let place = cell.cast::<Buffered>().as_ptr();
    // SAFETY: a fresh cell with this payload.
    unsafe {
        (&raw mut (*place).lock).write(FileLock::new());
        (&raw mut (*place).ahead).write(RefCell::new(Vec::new()));
        (&raw mut (*place).pending).write(RefCell::new(Vec::new()));
        (&raw mut (*place).place).write(StdCell::new(None));
    }
    Ok(Value::from_cell(cell))
}

fn init_as(
    thread: &mut Thread,
    value: Value,
    args: Args<'_>,
    signature: &'static Signature<2>,
    reads: bool,
    writes: bool,
) -> PyResult<()> {
    let [raw, size] = args.parse(thread, signature)?;
    let raw = or_none(raw);
    let size = match size {
        Some(size) => protocol::as_isize(thread, size)?,
        None => DEFAULT_BUFFER_SIZE as isize,
    };
    let this = this(value);
    thread.store(this, &this.raw, None);
    this.detached.store(false, R);
    if reads && writes {
        check_seekable(thread, raw)?;
    }
    if reads {
        check_readable(thread, raw)?;
    }
    if writes {
        check_writable(thread, raw)?;
    }
    if size <= 0 {
        return Err(thread.value_error("buffer size must be strictly positive"));
    }
    let size = size as usize;
    if size > isize::MAX as usize / 2 {
        return Err(thread.memory_error());
    }
    this.lock.exclusive(thread, value, |thread| {
        this.size.store(size, R);
        this.ahead.borrow_mut().clear();
        this.taken.set(0);
        this.pending.borrow_mut().clear();
        this.place.set(None);
        // Learn where the raw file stands, if it can tell.
        let _ = raw_tell_of(thread, this, raw);
        Ok(())
    })?;
    this.reads.store(reads, R);
    this.writes.store(writes, R);
    this.finalizing.store(false, R);
    thread.store(this, &this.raw, Some(raw));
    crate::wrapper::set(thread, raw, Some(value));
    Ok(())
}

const PARAMETERS: [&str; 2] = ["raw", "buffer_size"];

fn init_reader(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<2> = Signature::new("BufferedReader", PARAMETERS).optional_after(1);
    init_as(thread, value, args, &S, true, false)
}

fn init_writer(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<2> = Signature::new("BufferedWriter", PARAMETERS).optional_after(1);
    init_as(thread, value, args, &S, false, true)
}

fn init_random(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<2> = Signature::new("BufferedRandom", PARAMETERS).optional_after(1);
    init_as(thread, value, args, &S, true, true)
}

fn locked<T>(
    thread: &mut Thread,
    value: Value,
    act: impl FnOnce(&mut Thread, Ref<Buffered>) -> PyResult<T>,
) -> PyResult<T> {
    let this = this(value);
    this.lock
        .exclusive(thread, value, |thread| act(thread, this))
}

fn dealloc_warn(thread: &mut Thread, value: Value, source: Value) -> PyResult {
    if let Some(raw) = this(value).raw.load() {
        // What the raw file says to it does not matter.
        let _ = call(thread, raw, &n::DEALLOC_WARN, &[source]);
    }
    Ok(none())
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let raw = raw_of(thread, this)?;
    let closed = this
        .lock
        .exclusive(thread, value, |thread| is_closed(thread, raw))?;
    if closed {
        return Ok(none());
    }
    if this.finalizing.load(R) {
        let _ = call(thread, raw, &n::DEALLOC_WARN, &[value]);
    }
    let flushed = call(thread, value, &n::FLUSH, &[]).map(|_| ());
    // With the lock held: who waits for it finds the file closed.
    let closed = this.lock.exclusive(thread, value, |thread| {
        let closed = call(thread, raw, &n::CLOSE, &[]).map(|_| ());
        this.ahead.take();
        this.taken.set(0);
        this.pending.take();
        Ok(closed)
    })?;
    crate::wrapper::set(thread, raw, None);
    chained(thread, flushed, closed)?;
    Ok(none())
}

fn detach(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    let this = this(value);
    raw_of(thread, this)?;
    call(thread, value, &n::FLUSH, &[])?;
    let raw = raw_of(thread, this)?;
    this.detached.store(true, R);
    thread.store(this, &this.raw, None);
    crate::wrapper::set(thread, raw, None);
    Ok(raw)
}

macro_rules! passes {
    ($($function:ident => $name:ident;)*) => {$(
        fn $function(thread: &mut Thread, value: Value) -> PyResult {
            let raw = raw_of(thread, this(value))?;
            call(thread, raw, &n::$name, &[])
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

pub(crate) fn install() {
    READER.define(&READER_SPEC);
    WRITER.define(&WRITER_SPEC);
    RANDOM.define(&RANDOM_SPEC);
}

/// Is it exactly one of the types that write?
pub(crate) fn is_exact(value: Value) -> bool {
    let class = value.class();
    std::ptr::eq(class.as_ptr(), &WRITER) || std::ptr::eq(class.as_ptr(), &RANDOM)
}
