//! `BytesIO`: a file in memory, and the view of its contents that `getbuffer` gives.
//!
//! The contents are touched with the object's own lock held. While there are views their memory does not move.

use std::cell::{Cell as StdCell, RefCell};
use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::buffer::{self, BufferView};
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::instance::{self, Attributes};
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Thread, Tuple,
    TypeObject, TypeSpec, Value, ValueExt, flags, int, iterators, none, protocol, slots, types,
};
use grwl_threads::sync::{AtomicBool, AtomicUsize, Ordering};

use crate::base::BUFFERED_IO_BASE;
use crate::lock::FileLock;
use crate::object::{declaration, only_size, or_none, size_argument};

/// `_io.BytesIO`
#[repr(C)]
pub struct BytesIo {
    header: Header,
    attributes: Attributes,
    lock: FileLock,
    closed: AtomicBool,
    views: AtomicUsize,
    contents: RefCell<Vec<u8>>,
    place: StdCell<usize>,
}

// SAFETY: repr(C), begins with a header; what is not atomic is touched with the object's own lock held.
unsafe impl Cell for BytesIo {
    fn type_object() -> &'static TypeObject {
        &BYTES_IO
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(BytesIo, attributes) as u32,
        count: Attributes::WORDS,
    },
    size: Size::Fixed(size_of::<BytesIo>()),
    drop: Some(drop_bytes),
    name: "BytesIO",
};

unsafe fn drop_bytes(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<BytesIo>().as_ptr()).contents) };
}

/// `_io.BytesIO`
pub static BYTES_IO: TypeObject = TypeObject::declare(&Declaration {
    flags: flags::BASE | flags::HAS_DICT | flags::WEAK_REFERENCES,
    ..declaration(
        "_io.BytesIO",
        &BUFFERED_IO_BASE,
        &CELL,
        size_of::<BytesIo>(),
    )
});

const R: Ordering = Ordering::Relaxed;

fn this(value: Value) -> Ref<BytesIo> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    let cell = instance::allocate(thread, class)?;
    let place = cell.cast::<BytesIo>().as_ptr();
    // SAFETY: a fresh cell with this payload.
    unsafe {
        (&raw mut (*place).lock).write(FileLock::new());
        (&raw mut (*place).contents).write(RefCell::default());
    }
    Ok(Value::from_cell(cell))
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static S: Signature<1> = Signature::new("BytesIO", ["initial_bytes"]).optional_after(0);
    let [initial] = args.parse(thread, &S)?;
    let this = this(value);
    let data = match initial.and_then(ValueExt::not_none) {
        Some(initial) => buffer::bytes_of(thread, initial)?,
        None => Vec::new(),
    };
    this.lock.nested(thread, |thread| {
        check_views(thread, this)?;
        *this.contents.borrow_mut() = data;
        this.place.set(0);
        Ok(())
    })
}

/// Is it a `BytesIO` that somebody has a view of?
pub(crate) fn is_viewed(value: Value) -> bool {
    value
        .downcast::<BytesIo>()
        .is_some_and(|this| this.views.load(R) > 0)
}

fn check_views(thread: &mut Thread, this: Ref<BytesIo>) -> PyResult<()> {
    if !buffer::without_dropped(thread, |_| this.views.load(R) == 0) {
        return Err(thread.buffer_error("Existing exports of data: object cannot be re-sized"));
    }
    Ok(())
}

fn locked<T>(
    thread: &mut Thread,
    value: Value,
    act: impl FnOnce(&mut Thread, Ref<BytesIo>) -> PyResult<T>,
) -> PyResult<T> {
    let this = this(value);
    this.lock.nested(thread, |thread| {
        if this.closed.load(R) {
            return Err(thread.value_error("I/O operation on closed file."));
        }
        act(thread, this)
    })
}

/// The next bytes, at most so many, and moves past them.
fn take(this: Ref<BytesIo>, most: usize) -> Vec<u8> {
    let contents = this.contents.borrow();
    let from = this.place.get().min(contents.len());
    let part = &contents[from..];
    let part = &part[..part.len().min(most)];
    if !part.is_empty() {
        this.place.set(from + part.len());
    }
    part.to_vec()
}

