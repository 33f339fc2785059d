//! `function`

use grwl_object::dict::Dict;
use grwl_object::function::BoundMethod;
use grwl_object::{
    Args, GetSet, PyResult, Ref, Signature, Slot, Str, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, exception, instance, int, none, protocol, slots, types,
};

use crate::code::{Code, code_flags};
use crate::function::{ClosureCell, Function};
use crate::run;

/// What a function can do.
pub(super) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "function(code, globals, name=None, argdefs=None, closure=None,\n         kwdefaults=None)\n--\n\nA function of a code object.\n\n  code\n    the code object\n  globals\n    the dict of global variables\n  name\n    the name, if it is not to be that of the code\n  argdefs\n    a tuple of default values\n  closure\n    a tuple of cells for the free variables\n  kwdefaults\n    a dict of default values of parameters that are given by name",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::CALL.is(call),
        slots::DESCRIPTOR_GET.is(bind),
    ],
    methods: &[],
    getset: &[
        GetSet::read_only("__closure__", get_closure, None).member(),
        GetSet::new("__doc__", get_doc, set_doc, None).member(),
        GetSet::read_only("__globals__", get_globals, None).member(),
        GetSet::new("__module__", get_module, set_module, None).member(),
        GetSet::read_only("__builtins__", get_builtins, None).member(),
        GetSet::new("__code__", get_code, set_code, None),
        GetSet::new("__defaults__", get_defaults, set_defaults, None),
        GetSet::new("__kwdefaults__", get_kwdefaults, set_kwdefaults, None),
        GetSet::new(
            "__annotations__",
            get_annotations,
            set_annotations,
            Some("Dict of annotations in a function object."),
        ),
        GetSet::new(
            "__annotate__",
            get_annotate,
            set_annotate,
            Some("Get the code object for a function."),
        ),
        GetSet::new("__dict__", get_dict, set_dict, None),
        GetSet::new("__name__", get_name, set_name, None),
        GetSet::new("__qualname__", get_qualified_name, set_qualified_name, None),
        GetSet::new(
            "__type_params__",
            get_type_params,
            set_type_params,
            Some("Get the declared type parameters for a function."),
        ),
    ],
    constants: &[],
};

fn call(thread: &mut Thread, function: Value, args: Args<'_>) -> PyResult {
    run::call_function(thread, function, args)
}

fn bind(
    thread: &mut Thread,
    function: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    Ok(match instance.and_then(ValueExt::not_none) {
        Some(instance) => BoundMethod::new(thread, function, instance).value(),
        None => function,
    })
}

fn receiver(value: Value) -> Ref<Function> {
    value
        .downcast_exact::<Function>()
        .expect("descriptors of functions are used on functions only")
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let name = receiver(this).qualified_name();
    let text = format!("<function {name} at {:#x}>", this.bits().get());
    Ok(Str::new(thread, &text).value())
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    const SIGNATURE: Signature<6> = Signature::new(
        "function",
        [
            "code",
            "globals",
            "name",
            "argdefs",
            "closure",
            "kwdefaults",
        ],
    )
    .optional_after(2);
    let parsed = args.parse(thread, &SIGNATURE)?;
    let [code, globals, name, defaults, closure, kwdefaults] =
        parsed.map(|argument| argument.unwrap_or_else(none));
    let Some(code) = code.downcast_exact::<Code>() else {
        return Err(thread.type_error(format_args!(
            "function() argument 'code' must be code, not {}",
            shown_class(code)
        )));
    };
    let Some(globals) = globals.downcast::<Dict>() else {
        return Err(thread.type_error(format_args!(
            "function() argument 'globals' must be dict, not {}",
            shown_class(globals)
        )));
    };
    if !name.is_none() && name.downcast::<Str>().is_none() {
        return Err(thread.type_error("arg 3 (name) must be None or string"));
    }
    if !defaults.is_none() && defaults.downcast::<Tuple>().is_none() {
        return Err(thread.type_error("arg 4 (defaults) must be None or tuple"));
    }
    let cells = closure.downcast::<Tuple>();
    if cells.is_none() {
        if code.nfreevars > 0 && closure.is_none() {
            return Err(thread.type_error("arg 5 (closure) must be tuple"));
        }
        if !closure.is_none() {
            return Err(thread.type_error("arg 5 (closure) must be None or tuple"));
        }
    }
    if !kwdefaults.is_none() && kwdefaults.downcast::<Dict>().is_none() {
        return Err(thread.type_error("arg 6 (kwdefaults) must be None or dict"));
    }
    let given = cells.map_or(0, |cells| cells.len());
    if given != code.nfreevars as usize {
        return Err(thread.value_error(format_args!(
            "{} requires closure of length {}, not {given}",
            code.name(),
            code.nfreevars
        )));
    }
    for cell in cells.into_iter().flat_map(Ref::<Tuple>::iter) {
        if cell.downcast_exact::<ClosureCell>().is_none() {
            return Err(thread.type_error(format_args!(
                "arg 5 (closure) expected cell, found {}",
                cell.class().name()
            )));
        }
    }
    let function = Function::new(thread, code, globals, None)?;
    // A fresh object: no barrier is needed.
    if let Some(name) = name.not_none() {
        function.name.store(Some(name));
    }
    function.defaults.store(defaults.not_none());
    function.closure.store(closure.not_none());
    function.kwdefaults.store(kwdefaults.not_none());
    Ok(function.value())
}

