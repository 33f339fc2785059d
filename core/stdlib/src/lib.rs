//! The standard library inside the program: every module's code, compiled when the program was built, and its source.
//!
//! | question | file |
//! |---|---|
//! | How is the archive laid out and unpacked? | `src/archive.rs` |
//! | Which files belong to it, which are edited, how is it made? | `build/` |
//! | What do we change in the library? | `overlay/` |
//!
//! The code is CPython 3.14's marshal format (see `grwl-marshal`), compiled without optimisation. Its file names begin with
//! [`PREFIX`], where a file would begin with the library's directory; who loads the code may replace that.
//!
//! Invariants
//! - Looking up a module touches its name's neighbours only; unpacking one module unpacks no other.
//! - The source is exactly the text that the code was compiled from.
//!
//! ```
//! let json = grwl_stdlib::find("json").unwrap();
//! assert!(json.is_package);
//! assert_eq!(json.path, "json/__init__.py");
//! assert!(json.source().starts_with(b"r\"\"\"JSON"));
//! ```
#![forbid(unsafe_code)]

mod archive;

pub use archive::{Module, data, data_files, find, modules};

/// The beginning of the file name of every code object in the library; the module's path follows.
pub const PREFIX: &str = "<stdlib>/";
