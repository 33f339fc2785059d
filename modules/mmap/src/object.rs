//! The object: a mapping, the place in it, and who looks at it.
//!
//! ## Protocol
//! - Where the mapping lies changes under the object's lock, and only while `exports` is 0.
//! - Who works on the memory counts as an export for as long ([`Mmap::work`]), as does a view. So the memory stays in place without
//!   a lock being held; a thread that closes or resizes meanwhile gets the `BufferError` that it would get because of a view.
//! - The place (`position`) is read and moved under the lock, together with the counting.

use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_module_posix::call::{errno, last_error};
use grwl_object::buffer;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, instance, int, none, protocol, slots, types,
};

use crate::{content, sequence};

const R: Ordering = Ordering::Relaxed;

/// How the memory may be used.
pub(crate) const DEFAULT: u8 = 0;
pub(crate) const READ: u8 = 1;
const WRITE: u8 = 2;
const COPY: u8 = 3;

/// `mmap.mmap`
#[repr(C)]
pub struct Mmap {
    header: Header,
    /// 0: closed.
    address: AtomicUsize,
    length: AtomicUsize,
    pub(crate) position: AtomicUsize,
    pub(crate) exports: AtomicUsize,
    /// One more than our own descriptor of the file; 0: none.
    file: AtomicI32,
    flags: AtomicI32,
    offset: AtomicI64,
    access: AtomicU8,
    /// The file was not kept open.
    is_untracked: AtomicU8,
    /// See `exclusive`.
    pub(crate) content: AtomicU64,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Mmap {
    fn type_object() -> &'static TypeObject {
        &MMAP
    }
}

static MMAP_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Mmap>()),
    drop: Some(drop_mmap),
    name: "mmap",
};

unsafe fn drop_mmap(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead object, whose mapping and descriptor are nobody else's.
    unsafe {
        let this = &*cell.cast::<Mmap>().as_ptr();
        this.end();
    }
}

/// `mmap.mmap`
pub static MMAP: TypeObject = TypeObject::declare(&Declaration {
    name: "mmap.mmap",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::IMMUTABLE | flags::WEAK_REFERENCES,
    cell: &MMAP_CELL,
    kind: Kind::Owning,
    size: size_of::<Mmap>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "mmap(fileno, length[, flags[, prot[, access[, offset[, trackfd]]]]])\n\nMaps length bytes of the file that is open under a number, from an offset on; -1 is memory of no file.\nWith length 0 the map is as long as the file. MAP_SHARED, the default for flags, shows changes to all who\nmap the file; MAP_PRIVATE keeps them to this process.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::MAPPING_LENGTH.is(sequence::length),
        slots::SEQUENCE_LENGTH.is(sequence::length),
        slots::ITEM.is(sequence::item),
        slots::STORE_ITEM.is(sequence::store_item),
        slots::SUBSCRIPT.is(sequence::subscript),
        slots::STORE_SUBSCRIPT.is(sequence::store_subscript),
        slots::GET_BUFFER.is(sequence::get_buffer),
        slots::RELEASE_BUFFER.is(sequence::release_buffer),
    ],
    methods: &[
        Method::no_arguments("close", close, "close($self, /)\n--\n\nUnmap the memory."),
        Method::any(
            "find",
            content::find,
            "find($self, view, start=None, end=None, /)\n--\n\nWhere bytes first occur; -1: nowhere.",
        ),
        Method::any(
            "rfind",
            content::rfind,
            "rfind($self, view, start=None, end=None, /)\n--\n\nWhere bytes last occur; -1: nowhere.",
        ),
        Method::any(
            "flush",
            content::flush,
            "flush($self, offset=0, size=None, /)\n--\n\nWrite changes to the file.",
        ),
        Method::any(
            "madvise",
            content::advise,
            "madvise($self, option, start=0, length=None, /)\n--\n\nTell the system how the memory will be used.",
        ),
        Method::any(
            "move",
            content::move_bytes,
            "move($self, dest, src, count, /)\n--\n\nCopy bytes from one place to another.",
        ),
        Method::any(
            "read",
            content::read,
            "read($self, n=None, /)\n--\n\nRead at most so many bytes.",
        ),
        Method::no_arguments(
            "read_byte",
            content::read_byte,
            "read_byte($self, /)\n--\n\nRead one byte, as an integer.",
        ),
        Method::no_arguments(
            "readline",
            content::read_line,
            "readline($self, /)\n--\n\nRead to the end of the line.",
        ),
        Method::one(
            "resize",
            resize,
            "resize($self, newsize, /)\n--\n\nChange the length of the map, and of the file.",
        ),
        Method::any(
            "seek",
            content::seek,
            "seek($self, pos, whence=0, /)\n--\n\nGo to a place.",
        ),
        Method::no_arguments(
            "seekable",
            |_, _| Ok(int::bool(true)),
            "seekable($self, /)\n--\n\nTrue.",
        ),
        Method::no_arguments(
            "size",
            size,
            "size($self, /)\n--\n\nThe length of the file.",
        ),
        Method::no_arguments("tell", content::tell, "tell($self, /)\n--\n\nThe place."),
        Method::one(
            "write",
            content::write,
            "write($self, bytes, /)\n--\n\nWrite bytes; return how many.",
        ),
        Method::one(
            "write_byte",
            content::write_byte,
            "write_byte($self, byte, /)\n--\n\nWrite one byte, an integer.",
        ),
        Method::no_arguments("__enter__", enter, "__enter__($self, /)\n--\n\n"),
        Method::any(
            "__exit__",
            exit,
            "__exit__($self, exc_type, exc_value, traceback, /)\n--\n\n",
        ),
    ],
    getset: &[GetSet::read_only("closed", closed, None)],
    ..TypeSpec::NONE
};