/// How messages about arguments name a value's class.
pub(super) fn shown_class(value: Value) -> String {
    if value.is_none() {
        "None".to_owned()
    } else {
        value.class().name().to_string()
    }
}

fn shown(slot: &Slot) -> PyResult {
    Ok(slot.load().unwrap_or_else(none))
}

fn get_closure(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).closure)
}

fn get_doc(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).doc)
}

fn set_doc(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    thread.store(this, &this.doc, value);
    Ok(())
}

fn get_globals(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).globals().value())
}

fn get_module(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).module)
}

fn set_module(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    thread.store(this, &this.module, value);
    Ok(())
}

fn get_builtins(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).builtins())
}

fn get_code(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(receiver(this).code().value())
}

fn set_code(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    const KINDS: u32 = code_flags::GENERATOR | code_flags::COROUTINE | code_flags::ASYNC_GENERATOR;
    let this = receiver(this);
    let Some(code) = value.and_then(|value| value.downcast_exact::<Code>()) else {
        return Err(thread.type_error("__code__ must be set to a code object"));
    };
    let cells = this.closure().map_or(0, |closure| closure.len());
    if cells != code.nfreevars as usize {
        let name = this.name.load().and_then(|name| name.downcast::<Str>());
        let name = name.unwrap_or_else(Str::empty);
        return Err(thread.value_error(format_args!(
            "{name}() requires a code object with {cells} free vars, not {}",
            code.nfreevars
        )));
    }
    if this.code().flags & KINDS != code.flags & KINDS {
        exception::warn(
            thread,
            &types::DEPRECATION_WARNING,
            "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)",
            1,
        )?;
    }
    thread.store(this, &this.code, Some(code.value()));
    Ok(())
}

fn get_defaults(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).defaults)
}

fn set_defaults(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let value = value.and_then(ValueExt::not_none);
    if value.is_some_and(|value| value.downcast::<Tuple>().is_none()) {
        return Err(thread.type_error("__defaults__ must be set to a tuple object"));
    }
    thread.store(this, &this.defaults, value);
    Ok(())
}

fn get_kwdefaults(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).kwdefaults)
}

fn set_kwdefaults(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let value = value.and_then(ValueExt::not_none);
    if value.is_some_and(|value| value.downcast::<Dict>().is_none()) {
        return Err(thread.type_error("__kwdefaults__ must be set to a dict object"));
    }
    thread.store(this, &this.kwdefaults, value);
    Ok(())
}

