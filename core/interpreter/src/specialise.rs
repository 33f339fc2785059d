//! Specialised instructions: what the loop runs instead of CPython's where the units alone say how.
//!
//! When a code object is made its units are read once, and an instruction whose argument chooses what it does (an operator), or which is always
//! followed by the same one (a comparison and a jump), gets an opcode of its own. Nothing depends on what happened at run time, so the units never change afterwards.
//!
//! ## Invariants
//! - Only the opcode's byte of a unit changes; arguments, cache units and offsets are CPython's, and [`PUBLIC`](opcode::PUBLIC) gives the opcode back.
//! - A specialised instruction that does the next one's work too leaves that in its place: a jump to it, or whoever watches instructions, finds it.
//! - An instruction with an `EXTENDED_ARG` before it, or whose partner has one, is left alone.
//! - Every opcode in the units is known to the loop, and every constant that is loaded exists: else the instruction becomes `RESERVED`, which raises.

use crate::opcode::{self as op, CACHES, IS_KNOWN};

/// `COMPARE_OP` answers with a `bool`.
const TO_BOOL_BIT: u16 = 16 << 8;

/// Specialises the instructions of a code object with so many constants. In code that is not our compiler's a way back may pass no other safepoint than itself.
pub fn specialise(units: &mut [u16], constants: usize, polls_everywhere: bool) {
    let mut at = 0;
    let mut is_extended = false;
    let mut argument = 0;
    while at < units.len() {
        let unit = units[at];
        let opcode = unit as u8;
        argument = argument << 8 | usize::from(unit >> 8);
        let is_wild = opcode == op::LOAD_CONST && argument >= constants;
        if is_wild || !IS_KNOWN[usize::from(opcode)] {
            units[at] = unit & 0xff00 | u16::from(op::RESERVED);
        }
        let next = at + 1 + usize::from(CACHES[usize::from(opcode)]);
        if !is_extended
            && !is_wild
            && let Some(special) = special(unit, &units[next.min(units.len())..])
        {
            units[at] = unit & 0xff00 | u16::from(special);
        }
        if polls_everywhere && opcode == op::JUMP_BACKWARD_NO_INTERRUPT {
            units[at] = unit & 0xff00 | u16::from(op::JUMP_BACKWARD_POLL);
        }
        is_extended = opcode == op::EXTENDED_ARG;
        if !is_extended {
            argument = 0;
        }
        at = next;
    }
}

/// What the loop runs instead of an instruction, which stands before `rest`.
fn special(unit: u16, rest: &[u16]) -> Option<u8> {
    let opcode_at = |index: usize| rest.get(index).map(|&unit| unit as u8);
    let is_jump = |index| {
        matches!(
            opcode_at(index),
            Some(op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_TRUE)
        )
    };
    match unit as u8 {
        op::BINARY_OP => binary(unit >> 8),
        op::COMPARE_OP if unit & TO_BOOL_BIT != 0 && is_jump(0) => Some(op::COMPARE_JUMP),
        op::TO_BOOL if is_jump(0) => Some(op::TO_BOOL_JUMP),
        op::CONTAINS_OP if is_jump(0) => Some(op::CONTAINS_JUMP),
        op::LOAD_ATTR if unit & 0x100 == 0 => Some(op::LOAD_ATTRIBUTE),
        op::LOAD_ATTR => Some(op::LOAD_METHOD),
        op::LOAD_GLOBAL if unit & 0x100 == 0 => Some(op::LOAD_GLOBAL_VALUE),
        op::LOAD_FAST_BORROW if opcode_at(0) == Some(op::LOAD_ATTR) => {
            Some(if rest[0] & 0x100 == 0 {
                op::LOAD_FAST_ATTRIBUTE
            } else {
                op::LOAD_FAST_METHOD
            })
        }
        op::LOAD_CONST if opcode_at(0) == Some(op::RETURN_VALUE) => Some(op::RETURN_CONST),
        op::POP_JUMP_IF_FALSE if opcode_at(0) == Some(op::NOT_TAKEN) => Some(op::JUMP_IF_FALSE),
        op::POP_JUMP_IF_TRUE if opcode_at(0) == Some(op::NOT_TAKEN) => Some(op::JUMP_IF_TRUE),
        _ => None,
    }
}

