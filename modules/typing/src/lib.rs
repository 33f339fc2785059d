//! The module `_typing`: what type parameters and type aliases are made of, and the intrinsics behind their syntax.
//!
//! | what | where |
//! |---|---|
//! | `TypeVar`, `ParamSpec`, `TypeVarTuple` | `parameter` |
//! | `ParamSpecArgs`, `ParamSpecKwargs` | `part` |
//! | `TypeAliasType` | `alias` |
//! | `Generic`, `NoDefault` | `generic` |
//! | evaluating bounds, defaults, values when they are asked for | `evaluate` |
//! | what is the same for all | `support` |
//!
//! Protocol: [`install`] before types are made ready, [`TYPES`] with the built-in ones; [`intrinsic_unary`] and
//! [`intrinsic_binary`] are the interpreter's hooks of this name.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod alias;
mod evaluate;
mod generic;
mod parameter;
mod part;
mod support;

pub use alias::TYPE_ALIAS;
pub use generic::{GENERIC, NO_DEFAULT_TYPE};
pub use parameter::{PARAM_SPEC, TYPE_VAR, TYPE_VAR_TUPLE};
pub use part::{PARAM_SPEC_ARGS, PARAM_SPEC_KWARGS};

use grwl_interpreter::frame::Frame;
use grwl_object::module::Module;
use grwl_object::{Method, PyResult, Ref, Thread, Tuple, TypeObject, Value, ValueExt, intern};

/// The types that this package declares.
pub static TYPES: &[&TypeObject] = &[
    &TYPE_VAR,
    &PARAM_SPEC,
    &TYPE_VAR_TUPLE,
    &PARAM_SPEC_ARGS,
    &PARAM_SPEC_KWARGS,
    &TYPE_ALIAS,
    &GENERIC,
    &NO_DEFAULT_TYPE,
    &evaluate::CONSTANT_EVALUATOR,
];

/// Gives the types their functions.
pub fn install() {
    TYPE_VAR.define(&parameter::TYPE_VAR_SPEC);
    PARAM_SPEC.define(&parameter::PARAM_SPEC_SPEC);
    TYPE_VAR_TUPLE.define(&parameter::TYPE_VAR_TUPLE_SPEC);
    PARAM_SPEC_ARGS.define(&part::ARGS_SPEC);
    PARAM_SPEC_KWARGS.define(&part::KWARGS_SPEC);
    TYPE_ALIAS.define(&alias::SPEC);
    GENERIC.define(&generic::SPEC);
    NO_DEFAULT_TYPE.define(&generic::NO_DEFAULT_SPEC);
    evaluate::CONSTANT_EVALUATOR.define(&evaluate::SPEC);
}

static FUNCTIONS: &[Method] = &[Method::one(
    "_idfunc",
    |_, _, value| Ok(value),
    "_idfunc($module, x, /)\n--\n\n",
)];

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_typing");
    let module = Module::new(thread, name, None)?;
    module.add_functions(thread, FUNCTIONS)?;
    let classes: [(&str, &'static TypeObject); 8] = [
        ("TypeVar", &TYPE_VAR),
        ("ParamSpec", &PARAM_SPEC),
        ("TypeVarTuple", &TYPE_VAR_TUPLE),
        ("ParamSpecArgs", &PARAM_SPEC_ARGS),
        ("ParamSpecKwargs", &PARAM_SPEC_KWARGS),
        ("TypeAliasType", &TYPE_ALIAS),
        ("Generic", &GENERIC),
        ("Union", &grwl_types_class::union::UNION),
    ];
    for (name, class) in classes {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    module.add(thread, "NoDefault", generic::no_default())?;
    Ok(module)
}

/// The intrinsics with one operand: 7 to 11.
///
/// # Errors
/// What they raise; `SystemError` for other numbers.
pub fn intrinsic_unary(
    thread: &mut Thread,
    _frame: *mut Frame,
    which: usize,
    value: Value,
) -> PyResult {
    match which {
        7 => Ok(parameter::from_syntax(thread, &TYPE_VAR, value, None, None)),
        8 => Ok(parameter::from_syntax(
            thread,
            &PARAM_SPEC,
            value,
            None,
            None,
        )),
        9 => Ok(parameter::from_syntax(
            thread,
            &TYPE_VAR_TUPLE,
            value,
            None,
            None,
        )),
        10 => generic::subscript(thread, value),
        11 => match value.downcast::<Tuple>().filter(|parts| parts.len() == 3) {
            Some(parts) => Ok(alias::from_syntax(
                thread,
                parts.at(0),
                parts.at(1).not_none(),
                parts.at(2),
            )),
            None => Err(thread.system_error("a type alias is made of three parts")),
        },
        _ => Err(thread.system_error(format_args!("unknown intrinsic {which}"))),
    }
}

/// The intrinsics with two operands: 2, 3, 5.
///
/// # Errors
/// What they raise; `SystemError` for other numbers.
pub fn intrinsic_binary(thread: &mut Thread, which: usize, a: Value, b: Value) -> PyResult {
    match which {
        2 => Ok(parameter::from_syntax(thread, &TYPE_VAR, a, Some(b), None)),
        3 => Ok(parameter::from_syntax(thread, &TYPE_VAR, a, None, Some(b))),
        5 => {
            parameter::set_default(thread, a, b)?;
            Ok(a)
        }
        _ => Err(thread.system_error(format_args!("unknown intrinsic {which}"))),
    }
}
