//! Calls: finding out what is called, and making frames for functions.

use grwl_object::attribute::lookup_type;
use grwl_object::dict::Dict;
use grwl_object::function::BoundMethod;
use grwl_object::slots;
use grwl_object::{
    Args, Buffer, Name, PyResult, Ref, Thread, Tuple, TypeObject, Value, ValueExt, protocol, types,
};

use crate::bind;
use crate::frame::{self, Frame};
use crate::function::Function;

/// A bound method, if `callable` is exactly one: it is called by putting its receiver before the arguments.
#[inline(always)]
pub fn exact_method(callable: Value) -> Option<Ref<BoundMethod>> {
    callable.downcast_exact::<BoundMethod>()
}

/// A call of a class that comes to: allocate an instance, run its `__init__`.
pub struct Construction {
    /// The class.
    pub class: Ref<TypeObject>,
    /// Its `__init__`.
    pub initialiser: Ref<Function>,
}

static INIT: Name = Name::new("__init__");

/// Is `callable` a class of Python's with `type` as metaclass, `object.__new__`, and an `__init__` that is a function?
#[inline]
pub fn plain_construction(thread: &Thread, callable: Value) -> Option<Construction> {
    let cell = callable.as_cell()?;
    // SAFETY: a value's cell is alive.
    let metaclass = unsafe { grwl_object::type_object::type_of(cell) };
    if !std::ptr::eq(metaclass.as_ptr(), &types::TYPE) {
        return None;
    }
    // SAFETY: its type is `type`.
    let class: Ref<TypeObject> = unsafe { callable.downcast_unchecked() };
    if !class.has_flag(grwl_object::flags::HEAP)
        || class.has_flag(grwl_object::flags::ABSTRACT)
        || class.slots().raw(slots::NEW.index()) != types::OBJECT.slots().raw(slots::NEW.index())
        || class.slots().raw(slots::INIT.index()) == types::OBJECT.slots().raw(slots::INIT.index())
    {
        return None;
    }
    let initialiser = lookup_type(thread, &class, INIT.get(thread))?;
    let initialiser = initialiser.downcast_exact::<Function>()?;
    Some(Construction { class, initialiser })
}

/// A frame for a call of `function`, its arguments bound.
///
/// # Errors
/// `TypeError` if the arguments do not fit; `RecursionError`.
pub fn push_bound(
    thread: &mut Thread,
    function: Ref<Function>,
    args: Args<'_>,
) -> PyResult<*mut Frame> {
    let code = function.code();
    let callee = frame::push(thread, &code)?;
    // SAFETY: pushed with room for the code's slots; all are emptied.
    unsafe { Frame::initialise(callee, function, code, None, 0) };
    match bind::bind(thread, function, code, args, callee) {
        Ok(()) => Ok(callee),
        Err(raised) => {
            frame::pop(thread, callee);
            Err(raised)
        }
    }
}

/// A fresh instance in `place`, and a frame for its `__init__`. Not in line: what was made lies in no register of the loop's, which would
/// keep it alive.
///
/// # Errors
/// `TypeError` if the arguments do not fit; `RecursionError`, `MemoryError`.
///
/// # Safety
/// `place` is a slot of the running frame's operand stack.
#[inline(never)]
pub unsafe fn push_construction(
    thread: &mut Thread,
    plan: Construction,
    place: *mut Option<Value>,
    args: &[Value],
) -> PyResult<*mut Frame> {
    let Construction { class, initialiser } = plan;
    let code = initialiser.code();
    let instance = Value::from_cell(grwl_object::instance::allocate(thread, class)?);
    // SAFETY: the caller's promise.
    unsafe { place.write(Some(instance)) };
    let callee = frame::push(thread, &code)?;
    if code.is_simple && code.argcount as usize == args.len() + 1 {
        // SAFETY: pushed with room for the code's slots, of which the arguments are the first.
        unsafe {
            let slots = Frame::slots(callee);
            slots.write(Some(instance));
            let from = args.as_ptr().cast::<Option<Value>>();
            slots.add(1).copy_from_nonoverlapping(from, args.len());
            Frame::initialise(callee, initialiser, code, None, args.len() + 1);
        }
    } else {
        // SAFETY: pushed with room for the code's slots; all are emptied.
        unsafe { Frame::initialise(callee, initialiser, code, None, 0) };
        let args = Args::positional(args);
        let bound = protocol::call::with_first(thread, instance, args, |thread, args| {
            bind::bind(thread, initialiser, code, args, callee)
        });
        if let Err(raised) = bound {
            frame::pop(thread, callee);
            return Err(raised);
        }
    }
    // SAFETY: the frame that was just filled.
    unsafe { (*callee).is_init = true };
    Ok(callee)
}

