//! `from module import name` when there is no such name: the `ImportError`, with CPython's guesses at the reason.

use std::sync::OnceLock;

use grwl_interpreter::sys_dict;
use grwl_object::module::Module;
use grwl_object::set::any_set;
use grwl_object::{PyResult, Raised, Ref, Str, Thread, Value, ValueExt, protocol, types};

grwl_object::names! {
    SPEC = "__spec__";
    FILE = "__file__";
    ORIGIN = "origin";
    HAS_LOCATION = "has_location";
    STDLIB_NAMES = "stdlib_module_names";
}

static SCRIPT_DIRECTORY: OnceLock<String> = OnceLock::new();

/// Says what `sys.path` began with for the program's sake: a module there may hide one of the library. Not called with `-P`.
pub fn set_script_directory(directory: String) {
    let _ = SCRIPT_DIRECTORY.set(directory);
}

/// Does the file lie where the program's own modules are found before the library's?
pub fn is_possibly_shadowing(origin: &str) -> bool {
    let Some(directory) = SCRIPT_DIRECTORY.get() else {
        return false;
    };
    let Some((mut root, file)) = origin.rsplit_once('/') else {
        return false;
    };
    if file == "__init__.py" {
        let Some((above, _)) = root.rsplit_once('/') else {
            return false;
        };
        root = above;
    }
    if directory.is_empty() {
        let here = std::env::current_dir().ok();
        return here.is_some_and(|here| here.as_os_str() == root);
    }
    directory == root
}

/// `spec.origin`, if that is a file.
fn file_origin(thread: &mut Thread, spec: Value) -> PyResult<Option<Ref<Str>>> {
    let name = HAS_LOCATION.get(thread);
    let Some(has_location) = protocol::find_attribute(thread, spec, name)? else {
        return Ok(None);
    };
    if !protocol::is_true(thread, has_location)? {
        return Ok(None);
    }
    let name = ORIGIN.get(thread);
    let origin = protocol::find_attribute(thread, spec, name)?;
    Ok(origin.and_then(|origin| origin.downcast::<Str>()))
}

/// The error. See [`grwl_interpreter::hooks::Hooks::cannot_import`].
///
/// # Errors
/// What looking at the module raises.
pub fn cannot_import(
    thread: &mut Thread,
    module: Value,
    package: Option<Ref<Str>>,
    name: Ref<Str>,
) -> PyResult<Raised> {
    let shown_package = package.unwrap_or_else(|| Str::new(thread, "<unknown module name>"));
    let quoted = protocol::repr(thread, name.value())?;
    let from = protocol::repr(thread, shown_package.value())?;
    let raise = |thread: &Thread, message: String, origin: Option<Ref<Str>>| {
        thread.import_error(
            &types::IMPORT_ERROR,
            message,
            package.map(Ref::<Str>::value),
            origin.map(Ref::<Str>::value),
            Some(name.value()),
        )
    };
    let attribute = SPEC.get(thread);
    let Some(spec) = protocol::find_attribute(thread, module, attribute)? else {
        let message = format!("cannot import name {quoted} from {from} (unknown location)");
        return Ok(raise(thread, message, None));
    };
    let mut origin = file_origin(thread, spec)?;
    let is_shadowing = origin
        .and_then(Ref::<Str>::to_rust)
        .is_some_and(|origin| is_possibly_shadowing(&origin));
    let names = sys_dict(thread).get_str(STDLIB_NAMES.get(thread));
    let is_shadowing_stdlib = match names.and_then(any_set) {
        Some(names) if is_shadowing => names.contains(thread, shown_package.value())?,
        _ => false,
    };
    if origin.is_none()
        && let Some(module) = module.downcast::<Module>()
    {
        let dict = module.dict(thread)?;
        let file = dict.get_str(FILE.get(thread));
        origin = file.and_then(|file| file.downcast::<Str>());
    }
    let place = origin
        .map(|origin| protocol::repr(thread, origin.value()))
        .transpose()?;
    let start = format!("cannot import name {quoted} from");
    let message = match (origin, place) {
        (Some(_), Some(place)) if is_shadowing_stdlib => format!(
            "{start} {from} (consider renaming {place} since it has the same name as the standard library module named {from} and prevents importing that standard library module)"
        ),
        (origin, place) => match (crate::import::is_initializing(thread, spec)?, origin, place) {
            (true, Some(_), Some(place)) if is_shadowing => format!(
                "{start} {from} (consider renaming {place} if it has the same name as a library you intended to import)"
            ),
            (true, Some(origin), _) => format!(
                "{start} partially initialized module {from} (most likely due to a circular import) ({origin})"
            ),
            (true, None, _) => format!(
                "{start} partially initialized module {from} (most likely due to a circular import)"
            ),
            (false, Some(origin), _) => format!("{start} {from} ({origin})"),
            (false, None, _) => format!("{start} {from} (unknown location)"),
        },
    };
    Ok(raise(thread, message, origin))
}
