//! How deep the operand stack is at each instruction: so much of it the collector looks at. What lies above is left over from instructions that
//! have run, and would keep alive what it points to.
//!
//! The compiler makes the depth the same on every way that leads to an instruction, so it is found by following each once. Code that was put together by
//! hand may be without that rule; nothing depends on it but how much of the frame is looked at, which is never more than the frame.

use crate::code::Code;
use crate::instruction::{Instruction, Which};
use crate::opcode::{self as op, CACHES};
use crate::unwind::entries;

/// No way was found that leads here.
const UNSEEN: u16 = u16::MAX;

/// For each unit that begins an instruction, how many operands there are before it or, where it writes them one by one, after it.
pub(crate) struct Depths(Box<[u16]>);

impl Depths {
    /// Those of a code object.
    pub(crate) fn of(code: &Code) -> Self {
        let units = code.units();
        let mut follow = Follow {
            units,
            deepest: code.stacksize.min(u32::from(UNSEEN - 1)) as i64,
            depths: vec![UNSEEN; units.len()].into_boxed_slice(),
            waiting: vec![(0, 0)],
        };
        for (_, _, handler) in entries(code) {
            // The exception is pushed, and before it perhaps the instruction's offset.
            let depth = handler.depth + usize::from(handler.push_last) + 1;
            follow.waiting.push((handler.target, depth as i64));
        }
        while let Some((index, depth)) = follow.waiting.pop() {
            follow.way(index, depth);
        }
        Self(follow.depths)
    }

    /// The depth at an instruction, if it is known.
    pub(crate) fn at(&self, unit: usize) -> Option<usize> {
        let depth = *self.0.get(unit)?;
        (depth != UNSEEN).then_some(usize::from(depth))
    }
}

struct Follow<'a> {
    units: &'a [u16],
    deepest: i64,
    depths: Box<[u16]>,
    waiting: Vec<(usize, i64)>,
}

impl Follow<'_> {
    /// Goes on from an instruction until the way ends or was gone before.
    fn way(&mut self, mut index: usize, mut depth: i64) {
        while let Some(&seen) = self.depths.get(index)
            && seen == UNSEEN
        {
            let first = index;
            let mut argument = 0i64;
            while self.units[index] as u8 == op::EXTENDED_ARG && index + 1 < self.units.len() {
                argument = argument << 8 | i64::from(self.units[index] >> 8);
                index += 1;
            }
            let opcode = op::public(self.units[index]);
            argument = argument << 8 | i64::from(self.units[index] >> 8);
            let Some(instruction) = Instruction::find(i32::from(opcode)) else {
                return;
            };
            let after = depth + instruction.effect(argument, Which::Through);
            let shown = match opcode {
                op::UNPACK_SEQUENCE | op::UNPACK_EX => depth.max(after),
                _ => depth,
            };
            let shown = shown.clamp(0, self.deepest) as u16;
            self.depths[first..=index].fill(shown);
            let next = index + 1 + usize::from(CACHES[usize::from(opcode)]);
            let argument = argument as usize;
            match opcode {
                op::RETURN_VALUE | op::RAISE_VARARGS | op::RERAISE => return,
                op::JUMP_FORWARD => index = next.saturating_add(argument),
                op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => {
                    index = next.wrapping_sub(argument);
                }
                op::POP_JUMP_IF_FALSE
                | op::POP_JUMP_IF_TRUE
                | op::POP_JUMP_IF_NONE
                | op::POP_JUMP_IF_NOT_NONE
                | op::FOR_ITER
                | op::SEND => {
                    let there = depth + instruction.effect(argument as i64, Which::Jump);
                    self.waiting.push((next.saturating_add(argument), there));
                    index = next;
                }
                _ => index = next,
            }
            depth = after;
        }
    }
}
