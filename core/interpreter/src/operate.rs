//! Operators, comparisons, subscripts and steps of iteration: the common cases without a call, the others through the protocols.
//!
//! What ends in `quickly` asks for no type but those that it can answer for, runs no Python code and allocates at most a float; `None` says nothing about
//! the operands.

use grwl_object::compare::CompareOp;
use grwl_object::dict::Dict;
use grwl_object::iterators::IndexIterator;
use grwl_object::list::List;
use grwl_object::protocol::{self, Operator};
use grwl_object::range::RangeIterator;
use grwl_object::singleton::none;
use grwl_object::slice::{Bounds, Slice};
use grwl_object::{
    PyResult, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, singleton, types,
};

/// The in-place operators are so many further on than the plain ones.
const IN_PLACE: usize = 13;
/// `NB_SUBSCR`
const SUBSCRIPT: usize = 26;
/// Integers below this are floats without loss.
const EXACT: u64 = 1 << 53;

/// An operator on two small integers or two floats.
#[inline(always)]
pub fn quickly(
    thread: &Thread,
    a: Value,
    b: Value,
    ints: impl FnOnce(i64, i64) -> Option<i64>,
    floats: impl FnOnce(f64, f64) -> Option<f64>,
) -> Option<Value> {
    if let Some((a, b)) = a.both_ints(b) {
        return ints(a, b).and_then(Value::from_int);
    }
    let result = floats(a.as_float()?, b.as_float()?)?;
    Some(grwl_object::float::new(thread, result))
}

/// `container[start:stop]`
pub fn load_slice(thread: &mut Thread, container: Value, start: Value, stop: Value) -> PyResult {
    if let Some(list) = container.downcast_exact::<List>()
        && let Some(bounds) = Bounds::of_numbers(start, stop, none())
    {
        let part = list.copy_selection(thread, |length| bounds.within(length))?;
        return Ok(part.value());
    }
    let slice = Slice::new(thread, start, stop, none()).value();
    protocol::get_item(thread, container, slice)
}

/// A number as a float, if it is one without loss.
fn exact_float(value: Value) -> Option<f64> {
    match (value.as_float(), value.as_int()) {
        (Some(float), _) => Some(float),
        (_, Some(int)) if int.unsigned_abs() < EXACT => Some(int as f64),
        _ => None,
    }
}

/// Operators on numbers that are no cells.
fn on_numbers(thread: &Thread, operator: usize, a: Value, b: Value) -> Option<Value> {
    if let Some((a, b)) = a.both_ints(b) {
        return match operator {
            7 => Value::from_int(a | b),
            12 => Value::from_int(a ^ b),
            9 if (0..63).contains(&b) => Value::from_int(a >> b),
            3 if (0..32).contains(&b) && a.unsigned_abs() < 1 << 30 => Value::from_int(a << b),
            _ => None,
        };
    }
    let (x, y) = (exact_float(a)?, exact_float(b)?);
    let result = match operator {
        0 => x + y,
        10 => x - y,
        5 => x * y,
        11 if y != 0.0 => x / y,
        _ => return None,
    };
    Some(grwl_object::float::new(thread, result))
}

/// `BINARY_OP`
///
/// # Errors
/// What the operation raises.
#[inline(never)]
pub fn binary(thread: &mut Thread, operator: usize, a: Value, b: Value) -> PyResult {
    let (plain, is_in_place) = match operator {
        SUBSCRIPT => return subscript(thread, a, b),
        plain @ 0..IN_PLACE => (plain, false),
        in_place => (in_place - IN_PLACE, true),
    };
    if let Some(result) = on_numbers(thread, plain, a, b) {
        return Ok(result);
    }
    if plain == 0
        && let (Some(a), Some(b)) = (a.downcast_exact::<Str>(), b.downcast_exact::<Str>())
    {
        return Ok(Str::concat(thread, a, b)?.value());
    }
    let Some(&operator) = Operator::ALL.get(plain) else {
        return Err(thread.system_error("unknown operator"));
    };
    if is_in_place {
        protocol::inplace(thread, operator, a, b)
    } else {
        protocol::binary(thread, operator, a, b)
    }
}

