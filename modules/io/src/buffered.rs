//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`: a buffer around a raw file.
//!
//! ## Protocol
//! - One operation at a time: the object's [`FileLock`] is held from the first look at the buffers to the last, also while the raw file
//!   blocks or runs Python code. A thread that comes again while it holds the lock is refused.
//! - Of `ahead` (read, not yet given out) and `pending` (taken, not yet written) at most one is not empty.
//!
//! ## Invariant
//! The raw file stands `ahead.len() - taken` bytes after, or `pending.len()` bytes before, the place that the buffered file shows.

use std::cell::{Cell as StdCell, RefCell};
use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Cell, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread, TypeObject, TypeSpec,
    Value, ValueExt, int, none, protocol, slots,
};
use grwl_threads::sync::{AtomicBool, Ordering};

use crate::base::{
    BUFFERED_IO_BASE, check_readable, check_seekable, check_writable, read_raw, write_raw,
};
use crate::file_io::{self, FileIo};
use crate::lock::FileLock;
use crate::names as n;
use crate::object::{
    DEFAULT_BUFFER_SIZE, attribute, bool_member, call, cannot_pickle, chained, declaration,
    is_closed, offset, or_none, shown_name, size_argument, unsupported, would_block,
};

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
    size: StdCell<usize>,
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
        this.size.set(size);
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

/// The raw file.
fn raw_of(thread: &Thread, this: Ref<Buffered>) -> PyResult {
    this.raw.load().ok_or_else(|| {
        thread.value_error(if this.detached.load(R) {
            "raw stream has been detached"
        } else {
            "I/O operation on uninitialized object"
        })
    })
}

/// The raw file, unless it is closed: `read of closed file`.
fn open_raw(thread: &mut Thread, this: Ref<Buffered>, message: &str) -> PyResult {
    let raw = raw_of(thread, this)?;
    let closed = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::is_closed(file),
        None => is_closed(thread, raw)?,
    };
    if closed {
        return Err(thread.value_error(message));
    }
    Ok(raw)
}

fn raw_tell_of(thread: &mut Thread, this: Ref<Buffered>, raw: Value) -> PyResult<i64> {
    let place = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::seek_to(thread, file, 0, libc::SEEK_CUR)?,
        None => {
            let place = call(thread, raw, &n::TELL, &[])?;
            offset(thread, place)?
        }
    };
    if place < 0 {
        return Err(thread.raise(
            &grwl_object::types::OS_ERROR,
            format_args!("Raw stream returned invalid position {place}"),
        ));
    }
    this.place.set(Some(place));
    Ok(place)
}

fn raw_seek(thread: &mut Thread, this: Ref<Buffered>, to: i64, how: i32) -> PyResult<i64> {
    let raw = raw_of(thread, this)?;
    let place = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::seek_to(thread, file, to, how)?,
        None => {
            let arguments = [int::from_i64(thread, to), Value::small(how.into())];
            let place = call(thread, raw, &n::SEEK, &arguments)?;
            offset(thread, place)?
        }
    };
    if place < 0 {
        return Err(thread.raise(
            &grwl_object::types::OS_ERROR,
            format_args!("Raw stream returned invalid position {place}"),
        ));
    }
    this.place.set(Some(place));
    Ok(place)
}

fn moved(this: Ref<Buffered>, by: usize) {
    if let Some(place) = this.place.get() {
        this.place.set(Some(place + by as i64));
    }
}

/// Reads from the raw file onto `to`; how much. `None`: it would have to wait.
fn raw_read(
    thread: &mut Thread,
    this: Ref<Buffered>,
    to: &mut Vec<u8>,
    length: usize,
) -> PyResult<Option<usize>> {
    let raw = raw_of(thread, this)?;
    let count = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::read_onto(thread, file, to, length)?,
        None => match read_raw(thread, raw, length)? {
            Some(bytes) => {
                to.extend_from_slice(&bytes);
                Some(bytes.len())
            }
            None => None,
        },
    };
    moved(this, count.unwrap_or(0));
    Ok(count)
}

fn raw_write(thread: &mut Thread, this: Ref<Buffered>, data: &[u8]) -> PyResult<Option<usize>> {
    let raw = raw_of(thread, this)?;
    let count = match raw.downcast_exact::<FileIo>() {
        Some(file) => file_io::write_from(thread, file, data.as_ptr(), data.len())?,
        None => write_raw(thread, raw, data)?,
    };
    moved(this, count.unwrap_or(0));
    Ok(count)
}

