//! The representation of `deque`: elements in a ring, an array whose end is followed by its beginning.
//!
//! Protocol: everything here is done under the deque's lock, reading too (but for the length): `first`, `length` and the array belong together. Each method is one step for other threads.
//!
//! Invariants, under the lock: the `length` slots from `first` on, around the ring, hold values, the others are empty; the length is at most
//! the array's capacity (no array: 0) and at most the bound. `state` grows with each change of the length or the order.
//!
//! All zero but the bound is an empty deque; the bound is stored as one more, 0 for none.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Array, Buffer, Cell, Declaration, PyResult, Ref, Slot, Thread, TypeObject, Value, ValueExt,
    flags, protocol::plain, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

/// `collections.deque`
#[repr(C)]
pub(crate) struct Deque {
    header: Header,
    storage: Slot,
    first: AtomicU64,
    length: AtomicU64,
    bound: AtomicU64,
    state: AtomicU64,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Deque {
    fn type_object() -> &'static TypeObject {
        &DEQUE
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Deque, storage) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Deque>()),
    drop: None,
    name: "deque",
};

/// `collections.deque`
pub static DEQUE: TypeObject = TypeObject::declare(&Declaration {
    name: "collections.deque",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::SEQUENCE | flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Deque>(),
    attributes: 0,
});

/// An end of a deque.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Left,
    Right,
}

impl Deque {
    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        self.length.load(Ordering::Relaxed) as usize
    }

    /// How many elements there may be.
    pub(crate) fn bound(&self) -> Option<usize> {
        (self.bound.load(Ordering::Relaxed) as usize).checked_sub(1)
    }

    pub(crate) fn set_bound(&self, bound: Option<usize>) {
        let stored = bound.map_or(0, |bound| bound as u64 + 1);
        self.bound.store(stored, Ordering::Relaxed);
    }

    /// Counts the changes.
    pub(crate) fn state(&self) -> u64 {
        self.state.load(Ordering::Relaxed)
    }

    fn array(&self) -> Option<Ref<Array>> {
        self.storage.load()?.downcast_exact()
    }

    /// Slots in the array.
    pub(crate) fn capacity(&self) -> usize {
        self.array().map_or(0, |array| array.capacity())
    }

    fn place(&self, array: Ref<Array>, index: usize) -> usize {
        let place = self.first.load(Ordering::Relaxed) as usize + index;
        let capacity = array.capacity();
        if place >= capacity {
            place - capacity
        } else {
            place
        }
    }

    fn changed(&self) {
        self.state.store(self.state() + 1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, index: usize) -> Option<Value> {
        let array = self.array().filter(|_| index < self.len())?;
        array.slots()[self.place(array, index)].load()
    }

    fn write(&self, thread: &Thread, index: usize, value: Option<Value>) {
        if let Some(array) = self.array() {
            thread.store(array, &array.slots()[self.place(array, index)], value);
        }
    }

    fn set_length(&self, length: usize) {
        self.length.store(length as u64, Ordering::Relaxed);
        self.changed();
    }

    fn set_first(&self, first: usize) {
        self.first.store(first as u64, Ordering::Relaxed);
    }

    fn take(&self, thread: &Thread, end: End) -> Option<Value> {
        let length = self.len();
        let last = length.checked_sub(1)?;
        let index = if end == End::Left { 0 } else { last };
        let value = self.read(index);
        self.write(thread, index, None);
        if end == End::Left
            && let Some(array) = self.array()
        {
            self.set_first(self.place(array, 1));
        }
        self.set_length(last);
        value
    }
}

impl Deque {
    fn me(&self) -> Ref<Self> {
        // SAFETY: deques exist only as cells.
        unsafe { Ref::of(self) }
    }

    fn put_locked(&self, thread: &Thread, end: End, value: Value) -> PyResult<()> {
        let bound = self.bound();
        if bound == Some(0) {
            return Ok(());
        }
        // One goes before the other comes: the length is read without the lock.
        if bound.is_some_and(|bound| self.len() >= bound) {
            self.take(
                thread,
                if end == End::Left {
                    End::Right
                } else {
                    End::Left
                },
            );
        }
        let length = self.len();
        let array = match self.array() {
            Some(array) if length < array.capacity() => array,
            _ => self.grow(thread)?,
        };
        if end == End::Left {
            let first = self.first.load(Ordering::Relaxed) as usize;
            self.set_first(if first == 0 { array.capacity() } else { first } - 1);
            self.write(thread, 0, Some(value));
        } else {
            self.write(thread, length, Some(value));
        }
        self.set_length(length + 1);
        Ok(())
    }

    fn grow(&self, thread: &Thread) -> PyResult<Ref<Array>> {
        let length = self.len();
        let array = Array::new(thread, (length * 2).max(8))?;
        for index in 0..length {
            array.slots()[index].store(self.read(index));
        }
        thread.store(self.me(), &self.storage, Some(array.value()));
        self.set_first(0);
        Ok(array)
    }

    /// Puts an element at an end; if that is one too many, one goes at the other end.
    pub(crate) fn put(&self, thread: &mut Thread, end: End, value: Value) -> PyResult<()> {
        let locked = thread.lock(&self.header);
        self.put_locked(&locked, end, value)
    }

