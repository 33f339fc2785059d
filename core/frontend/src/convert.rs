//! From the compiler's code objects to ours.
//!
//! The compiler lists locals, cells and free variables apart; CPython, and [`Code`], keep one list of
//! slots in which a parameter that is also a cell appears once. The kinds come from the compiler,
//! the names are put beside them in the same order.

use num_bigint::BigInt;
use rustpython_compiler_core::bytecode::{CodeObject, ConstantData};

use crate::code::{Code, CodeUnit, Const, FAST_CELL, FAST_FREE, FAST_LOCAL};

/// Takes a whole tree of code objects over.
pub(crate) fn code(object: CodeObject) -> Code {
    let localsplusnames = slot_names(&object);
    Code {
        argcount: object.arg_count,
        posonlyargcount: object.posonlyarg_count,
        kwonlyargcount: object.kwonlyarg_count,
        stacksize: object.max_stackdepth,
        flags: object.flags.bits(),
        instructions: object
            .instructions
            .iter()
            .map(|unit| CodeUnit {
                opcode: unit.op.into(),
                arg: u8::from(unit.arg),
            })
            .collect(),
        consts: object.constants.iter().cloned().map(constant).collect(),
        names: object
            .names
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        localsplusnames,
        localspluskinds: object.localspluskinds,
        filename: object.source_path.into(),
        name: object.obj_name.into(),
        qualname: object.qualname.into(),
        firstlineno: object
            .first_line_number
            .map_or(0, |line| u32::try_from(line.get()).unwrap_or(u32::MAX)),
        linetable: object.linetable,
        exceptiontable: object.exceptiontable,
    }
}

fn slot_names(object: &CodeObject) -> Box<[Box<str>]> {
    let mut locals = object.varnames.iter();
    let mut cells = object
        .cellvars
        .iter()
        .filter(|cell| !object.varnames.contains(cell));
    let mut frees = object.freevars.iter();
    object
        .localspluskinds
        .iter()
        .map(|&kind| {
            let next = if kind & FAST_LOCAL != 0 {
                locals.next()
            } else if kind & FAST_CELL != 0 {
                cells.next()
            } else if kind & FAST_FREE != 0 {
                frees.next()
            } else {
                locals.next()
            };
            next.map_or_else(Box::default, |name| name.as_str().into())
        })
        .collect()
}

fn constant(data: ConstantData) -> Const {
    match data {
        ConstantData::None => Const::None,
        ConstantData::Ellipsis => Const::Ellipsis,
        ConstantData::Boolean { value } => Const::Bool(value),
        ConstantData::Integer { value } => integer(value),
        ConstantData::Float { value } => Const::Float(value),
        ConstantData::Complex { value } => Const::Complex {
            real: value.re,
            imag: value.im,
        },
        ConstantData::Str { value } => Const::Str(value.into_box()),
        ConstantData::Bytes { value } => Const::Bytes(value.into()),
        ConstantData::Tuple { elements } => {
            Const::Tuple(elements.into_iter().map(constant).collect())
        }
        ConstantData::Frozenset { elements } => {
            Const::FrozenSet(distinct(elements.into_iter().map(constant).collect()))
        }
        ConstantData::Slice { elements } => Const::Slice(Box::new((*elements).map(constant))),
        ConstantData::Code { code: nested } => Const::Code(Box::new(code(*nested))),
    }
}

fn integer(value: BigInt) -> Const {
    match i64::try_from(&value) {
        Ok(small) => Const::Int(small),
        Err(_) => Const::BigInt(Box::new(value)),
    }
}

/// Python's sets hold one of `1`, `1.0` and `True`: the first.
fn distinct(elements: Vec<Const>) -> Box<[Const]> {
    let mut kept: Vec<Const> = Vec::with_capacity(elements.len());
    for element in elements {
        let number = number_of(&element);
        let repeated = number.is_some() && kept.iter().any(|other| number_of(other) == number);
        if !repeated {
            kept.push(element);
        }
    }
    kept.into()
}

/// What a number equals: an integer, or the bits of a real and an imaginary part.
#[derive(PartialEq)]
enum Number {
    Integer(BigInt),
    Other(u64, u64),
}

fn number_of(value: &Const) -> Option<Number> {
    let (real, imag) = match value {
        Const::Bool(value) => return Some(Number::Integer(BigInt::from(u8::from(*value)))),
        Const::Int(value) => return Some(Number::Integer(BigInt::from(*value))),
        Const::BigInt(value) => return Some(Number::Integer((**value).clone())),
        Const::Float(value) => (*value, 0.0),
        Const::Complex { real, imag } => (*real, *imag),
        _ => return None,
    };
    if real.is_nan() || imag.is_nan() {
        return None;
    }
    if imag == 0.0 && real.is_finite() && real.fract() == 0.0 {
        return Some(Number::Integer(whole(real)));
    }
    Some(Number::Other(real.to_bits(), (imag + 0.0).to_bits()))
}

/// The integer that a float without a fraction is.
fn whole(value: f64) -> BigInt {
    let bits = value.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1075;
    let mantissa =
        BigInt::from((bits & ((1 << 52) - 1)) | if exponent > -1075 { 1 << 52 } else { 0 });
    let magnitude = if exponent >= 0 {
        mantissa << exponent.unsigned_abs()
    } else {
        mantissa >> exponent.unsigned_abs().min(1100)
    };
    if value < 0.0 { -magnitude } else { magnitude }
}
