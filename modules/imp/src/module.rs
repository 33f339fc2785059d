//! The module `_imp`.

use std::hash::Hasher;

use grwl_interpreter::Code;
use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Method, Name, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, intern,
    none, singleton, types,
};

use crate::frozen::{self, Missing};
use crate::registry::{self, Found};

/// The first two bytes of a compiled file, and a carriage return and a newline: another number than any version of CPython has.
const MAGIC_TOKEN: i64 = 20_314 | (0x0a0d << 16);

fn name_of(thread: &mut Thread, function: &str, value: Value) -> PyResult<Ref<Str>> {
    value.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "{function}() argument must be str, not {}",
            value.class().name()
        ))
    })
}

fn acquire_lock(thread: &mut Thread, _module: Value) -> PyResult {
    crate::lock::acquire(thread);
    Ok(none())
}

fn release_lock(thread: &mut Thread, _module: Value) -> PyResult {
    if crate::lock::release() {
        Ok(none())
    } else {
        Err(thread.runtime_error("not holding the import lock"))
    }
}

fn lock_held(_thread: &mut Thread, _module: Value) -> PyResult {
    Ok(singleton::bool(crate::lock::is_held()))
}

fn is_builtin(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = name_of(thread, "is_builtin", name)?.to_rust_lossy();
    Ok(Value::small(match registry::find(&name) {
        Some(Found::Creatable(_)) => 1,
        Some(Found::Existing) => -1,
        None => 0,
    }))
}

fn create_builtin(thread: &mut Thread, _module: Value, spec: Value) -> PyResult {
    static NAME: Name = Name::new("name");
    let name = NAME.get(thread);
    let name = protocol::get_attribute(thread, spec, name)?;
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "name must be string, not {}",
            name.class().name()
        )));
    };
    match registry::find(&name.to_rust_lossy()) {
        Some(Found::Creatable(native)) => Ok(native.make(thread)?.value()),
        Some(Found::Existing) => {
            let modules = grwl_interpreter::modules_dict(thread)?;
            let found = modules.get(thread, name.value())?;
            found.ok_or_else(|| {
                thread.import_error(
                    &types::IMPORT_ERROR,
                    format_args!("cannot re-init internal module {name}"),
                    Some(name.value()),
                    None,
                    None,
                )
            })
        }
        None => Ok(none()),
    }
}

/// What a native module's `create` returns is whole.
fn exec_builtin(_thread: &mut Thread, _module: Value, _created: Value) -> PyResult {
    Ok(Value::small(0))
}

fn create_dynamic(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static NAME: Name = Name::new("name");
    static ORIGIN: Name = Name::new("origin");
    let [spec, _file] = args.unpack::<2>(thread, "create_dynamic", 1)?;
    let spec = spec.unwrap_or_else(none);
    let name = NAME.get(thread);
    let name = protocol::get_attribute(thread, spec, name)?;
    let origin = ORIGIN.get(thread);
    let origin = protocol::get_attribute(thread, spec, origin)?;
    let shown = protocol::repr(thread, name)?;
    Err(thread.import_error(
        &types::IMPORT_ERROR,
        format_args!("{shown} is an extension module, which cannot be loaded: there is no C API"),
        Some(name),
        Some(origin),
        None,
    ))
}

fn exec_dynamic(_thread: &mut Thread, _module: Value, _created: Value) -> PyResult {
    Ok(Value::small(0))
}

fn extension_suffixes(thread: &mut Thread, _module: Value) -> PyResult {
    Ok(List::new(thread).value())
}

fn is_frozen(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = name_of(thread, "is_frozen", name)?;
    Ok(singleton::bool(frozen::find(&name.to_rust_lossy()).is_ok()))
}

fn must_be_frozen(thread: &mut Thread, name: Ref<Str>) -> PyResult<&'static frozen::Frozen> {
    frozen::find(&name.to_rust_lossy()).map_err(|missing: Missing| missing.raise(thread, name))
}

fn is_frozen_package(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = name_of(thread, "is_frozen_package", name)?;
    Ok(singleton::bool(must_be_frozen(thread, name)?.is_package))
}

