//! The importer of the embedded library: finder and loader in one, as `zipimporter` is.
//!
//! The library pretends to lie in the directory [`DIRECTORY`], which is an entry of `sys.path`; so a program's own modules come before
//! it, as in CPython. `path_hooks` has a hook that makes an importer for that directory and those below it (`__path__` of
//! packages). The directory's name is absolute, so that `os.path.abspath` leaves it alone.
//!
//! What others find here: `__file__`, `__path__`, `__spec__` as for files; `get_source` for `linecache`, `inspect` and
//! tracebacks; `iter_modules` for `pkgutil`; `get_data` and `get_resource_reader` for `importlib.resources`.
//!
//! ## Invariants
//! - An importer never changes, and an importer of a directory serves exactly the modules whose files would lie in it.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_interpreter::{Code, Global, state};
use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, Name, PyResult, Ref, Signature, Slot, Str, Thread,
    Tuple, TypeObject, TypeSpec, Value, ValueExt, flags, intern, none, protocol, singleton, slots,
    types,
};

/// Where the library pretends to lie: the entry of `sys.path`.
pub const DIRECTORY: &str = "/<stdlib>";

/// `_imp.StdlibImporter`
pub static IMPORTER: TypeObject = TypeObject::declare(&Declaration {
    name: "_imp.StdlibImporter",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Importer>(),
    attributes: 0,
});

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Importer, path) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Importer>()),
    drop: None,
    name: "StdlibImporter",
};

#[repr(C)]
struct Importer {
    header: Header,
    /// The directory: a string.
    path: Slot,
    _padding: u64,
}

// SAFETY: repr(C), begins with a header; the slot is atomic.
unsafe impl Cell for Importer {
    fn type_object() -> &'static TypeObject {
        &IMPORTER
    }
}

/// A path below the library's directory, without that: empty for the directory itself.
fn below(path: &str) -> Option<&str> {
    let rest = path.strip_prefix(DIRECTORY)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

/// Is it a directory of the library? Those of packages, and those that hold data.
fn is_directory(path: &str) -> bool {
    let Some(inner) = below(path) else {
        return false;
    };
    if inner.is_empty() {
        return true;
    }
    grwl_stdlib::find(&inner.replace('/', ".")).is_some_and(|module| module.is_package)
        || grwl_stdlib::data_files().any(|file| {
            file.strip_prefix(inner)
                .is_some_and(|rest| rest.starts_with('/'))
        })
}

/// The names in a directory of the library, sorted.
fn entries(path: &str) -> Vec<&'static str> {
    let Some(inner) = below(path) else {
        return Vec::new();
    };
    let files = grwl_stdlib::modules()
        .map(|module| module.path)
        .chain(grwl_stdlib::data_files());
    let mut names: Vec<&str> = files
        .filter_map(|file| {
            let rest = if inner.is_empty() {
                file
            } else {
                file.strip_prefix(inner)?.strip_prefix('/')?
            };
            rest.split('/').next()
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The content of a file of the library.
fn content(path: &str) -> Option<Vec<u8>> {
    let inner = below(path)?;
    if let Some(stem) = inner.strip_suffix(".py") {
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        let module = grwl_stdlib::find(&stem.replace('/', "."))?;
        if module.path == inner {
            return Some(module.source());
        }
    }
    grwl_stdlib::data(inner)
}

fn new_importer(thread: &Thread, path: &str) -> Value {
    let path = intern(thread, path);
    // SAFETY: the class is exactly this one, which cannot be subclassed.
    let made = unsafe {
        thread.new_cell(&IMPORTER, |header| Importer {
            header,
            path: Slot::new(Some(path.value())),
            _padding: 0,
        })
    };
    made.value()
}

/// The entry of `sys.path_hooks`.
fn path_hook(thread: &mut Thread, _module: Value, path: Value) -> PyResult {
    let text = path.downcast::<Str>().and_then(Ref::<Str>::to_rust);
    match text {
        Some(text) if is_directory(&text) => Ok(new_importer(thread, &text)),
        _ => Err(thread.import_error(
            &types::IMPORT_ERROR,
            "only directories of the built-in library are supported",
            None,
            Some(path),
            None,
        )),
    }
}

static PATH_HOOK: Method = Method::one(
    "stdlib_path_hook",
    path_hook,
    "stdlib_path_hook($module, path, /)\n--\n\nThe importer of a directory of the built-in library.",
);

/// A function for `sys.path_hooks`.
#[must_use]
pub fn new_path_hook(thread: &Thread) -> Value {
    let module = intern(thread, "_imp").value();
    grwl_object::function::BuiltinFunction::new(thread, &PATH_HOOK, None, Some(module)).value()
}

fn path_of(thread: &mut Thread, this: Value) -> PyResult<Ref<Str>> {
    let path = this
        .downcast_exact::<Importer>()
        .and_then(|this| this.path.load())
        .and_then(|path| path.downcast::<Str>());
    path.ok_or_else(|| {
        thread.type_error(format_args!(
            "descriptor requires a 'StdlibImporter' object but received a '{}'",
            this.class().name()
        ))
    })
}

/// The library's module that this importer has for a full name: only the name's last part counts.
fn find(thread: &mut Thread, this: Value, name: Value) -> PyResult<Option<grwl_stdlib::Module>> {
    let path = path_of(thread, this)?.to_rust_lossy();
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "module name must be str, not {}",
            name.class().name()
        )));
    };
    let name = name.to_rust_lossy();
    let tail = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(_, tail)| tail);
    let inner = below(&path).unwrap_or_default();
    if inner.is_empty() {
        return Ok(grwl_stdlib::find(tail));
    }
    Ok(grwl_stdlib::find(&format!(
        "{}.{tail}",
        inner.replace('/', ".")
    )))
}