/// How much was read and not given out.
fn available(this: Ref<Buffered>) -> usize {
    this.ahead.borrow().len() - this.taken.get()
}

fn forget_ahead(this: Ref<Buffered>) {
    this.ahead.borrow_mut().clear();
    this.taken.set(0);
}

/// Gives out what was read, at most `most` bytes.
fn take(this: Ref<Buffered>, most: usize, onto: &mut Vec<u8>) -> usize {
    let count = available(this).min(most);
    let from = this.taken.get();
    onto.extend_from_slice(&this.ahead.borrow()[from..from + count]);
    this.taken.set(from + count);
    count
}

/// Reads ahead once. What was read must have been given out.
fn fill(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<Option<usize>> {
    let mut space = this.ahead.take();
    space.clear();
    this.taken.set(0);
    let result = raw_read(thread, this, &mut space, this.size.get());
    *this.ahead.borrow_mut() = space;
    result
}

/// Writes out what is pending.
fn flush_pending(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<()> {
    let mut data = this.pending.take();
    let mut done = 0;
    let result = loop {
        if done == data.len() {
            break Ok(());
        }
        match raw_write(thread, this, &data[done..]) {
            Ok(Some(count)) => done += count,
            Ok(None) => break Err(would_block(thread, 0)),
            Err(raised) => break Err(raised),
        }
        // A signal's handler may raise: what was written is not written again.
        if let Err(raised) = thread.poll() {
            break Err(raised);
        }
    };
    data.drain(..done);
    *this.pending.borrow_mut() = data;
    result
}

/// Brings the raw file to the place that is shown.
fn settle(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<()> {
    flush_pending(thread, this)?;
    let rest = available(this);
    if this.reads.load(R) && rest > 0 {
        raw_seek(thread, this, -(rest as i64), libc::SEEK_CUR)?;
    }
    forget_ahead(this);
    Ok(())
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

fn bytes(thread: &Thread, bytes: &[u8]) -> PyResult {
    Ok(Bytes::new(thread, bytes)?.value())
}

/// Before reading: what is pending must be in the file.
fn ready_to_read(thread: &mut Thread, this: Ref<Buffered>) -> PyResult<()> {
    if this.writes.load(R) {
        flush_pending(thread, this)
    } else {
        Ok(())
    }
}

fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "read", 0)?;
    let size = size_argument(thread, size)?;
    raw_of(thread, this(value))?;
    if size < -1 {
        return Err(thread.value_error("read length must be non-negative or -1"));
    }
    open_raw(thread, this(value), "read of closed file")?;
    locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        if size < 0 {
            read_all(thread, this)
        } else {
            read_some(thread, this, size as usize)
        }
    })
}

fn read_all(thread: &mut Thread, this: Ref<Buffered>) -> PyResult {
    let mut all = Vec::new();
    take(this, usize::MAX, &mut all);
    forget_ahead(this);
    let raw = raw_of(thread, this)?;
    if let Some(file) = raw.downcast_exact::<FileIo>() {
        let before = all.len();
        let done = file_io::read_all_onto(thread, file, &mut all)?;
        moved(this, all.len() - before);
        if !done && all.is_empty() {
            return Ok(none());
        }
        return bytes(thread, &all);
    }
    let name = n::READALL.get(thread);
    if let Some(method) = protocol::find_attribute(thread, raw, name)? {
        let rest = protocol::call_positional(thread, method, &[])?;
        if rest.is_none() {
            return if all.is_empty() {
                Ok(rest)
            } else {
                bytes(thread, &all)
            };
        }
        let Some(rest) = rest.downcast::<Bytes>() else {
            return Err(thread.type_error("readall() should return bytes"));
        };
        moved(this, rest.len());
        all.extend_from_slice(rest.as_slice());
        return bytes(thread, &all);
    }
    loop {
        let chunk = call(thread, raw, &n::READ, &[])?;
        if chunk.is_none() {
            return if all.is_empty() {
                Ok(chunk)
            } else {
                bytes(thread, &all)
            };
        }
        let Some(chunk) = chunk.downcast::<Bytes>() else {
            return Err(thread.type_error("read() should return bytes"));
        };
        if chunk.is_empty() {
            return bytes(thread, &all);
        }
        moved(this, chunk.len());
        all.extend_from_slice(chunk.as_slice());
    }
}

