//! Code objects out of their parts.
//!
//! The parts may be anything: they come from a file. What would make the interpreter go wrong is refused here with CPython's errors; that
//! the instructions make sense is looked at when the code is made (see `grwl_interpreter::verify`).

use grwl_interpreter::Code;
use grwl_interpreter::code::{FAST_LOCAL, Origin, Parts};
use grwl_interpreter::verify;
use grwl_marshal::CodeFields;
use grwl_object::bytes::Bytes;
use grwl_object::{Buffer, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, intern_str};

/// A tuple of strings, all of them interned: the same tuple if they were.
fn names(thread: &Thread, value: Value) -> PyResult<Option<Ref<Tuple>>> {
    let Some(tuple) = value.downcast_exact::<Tuple>() else {
        return Ok(None);
    };
    let mut all_interned = true;
    for name in tuple.iter() {
        match name.downcast_exact::<Str>() {
            Some(name) => all_interned &= name.is_interned(),
            None => return Ok(None),
        }
    }
    if all_interned {
        return Ok(Some(tuple));
    }
    let mut interned = Buffer::with_capacity(thread, tuple.len())?;
    for name in tuple.iter().filter_map(|name| name.downcast_exact::<Str>()) {
        interned.push(thread, intern_str(thread, name).value())?;
    }
    Tuple::try_new(thread, &interned).map(Some)
}

/// A code object of what was read.
pub(crate) fn make(
    thread: &Thread,
    fields: &CodeFields<Value>,
    origin: Origin,
) -> PyResult<Ref<Code>> {
    let wrong = || thread.system_error("bad argument to internal function");
    let names_of = |value: Value| names(thread, value)?.ok_or_else(wrong);
    let bytes = |value: Value| value.downcast_exact::<Bytes>().ok_or_else(wrong);
    let string = |value: Value| value.downcast_exact::<Str>().ok_or_else(wrong);
    let number = |value: i32| u32::try_from(value).map_err(|_| wrong());

    let code = bytes(fields.code)?;
    let consts = fields.consts.downcast_exact::<Tuple>().ok_or_else(wrong)?;
    let slots = names_of(fields.localsplusnames)?;
    let kinds = bytes(fields.localspluskinds)?;
    if kinds.len() != slots.len() || !code.len().is_multiple_of(2) || code.is_empty() {
        return Err(wrong());
    }
    let numbers = [
        number(fields.argcount)?,
        number(fields.posonlyargcount)?,
        number(fields.kwonlyargcount)?,
        number(fields.stacksize)?,
        fields.flags.cast_unsigned(),
        number(fields.firstlineno)?,
    ];
    let [argcount, posonlyargcount, kwonlyargcount, _, flags, _] = numbers;
    let parameters = verify::parameters(argcount, kwonlyargcount, flags);
    let locals = kinds.as_slice().iter();
    if posonlyargcount > argcount
        || parameters > locals.filter(|&kind| kind & FAST_LOCAL != 0).count()
    {
        return Err(thread.value_error("code: varnames is too small"));
    }
    let units: Vec<u16> = code
        .as_slice()
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect();
    Ok(Code::new(
        thread,
        &Parts {
            units: &units,
            values: [
                consts.value(),
                names_of(fields.names)?.value(),
                slots.value(),
                kinds.value(),
                string(fields.filename)?.value(),
                string(fields.name)?.value(),
                string(fields.qualname)?.value(),
                bytes(fields.linetable)?.value(),
                bytes(fields.exceptiontable)?.value(),
            ],
            numbers,
            origin,
        },
    ))
}
