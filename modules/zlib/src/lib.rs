//! The module `zlib`, on top of the library `zlib-rs`.
//!
//! | what | where |
//! |---|---|
//! | zlib's streams | `stream` |
//! | `compress`, `compressobj` | `compress` |
//! | `decompress`, `decompressobj` | `decompress` |
//! | `_ZlibDecompressor` | `decompressor` |
//! | errors and arguments | `error` |
//!
//! A stream is worked on by one thread at a time, in a Safe region: others neither wait for it nor hold up a collection.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod compress;
mod decompress;
mod decompressor;
mod error;
mod stream;

use std::ffi::{CStr, c_int};

use grwl_number::Int;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, TypeObject, Value, buffer, int, intern, protocol,
    ready,
};

pub use compress::COMPRESS;
pub use decompress::DECOMPRESS;
pub use decompressor::DECOMPRESSOR;

/// `MAX_WBITS`
const MAX_WBITS: c_int = 15;
/// `DEF_MEM_LEVEL`
const MEMORY_LEVEL: c_int = 8;
/// `DEF_BUF_SIZE`
const BUFFER_SIZE: isize = 16 * 1024;

static FUNCTIONS: &[Method] = &[
    Method::any(
        "adler32",
        |thread, _, args| checksum(thread, args, "adler32", 1, adler32),
        "adler32($module, data, value=1, /)\n--\n\nGo on with an Adler-32 checksum.",
    ),
    Method::any(
        "crc32",
        |thread, _, args| checksum(thread, args, "crc32", 0, crc32),
        "crc32($module, data, value=0, /)\n--\n\nGo on with a CRC-32 checksum.",
    ),
    Method::any(
        "compress",
        compress::at_once,
        "compress($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)\n--\n\nThe data, compressed.\n\nlevel is 0 to 9, or -1 for a level that is neither slow nor weak; wbits is the logarithm of the window, with what says the format of the container.",
    ),
    Method::any(
        "compressobj",
        compress::compressobj,
        "compressobj($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)\n--\n\nA compressor, which takes data in piece by piece.",
    ),
    Method::any(
        "decompress",
        decompress::at_once,
        "decompress($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)\n--\n\nWhat was compressed.",
    ),
    Method::any(
        "decompressobj",
        decompress::decompressobj,
        "decompressobj($module, /, wbits=MAX_WBITS, zdict=b'')\n--\n\nA decompressor, which takes data in piece by piece.",
    ),
];

static NUMBERS: &[(&str, i64)] = &[
    ("MAX_WBITS", MAX_WBITS as i64),
    ("DEFLATED", 8),
    ("DEF_MEM_LEVEL", MEMORY_LEVEL as i64),
    ("DEF_BUF_SIZE", BUFFER_SIZE as i64),
    ("Z_NO_COMPRESSION", 0),
    ("Z_BEST_SPEED", 1),
    ("Z_BEST_COMPRESSION", 9),
    ("Z_DEFAULT_COMPRESSION", -1),
    ("Z_FILTERED", 1),
    ("Z_HUFFMAN_ONLY", 2),
    ("Z_RLE", 3),
    ("Z_FIXED", 4),
    ("Z_DEFAULT_STRATEGY", 0),
    ("Z_NO_FLUSH", 0),
    ("Z_PARTIAL_FLUSH", 1),
    ("Z_SYNC_FLUSH", 2),
    ("Z_FULL_FLUSH", 3),
    ("Z_FINISH", 4),
    ("Z_BLOCK", 5),
    ("Z_TREES", 6),
];

const DOC: &str = "Compression and decompression with zlib, whose method gzip and zip files use, too.\n\nwbits is the logarithm of the window's size; -8 to -15 stand for data without header and checksum, 25 to 31 for gzip's container.\nObjects work piece by piece, functions at once.";

/// Gives the types their functions.
pub fn install() {
    COMPRESS.define(&compress::SPEC);
    DECOMPRESS.define(&decompress::SPEC);
    DECOMPRESSOR.define(&decompressor::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let classes: [&'static TypeObject; 3] = [&COMPRESS, &DECOMPRESS, &DECOMPRESSOR];
    for class in classes {
        ready::ready(thread, class)?;
    }
    let name = intern(thread, "zlib");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    error::ERROR.add_to(thread, module)?;
    let class = Ref::from_static(&DECOMPRESSOR).value();
    module.add(thread, "_ZlibDecompressor", class)?;
    for &(name, number) in NUMBERS {
        module.add(thread, name, Value::small(number))?;
    }
    // SAFETY: the library's version is a constant that ends with a zero.
    let version = unsafe { CStr::from_ptr(libz_rs_sys::zlibVersion()) };
    let version = Str::new(thread, &version.to_string_lossy()).value();
    module.add(thread, "ZLIB_VERSION", version)?;
    module.add(thread, "ZLIB_RUNTIME_VERSION", version)?;
    let own = Str::new(thread, "1.0").value();
    module.add(thread, "__version__", own)?;
    Ok(module)
}

fn adler32(start: u32, data: &[u8]) -> u32 {
    /// What both halves of a checksum are counted modulo.
    const BASE: u32 = 65521;
    let (high, low) = ((start >> 16) % BASE, (start & 0xFFFF) % BASE);
    let start = (high << 16) | low;
    // SAFETY: the pointer leads to this many bytes.
    unsafe { libz_rs_sys::adler32_z(u64::from(start), data.as_ptr(), data.len()) as u32 }
}

fn crc32(start: u32, data: &[u8]) -> u32 {
    // SAFETY: the pointer leads to this many bytes.
    unsafe { libz_rs_sys::crc32_z(u64::from(start), data.as_ptr(), data.len()) as u32 }
}

fn checksum(
    thread: &mut Thread,
    args: Args<'_>,
    function: &str,
    start: u32,
    go_on: fn(u32, &[u8]) -> u32,
) -> PyResult {
    let [data, value] = args.unpack::<2>(thread, function, 1)?;
    let data = buffer::read(thread, error::required(data))?;
    let start = match value {
        Some(value) => low_word(thread, value)?,
        None => start,
    };
    let sum = thread.safe_if_long(data.len(), || go_on(start, &data));
    Ok(int::from_i64(thread, i64::from(sum)))
}

/// The low 32 bits of an integer.
fn low_word(thread: &mut Thread, value: Value) -> PyResult<u32> {
    if let Some(small) = value.as_int() {
        return Ok(small as u32);
    }
    let int = protocol::as_int(thread, value)?;
    let low = &int & &Int::from(u64::from(u32::MAX));
    Ok(low.to_u64().unwrap_or_default() as u32)
}