/// Reads so many bytes, less only at the end or where it would have to wait. Whole blocks go past the buffer.
fn read_some(thread: &mut Thread, this: Ref<Buffered>, wanted: usize) -> PyResult {
    let mut out = Vec::new();
    if take(this, wanted, &mut out) == wanted {
        return bytes(thread, &out);
    }
    forget_ahead(this);
    if out.try_reserve(wanted - out.len()).is_err() {
        return Err(thread.memory_error());
    }
    let size = this.size.get();
    loop {
        let rest = wanted - out.len();
        if rest == 0 {
            return bytes(thread, &out);
        }
        let count = if rest >= size {
            raw_read(thread, this, &mut out, rest / size * size)?
        } else {
            let count = fill(thread, this)?;
            take(this, rest, &mut out);
            count
        };
        match count {
            Some(0) => return bytes(thread, &out),
            None if out.is_empty() => return Ok(none()),
            None => return bytes(thread, &out),
            Some(_) => {}
        }
    }
}

fn read1(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "read1", 0)?;
    let size = match size {
        Some(size) => protocol::as_isize(thread, size)?,
        None => -1,
    };
    open_raw(thread, this(value), "read of closed file")?;
    if size == 0 {
        return bytes(thread, b"");
    }
    locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        let size = if size < 0 {
            this.size.get()
        } else {
            size as usize
        };
        let mut out = Vec::new();
        if take(this, size, &mut out) == 0 {
            forget_ahead(this);
            raw_read(thread, this, &mut out, size)?;
        }
        bytes(thread, &out)
    })
}

fn peek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "peek", 0)?;
    if let Some(size) = size {
        protocol::as_isize(thread, size)?;
    }
    open_raw(thread, this(value), "peek of closed file")?;
    locked(thread, value, |thread, this| {
        if this.writes.load(R) {
            settle(thread, this)?;
        }
        if available(this) == 0 {
            fill(thread, this)?;
        }
        let from = this.taken.get();
        let ahead = this.ahead.borrow();
        bytes(thread, &ahead[from..])
    })
}

fn into(thread: &mut Thread, value: Value, target: Value, once: bool) -> PyResult {
    raw_of(thread, this(value))?;
    open_raw(thread, this(value), "readinto of closed file")?;
    let name = if once { "readinto1" } else { "readinto" };
    let view = buffer::writable(thread, target, name, "argument")?;
    let (to, length) = (view.pointer, view.length);
    let result = locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        let mut done = 0;
        let mut waits = false;
        while done < length {
            let mut part = Vec::new();
            let rest = length - done;
            let mut is_last = false;
            if take(this, rest, &mut part) == 0 {
                forget_ahead(this);
                // With `once` the file is read once at most, and not into the buffer if there is something to return.
                let read = if rest > this.size.get() {
                    is_last = once;
                    raw_read(thread, this, &mut part, rest)?
                } else if once && done > 0 {
                    break;
                } else {
                    fill(thread, this)?.inspect(|_| {
                        take(this, rest, &mut part);
                    })
                };
                match read {
                    Some(0) => break,
                    Some(_) => {}
                    None => {
                        waits = true;
                        break;
                    }
                }
            }
            // SAFETY: the view's memory stays where it is, and has room for so many more.
            unsafe { std::ptr::copy(part.as_ptr(), to.add(done), part.len()) };
            done += part.len();
            if is_last {
                break;
            }
        }
        if waits && done == 0 {
            return Ok(none());
        }
        Ok(int::from_usize(thread, done))
    });
    view.release(thread);
    result
}

fn readinto(thread: &mut Thread, value: Value, target: Value) -> PyResult {
    into(thread, value, target, false)
}

fn readinto1(thread: &mut Thread, value: Value, target: Value) -> PyResult {
    into(thread, value, target, true)
}

