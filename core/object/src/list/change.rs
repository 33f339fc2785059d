//! What moves elements of a list: insertion, deletion, slices, reversal, growth. All of it under the list's lock.

use grwl_threads::sync::Ordering;
use grwl_value::{Slot, Value};

use super::{List, Selection, resolve};
use crate::cell::Ref;
use crate::moving;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::values::Array;

/// How much room a list gets that grows from `old` elements to `new`: an eighth more, and a little, so that a series of appends copies each
/// element a bounded number of times. The numbers are CPython's (0, 4, 8, 16, 24, 32, 40, 52, 64, 76, ...), but that a long list gets a fourth more:
/// CPython's memory often grows where it is, here each growth leaves garbage as large as the list.
fn grown(old: usize, new: usize) -> usize {
    let more = if new < 256 { new >> 3 } else { new >> 2 };
    let roomy = (new + more + 6) & !3;
    if new.saturating_sub(old) > roomy - new {
        (new + 3) & !3
    } else {
        roomy
    }
}

/// Copies the values of `from` to the beginning of `to`, which is fresh or not shorter.
fn copy(to: &[Slot], from: &[Slot]) {
    for (to, from) in to.iter().zip(from) {
        to.store(from.load());
    }
}

/// A change that is marked as long as this lives. The list's lock is held.
pub(super) struct Moving {
    list: Ref<List>,
    /// Ends the mark; an inner one leaves that to the outer.
    is_outer: bool,
}

impl Drop for Moving {
    fn drop(&mut self) {
        if self.is_outer
            && let Some(array) = self.list.array()
        {
            moving::end(array.header());
        }
    }
}

impl List {
    /// The slots and how many are in use. The caller holds the lock.
    #[inline(always)]
    fn used(&self) -> (Option<Ref<Array>>, usize) {
        (self.array(), self.length.load(Ordering::Relaxed))
    }
}

impl Ref<List> {
    /// Marks a change of several elements. The caller holds the lock.
    pub(super) fn moving(self) -> Moving {
        let is_outer = self
            .array()
            .is_some_and(|array| moving::begin(array.header()));
        Moving {
            list: self,
            is_outer,
        }
    }

    /// Publishes another array, and then the length. The caller holds the lock.
    fn publish(self, locked: &Thread, array: Option<Ref<Array>>, length: usize) {
        if let (Some(new), Some(old)) = (array, self.array()) {
            moving::inherit(new.header(), old.header());
        }
        locked.store(self, &self.storage, array.map(Ref::value));
        // Release: partner is the Acquire in `len`.
        self.length.store(length, Ordering::Release);
    }

    #[cold]
    #[inline(never)]
    pub(super) fn push_growing(self, locked: &Thread, value: Value) -> PyResult<()> {
        self.splice_locked(locked, Selection::range(usize::MAX, usize::MAX), &[value])
    }

    /// Replaces the elements of a range (a step of 1 is taken for granted), cut to what there is, by `items`.
    pub(super) fn splice_locked(
        self,
        locked: &Thread,
        range: Selection,
        items: &[Value],
    ) -> PyResult<()> {
        let (array, length) = self.used();
        let low = range.start.min(length);
        let high = low + range.count.min(length - low);
        let new = length - (high - low) + items.len();
        let (Some(array), true) = (array, self.fits(new, length)) else {
            return self.splice_into_new(locked, low, high, new, items);
        };
        let slots = array.slots();
        // Elements appended are seen at once, by the length.
        let _moving = (low < length).then(|| self.moving());
        if new > length {
            for from in (high..length).rev() {
                slots[from + (new - length)].store(slots[from].load());
            }
        }
        for (slot, &item) in slots[low..].iter().zip(items) {
            slot.store(Some(item));
        }
        if new < length {
            for (from, to) in (high..length).zip(low + items.len()..) {
                slots[to].store(slots[from].load());
            }
        }
        // Release: partner is the Acquire in `len`. Shortening: before the slots are emptied.
        self.length.store(new, Ordering::Release);
        for slot in &slots[new..length.max(new)] {
            slot.store(None);
        }
        locked.record_write(array.cell());
        Ok(())
    }

    /// Is the array right for `new` elements: large enough, and not more than twice too large?
    fn fits(self, new: usize, length: usize) -> bool {
        let capacity = self.capacity();
        new <= capacity && (new >= length || new >= capacity >> 1 || capacity <= 8)
    }

