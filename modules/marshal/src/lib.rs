//! The module `marshal`, and [`load_code`] for who imports.
//!
//! | what | where |
//! |---|---|
//! | from bytes to objects | `load` |
//! | code objects out of their parts | `code` |
//! | from objects to bytes | `dump` |
//! | reading from files | `file` |
//!
//! The format itself is the package `grwl_marshal`'s.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod code;
mod dump;
mod file;
mod load;

pub use dump::dumps as dump_value;
pub use load::{load_code, load_library_code, load_value};

use grwl_marshal::{Class, Error, VERSION};
use grwl_object::bytes::Bytes;
use grwl_object::module::Module;
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Method, Name, PyResult, Raised, Ref, Signature, Str, Thread, Value, ValueExt, none,
};

/// The exception that an error of the format is.
pub(crate) fn raise(thread: &Thread, error: &Error) -> Raised {
    match &error.class {
        Class::Eof => thread.eof_error(error),
        Class::Value => thread.value_error(error),
        Class::Type => thread.type_error(error),
        Class::System => thread.system_error(error),
        Class::Decode(details) => match Bytes::new(thread, &details.object) {
            Ok(object) => thread.unicode_decode_error(
                "utf-8",
                object.value(),
                details.start,
                details.end,
                details.reason,
            ),
            Err(raised) => raised,
        },
    }
}

fn version_of(thread: &mut Thread, value: Option<Value>) -> PyResult<i32> {
    match value {
        Some(value) => convert::as_i32(thread, value),
        None => Ok(VERSION),
    }
}

fn allows_code(thread: &mut Thread, value: Option<Value>) -> PyResult<bool> {
    match value {
        Some(value) => protocol::is_true(thread, value),
        None => Ok(true),
    }
}

fn dumps(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("dumps", ["value", "version", "allow_code"])
        .optional_after(1)
        .positional_only(2)
        .keyword_only_after(2, 0);
    let [value, version, allow_code] = args.parse(thread, &SIGNATURE)?;
    let version = version_of(thread, version)?;
    let allow_code = allows_code(thread, allow_code)?;
    let bytes = dump::dumps(thread, value.unwrap_or_else(none), version, allow_code)?;
    Ok(Bytes::new(thread, &bytes)?.value())
}

fn dump(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<4> =
        Signature::new("dump", ["value", "file", "version", "allow_code"])
            .optional_after(2)
            .positional_only(3)
            .keyword_only_after(3, 0);
    static WRITE: Name = Name::new("write");
    let [value, file, version, allow_code] = args.parse(thread, &SIGNATURE)?;
    let [value, file] = [value, file].map(|v| v.unwrap_or_else(none));
    let version = version_of(thread, version)?;
    let allow_code = allows_code(thread, allow_code)?;
    let bytes = dump::dumps(thread, value, version, allow_code)?;
    let bytes = Bytes::new(thread, &bytes)?;
    let name = WRITE.get(thread);
    protocol::call_method(thread, file, name, &[bytes.value()])
}

fn loads(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("loads", ["bytes", "allow_code"])
        .positional_only(1)
        .optional_after(1)
        .keyword_only_after(1, 0);
    let [bytes, allow_code] = args.parse(thread, &SIGNATURE)?;
    let bytes = bytes.unwrap_or_else(none);
    let allow_code = allows_code(thread, allow_code)?;
    if let Some(bytes) = bytes.downcast_exact::<Bytes>() {
        return load_value(thread, bytes.as_slice(), allow_code);
    }
    let bytes = grwl_object::buffer::bytes_of(thread, bytes)?;
    load_value(thread, &bytes, allow_code)
}

fn load(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("load", ["file", "allow_code"])
        .positional_only(1)
        .optional_after(1)
        .keyword_only_after(1, 0);
    let [file, allow_code] = args.parse(thread, &SIGNATURE)?;
    let allow_code = allows_code(thread, allow_code)?;
    let bytes = file::read(thread, file.unwrap_or_else(none), allow_code)?;
    load_value(thread, &bytes, allow_code)
}

static FUNCTIONS: [Method; 4] = [
    Method::any(
        "dump",
        dump,
        "dump($module, value, file, version=version, /, *, allow_code=True)\n--\n\nWrites a value to a binary file.\n\n  value\n    Of a type that marshal supports.\n  file\n    Has a method write(bytes).\n  version\n    Of the format.\n  allow_code\n    May there be code objects?\n\nValueError if a part of the value has no supported type; nothing is written then.",
    ),
    Method::any(
        "dumps",
        dumps,
        "dumps($module, value, version=version, /, *, allow_code=True)\n--\n\nThe bytes that dump() would write.\n\n  value\n    Of a type that marshal supports.\n  version\n    Of the format.\n  allow_code\n    May there be code objects?",
    ),
    Method::any(
        "load",
        load,
        "load($module, file, /, *, allow_code=True)\n--\n\nReads a value from a binary file.\n\n  file\n    Has methods read() and readinto().\n  allow_code\n    May there be code objects?\n\nEOFError, ValueError or TypeError if there is none that this version of the format has.",
    ),
    Method::any(
        "loads",
        loads,
        "loads($module, bytes, /, *, allow_code=True)\n--\n\nThe value that a bytes-like object begins with.\n\n  allow_code\n    May there be code objects?\n\nWhat follows it does not matter.",
    ),
];

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = grwl_object::intern(thread, "marshal");
    let doc = Str::new(
        thread,
        "Writes and reads values in a binary form of Python's own, which compiled modules are kept in.\n\nThe form may change between versions of Python. Never load data from somebody you do not trust.",
    );
    let module = Module::new(thread, name, Some(doc.value()))?;
    module.add_functions(thread, &FUNCTIONS)?;
    module.add(thread, "version", Value::small(VERSION.into()))?;
    Ok(module)
}
