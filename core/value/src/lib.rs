//! Values: what a Python variable, a slot, an element holds. One 64-bit word each.
//!
//! | low bits | means |
//! |---|---|
//! | `...1` | a small integer: 63 bits, two's complement |
//! | `...10` | a float, its exponent rotated to the bottom ([`float`]) |
//! | `...000` | a pointer to a cell, or to a static object |
//! | all zero | absent: no value. `Option<Value>` is one word, and `None` is this |
//!
//! `...100` does not exist. Code outside this package never looks at tag bits, with two
//! exceptions that lie below it or beside it: the collector's test for pointers
//! ([`grwl_heap::is_pointer`]) and compiled code.
//!
//! A value of either immediate kind has no identity but its bits: `is` and `id()` follow the
//! value. A [`Value`] that is a pointer keeps its cell alive only where the collector
//! looks: on the stack, in registers, in roots and traced slots ([`Slot`]).

mod float;
mod slot;
mod value;

pub use slot::Slot;
pub use value::{SMALL_INT_MAX, SMALL_INT_MIN, Unpacked, Value};
