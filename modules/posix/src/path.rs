//! File names as arguments: strings, bytes, objects with `__fspath__`, and numbers of open files.

use std::ffi::CString;

use grwl_object::bytes::Bytes;
use grwl_object::protocol::convert;
use grwl_object::{Name, PyResult, Ref, Str, Thread, Value, ValueExt, none, protocol};
use grwl_types_text::codec::{decode_filesystem, encode_filesystem};

static FSPATH: Name = Name::new("__fspath__");

/// What a function takes for a path.
#[derive(Clone, Copy, Debug, Default)]
pub struct Accepts {
    /// The number of an open file.
    pub descriptor: bool,
    /// `None`.
    pub none: bool,
}

/// Names only.
pub const NAME: Accepts = Accepts {
    descriptor: false,
    none: false,
};
/// Names, and numbers of open files.
pub const NAME_OR_FILE: Accepts = Accepts {
    descriptor: true,
    none: false,
};

/// A path that was given. Lies on the native stack.
#[derive(Debug)]
pub struct Path {
    /// The name as the system takes it; empty of a descriptor.
    pub name: CString,
    /// The number of an open file.
    pub descriptor: Option<i32>,
    /// What was given: the file of error messages.
    pub object: Value,
    /// Was it given as bytes? Then results are bytes too.
    pub is_bytes: bool,
}

impl Path {
    /// The name, for the system.
    pub fn pointer(&self) -> *const libc::c_char {
        self.name.as_ptr()
    }
}

/// The bytes of a `str` or `bytes`.
fn name_of(thread: &mut Thread, value: Value) -> PyResult<Option<(Vec<u8>, bool)>> {
    if let Some(text) = value.downcast::<Str>() {
        return Ok(Some((encode_filesystem(thread, text)?, false)));
    }
    Ok(value
        .downcast::<Bytes>()
        .map(|bytes| (bytes.as_slice().to_vec(), true)))
}

/// Takes a path argument.
///
/// # Errors
/// `TypeError`, `ValueError` for null characters, or what `__fspath__` raises.
pub fn path(
    thread: &mut Thread,
    value: Value,
    function: &str,
    argument: &str,
    accepts: Accepts,
) -> PyResult<Path> {
    let mut value = value;
    if accepts.none && value.is_none() {
        return Ok(Path {
            name: c".".to_owned(),
            descriptor: None,
            object: value,
            is_bytes: false,
        });
    }
    let mut found = name_of(thread, value)?;
    if found.is_none() && accepts.descriptor && convert::has_index(value) {
        return Ok(Path {
            name: CString::default(),
            descriptor: Some(descriptor(thread, value)?),
            object: value,
            is_bytes: false,
        });
    }
    if found.is_none() {
        let name = FSPATH.get(thread);
        if let Some(method) = protocol::lookup_special(thread, value, name)?
            && !method.is_none()
        {
            let given = value;
            value = protocol::call_positional(thread, method, &[])?;
            found = name_of(thread, value)?;
            if found.is_none() {
                return Err(wrong_fspath(thread, given, value));
            }
        }
    }
    let Some((bytes, is_bytes)) = found else {
        let expected = match (accepts.descriptor, accepts.none) {
            (true, true) => "string, bytes, os.PathLike, integer or None",
            (true, false) => "string, bytes, os.PathLike or integer",
            (false, true) => "string, bytes, os.PathLike or None",
            (false, false) => "string, bytes or os.PathLike",
        };
        return Err(thread.type_error(format_args!(
            "{function}: {argument} should be {expected}, not {}",
            value.class().name()
        )));
    };
    match CString::new(bytes) {
        Ok(name) => Ok(Path {
            name,
            descriptor: None,
            object: value,
            is_bytes,
        }),
        Err(_) => Err(thread.value_error(format_args!(
            "{function}: embedded null character in {argument}"
        ))),
    }
}

#[cold]
fn wrong_fspath(thread: &Thread, given: Value, made: Value) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "expected {}.__fspath__() to return str or bytes, not {}",
        given.class().name(),
        made.class().name()
    ))
}

