//! What happens before an instruction in the watched loop.

use grwl_object::slots::Sent;
use grwl_object::{
    PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, flags, protocol, singleton, slots,
};

use super::event;
use super::fire;
use super::{MONITOR, TRACE, legacy};
use crate::frame::Frame;
use crate::generator::{COROUTINE, GENERATOR};
use crate::opcode as op;

/// The instruction at `ip` is next. `previous` is the one that ran before it in this frame.
///
/// # Errors
/// What a callback raises.
///
/// # Safety
/// The frame is the topmost one; its `instruction` is `ip`, its `sp` is stored. Both may be others afterwards.
pub unsafe fn before(
    thread: &mut Thread,
    frame: *mut Frame,
    previous: *const u16,
    ip: *const u16,
) -> PyResult<()> {
    // SAFETY: the caller's promise; `previous` and `ip` are units of the code.
    unsafe {
        let code = (*frame).code;
        if fire::is_hidden(&code) {
            return Ok(());
        }
        let units = code.units();
        let index = ip.offset_from(units.as_ptr()) as usize;
        let mut previous = previous.offset_from(units.as_ptr()) as usize;

        let mut unit = index;
        let mut argument = usize::from(units[unit] >> 8);
        while units[unit] as u8 == op::EXTENDED_ARG {
            unit += 1;
            argument = argument << 8 | usize::from(units[unit] >> 8);
        }
        while units[previous] as u8 == op::EXTENDED_ARG {
            previous += 1;
        }
        let opcode = op::public(units[unit]);

        let is_shown =
            fire::word(thread) & (TRACE | MONITOR) != 0 && index >= code.monitoring().first;
        if is_shown && let Some(line) = code.monitoring().line_start(&code, index) {
            let same = code.monitoring().line(&code, previous) == line;
            if !same || units[previous] as u8 == op::RESUME {
                legacy::trace_line(thread, frame, event::LINE)?;
                if fire::word(thread) & MONITOR != 0 {
                    let values = [
                        code.value(),
                        grwl_object::int::from_i64(thread, i64::from(line)),
                    ];
                    fire::tools(thread, code, event::LINE, index, &values)?;
                }
                if (*frame).instruction != ip {
                    return Ok(());
                }
            }
        }
        if is_shown && opcode != op::RESUME && opcode != op::END_FOR {
            for unit in index..=unit {
                legacy::trace_opcode(thread, frame)?;
                if fire::word(thread) & MONITOR != 0 {
                    // Then CPython takes the instruction itself for the one before.
                    if code.monitoring().tools(&code, event::INSTRUCTION, unit) != 0 {
                        previous = unit;
                    }
                    let values = [code.value(), fire::offset_value(thread, unit)];
                    fire::tools(thread, code, event::INSTRUCTION, unit, &values)?;
                }
            }
        }

        let next = unit + 1 + usize::from(op::CACHES[usize::from(opcode)]);
        let sp = (*frame).sp;
        let peek = |depth: usize| sp.sub(depth).read();
        match opcode {
            op::RESUME => {
                let event = if argument == 0 {
                    event::PY_START
                } else {
                    event::PY_RESUME
                };
                fire::start(thread, frame, event, unit)
            }
            op::RETURN_VALUE | op::YIELD_VALUE => {
                let event = if opcode == op::RETURN_VALUE {
                    event::PY_RETURN
                } else {
                    event::PY_YIELD
                };
                let value = peek(1).unwrap_unchecked();
                fire::leave(thread, frame, event, unit, value)
            }
            op::CALL | op::CALL_KW => {
                let names = usize::from(opcode == op::CALL_KW);
                let callable = peek(argument + names + 2).unwrap_unchecked();
                let receiver = peek(argument + names + 1);
                let first = if argument == 0 {
                    receiver
                } else {
                    receiver.or_else(|| peek(argument + names))
                };
                let (callable, first) = match crate::calls::exact_method(callable) {
                    Some(method) if receiver.is_none() => {
                        (method.function(), Some(method.receiver()))
                    }
                    _ => (callable, first),
                };
                fire::call(thread, frame, unit, callable, first)
            }
            op::CALL_FUNCTION_EX => {
                let callable = peek(4).unwrap_unchecked();
                fire::call(thread, frame, unit, callable, first_spread(peek(2)))
            }
            op::JUMP_FORWARD => fire::jump(thread, frame, event::JUMP, unit, unit, next + argument),
            op::JUMP_BACKWARD => {
                fire::jump(thread, frame, event::JUMP, unit, unit, next - argument)
            }
            op::POP_JUMP_IF_FALSE
            | op::POP_JUMP_IF_TRUE
            | op::POP_JUMP_IF_NONE
            | op::POP_JUMP_IF_NOT_NONE => {
                let value = peek(1).unwrap_unchecked();
                let jumps = match opcode {
                    op::POP_JUMP_IF_FALSE => value == singleton::bool(false),
                    op::POP_JUMP_IF_TRUE => value == singleton::bool(true),
                    op::POP_JUMP_IF_NONE => value.is_none(),
                    _ => !value.is_none(),
                };
                if jumps {
                    let target = next + argument;
                    fire::jump(thread, frame, event::BRANCH_RIGHT, unit, unit, target)
                } else {
                    Ok(())
                }
            }
            op::NOT_TAKEN => fire::jump(thread, frame, event::BRANCH_LEFT, unit, previous, next),
            op::POP_ITER => fire::jump(thread, frame, event::BRANCH_RIGHT, unit, previous, next),
            op::END_FOR | op::END_SEND => {
                let (receiver, value) = (peek(2).unwrap_unchecked(), peek(1).unwrap_unchecked());
                fire::stop_iteration(thread, frame, unit, receiver, value)
            }
            _ => Ok(()),
        }
    }
}

