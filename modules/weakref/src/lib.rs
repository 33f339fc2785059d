//! The module `_weakref`. The types themselves are built in: see `grwl_object::weak`.

#![allow(clippy::trivially_copy_pass_by_ref)]

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::weak::{self, WeakReference};
use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Value, ValueExt, int, intern, none, slots, types,
};

static FUNCTIONS: &[Method] = &[
    Method::one(
        "getweakrefcount",
        count,
        "getweakrefcount($module, object, /)\n--\n\nHow many weak references and proxies an object has.",
    ),
    Method::one(
        "getweakrefs",
        references,
        "getweakrefs($module, object, /)\n--\n\nA list of the weak references and proxies of an object.",
    ),
    Method::any(
        "_remove_dead_weakref",
        remove_dead,
        "_remove_dead_weakref($module, dct, key, /)\n--\n\nTake a weak reference out of a dict if its object is gone.",
    ),
    Method::any(
        "proxy",
        proxy,
        "proxy($module, object, callback=None, /)\n--\n\nA proxy that refers to an object weakly; the callback gets the proxy when the object is gone.",
    ),
];

/// The module's types are built in and have their functions.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_weakref");
    let doc = Str::new(thread, "What the module weakref is made of.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    for (name, class) in [
        ("ref", &types::WEAK_REFERENCE),
        ("ReferenceType", &types::WEAK_REFERENCE),
        ("ProxyType", &types::WEAK_PROXY),
        ("CallableProxyType", &types::WEAK_CALLABLE_PROXY),
    ] {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}

fn count(thread: &mut Thread, _module: Value, object: Value) -> PyResult {
    let found = weak::references_of(thread, object)?;
    Ok(int::from_usize(thread, found.len()))
}

fn references(thread: &mut Thread, _module: Value, object: Value) -> PyResult {
    let found = weak::references_of(thread, object)?;
    Ok(List::from_slice(thread, &found)?.value())
}

fn remove_dead(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [dict, key] = args.unpack::<2>(thread, "_remove_dead_weakref", 2)?;
    let (dict, key) = (dict.unwrap_or_else(none), key.unwrap_or_else(none));
    let Some(dict) = dict.downcast::<Dict>() else {
        return Err(thread.type_error(format_args!(
            "_remove_dead_weakref() argument 1 must be dict, not {}",
            dict.class().name()
        )));
    };
    let Some(value) = dict.get(thread, key)? else {
        return Ok(none());
    };
    match value.downcast::<WeakReference>() {
        None => Err(thread.type_error("not a weakref")),
        Some(reference) => {
            if reference.target().is_none() {
                // Only if it is still this one: another thread may have stored a new one.
                dict.remove_if(thread, key, |found| found == value)?;
            }
            Ok(none())
        }
    }
}

fn proxy(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, callback] = args.unpack::<2>(thread, "proxy", 1)?;
    let object = object.unwrap_or_else(none);
    let class = match object.class().slot(slots::CALL) {
        Some(_) => &types::WEAK_CALLABLE_PROXY,
        None => &types::WEAK_PROXY,
    };
    let callback = callback.and_then(ValueExt::not_none);
    let made = WeakReference::new(thread, Ref::from_static(class), object, callback)?;
    Ok(made.value())
}