    fn splice_into_new(
        self,
        locked: &Thread,
        low: usize,
        high: usize,
        new: usize,
        items: &[Value],
    ) -> PyResult<()> {
        if new == 0 {
            self.length.store(0, Ordering::Release);
            self.publish(locked, None, 0);
            return Ok(());
        }
        let (old, length) = self.used();
        let array = Array::new(locked, grown(length, new))?;
        let to = array.slots();
        if let Some(old) = old {
            copy(&to[..low], &old.slots()[..low]);
            copy(&to[low + items.len()..], &old.slots()[high..length]);
        }
        for (slot, &item) in to[low..].iter().zip(items) {
            slot.store(Some(item));
        }
        self.publish(locked, Some(array), new);
        Ok(())
    }

    /// Replaces the range that `range` chooses, given the length, by `items`. The range's step is taken for 1.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn splice(
        self,
        thread: &mut Thread,
        range: impl FnOnce(usize) -> Selection,
        items: &[Value],
    ) -> PyResult<()> {
        let locked = thread.lock_cell(&self);
        let range = range(self.length.load(Ordering::Relaxed));
        self.splice_locked(&locked, range, items)
    }

    /// Appends all of `items`.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn extend(self, thread: &mut Thread, items: &[Value]) -> PyResult<()> {
        self.splice(thread, |length| Selection::range(length, length), items)
    }

    /// Inserts before `index`, which counts from the end if it is negative and is cut to what there is.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn insert(self, thread: &mut Thread, index: isize, value: Value) -> PyResult<()> {
        let place = |length: usize| {
            let place = if index < 0 {
                length.saturating_sub(index.unsigned_abs())
            } else {
                (index as usize).min(length)
            };
            Selection::range(place, place)
        };
        self.splice(thread, place, &[value])
    }

    /// Takes the last element.
    #[inline]
    pub fn pop(self, thread: &mut Thread) -> Option<Value> {
        self.remove_at(thread, -1)
    }

    /// Takes the element at `index`, which counts from the end if it is negative.
    pub fn remove_at(self, thread: &mut Thread, index: isize) -> Option<Value> {
        let locked = thread.lock_cell(&self);
        let (array, length) = self.used();
        let index = resolve(index, length)?;
        let array = array?;
        let value = array.slots()[index].load();
        if index + 1 == length && self.fits(index, length) {
            // Release: partner is the Acquire in `len`.
            self.length.store(index, Ordering::Release);
            array.slots()[index].store(None);
            return value;
        }
        self.shorten(&locked, Selection::range(index, index + 1));
        value
    }

    /// Deletes a range, for which no memory is needed.
    pub(super) fn shorten(self, locked: &Thread, range: Selection) {
        if self.splice_locked(locked, range, &[]).is_ok() {
            return;
        }
        // There was no memory for a smaller array: keep the larger one.
        let (Some(array), length) = self.used() else {
            return;
        };
        let low = range.start.min(length);
        let high = low + range.count.min(length - low);
        let slots = array.slots();
        let _moving = self.moving();
        for (from, to) in (high..length).zip(low..) {
            slots[to].store(slots[from].load());
        }
        let new = length - (high - low);
        self.length.store(new, Ordering::Release);
        for slot in &slots[new..length] {
            slot.store(None);
        }
        locked.record_write(array.cell());
    }

    /// Deletes the element at `index` if it is this very value; `false`: it is not any more.
    pub fn remove_same(self, thread: &mut Thread, index: usize, value: Value) -> bool {
        let locked = thread.lock_cell(&self);
        let is_same = self.get(index) == Some(value);
        if is_same {
            self.shorten(&locked, Selection::range(index, index + 1));
        }
        is_same
    }

    /// Deletes the elements that `select` chooses, given the length.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn delete(
        self,
        thread: &mut Thread,
        select: impl FnOnce(usize) -> Selection,
    ) -> PyResult<()> {
        let locked = thread.lock_cell(&self);
        let (array, length) = self.used();
        let mut chosen = select(length);
        if chosen.step < 0 && chosen.count > 0 {
            // The same elements, upwards.
            let back = chosen.step.unsigned_abs() * (chosen.count - 1);
            chosen = Selection {
                start: chosen.start - back,
                step: -chosen.step,
                count: chosen.count,
            };
        }
        if chosen.count == 0 {
            return Ok(());
        }
        if chosen.step == 1 {
            self.shorten(&locked, chosen);
            return Ok(());
        }
        let Some(array) = array else {
            return Ok(());
        };
        let slots = array.slots();
        let _moving = self.moving();
        let mut to = chosen.start;
        let mut holes = chosen.places().peekable();
        for from in chosen.start..length {
            if holes.peek() == Some(&from) {
                holes.next();
            } else {
                slots[to].store(slots[from].load());
                to += 1;
            }
        }
        // Release: partner is the Acquire in `len`.
        self.length.store(to, Ordering::Release);
        for slot in &slots[to..length] {
            slot.store(None);
        }
        locked.record_write(array.cell());
        drop(holes);
        Ok(())
    }

    /// Stores `items` into the elements that `select` chooses, given the length, which must be as many; else nothing is stored and the
    /// answer is how many were chosen.
    ///
    /// # Errors
    /// The number of chosen elements.
    pub fn store_selection(
        self,
        thread: &mut Thread,
        select: impl FnOnce(usize) -> Selection,
        items: &[Value],
    ) -> Result<(), usize> {
        let locked = thread.lock_cell(&self);
        let (array, length) = self.used();
        let chosen = select(length);
        if chosen.count != items.len() {
            return Err(chosen.count);
        }
        if let Some(array) = array {
            let _moving = self.moving();
            for (place, &item) in chosen.places().zip(items) {
                array.slots()[place].store(Some(item));
            }
            locked.record_write(array.cell());
        }
        Ok(())
    }

    /// Removes all elements.
    pub fn clear(self, thread: &mut Thread) {
        let locked = thread.lock_cell(&self);
        // A reader that comes with the old array still finds its elements in it, as they were when it came.
        self.length.store(0, Ordering::Release);
        self.publish(&locked, None, 0);
    }

    /// Reverses the order of the elements.
    pub fn reverse(self, thread: &mut Thread) {
        let locked = thread.lock_cell(&self);
        if let (Some(array), length) = self.used() {
            let _moving = self.moving();
            reverse_slots(&array.slots()[..length]);
            locked.record_write(array.cell());
        }
    }

    /// Repeats the elements in place.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn repeat(self, thread: &mut Thread, times: usize) -> PyResult<()> {
        let locked = thread.lock_cell(&self);
        let (array, length) = self.used();
        let Some(array) = array.filter(|_| length > 0 && times != 1) else {
            return Ok(());
        };
        let new = length
            .checked_mul(times)
            .ok_or_else(|| locked.memory_error())?;
        if new == 0 {
            self.length.store(0, Ordering::Release);
            self.publish(&locked, None, 0);
            return Ok(());
        }
        if new > array.capacity() {
            let larger = Array::new(&locked, new)?;
            for (to, place) in larger.slots().iter().zip((0..length).cycle()) {
                to.store(array.slots()[place].load());
            }
            self.publish(&locked, Some(larger), new);
        } else {
            let slots = array.slots();
            for place in length..new {
                slots[place].store(slots[place - length].load());
            }
            locked.record_write(array.cell());
            self.length.store(new, Ordering::Release);
        }
        Ok(())
    }

    /// Takes all elements out, as one array: the list is empty then.
    pub(super) fn take_all(self, thread: &mut Thread) -> (Option<Ref<Array>>, usize) {
        let locked = thread.lock_cell(&self);
        let taken = self.used();
        self.length.store(0, Ordering::Release);
        self.publish(&locked, None, 0);
        taken
    }

    /// Puts back what [`take_all`](Self::take_all) took out; `false`: there was something in the list in the meantime, which is lost.
    pub(super) fn put_back(
        self,
        thread: &mut Thread,
        array: Option<Ref<Array>>,
        length: usize,
    ) -> bool {
        let locked = thread.lock_cell(&self);
        let was_untouched = self.used() == (None, 0);
        self.length.store(0, Ordering::Release);
        if let Some(array) = array {
            locked.record_write(array.cell());
        }
        self.publish(&locked, array, length);
        was_untouched
    }
}

/// Reverses the order of values.
pub(super) fn reverse_slots(slots: &[Slot]) {
    let half = slots.len() / 2;
    for (low, high) in slots[..half].iter().zip(slots.iter().rev()) {
        let value = low.load();
        low.store(high.load());
        high.store(value);
    }
}

#[cfg(test)]
mod tests {
    use super::grown;

    #[test]
    fn growth_is_as_documented() {
        let mut capacities = vec![0];
        for length in 1..70 {
            if length > *capacities.last().expect("not empty") {
                capacities.push(grown(length - 1, length));
            }
        }
        assert_eq!(capacities, [0, 4, 8, 16, 24, 32, 40, 52, 64, 76]);
        assert_eq!(grown(0, 5), 8);
        assert_eq!(grown(0, 1000), 1000);
    }
}