fn read_line(thread: &mut Thread, value: Value, limit: isize) -> PyResult<Vec<u8>> {
    open_raw(thread, this(value), "readline of closed file")?;
    locked(thread, value, |thread, this| {
        ready_to_read(thread, this)?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut line = Vec::new();
        loop {
            let rest = most - line.len();
            let found = {
                let ahead = this.ahead.borrow();
                let ahead = &ahead[this.taken.get()..];
                let ahead = &ahead[..ahead.len().min(rest)];
                memchr::memchr(b'\n', ahead).map(|place| place + 1)
            };
            take(this, found.unwrap_or(rest), &mut line);
            if found.is_some() || line.len() == most {
                return Ok(line);
            }
            match fill(thread, this)? {
                Some(0) | None => return Ok(line),
                Some(_) => {}
            }
        }
    })
}

fn readline(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "readline", 0)?;
    let size = size_argument(thread, size)?;
    raw_of(thread, this(value))?;
    let line = read_line(thread, value, size)?;
    bytes(thread, &line)
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    raw_of(thread, this(value))?;
    let class = value.class();
    let is_plain = [&READER, &RANDOM]
        .iter()
        .any(|known| std::ptr::eq(class.as_ptr(), *known));
    if !is_plain {
        let line = call(thread, value, &n::READLINE, &[])?;
        if line.downcast::<Bytes>().is_none() {
            return Err(thread.raise(
                &grwl_object::types::OS_ERROR,
                format_args!(
                    "readline() should have returned a bytes object, not '{}'",
                    line.class().name()
                ),
            ));
        }
        return Ok((protocol::length(thread, line)? > 0).then_some(line));
    }
    let line = read_line(thread, value, -1)?;
    if line.is_empty() {
        return Ok(None);
    }
    bytes(thread, &line).map(Some)
}

fn write(thread: &mut Thread, value: Value, data: Value) -> PyResult {
    raw_of(thread, this(value))?;
    let view = buffer::get(thread, data, request::SIMPLE)?;
    let result = (|| {
        open_raw(thread, this(value), "write to closed file")?;
        let copy;
        // Other threads may change the memory meanwhile, unless it is that of `bytes`.
        let data = match data.downcast::<Bytes>() {
            Some(data) => data.as_slice(),
            None => {
                copy = view.to_vec();
                &copy[..]
            }
        };
        locked(thread, value, |thread, this| {
            // It may have been closed while this thread waited for the lock.
            open_raw(thread, this, "write to closed file")?;
            write_some(thread, this, data)
        })
    })();
    view.release(thread);
    Ok(int::from_usize(thread, result?))
}

/// Writes from Rust: all of it, or an exception.
pub(crate) fn write_bytes(thread: &mut Thread, value: Value, data: &[u8]) -> PyResult<usize> {
    open_raw(thread, this(value), "write to closed file")?;
    locked(thread, value, |thread, this| write_some(thread, this, data))
}

fn write_some(thread: &mut Thread, this: Ref<Buffered>, data: &[u8]) -> PyResult<usize> {
    let rest = available(this);
    if this.reads.load(R) {
        if rest > 0 {
            raw_seek(thread, this, -(rest as i64), libc::SEEK_CUR)?;
        }
        forget_ahead(this);
    }
    let size = this.size.get();
    let used = this.pending.borrow().len();
    if used + data.len() <= size {
        this.pending.borrow_mut().extend_from_slice(data);
        return Ok(data.len());
    }
    match flush_pending(thread, this) {
        Ok(()) => {}
        Err(raised) if raised.matches(&grwl_object::types::BLOCKING_IO_ERROR) => {
            let room = size.saturating_sub(this.pending.borrow().len());
            let fits = room.min(data.len());
            this.pending.borrow_mut().extend_from_slice(&data[..fits]);
            if fits == data.len() {
                return Ok(fits);
            }
            return Err(would_block(thread, fits));
        }
        Err(raised) => return Err(raised),
    }
    let mut done = 0;
    while data.len() - done > size {
        match raw_write(thread, this, &data[done..])? {
            Some(count) => done += count,
            None => {
                this.pending
                    .borrow_mut()
                    .extend_from_slice(&data[done..done + size]);
                return Err(would_block(thread, done + size));
            }
        }
        thread.poll()?;
    }
    this.pending.borrow_mut().extend_from_slice(&data[done..]);
    Ok(data.len())
}

