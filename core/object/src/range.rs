//! `range`: three integers of any size and the length, which never change; and its iterators.
//!
//! An iterator changes one word only, the next element, and ends where that is the element past the last one. It does so under its lock, so threads
//! that share an iterator get each element once.

use std::mem::offset_of;
use std::sync::atomic::AtomicI64;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_number::Int;
use grwl_threads::sync::Ordering;
use grwl_value::{Slot, Value};

use crate::cell::{Cell, Ref};
use crate::int::{self, IntView};
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// A range.
#[repr(C)]
pub struct Range {
    header: Header,
    start: Slot,
    stop: Slot,
    step: Slot,
    length: Slot,
}

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for Range {
    fn type_object() -> &'static TypeObject {
        &types::RANGE
    }
}

/// The heap's view of ranges.
pub static RANGE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Range, start) as u32,
        count: 4,
    },
    size: Size::Fixed(size_of::<Range>()),
    drop: None,
    name: "range",
};

/// The iterator of a range whose numbers fit 64 bits.
#[repr(C)]
pub struct RangeIterator {
    header: Header,
    next: AtomicI64,
    end: i64,
    step: i64,
}

// SAFETY: repr(C), begins with a header; what may change is atomic.
unsafe impl Cell for RangeIterator {
    fn type_object() -> &'static TypeObject {
        &types::RANGE_ITERATOR
    }
}

/// The heap's view of these iterators.
pub static RANGE_ITERATOR_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<RangeIterator>()),
    drop: None,
    name: "range_iterator",
};

/// The iterator of any other range.
#[repr(C)]
pub struct LongRangeIterator {
    header: Header,
    next: Slot,
    end: Slot,
    step: Slot,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for LongRangeIterator {
    fn type_object() -> &'static TypeObject {
        &types::LONG_RANGE_ITERATOR
    }
}

/// The heap's view of these iterators.
pub static LONG_RANGE_ITERATOR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(LongRangeIterator, next) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<LongRangeIterator>()),
    drop: None,
    name: "longrange_iterator",
};

/// The integer in a slot that holds one.
fn number(slot: &Slot) -> Value {
    slot.load().unwrap_or(Value::small(0))
}

/// The integer that a value is known to be.
fn big(value: Value) -> Int {
    int::view(value).map_or(Int::ZERO, IntView::to_int)
}

fn as_i64(value: Value) -> Option<i64> {
    match int::view(value) {
        Some(IntView::Small(int)) => Some(int),
        _ => None,
    }
}

/// How many steps there are from `start` to before `stop`.
fn count_steps(thread: &Thread, start: Value, stop: Value, step: Value) -> Value {
    if let (Some(start), Some(stop), Some(step)) = (start.as_int(), stop.as_int(), step.as_int()) {
        // 63 bits each, so nothing overflows.
        let (distance, step) = if step > 0 {
            (stop - start, step)
        } else {
            (start - stop, -step)
        };
        let count = if distance > 0 {
            (distance - 1) / step + 1
        } else {
            0
        };
        return int::from_i64(thread, count);
    }
    let (start, stop, step) = (big(start), big(stop), big(step));
    let (distance, step) = if step.is_negative() {
        (&start - &stop, -&step)
    } else {
        (&stop - &start, step)
    };
    if distance.is_negative() || distance.is_zero() {
        return Value::small(0);
    }
    match (&distance - &Int::ONE).floor_div(&step) {
        Ok(steps) => int::new(thread, &steps + &Int::ONE),
        Err(_) => unreachable!("a range's step is not 0"),
    }
}

impl Range {
    /// A range. The values are of type `int` exactly; the step is not 0.
    pub fn new(thread: &Thread, start: Value, stop: Value, step: Value) -> Ref<Self> {
        debug_assert!([start, stop, step].into_iter().all(int::is_exact_int));
        debug_assert!(step != Value::small(0));
        let length = count_steps(thread, start, stop, step);
        // SAFETY: the class is `range`.
        unsafe {
            thread.new_cell(&types::RANGE, |header| Self {
                header,
                start: Slot::new(Some(start)),
                stop: Slot::new(Some(stop)),
                step: Slot::new(Some(step)),
                length: Slot::new(Some(length)),
            })
        }
    }

    /// `start`
    #[inline]
    pub fn start(&self) -> Value {
        number(&self.start)
    }

    /// `stop`
    #[inline]
    pub fn stop(&self) -> Value {
        number(&self.stop)
    }

    /// `step`
    #[inline]
    pub fn step(&self) -> Value {
        number(&self.step)
    }

    /// How many elements there are: an `int`.
    #[inline]
    pub fn length(&self) -> Value {
        number(&self.length)
    }

    /// `start + index * step`, whether or not there is such an element.
    pub fn at(&self, thread: &Thread, index: &Int) -> Value {
        let far = index * &big(self.step());
        int::new(thread, &big(self.start()) + &far)
    }

    /// The same for an index that is an immediate, if the numbers are small.
    #[inline]
    fn at_small(&self, index: i64) -> Option<i64> {
        let far = index.checked_mul(self.step().as_int()?)?;
        self.start().as_int()?.checked_add(far)
    }

