//! Operators.
//!
//! As in CPython: the slot of the left operand's type is asked first, unless the right operand's type is a subclass with another
//! slot; each slot may answer `NotImplemented`. `+` and `*` then try the slots for sequences.

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::names::Name;
use crate::protocol::convert;
use crate::result::PyResult;
use crate::singleton::not_implemented;
use crate::slots::{self, BinaryFn, Key, TernaryFn};
use crate::thread::Thread;
use crate::types;

/// A binary operator, numbered as the argument of CPython's `BINARY_OP` (`NB_*`); in-place ones are [`inplace`] of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Operator {
    /// `+`
    Add = 0,
    /// `&`
    And = 1,
    /// `//`
    FloorDivide = 2,
    /// `<<`
    LShift = 3,
    /// `@`
    MatrixMultiply = 4,
    /// `*`
    Multiply = 5,
    /// `%`
    Remainder = 6,
    /// `|`
    Or = 7,
    /// `**`
    Power = 8,
    /// `>>`
    RShift = 9,
    /// `-`
    Subtract = 10,
    /// `/`
    TrueDivide = 11,
    /// `^`
    Xor = 12,
}

struct Entry {
    symbol: &'static str,
    inplace_symbol: &'static str,
    slot: Key<BinaryFn>,
    inplace: Key<BinaryFn>,
}

const fn entry(
    symbol: &'static str,
    inplace_symbol: &'static str,
    slot: Key<BinaryFn>,
    inplace: Key<BinaryFn>,
) -> Entry {
    Entry {
        symbol,
        inplace_symbol,
        slot,
        inplace,
    }
}

/// By the operator's number. Power has slots of its own; its entry is for the symbols only.
static TABLE: [Entry; 13] = [
    entry("+", "+=", slots::ADD, slots::INPLACE_ADD),
    entry("&", "&=", slots::AND, slots::INPLACE_AND),
    entry(
        "//",
        "//=",
        slots::FLOOR_DIVIDE,
        slots::INPLACE_FLOOR_DIVIDE,
    ),
    entry("<<", "<<=", slots::LSHIFT, slots::INPLACE_LSHIFT),
    entry(
        "@",
        "@=",
        slots::MATRIX_MULTIPLY,
        slots::INPLACE_MATRIX_MULTIPLY,
    ),
    entry("*", "*=", slots::MULTIPLY, slots::INPLACE_MULTIPLY),
    entry("%", "%=", slots::REMAINDER, slots::INPLACE_REMAINDER),
    entry("|", "|=", slots::OR, slots::INPLACE_OR),
    entry("** or pow()", "**=", slots::ADD, slots::INPLACE_ADD),
    entry(">>", ">>=", slots::RSHIFT, slots::INPLACE_RSHIFT),
    entry("-", "-=", slots::SUBTRACT, slots::INPLACE_SUBTRACT),
    entry("/", "/=", slots::TRUE_DIVIDE, slots::INPLACE_TRUE_DIVIDE),
    entry("^", "^=", slots::XOR, slots::INPLACE_XOR),
];

impl Operator {
    /// All, by number.
    pub const ALL: [Self; 13] = [
        Self::Add,
        Self::And,
        Self::FloorDivide,
        Self::LShift,
        Self::MatrixMultiply,
        Self::Multiply,
        Self::Remainder,
        Self::Or,
        Self::Power,
        Self::RShift,
        Self::Subtract,
        Self::TrueDivide,
        Self::Xor,
    ];
}

