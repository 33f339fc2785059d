//! `__import__`: what is in `sys.modules` and initialised is found here; for the rest `importlib._bootstrap` is asked.

use grwl_interpreter::{Global, state};
use grwl_object::dict::Dict;
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Name, PyResult, Raised, Ref, Signature, Str, Thread, TypeObject, Value, ValueExt,
    exception, intern, none, types,
};

use crate::timing;

grwl_object::names! {
    NAME = "__name__";
    PACKAGE = "__package__";
    PATH = "__path__";
    SPEC = "__spec__";
    PARENT = "parent";
    INITIALIZING = "_initializing";
    IMPORT = "__import__";
    LOCK_UNLOCK = "_lock_unlock_module";
    FIND_AND_LOAD = "_find_and_load";
    HANDLE_FROM = "_handle_fromlist";
    DEADLOCK = "_DeadlockError";
}

/// `builtins.__import__`
///
/// # Errors
/// `ImportError`, and what the imported code raises.
pub fn import_function(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "__import__",
        ["name", "globals", "locals", "fromlist", "level"],
    )
    .optional_after(1);
    let [name, globals, _locals, from, level] = args.parse(thread, &SIGNATURE)?;
    let level = match level {
        Some(level) => convert::as_i32(thread, level)?,
        None => 0,
    };
    import_level(
        thread,
        name.unwrap_or_else(none),
        globals,
        from.unwrap_or_else(none),
        level,
    )
}

/// Imports a module by its full name, and returns it, not its top-level package.
///
/// # Errors
/// As [`import_function`].
pub fn import(thread: &mut Thread, name: &str) -> PyResult {
    let name = intern(thread, name);
    let module = find_or_load(thread, name);
    if let Err(raised) = module {
        crate::trim::importlib_frames(thread, raised);
    }
    module
}

/// As the `import` statement does: `globals` are the importing code's, `from` the names after `from ... import`.
///
/// # Errors
/// As [`import_function`].
pub fn import_level(
    thread: &mut Thread,
    name: Value,
    globals: Option<Value>,
    from: Value,
    level: i32,
) -> PyResult {
    let result = import_inner(thread, name, globals, from, level);
    if let Err(raised) = result {
        crate::trim::importlib_frames(thread, raised);
    }
    result
}

fn import_inner(
    thread: &mut Thread,
    name: Value,
    globals: Option<Value>,
    from: Value,
    level: i32,
) -> PyResult {
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error("module name must be a string"));
    };
    if level < 0 {
        return Err(thread.value_error("level must be >= 0"));
    }
    let full = if level > 0 {
        resolve(thread, name, globals, level)?
    } else if name.is_empty() {
        return Err(thread.value_error("Empty module name"));
    } else {
        name
    };
    let module = find_or_load(thread, full)?;
    let has_from = from.not_none().is_some() && protocol::is_true(thread, from)?;
    if has_from {
        let path = PATH.get(thread);
        if protocol::find_attribute(thread, module, path)?.is_none() {
            return Ok(module);
        }
        let import = own_import(thread);
        return call_importlib(thread, &HANDLE_FROM, &[module, from, import]);
    }
    if level > 0 && name.is_empty() {
        return Ok(module);
    }
    let dot = name.text().codes().position(|code| code == u32::from(b'.'));
    let Some(dot) = dot else {
        return Ok(module);
    };
    if level == 0 {
        let front = Str::try_from_text(thread, name.text().slice(0..dot))?;
        return import_inner(thread, front.value(), None, none(), 0);
    }
    let cut_off = name.len() - dot;
    let kept = full.len() - cut_off;
    let front = Str::try_from_text(thread, full.text().slice(0..kept))?;
    match in_modules(thread, front)? {
        Some(module) => Ok(module),
        None => {
            let shown = protocol::repr(thread, front.value())?;
            let message = Str::new(thread, &format!("{shown} not in sys.modules as expected"));
            Err(thread.key_error(message.value()))
        }
    }
}

