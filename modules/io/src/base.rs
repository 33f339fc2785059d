//! `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`: what file objects inherit.

use grwl_object::buffer;
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, GetSet, Method, PyResult, Thread, TypeObject, TypeSpec, Value, ValueExt,
    instance, int, none, protocol, slots, types, unraisable,
};

use crate::names as n;
use crate::object::{
    DEFAULT_BUFFER_SIZE, IO_BASE_CELL, IoBase, Scratch, attribute, call, chained, declaration,
    is_closed, only_size, unsupported,
};

const SIZE: usize = size_of::<IoBase>();

/// `_io._IOBase`
pub static IO_BASE: TypeObject = TypeObject::declare(&declaration(
    "_io._IOBase",
    &types::OBJECT,
    &IO_BASE_CELL,
    SIZE,
));
/// `_io._RawIOBase`
pub static RAW_IO_BASE: TypeObject = TypeObject::declare(&declaration(
    "_io._RawIOBase",
    &IO_BASE,
    &IO_BASE_CELL,
    SIZE,
));
/// `_io._BufferedIOBase`
pub static BUFFERED_IO_BASE: TypeObject = TypeObject::declare(&declaration(
    "_io._BufferedIOBase",
    &IO_BASE,
    &IO_BASE_CELL,
    SIZE,
));
/// `_io._TextIOBase`
pub static TEXT_IO_BASE: TypeObject = TypeObject::declare(&declaration(
    "_io._TextIOBase",
    &IO_BASE,
    &IO_BASE_CELL,
    SIZE,
));

fn new(thread: &mut Thread, class: grwl_object::Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    // Zeroes are a file object without attributes.
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

macro_rules! refuses {
    ($($function:ident = $message:literal;)*) => {$(
        fn $function(thread: &mut Thread, _this: Value, _args: Args<'_>) -> PyResult {
            Err(unsupported(thread, $message))
        }
    )*};
}

refuses! {
    no_seek = "seek";
    no_truncate = "truncate";
    no_fileno = "fileno";
    no_detach = "detach";
    no_read = "read";
    no_read1 = "read1";
    no_readline = "readline";
    no_write = "write";
}

fn not_implemented(thread: &mut Thread, _this: Value, _args: Args<'_>) -> PyResult {
    Err(thread.raise_with(&types::NOT_IMPLEMENTED_ERROR, &[]))
}

fn tell(thread: &mut Thread, this: Value) -> PyResult {
    call(thread, this, &n::SEEK, &[Value::small(0), Value::small(1)])
}

/// Was `close` called on a plain file object?
fn own_closed(thread: &mut Thread, this: Value) -> PyResult<bool> {
    let name = n::IO_BASE_CLOSED.get(thread);
    match protocol::find_attribute(thread, this, name)? {
        Some(_) => Ok(true),
        None => Ok(false),
    }
}

fn flush(thread: &mut Thread, this: Value) -> PyResult {
    if own_closed(thread, this)? {
        return Err(thread.value_error("I/O operation on closed file."));
    }
    Ok(none())
}

fn close(thread: &mut Thread, this: Value) -> PyResult {
    if own_closed(thread, this)? {
        return Ok(none());
    }
    let flushed = call(thread, this, &n::FLUSH, &[]).map(|_| ());
    let name = n::IO_BASE_CLOSED.get(thread);
    let stored = protocol::set_attribute(thread, this, name, int::bool(true));
    chained(thread, flushed, stored)?;
    Ok(none())
}

fn finalize(thread: &mut Thread, this: Value) -> PyResult<()> {
    let this = crate::wrapper::outermost(this);
    if crate::bytes_io::is_viewed(this)
        && let Some(cell) = this.as_cell()
    {
        // Those who look at its memory die first.
        grwl_object::instance::register_finalizer(thread, &this.class(), cell);
        return Ok(());
    }
    let closed = match attribute(thread, this, &n::CLOSED) {
        Ok(closed) => closed,
        // A file object that was never initialised.
        Err(_) => return Ok(()),
    };
    if protocol::is_true(thread, closed).unwrap_or(true) {
        return Ok(());
    }
    let name = n::FINALIZING.get(thread);
    let _ = protocol::set_attribute(thread, this, name, int::bool(true));
    if let Err(raised) = call(thread, this, &n::CLOSE, &[]) {
        unraisable::report(
            thread,
            raised,
            "Exception ignored while finalizing file",
            Some(this),
        );
    }
    Ok(())
}

fn no(_thread: &mut Thread, _this: Value) -> PyResult {
    Ok(int::bool(false))
}

/// Raises `ValueError` if the file is closed.
pub(crate) fn check_closed(thread: &mut Thread, this: Value) -> PyResult<()> {
    if is_closed(thread, this)? {
        return Err(thread.value_error("I/O operation on closed file."));
    }
    Ok(())
}

/// Raises `UnsupportedOperation` unless the file object says that it can.
fn check_can(
    thread: &mut Thread,
    this: Value,
    name: &'static grwl_object::Name,
    message: &str,
) -> PyResult {
    let answer = call(thread, this, name, &[])?;
    if answer != int::bool(true) {
        return Err(unsupported(thread, message));
    }
    Ok(answer)
}

pub(crate) fn check_seekable(thread: &mut Thread, this: Value) -> PyResult {
    check_can(
        thread,
        this,
        &n::SEEKABLE,
        "File or stream is not seekable.",
    )
}
pub(crate) fn check_readable(thread: &mut Thread, this: Value) -> PyResult {
    check_can(
        thread,
        this,
        &n::READABLE,
        "File or stream is not readable.",
    )
}
pub(crate) fn check_writable(thread: &mut Thread, this: Value) -> PyResult {
    check_can(
        thread,
        this,
        &n::WRITABLE,
        "File or stream is not writable.",
    )
}

fn check_closed_method(thread: &mut Thread, this: Value, _args: Args<'_>) -> PyResult {
    check_closed(thread, this)?;
    Ok(none())
}
fn check_seekable_method(thread: &mut Thread, this: Value, _args: Args<'_>) -> PyResult {
    check_seekable(thread, this)
}
fn check_readable_method(thread: &mut Thread, this: Value, _args: Args<'_>) -> PyResult {
    check_readable(thread, this)
}
fn check_writable_method(thread: &mut Thread, this: Value, _args: Args<'_>) -> PyResult {
    check_writable(thread, this)
}

fn isatty(thread: &mut Thread, this: Value) -> PyResult {
    check_closed(thread, this)?;
    Ok(int::bool(false))
}

fn enter(thread: &mut Thread, this: Value) -> PyResult {
    check_closed(thread, this)?;
    Ok(this)
}

fn exit(thread: &mut Thread, this: Value, _args: Args<'_>) -> PyResult {
    call(thread, this, &n::CLOSE, &[])
}

pub(crate) fn iter(thread: &mut Thread, this: Value) -> PyResult {
    check_closed(thread, this)?;
    Ok(this)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let line = call(thread, this, &n::READLINE, &[])?;
    if protocol::length(thread, line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line))
}

