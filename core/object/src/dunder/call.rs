//! The slots of classes: functions that look a special method up and call it.
//!
//! The name is a parameter of the type, a number in the table of names, so each slot has a function of its own.

use grwl_value::Value;

use crate::arguments::Args;
use crate::attribute::{generic_get, lookup_type};
use crate::cell::{Ref, ValueExt};
use crate::compare::CompareOp;
use crate::names::Name;
use crate::protocol::{self, call_special};
use crate::result::{PyResult, Raised};
use crate::singleton::{self, none, not_implemented};
use crate::slots::{self, SlotValue};
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

use super::table::{NAMES, at};

static INTERNED: [Name; NAMES.len()] = {
    let mut names = [const { Name::new("") }; NAMES.len()];
    let mut index = 0;
    while index < NAMES.len() {
        names[index] = Name::new(NAMES[index]);
        index += 1;
    }
    names
};

/// The interned name with this number.
#[inline(always)]
pub(crate) fn name<const N: usize>(thread: &Thread) -> Ref<Str> {
    INTERNED[N].get(thread)
}

/// As [`name`], for a number that is known late.
pub(crate) fn name_at(thread: &Thread, number: usize) -> Ref<Str> {
    INTERNED[number].get(thread)
}

#[cold]
fn missing<const N: usize>(thread: &Thread) -> Raised {
    thread.raise(&types::ATTRIBUTE_ERROR, NAMES[N])
}

fn call_named<const N: usize>(
    thread: &mut Thread,
    receiver: Value,
    args: &[Value],
) -> PyResult<Option<Value>> {
    let name = name::<N>(thread);
    call_special(thread, receiver, name, args)
}

fn require<const N: usize>(thread: &mut Thread, receiver: Value, args: &[Value]) -> PyResult {
    match call_named::<N>(thread, receiver, args)? {
        Some(result) => Ok(result),
        None => Err(missing::<N>(thread)),
    }
}

pub(super) fn unary<const N: usize>(thread: &mut Thread, value: Value) -> PyResult {
    require::<N>(thread, value, &[])
}

pub(super) fn with_operand<const N: usize>(
    thread: &mut Thread,
    value: Value,
    operand: Value,
) -> PyResult {
    require::<N>(thread, value, &[operand])
}

/// Does the right operand's class have a method of this name other than the left one's?
fn is_overloaded(thread: &Thread, left: Value, right: Value, name: Ref<Str>) -> bool {
    let Some(of_right) = lookup_type(thread, &right.class(), name) else {
        return false;
    };
    lookup_type(thread, &left.class(), name) != Some(of_right)
}

pub(super) fn binary<const SLOT: usize, const N: usize, const R: usize>(
    thread: &mut Thread,
    left: Value,
    right: Value,
) -> PyResult {
    let own = slots_function::<SLOT, N, R>();
    both_ways::<N, R>(thread, left, right, SLOT, own.function(), &[])
}

/// The slot function itself, to see which operand has it.
fn slots_function<const SLOT: usize, const N: usize, const R: usize>() -> SlotValue {
    let function: slots::BinaryFn = binary::<SLOT, N, R>;
    slots::ADD.is(function)
}

/// The left operand's method, then the right one's reflected method; the other way round if the right operand's
/// class is a subclass with another method.
fn both_ways<const N: usize, const R: usize>(
    thread: &mut Thread,
    left: Value,
    right: Value,
    slot: usize,
    own: *const (),
    extra: &[Value],
) -> PyResult {
    let (class, other) = (left.class(), right.class());
    let mut left_args = [right; 2];
    let mut right_args = [left; 2];
    let count = 1 + extra.len();
    if let Some(&extra) = extra.first() {
        left_args[1] = extra;
        right_args[1] = extra;
    }
    let mut ask_right = class != other && other.slots().raw(slot) == own;
    if class.slots().raw(slot) == own {
        if ask_right && other.is_subtype_of(&class) {
            let reflected = name::<R>(thread);
            if is_overloaded(thread, left, right, reflected) {
                if let Some(result) = call_named::<R>(thread, right, &right_args[..count])?
                    && result != not_implemented()
                {
                    return Ok(result);
                }
                ask_right = false;
            }
        }
        if let Some(result) = call_named::<N>(thread, left, &left_args[..count])?
            && (result != not_implemented() || class == other)
        {
            return Ok(result);
        }
    }
    if ask_right && let Some(result) = call_named::<R>(thread, right, &right_args[..count])? {
        return Ok(result);
    }
    Ok(not_implemented())
}

pub(super) fn power(thread: &mut Thread, left: Value, right: Value, modulus: Value) -> PyResult {
    const N: usize = at("__pow__");
    const R: usize = at("__rpow__");
    let slot = slots::POWER.is(power);
    let own = slot.function();
    if modulus.is_none() {
        both_ways::<N, R>(thread, left, right, slot.index(), own, &[])
    } else {
        both_ways::<N, R>(thread, left, right, slot.index(), own, &[modulus])
    }
}

