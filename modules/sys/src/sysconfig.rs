//! The module `_sysconfig`: the two facts of the build that `sysconfig` must not read from a file.

use grwl_object::dict::Dict;
use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, Value, intern};

static FUNCTIONS: &[Method] = &[Method::no_arguments(
    "config_vars",
    |thread, _| {
        let facts = Dict::new(thread);
        for (name, value) in [("Py_GIL_DISABLED", 1), ("Py_DEBUG", 0)] {
            let name = intern(thread, name);
            facts.set_str(thread, name, Value::small(value))?;
        }
        Ok(facts.value())
    },
    "config_vars($module, /)\n--\n\nThe facts of the build that sysconfig shows.",
)];

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let doc = Str::new(thread, "What sysconfig asks the program itself.").value();
    let name = intern(thread, "_sysconfig");
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    Ok(module)
}