fn find_frozen(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("find_frozen", ["name", "withdata"])
        .positional_only(1)
        .optional_after(1)
        .keyword_only_after(1, 0);
    let [name, with_data] = args.parse(thread, &SIGNATURE)?;
    let name = name_of(thread, "find_frozen", name.unwrap_or_else(none))?;
    let with_data = match with_data {
        Some(value) => protocol::is_true(thread, value)?,
        None => false,
    };
    let Ok(found) = frozen::find(&name.to_rust_lossy()) else {
        return Ok(none());
    };
    let data = if with_data {
        let bytes = Bytes::new(thread, &found.data())?.value();
        match builtin(thread, "memoryview") {
            Some(class) => protocol::call_positional(thread, class, &[bytes])?,
            None => bytes,
        }
    } else {
        none()
    };
    let original = match found.original {
        Some(original) => Str::new(thread, original).value(),
        None => none(),
    };
    let entry = [data, singleton::bool(found.is_package), original];
    Ok(Tuple::new(thread, &entry).value())
}

fn builtin(thread: &Thread, name: &str) -> Option<Value> {
    grwl_interpreter::builtins_dict(thread).get_str(intern(thread, name))
}

fn get_frozen_object(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [name, data] = args.unpack::<2>(thread, "get_frozen_object", 1)?;
    let name = name_of(thread, "get_frozen_object", name.unwrap_or_else(none))?;
    if let Some(data) = data.and_then(ValueExt::not_none) {
        let bytes = grwl_object::buffer::bytes_of(thread, data)?;
        if bytes.is_empty() {
            let shown = protocol::repr(thread, name.value())?;
            let message = format!("Frozen object named {shown} is invalid");
            return Err(thread.import_error(
                &types::IMPORT_ERROR,
                message,
                Some(name.value()),
                None,
                None,
            ));
        }
        let value = grwl_module_marshal::load_value(thread, &bytes, true)?;
        if value.downcast_exact::<Code>().is_none() {
            return Err(
                thread.type_error(format_args!("frozen object {name} is not a code object"))
            );
        }
        return Ok(value);
    }
    let found = must_be_frozen(thread, name)?;
    Ok(found.code(thread)?.value())
}

fn init_frozen(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = name_of(thread, "init_frozen", name)?;
    let Ok(found) = frozen::find(&name.to_rust_lossy()) else {
        return Ok(none());
    };
    Ok(crate::start::import_frozen(thread, found)?.value())
}

fn frozen_names(thread: &mut Thread, _module: Value) -> PyResult {
    let list = List::new(thread);
    for name in frozen::names() {
        let name = intern(thread, name).value();
        list.push(thread, name)?;
    }
    Ok(list.value())
}

fn override_frozen(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    frozen::set_override(convert::as_i32(thread, value)?);
    Ok(none())
}

/// There is one interpreter, and no extension modules to check.
fn override_extensions(thread: &mut Thread, _module: Value, value: Value) -> PyResult {
    convert::as_i32(thread, value)?;
    Ok(Value::small(0))
}

fn fix_filename(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [code, path] = args
        .unpack::<2>(thread, "_fix_co_filename", 2)?
        .map(|v| v.unwrap_or_else(none));
    let wrong = |thread: &mut Thread, place: u32, wanted: &str, value: Value| {
        thread.type_error(format_args!(
            "_fix_co_filename() argument {place} must be {wanted}, not {}",
            value.class().name()
        ))
    };
    let Some(code) = code.downcast_exact::<Code>() else {
        return Err(wrong(thread, 1, "code", code));
    };
    let Some(path) = path.downcast::<Str>() else {
        return Err(wrong(thread, 2, "str", path));
    };
    crate::filename::replace(thread, code, path);
    Ok(none())
}

fn source_hash(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("source_hash", ["key", "source"]);
    let [key, source] = args
        .parse(thread, &SIGNATURE)?
        .map(|v| v.unwrap_or_else(none));
    let key = convert::as_i64(thread, key)?;
    let bytes = grwl_object::buffer::bytes_of(thread, source)?;
    let mut hasher = siphasher::sip::SipHasher13::new_with_keys(key.cast_unsigned(), 0);
    hasher.write(&bytes);
    Ok(Bytes::new(thread, &hasher.finish().to_le_bytes())?.value())
}

