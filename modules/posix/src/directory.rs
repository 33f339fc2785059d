//! Directories: where the process is, making them, what is in them, `scandir`.
//!
//! Invariants: a [`ScanDir`]'s stream is read and closed with its mutex held, which is taken in Safe regions only. The
//! slots of a [`DirEntry`] are each stored for themselves, with values that are equal whoever stores them first.

use std::ffi::CStr;
use std::mem::offset_of;
use std::sync::{Mutex, PoisonError};

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, Cell, Declaration, GetSet, Method, PyResult, Ref, Signature, Slot, Thread,
    TypeObject, TypeSpec, Value, ValueExt, class, instance, int, none, protocol, slots, types,
};

use crate::arguments::{flag, int_or};
use crate::call::{call, call_about, errno};
use crate::path::{self, Accepts, NAME, NAME_OR_FILE, Path, name_value, or_none};
use crate::status::{stat_of, stat_result};

const OR_NONE: Accepts = Accepts {
    descriptor: true,
    none: true,
};

fn chdir(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("chdir", ["path"]);
    let [name] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "chdir", "path", NAME_OR_FILE)?;
    call_about(thread, name.object, || {
        // SAFETY: plain calls with a terminated name.
        i64::from(unsafe {
            match name.descriptor {
                Some(fd) => libc::fchdir(fd),
                None => libc::chdir(name.pointer()),
            }
        })
    })?;
    Ok(none())
}

fn fchdir(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("fchdir", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    let fd = path::open_file(thread, or_none(fd))?;
    // SAFETY: a plain call.
    call(thread, || i64::from(unsafe { libc::fchdir(fd) }))?;
    Ok(none())
}

fn current(thread: &mut Thread, is_bytes: bool) -> PyResult {
    use std::os::unix::ffi::OsStrExt;
    match thread.safe(std::env::current_dir) {
        Ok(path) => name_value(thread, path.as_os_str().as_bytes(), is_bytes),
        Err(error) => Err(thread.io_error(&error, None)),
    }
}

fn getcwd(thread: &mut Thread, _module: Value) -> PyResult {
    current(thread, false)
}

fn getcwdb(thread: &mut Thread, _module: Value) -> PyResult {
    current(thread, true)
}

fn mkdir(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("mkdir", ["path", "mode", "dir_fd"])
        .optional_after(1)
        .keyword_only_after(2, 0);
    let [name, mode, directory] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "mkdir", "path", NAME)?;
    let mode = int_or(thread, mode, 0o777)? as libc::mode_t;
    let directory = path::directory(thread, directory)?;
    call_about(thread, name.object, || {
        // SAFETY: a plain call with a terminated name.
        i64::from(unsafe { libc::mkdirat(directory, name.pointer(), mode) })
    })?;
    Ok(none())
}

/// A stream of a directory's entries.
struct Stream(*mut libc::DIR);

// SAFETY: a stream may be used by any thread, one at a time.
unsafe impl Send for Stream {}

impl Drop for Stream {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: opened by `open_stream`, closed once.
            unsafe { libc::closedir(self.0) };
        }
    }
}

/// What the system says of an entry.
struct Found {
    name: Vec<u8>,
    inode: u64,
    kind: u8,
}

impl Stream {
    /// The next entry but `.` and `..`.
    fn next(&mut self) -> Result<Option<Found>, i32> {
        loop {
            // SAFETY: this thread's own error number; the stream is open, and used by nobody else.
            let entry = unsafe {
                *libc::__errno_location() = 0;
                libc::readdir(self.0)
            };
            // SAFETY: null, or an entry that is good until the next call.
            let Some(entry) = (unsafe { entry.as_ref() }) else {
                return match errno() {
                    0 => Ok(None),
                    errno => Err(errno),
                };
            };
            // SAFETY: the name ends with a zero.
            let name = unsafe { CStr::from_ptr(entry.d_name.as_ptr()) }.to_bytes();
            if name != b"." && name != b".." {
                return Ok(Some(Found {
                    name: name.to_vec(),
                    inode: entry.d_ino,
                    kind: entry.d_type,
                }));
            }
        }
    }
}

/// Opens a directory; of an open one a stream of its own, from the beginning.
fn open_stream(thread: &mut Thread, name: &Path) -> PyResult<Stream> {
    let made = thread.safe(|| {
        // SAFETY: plain calls with a terminated name.
        unsafe {
            let stream = match name.descriptor {
                None => libc::opendir(name.pointer()),
                Some(fd) => match libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) {
                    -1 => std::ptr::null_mut(),
                    own => {
                        let stream = libc::fdopendir(own);
                        if stream.is_null() {
                            let errno = errno();
                            libc::close(own);
                            return Err(errno);
                        }
                        libc::rewinddir(stream);
                        stream
                    }
                },
            };
            if stream.is_null() {
                Err(errno())
            } else {
                Ok(Stream(stream))
            }
        }
    });
    made.map_err(|errno| thread.os_error_at(errno, name.object.not_none(), None))
}

