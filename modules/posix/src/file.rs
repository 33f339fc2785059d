//! Files by name: renaming, links, removal, modes, owners, times, access.

use grwl_number::Int;
use grwl_object::bytes::Bytes;
use grwl_object::int::IntView;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Method, PyResult, Signature, Thread, Tuple, Value, ValueExt, buffer, float, int, none,
    protocol,
};

use crate::arguments::{c_int, exactly, flag, group, int_or, user};
use crate::call::{blocking, call, call_about, errno};
use crate::path::{self, NAME, NAME_OR_FILE, Path, or_none};
use crate::status::check_descriptor;

/// A call about two names.
fn two_names(
    thread: &mut Thread,
    from: &Path,
    to: &Path,
    mut act: impl FnMut() -> i32,
) -> PyResult {
    match blocking(thread, || i64::from(act()))? {
        Ok(_) => Ok(none()),
        Err(errno) => Err(thread.os_error_at(errno, Some(from.object), Some(to.object))),
    }
}

fn one_name(thread: &mut Thread, name: &Path, mut act: impl FnMut() -> i32) -> PyResult {
    call_about(thread, name.object, || i64::from(act()))?;
    Ok(none())
}

fn rename_as(thread: &mut Thread, args: Args<'_>, signature: &'static Signature<4>) -> PyResult {
    let [from, to, from_directory, to_directory] = args.parse(thread, signature)?;
    let from = path::path(thread, or_none(from), signature.function, "src", NAME)?;
    let to = path::path(thread, or_none(to), signature.function, "dst", NAME)?;
    let from_directory = path::directory(thread, from_directory)?;
    let to_directory = path::directory(thread, to_directory)?;
    two_names(thread, &from, &to, || {
        // SAFETY: a plain call with terminated names.
        unsafe { libc::renameat(from_directory, from.pointer(), to_directory, to.pointer()) }
    })
}

const TWO: [&str; 4] = ["src", "dst", "src_dir_fd", "dst_dir_fd"];

fn rename(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> = Signature::new("rename", TWO).keyword_only_after(2, 0);
    rename_as(thread, args, &SIGNATURE)
}

fn replace(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> = Signature::new("replace", TWO).keyword_only_after(2, 0);
    rename_as(thread, args, &SIGNATURE)
}

fn link(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "link",
        ["src", "dst", "src_dir_fd", "dst_dir_fd", "follow_symlinks"],
    )
    .keyword_only_after(2, 0);
    let [from, to, from_directory, to_directory, follows] = args.parse(thread, &SIGNATURE)?;
    let from = path::path(thread, or_none(from), "link", "src", NAME)?;
    let to = path::path(thread, or_none(to), "link", "dst", NAME)?;
    let from_directory = path::directory(thread, from_directory)?;
    let to_directory = path::directory(thread, to_directory)?;
    let flags = match follows {
        Some(follows) if !protocol::is_true(thread, follows)? => 0,
        _ => libc::AT_SYMLINK_FOLLOW,
    };
    two_names(thread, &from, &to, || {
        // SAFETY: a plain call with terminated names.
        unsafe {
            libc::linkat(
                from_directory,
                from.pointer(),
                to_directory,
                to.pointer(),
                flags,
            )
        }
    })
}

fn symlink(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("symlink", ["src", "dst", "target_is_directory", "dir_fd"])
            .optional_after(2)
            .keyword_only_after(3, 0);
    let [from, to, is_directory, directory] = args.parse(thread, &SIGNATURE)?;
    let from = path::path(thread, or_none(from), "symlink", "src", NAME)?;
    let to = path::path(thread, or_none(to), "symlink", "dst", NAME)?;
    flag(thread, is_directory, false)?;
    let directory = path::directory(thread, directory)?;
    two_names(thread, &from, &to, || {
        // SAFETY: a plain call with terminated names.
        unsafe { libc::symlinkat(from.pointer(), directory, to.pointer()) }
    })
}

fn readlink(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("readlink", ["path", "dir_fd"]).keyword_only_after(1, 0);
    let [name, directory] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "readlink", "path", NAME)?;
    let directory = path::directory(thread, directory)?;
    let mut target = [0u8; 4096];
    let to = target.as_mut_ptr();
    let length = call_about(thread, name.object, || {
        // SAFETY: a plain call with a place to write to.
        unsafe { libc::readlinkat(directory, name.pointer(), to.cast(), 4096) as i64 }
    })?;
    path::name_value(thread, &target[..length as usize], name.is_bytes)
}