fn is_interrupted(raised: grwl_object::Raised) -> bool {
    raised.matches(&types::INTERRUPTED_ERROR)
}

fn readline(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let limit = only_size(thread, args, "readline")?;
    let peek_name = n::PEEK.get(thread);
    let can_peek = protocol::find_attribute(thread, this, peek_name)?.is_some();
    let mut line = Vec::new();
    while limit < 0 || (line.len() as isize) < limit {
        let mut wanted = 1;
        if can_peek {
            let ahead = match call(thread, this, &n::PEEK, &[Value::small(1)]) {
                Err(raised) if is_interrupted(raised) => {
                    thread.poll()?;
                    continue;
                }
                result => result?,
            };
            let Some(bytes) = ahead.downcast::<Bytes>() else {
                return Err(thread.raise(
                    &types::OS_ERROR,
                    format_args!(
                        "peek() should have returned a bytes object, not '{}'",
                        ahead.class().name()
                    ),
                ));
            };
            if !bytes.is_empty() {
                let bytes = bytes.as_slice();
                let room = if limit < 0 {
                    usize::MAX
                } else {
                    limit as usize - line.len()
                };
                let part = &bytes[..bytes.len().min(room)];
                wanted = memchr::memchr(b'\n', part).map_or(part.len(), |place| place + 1);
            }
        }
        let wanted = int::from_usize(thread, wanted);
        let chunk = match call(thread, this, &n::READ, &[wanted]) {
            Err(raised) if is_interrupted(raised) => {
                thread.poll()?;
                continue;
            }
            result => result?,
        };
        let Some(bytes) = chunk.downcast::<Bytes>() else {
            return Err(thread.raise(
                &types::OS_ERROR,
                format_args!(
                    "read() should have returned a bytes object, not '{}'",
                    chunk.class().name()
                ),
            ));
        };
        if bytes.is_empty() {
            break;
        }
        line.extend_from_slice(bytes.as_slice());
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    Ok(Bytes::new(thread, &line)?.value())
}

fn readlines(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let hint = only_size(thread, args, "readlines")?;
    let mut lines = Buffer::new();
    let mut total = 0;
    let iterator = protocol::get_iter(thread, this)?;
    while let Some(line) = protocol::next(thread, iterator)? {
        lines.push(thread, line)?;
        if hint > 0 {
            let length = protocol::length(thread, line)? as isize;
            if length > hint - total {
                break;
            }
            total += length;
        }
    }
    Ok(List::from_buffer(thread, lines).value())
}

fn writelines(thread: &mut Thread, this: Value, lines: Value) -> PyResult {
    check_closed(thread, this)?;
    let iterator = protocol::get_iter(thread, lines)?;
    while let Some(line) = protocol::next(thread, iterator)? {
        loop {
            match call(thread, this, &n::WRITE, &[line]) {
                Err(raised) if is_interrupted(raised) => thread.poll()?,
                result => {
                    result?;
                    break;
                }
            }
        }
    }
    Ok(none())
}

fn get_closed(thread: &mut Thread, this: Value) -> PyResult {
    Ok(int::bool(own_closed(thread, this)?))
}

fn get_dict(thread: &mut Thread, this: Value) -> PyResult {
    Ok(instance::dict_of(thread, this)?.map_or_else(none, |dict| dict.value()))
}

fn set_dict(thread: &mut Thread, this: Value, dict: Option<Value>) -> PyResult<()> {
    let Some(given) = dict else {
        return Err(thread.type_error("cannot delete __dict__"));
    };
    let Some(dict) = given.downcast::<Dict>() else {
        return Err(thread.type_error(format_args!(
            "__dict__ must be set to a dictionary, not a '{}'",
            given.class().name()
        )));
    };
    instance::set_dict(thread, this, dict)?;
    Ok(())
}

static IO_BASE_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "What all file objects inherit.\n\nThere is no data here, and methods that a file cannot do raise UnsupportedOperation.\nA file object is an iterator over its lines, and can be used in a with statement, which closes it.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::ITER.is(iter),
        slots::NEXT.is(next),
        slots::FINALIZE.is(finalize),
    ],
    methods: &[
        Method::any(
            "seek",
            no_seek,
            "seek($self, offset, whence=os.SEEK_SET, /)\n--\n\nMove to a place in the file: from the start (whence 0), from here (1) or from the end (2).",
        ),
        Method::no_arguments("tell", tell, "tell($self, /)\n--\n\nThe place in the file."),
        Method::any(
            "truncate",
            no_truncate,
            "truncate($self, size=None, /)\n--\n\nCut the file to a size; where it is now, by default.",
        ),
        Method::no_arguments(
            "flush",
            flush,
            "flush($self, /)\n--\n\nWrite what is still in buffers.",
        ),
        Method::no_arguments(
            "close",
            close,
            "close($self, /)\n--\n\nFlush and close the file. Closing it again does nothing.",
        ),
        Method::no_arguments(
            "seekable",
            no,
            "seekable($self, /)\n--\n\nCan one move in the file?",
        ),
        Method::no_arguments(
            "readable",
            no,
            "readable($self, /)\n--\n\nCan the file be read?",
        ),
        Method::no_arguments(
            "writable",
            no,
            "writable($self, /)\n--\n\nCan the file be written?",
        ),
        Method::any(
            "_checkClosed",
            check_closed_method,
            "_checkClosed($self, /)\n--\n\n",
        ),
        Method::any(
            "_checkSeekable",
            check_seekable_method,
            "_checkSeekable($self, /)\n--\n\n",
        ),
        Method::any(
            "_checkReadable",
            check_readable_method,
            "_checkReadable($self, /)\n--\n\n",
        ),
        Method::any(
            "_checkWritable",
            check_writable_method,
            "_checkWritable($self, /)\n--\n\n",
        ),
        Method::any(
            "fileno",
            no_fileno,
            "fileno($self, /)\n--\n\nThe number of the open file; OSError if there is none.",
        ),
        Method::no_arguments(
            "isatty",
            isatty,
            "isatty($self, /)\n--\n\nIs it a terminal?",
        ),
        Method::no_arguments("__enter__", enter, "__enter__($self, /)\n--\n\n"),
        Method::any("__exit__", exit, "__exit__($self, /, *args)\n--\n\n"),
        Method::any(
            "readline",
            readline,
            "readline($self, size=-1, /)\n--\n\nRead a line, at most so many bytes of it.",
        ),
        Method::any(
            "readlines",
            readlines,
            "readlines($self, hint=-1, /)\n--\n\nRead lines until they are longer than the hint in all.",
        ),
        Method::one(
            "writelines",
            writelines,
            "writelines($self, lines, /)\n--\n\nWrite all of an iterable; ends of lines are not added.",
        ),
    ],
    getset: &[
        GetSet::new("__dict__", get_dict, set_dict, None),
        GetSet::read_only("closed", get_closed, None),
    ],
    constants: &[],
};