fn most(size: isize) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let size = only_size(thread, args, "read")?;
    let part = locked(thread, value, |_, this| Ok(take(this, most(size))))?;
    Ok(Bytes::new(thread, &part)?.value())
}

fn read1(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let size = only_size(thread, args, "read1")?;
    let part = locked(thread, value, |_, this| Ok(take(this, most(size))))?;
    Ok(Bytes::new(thread, &part)?.value())
}

fn readinto(thread: &mut Thread, value: Value, target: Value) -> PyResult {
    let view = buffer::writable(thread, target, "readinto", "argument")?;
    let (to, length) = (view.pointer, view.length);
    let result = locked(thread, value, |_, this| {
        let part = take(this, length);
        // SAFETY: the view's memory stays where it is, and has room.
        unsafe { std::ptr::copy(part.as_ptr(), to, part.len()) };
        Ok(part.len())
    });
    view.release(thread);
    Ok(int::from_usize(thread, result?))
}

fn line(this: Ref<BytesIo>, limit: isize) -> Vec<u8> {
    let end = {
        let contents = this.contents.borrow();
        let from = this.place.get().min(contents.len());
        memchr::memchr(b'\n', &contents[from..]).map_or(usize::MAX, |place| place + 1)
    };
    take(this, end.min(most(limit)))
}

fn readline(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let size = only_size(thread, args, "readline")?;
    let part = locked(thread, value, |_, this| Ok(line(this, size)))?;
    Ok(Bytes::new(thread, &part)?.value())
}

fn readlines(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "readlines", 0)?;
    let hint = size_argument(thread, size)?;
    let mut lines = Buffer::new();
    let mut total = 0;
    loop {
        let part = locked(thread, value, |_, this| Ok(line(this, -1)))?;
        if part.is_empty() {
            break;
        }
        total += part.len();
        let part = Bytes::new(thread, &part)?.value();
        lines.push(thread, part)?;
        if hint > 0 && total >= hint as usize {
            break;
        }
    }
    Ok(List::from_buffer(thread, lines).value())
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let part = locked(thread, value, |_, this| Ok(line(this, -1)))?;
    if part.is_empty() {
        return Ok(None);
    }
    Ok(Some(Bytes::new(thread, &part)?.value()))
}

fn iter(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(value))
}

fn write(thread: &mut Thread, value: Value, data: Value) -> PyResult {
    locked(thread, value, |thread, this| check_views(thread, this))?;
    let data = buffer::bytes_of(thread, data)?;
    locked(thread, value, |thread, this| {
        check_views(thread, this)?;
        if data.is_empty() {
            return Ok(Value::small(0));
        }
        let from = this.place.get();
        let end = from + data.len();
        let mut contents = this.contents.borrow_mut();
        if end > contents.len() {
            let more = end - contents.len();
            if contents.try_reserve(more).is_err() {
                drop(contents);
                return Err(thread.memory_error());
            }
            contents.resize(end, 0);
        }
        contents[from..end].copy_from_slice(&data);
        this.place.set(end);
        Ok(int::from_usize(thread, data.len()))
    })
}

fn writelines(thread: &mut Thread, value: Value, lines: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(()))?;
    protocol::for_each(thread, lines, |thread, line| {
        write(thread, value, line).map(|_| ())
    })?;
    Ok(none())
}

fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [to, how] = args.unpack(thread, "seek", 1)?;
    let to = protocol::as_isize(thread, or_none(to))?;
    let how = match how {
        Some(how) => grwl_types_text::arguments::c_int(thread, how)?,
        None => 0,
    };
    locked(thread, value, |thread, this| {
        let base = match how {
            0 if to < 0 => return Err(thread.value_error(format_args!("negative seek value {to}"))),
            0 => 0,
            1 => this.place.get(),
            2 => this.contents.borrow().len(),
            _ => {
                return Err(
                    thread.value_error(format_args!("invalid whence ({how}, should be 0, 1 or 2)"))
                );
            }
        };
        let Some(place) = (base as isize).checked_add(to) else {
            return Err(thread.overflow_error("new position too large"));
        };
        let place = place.max(0) as usize;
        this.place.set(place);
        Ok(int::from_usize(thread, place))
    })
}

