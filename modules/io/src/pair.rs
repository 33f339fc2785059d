//! `BufferedRWPair`: a reader and a writer that look like one file. They are never changed once made; each has its own lock.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Cell, GetSet, Method, Name, PyResult, Ref, Slot, Thread, TypeObject, TypeSpec, Value,
    int, intern, protocol, slots,
};

use crate::base::{BUFFERED_IO_BASE, check_readable, check_writable};
use crate::buffered::{READER, WRITER};
use crate::names as n;
use crate::object::{DEFAULT_BUFFER_SIZE, asks, attribute, call, chained, declaration};

/// `_io.BufferedRWPair`
#[repr(C)]
pub struct Pair {
    header: Header,
    attributes: Attributes,
    reader: Slot,
    writer: Slot,
}

// SAFETY: repr(C), begins with a header; slots are atomic.
unsafe impl Cell for Pair {
    fn type_object() -> &'static TypeObject {
        &PAIR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Pair, attributes) as u32,
        count: Attributes::WORDS + 2,
    },
    size: Size::Fixed(size_of::<Pair>()),
    drop: None,
    name: "BufferedRWPair",
};

/// `_io.BufferedRWPair`
pub static PAIR: TypeObject = TypeObject::declare(&declaration(
    "_io.BufferedRWPair",
    &BUFFERED_IO_BASE,
    &CELL,
    size_of::<Pair>(),
));

fn this(value: Value) -> Ref<Pair> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { grwl_object::ValueExt::downcast_unchecked(value) }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    let [reader, writer, size] = args.unpack(thread, "BufferedRWPair", 2)?;
    let (Some(reader), Some(writer)) = (reader, writer) else {
        unreachable!("both are required")
    };
    let size = match size {
        Some(size) => size,
        None => Value::small(DEFAULT_BUFFER_SIZE as i64),
    };
    check_readable(thread, reader)?;
    check_writable(thread, writer)?;
    let class = Ref::from_static(&READER).value();
    let reader = protocol::call_positional(thread, class, &[reader, size])?;
    let class = Ref::from_static(&WRITER).value();
    let writer = protocol::call_positional(thread, class, &[writer, size])?;
    let this = this(value);
    thread.store(this, &this.reader, Some(reader));
    thread.store(this, &this.writer, Some(writer));
    Ok(())
}

fn part(thread: &Thread, slot: &Slot) -> PyResult {
    slot.load()
        .ok_or_else(|| thread.value_error("I/O operation on uninitialized object"))
}

fn pass(thread: &mut Thread, part: Value, name: &'static Name, args: Args<'_>) -> PyResult {
    let name = name.get(thread);
    let method = protocol::get_attribute(thread, part, name)?;
    protocol::call(thread, method, args)
}

macro_rules! passes {
    ($($function:ident => $part:ident, $name:ident;)*) => {$(
        fn $function(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
            let part = part(thread, &this(value).$part)?;
            pass(thread, part, &n::$name, args)
        }
    )*};
}

passes! {
    read => reader, READ;
    peek => reader, PEEK;
    read1 => reader, READ1;
    readinto => reader, READINTO;
    readinto1 => reader, READINTO1;
    write => writer, WRITE;
    flush => writer, FLUSH;
    readable => reader, READABLE;
    writable => writer, WRITABLE;
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let writer = part(thread, &this(value).writer)?;
    let reader = part(thread, &this(value).reader)?;
    let first = call(thread, writer, &n::CLOSE, &[]).map(|_| ());
    let second = call(thread, reader, &n::CLOSE, &[]);
    let result = second.unwrap_or_else(|_| grwl_object::none());
    chained(thread, first, second.map(|_| ()))?;
    Ok(result)
}

fn isatty(thread: &mut Thread, value: Value) -> PyResult {
    let writer = part(thread, &this(value).writer)?;
    if asks(thread, writer, &n::ISATTY)? {
        return Ok(int::bool(true));
    }
    let reader = part(thread, &this(value).reader)?;
    call(thread, reader, &n::ISATTY, &[])
}

fn get_closed(thread: &mut Thread, value: Value) -> PyResult {
    match this(value).writer.load() {
        Some(writer) => attribute(thread, writer, &n::CLOSED),
        None => {
            let message = intern(
                thread,
                "the BufferedRWPair object is being garbage-collected",
            );
            Err(thread.runtime_error(message))
        }
    }
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "BufferedRWPair(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)\n--\n\nA raw file to read and one to write, with buffers, as one file in which one cannot move.",
    ),
    slots: &[slots::NEW.is(new), slots::INIT.is(init)],
    methods: &[
        Method::any("read", read, "Read so many bytes."),
        Method::any("peek", peek, "What comes next, without moving."),
        Method::any(
            "read1",
            read1,
            "Read with at most one read of the raw file.",
        ),
        Method::any("readinto", readinto, "Read into a buffer."),
        Method::any(
            "readinto1",
            readinto1,
            "Read into a buffer, with at most one read of the raw file.",
        ),
        Method::any("write", write, "Write bytes."),
        Method::any(
            "flush",
            flush,
            "flush($self, /)\n--\n\nWrite what is still in the buffer.",
        ),
        Method::any(
            "readable",
            readable,
            "readable($self, /)\n--\n\nCan the reader be read?",
        ),
        Method::any(
            "writable",
            writable,
            "writable($self, /)\n--\n\nCan the writer be written?",
        ),
        Method::no_arguments("close", close, "close($self, /)\n--\n\nClose both."),
        Method::no_arguments(
            "isatty",
            isatty,
            "isatty($self, /)\n--\n\nIs one of them a terminal?",
        ),
    ],
    getset: &[GetSet::read_only("closed", get_closed, None)],
    constants: &[],
};