fn raw_read(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "read", 0)?;
    let size = match size {
        Some(size) => grwl_types_text::arguments::size(thread, size)?,
        None => -1,
    };
    if size < 0 {
        return call(thread, this, &n::READALL, &[]);
    }
    let bytearray = grwl_object::iterators::builtin(thread, "bytearray")?;
    let length = int::from_usize(thread, size.unsigned_abs());
    let array = protocol::call_positional(thread, bytearray, &[length])?;
    let count = call(thread, this, &n::READINTO, &[array])?;
    if count.is_none() {
        return Ok(count);
    }
    let count = protocol::convert::as_index_or(thread, count, &types::VALUE_ERROR)?;
    if count < 0 || count > size {
        return Err(thread.value_error(format_args!(
            "readinto returned {count} outside buffer size {size}"
        )));
    }
    let bytes = buffer::bytes_of(thread, array)?;
    let end = bytes.len().min(count as usize);
    Ok(Bytes::new(thread, &bytes[..end])?.value())
}

fn raw_readall(thread: &mut Thread, this: Value) -> PyResult {
    let mut all = Vec::new();
    let mut is_first = true;
    let size = Value::small(DEFAULT_BUFFER_SIZE as i64);
    loop {
        let chunk = match call(thread, this, &n::READ, &[size]) {
            Err(raised) if is_interrupted(raised) => {
                thread.poll()?;
                continue;
            }
            result => result?,
        };
        if chunk.is_none() {
            if is_first {
                return Ok(chunk);
            }
            break;
        }
        let Some(bytes) = chunk.downcast::<Bytes>() else {
            return Err(thread.type_error("read() should return bytes"));
        };
        if bytes.is_empty() {
            break;
        }
        is_first = false;
        all.extend_from_slice(bytes.as_slice());
    }
    Ok(Bytes::new(thread, &all)?.value())
}