fn tell(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this| {
        Ok(int::from_usize(thread, this.place.get()))
    })
}

fn truncate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "truncate", 0)?;
    let given = size_argument(thread, size)?;
    let is_given = size.and_then(ValueExt::not_none).is_some();
    locked(thread, value, |thread, this| {
        check_views(thread, this)?;
        if is_given && given < 0 {
            return Err(thread.value_error(format_args!("negative size value {given}")));
        }
        let size = if is_given {
            given as usize
        } else {
            this.place.get()
        };
        this.contents.borrow_mut().truncate(size);
        Ok(int::from_usize(thread, size))
    })
}

fn getvalue(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |thread, this| {
        let contents = this.contents.borrow();
        Ok(Bytes::new(thread, &contents)?.value())
    })
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    this.lock.nested(thread, |thread| {
        check_views(thread, this)?;
        this.closed.store(true, R);
        this.contents.take();
        Ok(none())
    })
}

fn yes(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(int::bool(true)))
}

fn no(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(int::bool(false)))
}

fn flush(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(none()))
}

fn get_closed(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).closed.load(R)))
}

fn getstate(thread: &mut Thread, value: Value) -> PyResult {
    let contents = getvalue(thread, value)?;
    let place = tell(thread, value)?;
    let dict = instance::copy_of_dict(thread, value)?;
    let dict = match dict {
        Some(dict) if !dict.is_empty() => dict.value(),
        _ => none(),
    };
    Ok(Tuple::try_new(thread, &[contents, place, dict])?.value())
}

fn setstate(thread: &mut Thread, value: Value, state: Value) -> PyResult {
    let Some(state) = state.downcast::<Tuple>().filter(|state| state.len() >= 3) else {
        return Err(thread.type_error(format_args!(
            "{}.__setstate__ argument should be 3-tuple, got {}",
            value.class().name(),
            state.class().name()
        )));
    };
    init(thread, value, Args::positional(&[state.at(0)]))?;
    let Some(place) = state.at(1).as_int() else {
        return Err(thread.type_error(format_args!(
            "second item of state must be an integer, not {}",
            state.at(1).class().name()
        )));
    };
    let Ok(place) = usize::try_from(place) else {
        return Err(thread.value_error("position value cannot be negative"));
    };
    locked(thread, value, |_, this| {
        this.place.set(place);
        Ok(())
    })?;
    if !state.at(2).is_none() {
        let Some(from) = state.at(2).downcast::<Dict>() else {
            return Err(thread.type_error(format_args!(
                "third item of state should be a dict, got a {}",
                state.at(2).class().name()
            )));
        };
        if let Some(own) = instance::dict_of(thread, value)? {
            own.merge(thread, from, true)?;
        }
    }
    Ok(none())
}

fn size_of_object(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    let room = this
        .lock
        .nested(thread, |_| Ok(this.contents.borrow().capacity()))?;
    Ok(int::from_usize(thread, size_of::<BytesIo>() + room))
}

/// `_io._BytesIOBuffer`: what lends a `BytesIO`'s memory.
#[repr(C)]
pub struct Lender {
    header: Header,
    source: Slot,
}

// SAFETY: repr(C), begins with a header; never changed.
unsafe impl Cell for Lender {
    fn type_object() -> &'static TypeObject {
        &LENDER
    }
}

static LENDER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Lender, source) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Lender>()),
    drop: None,
    name: "_BytesIOBuffer",
};

/// `_io._BytesIOBuffer`
pub static LENDER: TypeObject = TypeObject::declare(&Declaration {
    name: "_io._BytesIOBuffer",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &LENDER_CELL,
    kind: Kind::Traced,
    size: size_of::<Lender>(),
    attributes: 0,
});

fn source(value: Value) -> Ref<BytesIo> {
    // SAFETY: slots of the type are called with its instances only.
    let lender: Ref<Lender> = unsafe { value.downcast_unchecked() };
    this(lender.source.load().unwrap_or_else(none))
}

fn lend(thread: &mut Thread, value: Value, _flags: u32) -> PyResult<BufferView> {
    let source = source(value);
    source.lock.nested(thread, |_| {
        source.views.fetch_add(1, R);
        let mut contents = source.contents.borrow_mut();
        let length = contents.len();
        Ok(BufferView::of_bytes(
            value,
            contents.as_mut_ptr(),
            length,
            false,
        ))
    })
}