/// The module of a full name, imported if it is not there.
fn find_or_load(thread: &mut Thread, name: Ref<Str>) -> PyResult {
    if let Some(module) = in_modules(thread, name)?.and_then(ValueExt::not_none)
        && ensure_initialized(thread, module, name)?
    {
        timing::found(name);
        return Ok(module);
    }
    audit_import(thread, name)?;
    let import = own_import(thread);
    let loaded = timing::timed(thread, name, |thread| {
        call_importlib(thread, &FIND_AND_LOAD, &[name.value(), import])
    });
    let Err(raised) = loaded else {
        return loaded;
    };
    // Another thread has begun with the module since it was not found, and waits for one that this thread loads: a circle. Had it begun a moment
    // earlier, the module would have been found, as far as it is.
    if is_deadlock(thread, raised)?
        && let Some(module) = in_modules(thread, name)?.and_then(ValueExt::not_none)
    {
        return Ok(module);
    }
    Err(raised)
}

fn is_deadlock(thread: &mut Thread, raised: Raised) -> PyResult<bool> {
    let Some(importlib) = state::get(Global::Importlib) else {
        return Ok(false);
    };
    let name = DEADLOCK.get(thread);
    let class = protocol::find_attribute(thread, importlib, name)?;
    Ok(class
        .and_then(|class| class.downcast::<TypeObject>())
        .is_some_and(|class| raised.matches(&class)))
}

/// Tells audit hooks of an import that has to look for its module.
fn audit_import(thread: &mut Thread, name: Ref<Str>) -> PyResult<()> {
    if !grwl_object::audit::is_hooked() {
        return Ok(());
    }
    let sys = grwl_interpreter::sys_dict(thread);
    let of_sys = |key: &str| {
        let key = intern(thread, key);
        sys.get_str(key).unwrap_or_else(none)
    };
    let (path, meta, hooks) = (of_sys("path"), of_sys("meta_path"), of_sys("path_hooks"));
    let values = [name.value(), none(), path, meta, hooks];
    grwl_object::audit::audit(thread, "import", &values)
}

fn in_modules(thread: &mut Thread, name: Ref<Str>) -> PyResult<Option<Value>> {
    let modules = grwl_interpreter::modules_dict(thread)?;
    if name.is_interned() {
        return Ok(modules.get_str(name));
    }
    modules.get(thread, name.value())
}

/// Waits until another thread that imports the module just now is done. False: that thread failed, and the module is not there any more.
fn ensure_initialized(thread: &mut Thread, module: Value, name: Ref<Str>) -> PyResult<bool> {
    let attribute = SPEC.get(thread);
    let Some(spec) = protocol::find_attribute(thread, module, attribute)? else {
        return Ok(true);
    };
    if !is_initializing(thread, spec)? {
        return Ok(true);
    }
    call_importlib(thread, &LOCK_UNLOCK, &[name.value()])?;
    Ok(in_modules(thread, name)? == Some(module))
}

/// Is the module of this spec being imported?
///
/// # Errors
/// What looking at the spec raises.
pub fn is_initializing(thread: &mut Thread, spec: Value) -> PyResult<bool> {
    if spec.is_none() {
        return Ok(false);
    }
    let attribute = INITIALIZING.get(thread);
    match protocol::find_attribute(thread, spec, attribute)? {
        Some(value) => protocol::is_true(thread, value),
        None => Ok(false),
    }
}

/// The `__import__` that importlib is to use for packages.
fn own_import(thread: &Thread) -> Value {
    let dict = grwl_interpreter::builtins_dict(thread);
    dict.get_str(IMPORT.get(thread)).unwrap_or_else(none)
}

