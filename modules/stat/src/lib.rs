//! The module `_stat`: the parts of a file's mode, as Linux has them.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, Value, int, intern, protocol, singleton};

const TYPE_MASK: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;
const CHARACTER: u32 = 0o020_000;
const BLOCK: u32 = 0o060_000;
const REGULAR: u32 = 0o100_000;
const FIFO: u32 = 0o010_000;
const LINK: u32 = 0o120_000;
const SOCKET: u32 = 0o140_000;

/// The constants.
static CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDIR", DIRECTORY as i64),
    ("S_IFCHR", CHARACTER as i64),
    ("S_IFBLK", BLOCK as i64),
    ("S_IFREG", REGULAR as i64),
    ("S_IFIFO", FIFO as i64),
    ("S_IFLNK", LINK as i64),
    ("S_IFSOCK", SOCKET as i64),
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_SETTABLE", 0x0000_FFFF),
    ("UF_NODUMP", 0x0000_0001),
    ("UF_IMMUTABLE", 0x0000_0002),
    ("UF_APPEND", 0x0000_0004),
    ("UF_OPAQUE", 0x0000_0008),
    ("UF_NOUNLINK", 0x0000_0010),
    ("UF_COMPRESSED", 0x0000_0020),
    ("UF_TRACKED", 0x0000_0040),
    ("UF_DATAVAULT", 0x0000_0080),
    ("UF_HIDDEN", 0x0000_8000),
    ("SF_SETTABLE", 0xFFFF_0000),
    ("SF_ARCHIVED", 0x0001_0000),
    ("SF_IMMUTABLE", 0x0002_0000),
    ("SF_APPEND", 0x0004_0000),
    ("SF_NOUNLINK", 0x0010_0000),
    ("SF_SNAPSHOT", 0x0020_0000),
    ("SF_FIRMLINK", 0x0080_0000),
    ("SF_DATALESS", 0x4000_0000),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

/// A mode, as the argument of a function.
fn mode_of(thread: &mut Thread, value: Value) -> PyResult<u32> {
    let mode = protocol::as_i64(thread, value)?;
    if mode < 0 {
        return Err(thread.overflow_error("can't convert negative value to unsigned int"));
    }
    u32::try_from(mode).map_err(|_| thread.overflow_error("mode out of range"))
}

fn is_type(thread: &mut Thread, mode: Value, wanted: u32) -> PyResult {
    let mode = mode_of(thread, mode)?;
    Ok(singleton::bool(mode & TYPE_MASK == wanted))
}

fn part(thread: &mut Thread, mode: Value, mask: u32) -> PyResult {
    let mode = mode_of(thread, mode)?;
    Ok(int::from_i64(thread, i64::from(mode & mask)))
}

fn never(thread: &mut Thread, mode: Value) -> PyResult {
    mode_of(thread, mode)?;
    Ok(singleton::bool(false))
}

static FUNCTIONS: &[Method] = &[
    Method::one(
        "S_ISDIR",
        |t, _, m| is_type(t, m, DIRECTORY),
        "S_ISDIR(mode) -> bool\n\nIs the mode that of a directory?",
    ),
    Method::one(
        "S_ISCHR",
        |t, _, m| is_type(t, m, CHARACTER),
        "S_ISCHR(mode) -> bool\n\nIs the mode that of a character device?",
    ),
    Method::one(
        "S_ISBLK",
        |t, _, m| is_type(t, m, BLOCK),
        "S_ISBLK(mode) -> bool\n\nIs the mode that of a block device?",
    ),
    Method::one(
        "S_ISREG",
        |t, _, m| is_type(t, m, REGULAR),
        "S_ISREG(mode) -> bool\n\nIs the mode that of a regular file?",
    ),
    Method::one(
        "S_ISFIFO",
        |t, _, m| is_type(t, m, FIFO),
        "S_ISFIFO(mode) -> bool\n\nIs the mode that of a named pipe?",
    ),
    Method::one(
        "S_ISLNK",
        |t, _, m| is_type(t, m, LINK),
        "S_ISLNK(mode) -> bool\n\nIs the mode that of a symbolic link?",
    ),
    Method::one(
        "S_ISSOCK",
        |t, _, m| is_type(t, m, SOCKET),
        "S_ISSOCK(mode) -> bool\n\nIs the mode that of a socket?",
    ),
    Method::one(
        "S_ISDOOR",
        |t, _, m| never(t, m),
        "S_ISDOOR(mode) -> bool\n\nIs the mode that of a door? Linux has none.",
    ),
    Method::one(
        "S_ISPORT",
        |t, _, m| never(t, m),
        "S_ISPORT(mode) -> bool\n\nIs the mode that of an event port? Linux has none.",
    ),
    Method::one(
        "S_ISWHT",
        |t, _, m| never(t, m),
        "S_ISWHT(mode) -> bool\n\nIs the mode that of a whiteout? Linux has none.",
    ),
    Method::one(
        "S_IMODE",
        |t, _, m| part(t, m, 0o7777),
        "The part of a mode that os.chmod() can set.",
    ),
    Method::one(
        "S_IFMT",
        |t, _, m| part(t, m, TYPE_MASK),
        "The part of a mode that says what kind of file it is.",
    ),
    Method::one(
        "filemode",
        file_mode,
        "A mode as a text of the form '-rwxrwxrwx'",
    ),
];

fn file_mode(thread: &mut Thread, _module: Value, mode: Value) -> PyResult {
    let mode = mode_of(thread, mode)?;
    let kind = match mode & TYPE_MASK {
        REGULAR => '-',
        DIRECTORY => 'd',
        LINK => 'l',
        BLOCK => 'b',
        CHARACTER => 'c',
        FIFO => 'p',
        SOCKET => 's',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, with, without) in [
        (6, 0o4000, 's', 'S'),
        (3, 0o2000, 's', 'S'),
        (0, 0o1000, 't', 'T'),
    ] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (mode & special != 0, bits & 1 != 0) {
            (true, true) => with,
            (true, false) => without,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    Ok(Str::new(thread, &text).value())
}

/// Defines types; there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_stat");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, value) in CONSTANTS {
        let value = int::from_i64(thread, value);
        module.add(thread, name, value)?;
    }
    Ok(module)
}
