//! A stable, adaptive merge sort of slots, which may be asked for an order that raises or lies.
//!
//! It finds runs that are in order already (or strictly in the opposite order, which are reversed), makes short ones longer by binary
//! insertion, and merges neighbours in the order of Munro's and Wild's powersort. Before a merge both runs are trimmed of what is in its
//! place already.
//!
//! ## Protocol
//! - The order is asked by `<` only, as CPython asks: the element that stands later is the left operand wherever stability
//!   depends on it.
//! - Keys lie in one row of slots, and what is moved along with them perhaps in a second one. While an element is out of its row it lies on the native stack or in
//!   a traced array.
//!
//! ## Invariants
//! - Whatever the order answers, and if it raises, each row is left as a permutation of what it was.
//! - No write barrier is needed: what is stored was in the rows when the sort began, and a collection marks it all.

use grwl_value::{Slot, Value};

use crate::cell::Ref;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::values::Array;

/// What the sort asks.
pub(super) trait Order {
    /// `a < b`
    fn less(&mut self, a: Value, b: Value) -> PyResult<bool>;
    /// Called now and then: a safepoint, if the order allows one.
    fn rest(&mut self) -> PyResult<()>;
    /// For taking memory.
    fn thread(&self) -> &Thread;
}

/// Runs shorter than this are made longer by insertion.
const SHORT: usize = 64;
/// How many elements are merged between two rests.
const STRETCH: usize = 4096;

/// What is sorted: the keys, and what goes along with them.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) keys: &'a [Slot],
    /// As long as the keys, or empty.
    pub(super) values: &'a [Slot],
}

fn value_at(slots: &[Slot], index: usize) -> Value {
    match slots[index].load() {
        Some(value) => value,
        None => unreachable!("a row holds values"),
    }
}

fn move_within(slots: &[Slot], from: usize, to: usize) {
    slots[to].store(slots[from].load());
}

impl<'a> Rows<'a> {
    fn key(self, index: usize) -> Value {
        value_at(self.keys, index)
    }

    fn len(self) -> usize {
        self.keys.len()
    }

    /// Copies one element from these rows to others.
    fn copy_to(self, from: usize, other: Rows<'_>, to: usize) {
        other.keys[to].store(self.keys[from].load());
        if let Some(value) = self.values.get(from) {
            other.values[to].store(value.load());
        }
    }

    /// Moves the element at `from` down to `to`, and those between up by one.
    fn rotate(self, to: usize, from: usize) {
        for row in [self.keys, self.values] {
            if let Some(last) = row.get(from) {
                let value = last.load();
                for place in (to..from).rev() {
                    move_within(row, place, place + 1);
                }
                row[to].store(value);
            }
        }
    }

    fn reverse(self, low: usize, high: usize) {
        super::change::reverse_slots(&self.keys[low..high]);
        if !self.values.is_empty() {
            super::change::reverse_slots(&self.values[low..high]);
        }
    }

    fn part(self, low: usize, high: usize) -> Rows<'a> {
        Rows {
            keys: &self.keys[low..high],
            values: if self.values.is_empty() {
                self.values
            } else {
                &self.values[low..high]
            },
        }
    }
}

/// Sorts the rows by their keys.
pub(super) fn sort(rows: Rows<'_>, order: &mut impl Order) -> PyResult<()> {
    let length = rows.len();
    let shortest = shortest_run(length);
    // Where each pending run begins, and the power of the boundary at its end.
    let mut pending: Vec<(usize, u32)> = Vec::new();
    let mut memory = Memory::default();
    let mut start = 0;
    let mut end = natural_run(rows, 0, order)?;
    end = lengthen(rows, start, end, (start + shortest).min(length), order)?;
    while end < length {
        order.rest()?;
        let next = lengthen_from(rows, end, shortest, order)?;
        let power = boundary_power(start, end, next, length);
        while let Some(&(before, before_power)) = pending.last() {
            if before_power <= power {
                break;
            }
            pending.pop();
            merge(rows.part(before, end), start - before, &mut memory, order)?;
            start = before;
        }
        pending.push((start, power));
        (start, end) = (end, next);
    }
    while let Some((before, _)) = pending.pop() {
        merge(rows.part(before, end), start - before, &mut memory, order)?;
        start = before;
    }
    Ok(())
}

