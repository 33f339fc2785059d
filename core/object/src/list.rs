//! `list`: a pointer to an array of slots, and a length.
//!
//! ## Protocol
//! - Readers take no lock: they load the array, then the length, check the index against both, and load the slot. An empty slot is as good as
//!   an index past the end. Whoever reads several elements and wants them as they were at one moment reads them twice ([`List::snapshot`]).
//! - Writers hold the list's lock. An append stores the slot, then the length; growth publishes a new array, and the old one dies by collection,
//!   so a late reader still reads what was there when it came. Shortening stores the length first and then empties the slots.
//! - Elements that move within the array (`insert`, `del`, `reverse`, `sort`), or are replaced several at once, may be seen by a racing reader in their old place, their new
//!   one, or both: always a value that was in the list. Such changes are marked ([`moving`](crate::moving)), so that no copy shows half of one.
//! - An index that counts from the end is resolved under the lock, so `del a[-1]` is one step.
//!
//! ## Invariants
//! - Under the lock: the first `length` slots hold values, those after are empty, and `length` is at most the array's capacity. No array: length 0.
//! - An array belongs to one list for ever: once replaced, only a sort, which puts it back, stores to it again.
//!
//! | what | where |
//! |---|---|
//! | making, reading, copying; replacing and appending one element | here |
//! | everything that moves elements | `change` |
//! | several steps as one, for algorithms on lists | `elements` |
//! | sorting | `sort`, `merge` |

mod change;
mod elements;
mod merge;
mod sort;

pub use elements::Elements;

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_threads::sync::{AtomicUsize, Ordering};
use grwl_value::{Slot, Value};

use crate::cell::{Cell, Ref};
use crate::moving;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;
use crate::values::{Array, Buffer};

/// A list. All zero is an empty one.
#[repr(C)]
pub struct List {
    header: Header,
    storage: Slot,
    length: AtomicUsize,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for List {
    const FLAG: u64 = flags::LIST;
    fn type_object() -> &'static TypeObject {
        &types::LIST
    }
}

/// The heap's view of lists.
pub static LIST_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(List, storage) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<List>()),
    drop: None,
    name: "list",
};

/// How often a copy is read again before the lock is taken.
const READINGS: usize = 4;

/// Where `index`, which counts from the end if it is negative, is in a list of this length.
#[inline(always)]
pub fn resolve(index: isize, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.wrapping_add_unsigned(length)
    } else {
        index
    };
    // A negative one becomes larger than every length.
    (index as usize).lt(&length).then_some(index as usize)
}

impl List {
    /// An empty list.
    #[inline]
    pub fn new(thread: &Thread) -> Ref<Self> {
        Self::of_array(thread, None, 0)
    }

    fn of_array(thread: &Thread, array: Option<Ref<Array>>, length: usize) -> Ref<Self> {
        // SAFETY: the class is `list`.
        unsafe {
            thread.new_cell(&types::LIST, |header| Self {
                header,
                storage: Slot::new(array.map(Ref::value)),
                length: AtomicUsize::new(length),
            })
        }
    }

    /// A list whose elements are the first `length` slots of an array that nobody else knows.
    pub fn from_array(thread: &Thread, array: Ref<Array>, length: usize) -> Ref<Self> {
        debug_assert!(length <= array.capacity());
        Self::of_array(thread, Some(array), length)
    }

