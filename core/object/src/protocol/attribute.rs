//! Attributes of any object.

use grwl_value::Value;

use crate::attribute::lookup_type;
use crate::cell::{Ref, ValueExt};
use crate::result::PyResult;
use crate::slots;
use crate::string::{Str, intern, intern_str};
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// `value.name`
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
#[inline]
pub fn get_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    let name = intern_str(thread, name);
    match value.class().slot(slots::GET_ATTRIBUTE) {
        Some(get) => get(thread, value, name),
        None => crate::attribute::generic_get(thread, value, name),
    }
}

/// As [`get_attribute`], by Rust's text.
///
/// # Errors
/// As [`get_attribute`].
pub fn get_attribute_str(thread: &mut Thread, value: Value, name: &str) -> PyResult {
    let name = intern(thread, name);
    get_attribute(thread, value, name)
}

/// `value.name`, or `None` if that raises `AttributeError`.
///
/// # Errors
/// Whatever else is raised.
pub fn find_attribute(
    thread: &mut Thread,
    value: Value,
    name: Ref<Str>,
) -> PyResult<Option<Value>> {
    let name = intern_str(thread, name);
    let class = value.class();
    if crate::attribute::has_generic_get(&class) {
        // No exception is made for an attribute that is not there.
        return crate::attribute::generic_find(thread, value, name);
    }
    match get_attribute(thread, value, name) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if raised.matches(&types::ATTRIBUTE_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}

/// `value.name = new`
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
#[inline]
pub fn set_attribute(
    thread: &mut Thread,
    value: Value,
    name: Ref<Str>,
    new: Value,
) -> PyResult<()> {
    store(thread, value, name, Some(new))
}

/// `del value.name`
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
pub fn delete_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult<()> {
    store(thread, value, name, None)
}

fn store(thread: &mut Thread, value: Value, name: Ref<Str>, new: Option<Value>) -> PyResult<()> {
    let name = intern_str(thread, name);
    match value.class().slot(slots::SET_ATTRIBUTE) {
        Some(set) => set(thread, value, name, new),
        None => crate::attribute::generic_set(thread, value, name, new),
    }
}

/// A special method, looked up on the type only, bound to `value`.
///
/// # Errors
/// What binding raises.
pub fn lookup_special(
    thread: &mut Thread,
    value: Value,
    name: Ref<Str>,
) -> PyResult<Option<Value>> {
    let class = value.class();
    match lookup_type(thread, &class, name) {
        Some(found) => bind(thread, found, value, &class).map(Some),
        None => Ok(None),
    }
}

/// Binds what was found on a type to an instance.
///
/// # Errors
/// What the descriptor raises.
pub fn bind(thread: &mut Thread, found: Value, instance: Value, class: &TypeObject) -> PyResult {
    match found.class().slot(slots::DESCRIPTOR_GET) {
        Some(get) => get(
            thread,
            found,
            Some(instance),
            Some(Ref::from_ref(class).value()),
        ),
        None => Ok(found),
    }
}
