//! Paths as text: what `posixpath` does in C.

use grwl_object::{Args, Method, PyResult, Signature, Thread, Tuple, Value, int};

use crate::path::{self, NAME, NAME_OR_FILE, name_value, or_none};
use crate::status::stat_of;

/// The root of a path, and what comes behind it. Exactly two slashes are a root of their own.
fn split_root(path: &[u8]) -> (&[u8], &[u8]) {
    let slashes = path.iter().take_while(|&&byte| byte == b'/').count();
    let root = match slashes {
        0 => 0,
        2 => 2,
        _ => 1,
    };
    path.split_at(root)
}

fn normalized(path: &[u8]) -> Vec<u8> {
    let (root, rest) = split_root(path);
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in rest.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|&last| last != b"..") => {
                parts.pop();
            }
            b".." if !root.is_empty() => {}
            part => parts.push(part),
        }
    }
    let mut out = root.to_vec();
    out.extend_from_slice(&parts.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    out
}

/// The bytes of a path in which null characters may stand.
fn lenient(
    thread: &mut Thread,
    value: Value,
    function: &str,
    argument: &str,
) -> PyResult<(Vec<u8>, bool)> {
    let value = match path::fspath(thread, value) {
        Ok(value) => value,
        Err(raised) if raised.matches(&grwl_object::types::TYPE_ERROR) => {
            return path::path(thread, value, function, argument, NAME)
                .map(|path| (path.name.into_bytes(), path.is_bytes));
        }
        Err(raised) => return Err(raised),
    };
    use grwl_object::ValueExt;
    if let Some(text) = value.downcast::<grwl_object::Str>() {
        let pass = Some("surrogatepass");
        return Ok((grwl_types_text::encode(thread, text, None, pass)?, false));
    }
    Ok((grwl_object::buffer::bytes_of(thread, value)?, true))
}

fn lenient_value(thread: &mut Thread, bytes: &[u8], is_bytes: bool) -> PyResult {
    if is_bytes {
        return name_value(thread, bytes, true);
    }
    Ok(grwl_types_text::decode(thread, bytes, None, Some("surrogatepass"))?.value())
}

fn path_normpath(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_path_normpath", ["path"]);
    let [path] = args.parse(thread, &SIGNATURE)?;
    let (path, is_bytes) = lenient(thread, or_none(path), "_path_normpath", "path")?;
    lenient_value(thread, &normalized(&path), is_bytes)
}

fn path_splitroot_ex(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("_path_splitroot_ex", ["p"]);
    let [path] = args.parse(thread, &SIGNATURE)?;
    let (path, is_bytes) = lenient(thread, or_none(path), "_path_splitroot_ex", "p")?;
    let (root, rest) = split_root(&path);
    let drive = lenient_value(thread, b"", is_bytes)?;
    let root = lenient_value(thread, root, is_bytes)?;
    let rest = lenient_value(thread, rest, is_bytes)?;
    Ok(Tuple::try_new(thread, &[drive, root, rest])?.value())
}

fn fspath(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("fspath", ["path"]);
    let [path] = args.parse(thread, &SIGNATURE)?;
    path::fspath(thread, or_none(path))
}

/// Is there a file of a kind? What is no path is none.
pub fn is_kind(thread: &mut Thread, value: Value, kind: u32) -> PyResult<bool> {
    let path = match path::path(thread, value, "stat", "path", NAME_OR_FILE) {
        Ok(path) => path,
        Err(raised) if raised.matches(&grwl_object::types::VALUE_ERROR) => return Ok(false),
        Err(raised) => return Err(raised),
    };
    let found = stat_of(thread, &path, libc::AT_FDCWD, true)?;
    Ok(found.is_ok_and(|stat| stat.st_mode & libc::S_IFMT == kind))
}

fn inputhook(_thread: &mut Thread, _module: Value) -> PyResult {
    Ok(grwl_object::none())
}

fn is_inputhook_installed(_thread: &mut Thread, _module: Value) -> PyResult {
    Ok(int::bool(false))
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "_path_normpath",
        path_normpath,
        "_path_normpath($module, /, path)\n--\n\nA path without needless parts.",
    ),
    Method::any(
        "_path_splitroot_ex",
        path_splitroot_ex,
        "_path_splitroot_ex($module, /, p)\n--\n\nA path as drive, root and rest; there are no drives here.",
    ),
    Method::any(
        "fspath",
        fspath,
        "fspath($module, /, path)\n--\n\nThe path that an object stands for: str or bytes.",
    ),
    Method::no_arguments(
        "_inputhook",
        inputhook,
        "_inputhook($module, /)\n--\n\nDo what waits while the user types; nothing, without a hook.",
    ),
    Method::no_arguments(
        "_is_inputhook_installed",
        is_inputhook_installed,
        "_is_inputhook_installed($module, /)\n--\n\nIs there something to do while the user types?",
    ),
];
