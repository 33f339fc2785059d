//! The module `_io`: files, buffers, text.
//!
//! | what | where |
//! |---|---|
//! | what file objects inherit | [`base`] |
//! | `FileIO`; buffers around raw files; a pair of them | [`file_io`], [`buffered`], [`pair`] |
//! | files in memory | [`bytes_io`], [`string_io`] |
//! | text on a buffer; its codecs; ends of lines | [`text_io`], `codec`, [`newline`] |
//! | `open`, the standard streams | [`open`] |
//! | the lock of a file object | `lock` |
//! | who is written through whom | `wrapper` |
//! | files that are looked at although they were dropped and not closed; the program's end | `dropped`; [`exit`] |
//! | what the command line says of text files | [`Settings`] |
//! | calls, arguments, refusals | `object` |
//!
//! Rule: an operation on a file object is one step. Its lock is held across whatever blocks and across Python code, so it is not the
//! object's biased lock.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

pub mod base;
pub mod buffered;
pub mod bytes_io;
mod codec;
mod dropped;
pub mod exit;
pub mod file_io;
mod lock;
mod names;
pub mod newline;
mod object;
pub mod open;
pub mod pair;
mod settings;
pub mod string_io;
pub mod text_io;
mod wrapper;

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, TypeObject, Value, intern, ready, types};

pub use lock::FileLock;
pub use open::standard_streams;
pub use settings::{Settings, configure};

const DOC: &str = "Files: open(), and the types of what it returns.\n\nRaw files read and write the system's, buffered files put a buffer around them, text files put text on\nbuffered files. Programs use the module io.";

static TYPES: &[(&str, &TypeObject)] = &[
    ("_IOBase", &base::IO_BASE),
    ("_RawIOBase", &base::RAW_IO_BASE),
    ("_BufferedIOBase", &base::BUFFERED_IO_BASE),
    ("_TextIOBase", &base::TEXT_IO_BASE),
    ("FileIO", &file_io::FILE_IO),
    ("BytesIO", &bytes_io::BYTES_IO),
    ("StringIO", &string_io::STRING_IO),
    ("BufferedReader", &buffered::READER),
    ("BufferedWriter", &buffered::WRITER),
    ("BufferedRandom", &buffered::RANDOM),
    ("BufferedRWPair", &pair::PAIR),
    ("TextIOWrapper", &text_io::TEXT_IO),
    ("IncrementalNewlineDecoder", &newline::NEWLINE_DECODER),
    ("_BytesIOBuffer", &bytes_io::LENDER),
    ("BlockingIOError", &types::BLOCKING_IO_ERROR),
];

static FUNCTIONS: &[Method] = &[
    Method::any(
        "open",
        open::open,
        "open($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)\n--\n\nOpen a file and return a file object.\n\nThe mode is 'r' to read, 'w' to write anew, 'x' to make, 'a' to append; with '+' to read and write,\nwith 'b' for bytes. The buffering is 0 for none (bytes only), 1 for lines (text only), or a size.",
    ),
    Method::any(
        "open_code",
        open::open_code,
        "open_code($module, /, path)\n--\n\nOpen a file of code for reading, as bytes.",
    ),
    Method::any(
        "text_encoding",
        open::text_encoding,
        "text_encoding($module, encoding, stacklevel=2, /)\n--\n\nThe encoding, or 'locale' if it is None: for functions that pass on an optional encoding.",
    ),
];

/// Gives the types their functions.
pub fn install() {
    base::install();
    file_io::FILE_IO.define(&file_io::SPEC);
    buffered::install();
    bytes_io::install();
    string_io::install();
    pair::PAIR.define(&pair::SPEC);
    text_io::TEXT_IO.define(&text_io::SPEC);
    newline::NEWLINE_DECODER.define(&newline::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    dropped::prepare(thread);
    let name = intern(thread, "_io");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    for (name, class) in TYPES {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(*class).value())?;
    }
    let unsupported = object::unsupported_operation(thread)?;
    module.add(thread, "UnsupportedOperation", unsupported)?;
    let size = Value::small(object::DEFAULT_BUFFER_SIZE as i64);
    module.add(thread, "DEFAULT_BUFFER_SIZE", size)?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}
