//! `int(...)`.

use grwl_number::Int;
use grwl_number::int::text;
use grwl_object::bytes::Bytes;
use grwl_object::int::{self, from_i64};
use grwl_object::protocol::convert;
use grwl_object::{
    Args, PyResult, Ref, Signature, Str, Thread, TypeObject, Value, ValueExt, buffer, slots, types,
};

use super::arithmetic::plain_result;
use crate::limit::max_str_digits;
use crate::receiver::checked;

static SIGNATURE: Signature<2> = Signature::new("int", ["", "base"])
    .optional_after(0)
    .positional_only(1);

/// `int.__new__`
pub(super) fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let is_plain = std::ptr::eq(class.as_ptr(), &raw const types::INT);
    if is_plain && args.keyword_count() == 0 {
        let [value, base] = args.unpack(thread, "int", 0)?;
        return convert_to_int(thread, value, base);
    }
    let [value, base] = args.parse(thread, &SIGNATURE)?;
    let result = convert_to_int(thread, value, base)?;
    if is_plain {
        return Ok(result);
    }
    let result = match int::view(result) {
        Some(result) => result.to_int(),
        None => unreachable!("the conversion gives an int"),
    };
    int::of_class(thread, &class, result)
}

/// Is it a `bytearray`? That type is declared in a package beside this one, so it is known by its name.
fn is_bytearray(value: Value) -> bool {
    let class = value.class();
    let Some(order) = class.mro() else {
        return false;
    };
    order.iter().any(|base| {
        let base = base.downcast::<TypeObject>();
        base.and_then(|base| base.declaration())
            .is_some_and(|declared| declared.name == "bytearray")
    })
}

fn convert_to_int(thread: &mut Thread, value: Option<Value>, base: Option<Value>) -> PyResult {
    match (value, base) {
        (None, None) => Ok(Value::small(0)),
        (None, Some(_)) => Err(thread.type_error("int() missing string argument")),
        (Some(value), None) => number(thread, value),
        (Some(value), Some(base)) => {
            let base = convert::as_clamped_index(thread, base)?;
            let base = match u32::try_from(base) {
                Ok(base @ (0 | 2..=36)) => base,
                _ => {
                    return Err(thread.value_error("int() base must be >= 2 and <= 36, or 0"));
                }
            };
            if let Some(string) = value.downcast::<Str>() {
                return of_str(thread, string, base);
            }
            if let Some(bytes) = value.downcast::<Bytes>() {
                return of_bytes(thread, bytes.as_slice(), base);
            }
            if is_bytearray(value) {
                let bytes = buffer::bytes_of(thread, value)?;
                return of_bytes(thread, &bytes, base);
            }
            Err(thread.type_error("int() can't convert non-string with explicit base"))
        }
    }
}

fn of_str(thread: &Thread, string: Ref<Str>, base: u32) -> PyResult {
    if base == 10
        && let Some(ascii) = string.as_ascii()
        && let Some(small) = text::parse_small(ascii.as_bytes())
    {
        return Ok(from_i64(thread, small));
    }
    finished(thread, text::parse(string.text(), base, max_str_digits()))
}

fn of_bytes(thread: &Thread, bytes: &[u8], base: u32) -> PyResult {
    finished(thread, text::parse_bytes(bytes, base, max_str_digits()))
}

fn finished(thread: &Thread, result: Result<Int, grwl_number::Error>) -> PyResult {
    checked(thread, result).map(|int| int::new(thread, int))
}

/// `int(value)`: by `__int__`, `__index__`, or from text.
///
/// # Errors
/// `TypeError` if it is neither a number nor text, `ValueError` of text that is no literal, or what a method raises.
pub fn number(thread: &mut Thread, value: Value) -> PyResult {
    if int::is_exact_int(value) {
        return Ok(value);
    }
    let class = value.class();
    if let Some(method) = class.slot(slots::INT) {
        let result = method(thread, value)?;
        return plain_result(thread, result, "__int__");
    }
    if let Some(method) = class.slot(slots::INDEX) {
        let result = method(thread, value)?;
        return plain_result(thread, result, "__index__");
    }
    if let Some(string) = value.downcast::<Str>() {
        return of_str(thread, string, 10);
    }
    if let Some(bytes) = value.downcast::<Bytes>() {
        return of_bytes(thread, bytes.as_slice(), 10);
    }
    if buffer::is_supported(value) {
        let bytes = buffer::bytes_of(thread, value)?;
        return of_bytes(thread, &bytes, 10);
    }
    Err(thread.type_error(format_args!(
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        class.name()
    )))
}
