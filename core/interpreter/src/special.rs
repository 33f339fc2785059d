//! Instructions about `with`, `__init__`, and constants that the compiler knows by number.

use grwl_object::attribute::lookup_type;
use grwl_object::exception::Exception;
use grwl_object::{
    Name, PyResult, Raised, Ref, Thread, Value, ValueExt, flags, none, protocol, types,
};

use crate::state::{self, Global};

/// The methods of `LOAD_SPECIAL`, with what the message says if they are missing.
static METHODS: [(Name, &str, bool); 4] = [
    (Name::new("__enter__"), "context manager", false),
    (Name::new("__exit__"), "context manager", false),
    (
        Name::new("__aenter__"),
        "asynchronous context manager",
        true,
    ),
    (Name::new("__aexit__"), "asynchronous context manager", true),
];

/// A special method of `owner`, ready to be called: the function and its receiver, or what was bound and `None`.
///
/// # Errors
/// `TypeError: 'X' object does not support the context manager protocol ...`
pub fn load(thread: &mut Thread, owner: Value, which: usize) -> PyResult<(Value, Option<Value>)> {
    let (name, protocol_name, is_async) = &METHODS[which];
    let class = owner.class();
    let Some(found) = lookup_type(thread, &class, name.get(thread)) else {
        let missed = format!(" (missed {} method)", name.text());
        let other = &METHODS[(which + 2) % 4];
        let hint = if lookup_type(thread, &class, other.0.get(thread)).is_some() {
            if *is_async {
                " but it supports the context manager protocol. Did you mean to use 'with'?"
            } else {
                " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
            }
        } else {
            ""
        };
        return Err(thread.type_error(format_args!(
            "'{}' object does not support the {protocol_name} protocol{missed}{hint}",
            class.name()
        )));
    };
    if found.class().has_flag(flags::METHOD_DESCRIPTOR) {
        return Ok((found, Some(owner)));
    }
    let bound = protocol::attribute::bind(thread, found, owner, &class)?;
    Ok((bound, None))
}

/// Calls `__exit__` with what was raised.
///
/// # Errors
/// What it raises.
pub fn call_exit(
    thread: &mut Thread,
    function: Value,
    receiver: Option<Value>,
    raised: Value,
) -> PyResult {
    let class = raised.class().value();
    let traceback = raised
        .downcast::<Exception>()
        .and_then(|exception| exception.traceback())
        .map_or_else(none, |traceback| traceback.value());
    match receiver {
        Some(receiver) => {
            protocol::call_positional(thread, function, &[receiver, class, raised, traceback])
        }
        None => protocol::call_positional(thread, function, &[class, raised, traceback]),
    }
}

/// `__init__` returned something.
#[cold]
pub fn init_returned(thread: &mut Thread, value: Value) -> Raised {
    thread.type_error(format_args!(
        "__init__() should return None, not '{}'",
        value.class().name()
    ))
}

/// Bytecode that no compiler made gives a function defaults that are no tuple, or no dict.
#[cold]
pub fn bad_defaults(thread: &mut Thread) -> Raised {
    thread.raise(&types::SYSTEM_ERROR, "bad bytecode: SET_FUNCTION_ATTRIBUTE")
}

/// `for` over what is no iterator: an asynchronous generator where the compiler took a generator for granted.
#[cold]
pub fn not_iterable(thread: &mut Thread, value: Value) -> Raised {
    thread.type_error(format_args!(
        "'{}' object is not an iterator",
        value.class().name()
    ))
}

/// A constant of `LOAD_COMMON_CONSTANT`.
///
/// # Errors
/// `SystemError` if the interpreter was not set up.
pub fn common_constant(thread: &mut Thread, which: usize) -> PyResult {
    let global = match which {
        0 => return Ok(Ref::from_static(&types::ASSERTION_ERROR).value()),
        1 => return Ok(Ref::from_static(&types::NOT_IMPLEMENTED_ERROR).value()),
        2 => return Ok(Ref::from_static(&types::TUPLE).value()),
        3 => Global::All,
        _ => Global::Any,
    };
    state::get(global).ok_or_else(|| thread.system_error("the builtins were not set up"))
}
