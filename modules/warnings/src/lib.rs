//! The module `_warnings`, and what becomes of warnings that Rust code gives.
//!
//! | what | where |
//! |---|---|
//! | filters, registries | `state` |
//! | the lock of the filters | `lock` |
//! | issuing a warning | `issue` |

#![allow(clippy::trivially_copy_pass_by_ref)]

mod issue;
mod lock;
mod state;

use grwl_object::dict::Dict;
use grwl_object::exception::warning;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, Tuple, TypeObject, Value, ValueExt,
    intern, none, protocol, types,
};

static FUNCTIONS: &[Method] = &[
    Method::any(
        "warn",
        warn,
        "warn($module, /, message, category=None, stacklevel=1, source=None, *,\n     skip_file_prefixes=())\n--\n\nIssue a warning, or ignore it or raise it, as the filters say.",
    ),
    Method::any(
        "warn_explicit",
        warn_explicit,
        "warn_explicit($module, /, message, category, filename, lineno,\n              module=<unrepresentable>, registry=None,\n              module_globals=None, source=None)\n--\n\nIssue a warning that comes from the given place.",
    ),
    Method::no_arguments(
        "_filters_mutated_lock_held",
        filters_mutated,
        "_filters_mutated_lock_held($module, /)\n--\n\n",
    ),
    Method::no_arguments(
        "_acquire_lock",
        |thread, _| {
            lock::acquire(thread);
            Ok(none())
        },
        "_acquire_lock($module, /)\n--\n\n",
    ),
    Method::no_arguments(
        "_release_lock",
        release_lock,
        "_release_lock($module, /)\n--\n\n",
    ),
];

/// The module has no types.
pub fn install() {}

/// Makes the module; from now on warnings of Rust code go through the filters.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_warnings");
    let doc = Str::new(thread, "What the module warnings is made of.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, value) in state::begin(thread)? {
        module.add(thread, name, value)?;
    }
    warning::on_warning(from_rust);
    Ok(module)
}

fn from_rust(
    thread: &mut Thread,
    category: Ref<TypeObject>,
    message: Ref<Str>,
    level: i64,
    source: Option<Value>,
) -> PyResult<()> {
    let place = issue::place_at(thread, level, &[])?;
    issue::issue(
        thread,
        Some(category.value()),
        message.value(),
        &place,
        source,
    )
}

fn filters_mutated(thread: &mut Thread, _module: Value) -> PyResult {
    if !lock::is_held(thread) {
        return Err(thread.runtime_error("warnings lock is not held"));
    }
    state::mutated();
    Ok(none())
}

fn release_lock(thread: &mut Thread, _module: Value) -> PyResult {
    if lock::release(thread) {
        Ok(none())
    } else {
        Err(thread.runtime_error("cannot release un-acquired lock"))
    }
}

fn warn(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<5> = Signature::new(
        "warn",
        [
            "message",
            "category",
            "stacklevel",
            "source",
            "skip_file_prefixes",
        ],
    )
    .optional_after(1)
    .keyword_only_after(4, 0);
    let [message, category, level, source, skipped] = args.parse(thread, &SIGNATURE)?;
    let message = message.unwrap_or_else(none);
    let mut level = match level {
        Some(level) => protocol::convert::as_isize(thread, level)? as i64,
        None => 1,
    };
    let mut prefixes = Vec::new();
    if let Some(skipped) = skipped {
        let Some(skipped) = skipped.downcast::<Tuple>() else {
            return Err(thread.type_error(format_args!(
                "warn() argument 'skip_file_prefixes' must be tuple, not {}",
                skipped.class().name()
            )));
        };
        for prefix in skipped.iter() {
            let Some(prefix) = prefix.downcast::<Str>() else {
                return Err(thread.type_error(format_args!(
                    "Found non-str '{}' in skip_file_prefixes.",
                    prefix.class().name()
                )));
            };
            prefixes.push(prefix.to_rust_lossy());
        }
        if !prefixes.is_empty() {
            level = level.max(2);
        }
    }
    let category = category_of(thread, message, category)?;
    let place = issue::place_at(thread, level, &prefixes)?;
    let source = source.and_then(ValueExt::not_none);
    issue::issue(thread, Some(category), message, &place, source)?;
    Ok(none())
}

fn category_of(thread: &mut Thread, message: Value, category: Option<Value>) -> PyResult {
    let warning = Ref::from_static(&types::WARNING).value();
    if protocol::is_instance(thread, message, warning)? {
        return Ok(message.class().value());
    }
    let Some(category) = category.and_then(ValueExt::not_none) else {
        return Ok(Ref::from_static(&types::USER_WARNING).value());
    };
    let fits = category.downcast::<TypeObject>().is_some()
        && protocol::is_subclass(thread, category, warning)?;
    if fits {
        return Ok(category);
    }
    Err(thread.type_error(format_args!(
        "category must be a Warning subclass, not '{}'",
        category.class().name()
    )))
}

fn warn_explicit(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<8> = Signature::new(
        "warn_explicit",
        [
            "message",
            "category",
            "filename",
            "lineno",
            "module",
            "registry",
            "module_globals",
            "source",
        ],
    )
    .optional_after(4);
    let [
        message,
        category,
        filename,
        line,
        module,
        registry,
        globals,
        source,
    ] = args.parse(thread, &SIGNATURE)?;
    let filename = filename.unwrap_or_else(none);
    if filename.downcast::<Str>().is_none() {
        return Err(thread.type_error(format_args!(
            "warn_explicit() argument 'filename' must be str, not {}",
            filename.class().name()
        )));
    }
    let line = protocol::convert::as_i32(thread, line.unwrap_or_else(none))?;
    let source_line = match globals.and_then(ValueExt::not_none) {
        None => None,
        Some(globals) => {
            let Some(globals) = globals.downcast::<Dict>() else {
                return Err(thread.type_error(format_args!(
                    "module_globals must be a dict, not '{}'",
                    globals.class().name()
                )));
            };
            issue::source_line(thread, globals, i64::from(line))?
        }
    };
    let place = issue::Place {
        filename,
        line: i64::from(line),
        module,
        registry: issue::registry_of(thread, registry)?,
        source_line,
    };
    let source = source.and_then(ValueExt::not_none);
    issue::issue(
        thread,
        category,
        message.unwrap_or_else(none),
        &place,
        source,
    )?;
    Ok(none())
}