fn flush(thread: &mut Thread, value: Value) -> PyResult {
    raw_of(thread, this(value))?;
    if !this(value).writes.load(R) {
        let raw = raw_of(thread, this(value))?;
        return call(thread, raw, &n::FLUSH, &[]);
    }
    open_raw(thread, this(value), "flush of closed file")?;
    locked(thread, value, settle)?;
    Ok(none())
}

fn tell(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    locked(thread, value, |thread, this| {
        let place = raw_tell_of(thread, this, raw)?;
        let shown = place - available(this) as i64 + this.pending.borrow().len() as i64;
        Ok(int::from_i64(thread, shown.max(0)))
    })
}

fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [to, how] = args.unpack(thread, "seek", 1)?;
    let how = match how {
        Some(how) => grwl_types_text::arguments::c_int(thread, how)?,
        None => 0,
    };
    raw_of(thread, this(value))?;
    if !matches!(how, 0..=4) {
        return Err(thread.value_error(format_args!("whence value {how} unsupported")));
    }
    let raw = open_raw(thread, this(value), "seek of closed file")?;
    check_seekable(thread, raw)?;
    let mut to = offset(thread, or_none(to))?;
    locked(thread, value, |thread, this| {
        if how <= 1 && this.reads.load(R) && this.pending.borrow().is_empty() {
            let here = match this.place.get() {
                Some(place) => place,
                None => raw_tell_of(thread, this, raw)?,
            };
            let rest = available(this) as i64;
            let shown = here - rest;
            let by = if how == 0 {
                to.checked_sub(shown)
            } else {
                Some(to)
            };
            if let Some(by) = by
                && by >= -(this.taken.get() as i64)
                && by <= rest
                && (rest > 0 || this.taken.get() > 0)
            {
                this.taken.set((this.taken.get() as i64 + by) as usize);
                // Devices that always say 0 make it negative.
                return Ok(int::from_i64(thread, (shown + by).max(0)));
            }
        }
        flush_pending(thread, this)?;
        if how == 1 {
            to -= available(this) as i64;
        }
        let place = raw_seek(thread, this, to, how)?;
        forget_ahead(this);
        Ok(int::from_i64(thread, place))
    })
}

fn truncate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "truncate", 0)?;
    raw_of(thread, this(value))?;
    let raw = open_raw(thread, this(value), "truncate of closed file")?;
    if !this(value).writes.load(R) {
        return Err(unsupported(thread, "truncate"));
    }
    locked(thread, value, |thread, this| {
        settle(thread, this)?;
        call(thread, raw, &n::TRUNCATE, &[or_none(size)])
    })
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

fn get_raw(thread: &mut Thread, value: Value) -> PyResult {
    let _ = thread;
    Ok(this(value).raw.load().unwrap_or_else(none))
}

fn get_closed(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    attribute(thread, raw, &n::CLOSED)
}

fn get_name(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    attribute(thread, raw, &n::NAME)
}

fn get_mode(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    attribute(thread, raw, &n::MODE)
}

fn get_finalizing(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).finalizing.load(R)))
}

fn set_finalizing(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = bool_member(thread, new)?;
    this(value).finalizing.store(new, R);
    Ok(())
}

fn size_of_object(thread: &mut Thread, value: Value) -> PyResult {
    let total = size_of::<Buffered>()
        + if this(value).raw.load().is_some() {
            this(value).size.get()
        } else {
            0
        };
    Ok(int::from_usize(thread, total))
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    let name = shown_name(thread, value)?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&format!("<{}", class.name()));
    if let Some(name) = name {
        text.push_str(" name=");
        text.push_text(name.text());
    }
    text.push_str(">");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

