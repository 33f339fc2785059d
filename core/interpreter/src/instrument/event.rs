//! The events of `sys.monitoring` (PEP 669), and which instruction has which.

use crate::opcode as op;

/// An event's number: the place of its bit in an event set.
pub type Event = usize;

/// The body of a function begins.
pub const PY_START: Event = 0;
/// A generator goes on.
pub const PY_RESUME: Event = 1;
/// A function returns.
pub const PY_RETURN: Event = 2;
/// A generator yields.
pub const PY_YIELD: Event = 3;
/// Something is about to be called.
pub const CALL: Event = 4;
/// A line begins.
pub const LINE: Event = 5;
/// An instruction begins.
pub const INSTRUCTION: Event = 6;
/// An unconditional jump.
pub const JUMP: Event = 7;
/// A condition fell through.
pub const BRANCH_LEFT: Event = 8;
/// A condition jumped.
pub const BRANCH_RIGHT: Event = 9;
/// A generator ended without anybody raising `StopIteration`.
pub const STOP_ITERATION: Event = 10;
/// An exception was raised.
pub const RAISE: Event = 11;
/// An exception has found its handler.
pub const EXCEPTION_HANDLED: Event = 12;
/// A function ends with an exception.
pub const PY_UNWIND: Event = 13;
/// An exception is thrown into a generator.
pub const PY_THROW: Event = 14;
/// An exception goes on after a handler.
pub const RERAISE: Event = 15;
/// Native code has returned.
pub const C_RETURN: Event = 16;
/// Native code has raised.
pub const C_RAISE: Event = 17;
/// The two branch events under their older name.
pub const BRANCH: Event = 18;

/// Events that belong to a place in the code, which can be switched off there.
pub const LOCAL_EVENTS: usize = 11;
/// Events that are set by themselves.
pub const UNGROUPED_EVENTS: usize = 16;
/// All events.
pub const EVENTS: usize = 19;

/// Their names, in order.
pub const NAMES: [&str; EVENTS] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
    "BRANCH",
];

/// The event of an instruction, apart from lines and instructions themselves.
pub fn of_unit(unit: u16) -> Option<Event> {
    Some(match op::public(unit) {
        op::RESUME => {
            if unit >> 8 == 0 {
                PY_START
            } else {
                PY_RESUME
            }
        }
        op::RETURN_VALUE => PY_RETURN,
        op::YIELD_VALUE => PY_YIELD,
        op::CALL | op::CALL_KW | op::CALL_FUNCTION_EX | op::LOAD_SUPER_ATTR => CALL,
        op::JUMP_FORWARD | op::JUMP_BACKWARD => JUMP,
        op::NOT_TAKEN | op::FOR_ITER => BRANCH_LEFT,
        op::POP_JUMP_IF_FALSE
        | op::POP_JUMP_IF_TRUE
        | op::POP_JUMP_IF_NONE
        | op::POP_JUMP_IF_NOT_NONE
        | op::POP_ITER
        | op::END_ASYNC_FOR => BRANCH_RIGHT,
        op::END_FOR | op::END_SEND => STOP_ITERATION,
        _ => return None,
    })
}