/// How long runs are made at least: such that the number of runs is a power of two or a little less.
fn shortest_run(mut length: usize) -> usize {
    let mut rest = 0;
    while length >= SHORT {
        rest |= length & 1;
        length >>= 1;
    }
    length + rest
}

/// The level at which the boundary between the runs `start..middle` and `middle..end` stands in a balanced tree over all: the first binary
/// digit in which the runs' midpoints, as parts of the whole, differ.
fn boundary_power(start: usize, middle: usize, end: usize, length: usize) -> u32 {
    let twice = length as u128 * 2;
    let left = ((start + middle) as u128) << 63;
    let right = ((middle + end) as u128) << 63;
    let digits = (left / twice) ^ (right / twice);
    // Both are below 2^63.
    64 - (128 - digits.leading_zeros())
}

/// Finds where the run that begins at `start` ends, and brings it into order.
fn natural_run(rows: Rows<'_>, start: usize, order: &mut impl Order) -> PyResult<usize> {
    let length = rows.len();
    let mut end = start + 1;
    if end >= length {
        return Ok(length);
    }
    let is_descending = order.less(rows.key(end), rows.key(start))?;
    end += 1;
    while end < length && order.less(rows.key(end), rows.key(end - 1))? == is_descending {
        end += 1;
    }
    if is_descending {
        rows.reverse(start, end);
    }
    Ok(end)
}

fn lengthen_from(
    rows: Rows<'_>,
    start: usize,
    shortest: usize,
    order: &mut impl Order,
) -> PyResult<usize> {
    let end = natural_run(rows, start, order)?;
    let wanted = (start + shortest).min(rows.len());
    lengthen(rows, start, end, wanted, order)
}

