//! `FileIO`: an open file of the system, without a buffer.
//!
//! Every field stands for itself and is atomic; the system makes each read and write one step, so there is no lock.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_module_posix::call::{blocking, call_about};
use grwl_module_posix::descriptor::{close_descriptor, make_inheritable};
use grwl_module_posix::path::{self, NAME};
use grwl_module_posix::status::stat_of_open;
use grwl_module_posix::transfer::MOST_AT_ONCE;
use grwl_module_posix::written;
use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::instance::{self, Attributes};
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Str, Thread,
    TypeObject, TypeSpec, Value, ValueExt, exception, int, none, protocol, slots, types,
};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicU8, AtomicU32, Ordering};

use crate::base::RAW_IO_BASE;
use crate::dropped;
use crate::names as n;
use crate::object::{
    FLAGS, bool_member, call, cannot_pickle, chained, declaration, offset, only_size, or_none,
    shown_name, unsupported,
};

/// `_io.FileIO`
#[repr(C)]
pub struct FileIo {
    header: Header,
    attributes: Attributes,
    /// See `wrapper`.
    pub(crate) wrapper: Slot,
    fd: AtomicI32,
    /// 0: not known yet; 1: no; 2: yes.
    seekable: AtomicU8,
    created: AtomicBool,
    readable: AtomicBool,
    writable: AtomicBool,
    appending: AtomicBool,
    close_fd: AtomicBool,
    finalizing: AtomicBool,
    block_size: AtomicU32,
    /// When it was opened it was no device of characters, so it is no terminal.
    is_no_device: AtomicBool,
    /// Bytes that it had when it was opened; less than 1 where that says nothing. Only to ask for the right amount of room.
    size_as_opened: AtomicI64,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for FileIo {
    fn type_object() -> &'static TypeObject {
        &FILE_IO
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(FileIo, attributes) as u32,
        count: Attributes::WORDS + 1,
    },
    size: Size::Fixed(size_of::<FileIo>()),
    drop: None,
    name: "FileIO",
};
const _: () = assert!(offset_of!(FileIo, wrapper) == crate::object::ATTRIBUTES + 16);

/// `_io.FileIO`
pub static FILE_IO: TypeObject = TypeObject::declare(&Declaration {
    flags: FLAGS,
    ..declaration("_io.FileIO", &RAW_IO_BASE, &CELL, size_of::<FileIo>())
});

fn file(value: Value) -> Ref<FileIo> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

const R: Ordering = Ordering::Relaxed;

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this = file(value);
    this.fd.store(-1, R);
    this.close_fd.store(true, R);
    Ok(value)
}

/// What a mode says.
struct Mode {
    created: bool,
    readable: bool,
    writable: bool,
    appending: bool,
    flags: i32,
}

