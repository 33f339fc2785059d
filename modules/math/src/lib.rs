//! The module `math`.
//!
//! | what | where |
//! |---|---|
//! | functions of one or two floats, with their domains | `real` |
//! | the gamma function | `gamma` |
//! | sums, norms, products of many | `many` |
//! | integers | `integer` |
//! | the C library's functions | `libm` |
//!
//! Elementary functions are the C library's, so that results are CPython's to the last bit.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod gamma;
mod integer;
pub mod libm;
mod many;
mod real;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, float, intern};

/// Defines types; there are none.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "math");
    let module = Module::new(thread, name, None)?;
    for functions in [real::FUNCTIONS, many::FUNCTIONS, integer::FUNCTIONS] {
        module.add_functions(thread, functions)?;
    }
    for (name, value) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        let value = float::new(thread, value);
        module.add(thread, name, value)?;
    }
    Ok(module)
}
