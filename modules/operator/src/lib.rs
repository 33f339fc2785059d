//! The module `_operator`: operators as functions, and callables that get items, get attributes or call methods.
//!
//! | what | where |
//! |---|---|
//! | operators of one and two operands | `operators` |
//! | sequences, mappings, lengths | `sequence` |
//! | `_compare_digest` | `digest` |
//! | `itemgetter`, `attrgetter`, `methodcaller` | `getter` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod digest;
mod getter;
mod operators;
mod sequence;

use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Str, Thread, intern, ready};

pub use getter::{ATTRIBUTE_GETTER, ITEM_GETTER, METHOD_CALLER};

const DOC: &str =
    "Operator interface.\n\nPython's operators as functions: operator.add(x, y) is x+y.";

static DIGEST: &[Method] = &[Method::any(
    "_compare_digest",
    digest::compare_digest,
    "_compare_digest($module, a, b, /)\n--\n\nIs a the same as b? The time that this takes does not tell where they differ.\n\nBoth must be str of ASCII characters only, or bytes-like.",
)];

/// Gives the types their functions.
pub fn install() {
    ITEM_GETTER.define(&getter::ITEM_SPEC);
    ATTRIBUTE_GETTER.define(&getter::ATTRIBUTE_SPEC);
    METHOD_CALLER.define(&getter::METHOD_SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_operator");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    for functions in [operators::FUNCTIONS, sequence::FUNCTIONS, DIGEST] {
        module.add_functions(thread, functions)?;
    }
    for (name, class) in [
        ("itemgetter", &ITEM_GETTER),
        ("attrgetter", &ATTRIBUTE_GETTER),
        ("methodcaller", &METHOD_CALLER),
    ] {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}
