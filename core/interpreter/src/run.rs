//! The loop that runs bytecode.
//!
//! [`run`] runs a frame, and the frames that it calls, until the first one returns, yields or raises. Calls from Python to Python, and resumed
//! generators in `for`, `yield from` and `await`, do not recurse on the native stack: they push a frame and go on in the same loop.
//!
//! The loop exists twice, plain and watched, by a constant parameter; what the watched one does more lies in `instrument`, which says how one becomes
//! the other.
//!
//! What an instruction does is CPython 3.14's (`Python/bytecodes.c` describes them); what is more than a few lines lies in the files beside this one.
//!
//! ## Invariants
//! - `frame`, `ip` and `sp` are the truth while an instruction runs; `frame.instruction` is the unit of the running instruction (with its
//!   `EXTENDED_ARG`s before it), stored before the instruction begins.
//! - Operands are read from the operand stack before anything is called, and popped after it; so they are alive meanwhile. What a function answers goes there before the
//!   next one is called, and what is raised into the thread's roots: the loop's own native frame keeps nothing alive (see `native_loop`).

use std::hint::cold_path;

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::protocol::{self, number};
use grwl_object::slots::{self, Sent};
use grwl_object::thread::EVENT_INSTRUMENT;
use grwl_object::{
    Args, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, none, singleton, types,
};

use crate::cache;
use crate::code::{Code, Site};
use crate::frame::{self, Exit, Frame};
use crate::function::{ClosureCell, Function, set_annotate};
use crate::generator::{self, Generator};
use crate::instrument::{self, event, fire};
use crate::native_loop::{self, NativeLoop};
use crate::opcode as op;
use crate::{
    attributes, bind, calls, imports, interpolation, intrinsics, namespace, operate, pattern,
    special, unpack, unwind,
};

/// Runs a frame that was pushed, or that a generator holds, on top of the thread's chain. With `thrown` it begins by raising that.
///
/// # Errors
/// What the code raises and does not handle.
pub fn run(thread: &mut Thread, entry: *mut Frame, thrown: Option<Raised>) -> PyResult<Sent> {
    // SAFETY: the frame was pushed by the caller, or lies in a generator that the caller has claimed.
    unsafe {
        (*entry).exit = Exit::Native;
        (*entry).previous = thread.interpreter.frame.cast();
        thread.interpreter.frame = entry.cast();
        let ip = (*entry).instruction;
        if instrument::is_watched(thread) {
            cold_path();
            let thrown = thrown.map(|raised| fire::raised(thread, entry, event::PY_THROW, raised));
            return instrument::resume(thread, ip, thrown);
        }
        let mut note = NativeLoop::new();
        note.enter(thread);
        let result = execute::<false>(thread, ip, thrown, std::ptr::null_mut());
        note.leave(thread);
        result
    }
}

