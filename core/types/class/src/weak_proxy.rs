//! Weak proxies: every operation is the target's.

use grwl_object::protocol::{self, Operator};
use grwl_object::weak::{self, WeakReference};
use grwl_object::{
    Args, CompareOp, Method, PyResult, Ref, Str, Thread, TypeSpec, Value, ValueExt, slots, types,
};

use crate::object::address;

/// The proxy's target, or the value itself if it is no proxy.
fn unwrap(thread: &Thread, value: Value) -> PyResult {
    let class = value.class();
    let is_proxy = std::ptr::eq(class.as_ptr(), &types::WEAK_PROXY)
        || std::ptr::eq(class.as_ptr(), &types::WEAK_CALLABLE_PROXY);
    if !is_proxy {
        return Ok(value);
    }
    let target = weak::reference(value).and_then(|proxy: Ref<WeakReference>| proxy.target());
    match target {
        Some(target) => Ok(target),
        None => Err(thread.reference_error("weakly-referenced object no longer exists")),
    }
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let at = address(value);
    let text = match weak::reference(value).and_then(|proxy| proxy.target()) {
        Some(target) => format!(
            "<weakproxy at {at}; to '{}' at {}>",
            target.class().name(),
            address(target)
        ),
        None => format!("<weakproxy at {at}; dead>"),
    };
    Ok(Str::new(thread, &text).value())
}

fn str(thread: &mut Thread, value: Value) -> PyResult {
    let target = unwrap(thread, value)?;
    Ok(protocol::str(thread, target)?.value())
}

fn get_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    let target = unwrap(thread, value)?;
    protocol::get_attribute(thread, target, name)
}

fn set_attribute(
    thread: &mut Thread,
    value: Value,
    name: Ref<Str>,
    new: Option<Value>,
) -> PyResult<()> {
    let target = unwrap(thread, value)?;
    match new {
        Some(new) => protocol::set_attribute(thread, target, name, new),
        None => protocol::delete_attribute(thread, target, name),
    }
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (a, b) = (unwrap(thread, a)?, unwrap(thread, b)?);
    protocol::compare(thread, a, b, op)
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let target = unwrap(thread, value)?;
    protocol::call(thread, target, args)
}

fn iter(thread: &mut Thread, value: Value) -> PyResult {
    let target = unwrap(thread, value)?;
    protocol::get_iter(thread, target)
}

fn next(thread: &mut Thread, value: Value) -> PyResult<Option<Value>> {
    let target = unwrap(thread, value)?;
    if target.class().slot(slots::NEXT).is_none() {
        return Err(thread.type_error(format_args!(
            "Weakref proxy referenced a non-iterator '{}' object",
            target.class().name()
        )));
    }
    protocol::next(thread, target)
}

fn is_true(thread: &mut Thread, value: Value) -> PyResult<bool> {
    let target = unwrap(thread, value)?;
    protocol::is_true(thread, target)
}

fn length(thread: &mut Thread, value: Value) -> PyResult<usize> {
    let target = unwrap(thread, value)?;
    protocol::length(thread, target)
}

fn subscript(thread: &mut Thread, value: Value, key: Value) -> PyResult {
    let (target, key) = (unwrap(thread, value)?, unwrap(thread, key)?);
    protocol::get_item(thread, target, key)
}

fn store_subscript(
    thread: &mut Thread,
    value: Value,
    key: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let target = unwrap(thread, value)?;
    match new {
        Some(new) => protocol::set_item(thread, target, key, new),
        None => protocol::delete_item(thread, target, key),
    }
}

fn contains(thread: &mut Thread, value: Value, element: Value) -> PyResult<bool> {
    let target = unwrap(thread, value)?;
    protocol::contains(thread, target, element)
}

fn binary<const OP: usize>(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (a, b) = (unwrap(thread, a)?, unwrap(thread, b)?);
    protocol::binary(thread, Operator::ALL[OP], a, b)
}

fn inplace<const OP: usize>(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (a, b) = (unwrap(thread, a)?, unwrap(thread, b)?);
    protocol::inplace(thread, Operator::ALL[OP], a, b)
}

fn divmod(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (a, b) = (unwrap(thread, a)?, unwrap(thread, b)?);
    protocol::number::divmod(thread, a, b)
}

fn power(thread: &mut Thread, a: Value, b: Value, modulus: Value) -> PyResult {
    let (a, b) = (unwrap(thread, a)?, unwrap(thread, b)?);
    let modulus = unwrap(thread, modulus)?;
    protocol::number::power(thread, a, b, modulus)
}

fn inplace_power(thread: &mut Thread, a: Value, b: Value, _modulus: Value) -> PyResult {
    let (a, b) = (unwrap(thread, a)?, unwrap(thread, b)?);
    protocol::inplace(thread, Operator::Power, a, b)
}

/// Calls a method that takes nothing.
fn method(thread: &mut Thread, value: Value, name: &str) -> PyResult {
    let target = unwrap(thread, value)?;
    let name = grwl_object::intern(thread, name);
    protocol::call_method(thread, target, name, &[])
}

fn negative(thread: &mut Thread, value: Value) -> PyResult {
    let target = unwrap(thread, value)?;
    protocol::number::unary(thread, protocol::number::Unary::Negative, target)
}

