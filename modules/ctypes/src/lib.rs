//! The module `_ctypes`: C's data types, and calls of foreign functions. Python's package `ctypes` is made of it.
//!
//! | what | where |
//! |---|---|
//! | bytes that C sees | `memory` |
//! | codes of simple types, their values; `long double` | `code`, `extended` |
//! | what is known of a type | `info` |
//! | instances: their memory, what they keep alive | `data`, `instances` |
//! | the types of types | `meta` |
//! | kinds of types | `simple`, `structure` with `field`, `array`, `pointer`, `function` |
//! | arguments of calls | `parameter` |
//! | calls, types as libffi has them | `call`, `abi` |
//! | Python functions that foreign code calls | `callback` |
//! | functions that are called by their addresses | `special` |
//! | the module's functions | `library` |
//!
//! What reaches behind an address is the program's word: a wrong address, a wrong type, a callback that is not kept crash the program, as with CPython. What does
//! not (instances that own their memory, whatever threads do with them) never does.
//!
//! Left out: objects that come from foreign code (`py_object` as a result or as an argument of a callback), `PyObj_FromPtr`, `Py_INCREF` and `Py_DECREF`: an address
//! that foreign code gives cannot be trusted to be an object. `pythonapi` is there, but no function of Python's C interface.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod abi;
mod array;
mod call;
mod callback;
mod code;
mod data;
mod extended;
mod field;
mod function;
mod info;
mod instances;
mod library;
mod memory;
mod meta;
mod parameter;
mod pointer;
mod simple;
mod special;
mod structure;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, int, intern, ready};

static TYPES: [(&TypeObject, &TypeSpec); 18] = [
    (&info::INFO, &TypeSpec::NONE),
    (&data::DATA, &instances::SPEC),
    (&meta::CTYPE, &meta::CTYPE_SPEC),
    (&meta::SIMPLE_TYPE, &meta::SIMPLE_SPEC),
    (&meta::STRUCTURE_TYPE, &meta::STRUCTURE_SPEC),
    (&meta::UNION_TYPE, &meta::UNION_SPEC),
    (&meta::POINTER_TYPE, &meta::POINTER_SPEC),
    (&meta::ARRAY_TYPE, &meta::ARRAY_SPEC),
    (&meta::FUNCTION_TYPE, &meta::FUNCTION_SPEC),
    (&structure::STRUCTURE, &structure::STRUCTURE_SPEC),
    (&structure::UNION, &structure::UNION_SPEC),
    (&pointer::POINTER, &pointer::SPEC),
    (&array::ARRAY, &array::SPEC),
    (&simple::SIMPLE, &simple::SPEC),
    (&function::FUNCTION, &function::SPEC),
    (&field::FIELD, &field::SPEC),
    (&parameter::PARAMETER, &parameter::SPEC),
    (&callback::THUNK, &TypeSpec::NONE),
];

/// Gives the types their functions.
pub fn install() {
    for (class, spec) in TYPES {
        class.define(spec);
    }
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    for (class, _) in TYPES {
        ready::ready(thread, class)?;
    }
    let name = intern(thread, "_ctypes");
    let doc = "Create and manipulate C compatible data types in Python.";
    let doc = Str::new(thread, doc).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, library::FUNCTIONS)?;
    let classes: [(&str, &'static TypeObject); 7] = [
        ("Structure", &structure::STRUCTURE),
        ("Union", &structure::UNION),
        ("_Pointer", &pointer::POINTER),
        ("Array", &array::ARRAY),
        ("_SimpleCData", &simple::SIMPLE),
        ("CFuncPtr", &function::FUNCTION),
        ("CField", &field::FIELD),
    ];
    for (name, class) in classes {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    meta::ARGUMENT_ERROR.add_to(thread, module)?;
    let numbers: [(&str, i64); 8] = [
        ("FUNCFLAG_CDECL", 1),
        ("FUNCFLAG_PYTHONAPI", info::flag::PYTHON_API as i64),
        ("FUNCFLAG_USE_ERRNO", info::flag::USE_ERRNO as i64),
        ("FUNCFLAG_USE_LASTERROR", 16),
        ("RTLD_LOCAL", libc::RTLD_LOCAL.into()),
        ("RTLD_GLOBAL", libc::RTLD_GLOBAL.into()),
        ("CTYPES_MAX_ARGCOUNT", function::MOST_ARGUMENTS as i64),
        ("SIZEOF_TIME_T", size_of::<libc::time_t>() as i64),
    ];
    for (name, number) in numbers {
        module.add(thread, name, Value::small(number))?;
    }
    let version = Str::new(thread, "1.1.0").value();
    module.add(thread, "__version__", version)?;
    let addresses = [
        ("_memmove_addr", libc::memmove as *const () as usize),
        ("_memset_addr", libc::memset as *const () as usize),
    ];
    let own = special::FUNCTIONS.map(|(name, function)| (name, function as usize));
    for (name, address) in addresses.into_iter().chain(own) {
        let address = int::from_usize(thread, address);
        module.add(thread, name, address)?;
    }
    Ok(module)
}
