//! Operators of `str`, indexing, comparison, hash.

use std::borrow::Cow;

use grwl_object::slice::Slice;
use grwl_object::{
    CompareOp, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, not_implemented, protocol,
    singleton, types,
};
use grwl_text::Unit;

use crate::arguments::{check_room, own, part, result, unchanged};

/// `len(s)`
pub(crate) fn length(_thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(own(this).len())
}

/// `s + x`
pub(crate) fn concat(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some(right) = b.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "can only concatenate str (not \"{}\") to str",
            b.class().name()
        )));
    };
    let left = own(a);
    if left.is_empty() {
        return unchanged(thread, right);
    }
    if right.is_empty() {
        return unchanged(thread, left);
    }
    Ok(Str::concat(thread, left, right)?.value())
}

/// `s * n`
pub(crate) fn repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let string = own(this);
    if times < 1 || string.is_empty() {
        return Ok(Str::empty().value());
    }
    if times == 1 {
        return unchanged(thread, string);
    }
    let text = string.text();
    let times = times as usize;
    let Some(length) = text
        .len()
        .checked_mul(times)
        .filter(|&n| n <= isize::MAX as usize)
    else {
        return Err(thread.overflow_error("repeated string is too long"));
    };
    check_room(thread, length.saturating_mul(text.width().bytes()))?;
    result(thread, &text.repeat(times))
}

/// `x in s`
pub(crate) fn contains(thread: &mut Thread, this: Value, element: Value) -> PyResult<bool> {
    match element.downcast::<Str>() {
        Some(element) => Ok(own(this).text().contains(element.text())),
        None => Err(thread.type_error(format_args!(
            "'in <string>' requires string as left operand, not {}",
            element.class().name()
        ))),
    }
}

/// `s[i]`, the index counted from the start.
pub(crate) fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let code = usize::try_from(index)
        .ok()
        .and_then(|index| own(this).text().get(index));
    match code {
        Some(code) => Ok(Str::from_code(thread, code).value()),
        None => Err(thread.index_error("string index out of range")),
    }
}

/// `s[key]`
pub(crate) fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let string = own(this);
    if protocol::convert::has_index(key) {
        let index = protocol::as_index(thread, key)?;
        let index = if index < 0 {
            index.wrapping_add_unsigned(string.len())
        } else {
            index
        };
        return item(thread, this, index);
    }
    if let Some(slice) = key.downcast::<Slice>() {
        let bounds = slice.bounds(thread)?;
        let chosen = bounds.within(string.len());
        if chosen.count == 0 {
            return Ok(Str::empty().value());
        }
        if chosen.step == 1 {
            return part(thread, string, chosen.start..chosen.start + chosen.count);
        }
        let text = string.text();
        return result(thread, &text.every(chosen.start, chosen.step, chosen.count));
    }
    Err(thread.type_error(format_args!(
        "string indices must be integers, not '{}'",
        key.class().name()
    )))
}

/// `s < x` and its like
pub(crate) fn compare(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (a.downcast::<Str>(), b.downcast::<Str>()) else {
        return Ok(not_implemented());
    };
    let holds = match op {
        CompareOp::Eq => a.equals(&b),
        CompareOp::Ne => !a.equals(&b),
        _ if a == b => op.holds(std::cmp::Ordering::Equal),
        _ => op.holds(a.text().cmp(&b.text())),
    };
    Ok(singleton::bool(holds))
}

/// `hash(s)`
pub(crate) fn hash(_thread: &mut Thread, this: Value) -> PyResult<i64> {
    Ok(own(this).hash())
}

/// `repr(s)`
pub(crate) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let string = own(this);
    if let Some(ascii) = string.as_ascii()
        && ascii
            .bytes()
            .all(|byte| matches!(byte, b' '..=b'~' if byte != b'\'' && byte != b'\\'))
    {
        let mut quoted = Vec::with_capacity(ascii.len() + 2);
        quoted.push(b'\'');
        quoted.extend_from_slice(ascii.as_bytes());
        quoted.push(b'\'');
        return Ok(Str::try_from_text(thread, u8::text(&quoted))?.value());
    }
    result(thread, &grwl_text::repr::repr(string.text()))
}

/// `str(s)`
pub(crate) fn to_str(thread: &mut Thread, this: Value) -> PyResult {
    unchanged(thread, own(this))
}

/// `s % x`
pub(crate) fn remainder(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    match a.downcast::<Str>() {
        Some(format) => Ok(crate::percent::format(thread, format, b)?.value()),
        None => Ok(not_implemented()),
    }
}

/// `__getnewargs__`
pub(crate) fn new_args(thread: &mut Thread, this: Value) -> PyResult {
    let copy: Ref<Str> = Str::try_from_text(thread, own(this).text())?;
    Ok(Tuple::try_new(thread, &[copy.value()])?.value())
}

/// `__sizeof__`
pub(crate) fn size_in_bytes(thread: &mut Thread, this: Value) -> PyResult {
    let string = own(this);
    let units = string.len() * string.text().width().bytes();
    let size = (types::STR.size() + units).next_multiple_of(16);
    Ok(grwl_object::int::from_usize(thread, size))
}

/// `__format__`
pub(crate) fn format(thread: &mut Thread, this: Value, spec: Value) -> PyResult {
    let spec = crate::arguments::text(thread, spec, "__format__", "argument")?;
    if spec.is_empty() {
        return Ok(protocol::str(thread, this)?.value());
    }
    let type_name = if this.downcast_exact::<Str>().is_some() {
        Cow::Borrowed("str")
    } else {
        Cow::Owned(this.class().name().to_string())
    };
    match grwl_number::format::text::format(own(this).text(), spec.text(), &type_name) {
        Ok(text) => result(thread, &text),
        Err(error) => Err(thread.number_error(&error)),
    }
}
