//! `list.sort`: which order, and what others see meanwhile.
//!
//! ## Protocol
//! - If all keys are small integers, floats or strings, comparing them runs no Python code. A list that is not long is then sorted in place,
//!   under its lock. A long one is sorted as a copy, with safepoints, which is put in its place if nobody changed it; else anew, and at last under its lock.
//!   So such a sort is one step for other threads' writes: none is lost.
//! - Otherwise, as CPython does: the list is emptied, its elements are sorted, and put back. If there was something in the list by then,
//!   it is lost, and the sort raises `ValueError`.

use grwl_threads::sync::Ordering;
use grwl_value::{Slot, Value};

use super::change::reverse_slots;
use super::merge::{self, Order, Rows};
use super::{List, Selection};
use crate::cell::{Ref, ValueExt};
use crate::compare::CompareOp;
use crate::result::PyResult;
use crate::string::Str;
use crate::thread::Thread;
use crate::tuple::Tuple;
use crate::values::Array;
use crate::{float, protocol};

/// Lists up to this length are sorted under their lock at once.
const SHORT: usize = 2048;
/// How often a long list is sorted beside its lock.
const ATTEMPTS: usize = 3;

/// What all keys are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    Ints,
    Floats,
    Strings,
    Tuples,
    Any,
}

fn kind_of(value: Value) -> Keys {
    if value.as_int().is_some() {
        Keys::Ints
    } else if float::exact(value).is_some() {
        Keys::Floats
    } else if value.downcast_exact::<Str>().is_some() {
        Keys::Strings
    } else if value.downcast_exact::<Tuple>().is_some() {
        Keys::Tuples
    } else {
        Keys::Any
    }
}

/// What all keys in a row are; what it has no values at is nothing.
fn kind_of_row(keys: &[Slot]) -> Keys {
    let mut values = keys.iter().map(Slot::load);
    let Some(Some(first)) = values.next() else {
        return Keys::Any;
    };
    let kind = kind_of(first);
    let is_same = |value: Option<Value>| value.is_some_and(|value| kind_of(value) == kind);
    if kind != Keys::Any && values.all(is_same) {
        kind
    } else {
        Keys::Any
    }
}

impl Keys {
    fn need_python(self) -> bool {
        matches!(self, Self::Any | Self::Tuples)
    }
}

fn less_int(a: Value, b: Value) -> bool {
    match a.both_ints(b) {
        Some((a, b)) => a < b,
        None => unreachable!("the keys are small integers"),
    }
}

fn less_float(a: Value, b: Value) -> bool {
    matches!((float::exact(a), float::exact(b)), (Some(a), Some(b)) if a < b)
}

fn less_string(a: Value, b: Value) -> bool {
    match (a.downcast_exact::<Str>(), b.downcast_exact::<Str>()) {
        (Some(a), Some(b)) => a.text().cmp(&b.text()).is_lt(),
        _ => unreachable!("the keys are strings"),
    }
}

/// An order that is no safepoint.
struct Native<'a> {
    thread: &'a Thread,
    less: fn(Value, Value) -> bool,
}

impl Order for Native<'_> {
    #[inline]
    fn less(&mut self, a: Value, b: Value) -> PyResult<bool> {
        Ok((self.less)(a, b))
    }
    fn rest(&mut self) -> PyResult<()> {
        Ok(())
    }
    fn thread(&self) -> &Thread {
        self.thread
    }
}

/// The same with safepoints between comparisons.
struct Resting<'a> {
    thread: &'a mut Thread,
    less: fn(Value, Value) -> bool,
}

impl Order for Resting<'_> {
    #[inline]
    fn less(&mut self, a: Value, b: Value) -> PyResult<bool> {
        Ok((self.less)(a, b))
    }
    fn rest(&mut self) -> PyResult<()> {
        self.thread.poll()
    }
    fn thread(&self) -> &Thread {
        self.thread
    }
}

/// Any keys: Python code may run.
struct Python<'a> {
    thread: &'a mut Thread,
    tuples: bool,
}

impl Order for Python<'_> {
    fn less(&mut self, a: Value, b: Value) -> PyResult<bool> {
        if self.tuples
            && let Some(answer) = by_first(a, b)
        {
            return Ok(answer);
        }
        let result = protocol::compare(self.thread, a, b, CompareOp::Lt)?;
        protocol::is_true(self.thread, result)
    }
    fn rest(&mut self) -> PyResult<()> {
        self.thread.poll()
    }
    fn thread(&self) -> &Thread {
        self.thread
    }
}

/// Whether one tuple is less than another, if their first elements are different numbers or strings.
fn by_first(a: Value, b: Value) -> Option<bool> {
    let a = *a.downcast_exact::<Tuple>()?.as_slice().first()?;
    let b = *b.downcast_exact::<Tuple>()?.as_slice().first()?;
    if let Some((a, b)) = a.both_ints(b) {
        return (a != b).then_some(a < b);
    }
    if let (Some(a), Some(b)) = (a.as_float(), b.as_float()) {
        return (a != b).then_some(a < b);
    }
    if a == b {
        return None;
    }
    let (a, b) = (a.downcast_exact::<Str>()?, b.downcast_exact::<Str>()?);
    let order = a.text().cmp(&b.text());
    order.is_ne().then_some(order.is_lt())
}

