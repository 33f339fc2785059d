//! The module `_bz2`, on top of the library `libbz2-rs-sys`.
//!
//! | what | where |
//! |---|---|
//! | bzip2's streams | `stream` |
//! | `BZ2Compressor` | `compressor` |
//! | `BZ2Decompressor` | `decompressor` |
//!
//! A stream is worked on by one thread at a time, in a Safe region.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod compressor;
mod decompressor;
mod stream;

use std::ffi::c_int;

use grwl_object::module::Module;
use grwl_object::{PyResult, Raised, Ref, Thread, TypeObject, intern, ready, types};
use libbz2_rs_sys::{
    BZ_DATA_ERROR, BZ_DATA_ERROR_MAGIC, BZ_IO_ERROR, BZ_MEM_ERROR, BZ_PARAM_ERROR,
    BZ_SEQUENCE_ERROR, BZ_UNEXPECTED_EOF,
};

pub use compressor::COMPRESSOR;
pub use decompressor::DECOMPRESSOR;

/// Gives the types their functions.
pub fn install() {
    COMPRESSOR.define(&compressor::SPEC);
    DECOMPRESSOR.define(&decompressor::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_bz2");
    let module = Module::new(thread, name, None)?;
    let classes: [(&str, &'static TypeObject); 2] = [
        ("BZ2Compressor", &COMPRESSOR),
        ("BZ2Decompressor", &DECOMPRESSOR),
    ];
    for (name, class) in classes {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}

/// The exception that a number of the library stands for.
#[cold]
pub(crate) fn failed(thread: &Thread, code: c_int) -> Raised {
    match code {
        BZ_PARAM_ERROR => {
            thread.value_error("Internal error - invalid parameters passed to libbzip2")
        }
        BZ_MEM_ERROR => thread.memory_error(),
        BZ_DATA_ERROR | BZ_DATA_ERROR_MAGIC => {
            thread.raise(&types::OS_ERROR, "Invalid data stream")
        }
        BZ_IO_ERROR => thread.raise(&types::OS_ERROR, "Unknown I/O error"),
        BZ_UNEXPECTED_EOF => {
            thread.eof_error("Compressed file ended before the logical end-of-stream was detected")
        }
        BZ_SEQUENCE_ERROR => {
            thread.runtime_error("Internal error - Invalid sequence of commands sent to libbzip2")
        }
        code => thread.raise(
            &types::OS_ERROR,
            format_args!("Unrecognized error from libbzip2: {code}"),
        ),
    }
}
