//! The module `_csv`: rows of text, with delimiters and quotes.
//!
//! | what | where |
//! |---|---|
//! | `Dialect` | `dialect` |
//! | dialects by name | `registry` |
//! | `reader` | `reader` |
//! | `writer` | `writer` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod dialect;
mod reader;
mod registry;
mod writer;

use std::sync::Once;

use grwl_object::exception::ModuleException;
use grwl_object::int::{self, IntView};
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, TypeObject, TypeSpec, Value, intern,
    ready, types,
};
use grwl_threads::sync::Ordering;

pub use dialect::DIALECT;
pub use reader::READER;
pub use writer::WRITER;

/// `_csv.Error`
pub(crate) static ERROR: ModuleException =
    ModuleException::new("_csv", "Error", &types::EXCEPTION, None);

static TYPES: [(&str, &TypeObject, &TypeSpec); 3] = [
    ("Dialect", &DIALECT, &dialect::SPEC),
    ("Reader", &READER, &reader::SPEC),
    ("Writer", &WRITER, &writer::SPEC),
];

static FUNCTIONS: &[Method] = &[
    Method::any(
        "reader",
        reader::reader,
        "reader($module, iterable, /, dialect='excel', **fmtparams)\n--\n\nAn iterator of the rows in lines of text.\n\nThe lines come from an iterable, a file for example. Options replace what the dialect says. A row may be of\nseveral lines.\n",
    ),
    Method::any(
        "writer",
        writer::writer,
        "writer($module, fileobj, /, dialect='excel', **fmtparams)\n--\n\nWhat writes rows to a file, or to anything with a method write().\n\nOptions replace what the dialect says.\n",
    ),
    Method::any(
        "register_dialect",
        registry::register,
        "register_dialect($module, name, /, dialect='excel', **fmtparams)\n--\n\nGive a dialect a name.",
    ),
    Method::no_arguments(
        "list_dialects",
        registry::list,
        "list_dialects($module, /)\n--\n\nThe names of dialects, as a list.",
    ),
    Method::any(
        "unregister_dialect",
        registry::unregister,
        "unregister_dialect($module, /, name)\n--\n\nForget the dialect with a name.",
    ),
    Method::any(
        "get_dialect",
        registry::get,
        "get_dialect($module, /, name)\n--\n\nThe dialect with a name.",
    ),
    Method::any(
        "field_size_limit",
        field_size_limit,
        "field_size_limit($module, /, new_limit=<unrepresentable>)\n--\n\nThe length of the longest field that is read; with an argument, it is set.",
    ),
];

fn field_size_limit(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<1> =
        Signature::new("field_size_limit", ["new_limit"]).optional_after(0);
    let [given] = args.parse(thread, &SIGNATURE)?;
    let old = match given {
        None => reader::FIELD_LIMIT.load(Ordering::Relaxed) as i64,
        Some(given) if int::is_exact_int(given) => match int::view(given) {
            Some(IntView::Small(limit)) => {
                reader::FIELD_LIMIT.swap(limit as u64, Ordering::Relaxed) as i64
            }
            _ => {
                return Err(thread.overflow_error("Python int too large to convert to C ssize_t"));
            }
        },
        Some(_) => return Err(thread.type_error("limit must be an integer")),
    };
    Ok(int::from_i64(thread, old))
}

/// Gives the types their functions.
pub fn install() {
    for (_, class, spec) in TYPES {
        class.define(spec);
    }
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static ROOTED: Once = Once::new();
    let name = intern(thread, "_csv");
    let doc = Str::new(thread, "CSV parsing and writing.\n").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class, _) in TYPES {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    ROOTED.call_once(|| {
        let first = (&raw const registry::DIALECTS).cast::<u64>();
        // SAFETY: a static stays readable, and its slot holds nothing or a value.
        unsafe { thread.heap().add_static_roots(first, 1) };
    });
    registry::add_to(thread, module)?;
    for (name, style) in dialect::Quoting::ALL {
        module.add(thread, name, Value::small(style as i64))?;
    }
    ERROR.add_to(thread, module)?;
    Ok(module)
}