/// `a OP b` by one pair of slots; `NotImplemented` if neither answers.
///
/// # Errors
/// What a slot raises.
#[inline]
pub fn by_slot(thread: &mut Thread, key: Key<BinaryFn>, a: Value, b: Value) -> PyResult {
    let (class_a, class_b) = (a.class(), b.class());
    let slot_a = class_a.slot(key);
    let mut slot_b = if class_a == class_b {
        None
    } else {
        class_b.slot(key)
    };
    if class_a.slots().raw(key.index()) == class_b.slots().raw(key.index()) {
        slot_b = None;
    }
    if let Some(function) = slot_a {
        if let Some(other) = slot_b
            && class_b.is_subtype_of(&class_a)
        {
            let result = other(thread, a, b)?;
            if result != not_implemented() {
                return Ok(result);
            }
            slot_b = None;
        }
        let result = function(thread, a, b)?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    match slot_b {
        Some(function) => function(thread, a, b),
        None => Ok(not_implemented()),
    }
}

#[cold]
fn unsupported(thread: &mut Thread, symbol: &str, a: Value, b: Value) -> PyResult {
    static WRITE: Name = Name::new("write");
    let is_print = symbol == ">>" && crate::function::is_builtin_named(a, "print");
    let write = WRITE.get(thread);
    let hint = if is_print && crate::protocol::find_attribute(thread, b, write)?.is_some() {
        ". Did you mean \"print(<message>, file=<output_stream>)\"?"
    } else {
        ""
    };
    Err(thread.type_error(format_args!(
        "unsupported operand type(s) for {symbol}: '{}' and '{}'{hint}",
        a.class().name(),
        b.class().name()
    )))
}

/// `a OP b`
///
/// # Errors
/// `TypeError: unsupported operand type(s) for OP: 'X' and 'Y'`, or what a method raises.
pub fn binary(thread: &mut Thread, operator: Operator, a: Value, b: Value) -> PyResult {
    if operator == Operator::Power {
        return power(thread, a, b, crate::singleton::none());
    }
    let entry = &TABLE[operator as usize];
    let result = by_slot(thread, entry.slot, a, b)?;
    if result != not_implemented() {
        return Ok(result);
    }
    match operator {
        Operator::Add => {
            if let Some(concat) = a.class().slot(slots::CONCAT) {
                return concat(thread, a, b);
            }
        }
        Operator::Multiply => {
            if let Some(result) = repeated(thread, a, b)? {
                return Ok(result);
            }
        }
        _ => {}
    }
    unsupported(thread, entry.symbol, a, b)
}

/// `a * b` where one is a sequence.
fn repeated(thread: &mut Thread, a: Value, b: Value) -> PyResult<Option<Value>> {
    let (sequence, count) = if a.class().slot(slots::REPEAT).is_some() {
        (a, b)
    } else if b.class().slot(slots::REPEAT).is_some() {
        (b, a)
    } else {
        return Ok(None);
    };
    repeat(thread, sequence, count).map(Some)
}

fn repeat(thread: &mut Thread, sequence: Value, count: Value) -> PyResult {
    if !convert::has_index(count) {
        return Err(thread.type_error(format_args!(
            "can't multiply sequence by non-int of type '{}'",
            count.class().name()
        )));
    }
    let count = convert::as_index_or(thread, count, &types::OVERFLOW_ERROR)?;
    match sequence.class().slot(slots::REPEAT) {
        Some(repeat) => repeat(thread, sequence, count),
        None => unreachable!("the caller looked"),
    }
}

/// `a OP= b`
///
/// # Errors
/// As [`binary`].
pub fn inplace(thread: &mut Thread, operator: Operator, a: Value, b: Value) -> PyResult {
    if operator == Operator::Power {
        return inplace_power(thread, a, b);
    }
    let entry = &TABLE[operator as usize];
    if let Some(function) = a.class().slot(entry.inplace) {
        let result = function(thread, a, b)?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    let result = by_slot(thread, entry.slot, a, b)?;
    if result != not_implemented() {
        return Ok(result);
    }
    let class = a.class();
    match operator {
        Operator::Add => {
            let concat = class
                .slot(slots::INPLACE_CONCAT)
                .or_else(|| class.slot(slots::CONCAT));
            if let Some(concat) = concat {
                return concat(thread, a, b);
            }
        }
        Operator::Multiply => {
            if let Some(repeat) = class.slot(slots::INPLACE_REPEAT) {
                if !convert::has_index(b) {
                    return Err(thread.type_error(format_args!(
                        "can't multiply sequence by non-int of type '{}'",
                        b.class().name()
                    )));
                }
                let count = convert::as_index_or(thread, b, &types::OVERFLOW_ERROR)?;
                return repeat(thread, a, count);
            }
            if let Some(result) = repeated(thread, a, b)? {
                return Ok(result);
            }
        }
        _ => {}
    }
    unsupported(thread, entry.inplace_symbol, a, b)
}

/// `pow(a, b, modulus)`; `a ** b` with `None`.
///
/// # Errors
/// As [`binary`].
pub fn power(thread: &mut Thread, a: Value, b: Value, modulus: Value) -> PyResult {
    let result = power_by_slots(thread, slots::POWER, a, b, modulus)?;
    if result != not_implemented() {
        return Ok(result);
    }
    if modulus.is_none() {
        return unsupported(thread, "** or pow()", a, b);
    }
    Err(thread.type_error(format_args!(
        "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
        a.class().name(),
        b.class().name(),
        modulus.class().name()
    )))
}

fn power_by_slots(
    thread: &mut Thread,
    key: Key<TernaryFn>,
    a: Value,
    b: Value,
    modulus: Value,
) -> PyResult {
    let classes = [a.class(), b.class(), modulus.class()];
    let [slot_a, mut slot_b, mut slot_c] = classes.map(|class| class.slot(key));
    let raw = classes.map(|class| class.slots().raw(key.index()));
    if raw[0] == raw[1] {
        slot_b = None;
    }
    if let Some(function) = slot_a {
        if let Some(other) = slot_b
            && classes[1].is_subtype_of(&classes[0])
        {
            let result = other(thread, a, b, modulus)?;
            if result != not_implemented() {
                return Ok(result);
            }
            slot_b = None;
        }
        let result = function(thread, a, b, modulus)?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    if let Some(function) = slot_b {
        let result = function(thread, a, b, modulus)?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    if raw[2] == raw[0] || raw[2] == raw[1] {
        slot_c = None;
    }
    match slot_c {
        Some(function) => function(thread, a, b, modulus),
        None => Ok(not_implemented()),
    }
}

fn inplace_power(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let none = crate::singleton::none();
    if let Some(function) = a.class().slot(slots::INPLACE_POWER) {
        let result = function(thread, a, b, none)?;
        if result != not_implemented() {
            return Ok(result);
        }
    }
    let result = power_by_slots(thread, slots::POWER, a, b, none)?;
    if result != not_implemented() {
        return Ok(result);
    }
    unsupported(thread, "**=", a, b)
}

/// `divmod(a, b)`
///
/// # Errors
/// As [`binary`].
pub fn divmod(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let result = by_slot(thread, slots::DIVMOD, a, b)?;
    if result != not_implemented() {
        return Ok(result);
    }
    unsupported(thread, "divmod()", a, b)
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    /// `-`
    Negative,
    /// `+`
    Positive,
    /// `~`
    Invert,
    /// `abs()`
    Absolute,
}

/// `OP value`
///
/// # Errors
/// `TypeError: bad operand type for unary OP: 'X'`, or what a method raises.
pub fn unary(thread: &mut Thread, operator: Unary, value: Value) -> PyResult {
    let (key, symbol) = match operator {
        Unary::Negative => (slots::NEGATIVE, "unary -"),
        Unary::Positive => (slots::POSITIVE, "unary +"),
        Unary::Invert => (slots::INVERT, "unary ~"),
        Unary::Absolute => (slots::ABSOLUTE, "abs()"),
    };
    match value.class().slot(key) {
        Some(function) => function(thread, value),
        None => Err(thread.type_error(format_args!(
            "bad operand type for {symbol}: '{}'",
            value.class().name()
        ))),
    }
}