pub(crate) fn own(this: Value) -> Ref<Mmap> {
    // SAFETY: methods of the type are called with its instances only.
    unsafe { this.downcast_unchecked() }
}

const CLOSED: &str = "mmap closed or invalid";

impl Mmap {
    pub(crate) fn access(&self) -> u8 {
        self.access.load(R)
    }

    /// Do changes stay in this process?
    pub(crate) fn is_copy(&self) -> bool {
        self.access() == COPY
    }

    /// The length; an error if it is closed.
    pub(crate) fn open_length(&self, thread: &Thread) -> PyResult<usize> {
        if self.address.load(R) == 0 {
            return Err(thread.value_error(CLOSED));
        }
        Ok(self.length.load(R))
    }

    pub(crate) fn check_writable(&self, thread: &Thread) -> PyResult<()> {
        if self.access() == READ {
            return Err(thread.type_error("mmap can't modify a readonly memory map."));
        }
        Ok(())
    }

    fn file(&self) -> i32 {
        self.file.load(R) - 1
    }

    /// Unmaps the memory and closes the file. By the one who may.
    fn end(&self) {
        let address = self.address.swap(0, R);
        let length = self.length.swap(0, R);
        let file = self.file.swap(0, R) - 1;
        // SAFETY: the mapping and the descriptor are the object's own, and are ended once.
        unsafe {
            if file >= 0 {
                libc::close(file);
            }
            if address != 0 {
                libc::munmap(std::ptr::with_exposed_provenance_mut(address), length);
            }
        }
    }

    /// Works on the memory, which stays in place meanwhile: `plan`, under the lock, looks at the object, given its
    /// memory and length, and says what is to be done, or why not; `act` does it.
    pub(crate) fn work<P, T>(
        this: Ref<Self>,
        thread: &mut Thread,
        plan: impl FnOnce(&Self, *mut u8, usize) -> Result<P, &'static str>,
        act: impl FnOnce(&mut Thread, P, *mut u8, usize) -> PyResult<T>,
    ) -> PyResult<T> {
        let planned = {
            let _locked = thread.lock_cell(&this);
            let address = this.address.load(R);
            let length = this.length.load(R);
            if address == 0 {
                Err(CLOSED)
            } else {
                let memory = std::ptr::with_exposed_provenance_mut::<u8>(address);
                let planned = plan(&this, memory, length);
                if planned.is_ok() {
                    this.exports.fetch_add(1, R);
                }
                planned.map(|planned| (planned, memory, length))
            }
        };
        match planned {
            Ok((planned, memory, length)) => {
                let result = act(thread, planned, memory, length);
                this.exports.fetch_sub(1, R);
                result
            }
            Err(message) => Err(thread.value_error(message)),
        }
    }
}

/// The arguments of `mmap(...)`.
struct Wanted {
    file: i32,
    length: isize,
    flags: i32,
    protection: i32,
    access: i32,
    offset: i64,
    tracks: bool,
}

