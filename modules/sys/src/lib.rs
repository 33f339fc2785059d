//! The module `sys`.
//!
//! | what | where |
//! |---|---|
//! | what settings and platform say | `facts` |
//! | struct sequences | `sequences` |
//! | exceptions, hooks | `errors` |
//! | frames, tracing, threads | `execution` |
//! | limits, sizes, interning | `limits` |
//! | audit hooks, `sys.breakpointhook` | `hooks` |
//! | other threads' frames and exceptions | `threads` |
//! | `sys._jit` | `jit` |
//! | `sys.monitoring` | `monitoring` |
//! | the module `_sysconfig` | `sysconfig` |
//!
//! The streams and `sys.path` are set by the start-up code.

#![allow(clippy::trivially_copy_pass_by_ref)]

mod errors;
mod execution;
mod facts;
mod hooks;
mod jit;
mod limits;
mod monitoring;
mod sequences;
pub mod sysconfig;
mod threads;

pub use errors::{display_hook, exit_status, print_exception, unraisable_hook};
pub use facts::set_module_names;
pub use limits::{begin_finalizing, recursion_limit};

use grwl_interpreter::Global;
use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, intern};
use grwl_settings::Settings;

/// Makes the module, and lets the interpreter find its dict.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread, settings: &Settings) -> PyResult<Ref<Module>> {
    let name = intern(thread, "sys");
    let module = Module::new(thread, name, None)?;
    for functions in [
        errors::FUNCTIONS,
        execution::FUNCTIONS,
        hooks::FUNCTIONS,
        limits::FUNCTIONS,
        threads::FUNCTIONS,
    ] {
        module.add_functions(thread, functions)?;
    }
    let dict = module.dict(thread)?;
    grwl_interpreter::state::set(Global::Sys, dict.value());
    sequences::add(thread, module, settings)?;
    facts::add(thread, module, settings)?;
    errors::add(thread, module)?;
    jit::add(thread, module)?;
    monitoring::add(thread, module)?;
    Ok(module)
}
