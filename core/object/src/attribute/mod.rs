//! Attributes: looking them up in types, and what `object.__getattribute__` and `object.__setattr__` do.
//!
//! Inline caches ask [`plan`] what may be remembered about an attribute.

pub mod plan;

use grwl_value::Value;

pub use crate::version::{guard_of, shape_cache_id};
pub use plan::{LoadPlan, StorePlan, plan_load, plan_store};

use crate::cell::{Ref, ValueExt};
use crate::instance;
use crate::result::{PyResult, Raised};
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::version;

/// An attribute of a type or of one that it inherits from, as it stands in the dict. `name` is interned.
#[inline]
pub fn lookup_type(thread: &Thread, class: &TypeObject, name: Ref<Str>) -> Option<Value> {
    debug_assert!(name.is_interned());
    let cache = &thread.roots().method_cache;
    if let Some(found) = cache.get(class.version(), name) {
        return found;
    }
    lookup_slow(thread, class, name)
}

#[cold]
#[inline(never)]
fn lookup_slow(thread: &Thread, class: &TypeObject, name: Ref<Str>) -> Option<Value> {
    // The version is read before the lookup: if the type is changed meanwhile, the entry is under a dead number.
    let version = version::of(class);
    let found = walk(class, name);
    if version != 0 {
        thread.roots().method_cache.insert(version, name, found);
    }
    found
}

/// Looks an attribute up without any cache.
pub(crate) fn walk(class: &TypeObject, name: Ref<Str>) -> Option<Value> {
    walk_owner(class, name).map(|(found, _)| found)
}

/// As [`walk`], with the type in whose dict it was found.
pub(crate) fn walk_owner(class: &TypeObject, name: Ref<Str>) -> Option<(Value, Ref<TypeObject>)> {
    let Some(mro) = class.mro() else {
        // Not ready yet: a class whose metaclass is making its mro.
        let own = class.dict_slot().load()?.downcast::<crate::dict::Dict>()?;
        return own.get_str(name).map(|found| (found, Ref::from_ref(class)));
    };
    mro.iter().find_map(|base| {
        let base = base.downcast::<TypeObject>()?;
        let dict = base.dict_slot().load()?.downcast::<crate::dict::Dict>()?;
        dict.get_str(name).map(|found| (found, base))
    })
}

/// Is an attribute of an instance of this type got by [`generic_get`] alone?
#[inline(always)]
pub fn has_generic_get(class: &TypeObject) -> bool {
    let slots = class.slots();
    slots.is(slots::GET_ATTRIBUTE, generic_get as slots::GetAttributeFn)
        || slots.raw(slots::GET_ATTRIBUTE.index()).is_null()
}

/// Is an attribute of an instance of this type stored by [`generic_set`] alone?
#[inline(always)]
pub fn has_generic_set(class: &TypeObject) -> bool {
    let slots = class.slots();
    slots.is(slots::SET_ATTRIBUTE, generic_set as slots::SetAttributeFn)
        || slots.raw(slots::SET_ATTRIBUTE.index()).is_null()
}

/// What `object.__getattribute__` finds; `None`: nothing.
///
/// # Errors
/// What a descriptor raises, `AttributeError` included only if it comes from one: then too the answer is `None`.
pub fn generic_find(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult<Option<Value>> {
    match find(thread, value, name) {
        Err(raised) if raised.matches(&crate::types::ATTRIBUTE_ERROR) => Ok(None),
        found => found,
    }
}

#[inline]
fn find(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult<Option<Value>> {
    let class = value.class();
    let on_type = lookup_type(thread, &class, name);
    let mut get = None;
    if let Some(descriptor) = on_type {
        let kind = descriptor.class();
        get = kind.slot(slots::DESCRIPTOR_GET);
        if let Some(get) = get
            && kind.slot(slots::DESCRIPTOR_SET).is_some()
        {
            return get(thread, descriptor, Some(value), Some(class.value())).map(Some);
        }
    }
    if let Some(own) = instance::get(value, name) {
        return Ok(Some(own));
    }
    match (on_type, get) {
        (Some(descriptor), Some(get)) => {
            get(thread, descriptor, Some(value), Some(class.value())).map(Some)
        }
        (found, _) => Ok(found),
    }
}

/// `object.__getattribute__`. `name` is interned.
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
pub fn generic_get(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    match find(thread, value, name)? {
        Some(found) => Ok(found),
        None => Err(thread.no_attribute(value, name)),
    }
}

/// `object.__setattr__`, or without a value `object.__delattr__`. `name` is interned.
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
pub fn generic_set(
    thread: &mut Thread,
    value: Value,
    name: Ref<Str>,
    new: Option<Value>,
) -> PyResult<()> {
    let class = value.class();
    let on_type = lookup_type(thread, &class, name);
    if let Some(descriptor) = on_type
        && let Some(set) = descriptor.class().slot(slots::DESCRIPTOR_SET)
    {
        return set(thread, descriptor, value, new);
    }
    let has_attributes = class.attributes_offset() != 0;
    match new {
        Some(new) if has_attributes => {
            instance::set(thread, value, name, new)?;
            Ok(())
        }
        None if has_attributes => {
            if instance::delete(thread, value, name)? {
                Ok(())
            } else {
                Err(thread.no_attribute(value, name))
            }
        }
        _ => Err(no_place(thread, &class, value, name, on_type.is_some())),
    }
}

#[cold]
fn no_place(
    thread: &Thread,
    class: &TypeObject,
    value: Value,
    name: Ref<Str>,
    is_on_type: bool,
) -> Raised {
    let type_name = class.name();
    if is_on_type {
        let message = format_args!("'{type_name}' object attribute '{}' is read-only", *name);
        thread.attribute_error(name, value, message)
    } else if has_generic_set(class) {
        let message = format_args!(
            "'{type_name}' object has no attribute '{}' and no __dict__ for setting new attributes",
            *name
        );
        thread.attribute_error(name, value, message)
    } else {
        thread.no_attribute(value, name)
    }
}
