//! What a method is called on, and arguments that many methods take.

use grwl_number::Int;
use grwl_object::float::Complex;
use grwl_object::int::{IntView, view};
use grwl_object::protocol::convert;
use grwl_object::{PyResult, Raised, Ref, Str, Thread, Value, ValueExt, float};

/// The receiver as an integer.
#[inline]
pub(crate) fn int<'a>(thread: &Thread, value: Value) -> PyResult<IntView<'a>> {
    view(value).ok_or_else(|| wrong(thread, "int", value))
}

/// The receiver as a float.
#[inline]
pub(crate) fn float(thread: &Thread, value: Value) -> PyResult<f64> {
    float::view(value).ok_or_else(|| wrong(thread, "float", value))
}

/// The receiver's two parts.
#[inline]
pub(crate) fn complex(thread: &Thread, value: Value) -> PyResult<(f64, f64)> {
    match value.downcast::<Complex>() {
        Some(cell) => Ok((cell.real, cell.imaginary)),
        None => Err(wrong(thread, "complex", value)),
    }
}

/// `TypeError` for a receiver of another type.
#[cold]
pub(crate) fn wrong(thread: &Thread, wanted: &str, value: Value) -> Raised {
    thread.type_error(format_args!(
        "descriptor requires a '{wanted}' object but received a '{}'",
        value.class().name()
    ))
}

/// What `__format__` was given.
#[inline]
pub(crate) fn format_spec(thread: &Thread, value: Value) -> PyResult<Ref<Str>> {
    str_argument(thread, value, "__format__() argument")
}

/// A string argument; `which` says in messages what it is.
pub(crate) fn str_argument(thread: &Thread, value: Value, which: &str) -> PyResult<Ref<Str>> {
    value.downcast::<Str>().ok_or_else(|| {
        let given = value.class();
        let given = if value.is_none() {
            "None".to_string()
        } else {
            given.name().to_string()
        };
        thread.type_error(format_args!("{which} must be str, not {given}"))
    })
}

/// What `round` was given beside the number: `None` without, or with `None`; far out if it does not fit.
pub(crate) fn digits(thread: &mut Thread, value: Option<Value>) -> PyResult<Option<Int>> {
    match value.and_then(Value::not_none) {
        Some(digits) => convert::as_int(thread, digits).map(Some),
        None => Ok(None),
    }
}

/// What an operation on numbers gives, or its exception.
#[inline]
pub(crate) fn checked<T>(thread: &Thread, result: Result<T, grwl_number::Error>) -> PyResult<T> {
    result.map_err(|error| thread.number_error(&error))
}
