//! The import system's native half: the module `_imp`, and what stands behind it.
//!
//! | what | where |
//! |---|---|
//! | `_imp`'s functions | `module` |
//! | the modules that are written in Rust | `registry` |
//! | the modules that are needed before any file is read | `frozen` |
//! | the lock that importing held once, and `importlib` still takes for moments | `lock` |
//! | `__import__` | `import` |
//! | `from module import name` that fails | `cannot_import` |
//! | the standard library in the program | `library`, its files as resources in `resources` |
//! | the memory that the program's file takes | `image` |
//! | running code objects; renaming their files | `run`, `filename` |
//! | importlib's frames in tracebacks | `trim` |
//! | `-X importtime` | `timing` |
//! | the start | `start` |
//!
//! ## Protocol
//! 1. [`install`] before the types are made ready, [`registry::register`] for each native module.
//! 2. [`start::start`] when `sys` and `builtins` exist.
//!
//! `importlib._bootstrap` is CPython's own, in Python; here is what CPython has in C.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

pub mod cannot_import;
pub mod filename;
pub mod frozen;
pub mod image;
pub mod import;
pub mod library;
pub mod lock;
mod module;
pub mod registry;
mod resources;
pub mod run;
pub mod start;
mod timing;
mod trim;

pub use cannot_import::cannot_import;
pub use module::create;
pub use registry::register;
pub use start::{Config, start};
pub use timing::show_imports;

use grwl_object::TypeObject;

/// The types of this package.
pub static TYPES: &[&TypeObject] = &[&library::IMPORTER];

/// Gives the types of this package their functions. Before any is made ready.
pub fn install() {
    library::IMPORTER.define(&library::SPEC);
}