fn listdir(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("listdir", ["path"]).optional_after(0);
    let [name] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "listdir", "path", OR_NONE)?;
    let mut stream = open_stream(thread, &name)?;
    let found = thread.safe(|| {
        let mut all = Vec::new();
        while let Some(found) = stream.next()? {
            all.push(found.name);
        }
        Ok(all)
    });
    let found = match found {
        Ok(found) => found,
        Err(errno) => return Err(thread.os_error_at(errno, name.object.not_none(), None)),
    };
    let mut names = Buffer::with_capacity(thread, found.len())?;
    for each in &found {
        let each = name_value(thread, each, name.is_bytes)?;
        names.push(thread, each)?;
    }
    Ok(List::from_buffer(thread, names).value())
}

/// What `scandir` gives.
#[repr(C)]
pub struct ScanDir {
    header: Header,
    /// The directory as it was given; `None` of none.
    path: Slot,
    is_bytes: bool,
    descriptor: i32,
    stream: Mutex<Option<Stream>>,
}

// SAFETY: repr(C), begins with a header; what changes is atomic or behind the mutex.
unsafe impl Cell for ScanDir {
    fn type_object() -> &'static TypeObject {
        &SCAN_DIR
    }
}

static SCAN_DIR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(ScanDir, path) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<ScanDir>()),
    drop: Some(drop_scan_dir),
    name: "ScandirIterator",
};

unsafe fn drop_scan_dir(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead iterator.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<ScanDir>().as_ptr()).stream) };
}

/// `posix.ScandirIterator`
pub static SCAN_DIR: TypeObject = TypeObject::declare(&Declaration {
    name: "posix.ScandirIterator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: grwl_object::flags::DISALLOW_INSTANTIATION,
    cell: &SCAN_DIR_CELL,
    kind: Kind::Owning,
    size: size_of::<ScanDir>(),
    attributes: 0,
});

pub(crate) static SCAN_DIR_SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[slots::ITER.is(itself), slots::NEXT.is(scan_next)],
    methods: &[
        Method::no_arguments(
            "__enter__",
            itself,
            "__enter__($self, /)\n--\n\nThe iterator itself.",
        ),
        Method::any(
            "__exit__",
            scan_exit,
            "__exit__($self, /, *args)\n--\n\nClose the iterator.",
        ),
        Method::no_arguments(
            "close",
            scan_close,
            "close($self, /)\n--\n\nClose the iterator.",
        ),
    ],
    getset: &[],
    constants: &[],
};

fn scandir(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("scandir", ["path"]).optional_after(0);
    let [name] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "scandir", "path", OR_NONE)?;
    let stream = open_stream(thread, &name)?;
    // SAFETY: the type has this layout.
    let this = unsafe {
        thread.new_cell(&SCAN_DIR, |header| ScanDir {
            header,
            path: Slot::new(Some(name.object)),
            is_bytes: name.is_bytes,
            descriptor: name.descriptor.unwrap_or(-1),
            stream: Mutex::new(Some(stream)),
        })
    };
    Ok(this.value())
}

fn itself(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(value)
}

fn scan_dir(value: Value) -> Ref<ScanDir> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

fn close_stream(thread: &mut Thread, this: Ref<ScanDir>) {
    thread.safe(|| {
        drop(
            this.stream
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        )
    });
}

fn scan_close(thread: &mut Thread, value: Value) -> PyResult {
    close_stream(thread, scan_dir(value));
    Ok(none())
}

fn scan_exit(thread: &mut Thread, value: Value, _args: Args<'_>) -> PyResult {
    scan_close(thread, value)
}

fn scan_next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let this = scan_dir(value);
    let found = thread.safe(|| {
        let mut stream = this.stream.lock().unwrap_or_else(PoisonError::into_inner);
        match stream.as_mut().map(Stream::next) {
            Some(Ok(Some(found))) => Ok(Some(found)),
            Some(Err(errno)) => {
                *stream = None;
                Err(errno)
            }
            Some(Ok(None)) | None => {
                *stream = None;
                Ok(None)
            }
        }
    });
    let directory = this.path.load().unwrap_or_else(none);
    match found {
        Ok(Some(found)) => new_entry(thread, this, directory, &found).map(Some),
        Ok(None) => Ok(None),
        Err(errno) => Err(thread.os_error_at(errno, directory.not_none(), None)),
    }
}

