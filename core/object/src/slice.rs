//! `slice`: three values that never change, and what they mean for a sequence of a given length.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_value::{Slot, Value};

use crate::cell::{Cell, Ref, ValueExt};
use crate::list::Selection;
use crate::protocol::convert;
use crate::result::PyResult;
use crate::singleton::none;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// A slice.
#[repr(C)]
pub struct Slice {
    header: Header,
    start: Slot,
    stop: Slot,
    step: Slot,
}

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for Slice {
    fn type_object() -> &'static TypeObject {
        &types::SLICE
    }
}

/// The heap's view of slices.
pub static SLICE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Slice, start) as u32,
        count: 3,
    },
    size: Size::Fixed(size_of::<Slice>()),
    drop: None,
    name: "slice",
};

impl Slice {
    /// `slice(start, stop, step)`
    pub fn new(thread: &Thread, start: Value, stop: Value, step: Value) -> Ref<Self> {
        // SAFETY: the class is `slice`.
        unsafe {
            thread.new_cell(&types::SLICE, |header| Self {
                header,
                start: Slot::new(Some(start)),
                stop: Slot::new(Some(stop)),
                step: Slot::new(Some(step)),
            })
        }
    }

    /// `start`
    #[inline]
    pub fn start(&self) -> Value {
        self.start.load().unwrap_or_else(none)
    }

    /// `stop`
    #[inline]
    pub fn stop(&self) -> Value {
        self.stop.load().unwrap_or_else(none)
    }

    /// `step`
    #[inline]
    pub fn step(&self) -> Value {
        self.step.load().unwrap_or_else(none)
    }
}

impl Ref<Slice> {
    /// What the slice says, as numbers: those too large are cut to what an index can be. Calls `__index__`.
    ///
    /// # Errors
    /// `TypeError` if something is no integer, `ValueError: slice step cannot be zero`, or what `__index__` raises.
    #[inline]
    pub fn bounds(self, thread: &mut Thread) -> PyResult<Bounds> {
        match Bounds::of_numbers(self.start(), self.stop(), self.step()) {
            Some(bounds) => Ok(bounds),
            None => self.bounds_of_objects(thread),
        }
    }

    #[cold]
    fn bounds_of_objects(self, thread: &mut Thread) -> PyResult<Bounds> {
        let step = match self.step().not_none() {
            None => 1,
            Some(step) => match slice_index(thread, step)? {
                0 => return Err(thread.value_error("slice step cannot be zero")),
                // So that it can be negated.
                step => step.max(-isize::MAX),
            },
        };
        let start = match self.start().not_none() {
            None if step < 0 => isize::MAX,
            None => 0,
            Some(start) => slice_index(thread, start)?,
        };
        let stop = match self.stop().not_none() {
            None if step < 0 => isize::MIN,
            None => isize::MAX,
            Some(stop) => slice_index(thread, stop)?,
        };
        Ok(Bounds { start, stop, step })
    }
}

/// An index in a slice, other than `None`.
///
/// # Errors
/// `TypeError: slice indices must be integers or None or have an __index__ method`, or what `__index__` raises.
pub fn slice_index(thread: &mut Thread, value: Value) -> PyResult<isize> {
    if !convert::has_index(value) {
        return Err(
            thread.type_error("slice indices must be integers or None or have an __index__ method")
        );
    }
    convert::as_clamped_index(thread, value)
}

/// A slice's numbers; ends left out are the extremes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The first index; from the end if negative.
    pub start: isize,
    /// The index to stop before; from the end if negative.
    pub stop: isize,
    /// Not 0, and not the smallest number.
    pub step: isize,
}

impl Bounds {
    /// What a slice says whose three values are small integers or `None`; `None` for others, and for a step of 0.
    #[inline]
    pub fn of_numbers(start: Value, stop: Value, step: Value) -> Option<Self> {
        let number = |value: Value, absent: isize| match value.as_int() {
            Some(int) => Some(int as isize),
            None => value.not_none().is_none().then_some(absent),
        };
        let step = number(step, 1).filter(|&step| step != 0)?;
        let (first, last) = match step {
            1.. => (0, isize::MAX),
            _ => (isize::MAX, isize::MIN),
        };
        Some(Self {
            start: number(start, first)?,
            stop: number(stop, last)?,
            step,
        })
    }

    /// Start and stop for a sequence of this length, and how many elements lie between, as CPython's `PySlice_AdjustIndices`.
    #[inline]
    pub fn adjust(self, length: usize) -> (isize, isize, usize) {
        let Self { step, .. } = self;
        let length = length as isize;
        let lowest = if step < 0 { -1 } else { 0 };
        let highest = if step < 0 { length - 1 } else { length };
        let cut = |index: isize| {
            if index < 0 {
                index.saturating_add(length).max(lowest)
            } else {
                index.min(highest)
            }
        };
        let (start, stop) = (cut(self.start), cut(self.stop));
        let count = if step == 1 {
            (stop - start).max(0) as usize
        } else if step < 0 && stop < start {
            (start - stop - 1) as usize / step.unsigned_abs() + 1
        } else if step > 0 && start < stop {
            (stop - start - 1) as usize / step as usize + 1
        } else {
            0
        };
        (start, stop, count)
    }

    /// The elements that are meant of a sequence of this length.
    #[inline]
    pub fn within(self, length: usize) -> Selection {
        let (start, _, count) = self.adjust(length);
        Selection {
            // Where it is no index (-1) there are no elements.
            start: start.max(0) as usize,
            step: self.step,
            count,
        }
    }

    /// The range that a store replaces, if the step is 1: empty where an insertion goes if the end lies before the beginning.
    #[inline]
    pub fn range_within(self, length: usize) -> Selection {
        let (start, stop, _) = self.adjust(length);
        Selection::range(start as usize, stop.max(start) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;
    use crate::list::Selection;

    #[test]
    fn bounds_are_cut_to_the_length() {
        let bounds = |start, stop, step| Bounds { start, stop, step };
        assert_eq!(bounds(0, isize::MAX, 1).adjust(5), (0, 5, 5));
        assert_eq!(bounds(-2, isize::MAX, 1).adjust(5), (3, 5, 2));
        assert_eq!(bounds(isize::MAX, isize::MIN, -1).adjust(5), (4, -1, 5));
        assert_eq!(bounds(isize::MAX, isize::MIN, -2).adjust(0), (-1, -1, 0));
        assert_eq!(bounds(1, 10, 3).adjust(8), (1, 8, 3));
        assert_eq!(bounds(3, 1, 1).adjust(5), (3, 1, 0));
        assert_eq!(bounds(3, 1, 1).range_within(5), Selection::range(3, 3));
        assert_eq!(bounds(0, 5, isize::MAX).adjust(5), (0, 5, 1));
        assert_eq!(bounds(4, 0, -isize::MAX).adjust(5), (4, 0, 1));
    }
}
