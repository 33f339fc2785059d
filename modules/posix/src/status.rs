//! `stat` and its family, `statvfs`, and the types of their results.

use std::mem::MaybeUninit;
use std::sync::OnceLock;

use grwl_number::Int;
use grwl_object::slots::NewFn;
use grwl_object::struct_sequence::{self, Description, declaration};
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Thread, TypeObject, Value, ValueExt, float, int,
    protocol, slots,
};

use crate::arguments::{c_int, flag};
use crate::call::{blocking, call_about};
use crate::path::{self, NAME, NAME_OR_FILE, Path, or_none};
use crate::written;

/// `os.stat_result`
pub static STAT_RESULT: TypeObject = TypeObject::declare(&declaration("os.stat_result"));
/// `os.statvfs_result`
pub static STATVFS_RESULT: TypeObject = TypeObject::declare(&declaration("os.statvfs_result"));

static STAT: Description = Description {
    fields: &[
        "st_mode",
        "st_ino",
        "st_dev",
        "st_nlink",
        "st_uid",
        "st_gid",
        "st_size",
        "",
        "",
        "",
        "st_atime",
        "st_mtime",
        "st_ctime",
        "st_atime_ns",
        "st_mtime_ns",
        "st_ctime_ns",
        "st_blksize",
        "st_blocks",
        "st_rdev",
    ],
    visible: 10,
    doc: "stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, and so on.\n\nPosix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\nor st_flags, they are available as attributes only.\n\nSee os.stat for more information.",
};

static STATVFS: Description = Description {
    fields: &[
        "f_bsize",
        "f_frsize",
        "f_blocks",
        "f_bfree",
        "f_bavail",
        "f_files",
        "f_ffree",
        "f_favail",
        "f_flag",
        "f_namemax",
        "f_fsid",
    ],
    visible: 10,
    doc: "statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\nSee os.statvfs for more information.",
};

static PLAIN_NEW: OnceLock<NewFn> = OnceLock::new();

/// Makes the types ready.
pub(crate) fn prepare(thread: &mut Thread) -> PyResult<()> {
    struct_sequence::prepare(thread, &STATVFS_RESULT, &STATVFS)?;
    struct_sequence::prepare(thread, &STAT_RESULT, &STAT)?;
    if PLAIN_NEW.get().is_none()
        && let Some(new) = STAT_RESULT.slot(slots::NEW)
    {
        let _ = PLAIN_NEW.set(new);
        STAT_RESULT.slots().set(slots::NEW.is(new_result));
    }
    Ok(())
}

/// Times that are not given are those of whole seconds.
fn new_result(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let new = PLAIN_NEW.get().expect("set before this function");
    let made = new(thread, class, args)?;
    let mut values = [made; 19];
    for (index, value) in values.iter_mut().enumerate() {
        *value = match STAT.fields[index] {
            "" => protocol::item::get_index(thread, made, index as isize)?,
            name => protocol::get_attribute_str(thread, made, name)?,
        };
    }
    for index in 10..13 {
        if values[index].is_none() {
            values[index] = values[index - 3];
        }
    }
    struct_sequence::make(thread, &STAT_RESULT, &values)
}

fn in_nanoseconds(thread: &Thread, seconds: i64, nanoseconds: i64) -> Value {
    match seconds
        .checked_mul(1_000_000_000)
        .and_then(|whole| whole.checked_add(nanoseconds))
    {
        Some(time) => int::from_i64(thread, time),
        None => {
            let time = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
            int::new(thread, Int::from(time))
        }
    }
}

fn unsigned(thread: &Thread, number: u64) -> Value {
    int::from_usize(thread, number as usize)
}