/// `os.DirEntry`
#[repr(C)]
pub struct DirEntry {
    header: Header,
    name: Slot,
    path: Slot,
    /// What the system knows of it, once asked; links followed.
    stat: Slot,
    /// The same, links not followed.
    lstat: Slot,
    inode: u64,
    directory: i32,
    kind: u8,
}

// SAFETY: repr(C), begins with a header; slots are atomic, the rest never changes.
unsafe impl Cell for DirEntry {
    fn type_object() -> &'static TypeObject {
        &DIR_ENTRY
    }
}

static DIR_ENTRY_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(DirEntry, name) as u32,
        count: 4,
    },
    size: Size::Fixed(size_of::<DirEntry>()),
    drop: None,
    name: "DirEntry",
};

/// `os.DirEntry`
pub static DIR_ENTRY: TypeObject = TypeObject::declare(&Declaration {
    name: "posix.DirEntry",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: grwl_object::flags::DISALLOW_INSTANTIATION,
    cell: &DIR_ENTRY_CELL,
    kind: Kind::Traced,
    size: size_of::<DirEntry>(),
    attributes: 0,
});

pub(crate) static DIR_ENTRY_SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[slots::REPR.is(entry_repr)],
    methods: &[
        Method::any(
            "is_dir",
            is_dir,
            "is_dir($self, /, *, follow_symlinks=True)\n--\n\nIs it a directory?",
        ),
        Method::any(
            "is_file",
            is_file,
            "is_file($self, /, *, follow_symlinks=True)\n--\n\nIs it a regular file?",
        ),
        Method::no_arguments(
            "is_symlink",
            is_symlink,
            "is_symlink($self, /)\n--\n\nIs it a symbolic link?",
        ),
        Method::no_arguments(
            "is_junction",
            is_junction,
            "is_junction($self, /)\n--\n\nIs it a junction? Never, here.",
        ),
        Method::any(
            "stat",
            entry_stat,
            "stat($self, /, *, follow_symlinks=True)\n--\n\nWhat the system knows about it.",
        ),
        Method::no_arguments(
            "inode",
            inode,
            "inode($self, /)\n--\n\nThe number of its inode.",
        ),
        Method::no_arguments(
            "__fspath__",
            get_path,
            "__fspath__($self, /)\n--\n\nIts path.",
        ),
        Method::one("__class_getitem__", generic, "See PEP 585").of_class(),
    ],
    getset: &[
        GetSet::read_only(
            "name",
            get_name,
            Some("the entry's base filename, relative to scandir() \"path\" argument"),
        )
        .member(),
        GetSet::read_only(
            "path",
            get_path,
            Some(
                "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)",
            ),
        )
        .member(),
    ],
    constants: &[],
};

fn new_entry(thread: &mut Thread, scan: Ref<ScanDir>, directory: Value, found: &Found) -> PyResult {
    let name = name_value(thread, &found.name, scan.is_bytes)?;
    let full = if directory.is_none() || scan.descriptor >= 0 {
        name
    } else {
        let given = path::system_name(thread, directory)?;
        let mut full = given.as_bytes().to_vec();
        if full.last().is_some_and(|&last| last != b'/') {
            full.push(b'/');
        }
        full.extend_from_slice(&found.name);
        name_value(thread, &full, scan.is_bytes)?
    };
    let full = if directory.is_none() {
        let mut relative = b"./".to_vec();
        relative.extend_from_slice(&found.name);
        name_value(thread, &relative, false)?
    } else {
        full
    };
    // SAFETY: the type has this layout.
    let entry = unsafe {
        thread.new_cell(&DIR_ENTRY, |header| DirEntry {
            header,
            name: Slot::new(Some(name)),
            path: Slot::new(Some(full)),
            stat: Slot::empty(),
            lstat: Slot::empty(),
            inode: found.inode,
            directory: if scan.descriptor >= 0 {
                scan.descriptor
            } else {
                libc::AT_FDCWD
            },
            kind: found.kind,
        })
    };
    Ok(entry.value())
}

