//! CPython 3.14's marshal format (version 5), over plain data.
//!
//! | question | module |
//! |---|---|
//! | Which byte means what? | `format` |
//! | What may go wrong, in CPython's words? | `error` |
//! | Where do the bytes come from? | `source` |
//! | How do bytes become values? | `reader`, with a [`Builder`] that makes them |
//! | How do strings and decimal floats look? | `text` |
//! | How do values become bytes? | `writer` |
//! | How is a [`grwl_frontend::Code`] read and written? | `read_code`, `write_code` |
//!
//! The package knows nothing of the runtime's objects. The `marshal` module and the loader of code
//! give [`Reader`] a [`Builder`] of their own and call [`Writer`] object by object.
//!
//! Invariants
//! - No input makes this package panic, overflow the stack or take memory out of proportion to its length.
//! - Objects nest at most [`MAX_DEPTH`] deep, in both directions.
//!
//! ```
//! use grwl_frontend::{Mode, Options, compile};
//! use grwl_marshal::{read_code, write_code};
//!
//! let code = compile("x = 1\n", "example.py", Mode::Exec, &Options::default()).result.unwrap();
//! let bytes = write_code(&code).unwrap();
//! assert_eq!(&*read_code(&bytes).unwrap().name, "<module>");
//! ```
#![forbid(unsafe_code)]

mod error;
mod format;
mod read_code;
mod reader;
mod source;
mod text;
mod write_code;
mod writer;

pub use error::{Class, DecodeError, Error};
pub use format::{MAX_DEPTH, VERSION};
pub use read_code::read_code;
pub use reader::{Builder, CodeFields, Kind, Reader, scan};
pub use source::{Bytes, Source};
pub use write_code::write_code;
pub use writer::{CodeHead, Writer};
