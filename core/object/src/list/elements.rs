//! A list whose lock is held: what an algorithm that exchanges elements does in several steps is one step for others.
//!
//! As long as it lives there are no safepoints, so no Python code runs: comparisons are those of `protocol::plain`.

use grwl_threads::sync::Ordering;
use grwl_value::Value;

use super::change::Moving;
use super::{List, Selection};
use crate::cell::Ref;
use crate::result::PyResult;
use crate::thread::{Locked, Thread};

/// See the module's head.
pub struct Elements<'a> {
    list: Ref<List>,
    /// Before the lock: it ends first.
    _moving: Moving,
    locked: Locked<'a>,
}

impl Ref<List> {
    /// Takes the list's lock.
    pub fn elements<'a>(&'a self, thread: &'a mut Thread) -> Elements<'a> {
        let locked = thread.lock_cell(self);
        Elements {
            list: *self,
            _moving: self.moving(),
            locked,
        }
    }
}

impl Elements<'_> {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.list.length.load(Ordering::Relaxed)
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The thread, for what is no safepoint.
    pub fn thread(&self) -> &Thread {
        &self.locked
    }

    /// An element.
    ///
    /// # Panics
    /// If there is none at `index`.
    pub fn at(&self, index: usize) -> Value {
        self.list.get(index).expect("the index is below the length")
    }

    /// Replaces an element.
    ///
    /// # Panics
    /// If there is none at `index`.
    pub fn set(&mut self, index: usize, value: Value) {
        let is_done = self.list.set_locked(&self.locked, index, value);
        assert!(is_done, "the index is below the length");
    }

    /// Exchanges two elements.
    ///
    /// # Panics
    /// If there is none at an index.
    pub fn swap(&mut self, first: usize, second: usize) {
        let (a, b) = (self.at(first), self.at(second));
        self.set(first, b);
        self.set(second, a);
    }

    /// Appends an element.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn push(&mut self, value: Value) -> PyResult<()> {
        if self.list.push_locked(&self.locked, value) {
            return Ok(());
        }
        self.list.push_growing(&self.locked, value)
    }

    /// Inserts an element before the one at `index`, which is at most the length.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn insert(&mut self, index: usize, value: Value) -> PyResult<()> {
        let place = Selection::range(index, index);
        self.list.splice_locked(&self.locked, place, &[value])
    }

    /// Takes the last element.
    pub fn pop(&mut self) -> Option<Value> {
        let last = self.len().checked_sub(1)?;
        let value = self.at(last);
        self.list
            .shorten(&self.locked, Selection::range(last, last + 1));
        Some(value)
    }
}