/// Brings the elements after the run `start..end` into it, up to `wanted`, by binary insertion.
fn lengthen(
    rows: Rows<'_>,
    start: usize,
    end: usize,
    wanted: usize,
    order: &mut impl Order,
) -> PyResult<usize> {
    for place in end..wanted {
        let pivot = rows.key(place);
        let (mut low, mut high) = (start, place);
        while low < high {
            let middle = low + (high - low) / 2;
            if order.less(pivot, rows.key(middle))? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        rows.rotate(low, place);
    }
    Ok(wanted.max(end))
}

/// The first place at which `key` is less than the element there; searched from the beginning in growing steps.
fn after_equal(rows: Rows<'_>, key: Value, order: &mut impl Order) -> PyResult<usize> {
    let (mut low, mut high) = (0, rows.len());
    let mut step = 1;
    while low + step <= high {
        if order.less(key, rows.key(low + step - 1))? {
            high = low + step - 1;
            break;
        }
        low += step;
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if order.less(key, rows.key(middle))? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// The first place at which the element is not less than `key`; searched from the end in growing steps.
fn before_equal(rows: Rows<'_>, key: Value, order: &mut impl Order) -> PyResult<usize> {
    let (mut low, mut high) = (0, rows.len());
    let mut step = 1;
    while low + step <= high {
        if order.less(rows.key(high - step), key)? {
            low = high - step + 1;
            break;
        }
        high -= step;
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if order.less(rows.key(middle), key)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Traced memory for one of the two runs of a merge.
#[derive(Default)]
struct Memory {
    keys: Option<Ref<Array>>,
    values: Option<Ref<Array>>,
}

impl Memory {
    /// Rows of at least `length`, with a copy of `rows` in them.
    fn copy_of(&mut self, thread: &Thread, rows: Rows<'_>) -> PyResult<Rows<'_>> {
        let length = rows.len();
        let get = |array: &mut Option<Ref<Array>>| match array {
            Some(known) if known.capacity() >= length => Ok(*known),
            _ => {
                let new = Array::new(thread, length)?;
                *array = Some(new);
                Ok(new)
            }
        };
        get(&mut self.keys)?;
        if !rows.values.is_empty() {
            get(&mut self.values)?;
        }
        let slots = |array: &'_ Option<Ref<Array>>| -> *const [Slot] {
            array
                .as_ref()
                .map_or(&[][..], |array| &array.slots()[..length])
        };
        // SAFETY: the arrays are kept by `self`, which is borrowed for as long as the rows are, and lies on the native stack.
        let copy = unsafe {
            Rows {
                keys: &*slots(&self.keys),
                values: if rows.values.is_empty() {
                    &[]
                } else {
                    &*slots(&self.values)
                },
            }
        };
        for place in 0..length {
            rows.copy_to(place, copy, place);
        }
        Ok(copy)
    }
}

/// Merges the runs `..middle` and `middle..`.
fn merge(
    rows: Rows<'_>,
    middle: usize,
    memory: &mut Memory,
    order: &mut impl Order,
) -> PyResult<()> {
    order.rest()?;
    let low = after_equal(rows.part(0, middle), rows.key(middle), order)?;
    if low == middle {
        return Ok(());
    }
    let last = rows.key(middle - 1);
    let high = middle + before_equal(rows.part(middle, rows.len()), last, order)?;
    let rows = rows.part(low, high);
    let middle = middle - low;
    if middle <= rows.len() - middle {
        let left = memory.copy_of(order.thread(), rows.part(0, middle))?;
        merge_upwards(rows, left, order)
    } else {
        let right = memory.copy_of(order.thread(), rows.part(middle, rows.len()))?;
        merge_downwards(rows, right, order)
    }
}

/// The left run was copied out of the way; merges from the beginning.
fn merge_upwards(rows: Rows<'_>, left: Rows<'_>, order: &mut impl Order) -> PyResult<()> {
    let (mut from_left, mut from_right, mut to) = (0, left.len(), 0);
    let mut merge = || {
        while from_left < left.len() && from_right < rows.len() {
            if to % STRETCH == STRETCH - 1 {
                order.rest()?;
            }
            if order.less(rows.key(from_right), left.key(from_left))? {
                rows.copy_to(from_right, rows, to);
                from_right += 1;
            } else {
                left.copy_to(from_left, rows, to);
                from_left += 1;
            }
            to += 1;
        }
        Ok(())
    };
    let result = merge();
    // Also if the order raised: the gap is exactly as long as what is left of the left run.
    for place in from_left..left.len() {
        left.copy_to(place, rows, to);
        to += 1;
    }
    result
}

/// The right run was copied out of the way; merges from the end.
fn merge_downwards(rows: Rows<'_>, right: Rows<'_>, order: &mut impl Order) -> PyResult<()> {
    let mut left = rows.len() - right.len();
    let (mut from_right, mut to) = (right.len(), rows.len());
    let mut merge = || {
        while left > 0 && from_right > 0 {
            if to % STRETCH == 0 {
                order.rest()?;
            }
            to -= 1;
            if order
                .less(right.key(from_right - 1), rows.key(left - 1))
                .inspect_err(|_| to += 1)?
            {
                left -= 1;
                rows.copy_to(left, rows, to);
            } else {
                from_right -= 1;
                right.copy_to(from_right, rows, to);
            }
        }
        Ok(())
    };
    let result = merge();
    for place in (0..from_right).rev() {
        to -= 1;
        right.copy_to(place, rows, to);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{boundary_power, shortest_run};

    #[test]
    fn runs_are_a_power_of_two_or_a_little_less() {
        for length in [64_usize, 65, 1000, 4097, 1 << 20, (1 << 20) + 1] {
            let runs = length.div_ceil(shortest_run(length)) as f64;
            let level = runs.log2().ceil();
            assert!(runs > 0.9 * level.exp2(), "{length}: {runs}");
        }
    }

    #[test]
    fn the_middle_boundary_has_the_smallest_power() {
        assert_eq!(boundary_power(0, 8, 16, 16), 1);
        assert!(boundary_power(0, 4, 8, 16) > boundary_power(4, 8, 12, 16));
        assert_eq!(boundary_power(0, 4, 8, 16), boundary_power(8, 12, 16, 16));
    }
}
