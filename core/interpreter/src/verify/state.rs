//! What is known of a frame before an instruction.

use super::Subject;
use super::kind::{ANY, CELL, EMPTY, EXCEPTION, Kinds, MAYBE, STALE};
use crate::code::{FAST_CELL, FAST_FREE};

/// An operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// What it may be.
    pub kinds: Kinds,
    /// One more than the index of the constant that it is; 0 if that is not known.
    pub constant: u32,
}

impl Operand {
    pub const fn new(kinds: Kinds) -> Self {
        Self { kinds, constant: 0 }
    }
}

/// What is known of a slot for a variable. A debugger may bind one at any time, and never unbinds one: so nothing relies on the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    Maybe,
    Yes,
    /// Bound to a cell.
    Cell,
}

/// See the module's head.
#[derive(Clone, Debug)]
pub struct State {
    pub stack: Vec<Operand>,
    pub slots: Vec<Bound>,
    /// The frame lies in a generator.
    pub is_generator: bool,
    /// The lowest operand that the last instruction has popped or replaced.
    pub touched: usize,
    /// It has changed what is known of a slot.
    pub has_changed_slots: bool,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.stack == other.stack
            && self.slots == other.slots
            && self.is_generator == other.is_generator
    }
}

impl State {
    /// At the first instruction.
    pub fn at_entry(subject: &Subject<'_>) -> Self {
        let bound = |index| {
            if index < subject.parameters {
                Bound::Yes
            } else {
                Bound::Maybe
            }
        };
        Self {
            stack: Vec::with_capacity(subject.stack.min(64)),
            slots: (0..subject.kinds.len()).map(bound).collect(),
            is_generator: false,
            touched: 0,
            has_changed_slots: true,
        }
    }

    /// Takes in what else is known to be possible. Has anything changed? An error: the two do not go together.
    pub fn join(&mut self, other: &Self) -> Result<bool, ()> {
        if self.stack.len() != other.stack.len() || self.is_generator != other.is_generator {
            return Err(());
        }
        let mut is_changed = false;
        for (mine, theirs) in self.stack.iter_mut().zip(&other.stack) {
            let constant = if mine.constant == theirs.constant {
                mine.constant
            } else {
                0
            };
            let joined = Operand {
                kinds: mine.kinds | theirs.kinds,
                constant,
            };
            is_changed |= joined != *mine;
            *mine = joined;
        }
        for (mine, theirs) in self.slots.iter_mut().zip(&other.slots) {
            if theirs < mine {
                *mine = *theirs;
                is_changed = true;
            }
        }
        Ok(is_changed)
    }

    /// In a handler that keeps so many operands. A generator that has yielded has popped one of them.
    pub fn caught(&self, depth: usize, push_last: bool, is_yield: bool) -> Self {
        let mut stack = Vec::with_capacity(depth + 8);
        stack.extend_from_slice(&self.stack[..depth]);
        if is_yield
            && depth == self.stack.len()
            && let Some(yielded) = stack.last_mut()
        {
            yielded.kinds |= STALE;
        }
        if push_last {
            stack.push(Operand::new(ANY));
        }
        stack.push(Operand::new(EXCEPTION));
        Self {
            stack,
            slots: self.slots.clone(),
            is_generator: self.is_generator,
            touched: 0,
            has_changed_slots: true,
        }
    }

    /// Without the topmost operand.
    pub fn without_top(&self) -> Self {
        let mut state = self.clone();
        state.stack.pop();
        state
    }

    /// Operands from this one on were touched.
    pub fn touch(&mut self, index: usize) {
        self.touched = self.touched.min(index);
    }

    /// Pops whatever it is.
    pub fn pop(&mut self) -> Result<Operand, ()> {
        let operand = self.stack.pop().ok_or(())?;
        self.touch(self.stack.len());
        Ok(operand)
    }

    /// Pops what must be there.
    pub fn value(&mut self) -> Result<Operand, ()> {
        self.of(ANY)
    }

    /// Pops what is used if it is there.
    pub fn option(&mut self) -> Result<Operand, ()> {
        self.of(MAYBE)
    }

    pub fn values(&mut self, count: usize) -> Result<(), ()> {
        if count > self.stack.len() {
            return Err(());
        }
        for _ in 0..count {
            self.value()?;
        }
        Ok(())
    }

    /// Pops what must be of one of these kinds.
    pub fn of(&mut self, kinds: Kinds) -> Result<Operand, ()> {
        let operand = self.pop()?;
        if operand.kinds & !kinds != 0 {
            Err(())
        } else {
            Ok(operand)
        }
    }

    /// The operand so many from the top: 1 is the topmost.
    pub fn peek(&self, depth: usize) -> Result<Operand, ()> {
        let index = self.stack.len().checked_sub(depth).ok_or(())?;
        self.stack.get(index).copied().ok_or(())
    }

    /// The operand so many from the top must be of one of these kinds.
    pub fn is(&self, depth: usize, kinds: Kinds) -> Result<(), ()> {
        if self.peek(depth)?.kinds & !kinds != 0 {
            Err(())
        } else {
            Ok(())
        }
    }

    pub fn push(&mut self, kinds: Kinds) {
        self.stack.push(Operand::new(kinds));
    }

    /// What reading a slot gives.
    pub fn load(&self, index: usize) -> Result<Kinds, ()> {
        Ok(match self.slots.get(index).ok_or(())? {
            Bound::Maybe => MAYBE,
            Bound::Yes => ANY,
            Bound::Cell => CELL,
        })
    }

    pub fn set(&mut self, index: usize, bound: Bound) -> Result<(), ()> {
        let slot = self.slots.get_mut(index).ok_or(())?;
        if *slot != bound {
            *slot = bound;
            self.has_changed_slots = true;
        }
        Ok(())
    }

    /// Writes an operand into a slot. That something is a cell is known only where a debugger would write through it.
    pub fn store(
        &mut self,
        subject: &Subject<'_>,
        index: usize,
        operand: Operand,
    ) -> Result<(), ()> {
        let kind = *subject.kinds.get(index).ok_or(())?;
        let bound = if operand.kinds & STALE != 0 {
            return Err(());
        } else if operand.kinds & EMPTY != 0 {
            Bound::Maybe
        } else if operand.kinds == CELL && kind & (FAST_CELL | FAST_FREE) != 0 {
            Bound::Cell
        } else {
            Bound::Yes
        };
        self.set(index, bound)
    }
}