fn remove_as(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &'static Signature<2>,
    flags: i32,
) -> PyResult {
    let [name, directory] = args.parse(thread, signature)?;
    let name = path::path(thread, or_none(name), signature.function, "path", NAME)?;
    let directory = path::directory(thread, directory)?;
    // SAFETY: a plain call with a terminated name.
    one_name(thread, &name, || unsafe {
        libc::unlinkat(directory, name.pointer(), flags)
    })
}

const NAMED: [&str; 2] = ["path", "dir_fd"];

fn unlink(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("unlink", NAMED).keyword_only_after(1, 0);
    remove_as(thread, args, &SIGNATURE, 0)
}

fn remove(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("remove", NAMED).keyword_only_after(1, 0);
    remove_as(thread, args, &SIGNATURE, 0)
}

fn rmdir(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("rmdir", NAMED).keyword_only_after(1, 0);
    remove_as(thread, args, &SIGNATURE, libc::AT_REMOVEDIR)
}

fn access(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "access",
        ["path", "mode", "dir_fd", "effective_ids", "follow_symlinks"],
    )
    .keyword_only_after(2, 0);
    let [name, mode, directory, effective, follows] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "access", "path", NAME)?;
    let mode = c_int(thread, or_none(mode))?;
    let directory = path::directory(thread, directory)?;
    let mut flags = 0;
    if flag(thread, effective, false)? {
        flags |= libc::AT_EACCESS;
    }
    if !flag(thread, follows, true)? {
        flags |= libc::AT_SYMLINK_NOFOLLOW;
    }
    // SAFETY: a plain call with a terminated name.
    let answer = thread.safe(|| unsafe { libc::faccessat(directory, name.pointer(), mode, flags) });
    Ok(int::bool(answer == 0))
}

fn chmod(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("chmod", ["path", "mode", "dir_fd", "follow_symlinks"])
            .keyword_only_after(2, 0);
    let [name, mode, directory, follows] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "chmod", "path", NAME_OR_FILE)?;
    let mode = c_int(thread, or_none(mode))? as libc::mode_t;
    let directory = path::directory(thread, directory)?;
    let follows = flag(thread, follows, true)?;
    let flags = if follows {
        0
    } else {
        libc::AT_SYMLINK_NOFOLLOW
    };
    let result = blocking(thread, || {
        // SAFETY: plain calls with a terminated name.
        i64::from(unsafe {
            match name.descriptor {
                Some(fd) => libc::fchmod(fd, mode),
                None => libc::fchmodat(directory, name.pointer(), mode, flags),
            }
        })
    })?;
    match result {
        Ok(_) => Ok(none()),
        Err(libc::ENOTSUP) if !follows => Err(thread.raise(
            &grwl_object::types::NOT_IMPLEMENTED_ERROR,
            if directory == libc::AT_FDCWD {
                "chmod: follow_symlinks unavailable on this platform"
            } else {
                "chmod: cannot use dir_fd and follow_symlinks together"
            },
        )),
        Err(errno) => Err(thread.os_error_at(errno, Some(name.object), None)),
    }
}

fn fchmod(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("fchmod", ["fd", "mode"]);
    let [fd, mode] = args.parse(thread, &SIGNATURE)?;
    let (fd, mode) = (c_int(thread, or_none(fd))?, c_int(thread, or_none(mode))?);
    // SAFETY: a plain call.
    call(thread, || {
        // SAFETY: a plain call; what it reads or writes is alive.
        i64::from(unsafe { libc::fchmod(fd, mode as libc::mode_t) })
    })?;
    Ok(none())
}

fn chown(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> =
        Signature::new("chown", ["path", "uid", "gid", "dir_fd", "follow_symlinks"])
            .keyword_only_after(3, 0);
    let [name, uid, gid, directory, follows] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "chown", "path", NAME_OR_FILE)?;
    let (uid, gid) = (user(thread, or_none(uid))?, group(thread, or_none(gid))?);
    let directory = path::directory(thread, directory)?;
    let follows = flag(thread, follows, true)?;
    check_descriptor(thread, "chown", &name, directory, follows)?;
    let flags = if follows {
        0
    } else {
        libc::AT_SYMLINK_NOFOLLOW
    };
    // SAFETY: plain calls with a terminated name.
    one_name(thread, &name, || unsafe {
        match name.descriptor {
            Some(fd) => libc::fchown(fd, uid, gid),
            None => libc::fchownat(directory, name.pointer(), uid, gid, flags),
        }
    })
}