/// The first argument of `f(*args)`, if `args` is a tuple with one.
pub fn first_spread(args: Option<Value>) -> Option<Value> {
    args?.downcast::<Tuple>()?.as_slice().first().copied()
}

/// `super().name` or `super(class, receiver).name`: the call is one of native code, what comes of it is not taken apart.
///
/// # Errors
/// What the call, the attribute or a callback raises.
///
/// # Safety
/// As for [`before()`]; the frame's instruction is the access.
pub unsafe fn load_super(
    thread: &mut Thread,
    frame: *mut Frame,
    name: Ref<Str>,
    argument: usize,
) -> PyResult<(Value, Option<Value>)> {
    // SAFETY: the caller's promise; three operands lie on the stack.
    unsafe {
        let operand = |depth: usize| (*frame).sp.sub(depth).read().unwrap_unchecked();
        let (callable, class, receiver) = (operand(3), operand(2), operand(1));
        let has_two = argument & 2 != 0;
        let first = has_two.then_some(class);
        let unit = crate::unwind::instruction_offset(frame);
        fire::call(thread, frame, unit, callable, first)?;
        let operands = [class, receiver];
        let given = if has_two { &operands[..] } else { &[] };
        let made = protocol::call_positional(thread, callable, given);
        let made = fire::called(thread, frame, callable, first, made)?;
        Ok((protocol::get_attribute(thread, made, name)?, None))
    }
}

/// A `for` loop has got a value: it goes on at `ip`.
///
/// # Errors
/// What a callback raises.
///
/// # Safety
/// As for [`before()`]; the frame's instruction is the loop's.
pub unsafe fn taken(thread: &mut Thread, frame: *mut Frame, ip: *const u16) -> PyResult<()> {
    // SAFETY: the caller's promise.
    unsafe {
        let unit = crate::unwind::instruction_offset(frame);
        let to = ip.offset_from((*frame).code.first_unit()) as usize;
        fire::jump(thread, frame, event::BRANCH_LEFT, unit, unit, to)
    }
}

/// An `async for` loop has ended: it goes on at `ip`, `argument` units after where it waited.
///
/// # Errors
/// What a callback raises.
///
/// # Safety
/// As for [`before()`]; the frame's instruction is the loop's last.
pub unsafe fn async_ended(
    thread: &mut Thread,
    frame: *mut Frame,
    ip: *const u16,
    argument: usize,
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    unsafe {
        let unit = crate::unwind::instruction_offset(frame);
        let to = ip.offset_from((*frame).code.first_unit()) as usize;
        let from = to.saturating_sub(argument);
        fire::jump(thread, frame, event::BRANCH_RIGHT, unit, from, to)
    }
}

/// The iterator of a `for` loop has raised `StopIteration`.
///
/// # Errors
/// What a callback raises.
///
/// # Safety
/// As for [`before()`]; the frame's instruction is the loop's.
pub unsafe fn ended(thread: &mut Thread, frame: *mut Frame, raised: Raised) -> PyResult<()> {
    // SAFETY: the caller's promise.
    unsafe {
        let unit = crate::unwind::instruction_offset(frame);
        fire::exception(thread, frame, event::RAISE, unit, raised)
    }
}

/// A delegation has been answered. If it ended, that was a `StopIteration` unless a generator or coroutine ended.
///
/// # Errors
/// What a callback raises.
///
/// # Safety
/// As for [`before()`]; the frame's instruction is the delegation's.
pub unsafe fn sent(
    thread: &mut Thread,
    frame: *mut Frame,
    receiver: Value,
    sent: Sent,
) -> PyResult<()> {
    let Sent::Returned(value) = sent else {
        return Ok(());
    };
    let class = receiver.class();
    let is_generator = [&GENERATOR, &COROUTINE]
        .iter()
        .any(|own| std::ptr::eq(class.as_ptr(), *own));
    // Iterators of native code end without raising anything.
    if is_generator || class.slot(slots::SEND).is_none() && !class.has_flag(flags::HEAP) {
        return Ok(());
    }
    let raised = thread.stop_iteration(value.not_none());
    // SAFETY: the caller's promise.
    unsafe { ended(thread, frame, raised) }
}
