//! What `co_lines()`, `co_positions()` and `co_branches()` return.
//!
//! An iterator keeps where it is in the line table; it is read and changed under the iterator's lock.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Thread, Tuple, TypeObject, TypeSpec, Value, flags, int,
    none, slots, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use super::code::receiver;
use crate::code::Code;
use crate::lines::{Location, Locations};
use crate::opcode::{self, CACHES};

/// An iterator over something of a code object.
#[repr(C)]
pub struct CodeIterator {
    header: Header,
    code: Slot,
    /// Where the next entry of the line table lies.
    at: AtomicU64,
    /// Its first unit; of branches: the next unit to be looked at.
    unit: AtomicU64,
    /// The line that the entry counts from.
    line: AtomicU64,
    /// Units of the entry that were shown already.
    shown: AtomicU64,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for CodeIterator {
    fn type_object() -> &'static TypeObject {
        &LINE_ITERATOR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(CodeIterator, code) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<CodeIterator>()),
    drop: None,
    name: "iterator over code",
};

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        base: Some(&types::OBJECT),
        class: &types::TYPE,
        flags: flags::DISALLOW_INSTANTIATION,
        cell: &CELL,
        kind: Kind::Traced,
        size: size_of::<CodeIterator>(),
        attributes: 0,
    }
}

/// `line_iterator`
pub static LINE_ITERATOR: TypeObject = TypeObject::declare(&const { declaration("line_iterator") });
/// `positions_iterator`
pub static POSITIONS_ITERATOR: TypeObject =
    TypeObject::declare(&const { declaration("positions_iterator") });
/// What `co_branches` returns, whose type CPython calls by this name, too.
pub static BRANCHES_ITERATOR: TypeObject =
    TypeObject::declare(&const { declaration("line_iterator") });

/// What an iterator of lines can do.
pub(super) static LINES: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next_line)],
    ..TypeSpec::NONE
};
/// What an iterator of places can do.
pub(super) static POSITIONS: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next_position)],
    ..TypeSpec::NONE
};
/// What an iterator of branches can do.
pub(super) static BRANCHES: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next_branch)],
    ..TypeSpec::NONE
};

fn new(thread: &Thread, class: &'static TypeObject, code: Value) -> PyResult {
    let first = receiver(code).firstlineno;
    // SAFETY: the three types have this layout.
    let made = unsafe {
        thread.new_cell(class, |header| CodeIterator {
            header,
            code: Slot::new(Some(code)),
            at: AtomicU64::new(0),
            unit: AtomicU64::new(0),
            line: AtomicU64::new(first.into()),
            shown: AtomicU64::new(0),
        })
    };
    Ok(made.value())
}

/// `code.co_lines()`
pub(super) fn lines(thread: &mut Thread, code: Value) -> PyResult {
    new(thread, &LINE_ITERATOR, code)
}

/// `code.co_positions()`
pub(super) fn positions(thread: &mut Thread, code: Value) -> PyResult {
    new(thread, &POSITIONS_ITERATOR, code)
}

/// `code.co_branches()`
pub(super) fn branches(thread: &mut Thread, code: Value) -> PyResult {
    new(thread, &BRANCHES_ITERATOR, code)
}

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

/// The iterator, one of the three types, and its code.
fn parts(this: Value) -> (Ref<CodeIterator>, Ref<Code>) {
    let cell = this.as_cell().expect("an iterator is a cell");
    // SAFETY: slots are called with instances of their types, which have this layout.
    let this: Ref<CodeIterator> = unsafe { Ref::from_cell(cell) };
    let code = this.code.load().expect("set when it was made");
    (this, receiver(code))
}

impl CodeIterator {
    fn load<'a>(&self, code: &'a Code) -> Locations<'a> {
        let mut locations = Locations::of(code);
        locations.at = self.at.load(Ordering::Relaxed) as usize;
        locations.unit = self.unit.load(Ordering::Relaxed) as usize;
        locations.line = self.line.load(Ordering::Relaxed) as i64;
        locations
    }

    fn store(&self, at: usize, unit: usize, line: i64) {
        self.at.store(at as u64, Ordering::Relaxed);
        self.unit.store(unit as u64, Ordering::Relaxed);
        self.line.store(line as u64, Ordering::Relaxed);
    }
}

fn number(thread: &Thread, number: Option<u32>) -> Value {
    number.map_or_else(none, |number| int::from_i64(thread, number.into()))
}

fn triple(thread: &Thread, start: usize, middle: Value, end: Value) -> PyResult<Option<Value>> {
    let start = int::from_usize(thread, start);
    Ok(Some(Tuple::try_new(thread, &[start, middle, end])?.value()))
}

/// Neighbouring entries of one line are one range.
fn next_line(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let (this, code) = parts(this);
    let locked = thread.lock_cell(&this);
    let mut locations = this.load(&code);
    let Some(first) = locations.next() else {
        return Ok(None);
    };
    let mut end = first.end;
    loop {
        this.store(locations.at, locations.unit, locations.line);
        match locations.next() {
            Some(next) if next.line == first.line => end = next.end,
            _ => break,
        }
    }
    let end = int::from_usize(&locked, end * 2);
    triple(&locked, first.start * 2, end, number(&locked, first.line))
}

fn next_position(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let (this, code) = parts(this);
    let locked = thread.lock_cell(&this);
    let mut locations = this.load(&code);
    let Some(location) = locations.next() else {
        return Ok(None);
    };
    let shown = this.shown.load(Ordering::Relaxed) as usize + 1;
    if location.start + shown >= location.end {
        this.store(locations.at, locations.unit, locations.line);
        this.shown.store(0, Ordering::Relaxed);
    } else {
        this.shown.store(shown as u64, Ordering::Relaxed);
    }
    let Location {
        line,
        end_line,
        column,
        end_column,
        ..
    } = location;
    let place = [line, end_line, column, end_column].map(|part| number(&locked, part));
    Ok(Some(Tuple::try_new(&locked, &place)?.value()))
}

/// From where, to where if it is not taken, to where if it is: byte offsets.
fn next_branch(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let (this, code) = parts(this);
    let locked = thread.lock_cell(&this);
    let units = code.units();
    let mut at = this.unit.load(Ordering::Relaxed) as usize;
    let mut argument = 0;
    while at < units.len() {
        let instruction = opcode::PUBLIC[usize::from(units[at] as u8)];
        argument = argument << 8 | usize::from(units[at] >> 8);
        let next = at + 1 + usize::from(CACHES[usize::from(instruction)]);
        let found = match instruction {
            opcode::EXTENDED_ARG => {
                at = next;
                continue;
            }
            // Past END_FOR and POP_ITER.
            opcode::FOR_ITER => Some((at, next, next + argument + 2, next)),
            // Past NOT_TAKEN.
            opcode::POP_JUMP_IF_FALSE
            | opcode::POP_JUMP_IF_TRUE
            | opcode::POP_JUMP_IF_NONE
            | opcode::POP_JUMP_IF_NOT_NONE => Some((at, next + 1, next + argument, next + 1)),
            opcode::END_ASYNC_FOR => {
                let from = next.saturating_sub(argument);
                Some((from, from + 2, next, next))
            }
            _ => None,
        };
        if let Some((from, not_taken, taken, resume)) = found {
            this.unit.store(resume as u64, Ordering::Relaxed);
            let not_taken = int::from_usize(&locked, not_taken * 2);
            let taken = int::from_usize(&locked, taken * 2);
            return triple(&locked, from * 2, not_taken, taken);
        }
        argument = 0;
        at = next;
    }
    this.unit.store(at as u64, Ordering::Relaxed);
    Ok(None)
}