fn arguments(thread: &mut Thread, args: Args<'_>) -> PyResult<Wanted> {
    const NAMES: [&str; 7] = [
        "fileno", "length", "flags", "prot", "access", "offset", "trackfd",
    ];
    let given = args.by_position();
    if given.len() > 6 {
        return Err(thread.type_error(format_args!(
            "function takes at most 6 positional arguments ({} given)",
            given.len()
        )));
    }
    let mut slots = [None; 7];
    for (slot, &value) in slots.iter_mut().zip(given) {
        *slot = Some(value);
    }
    for (name, value) in args.by_name() {
        let Some(index) = NAMES.iter().position(|known| name.is_str(known)) else {
            return Err(thread.type_error(format_args!(
                "this function got an unexpected keyword argument '{name}'"
            )));
        };
        if index < given.len() {
            return Err(thread.type_error(format_args!(
                "argument for function given by name ('{name}') and position ({})",
                index + 1
            )));
        }
        slots[index] = Some(value);
    }
    for (index, name) in NAMES.iter().enumerate().take(2) {
        if slots[index].is_none() {
            return Err(thread.type_error(format_args!(
                "function missing required argument '{name}' (pos {})",
                index + 1
            )));
        }
    }
    let [file, length, flags, protection, access, offset, tracks] = slots;
    let mut number = |value: Option<Value>, default: i32| match value {
        Some(value) => convert::as_i32(thread, value),
        None => Ok(default),
    };
    let file = number(file, -1)?;
    let flags = number(flags, libc::MAP_SHARED)?;
    let protection = number(protection, libc::PROT_READ | libc::PROT_WRITE)?;
    let access = number(access, DEFAULT.into())?;
    Ok(Wanted {
        file,
        length: grwl_types_text::arguments::size(thread, length.unwrap_or_else(none))?,
        flags,
        protection,
        access,
        offset: match offset {
            Some(offset) => convert::as_i64(thread, offset)?,
            None => 0,
        },
        tracks: match tracks {
            Some(tracks) => protocol::is_true(thread, tracks)?,
            None => true,
        },
    })
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let mut wanted = arguments(thread, args)?;
    let Ok(mut length) = usize::try_from(wanted.length) else {
        return Err(thread.overflow_error("memory mapped length must be positive"));
    };
    if wanted.offset < 0 {
        return Err(thread.overflow_error("memory mapped offset must be positive"));
    }
    let plain = libc::PROT_READ | libc::PROT_WRITE;
    if wanted.access != DEFAULT.into()
        && (wanted.flags != libc::MAP_SHARED || wanted.protection != plain)
    {
        return Err(thread.value_error("mmap can't specify both access and flags, prot."));
    }
    let access = match u8::try_from(wanted.access) {
        Ok(READ) => {
            (wanted.flags, wanted.protection) = (libc::MAP_SHARED, libc::PROT_READ);
            READ
        }
        Ok(WRITE) => {
            (wanted.flags, wanted.protection) = (libc::MAP_SHARED, plain);
            WRITE
        }
        Ok(COPY) => {
            (wanted.flags, wanted.protection) = (libc::MAP_PRIVATE, plain);
            COPY
        }
        Ok(DEFAULT) => match wanted.protection & plain {
            both if both == plain => DEFAULT,
            libc::PROT_WRITE => WRITE,
            _ => READ,
        },
        _ => return Err(thread.value_error("mmap invalid access parameter.")),
    };
    if wanted.file != -1 {
        // SAFETY: integers; the system fills them.
        let mut status: libc::stat = unsafe { std::mem::zeroed() };
        let place = &raw mut status;
        // SAFETY: a place to write to.
        let known = thread.safe(|| unsafe { libc::fstat(wanted.file, place) }) == 0;
        if known && status.st_mode & libc::S_IFMT == libc::S_IFREG {
            let rest = status.st_size - wanted.offset;
            if length == 0 {
                if status.st_size == 0 {
                    return Err(thread.value_error("cannot mmap an empty file"));
                }
                if rest <= 0 {
                    return Err(thread.value_error("mmap offset is greater than file size"));
                }
                length = rest as usize;
            } else if rest < 0 || (rest as usize) < length {
                return Err(thread.value_error("mmap length is greater than file size"));
            }
        }
    }
    let mut file = -1;
    if wanted.file == -1 {
        wanted.flags |= libc::MAP_ANONYMOUS;
    } else if wanted.tracks {
        // SAFETY: a plain call.
        file = unsafe { libc::fcntl(wanted.file, libc::F_DUPFD_CLOEXEC, 0) };
        if file < 0 {
            return Err(last_error(thread));
        }
    }
    let (memory, error) = thread.safe(|| {
        // SAFETY: a fresh mapping.
        let memory = unsafe {
            let null = std::ptr::null_mut();
            let (protection, flags) = (wanted.protection, wanted.flags);
            libc::mmap(null, length, protection, flags, wanted.file, wanted.offset)
        };
        (memory, errno())
    });
    if memory == libc::MAP_FAILED {
        if file >= 0 {
            // SAFETY: made above.
            unsafe { libc::close(file) };
        }
        return Err(thread.os_error(error));
    }
    let cell = match instance::allocate(thread, class) {
        Ok(cell) => cell,
        Err(raised) => {
            // SAFETY: both were made above.
            unsafe {
                libc::munmap(memory, length);
                if file >= 0 {
                    libc::close(file);
                }
            }
            return Err(raised);
        }
    };
    let value = Value::from_cell(cell);
    let this = own(value);
    this.length.store(length, R);
    this.file.store(file + 1, R);
    this.flags.store(wanted.flags, R);
    this.offset.store(wanted.offset, R);
    this.access.store(access, R);
    this.is_untracked.store(u8::from(!wanted.tracks), R);
    this.address.store(memory.expose_provenance(), R);
    Ok(value)
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    let class = value.class();
    let text = if this.address.load(R) == 0 {
        format!("<{} closed=True>", class.name())
    } else {
        let access = match this.access() {
            READ => "READ",
            WRITE => "WRITE",
            COPY => "COPY",
            _ => "DEFAULT",
        };
        format!(
            "<{} closed=False, access=ACCESS_{access}, length={}, pos={}, offset={}>",
            class.name(),
            this.length.load(R),
            this.position.load(R),
            this.offset.load(R)
        )
    };
    Ok(Str::new(thread, &text).value())
}