fn parse_mode(thread: &mut Thread, mode: Ref<Str>) -> PyResult<Mode> {
    const MIXED: &str =
        "Must have exactly one of create/read/write/append mode and at most one plus";
    let (mut rwa, mut plus) = (false, false);
    let mut found = Mode {
        created: false,
        readable: false,
        writable: false,
        appending: false,
        flags: 0,
    };
    for code in mode.text().codes() {
        match u8::try_from(code).unwrap_or(0) {
            b'x' | b'r' | b'w' | b'a' if rwa => return Err(thread.value_error(MIXED)),
            b'x' => {
                rwa = true;
                found.created = true;
                found.writable = true;
                found.flags |= libc::O_EXCL | libc::O_CREAT;
            }
            b'r' => {
                rwa = true;
                found.readable = true;
            }
            b'w' => {
                rwa = true;
                found.writable = true;
                found.flags |= libc::O_CREAT | libc::O_TRUNC;
            }
            b'a' => {
                rwa = true;
                found.writable = true;
                found.appending = true;
                found.flags |= libc::O_APPEND | libc::O_CREAT;
            }
            b'b' => {}
            b'+' if plus => return Err(thread.value_error(MIXED)),
            b'+' => {
                plus = true;
                found.readable = true;
                found.writable = true;
            }
            _ => return Err(thread.value_error(format_args!("invalid mode: {mode}"))),
        }
    }
    if !rwa {
        return Err(thread.value_error(MIXED));
    }
    found.flags |= match (found.readable, found.writable) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    } | libc::O_CLOEXEC;
    Ok(found)
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    static SIGNATURE: Signature<4> =
        Signature::new("FileIO", ["file", "mode", "closefd", "opener"]).optional_after(1);
    let [name, mode, close_fd, opener] = args.parse(thread, &SIGNATURE)?;
    let name = or_none(name);
    let this = file(value);
    if this.fd.load(R) >= 0 {
        if this.close_fd.load(R) {
            close_own(thread, this)?;
        } else {
            this.fd.store(-1, R);
        }
    }
    let mode = match mode {
        Some(mode) => match mode.downcast::<Str>() {
            Some(mode) => mode,
            None => {
                return Err(thread.type_error(format_args!(
                    "FileIO() argument 'mode' must be str, not {}",
                    mode.class().name()
                )));
            }
        },
        None => grwl_object::intern(thread, "r"),
    };
    let close_fd = match close_fd {
        Some(close_fd) => protocol::is_true(thread, close_fd)?,
        None => true,
    };
    let opener = opener.and_then(ValueExt::not_none);
    let mut given = None;
    if protocol::convert::has_index(name) {
        let number = path::descriptor(thread, name)?;
        if number < 0 {
            return Err(thread.value_error("negative file descriptor"));
        }
        given = Some(number);
    }
    let path = match given {
        None => Some(
            path::path(thread, name, "open", "file", NAME).or_else(|raised| {
                // CPython's text for what is no name at all.
                if raised.matches(&types::TYPE_ERROR) {
                    path::fspath(thread, name)?;
                }
                if raised.matches(&types::VALUE_ERROR)
                    && raised.exception_class() == Ref::from_static(&types::VALUE_ERROR)
                {
                    return Err(thread.value_error("embedded null byte"));
                }
                Err(raised)
            })?,
        ),
        Some(_) => None,
    };
    let shown_mode = mode;
    let mode = parse_mode(thread, mode)?;
    this.created.store(mode.created, R);
    this.readable.store(mode.readable, R);
    this.writable.store(mode.writable, R);
    this.appending.store(mode.appending, R);
    this.seekable.store(0, R);
    this.finalizing.store(false, R);
    let fd = match (given, &path) {
        (Some(fd), _) => {
            this.close_fd.store(close_fd, R);
            fd
        }
        (None, Some(path)) => {
            this.close_fd.store(true, R);
            if !close_fd {
                return Err(thread.value_error("Cannot use closefd=False with file name"));
            }
            let flags = Value::small(mode.flags.into());
            let shown = shown_mode.value();
            grwl_object::audit::audit(thread, "open", &[name, shown, flags])?;
            written::settle_path(thread, path)?;
            match opener {
                None => call_about(thread, name, || {
                    // SAFETY: a plain call with a terminated name.
                    i64::from(unsafe { libc::open(path.pointer(), mode.flags, 0o666) })
                })? as i32,
                Some(opener) => {
                    let flags = Value::small(mode.flags.into());
                    let made = protocol::call_positional(thread, opener, &[name, flags])?;
                    if !int::is_int(made) {
                        return Err(thread.type_error("expected integer from opener"));
                    }
                    let fd = grwl_types_text::arguments::c_int(thread, made)?;
                    if fd < 0 {
                        return Err(thread.value_error(format_args!("opener returned {fd}")));
                    }
                    make_inheritable(thread, fd, false)?;
                    fd
                }
            }
        }
        (None, None) => unreachable!("a file has a name or a number"),
    };
    this.fd.store(fd, R);
    this.block_size.store(8192, R);
    this.is_no_device.store(false, R);
    this.size_as_opened.store(-1, R);
    let opened = after_open(thread, value, this, name, &mode);
    if opened.is_err() {
        dropped::leave(thread, fd);
        if given.is_none() {
            let _ = close_descriptor(thread, fd);
        }
        this.fd.store(-1, R);
    }
    opened
}

