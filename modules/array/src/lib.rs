//! The module `array`: sequences of machine numbers.
//!
//! | what | where |
//! |---|---|
//! | typecodes | `kind` |
//! | how an array lies in memory, and changes | `array` |
//! | making and extending arrays | `construct` |
//! | operators, methods | `operators`, `methods` |
//! | the iterator | `iterator` |
//! | pickling | `pickle` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod array;
mod construct;
mod iterator;
mod kind;
mod methods;
mod operators;
mod pickle;

use grwl_object::module::Module;
use grwl_object::{
    Method, Name, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt, class, intern,
    protocol, ready, slots,
};

pub use array::{ARRAY, Array};
pub use iterator::ARRAY_ITERATOR;

const DOC: &str = "Arrays of basic values: integers, floats and characters of fixed size, one after another in memory.\n";

const ARRAY_DOC: &str = "array(typecode [, initializer]) -> array\n\nA sequence of machine numbers or characters. The typecode says which:\nb B (1 byte), h H (2), i I (4), l L q Q (8), signed or unsigned integers;\nf (4), d (8), floats; w (4), and the deprecated u, characters.\nThe initializer is bytes, a string for characters, or an iterable of items.\n";

static SPEC: TypeSpec = TypeSpec {
    doc: Some(ARRAY_DOC),
    slots: &[
        slots::NEW.is(construct::new),
        slots::REPR.is(operators::repr),
        slots::HASH.is(protocol::hash::not_hashable),
        slots::COMPARE.is(operators::compare),
        slots::ITER.is(iterator::begin),
        slots::SEQUENCE_LENGTH.is(operators::length),
        slots::CONCAT.is(operators::concat),
        slots::REPEAT.is(operators::repeat),
        slots::ITEM.is(operators::item),
        slots::STORE_ITEM.is(operators::store_item),
        slots::CONTAINS.is(operators::contains),
        slots::INPLACE_CONCAT.is(operators::inplace_concat),
        slots::INPLACE_REPEAT.is(operators::inplace_repeat),
        slots::MAPPING_LENGTH.is(operators::length),
        slots::SUBSCRIPT.is(operators::subscript),
        slots::STORE_SUBSCRIPT.is(operators::store_subscript),
        slots::GET_BUFFER.is(array::get_buffer),
        slots::RELEASE_BUFFER.is(array::release_buffer),
    ],
    methods: methods::METHODS,
    getset: methods::GETSET,
    constants: &[],
};

static TYPES: [(&TypeObject, &TypeSpec); 2] = [(&ARRAY, &SPEC), (&ARRAY_ITERATOR, &iterator::SPEC)];

static FUNCTIONS: &[Method] = &[Method::any(
    "_array_reconstructor",
    pickle::reconstruct,
    "_array_reconstructor($module, arraytype, typecode, mformat_code, items,\n                     /)\n--\n\nFor unpickling: an array from bytes of any machine.",
)];

/// A type's `__name__`.
pub(crate) fn short(class: &TypeObject) -> String {
    let name = class.name_slot().load().and_then(Value::downcast::<Str>);
    name.map_or_else(String::new, Ref::<Str>::to_rust_lossy)
}

/// Gives the types their functions.
pub fn install() {
    for (class, spec) in TYPES {
        class.define(spec);
    }
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`; what importing `collections.abc` raises.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    static REGISTER: Name = Name::new("register");
    let name = intern(thread, "array");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (class, _) in TYPES {
        ready::ready(thread, class)?;
    }
    let array = Ref::from_static(&ARRAY).value();
    module.add(thread, "array", array)?;
    module.add(thread, "ArrayType", array)?;
    let letters = Str::new(thread, kind::LETTERS).value();
    module.add(thread, "typecodes", letters)?;
    let abstract_classes = class::import(thread, "collections.abc")?;
    let mutable = protocol::get_attribute_str(thread, abstract_classes, "MutableSequence")?;
    let register = REGISTER.get(thread);
    protocol::call_method(thread, mutable, register, &[array])?;
    Ok(module)
}