    /// An empty list with room.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn with_capacity(thread: &Thread, capacity: usize) -> PyResult<Ref<Self>> {
        let array = match capacity {
            0 => None,
            capacity => Some(Array::new(thread, capacity)?),
        };
        Ok(Self::of_array(thread, array, 0))
    }

    /// A list of these values.
    ///
    /// # Errors
    /// `MemoryError`.
    #[inline]
    pub fn from_slice(thread: &Thread, values: &[Value]) -> PyResult<Ref<Self>> {
        let array = match values.len() {
            0 => None,
            length => {
                let array = Array::new(thread, length)?;
                for (slot, &value) in array.slots().iter().zip(values) {
                    slot.store(Some(value));
                }
                Some(array)
            }
        };
        Ok(Self::of_array(thread, array, values.len()))
    }

    /// A list of what a buffer holds, whose memory it takes over.
    pub fn from_buffer(thread: &Thread, buffer: Buffer) -> Ref<Self> {
        let length = buffer.len();
        Self::of_array(thread, buffer.into_array(), length)
    }

    /// How many elements there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        // Acquire: partner is the Release with which an append stores the length.
        self.length.load(Ordering::Acquire)
    }

    /// Is it empty?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The array in use.
    #[inline(always)]
    pub fn array(&self) -> Option<Ref<Array>> {
        let array = self.storage.load()?.as_cell()?;
        // SAFETY: the slot holds arrays only.
        Some(unsafe { Ref::from_cell(array) })
    }

    /// How many elements there is room for.
    pub fn capacity(&self) -> usize {
        self.array().map_or(0, |array| array.capacity())
    }

    /// The element at `index`, if there is one.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<Value> {
        // The array before the length: see the module's head.
        let array = self.array()?;
        if index >= self.len() {
            return None;
        }
        array.slots().get(index)?.load()
    }

    /// The element at `index`, which counts from the end if it is negative.
    #[inline]
    pub fn get_signed(&self, index: isize) -> Option<Value> {
        if index >= 0 {
            return self.get(index as usize);
        }
        loop {
            let length = self.len();
            let place = resolve(index, length)?;
            if let Some(value) = self.get(place) {
                return Some(value);
            }
            // Somebody shortens it just now: its end is elsewhere.
            std::hint::spin_loop();
        }
    }

    /// May the calling thread change the list by plain stores, until its next safepoint?
    #[inline(always)]
    pub fn is_own(&self, thread: &Thread) -> bool {
        self.header.lock.is_biased_to(thread.mutator())
    }

    /// Replaces an element if the list is biased to the calling thread and has it; else does nothing and answers `false`.
    #[inline(always)]
    pub fn try_set(&self, thread: &Thread, index: usize, value: Value) -> bool {
        self.is_own(thread) && self.set_locked(thread, index, value)
    }

    /// Appends an element if the list is biased to the calling thread and has room; else does nothing and answers `false`.
    #[inline(always)]
    pub fn try_push(&self, thread: &Thread, value: Value) -> bool {
        self.is_own(thread) && self.push_locked(thread, value)
    }

    #[inline(always)]
    fn set_locked(&self, thread: &Thread, index: usize, value: Value) -> bool {
        let Some(array) = self.array() else {
            return false;
        };
        if index >= self.length.load(Ordering::Relaxed) {
            return false;
        }
        thread.store(array, &array.slots()[index], Some(value));
        true
    }

    #[inline(always)]
    fn push_locked(&self, thread: &Thread, value: Value) -> bool {
        let Some(array) = self.array() else {
            return false;
        };
        let length = self.length.load(Ordering::Relaxed);
        let Some(slot) = array.slots().get(length) else {
            return false;
        };
        thread.store(array, slot, Some(value));
        // Release: partner is the Acquire in `len`.
        self.length.store(length + 1, Ordering::Release);
        true
    }

    /// Consistent reading without the lock: `read` gets the length and the slots, and answers what it read, or `None` if
    /// it found an empty slot; `again` is asked whether the same is there still.
    fn copy_of(
        &self,
        thread: &Thread,
        select: impl Fn(usize) -> Selection,
    ) -> PyResult<Option<(Option<Ref<Array>>, usize)>> {
        let array = self.array();
        let version = match array.as_ref().map(|array| moving::version(array.header())) {
            Some(None) if !self.is_own(thread) => return Ok(None),
            version => version.flatten(),
        };
        let length = self.len();
        let slots = array.as_ref().map_or(&[][..], |array| array.slots());
        if length > slots.len() {
            return Ok(None);
        }
        let selection = select(length);
        if selection.count == 0 {
            return Ok(Some((None, 0)));
        }
        let copy = Array::new(thread, selection.count)?;
        if !selection.copy(slots, copy.slots()) {
            return Ok(None);
        }
        let is_same = || {
            let is_unmoved = match (array.as_ref(), version) {
                (Some(array), Some(version)) => moving::is_same(array.header(), version),
                _ => true,
            };
            selection.is_copy(slots, copy.slots())
                && is_unmoved
                && self.array() == array
                && self.len() == length
        };
        if self.is_own(thread) || is_same() {
            return Ok(Some((Some(copy), selection.count)));
        }
        Ok(None)
    }

    #[inline(always)]
    fn bytes(&self) -> usize {
        self.capacity() * size_of::<Slot>()
    }

    /// Bytes of the list with its array, as CPython counts them.
    pub fn size_in_bytes(&self) -> usize {
        40 + self.bytes()
    }
}

