//! Text as CPython 3.14 knows it, without any object: Unicode 16.0 facts, the algorithms behind
//! the methods of `str` and `bytes`, `repr`, and the codecs.
//!
//! A string is a slice of code units of one, two or four bytes (PEP 393). Each unit *is* a code
//! point, lone surrogates included, so indexing and slicing are O(1). [`Text`] borrows such a
//! slice, [`TextBuf`] owns one. A string is *canonical* when its width is the narrowest that holds
//! its greatest code point; whatever this crate builds is canonical, and nothing here needs its
//! arguments to be.
//!
//! | what | where |
//! |---|---|
//! | widths, building, comparing | [`units`], [`build`], [`compare`] |
//! | facts on code points | [`unicode`] |
//! | find, count | [`search`], [`two_way`] |
//! | split, partition, strip | [`split`], [`strip`] |
//! | replace, translate | [`replace`] |
//! | `+`, join, `*`, slices with a step | [`join`] |
//! | tabs, padding | [`layout`] |
//! | is...(), upper() and their like | [`predicates`], [`case`]; for bytes [`ascii`] |
//! | repr(), ascii() | [`repr`](mod@repr) |
//! | encode, decode | [`codec`] |
//!
//! Functions generic over [`Unit`] serve `bytes` too: its unit is `u8`.

#![forbid(unsafe_code)]

pub mod ascii;
pub mod build;
pub mod case;

pub mod codec;
pub mod compare;
pub mod join;
pub mod layout;
pub mod predicates;
pub mod replace;
pub mod repr;
pub mod search;
pub mod split;
pub mod strip;
pub mod two_way;
pub mod unicode;
pub mod units;

pub use build::TextBuilder;
pub use units::{Text, TextBuf, Unit, Width};