/// As [`find`]; a missing module is an `ImportError`.
fn must_find(thread: &mut Thread, this: Value, name: Value) -> PyResult<grwl_stdlib::Module> {
    find(thread, this, name)?.ok_or_else(|| {
        let shown = name
            .downcast::<Str>()
            .map(Ref::<Str>::to_rust_lossy)
            .unwrap_or_default();
        thread.import_error(
            &types::IMPORT_ERROR,
            format_args!("the built-in library has no module '{shown}'"),
            Some(name),
            None,
            None,
        )
    })
}

fn file_of(module: &grwl_stdlib::Module) -> String {
    format!("{DIRECTORY}/{}", module.path)
}

fn set(thread: &mut Thread, spec: Value, name: &'static Name, value: Value) -> PyResult<()> {
    let name = name.get(thread);
    protocol::set_attribute(thread, spec, name, value)
}

fn find_spec(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("find_spec", ["fullname", "target"]).optional_after(1);
    grwl_object::names! {
        MODULE_SPEC = "ModuleSpec";
        ORIGIN = "origin";
        SET_FILEATTR = "_set_fileattr";
        CACHED = "_cached";
        SEARCH = "submodule_search_locations";
    }
    let [name, _target] = args.parse(thread, &SIGNATURE)?;
    let name = name.unwrap_or_else(none);
    let Some(module) = find(thread, this, name)? else {
        return Ok(none());
    };
    let Some(importlib) = state::get(Global::Importlib) else {
        return Err(thread.system_error("the import system has not been started"));
    };
    let class_name = MODULE_SPEC.get(thread);
    let class = protocol::get_attribute(thread, importlib, class_name)?;
    let spec = protocol::call_positional(thread, class, &[name, this])?;
    let file = file_of(&module);
    let origin = Str::new(thread, &file).value();
    let (directory, base) = file.rsplit_once('/').unwrap_or((DIRECTORY, &file));
    let stem = base.trim_end_matches(".py");
    let cached = format!(
        "{directory}/__pycache__/{stem}.{}.pyc",
        crate::start::CACHE_TAG
    );
    let cached = Str::new(thread, &cached).value();
    set(thread, spec, &ORIGIN, origin)?;
    set(thread, spec, &SET_FILEATTR, singleton::bool(true))?;
    set(thread, spec, &CACHED, cached)?;
    if module.is_package {
        let directory = Str::new(thread, directory).value();
        let list = List::from_slice(thread, &[directory])?;
        set(thread, spec, &SEARCH, list.value())?;
    }
    Ok(spec)
}

