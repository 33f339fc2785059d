//! The `import` statement.

use grwl_object::dict::Dict;
use grwl_object::{Name, PyResult, Ref, Str, Thread, Value, ValueExt, none, protocol, types};

use crate::frame::Frame;

static IMPORT: Name = Name::new("__import__");
static NAME: Name = Name::new("__name__");
static ALL: Name = Name::new("__all__");
static DICT: Name = Name::new("__dict__");

/// `import name`, by whatever `__import__` the builtins have.
///
/// # Errors
/// `ImportError`, or what importing raises.
///
/// # Safety
/// The frame is alive.
pub unsafe fn import_name(
    thread: &mut Thread,
    frame: *mut Frame,
    name: Ref<Str>,
    from: Value,
    level: Value,
) -> PyResult {
    // SAFETY: the caller's promise.
    let (builtins, globals, locals) =
        unsafe { ((*frame).builtins, (*frame).globals, (*frame).locals) };
    let import = IMPORT.get(thread);
    let found = match builtins.downcast_exact::<Dict>() {
        Some(builtins) => builtins.get_str(import),
        None => match protocol::get_item(thread, builtins, import.value()) {
            Err(raised) if raised.matches(&types::KEY_ERROR) => None,
            result => Some(result?),
        },
    };
    let Some(import) = found else {
        return Err(thread.raise(&types::IMPORT_ERROR, "__import__ not found"));
    };
    let locals = locals.unwrap_or_else(none);
    protocol::call_positional(
        thread,
        import,
        &[name.value(), globals.value(), locals, from, level],
    )
}

/// `from module import name`: an attribute, or a submodule that is being imported.
///
/// # Errors
/// `ImportError: cannot import name 'x' from 'm' (...)`
pub fn import_from(thread: &mut Thread, module: Value, name: Ref<Str>) -> PyResult {
    if let Some(value) = protocol::find_attribute(thread, module, name)? {
        return Ok(value);
    }
    let attribute = NAME.get(thread);
    let package = protocol::find_attribute(thread, module, attribute)?;
    let package = package.and_then(|package| package.downcast::<Str>());
    if let Some(package) = package {
        let full = Str::new(thread, &format!("{package}.{name}"));
        let modules = crate::modules_dict(thread)?;
        if let Some(found) = modules.get(thread, full.value())? {
            return Ok(found);
        }
    }
    Err(crate::hooks::cannot_import(thread, module, package, name)?)
}

/// `from module import *` into the namespace of a body.
///
/// # Errors
/// What the module's attributes, or storing, raise.
pub fn import_star(thread: &mut Thread, module: Value, locals: Value) -> PyResult<()> {
    let name = ALL.get(thread);
    let (names, skips_private) = match protocol::find_attribute(thread, module, name)? {
        Some(names) => (names, false),
        None => {
            let name = DICT.get(thread);
            let Some(dict) = protocol::find_attribute(thread, module, name)? else {
                return Err(thread.raise(
                    &types::IMPORT_ERROR,
                    "from-import-* object has no __dict__ and no __all__",
                ));
            };
            static KEYS: Name = Name::new("keys");
            let name = KEYS.get(thread);
            (protocol::call_method(thread, dict, name, &[])?, true)
        }
    };
    let names = protocol::collect(thread, names)?;
    for &name in names.iter() {
        let Some(text) = name.downcast::<Str>() else {
            return not_a_name(thread, module, name, skips_private);
        };
        if skips_private && !text.is_empty() && text.text().at(0) == u32::from(b'_') {
            continue;
        }
        let value = protocol::get_attribute(thread, module, text)?;
        match locals.downcast_exact::<Dict>() {
            Some(dict) => dict.set_str(thread, grwl_object::intern_str(thread, text), value)?,
            None => protocol::set_item(thread, locals, name, value)?,
        }
    }
    Ok(())
}

fn not_a_name(thread: &mut Thread, module: Value, name: Value, is_key: bool) -> PyResult<()> {
    let attribute = NAME.get(thread);
    let module_name = protocol::get_attribute(thread, module, attribute)?;
    let Some(module_name) = module_name.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "module __name__ must be a string, not {}",
            module_name.class().name()
        )));
    };
    let (what, where_) = if is_key {
        ("Key", "__dict__")
    } else {
        ("Item", "__all__")
    };
    Err(thread.type_error(format_args!(
        "{what} in {module_name}.{where_} must be str, not {}",
        name.class().name()
    )))
}