fn close(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    let is_closed = buffer::without_dropped(thread, |thread| {
        let _locked = thread.lock_cell(&this);
        let is_free = this.exports.load(R) == 0;
        if is_free {
            this.end();
        }
        is_free
    });
    if !is_closed {
        return Err(thread.raise(&types::BUFFER_ERROR, "cannot close exported pointers exist"));
    }
    Ok(none())
}

fn closed(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(own(value).address.load(R) == 0))
}

fn enter(thread: &mut Thread, value: Value) -> PyResult {
    own(value).open_length(thread)?;
    Ok(value)
}

fn exit(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    let name = grwl_object::intern(thread, "close");
    protocol::call_method(thread, value, name, &[])
}

fn size(thread: &mut Thread, value: Value) -> PyResult {
    let this = own(value);
    this.open_length(thread)?;
    // SAFETY: integers; the system fills them.
    let mut status: libc::stat = unsafe { std::mem::zeroed() };
    let (file, place) = (this.file(), &raw mut status);
    // SAFETY: a place to write to.
    if thread.safe(|| unsafe { libc::fstat(file, place) }) == -1 {
        return Err(last_error(thread));
    }
    Ok(int::from_i64(thread, status.st_size))
}

/// Why a mapping was not resized.
enum Refusal {
    Closed,
    Seen,
    CannotGrow,
    System(i32),
}

fn resize(thread: &mut Thread, value: Value, new: Value) -> PyResult {
    let new = grwl_types_text::arguments::size(thread, new)?;
    let this = own(value);
    this.open_length(thread)?;
    if !buffer::without_dropped(thread, |_| this.exports.load(R) == 0) {
        return Err(seen(thread));
    }
    if this.is_untracked.load(R) != 0 {
        return Err(thread.value_error("mmap can't resize with trackfd=False."));
    }
    if this.access() != WRITE && this.access() != DEFAULT {
        return Err(thread.type_error("mmap can't resize a readonly or copy-on-write memory map."));
    }
    let offset = this.offset.load(R);
    let end = i64::try_from(new)
        .ok()
        .and_then(|new| new.checked_add(offset));
    let (Ok(new), Some(end)) = (usize::try_from(new), end) else {
        return Err(thread.value_error("new size out of range"));
    };
    let refused = {
        let _locked = thread.lock_cell(&this);
        resize_locked(&this, new, end)
    };
    match refused {
        Ok(()) => Ok(none()),
        Err(Refusal::Closed) => Err(thread.value_error(CLOSED)),
        Err(Refusal::Seen) => Err(seen(thread)),
        Err(Refusal::CannotGrow) => {
            Err(thread.value_error("mmap: can't expand a shared anonymous mapping"))
        }
        Err(Refusal::System(errno)) => Err(thread.os_error(errno)),
    }
}

#[cold]
fn seen(thread: &Thread) -> grwl_object::Raised {
    thread.raise(
        &types::BUFFER_ERROR,
        "mmap can't resize with extant buffers exported.",
    )
}

fn resize_locked(this: &Mmap, new: usize, end: i64) -> Result<(), Refusal> {
    let address = this.address.load(R);
    let length = this.length.load(R);
    if address == 0 {
        return Err(Refusal::Closed);
    }
    if this.exports.load(R) > 0 {
        return Err(Refusal::Seen);
    }
    let file = this.file();
    if file == -1 && this.flags.load(R) & libc::MAP_PRIVATE == 0 && new > length {
        return Err(Refusal::CannotGrow);
    }
    // SAFETY: the object's own descriptor and mapping, which nobody looks at.
    unsafe {
        if file != -1 && libc::ftruncate(file, end) == -1 {
            return Err(Refusal::System(errno()));
        }
        let old = std::ptr::with_exposed_provenance_mut(address);
        let memory = libc::mremap(old, length, new, libc::MREMAP_MAYMOVE);
        if memory == libc::MAP_FAILED {
            return Err(Refusal::System(errno()));
        }
        this.address.store(memory.expose_provenance(), R);
    }
    this.length.store(new, R);
    Ok(())
}
