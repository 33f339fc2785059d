//! Calls.

use grwl_value::Value;

use crate::arguments::Args;
use crate::attribute::lookup_type;
use crate::cell::{Ref, ValueExt};
use crate::result::PyResult;
use crate::slots;
use crate::string::Str;
use crate::thread::Thread;
use crate::type_object::flags;
use crate::values::Buffer;

/// Calls an object.
///
/// # Errors
/// `TypeError: 'X' object is not callable`, `RecursionError`, or what the call raises.
#[inline]
pub fn call(thread: &mut Thread, callable: Value, args: Args<'_>) -> PyResult {
    thread.check_stack()?;
    match callable.class().slot(slots::CALL) {
        Some(call) => call(thread, callable, args),
        None => not_callable(thread, callable),
    }
}

#[cold]
fn not_callable(thread: &mut Thread, callable: Value) -> PyResult {
    Err(thread.type_error(format_args!(
        "'{}' object is not callable",
        callable.class().name()
    )))
}

/// Calls an object with positional arguments.
///
/// # Errors
/// As [`call`].
#[inline]
pub fn call_positional(thread: &mut Thread, callable: Value, args: &[Value]) -> PyResult {
    call(thread, callable, Args::positional(args))
}

/// How many arguments are copied to the native stack to put one before them.
const SMALL: usize = 8;

/// Calls `act` with `first` put before the arguments.
///
/// # Errors
/// What `act` raises; `MemoryError`.
#[inline]
pub fn with_first<R>(
    thread: &mut Thread,
    first: Value,
    args: Args<'_>,
    act: impl FnOnce(&mut Thread, Args<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let values = args.values();
    if values.len() < SMALL {
        let mut all = [first; SMALL];
        all[1..=values.len()].copy_from_slice(values);
        act(thread, Args::new(&all[..=values.len()], args.names()))
    } else {
        let mut all = Buffer::with_capacity(thread, values.len() + 1)?;
        all.push(thread, first)?;
        for &value in values {
            all.push(thread, value)?;
        }
        act(thread, Args::new(&all, args.names()))
    }
}

/// `receiver.name(*args)`, without making a bound method where none is seen.
///
/// # Errors
/// `AttributeError`, or what the call raises.
pub fn call_method(
    thread: &mut Thread,
    receiver: Value,
    name: Ref<Str>,
    args: &[Value],
) -> PyResult {
    // A name may come from Python code.
    let name = crate::string::intern_str(thread, name);
    let class = receiver.class();
    if crate::attribute::has_generic_get(&class)
        && let Some(method) = lookup_type(thread, &class, name)
        && method.class().has_flag(flags::METHOD_DESCRIPTOR)
        && !crate::instance::has_own(receiver, name)
    {
        return with_first(thread, receiver, Args::positional(args), |thread, args| {
            call(thread, method, args)
        });
    }
    let method = crate::protocol::get_attribute(thread, receiver, name)?;
    call_positional(thread, method, args)
}

/// Calls a special method, which is looked up on the receiver's type only; `None` if the type does not have it.
///
/// # Errors
/// What the call, or binding the method, raises.
pub fn call_special(
    thread: &mut Thread,
    receiver: Value,
    name: Ref<Str>,
    args: &[Value],
) -> PyResult<Option<Value>> {
    let class = receiver.class();
    let Some(method) = lookup_type(thread, &class, name) else {
        return Ok(None);
    };
    if method.class().has_flag(flags::METHOD_DESCRIPTOR) {
        return with_first(thread, receiver, Args::positional(args), |thread, args| {
            call(thread, method, args)
        })
        .map(Some);
    }
    let bound = crate::protocol::attribute::bind(thread, method, receiver, &class)?;
    call_positional(thread, bound, args).map(Some)
}
