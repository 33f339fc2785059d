//! The module `builtins`: the functions, types, exceptions and constants that every program sees.
//!
//! | what | where |
//! |---|---|
//! | numbers: `abs` `bin` `divmod` `hex` `oct` `pow` `round`, `sum` | `numeric`, `sum` |
//! | text: `ascii` `chr` `format` `ord` `repr`, and `hash` `id` `len` `callable` | `object` |
//! | attributes, classes: `getattr`, `isinstance` and their kin | `attribute` |
//! | iteration: `all` `any` `iter` `next` `max` `min` `sorted` | `iterate`, `extreme` |
//! | `aiter`, `anext` | `asynchronous` |
//! | `globals` `locals` `vars` `dir` | `namespace` |
//! | `compile` `eval` `exec` | `compile`, `execute`; errors and warnings of the compiler in `syntax` |
//! | `print` `input` `breakpoint`, `open` | `console` |
//! | types and constants | `constants` |
//!
//! `__import__` is the import system's (`grwl_module_imp::import`), `__build_class__` the interpreter's.
//!
//! ## Protocol
//! [`create`] makes the module once, after the built-in types are ready, and tells the interpreter of its dict. [`set_open`] adds `open` when
//! `io` can be imported. [`configure`] comes before either.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod asynchronous;
mod attribute;
pub mod compile;
mod console;
mod constants;
pub mod execute;
mod extreme;
mod iterate;
pub mod namespace;
mod numeric;
mod object;
mod settings;
mod sum;
pub mod syntax;

pub use settings::{Settings, configure};

use grwl_interpreter::{Global, state};
use grwl_object::module::Module;
use grwl_object::{Args, Method, PyResult, Ref, Str, Thread, Value};

fn build_class(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    grwl_interpreter::classes::build_class(thread, args)
}

static OWN: [Method; 2] = [
    Method::any(
        "__build_class__",
        build_class,
        "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nHelper function used by the class statement.",
    ),
    Method::any(
        "__import__",
        grwl_module_imp::import::import_function,
        "__import__($module, /, name, globals=None, locals=None, fromlist=(),\n           level=0)\n--\n\nImport a module: what the import statement calls. importlib.import_module() is better for programs.",
    ),
];

/// Makes the module, and makes its dict what the interpreter looks names up in.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = grwl_object::intern(thread, "builtins");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    let dict = module.dict(thread)?;
    state::set(Global::Builtins, dict.value());
    grwl_object::iterators::set_builtins(thread, dict);
    for functions in [
        &OWN[..],
        numeric::FUNCTIONS,
        object::FUNCTIONS,
        attribute::FUNCTIONS,
        iterate::FUNCTIONS,
        asynchronous::FUNCTIONS,
        namespace::FUNCTIONS,
        compile::FUNCTIONS,
        console::FUNCTIONS,
    ] {
        module.add_functions(thread, functions)?;
    }
    constants::add(thread, module)?;
    for (name, which) in [("all", Global::All), ("any", Global::Any)] {
        let name = grwl_object::intern(thread, name);
        if let Some(found) = dict.get_str(name) {
            state::set(which, found);
        }
    }
    Ok(module)
}

/// Adds `open`, taken from the module `io`, as CPython does when it has set up import.
///
/// # Errors
/// What importing `io` raises.
pub fn set_open(thread: &mut Thread) -> PyResult<()> {
    let io = grwl_module_imp::import::import(thread, "io")?;
    let open = grwl_object::protocol::get_attribute_str(thread, io, "open")?;
    let name = grwl_object::intern(thread, "open");
    grwl_interpreter::builtins_dict(thread).set_str(thread, name, open)
}

const DOC: &str = "Functions, types, exceptions and constants that need no import.\n\nThis module is where names are looked up last; most of what is in it is documented with the language.";
