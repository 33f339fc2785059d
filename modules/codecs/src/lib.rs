//! The module `_codecs`.
//!
//! | what | where |
//! |---|---|
//! | codecs by name: register, lookup, encode, decode | `registry` |
//! | error handlers by name, and the built-in ones | `handlers` |
//! | `utf_8_decode` and its like | `functions` |
//! | `charmap_*` | `charmap` |
//! | `escape_decode`, `escape_encode` | `escape` |
//!
//! Protocol: [`create`] makes the registry, and gives it to `str.encode` and `bytes.decode`. The package `encodings`
//! registers its search function when it is imported: the start-up code imports it.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod charmap;
mod escape;
mod functions;
mod handlers;
mod registry;

pub use registry::{decode, encode, lookup};

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, intern};

/// Defines types; there are none.
pub fn install() {}

/// Makes the module, and with the first one the registry.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_codecs");
    let module = Module::new(thread, name, None)?;
    for functions in [
        registry::FUNCTIONS,
        handlers::FUNCTIONS,
        functions::FUNCTIONS,
        charmap::FUNCTIONS,
        escape::FUNCTIONS,
    ] {
        module.add_functions(thread, functions)?;
    }
    registry::start(thread)?;
    grwl_types_text::codec::set_hook(&registry::HOOK);
    Ok(module)
}
