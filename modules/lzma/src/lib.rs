//! The module `_lzma`, on top of the library `liblzma`.
//!
//! | what | where |
//! |---|---|
//! | liblzma's streams | `stream` |
//! | filters: what Python code says of them, what liblzma wants | `filter` |
//! | `LZMACompressor` | `compressor` |
//! | `LZMADecompressor` | `decompressor` |
//! | integers as arguments | `number` |
//!
//! A stream is worked on by one thread at a time, in a Safe region.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod compressor;
mod decompressor;
mod filter;
mod number;
mod stream;

use grwl_object::exception::ModuleException;
use grwl_object::module::Module;
use grwl_object::{
    Method, PyResult, Raised, Ref, Thread, TypeObject, Value, int, intern, ready, types,
};
use liblzma_sys as sys;

pub use compressor::COMPRESSOR;
pub use decompressor::DECOMPRESSOR;

/// A container of compressed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `.xz` or `.lzma`, as the data says.
    Auto = 0,
    /// `.xz`
    Xz = 1,
    /// `.lzma`
    Alone = 2,
    /// None at all.
    Raw = 3,
}

impl Format {
    /// The format of a number. `may_be_auto`: the data can say it.
    pub(crate) fn of(thread: &Thread, number: i32, may_be_auto: bool) -> PyResult<Self> {
        match number {
            0 if may_be_auto => Ok(Self::Auto),
            1 => Ok(Self::Xz),
            2 => Ok(Self::Alone),
            3 => Ok(Self::Raw),
            _ => Err(thread.value_error(format_args!("Invalid container format: {number}"))),
        }
    }
}

/// What liblzma calls a check that it does not know.
pub(crate) const UNKNOWN_CHECK: u32 = 16;

static NUMBERS: &[(&str, u64)] = &[
    ("FORMAT_AUTO", Format::Auto as u64),
    ("FORMAT_XZ", Format::Xz as u64),
    ("FORMAT_ALONE", Format::Alone as u64),
    ("FORMAT_RAW", Format::Raw as u64),
    ("CHECK_NONE", sys::LZMA_CHECK_NONE as u64),
    ("CHECK_CRC32", sys::LZMA_CHECK_CRC32 as u64),
    ("CHECK_CRC64", sys::LZMA_CHECK_CRC64 as u64),
    ("CHECK_SHA256", sys::LZMA_CHECK_SHA256 as u64),
    ("CHECK_ID_MAX", 15),
    ("CHECK_UNKNOWN", UNKNOWN_CHECK as u64),
    ("FILTER_LZMA1", sys::LZMA_FILTER_LZMA1),
    ("FILTER_LZMA2", sys::LZMA_FILTER_LZMA2),
    ("FILTER_DELTA", sys::LZMA_FILTER_DELTA),
    ("FILTER_X86", sys::LZMA_FILTER_X86),
    ("FILTER_IA64", sys::LZMA_FILTER_IA64),
    ("FILTER_ARM", sys::LZMA_FILTER_ARM),
    ("FILTER_ARMTHUMB", sys::LZMA_FILTER_ARMTHUMB),
    ("FILTER_SPARC", sys::LZMA_FILTER_SPARC),
    ("FILTER_POWERPC", sys::LZMA_FILTER_POWERPC),
    ("MF_HC3", sys::LZMA_MF_HC3 as u64),
    ("MF_HC4", sys::LZMA_MF_HC4 as u64),
    ("MF_BT2", sys::LZMA_MF_BT2 as u64),
    ("MF_BT3", sys::LZMA_MF_BT3 as u64),
    ("MF_BT4", sys::LZMA_MF_BT4 as u64),
    ("MODE_FAST", sys::LZMA_MODE_FAST as u64),
    ("MODE_NORMAL", sys::LZMA_MODE_NORMAL as u64),
    ("PRESET_DEFAULT", sys::LZMA_PRESET_DEFAULT as u64),
    ("PRESET_EXTREME", sys::LZMA_PRESET_EXTREME as u64),
];

/// `_lzma.LZMAError`
static ERROR: ModuleException = ModuleException::new(
    "_lzma",
    "LZMAError",
    &types::EXCEPTION,
    Some("Call to liblzma failed."),
);

static FUNCTIONS: &[Method] = &[
    Method::one(
        "is_check_supported",
        is_check_supported,
        "is_check_supported($module, check_id, /)\n--\n\nCan data be checked in this way?",
    ),
    Method::one(
        "_encode_filter_properties",
        filter::encode_properties,
        "_encode_filter_properties($module, filter, /)\n--\n\nThe options of a filter, as bytes. The filter's id is not among them.",
    ),
    Method::any(
        "_decode_filter_properties",
        filter::decode_properties,
        "_decode_filter_properties($module, filter_id, encoded_props, /)\n--\n\nA filter with its options, of their bytes.",
    ),
];

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
    let name = intern(thread, "_lzma");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    for &(name, number) in NUMBERS {
        let number = number::value(thread, number);
        module.add(thread, name, number)?;
    }
    ERROR.add_to(thread, module)?;
    let classes: [(&str, &'static TypeObject); 2] = [
        ("LZMACompressor", &COMPRESSOR),
        ("LZMADecompressor", &DECOMPRESSOR),
    ];
    for (name, class) in classes {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}

fn is_check_supported(thread: &mut Thread, _module: Value, check: Value) -> PyResult {
    let check = grwl_types_text::arguments::c_int(thread, check)?;
    // SAFETY: a plain question.
    let is_supported = unsafe { sys::lzma_check_is_supported(check as u32) } != 0;
    Ok(int::bool(is_supported))
}

/// The exception that a number of liblzma stands for.
#[cold]
pub(crate) fn failed(thread: &Thread, code: u32) -> Raised {
    let text = match code {
        sys::LZMA_MEM_ERROR => return thread.memory_error(),
        sys::LZMA_UNSUPPORTED_CHECK => "Unsupported integrity check",
        sys::LZMA_MEMLIMIT_ERROR => "Memory usage limit exceeded",
        sys::LZMA_FORMAT_ERROR => "Input format not supported by decoder",
        sys::LZMA_OPTIONS_ERROR => "Invalid or unsupported options",
        sys::LZMA_DATA_ERROR => "Corrupt input data",
        sys::LZMA_BUF_ERROR => "Insufficient buffer space",
        sys::LZMA_PROG_ERROR => "Internal error",
        code => {
            return ERROR.raise(
                thread,
                format_args!("Unrecognized error from liblzma: {code}"),
            );
        }
    };
    ERROR.raise(thread, text)
}

/// `LZMAError: Invalid compression preset: 77`
#[cold]
pub(crate) fn wrong_preset(thread: &Thread, preset: u32) -> Raised {
    ERROR.raise(thread, format_args!("Invalid compression preset: {preset}"))
}
