//! `repr`, `str`, `ascii`, `format`.

use std::cell::RefCell;

use grwl_value::Value;

use crate::cell::{Ref, ValueExt};
use crate::names::Name;
use crate::protocol::call_special;
use crate::result::PyResult;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;

static FORMAT: Name = Name::new("__format__");

thread_local! {
    /// The containers whose `repr` this thread is making. They are alive: who makes it has them on the native stack.
    static SHOWN: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// A container's `repr` is being made, as long as this lives: the guard against containers that contain themselves.
#[must_use = "the guard ends when this is dropped"]
pub struct Showing(());

impl Showing {
    /// Begins the `repr` of a container; `None` if this thread is making it already.
    pub fn begin(value: Value) -> Option<Self> {
        let address = value.bits().get();
        SHOWN.with_borrow_mut(|all| {
            if all.contains(&address) {
                return None;
            }
            all.push(address);
            Some(Self(()))
        })
    }
}

impl Drop for Showing {
    fn drop(&mut self) {
        SHOWN.with_borrow_mut(|all| {
            all.pop();
        });
    }
}

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
