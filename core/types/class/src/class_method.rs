//! `classmethod` and `staticmethod`.

use grwl_object::descriptor::ClassMethod;
use grwl_object::function::BoundMethod;
use grwl_object::{
    Args, GetSet, Name, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt, flags,
    instance, none, protocol, singleton, slots, types,
};

use crate::names as n;

fn this(value: Value) -> Ref<ClassMethod> {
    // SAFETY: slots and attributes of both types are called with their instances only; the descriptors have looked.
    unsafe { Ref::from_cell(value.as_cell().expect("an instance is a cell")) }
}

fn make(thread: &mut Thread, class: Ref<TypeObject>, own: &'static TypeObject) -> PyResult {
    if class.has_flag(flags::HEAP) {
        return Ok(Value::from_cell(instance::allocate(thread, class)?));
    }
    Ok(ClassMethod::new(thread, own, None).value())
}

fn new_class_method(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    make(thread, class, &types::CLASS_METHOD)
}

fn new_static_method(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    make(thread, class, &types::STATIC_METHOD)
}

/// What is taken over from the function.
static COPIED: [&Name; 4] = [&n::MODULE, &n::NAME, &n::QUALNAME, &n::DOC];

fn fill(thread: &mut Thread, value: Value, args: Args<'_>, kind: &str) -> PyResult<()> {
    if args.keyword_count() > 0 {
        return Err(thread.type_error(format_args!("{kind}() takes no keyword arguments")));
    }
    let [function] = args.unpack::<1>(thread, kind, 1)?;
    let object = this(value);
    {
        let locked = thread.lock_cell(&object);
        locked.store(object, &object.function, function);
    }
    let Some(function) = function else {
        return Ok(());
    };
    for name in COPIED {
        let key = name.get(thread);
        if let Some(attribute) = protocol::find_attribute(thread, function, key)? {
            instance::set(thread, value, key, attribute)?;
        }
    }
    Ok(())
}

fn init_class_method(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    fill(thread, value, args, "classmethod")
}

fn init_static_method(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    fill(thread, value, args, "staticmethod")
}

fn function_of(thread: &Thread, value: Value, kind: &str) -> PyResult {
    match this(value).callable() {
        Some(function) => Ok(function),
        None => Err(thread.runtime_error(format_args!("uninitialized {kind} object"))),
    }
}

fn bind_class(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    owner: Option<Value>,
) -> PyResult {
    let function = function_of(thread, value, "classmethod")?;
    let class = match (owner, instance) {
        (Some(owner), _) => owner,
        (None, Some(instance)) => instance.class().value(),
        (None, None) => return Err(thread.type_error("__get__(None, None) is invalid")),
    };
    Ok(BoundMethod::new(thread, function, class).value())
}

fn bind_nothing(
    thread: &mut Thread,
    value: Value,
    _instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    function_of(thread, value, "staticmethod")
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let function = function_of(thread, value, "staticmethod")?;
    protocol::call(thread, function, args)
}

fn shown(thread: &mut Thread, value: Value, kind: &str) -> PyResult {
    let text = match this(value).callable() {
        Some(function) => protocol::repr(thread, function)?.to_rust_lossy(),
        None => "None".to_owned(),
    };
    Ok(Str::new(thread, &format!("<{kind}({text})>")).value())
}

fn repr_class_method(thread: &mut Thread, value: Value) -> PyResult {
    shown(thread, value, "classmethod")
}

fn repr_static_method(thread: &mut Thread, value: Value) -> PyResult {
    shown(thread, value, "staticmethod")
}

fn function(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).callable().unwrap_or_else(none))
}

fn is_abstract(thread: &mut Thread, value: Value) -> PyResult {
    let Some(function) = this(value).callable() else {
        return Ok(singleton::bool(false));
    };
    let key = n::IS_ABSTRACT.get(thread);
    let found = protocol::find_attribute(thread, function, key)?;
    let is_abstract = match found {
        Some(found) => protocol::is_true(thread, found)?,
        None => false,
    };
    Ok(singleton::bool(is_abstract))
}

fn get_dict(thread: &mut Thread, value: Value) -> PyResult {
    let dict = instance::dict_of(thread, value)?;
    Ok(dict.map_or_else(none, Ref::value))
}

/// An attribute of the function that is got when it is first asked for, and kept.
fn wrapped(thread: &mut Thread, value: Value, name: &Name) -> PyResult {
    let key = name.get(thread);
    if let Some(own) = instance::get(value, key) {
        return Ok(own);
    }
    let function = function_of(thread, value, "method")?;
    let found = protocol::get_attribute(thread, function, key)?;
    instance::set(thread, value, key, found)?;
    Ok(found)
}

fn put_wrapped(thread: &mut Thread, value: Value, name: &Name, new: Option<Value>) -> PyResult<()> {
    let key = name.get(thread);
    match new {
        Some(new) => {
            instance::set(thread, value, key, new)?;
        }
        None => {
            if !instance::delete(thread, value, key)? {
                return Err(thread.raise(&types::ATTRIBUTE_ERROR, name.text()));
            }
        }
    }
    Ok(())
}

fn get_annotations(thread: &mut Thread, value: Value) -> PyResult {
    wrapped(thread, value, &n::ANNOTATIONS)
}

fn set_annotations(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    put_wrapped(thread, value, &n::ANNOTATIONS, new)
}

fn get_annotate(thread: &mut Thread, value: Value) -> PyResult {
    wrapped(thread, value, &n::ANNOTATE)
}

fn set_annotate(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    put_wrapped(thread, value, &n::ANNOTATE, new)
}

const GETSET: &[GetSet] = &[
    GetSet::read_only("__func__", function, None).member(),
    GetSet::read_only("__wrapped__", function, None).member(),
    GetSet::read_only("__isabstractmethod__", is_abstract, None),
    GetSet::new(
        "__dict__",
        get_dict,
        grwl_object::class::make::replace_dict,
        None,
    ),
    GetSet::new("__annotations__", get_annotations, set_annotations, None),
    GetSet::new("__annotate__", get_annotate, set_annotate, None),
];

pub(crate) static CLASS_METHOD: TypeSpec = TypeSpec {
    doc: Some(
        "classmethod(function, /)\n--\n\nConvert a function to be a class method.\n\nA class method receives the class as implicit first argument, just like an\ninstance method receives the instance.",
    ),
    slots: &[
        slots::NEW.is(new_class_method),
        slots::INIT.is(init_class_method),
        slots::REPR.is(repr_class_method),
        slots::DESCRIPTOR_GET.is(bind_class),
    ],
    methods: &[crate::generic_alias::CLASS_GETITEM],
    getset: GETSET,
    constants: &[],
};

pub(crate) static STATIC_METHOD: TypeSpec = TypeSpec {
    doc: Some(
        "staticmethod(function, /)\n--\n\nConvert a function to be a static method.\n\nA static method does not receive an implicit first argument.",
    ),
    slots: &[
        slots::NEW.is(new_static_method),
        slots::INIT.is(init_static_method),
        slots::REPR.is(repr_static_method),
        slots::CALL.is(call),
        slots::DESCRIPTOR_GET.is(bind_nothing),
    ],
    methods: &[crate::generic_alias::CLASS_GETITEM],
    getset: GETSET,
    constants: &[],
};
