//! `str`: what Python sees of it. How strings lie in memory is in `grwl_object::string`, the algorithms are in `grwl_text`,
//! numbers and the format mini-language in `grwl_number`; here are methods, operators, formatting, argument rules, messages.
//!
//! | what | where |
//! |---|---|
//! | `str(...)` | `construct` |
//! | `+`, `*`, `in`, `s[i]`, comparison, hash | `operators` |
//! | iteration | `iterator` |
//! | find, count, replace, prefixes and suffixes | `search` |
//! | split, partition, join | `split` |
//! | case, `is...()`, strip, padding, tabs | `shape` |
//! | `translate`, `maketrans` | `translate` |
//! | encode, decode, error handlers, the hook for `_codecs` | [`codec`], [`error_handler`] |
//! | `"..." % x` | [`percent`] |
//! | `"...".format(...)` | `format_method`, grammar in [`fields`] |
//! | `_string` | [`string_module`] |
//! | arguments | [`arguments`] |
//!
//! Protocol: [`install`] once, before any type is made ready; the types in [`TYPES`] are made ready with the built-in ones.
//!
//! Rule: a method gives back its receiver where nothing changes, if that is exactly a `str`; never an instance of a subclass.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

pub mod arguments;
pub mod codec;
mod construct;
pub mod error_handler;
pub mod fields;
mod format_method;
mod iterator;
mod operators;
pub mod percent;
mod search;
mod shape;
mod spec;
mod split;
pub mod string_module;
mod translate;

pub use codec::{decode, decode_filesystem, encode, encode_filesystem};
use grwl_object::{TypeObject, types};

/// Gives the types of text their functions.
pub fn install() {
    types::STR.define(&spec::SPEC);
    types::STR_ITERATOR.define(&iterator::SPEC);
    types::STR_ASCII_ITERATOR.define(&iterator::SPEC);
    string_module::FORMATTER_ITERATOR.define(&string_module::FORMATTER_SPEC);
    string_module::FIELD_NAME_ITERATOR.define(&string_module::FIELD_NAME_SPEC);
}

/// The types that this package declares.
pub static TYPES: &[&TypeObject] = &[
    &string_module::FORMATTER_ITERATOR,
    &string_module::FIELD_NAME_ITERATOR,
];
