//! The module `_pickle`: objects as bytes, and back.
//!
//! | what | where |
//! |---|---|
//! | `Pickler`, its memo | `pickler` |
//! | how each kind of object is written | `save`; what `__reduce__` returns: `reduce`; things by their names: `global` |
//! | what is written, in frames | `output` |
//! | `Unpickler`, its memo | `unpickler` |
//! | how each operation is read | `load` |
//! | what is read | `input` |
//! | `PickleBuffer` | `buffer` |
//! | one thread at a time | `busy` |
//!
//! A pickler or an unpickler is used by one thread at a time; another that comes meanwhile gets a `RuntimeError`, as does the thread itself if it comes
//! back from the Python code that is called in between.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod buffer;
mod busy;
mod global;
mod input;
mod load;
mod opcode;
mod output;
mod pickler;
mod reduce;
mod save;
mod unpickler;

use grwl_object::exception::ModuleException;
use grwl_object::module::Module;
use grwl_object::{
    Method, PyResult, Raised, Ref, Str, Thread, TypeObject, Value, ValueExt, class, intern,
    protocol, ready, types,
};

pub use buffer::PICKLE_BUFFER;
pub use pickler::{PICKLER, PICKLER_MEMO};
pub use unpickler::{UNPICKLER, UNPICKLER_MEMO};

pub(crate) static PICKLE_ERROR: ModuleException =
    ModuleException::new("_pickle", "PickleError", &types::EXCEPTION, None);
pub(crate) static PICKLING_ERROR: ModuleException =
    ModuleException::under("_pickle", "PicklingError", &PICKLE_ERROR, None);
pub(crate) static UNPICKLING_ERROR: ModuleException =
    ModuleException::under("_pickle", "UnpicklingError", &PICKLE_ERROR, None);

static FUNCTIONS: &[Method] = &[
    Method::any(
        "dump",
        pickler::dump_function,
        "dump($module, /, obj, file, protocol=None, *, fix_imports=True,\n     buffer_callback=None)\n--\n\nWrite the pickle of an object to a file.",
    ),
    Method::any(
        "dumps",
        pickler::dumps_function,
        "dumps($module, /, obj, protocol=None, *, fix_imports=True,\n      buffer_callback=None)\n--\n\nThe pickle of an object, as bytes.",
    ),
    Method::any(
        "load",
        unpickler::load_function,
        "load($module, /, file, *, fix_imports=True, encoding='ASCII',\n     errors='strict', buffers=())\n--\n\nRead an object from a file with its pickle.",
    ),
    Method::any(
        "loads",
        unpickler::loads_function,
        "loads($module, data, /, *, fix_imports=True, encoding='ASCII',\n      errors='strict', buffers=())\n--\n\nRead an object from its pickle.",
    ),
];

/// Gives the types their functions.
pub fn install() {
    PICKLER.define(&pickler::SPEC);
    PICKLER_MEMO.define(&pickler::MEMO_SPEC);
    UNPICKLER.define(&unpickler::SPEC);
    UNPICKLER_MEMO.define(&unpickler::MEMO_SPEC);
    PICKLE_BUFFER.define(&buffer::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let classes: [&'static TypeObject; 5] = [
        &PICKLER,
        &PICKLER_MEMO,
        &UNPICKLER,
        &UNPICKLER_MEMO,
        &PICKLE_BUFFER,
    ];
    for class in classes {
        ready::ready(thread, class)?;
    }
    let name = intern(thread, "_pickle");
    let doc = Str::new(
        thread,
        "Optimized C implementation for the Python pickle module.",
    )
    .value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class) in [
        ("Pickler", &PICKLER),
        ("Unpickler", &UNPICKLER),
        ("PickleBuffer", &PICKLE_BUFFER),
    ] {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    for error in [&PICKLE_ERROR, &PICKLING_ERROR, &UNPICKLING_ERROR] {
        error.add_to(thread, module)?;
    }
    Ok(module)
}

/// The attribute of a module of the library.
pub(crate) fn from_module(thread: &mut Thread, module: &str, name: &str) -> PyResult {
    let module = class::import(thread, module)?;
    protocol::get_attribute_str(thread, module, name)
}

/// An attribute, if there is one.
pub(crate) fn optional(thread: &mut Thread, value: Value, name: &str) -> PyResult<Option<Value>> {
    let name = intern(thread, name);
    protocol::find_attribute(thread, value, name)
}

/// The name of a type with its module, if that is neither `builtins` nor `__main__`.
pub(crate) fn type_name(thread: &mut Thread, value: Value) -> PyResult<String> {
    let class = value.class().value();
    let name = protocol::get_attribute_str(thread, class, "__qualname__")?;
    let name = protocol::str(thread, name)?.to_rust_lossy();
    let module = protocol::get_attribute_str(thread, class, "__module__")?;
    Ok(match module.downcast::<Str>() {
        Some(module) if !module.is_str("builtins") && !module.is_str("__main__") => {
            format!("{module}.{name}")
        }
        _ => name,
    })
}

/// `PicklingError` whose message says a type's name where `{}` stands.
#[cold]
pub(crate) fn pickling_error_about(thread: &mut Thread, message: &str, value: Value) -> Raised {
    match type_name(thread, value) {
        Ok(name) => PICKLING_ERROR.raise(thread, message.replace("{}", &name)),
        Err(raised) => raised,
    }
}

/// Adds a note to an exception: what was being written. `what` comes behind the type's name.
#[cold]
pub(crate) fn noted(thread: &mut Thread, raised: Raised, container: Value, what: &str) -> Raised {
    let mut add = || {
        let name = type_name(thread, container)?;
        let note = Str::new(thread, &format!("when serializing {name} {what}")).value();
        let add_note = intern(thread, "add_note");
        protocol::call_method(thread, raised.0, add_note, &[note])
    };
    match add() {
        Ok(_) => raised,
        Err(other) => other,
    }
}

/// An exception with the one that led to it.
#[cold]
pub(crate) fn because(thread: &Thread, raised: Raised, of: Raised) -> Raised {
    raised.exception().set_context(thread, Some(of.exception()));
    raised
}