/// Calls a function of `importlib._bootstrap`.
pub(crate) fn call_importlib(thread: &mut Thread, name: &'static Name, args: &[Value]) -> PyResult {
    let Some(importlib) = state::get(Global::Importlib) else {
        let shown = args.first().copied().unwrap_or_else(none);
        let shown = protocol::repr(thread, shown)?;
        return Err(thread.import_error(
            &types::MODULE_NOT_FOUND_ERROR,
            format_args!("No module named {shown}"),
            args.first().copied(),
            None,
            None,
        ));
    };
    let name = name.get(thread);
    let function = protocol::get_attribute(thread, importlib, name)?;
    protocol::call_positional(thread, function, args)
}

fn import_error(thread: &Thread, message: &str) -> grwl_object::Raised {
    thread.import_error(&types::IMPORT_ERROR, message, None, None, None)
}

/// The full name of a relative import.
fn resolve(
    thread: &mut Thread,
    name: Ref<Str>,
    globals: Option<Value>,
    level: i32,
) -> PyResult<Ref<Str>> {
    let no_name = |thread: &Thread| {
        let message = Str::new(thread, "'__name__' not in globals");
        thread.key_error(message.value())
    };
    let Some(globals) = globals.and_then(ValueExt::not_none) else {
        return Err(no_name(thread));
    };
    let Some(globals) = globals.downcast::<Dict>() else {
        return Err(thread.type_error("globals must be a dict"));
    };
    let package = globals
        .get_str(PACKAGE.get(thread))
        .and_then(ValueExt::not_none);
    let spec = globals
        .get_str(SPEC.get(thread))
        .and_then(ValueExt::not_none);
    let package = match (package, spec) {
        (Some(package), spec) => {
            let Some(text) = package.downcast::<Str>() else {
                return Err(thread.type_error("package must be a string"));
            };
            if let Some(spec) = spec {
                let attribute = PARENT.get(thread);
                let parent = protocol::get_attribute(thread, spec, attribute)?;
                if !protocol::equal(thread, package, parent)? {
                    let message = "__package__ != __spec__.parent";
                    exception::warn(thread, &types::DEPRECATION_WARNING, message, 1)?;
                }
            }
            text
        }
        (None, Some(spec)) => {
            let attribute = PARENT.get(thread);
            let parent = protocol::get_attribute(thread, spec, attribute)?;
            match parent.downcast::<Str>() {
                Some(parent) => parent,
                None => return Err(thread.type_error("__spec__.parent must be a string")),
            }
        }
        (None, None) => {
            let message = "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__";
            exception::warn(thread, &types::IMPORT_WARNING, message, 1)?;
            let Some(name) = globals.get_str(NAME.get(thread)) else {
                return Err(no_name(thread));
            };
            let Some(name) = name.downcast::<Str>() else {
                return Err(thread.type_error("__name__ must be a string"));
            };
            if globals.get_str(PATH.get(thread)).is_some() {
                name
            } else {
                match last_dot(name, name.len()) {
                    Some(dot) => Str::try_from_text(thread, name.text().slice(0..dot))?,
                    None => Str::empty(),
                }
            }
        }
    };
    if package.is_empty() {
        let message = "attempted relative import with no known parent package";
        return Err(import_error(thread, message));
    }
    let mut end = package.len();
    for _ in 1..level {
        match last_dot(package, end) {
            Some(dot) => end = dot,
            None => {
                let message = "attempted relative import beyond top-level package";
                return Err(import_error(thread, message));
            }
        }
    }
    let base = Str::try_from_text(thread, package.text().slice(0..end))?;
    if name.is_empty() {
        return Ok(base);
    }
    static DOT: Name = Name::new(".");
    let dot = DOT.get(thread);
    let front = Str::concat(thread, base, dot)?;
    Str::concat(thread, front, name)
}

fn last_dot(text: Ref<Str>, end: usize) -> Option<usize> {
    (0..end)
        .rev()
        .find(|&index| text.text().at(index) == u32::from(b'.'))
}

/// An attribute of a module, which is imported for that.
///
/// # Errors
/// As [`import_function`]; `AttributeError`.
pub fn import_from(thread: &mut Thread, module: &str, name: &str) -> PyResult {
    let module = import(thread, module)?;
    protocol::get_attribute_str(thread, module, name)
}