pub(super) fn inplace_power(
    thread: &mut Thread,
    value: Value,
    operand: Value,
    _modulus: Value,
) -> PyResult {
    require::<{ at("__ipow__") }>(thread, value, &[operand])
}

pub(super) fn hash(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let name = name::<{ at("__hash__") }>(thread);
    let method = lookup_type(thread, &value.class(), name);
    if method.is_none_or(ValueExt::is_none) {
        return protocol::hash::not_hashable(thread, value);
    }
    let result = require::<{ at("__hash__") }>(thread, value, &[])?;
    if !crate::int::is_int(result) {
        return Err(thread.type_error("__hash__ method should return an integer"));
    }
    let hash = match crate::int::view(result) {
        Some(crate::int::IntView::Small(hash)) => hash,
        // What does not fit is hashed as the integer that it is.
        _ => match types::INT.slot(slots::HASH) {
            Some(of_int) => match protocol::as_i64(thread, result) {
                Ok(hash) => hash,
                Err(_) => of_int(thread, result)?,
            },
            None => return Err(missing::<{ at("__hash__") }>(thread)),
        },
    };
    Ok(if hash == -1 { -2 } else { hash })
}

pub(super) fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    const N: usize = at("__call__");
    let method = name::<N>(thread);
    let class = value.class();
    let Some(method) = lookup_type(thread, &class, method) else {
        return Err(missing::<N>(thread));
    };
    call_found(thread, method, value, &class, args)
}

/// Calls a method found on a type, bound to `value`.
fn call_found(
    thread: &mut Thread,
    method: Value,
    value: Value,
    class: &TypeObject,
    args: Args<'_>,
) -> PyResult {
    if method.class().has_flag(flags::METHOD_DESCRIPTOR) {
        return protocol::call::with_first(thread, value, args, |thread, args| {
            protocol::call(thread, method, args)
        });
    }
    let bound = protocol::attribute::bind(thread, method, value, class)?;
    protocol::call(thread, bound, args)
}

/// `__getattribute__`, and if that raises `AttributeError`, `__getattr__`.
pub(crate) fn get_attribute_hook(
    thread: &mut Thread,
    value: Value,
    attribute: Ref<Str>,
) -> PyResult {
    const GET: usize = at("__getattribute__");
    const FALLBACK: usize = at("__getattr__");
    let class = value.class();
    let fallback = name::<FALLBACK>(thread);
    let fallback = lookup_type(thread, &class, fallback);
    let get = name::<GET>(thread);
    let found = match lookup_type(thread, &class, get) {
        Some(get) if super::is_object_getattribute(get) => {
            if fallback.is_some() {
                // No exception is made that `__getattr__` would only replace.
                match crate::attribute::generic_find(thread, value, attribute)? {
                    Some(found) => Ok(found),
                    None => Err(None),
                }
            } else {
                return generic_get(thread, value, attribute);
            }
        }
        Some(get) => {
            let args = [attribute.value()];
            call_found(thread, get, value, &class, Args::positional(&args)).map_err(Some)
        }
        None => return Err(missing::<GET>(thread)),
    };
    match (found, fallback) {
        (Ok(found), _) => Ok(found),
        (Err(Some(raised)), None) => Err(raised),
        (Err(Some(raised)), Some(_)) if !raised.matches(&types::ATTRIBUTE_ERROR) => Err(raised),
        (Err(_), Some(fallback)) => {
            let args = [attribute.value()];
            call_found(thread, fallback, value, &class, Args::positional(&args))
                .map_err(|raised| thread.with_attribute(raised, attribute, value))
        }
        (Err(None), None) => Err(thread.no_attribute(value, attribute)),
    }
}

pub(super) fn set_attribute(
    thread: &mut Thread,
    value: Value,
    attribute: Ref<Str>,
    new: Option<Value>,
) -> PyResult<()> {
    match new {
        Some(new) => require::<{ at("__setattr__") }>(thread, value, &[attribute.value(), new])?,
        None => require::<{ at("__delattr__") }>(thread, value, &[attribute.value()])?,
    };
    Ok(())
}

pub(super) fn compare(thread: &mut Thread, left: Value, right: Value, op: CompareOp) -> PyResult {
    let name = match op {
        CompareOp::Lt => name::<{ at("__lt__") }>(thread),
        CompareOp::Le => name::<{ at("__le__") }>(thread),
        CompareOp::Eq => name::<{ at("__eq__") }>(thread),
        CompareOp::Ne => name::<{ at("__ne__") }>(thread),
        CompareOp::Gt => name::<{ at("__gt__") }>(thread),
        CompareOp::Ge => name::<{ at("__ge__") }>(thread),
    };
    let class = left.class();
    let method = lookup_type(thread, &class, name);
    if let Some(found) = method
        && !found.class().has_flag(flags::METHOD_DESCRIPTOR)
    {
        // A method that binding does not find compares nothing.
        return match protocol::attribute::bind(thread, found, left, &class) {
            Ok(method) => protocol::call_positional(thread, method, &[right]),
            Err(raised) if raised.matches(&types::ATTRIBUTE_ERROR) => Ok(not_implemented()),
            Err(raised) => Err(raised),
        };
    }
    let result = call_special(thread, left, name, &[right])?;
    Ok(result.unwrap_or_else(not_implemented))
}

