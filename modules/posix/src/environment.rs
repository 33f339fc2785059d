//! The environment: `environ` as it was at the start, and the functions that change the process's own.

use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::{Args, Method, PyResult, Ref, Thread, Value, none};

use crate::arguments::exactly;
use crate::call::last_error;
use crate::path::system_name;

/// The process's environment: bytes by bytes. Of a name that occurs twice the first counts.
pub(crate) fn environment(thread: &mut Thread) -> PyResult<Ref<Dict>> {
    use std::os::unix::ffi::OsStrExt;
    let dict = Dict::new(thread);
    let all: Vec<_> = std::env::vars_os().collect();
    for (name, value) in all {
        let name = Bytes::new(thread, name.as_bytes())?.value();
        let value = Bytes::new(thread, value.as_bytes())?.value();
        dict.insert_new(thread, name, value)?;
    }
    Ok(dict)
}

fn create_environ(thread: &mut Thread, _module: Value) -> PyResult {
    Ok(environment(thread)?.value())
}

fn putenv(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name, value] = exactly(thread, args, "putenv")?;
    let name = system_name(thread, name)?;
    let value = system_name(thread, value)?;
    if name.as_bytes().contains(&b'=') {
        return Err(thread.value_error("illegal environment variable name"));
    }
    // SAFETY: terminated strings. As everywhere, who reads the environment in C at the same time is on his own.
    if unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

fn unsetenv(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = system_name(thread, name)?;
    // SAFETY: as above.
    if unsafe { libc::unsetenv(name.as_ptr()) } != 0 {
        return Err(last_error(thread));
    }
    Ok(none())
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "putenv",
        putenv,
        "putenv($module, name, value, /)\n--\n\nSet a variable of the environment.",
    ),
    Method::one(
        "unsetenv",
        unsetenv,
        "unsetenv($module, name, /)\n--\n\nTake a variable out of the environment.",
    ),
    Method::no_arguments(
        "_create_environ",
        create_environ,
        "_create_environ($module, /)\n--\n\nThe environment as a dict.",
    ),
];
