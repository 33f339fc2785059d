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

/// May instances have members behind what the base laid out?
pub(crate) fn has_items(class: &TypeObject) -> bool {
    class.has_flag(flags::VARIABLE_SIZE | flags::INT)
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
    let (mut a, mut b) = (Some(a), Some(b));
    // The members along both lines of bases have the same names in the same order.
    loop {
        let skip = |class: Option<Ref<TypeObject>>| {
            let mut class = class;
            while let Some(this) = class
                && this.has_flag(flags::HEAP)
                && !is_solid(&this)
            {
                class = this.base();
            }
            class
        };
        (a, b) = (skip(a), skip(b));
        let (Some(this), Some(other)) = (a, b) else {
            return a.is_none() && b.is_none();
        };
        if this == other {
            return true;
        }
        let (Some(own), Some(others)) = (member_names(&this), member_names(&other)) else {
            return solid_base(this) == solid_base(other);
        };
        if own.as_slice() != others.as_slice() {
            return false;
        }
        (a, b) = (this.base(), other.base());
    }
}
