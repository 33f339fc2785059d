//! The slots of built-in types as methods: `int.__add__`.
//!
//! Each wrapper takes the arguments apart and calls a slot's function, which it gets as an address.
//!
//! Invariant: the table pairs a wrapper only with slots whose functions are of the type that the wrapper casts to.

use grwl_value::Value;

use crate::arguments::Args;
use crate::cell::{Ref, ValueExt};
use crate::compare::CompareOp;
use crate::protocol;
use crate::result::PyResult;
use crate::singleton::{self, none};
use crate::slots::{
    self, BinaryFn, CallFn, CompareFn, ContainsFn, DescriptorGetFn, DescriptorSetFn, FinalizeFn,
    GetAttributeFn, HashFn, InitFn, ItemFn, LengthFn, NextFn, RepeatFn, SetAttributeFn,
    StoreItemFn, StoreSubscriptFn, TernaryFn, TestFn, UnaryFn,
};
use crate::string::{Str, intern_str};
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

/// Calls a slot's function as a method: the receiver, the arguments, the function.
pub type Wrap = fn(&mut Thread, Value, Args<'_>, *const ()) -> PyResult;

/// The function at an address.
pub(super) fn cast<F: Copy>(function: *const ()) -> F {
    const { assert!(size_of::<F>() == size_of::<*const ()>()) };
    // SAFETY: the module's invariant: it is a function of type F.
    unsafe { std::mem::transmute_copy(&function) }
}

/// Exactly `N` arguments.
pub(super) fn exactly<const N: usize>(thread: &mut Thread, args: Args<'_>) -> PyResult<[Value; N]> {
    match <[Value; N]>::try_from(args.values()) {
        Ok(values) => Ok(values),
        Err(_) => {
            let (s, given) = (if N == 1 { "" } else { "s" }, args.values().len());
            Err(thread.type_error(format_args!("expected {N} argument{s}, got {given}")))
        }
    }
}

/// One argument, and maybe another.
fn one_or_two(thread: &mut Thread, args: Args<'_>) -> PyResult<(Value, Option<Value>)> {
    match *args.values() {
        [first] => Ok((first, None)),
        [first, second] => Ok((first, Some(second))),
        ref values => {
            let given = values.len();
            let (bound, s) = if given == 0 {
                ("at least 1", "")
            } else {
                ("at most 2", "s")
            };
            Err(thread.type_error(format_args!("expected {bound} argument{s}, got {given}")))
        }
    }
}

pub(super) fn unary(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [] = exactly(thread, args)?;
    cast::<UnaryFn>(function)(thread, this)
}

pub(super) fn binary(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [other] = exactly(thread, args)?;
    cast::<BinaryFn>(function)(thread, this, other)
}

pub(super) fn binary_right(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [other] = exactly(thread, args)?;
    cast::<BinaryFn>(function)(thread, other, this)
}

pub(super) fn ternary(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let (other, third) = one_or_two(thread, args)?;
    cast::<TernaryFn>(function)(thread, this, other, third.unwrap_or_else(none))
}

pub(super) fn power(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    ternary(thread, this, args, function)
}

pub(super) fn power_right(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let (other, third) = one_or_two(thread, args)?;
    cast::<TernaryFn>(function)(thread, other, this, third.unwrap_or_else(none))
}

pub(super) fn test(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [] = exactly(thread, args)?;
    cast::<TestFn>(function)(thread, this).map(singleton::bool)
}

pub(super) fn length(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [] = exactly(thread, args)?;
    let length = cast::<LengthFn>(function)(thread, this)?;
    Ok(crate::int::from_usize(thread, length))
}

pub(super) fn hash(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [] = exactly(thread, args)?;
    let hash = cast::<HashFn>(function)(thread, this)?;
    Ok(crate::int::from_i64(thread, hash))
}

pub(super) fn call(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    cast::<CallFn>(function)(thread, this, args)
}

pub(super) fn init(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    cast::<InitFn>(function)(thread, this, args)?;
    Ok(none())
}

pub(super) fn finalize(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [] = exactly(thread, args)?;
    cast::<FinalizeFn>(function)(thread, this)?;
    Ok(none())
}

/// The index that an argument is; a negative one counts from the end.
fn index_of(thread: &mut Thread, this: Value, index: Value) -> PyResult<isize> {
    let index = protocol::convert::as_index_or(thread, index, &types::OVERFLOW_ERROR)?;
    if index < 0
        && let Some(length) = this.class().slot(slots::SEQUENCE_LENGTH)
    {
        let length = length(thread, this)?;
        return Ok(index.saturating_add_unsigned(length));
    }
    Ok(index)
}

pub(super) fn item(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [index] = exactly(thread, args)?;
    let index = index_of(thread, this, index)?;
    cast::<ItemFn>(function)(thread, this, index)
}

pub(super) fn store_item(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [index, new] = exactly(thread, args)?;
    let index = index_of(thread, this, index)?;
    cast::<StoreItemFn>(function)(thread, this, index, Some(new))?;
    Ok(none())
}

pub(super) fn delete_item(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [index] = exactly(thread, args)?;
    let index = index_of(thread, this, index)?;
    cast::<StoreItemFn>(function)(thread, this, index, None)?;
    Ok(none())
}

pub(super) fn repeat(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [count] = exactly(thread, args)?;
    let count = protocol::convert::as_index_or(thread, count, &types::OVERFLOW_ERROR)?;
    cast::<RepeatFn>(function)(thread, this, count)
}

pub(super) fn contains(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [element] = exactly(thread, args)?;
    cast::<ContainsFn>(function)(thread, this, element).map(singleton::bool)
}

pub(super) fn store_subscript(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [key, new] = exactly(thread, args)?;
    cast::<StoreSubscriptFn>(function)(thread, this, key, Some(new))?;
    Ok(none())
}

pub(super) fn delete_subscript(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [key] = exactly(thread, args)?;
    cast::<StoreSubscriptFn>(function)(thread, this, key, None)?;
    Ok(none())
}

/// An attribute's name as an argument.
fn attribute_name(thread: &mut Thread, name: Value) -> PyResult<Ref<Str>> {
    match name.downcast::<Str>() {
        Some(name) => Ok(intern_str(thread, name)),
        None => Err(thread.type_error(format_args!(
            "attribute name must be string, not '{}'",
            name.class().name()
        ))),
    }
}

pub(super) fn get_attribute(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [name] = exactly(thread, args)?;
    let name = attribute_name(thread, name)?;
    cast::<GetAttributeFn>(function)(thread, this, name)
}

/// Refuses `object.__setattr__(str, ...)` and the like: a class that is more than `object` says itself how its attributes are stored.
fn check_not_bypassed(
    thread: &mut Thread,
    this: Value,
    function: *const (),
    what: &str,
) -> PyResult<()> {
    let class = this.class();
    let slot = slots::SET_ATTRIBUTE.index();
    let Some(mro) = class.mro() else {
        return Ok(());
    };
    // The most derived built-in base whose slot is another one than that of the classes after it decides.
    let mut classes = mro
        .iter()
        .filter_map(|class| class.downcast::<TypeObject>());
    let defining = classes.find(|class| {
        !class.has_flag(flags::HEAP)
            || class.slots().raw(slot)
                != slots::SET_ATTRIBUTE
                    .is(super::call::set_attribute)
                    .function()
    });
    match defining {
        Some(defining) if defining.slots().raw(slot) != function => Err(thread.type_error(
            format_args!("can't apply this {what} to {} object", class.name()),
        )),
        _ => Ok(()),
    }
}

pub(super) fn set_attribute(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [name, new] = exactly(thread, args)?;
    check_not_bypassed(thread, this, function, "__setattr__")?;
    let name = attribute_name(thread, name)?;
    cast::<SetAttributeFn>(function)(thread, this, name, Some(new))?;
    Ok(none())
}

pub(super) fn delete_attribute(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [name] = exactly(thread, args)?;
    check_not_bypassed(thread, this, function, "__delattr__")?;
    let name = attribute_name(thread, name)?;
    cast::<SetAttributeFn>(function)(thread, this, name, None)?;
    Ok(none())
}

pub(super) fn compare<const OP: usize>(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [other] = exactly(thread, args)?;
    cast::<CompareFn>(function)(thread, this, other, CompareOp::ALL[OP])
}

pub(super) fn next(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [] = exactly(thread, args)?;
    match cast::<NextFn>(function)(thread, this)? {
        Some(value) => Ok(value),
        None => Err(thread.stop_iteration(None)),
    }
}

pub(super) fn descriptor_get(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let (instance, owner) = one_or_two(thread, args)?;
    let instance = instance.not_none();
    let owner = owner.and_then(ValueExt::not_none);
    if instance.is_none() && owner.is_none() {
        return Err(thread.type_error("__get__(None, None) is invalid"));
    }
    cast::<DescriptorGetFn>(function)(thread, this, instance, owner)
}

pub(super) fn descriptor_set(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [instance, new] = exactly(thread, args)?;
    cast::<DescriptorSetFn>(function)(thread, this, instance, Some(new))?;
    Ok(none())
}

pub(super) fn descriptor_delete(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [instance] = exactly(thread, args)?;
    cast::<DescriptorSetFn>(function)(thread, this, instance, None)?;
    Ok(none())
}