/// `os.fspath(value)`
///
/// # Errors
/// `TypeError`, or what `__fspath__` raises.
pub fn fspath(thread: &mut Thread, value: Value) -> PyResult {
    if value.downcast::<Str>().is_some() || value.downcast::<Bytes>().is_some() {
        return Ok(value);
    }
    let name = FSPATH.get(thread);
    let method = protocol::lookup_special(thread, value, name)?;
    let Some(method) = method.and_then(ValueExt::not_none) else {
        return Err(thread.type_error(format_args!(
            "expected str, bytes or os.PathLike object, not {}",
            value.class().name()
        )));
    };
    let made = protocol::call_positional(thread, method, &[])?;
    if made.downcast::<Str>().is_some() || made.downcast::<Bytes>().is_some() {
        return Ok(made);
    }
    Err(wrong_fspath(thread, value, made))
}

/// What the system takes for an object that is a name (`PyUnicode_FSConverter`).
///
/// # Errors
/// As [`fspath`]; `ValueError: embedded null byte`.
pub fn system_name(thread: &mut Thread, value: Value) -> PyResult<CString> {
    let value = fspath(thread, value)?;
    let bytes = name_of(thread, value)?.map(|(bytes, _)| bytes);
    CString::new(bytes.unwrap_or_default()).map_err(|_| thread.value_error("embedded null byte"))
}

fn warn_of_bool(thread: &mut Thread, value: Value) -> PyResult<()> {
    if grwl_object::singleton::as_bool(value).is_none() {
        return Ok(());
    }
    grwl_object::exception::warn(
        thread,
        &grwl_object::types::RUNTIME_WARNING,
        "bool is used as a file descriptor",
        1,
    )
}

/// The number of an open file: an integer.
///
/// # Errors
/// `TypeError`, `OverflowError`
pub fn descriptor(thread: &mut Thread, value: Value) -> PyResult<i32> {
    warn_of_bool(thread, value)?;
    let number = convert::index(thread, value)?;
    let number = match grwl_object::int::view(number) {
        Some(grwl_object::int::IntView::Small(number)) => {
            i32::try_from(number).map_err(|_| number < 0)
        }
        Some(big) => Err(big.is_negative()),
        None => Err(false),
    };
    number.map_err(|is_low| {
        thread.overflow_error(if is_low {
            "fd is less than minimum"
        } else {
            "fd is greater than maximum"
        })
    })
}

/// A directory to start from: an open one, or where the process is.
///
/// # Errors
/// `TypeError: argument should be integer or None, not str`
pub fn directory(thread: &mut Thread, value: Option<Value>) -> PyResult<i32> {
    match value.and_then(ValueExt::not_none) {
        None => Ok(libc::AT_FDCWD),
        Some(value) if convert::has_index(value) => descriptor(thread, value),
        Some(value) => Err(thread.type_error(format_args!(
            "argument should be integer or None, not {}",
            value.class().name()
        ))),
    }
}

/// An open file: its number, or an object with `fileno()`.
///
/// # Errors
/// `TypeError`, `ValueError`, or what `fileno` raises.
pub fn open_file(thread: &mut Thread, value: Value) -> PyResult<i32> {
    static FILENO: Name = Name::new("fileno");
    let number = if grwl_object::int::is_int(value) {
        warn_of_bool(thread, value)?;
        value
    } else {
        let name = FILENO.get(thread);
        let Some(method) = protocol::find_attribute(thread, value, name)? else {
            return Err(thread.type_error("argument must be an int, or have a fileno() method."));
        };
        let number = protocol::call_positional(thread, method, &[])?;
        if !grwl_object::int::is_int(number) {
            return Err(thread.type_error("fileno() returned a non-integer"));
        }
        number
    };
    let number = grwl_types_text::arguments::c_int(thread, number)?;
    if number < 0 {
        return Err(thread.value_error(format_args!(
            "file descriptor cannot be a negative integer ({number})"
        )));
    }
    Ok(number)
}

/// A name that the system gave, as `str`, or as `bytes` for who asked in bytes.
///
/// # Errors
/// `MemoryError`
pub fn name_value(thread: &mut Thread, name: &[u8], is_bytes: bool) -> PyResult {
    if is_bytes {
        return Ok(Bytes::new(thread, name)?.value());
    }
    let text: Ref<Str> = decode_filesystem(thread, name)?;
    Ok(text.value())
}

/// An absent argument is `None`.
pub(crate) fn or_none(value: Option<Value>) -> Value {
    value.unwrap_or_else(none)
}
