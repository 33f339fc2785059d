//! `getattr`, `hasattr`, `setattr`, `delattr`, `isinstance`, `issubclass`.

use grwl_object::{
    Args, Method, PyResult, Ref, Str, Thread, Value, ValueExt, none, protocol, singleton,
};

fn name_of(thread: &mut Thread, name: Option<Value>) -> PyResult<Ref<Str>> {
    let name = name.unwrap_or_else(none);
    name.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "attribute name must be string, not '{}'",
            name.class().name()
        ))
    })
}

fn getattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, name, default] = args.unpack::<3>(thread, "getattr", 2)?;
    let object = object.unwrap_or_else(none);
    let name = name_of(thread, name)?;
    match default {
        None => protocol::get_attribute(thread, object, name),
        Some(default) => {
            let found = protocol::find_attribute(thread, object, name)?;
            Ok(found.unwrap_or(default))
        }
    }
}

fn hasattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, name] = args.unpack::<2>(thread, "hasattr", 2)?;
    let object = object.unwrap_or_else(none);
    let name = name_of(thread, name)?;
    let found = protocol::find_attribute(thread, object, name)?;
    Ok(singleton::bool(found.is_some()))
}

fn setattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, name, value] = args.unpack::<3>(thread, "setattr", 3)?;
    let [object, value] = [object, value].map(|v| v.unwrap_or_else(none));
    let name = name_of(thread, name)?;
    protocol::set_attribute(thread, object, name, value)?;
    Ok(none())
}

fn delattr(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, name] = args.unpack::<2>(thread, "delattr", 2)?;
    let object = object.unwrap_or_else(none);
    let name = name_of(thread, name)?;
    protocol::delete_attribute(thread, object, name)?;
    Ok(none())
}

fn isinstance(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [object, class] = args
        .unpack::<2>(thread, "isinstance", 2)?
        .map(|v| v.unwrap_or_else(none));
    protocol::is_instance(thread, object, class).map(singleton::bool)
}

fn issubclass(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [derived, class] = args
        .unpack::<2>(thread, "issubclass", 2)?
        .map(|v| v.unwrap_or_else(none));
    protocol::is_subclass(thread, derived, class).map(singleton::bool)
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "delattr",
        delattr,
        "delattr($module, obj, name, /)\n--\n\nDeletes an attribute: delattr(x, 'y') is `del x.y`.",
    ),
    Method::any(
        "getattr",
        getattr,
        "getattr(object, name[, default]) -> value\n\nAn attribute by its name: getattr(x, 'y') is `x.y`. If there is none, the default, or without one an AttributeError.",
    ),
    Method::any(
        "hasattr",
        hasattr,
        "hasattr($module, obj, name, /)\n--\n\nHas the object an attribute of this name?\n\nThat is: does getattr(obj, name) raise no AttributeError?",
    ),
    Method::any(
        "isinstance",
        isinstance,
        "isinstance($module, obj, class_or_tuple, /)\n--\n\nIs the object an instance of a class, or of a class derived from it?\n\nThe class may be a tuple of classes: of any of them?",
    ),
    Method::any(
        "issubclass",
        issubclass,
        "issubclass($module, cls, class_or_tuple, /)\n--\n\nIs the class derived from another, or that class itself?\n\nThe other may be a tuple of classes: from any of them?",
    ),
    Method::any(
        "setattr",
        setattr,
        "setattr($module, obj, name, value, /)\n--\n\nStores an attribute: setattr(x, 'y', v) is `x.y = v`.",
    ),
];
