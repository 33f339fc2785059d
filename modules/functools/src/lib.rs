//! The module `_functools`: what `functools` is made of.
//!
//! | what | where |
//! |---|---|
//! | `partial` | `partial` |
//! | `Placeholder` | `placeholder` |
//! | `reduce` | `reduce` |
//! | `cmp_to_key` | `compare_key` |
//! | `_lru_cache_wrapper` | `cache`; its table and order of use in `recent`; hits of several threads in `diary` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod cache;
mod compare_key;
mod diary;
mod partial;
mod placeholder;
mod recent;
mod reduce;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_object::module::Module;
use grwl_object::{
    Method, PyResult, Ref, Str, Thread, TypeObject, Value, instance, intern, none, ready,
};

pub use cache::LRU_CACHE_WRAPPER;
pub use compare_key::KEY_WRAPPER;
pub use partial::PARTIAL;
pub use placeholder::{PLACEHOLDER_TYPE, placeholder};

static FUNCTIONS: &[Method] = &[
    Method::any(
        "reduce",
        reduce::reduce,
        "reduce($module, function, iterable, /, initial=<unrepresentable>)\n--\n\nCombines the elements of an iterable from left to right with a function of two arguments.\n\nThe initial value, if there is one, stands before the first element, and is the result if there are no elements.",
    ),
    Method::any(
        "cmp_to_key",
        compare_key::cmp_to_key,
        "cmp_to_key($module, /, mycmp)\n--\n\nMakes a key function, for sorting, of a function that compares two values.",
    ),
];

/// The heap's view of a cell whose traced words, `count` of them, follow the header.
pub(crate) const fn cell_type<T>(name: &'static str, count: u32) -> CellType {
    CellType {
        trace: Trace::Words {
            offset: size_of::<Header>() as u32,
            count,
        },
        size: Size::Fixed(size_of::<T>()),
        drop: None,
        name,
    }
}

/// `__dict__`
pub(crate) fn get_dict(thread: &mut Thread, value: Value) -> PyResult {
    let dict = instance::dict_of(thread, value)?;
    Ok(dict.map_or_else(none, Ref::value))
}

/// Gives the types their functions.
pub fn install() {
    PARTIAL.define(&partial::SPEC);
    PLACEHOLDER_TYPE.define(&placeholder::SPEC);
    KEY_WRAPPER.define(&compare_key::SPEC);
    LRU_CACHE_WRAPPER.define(&cache::SPEC);
    recent::LINK.define(&grwl_object::TypeSpec::NONE);
    recent::ORDER.define(&grwl_object::TypeSpec::NONE);
    diary::DIARY.define(&grwl_object::TypeSpec::NONE);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let classes: [&'static TypeObject; 7] = [
        &PARTIAL,
        &PLACEHOLDER_TYPE,
        &KEY_WRAPPER,
        &LRU_CACHE_WRAPPER,
        &recent::LINK,
        &recent::ORDER,
        &diary::DIARY,
    ];
    for class in classes {
        ready::ready(thread, class)?;
    }
    let name = intern(thread, "_functools");
    let doc = Str::new(thread, "Tools that operate on functions.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class) in [
        ("partial", &PARTIAL),
        ("_PlaceholderType", &PLACEHOLDER_TYPE),
        ("_lru_cache_wrapper", &LRU_CACHE_WRAPPER),
    ] {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    module.add(thread, "Placeholder", placeholder())?;
    Ok(module)
}