fn fchown(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("fchown", ["fd", "uid", "gid"]);
    let [fd, uid, gid] = args.parse(thread, &SIGNATURE)?;
    let fd = c_int(thread, or_none(fd))?;
    let (uid, gid) = (user(thread, or_none(uid))?, group(thread, or_none(gid))?);
    // SAFETY: a plain call.
    call(thread, || i64::from(unsafe { libc::fchown(fd, uid, gid) }))?;
    Ok(none())
}

fn lchown(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("lchown", ["path", "uid", "gid"]);
    let [name, uid, gid] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "lchown", "path", NAME)?;
    let (uid, gid) = (user(thread, or_none(uid))?, group(thread, or_none(gid))?);
    // SAFETY: a plain call with a terminated name.
    one_name(thread, &name, || unsafe {
        libc::lchown(name.pointer(), uid, gid)
    })
}

fn chroot(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("chroot", ["path"]);
    let [name] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "chroot", "path", NAME)?;
    // SAFETY: a plain call with a terminated name.
    one_name(thread, &name, || unsafe { libc::chroot(name.pointer()) })
}

fn umask(thread: &mut Thread, _module: Value, mask: Value) -> PyResult {
    let mask = c_int(thread, mask)?;
    // SAFETY: a plain call.
    let before = unsafe { libc::umask(mask as libc::mode_t) };
    Ok(Value::small(before.into()))
}

const SECOND: i64 = 1_000_000_000;

/// Seconds, rounded down to nanoseconds.
fn of_seconds(thread: &mut Thread, value: Value) -> PyResult<libc::timespec> {
    const TOO_LARGE: &str = "timestamp out of range for platform time_t";
    if let Some(seconds) = float::view(value) {
        if seconds.is_nan() {
            return Err(thread.value_error("Invalid value NaN (not a number)"));
        }
        let mut whole = seconds.trunc();
        let mut rest = ((seconds - whole) * 1e9).floor();
        if rest >= 1e9 {
            rest -= 1e9;
            whole += 1.0;
        } else if rest < 0.0 {
            rest += 1e9;
            whole -= 1.0;
        }
        if !(-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
            return Err(thread.overflow_error(TOO_LARGE));
        }
        return Ok(libc::timespec {
            tv_sec: whole as i64,
            tv_nsec: rest as i64,
        });
    }
    let whole = convert::index(thread, value)?;
    match int::view(whole) {
        Some(IntView::Small(tv_sec)) => Ok(libc::timespec { tv_sec, tv_nsec: 0 }),
        _ => Err(thread.overflow_error(TOO_LARGE)),
    }
}

fn of_nanoseconds(thread: &mut Thread, value: Value) -> PyResult<libc::timespec> {
    let time = convert::as_int(thread, value)?;
    let split = time.floor_div_mod(&Int::from(SECOND));
    let (seconds, rest) = split.map_err(|error| thread.number_error(&error))?;
    match (seconds.to_i64(), rest.to_i64()) {
        (Some(tv_sec), Some(tv_nsec)) => Ok(libc::timespec { tv_sec, tv_nsec }),
        _ => Err(thread.overflow_error("Python int too large to convert to C long")),
    }
}

fn utime(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "utime",
        ["path", "times", "ns", "dir_fd", "follow_symlinks"],
    )
    .optional_after(1)
    .keyword_only_after(2, 0);
    let [name, times, ns, directory, follows] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "utime", "path", NAME_OR_FILE)?;
    let directory = path::directory(thread, directory)?;
    let follows = flag(thread, follows, true)?;
    let times = times.and_then(ValueExt::not_none);
    if times.is_some() && ns.is_some() {
        return Err(
            thread.value_error("utime: you may specify either 'times' or 'ns' but not both")
        );
    }
    let pair = |value: Value| value.downcast::<Tuple>().filter(|pair| pair.len() == 2);
    let wanted = if let Some(times) = times {
        let Some(pair) = pair(times) else {
            return Err(
                thread.type_error("utime: 'times' must be either a tuple of two ints or None")
            );
        };
        Some([
            of_seconds(thread, pair.at(0))?,
            of_seconds(thread, pair.at(1))?,
        ])
    } else if let Some(ns) = ns {
        let Some(pair) = pair(ns) else {
            return Err(thread.type_error("utime: 'ns' must be a tuple of two ints"));
        };
        Some([
            of_nanoseconds(thread, pair.at(0))?,
            of_nanoseconds(thread, pair.at(1))?,
        ])
    } else {
        None
    };
    check_descriptor(thread, "utime", &name, directory, follows)?;
    let times = wanted
        .as_ref()
        .map_or(std::ptr::null(), |pair| pair.as_ptr());
    let flags = if follows {
        0
    } else {
        libc::AT_SYMLINK_NOFOLLOW
    };
    // SAFETY: plain calls with a terminated name and two times, or null for now.
    one_name(thread, &name, || unsafe {
        match name.descriptor {
            Some(fd) => libc::futimens(fd, times),
            None => libc::utimensat(directory, name.pointer(), times, flags),
        }
    })
}

