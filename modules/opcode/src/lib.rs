//! The module `_opcode`: what `dis` asks about instructions. grwl runs CPython 3.14's bytecode, so the answers are CPython's.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod table;

use grwl_interpreter::instruction::{Instruction, Which};
use grwl_object::list::List;
use grwl_object::module::Module;
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, intern, none,
    protocol, singleton,
};

use crate::table::{INTRINSIC_1, INTRINSIC_2, NB_OPS, SPECIAL_METHODS};

/// The module has no types.
pub fn install() {}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_opcode");
    let doc = Str::new(thread, "What is known of instructions.").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, FUNCTIONS)?;
    // Instructions are never replaced by special forms of them.
    for name in ["ENABLE_SPECIALIZATION", "ENABLE_SPECIALIZATION_FT"] {
        module.add(thread, name, Value::small(0))?;
    }
    Ok(module)
}

static FUNCTIONS: &[Method] = &[
    Method::any(
        "stack_effect",
        stack_effect,
        "stack_effect($module, opcode, oparg=None, /, *, jump=None)\n--\n\nHow an instruction changes the depth of the stack.",
    ),
    Method::any(
        "is_valid",
        |thread, _, args| {
            let code = opcode(thread, args, "is_valid")?;
            Ok(singleton::bool(Instruction::find(code).is_some()))
        },
        "is_valid($module, /, opcode)\n--\n\nIs there such an instruction?",
    ),
    Method::any(
        "has_arg",
        |thread, _, args| has(thread, args, "has_arg", 0),
        "has_arg($module, /, opcode)\n--\n\nDoes the instruction use its argument?",
    ),
    Method::any(
        "has_const",
        |thread, _, args| has(thread, args, "has_const", 1),
        "has_const($module, /, opcode)\n--\n\nDoes the instruction use a constant?",
    ),
    Method::any(
        "has_name",
        |thread, _, args| has(thread, args, "has_name", 2),
        "has_name($module, /, opcode)\n--\n\nDoes the instruction use a name?",
    ),
    Method::any(
        "has_jump",
        |thread, _, args| has(thread, args, "has_jump", 3),
        "has_jump($module, /, opcode)\n--\n\nMay the instruction jump?",
    ),
    Method::any(
        "has_free",
        |thread, _, args| has(thread, args, "has_free", 4),
        "has_free($module, /, opcode)\n--\n\nDoes the instruction use a free variable?",
    ),
    Method::any(
        "has_local",
        |thread, _, args| has(thread, args, "has_local", 5),
        "has_local($module, /, opcode)\n--\n\nDoes the instruction use a local variable?",
    ),
    Method::any(
        "has_exc",
        |thread, _, args| has(thread, args, "has_exc", 6),
        "has_exc($module, /, opcode)\n--\n\nDoes the instruction set a handler of exceptions?",
    ),
    Method::no_arguments(
        "get_nb_ops",
        nb_ops,
        "get_nb_ops($module, /)\n--\n\nThe operators of BINARY_OP: names and symbols.",
    ),
    Method::no_arguments(
        "get_intrinsic1_descs",
        |thread, _| names(thread, INTRINSIC_1),
        "get_intrinsic1_descs($module, /)\n--\n\nThe names of the intrinsics with one operand.",
    ),
    Method::no_arguments(
        "get_intrinsic2_descs",
        |thread, _| names(thread, INTRINSIC_2),
        "get_intrinsic2_descs($module, /)\n--\n\nThe names of the intrinsics with two operands.",
    ),
    Method::no_arguments(
        "get_special_method_names",
        |thread, _| names(thread, SPECIAL_METHODS),
        "get_special_method_names($module, /)\n--\n\nThe methods of LOAD_SPECIAL.",
    ),
    Method::no_arguments(
        "get_specialization_stats",
        |_, _| Ok(none()),
        "get_specialization_stats($module, /)\n--\n\nNone: nobody counts.",
    ),
    Method::any(
        "get_executor",
        get_executor,
        "get_executor($module, /, code, offset)\n--\n\nNone: there are no executors.",
    ),
];

fn get_executor(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> = Signature::new("get_executor", ["code", "offset"]);
    args.parse(thread, &SIGNATURE)?;
    Ok(none())
}

fn opcode(thread: &mut Thread, args: Args<'_>, function: &'static str) -> PyResult<i32> {
    let [code] = args.parse(thread, &Signature::new(function, ["opcode"]))?;
    protocol::convert::as_i32(thread, code.unwrap_or_else(none))
}

fn has(thread: &mut Thread, args: Args<'_>, function: &'static str, bit: u8) -> PyResult {
    let code = opcode(thread, args, function)?;
    Ok(singleton::bool(
        Instruction::find(code).is_some_and(|entry| entry.has >> bit & 1 != 0),
    ))
}

fn stack_effect(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<3> = Signature::new("stack_effect", ["opcode", "oparg", "jump"])
        .optional_after(1)
        .positional_only(2)
        .keyword_only_after(2, 0);
    let [code, argument, jump] = args.parse(thread, &SIGNATURE)?;
    let code = protocol::convert::as_i32(thread, code.unwrap_or_else(none))?;
    let argument = match argument.and_then(ValueExt::not_none) {
        Some(argument) => Some(protocol::convert::as_i32(thread, argument)?),
        None => None,
    };
    let which = match jump.and_then(ValueExt::not_none).map(singleton::as_bool) {
        None => Which::Most,
        Some(Some(true)) => Which::Jump,
        Some(Some(false)) => Which::Through,
        Some(None) => {
                return Err(thread.value_error("stack_effect: jump must be False, True or None"));
            }
    };
    let Some(instruction) = Instruction::find(code) else {
        return Err(thread.value_error("invalid opcode or oparg"));
    };
    let effect = instruction.effect(i64::from(argument.unwrap_or(0)), which);
    Ok(grwl_object::int::from_i64(thread, effect))
}

fn names(thread: &mut Thread, names: &[&str]) -> PyResult {
    let list = List::new(thread);
    for name in names {
        let name = Str::new(thread, name).value();
        list.push(thread, name)?;
    }
    Ok(list.value())
}

fn nb_ops(thread: &mut Thread, _module: Value) -> PyResult {
    let list = List::new(thread);
    for (name, symbol) in NB_OPS {
        let pair = [
            Str::new(thread, name).value(),
            Str::new(thread, symbol).value(),
        ];
        let pair = Tuple::try_new(thread, &pair)?;
        list.push(thread, pair.value())?;
    }
    Ok(list.value())
}
