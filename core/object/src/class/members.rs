//! `__slots__`: which members a class adds to its instances.

use grwl_text::predicates::is_identifier;
use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::dict::Dict;
use crate::dunder::call::name;
use crate::dunder::table::at;
use crate::protocol;
use crate::result::PyResult;
use crate::string::{Str, intern, intern_str};
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::{TypeObject, flags};
use crate::values::Buffer;

use super::layout::has_items;

/// What a class adds to the memory of its instances.
pub(crate) struct Additions {
    /// The names of the members, mangled and sorted.
    pub members: Buffer,
    /// Attributes.
    pub has_dict: bool,
    /// Weak references can be made.
    pub has_weak: bool,
}

/// Have instances a `__dict__` of whatever kind?
pub(super) fn has_dict(class: &TypeObject) -> bool {
    class.attributes_offset() != 0 || class.has_flag(flags::HAS_DICT | flags::TYPE)
}

fn may_have_weak(base: &TypeObject) -> bool {
    // As in CPython, whose types with items have no place for it.
    !base.has_flag(flags::WEAK_REFERENCES) && !has_items(base)
}

/// Reads `__slots__`.
///
/// # Errors
/// `TypeError` or `ValueError` if they are wrong.
pub(crate) fn additions(
    thread: &mut Thread,
    class_name: Ref<Str>,
    base: Ref<TypeObject>,
    bases: Ref<Tuple>,
    namespace: Ref<Dict>,
) -> PyResult<Additions> {
    let may_have_dict = !has_dict(&base);
    let may_have_weak = may_have_weak(&base);
    let key = name::<{ at("__slots__") }>(thread);
    let Some(slots) = namespace.get_str(key) else {
        return Ok(Additions {
            members: Buffer::new(),
            has_dict: may_have_dict,
            has_weak: may_have_weak,
        });
    };
    let slots = match slots.downcast::<Str>() {
        Some(only) => Buffer::from_slice(thread, &[only.value()])?,
        None => protocol::collect(thread, slots)?,
    };
    if !slots.is_empty() && has_items(&base) {
        return Err(thread.type_error(format_args!(
            "nonempty __slots__ not supported for subtype of '{}'",
            base.name()
        )));
    }
    let mut result = Additions {
        members: Buffer::new(),
        has_dict: false,
        has_weak: false,
    };
    let mut names: Vec<(String, usize)> = Vec::new();
    for &slot in slots.as_slice() {
        let Some(member) = slot.downcast::<Str>() else {
            return Err(thread.type_error(format_args!(
                "__slots__ items must be strings, not '{}'",
                slot.class().name()
            )));
        };
        if !is_identifier(member.text()) {
            return Err(thread.type_error("__slots__ must be identifiers"));
        }
        if member.is_str("__dict__") {
            if !may_have_dict || result.has_dict {
                return Err(thread.type_error("__dict__ slot disallowed: we already got one"));
            }
            result.has_dict = true;
            continue;
        }
        if member.is_str("__weakref__") {
            if !may_have_weak || result.has_weak {
                return Err(thread.type_error("__weakref__ slot disallowed: we already got one"));
            }
            result.has_weak = true;
            continue;
        }
        let member = mangle(thread, class_name, member);
        let is_allowed = ["__qualname__", "__classcell__", "__classdictcell__"]
            .iter()
            .any(|allowed| member.is_str(allowed));
        if !is_allowed && namespace.get_str(member).is_some() {
            let shown = protocol::repr(thread, member.value())?;
            return Err(thread.value_error(format_args!(
                "{shown} in __slots__ conflicts with class variable"
            )));
        }
        // Identifiers have no lone surrogates.
        names.push((member.to_rust_lossy(), result.members.len()));
        result.members.push(thread, member.value())?;
    }
    names.sort();
    let mut sorted = Buffer::with_capacity(thread, names.len())?;
    for (_, index) in names {
        sorted.push(thread, result.members[index])?;
    }
    result.members = sorted;
    // Another base may bring what this class does not ask for.
    for other in bases.iter() {
        let Some(other) = other
            .downcast::<TypeObject>()
            .filter(|&other| other != base)
        else {
            continue;
        };
        result.has_dict |= may_have_dict && has_dict(&other);
        result.has_weak |= may_have_weak && other.has_flag(flags::WEAK_REFERENCES);
    }
    Ok(result)
}

/// A private name as the compiler writes it: `__x` in class `C` is `_C__x`.
fn mangle(thread: &Thread, class_name: Ref<Str>, member: Ref<Str>) -> Ref<Str> {
    let text = member.to_rust_lossy();
    if !text.starts_with("__") || text.ends_with("__") || text.contains('.') {
        return intern_str(thread, member);
    }
    let class_name = class_name.to_rust_lossy();
    let class_name = class_name.trim_start_matches('_');
    if class_name.is_empty() {
        return intern_str(thread, member);
    }
    intern(thread, &format!("_{class_name}{text}"))
}

/// The names as the class keeps them.
pub(crate) fn names_tuple(thread: &Thread, members: &[Value]) -> PyResult<Ref<Tuple>> {
    Tuple::try_new(thread, members)
}