fn native_less(kind: Keys) -> fn(Value, Value) -> bool {
    match kind {
        Keys::Ints => less_int,
        Keys::Floats => less_float,
        Keys::Strings => less_string,
        Keys::Tuples | Keys::Any => unreachable!("these need Python"),
    }
}

/// Sorts; `reverse` keeps the order of equal elements.
fn sort_rows(rows: Rows<'_>, reverse: bool, order: &mut impl Order) -> PyResult<()> {
    let turn = || {
        if reverse {
            reverse_slots(rows.keys);
            reverse_slots(rows.values);
        }
    };
    turn();
    let result = merge::sort(rows, order);
    turn();
    result
}

const fn keys_only(keys: &[Slot]) -> Rows<'_> {
    Rows { keys, values: &[] }
}

impl Ref<List> {
    /// `list.sort(key=..., reverse=...)`
    ///
    /// # Errors
    /// What the key function or a comparison raises, the list then holding its elements in some order; `ValueError: list modified during sort`.
    pub fn sort(self, thread: &mut Thread, key: Option<Value>, reverse: bool) -> PyResult<()> {
        if key.is_none()
            && (self.sort_under_lock(thread, reverse, SHORT)? || self.sort_copy(thread, reverse)?)
        {
            return Ok(());
        }
        let (array, length) = self.take_all(thread);
        if length == 0 {
            // In one step: what others add meanwhile (or put back, after a sort of their own) is not in the way.
            return Ok(());
        }
        let result = match array {
            Some(array) => sort_array(thread, array, length, key, reverse),
            None => Ok(()),
        };
        let was_untouched = self.put_back(thread, array, length);
        result?;
        if was_untouched {
            Ok(())
        } else {
            Err(thread.value_error("list modified during sort"))
        }
    }

    /// Sorts under the lock. `false`: it is longer than `limit`, or its keys need Python.
    fn sort_under_lock(self, thread: &mut Thread, reverse: bool, limit: usize) -> PyResult<bool> {
        let locked = thread.lock_cell(&self);
        let length = self.length.load(Ordering::Relaxed);
        let Some(array) = self.array() else {
            return Ok(true);
        };
        if length > limit {
            return Ok(false);
        }
        let keys = &array.slots()[..length];
        if length < 2 {
            return Ok(true);
        }
        let kind = kind_of_row(keys);
        if kind.need_python() {
            return Ok(false);
        }
        let less = native_less(kind);
        let mut order = Native {
            thread: &locked,
            less,
        };
        let _moving = self.moving();
        sort_rows(keys_only(keys), reverse, &mut order)?;
        locked.record_write(array.cell());
        Ok(true)
    }

    /// Sorts a copy. `false`: the keys need Python.
    fn sort_copy(self, thread: &mut Thread, reverse: bool) -> PyResult<bool> {
        for _ in 0..ATTEMPTS {
            let all = |length| Selection::range(0, length);
            let (Some(before), length) = self.select(thread, all)? else {
                return Ok(true);
            };
            let kind = kind_of_row(before.slots());
            if kind.need_python() {
                return Ok(false);
            }
            let sorted = Array::new(thread, length)?;
            for (to, from) in sorted.slots().iter().zip(before.slots()) {
                to.store(from.load());
            }
            let less = native_less(kind);
            let mut order = Resting { thread, less };
            sort_rows(keys_only(sorted.slots()), reverse, &mut order)?;
            let locked = thread.lock_cell(&self);
            let is_same = self.length.load(Ordering::Relaxed) == length
                && self.array().is_some_and(|array| {
                    let mut words = array.slots().iter().zip(before.slots());
                    words.all(|(now, before)| now.load() == before.load())
                });
            if is_same {
                locked.store(self, &self.storage, Some(sorted.value()));
                return Ok(true);
            }
        }
        self.sort_under_lock(thread, reverse, usize::MAX)
    }
}

/// Sorts the first `length` slots of an array that no list has just now.
fn sort_array(
    thread: &mut Thread,
    array: Ref<Array>,
    length: usize,
    key: Option<Value>,
    reverse: bool,
) -> PyResult<()> {
    let values = &array.slots()[..length];
    let Some(key) = key else {
        return sort_by(thread, keys_only(values), reverse);
    };
    let keys = Array::new(thread, length)?;
    for (place, slot) in values.iter().enumerate() {
        let Some(value) = slot.load() else {
            unreachable!("a list's elements are values");
        };
        let made = protocol::call_positional(thread, key, &[value])?;
        thread.store(keys, &keys.slots()[place], Some(made));
        thread.poll()?;
    }
    sort_by(
        thread,
        Rows {
            keys: keys.slots(),
            values,
        },
        reverse,
    )
}

fn sort_by(thread: &mut Thread, rows: Rows<'_>, reverse: bool) -> PyResult<()> {
    let kind = kind_of_row(rows.keys);
    if kind.need_python() {
        let tuples = kind == Keys::Tuples;
        sort_rows(rows, reverse, &mut Python { thread, tuples })
    } else {
        let less = native_less(kind);
        sort_rows(rows, reverse, &mut Resting { thread, less })
    }
}
