//! `complex(...)`.

use grwl_number::float::parse::parse_complex;
use grwl_object::float::{Complex, complex_of_class, new_complex};
use grwl_object::protocol;
use grwl_object::{
    Args, Name, PyResult, Ref, Signature, Str, Thread, TypeObject, Value, ValueExt, slots, types,
};

use super::algebra::Pair;
use crate::float::number as to_float;
use crate::receiver::checked;

static COMPLEX: Name = Name::new("__complex__");

static SIGNATURE: Signature<2> = Signature::new("complex", ["real", "imag"]).optional_after(0);

fn parts(value: Value) -> Option<Pair> {
    value
        .downcast::<Complex>()
        .map(|complex| (complex.real, complex.imaginary))
}

fn is_exact(value: Value) -> bool {
    value.downcast_exact::<Complex>().is_some()
}

/// `__float__` or `__index__` would answer.
fn is_real(value: Value) -> bool {
    let class = value.class();
    class.slot(slots::FLOAT).is_some() || class.slot(slots::INDEX).is_some()
}

/// What `__complex__` gives, if the type has it.
fn by_method(thread: &mut Thread, value: Value) -> PyResult<Option<Pair>> {
    if is_exact(value) {
        return Ok(parts(value));
    }
    if value.as_float().is_some() || value.as_int().is_some() {
        return Ok(None);
    }
    let name = COMPLEX.get(thread);
    let Some(result) = protocol::call_special(thread, value, name, &[])? else {
        return Ok(None);
    };
    let class = result.class();
    let Some(pair) = parts(result) else {
        return Err(thread.type_error(format_args!(
            "__complex__ returned non-complex (type {})",
            class.name()
        )));
    };
    if !is_exact(result) {
        let message = format!(
            "__complex__ returned non-complex (type {}).  The ability to return an instance of a strict subclass of complex is deprecated, and may be removed in a future version of Python.",
            class.name()
        );
        grwl_object::exception::warn(thread, &types::DEPRECATION_WARNING, &message, 1)?;
    }
    Ok(Some(pair))
}

/// `complex.__new__`
pub(super) fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let (real, imaginary) = match *args.values() {
        [] => (0.0, 0.0),
        [value] if args.keyword_count() == 0 => {
            if is_exact(value) && std::ptr::eq(class.as_ptr(), &raw const types::COMPLEX) {
                return Ok(value);
            }
            of_one(thread, value)?
        }
        _ => {
            let [real, imaginary] = args.parse(thread, &SIGNATURE)?;
            of_parts(thread, real.unwrap_or(Value::small(0)), imaginary)?
        }
    };
    complex_of_class(thread, &class, real, imaginary)
}

fn of_one(thread: &mut Thread, value: Value) -> PyResult<Pair> {
    if let Some(string) = value.downcast::<Str>() {
        return checked(thread, parse_complex(string.text()));
    }
    if let Some(pair) = by_method(thread, value)? {
        return Ok(pair);
    }
    if let Some(pair) = parts(value) {
        return Ok(pair);
    }
    if is_real(value) {
        return Ok((to_float(thread, value)?, 0.0));
    }
    Err(thread.type_error(format_args!(
        "complex() argument must be a string or a number, not {}",
        value.class().name()
    )))
}

fn not_real(which: &str, value: Value) -> String {
    let class = value.class();
    format!(
        "complex() argument '{which}' must be a real number, not {}",
        class.name()
    )
}

fn warn_not_real(thread: &mut Thread, which: &str, value: Value) -> PyResult<()> {
    let message = not_real(which, value);
    grwl_object::exception::warn(thread, &types::DEPRECATION_WARNING, &message, 1)
}

/// `complex(real, imag)`. Complex parts are deprecated: `complex(a, b)` is then `a + b * 1j`.
fn of_parts(thread: &mut Thread, real: Value, imaginary: Option<Value>) -> PyResult<Pair> {
    let mut first = by_method(thread, real)?;
    if first.is_some() {
        warn_not_real(thread, "real", real)?;
    } else if let Some(pair) = parts(real) {
        warn_not_real(thread, "real", real)?;
        first = Some(pair);
    } else if !is_real(real) {
        return Err(thread.type_error(not_real("real", real)));
    }
    if let Some(imaginary) = imaginary
        && !is_real(imaginary)
        && parts(imaginary).is_none()
    {
        return Err(thread.type_error(not_real("imag", imaginary)));
    }
    let (mut re, turned) = match first {
        Some(pair) => pair,
        None => (to_float(thread, real)?, 0.0),
    };
    let Some(imaginary) = imaginary else {
        return Ok((re, turned));
    };
    let mut im = match parts(imaginary) {
        Some(second) => {
            warn_not_real(thread, "imag", imaginary)?;
            re -= second.1;
            second.0
        }
        None => to_float(thread, imaginary)?,
    };
    if first.is_some() {
        im += turned;
    }
    Ok((re, im))
}

/// A number as a complex one: by `__complex__`, `__float__` or `__index__`.
///
/// # Errors
/// `TypeError: must be real number, not X`, or what a method raises.
pub fn number(thread: &mut Thread, value: Value) -> PyResult<Pair> {
    if let Some(pair) = parts(value) {
        return Ok(pair);
    }
    if let Some(pair) = by_method(thread, value)? {
        return Ok(pair);
    }
    Ok((protocol::as_float(thread, value)?, 0.0))
}

pub(super) fn from_number(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    let Some(class) = class.downcast::<TypeObject>() else {
        return Err(thread.type_error("complex.from_number() needs a class"));
    };
    let is_plain = std::ptr::eq(class.as_ptr(), &raw const types::COMPLEX);
    if is_plain && is_exact(value) {
        return Ok(value);
    }
    let (real, imaginary) = number(thread, value)?;
    if is_plain {
        return Ok(new_complex(thread, real, imaginary).value());
    }
    complex_of_class(thread, &class, real, imaginary)
}
