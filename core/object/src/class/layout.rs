//! Whether the instances of classes can lie in memory alike: the best base.
//!
//! The *solid base* of a class is the nearest one on its line of bases that adds something to the memory of instances, other than the
//! attributes: a built-in type with a payload, or a class with `__slots__` members. The solid bases of all bases must lie on one line.

use crate::cell::{Ref, ValueExt};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::{TypeObject, flags};
use crate::types;

/// Does the class itself add something to the memory of instances, other than attributes?
fn is_solid(class: &TypeObject) -> bool {
    if class.has_flag(flags::HEAP) {
        return member_names(class).is_some_and(|names| !names.is_empty());
    }
    match class.base() {
        Some(base) => {
            class.size() != base.size()
                || class.has_flag(flags::VARIABLE_SIZE) != base.has_flag(flags::VARIABLE_SIZE)
        }
        None => true,
    }
}

/// The sorted names of a class's own `__slots__` members.
pub(crate) fn member_names(class: &TypeObject) -> Option<Ref<Tuple>> {
    class
        .extra_slot()
        .load()
        .and_then(|names| names.downcast_exact::<Tuple>())
}

/// See the module's head.
pub(crate) fn solid_base(class: Ref<TypeObject>) -> Ref<TypeObject> {
    let mut class = class;
    while !is_solid(&class) {
        match class.base() {
            Some(base) => class = base,
            None => break,
        }
    }
    class
}

/// The base whose layout a class with these bases extends.
///
/// # Errors
/// `TypeError` if one cannot be a base, or their layouts do not fit together.
pub(crate) fn best_base(thread: &Thread, bases: Ref<Tuple>) -> PyResult<Ref<TypeObject>> {
    let mut best: Option<(Ref<TypeObject>, Ref<TypeObject>)> = None;
    for base in bases.iter() {
        let Some(base) = base.downcast::<TypeObject>() else {
            return Err(thread.type_error("bases must be types"));
        };
        if !base.has_flag(flags::BASE) {
            return Err(thread.type_error(format_args!(
                "type '{}' is not an acceptable base type",
                base.name()
            )));
        }
        let candidate = solid_base(base);
        best = match best {
            None => Some((base, candidate)),
            Some((_, winner)) if winner.is_subtype_of(&candidate) => best,
            Some((_, winner)) if candidate.is_subtype_of(&winner) => Some((base, candidate)),
            Some(_) => {
                return Err(thread.type_error("multiple bases have instance lay-out conflict"));
            }
        };
    }
    Ok(best.map_or(Ref::from_static(&types::OBJECT), |(base, _)| base))
}

/// Are instances of different lengths in CPython too? Then they have no members. Its `str` is of one length.
pub(crate) fn has_items(class: &TypeObject) -> bool {
    class.has_flag(flags::VARIABLE_SIZE | flags::INT) && !class.has_flag(flags::STR)
}

/// Do instances of both lie in memory alike? `__class__` and `__bases__` may then be assigned.
pub(crate) fn is_same(a: Ref<TypeObject>, b: Ref<TypeObject>) -> bool {
    if a.size() != b.size()
        || a.attributes_offset() != b.attributes_offset()
        || a.has_flag(flags::WEAK_REFERENCES) != b.has_flag(flags::WEAK_REFERENCES)
        || !std::ptr::eq(a.payload(), b.payload())
    {
        return false;
    }
    // The nearest classes that add anything are the same, or add the same members to the same base.
    let (this, other) = (nearest_extension(a), nearest_extension(b));
    if this == other {
        return true;
    }
    let names = |class: &TypeObject| member_names(class).unwrap_or_else(Tuple::empty);
    this.has_flag(flags::HEAP)
        && other.has_flag(flags::HEAP)
        && this.base() == other.base()
        && names(&this).as_slice() == names(&other).as_slice()
}

/// The nearest class on the line of bases that adds anything to the memory of instances, attributes included.
fn nearest_extension(class: Ref<TypeObject>) -> Ref<TypeObject> {
    let mut class = class;
    while class.has_flag(flags::HEAP)
        && let Some(base) = class.base()
        && class.size() == base.size()
        && class.attributes_offset() == base.attributes_offset()
        && class.has_flag(flags::WEAK_REFERENCES) == base.has_flag(flags::WEAK_REFERENCES)
    {
        class = base;
    }
    class
}
