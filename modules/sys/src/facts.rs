//! What `sys` says of the platform, of the way the program was started, and of grwl.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::namespace::Namespace;
use grwl_object::set::FrozenSet;
use grwl_object::{
    Buffer, PyResult, Ref, Str, Thread, Tuple, Value, intern, none, protocol, singleton,
};
use grwl_settings::Settings;

/// A string of the system's.
pub(crate) fn os_string(thread: &mut Thread, text: &OsStr) -> PyResult {
    Ok(grwl_types_text::decode_filesystem(thread, text.as_bytes())?.value())
}

fn list_of(thread: &mut Thread, texts: &[std::ffi::OsString]) -> PyResult {
    let list = List::new(thread);
    for text in texts {
        let text = os_string(thread, text)?;
        list.push(thread, text)?;
    }
    Ok(list.value())
}

/// Adds the constants.
pub(crate) fn add(thread: &mut Thread, module: Ref<Module>, settings: &Settings) -> PyResult<()> {
    let text = |thread: &Thread, text: &str| Str::new(thread, text).value();
    for (name, value) in [
        ("version", grwl_settings::help::SYS_VERSION),
        ("platform", "linux"),
        (
            "byteorder",
            if cfg!(target_endian = "little") {
                "little"
            } else {
                "big"
            },
        ),
        ("abiflags", "t"),
        ("float_repr_style", "short"),
        (
            "copyright",
            "Copyright (c) the grwl developers.\nAll Rights Reserved.",
        ),
    ] {
        let value = text(thread, value);
        module.add(thread, name, value)?;
    }
    for (name, value) in [
        ("hexversion", 0x030e_0af0),
        ("api_version", 1013),
        ("maxsize", i64::MAX >> 1),
        ("maxunicode", 0x10_ffff),
    ] {
        module.add(thread, name, Value::small(value))?;
    }
    let maxsize = grwl_object::int::from_i64(thread, i64::MAX);
    module.add(thread, "maxsize", maxsize)?;
    let git = Tuple::try_new(
        thread,
        &[text(thread, "grwl"), text(thread, ""), text(thread, "")],
    )?;
    module.add(thread, "_git", git.value())?;
    module.add(thread, "_framework", text(thread, ""))?;

    let argv = list_of(thread, &settings.argv)?;
    module.add(thread, "argv", argv)?;
    let orig_argv = list_of(thread, &settings.orig_argv)?;
    module.add(thread, "orig_argv", orig_argv)?;
    let warnoptions = list_of(thread, &settings.warnoptions)?;
    module.add(thread, "warnoptions", warnoptions)?;
    let xoptions = Dict::new(thread);
    for (name, value) in settings.xoption_items() {
        let name = os_string(thread, name)?;
        let value = match value {
            Some(value) => os_string(thread, value)?,
            None => singleton::bool(true),
        };
        xoptions.insert(thread, name, value)?;
    }
    module.add(thread, "_xoptions", xoptions.value())?;
    module.add(
        thread,
        "dont_write_bytecode",
        singleton::bool(settings.dont_write_bytecode),
    )?;
    let prefix = match &settings.pycache_prefix {
        Some(prefix) => os_string(thread, prefix)?,
        None => none(),
    };
    module.add(thread, "pycache_prefix", prefix)?;
    let platlibdir = os_string(thread, &settings.platlibdir)?;
    module.add(thread, "platlibdir", platlibdir)?;
    if let Some(count) = settings.cpu_count {
        crate::limits::CPU_COUNT.store(i64::from(count), std::sync::atomic::Ordering::Relaxed);
    }
    add_places(thread, module)?;
    add_implementation(thread, module)?;
    add_modules(thread, module)
}

/// Where the program lies; `sys.path` and what import keeps.
fn add_places(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    let executable = std::env::current_exe().unwrap_or_default();
    let shown = os_string(thread, executable.as_os_str())?;
    module.add(thread, "executable", shown)?;
    module.add(thread, "_base_executable", shown)?;
    let prefix = executable
        .parent()
        .and_then(|folder| folder.parent())
        .map(|prefix| prefix.as_os_str().to_owned())
        .unwrap_or_default();
    let prefix = os_string(thread, &prefix)?;
    for name in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] {
        module.add(thread, name, prefix)?;
    }
    for name in ["path", "meta_path", "path_hooks"] {
        let list = List::new(thread).value();
        module.add(thread, name, list)?;
    }
    let cache = Dict::new(thread).value();
    module.add(thread, "path_importer_cache", cache)
}

fn add_implementation(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    let implementation = Namespace::new(thread).value();
    let dict = module.dict(thread)?;
    let version = dict.get_str(intern(thread, "version_info"));
    let entries = [
        ("name", Str::new(thread, "grwl").value()),
        ("cache_tag", Str::new(thread, "grwl-314").value()),
        ("version", version.unwrap_or_else(none)),
        ("hexversion", Value::small(0x030e_0af0)),
        ("_multiarch", Str::new(thread, "x86_64-linux-gnu").value()),
        ("supports_isolated_interpreters", singleton::bool(false)),
    ];
    for (name, value) in entries {
        let name = intern(thread, name);
        protocol::set_attribute(thread, implementation, name, value)?;
    }
    module.add(thread, "implementation", implementation)
}

fn add_modules(thread: &mut Thread, module: Ref<Module>) -> PyResult<()> {
    let modules = Dict::new(thread);
    modules.set_str(thread, intern(thread, "sys"), module.value())?;
    module.add(thread, "modules", modules.value())
}

/// Sets `sys.builtin_module_names` and `sys.stdlib_module_names`.
///
/// # Errors
/// `MemoryError`.
pub fn set_module_names<'a>(
    thread: &mut Thread,
    module: Ref<Module>,
    builtin: &[&'a str],
    stdlib: impl Iterator<Item = &'a str>,
) -> PyResult<()> {
    let mut names = Buffer::new();
    for name in builtin {
        names.push(thread, intern(thread, name).value())?;
    }
    let names = Tuple::try_new(thread, &names)?;
    module.add(thread, "builtin_module_names", names.value())?;
    let all = FrozenSet::new(thread);
    for name in names.iter() {
        all.add(thread, name)?;
    }
    for name in stdlib {
        let name = intern(thread, name).value();
        all.add(thread, name)?;
    }
    module.add(thread, "stdlib_module_names", all.value())
}
