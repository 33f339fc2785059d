//! Checks bytecode before it runs: the loop trusts its instructions, and anybody can make a code object.
//!
//! What the program's own compiler made for the embedded standard library is trusted. All other code (compiled from a tree that a program has
//! built, read by `marshal`, put together with `code.replace`) is interpreted here in the abstract: for each instruction that can be reached, how deep the operand stack is and what kind of
//! thing lies in each slot. An instruction that could read what is not there, or take a thing for what it is not, becomes a *trap*, which raises `SystemError` when it is reached. So code goes
//! on to be accepted by whoever makes it, as in CPython, and a program that never gets to the bad place never notices.
//!
//! Where a trap is not enough (instructions that do not end, an exception table that leads nowhere) the whole code is *rejected*: it raises at its first instruction, and has no handlers.
//!
//! ## What is guaranteed of the instructions that remain
//! - Jumps and handlers lead to instructions, within the code; the last one does not fall through. A way back passes a safepoint.
//! - The operand stack stays within `co_stacksize`, and is equally deep on all ways to an instruction.
//! - Indices of constants, names and slots exist. What is used is there: an empty slot is passed on only to who asks for it.
//! - What the loop takes for a list, a dict, a cell, ... is one (see `kind`). What it does not take for granted is not looked at here.
//!
//! Not tracked are the values of plain local variables: debuggers may set them (`frame.f_locals`).

mod kind;
mod state;
mod step;

use crate::code::code_flags;
use crate::opcode::{self as op, CACHES};
use crate::unwind;

use state::{Bound, State};
use step::{Flow, Verifier};

pub use kind::Constant;

/// What is looked at of a code object.
pub struct Subject<'a> {
    /// CPython's instructions, zeroes for caches.
    pub units: &'a [u16],
    /// What each constant is.
    pub constants: &'a [Constant],
    /// How many names there are.
    pub names: usize,
    /// What each slot is: bits `FAST_*`.
    pub kinds: &'a [u8],
    /// Slots that a call fills: the first ones.
    pub parameters: usize,
    /// Slots that are free variables: the last ones.
    pub free: usize,
    /// `co_stacksize`
    pub stack: usize,
    /// `co_flags`
    pub flags: u32,
    /// `co_exceptiontable`
    pub exception_table: &'a [u8],
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The units at which a bad instruction begins, in order; mostly none.
    Traps(Vec<usize>),
    /// Nothing may be run, and why.
    Rejected(&'static str),
}

/// Looks at a code object.
pub fn verify(subject: &Subject<'_>) -> Verdict {
    match explore(subject) {
        Ok(explored) => Verdict::Traps(explored.traps()),
        Err(reason) => Verdict::Rejected(reason),
    }
}

/// May a frame go on at unit `to` that stands before unit `from`, when it has popped what lies above the stack that is expected there, and bound its
/// variables that were not?
pub fn may_jump(subject: &Subject<'_>, from: usize, to: usize) -> bool {
    let Ok(explored) = explore(subject) else {
        return false;
    };
    let (Some(mut here), Some(there)) = (explored.state_at(from), explored.state_at(to)) else {
        return false;
    };
    for slot in &mut here.slots {
        *slot = (*slot).max(Bound::Yes);
    }
    let operands = here.stack.iter().zip(&there.stack);
    here.stack.len() >= there.stack.len()
        && here.is_generator == there.is_generator
        && operands
            .into_iter()
            .all(|(mine, wanted)| mine.kinds & !wanted.kinds == 0)
        && there.stack.iter().all(|wanted| wanted.constant == 0)
        && here
            .slots
            .iter()
            .zip(&there.slots)
            .all(|(mine, wanted)| mine >= wanted)
}

/// A code object, explored.
struct Explored<'a> {
    verifier: Verifier<'a>,
    /// The states at the beginning of straight stretches.
    states: Vec<Option<Box<State>>>,
    leaders: Vec<bool>,
}

