//! `bool`.

use grwl_object::{
    Args, Name, PyResult, Ref, Thread, TypeObject, TypeSpec, Value, protocol, singleton, slots,
    types,
};

use crate::int::bits;

static TRUE: Name = Name::new("True");
static FALSE: Name = Name::new("False");

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [value] = args.unpack(thread, "bool", 0)?;
    let truth = match value {
        Some(value) => protocol::is_true(thread, value)?,
        None => false,
    };
    Ok(singleton::bool(truth))
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let name = if this == singleton::bool(true) {
        &TRUE
    } else {
        &FALSE
    };
    Ok(name.get(thread).value())
}

const INVERSION: &str = "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.";

fn invert(thread: &mut Thread, this: Value) -> PyResult {
    grwl_object::exception::warn(thread, &types::DEPRECATION_WARNING, INVERSION, 1)?;
    bits::invert(thread, this)
}

fn both(a: Value, b: Value) -> Option<(bool, bool)> {
    Some((singleton::as_bool(a)?, singleton::as_bool(b)?))
}

fn and(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match both(a, b) {
        Some((a, b)) => Ok(singleton::bool(a & b)),
        None => bits::and(thread, a, b),
    }
}

fn xor(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match both(a, b) {
        Some((a, b)) => Ok(singleton::bool(a ^ b)),
        None => bits::xor(thread, a, b),
    }
}

fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match both(a, b) {
        Some((a, b)) => Ok(singleton::bool(a | b)),
        None => bits::or(thread, a, b),
    }
}

/// What `bool` can do beside what `int` can.
pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "bool(object=False, /)\n--\n\nTrue if the argument is true, else False.\n\nThe builtins True and False are the only two instances of bool, which is a\nsubclass of int and cannot be subclassed.",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::INVERT.is(invert),
        slots::AND.is(and),
        slots::XOR.is(xor),
        slots::OR.is(or),
    ],
    ..TypeSpec::NONE
};