/// The module's code, whose file is called as `__file__` is.
fn load(thread: &mut Thread, module: &grwl_stdlib::Module) -> PyResult<Ref<Code>> {
    let code = grwl_module_marshal::load_library_code(thread, &module.code())?;
    crate::image::release_loaded(module.packed_code());
    let file = intern(thread, &file_of(module));
    crate::filename::replace(thread, code, file);
    Ok(code)
}

fn create_module(_thread: &mut Thread, _this: Value, _spec: Value) -> PyResult {
    Ok(none())
}

fn exec_module(thread: &mut Thread, this: Value, module: Value) -> PyResult {
    grwl_object::names! {
        NAME = "__name__";
        CALL = "_call_with_frames_removed";
        EXEC = "exec";
    }
    let name = NAME.get(thread);
    let name = protocol::get_attribute(thread, module, name)?;
    let found = must_find(thread, this, name)?;
    let code = load(thread, &found)?;
    let Some(module) = module.downcast::<Module>() else {
        return Err(thread.type_error("exec_module() argument must be a module"));
    };
    let dict = module.dict(thread)?;
    let exec = grwl_interpreter::builtins_dict(thread).get_str(EXEC.get(thread));
    match (state::get(Global::Importlib), exec) {
        // By way of importlib's function, after whose frame tracebacks are cut off.
        (Some(importlib), Some(exec)) => {
            let call = CALL.get(thread);
            let call = protocol::get_attribute(thread, importlib, call)?;
            protocol::call_positional(thread, call, &[exec, code.value(), dict.value()])?;
        }
        _ => crate::run::run_module(thread, code, dict)?,
    }
    Ok(none())
}

fn get_code(thread: &mut Thread, this: Value, name: Value) -> PyResult {
    let module = must_find(thread, this, name)?;
    Ok(load(thread, &module)?.value())
}

fn get_source(thread: &mut Thread, this: Value, name: Value) -> PyResult {
    let module = must_find(thread, this, name)?;
    match grwl_frontend::decode_source(&module.source(), module.path) {
        Ok(decoded) => Ok(Str::new(thread, &decoded.text).value()),
        Err(error) => Err(thread.import_error(
            &types::IMPORT_ERROR,
            format_args!("source not available: {}", error.message),
            Some(name),
            None,
            None,
        )),
    }
}

fn is_package(thread: &mut Thread, this: Value, name: Value) -> PyResult {
    let module = must_find(thread, this, name)?;
    Ok(singleton::bool(module.is_package))
}

fn get_filename(thread: &mut Thread, this: Value, name: Value) -> PyResult {
    let module = must_find(thread, this, name)?;
    Ok(Str::new(thread, &file_of(&module)).value())
}

fn text(thread: &mut Thread, value: Value) -> PyResult<String> {
    match value.downcast::<Str>() {
        Some(text) => Ok(text.to_rust_lossy()),
        None => Err(thread.type_error(format_args!("expected str, not {}", value.class().name()))),
    }
}

fn get_data(thread: &mut Thread, _this: Value, path: Value) -> PyResult {
    let name = text(thread, path)?;
    match content(&name) {
        Some(content) => Ok(Bytes::new(thread, &content)?.value()),
        None => Err(thread.os_error_at(ENOENT, Some(path), None)),
    }
}

/// "No such file or directory", on every system.
const ENOENT: i32 = 2;

fn get_resource_reader(thread: &mut Thread, this: Value, name: Value) -> PyResult {
    let Some(module) = find(thread, this, name)? else {
        return Ok(none());
    };
    if !module.is_package {
        return Ok(none());
    }
    let file = file_of(&module);
    let directory = file
        .rsplit_once('/')
        .map_or(DIRECTORY, |(directory, _)| directory);
    crate::resources::reader(thread, this, directory)
}

fn list_directory(thread: &mut Thread, _this: Value, path: Value) -> PyResult {
    let path = text(thread, path)?;
    let list = List::new(thread);
    for name in entries(&path) {
        let name = Str::new(thread, name).value();
        list.push(thread, name)?;
    }
    Ok(list.value())
}

