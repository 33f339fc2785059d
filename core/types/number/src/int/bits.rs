//! `<< >> & ^ | ~`, `bit_length`, `bit_count`.

use grwl_number::Int;
use grwl_object::int::{IntView, from_i64, new};
use grwl_object::{PyResult, Thread, Value, not_implemented};

use super::arithmetic::{from_i128, operands, simple};
use crate::receiver::{self, checked};

simple! {
    /// `a & b`
    and, |a: i64, b: i64| Some(a & b), |a: i128, b: i128| a & b, |a: &Int, b: &Int| a & b;
    /// `a ^ b`
    xor, |a: i64, b: i64| Some(a ^ b), |a: i128, b: i128| a ^ b, |a: &Int, b: &Int| a ^ b;
    /// `a | b`
    or, |a: i64, b: i64| Some(a | b), |a: i128, b: i128| a | b, |a: &Int, b: &Int| a | b;
}

/// `a << b`
pub(super) fn lshift(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((a, b)) = operands(a, b) else {
        return Ok(not_implemented());
    };
    match (a, b) {
        (IntView::Small(a), IntView::Small(by @ 0..=63)) => {
            Ok(from_i128(thread, i128::from(a) << by))
        }
        _ => {
            let result = a.to_int().shift_left(&b.to_int());
            checked(thread, result).map(|int| new(thread, int))
        }
    }
}

/// `a >> b`
pub(super) fn rshift(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some((a, b)) = operands(a, b) else {
        return Ok(not_implemented());
    };
    match (a, b) {
        (IntView::Small(a), IntView::Small(by @ 0..)) => Ok(from_i64(thread, a >> by.min(63))),
        _ => {
            let result = a.to_int().shift_right(&b.to_int());
            checked(thread, result).map(|int| new(thread, int))
        }
    }
}

/// `~a`
pub(crate) fn invert(thread: &mut Thread, a: Value) -> PyResult {
    Ok(match receiver::int(thread, a)? {
        IntView::Small(int) => from_i64(thread, !int),
        IntView::Big(int) => new(thread, !int),
    })
}

pub(super) fn bit_length(thread: &mut Thread, a: Value) -> PyResult {
    let bits = match receiver::int(thread, a)? {
        IntView::Small(int) => i64::from(64 - int.unsigned_abs().leading_zeros()),
        IntView::Big(int) => int.bit_length() as i64,
    };
    Ok(from_i64(thread, bits))
}

pub(super) fn bit_count(thread: &mut Thread, a: Value) -> PyResult {
    let bits = match receiver::int(thread, a)? {
        IntView::Small(int) => i64::from(int.unsigned_abs().count_ones()),
        IntView::Big(int) => int.bit_count() as i64,
    };
    Ok(from_i64(thread, bits))
}