fn mkfifo(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("mkfifo", ["path", "mode", "dir_fd"])
        .optional_after(1)
        .keyword_only_after(2, 0);
    let [name, mode, directory] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "mkfifo", "path", NAME)?;
    let mode = int_or(thread, mode, 0o666)? as libc::mode_t;
    let directory = path::directory(thread, directory)?;
    // SAFETY: a plain call with a terminated name.
    one_name(thread, &name, || unsafe {
        libc::mkfifoat(directory, name.pointer(), mode)
    })
}

fn mknod(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> = Signature::new("mknod", ["path", "mode", "device", "dir_fd"])
        .optional_after(1)
        .keyword_only_after(3, 0);
    let [name, mode, device, directory] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "mknod", "path", NAME)?;
    let mode = int_or(thread, mode, 0o600)? as libc::mode_t;
    let device = match device {
        Some(device) => protocol::as_i64(thread, device)? as libc::dev_t,
        None => 0,
    };
    let directory = path::directory(thread, directory)?;
    // SAFETY: a plain call with a terminated name.
    one_name(thread, &name, || unsafe {
        libc::mknodat(directory, name.pointer(), mode, device)
    })
}

/// An unsigned number of a device, of at most `most`; -1 is none.
fn device_number(thread: &mut Thread, value: Value, most: u64, kind: &str) -> PyResult<u64> {
    let value = protocol::as_int(thread, value)?;
    if value.is_negative() {
        return match value.to_i64() {
            Some(-1) => Ok(most),
            _ => Err(thread.value_error("Cannot convert negative int")),
        };
    }
    match value.to_u64().filter(|&value| value <= most) {
        Some(value) => Ok(value),
        None => {
            Err(thread.overflow_error(format_args!("Python int too large to convert to C {kind}")))
        }
    }
}

/// A device's number as Python shows it.
fn device_value(thread: &Thread, number: u64, none: u64) -> Value {
    if number == none {
        Value::small(-1)
    } else {
        int::new(thread, number.into())
    }
}

fn major(thread: &mut Thread, _module: Value, device: Value) -> PyResult {
    let device = device_number(thread, device, u64::MAX, "dev_t")?;
    let major = libc::major(device);
    Ok(device_value(thread, major.into(), u32::MAX.into()))
}

fn minor(thread: &mut Thread, _module: Value, device: Value) -> PyResult {
    let device = device_number(thread, device, u64::MAX, "dev_t")?;
    let minor = libc::minor(device);
    Ok(device_value(thread, minor.into(), u32::MAX.into()))
}

fn makedev(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [major, minor] = exactly(thread, args, "makedev")?;
    let most = u32::MAX.into();
    let major = device_number(thread, major, most, "unsigned int")?;
    let minor = device_number(thread, minor, most, "unsigned int")?;
    let device = libc::makedev(major as u32, minor as u32);
    Ok(device_value(thread, device, u64::MAX))
}

/// The attribute's name for an extended attribute.
fn attribute(thread: &mut Thread, value: Option<Value>, function: &str) -> PyResult<Path> {
    path::path(thread, or_none(value), function, "attribute", NAME)
}

/// Calls until the answer fits: `ask` gets a place and its length, which is 0 to ask how much there is.
fn growing(
    thread: &mut Thread,
    name: &Path,
    ask: impl Fn(*mut u8, usize) -> isize,
) -> PyResult<Vec<u8>> {
    let mut space = vec![0u8; 128];
    loop {
        let (to, room) = (space.as_mut_ptr(), space.len());
        let (count, errno) = thread.safe(|| {
            let count = ask(to, room);
            (count, errno())
        });
        if count >= 0 {
            space.truncate(count as usize);
            return Ok(space);
        }
        if errno != libc::ERANGE || room > 1 << 17 {
            return Err(thread.os_error_at(errno, Some(name.object), None));
        }
        space.resize(room * 8, 0);
    }
}

