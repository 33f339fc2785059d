//! Floats: to text and back, rounding, division.
//!
//! | what | where |
//! |---|---|
//! | digits, `repr`, `%e %f %g` | [`text`] |
//! | `float("...")`, `complex("...")` | [`parse`] |
//! | `hex`, `fromhex` | [`hex`] |
//! | `round` | [`round`] |
//! | `//`, `%`, `divmod` | [`division`] |
//!
//! Ratios and comparison with integers are in [`crate::int::real`].

pub mod bytes;
pub mod digits;
pub mod division;
pub mod hex;
pub mod parse;
pub mod round;
pub mod text;

pub use text::repr;
