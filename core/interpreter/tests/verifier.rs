//! What the verifier refuses: each case is a code object of a few instructions that would read or write what it must not.

use grwl_interpreter::code::{FAST_CELL, FAST_LOCAL, code_flags};
use grwl_interpreter::opcode as op;
use grwl_interpreter::verify::{Constant, Subject, Verdict, may_jump, verify};

fn unit(opcode: u8, argument: u16) -> u16 {
    u16::from(opcode) | argument << 8
}

const NONE: u16 = op::LOAD_CONST as u16;
const RETURN: u16 = op::RETURN_VALUE as u16;
const POP: u16 = op::POP_TOP as u16;

/// Code with two constants, `None` and `("a",)`, one name, a plain variable and a shared one, and room for three operands.
fn subject(units: &[u16]) -> Subject<'_> {
    Subject {
        units,
        constants: &[Constant::None, Constant::Tuple(Some(1))],
        names: 1,
        kinds: &[FAST_LOCAL, FAST_LOCAL | FAST_CELL],
        parameters: 0,
        free: 0,
        stack: 3,
        flags: 0,
        exception_table: &[],
    }
}

fn traps(units: &[u16]) -> Vec<usize> {
    match verify(&subject(units)) {
        Verdict::Traps(traps) => traps,
        Verdict::Rejected(reason) => panic!("rejected: {reason}"),
    }
}

#[test]
fn what_is_right_goes_through() {
    assert!(traps(&[NONE, RETURN]).is_empty());
    // Stored, loaded, shared.
    let store = unit(op::STORE_FAST, 0);
    let load = unit(op::LOAD_FAST, 0);
    assert!(traps(&[NONE, store, load, RETURN]).is_empty());
    let cell = unit(op::MAKE_CELL, 1);
    let deref = unit(op::LOAD_DEREF, 1);
    assert!(traps(&[cell, deref, RETURN]).is_empty());
}

#[test]
fn the_stack_has_a_bottom_and_a_top() {
    assert_eq!(traps(&[RETURN]), [0]);
    assert_eq!(traps(&[NONE, POP, POP, NONE, RETURN]), [2]);
    assert_eq!(traps(&[NONE, NONE, NONE, NONE, RETURN]), [3]);
    assert_eq!(traps(&[NONE, unit(op::SWAP, 2), RETURN]), [1]);
    assert_eq!(traps(&[NONE, unit(op::COPY, 0), RETURN]), [1]);
    assert_eq!(traps(&[NONE, unit(op::BUILD_MAP, 255), RETURN]), [1]);
}

#[test]
fn indices_exist() {
    assert_eq!(traps(&[unit(op::LOAD_CONST, 2), RETURN]), [0]);
    assert_eq!(traps(&[unit(op::LOAD_NAME, 1), RETURN]), [0]);
    assert_eq!(traps(&[NONE, unit(op::STORE_FAST, 2), NONE, RETURN]), [1]);
    assert_eq!(traps(&[unit(127, 0), RETURN]), [0]);
}

#[test]
fn nothing_is_used_that_is_not_there() {
    assert_eq!(traps(&[unit(op::LOAD_FAST, 0), RETURN]), [0]);
    assert!(traps(&[unit(op::LOAD_FAST_CHECK, 0), RETURN]).is_empty());
    assert_eq!(traps(&[unit(op::PUSH_NULL, 0), RETURN]), [1]);
    assert_eq!(traps(&[unit(op::LOAD_DEREF, 1), RETURN]), [0]);
    // A plain variable is no place for a cell: a debugger would put something else there.
    assert_eq!(traps(&[unit(op::MAKE_CELL, 0), NONE, RETURN]), [0]);
}

#[test]
fn things_are_what_they_are_taken_for() {
    let append = unit(op::LIST_APPEND, 1);
    assert_eq!(traps(&[NONE, NONE, append, RETURN]), [2]);
    let list = unit(op::BUILD_LIST, 0);
    assert!(traps(&[list, NONE, append, RETURN]).is_empty());
    assert_eq!(traps(&[NONE, unit(op::MAKE_FUNCTION, 0), RETURN]), [1]);
    // Through a variable a list is anything.
    let (store, load) = (unit(op::STORE_FAST, 0), unit(op::LOAD_FAST, 0));
    assert_eq!(traps(&[list, store, load, NONE, append, RETURN]), [4]);
    // More names than arguments.
    let names = unit(op::LOAD_CONST, 1);
    let null = unit(op::PUSH_NULL, 0);
    let call = unit(op::CALL_KW, 0);
    assert_eq!(traps(&[NONE, null, names, call, 0, 0, 0, RETURN]), [3]);
}

#[test]
fn ways_lead_to_instructions() {
    // Into the cache of another instruction.
    let jump = unit(op::JUMP_FORWARD, 1);
    let global = unit(op::LOAD_GLOBAL, 0);
    assert_eq!(traps(&[jump, global, 0, 0, 0, 0, RETURN]), [0]);
    assert_eq!(traps(&[unit(op::JUMP_FORWARD, 200), RETURN]), [0]);
    assert_eq!(traps(&[unit(op::JUMP_BACKWARD, 9), 0]), [0]);
    // Over the end.
    assert_eq!(traps(&[NONE]), [0]);
    let cut = verify(&subject(&[global]));
    assert!(matches!(cut, Verdict::Rejected(_)));
}

#[test]
fn ways_that_meet_are_equally_deep() {
    // if None: push
    let test = unit(op::POP_JUMP_IF_NONE, 1);
    let found = traps(&[NONE, test, 0, NONE, NONE, RETURN]);
    assert!(!found.is_empty());
}

#[test]
fn only_generators_yield() {
    let yields = unit(op::YIELD_VALUE, 0);
    assert_eq!(traps(&[NONE, yields, RETURN]), [1]);
    let make = unit(op::RETURN_GENERATOR, 0);
    let units = [make, POP, NONE, yields, RETURN];
    assert_eq!(traps(&units), [0]);
    let mut generator = subject(&units);
    generator.flags = code_flags::GENERATOR;
    assert_eq!(verify(&generator), Verdict::Traps(Vec::new()));
}

#[test]
fn handlers_fit() {
    let units = [NONE, NONE, RETURN, unit(op::PUSH_EXC_INFO, 0), RETURN];
    let with = |table: &[u8]| {
        let mut subject = subject(&units);
        let table = table.to_vec();
        subject.exception_table = &table;
        verify(&subject)
    };
    // From unit 0, so many units, to, depth and place.
    assert_eq!(with(&[0x80, 1, 3, 0]), Verdict::Traps(Vec::new()));
    assert!(matches!(with(&[0x80, 1, 60, 0]), Verdict::Rejected(_)));
    assert!(matches!(with(&[0x80, 1, 3, 4]), Verdict::Rejected(_)));
    assert!(matches!(with(&[0x80, 3, 0, 0]), Verdict::Rejected(_)));
}

#[test]
fn frames_are_set_only_where_they_fit() {
    let list = unit(op::BUILD_LIST, 0);
    let append = unit(op::LIST_APPEND, 1);
    let units = [NONE, NONE, POP, POP, list, NONE, append, RETURN];
    let subject = subject(&units);
    assert!(may_jump(&subject, 0, 4));
    assert!(may_jump(&subject, 5, 4));
    // One `None` lies there, and a list is wanted.
    assert!(!may_jump(&subject, 1, 5));
    assert!(!may_jump(&subject, 0, 5));
}