static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "extension_suffixes",
        extension_suffixes,
        "extension_suffixes($module, /)\n--\n\nThe suffixes of extension modules' files.",
    ),
    Method::no_arguments(
        "lock_held",
        lock_held,
        "lock_held($module, /)\n--\n\nDoes any thread hold the import lock?",
    ),
    Method::no_arguments(
        "acquire_lock",
        acquire_lock,
        "acquire_lock($module, /)\n--\n\nTakes the import lock; waits for it if another thread holds it. It is reentrant.",
    ),
    Method::no_arguments(
        "release_lock",
        release_lock,
        "release_lock($module, /)\n--\n\nGives the import lock back.",
    ),
    Method::any(
        "find_frozen",
        find_frozen,
        "find_frozen($module, name, /, *, withdata=False)\n--\n\nWhat is known of a frozen module, or None: its data (if asked for), whether it is a package, the name of its origin.",
    ),
    Method::any(
        "get_frozen_object",
        get_frozen_object,
        "get_frozen_object($module, name, data=None, /)\n--\n\nThe code object of a frozen module.",
    ),
    Method::one(
        "is_frozen_package",
        is_frozen_package,
        "is_frozen_package($module, name, /)\n--\n\nIs the frozen module a package?",
    ),
    Method::one(
        "create_builtin",
        create_builtin,
        "create_builtin($module, spec, /)\n--\n\nMakes a built-in module.",
    ),
    Method::one(
        "init_frozen",
        init_frozen,
        "init_frozen($module, name, /)\n--\n\nImports a frozen module.",
    ),
    Method::one(
        "is_builtin",
        is_builtin,
        "is_builtin($module, name, /)\n--\n\n1 if a built-in module has that name, -1 if it cannot be made again, else 0.",
    ),
    Method::one(
        "is_frozen",
        is_frozen,
        "is_frozen($module, name, /)\n--\n\nHas a frozen module that name?",
    ),
    Method::no_arguments(
        "_frozen_module_names",
        frozen_names,
        "_frozen_module_names($module, /)\n--\n\nThe names of the frozen modules.",
    ),
    Method::one(
        "_override_frozen_modules_for_tests",
        override_frozen,
        "_override_frozen_modules_for_tests($module, override, /)\n--\n\n(internal-only) Which frozen modules are found: more than 0: all; else those that starting needs.",
    ),
    Method::one(
        "_override_multi_interp_extensions_check",
        override_extensions,
        "_override_multi_interp_extensions_check($module, override, /)\n--\n\n(internal-only) Without effect: there are no extension modules.",
    ),
    Method::any(
        "create_dynamic",
        create_dynamic,
        "create_dynamic($module, spec, file=<unrepresentable>, /)\n--\n\nWould load an extension module.",
    ),
    Method::one(
        "exec_dynamic",
        exec_dynamic,
        "exec_dynamic($module, mod, /)\n--\n\nWould initialise an extension module.",
    ),
    Method::one(
        "exec_builtin",
        exec_builtin,
        "exec_builtin($module, mod, /)\n--\n\nInitialises a built-in module.",
    ),
    Method::any(
        "_fix_co_filename",
        fix_filename,
        "_fix_co_filename($module, code, path, /)\n--\n\nRenames the file of a code object and of those in it.\n\n  code\n    Code object to change.\n  path\n    File path to use.",
    ),
    Method::any(
        "source_hash",
        source_hash,
        "source_hash($module, /, key, source)\n--\n\nThe hash of a source that compiled files keep.",
    ),
];

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_imp");
    let doc = Str::new(
        thread,
        "(Extremely) low-level import machinery bits as used by importlib.",
    );
    let module = Module::new(thread, name, Some(doc.value()))?;
    module.add_functions(thread, FUNCTIONS)?;
    let check = intern(thread, crate::start::check_hash_pycs());
    module.add(thread, "check_hash_based_pycs", check.value())?;
    module.add(thread, "pyc_magic_number_token", Value::small(MAGIC_TOKEN))?;
    Ok(module)
}
