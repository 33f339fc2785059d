//! Operators as functions. Each function is one generic function by the number of its row in a table.

use grwl_object::protocol::number::{Unary, unary};
use grwl_object::protocol::{self, Operator};
use grwl_object::{Args, CompareOp, Method, PyResult, Thread, Value, ValueExt, singleton};

/// Names and operators; the in-place ones have the same order.
static BINARY: [(&str, &str, Operator); 13] = [
    ("add", "iadd", Operator::Add),
    ("sub", "isub", Operator::Subtract),
    ("mul", "imul", Operator::Multiply),
    ("matmul", "imatmul", Operator::MatrixMultiply),
    ("floordiv", "ifloordiv", Operator::FloorDivide),
    ("truediv", "itruediv", Operator::TrueDivide),
    ("mod", "imod", Operator::Remainder),
    ("lshift", "ilshift", Operator::LShift),
    ("rshift", "irshift", Operator::RShift),
    ("and_", "iand", Operator::And),
    ("xor", "ixor", Operator::Xor),
    ("or_", "ior", Operator::Or),
    ("pow", "ipow", Operator::Power),
];

static COMPARE: [(&str, CompareOp); 6] = [
    ("lt", CompareOp::Lt),
    ("le", CompareOp::Le),
    ("eq", CompareOp::Eq),
    ("ne", CompareOp::Ne),
    ("gt", CompareOp::Gt),
    ("ge", CompareOp::Ge),
];

/// The two operands of the function `name`.
fn operands(thread: &mut Thread, args: Args<'_>, name: &str) -> PyResult<(Value, Value)> {
    if args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!(
            "_operator.{name}() takes no keyword arguments"
        )));
    }
    let [Some(a), Some(b)] = args.unpack(thread, name, 2)? else {
        unreachable!("both are required");
    };
    Ok((a, b))
}

fn binary<const ROW: usize>(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let (name, _, operator) = BINARY[ROW];
    let (a, b) = operands(thread, args, name)?;
    protocol::binary(thread, operator, a, b)
}

fn inplace<const ROW: usize>(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let (_, name, operator) = BINARY[ROW];
    let (a, b) = operands(thread, args, name)?;
    protocol::inplace(thread, operator, a, b)
}

fn compare<const ROW: usize>(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let (name, operator) = COMPARE[ROW];
    let (a, b) = operands(thread, args, name)?;
    protocol::compare::compare(thread, a, b, operator)
}

fn negative(thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    unary(thread, Unary::Negative, a)
}

fn positive(thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    unary(thread, Unary::Positive, a)
}

fn invert(thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    unary(thread, Unary::Invert, a)
}

fn absolute(thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    unary(thread, Unary::Absolute, a)
}

fn index(thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    let index = protocol::convert::index(thread, a)?;
    if grwl_object::int::is_exact_int(index) {
        return Ok(index);
    }
    // Of a subclass: the plain int of the same value.
    let plain = protocol::as_int(thread, index)?;
    Ok(grwl_object::int::new(thread, plain))
}

fn not(thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    Ok(singleton::bool(!protocol::is_true(thread, a)?))
}

fn truth(thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    Ok(singleton::bool(protocol::is_true(thread, a)?))
}

fn is(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let (a, b) = operands(thread, args, "is_")?;
    Ok(singleton::bool(a == b))
}

fn is_not(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let (a, b) = operands(thread, args, "is_not")?;
    Ok(singleton::bool(a != b))
}

fn is_none(_thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    Ok(singleton::bool(a.is_none()))
}