    /// Puts elements at an end, one after the other.
    pub(crate) fn put_all(&self, thread: &mut Thread, end: End, values: &[Value]) -> PyResult<()> {
        let locked = thread.lock(&self.header);
        for &value in values {
            self.put_locked(&locked, end, value)?;
        }
        Ok(())
    }

    /// Takes an element from an end.
    pub(crate) fn pop(&self, thread: &mut Thread, end: End) -> Option<Value> {
        let locked = thread.lock(&self.header);
        self.take(&locked, end)
    }

    /// The element at `index`, and the state in which it was there.
    pub(crate) fn get(&self, thread: &mut Thread, index: usize) -> (Option<Value>, u64) {
        let _locked = thread.lock(&self.header);
        (self.read(index), self.state())
    }

    /// Replaces the element at `index`; `false`: there is none.
    pub(crate) fn set(&self, thread: &mut Thread, index: usize, value: Value) -> bool {
        let locked = thread.lock(&self.header);
        let is_there = index < self.len();
        if is_there {
            self.write(&locked, index, Some(value));
        }
        is_there
    }

    /// The elements, in order.
    pub(crate) fn snapshot(&self, thread: &mut Thread) -> PyResult<Buffer> {
        Ok(self.elements(thread)?.0)
    }

    /// The elements, in order, and the state in which they are these.
    pub(crate) fn elements(&self, thread: &mut Thread) -> PyResult<(Buffer, u64)> {
        let locked = thread.lock(&self.header);
        let mut all = Buffer::with_capacity(&locked, self.len())?;
        for index in 0..self.len() {
            if let Some(value) = self.read(index) {
                all.push(&locked, value)?;
            }
        }
        Ok((all, self.state()))
    }

    /// Forgets all elements.
    pub(crate) fn clear(&self, thread: &mut Thread) {
        let locked = thread.lock(&self.header);
        locked.store(self.me(), &self.storage, None);
        self.set_first(0);
        self.set_length(0);
    }

    fn rotate_locked(&self, thread: &Thread, steps: isize) {
        let length = self.len();
        if length < 2 {
            return;
        }
        let steps = steps.rem_euclid(length as isize) as usize;
        // The way with fewer steps.
        if steps <= length / 2 {
            for _ in 0..steps {
                self.move_over(thread, End::Right);
            }
        } else {
            for _ in steps..length {
                self.move_over(thread, End::Left);
            }
        }
    }

    fn move_over(&self, thread: &Thread, from: End) {
        let to = if from == End::Left {
            End::Right
        } else {
            End::Left
        };
        let Some(value) = self.take(thread, from) else {
            return;
        };
        let length = self.len();
        if let (End::Left, Some(array)) = (to, self.array()) {
            let first = self.first.load(Ordering::Relaxed) as usize;
            self.set_first(if first == 0 { array.capacity() } else { first } - 1);
            self.write(thread, 0, Some(value));
        } else {
            self.write(thread, length, Some(value));
        }
        self.set_length(length + 1);
    }

    /// Moves each element so many places to the right, around the end.
    pub(crate) fn rotate(&self, thread: &mut Thread, steps: isize) {
        let locked = thread.lock(&self.header);
        self.rotate_locked(&locked, steps);
    }

    /// Puts an element before the one at `index`; `false`: the deque is full.
    pub(crate) fn insert(&self, thread: &mut Thread, index: isize, value: Value) -> PyResult<bool> {
        let locked = thread.lock(&self.header);
        let length = self.len();
        if self.bound().is_some_and(|bound| length >= bound) {
            return Ok(false);
        }
        let place = if index < 0 {
            length.saturating_sub(index.unsigned_abs())
        } else {
            length.min(index as usize)
        };
        self.put_locked(&locked, End::Right, value)?;
        for index in (place..length).rev() {
            let moved = self.read(index);
            self.write(&locked, index + 1, moved);
        }
        self.write(&locked, place, Some(value));
        Ok(true)
    }

    /// Takes out the element at `index`, if there is one and (if `state` is given) nothing has changed since.
    pub(crate) fn remove(&self, thread: &mut Thread, index: usize, state: Option<u64>) -> bool {
        let locked = thread.lock(&self.header);
        let length = self.len();
        if index >= length || state.is_some_and(|state| state != self.state()) {
            return false;
        }
        self.close_gap(&locked, index);
        true
    }

    /// Moves the elements after `index` to the left by one.
    fn close_gap(&self, locked: &Thread, index: usize) {
        for place in index + 1..self.len() {
            let moved = self.read(place);
            self.write(locked, place - 1, moved);
        }
        self.take(locked, End::Right);
    }

    /// Takes out the first element equal to `item`, if there is one; `None`: a comparison needs Python, and nothing was done.
    pub(crate) fn remove_plain(&self, thread: &mut Thread, item: Value) -> Option<bool> {
        let locked = thread.lock(&self.header);
        for index in 0..self.len() {
            if plain::equal(self.read(index)?, item)? {
                self.close_gap(&locked, index);
                return Some(true);
            }
        }
        Some(false)
    }

    /// Turns the order around.
    pub(crate) fn reverse(&self, thread: &mut Thread) {
        let locked = thread.lock(&self.header);
        let length = self.len();
        for index in 0..length / 2 {
            let other = length - 1 - index;
            let (left, right) = (self.read(index), self.read(other));
            self.write(&locked, index, right);
            self.write(&locked, other, left);
        }
    }
}