fn after_open(
    thread: &mut Thread,
    value: Value,
    this: Ref<FileIo>,
    name: Value,
    mode: &Mode,
) -> PyResult<()> {
    let fd = this.fd.load(R);
    match stat_of_open(thread, fd)? {
        Ok(stat) => {
            if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
                return Err(thread.os_error_at(libc::EISDIR, Some(name), None));
            }
            let kind = stat.st_mode & libc::S_IFMT;
            this.is_no_device.store(kind != libc::S_IFCHR, R);
            this.size_as_opened.store(stat.st_size, R);
            if stat.st_blksize > 1 {
                this.block_size.store(stat.st_blksize as u32, R);
            }
            if mode.writable {
                dropped::enter(thread, value, fd, &stat)?;
            }
        }
        Err(libc::EBADF) => return Err(thread.os_error_at(libc::EBADF, Some(name), None)),
        Err(_) => {}
    }
    let key = n::NAME.get(thread);
    protocol::set_attribute(thread, value, key, name)?;
    if mode.appending {
        // Where it cannot be moved in there is no end either.
        let _ = seek_in(thread, fd, 0, libc::SEEK_END)?;
    }
    Ok(())
}

fn seek_in(thread: &mut Thread, fd: i32, to: i64, how: i32) -> PyResult<Result<i64, i32>> {
    // SAFETY: a plain call.
    blocking(thread, || unsafe { libc::lseek(fd, to, how) })
}

fn closed_error(thread: &Thread) -> grwl_object::Raised {
    thread.value_error("I/O operation on closed file")
}

/// The open file's number.
fn open_fd(thread: &Thread, this: Ref<FileIo>) -> PyResult<i32> {
    match this.fd.load(R) {
        fd if fd < 0 => Err(closed_error(thread)),
        fd => Ok(fd),
    }
}

fn to_read(thread: &mut Thread, this: Ref<FileIo>) -> PyResult<i32> {
    let fd = open_fd(thread, this)?;
    if !this.readable.load(R) {
        return Err(unsupported(thread, "File not open for reading"));
    }
    Ok(fd)
}

fn to_write(thread: &mut Thread, this: Ref<FileIo>) -> PyResult<i32> {
    let fd = open_fd(thread, this)?;
    if !this.writable.load(R) {
        return Err(unsupported(thread, "File not open for writing"));
    }
    Ok(fd)
}

/// `None` where a call would have to wait.
fn or_wait(thread: &Thread, result: Result<i64, i32>) -> PyResult<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count as usize)),
        Err(errno) if errno == libc::EAGAIN || errno == libc::EWOULDBLOCK => Ok(None),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

/// Appends at most `length` bytes of the file to `to`; how many. `None`: it would have to wait.
pub(crate) fn read_onto(
    thread: &mut Thread,
    this: Ref<FileIo>,
    to: &mut Vec<u8>,
    length: usize,
) -> PyResult<Option<usize>> {
    let fd = to_read(thread, this)?;
    let length = length.min(MOST_AT_ONCE);
    if to.try_reserve(length).is_err() {
        return Err(thread.memory_error());
    }
    let start = to.len();
    // SAFETY: there is room for `length` more.
    let place = unsafe { to.as_mut_ptr().add(start) };
    // SAFETY: as above.
    let result = blocking(thread, || unsafe { libc::read(fd, place.cast(), length) }
        as i64)?;
    let count = or_wait(thread, result)?;
    // SAFETY: the system wrote so many.
    unsafe { to.set_len(start + count.unwrap_or(0)) };
    Ok(count)
}

/// Writes; how many bytes. `None`: it would have to wait.
pub(crate) fn write_from(
    thread: &mut Thread,
    this: Ref<FileIo>,
    from: *const u8,
    length: usize,
) -> PyResult<Option<usize>> {
    let fd = to_write(thread, this)?;
    let length = length.min(MOST_AT_ONCE);
    // SAFETY: the caller's memory of this length stays where it is.
    let result = blocking(thread, || unsafe { libc::write(fd, from.cast(), length) }
        as i64)?;
    or_wait(thread, result)
}

fn read(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let this = file(value);
    to_read(thread, this)?;
    let size = only_size(thread, args, "read")?;
    if size < 0 {
        return call(thread, value, &n::READALL, &[]);
    }
    let mut bytes = Vec::new();
    match read_onto(thread, this, &mut bytes, size as usize)? {
        Some(_) => Ok(Bytes::new(thread, &bytes)?.value()),
        None => Ok(none()),
    }
}