fn is_not_none(_thread: &mut Thread, _module: Value, a: Value) -> PyResult {
    Ok(singleton::bool(!a.is_none()))
}

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "add",
        binary::<0>,
        "add($module, a, b, /)\n--\n\nSame as a + b.",
    ),
    Method::any(
        "iadd",
        inplace::<0>,
        "iadd($module, a, b, /)\n--\n\nSame as a += b.",
    ),
    Method::any(
        "sub",
        binary::<1>,
        "sub($module, a, b, /)\n--\n\nSame as a - b.",
    ),
    Method::any(
        "isub",
        inplace::<1>,
        "isub($module, a, b, /)\n--\n\nSame as a -= b.",
    ),
    Method::any(
        "mul",
        binary::<2>,
        "mul($module, a, b, /)\n--\n\nSame as a * b.",
    ),
    Method::any(
        "imul",
        inplace::<2>,
        "imul($module, a, b, /)\n--\n\nSame as a *= b.",
    ),
    Method::any(
        "matmul",
        binary::<3>,
        "matmul($module, a, b, /)\n--\n\nSame as a @ b.",
    ),
    Method::any(
        "imatmul",
        inplace::<3>,
        "imatmul($module, a, b, /)\n--\n\nSame as a @= b.",
    ),
    Method::any(
        "floordiv",
        binary::<4>,
        "floordiv($module, a, b, /)\n--\n\nSame as a // b.",
    ),
    Method::any(
        "ifloordiv",
        inplace::<4>,
        "ifloordiv($module, a, b, /)\n--\n\nSame as a //= b.",
    ),
    Method::any(
        "truediv",
        binary::<5>,
        "truediv($module, a, b, /)\n--\n\nSame as a / b.",
    ),
    Method::any(
        "itruediv",
        inplace::<5>,
        "itruediv($module, a, b, /)\n--\n\nSame as a /= b.",
    ),
    Method::any(
        "mod",
        binary::<6>,
        "mod($module, a, b, /)\n--\n\nSame as a % b.",
    ),
    Method::any(
        "imod",
        inplace::<6>,
        "imod($module, a, b, /)\n--\n\nSame as a %= b.",
    ),
    Method::any(
        "lshift",
        binary::<7>,
        "lshift($module, a, b, /)\n--\n\nSame as a << b.",
    ),
    Method::any(
        "ilshift",
        inplace::<7>,
        "ilshift($module, a, b, /)\n--\n\nSame as a <<= b.",
    ),
    Method::any(
        "rshift",
        binary::<8>,
        "rshift($module, a, b, /)\n--\n\nSame as a >> b.",
    ),
    Method::any(
        "irshift",
        inplace::<8>,
        "irshift($module, a, b, /)\n--\n\nSame as a >>= b.",
    ),
    Method::any(
        "and_",
        binary::<9>,
        "and_($module, a, b, /)\n--\n\nSame as a & b.",
    ),
    Method::any(
        "iand",
        inplace::<9>,
        "iand($module, a, b, /)\n--\n\nSame as a &= b.",
    ),
    Method::any(
        "xor",
        binary::<10>,
        "xor($module, a, b, /)\n--\n\nSame as a ^ b.",
    ),
    Method::any(
        "ixor",
        inplace::<10>,
        "ixor($module, a, b, /)\n--\n\nSame as a ^= b.",
    ),
    Method::any(
        "or_",
        binary::<11>,
        "or_($module, a, b, /)\n--\n\nSame as a | b.",
    ),
    Method::any(
        "ior",
        inplace::<11>,
        "ior($module, a, b, /)\n--\n\nSame as a |= b.",
    ),
    Method::any(
        "pow",
        binary::<12>,
        "pow($module, a, b, /)\n--\n\nSame as a ** b.",
    ),
    Method::any(
        "ipow",
        inplace::<12>,
        "ipow($module, a, b, /)\n--\n\nSame as a **= b.",
    ),
    Method::any(
        "lt",
        compare::<0>,
        "lt($module, a, b, /)\n--\n\nSame as a < b.",
    ),
    Method::any(
        "le",
        compare::<1>,
        "le($module, a, b, /)\n--\n\nSame as a <= b.",
    ),
    Method::any(
        "eq",
        compare::<2>,
        "eq($module, a, b, /)\n--\n\nSame as a == b.",
    ),
    Method::any(
        "ne",
        compare::<3>,
        "ne($module, a, b, /)\n--\n\nSame as a != b.",
    ),
    Method::any(
        "gt",
        compare::<4>,
        "gt($module, a, b, /)\n--\n\nSame as a > b.",
    ),
    Method::any(
        "ge",
        compare::<5>,
        "ge($module, a, b, /)\n--\n\nSame as a >= b.",
    ),
    Method::one("neg", negative, "neg($module, a, /)\n--\n\nSame as -a."),
    Method::one("pos", positive, "pos($module, a, /)\n--\n\nSame as +a."),
    Method::one("inv", invert, "inv($module, a, /)\n--\n\nSame as ~a."),
    Method::one("invert", invert, "invert($module, a, /)\n--\n\nSame as ~a."),
    Method::one("abs", absolute, "abs($module, a, /)\n--\n\nSame as abs(a)."),
    Method::one(
        "index",
        index,
        "index($module, a, /)\n--\n\nSame as a.__index__().",
    ),
    Method::one("not_", not, "not_($module, a, /)\n--\n\nSame as not a."),
    Method::one(
        "is_none",
        is_none,
        "is_none($module, a, /)\n--\n\nSame as a is None.",
    ),
    Method::one(
        "is_not_none",
        is_not_none,
        "is_not_none($module, a, /)\n--\n\nSame as a is not None.",
    ),
    Method::one(
        "truth",
        truth,
        "truth($module, a, /)\n--\n\nReturn True if a is true, False otherwise.",
    ),
    Method::any("is_", is, "is_($module, a, b, /)\n--\n\nSame as a is b."),
    Method::any(
        "is_not",
        is_not,
        "is_not($module, a, b, /)\n--\n\nSame as a is not b.",
    ),
];
