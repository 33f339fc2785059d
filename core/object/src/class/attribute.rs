//! Attributes of classes: what `type.__getattribute__` and `type.__setattr__` do.

use grwl_value::Value;

use crate::attribute::lookup_type;
use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::result::PyResult;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::version;

/// `type.__getattribute__`. `name` is interned.
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
pub fn get(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    let Some(class) = value.downcast::<TypeObject>() else {
        return crate::attribute::generic_get(thread, value, name);
    };
    let metaclass = value.class();
    let on_metaclass = lookup_type(thread, &metaclass, name);
    let meta_get = on_metaclass.and_then(|found| found.class().slot(slots::DESCRIPTOR_GET));
    if let (Some(found), Some(get)) = (on_metaclass, meta_get)
        && found.class().slot(slots::DESCRIPTOR_SET).is_some()
    {
        return get(thread, found, Some(value), Some(metaclass.value()));
    }
    if let Some(found) = lookup_type(thread, &class, name) {
        return match found.class().slot(slots::DESCRIPTOR_GET) {
            Some(get) => get(thread, found, None, Some(value)),
            None => Ok(found),
        };
    }
    match (on_metaclass, meta_get) {
        (Some(found), Some(get)) => get(thread, found, Some(value), Some(metaclass.value())),
        (Some(found), None) => Ok(found),
        (None, _) => Err(thread.no_attribute(value, name)),
    }
}

/// `type.__setattr__`, or without a value `type.__delattr__`. `name` is interned.
///
/// # Errors
/// `TypeError` if the class cannot be changed, `AttributeError`, or what a descriptor raises.
pub fn set(thread: &mut Thread, value: Value, name: Ref<Str>, new: Option<Value>) -> PyResult<()> {
    let Some(class) = value.downcast::<TypeObject>() else {
        return crate::attribute::generic_set(thread, value, name, new);
    };
    if class.has_flag(flags::IMMUTABLE) {
        let shown = crate::protocol::repr(thread, name.value())?;
        return Err(thread.type_error(format_args!(
            "cannot set {shown} attribute of immutable type '{}'",
            class.name()
        )));
    }
    let metaclass = value.class();
    if let Some(found) = lookup_type(thread, &metaclass, name)
        && let Some(set) = found.class().slot(slots::DESCRIPTOR_SET)
    {
        set(thread, found, value, new)?;
        // What a metaclass's descriptor stores may be an attribute of the class as well.
        after_change(thread, class, name);
        return Ok(());
    }
    store(thread, class, name, new)
}

/// Changes the dict of a class, and all that depends on it.
///
/// # Errors
/// `AttributeError` if there is nothing to delete.
pub fn store(
    thread: &mut Thread,
    class: Ref<TypeObject>,
    name: Ref<Str>,
    new: Option<Value>,
) -> PyResult<()> {
    let dict: Ref<Dict> = class.dict();
    match new {
        Some(new) => dict.set_str(thread, name, new)?,
        None => {
            if dict.remove_str(thread, name)?.is_none() {
                return Err(thread.no_attribute(class.value(), name));
            }
        }
    }
    after_change(thread, class, name);
    Ok(())
}

/// The attribute `name` of a class is another one now.
pub fn after_change(thread: &Thread, class: Ref<TypeObject>, name: Ref<Str>) {
    version::modified(thread, &class);
    crate::dunder::update_slots(thread, class, name);
    // A cache that was filled between the two knew the class without its new slots.
    if !crate::dunder::table::is_plain(name) {
        version::modified(thread, &class);
    }
}
