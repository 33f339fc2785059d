//! `method`: a function bound to an object.

use grwl_object::function::BoundMethod;
use grwl_object::{
    Args, CompareOp, GetSet, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value,
    ValueExt, attribute, none, not_implemented, protocol, singleton, slots,
};

use crate::names as n;
use crate::reduce::by_getattr;

fn this(value: Value) -> Ref<BoundMethod> {
    // SAFETY: slots, methods and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    args.no_keywords(thread, "method")?;
    let &[function, receiver] = args.values() else {
        return Err(thread.type_error(format_args!(
            "method expected 2 arguments, got {}",
            args.values().len()
        )));
    };
    if function.class().slot(slots::CALL).is_none() {
        return Err(thread.type_error("first argument must be callable"));
    }
    if receiver.is_none() {
        return Err(thread.type_error("instance must not be None"));
    }
    Ok(BoundMethod::new(thread, function, receiver).value())
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let method = this(value);
    let function = method.function();
    protocol::call::with_first(thread, method.receiver(), args, |thread, args| {
        protocol::call(thread, function, args)
    })
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let method = this(value);
    let mut name = None;
    for key in [&n::QUALNAME, &n::NAME] {
        let key = key.get(thread);
        if name.is_none() {
            name = protocol::find_attribute(thread, method.function(), key)?;
        }
    }
    let name = match name.and_then(|name| name.downcast::<Str>()) {
        Some(name) => name.to_rust_lossy(),
        None => "?".to_owned(),
    };
    let receiver = protocol::repr(thread, method.receiver())?;
    let text = format!("<bound method {name} of {receiver}>");
    Ok(Str::new(thread, &text).value())
}

fn hash(thread: &mut Thread, value: Value) -> PyResult<i64> {
    let method = this(value);
    let receiver = protocol::hash::of_address(method.receiver());
    let function = protocol::hash(thread, method.function())?;
    Ok(match receiver ^ function {
        -1 => -2,
        hash => hash,
    })
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<BoundMethod>(), b.downcast::<BoundMethod>())
    else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let equal = left.receiver() == right.receiver()
        && protocol::equal(thread, left.function(), right.function())?;
    Ok(singleton::bool(equal == (op == CompareOp::Eq)))
}

/// Attributes that the type has not are the function's.
fn get_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    let class = value.class();
    if let Some(found) = attribute::lookup_type(thread, &class, name) {
        return protocol::attribute::bind(thread, found, value, &class);
    }
    protocol::get_attribute(thread, this(value).function(), name)
}

fn descriptor_get(
    _thread: &mut Thread,
    value: Value,
    _instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    Ok(value)
}

fn function(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).function())
}

fn receiver(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).receiver())
}

fn doc(thread: &mut Thread, value: Value) -> PyResult {
    let key = n::DOC.get(thread);
    let doc = protocol::find_attribute(thread, this(value).function(), key)?;
    Ok(doc.unwrap_or_else(none))
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let method = this(value);
    let name = protocol::get_attribute(thread, method.function(), n::NAME.get(thread))?;
    by_getattr(thread, method.receiver(), name)
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("method(function, instance, /)\n--\n\nCreate a bound instance method object."),
    slots: &[
        slots::NEW.is(new),
        slots::CALL.is(call),
        slots::REPR.is(repr),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
        slots::GET_ATTRIBUTE.is(get_attribute),
        slots::DESCRIPTOR_GET.is(descriptor_get),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nHelper for pickle.",
    )],
    getset: &[
        GetSet::read_only(
            "__func__",
            function,
            Some("the function (or other callable) implementing a method"),
        )
        .member(),
        GetSet::read_only(
            "__self__",
            receiver,
            Some("the instance to which a method is bound"),
        )
        .member(),
        GetSet::read_only("__doc__", doc, None),
    ],
    constants: &[],
};