/// `f(*positional, **keywords)` taken apart: all values, and the names of the last ones.
fn spread<R>(
    thread: &mut Thread,
    callable: Value,
    positional: Value,
    keywords: Option<Value>,
    act: impl FnOnce(&mut Thread, Args<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let positional = match positional.downcast::<Tuple>() {
        Some(tuple) => tuple,
        None => spread_iterable(thread, callable, positional)?,
    };
    let keywords = keywords.and_then(|keywords| keywords.downcast::<Dict>());
    let Some(keywords) = keywords.filter(|keywords| !keywords.is_empty()) else {
        return act(thread, Args::positional(positional.as_slice()));
    };
    let mut values = Buffer::from_slice(thread, positional.as_slice())?;
    let mut names = Buffer::new();
    for (name, value, _) in keywords.cursor() {
        if !name.class().has_flag(grwl_object::flags::STR) {
            return Err(thread.type_error("keywords must be strings"));
        }
        names.push(thread, name)?;
        values.push(thread, value)?;
    }
    let names = Tuple::try_new(thread, &names)?;
    act(thread, Args::new(&values, Some(names)))
}

fn spread_iterable(thread: &mut Thread, callable: Value, iterable: Value) -> PyResult<Ref<Tuple>> {
    let class = iterable.class();
    if class.slot(slots::ITER).is_none() && !protocol::iterate::is_sequence(iterable) {
        let name = function_text(thread, callable)?;
        return Err(thread.type_error(format_args!(
            "{name} argument after * must be an iterable, not {}",
            class.name()
        )));
    }
    let values = protocol::collect(thread, iterable)?;
    Tuple::try_new(thread, &values)
}

/// How messages name a callable: `module.qualname()`, or its `str`.
///
/// # Errors
/// What an attribute raises.
pub fn function_text(thread: &mut Thread, callable: Value) -> PyResult<String> {
    static QUALNAME: Name = Name::new("__qualname__");
    static MODULE: Name = Name::new("__module__");
    let name = QUALNAME.get(thread);
    let Some(qualified) = protocol::find_attribute(thread, callable, name)? else {
        return Ok(protocol::str(thread, callable)?.to_string());
    };
    let qualified = protocol::str(thread, qualified)?.to_string();
    let name = MODULE.get(thread);
    let module = protocol::find_attribute(thread, callable, name)?;
    match module.and_then(Value::not_none) {
        Some(module) => {
            let module = protocol::str(thread, module)?;
            if module.is_str("builtins") {
                Ok(format!("{qualified}()"))
            } else {
                Ok(format!("{module}.{qualified}()"))
            }
        }
        None => Ok(format!("{qualified}()")),
    }
}

/// A frame for `function(*positional, **keywords)`.
///
/// # Errors
/// `TypeError` if the arguments do not fit; `RecursionError`.
pub fn push_spread(
    thread: &mut Thread,
    function: Ref<Function>,
    positional: Value,
    keywords: Option<Value>,
) -> PyResult<*mut Frame> {
    spread(
        thread,
        function.value(),
        positional,
        keywords,
        |thread, args| push_bound(thread, function, args),
    )
}

/// `callable(*positional, **keywords)`
///
/// # Errors
/// What the call raises.
pub fn call_spread(
    thread: &mut Thread,
    callable: Value,
    positional: Value,
    keywords: Option<Value>,
) -> PyResult {
    spread(thread, callable, positional, keywords, |thread, args| {
        protocol::call(thread, callable, args)
    })
}
