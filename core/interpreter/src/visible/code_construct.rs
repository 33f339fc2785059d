//! `types.CodeType(...)` and `code.replace(...)`.

use grwl_object::bytes::Bytes;
use grwl_object::{
    Args, Buffer, PyResult, Raised, Ref, Signature, Str, Thread, Tuple, TypeObject, Value,
    ValueExt, intern_str, none, protocol,
};

use super::code::receiver;
use super::function::shown_class;
use crate::code::{
    Code, FAST_ARG_KEYWORD, FAST_ARG_POSITION, FAST_ARG_VARIADIC, FAST_CELL, FAST_FREE, FAST_LOCAL,
    Origin, Parts, code_flags,
};

/// Entries of an operand stack for which CPython would find no memory.
const STACK_LIMIT: usize = i32::MAX as usize / size_of::<usize>();

/// What a code object is to be made of.
struct Plan {
    argcount: i32,
    posonlyargcount: i32,
    kwonlyargcount: i32,
    nlocals: i32,
    stacksize: i32,
    flags: i32,
    firstlineno: i32,
    code: Vec<u8>,
    consts: Ref<Tuple>,
    names: Ref<Tuple>,
    varnames: Ref<Tuple>,
    freevars: Ref<Tuple>,
    cellvars: Ref<Tuple>,
    filename: Value,
    name: Value,
    qualified_name: Value,
    line_table: Value,
    exception_table: Value,
}

/// How a message names an argument: `code() argument 7`, `replace() argument 'co_code'`.
#[derive(Clone, Copy)]
enum Place {
    Number(usize),
    Name(&'static str),
}

#[cold]
fn wrong(thread: &mut Thread, place: Place, wanted: &str, value: Value) -> Raised {
    let class = shown_class(value);
    match place {
        Place::Number(number) => thread.type_error(format_args!(
            "code() argument {number} must be {wanted}, not {class}"
        )),
        Place::Name(name) => thread.type_error(format_args!(
            "replace() argument '{name}' must be {wanted}, not {class}"
        )),
    }
}

fn tuple(thread: &mut Thread, place: Place, value: Value) -> PyResult<Ref<Tuple>> {
    value
        .downcast::<Tuple>()
        .ok_or_else(|| wrong(thread, place, "tuple", value))
}

fn string(thread: &mut Thread, place: Place, value: Value) -> PyResult {
    match value.downcast::<Str>() {
        Some(_) => Ok(value),
        None => Err(wrong(thread, place, "str", value)),
    }
}

fn bytes(thread: &mut Thread, place: Place, value: Value) -> PyResult<Ref<Bytes>> {
    value
        .downcast::<Bytes>()
        .ok_or_else(|| wrong(thread, place, "bytes", value))
}

/// `types.CodeType(...)`
///
/// # Errors
/// `TypeError`, `ValueError`, `SystemError` for what cannot be.
pub(super) fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let given: [Option<Value>; 18] = args.unpack(thread, "code", 16)?;
    let at = |index: usize| given[index].unwrap_or_else(none);
    let number = |thread: &mut Thread, index: usize| protocol::convert::as_i32(thread, at(index));
    let empty = Tuple::empty().value();
    let optional = |index: usize| given[index].unwrap_or(empty);
    let plan = Plan {
        argcount: number(thread, 0)?,
        posonlyargcount: number(thread, 1)?,
        kwonlyargcount: number(thread, 2)?,
        nlocals: number(thread, 3)?,
        stacksize: number(thread, 4)?,
        flags: number(thread, 5)?,
        code: bytes(thread, Place::Number(7), at(6))?.as_slice().to_vec(),
        consts: tuple(thread, Place::Number(8), at(7))?,
        names: tuple(thread, Place::Number(9), at(8))?,
        varnames: tuple(thread, Place::Number(10), at(9))?,
        filename: string(thread, Place::Number(11), at(10))?,
        name: string(thread, Place::Number(12), at(11))?,
        qualified_name: string(thread, Place::Number(13), at(12))?,
        firstlineno: number(thread, 13)?,
        line_table: bytes(thread, Place::Number(15), at(14))?.value(),
        exception_table: bytes(thread, Place::Number(16), at(15))?.value(),
        freevars: tuple(thread, Place::Number(17), optional(16))?,
        cellvars: tuple(thread, Place::Number(18), optional(17))?,
    };
    let signs = [
        ("argcount", plan.argcount),
        ("posonlyargcount", plan.posonlyargcount),
        ("kwonlyargcount", plan.kwonlyargcount),
        ("nlocals", plan.nlocals),
    ];
    for (name, number) in signs {
        if number < 0 {
            return Err(thread.value_error(format_args!("code: {name} must not be negative")));
        }
    }
    for names in [plan.names, plan.varnames, plan.freevars, plan.cellvars] {
        for name in names.iter() {
            if name.downcast::<Str>().is_none() {
                return Err(thread.type_error(format_args!(
                    "name tuples must contain only strings, not '{}'",
                    name.class().name()
                )));
            }
        }
    }
    build(thread, &plan)
}