/// Which elements are meant: `count` of them from `start` on, `step` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The index of the first.
    pub start: usize,
    /// From one to the next.
    pub step: isize,
    /// How many.
    pub count: usize,
}

impl Selection {
    /// All from `low` to before `high`.
    pub const fn range(low: usize, high: usize) -> Self {
        Self {
            start: low,
            step: 1,
            count: high.saturating_sub(low),
        }
    }

    /// Copies the chosen elements of `from` to the beginning of `to`; `false` if one of them is missing.
    fn copy(self, from: &[Slot], to: &[Slot]) -> bool {
        let copy = |to: &Slot, from: &Slot| {
            let value = from.load();
            to.store(value);
            value.is_some()
        };
        let mut is_whole = true;
        match self.step {
            1 => {
                let from = &from[self.start..self.start + self.count];
                for (to, from) in to.iter().zip(from) {
                    is_whole &= copy(to, from);
                }
            }
            -1 => {
                let from = &from[self.start + 1 - self.count..=self.start];
                for (to, from) in to.iter().zip(from.iter().rev()) {
                    is_whole &= copy(to, from);
                }
            }
            _ => {
                for (to, place) in to.iter().zip(self.places()) {
                    is_whole &= copy(to, &from[place]);
                }
            }
        }
        is_whole
    }

    /// Does `to` begin with the chosen elements of `from`?
    fn is_copy(self, from: &[Slot], to: &[Slot]) -> bool {
        let mut pairs = to.iter().zip(self.places());
        pairs.all(|(to, place)| from[place].load() == to.load())
    }

    /// The indices.
    #[inline]
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |number| {
            self.start
                .wrapping_add_signed(self.step.wrapping_mul(number as isize))
        })
    }
}

impl Ref<List> {
    /// Replaces an element; `false`: there is none at `index`.
    #[inline]
    pub fn set(self, thread: &mut Thread, index: usize, value: Value) -> bool {
        let locked = thread.lock_cell(&self);
        self.set_locked(&locked, index, value)
    }

    /// As [`set`](Self::set); a negative index counts from the end.
    #[inline]
    pub fn set_signed(self, thread: &mut Thread, index: isize, value: Value) -> bool {
        let locked = thread.lock_cell(&self);
        match resolve(index, self.length.load(Ordering::Relaxed)) {
            Some(index) => self.set_locked(&locked, index, value),
            None => false,
        }
    }

    /// Appends an element.
    ///
    /// # Errors
    /// `MemoryError`.
    #[inline]
    pub fn push(self, thread: &mut Thread, value: Value) -> PyResult<()> {
        let locked = thread.lock_cell(&self);
        if self.push_locked(&locked, value) {
            return Ok(());
        }
        self.push_growing(&locked, value)
    }

    /// The elements that `select` chooses, given the length, as they were at one moment: an array of just these, or none.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn select(
        self,
        thread: &mut Thread,
        select: impl Fn(usize) -> Selection,
    ) -> PyResult<(Option<Ref<Array>>, usize)> {
        for _ in 0..READINGS {
            if let Some(copy) = self.copy_of(thread, &select)? {
                return Ok(copy);
            }
        }
        // It is changed all the time.
        let locked = thread.lock_cell(&self);
        match self.copy_of(&locked, &select)? {
            Some(copy) => Ok(copy),
            None => unreachable!("a list was changed without its lock"),
        }
    }

    /// A new list of the elements that `select` chooses, given the length.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn copy_selection(
        self,
        thread: &mut Thread,
        select: impl Fn(usize) -> Selection,
    ) -> PyResult<Ref<List>> {
        let (array, length) = self.select(thread, select)?;
        Ok(List::of_array(thread, array, length))
    }

    /// A new list of the elements.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn copy(self, thread: &mut Thread) -> PyResult<Ref<List>> {
        self.copy_selection(thread, |length| Selection::range(0, length))
    }

    /// The elements as they were at one moment.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn snapshot(self, thread: &mut Thread) -> PyResult<Buffer> {
        let (array, length) = self.select(thread, |length| Selection::range(0, length))?;
        Ok(Buffer::of_array(array, length))
    }
}
