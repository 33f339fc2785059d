//! Setting `f_lineno`: the frame goes on at another line.
//!
//! What lies on the operand stack is worked out for every instruction (`stacks`): a stack is a number, three bits an entry. A jump is allowed to where the
//! stack is a part of the present one, entry by entry; the rest is popped. Rules and messages are CPython's.
//!
//! Invariant: only the frame whose event is being handled is changed; CPython would let a callback break a frame further out.

use grwl_object::exception::warning;
use grwl_object::{PyResult, Ref, Str, Thread, Value, ValueExt, int, none, types};

use super::code_monitoring::instructions;
use super::event;
use crate::code::Code;
use crate::frame::Frame;
use crate::frame_object::FrameObject;
use crate::instruction::{Instruction, Which};
use crate::lines::Locations;
use crate::opcode as op;
use crate::unwind;

type Stack = i64;

const EMPTY: Stack = 0;
const OVERFLOWED: Stack = -1;
const UNKNOWN: Stack = -2;

const ITERATOR: Stack = 1;
const EXCEPT: Stack = 2;
const OBJECT: Stack = 3;
const NULL: Stack = 4;
const LAST: Stack = 5;

const BITS: u32 = 3;
const MASK: Stack = 7;
const ENTRIES: u32 = 63 / BITS;

fn push(stack: Stack, kind: Stack) -> Stack {
    if stack as u64 >= 1 << ((ENTRIES - 1) * BITS) {
        OVERFLOWED
    } else {
        stack << BITS | kind
    }
}

fn pop(stack: Stack) -> Stack {
    stack >> BITS
}

fn top(stack: Stack) -> Stack {
    stack & MASK
}

fn peek(stack: Stack, depth: usize) -> Stack {
    if depth == 0 || depth > ENTRIES as usize {
        return 0;
    }
    stack >> (BITS * (depth as u32 - 1)) & MASK
}

fn swap(stack: Stack, depth: usize) -> Stack {
    if depth < 2 || depth > ENTRIES as usize {
        return stack;
    }
    let (low, high) = (top(stack), peek(stack, depth));
    let shift = BITS * (depth as u32 - 1);
    let stack = stack & !(MASK << shift) | low << shift;
    stack & !MASK | high
}

fn pop_to(mut stack: Stack, level: usize) -> Stack {
    if level == 0 {
        return EMPTY;
    }
    if level > ENTRIES as usize {
        return stack;
    }
    let most = MASK << ((level as u32 - 1) * BITS);
    while stack > most {
        stack = pop(stack);
    }
    stack
}

