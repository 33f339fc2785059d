//! What each instruction needs and leaves behind. The other side of this is the loop (`run`): what that takes for granted is asked for here.

use super::kind::{
    ANY, CELL, CELLS, CODE, Constant, DICT, EMPTY, EXCEPTION, FUNCTION, Kinds, LIST, MAYBE, NONE,
    STR, TUPLE,
};
use super::state::{Bound, State};
use super::{Decoded, Subject};
use crate::code::{FAST_CELL, FAST_FREE, code_flags};
use crate::opcode as op;
use crate::unwind::Handler;

/// How it goes on. The state is that of all ways, if nothing else is said.
pub enum Flow {
    Next,
    Jump(usize),
    /// To the next one or there.
    Branch(usize),
    /// `for`: with the next value; or to `ended` with one; or to `drained` without.
    Loop {
        ended: usize,
        drained: usize,
    },
    End,
}

/// A code object that is being looked at.
pub struct Verifier<'a> {
    pub subject: &'a Subject<'a>,
    /// By unit.
    pub marks: Vec<u8>,
    /// From, to, and what is to be done there, in the order of the table.
    pub handlers: Vec<(usize, usize, Handler)>,
}

const GENERATORS: u32 = code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR;

impl Verifier<'_> {
    /// What handles an exception of the instruction at `unit`: where, how many operands stay, is the place pushed?
    pub fn handler_of(&self, unit: usize) -> Option<(usize, usize, bool)> {
        // As `unwind` looks it up.
        let starting = self
            .handlers
            .iter()
            .take_while(|(start, _, _)| *start <= unit);
        let (_, _, handler) = starting.into_iter().find(|(_, end, _)| unit < *end)?;
        Some((handler.target, handler.depth, handler.push_last))
    }

    fn name(&self, index: usize) -> Result<(), ()> {
        if index < self.subject.names {
            Ok(())
        } else {
            Err(())
        }
    }

    /// The slot holds a cell.
    fn cell(&self, state: &State, index: usize) -> Result<(), ()> {
        if state.load(index)? == CELL {
            Ok(())
        } else {
            Err(())
        }
    }

    /// What is in a slot, which must be bound.
    fn local(&self, state: &State, index: usize) -> Result<Kinds, ()> {
        let kinds = state.load(index)?;
        if kinds & EMPTY != 0 {
            Err(())
        } else {
            Ok(kinds)
        }
    }

    /// Follows one instruction. `least`: so many operands its handler needs. An error: the instruction must not be run.
    #[allow(clippy::too_many_lines)]
    pub fn step(&self, state: &mut State, decoded: &Decoded, least: usize) -> Result<Flow, ()> {
        let argument = decoded.argument;
        let forward = decoded.next.saturating_add(argument);
        let before = state.stack.len();
        // What an instruction pops while it may still fail is not there for its handler. These cannot fail.
        let mut may_fail = true;
        state.touched = usize::MAX;
        state.has_changed_slots = false;
        let mut flow = Flow::Next;
        match decoded.opcode {
            op::NOP | op::NOT_TAKEN | op::RESUME => {}
            op::LOAD_FAST | op::LOAD_FAST_BORROW => {
                let kinds = self.local(state, argument)?;
                state.push(kinds);
            }
            op::LOAD_FAST_CHECK => {
                let kinds = state.load(argument)?;
                state.push(kinds & !EMPTY);
                if kinds & EMPTY != 0 {
                    state.set(argument, Bound::Yes)?;
                }
            }
            op::LOAD_FAST_AND_CLEAR => {
                let kinds = state.load(argument)?;
                state.push(kinds);
                state.set(argument, Bound::Maybe)?;
            }
            op::LOAD_FAST_LOAD_FAST | op::LOAD_FAST_BORROW_LOAD_FAST_BORROW => {
                for index in [argument >> 4, argument & 15] {
                    let kinds = self.local(state, index)?;
                    state.push(kinds);
                }
            }
            op::LOAD_CONST => {
                let constant = self.subject.constants.get(argument).ok_or(())?;
                state.push(constant.kinds());
                if let Some(top) = state.stack.last_mut() {
                    top.constant = argument as u32 + 1;
                }
            }
            op::LOAD_SMALL_INT => state.push(ANY),
            op::STORE_FAST => {
                may_fail = false;
                let operand = state.pop()?;
                state.store(self.subject, argument, operand)?;
            }
            op::STORE_FAST_LOAD_FAST => {
                may_fail = false;
                let operand = state.pop()?;
                state.store(self.subject, argument >> 4, operand)?;
                let kinds = self.local(state, argument & 15)?;
                state.push(kinds);
            }
            op::STORE_FAST_STORE_FAST => {
                may_fail = false;
                for index in [argument >> 4, argument & 15] {
                    let operand = state.pop()?;
                    state.store(self.subject, index, operand)?;
                }
            }
            op::DELETE_FAST => state.set(argument, Bound::Maybe)?,
            op::POP_TOP | op::POP_ITER => {
                may_fail = false;
                state.pop()?;
            }
            op::END_FOR => {
                may_fail = false;
                state.values(2)?;
                state.push(ANY);
            }
            op::PUSH_NULL => state.push(EMPTY),
            op::COPY => {
                if argument == 0 {
                    return Err(());
                }
                state.is(argument, MAYBE)?;
                let operand = state.peek(argument)?;
                state.stack.push(operand);
            }
            op::SWAP => {
                if argument == 0 {
                    return Err(());
                }
                may_fail = false;
                state.peek(argument)?;
                let top = before - 1;
                state.stack.swap(top, before - argument);
                state.touch(before - argument);
            }
            op::END_SEND => {
                may_fail = false;
                state.values(2)?;
                state.push(ANY);
            }

            op::BINARY_OP | op::COMPARE_OP | op::IS_OP | op::CONTAINS_OP => {
                state.values(2)?;
                state.push(ANY);
            }
            op::UNARY_NEGATIVE
            | op::UNARY_INVERT
            | op::UNARY_NOT
            | op::TO_BOOL
            | op::GET_ITER
            | op::GET_YIELD_FROM_ITER
            | op::GET_AWAITABLE
            | op::GET_AITER
            | op::CALL_INTRINSIC_1 => {
                state.value()?;
                state.push(ANY);
            }
            op::BINARY_SLICE => {
                state.values(3)?;
                state.push(ANY);
            }
            op::STORE_SLICE => state.values(4)?,
            op::STORE_SUBSCR => state.values(3)?,
            op::DELETE_SUBSCR => state.values(2)?,

            op::JUMP_FORWARD => flow = Flow::Jump(forward),
            op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => {
                flow = Flow::Jump(decoded.next.checked_sub(argument).ok_or(())?);
            }
            op::POP_JUMP_IF_FALSE
            | op::POP_JUMP_IF_TRUE
            | op::POP_JUMP_IF_NONE
            | op::POP_JUMP_IF_NOT_NONE => {
                state.value()?;
                flow = Flow::Branch(forward);
            }

            op::LOAD_GLOBAL => {
                self.name(argument >> 1)?;
                state.push(ANY);
                if argument & 1 != 0 {
                    state.push(EMPTY);
                }
            }
            op::STORE_GLOBAL | op::STORE_NAME => {
                self.name(argument)?;
                state.value()?;
            }
            op::DELETE_GLOBAL | op::DELETE_NAME => self.name(argument)?,
            op::LOAD_NAME => {
                self.name(argument)?;
                state.push(ANY);
            }
            op::LOAD_LOCALS | op::LOAD_BUILD_CLASS | op::LOAD_COMMON_CONSTANT => state.push(ANY),
            op::SETUP_ANNOTATIONS => {}
            op::LOAD_FROM_DICT_OR_GLOBALS => {
                self.name(argument)?;
                state.value()?;
                state.push(ANY);
            }
            op::LOAD_FROM_DICT_OR_DEREF => {
                self.cell(state, argument)?;
                state.value()?;
                state.push(ANY);
            }
            op::MAKE_CELL => {
                let kind = self.subject.kinds.get(argument).ok_or(())?;
                if kind & (FAST_CELL | FAST_FREE) == 0 {
                    return Err(());
                }
                state.set(argument, Bound::Cell)?;
            }
            op::COPY_FREE_VARS => {
                if argument != self.subject.free {
                    return Err(());
                }
                let count = state.slots.len();
                for index in count - argument..count {
                    if self.subject.kinds[index] & FAST_FREE == 0 {
                        return Err(());
                    }
                    state.set(index, Bound::Cell)?;
                }
            }
            op::LOAD_DEREF => {
                self.cell(state, argument)?;
                state.push(ANY);
            }
            op::STORE_DEREF => {
                self.cell(state, argument)?;
                state.value()?;
                may_fail = false;
            }
            op::DELETE_DEREF => self.cell(state, argument)?,

            op::LOAD_ATTR => {
                self.name(argument >> 1)?;
                state.value()?;
                state.push(ANY);
                if argument & 1 != 0 {
                    state.push(MAYBE);
                }
            }
            op::STORE_ATTR => {
                self.name(argument)?;
                state.values(2)?;
            }
            op::DELETE_ATTR => {
                self.name(argument)?;
                state.value()?;
            }
            op::LOAD_SUPER_ATTR => {
                self.name(argument >> 2)?;
                state.values(3)?;
                state.push(ANY);
                if argument & 1 != 0 {
                    state.push(MAYBE);
                }
            }

            op::CALL => {
                state.values(argument)?;
                state.option()?;
                state.value()?;
                state.push(ANY);
            }
            op::CALL_KW => {
                let constant = state.of(TUPLE)?.constant;
                let constant = (constant as usize).checked_sub(1).ok_or(())?;
                match self.subject.constants.get(constant) {
                    Some(Constant::Tuple(Some(names))) if *names <= argument => {}
                    _ => return Err(()),
                }
                state.values(argument)?;
                state.option()?;
                state.value()?;
                state.push(ANY);
            }
            op::CALL_FUNCTION_EX => {
                state.option()?;
                state.value()?;
                state.option()?;
                state.value()?;
                state.push(ANY);
            }
            op::MAKE_FUNCTION => {
                state.of(CODE)?;
                state.push(FUNCTION);
            }
            op::SET_FUNCTION_ATTRIBUTE => {
                state.of(FUNCTION)?;
                state.of(match argument {
                    1 => TUPLE | CELLS,
                    2 => DICT,
                    4 => DICT | TUPLE | CELLS,
                    8 => CELLS,
                    16 => ANY,
                    _ => return Err(()),
                })?;
                state.push(FUNCTION);
            }
            op::RETURN_VALUE => {
                state.value()?;
                flow = Flow::End;
            }

            op::FOR_ITER => {
                state.is(1, ANY)?;
                state.push(ANY);
                flow = Flow::Loop {
                    ended: forward,
                    drained: forward.saturating_add(1),
                };
            }
            op::SEND => {
                state.value()?;
                state.is(1, ANY)?;
                state.push(ANY);
                flow = Flow::Branch(forward);
            }
            op::YIELD_VALUE => {
                if !state.is_generator {
                    return Err(());
                }
                may_fail = false;
                state.value()?;
                if argument & 1 != 0 {
                    state.is(1, ANY)?;
                }
                state.push(ANY);
            }
            op::RETURN_GENERATOR => {
                if state.is_generator || before != 0 || self.subject.flags & GENERATORS == 0 {
                    return Err(());
                }
                state.is_generator = true;
                state.push(ANY);
            }
            op::CLEANUP_THROW => {
                state.of(EXCEPTION)?;
                state.pop()?;
                state.value()?;
                state.push(ANY);
                state.push(ANY);
            }
            op::GET_ANEXT | op::GET_LEN | op::MATCH_MAPPING | op::MATCH_SEQUENCE => {
                state.is(1, ANY)?;
                state.push(ANY);
            }
            op::END_ASYNC_FOR => {
                state.of(EXCEPTION)?;
                state.value()?;
            }

            op::PUSH_EXC_INFO => {
                may_fail = false;
                state.of(EXCEPTION)?;
                state.push(EXCEPTION | NONE);
                state.push(EXCEPTION);
            }
            op::POP_EXCEPT => {
                may_fail = false;
                state.of(EXCEPTION | NONE)?;
            }
            op::CHECK_EXC_MATCH => {
                state.value()?;
                state.is(1, EXCEPTION)?;
                state.push(ANY);
            }
            op::CHECK_EG_MATCH => {
                state.values(2)?;
                state.push(ANY);
                state.push(ANY);
            }
            op::RAISE_VARARGS => {
                if argument > 2 {
                    return Err(());
                }
                state.values(argument)?;
                flow = Flow::End;
            }
            op::RERAISE => {
                state.value()?;
                if argument != 0 {
                    state.is(argument, ANY)?;
                }
                flow = Flow::End;
            }
            op::WITH_EXCEPT_START => {
                state.is(1, EXCEPTION)?;
                state.is(4, MAYBE)?;
                state.is(5, ANY)?;
                state.push(ANY);
            }
            op::LOAD_SPECIAL => {
                if argument > 3 {
                    return Err(());
                }
                state.value()?;
                state.push(ANY);
                state.push(MAYBE);
            }

            op::BUILD_TUPLE => {
                let mut kinds = CELL;
                for _ in 0..argument {
                    kinds |= state.value()?.kinds;
                }
                state.push(if kinds == CELL { CELLS } else { TUPLE });
            }
            op::BUILD_LIST => {
                state.values(argument)?;
                state.push(LIST);
            }
            op::BUILD_SET => {
                state.values(argument)?;
                state.push(ANY);
            }
            op::BUILD_MAP => {
                state.values(argument.saturating_mul(2))?;
                state.push(DICT);
            }
            op::BUILD_STRING => {
                state.values(argument)?;
                state.push(STR);
            }
            op::BUILD_SLICE => {
                if !(2..=3).contains(&argument) {
                    return Err(());
                }
                state.values(argument)?;
                state.push(ANY);
            }
            op::LIST_APPEND
            | op::LIST_EXTEND
            | op::DICT_UPDATE
            | op::DICT_MERGE
            | op::SET_ADD
            | op::SET_UPDATE => {
                state.value()?;
                let wanted = match decoded.opcode {
                    op::LIST_APPEND | op::LIST_EXTEND => LIST,
                    op::DICT_UPDATE | op::DICT_MERGE => DICT,
                    _ => ANY,
                };
                state.is(argument, wanted)?;
                if decoded.opcode == op::DICT_MERGE {
                    state.is(argument + 3, ANY)?;
                }
            }
            op::MAP_ADD => {
                state.values(2)?;
                state.is(argument, DICT)?;
            }
            op::UNPACK_SEQUENCE | op::UNPACK_EX => {
                state.value()?;
                let count = if decoded.opcode == op::UNPACK_EX {
                    (argument & 0xff) + (argument >> 8) + 1
                } else {
                    argument
                };
                if count > self.subject.stack {
                    return Err(());
                }
                for _ in 0..count {
                    state.push(ANY);
                }
            }

            op::CONVERT_VALUE | op::FORMAT_SIMPLE => {
                state.value()?;
                state.push(STR);
            }
            op::FORMAT_WITH_SPEC => {
                state.of(STR)?;
                state.value()?;
                state.push(STR);
            }
            op::BUILD_INTERPOLATION => {
                state.values(2 + (argument & 1))?;
                state.push(ANY);
            }
            op::BUILD_TEMPLATE => {
                state.of(TUPLE | CELLS)?;
                state.of(TUPLE | CELLS)?;
                state.push(ANY);
            }
            op::MATCH_KEYS => {
                state.is(1, ANY)?;
                state.is(2, ANY)?;
                state.push(ANY);
            }
            op::MATCH_CLASS => {
                state.values(3)?;
                state.push(ANY);
            }

            op::IMPORT_NAME => {
                self.name(argument)?;
                state.values(2)?;
                state.push(ANY);
            }
            op::IMPORT_FROM => {
                self.name(argument)?;
                state.is(1, ANY)?;
                state.push(ANY);
            }
            op::CALL_INTRINSIC_2 => {
                state.values(2)?;
                state.push(ANY);
            }
            _ => return Err(()),
        }
        if state.stack.len() > self.subject.stack || may_fail && state.touched < least {
            return Err(());
        }
        Ok(flow)
    }
}