const INSTRUCTION: u8 = 1;
const TRAP: u8 = 2;

fn explore<'a>(subject: &'a Subject<'a>) -> Result<Explored<'a>, &'static str> {
    let length = subject.units.len();
    let mut marks = vec![0u8; length];
    let mut leaders = vec![false; length];
    // Where each instruction begins, and where others may lead to.
    let mut at = 0;
    while at < length {
        marks[at] = INSTRUCTION;
        let Some(decoded) = decode(subject.units, at) else {
            return Err("the last instruction is incomplete");
        };
        for target in jump_targets(&decoded) {
            if let Some(leader) = leaders.get_mut(target) {
                *leader = true;
            }
        }
        at = decoded.next;
    }
    let mut handlers = Vec::new();
    for (start, length, handler) in unwind::entries_of(subject.exception_table) {
        let Some(leader) = leaders.get_mut(handler.target) else {
            return Err("a handler lies outside of the code");
        };
        *leader = true;
        handlers.push((start, start.saturating_add(length), handler));
    }
    let mut explored = Explored {
        verifier: Verifier {
            subject,
            marks,
            handlers,
        },
        states: (0..length).map(|_| None).collect(),
        leaders,
    };
    explored.states[0] = Some(Box::new(State::at_entry(subject)));
    let mut waiting = vec![0];
    while let Some(start) = waiting.pop() {
        explored.stretch(start, &mut waiting)?;
    }
    Ok(explored)
}

impl Explored<'_> {
    fn traps(&self) -> Vec<usize> {
        let marks = self.verifier.marks.iter().enumerate();
        let traps = marks.filter(|(_, mark)| **mark & TRAP != 0);
        traps.map(|(unit, _)| unit).collect()
    }

    /// Another way leads to `target`. Answers whether it may; one that changes what is known there is followed later.
    fn reach(&mut self, target: usize, state: &State, waiting: &mut Vec<usize>) -> bool {
        if self
            .verifier
            .marks
            .get(target)
            .is_none_or(|mark| mark & INSTRUCTION == 0)
        {
            return false;
        }
        match &mut self.states[target] {
            Some(known) => match known.join(state) {
                Ok(is_changed) => {
                    if is_changed {
                        waiting.push(target);
                    }
                    true
                }
                Err(_) => false,
            },
            empty => {
                *empty = Some(Box::new(state.clone()));
                waiting.push(target);
                true
            }
        }
    }

    /// Follows the instructions from `start` to the next place where ways meet.
    fn stretch(&mut self, start: usize, waiting: &mut Vec<usize>) -> Result<(), &'static str> {
        let Some(mut state) = self.states[start].as_deref().cloned() else {
            return Ok(());
        };
        let mut at = start;
        // The handler that knows all of this state already, if nothing below its depth changes.
        let mut told: Option<(usize, usize)> = None;
        loop {
            let decoded =
                decode(self.verifier.subject.units, at).ok_or("an instruction is incomplete")?;
            let handler = self.verifier.handler_of(decoded.own);
            if decoded.own != at && handler != self.verifier.handler_of(at) {
                return Err("a handler is in force from the middle of an instruction");
            }
            if let Some((target, depth, push_last)) = handler {
                if depth > state.stack.len() {
                    return Err("a handler expects a deeper stack");
                }
                if target <= at {
                    return Err("a handler lies before what it handles");
                }
                if told != Some((target, depth)) || decoded.opcode == op::YIELD_VALUE {
                    let caught = state.caught(depth, push_last, decoded.opcode == op::YIELD_VALUE);
                    if caught.stack.len() > self.verifier.subject.stack
                        || !self.reach(target, &caught, waiting)
                    {
                        return Err("a handler does not fit");
                    }
                    told = Some((target, depth));
                }
            }
            let flow = if self.verifier.marks[at] & TRAP != 0 {
                Err(())
            } else {
                let least = handler.map_or(0, |(_, depth, _)| depth);
                self.verifier.step(&mut state, &decoded, least)
            };
            let is_passable = match flow {
                Err(()) => {
                    self.verifier.marks[at] |= TRAP;
                    return Ok(());
                }
                Ok(Flow::End) => return Ok(()),
                Ok(Flow::Jump(target)) => {
                    if !self.reach(target, &state, waiting) {
                        self.verifier.marks[at] |= TRAP;
                    }
                    return Ok(());
                }
                Ok(Flow::Next) => true,
                Ok(Flow::Branch(target)) => self.reach(target, &state, waiting),
                Ok(Flow::Loop { ended, drained }) => {
                    // `state` has the value pushed: so it is in the body, and where a generator has returned something.
                    let without = state.without_top();
                    self.reach(ended, &state, waiting) && self.reach(drained, &without, waiting)
                }
            };
            let next = decoded.next;
            if !is_passable || next >= self.verifier.subject.units.len() {
                self.verifier.marks[at] |= TRAP;
                return Ok(());
            }
            if self.leaders[next] {
                if !self.reach(next, &state, waiting) {
                    self.verifier.marks[at] |= TRAP;
                }
                return Ok(());
            }
            let is_known = |(_, depth)| state.touched >= depth && !state.has_changed_slots;
            told = told.filter(|&told| is_known(told));
            at = next;
        }
    }

    /// The state before the instruction at `unit`.
    fn state_at(&self, unit: usize) -> Option<State> {
        let start = (0..=unit)
            .rev()
            .find(|&at| self.states.get(at).is_some_and(Option::is_some))?;
        let mut state = self.states[start].as_deref()?.clone();
        let mut at = start;
        while at < unit {
            let decoded = decode(self.verifier.subject.units, at)?;
            match self.verifier.step(&mut state, &decoded, 0) {
                Ok(Flow::Next | Flow::Branch(_) | Flow::Loop { .. }) => at = decoded.next,
                _ => return None,
            }
        }
        (at == unit).then_some(state)
    }
}