/// `code.replace(...)`
///
/// # Errors
/// As [`new`].
pub(super) fn replace(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    const NAMES: [&str; 18] = [
        "co_argcount",
        "co_posonlyargcount",
        "co_kwonlyargcount",
        "co_nlocals",
        "co_stacksize",
        "co_flags",
        "co_firstlineno",
        "co_code",
        "co_consts",
        "co_names",
        "co_varnames",
        "co_freevars",
        "co_cellvars",
        "co_filename",
        "co_name",
        "co_qualname",
        "co_linetable",
        "co_exceptiontable",
    ];
    const SIGNATURE: Signature<18> = Signature::new("replace", NAMES)
        .optional_after(0)
        .keyword_only_after(0, 0);
    let given = args.parse(thread, &SIGNATURE)?;
    let old = receiver(this);
    let number = |thread: &mut Thread, index: usize, old: u32| match given[index] {
        Some(value) => protocol::convert::as_i32(thread, value),
        None => Ok(old as i32),
    };
    let names = |thread: &mut Thread, index: usize, which: usize| match given[index] {
        Some(value) => tuple(thread, Place::Name(NAMES[index]), value),
        None => old.shown_names(thread, which),
    };
    let text = |thread: &mut Thread, index: usize, old: Ref<Str>| match given[index] {
        Some(value) => string(thread, Place::Name(NAMES[index]), value),
        None => Ok(old.value()),
    };
    let table = |thread: &mut Thread, index: usize, old: Ref<Bytes>| match given[index] {
        Some(value) => Ok(bytes(thread, Place::Name(NAMES[index]), value)?.value()),
        None => Ok(old.value()),
    };
    let items = |thread: &mut Thread, index: usize, old: Ref<Tuple>| match given[index] {
        Some(value) => tuple(thread, Place::Name(NAMES[index]), value),
        None => Ok(old),
    };
    let plan = Plan {
        argcount: number(thread, 0, old.argcount)?,
        posonlyargcount: number(thread, 1, old.posonlyargcount)?,
        kwonlyargcount: number(thread, 2, old.kwonlyargcount)?,
        nlocals: number(thread, 3, old.nlocals)?,
        stacksize: number(thread, 4, old.stacksize)?,
        flags: number(thread, 5, old.flags)?,
        firstlineno: number(thread, 6, old.firstlineno)?,
        code: match given[7] {
            Some(value) => bytes(thread, Place::Name(NAMES[7]), value)?
                .as_slice()
                .to_vec(),
            None => old.shown_code(),
        },
        consts: items(thread, 8, old.consts())?,
        names: items(thread, 9, old.names())?,
        varnames: names(thread, 10, 0)?,
        freevars: names(thread, 11, 2)?,
        cellvars: names(thread, 12, 1)?,
        filename: text(thread, 13, old.filename())?,
        name: text(thread, 14, old.name())?,
        qualified_name: text(thread, 15, old.qualified_name())?,
        line_table: table(thread, 16, old.line_table())?,
        exception_table: table(thread, 17, old.exception_table())?,
    };
    let signs = [
        plan.argcount,
        plan.posonlyargcount,
        plan.kwonlyargcount,
        plan.nlocals,
        plan.stacksize,
        plan.flags,
        plan.firstlineno,
    ];
    for (name, number) in NAMES.iter().zip(signs) {
        if number < 0 {
            return Err(thread.value_error(format_args!("{name} must be a positive integer")));
        }
    }
    build(thread, &plan)
}