/// One of the two loops, from the topmost frame's `ip` on.
///
/// # Errors
/// What the code raises and does not handle.
///
/// # Safety
/// The topmost frame is of this thread's chain, `ip` an instruction of its code; `place` is null or `instrument::resume`'s. If it is null, the loop was
/// entered (see `native_loop`).
#[allow(
    clippy::too_many_lines,
    clippy::cognitive_complexity,
    unused_assignments
)]
// A function of its own, with a frame of its own: see `native_loop`.
#[inline(never)]
pub(crate) unsafe fn execute<const WATCHED: bool>(
    thread: &mut Thread,
    ip: *const u16,
    thrown: Option<Raised>,
    place: *mut instrument::Place,
) -> PyResult<Sent> {
    // SAFETY: for the whole function: `frame` is the topmost frame of this thread, which only this thread changes; its
    // slots and operand stack have the sizes that its code says, and the compiler keeps every index and depth within them. `ip` is
    // within the code's units, which end with an instruction that does not fall through.
    unsafe {
        if !WATCHED && place.is_null() {
            native_loop::begun(thread);
        }
        let mut frame: *mut Frame = thread.interpreter.frame.cast();
        let mut code: Ref<Code> = (*frame).code;
        let mut ip: *const u16 = ip;
        let mut sp: *mut Option<Value> = (*frame).sp;
        let mut thrown = thrown;
        let mut reraised_at: Option<usize> = None;

        macro_rules! push {
            ($value:expr) => {{
                let value: Value = $value;
                sp.write(Some(value));
                sp = sp.add(1);
            }};
        }
        macro_rules! push_option {
            ($value:expr) => {{
                let value: Option<Value> = $value;
                sp.write(value);
                sp = sp.add(1);
            }};
        }
        macro_rules! pop {
            () => {{
                sp = sp.sub(1);
                sp.read().unwrap_unchecked()
            }};
        }
        macro_rules! pop_option {
            () => {{
                sp = sp.sub(1);
                sp.read()
            }};
        }
        macro_rules! peek {
            ($depth:expr) => {
                sp.sub($depth as usize).read().unwrap_unchecked()
            };
        }
        macro_rules! peek_option {
            ($depth:expr) => {
                sp.sub($depth as usize).read()
            };
        }
        macro_rules! set_peek {
            ($depth:expr, $value:expr) => {{
                let value: Value = $value;
                sp.sub($depth as usize).write(Some(value));
            }};
        }
        macro_rules! slice {
            ($count:expr) => {
                std::slice::from_raw_parts(
                    sp.sub($count as usize).cast_const().cast::<Value>(),
                    $count as usize,
                )
            };
        }
        // Goes on in `frame`.
        macro_rules! enter {
            () => {{
                thread.interpreter.frame = frame.cast();
                code = (*frame).code;
                ip = (*frame).instruction;
                sp = (*frame).sp;
            }};
        }
        macro_rules! leave_for {
            ($callee:expr, $offset:expr) => {{
                let callee: *mut Frame = $callee;
                (*frame).sp = sp;
                (*callee).previous = frame;
                (*callee).return_offset = $offset as u32;
                frame = callee;
                enter!();
            }};
        }

        // In a frame that was just entered: past its RESUME, if nobody waits at the safepoint that it is.
        macro_rules! resume_quickly {
            () => {{
                if !WATCHED && *ip as u8 == op::RESUME && thread.mutator().is_unasked() {
                    ip = ip.add(1);
                }
            }};
        }

        // Goes on as the other loop, at `ip`.
        macro_rules! switch {
            ($thrown:expr) => {{
                (*frame).sp = sp;
                return instrument::switch(thread, ip, $thrown, place);
            }};
        }

        'unwinding: loop {
            // Breaks with the exception that an instruction raised, and whether it gets a traceback entry for this frame.
            let thrown_now = thrown.take();
            let (raised, is_new): (Raised, bool) = 'instructions: {
                if let Some(raised) = thrown_now {
                    cold_path();
                    break 'instructions (raised, true);
                }
                'next: loop {
                    macro_rules! attempt {
                        ($result:expr) => {
                            match $result {
                                Ok(value) => value,
                                Err(raised) => {
                                    cold_path();
                                    break 'instructions (raised, true);
                                }
                            }
                        };
                    }
                    macro_rules! raise {
                        ($raised:expr) => {{
                            cold_path();
                            break 'instructions ($raised, true);
                        }};
                    }

                    // The safepoint, at the beginning of an instruction.
                    macro_rules! poll {
                        () => {{
                            let events = thread.mutator_mut().poll();
                            if !events.is_empty() {
                                cold_path();
                                attempt!(thread.handle_events(events));
                                let _ = thread.mutator().take_events(EVENT_INSTRUMENT);
                                if WATCHED != instrument::is_watched(thread) {
                                    ip = (*frame).instruction;
                                    switch!(None);
                                }
                            }
                        }};
                    }
                    // What native code has answered to a call of `$whole` operands with `$caches` units of cache.
                    macro_rules! answered {
                        ($result:expr, $whole:expr, $caches:expr) => {
                            match $result {
                                Ok(value) => value,
                                Err(raised) => {
                                    cold_path();
                                    if let Some(value) = instrument::switched(thread, raised) {
                                        sp = sp.sub($whole);
                                        push!(value);
                                        ip = ip.add($caches);
                                        switch!(None);
                                    }
                                    break 'instructions (raised, true);
                                }
                            }
                        };
                    }

                    if WATCHED {
                        if !instrument::is_watched(thread) {
                            switch!(None);
                        }
                        let previous = std::mem::replace(&mut (*frame).instruction, ip);
                        (*frame).sp = sp;
                        attempt!(instrument::before(thread, frame, previous, ip));
                        sp = (*frame).sp;
                        if (*frame).instruction != ip {
                            ip = (*frame).instruction;
                            continue 'next;
                        }
                    } else {
                        (*frame).instruction = ip;
                    }
                    let mut unit = *ip;
                    ip = ip.add(1);
                    let mut oparg = usize::from(unit >> 8);
                    // The conditional jump that follows a specialised test, and NOT_TAKEN behind it.
                    macro_rules! jump_if {
                        ($truth:expr) => {{
                            let jump = *ip;
                            let is_wanted =
                                op::PUBLIC[usize::from(jump as u8)] == op::POP_JUMP_IF_TRUE;
                            ip = ip.add(2);
                            let truth: bool = $truth;
                            if truth == is_wanted {
                                ip = ip.add(usize::from(jump >> 8));
                            }
                        }};
                    }
                    macro_rules! global {
                        ($index:expr) => {{
                            let name = code.name_at($index);
                            let site = Site::of_unit(ip);
                            let (globals, builtins) = ((*frame).globals, (*frame).builtins);
                            match site
                                .and_then(|site| cache::load_global(site, globals, builtins, name))
                            {
                                Some(value) => value,
                                None => {
                                    attempt!(namespace::load_global(thread, frame, site, name))
                                }
                            }
                        }};
                    }
                    macro_rules! arithmetic {
                        ($ints:expr, $floats:expr) => {{
                            let (a, b) = (peek!(2), peek!(1));
                            let result = match operate::quickly(thread, a, b, $ints, $floats) {
                                Some(result) => result,
                                None => attempt!(operate::binary(thread, oparg, a, b)),
                            };
                            sp = sp.sub(1);
                            set_peek!(1, result);
                            ip = ip.add(5);
                        }};
                    }

                    // Back to the frame below, with `$value` on its stack, or out of the loop.
                    macro_rules! leave_with {
                        ($value:expr) => {{
                            let value: Value = $value;
                            let caller = (*frame).previous;
                            let (exit, is_init) = ((*frame).exit, (*frame).is_init);
                            if is_init && !value.is_none() {
                                raise!(special::init_returned(thread, value));
                            }
                            let offset = (*frame).return_offset as usize;
                            (*frame).sp = sp;
                            unwind::finish(thread, frame);
                            if exit != Exit::Caller {
                                if exit == Exit::Native {
                                    thread.interpreter.frame = caller.cast();
                                    return Ok(Sent::Returned(value));
                                }
                                if WATCHED != instrument::is_watched(thread) {
                                    cold_path();
                                    frame = caller;
                                    enter!();
                                    ip = past_extended(ip).add(offset);
                                    if !is_init {
                                        push!(value);
                                    }
                                    switch!(None);
                                }
                            }
                            frame = caller;
                            enter!();
                            ip = past_extended(ip).add(offset);
                            if !WATCHED && *ip as u8 == op::POP_TOP && !is_init {
                                ip = ip.add(1);
                            } else if !is_init {
                                push!(value);
                            }
                        }};
                    }

                    'instruction: loop {
                        match opcode_of(unit, WATCHED) {
                            op::EXTENDED_ARG => {
                                unit = *ip;
                                ip = ip.add(1);
                                oparg = oparg << 8 | usize::from(unit >> 8);
                                continue 'instruction;
                            }
                            op::NOP | op::NOT_TAKEN | op::CACHE => {}
                            op::RESUME => {
                                poll!();
                            }
                            op::LOAD_FAST | op::LOAD_FAST_BORROW => {
                                push_option!(Frame::slots(frame).add(oparg).read());
                            }
                            op::LOAD_FAST_CHECK => match Frame::slots(frame).add(oparg).read() {
                                Some(value) => push!(value),
                                None => raise!(namespace::unbound_local(thread, code, oparg)),
                            },
                            op::LOAD_FAST_AND_CLEAR => {
                                push_option!(Frame::slots(frame).add(oparg).replace(None));
                            }
                            op::LOAD_FAST_LOAD_FAST | op::LOAD_FAST_BORROW_LOAD_FAST_BORROW => {
                                push_option!(Frame::slots(frame).add(oparg >> 4).read());
                                push_option!(Frame::slots(frame).add(oparg & 15).read());
                            }
                            op::LOAD_CONST => push!(code.constant_at(oparg)),
                            op::LOAD_SMALL_INT => push!(Value::small(oparg as i64)),
                            op::STORE_FAST => {
                                Frame::slots(frame).add(oparg).write(pop_option!());
                            }
                            op::STORE_FAST_LOAD_FAST => {
                                Frame::slots(frame).add(oparg >> 4).write(pop_option!());
                                push_option!(Frame::slots(frame).add(oparg & 15).read());
                            }
                            op::STORE_FAST_STORE_FAST => {
                                Frame::slots(frame).add(oparg >> 4).write(pop_option!());
                                Frame::slots(frame).add(oparg & 15).write(pop_option!());
                            }
                            op::DELETE_FAST => {
                                if Frame::slots(frame).add(oparg).replace(None).is_none() {
                                    raise!(namespace::unbound_local(thread, code, oparg));
                                }
                            }
                            op::POP_TOP | op::END_FOR | op::POP_ITER => sp = sp.sub(1),
                            op::PUSH_NULL => push_option!(None),
                            op::COPY => push_option!(peek_option!(oparg)),
                            op::SWAP => {
                                let other = sp.sub(oparg);
                                std::ptr::swap(sp.sub(1), other);
                            }
                            op::END_SEND => {
                                let value = pop!();
                                set_peek!(1, value);
                            }

                            // Operators.
                            op::BINARY_ADD => {
                                arithmetic!(|a, b| a.checked_add(b), |x, y| Some(x + y))
                            }
                            op::BINARY_SUBTRACT => {
                                arithmetic!(|a, b| a.checked_sub(b), |x, y| Some(x - y));
                            }
                            op::BINARY_MULTIPLY => {
                                arithmetic!(|a, b| a.checked_mul(b), |x, y| Some(x * y));
                            }
                            op::BINARY_TRUE_DIVIDE => {
                                arithmetic!(|_, _| None, |x, y| (y != 0.0).then(|| x / y));
                            }
                            op::BINARY_FLOOR_DIVIDE => {
                                arithmetic!(|a, b| (b > 0).then(|| a.div_euclid(b)), |_, _| None);
                            }
                            op::BINARY_REMAINDER => {
                                arithmetic!(|a, b| (b > 0).then(|| a.rem_euclid(b)), |_, _| None);
                            }
                            op::BINARY_AND => arithmetic!(|a, b| Some(a & b), |_, _| None),
                            op::BINARY_SUBSCRIPT => {
                                let (a, b) = (peek!(2), peek!(1));
                                let result = match element(a, b) {
                                    Some(result) => result,
                                    None => attempt!(operate::subscript(thread, a, b)),
                                };
                                sp = sp.sub(1);
                                set_peek!(1, result);
                                ip = ip.add(5);
                            }
                            op::BINARY_OP => {
                                let (a, b) = (peek!(2), peek!(1));
                                let result = attempt!(operate::binary(thread, oparg, a, b));
                                sp = sp.sub(1);
                                set_peek!(1, result);
                                ip = ip.add(5);
                            }
                            op::COMPARE_OP => {
                                let (a, b) = (peek!(2), peek!(1));
                                let result = match compare_quickly(oparg, a, b) {
                                    Some(truth) => singleton::bool(truth),
                                    None => attempt!(operate::compare(thread, oparg, a, b)),
                                };
                                sp = sp.sub(1);
                                set_peek!(1, result);
                                ip = ip.add(1);
                            }
                            op::COMPARE_JUMP => {
                                let (a, b) = (peek!(2), peek!(1));
                                let truth = match compare_quickly(oparg, a, b) {
                                    Some(truth) => truth,
                                    None => {
                                        let answer =
                                            attempt!(operate::compare(thread, oparg, a, b));
                                        answer == singleton::bool(true)
                                    }
                                };
                                sp = sp.sub(2);
                                ip = ip.add(1);
                                jump_if!(truth);
                            }
                            op::IS_OP => {
                                let b = pop!();
                                let a = peek!(1);
                                set_peek!(1, singleton::bool((a == b) != (oparg != 0)));
                            }
                            op::CONTAINS_OP => {
                                let (element, container) = (peek!(2), peek!(1));
                                let found =
                                    attempt!(protocol::contains(thread, container, element));
                                sp = sp.sub(1);
                                set_peek!(1, singleton::bool(found != (oparg != 0)));
                                ip = ip.add(1);
                            }
                            op::CONTAINS_JUMP => {
                                let (element, container) = (peek!(2), peek!(1));
                                let found =
                                    attempt!(protocol::contains(thread, container, element));
                                sp = sp.sub(2);
                                ip = ip.add(1);
                                jump_if!(found != (oparg != 0));
                            }
                            op::UNARY_NEGATIVE => {
                                let value = peek!(1);
                                let result = match value.as_int().and_then(|i| Value::from_int(-i))
                                {
                                    Some(result) => result,
                                    None => {
                                        attempt!(number::unary(
                                            thread,
                                            number::Unary::Negative,
                                            value
                                        ))
                                    }
                                };
                                set_peek!(1, result);
                            }
                            op::UNARY_INVERT => {
                                let result = attempt!(number::unary(
                                    thread,
                                    number::Unary::Invert,
                                    peek!(1)
                                ));
                                set_peek!(1, result);
                            }
                            op::UNARY_NOT => {
                                let truth = peek!(1);
                                set_peek!(1, singleton::bool(truth == singleton::bool(false)));
                            }
                            op::TO_BOOL => {
                                let truth = attempt!(protocol::is_true(thread, peek!(1)));
                                set_peek!(1, singleton::bool(truth));
                                ip = ip.add(3);
                            }
                            op::TO_BOOL_JUMP => {
                                let truth = attempt!(protocol::is_true(thread, peek!(1)));
                                sp = sp.sub(1);
                                ip = ip.add(3);
                                jump_if!(truth);
                            }

                            // Subscripts.
                            op::BINARY_SLICE => {
                                let (container, start, stop) = (peek!(3), peek!(2), peek!(1));
                                let result =
                                    attempt!(operate::load_slice(thread, container, start, stop));
                                sp = sp.sub(2);
                                set_peek!(1, result);
                            }
                            op::STORE_SLICE => {
                                let (value, container, start, stop) =
                                    (peek!(4), peek!(3), peek!(2), peek!(1));
                                let slice =
                                    grwl_object::slice::Slice::new(thread, start, stop, none())
                                        .value();
                                attempt!(protocol::set_item(thread, container, slice, value));
                                sp = sp.sub(4);
                            }
                            op::STORE_SUBSCR => {
                                let (value, container, key) = (peek!(3), peek!(2), peek!(1));
                                attempt!(operate::store_subscript(thread, container, key, value));
                                sp = sp.sub(3);
                                ip = ip.add(1);
                            }
                            op::DELETE_SUBSCR => {
                                let (container, key) = (peek!(2), peek!(1));
                                attempt!(protocol::delete_item(thread, container, key));
                                sp = sp.sub(2);
                            }

                            // Jumps.
                            op::JUMP_FORWARD => ip = ip.add(oparg),
                            op::JUMP_BACKWARD => {
                                ip = ip.add(1).sub(oparg);
                                poll!();
                            }
                            op::JUMP_BACKWARD_NO_INTERRUPT => {
                                ip = ip.sub(oparg);
                                // The watched loop knows instructions by CPython's numbers.
                                if WATCHED && unit as u8 == op::JUMP_BACKWARD_POLL {
                                    poll!();
                                }
                            }
                            op::JUMP_BACKWARD_POLL => {
                                ip = ip.sub(oparg);
                                poll!();
                            }
                            op::POP_JUMP_IF_FALSE => {
                                let truth = pop!();
                                ip = ip.add(1);
                                if truth == singleton::bool(false) {
                                    ip = ip.add(oparg);
                                }
                            }
                            op::POP_JUMP_IF_TRUE => {
                                let truth = pop!();
                                ip = ip.add(1);
                                if truth == singleton::bool(true) {
                                    ip = ip.add(oparg);
                                }
                            }
                            op::JUMP_IF_FALSE => {
                                let truth = pop!();
                                // Past the cache unit; to the target, or past NOT_TAKEN.
                                let is_taken = truth == singleton::bool(false);
                                ip = ip.add(if is_taken { oparg + 1 } else { 2 });
                            }
                            op::JUMP_IF_TRUE => {
                                let truth = pop!();
                                let is_taken = truth == singleton::bool(true);
                                ip = ip.add(if is_taken { oparg + 1 } else { 2 });
                            }
                            op::POP_JUMP_IF_NONE => {
                                let value = pop!();
                                ip = ip.add(1);
                                if value.is_none() {
                                    ip = ip.add(oparg);
                                }
                            }
                            op::POP_JUMP_IF_NOT_NONE => {
                                let value = pop!();
                                ip = ip.add(1);
                                if !value.is_none() {
                                    ip = ip.add(oparg);
                                }
                            }

                            // Names.
                            op::LOAD_GLOBAL_VALUE => {
                                push!(global!(oparg >> 1));
                                ip = ip.add(4);
                            }
                            op::LOAD_GLOBAL => {
                                push!(global!(oparg >> 1));
                                if oparg & 1 != 0 {
                                    push_option!(None);
                                }
                                ip = ip.add(4);
                            }
                            op::STORE_GLOBAL => {
                                let name = code.name_at(oparg);
                                attempt!(namespace::store_global(thread, frame, name, peek!(1)));
                                sp = sp.sub(1);
                            }
                            op::DELETE_GLOBAL => {
                                let name = code.name_at(oparg);
                                attempt!(namespace::delete_global(thread, frame, name));
                            }
                            op::LOAD_NAME => {
                                let name = code.name_at(oparg);
                                push!(attempt!(namespace::load_name(thread, frame, name)));
                            }
                            op::STORE_NAME => {
                                let name = code.name_at(oparg);
                                attempt!(namespace::store_name(thread, frame, name, peek!(1)));
                                sp = sp.sub(1);
                            }
                            op::DELETE_NAME => {
                                let name = code.name_at(oparg);
                                attempt!(namespace::delete_name(thread, frame, name));
                            }
                            op::LOAD_LOCALS => {
                                push!(attempt!(namespace::load_locals(thread, frame)));
                            }
                            op::LOAD_FROM_DICT_OR_GLOBALS => {
                                let name = code.name_at(oparg);
                                let mapping = peek!(1);
                                let value = attempt!(namespace::load_from_mapping_or_globals(
                                    thread, frame, mapping, name
                                ));
                                set_peek!(1, value);
                            }
                            op::LOAD_FROM_DICT_OR_DEREF => {
                                let mapping = peek!(1);
                                let value = attempt!(namespace::load_from_mapping_or_cell(
                                    thread, frame, mapping, oparg
                                ));
                                set_peek!(1, value);
                            }
                            op::MAKE_CELL => {
                                let slot = Frame::slots(frame).add(oparg);
                                let cell = ClosureCell::new(thread, slot.read());
                                slot.write(Some(cell.value()));
                            }
                            op::COPY_FREE_VARS => {
                                let closure = (*frame).function.closure();
                                let Some(closure) = closure.filter(|all| all.len() == oparg) else {
                                    raise!(thread.system_error("a function without its closure"));
                                };
                                let first = code.nlocalsplus as usize - oparg;
                                for (index, cell) in closure.iter().enumerate() {
                                    Frame::slots(frame).add(first + index).write(Some(cell));
                                }
                            }
                            op::LOAD_DEREF => {
                                let cell = Frame::slots(frame).add(oparg).read().unwrap_unchecked();
                                let cell: Ref<ClosureCell> = cell.downcast_unchecked();
                                match cell.contents.load() {
                                    Some(value) => push!(value),
                                    None => raise!(namespace::unbound_cell(thread, code, oparg)),
                                }
                            }
                            op::STORE_DEREF => {
                                let cell = Frame::slots(frame).add(oparg).read().unwrap_unchecked();
                                let cell: Ref<ClosureCell> = cell.downcast_unchecked();
                                let value = pop!();
                                thread.store(cell, &cell.contents, Some(value));
                            }
                            op::DELETE_DEREF => {
                                let cell = Frame::slots(frame).add(oparg).read().unwrap_unchecked();
                                let cell: Ref<ClosureCell> = cell.downcast_unchecked();
                                if cell.contents.replace(None).is_none() {
                                    raise!(namespace::unbound_cell(thread, code, oparg));
                                }
                            }
                            op::LOAD_BUILD_CLASS => {
                                push!(attempt!(namespace::load_build_class(thread, frame)));
                            }
                            op::LOAD_COMMON_CONSTANT => {
                                push!(attempt!(special::common_constant(thread, oparg)));
                            }
                            op::SETUP_ANNOTATIONS => {
                                attempt!(namespace::setup_annotations(thread, frame));
                            }

                            // Attributes.
                            op::LOAD_FAST_ATTRIBUTE => {
                                // The attribute of a variable, if it lies where LOAD_ATTR's cache says; else that does its work itself.
                                let owner =
                                    Frame::slots(frame).add(oparg).read().unwrap_unchecked();
                                let site = Site::of_unit(ip.add(1));
                                let found = site.and_then(|site| {
                                    cache::load_quickly(site, owner).or_else(|| {
                                        let name = code.name_at(usize::from(*ip >> 8) >> 1);
                                        cache::load_attribute(site, owner, name)
                                    })
                                });
                                match found {
                                    Some(value) => {
                                        push!(value);
                                        ip = ip.add(10);
                                    }
                                    None => push!(owner),
                                }
                            }
                            op::LOAD_FAST_METHOD => {
                                let owner =
                                    Frame::slots(frame).add(oparg).read().unwrap_unchecked();
                                let site = Site::of_unit(ip.add(1));
                                match site.and_then(|site| cache::method_quickly(site, owner)) {
                                    Some(method) => {
                                        push!(method);
                                        push!(owner);
                                        ip = ip.add(10);
                                    }
                                    None => push!(owner),
                                }
                            }
                            op::LOAD_ATTRIBUTE => {
                                let owner = peek!(1);
                                let site = Site::of_unit(ip);
                                let name = code.name_at(oparg >> 1);
                                let found = site.and_then(|site| {
                                    cache::load_quickly(site, owner)
                                        .or_else(|| cache::load_attribute(site, owner, name))
                                });
                                let value = match found {
                                    Some(value) => value,
                                    None => {
                                        let getter =
                                            site.and_then(|site| cache::getter(site, owner));
                                        if let Some(getter) = getter {
                                            let args = Args::positional(slice!(1));
                                            let callee =
                                                attempt!(calls::push_bound(thread, getter, args));
                                            sp = sp.sub(1);
                                            leave_for!(callee, 10);
                                            resume_quickly!();
                                            continue 'next;
                                        }
                                        attempt!(attributes::load_unknown(
                                            thread, code, site, owner, name
                                        ))
                                    }
                                };
                                set_peek!(1, value);
                                ip = ip.add(9);
                            }
                            op::LOAD_METHOD => {
                                let owner = peek!(1);
                                let site = Site::of_unit(ip);
                                let found = site.and_then(|site| {
                                    cache::method_quickly(site, owner)
                                        .or_else(|| cache::method_remembered(site, owner))
                                });
                                match found {
                                    Some(method) => {
                                        set_peek!(1, method);
                                        push!(owner);
                                    }
                                    None => {
                                        let name = code.name_at(oparg >> 1);
                                        let (value, receiver) = attempt!(attributes::load_method(
                                            thread, code, site, owner, name
                                        ));
                                        set_peek!(1, value);
                                        push_option!(receiver);
                                    }
                                }
                                ip = ip.add(9);
                            }
                            op::LOAD_ATTR => {
                                let name = code.name_at(oparg >> 1);
                                let owner = peek!(1);
                                let site = Site::of_unit(ip);
                                if oparg & 1 == 0 {
                                    let value =
                                        attempt!(attributes::load(thread, code, site, owner, name));
                                    set_peek!(1, value);
                                } else {
                                    let (value, receiver) = attempt!(attributes::load_method(
                                        thread, code, site, owner, name
                                    ));
                                    set_peek!(1, value);
                                    push_option!(receiver);
                                }
                                ip = ip.add(9);
                            }
                            op::STORE_ATTR => {
                                let (value, owner) = (peek!(2), peek!(1));
                                let site = Site::of_unit(ip);
                                let is_done = site.is_some_and(|site| {
                                    cache::store_quickly(thread, site, owner, value)
                                });
                                if !is_done {
                                    attempt!(attributes::store(
                                        thread, code, site, owner, oparg, value
                                    ));
                                }
                                sp = sp.sub(2);
                                ip = ip.add(4);
                            }
                            op::DELETE_ATTR => {
                                let name = code.name_at(oparg);
                                attempt!(protocol::delete_attribute(thread, peek!(1), name));
                                sp = sp.sub(1);
                            }
                            op::LOAD_SUPER_ATTR => {
                                let name = code.name_at(oparg >> 2);
                                let (global, class, receiver) = (peek!(3), peek!(2), peek!(1));
                                let loaded = if WATCHED {
                                    instrument::before::load_super(thread, frame, name, oparg)
                                } else {
                                    attributes::load_super(
                                        thread, global, class, receiver, name, oparg,
                                    )
                                };
                                let (value, bound_to) = attempt!(loaded);
                                sp = sp.sub(3);
                                push!(value);
                                if oparg & 1 != 0 {
                                    push_option!(bound_to);
                                }
                                ip = ip.add(1);
                            }

                            // Calls.
                            op::CALL => {
                                let mut count = oparg;
                                let mut callable = peek!(count + 2);
                                if peek_option!(count + 1).is_some() {
                                    count += 1;
                                } else if let Some(method) = calls::exact_method(callable) {
                                    callable = method.function();
                                    set_peek!(count + 1, method.receiver());
                                    set_peek!(count + 2, callable);
                                    count += 1;
                                }
                                let whole = oparg + 2;
                                if let Some(function) = callable.downcast_exact::<Function>() {
                                    let callee_code = function.code();
                                    let callee = attempt!(frame::push(thread, &callee_code));
                                    let arguments = sp.sub(count);
                                    if callee_code.is_simple
                                        && callee_code.argcount as usize == count
                                    {
                                        let slots = Frame::slots(callee);
                                        slots.copy_from_nonoverlapping(arguments, count);
                                        Frame::initialise(
                                            callee,
                                            function,
                                            callee_code,
                                            None,
                                            count,
                                        );
                                    } else {
                                        Frame::initialise(callee, function, callee_code, None, 0);
                                        let args = Args::positional(slice!(count));
                                        if let Err(raised) =
                                            bind::bind(thread, function, callee_code, args, callee)
                                        {
                                            frame::pop(thread, callee);
                                            raise!(raised);
                                        }
                                    }
                                    sp = sp.sub(whole);
                                    leave_for!(callee, 4);
                                    resume_quickly!();
                                    continue 'next;
                                }
                                if !WATCHED
                                    && let Some(plan) = calls::plain_construction(thread, callable)
                                {
                                    // The instance takes the callable's place, and so becomes the result.
                                    let place = sp.sub(whole);
                                    let args = slice!(count);
                                    let callee = attempt!(calls::push_construction(
                                        thread, plan, place, args
                                    ));
                                    sp = sp.sub(whole - 1);
                                    leave_for!(callee, 4);
                                    resume_quickly!();
                                    continue 'next;
                                }
                                let args = Args::positional(slice!(count));
                                let mut result = protocol::call(thread, callable, args);
                                if WATCHED {
                                    let first = args.values().first().copied();
                                    result = fire::called(thread, frame, callable, first, result);
                                }
                                let result = answered!(result, whole, 3);
                                sp = sp.sub(whole);
                                ip = ip.add(3);
                                if !WATCHED && *ip as u8 == op::POP_TOP {
                                    ip = ip.add(1);
                                } else {
                                    push!(result);
                                }
                                // A signal that has interrupted the call is handled now.
                                attempt!(thread.poll());
                            }
                            op::CALL_KW => {
                                let names: Ref<Tuple> = peek!(1).downcast_unchecked();
                                let mut count = oparg;
                                let mut callable = peek!(count + 3);
                                if peek_option!(count + 2).is_some() {
                                    count += 1;
                                } else if let Some(method) = calls::exact_method(callable) {
                                    callable = method.function();
                                    set_peek!(count + 2, method.receiver());
                                    set_peek!(count + 3, callable);
                                    count += 1;
                                }
                                let values = std::slice::from_raw_parts(
                                    sp.sub(count + 1).cast_const().cast::<Value>(),
                                    count,
                                );
                                let args = Args::new(values, Some(names));
                                if let Some(function) = callable.downcast_exact::<Function>() {
                                    let callee =
                                        attempt!(calls::push_bound(thread, function, args));
                                    sp = sp.sub(oparg + 3);
                                    leave_for!(callee, 4);
                                    resume_quickly!();
                                    continue 'next;
                                }
                                let mut result = protocol::call(thread, callable, args);
                                if WATCHED {
                                    let first = args.values().first().copied();
                                    result = fire::called(thread, frame, callable, first, result);
                                }
                                let result = answered!(result, oparg + 3, 3);
                                sp = sp.sub(oparg + 3);
                                push!(result);
                                ip = ip.add(3);
                                attempt!(thread.poll());
                            }
                            op::CALL_FUNCTION_EX => {
                                let callable = peek!(4);
                                let (positional, keywords) = (peek!(2), peek_option!(1));
                                if let Some(function) = callable.downcast_exact::<Function>() {
                                    let callee = attempt!(calls::push_spread(
                                        thread, function, positional, keywords
                                    ));
                                    sp = sp.sub(4);
                                    leave_for!(callee, 1);
                                    continue 'next;
                                }
                                let mut result =
                                    calls::call_spread(thread, callable, positional, keywords);
                                if WATCHED && calls::exact_method(callable).is_none() {
                                    let first = instrument::before::first_spread(Some(positional));
                                    result = fire::called(thread, frame, callable, first, result);
                                }
                                let result = attempt!(result);
                                sp = sp.sub(4);
                                push!(result);
                                attempt!(thread.poll());
                            }
                            op::MAKE_FUNCTION => {
                                let callee: Ref<Code> = peek!(1).downcast_unchecked();
                                let globals = (*frame).globals;
                                let function =
                                    attempt!(Function::new(thread, callee, globals, None));
                                set_peek!(1, function.value());
                            }
                            op::SET_FUNCTION_ATTRIBUTE => {
                                let function: Ref<Function> = pop!().downcast_unchecked();
                                let value = peek!(1);
                                // Of a generic function they come as arguments, so only now it is seen what they are.
                                let fits = match oparg {
                                    1 => value.downcast_exact::<Tuple>().is_some(),
                                    2 => value.downcast_exact::<Dict>().is_some(),
                                    _ => true,
                                };
                                if !fits {
                                    raise!(special::bad_defaults(thread));
                                }
                                let slot = match oparg {
                                    1 => &function.defaults,
                                    2 => &function.kwdefaults,
                                    4 => &function.annotations,
                                    8 => &function.closure,
                                    _ => &function.annotate,
                                };
                                if oparg == 16 {
                                    set_annotate(thread, function, value);
                                } else {
                                    thread.store(function, slot, Some(value));
                                }
                                set_peek!(1, function.value());
                            }
                            op::RETURN_VALUE => {
                                let value = pop!();
                                leave_with!(value);
                            }
                            op::RETURN_CONST => leave_with!(code.constant_at(oparg)),

                            // Iteration and generators.
                            op::GET_ITER => {
                                let iterator = attempt!(protocol::get_iter(thread, peek!(1)));
                                set_peek!(1, iterator);
                            }
                            op::GET_YIELD_FROM_ITER => {
                                let iterable = peek!(1);
                                let iterator = attempt!(generator::yield_from_iterator(
                                    thread, code, iterable
                                ));
                                set_peek!(1, iterator);
                            }
                            op::FOR_ITER => {
                                let iterator = peek!(1);
                                if !WATCHED
                                    && let Some(started) = generator::resumable(iterator)
                                    && let Some(callee) = attempt!(started.enter(thread, none()))
                                {
                                    leave_for!(callee, 2 + oparg);
                                    continue 'next;
                                }
                                if !WATCHED
                                    && let Some(value) = operate::next_quickly(thread, iterator)
                                {
                                    push!(value);
                                    ip = ip.add(1);
                                    continue 'next;
                                }
                                let next = match iterator.class().slot(slots::NEXT) {
                                    Some(next) => next(thread, iterator),
                                    None => raise!(special::not_iterable(thread, iterator)),
                                };
                                ip = ip.add(1);
                                match next {
                                    Ok(Some(value)) => {
                                        if WATCHED {
                                            let this = (*frame).instruction;
                                            attempt!(instrument::before::taken(thread, frame, ip));
                                            if (*frame).instruction != this {
                                                (ip, sp) = ((*frame).instruction, (*frame).sp);
                                                continue 'next;
                                            }
                                        }
                                        push!(value);
                                    }
                                    Ok(None) => ip = ip.add(oparg + 1),
                                    Err(raised) if raised.matches(&types::STOP_ITERATION) => {
                                        if WATCHED {
                                            attempt!(instrument::before::ended(
                                                thread, frame, raised
                                            ));
                                        }
                                        ip = ip.add(oparg + 1);
                                    }
                                    Err(raised) => raise!(raised),
                                }
                            }
                            op::SEND => {
                                let (receiver, value) = (peek!(2), peek!(1));
                                if let Some(started) = generator::resumable(receiver)
                                    && let Some(callee) = attempt!(started.enter(thread, value))
                                {
                                    sp = sp.sub(1);
                                    leave_for!(callee, 2 + oparg);
                                    continue 'next;
                                }
                                let sent = attempt!(generator::send(thread, receiver, value));
                                if WATCHED {
                                    attempt!(instrument::before::sent(
                                        thread, frame, receiver, sent
                                    ));
                                }
                                ip = ip.add(1);
                                match sent {
                                    Sent::Yielded(value) => set_peek!(1, value),
                                    Sent::Returned(value) => {
                                        set_peek!(1, value);
                                        ip = ip.add(oparg);
                                    }
                                }
                            }
                            op::YIELD_VALUE => {
                                let value = pop!();
                                let caller = (*frame).previous;
                                let exit = (*frame).exit;
                                (*frame).sp = sp;
                                (*frame).instruction = ip;
                                generator::suspend(thread, frame, oparg & 1 != 0);
                                if exit != Exit::Caller {
                                    if exit == Exit::Native {
                                        thread.interpreter.frame = caller.cast();
                                        return Ok(Sent::Yielded(value));
                                    }
                                    if WATCHED != instrument::is_watched(thread) {
                                        cold_path();
                                        frame = caller;
                                        enter!();
                                        ip = past_extended(ip).add(2);
                                        push!(value);
                                        switch!(None);
                                    }
                                }
                                frame = caller;
                                enter!();
                                // Past FOR_ITER or SEND and its cache unit.
                                ip = past_extended(ip).add(2);
                                push!(value);
                            }
                            op::RETURN_GENERATOR => {
                                let caller = (*frame).previous;
                                let exit = (*frame).exit;
                                let offset = (*frame).return_offset as usize;
                                (*frame).instruction = ip;
                                (*frame).sp = sp;
                                let made = attempt!(Generator::of_frame(thread, frame));
                                frame::pop(thread, frame);
                                if exit == Exit::Native {
                                    thread.interpreter.frame = caller.cast();
                                    return Ok(Sent::Returned(made.value()));
                                }
                                frame = caller;
                                enter!();
                                ip = past_extended(ip).add(offset);
                                push!(made.value());
                            }
                            op::CLEANUP_THROW => {
                                let (_, _, raised) = (peek!(3), peek!(2), peek!(1));
                                match generator::stop_value(raised) {
                                    Some(value) => {
                                        sp = sp.sub(3);
                                        push!(none());
                                        push!(value);
                                    }
                                    None => break 'instructions (Raised(raised), false),
                                }
                            }
                            op::GET_AWAITABLE => {
                                let awaitable =
                                    attempt!(generator::get_awaitable(thread, peek!(1), oparg));
                                set_peek!(1, awaitable);
                            }
                            op::GET_AITER => {
                                let iterator = attempt!(generator::get_aiter(thread, peek!(1)));
                                set_peek!(1, iterator);
                            }
                            op::GET_ANEXT => {
                                let awaitable = attempt!(generator::get_anext(thread, peek!(1)));
                                push!(awaitable);
                            }
                            op::END_ASYNC_FOR => {
                                let raised = Raised(peek!(1));
                                if raised.matches(&types::STOP_ASYNC_ITERATION) {
                                    if WATCHED {
                                        let this = (*frame).instruction;
                                        let told = instrument::before::async_ended(
                                            thread, frame, ip, oparg,
                                        );
                                        attempt!(told);
                                        if (*frame).instruction != this {
                                            (ip, sp) = ((*frame).instruction, (*frame).sp);
                                            continue 'next;
                                        }
                                    }
                                    sp = sp.sub(2);
                                } else {
                                    break 'instructions (raised, false);
                                }
                            }

                            // Exceptions.
                            op::PUSH_EXC_INFO => {
                                let raised = pop!();
                                let entry = thread.roots().handled.get();
                                let before = entry.as_ref().value.replace(Some(raised));
                                push!(before.unwrap_or_else(none));
                                push!(raised);
                            }
                            op::POP_EXCEPT => {
                                let before = pop!();
                                let entry = thread.roots().handled.get();
                                entry.as_ref().value.set(before.not_none());
                            }
                            op::CHECK_EXC_MATCH => {
                                let (raised, wanted) = (peek!(2), peek!(1));
                                let matched = attempt!(unwind::matches(thread, raised, wanted));
                                set_peek!(1, singleton::bool(matched));
                            }
                            op::CHECK_EG_MATCH => {
                                let (raised, wanted) = (peek!(2), peek!(1));
                                let (rest, matched) =
                                    attempt!(unwind::matches_group(thread, raised, wanted));
                                set_peek!(2, rest);
                                set_peek!(1, matched);
                                unwind::note_wrapping(thread, frame, raised, matched);
                            }
                            op::RAISE_VARARGS => {
                                let cause = (oparg == 2).then(|| peek!(1));
                                let value = match oparg {
                                    0 => None,
                                    1 => Some(peek!(1)),
                                    _ => Some(peek!(2)),
                                };
                                let (raised, is_new) = unwind::raise(thread, value, cause);
                                break 'instructions (raised, is_new);
                            }
                            op::RERAISE => {
                                let raised = pop!();
                                if !raised.class().has_flag(grwl_object::flags::EXCEPTION) {
                                    raise!(unwind::trapped(thread, frame));
                                }
                                if oparg != 0
                                    && let Some(offset) = peek!(oparg).as_int()
                                    && (0..code.units().len() as i64).contains(&offset)
                                {
                                    // The handlers are those of this instruction, the place is that of the first raise.
                                    reraised_at =
                                        Some(ip.offset_from(code.first_unit()) as usize - 1);
                                    (*frame).instruction = code.first_unit().add(offset as usize);
                                }
                                break 'instructions (Raised(raised), false);
                            }
                            op::WITH_EXCEPT_START => {
                                let raised = peek!(1);
                                let (function, receiver) = (peek!(5), peek_option!(4));
                                let result = attempt!(special::call_exit(
                                    thread, function, receiver, raised
                                ));
                                push!(result);
                            }
                            op::LOAD_SPECIAL => {
                                let (method, receiver) =
                                    attempt!(special::load(thread, peek!(1), oparg));
                                set_peek!(1, method);
                                push_option!(receiver);
                            }

                            // Building.
                            op::BUILD_TUPLE => {
                                let tuple = attempt!(Tuple::try_new(thread, slice!(oparg)));
                                sp = sp.sub(oparg);
                                push!(tuple.value());
                            }
                            op::BUILD_LIST => {
                                let list = attempt!(List::from_slice(thread, slice!(oparg)));
                                sp = sp.sub(oparg);
                                push!(list.value());
                            }
                            op::BUILD_SET => {
                                let set = attempt!(unpack::build_set(thread, slice!(oparg)));
                                sp = sp.sub(oparg);
                                push!(set);
                            }
                            op::BUILD_MAP => {
                                let dict = attempt!(unpack::build_map(thread, slice!(oparg * 2)));
                                sp = sp.sub(oparg * 2);
                                push!(dict);
                            }
                            op::BUILD_STRING => {
                                let string = attempt!(unpack::build_string(thread, slice!(oparg)));
                                sp = sp.sub(oparg);
                                push!(string);
                            }
                            op::BUILD_SLICE => {
                                let step = if oparg == 3 { peek!(1) } else { none() };
                                let (start, stop) = (peek!(oparg), peek!(oparg - 1));
                                let slice =
                                    grwl_object::slice::Slice::new(thread, start, stop, step);
                                sp = sp.sub(oparg);
                                push!(slice.value());
                            }
                            op::LIST_APPEND => {
                                let value = pop!();
                                let list: Ref<List> = peek!(oparg).downcast_unchecked();
                                attempt!(list.push(thread, value));
                            }
                            op::LIST_EXTEND => {
                                let iterable = peek!(1);
                                let list: Ref<List> = peek!(oparg + 1).downcast_unchecked();
                                attempt!(unpack::extend_list(thread, list, iterable));
                                sp = sp.sub(1);
                            }
                            op::SET_ADD => {
                                let value = peek!(1);
                                attempt!(unpack::set_add(thread, peek!(oparg + 1), value));
                                sp = sp.sub(1);
                            }
                            op::SET_UPDATE => {
                                attempt!(unpack::set_update(thread, peek!(oparg + 1), peek!(1)));
                                sp = sp.sub(1);
                            }
                            op::MAP_ADD => {
                                let dict: Ref<Dict> = peek!(oparg + 2).downcast_unchecked();
                                let (key, value) = (peek!(2), peek!(1));
                                attempt!(dict.insert(thread, key, value));
                                sp = sp.sub(2);
                            }
                            op::DICT_UPDATE => {
                                let dict: Ref<Dict> = peek!(oparg + 1).downcast_unchecked();
                                attempt!(unpack::dict_update(thread, dict, peek!(1)));
                                sp = sp.sub(1);
                            }
                            op::DICT_MERGE => {
                                let dict: Ref<Dict> = peek!(oparg + 1).downcast_unchecked();
                                let callable = peek!(oparg + 4);
                                attempt!(unpack::dict_merge(thread, dict, peek!(1), callable));
                                sp = sp.sub(1);
                            }
                            op::UNPACK_SEQUENCE => {
                                let sequence = peek!(1);
                                // The elements go in reverse order on the stack.
                                let to = sp.sub(1);
                                attempt!(unpack::sequence(thread, sequence, oparg, to));
                                sp = to.add(oparg);
                                ip = ip.add(1);
                            }
                            op::UNPACK_EX => {
                                let sequence = peek!(1);
                                let (before, after) = (oparg & 0xff, oparg >> 8);
                                let to = sp.sub(1);
                                attempt!(unpack::with_rest(thread, sequence, before, after, to));
                                sp = to.add(before + 1 + after);
                            }

                            // Text.
                            op::CONVERT_VALUE => {
                                let value = peek!(1);
                                let text = match oparg {
                                    1 => protocol::str(thread, value),
                                    2 => protocol::repr(thread, value),
                                    _ => protocol::ascii(thread, value),
                                };
                                set_peek!(1, attempt!(text).value());
                            }
                            op::FORMAT_SIMPLE => {
                                let value = peek!(1);
                                if value.downcast_exact::<Str>().is_none() {
                                    let text =
                                        attempt!(protocol::format(thread, value, Str::empty()));
                                    set_peek!(1, text.value());
                                }
                            }
                            op::FORMAT_WITH_SPEC => {
                                let (value, spec) = (peek!(2), peek!(1));
                                let spec: Ref<Str> = spec.downcast_unchecked();
                                let text = attempt!(protocol::format(thread, value, spec));
                                sp = sp.sub(1);
                                set_peek!(1, text.value());
                            }
                            op::BUILD_INTERPOLATION => {
                                let has_spec = oparg & 1;
                                let spec = if has_spec == 1 {
                                    peek!(1)
                                } else {
                                    Str::empty().value()
                                };
                                let (value, text) = (peek!(2 + has_spec), peek!(1 + has_spec));
                                let made = attempt!(interpolation::interpolation(
                                    thread,
                                    value,
                                    text,
                                    oparg >> 2,
                                    spec
                                ));
                                sp = sp.sub(2 + has_spec);
                                push!(made);
                            }
                            op::BUILD_TEMPLATE => {
                                let (strings, interpolations) = (peek!(2), peek!(1));
                                let made = attempt!(interpolation::template(
                                    thread,
                                    strings,
                                    interpolations
                                ));
                                sp = sp.sub(1);
                                set_peek!(1, made);
                            }

                            // Pattern matching.
                            op::GET_LEN => {
                                let length = attempt!(protocol::length(thread, peek!(1)));
                                push!(grwl_object::int::from_usize(thread, length));
                            }
                            op::MATCH_MAPPING => {
                                let is = peek!(1).class().has_flag(grwl_object::flags::MAPPING);
                                push!(singleton::bool(is));
                            }
                            op::MATCH_SEQUENCE => {
                                let is = peek!(1).class().has_flag(grwl_object::flags::SEQUENCE);
                                push!(singleton::bool(is));
                            }
                            op::MATCH_KEYS => {
                                let (subject, keys) = (peek!(2), peek!(1));
                                push!(attempt!(pattern::match_keys(thread, subject, keys)));
                            }
                            op::MATCH_CLASS => {
                                let (subject, class, names) = (peek!(3), peek!(2), peek!(1));
                                let result = attempt!(pattern::match_class(
                                    thread, subject, class, oparg, names
                                ));
                                sp = sp.sub(2);
                                set_peek!(1, result);
                            }

                            // Imports and intrinsics.
                            op::IMPORT_NAME => {
                                let name = code.name_at(oparg);
                                let (level, from) = (peek!(2), peek!(1));
                                let module = attempt!(imports::import_name(
                                    thread, frame, name, from, level
                                ));
                                sp = sp.sub(1);
                                set_peek!(1, module);
                            }
                            op::IMPORT_FROM => {
                                let name = code.name_at(oparg);
                                let value = attempt!(imports::import_from(thread, peek!(1), name));
                                push!(value);
                            }
                            op::CALL_INTRINSIC_1 => {
                                let value = peek!(1);
                                let result =
                                    attempt!(intrinsics::unary(thread, frame, oparg, value));
                                set_peek!(1, result);
                            }
                            op::CALL_INTRINSIC_2 => {
                                let (a, b) = (peek!(2), peek!(1));
                                let result = attempt!(intrinsics::binary(thread, oparg, a, b));
                                sp = sp.sub(1);
                                set_peek!(1, result);
                            }
                            op::RESERVED | op::INTERPRETER_EXIT | op::EXIT_INIT_CHECK => {
                                raise!(unwind::trapped(thread, frame));
                            }
                            // SAFETY: the units hold no other opcode (see `specialise`).
                            _ => std::hint::unreachable_unchecked(),
                        }
                        break 'instruction;
                    }
                }
            };

            // An instruction of `frame` has raised.
            let mut raised = raised;
            let mut is_new = is_new;
            loop {
                thread.roots().raising.set(Some(raised.0));
                if is_new {
                    raised = unwind::add_traceback(thread, frame, raised);
                }
                if WATCHED {
                    raised = fire::raised_or_again(thread, frame, is_new, reraised_at, raised);
                }
                if let Some(handler) = unwind::find_handler(frame, reraised_at.take()) {
                    sp = Frame::stack(frame).add(handler.depth);
                    if handler.push_last {
                        push!(Value::small((*frame).offset() as i64));
                    }
                    push!(raised.0);
                    thread.roots().raising.set(None);
                    ip = code.first_unit().add(handler.target);
                    if ip <= (*frame).instruction {
                        // Nothing that the compiler makes, but bytecode that a program has put together: a loop, which needs a safepoint.
                        cold_path();
                        (*frame).instruction = ip;
                        if let Err(other) = thread.poll() {
                            raised = other;
                            is_new = true;
                            continue;
                        }
                    }
                    if WATCHED {
                        (*frame).sp = sp;
                        let told = fire::handled(thread, frame, handler.target, raised);
                        if let Err(other) = told {
                            raised = other;
                            is_new = false;
                            continue;
                        }
                    }
                    continue 'unwinding;
                }
                if WATCHED {
                    (*frame).sp = Frame::stack(frame);
                    raised = fire::raised(thread, frame, event::PY_UNWIND, raised);
                }
                let caller = (*frame).previous;
                let exit = (*frame).exit;
                (*frame).sp = Frame::stack(frame);
                unwind::finish(thread, frame);
                if exit == Exit::Native {
                    thread.interpreter.frame = caller.cast();
                    thread.roots().raising.set(None);
                    return Err(raised);
                }
                frame = caller;
                enter!();
                is_new = true;
                if !WATCHED && instrument::is_watched(thread) {
                    switch!(Some(raised));
                }
            }
        }
    }
}