/// Bytes that are asked for where nothing is known.
const SMALL: usize = 64 * 1024;

/// Reads until the end onto `all`. `false`: it would have to wait, and nothing was read.
pub(crate) fn read_all_onto(
    thread: &mut Thread,
    this: Ref<FileIo>,
    all: &mut Vec<u8>,
) -> PyResult<bool> {
    let fd = to_read(thread, this)?;
    let mut step = SMALL;
    let size = this.size_as_opened.load(R);
    if size > 0 {
        // A small file is hardly worth asking where in it one is.
        let here = if size as usize > SMALL {
            seek_in(thread, fd, 0, libc::SEEK_CUR)?.unwrap_or(0)
        } else {
            0
        };
        // One more, to see the end at once.
        step = usize::try_from(size - here)
            .unwrap_or(0)
            .saturating_add(1)
            .min(1 << 30);
    }
    let start = all.len();
    loop {
        match read_onto(thread, this, all, step.max(1))? {
            None => return Ok(all.len() > start),
            Some(0) => return Ok(true),
            Some(count) => {
                step = if count < step {
                    step - count
                } else {
                    (all.len() - start).clamp(8192, 1 << 26)
                }
            }
        }
    }
}

fn readall(thread: &mut Thread, value: Value) -> PyResult {
    let this = file(value);
    open_fd(thread, this)?;
    let mut all = Vec::new();
    if read_all_onto(thread, this, &mut all)? {
        Ok(Bytes::new(thread, &all)?.value())
    } else {
        Ok(none())
    }
}

fn readinto(thread: &mut Thread, value: Value, target: Value) -> PyResult {
    let this = file(value);
    let fd = to_read(thread, this)?;
    let view = buffer::writable(thread, target, "readinto", "argument")?;
    let (to, length) = (view.pointer, view.length.min(MOST_AT_ONCE));
    // SAFETY: the view's memory stays where it is.
    let result = blocking(thread, || unsafe { libc::read(fd, to.cast(), length) }
        as i64);
    view.release(thread);
    Ok(or_wait(thread, result?)?.map_or_else(none, |count| int::from_usize(thread, count)))
}

fn write(thread: &mut Thread, value: Value, data: Value) -> PyResult {
    let this = file(value);
    to_write(thread, this)?;
    let view = buffer::get(thread, data, request::SIMPLE)?;
    let result = write_from(thread, this, view.pointer, view.length);
    view.release(thread);
    Ok(result?.map_or_else(none, |count| int::from_usize(thread, count)))
}

/// Moves; the new place.
pub(crate) fn seek_to(thread: &mut Thread, this: Ref<FileIo>, to: i64, how: i32) -> PyResult<i64> {
    let fd = open_fd(thread, this)?;
    let result = seek_in(thread, fd, to, how)?;
    if this.seekable.load(R) == 0 {
        this.seekable.store(if result.is_ok() { 2 } else { 1 }, R);
    }
    result.map_err(|errno| thread.os_error(errno))
}

fn seek(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [to, how] = args.unpack(thread, "seek", 1)?;
    let this = file(value);
    open_fd(thread, this)?;
    let how = match how {
        Some(how) => grwl_types_text::arguments::c_int(thread, how)?,
        None => 0,
    };
    let to = or_none(to);
    if grwl_object::float::view(to).is_some() {
        return Err(thread.type_error("an integer is required"));
    }
    let to = offset(thread, to)?;
    let place = seek_to(thread, this, to, how)?;
    Ok(int::from_i64(thread, place))
}

fn tell(thread: &mut Thread, value: Value) -> PyResult {
    let place = seek_to(thread, file(value), 0, libc::SEEK_CUR)?;
    Ok(int::from_i64(thread, place))
}