/// The stack before each unit.
fn stacks(code: &Code) -> Vec<Stack> {
    let len = code.units().len();
    let mut stacks = vec![UNKNOWN; len + 1];
    stacks[0] = EMPTY;
    let mut is_changed = true;
    while is_changed {
        is_changed = false;
        let mut index = 0;
        for (next, opcode, argument) in instructions(code, 0) {
            let stack = stacks[index];
            // The units of EXTENDED_ARG before an instruction have its stack.
            let own = next - 1 - usize::from(op::CACHES[usize::from(opcode)]);
            for place in &mut stacks[index..=own] {
                *place = stack;
            }
            index = next;
            if stack == UNKNOWN {
                continue;
            }
            let mut set = |target: usize, stack: Stack| {
                if let Some(place) = stacks.get_mut(target) {
                    *place = stack;
                }
            };
            match opcode {
                op::POP_JUMP_IF_FALSE
                | op::POP_JUMP_IF_TRUE
                | op::POP_JUMP_IF_NONE
                | op::POP_JUMP_IF_NOT_NONE => {
                    let stack = pop(stack);
                    set(next + argument, stack);
                    set(next, stack);
                }
                op::SEND => {
                    set(next + argument, stack);
                    set(next, stack);
                }
                op::JUMP_FORWARD => set(next + argument, stack),
                op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => {
                    let target = next.saturating_sub(argument);
                    if stacks[target] == UNKNOWN {
                        is_changed = true;
                    }
                    stacks[target] = stack;
                }
                op::GET_ITER | op::GET_AITER => set(next, push(pop(stack), ITERATOR)),
                op::FOR_ITER => {
                    let stack = push(stack, OBJECT);
                    set(next, stack);
                    set(next + argument, stack);
                }
                op::END_ASYNC_FOR => set(next, pop(pop(stack))),
                op::PUSH_EXC_INFO => set(next, push(stack, EXCEPT)),
                op::POP_EXCEPT => set(next, pop(stack)),
                op::RETURN_VALUE | op::RAISE_VARARGS | op::RERAISE => {}
                op::PUSH_NULL => set(next, push(stack, NULL)),
                op::LOAD_GLOBAL => {
                    let stack = push(stack, OBJECT);
                    set(
                        next,
                        if argument & 1 != 0 {
                            push(stack, NULL)
                        } else {
                            stack
                        },
                    );
                }
                op::LOAD_ATTR => {
                    let stack = if argument & 1 != 0 {
                        push(push(pop(stack), OBJECT), NULL)
                    } else {
                        stack
                    };
                    set(next, stack);
                }
                op::SWAP => set(next, swap(stack, argument)),
                op::COPY => set(next, push(stack, peek(stack, argument))),
                _ => {
                    let effect = Instruction::find(i32::from(opcode))
                        .map_or(0, |known| known.effect(argument as i64, Which::Most));
                    let mut stack = stack;
                    for _ in effect..0 {
                        stack = pop(stack);
                    }
                    for _ in 0..effect {
                        stack = push(stack, OBJECT);
                    }
                    set(next, stack);
                }
            }
        }
        for (start, _, handler) in unwind::entries(code) {
            if start < len
                && handler.target < len
                && stacks[start] != UNKNOWN
                && stacks[handler.target] == UNKNOWN
            {
                is_changed = true;
                let mut stack = pop_to(stacks[start], handler.depth);
                if handler.push_last {
                    stack = push(stack, LAST);
                }
                stacks[handler.target] = push(stack, EXCEPT);
            }
        }
    }
    stacks
}

fn is_compatible(mut from: Stack, mut to: Stack) -> bool {
    if from < 0 || to < 0 {
        return false;
    }
    while from > to {
        from = pop(from);
    }
    while from != 0 {
        let fits = match top(to) {
            0 => false,
            OBJECT => top(from) != NULL,
            NULL => true,
            kind => top(from) == kind,
        };
        if !fits {
            return false;
        }
        from = pop(from);
        to = pop(to);
    }
    to == 0
}

fn explain(to: Stack) -> &'static str {
    match to {
        OVERFLOWED => "stack is too deep to analyze",
        UNKNOWN => "can't jump into an exception handler, or code may be unreachable",
        _ => match top(to) {
            EXCEPT => "can't jump into an 'except' block as there's no exception",
            LAST => "can't jump into a re-raising block as there's no location",
            ITERATOR => "can't jump into the body of a for loop",
            _ => "incompatible stacks",
        },
    }
}

/// The line that begins at each unit; -1 for none.
fn marked_lines(code: &Code) -> Vec<i64> {
    let mut lines = vec![-1; code.units().len()];
    let mut last = None;
    for location in Locations::of(code) {
        if let Some(line) = location.line
            && Some(line) != last
            && location.start < lines.len()
        {
            lines[location.start] = i64::from(line);
            last = Some(line);
        }
    }
    lines
}

fn check_event(thread: &Thread) -> PyResult<()> {
    let what = thread.interpreter.what_event.get();
    let message = match usize::try_from(what) {
        Err(_) => "f_lineno can only be set in a trace function",
        Ok(
            event::PY_RESUME
            | event::JUMP
            | event::BRANCH_LEFT
            | event::BRANCH_RIGHT
            | event::LINE
            | event::PY_YIELD,
        ) => {
            return Ok(());
        }
        Ok(event::PY_START) => "can't jump from the 'call' trace event of a new frame",
        Ok(event::CALL | event::C_RETURN) => "can't jump during a call",
        Ok(
            event::PY_RETURN
            | event::PY_UNWIND
            | event::PY_THROW
            | event::RAISE
            | event::C_RAISE
            | event::INSTRUCTION
            | event::EXCEPTION_HANDLED,
        ) => "can only jump from a 'line' trace event",
        Ok(_) => return Err(thread.system_error("unexpected event type")),
    };
    Err(thread.value_error(message))
}

