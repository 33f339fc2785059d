//! Attribute instructions. What inline caches remember is in `cache`.

use grwl_object::attribute::{has_generic_get, lookup_type};
use grwl_object::slots;
use grwl_object::{
    PyResult, Ref, Str, Thread, TypeObject, Value, ValueExt, flags, instance, protocol, types,
};

use crate::cache;
use crate::code::{Code, Site};

/// `owner.name`, for which the quick look at the site's cache did not serve.
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
#[inline(never)]
pub fn load(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Option<Site>,
    owner: Value,
    name: Ref<Str>,
) -> PyResult {
    if let Some(site) = site
        && let Some(value) = cache::load_attribute(site, owner, name)
    {
        return Ok(value);
    }
    load_unknown(thread, code, site, owner, name)
}

/// As [`load`], of a kind of object that the site does not know.
///
/// # Errors
/// As [`load`].
#[inline(never)]
pub fn load_unknown(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Option<Site>,
    owner: Value,
    name: Ref<Str>,
) -> PyResult {
    if let Some(site) = site {
        cache::fill_load(thread, code, site, owner, name);
    }
    protocol::get_attribute(thread, owner, name)
}

/// `owner.name` that is about to be called: the function and its receiver, or what was found and `None`.
///
/// # Errors
/// As [`load`].
#[inline(never)]
pub fn load_method(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Option<Site>,
    owner: Value,
    name: Ref<Str>,
) -> PyResult<(Value, Option<Value>)> {
    if let Some(site) = site {
        if let Some(found) = cache::load_method(site, owner, name) {
            return Ok(found);
        }
        cache::fill_load(thread, code, site, owner, name);
    }
    let class = owner.class();
    if has_generic_get(&class)
        && let Some(method) = lookup_type(thread, &class, name)
        && method.class().has_flag(flags::METHOD_DESCRIPTOR)
        && !instance::has_own(owner, name)
    {
        return Ok((method, Some(owner)));
    }
    let value = protocol::get_attribute(thread, owner, name)?;
    Ok((value, None))
}

/// `owner.name = value`
///
/// # Errors
/// `AttributeError`, or what a descriptor raises.
#[inline]
pub fn store(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Option<Site>,
    owner: Value,
    name: usize,
    value: Value,
) -> PyResult<()> {
    if let Some(site) = site
        && cache::store_attribute(thread, site, owner, value)?
    {
        return Ok(());
    }
    store_slow(thread, code, site, owner, name, value)
}

#[inline(never)]
fn store_slow(
    thread: &mut Thread,
    code: Ref<Code>,
    site: Option<Site>,
    owner: Value,
    name: usize,
    value: Value,
) -> PyResult<()> {
    let name = code.name_at(name);
    if let Some(site) = site {
        cache::fill_store(thread, code, site, owner, name);
    }
    protocol::set_attribute(thread, owner, name, value)
}

/// `super().name`, with the three operands of the instruction.
///
/// Not a part of the interpreter's loop: words that it spills there would lie in places that little else writes to, and keep `receiver` alive for as
/// long as the loop's native frame lasts.
///
/// # Errors
/// As [`load`].
#[inline(never)]
pub fn load_super(
    thread: &mut Thread,
    global: Value,
    class: Value,
    receiver: Value,
    name: Ref<Str>,
    oparg: usize,
) -> PyResult<(Value, Option<Value>)> {
    let is_super = global == Ref::from_static(&types::SUPER).value();
    if is_super
        && let Some(start) = class.downcast::<TypeObject>()
        && receiver.class().is_subtype_of(&start)
        && receiver.downcast::<TypeObject>().is_none()
        && let Some(found) = lookup_after(&receiver.class(), &start, name)
        && !name.is_str("__class__")
    {
        if oparg & 1 != 0 && found.class().has_flag(flags::METHOD_DESCRIPTOR) {
            return Ok((found, Some(receiver)));
        }
        let value = match found.class().slot(slots::DESCRIPTOR_GET) {
            Some(get) => get(
                thread,
                found,
                Some(receiver),
                Some(receiver.class().value()),
            )?,
            None => found,
        };
        return Ok((value, None));
    }
    let made = if oparg & 2 != 0 {
        protocol::call_positional(thread, global, &[class, receiver])?
    } else {
        protocol::call_positional(thread, global, &[])?
    };
    let value = protocol::get_attribute(thread, made, name)?;
    Ok((value, None))
}

/// What the classes after `start` in the method resolution order of `class` have under a name.
fn lookup_after(class: &TypeObject, start: &TypeObject, name: Ref<Str>) -> Option<Value> {
    let mro = class.mro()?;
    let start = Ref::from_ref(start).value();
    let mut rest = mro.iter().skip_while(|&class| class != start).skip(1);
    rest.find_map(|class| class.downcast::<TypeObject>()?.dict().get_str(name))
}