fn truncate(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [size] = args.unpack(thread, "truncate", 0)?;
    let this = file(value);
    let fd = to_write(thread, this)?;
    let (shown, size) = match size.and_then(ValueExt::not_none) {
        Some(size) => (size, offset(thread, size)?),
        None => {
            let here = seek_to(thread, this, 0, libc::SEEK_CUR)?;
            (int::from_i64(thread, here), here)
        }
    };
    // SAFETY: a plain call.
    let result = blocking(thread, || i64::from(unsafe { libc::ftruncate(fd, size) }))?;
    this.size_as_opened.store(-1, R);
    match result {
        Ok(_) => Ok(shown),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

fn close_own(thread: &mut Thread, this: Ref<FileIo>) -> PyResult<()> {
    let fd = this.fd.swap(-1, R);
    if fd < 0 {
        return Ok(());
    }
    dropped::leave(thread, fd);
    close_descriptor(thread, fd).map_err(|errno| thread.os_error(errno))
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let this = file(value);
    let base = crate::base::RAW_IO_BASE.dict();
    // The plain close: it flushes, and notes that it was closed.
    let name = n::CLOSE.get(thread);
    let plain = base
        .get_str(name)
        .or_else(|| crate::base::IO_BASE.dict().get_str(name))
        .unwrap_or_else(none);
    let first = protocol::call_positional(thread, plain, &[value]).map(|_| ());
    if !this.close_fd.load(R) {
        dropped::leave(thread, this.fd.swap(-1, R));
        return first.map(|()| none());
    }
    if this.finalizing.load(R) {
        let _ = warn_unclosed(thread, value, value);
    }
    let second = close_own(thread, this);
    chained(thread, first, second)?;
    Ok(none())
}

fn warn_unclosed(thread: &mut Thread, value: Value, source: Value) -> PyResult<()> {
    let this = file(value);
    if this.fd.load(R) >= 0 && this.close_fd.load(R) {
        let shown = protocol::repr(thread, source)?;
        let message = format!("unclosed file {shown}");
        let warned =
            exception::warn_about(thread, &types::RESOURCE_WARNING, message, 1, Some(source));
        if let Err(raised) = warned
            && raised.matches(&types::WARNING)
        {
            grwl_object::unraisable::report(thread, raised, "", Some(value));
        }
    }
    Ok(())
}

fn dealloc_warn(thread: &mut Thread, value: Value, source: Value) -> PyResult {
    warn_unclosed(thread, value, source)?;
    Ok(none())
}

fn seekable(thread: &mut Thread, value: Value) -> PyResult {
    let this = file(value);
    let fd = open_fd(thread, this)?;
    if this.seekable.load(R) == 0 {
        let result = seek_in(thread, fd, 0, libc::SEEK_CUR)?;
        this.seekable.store(if result.is_ok() { 2 } else { 1 }, R);
    }
    Ok(int::bool(this.seekable.load(R) == 2))
}

fn readable(thread: &mut Thread, value: Value) -> PyResult {
    open_fd(thread, file(value))?;
    Ok(int::bool(file(value).readable.load(R)))
}

fn writable(thread: &mut Thread, value: Value) -> PyResult {
    open_fd(thread, file(value))?;
    Ok(int::bool(file(value).writable.load(R)))
}

fn fileno(thread: &mut Thread, value: Value) -> PyResult {
    let fd = open_fd(thread, file(value))?;
    Ok(Value::small(fd.into()))
}

fn isatty(thread: &mut Thread, value: Value) -> PyResult {
    let fd = open_fd(thread, file(value))?;
    // SAFETY: a plain call.
    Ok(int::bool(thread.safe(|| unsafe { libc::isatty(fd) }) != 0))
}

/// Is it a terminal? Asks the system only if it was a device of characters when it was opened.
fn isatty_as_opened(thread: &mut Thread, value: Value) -> PyResult {
    if file(value).is_no_device.load(R) {
        return Ok(int::bool(false));
    }
    isatty(thread, value)
}

/// As `_isatty_open_only()` of a raw file, for who has just opened it.
pub(crate) fn is_terminal_as_opened(thread: &mut Thread, raw: Value) -> PyResult<bool> {
    let answer = isatty_as_opened(thread, raw)?;
    protocol::is_true(thread, answer)
}

fn mode_text(this: Ref<FileIo>) -> &'static str {
    let readable = this.readable.load(R);
    if this.created.load(R) {
        if readable { "xb+" } else { "xb" }
    } else if this.appending.load(R) {
        if readable { "ab+" } else { "ab" }
    } else if readable {
        if this.writable.load(R) { "rb+" } else { "rb" }
    } else {
        "wb"
    }
}

fn get_mode(thread: &mut Thread, value: Value) -> PyResult {
    Ok(grwl_object::intern(thread, mode_text(file(value))).value())
}

fn get_closed(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(file(value).fd.load(R) < 0))
}