/// A `stat_result`.
///
/// # Errors
/// `MemoryError`
// How wide these fields are depends on the processor.
#[allow(clippy::unnecessary_cast)]
pub fn stat_value(thread: &Thread, stat: &libc::stat) -> PyResult {
    let seconds = |seconds: i64, nanoseconds: i64| {
        float::new(thread, seconds as f64 + 1e-9 * nanoseconds as f64)
    };
    let values = [
        Value::small(stat.st_mode.into()),
        unsigned(thread, stat.st_ino),
        unsigned(thread, stat.st_dev),
        unsigned(thread, stat.st_nlink),
        crate::arguments::identity_value(stat.st_uid),
        crate::arguments::identity_value(stat.st_gid),
        int::from_i64(thread, stat.st_size),
        int::from_i64(thread, stat.st_atime),
        int::from_i64(thread, stat.st_mtime),
        int::from_i64(thread, stat.st_ctime),
        seconds(stat.st_atime, stat.st_atime_nsec),
        seconds(stat.st_mtime, stat.st_mtime_nsec),
        seconds(stat.st_ctime, stat.st_ctime_nsec),
        in_nanoseconds(thread, stat.st_atime, stat.st_atime_nsec),
        in_nanoseconds(thread, stat.st_mtime, stat.st_mtime_nsec),
        in_nanoseconds(thread, stat.st_ctime, stat.st_ctime_nsec),
        Value::small(stat.st_blksize),
        int::from_i64(thread, stat.st_blocks),
        unsigned(thread, stat.st_rdev),
    ];
    struct_sequence::make(thread, &STAT_RESULT, &values)
}

/// Asks the system about a file; the inner error is the system's.
///
/// # Errors
/// What a signal handler raises.
pub fn stat_of(
    thread: &mut Thread,
    path: &Path,
    directory: i32,
    follows: bool,
) -> PyResult<Result<libc::stat, i32>> {
    let mut stat = MaybeUninit::<libc::stat>::zeroed();
    let place = stat.as_mut_ptr();
    let flags = if follows {
        0
    } else {
        libc::AT_SYMLINK_NOFOLLOW
    };
    let result = blocking(thread, || {
        // SAFETY: plain calls with a place to write to.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::fstat(descriptor, place),
                None => libc::fstatat(directory, path.pointer(), place, flags),
            }
        })
    })?;
    // SAFETY: integers: zeroes are a value, and the system wrote the rest.
    Ok(result.map(|_| unsafe { stat.assume_init() }))
}

pub(crate) fn stat_result(
    thread: &mut Thread,
    path: &Path,
    directory: i32,
    follows: bool,
) -> PyResult {
    let mut found = stat_of(thread, path, directory, follows)?;
    if let Ok(stat) = &found
        && path.descriptor.is_none()
        && written::settle(thread, stat)?
    {
        found = stat_of(thread, path, directory, follows)?;
    }
    match found {
        Ok(stat) => stat_value(thread, &stat),
        Err(errno) => Err(thread.os_error_at(errno, Some(path.object), None)),
    }
}

/// Refuses an open file together with what only names can have.
pub(crate) fn check_descriptor(
    thread: &Thread,
    function: &str,
    path: &Path,
    directory: i32,
    follows: bool,
) -> PyResult<()> {
    if path.descriptor.is_some() && directory != libc::AT_FDCWD {
        return Err(thread.value_error(format_args!(
            "{function}: can't specify dir_fd without matching path"
        )));
    }
    if path.descriptor.is_some() && !follows {
        return Err(thread.value_error(format_args!(
            "{function}: cannot use fd and follow_symlinks together"
        )));
    }
    Ok(())
}

fn stat(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("stat", ["path", "dir_fd", "follow_symlinks"]).keyword_only_after(1, 0);
    let [path, directory, follows] = args.parse(thread, &SIGNATURE)?;
    let path = path::path(thread, or_none(path), "stat", "path", NAME_OR_FILE)?;
    let directory = path::directory(thread, directory)?;
    let follows = flag(thread, follows, true)?;
    check_descriptor(thread, "stat", &path, directory, follows)?;
    stat_result(thread, &path, directory, follows)
}