fn getxattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("getxattr", ["path", "attribute", "follow_symlinks"])
            .keyword_only_after(2, 0);
    let [name, key, follows] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "getxattr", "path", NAME_OR_FILE)?;
    let key = attribute(thread, key, "getxattr")?;
    let follows = flag(thread, follows, true)?;
    check_descriptor(thread, "getxattr", &name, libc::AT_FDCWD, follows)?;
    let (path, key) = (name.pointer(), key.pointer());
    // SAFETY: plain calls with terminated names and a place to write to.
    let found = growing(thread, &name, |to, room| unsafe {
        match name.descriptor {
            Some(fd) => libc::fgetxattr(fd, key, to.cast(), room),
            None if follows => libc::getxattr(path, key, to.cast(), room),
            None => libc::lgetxattr(path, key, to.cast(), room),
        }
    })?;
    Ok(Bytes::new(thread, &found)?.value())
}

fn listxattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("listxattr", ["path", "follow_symlinks"])
        .optional_after(0)
        .keyword_only_after(1, 0);
    let [name, follows] = args.parse(thread, &SIGNATURE)?;
    let accepts = path::Accepts {
        descriptor: true,
        none: true,
    };
    let name = path::path(thread, or_none(name), "listxattr", "path", accepts)?;
    let follows = flag(thread, follows, true)?;
    check_descriptor(thread, "listxattr", &name, libc::AT_FDCWD, follows)?;
    let path = name.pointer();
    // SAFETY: plain calls with a terminated name and a place to write to.
    let found = growing(thread, &name, |to, room| unsafe {
        match name.descriptor {
            Some(fd) => libc::flistxattr(fd, to.cast(), room),
            None if follows => libc::listxattr(path, to.cast(), room),
            None => libc::llistxattr(path, to.cast(), room),
        }
    })?;
    let mut names = grwl_object::Buffer::new();
    for each in found
        .split(|&byte| byte == 0)
        .filter(|each| !each.is_empty())
    {
        let each = path::name_value(thread, each, false)?;
        names.push(thread, each)?;
    }
    Ok(grwl_object::list::List::from_buffer(thread, names).value())
}

fn setxattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "setxattr",
        ["path", "attribute", "value", "flags", "follow_symlinks"],
    )
    .optional_after(3)
    .keyword_only_after(4, 0);
    let [name, key, value, flags, follows] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "setxattr", "path", NAME_OR_FILE)?;
    let key = attribute(thread, key, "setxattr")?;
    let value = buffer::bytes_of(thread, or_none(value))?;
    let flags = int_or(thread, flags, 0)?;
    let follows = flag(thread, follows, true)?;
    check_descriptor(thread, "setxattr", &name, libc::AT_FDCWD, follows)?;
    let (from, length) = (value.as_ptr().cast(), value.len());
    // SAFETY: plain calls with terminated names and the value's bytes.
    one_name(thread, &name, || unsafe {
        match name.descriptor {
            Some(fd) => libc::fsetxattr(fd, key.pointer(), from, length, flags),
            None if follows => libc::setxattr(name.pointer(), key.pointer(), from, length, flags),
            None => libc::lsetxattr(name.pointer(), key.pointer(), from, length, flags),
        }
    })
}