/// `a[b]`
///
/// # Errors
/// What the operation raises.
#[inline(never)]
pub fn subscript(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    if let Some(dict) = a.downcast_exact::<Dict>()
        && let Some(value) = dict.get(thread, b)?
    {
        return Ok(value);
    }
    if let Some(index) = b.as_int() {
        let index = index as isize;
        if let Some(list) = a.downcast_exact::<List>() {
            let place = grwl_object::list::resolve(index, list.len());
            if let Some(value) = place.and_then(|place| list.get(place)) {
                return Ok(value);
            }
        } else if let Some(tuple) = a.downcast_exact::<Tuple>() {
            let place = grwl_object::list::resolve(index, tuple.len());
            if let Some(&value) = place.and_then(|place| tuple.as_slice().get(place)) {
                return Ok(value);
            }
        }
    }
    protocol::get_item(thread, a, b)
}

/// `container[key] = value`
///
/// # Errors
/// What the operation raises.
#[inline]
pub fn store_subscript(
    thread: &mut Thread,
    container: Value,
    key: Value,
    value: Value,
) -> PyResult<()> {
    if let (Some(list), Some(index)) = (container.downcast_exact::<List>(), key.as_int())
        && let Ok(index) = usize::try_from(index)
        && list.set(thread, index, value)
    {
        return Ok(());
    }
    if let Some(dict) = container.downcast_exact::<Dict>() {
        return dict.insert(thread, key, value);
    }
    protocol::set_item(thread, container, key, value)
}

/// Are two exact strings equal? `None`: they are not both such.
#[inline(always)]
fn equal_strings(a: Value, b: Value) -> Option<bool> {
    let (x, y) = (a.downcast_exact::<Str>()?, b.downcast_exact::<Str>()?);
    if a == b {
        return Some(true);
    }
    // Interned strings are equal only if they are the same.
    if x.is_interned() && y.is_interned() || x.len() != y.len() {
        return Some(false);
    }
    Some(x.text() == y.text())
}

/// `COMPARE_OP`
///
/// # Errors
/// What the operation raises.
#[inline(never)]
pub fn compare(thread: &mut Thread, oparg: usize, a: Value, b: Value) -> PyResult {
    let operator = CompareOp::ALL[(oparg >> 5).min(CompareOp::ALL.len() - 1)];
    if matches!(operator, CompareOp::Eq | CompareOp::Ne)
        && let Some(is_equal) = equal_strings(a, b)
    {
        return Ok(singleton::bool(is_equal == (operator == CompareOp::Eq)));
    }
    let result = protocol::compare(thread, a, b, operator)?;
    if oparg & 16 == 0 {
        return Ok(result);
    }
    Ok(singleton::bool(protocol::is_true(thread, result)?))
}

/// Is the value a cell of exactly this type?
#[inline(always)]
fn is_exactly(value: Value, class: &'static TypeObject) -> bool {
    // SAFETY: a value's cell is alive.
    let found = |cell| unsafe { grwl_object::type_object::type_of(cell) };
    value
        .as_cell()
        .is_some_and(|cell| std::ptr::eq(found(cell).as_ptr(), class))
}

/// The next element of an iterator over a list, a tuple or a range of small numbers that is this thread's own.
#[inline(always)]
pub fn next_quickly(thread: &Thread, iterator: Value) -> Option<Value> {
    if is_exactly(iterator, &types::LIST_ITERATOR) {
        // SAFETY: its type has this layout.
        let iterator: Ref<IndexIterator> = unsafe { Ref::from_cell(iterator.as_cell()?) };
        return iterator.step_own(thread, |sequence, index| {
            sequence.downcast_exact::<List>()?.get(index)
        });
    }
    if let Some(range) = iterator.downcast_exact::<RangeIterator>() {
        return range.advance_small(thread);
    }
    if is_exactly(iterator, &types::TUPLE_ITERATOR) {
        // SAFETY: its type has this layout.
        let iterator: Ref<IndexIterator> = unsafe { Ref::from_cell(iterator.as_cell()?) };
        return iterator.step_own(thread, |sequence, index| {
            let tuple = sequence.downcast_exact::<Tuple>()?;
            tuple.as_slice().get(index).copied()
        });
    }
    None
}
