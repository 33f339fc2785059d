//! The module `_string`: the grammar of replacement fields, for `string.Formatter`.

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, intern};

/// Defines types; those of the module are defined with `str`.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_string");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, grwl_types_text::string_module::METHODS)?;
    Ok(module)
}