/// The operators with an instruction of their own; the in-place ones are 13 further on.
fn binary(operator: u16) -> Option<u8> {
    Some(match operator {
        0 | 13 => op::BINARY_ADD,
        10 | 23 => op::BINARY_SUBTRACT,
        5 | 18 => op::BINARY_MULTIPLY,
        11 | 24 => op::BINARY_TRUE_DIVIDE,
        2 | 15 => op::BINARY_FLOOR_DIVIDE,
        6 | 19 => op::BINARY_REMAINDER,
        1 | 14 => op::BINARY_AND,
        26 => op::BINARY_SUBSCRIPT,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(opcode: u8, argument: u16) -> u16 {
        u16::from(opcode) | argument << 8
    }

    fn opcodes(units: &[u16]) -> Vec<u8> {
        let mut units = units.to_vec();
        specialise(&mut units, 1, false);
        units.iter().map(|&unit| unit as u8).collect()
    }

    #[test]
    fn a_comparison_and_a_jump_become_one() {
        let compare = unit(op::COMPARE_OP, 2 | 16);
        let jump = unit(op::POP_JUMP_IF_FALSE, 3);
        let not_taken = unit(op::NOT_TAKEN, 0);
        let found = opcodes(&[compare, 0, jump, 0, not_taken]);
        assert_eq!(
            found,
            [op::COMPARE_JUMP, 0, op::JUMP_IF_FALSE, 0, op::NOT_TAKEN]
        );
        // The comparison's answer is used otherwise; the jump is too long.
        let plain = unit(op::COMPARE_OP, 2);
        assert_eq!(opcodes(&[plain, 0, jump, 0])[0], op::COMPARE_OP);
        let far = unit(op::EXTENDED_ARG, 1);
        let found = opcodes(&[compare, 0, far, jump, 0, not_taken]);
        assert_eq!(found[0], op::COMPARE_OP);
        assert_eq!(found[3], op::POP_JUMP_IF_FALSE);
    }

    #[test]
    fn arguments_stay_and_the_way_back_is_known() {
        let mut units = [unit(op::BINARY_OP, 13), 0, 0, 0, 0, 0];
        specialise(&mut units, 1, false);
        assert_eq!(units[0], unit(op::BINARY_ADD, 13));
        for opcode in op::FIRST_SPECIALISED..=op::RETURN_CONST {
            let public = op::PUBLIC[usize::from(opcode)];
            assert!(public != 0 && public < op::FIRST_SPECIALISED);
            assert_eq!(CACHES[usize::from(opcode)], CACHES[usize::from(public)]);
        }
    }

    #[test]
    fn unknown_instructions_become_one_that_raises() {
        assert_eq!(opcodes(&[unit(op::BINARY_ADD, 0)]), [op::RESERVED]);
        assert_eq!(opcodes(&[unit(255, 7)]), [op::RESERVED]);
        assert_eq!(opcodes(&[unit(op::LOAD_CONST, 0)]), [op::LOAD_CONST]);
        assert_eq!(opcodes(&[unit(op::LOAD_CONST, 1)]), [op::RESERVED]);
        let far = [unit(op::EXTENDED_ARG, 1), unit(op::LOAD_CONST, 0)];
        assert_eq!(opcodes(&far), [op::EXTENDED_ARG, op::RESERVED]);
        let wild = [unit(op::LOAD_CONST, 1), unit(op::RETURN_VALUE, 0)];
        assert_eq!(opcodes(&wild), [op::RESERVED, op::RETURN_VALUE]);
        let known = [unit(op::LOAD_CONST, 0), unit(op::RETURN_VALUE, 0)];
        assert_eq!(opcodes(&known), [op::RETURN_CONST, op::RETURN_VALUE]);
    }
}