static RAW_SPEC: TypeSpec = TypeSpec {
    doc: Some("What files without a buffer inherit."),
    slots: &[],
    methods: &[
        Method::any(
            "read",
            raw_read,
            "read($self, size=-1, /)\n--\n\nRead at most so many bytes, in one call of the system.",
        ),
        Method::no_arguments(
            "readall",
            raw_readall,
            "readall($self, /)\n--\n\nRead until the end.",
        ),
        Method::any("readinto", not_implemented, "Read into a buffer."),
        Method::any("write", not_implemented, "Write bytes."),
    ],
    getset: &[],
    constants: &[],
};

/// `readinto` by `read`.
fn into_by(
    thread: &mut Thread,
    this: Value,
    target: Value,
    name: &'static grwl_object::Name,
) -> PyResult {
    let view = buffer::writable(thread, target, name.text(), "argument")?;
    let result = copy_into(thread, this, &view, name);
    view.release(thread);
    result
}

fn copy_into(
    thread: &mut Thread,
    this: Value,
    view: &buffer::BufferView,
    name: &'static grwl_object::Name,
) -> PyResult {
    let wanted = int::from_usize(thread, view.length);
    let data = call(thread, this, name, &[wanted])?;
    let Some(bytes) = data.downcast::<Bytes>() else {
        return Err(thread.type_error("read() should return bytes"));
    };
    let bytes = bytes.as_slice();
    if bytes.len() > view.length {
        return Err(thread.value_error(format_args!(
            "read() returned too much data: {} bytes requested, {} returned",
            view.length,
            bytes.len()
        )));
    }
    if !bytes.is_empty() {
        // SAFETY: the view's memory stays where it is, and there is room.
        unsafe { std::ptr::copy(bytes.as_ptr(), view.pointer, bytes.len()) };
    }
    Ok(int::from_usize(thread, bytes.len()))
}

fn readinto(thread: &mut Thread, this: Value, target: Value) -> PyResult {
    into_by(thread, this, target, &n::READ)
}

fn readinto1(thread: &mut Thread, this: Value, target: Value) -> PyResult {
    into_by(thread, this, target, &n::READ1)
}