/// `__annotations__`, made when first asked for (PEP 649): by `__annotate__`, or, where annotations are strings, of the compiler's
/// tuple of names and values.
fn get_annotations(thread: &mut Thread, this: Value) -> PyResult {
    let this = receiver(this);
    let dict = match this.annotations.load() {
        Some(known) if known.downcast::<Dict>().is_some() => return Ok(known),
        Some(pairs) => {
            let dict = Dict::new(thread);
            if let Some(pairs) = pairs.downcast::<Tuple>() {
                for pair in pairs.as_slice().chunks_exact(2) {
                    dict.insert(thread, pair[0], pair[1])?;
                }
            }
            dict
        }
        None => match this
            .annotate
            .load()
            .filter(|&annotate| is_callable(annotate))
        {
            Some(annotate) => {
                let format = int::from_i64(thread, 1);
                let made = protocol::call_positional(thread, annotate, &[format])?;
                match made.downcast::<Dict>() {
                    Some(dict) => dict,
                    None => {
                        return Err(thread.type_error(format_args!(
                            "__annotate__ returned non-dict of type '{}'",
                            made.class().name()
                        )));
                    }
                }
            }
            None => Dict::new(thread),
        },
    };
    // Another thread may have been quicker.
    let locked = thread.lock_cell(&this);
    if let Some(known) = this.annotations.load()
        && known.downcast::<Dict>().is_some()
    {
        return Ok(known);
    }
    locked.store(this, &this.annotations, Some(dict.value()));
    Ok(dict.value())
}

fn is_callable(value: Value) -> bool {
    value.class().slot(slots::CALL).is_some()
}

fn set_annotations(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let value = value.and_then(ValueExt::not_none);
    if value.is_some_and(|value| value.downcast::<Dict>().is_none()) {
        return Err(thread.type_error("__annotations__ must be set to a dict object"));
    }
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.annotations, value);
    locked.store(this, &this.annotate, None);
    Ok(())
}

fn get_annotate(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).annotate)
}

fn set_annotate(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let Some(value) = value else {
        return Err(thread.type_error("__annotate__ cannot be deleted"));
    };
    if !value.is_none() && !is_callable(value) {
        return Err(thread.type_error("__annotate__ must be callable or None"));
    }
    let locked = thread.lock_cell(&this);
    if value.is_none() {
        locked.store(this, &this.annotate, None);
    } else {
        locked.store(this, &this.annotate, Some(value));
        locked.store(this, &this.annotations, None);
    }
    Ok(())
}

fn get_dict(thread: &mut Thread, this: Value) -> PyResult {
    Ok(instance::dict_of(thread, this)?.map_or_else(none, Ref::value))
}

fn set_dict(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else {
        return Err(thread.type_error("cannot delete __dict__"));
    };
    let Some(dict) = value.downcast::<Dict>() else {
        return Err(thread.type_error(format_args!(
            "__dict__ must be set to a dictionary, not a '{}'",
            value.class().name()
        )));
    };
    instance::set_dict(thread, this, dict).map(|_| ())
}

fn get_name(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).name)
}

fn set_name(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let Some(value) = value.filter(|value| value.downcast::<Str>().is_some()) else {
        return Err(thread.type_error("__name__ must be set to a string object"));
    };
    thread.store(this, &this.name, Some(value));
    Ok(())
}

fn get_qualified_name(_thread: &mut Thread, this: Value) -> PyResult {
    shown(&receiver(this).qualified_name)
}

fn set_qualified_name(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let Some(value) = value.filter(|value| value.downcast::<Str>().is_some()) else {
        return Err(thread.type_error("__qualname__ must be set to a string object"));
    };
    thread.store(this, &this.qualified_name, Some(value));
    Ok(())
}

fn get_type_params(_thread: &mut Thread, this: Value) -> PyResult {
    let params = receiver(this).type_params.load();
    Ok(params.unwrap_or_else(|| Tuple::empty().value()))
}

fn set_type_params(thread: &mut Thread, this: Value, value: Option<Value>) -> PyResult<()> {
    let this = receiver(this);
    let Some(value) = value.filter(|value| value.downcast::<Tuple>().is_some()) else {
        return Err(thread.type_error("__type_params__ must be set to a tuple"));
    };
    thread.store(this, &this.type_params, Some(value));
    Ok(())
}