/// `frame.f_lineno = value`
///
/// # Errors
/// `ValueError` if that is no line to jump to.
pub fn set_line(thread: &mut Thread, object: Ref<FrameObject>, value: Value) -> PyResult<()> {
    if !int::is_exact_int(value) {
        return Err(thread.value_error("lineno must be an integer"));
    }
    check_event(thread)?;
    let frame = object.frame();
    if thread.interpreter.event_frame.get().cast::<Frame>() != frame {
        return Err(thread.value_error("f_lineno can only be set in a trace function"));
    }
    let Some(asked) = value.as_int().filter(|&line| i32::try_from(line).is_ok()) else {
        return Err(thread.value_error("lineno out of range"));
    };
    let code = object.code();
    if asked < i64::from(code.firstlineno) {
        return Err(thread.value_error(format_args!(
            "line {asked} comes before the current code block"
        )));
    }
    let lines = marked_lines(&code);
    let Some(line) = lines.iter().copied().filter(|&line| line >= asked).min() else {
        return Err(thread.value_error(format_args!(
            "line {asked} comes after the current code block"
        )));
    };
    let stacks = stacks(&code);
    // SAFETY: the frame of the event is alive and this thread's.
    let start = stacks[unsafe { unwind::instruction_offset(frame) }];
    let mut best: Option<(Stack, usize)> = None;
    let mut message = "cannot find bytecode for specified line";
    let mut is_explained = false;
    for (index, &marked) in lines.iter().enumerate() {
        if marked != line {
            continue;
        }
        let target = stacks[index];
        if is_compatible(start, target) {
            if best.is_none_or(|(stack, _)| target > stack) {
                best = Some((target, index));
            }
        } else if best.is_none() && !is_explained {
            message = match start {
                OVERFLOWED => "stack to deep to analyze",
                UNKNOWN => "can't jump from unreachable code",
                _ => {
                    is_explained = true;
                    explain(target)
                }
            };
        }
    }
    let Some((stack, target)) = best else {
        return Err(thread.value_error(message));
    };
    // The rules above are about the compiler's code.
    // SAFETY: as above.
    if !code.may_jump(unsafe { (*frame).offset() }, target) {
        return Err(thread.value_error("incompatible stacks"));
    }
    bind_unbound(thread, frame, &code)?;
    // SAFETY: the frame is alive, its `sp` stored; the stack has an entry for each that is worked out.
    unsafe { leave(thread, frame, start, stack, target) };
    Ok(())
}

/// The compiler may have seen that a variable is bound at the new place: it is bound to `None`, with a warning.
fn bind_unbound(thread: &mut Thread, frame: *mut Frame, code: &Code) -> PyResult<()> {
    let count = code.nlocalsplus as usize;
    let slots = Frame::slots(frame);
    // SAFETY: the frame is alive and has so many slots.
    let is_empty = |index: usize| unsafe { slots.add(index).read() }.is_none();
    let unbound = (0..count).filter(|&index| is_empty(index)).count();
    if unbound == 0 {
        return Ok(());
    }
    let plural = if unbound == 1 { "" } else { "s" };
    let text = format!("assigning None to {unbound} unbound local{plural}");
    let text = Str::new(thread, &text);
    warning::warn(thread, &types::RUNTIME_WARNING, text, 1)?;
    for index in (0..count).filter(|&index| is_empty(index)) {
        // SAFETY: as above.
        unsafe { slots.add(index).write(Some(none())) };
    }
    Ok(())
}

/// Pops what the new place does not have, and goes there.
unsafe fn leave(thread: &Thread, frame: *mut Frame, mut from: Stack, to: Stack, target: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        while from > to {
            (*frame).sp = (*frame).sp.sub(1);
            if top(from) == EXCEPT {
                let before = (*frame).sp.read().and_then(ValueExt::not_none);
                thread.roots().handled.get().as_ref().value.set(before);
            }
            from = pop(from);
        }
        (*frame).instruction = (*frame).code.first_unit().add(target);
    }
}