fn entry(value: Value) -> Ref<DirEntry> {
    // SAFETY: slots and methods of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

fn get_name(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(entry(value).name.load().unwrap_or_else(none))
}

fn get_path(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(entry(value).path.load().unwrap_or_else(none))
}

fn entry_repr(thread: &mut Thread, value: Value) -> PyResult {
    let name = get_name(thread, value)?;
    let name = protocol::repr(thread, name)?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str("<DirEntry ");
    text.push_text(name.text());
    text.push_str(">");
    Ok(grwl_object::Str::from_buf(thread, &text.finish())?.value())
}

fn generic(thread: &mut Thread, this: Value, arguments: Value) -> PyResult {
    class::generic_alias(thread, this, arguments)
}

fn follows(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<1>,
) -> PyResult<bool> {
    let [follows] = args.parse(thread, signature)?;
    flag(thread, follows, true)
}

fn entry_path(thread: &mut Thread, value: Value) -> PyResult<Path> {
    let full = get_path(thread, value)?;
    path::path(thread, full, "DirEntry", "path", NAME)
}

/// What the system knows of an entry; asked once.
fn status(thread: &mut Thread, value: Value, follows: bool) -> PyResult {
    let this = entry(value);
    let is_link = this.kind == libc::DT_LNK
        || this.kind == libc::DT_UNKNOWN && has_kind(thread, value, false, libc::S_IFLNK)?;
    let slot = if follows && is_link {
        &this.stat
    } else {
        &this.lstat
    };
    if let Some(known) = slot.load() {
        return Ok(known);
    }
    let path = entry_path(thread, value)?;
    let found = stat_result(thread, &path, this.directory, follows && is_link)?;
    thread.store(this, slot, Some(found));
    Ok(found)
}

fn entry_stat(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("stat", ["follow_symlinks"]).keyword_only_after(0, 0);
    let follows = follows(thread, args, &SIGNATURE)?;
    status(thread, value, follows)
}

/// Is its kind this? A link that leads nowhere is of no kind.
fn has_kind(thread: &mut Thread, value: Value, follows: bool, kind: u32) -> PyResult<bool> {
    let this = entry(value);
    let is_link = this.kind == libc::DT_LNK;
    if this.kind != libc::DT_UNKNOWN && !(follows && is_link) {
        let own = match this.kind {
            libc::DT_DIR => libc::S_IFDIR,
            libc::DT_REG => libc::S_IFREG,
            libc::DT_LNK => libc::S_IFLNK,
            _ => 0,
        };
        return Ok(own == kind);
    }
    let path = entry_path(thread, value)?;
    match stat_of(thread, &path, this.directory, follows)? {
        Ok(stat) => Ok(stat.st_mode & libc::S_IFMT == kind),
        Err(libc::ENOENT) => Ok(false),
        Err(errno) => Err(thread.os_error_at(errno, Some(path.object), None)),
    }
}

fn is_dir(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("is_dir", ["follow_symlinks"]).keyword_only_after(0, 0);
    let follows = follows(thread, args, &SIGNATURE)?;
    Ok(int::bool(has_kind(thread, value, follows, libc::S_IFDIR)?))
}

fn is_file(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("is_file", ["follow_symlinks"]).keyword_only_after(0, 0);
    let follows = follows(thread, args, &SIGNATURE)?;
    Ok(int::bool(has_kind(thread, value, follows, libc::S_IFREG)?))
}

fn is_symlink(thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(has_kind(thread, value, false, libc::S_IFLNK)?))
}

fn is_junction(_thread: &mut Thread, _value: Value) -> PyResult {
    Ok(int::bool(false))
}

fn inode(thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::from_usize(thread, entry(value).inode as usize))
}

/// Makes the types ready.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    debug_assert!(instance::INSTANCE_ATTRIBUTES == size_of::<Header>());
    grwl_object::ready::ready(thread, &SCAN_DIR)?;
    grwl_object::ready::ready(thread, &DIR_ENTRY)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "chdir",
        chdir,
        "chdir($module, /, path)\n--\n\nGo to another directory.",
    ),
    Method::any(
        "fchdir",
        fchdir,
        "fchdir($module, /, fd)\n--\n\nGo to an open directory.",
    ),
    Method::no_arguments(
        "getcwd",
        getcwd,
        "getcwd($module, /)\n--\n\nThe directory where the process is.",
    ),
    Method::no_arguments(
        "getcwdb",
        getcwdb,
        "getcwdb($module, /)\n--\n\nThe directory where the process is, as bytes.",
    ),
    Method::any(
        "mkdir",
        mkdir,
        "mkdir($module, /, path, mode=511, *, dir_fd=None)\n--\n\nMake a directory.",
    ),
    Method::any(
        "listdir",
        listdir,
        "listdir($module, /, path=None)\n--\n\nThe names of what is in a directory, in any order.",
    ),
    Method::any(
        "scandir",
        scandir,
        "scandir($module, /, path=None)\n--\n\nAn iterator over what is in a directory.",
    ),
];
