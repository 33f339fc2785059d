//! Arithmetic, comparison and hash of `datetime`.

use grwl_object::string::hash_bytes;
use grwl_object::{CompareOp, PyResult, Ref, Thread, Value, ValueExt, int, not_implemented};
use grwl_threads::sync::Ordering;

use crate::calendar::{Clock, Day};
use crate::datetime::{DateTime, of_exact_class, own, plus};
use crate::delta::{self, Delta};
use crate::zone;

pub(crate) fn add(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let (moment, delta) = match a.downcast::<DateTime>() {
        Some(moment) => (Some(moment), b.downcast::<Delta>()),
        None => (b.downcast::<DateTime>(), a.downcast::<Delta>()),
    };
    match (moment, delta) {
        (Some(moment), Some(delta)) => plus(thread, moment, delta.as_microseconds()),
        _ => Ok(not_implemented()),
    }
}

pub(crate) fn subtract(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let Some(a) = a.downcast::<DateTime>() else {
        return Ok(not_implemented());
    };
    if let Some(delta) = b.downcast::<Delta>() {
        return plus(thread, a, -delta.as_microseconds());
    }
    let Some(b) = b.downcast::<DateTime>() else {
        return Ok(not_implemented());
    };
    let mut difference = a.as_microseconds() - b.as_microseconds();
    if a.zone() != b.zone() {
        let offset = zone::utc_offset(thread, a.zone(), a.value())?;
        let other = zone::utc_offset(thread, b.zone(), b.value())?;
        match (offset, other) {
            (None, None) => {}
            (Some(offset), Some(other)) => {
                difference -= offset.as_microseconds() - other.as_microseconds();
            }
            _ => {
                return Err(
                    thread.type_error("can't subtract offset-naive and offset-aware datetimes")
                );
            }
        }
    }
    Ok(delta::of_microseconds(thread, difference)?.value())
}

/// The offset of a datetime that is the same but for its fold.
fn offset_with_fold(
    thread: &mut Thread,
    moment: Ref<DateTime>,
    fold: u8,
) -> PyResult<Option<Ref<Delta>>> {
    let class = moment.value().class();
    let clock = moment.clock().with_fold(fold);
    let other = of_exact_class(thread, class, moment.day(), clock, moment.zone())?;
    zone::utc_offset(thread, own(other).zone(), other)
}

/// Does the offset depend on the fold? Such a datetime equals none in another zone.
fn depends_on_fold(
    thread: &mut Thread,
    moment: Ref<DateTime>,
    offset: Option<Ref<Delta>>,
) -> PyResult<bool> {
    let other = offset_with_fold(thread, moment, 1 - moment.clock().fold.min(1))?;
    let length = |offset: Option<Ref<Delta>>| offset.map(|offset| offset.as_microseconds());
    Ok(length(other) != length(offset))
}

fn key(moment: Ref<DateTime>) -> (Day, (u8, u8, u8, u32)) {
    let clock: Clock = moment.clock();
    (moment.day(), clock.key())
}

pub(crate) fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let Some(b) = b.downcast::<DateTime>() else {
        return Ok(not_implemented());
    };
    let a = own(a);
    if a.zone() == b.zone() {
        return Ok(int::bool(op.holds(key(a).cmp(&key(b)))));
    }
    let offset = zone::utc_offset(thread, a.zone(), a.value())?;
    let other = zone::utc_offset(thread, b.zone(), b.value())?;
    let order = match (offset, other) {
        (None, None) => key(a).cmp(&key(b)),
        (Some(offset), Some(other)) => {
            let a = a.as_microseconds() - offset.as_microseconds();
            let b = b.as_microseconds() - other.as_microseconds();
            a.cmp(&b)
        }
        _ => {
            return match op {
                CompareOp::Eq => Ok(int::bool(false)),
                CompareOp::Ne => Ok(int::bool(true)),
                _ => {
                    Err(thread.type_error("can't compare offset-naive and offset-aware datetimes"))
                }
            };
        }
    };
    let is_test = matches!(op, CompareOp::Eq | CompareOp::Ne);
    if is_test
        && order.is_eq()
        && (depends_on_fold(thread, a, offset)? || depends_on_fold(thread, b, other)?)
    {
        return Ok(int::bool(op == CompareOp::Ne));
    }
    Ok(int::bool(op.holds(order)))
}

pub(crate) fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let moment = own(this);
    // Relaxed: the hash is always the same number.
    let known = moment.hash_word().load(Ordering::Relaxed);
    if known != 0 {
        return Ok(known as i64);
    }
    let offset = if moment.clock().fold == 0 {
        zone::utc_offset(thread, moment.zone(), this)?
    } else {
        offset_with_fold(thread, moment, 0)?
    };
    let hash = match offset {
        None => {
            let bytes = [&moment.day().to_bytes()[..], &moment.clock().to_bytes()[..]];
            hash_bytes(&bytes.concat())
        }
        Some(offset) => {
            let since = moment.as_microseconds() - offset.as_microseconds();
            let since = delta::of_microseconds(thread, since)?;
            delta::hash_of(thread, since)?
        }
    };
    moment.hash_word().store(hash as u64, Ordering::Relaxed);
    Ok(hash)
}