fn get_closefd(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(file(value).close_fd.load(R)))
}

fn get_block_size(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(Value::small(file(value).block_size.load(R).into()))
}

fn get_finalizing(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(file(value).finalizing.load(R)))
}

fn set_finalizing(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = bool_member(thread, new)?;
    file(value).finalizing.store(new, R);
    Ok(())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = file(value);
    let class = value.class();
    let fd = this.fd.load(R);
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&format!("<{}", class.name()));
    if fd < 0 {
        text.push_str(" [closed]>");
    } else {
        match shown_name(thread, value)? {
            Some(name) => {
                text.push_str(" name=");
                text.push_text(name.text());
            }
            None => text.push_str(&format!(" fd={fd}")),
        }
        let close_fd = if this.close_fd.load(R) {
            "True"
        } else {
            "False"
        };
        text.push_str(&format!(" mode='{}' closefd={close_fd}>", mode_text(this)));
    }
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nAn open file of the system, without a buffer.\n\nThe mode is 'r' to read, 'w' to write anew, 'x' to make, 'a' to append; with '+' to do both.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
    ],
    methods: &[
        Method::any(
            "read",
            read,
            "read($self, size=-1, /)\n--\n\nRead at most so many bytes, in one call of the system; None if it would have to wait.",
        ),
        Method::no_arguments(
            "readall",
            readall,
            "readall($self, /)\n--\n\nRead until the end.",
        ),
        Method::one(
            "readinto",
            readinto,
            "readinto($self, buffer, /)\n--\n\nRead into a buffer; how many bytes.",
        ),
        Method::one(
            "write",
            write,
            "write($self, b, /)\n--\n\nWrite bytes; how many were written, or None if it would have to wait.",
        ),
        Method::any(
            "seek",
            seek,
            "seek($self, pos, whence=0, /)\n--\n\nMove in the file; the new place.",
        ),
        Method::no_arguments("tell", tell, "tell($self, /)\n--\n\nThe place in the file."),
        Method::any(
            "truncate",
            truncate,
            "truncate($self, size=None, /)\n--\n\nCut the file to a size; where it is now, by default.",
        ),
        Method::no_arguments("close", close, "close($self, /)\n--\n\nClose the file."),
        Method::no_arguments(
            "seekable",
            seekable,
            "seekable($self, /)\n--\n\nCan one move in the file?",
        ),
        Method::no_arguments(
            "readable",
            readable,
            "readable($self, /)\n--\n\nWas the file opened to read?",
        ),
        Method::no_arguments(
            "writable",
            writable,
            "writable($self, /)\n--\n\nWas the file opened to write?",
        ),
        Method::no_arguments(
            "fileno",
            fileno,
            "fileno($self, /)\n--\n\nThe number of the open file.",
        ),
        Method::no_arguments(
            "isatty",
            isatty,
            "isatty($self, /)\n--\n\nIs it a terminal?",
        ),
        Method::no_arguments(
            "_isatty_open_only",
            isatty_as_opened,
            "_isatty_open_only($self, /)\n--\n\nIs it a terminal?",
        ),
        Method::one(
            "_dealloc_warn",
            dealloc_warn,
            "_dealloc_warn($self, object, /)\n--\n\n",
        ),
        Method::no_arguments(
            "__getstate__",
            cannot_pickle,
            "__getstate__($self, /)\n--\n\n",
        ),
    ],
    getset: &[
        GetSet::new("_finalizing", get_finalizing, set_finalizing, None).member(),
        GetSet::read_only("closed", get_closed, Some("True if the file is closed")),
        GetSet::read_only(
            "closefd",
            get_closefd,
            Some("True if the file descriptor will be closed by close()."),
        ),
        GetSet::read_only("mode", get_mode, Some("String giving the file mode")),
        GetSet::read_only(
            "_blksize",
            get_block_size,
            Some("Stat st_blksize if available"),
        )
        .member(),
    ],
    constants: &[],
};

/// Is it closed?
pub(crate) fn is_closed(this: Ref<FileIo>) -> bool {
    this.fd.load(R) < 0
}