fn removexattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> =
        Signature::new("removexattr", ["path", "attribute", "follow_symlinks"])
            .keyword_only_after(2, 0);
    let [name, key, follows] = args.parse(thread, &SIGNATURE)?;
    let name = path::path(thread, or_none(name), "removexattr", "path", NAME_OR_FILE)?;
    let key = attribute(thread, key, "removexattr")?;
    let follows = flag(thread, follows, true)?;
    check_descriptor(thread, "removexattr", &name, libc::AT_FDCWD, follows)?;
    // SAFETY: plain calls with terminated names.
    one_name(thread, &name, || unsafe {
        match name.descriptor {
            Some(fd) => libc::fremovexattr(fd, key.pointer()),
            None if follows => libc::removexattr(name.pointer(), key.pointer()),
            None => libc::lremovexattr(name.pointer(), key.pointer()),
        }
    })
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "rename",
        rename,
        "rename($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\nRename a file or directory.",
    ),
    Method::any(
        "replace",
        replace,
        "replace($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None)\n--\n\nRename a file or directory; a destination that exists is overwritten.",
    ),
    Method::any(
        "link",
        link,
        "link($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,\n     follow_symlinks=(os.name != 'nt'))\n--\n\nMake a hard link.",
    ),
    Method::any(
        "symlink",
        symlink,
        "symlink($module, /, src, dst, target_is_directory=False, *, dir_fd=None)\n--\n\nMake a symbolic link dst to src.",
    ),
    Method::any(
        "readlink",
        readlink,
        "readlink($module, /, path, *, dir_fd=None)\n--\n\nWhere a symbolic link leads.",
    ),
    Method::any(
        "unlink",
        unlink,
        "unlink($module, /, path, *, dir_fd=None)\n--\n\nRemove a file.",
    ),
    Method::any(
        "remove",
        remove,
        "remove($module, /, path, *, dir_fd=None)\n--\n\nRemove a file.",
    ),
    Method::any(
        "rmdir",
        rmdir,
        "rmdir($module, /, path, *, dir_fd=None)\n--\n\nRemove an empty directory.",
    ),
    Method::any(
        "access",
        access,
        "access($module, /, path, mode, *, dir_fd=None, effective_ids=False,\n       follow_symlinks=True)\n--\n\nMay the user do this with a file?",
    ),
    Method::any(
        "chmod",
        chmod,
        "chmod($module, /, path, mode, *, dir_fd=None,\n      follow_symlinks=(os.name != 'nt'))\n--\n\nChange a file's mode.",
    ),
    Method::any(
        "fchmod",
        fchmod,
        "fchmod($module, /, fd, mode)\n--\n\nChange an open file's mode.",
    ),
    Method::any(
        "chown",
        chown,
        "chown($module, /, path, uid, gid, *, dir_fd=None, follow_symlinks=True)\n--\n\nChange a file's owner and group.",
    ),
    Method::any(
        "fchown",
        fchown,
        "fchown($module, /, fd, uid, gid)\n--\n\nChange an open file's owner and group.",
    ),
    Method::any(
        "lchown",
        lchown,
        "lchown($module, /, path, uid, gid)\n--\n\nChange a file's owner and group; a symbolic link is not followed.",
    ),
    Method::any(
        "chroot",
        chroot,
        "chroot($module, /, path)\n--\n\nMake a directory the root.",
    ),
    Method::one(
        "umask",
        umask,
        "umask($module, mask, /)\n--\n\nSet what new files' modes are without; the mask that was.",
    ),
    Method::any(
        "utime",
        utime,
        "utime($module, /, path, times=None, *, ns=<unrepresentable>,\n      dir_fd=None, follow_symlinks=True)\n--\n\nSet a file's times of access and change.",
    ),
    Method::any(
        "mkfifo",
        mkfifo,
        "mkfifo($module, /, path, mode=438, *, dir_fd=None)\n--\n\nMake a named pipe.",
    ),
    Method::any(
        "mknod",
        mknod,
        "mknod($module, /, path, mode=384, device=0, *, dir_fd=None)\n--\n\nMake a file, a device or a named pipe.",
    ),
    Method::one(
        "major",
        major,
        "major($module, device, /)\n--\n\nThe major number of a device.",
    ),
    Method::one(
        "minor",
        minor,
        "minor($module, device, /)\n--\n\nThe minor number of a device.",
    ),
    Method::any(
        "makedev",
        makedev,
        "makedev($module, major, minor, /)\n--\n\nA device of its major and minor numbers.",
    ),
    Method::any(
        "getxattr",
        getxattr,
        "getxattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nA file's extended attribute.",
    ),
    Method::any(
        "setxattr",
        setxattr,
        "setxattr($module, /, path, attribute, value, flags=0, *,\n         follow_symlinks=True)\n--\n\nSet a file's extended attribute.",
    ),
    Method::any(
        "removexattr",
        removexattr,
        "removexattr($module, /, path, attribute, *, follow_symlinks=True)\n--\n\nRemove a file's extended attribute.",
    ),
    Method::any(
        "listxattr",
        listxattr,
        "listxattr($module, /, path=None, *, follow_symlinks=True)\n--\n\nThe names of a file's extended attributes.",
    ),
];
