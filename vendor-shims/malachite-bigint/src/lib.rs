//! `malachite-bigint` under its own name, `num-bigint` inside.
//!
//! `rustpython-codegen` and `rustpython-compiler-core` ask for `malachite-bigint`, whose
//! licence is LGPL-3.0. It was made as a drop-in replacement of `num-bigint`, so the
//! exchange goes the other way as well: the workspace's `[patch.crates-io]` puts this
//! crate in its place. Nobody but those two names it; our own code says `num-bigint`.
//!
//! Invariant: no code of its own, only the re-export. Should a new version of the dependents
//! use something that `num-bigint` lacks, the build fails here and not at run time.

#![forbid(unsafe_code)]

pub use num_bigint::*;