/// An instruction with its `EXTENDED_ARG`s.
struct Decoded {
    opcode: u8,
    argument: usize,
    /// The unit of the instruction itself.
    own: usize,
    /// The first unit behind its caches.
    next: usize,
}

fn decode(units: &[u16], first: usize) -> Option<Decoded> {
    let mut own = first;
    let mut argument = 0u32;
    while *units.get(own)? as u8 == op::EXTENDED_ARG {
        argument = argument << 8 | u32::from(units[own] >> 8);
        own += 1;
    }
    let unit = units[own];
    let opcode = unit as u8;
    let next = own + 1 + usize::from(CACHES[usize::from(opcode)]);
    (next <= units.len()).then_some(Decoded {
        opcode,
        argument: (argument << 8 | u32::from(unit >> 8)) as usize,
        own,
        next,
    })
}

/// Where an instruction may lead to, but for the next one.
fn jump_targets(decoded: &Decoded) -> impl Iterator<Item = usize> + use<> {
    let forward = decoded.next.saturating_add(decoded.argument);
    let targets = match decoded.opcode {
        op::JUMP_FORWARD
        | op::POP_JUMP_IF_FALSE
        | op::POP_JUMP_IF_TRUE
        | op::POP_JUMP_IF_NONE
        | op::POP_JUMP_IF_NOT_NONE
        | op::SEND => [Some(forward), None],
        op::FOR_ITER => [Some(forward), Some(forward.saturating_add(1))],
        op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => {
            [decoded.next.checked_sub(decoded.argument), None]
        }
        _ => [None, None],
    };
    targets.into_iter().flatten()
}

/// Slots that a call fills.
pub fn parameters(argcount: u32, kwonlyargcount: u32, flags: u32) -> usize {
    let has = |flag| usize::from(flags & flag != 0);
    (argcount as usize)
        .saturating_add(kwonlyargcount as usize)
        .saturating_add(has(code_flags::VARARGS))
        .saturating_add(has(code_flags::VARKEYWORDS))
}
