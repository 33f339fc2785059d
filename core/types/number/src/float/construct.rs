//! `float(...)` and the alternative constructors.

use grwl_number::float::{hex, parse};
use grwl_object::bytes::Bytes;
use grwl_object::int::{self, view};
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, PyResult, Ref, Str, Thread, TypeObject, Value, ValueExt, buffer, float, slots, types,
};

use crate::int::arithmetic::to_f64;
use crate::int::bytes::of_class;
use crate::receiver::{checked, str_argument};

/// `float.__new__`
pub(super) fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let is_plain = std::ptr::eq(class.as_ptr(), &raw const types::FLOAT);
    let init = slots::INIT.index();
    let args = if is_plain || types::FLOAT.slots().raw(init) == class.slots().raw(init) {
        args
    } else {
        // A subclass with an `__init__` of its own may take arguments by name.
        Args::positional(args.by_position())
    };
    let [value] = args.unpack(thread, "float", 0)?;
    let result = match value {
        None => 0.0,
        Some(value) => {
            if is_plain && float::exact(value).is_some() {
                return Ok(value);
            }
            number(thread, value)?
        }
    };
    float::of_class(thread, &class, result)
}

/// `float(value)`: by `__float__`, `__index__`, or from text.
///
/// # Errors
/// `TypeError` if it is neither a number nor text, `ValueError` of text that is no float, `OverflowError`, or what a method raises.
pub fn number(thread: &mut Thread, value: Value) -> PyResult<f64> {
    if let Some(float) = float::exact(value) {
        return Ok(float);
    }
    if int::is_exact_int(value)
        && let Some(int) = view(value)
    {
        return to_f64(thread, int);
    }
    let class = value.class();
    if let Some(method) = class.slot(slots::FLOAT) {
        let result = method(thread, value)?;
        return float_result(thread, &class, result);
    }
    if class.slot(slots::INDEX).is_some() {
        let int = convert::index(thread, value)?;
        return match view(int) {
            Some(int) => to_f64(thread, int),
            None => unreachable!("index gives an int"),
        };
    }
    if let Some(string) = value.downcast::<Str>() {
        return checked(thread, parse::parse(string.text()));
    }
    if let Some(bytes) = value.downcast::<Bytes>() {
        return checked(thread, parse::parse_bytes(bytes.as_slice()));
    }
    if buffer::is_supported(value) {
        let bytes = buffer::bytes_of(thread, value)?;
        return checked(thread, parse::parse_bytes(&bytes));
    }
    Err(thread.type_error(format_args!(
        "float() argument must be a string or a real number, not '{}'",
        class.name()
    )))
}

/// Checks what `__float__` returned.
fn float_result(thread: &mut Thread, class: &TypeObject, result: Value) -> PyResult<f64> {
    if let Some(float) = float::exact(result) {
        return Ok(float);
    }
    let (name, given) = (class.name(), result.class());
    let Some(float) = float::view(result) else {
        return Err(thread.type_error(format_args!(
            "{name}.__float__ returned non-float (type {})",
            given.name()
        )));
    };
    let message = format!(
        "{name}.__float__ returned non-float (type {}).  The ability to return an instance of a strict subclass of float is deprecated, and may be removed in a future version of Python.",
        given.name()
    );
    grwl_object::exception::warn(thread, &types::DEPRECATION_WARNING, &message, 1)?;
    Ok(float)
}

pub(super) fn from_number(thread: &mut Thread, class: Value, number: Value) -> PyResult {
    let result = if float::exact(number).is_some() {
        number
    } else {
        let result = protocol::as_float(thread, number)?;
        float::new(thread, result)
    };
    of_class(thread, class, result, &types::FLOAT)
}

pub(super) fn fromhex(thread: &mut Thread, class: Value, string: Value) -> PyResult {
    let Some(string) = string.downcast::<Str>() else {
        return Err(thread.type_error("bad argument type for built-in operation"));
    };
    let result = checked(thread, hex::from_hex(string.text()))?;
    let result = float::new(thread, result);
    of_class(thread, class, result, &types::FLOAT)
}

pub(super) fn getformat(thread: &mut Thread, _class: Value, kind: Value) -> PyResult {
    let kind = str_argument(thread, kind, "__getformat__() argument")?;
    if !kind.is_str("double") && !kind.is_str("float") {
        return Err(thread.value_error("__getformat__() argument 1 must be 'double' or 'float'"));
    }
    let format = if cfg!(target_endian = "little") {
        "IEEE, little-endian"
    } else {
        "IEEE, big-endian"
    };
    Ok(Str::new(thread, format).value())
}
