//! What is the same for all: calling functions of `typing`, the caller's module, unions.

use grwl_interpreter::frame;
use grwl_object::{
    Args, Buffer, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, class, intern, none, protocol,
};

use crate::parameter::TYPE_VAR_TUPLE;

/// An attribute of the module `typing`.
pub(crate) fn typing(thread: &mut Thread, name: &str) -> PyResult {
    let module = class::import(thread, "typing")?;
    let name = intern(thread, name);
    protocol::get_attribute(thread, module, name)
}

/// Calls a function of the module `typing`.
pub(crate) fn call_typing(thread: &mut Thread, name: &str, args: &[Value]) -> PyResult {
    let function = typing(thread, name)?;
    protocol::call(thread, function, Args::positional(args))
}

/// Checks that a value can be a type; what stands for it.
pub(crate) fn type_check(thread: &mut Thread, value: Value, message: &str) -> PyResult {
    if value.is_none() {
        return Ok(value.class().value());
    }
    let message = Str::new(thread, message).value();
    call_typing(thread, "_type_check", &[value, message])
}

/// `__module__` of the function that runs.
pub(crate) fn caller(thread: &Thread) -> Value {
    let Some(frame) = frame::current(thread) else {
        return none();
    };
    // SAFETY: the topmost frame is alive while native code runs above it.
    let function = unsafe { frame.as_ref() }.function;
    function.module.load().unwrap_or_else(none)
}

/// `a | b`
pub(crate) fn or(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let mut members = [a, b];
    for member in &mut members {
        if member.downcast::<Str>().is_some() {
            *member = type_check(thread, *member, "Union[arg, ...]: each arg must be a type.")?;
        }
    }
    grwl_types_class::union::make(thread, &members)
}

/// `typing.Unpack[value]`
pub(crate) fn unpacked(thread: &mut Thread, value: Value) -> PyResult {
    let unpack = typing(thread, "Unpack")?;
    protocol::get_item(thread, unpack, value)
}

/// What iterating over something gives that stands for several types: it, unpacked.
pub(crate) fn iterate(thread: &mut Thread, value: Value) -> PyResult {
    let only = unpacked(thread, value)?;
    let tuple = Tuple::try_new(thread, &[only])?;
    protocol::get_iter(thread, tuple.value())
}

/// The same parameters, each `TypeVarTuple` unpacked.
pub(crate) fn unpack_tuples(thread: &mut Thread, params: Ref<Tuple>) -> PyResult<Ref<Tuple>> {
    let is_several = |param: Value| std::ptr::eq(param.class().as_ptr(), &TYPE_VAR_TUPLE);
    if !params.iter().any(is_several) {
        return Ok(params);
    }
    let mut all = Buffer::new();
    for param in params.iter() {
        let param = if is_several(param) {
            unpacked(thread, param)?
        } else {
            param
        };
        all.push(thread, param)?;
    }
    Tuple::try_new(thread, &all)
}

/// `__mro_entries__` of what is no base.
pub(crate) fn no_base(thread: &Thread, value: Value) -> grwl_object::Raised {
    let class = value.class().name().to_string();
    let class = class.rsplit('.').next().unwrap_or_default().to_owned();
    thread.type_error(format_args!("Cannot subclass an instance of {class}"))
}
