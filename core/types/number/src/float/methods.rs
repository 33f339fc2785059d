//! What `float` can do beside arithmetic.

use grwl_number::Int;
use grwl_number::float::{hex as hexadecimal, round as rounding, text};
use grwl_number::hash as hashes;
use grwl_object::protocol::hash::of_address;
use grwl_object::singleton;
use grwl_object::{Args, PyResult, Str, Thread, Tuple, Value, ValueExt, float, int, protocol};

use crate::int::arithmetic::from_f64;
use crate::receiver::{self, checked};

/// The number as a plain `float`.
pub(super) fn plain(thread: &mut Thread, this: Value) -> PyResult {
    if float::exact(this).is_some() {
        return Ok(this);
    }
    let float = receiver::float(thread, this)?;
    Ok(float::new(thread, float))
}

pub(super) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let float = receiver::float(thread, this)?;
    Ok(Str::new(thread, &text::repr(float)).value())
}

pub(super) fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let float = receiver::float(thread, this)?;
    Ok(hashes::of_f64(float).unwrap_or_else(|| of_address(this)))
}

pub(super) fn is_true(thread: &mut Thread, this: Value) -> PyResult<bool> {
    Ok(receiver::float(thread, this)? != 0.0)
}

pub(super) fn trunc(thread: &mut Thread, this: Value) -> PyResult {
    let float = receiver::float(thread, this)?;
    from_f64(thread, float)
}

pub(super) fn floor(thread: &mut Thread, this: Value) -> PyResult {
    let float = receiver::float(thread, this)?;
    from_f64(thread, float.floor())
}

pub(super) fn ceil(thread: &mut Thread, this: Value) -> PyResult {
    let float = receiver::float(thread, this)?;
    from_f64(thread, float.ceil())
}

pub(super) fn round(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [digits] = args.unpack(thread, "__round__", 0)?;
    let digits = receiver::digits(thread, digits)?;
    let float = receiver::float(thread, this)?;
    let Some(digits) = digits else {
        return from_f64(thread, rounding::to_whole(float));
    };
    let far = if digits.is_negative() {
        i64::MIN
    } else {
        i64::MAX
    };
    let digits = digits.to_i64().unwrap_or(far);
    let result = checked(thread, rounding::round(float, digits))?;
    Ok(float::new(thread, result))
}

pub(super) fn as_integer_ratio(thread: &mut Thread, this: Value) -> PyResult {
    let float = receiver::float(thread, this)?;
    let (numerator, denominator) = checked(thread, Int::ratio_of(float))?;
    let pair = [int::new(thread, numerator), int::new(thread, denominator)];
    Ok(Tuple::try_new(thread, &pair)?.value())
}

pub(super) fn hex(thread: &mut Thread, this: Value) -> PyResult {
    let float = receiver::float(thread, this)?;
    Ok(Str::new(thread, &hexadecimal::to_hex(float)).value())
}

pub(super) fn is_integer(thread: &mut Thread, this: Value) -> PyResult {
    let float = receiver::float(thread, this)?;
    Ok(singleton::bool(float.is_finite() && float.floor() == float))
}

pub(super) fn getnewargs(thread: &mut Thread, this: Value) -> PyResult {
    let float = plain(thread, this)?;
    Ok(Tuple::try_new(thread, &[float])?.value())
}

pub(super) fn format(thread: &mut Thread, this: Value, spec: Value) -> PyResult {
    let spec = receiver::format_spec(thread, spec)?;
    let float = receiver::float(thread, this)?;
    if spec.is_empty() {
        return if float::exact(this).is_some() {
            repr(thread, this)
        } else {
            protocol::str(thread, this).map(|text| text.value())
        };
    }
    let class = this.class();
    let class_name = class.name().to_string();
    let text = grwl_number::format::real::format(float, spec.text(), &class_name);
    let text = checked(thread, text)?;
    Ok(Str::from_buf(thread, &text)?.value())
}

pub(super) fn imaginary(thread: &mut Thread, _this: Value) -> PyResult {
    Ok(float::new(thread, 0.0))
}
