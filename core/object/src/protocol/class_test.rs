//! `isinstance` and `issubclass`.

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::names::Name;
use crate::protocol::{call_special, find_attribute, is_true};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::type_object::TypeObject;
use crate::types;

static CLASS: Name = Name::new("__class__");
static BASES: Name = Name::new("__bases__");
static INSTANCECHECK: Name = Name::new("__instancecheck__");
static SUBCLASSCHECK: Name = Name::new("__subclasscheck__");

/// `isinstance(value, class)`
///
/// # Errors
/// `TypeError` if `class` is no class; or what `__instancecheck__` raises.
pub fn is_instance(thread: &mut Thread, value: Value, class: Value) -> PyResult<bool> {
    if value.class().value() == class {
        return Ok(true);
    }
    let metaclass = class.class();
    if std::ptr::eq(metaclass.as_ptr(), &types::TYPE) {
        return plain_is_instance(thread, value, class);
    }
    if let Some(classes) = class.downcast::<Tuple>() {
        return any(thread, value, classes, DEEPEST, is_instance);
    }
    thread.check_stack()?;
    let name = INSTANCECHECK.get(thread);
    match call_special(thread, class, name, &[value])? {
        Some(answer) => is_true(thread, answer),
        None => plain_is_instance(thread, value, class),
    }
}

/// So deep tuples of classes may be nested: CPython's stack has room for about as many, and each that is looked at is looked through as a whole.
const DEEPEST: u32 = 50_000;

/// Does the test hold for one of the classes, or of those in tuples among them?
fn any(
    thread: &mut Thread,
    value: Value,
    classes: Ref<Tuple>,
    left: u32,
    test: fn(&mut Thread, Value, Value) -> PyResult<bool>,
) -> PyResult<bool> {
    thread.check_stack()?;
    if left == 0 {
        return Err(thread.recursion_error("Stack overflow"));
    }
    for class in classes.iter() {
        let holds = match class.downcast::<Tuple>() {
            Some(classes) => any(thread, value, classes, left - 1, test)?,
            None => test(thread, value, class)?,
        };
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What `type.__instancecheck__` answers.
///
/// # Errors
/// `TypeError` if `class` is no class; or what `__class__` raises.
pub fn plain_is_instance(thread: &mut Thread, value: Value, class: Value) -> PyResult<bool> {
    let name = CLASS.get(thread);
    if let Some(class) = class.downcast::<TypeObject>() {
        let own = value.class();
        if own.is_subtype_of(&class) {
            return Ok(true);
        }
        if !may_override_class(thread, &own) {
            return Ok(false);
        }
        let claimed = find_attribute(thread, value, name)?;
        return Ok(claimed.is_some_and(|claimed| {
            claimed != own.value()
                && claimed
                    .downcast::<TypeObject>()
                    .is_some_and(|claimed| claimed.is_subtype_of(&class))
        }));
    }
    check_class(
        thread,
        class,
        "isinstance() arg 2 must be a type, a tuple of types, or a union",
    )?;
    match find_attribute(thread, value, name)? {
        Some(claimed) => abstract_is_subclass(thread, claimed, class),
        None => Ok(false),
    }
}

/// Could `value.__class__` be something else than its type?
fn may_override_class(thread: &Thread, own: &Ref<TypeObject>) -> bool {
    if !crate::attribute::has_generic_get(own) {
        return true;
    }
    let name = CLASS.get(thread);
    let found = crate::attribute::lookup_type(thread, own, name);
    found != types::OBJECT.dict().get_str(name)
}

/// `issubclass(derived, class)`
///
/// # Errors
/// `TypeError` if one is no class; or what `__subclasscheck__` raises.
pub fn is_subclass(thread: &mut Thread, derived: Value, class: Value) -> PyResult<bool> {
    if std::ptr::eq(class.class().as_ptr(), &types::TYPE) {
        if derived == class {
            return Ok(true);
        }
        return plain_is_subclass(thread, derived, class);
    }
    if let Some(classes) = class.downcast::<Tuple>() {
        return any(thread, derived, classes, DEEPEST, is_subclass);
    }
    thread.check_stack()?;
    let name = SUBCLASSCHECK.get(thread);
    match call_special(thread, class, name, &[derived])? {
        Some(answer) => is_true(thread, answer),
        None => plain_is_subclass(thread, derived, class),
    }
}

/// What `type.__subclasscheck__` answers.
///
/// # Errors
/// `TypeError` if one is no class.
pub fn plain_is_subclass(thread: &mut Thread, derived: Value, class: Value) -> PyResult<bool> {
    if let (Some(derived), Some(class)) = (
        derived.downcast::<TypeObject>(),
        class.downcast::<TypeObject>(),
    ) {
        return Ok(derived.is_subtype_of(&class));
    }
    check_class(thread, derived, "issubclass() arg 1 must be a class")?;
    check_class(
        thread,
        class,
        "issubclass() arg 2 must be a class, a tuple of classes, or a union",
    )?;
    abstract_is_subclass(thread, derived, class)
}

/// Has it a tuple of bases, as a class does?
fn abstract_bases(thread: &mut Thread, class: Value) -> PyResult<Option<Ref<Tuple>>> {
    let name = BASES.get(thread);
    let bases = find_attribute(thread, class, name)?;
    Ok(bases.and_then(|bases| bases.downcast::<Tuple>()))
}

fn check_class(thread: &mut Thread, class: Value, message: &str) -> PyResult<()> {
    match abstract_bases(thread, class)? {
        Some(_) => Ok(()),
        None => Err(thread.type_error(message)),
    }
}

fn abstract_is_subclass(thread: &mut Thread, derived: Value, class: Value) -> PyResult<bool> {
    let mut derived = derived;
    loop {
        if derived == class {
            return Ok(true);
        }
        let Some(bases) = abstract_bases(thread, derived)? else {
            return Ok(false);
        };
        match bases.len() {
            0 => return Ok(false),
            // A chain needs no native stack.
            1 => derived = bases.at(0),
            _ => {
                thread.check_stack()?;
                for base in bases.iter() {
                    if abstract_is_subclass(thread, base, class)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
        }
    }
}