static BUFFERED_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "What files with a buffer inherit.\n\nread() without a size reads until the end, and none of the methods returns less than asked for no reason.",
    ),
    slots: &[],
    methods: &[
        Method::any(
            "detach",
            no_detach,
            "detach($self, /)\n--\n\nSeparate the raw file from its buffer, and return it.",
        ),
        Method::any(
            "read",
            no_read,
            "read($self, size=-1, /)\n--\n\nRead so many bytes, less only at the end.",
        ),
        Method::any(
            "read1",
            no_read1,
            "read1($self, size=-1, /)\n--\n\nRead at most so many bytes, with at most one read of the raw file.",
        ),
        Method::one(
            "readinto",
            readinto,
            "readinto($self, buffer, /)\n--\n\nRead into a buffer.",
        ),
        Method::one(
            "readinto1",
            readinto1,
            "readinto1($self, buffer, /)\n--\n\nRead into a buffer, with at most one read of the raw file.",
        ),
        Method::any(
            "write",
            no_write,
            "write($self, b, /)\n--\n\nWrite bytes; how many, which is all of them.",
        ),
    ],
    getset: &[],
    constants: &[],
};

fn get_none(_thread: &mut Thread, _this: Value) -> PyResult {
    Ok(none())
}

static TEXT_SPEC: TypeSpec = TypeSpec {
    doc: Some("What files of text inherit."),
    slots: &[],
    methods: &[
        Method::any(
            "detach",
            no_detach,
            "detach($self, /)\n--\n\nSeparate the buffer from the text, and return it.",
        ),
        Method::any(
            "read",
            no_read,
            "read($self, size=-1, /)\n--\n\nRead so many characters, less only at the end.",
        ),
        Method::any(
            "readline",
            no_readline,
            "readline($self, size=-1, /)\n--\n\nRead a line; nothing at the end.",
        ),
        Method::any(
            "write",
            no_write,
            "write($self, s, /)\n--\n\nWrite a string; how many characters, which is all of them.",
        ),
    ],
    getset: &[
        GetSet::read_only(
            "encoding",
            get_none,
            Some("Encoding of the text stream.\n\nSubclasses should override."),
        ),
        GetSet::read_only(
            "newlines",
            get_none,
            Some(
                "Line endings translated so far.\n\nOnly line endings translated during reading are considered.\n\nSubclasses should override.",
            ),
        ),
        GetSet::read_only(
            "errors",
            get_none,
            Some("The error setting of the decoder or encoder.\n\nSubclasses should override."),
        ),
    ],
    constants: &[],
};

pub(crate) fn install() {
    IO_BASE.define(&IO_BASE_SPEC);
    RAW_IO_BASE.define(&RAW_SPEC);
    BUFFERED_IO_BASE.define(&BUFFERED_SPEC);
    TEXT_IO_BASE.define(&TEXT_SPEC);
}

/// Reads into memory of Rust's own by a raw file's `readinto`. `None`: it would have to wait.
pub(crate) fn read_raw(
    thread: &mut Thread,
    raw: Value,
    length: usize,
) -> PyResult<Option<Vec<u8>>> {
    loop {
        let scratch = Scratch::new(thread, length)?;
        let count = match call(thread, raw, &n::READINTO, &[scratch.view()]) {
            Err(raised) if is_interrupted(raised) => {
                thread.poll()?;
                continue;
            }
            result => result?,
        };
        if count.is_none() {
            return Ok(None);
        }
        let number = match protocol::convert::as_index_or(thread, count, &types::VALUE_ERROR) {
            Ok(number) => number,
            Err(first) => {
                let raised = thread.raise(&types::OS_ERROR, "raw readinto() failed");
                raised
                    .exception()
                    .set_cause(thread, Some(first.exception()));
                return Err(raised);
            }
        };
        if number < 0 || number as usize > length {
            return Err(thread.raise(
                &types::OS_ERROR,
                format_args!(
                    "raw readinto() returned invalid length {number} (should have been between 0 and {length})"
                ),
            ));
        }
        return scratch.take(thread, number as usize).map(Some);
    }
}

/// Writes by a raw file's `write`. `None`: it would have to wait.
pub(crate) fn write_raw(thread: &mut Thread, raw: Value, data: &[u8]) -> PyResult<Option<usize>> {
    let bytes = Bytes::new(thread, data)?.value();
    loop {
        let count = match call(thread, raw, &n::WRITE, &[bytes]) {
            Err(raised) if is_interrupted(raised) => {
                thread.poll()?;
                continue;
            }
            result => result?,
        };
        if count.is_none() {
            return Ok(None);
        }
        let number = protocol::convert::as_index_or(thread, count, &types::VALUE_ERROR)?;
        if number < 0 || number as usize > data.len() {
            return Err(thread.raise(
                &types::OS_ERROR,
                format_args!(
                    "raw write() returned invalid length {number} (should have been between 0 and {})",
                    data.len()
                ),
            ));
        }
        return Ok(Some(number as usize));
    }
}