fn lstat(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("lstat", ["path", "dir_fd"]).keyword_only_after(1, 0);
    let [path, directory] = args.parse(thread, &SIGNATURE)?;
    let path = path::path(thread, or_none(path), "lstat", "path", NAME)?;
    let directory = path::directory(thread, directory)?;
    stat_result(thread, &path, directory, false)
}

fn fstat(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("fstat", ["fd"]);
    let [fd] = args.parse(thread, &SIGNATURE)?;
    let fd = c_int(thread, or_none(fd))?;
    match stat_of_open(thread, fd)? {
        Ok(stat) => stat_value(thread, &stat),
        Err(errno) => Err(thread.os_error(errno)),
    }
}

/// As [`stat_of`], of an open file.
///
/// # Errors
/// What a signal handler raises.
pub fn stat_of_open(thread: &mut Thread, descriptor: i32) -> PyResult<Result<libc::stat, i32>> {
    let mut stat = MaybeUninit::<libc::stat>::zeroed();
    let place = stat.as_mut_ptr();
    // SAFETY: a plain call with a place to write to.
    let result = blocking(thread, || {
        // SAFETY: a plain call; what it reads or writes is alive.
        i64::from(unsafe { libc::fstat(descriptor, place) })
    })?;
    // SAFETY: integers: zeroes are a value, and the system wrote the rest.
    Ok(result.map(|_| unsafe { stat.assume_init() }))
}

fn statvfs_value(thread: &mut Thread, path: &Path) -> PyResult {
    let mut found = MaybeUninit::<libc::statvfs>::zeroed();
    let place = found.as_mut_ptr();
    call_about(thread, path.object, || {
        // SAFETY: plain calls with a place to write to.
        i64::from(unsafe {
            match path.descriptor {
                Some(descriptor) => libc::fstatvfs(descriptor, place),
                None => libc::statvfs(path.pointer(), place),
            }
        })
    })?;
    // SAFETY: integers: zeroes are a value, and the system wrote the rest.
    let found = unsafe { found.assume_init() };
    let values = [
        found.f_bsize,
        found.f_frsize,
        found.f_blocks,
        found.f_bfree,
        found.f_bavail,
        found.f_files,
        found.f_ffree,
        found.f_favail,
        found.f_flag,
        found.f_namemax,
        found.f_fsid,
    ]
    .map(|number| unsigned(thread, number));
    struct_sequence::make(thread, &STATVFS_RESULT, &values)
}

fn statvfs(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("statvfs", ["path"]);
    let [path] = args.parse(thread, &SIGNATURE)?;
    let path = path::path(thread, or_none(path), "statvfs", "path", NAME_OR_FILE)?;
    statvfs_value(thread, &path)
}

fn fstatvfs(thread: &mut Thread, _module: Value, fd: Value) -> PyResult {
    let descriptor = c_int(thread, fd)?;
    let path = Path {
        name: Default::default(),
        descriptor: Some(descriptor),
        object: grwl_object::none(),
        is_bytes: false,
    };
    statvfs_value(thread, &path)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "stat",
        stat,
        "stat($module, /, path, *, dir_fd=None, follow_symlinks=True)\n--\n\nWhat the system knows about a file.",
    ),
    Method::any(
        "lstat",
        lstat,
        "lstat($module, /, path, *, dir_fd=None)\n--\n\nWhat the system knows about a file; a symbolic link is not followed.",
    ),
    Method::any(
        "fstat",
        fstat,
        "fstat($module, /, fd)\n--\n\nWhat the system knows about an open file.",
    ),
    Method::any(
        "statvfs",
        statvfs,
        "statvfs($module, /, path)\n--\n\nWhat the system knows about the file system of a file.",
    ),
    Method::one(
        "fstatvfs",
        fstatvfs,
        "fstatvfs($module, fd, /)\n--\n\nWhat the system knows about the file system of an open file.",
    ),
];
