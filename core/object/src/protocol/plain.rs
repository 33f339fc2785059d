//! Comparisons that run no Python code and reach no safepoint: of integers, floats, strings, and tuples of them, none of a subclass. So they may be made
//! while a lock is held.

use std::cmp::Ordering;

use grwl_value::Value;

use crate::cell::ValueExt;
use crate::string::Str;
use crate::tuple::Tuple;
use crate::{float, int};

/// Tuples in tuples in tuples are compared up to here.
const DEEPEST: u32 = 8;

/// How two values are ordered; the inner `None` is a NaN. The outer `None`: that takes more than is done here.
fn order(a: Value, b: Value) -> Option<Option<Ordering>> {
    if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
        return Some(Some(a.cmp(&b)));
    }
    match (float::exact(a), float::exact(b)) {
        (Some(a), Some(b)) => return Some(a.partial_cmp(&b)),
        (Some(a), None) if int::is_exact_int(b) => {
            let order = int::view(b)?.to_int().compare_f64(a);
            return Some(order.map(Ordering::reverse));
        }
        (None, Some(b)) if int::is_exact_int(a) => {
            return Some(int::view(a)?.to_int().compare_f64(b));
        }
        _ => {}
    }
    if int::is_exact_int(a) && int::is_exact_int(b) {
        return Some(Some(int::view(a)?.to_int().cmp(&int::view(b)?.to_int())));
    }
    let a = a.downcast_exact::<Str>()?;
    let b = b.downcast_exact::<Str>()?;
    Some(Some(a.text().cmp(&b.text())))
}

fn equal_at(a: Value, b: Value, depth: u32) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    if let (Some(a), Some(b)) = (a.downcast_exact::<Tuple>(), b.downcast_exact::<Tuple>()) {
        if depth == DEEPEST {
            return None;
        }
        for (a, b) in a.iter().zip(b.iter()) {
            if !equal_at(a, b, depth + 1)? {
                return Some(false);
            }
        }
        return Some(a.len() == b.len());
    }
    order(a, b).map(|order| order == Some(Ordering::Equal))
}

fn less_at(a: Value, b: Value, depth: u32) -> Option<bool> {
    if let (Some(a), Some(b)) = (a.downcast_exact::<Tuple>(), b.downcast_exact::<Tuple>()) {
        if depth == DEEPEST {
            return None;
        }
        for (x, y) in a.iter().zip(b.iter()) {
            if !equal_at(x, y, depth + 1)? {
                return less_at(x, y, depth + 1);
            }
        }
        return Some(a.len() < b.len());
    }
    order(a, b).map(|order| order == Some(Ordering::Less))
}

/// `a is b or a == b`; `None`: that may run Python code, or raise.
#[inline]
pub fn equal(a: Value, b: Value) -> Option<bool> {
    equal_at(a, b, 0)
}

/// `a < b`; `None`: that may run Python code, or raise.
#[inline]
pub fn less(a: Value, b: Value) -> Option<bool> {
    less_at(a, b, 0)
}
