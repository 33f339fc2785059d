//! `zlib.error`, and the other errors that zlib's numbers become.

use libz_rs_sys::Z_MEM_ERROR;

use grwl_object::exception::ModuleException;
use grwl_object::{PyResult, Raised, Thread, Value, types};
use grwl_types_text::arguments;

use crate::stream::Failure;

/// `zlib.error`
pub(crate) static ERROR: ModuleException =
    ModuleException::new("zlib", "error", &types::EXCEPTION, None);

/// `zlib.error: Error -3 while decompressing data: incorrect header check`
#[cold]
pub(crate) fn failed(thread: &Thread, failure: Failure, when: &str) -> Raised {
    let code = failure.code;
    match failure.text() {
        Some(text) => ERROR.raise(thread, format_args!("Error {code} {when}: {text}")),
        None => ERROR.raise(thread, format_args!("Error {code} {when}")),
    }
}

/// As [`failed`], but `MemoryError` with its own words if there was not enough.
#[cold]
pub(crate) fn failed_or_memory(
    thread: &Thread,
    failure: Failure,
    when: &str,
    memory: &str,
) -> Raised {
    if failure.code == Z_MEM_ERROR {
        return thread.raise(&types::MEMORY_ERROR, memory);
    }
    failed(thread, failure, when)
}

/// An argument that is a C `int`.
pub(crate) fn c_int(thread: &mut Thread, value: Option<Value>, default: i32) -> PyResult<i32> {
    match value {
        Some(value) => arguments::c_int(thread, value),
        None => Ok(default),
    }
}

/// An argument that is a size.
pub(crate) fn size(thread: &mut Thread, value: Option<Value>, default: isize) -> PyResult<isize> {
    match value {
        Some(value) => arguments::size(thread, value),
        None => Ok(default),
    }
}

/// An argument that the signature requires.
pub(crate) fn required(value: Option<Value>) -> Value {
    value.expect("the signature requires it")
}