fn give_back(_thread: &mut Thread, value: Value, _view: &BufferView) {
    source(value).views.fetch_sub(1, R);
}

fn getbuffer(thread: &mut Thread, value: Value) -> PyResult {
    locked(thread, value, |_, _| Ok(()))?;
    // SAFETY: the type has this layout.
    let lender = unsafe {
        thread.new_cell(&LENDER, |header| Lender {
            header,
            source: Slot::new(Some(value)),
        })
    };
    let memoryview = iterators::builtin(thread, "memoryview")?;
    protocol::call_positional(thread, memoryview, &[lender.value()])
}

static SPEC: TypeSpec = TypeSpec {
    doc: Some("BytesIO(initial_bytes=b'')\n--\n\nA file of bytes in memory."),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::ITER.is(iter),
        slots::NEXT.is(next),
    ],
    methods: &[
        Method::no_arguments(
            "readable",
            yes,
            "readable($self, /)\n--\n\nAlways, until it is closed.",
        ),
        Method::no_arguments(
            "seekable",
            yes,
            "seekable($self, /)\n--\n\nAlways, until it is closed.",
        ),
        Method::no_arguments(
            "writable",
            yes,
            "writable($self, /)\n--\n\nAlways, until it is closed.",
        ),
        Method::no_arguments(
            "close",
            close,
            "close($self, /)\n--\n\nForget the contents.",
        ),
        Method::no_arguments("flush", flush, "flush($self, /)\n--\n\nDo nothing."),
        Method::no_arguments("isatty", no, "isatty($self, /)\n--\n\nNever."),
        Method::no_arguments("tell", tell, "tell($self, /)\n--\n\nThe place in the file."),
        Method::one(
            "write",
            write,
            "write($self, b, /)\n--\n\nWrite bytes; how many.",
        ),
        Method::one(
            "writelines",
            writelines,
            "writelines($self, lines, /)\n--\n\nWrite all of an iterable.",
        ),
        Method::any(
            "read1",
            read1,
            "read1($self, size=-1, /)\n--\n\nRead at most so many bytes.",
        ),
        Method::one(
            "readinto",
            readinto,
            "readinto($self, buffer, /)\n--\n\nRead into a buffer; how many bytes.",
        ),
        Method::any(
            "readline",
            readline,
            "readline($self, size=-1, /)\n--\n\nRead a line, at most so many bytes of it.",
        ),
        Method::any(
            "readlines",
            readlines,
            "readlines($self, size=None, /)\n--\n\nRead lines until they are so long in all.",
        ),
        Method::any(
            "read",
            read,
            "read($self, size=-1, /)\n--\n\nRead at most so many bytes.",
        ),
        Method::no_arguments(
            "getbuffer",
            getbuffer,
            "getbuffer($self, /)\n--\n\nA view of the contents that can be written to.",
        ),
        Method::no_arguments(
            "getvalue",
            getvalue,
            "getvalue($self, /)\n--\n\nThe contents.",
        ),
        Method::any(
            "seek",
            seek,
            "seek($self, pos, whence=0, /)\n--\n\nMove in the file; the new place.",
        ),
        Method::any(
            "truncate",
            truncate,
            "truncate($self, size=None, /)\n--\n\nCut the file to a size; where it is now, by default.",
        ),
        Method::no_arguments("__getstate__", getstate, "__getstate__($self, /)\n--\n\n"),
        Method::one(
            "__setstate__",
            setstate,
            "__setstate__($self, object, /)\n--\n\n",
        ),
        Method::no_arguments("__sizeof__", size_of_object, "__sizeof__($self, /)\n--\n\n"),
    ],
    getset: &[GetSet::read_only(
        "closed",
        get_closed,
        Some("True if the file is closed."),
    )],
    constants: &[],
};

static LENDER_SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::GET_BUFFER.is(lend),
        slots::RELEASE_BUFFER.is(give_back),
    ],
    methods: &[],
    getset: &[],
    constants: &[],
};

pub(crate) fn install() {
    BYTES_IO.define(&SPEC);
    LENDER.define(&LENDER_SPEC);
}
