//! What `int` can do beside arithmetic.

use std::borrow::Cow;

use grwl_number::hash;
use grwl_number::int::digits::Digits;
use grwl_object::int::{self, IntView, from_i64, is_exact_int, new};
use grwl_object::{
    Args, PyResult, Str, Thread, Tuple, Value, ValueExt, float, protocol, singleton,
};

use super::arithmetic;
use crate::limit::max_str_digits;
use crate::receiver::{self, checked};

/// The number as a plain `int`: `int(True)` is 1.
///
/// # Errors
/// None of its own.
pub fn plain(thread: &mut Thread, this: Value) -> PyResult {
    if is_exact_int(this) {
        return Ok(this);
    }
    Ok(match receiver::int(thread, this)? {
        IntView::Small(int) => from_i64(thread, int),
        IntView::Big(int) => new(thread, int.clone()),
    })
}

/// `repr(this)`, with no regard to a subclass.
///
/// # Errors
/// `ValueError` beyond the limit on digits.
pub fn repr(thread: &mut Thread, this: Value) -> PyResult {
    match receiver::int(thread, this)? {
        IntView::Small(int @ 0..=9) => Ok(Str::from_code(thread, 48 + int as u32).value()),
        IntView::Small(int) if int > 0 => {
            let digits = Digits::of_word(int.unsigned_abs(), 10, false);
            Ok(Str::from_ascii(thread, digits.as_str().as_bytes())?.value())
        }
        int => {
            let digits = int.shown().digits(10, false, max_str_digits());
            let digits = checked(thread, digits)?;
            let sign = if int.is_negative() { "-" } else { "" };
            let text = [sign, digits.as_str()].concat();
            Ok(Str::from_ascii(thread, text.as_bytes())?.value())
        }
    }
}

pub(super) fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    Ok(match receiver::int(thread, this)? {
        IntView::Small(int) => hash::of_i64(int),
        IntView::Big(int) => hash::of_int(int),
    })
}

pub(super) fn is_true(thread: &mut Thread, this: Value) -> PyResult<bool> {
    Ok(match receiver::int(thread, this)? {
        IntView::Small(int) => int != 0,
        IntView::Big(_) => true,
    })
}

pub(super) fn float(thread: &mut Thread, this: Value) -> PyResult {
    let int = receiver::int(thread, this)?;
    Ok(float::new(thread, arithmetic::to_f64(thread, int)?))
}

pub(super) fn as_integer_ratio(thread: &mut Thread, this: Value) -> PyResult {
    let numerator = plain(thread, this)?;
    Ok(Tuple::try_new(thread, &[numerator, Value::small(1)])?.value())
}

pub(super) fn getnewargs(thread: &mut Thread, this: Value) -> PyResult {
    let int = plain(thread, this)?;
    Ok(Tuple::try_new(thread, &[int])?.value())
}

pub(super) fn round(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [digits] = args.unpack(thread, "__round__", 0)?;
    let digits = receiver::digits(thread, digits)?;
    match digits {
        Some(digits) if digits.is_negative() => {
            let int = receiver::int(thread, this)?.to_int();
            let digits = digits.abs().to_u64().unwrap_or(u64::MAX);
            Ok(new(thread, int.rounded_to_tens(digits)))
        }
        _ => plain(thread, this),
    }
}

pub(super) fn format(thread: &mut Thread, this: Value, spec: Value) -> PyResult {
    let spec = receiver::format_spec(thread, spec)?;
    if spec.is_empty() {
        return if is_exact_int(this) {
            repr(thread, this)
        } else {
            protocol::str(thread, this).map(|text| text.value())
        };
    }
    let int = receiver::int(thread, this)?;
    let class_name = if is_exact_int(this) {
        Cow::Borrowed("int")
    } else {
        Cow::Owned(this.class().name().to_string())
    };
    let text = grwl_number::format::integer::format(
        int.shown(),
        spec.text(),
        &class_name,
        max_str_digits(),
    );
    let text = checked(thread, text)?;
    Ok(Str::from_buf(thread, &text)?.value())
}

/// As CPython's: 24 bytes, and four for each thirty bits.
pub(super) fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let bits = match receiver::int(thread, this)? {
        IntView::Small(int) => u64::from(64 - int.unsigned_abs().leading_zeros()),
        IntView::Big(int) => int.bit_length(),
    };
    Ok(int::from_usize(
        thread,
        24 + 4 * bits.div_ceil(30).max(1) as usize,
    ))
}

pub(super) fn is_integer(_thread: &mut Thread, _this: Value) -> PyResult {
    Ok(singleton::bool(true))
}

pub(super) fn imaginary(_thread: &mut Thread, _this: Value) -> PyResult {
    Ok(Value::small(0))
}

pub(super) fn denominator(_thread: &mut Thread, _this: Value) -> PyResult {
    Ok(Value::small(1))
}
