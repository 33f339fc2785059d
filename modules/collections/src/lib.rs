//! The module `_collections`: what `collections` is made of.
//!
//! | what | where |
//! |---|---|
//! | `deque` | `ring`: how it lies in memory; `deque`: its methods; `deque_iterator` |
//! | `defaultdict` | `default_dict` |
//! | `OrderedDict` | `grwl_object::dict::ordered`, and `grwl-types-mapping` |
//! | `_tuplegetter` | `tuple_getter` |
//! | `_count_elements` | `count_elements` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod count_elements;
mod default_dict;
mod deque;
mod deque_iterator;
mod ring;
mod tuple_getter;

use grwl_object::dict::ordered;
use grwl_object::module::Module;
use grwl_object::{
    Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt, intern, ready,
};

pub use default_dict::DEFAULT_DICT;
pub use deque_iterator::{DEQUE_ITERATOR, DEQUE_REVERSE_ITERATOR};
pub use ring::DEQUE;
pub use tuple_getter::TUPLE_GETTER;

const DOC: &str = "Containers beside the built-in ones.\n- deque:        a sequence with quick access to both ends\n- defaultdict:  a dict that makes values for keys that are not there\n";

static TYPES: [(&str, &TypeObject, &TypeSpec); 5] = [
    ("deque", &DEQUE, &deque::SPEC),
    ("defaultdict", &DEFAULT_DICT, &default_dict::SPEC),
    ("_deque_iterator", &DEQUE_ITERATOR, &deque_iterator::SPEC),
    (
        "_deque_reverse_iterator",
        &DEQUE_REVERSE_ITERATOR,
        &deque_iterator::REVERSE_SPEC,
    ),
    ("_tuplegetter", &TUPLE_GETTER, &tuple_getter::SPEC),
];

static FUNCTIONS: &[Method] = &[Method::any(
    "_count_elements",
    count_elements::count_elements,
    "_count_elements($module, mapping, iterable, /)\n--\n\nAdds one to the mapping's value for each element.",
)];

/// A type's `__name__`.
pub(crate) fn short(class: &TypeObject) -> String {
    let name = class.name_slot().load().and_then(Value::downcast::<Str>);
    name.map_or_else(String::new, Ref::<Str>::to_rust_lossy)
}

/// Gives the types their functions.
pub fn install() {
    for (_, class, spec) in TYPES {
        class.define(spec);
    }
    grwl_object::protocol::iterate::set_reader(&ring::DEQUE, deque::whole);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_collections");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class, _) in TYPES {
        ready::ready(thread, class)?;
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    for class in [
        &ordered::ORDERED_DICT,
        &ordered::ORDERED_KEYS,
        &ordered::ORDERED_VALUES,
        &ordered::ORDERED_ITEMS,
        &ordered::ORDERED_ITERATOR,
    ] {
        ready::ready(thread, class)?;
    }
    let ordered_dict = Ref::from_static(&ordered::ORDERED_DICT);
    module.add(thread, "OrderedDict", ordered_dict.value())?;
    Ok(module)
}