fn positive(thread: &mut Thread, value: Value) -> PyResult {
    let target = unwrap(thread, value)?;
    protocol::number::unary(thread, protocol::number::Unary::Positive, target)
}

fn absolute(thread: &mut Thread, value: Value) -> PyResult {
    method(thread, value, "__abs__")
}

fn invert(thread: &mut Thread, value: Value) -> PyResult {
    let target = unwrap(thread, value)?;
    protocol::number::unary(thread, protocol::number::Unary::Invert, target)
}

fn int(thread: &mut Thread, value: Value) -> PyResult {
    method(thread, value, "__int__")
}

fn float(thread: &mut Thread, value: Value) -> PyResult {
    method(thread, value, "__float__")
}

fn index(thread: &mut Thread, value: Value) -> PyResult {
    let target = unwrap(thread, value)?;
    protocol::convert::index(thread, target)
}

fn bytes(thread: &mut Thread, value: Value) -> PyResult {
    method(thread, value, "__bytes__")
}

fn reversed(thread: &mut Thread, value: Value) -> PyResult {
    method(thread, value, "__reversed__")
}

const fn at(operator: Operator) -> usize {
    operator as usize
}

const COMMON: [slots::SlotValue; 48] = [
    slots::REPR.is(repr),
    slots::STR.is(str),
    slots::GET_ATTRIBUTE.is(get_attribute),
    slots::SET_ATTRIBUTE.is(set_attribute),
    slots::COMPARE.is(compare),
    slots::HASH.is(protocol::hash::not_hashable),
    slots::ITER.is(iter),
    slots::BOOL.is(is_true),
    slots::SEQUENCE_LENGTH.is(length),
    slots::MAPPING_LENGTH.is(length),
    slots::SUBSCRIPT.is(subscript),
    slots::STORE_SUBSCRIPT.is(store_subscript),
    slots::CONTAINS.is(contains),
    slots::ADD.is(binary::<{ at(Operator::Add) }>),
    slots::SUBTRACT.is(binary::<{ at(Operator::Subtract) }>),
    slots::MULTIPLY.is(binary::<{ at(Operator::Multiply) }>),
    slots::REMAINDER.is(binary::<{ at(Operator::Remainder) }>),
    slots::DIVMOD.is(divmod),
    slots::POWER.is(power),
    slots::NEGATIVE.is(negative),
    slots::POSITIVE.is(positive),
    slots::ABSOLUTE.is(absolute),
    slots::INVERT.is(invert),
    slots::LSHIFT.is(binary::<{ at(Operator::LShift) }>),
    slots::RSHIFT.is(binary::<{ at(Operator::RShift) }>),
    slots::AND.is(binary::<{ at(Operator::And) }>),
    slots::XOR.is(binary::<{ at(Operator::Xor) }>),
    slots::OR.is(binary::<{ at(Operator::Or) }>),
    slots::INT.is(int),
    slots::FLOAT.is(float),
    slots::INPLACE_ADD.is(inplace::<{ at(Operator::Add) }>),
    slots::INPLACE_SUBTRACT.is(inplace::<{ at(Operator::Subtract) }>),
    slots::INPLACE_MULTIPLY.is(inplace::<{ at(Operator::Multiply) }>),
    slots::INPLACE_REMAINDER.is(inplace::<{ at(Operator::Remainder) }>),
    slots::INPLACE_POWER.is(inplace_power),
    slots::INPLACE_LSHIFT.is(inplace::<{ at(Operator::LShift) }>),
    slots::INPLACE_RSHIFT.is(inplace::<{ at(Operator::RShift) }>),
    slots::INPLACE_AND.is(inplace::<{ at(Operator::And) }>),
    slots::INPLACE_XOR.is(inplace::<{ at(Operator::Xor) }>),
    slots::INPLACE_OR.is(inplace::<{ at(Operator::Or) }>),
    slots::FLOOR_DIVIDE.is(binary::<{ at(Operator::FloorDivide) }>),
    slots::TRUE_DIVIDE.is(binary::<{ at(Operator::TrueDivide) }>),
    slots::INPLACE_FLOOR_DIVIDE.is(inplace::<{ at(Operator::FloorDivide) }>),
    slots::INPLACE_TRUE_DIVIDE.is(inplace::<{ at(Operator::TrueDivide) }>),
    slots::INDEX.is(index),
    slots::MATRIX_MULTIPLY.is(binary::<{ at(Operator::MatrixMultiply) }>),
    slots::INPLACE_MATRIX_MULTIPLY.is(inplace::<{ at(Operator::MatrixMultiply) }>),
    slots::NEXT.is(next),
];

const fn callable() -> [slots::SlotValue; 49] {
    let mut all = [slots::CALL.is(call); 49];
    let mut index = 0;
    while index < COMMON.len() {
        all[index] = COMMON[index];
        index += 1;
    }
    all
}

const METHODS: &[Method] = &[
    Method::no_arguments("__bytes__", bytes, ""),
    Method::no_arguments("__reversed__", reversed, ""),
];

pub(crate) static PROXY: TypeSpec = TypeSpec {
    doc: None,
    slots: &COMMON,
    methods: METHODS,
    getset: &[],
    constants: &[],
};

pub(crate) static CALLABLE_PROXY: TypeSpec = TypeSpec {
    doc: None,
    slots: &const { callable() },
    methods: METHODS,
    getset: &[],
    constants: &[],
};
