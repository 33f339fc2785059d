//! `repr`, `str`, `ascii`, `format`.

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::names::Name;
use crate::protocol::call_special;
use crate::result::PyResult;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;

static FORMAT: Name = Name::new("__format__");

/// `repr(value)`
///
/// # Errors
/// What `__repr__` raises; `TypeError` if it returns no string.
pub fn repr(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    thread.check_stack()?;
    let class = value.class();
    let Some(repr) = class.slot(slots::REPR) else {
        let text = format!("<{} object at {:#x}>", class.name(), value.bits().get());
        return Ok(Str::new(thread, &text));
    };
    let result = repr(thread, value)?;
    result.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "__repr__ returned non-string (type {})",
            result.class().name()
        ))
    })
}

/// `str(value)`
///
/// # Errors
/// What `__str__` raises; `TypeError` if it returns no string.
pub fn str(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    if let Some(string) = value.downcast_exact::<Str>() {
        return Ok(string);
    }
    let Some(to_str) = value.class().slot(slots::STR) else {
        return repr(thread, value);
    };
    thread.check_stack()?;
    let result = to_str(thread, value)?;
    result.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "__str__ returned non-string (type {})",
            result.class().name()
        ))
    })
}

/// `ascii(value)`
///
/// # Errors
/// As [`repr`].
pub fn ascii(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    let text = repr(thread, value)?;
    if text.is_ascii() {
        return Ok(text);
    }
    let escaped = grwl_text::repr::ascii_of_repr(text.text());
    Str::try_from_text(thread, grwl_text::Text::One(&escaped))
}

/// `format(value, spec)`
///
/// # Errors
/// What `__format__` raises; `TypeError` if it returns no string.
pub fn format(thread: &mut Thread, value: Value, spec: Ref<Str>) -> PyResult<Ref<Str>> {
    if spec.is_empty() {
        if let Some(string) = value.downcast_exact::<Str>() {
            return Ok(string);
        }
        if crate::int::is_exact_int(value) {
            return str(thread, value);
        }
    }
    let name = FORMAT.get(thread);
    let Some(result) = call_special(thread, value, name, &[spec.value()])? else {
        return Err(thread.type_error(format_args!(
            "Type {} doesn't define __format__",
            value.class().name()
        )));
    };
    result.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "__format__ must return a str, not {}",
            result.class().name()
        ))
    })
}
