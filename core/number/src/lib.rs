//! Numbers as CPython 3.14 has them, without any object: integers of any size, floats to text and
//! back, hashes that agree across types, the format mini-language and `%` formatting.
//!
//! | what | where |
//! |---|---|
//! | integers: arithmetic, bits, bytes, text, conversion to float | [`int`] |
//! | floats: repr, parsing, hex, rounding, ratios | [`float`] |
//! | hashes | [`hash`] |
//! | `format(x, spec)` | [`mod@format`] |
//! | `"%d" % x` | [`printf`] |
//! | what can go wrong | [`error`] |
//!
//! Messages are CPython's to the letter. Where one names a type, the caller gives its name.

#![forbid(unsafe_code)]

pub mod error;
pub mod float;
pub mod format;
pub mod hash;
pub mod int;
pub mod printf;

pub use error::{Error, Kind};
pub use int::Int;
