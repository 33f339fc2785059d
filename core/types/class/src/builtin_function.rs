//! `builtin_function_or_method`.

use grwl_object::function::BuiltinFunction;
use grwl_object::module::Module;
use grwl_object::{
    Args, Binding, CompareOp, GetSet, Method, NativeFn, PyResult, Ref, Str, Thread, TypeObject,
    TypeSpec, Value, ValueExt, none, not_implemented, protocol, ready, singleton, slots,
};

use crate::object::address;
use crate::reduce::by_getattr;
use grwl_object::class::qualified_name;

fn this(value: Value) -> Ref<BuiltinFunction> {
    // SAFETY: slots, methods and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    this(value).call(thread, args)
}

/// The receiver, unless it is a module.
fn bound_to(function: Ref<BuiltinFunction>) -> Option<Value> {
    function
        .receiver()
        .filter(|receiver| receiver.downcast::<Module>().is_none())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let function = this(value);
    let name = function.method().name;
    let text = match bound_to(function) {
        Some(receiver) => format!(
            "<built-in method {name} of {} object at {}>",
            receiver.class().name(),
            address(receiver)
        ),
        None => format!("<built-in function {name}>"),
    };
    Ok(Str::new(thread, &text).value())
}

fn hash(_thread: &mut Thread, value: Value) -> PyResult<i64> {
    let function = this(value);
    let receiver = function.receiver().map_or(0, protocol::hash::of_address);
    let address = (std::ptr::from_ref(function.method()) as i64).rotate_right(4);
    Ok(match receiver ^ address {
        -1 => -2,
        hash => hash,
    })
}

fn compare(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (
        a.downcast::<BuiltinFunction>(),
        b.downcast::<BuiltinFunction>(),
    ) else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let equal = left.receiver() == right.receiver() && std::ptr::eq(left.method(), right.method());
    Ok(singleton::bool(equal == (op == CompareOp::Eq)))
}

fn name(thread: &mut Thread, value: Value) -> PyResult {
    Ok(grwl_object::intern(thread, this(value).method().name).value())
}

fn qualname(thread: &mut Thread, value: Value) -> PyResult {
    let function = this(value);
    let name = function.method().name;
    let text = match bound_to(function) {
        Some(receiver) => {
            let class = match receiver.downcast::<TypeObject>() {
                Some(class) => class,
                None => receiver.class(),
            };
            format!("{}.{name}", qualified_name(&class))
        }
        None => name.to_owned(),
    };
    Ok(Str::new(thread, &text).value())
}

fn module(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).module().unwrap_or_else(none))
}

fn receiver(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).receiver().unwrap_or_else(none))
}

fn doc(thread: &mut Thread, value: Value) -> PyResult {
    Ok(doc_of(thread, this(value).method().doc))
}

fn text_signature(thread: &mut Thread, value: Value) -> PyResult {
    Ok(signature_of_method(thread, this(value).method()))
}

/// `__doc__` by the text of a table.
pub(crate) fn doc_of(thread: &Thread, doc: &str) -> Value {
    match ready::without_signature(doc) {
        "" => none(),
        doc => Str::new(thread, doc).value(),
    }
}

/// `__text_signature__` by the text of a table.
pub(crate) fn signature_of(thread: &Thread, doc: &str) -> Value {
    match ready::signature(doc) {
        Some(signature) => Str::new(thread, signature).value(),
        None => none(),
    }
}

/// `__text_signature__` of a method: of one without a text of its own, what its number of arguments says.
pub(crate) fn signature_of_method(thread: &Thread, method: &Method) -> Value {
    if ready::signature(method.doc).is_some() {
        return signature_of(thread, method.doc);
    }
    let takes_one = match method.function {
        NativeFn::NoArguments(_) => false,
        NativeFn::One(_) => true,
        NativeFn::Any(_) => return none(),
    };
    let signature = match (method.binding, takes_one) {
        (Binding::Instance, false) => "($self, /)",
        (Binding::Instance, true) => "($self, object, /)",
        (Binding::Class, false) => "($type, /)",
        (Binding::Class, true) => "($type, object, /)",
        (Binding::Static, false) => "()",
        (Binding::Static, true) => "(object, /)",
    };
    Str::new(thread, signature).value()
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let function = this(value);
    let name = grwl_object::intern(thread, function.method().name).value();
    match bound_to(function) {
        Some(receiver) => by_getattr(thread, receiver, name),
        None => Ok(name),
    }
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::CALL.is(call),
        slots::REPR.is(repr),
        slots::HASH.is(hash),
        slots::COMPARE.is(compare),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nHelper for pickle.",
    )],
    getset: &[
        GetSet::read_only("__module__", module, None).member(),
        GetSet::read_only("__doc__", doc, None),
        GetSet::read_only("__name__", name, None),
        GetSet::read_only("__qualname__", qualname, None),
        GetSet::read_only("__self__", receiver, None),
        GetSet::read_only("__text_signature__", text_signature, None),
    ],
    constants: &[],
};