/// The unit of the instruction itself, past its `EXTENDED_ARG`s.
///
/// # Safety
/// `ip` is at an instruction.
unsafe fn past_extended(mut ip: *const u16) -> *const u16 {
    // SAFETY: an EXTENDED_ARG is followed by a unit.
    unsafe {
        while *ip as u8 == op::EXTENDED_ARG {
            ip = ip.add(1);
        }
    }
    ip
}

/// The opcode that the loop acts on.
#[inline(always)]
fn opcode_of(unit: u16, is_watched: bool) -> u8 {
    if is_watched {
        op::PUBLIC[usize::from(unit as u8)]
    } else {
        unit as u8
    }
}

/// What [`COMPARE_OP`](op::COMPARE_OP)'s argument says of an order: its low bits are a mask of unordered, less, greater, equal.
#[inline(always)]
fn compare_quickly(oparg: usize, a: Value, b: Value) -> Option<bool> {
    let (is_less, is_greater, is_equal) = if let Some((a, b)) = a.both_ints(b) {
        (a < b, a > b, a == b)
    } else {
        let (a, b) = (a.as_float()?, b.as_float()?);
        (a < b, a > b, a == b)
    };
    let order =
        usize::from(is_less) << 1 | usize::from(is_greater) << 2 | usize::from(is_equal) << 3;
    // None of the three: unordered.
    let order = if order == 0 { 1 } else { order };
    Some(oparg & order != 0)
}

/// `a[b]` of a list, tuple or string.
#[inline(always)]
fn element(a: Value, b: Value) -> Option<Value> {
    let index = usize::try_from(b.as_int()?).ok()?;
    if let Some(list) = a.downcast_exact::<List>() {
        return list.get(index);
    }
    if let Some(tuple) = a.downcast_exact::<Tuple>() {
        return tuple.as_slice().get(index).copied();
    }
    a.downcast_exact::<Str>()?.common_character(index)
}

/// Calls a function of Python from Rust.
///
/// # Errors
/// What the call raises.
pub fn call_function(thread: &mut Thread, function: Value, args: Args<'_>) -> PyResult {
    let Some(function) = function.downcast_exact::<Function>() else {
        return Err(thread.type_error(format_args!(
            "descriptor '__call__' requires a 'function' object but received a '{}'",
            function.class().name()
        )));
    };
    let frame = calls::push_bound(thread, function, args)?;
    match run(thread, frame, None)? {
        Sent::Returned(value) | Sent::Yielded(value) => Ok(value),
    }
}
