//! `sys._jit`: grwl has no compiler at run time.

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, intern, singleton};

static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "is_available",
        |_, _| Ok(singleton::bool(false)),
        "is_available($module, /)\n--\n\nCan this program compile at run time? It cannot.",
    ),
    Method::no_arguments(
        "is_enabled",
        |_, _| Ok(singleton::bool(false)),
        "is_enabled($module, /)\n--\n\nMay this program compile at run time? It cannot.",
    ),
    Method::no_arguments(
        "is_active",
        |_, _| Ok(singleton::bool(false)),
        "is_active($module, /)\n--\n\nWas the topmost Python frame compiled at run time? None is.",
    ),
];

/// Adds `_jit` to `sys`.
pub(crate) fn add(thread: &mut Thread, sys: Ref<Module>) -> PyResult<()> {
    let doc = Str::new(thread, "Compiling at run time.").value();
    let name = intern(thread, "sys._jit");
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    sys.add(thread, "_jit", module.value())
}