pub(super) fn iter(thread: &mut Thread, value: Value) -> PyResult {
    const N: usize = at("__iter__");
    let method = name::<N>(thread);
    let class = value.class();
    if lookup_type(thread, &class, method).is_some_and(ValueExt::is_none) {
        return Err(thread.type_error(format_args!("'{}' object is not iterable", class.name())));
    }
    require::<N>(thread, value, &[])
}

pub(super) fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    require::<{ at("__next__") }>(thread, value, &[]).map(Some)
}

pub(super) fn bool(thread: &mut Thread, value: Value) -> PyResult<bool> {
    let result = require::<{ at("__bool__") }>(thread, value, &[])?;
    match singleton::as_bool(result) {
        Some(result) => Ok(result),
        None => Err(thread.type_error(format_args!(
            "__bool__ should return bool, returned {}",
            result.class().name()
        ))),
    }
}

pub(super) fn length(thread: &mut Thread, value: Value) -> PyResult<usize> {
    let result = require::<{ at("__len__") }>(thread, value, &[])?;
    let result = protocol::convert::index(thread, result)?;
    if crate::int::view(result).is_some_and(|int| int.is_negative()) {
        return Err(thread.value_error("__len__() should return >= 0"));
    }
    let length = protocol::convert::as_index_or(thread, result, &types::OVERFLOW_ERROR)?;
    Ok(length as usize)
}

pub(super) fn item(thread: &mut Thread, value: Value, index: isize) -> PyResult {
    let index = crate::int::from_i64(thread, index as i64);
    require::<{ at("__getitem__") }>(thread, value, &[index])
}

pub(super) fn store_item(
    thread: &mut Thread,
    value: Value,
    index: isize,
    new: Option<Value>,
) -> PyResult<()> {
    let index = crate::int::from_i64(thread, index as i64);
    store_subscript(thread, value, index, new)
}

pub(super) fn store_subscript(
    thread: &mut Thread,
    value: Value,
    key: Value,
    new: Option<Value>,
) -> PyResult<()> {
    match new {
        Some(new) => require::<{ at("__setitem__") }>(thread, value, &[key, new])?,
        None => require::<{ at("__delitem__") }>(thread, value, &[key])?,
    };
    Ok(())
}

pub(super) fn contains(thread: &mut Thread, value: Value, element: Value) -> PyResult<bool> {
    const N: usize = at("__contains__");
    let method = name::<N>(thread);
    let class = value.class();
    if lookup_type(thread, &class, method).is_some_and(ValueExt::is_none) {
        return Err(thread.type_error(format_args!("'{}' object is not a container", class.name())));
    }
    let result = require::<N>(thread, value, &[element])?;
    protocol::is_true(thread, result)
}

pub(super) fn descriptor_get(
    thread: &mut Thread,
    descriptor: Value,
    instance: Option<Value>,
    owner: Option<Value>,
) -> PyResult {
    let args = [instance.unwrap_or_else(none), owner.unwrap_or_else(none)];
    // Deleted from the class meanwhile: no descriptor any more.
    let result = call_named::<{ at("__get__") }>(thread, descriptor, &args)?;
    Ok(result.unwrap_or(descriptor))
}

pub(super) fn descriptor_set(
    thread: &mut Thread,
    descriptor: Value,
    instance: Value,
    new: Option<Value>,
) -> PyResult<()> {
    match new {
        Some(new) => require::<{ at("__set__") }>(thread, descriptor, &[instance, new])?,
        None => require::<{ at("__delete__") }>(thread, descriptor, &[instance])?,
    };
    Ok(())
}

pub(super) fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    const N: usize = at("__init__");
    let method = name::<N>(thread);
    let class = value.class();
    let Some(method) = lookup_type(thread, &class, method) else {
        return Err(missing::<N>(thread));
    };
    let result = call_found(thread, method, value, &class, args)?;
    if result.is_none() {
        Ok(())
    } else {
        Err(thread.type_error(format_args!(
            "__init__() should return None, not '{}'",
            result.class().name()
        )))
    }
}

/// The slot `__new__` of classes: whoever makes instances of a built-in type looks whether a subclass has it.
pub fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let name = name::<{ at("__new__") }>(thread);
    let method = protocol::get_attribute(thread, class.value(), name)?;
    protocol::call::with_first(thread, class.value(), args, |thread, args| {
        protocol::call(thread, method, args)
    })
}

pub(super) fn finalize(thread: &mut Thread, value: Value) -> PyResult<()> {
    call_named::<{ at("__del__") }>(thread, value, &[])?;
    Ok(())
}
