//! The start of the import system, as CPython's: importlib's core is run as a frozen module, gets `sys` and `_imp`, and then sets
//! itself up.
//!
//! `sys` has `modules` (with `sys` and `builtins` in it), `meta_path`, `path_hooks`, `path_importer_cache`, `path`, `flags`,
//! `implementation` and the like before. The modules `_thread`, `_warnings`, `_weakref`, `marshal`, `posix`, `_io` are registered.

use std::sync::OnceLock;

use grwl_interpreter::{Global, state};
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, Value, ValueExt, intern, none, protocol, types};

use crate::frozen::{self, Frozen};

/// `sys.implementation.cache_tag`
pub const CACHE_TAG: &str = "grwl-314";

/// What importing is told of the command line.
#[derive(Clone, Debug)]
pub struct Config {
    /// `_imp.check_hash_based_pycs`: `default`, `always`, `never`.
    pub check_hash_pycs: &'static str,
    /// The embedded library is served: not with `--stdlib`.
    pub has_library: bool,
}

static CHECK_HASH_PYCS: OnceLock<&'static str> = OnceLock::new();

pub(crate) fn check_hash_pycs() -> &'static str {
    CHECK_HASH_PYCS.get().copied().unwrap_or("default")
}

grwl_object::names! {
    INSTALL = "_install";
    INSTALL_EXTERNAL = "_install_external_importers";
    PATH_HOOKS = "path_hooks";
    ZIP_IMPORTER = "zipimporter";
    PATH = "__path__";
    ORIGINAL_NAME = "__origname__";
}

/// Imports a frozen module without importlib: makes it, puts it into `sys.modules`, runs its code.
///
/// # Errors
/// What its code raises.
pub fn import_frozen(thread: &mut Thread, frozen: &Frozen) -> PyResult<Ref<Module>> {
    let name = intern(thread, frozen.name);
    let modules = grwl_interpreter::modules_dict(thread)?;
    let existing = modules
        .get_str(name)
        .and_then(|module| module.downcast::<Module>());
    let module = match existing {
        Some(module) => module,
        None => {
            let module = Module::new(thread, name, None)?;
            modules.set_str(thread, name, module.value())?;
            module
        }
    };
    let dict = module.dict(thread)?;
    if frozen.is_package {
        let path = List::new(thread);
        dict.set_str(thread, PATH.get(thread), path.value())?;
    }
    let original = match frozen.original {
        Some(original) => intern(thread, original).value(),
        None => none(),
    };
    dict.set_str(thread, ORIGINAL_NAME.get(thread), original)?;
    let code = frozen.code(thread)?;
    crate::run::run_module(thread, code, dict)?;
    Ok(module)
}

fn essential(thread: &mut Thread, name: &str) -> PyResult<Ref<Module>> {
    match frozen::find(name) {
        Ok(frozen) => import_frozen(thread, frozen),
        Err(_) => Err(thread.system_error(format_args!("the library lacks {name}"))),
    }
}

/// Starts importing.
///
/// # Errors
/// What importlib raises.
pub fn start(thread: &mut Thread, sys: Ref<Module>, config: &Config) -> PyResult<()> {
    let _ = CHECK_HASH_PYCS.set(config.check_hash_pycs);
    crate::resources::install(thread);
    let importlib = essential(thread, "_frozen_importlib")?;
    let imp = crate::create(thread)?;
    let modules = grwl_interpreter::modules_dict(thread)?;
    let name = intern(thread, "_imp");
    modules.set_str(thread, name, imp.value())?;
    state::set(Global::Importlib, importlib.value());
    let install = INSTALL.get(thread);
    protocol::call_method(
        thread,
        importlib.value(),
        install,
        &[sys.value(), imp.value()],
    )?;
    let install = INSTALL_EXTERNAL.get(thread);
    protocol::call_method(thread, importlib.value(), install, &[])?;
    let name = intern(thread, "_frozen_importlib_external");
    let external = modules.get_str(name).unwrap_or_else(none);
    state::set(Global::ImportlibExternal, external);
    if config.has_library {
        let hook = crate::library::new_path_hook(thread);
        add_hook(thread, sys, hook, 0)?;
    }
    add_zip_importer(thread, sys, config)
}

fn add_hook(thread: &mut Thread, sys: Ref<Module>, hook: Value, index: isize) -> PyResult<()> {
    let dict = sys.dict(thread)?;
    let hooks = dict.get_str(PATH_HOOKS.get(thread));
    match hooks.and_then(|hooks| hooks.downcast::<List>()) {
        Some(hooks) => hooks.insert(thread, index, hook),
        None => Err(thread.runtime_error("lost sys.path_hooks")),
    }
}

/// Programs in archives: `zipimport` comes before the hook for directories. A library without it does without.
fn add_zip_importer(thread: &mut Thread, sys: Ref<Module>, config: &Config) -> PyResult<()> {
    let module = match crate::import::import(thread, "zipimport") {
        Ok(module) => module,
        Err(raised) if raised.matches(&types::IMPORT_ERROR) => return Ok(()),
        Err(raised) => return Err(raised),
    };
    let name = ZIP_IMPORTER.get(thread);
    let class = protocol::get_attribute(thread, module, name)?;
    add_hook(thread, sys, class, isize::from(config.has_library))
}
