//! Pattern matching: `MATCH_KEYS` and `MATCH_CLASS`.

use grwl_object::set::Set;
use grwl_object::{
    Buffer, Name, PyResult, Ref, Thread, Tuple, TypeObject, Value, ValueExt, flags, none, protocol,
    types,
};

static GET: Name = Name::new("get");
static MATCH_ARGS: Name = Name::new("__match_args__");

/// The values of `keys` in a mapping as a tuple; `None` if one is missing.
///
/// # Errors
/// `ValueError` for a key that is there twice, or what the mapping raises.
pub fn match_keys(thread: &mut Thread, mapping: Value, keys: Value) -> PyResult {
    let Some(keys) = keys.downcast::<Tuple>() else {
        return Err(thread.system_error("the keys of a mapping pattern are no tuple"));
    };
    if keys.is_empty() {
        return Ok(Tuple::empty().value());
    }
    let seen = Set::new(thread);
    let mut values = Buffer::with_capacity(thread, keys.len())?;
    let name = GET.get(thread);
    let get = protocol::get_attribute(thread, mapping, name)?;
    // A value that no mapping has.
    let missing = thread_local_object(thread)?;
    for key in keys.iter() {
        if seen.contains(thread, key)? {
            let shown = protocol::repr(thread, key)?;
            return Err(thread.value_error(format_args!(
                "mapping pattern checks duplicate key ({shown})"
            )));
        }
        seen.add(thread, key)?;
        let value = protocol::call_positional(thread, get, &[key, missing])?;
        if value == missing {
            return Ok(none());
        }
        values.push(thread, value)?;
    }
    Ok(Tuple::try_new(thread, &values)?.value())
}

/// A new bare object.
fn thread_local_object(thread: &mut Thread) -> PyResult {
    let class = Ref::from_static(&types::OBJECT);
    Ok(Value::from_cell(grwl_object::instance::allocate(
        thread, class,
    )?))
}

/// The attributes that a class pattern asks for as a tuple; `None` if the subject does not match.
///
/// # Errors
/// `TypeError` for a wrong pattern, or what an attribute raises.
pub fn match_class(
    thread: &mut Thread,
    subject: Value,
    class: Value,
    positional: usize,
    names: Value,
) -> PyResult {
    let Some(class_object) = class.downcast::<TypeObject>() else {
        return Err(thread.type_error("called match pattern must be a class"));
    };
    let Some(names) = names.downcast::<Tuple>() else {
        return Err(thread.system_error("the names of a class pattern are no tuple"));
    };
    if !protocol::is_instance(thread, subject, class)? {
        return Ok(none());
    }
    let seen = Set::new(thread);
    let mut values = Buffer::with_capacity(thread, positional + names.len())?;
    if positional > 0 {
        let name = MATCH_ARGS.get(thread);
        let found = protocol::find_attribute(thread, class, name)?;
        let matches_self = found.is_none() && class_object.has_flag(flags::MATCH_SELF);
        let match_args = match found {
            Some(found) => match found.downcast_exact::<Tuple>() {
                Some(tuple) => tuple,
                None => {
                    return Err(thread.type_error(format_args!(
                        "{}.__match_args__ must be a tuple (got {})",
                        class_object.name(),
                        found.class().name()
                    )));
                }
            },
            None => Tuple::empty(),
        };
        let allowed = if matches_self { 1 } else { match_args.len() };
        if allowed < positional {
            let s = if allowed == 1 { "" } else { "s" };
            return Err(thread.type_error(format_args!(
                "{}() accepts {allowed} positional sub-pattern{s} ({positional} given)",
                class_object.name()
            )));
        }
        if matches_self {
            values.push(thread, subject)?;
        } else {
            for name in match_args.iter().take(positional) {
                if !name.class().has_flag(flags::STR) {
                    return Err(thread.type_error(format_args!(
                        "__match_args__ elements must be strings (got {})",
                        name.class().name()
                    )));
                }
                match attribute(thread, subject, class_object, name, seen)? {
                    Some(value) => values.push(thread, value)?,
                    None => return Ok(none()),
                }
            }
        }
    }
    for name in names.iter() {
        match attribute(thread, subject, class_object, name, seen)? {
            Some(value) => values.push(thread, value)?,
            None => return Ok(none()),
        }
    }
    Ok(Tuple::try_new(thread, &values)?.value())
}

fn attribute(
    thread: &mut Thread,
    subject: Value,
    class: Ref<TypeObject>,
    name: Value,
    seen: Ref<Set>,
) -> PyResult<Option<Value>> {
    if seen.contains(thread, name)? {
        let shown = protocol::repr(thread, name)?;
        return Err(thread.type_error(format_args!(
            "{}() got multiple sub-patterns for attribute {shown}",
            class.name()
        )));
    }
    seen.add(thread, name)?;
    match name.downcast::<grwl_object::Str>() {
        Some(name) => protocol::find_attribute(thread, subject, name),
        None => Ok(None),
    }
}
