//! `int`, `bool`, `float`, `complex`: what Python sees of them.
//!
//! How they lie in memory is in `grwl_object`'s `int` and `float`, their arithmetic in `grwl_number`; here are the operators, methods,
//! constructors, messages. [`install`] gives the types their functions, before any type is made ready.
//!
//! | what | where |
//! |---|---|
//! | `int` | `int`: its table; `arithmetic`, `bits`, `bytes`, `construct`, `methods` |
//! | `bool` | `boolean` |
//! | `float` | `float`: its table; `construct`, `methods`, `operators` |
//! | `complex` | `complex`: its table; [`algebra`](complex::algebra), `construct`, `operators` |
//! | the limit on digits | [`limit`] |
//! | receivers and arguments | `receiver` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod boolean;
pub mod complex;
pub mod float;
pub mod int;
pub mod limit;
mod receiver;

use grwl_object::types;

/// Gives the types their functions.
pub fn install() {
    types::INT.define(&int::SPEC);
    types::BOOL.define(&boolean::SPEC);
    types::FLOAT.define(&float::SPEC);
    types::COMPLEX.define(&complex::SPEC);
}