fn has_directory(thread: &mut Thread, _this: Value, path: Value) -> PyResult {
    let path = text(thread, path)?;
    Ok(singleton::bool(is_directory(&path)))
}

fn has_file(thread: &mut Thread, _this: Value, path: Value) -> PyResult {
    let path = text(thread, path)?;
    Ok(singleton::bool(content(&path).is_some()))
}

fn iter_modules(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> = Signature::new("iter_modules", ["prefix"]).optional_after(0);
    let [prefix] = args.parse(thread, &SIGNATURE)?;
    let prefix = match prefix {
        Some(prefix) => text(thread, prefix)?,
        None => String::new(),
    };
    let path = path_of(thread, this)?.to_rust_lossy();
    let inner = below(&path).unwrap_or_default().replace('/', ".");
    let list = List::new(thread);
    for module in grwl_stdlib::modules() {
        let tail = if inner.is_empty() {
            Some(module.name)
        } else {
            module
                .name
                .strip_prefix(&inner)
                .and_then(|rest| rest.strip_prefix('.'))
        };
        if let Some(tail) = tail.filter(|tail| !tail.contains('.')) {
            let name = Str::new(thread, &format!("{prefix}{tail}")).value();
            let entry = Tuple::new(thread, &[name, singleton::bool(module.is_package)]);
            list.push(thread, entry.value())?;
        }
    }
    protocol::get_iter(thread, list.value())
}

fn invalidate_caches(_thread: &mut Thread, _this: Value) -> PyResult {
    Ok(none())
}

fn path(thread: &mut Thread, this: Value) -> PyResult {
    Ok(path_of(thread, this)?.value())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let path = path_of(thread, this)?;
    let quoted = protocol::repr(thread, path.value())?;
    Ok(Str::new(thread, &format!("<StdlibImporter {quoted}>")).value())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Finds and loads the modules of the standard library that is in the program."),
    slots: &[slots::REPR.is(repr)],
    methods: &[
        Method::any(
            "find_spec",
            find_spec,
            "find_spec($self, /, fullname, target=None)\n--\n\nThe spec of a module of this directory, or None.",
        ),
        Method::one(
            "create_module",
            create_module,
            "create_module($self, spec, /)\n--\n\nNone: modules are made as usual.",
        ),
        Method::one(
            "exec_module",
            exec_module,
            "exec_module($self, module, /)\n--\n\nRuns the module's code.",
        ),
        Method::one(
            "get_code",
            get_code,
            "get_code($self, fullname, /)\n--\n\nThe module's code object.",
        ),
        Method::one(
            "get_source",
            get_source,
            "get_source($self, fullname, /)\n--\n\nThe module's source text.",
        ),
        Method::one(
            "is_package",
            is_package,
            "is_package($self, fullname, /)\n--\n\nIs the module a package?",
        ),
        Method::one(
            "get_filename",
            get_filename,
            "get_filename($self, fullname, /)\n--\n\nWhat the module's __file__ is.",
        ),
        Method::one(
            "get_data",
            get_data,
            "get_data($self, path, /)\n--\n\nThe content of a file of the library.",
        ),
        Method::one(
            "get_resource_reader",
            get_resource_reader,
            "get_resource_reader($self, fullname, /)\n--\n\nA reader of the files in a package, for importlib.resources.",
        ),
        Method::one(
            "list_directory",
            list_directory,
            "list_directory($self, path, /)\n--\n\nThe names in a directory of the library.",
        ),
        Method::one(
            "has_directory",
            has_directory,
            "has_directory($self, path, /)\n--\n\nIs it a directory of the library?",
        ),
        Method::one(
            "has_file",
            has_file,
            "has_file($self, path, /)\n--\n\nIs it a file of the library?",
        ),
        Method::any(
            "iter_modules",
            iter_modules,
            "iter_modules($self, /, prefix='')\n--\n\nNames of the modules of this directory, and whether they are packages: for pkgutil.",
        ),
        Method::no_arguments(
            "invalidate_caches",
            invalidate_caches,
            "invalidate_caches($self, /)\n--\n\nThere are none.",
        ),
    ],
    getset: &[GetSet::read_only("path", path, Some("the directory"))],
    constants: &[],
};