const DETACH: Method = Method::any(
    "detach",
    detach,
    "detach($self, /)\n--\n\nSeparate the raw file from its buffer, and return it.",
);
const FLUSH: Method = Method::no_arguments(
    "flush",
    flush,
    "flush($self, /)\n--\n\nWrite what is still in the buffer.",
);
const CLOSE: Method = Method::no_arguments(
    "close",
    close,
    "close($self, /)\n--\n\nFlush and close the file.",
);
const SEEKABLE: Method = Method::no_arguments(
    "seekable",
    seekable,
    "seekable($self, /)\n--\n\nCan one move in the file?",
);
const READABLE: Method = Method::no_arguments(
    "readable",
    readable,
    "readable($self, /)\n--\n\nCan the file be read?",
);
const WRITABLE: Method = Method::no_arguments(
    "writable",
    writable,
    "writable($self, /)\n--\n\nCan the file be written?",
);
const FILENO: Method = Method::no_arguments(
    "fileno",
    fileno,
    "fileno($self, /)\n--\n\nThe number of the open file.",
);
const ISATTY: Method = Method::no_arguments(
    "isatty",
    isatty,
    "isatty($self, /)\n--\n\nIs it a terminal?",
);
const DEALLOC_WARN: Method = Method::one(
    "_dealloc_warn",
    dealloc_warn,
    "_dealloc_warn($self, source, /)\n--\n\n",
);
const READ: Method = Method::any(
    "read",
    read,
    "read($self, size=-1, /)\n--\n\nRead so many bytes, less only at the end.",
);
const PEEK: Method = Method::any(
    "peek",
    peek,
    "peek($self, size=0, /)\n--\n\nWhat comes next, without moving; at most one read of the raw file.",
);
const READ1: Method = Method::any(
    "read1",
    read1,
    "read1($self, size=-1, /)\n--\n\nRead at most so many bytes, with at most one read of the raw file.",
);
const READINTO: Method = Method::one(
    "readinto",
    readinto,
    "readinto($self, buffer, /)\n--\n\nRead into a buffer.",
);
const READINTO1: Method = Method::one(
    "readinto1",
    readinto1,
    "readinto1($self, buffer, /)\n--\n\nRead into a buffer, with at most one read of the raw file.",
);
const READLINE: Method = Method::any(
    "readline",
    readline,
    "readline($self, size=-1, /)\n--\n\nRead a line, at most so many bytes of it.",
);
const WRITE: Method = Method::one(
    "write",
    write,
    "write($self, buffer, /)\n--\n\nWrite bytes; how many, which is all of them.",
);
const SEEK: Method = Method::any(
    "seek",
    seek,
    "seek($self, target, whence=0, /)\n--\n\nMove in the file; the new place.",
);
const TELL: Method =
    Method::no_arguments("tell", tell, "tell($self, /)\n--\n\nThe place in the file.");
const TRUNCATE: Method = Method::any(
    "truncate",
    truncate,
    "truncate($self, pos=None, /)\n--\n\nCut the file to a size; where it is now, by default.",
);
const SIZE_OF: Method =
    Method::no_arguments("__sizeof__", size_of_object, "__sizeof__($self, /)\n--\n\n");
const GETSTATE: Method = Method::no_arguments(
    "__getstate__",
    cannot_pickle,
    "__getstate__($self, /)\n--\n\n",
);

static GETSET: &[GetSet] = &[
    GetSet::read_only("raw", get_raw, None).member(),
    GetSet::new("_finalizing", get_finalizing, set_finalizing, None).member(),
    GetSet::read_only("closed", get_closed, None),
    GetSet::read_only("name", get_name, None),
    GetSet::read_only("mode", get_mode, None),
];

static READER_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer to read a raw file through.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init_reader),
        slots::REPR.is(repr),
        slots::NEXT.is(next),
    ],
    methods: &[
        DETACH,
        FLUSH,
        CLOSE,
        SEEKABLE,
        READABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        READ,
        PEEK,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        SEEK,
        TELL,
        TRUNCATE,
        SIZE_OF,
        GETSTATE,
    ],
    getset: GETSET,
    constants: &[],
};

static WRITER_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer to write a raw file through.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init_writer),
        slots::REPR.is(repr),
    ],
    methods: &[
        CLOSE,
        DETACH,
        SEEKABLE,
        WRITABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        WRITE,
        TRUNCATE,
        FLUSH,
        SEEK,
        TELL,
        SIZE_OF,
        GETSTATE,
    ],
    getset: GETSET,
    constants: &[],
};

static RANDOM_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nA buffer to read and write a raw file through.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init_random),
        slots::REPR.is(repr),
        slots::NEXT.is(next),
    ],
    methods: &[
        CLOSE,
        DETACH,
        SEEKABLE,
        READABLE,
        WRITABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        FLUSH,
        SEEK,
        TELL,
        TRUNCATE,
        READ,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        PEEK,
        WRITE,
        SIZE_OF,
        GETSTATE,
    ],
    getset: GETSET,
    constants: &[],
};

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