    /// The element at `index`, which is below the length.
    #[inline]
    pub fn element(&self, thread: &Thread, index: usize) -> Value {
        match i64::try_from(index)
            .ok()
            .and_then(|index| self.at_small(index))
        {
            Some(element) => int::from_i64(thread, element),
            None => self.at(thread, &Int::from(index as u64)),
        }
    }

    /// `iter(range)`
    pub fn iter(&self, thread: &Thread) -> Value {
        let length = self.length();
        if let (Some(start), Some(length), Some(step)) =
            (as_i64(self.start()), as_i64(length), as_i64(self.step()))
            && let Some(end) = length
                .checked_mul(step)
                .and_then(|far| start.checked_add(far))
        {
            return RangeIterator::new(thread, start, end, step).value();
        }
        let end = self.at(thread, &big(length));
        LongRangeIterator::new(thread, self.start(), end, self.step()).value()
    }

    /// `reversed(range)`
    pub fn reversed(&self, thread: &Thread) -> Value {
        let length = big(self.length());
        let last = self.at(thread, &(&length - &Int::ONE));
        let back = -&big(self.step());
        let end = &big(last) + &(&back * &length);
        if let (Some(start), Some(end), Some(step)) = (as_i64(last), end.to_i64(), back.to_i64()) {
            return RangeIterator::new(thread, start, end, step).value();
        }
        let end = int::new(thread, end);
        let step = int::new(thread, back);
        LongRangeIterator::new(thread, last, end, step).value()
    }
}

impl RangeIterator {
    /// An iterator from `next`, which is a multiple of `step` away from `end`, to before `end`.
    pub fn new(thread: &Thread, next: i64, end: i64, step: i64) -> Ref<Self> {
        // SAFETY: the class is `range_iterator`.
        unsafe {
            thread.new_cell(&types::RANGE_ITERATOR, |header| Self {
                header,
                next: AtomicI64::new(next),
                end,
                step,
            })
        }
    }

    /// The next element; `None` at the end. The caller holds the lock.
    #[inline(always)]
    fn advance_locked(&self) -> Option<i64> {
        let next = self.next.load(Ordering::Relaxed);
        if next == self.end {
            return None;
        }
        // Before the end, so the next one is at most the end.
        self.next.store(next + self.step, Ordering::Relaxed);
        Some(next)
    }

    /// The next element, if there is one, it is no cell, and the iterator is this thread's own.
    #[inline(always)]
    pub fn advance_small(&self, thread: &Thread) -> Option<Value> {
        if !self.header.lock.is_biased_to(thread.mutator()) {
            return None;
        }
        let next = Value::from_int(self.next.load(Ordering::Relaxed))?;
        self.advance_locked()?;
        Some(next)
    }

    /// The next element, the end, the step.
    pub fn state(&self) -> (i64, i64, i64) {
        (self.next.load(Ordering::Relaxed), self.end, self.step)
    }

    /// How many elements are left.
    pub fn remaining(&self) -> i64 {
        let (next, end, step) = self.state();
        match step {
            0 => 0,
            // The distance of two 64-bit numbers may need one bit more.
            step => ((i128::from(end) - i128::from(next)) / i128::from(step)) as i64,
        }
    }

    /// Leaves out `count` elements, which are at most those that remain.
    pub fn skip(&self, count: i64) {
        let next = self.next.load(Ordering::Relaxed);
        self.next.store(
            next.wrapping_add(count.wrapping_mul(self.step)),
            Ordering::Relaxed,
        );
    }
}

impl LongRangeIterator {
    /// As [`RangeIterator::new`].
    pub fn new(thread: &Thread, next: Value, end: Value, step: Value) -> Ref<Self> {
        // SAFETY: the class is `longrange_iterator`.
        unsafe {
            thread.new_cell(&types::LONG_RANGE_ITERATOR, |header| Self {
                header,
                next: Slot::new(Some(next)),
                end: Slot::new(Some(end)),
                step: Slot::new(Some(step)),
            })
        }
    }

    /// The next element, the end, the step.
    pub fn state(&self) -> (Value, Value, Value) {
        (number(&self.next), number(&self.end), number(&self.step))
    }

    /// How many elements are left.
    pub fn remaining(&self) -> Int {
        let (next, end, step) = self.state();
        let distance = &big(end) - &big(next);
        distance.floor_div(&big(step)).unwrap_or(Int::ZERO)
    }
}

impl Ref<RangeIterator> {
    /// The next element; `None` at the end.
    #[inline]
    pub fn advance(self, thread: &mut Thread) -> Option<i64> {
        let _locked = thread.lock_cell(&self);
        self.advance_locked()
    }
}

impl Ref<LongRangeIterator> {
    /// The next element; `None` at the end.
    pub fn advance(self, thread: &mut Thread) -> Option<Value> {
        let thread = thread.lock_cell(&self);
        let (next, end, step) = self.state();
        let (place, step) = (big(next), big(step));
        if place == big(end) {
            return None;
        }
        let after = int::new(&thread, &place + &step);
        thread.store(self, &self.next, Some(after));
        Some(next)
    }

    /// Leaves out `count` elements, which are at most those that remain.
    pub fn skip(self, thread: &Thread, count: &Int) {
        let (next, _, step) = self.state();
        let after = int::new(thread, &big(next) + &(count * &big(step)));
        thread.store(self, &self.next, Some(after));
    }
}
