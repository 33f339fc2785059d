//! `format(x, spec)`: the format mini-language for `str`, `int`, `float` and `complex`.
//!
//! | what | where |
//! |---|---|
//! | reading a specification | [`spec`] |
//! | sign, prefix, grouping, padding | [`layout`] |
//! | the types | [`text`], [`integer`], [`real`], [`complex`] |
//!
//! An empty specification means `str(x)`; callers that know `x` take that way themselves. The type's
//! name appears in messages. `n` formats as in the C locale.

pub mod complex;
pub mod integer;
pub mod layout;
pub mod real;
pub mod spec;
pub mod text;

pub use spec::Spec;
