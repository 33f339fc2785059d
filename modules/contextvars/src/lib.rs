//! The module `_contextvars`: contexts are in `context`, variables and tokens in `variable`.

#![allow(clippy::trivially_copy_pass_by_ref)]

pub mod context;
mod variable;

pub use context::{CONTEXT, Context, copy, current};
pub use variable::{ContextVar, MISSING, TOKEN, Token, VARIABLE, value_of};

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, intern, ready};

static FUNCTIONS: &[Method] = &[Method::no_arguments(
    "copy_context",
    |thread, _| {
        let current = current(thread);
        Ok(copy(thread, current)?.value())
    },
    "copy_context($module, /)\n--\n\nA copy of the current context.",
)];

/// The types that this package declares. Warnings use a variable before anybody imports the module.
pub static TYPES: &[&grwl_object::TypeObject] = &[&MISSING, &CONTEXT, &VARIABLE, &TOKEN];

/// Gives the types of this package their functions.
pub fn install() {
    CONTEXT.define(&context::SPEC);
    VARIABLE.define(&variable::SPEC);
    TOKEN.define(&variable::TOKEN_SPEC);
    MISSING.define(&variable::MISSING_SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    for class in TYPES {
        ready::ready(thread, class)?;
    }
    let name = intern(thread, "_contextvars");
    let doc = Str::new(thread, "Context Variables").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class) in [
        ("Context", &CONTEXT),
        ("ContextVar", &VARIABLE),
        ("Token", &TOKEN),
    ] {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}