/// Names as interned strings.
fn interned(thread: &mut Thread, names: Ref<Tuple>) -> PyResult<Buffer> {
    let mut interned = Buffer::with_capacity(thread, names.len())?;
    for name in names.iter() {
        let Some(name) = name.downcast::<Str>() else {
            return Err(thread.system_error("non-string found in code slot"));
        };
        interned.push(thread, intern_str(thread, name).value())?;
    }
    Ok(interned)
}

/// What a local variable is: a parameter of some kind, or none.
fn parameter_kind(plan: &Plan, index: usize) -> u8 {
    let [positional_only, positional] =
        [plan.posonlyargcount, plan.argcount].map(|count| count as usize);
    let named = positional + plan.kwonlyargcount as usize;
    let has_rest = plan.flags as u32 & code_flags::VARARGS != 0;
    let has_keywords = plan.flags as u32 & code_flags::VARKEYWORDS != 0;
    if index < positional_only {
        FAST_ARG_POSITION
    } else if index < positional {
        FAST_ARG_POSITION | FAST_ARG_KEYWORD
    } else if index < named {
        FAST_ARG_KEYWORD
    } else if has_rest && index == named {
        FAST_ARG_POSITION | FAST_ARG_VARIADIC
    } else if has_keywords && index == named + usize::from(has_rest) {
        FAST_ARG_KEYWORD | FAST_ARG_VARIADIC
    } else {
        0
    }
}

fn build(thread: &mut Thread, plan: &Plan) -> PyResult {
    if plan.argcount < plan.posonlyargcount
        || plan.stacksize < 0
        || plan.flags < 0
        || plan.firstlineno < 0
    {
        return Err(thread.system_error("bad argument to internal function"));
    }
    if !plan.code.len().is_multiple_of(2) || plan.code.is_empty() {
        return Err(thread.value_error("code: co_code is malformed"));
    }
    let rest = [code_flags::VARARGS, code_flags::VARKEYWORDS]
        .iter()
        .filter(|&&flag| plan.flags as u32 & flag != 0)
        .count() as i64;
    let parameters = i64::from(plan.argcount) + i64::from(plan.kwonlyargcount) + rest;
    if (plan.varnames.len() as i64) < parameters {
        return Err(thread.value_error("code: co_varnames is too small"));
    }
    if plan.nlocals as usize != plan.varnames.len() {
        return Err(thread.value_error("code: co_nlocals != len(co_varnames)"));
    }
    if plan.stacksize as usize > STACK_LIMIT {
        return Err(thread.overflow_error("code: co_stacksize is too large"));
    }
    let names = interned(thread, plan.names)?;
    let names = Tuple::try_new(thread, &names)?;
    let mut slots = interned(thread, plan.varnames)?;
    let mut kinds: Vec<u8> = (0..slots.len())
        .map(|index| FAST_LOCAL | parameter_kind(plan, index))
        .collect();
    for &name in &*interned(thread, plan.cellvars)? {
        // Interned strings are equal if they are the same.
        match slots[..plan.varnames.len()]
            .iter()
            .position(|&slot| slot == name)
        {
            Some(index) => kinds[index] |= FAST_CELL,
            None => {
                slots.push(thread, name)?;
                kinds.push(FAST_CELL);
            }
        }
    }
    for &name in &*interned(thread, plan.freevars)? {
        slots.push(thread, name)?;
        kinds.push(FAST_FREE);
    }
    let slots = Tuple::try_new(thread, &slots)?;
    let kinds = Bytes::new(thread, &kinds)?;
    let units: Vec<u16> = plan
        .code
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect();
    let code = Code::new(
        thread,
        &Parts {
            units: &units,
            values: [
                plan.consts.value(),
                names.value(),
                slots.value(),
                kinds.value(),
                plan.filename,
                plan.name,
                plan.qualified_name,
                plan.line_table,
                plan.exception_table,
            ],
            numbers: [
                plan.argcount as u32,
                plan.posonlyargcount as u32,
                plan.kwonlyargcount as u32,
                plan.stacksize as u32,
                plan.flags as u32,
                plan.firstlineno as u32,
            ],
            origin: Origin::Elsewhere,
        },
    );
    Ok(code.value())
}
