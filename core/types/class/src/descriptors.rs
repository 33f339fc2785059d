//! The descriptors of built-in types: methods, class methods, slot wrappers, computed attributes and members.

use grwl_object::descriptor::{
    GetSetDescriptor, MethodDescriptor, MethodWrapper, WrapperDescriptor,
};
use grwl_object::function::{BuiltinFunction, call_native};
use grwl_object::{
    Args, CompareOp, GetSet, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value,
    ValueExt, instance, intern, not_implemented, protocol, singleton, slots, types,
};

use crate::builtin_function::{doc_of, signature_of, signature_of_method};
use crate::object::address;
use crate::reduce::by_getattr;
use grwl_object::class::qualified_name;

/// What all of them have.
struct Described {
    class: Ref<TypeObject>,
    name: String,
    /// The text of the table.
    doc: Option<&'static str>,
}

fn described(value: Value) -> Option<Described> {
    if let Some(method) = MethodDescriptor::of(value) {
        return Some(Described {
            class: method.class(),
            name: method.method().name.to_owned(),
            doc: Some(method.method().doc),
        });
    }
    if let Some(wrapper) = value.downcast_exact::<WrapperDescriptor>() {
        return Some(Described {
            class: wrapper.class(),
            name: wrapper.dunder().name.to_owned(),
            doc: Some(wrapper.dunder().doc),
        });
    }
    let attribute = GetSetDescriptor::of(value)?;
    Some(Described {
        class: attribute.class(),
        name: attribute.name().to_rust_lossy(),
        doc: attribute.table().and_then(|table| table.doc),
    })
}

fn of(thread: &Thread, value: Value) -> PyResult<Described> {
    match described(value) {
        Some(found) => Ok(found),
        None => Err(thread.type_error(format_args!(
            "descriptor does not apply to a '{}' object",
            value.class().name()
        ))),
    }
}

fn objclass(thread: &mut Thread, value: Value) -> PyResult {
    Ok(of(thread, value)?.class.value())
}

fn name(thread: &mut Thread, value: Value) -> PyResult {
    let name = of(thread, value)?.name;
    Ok(intern(thread, &name).value())
}

fn qualname(thread: &mut Thread, value: Value) -> PyResult {
    let found = of(thread, value)?;
    let text = format!("{}.{}", qualified_name(&found.class), found.name);
    Ok(Str::new(thread, &text).value())
}

fn doc(thread: &mut Thread, value: Value) -> PyResult {
    let found = of(thread, value)?;
    Ok(doc_of(thread, found.doc.unwrap_or("")))
}

fn text_signature(thread: &mut Thread, value: Value) -> PyResult {
    if let Some(method) = MethodDescriptor::of(value) {
        return Ok(signature_of_method(thread, method.method()));
    }
    let found = of(thread, value)?;
    Ok(signature_of(thread, found.doc.unwrap_or("")))
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let found = of(thread, value)?;
    let name = intern(thread, &found.name).value();
    by_getattr(thread, found.class.value(), name)
}

fn shown(thread: &mut Thread, value: Value, kind: &str) -> PyResult {
    let found = of(thread, value)?;
    let text = format!(
        "<{kind} '{}' of '{}' objects>",
        found.name,
        found.class.name()
    );
    Ok(Str::new(thread, &text).value())
}

fn repr_method(thread: &mut Thread, value: Value) -> PyResult {
    shown(thread, value, "method")
}

fn repr_wrapper(thread: &mut Thread, value: Value) -> PyResult {
    shown(thread, value, "slot wrapper")
}

fn repr_getset(thread: &mut Thread, value: Value) -> PyResult {
    shown(thread, value, "attribute")
}

fn repr_member(thread: &mut Thread, value: Value) -> PyResult {
    shown(thread, value, "member")
}

/// Does the descriptor apply to the object?
fn check(thread: &Thread, class: Ref<TypeObject>, name: &str, value: Value) -> PyResult<()> {
    let own = value.class();
    if own.is_subtype_of(&class) {
        return Ok(());
    }
    Err(thread.type_error(format_args!(
        "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
        class.name(),
        own.name()
    )))
}

// Methods.

fn method(value: Value) -> Ref<MethodDescriptor> {
    MethodDescriptor::of(value).expect("slots of the type are called with its instances")
}

/// The receiver among the arguments of an unbound method.
fn receiver(thread: &Thread, class: Ref<TypeObject>, name: &str, args: Args<'_>) -> PyResult {
    match args.by_position().first() {
        Some(&receiver) => {
            check(thread, class, name, receiver)?;
            Ok(receiver)
        }
        None => Err(thread.type_error(format_args!(
            "unbound method {}.{name}() needs an argument",
            class.qualified_name()
        ))),
    }
}

fn call_method(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let descriptor = method(value);
    let table = descriptor.method();
    let receiver = receiver(thread, descriptor.class(), table.name, args)?;
    call_native(thread, table, receiver, args.without_first(), || {
        format!("{}.{}", descriptor.class().qualified_name(), table.name)
    })
}

fn get_method(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    let Some(receiver) = instance else {
        return Ok(value);
    };
    let descriptor = method(value);
    check(
        thread,
        descriptor.class(),
        descriptor.method().name,
        receiver,
    )?;
    Ok(BuiltinFunction::new(thread, descriptor.method(), Some(receiver), None).value())
}

/// The class to which a class method is bound.
fn check_owner(thread: &Thread, descriptor: Ref<MethodDescriptor>, owner: Value) -> PyResult<()> {
    let class = descriptor.class();
    let name = descriptor.method().name;
    match owner.downcast::<TypeObject>() {
        None => Err(thread.type_error(format_args!(
            "descriptor '{name}' for type '{}' needs a type, not a '{}' as arg 2",
            class.name(),
            owner.class().name()
        ))),
        Some(owner) if !owner.is_subtype_of(&class) => Err(thread.type_error(format_args!(
            "descriptor '{name}' requires a subtype of '{}' but received '{}'",
            class.name(),
            owner.name()
        ))),
        Some(_) => Ok(()),
    }
}

fn get_class_method(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    owner: Option<Value>,
) -> PyResult {
    let descriptor = method(value);
    let owner = match (owner, instance) {
        (Some(owner), _) => owner,
        (None, Some(instance)) => instance.class().value(),
        (None, None) => {
            return Err(thread.type_error(format_args!(
                "descriptor '{}' for type '{}' needs either an object or a type",
                descriptor.method().name,
                descriptor.class().name()
            )));
        }
    };
    check_owner(thread, descriptor, owner)?;
    Ok(BuiltinFunction::new(thread, descriptor.method(), Some(owner), None).value())
}

fn call_class_method(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let descriptor = method(value);
    let table = descriptor.method();
    let Some(&owner) = args.by_position().first() else {
        return Err(thread.type_error(format_args!(
            "descriptor '{}' of '{}' object needs an argument",
            table.name,
            descriptor.class().name()
        )));
    };
    check_owner(thread, descriptor, owner)?;
    call_native(thread, table, owner, args.without_first(), || {
        format!("{}.{}", descriptor.class().qualified_name(), table.name)
    })
}

// Slot wrappers.

fn wrapper(value: Value) -> Ref<WrapperDescriptor> {
    // SAFETY: slots of the type are called with its instances only.
    unsafe { value.downcast_unchecked() }
}

/// Calls a slot wrapper with a receiver that fits.
fn call_slot(
    thread: &mut Thread,
    wrapper: Ref<WrapperDescriptor>,
    receiver: Value,
    args: Args<'_>,
) -> PyResult {
    let name = wrapper.dunder().name;
    if args.keyword_count() > 0 && !matches!(name, "__call__" | "__init__") {
        return Err(thread.type_error(format_args!("wrapper {name}() takes no keyword arguments")));
    }
    wrapper.invoke(thread, receiver, args)
}

fn call_wrapper(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let wrapper = wrapper(value);
    let (class, name) = (wrapper.class(), wrapper.dunder().name);
    let Some(&receiver) = args.by_position().first() else {
        return Err(thread.type_error(format_args!(
            "descriptor '{name}' of '{}' object needs an argument",
            class.name()
        )));
    };
    let own = receiver.class();
    if !own.is_subtype_of(&class) {
        return Err(thread.type_error(format_args!(
            "descriptor '{name}' requires a '{}' object but received a '{}'",
            class.name(),
            own.name()
        )));
    }
    call_slot(thread, wrapper, receiver, args.without_first())
}

fn get_wrapper(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    let Some(receiver) = instance else {
        return Ok(value);
    };
    let wrapper = wrapper(value);
    check(thread, wrapper.class(), wrapper.dunder().name, receiver)?;
    Ok(MethodWrapper::new(thread, wrapper, receiver).value())
}

fn bound(value: Value) -> Ref<MethodWrapper> {
    // SAFETY: slots and attributes of the type are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn call_bound(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let bound = bound(value);
    call_slot(thread, bound.descriptor(), bound.receiver(), args)
}

fn repr_bound(thread: &mut Thread, value: Value) -> PyResult {
    let bound = bound(value);
    let receiver = bound.receiver();
    let text = format!(
        "<method-wrapper '{}' of {} object at {}>",
        bound.descriptor().dunder().name,
        receiver.class().name(),
        address(receiver)
    );
    Ok(Str::new(thread, &text).value())
}

fn hash_bound(_thread: &mut Thread, value: Value) -> PyResult<i64> {
    let bound = bound(value);
    let receiver = protocol::hash::of_address(bound.receiver());
    let descriptor = protocol::hash::of_address(bound.descriptor().value());
    Ok(match receiver ^ descriptor {
        -1 => -2,
        hash => hash,
    })
}

fn compare_bound(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(left), Some(right)) = (a.downcast::<MethodWrapper>(), b.downcast::<MethodWrapper>())
    else {
        return Ok(not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(not_implemented());
    }
    let equal = left.descriptor() == right.descriptor() && left.receiver() == right.receiver();
    Ok(singleton::bool(equal == (op == CompareOp::Eq)))
}

fn bound_self(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(bound(value).receiver())
}

fn bound_objclass(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(bound(value).descriptor().class().value())
}

fn bound_name(thread: &mut Thread, value: Value) -> PyResult {
    name(thread, bound(value).descriptor().value())
}

fn bound_qualname(thread: &mut Thread, value: Value) -> PyResult {
    qualname(thread, bound(value).descriptor().value())
}

fn bound_doc(thread: &mut Thread, value: Value) -> PyResult {
    doc(thread, bound(value).descriptor().value())
}

fn bound_signature(thread: &mut Thread, value: Value) -> PyResult {
    text_signature(thread, bound(value).descriptor().value())
}

fn bound_reduce(thread: &mut Thread, value: Value) -> PyResult {
    let bound = bound(value);
    let name = intern(thread, bound.descriptor().dunder().name).value();
    by_getattr(thread, bound.receiver(), name)
}

// Computed attributes and members.

fn attribute(value: Value) -> Ref<GetSetDescriptor> {
    GetSetDescriptor::of(value).expect("slots of the type are called with its instances")
}

fn get_attribute(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    let Some(receiver) = instance else {
        return Ok(value);
    };
    let descriptor = attribute(value);
    let own = receiver.class();
    if !own.is_subtype_of(&descriptor.class()) {
        let name = descriptor.name().to_rust_lossy();
        check(thread, descriptor.class(), &name, receiver)?;
    }
    if let Some(table) = descriptor.table() {
        return (table.get)(thread, receiver);
    }
    let offset = descriptor.offset().unwrap_or_default();
    // SAFETY: the receiver's class is the descriptor's or derives from it.
    let member = unsafe { instance::member(receiver, offset) };
    match member.load() {
        Some(found) => Ok(found),
        None => {
            let class = receiver.class().full_name(thread);
            let name = descriptor.name();
            let message = format_args!("'{class}' object has no attribute '{name}'");
            Err(thread.attribute_error(name, receiver, message))
        }
    }
}

fn set_attribute(
    thread: &mut Thread,
    value: Value,
    receiver: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let descriptor = attribute(value);
    let class = descriptor.class();
    let own = receiver.class();
    if !own.is_subtype_of(&class) {
        let name = descriptor.name().to_rust_lossy();
        check(thread, class, &name, receiver)?;
    }
    let Some(table) = descriptor.table() else {
        let offset = descriptor.offset().unwrap_or_default();
        // SAFETY: the receiver's class is the descriptor's or derives from it.
        let before = unsafe { instance::set_member(thread, receiver, offset, new) };
        if new.is_none() && before.is_none() {
            // CPython says no more than the name here.
            return Err(thread.raise(&types::ATTRIBUTE_ERROR, descriptor.name()));
        }
        return Ok(());
    };
    match table.set {
        Some(set) => set(thread, receiver, new),
        None if table.is_member => {
            Err(thread.raise(&grwl_object::types::ATTRIBUTE_ERROR, "readonly attribute"))
        }
        None => Err(thread.raise(
            &grwl_object::types::ATTRIBUTE_ERROR,
            format_args!(
                "attribute '{}' of '{}' objects is not writable",
                table.name,
                class.name()
            ),
        )),
    }
}

const REDUCE: Method = Method::no_arguments(
    "__reduce__",
    reduce,
    "__reduce__($self, /)\n--\n\nHelper for pickle.",
);

const OBJCLASS: GetSet = GetSet::read_only("__objclass__", objclass, None).member();
const NAME: GetSet = GetSet::read_only("__name__", name, None).member();
const QUALNAME: GetSet = GetSet::read_only("__qualname__", qualname, None);
const DOC: GetSet = GetSet::read_only("__doc__", doc, None);
const SIGNATURE: GetSet = GetSet::read_only("__text_signature__", text_signature, None);

pub(crate) static METHOD: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::CALL.is(call_method),
        slots::REPR.is(repr_method),
        slots::DESCRIPTOR_GET.is(get_method),
    ],
    methods: &[REDUCE],
    getset: &[OBJCLASS, NAME, QUALNAME, DOC, SIGNATURE],
    constants: &[],
};

pub(crate) static CLASS_METHOD: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::CALL.is(call_class_method),
        slots::REPR.is(repr_method),
        slots::DESCRIPTOR_GET.is(get_class_method),
    ],
    methods: &[],
    getset: &[OBJCLASS, NAME, QUALNAME, DOC, SIGNATURE],
    constants: &[],
};

pub(crate) static WRAPPER: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::CALL.is(call_wrapper),
        slots::REPR.is(repr_wrapper),
        slots::DESCRIPTOR_GET.is(get_wrapper),
    ],
    methods: &[REDUCE],
    getset: &[OBJCLASS, NAME, QUALNAME, DOC, SIGNATURE],
    constants: &[],
};

pub(crate) static GETSET: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::REPR.is(repr_getset),
        slots::DESCRIPTOR_GET.is(get_attribute),
        slots::DESCRIPTOR_SET.is(set_attribute),
    ],
    methods: &[],
    getset: &[OBJCLASS, NAME, QUALNAME, DOC],
    constants: &[],
};

pub(crate) static MEMBER: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::REPR.is(repr_member),
        slots::DESCRIPTOR_GET.is(get_attribute),
        slots::DESCRIPTOR_SET.is(set_attribute),
    ],
    methods: &[REDUCE],
    getset: &[OBJCLASS, NAME, QUALNAME, DOC],
    constants: &[],
};

pub(crate) static METHOD_WRAPPER: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::CALL.is(call_bound),
        slots::REPR.is(repr_bound),
        slots::HASH.is(hash_bound),
        slots::COMPARE.is(compare_bound),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        bound_reduce,
        "__reduce__($self, /)\n--\n\nHelper for pickle.",
    )],
    getset: &[
        GetSet::read_only("__self__", bound_self, None).member(),
        GetSet::read_only("__objclass__", bound_objclass, None),
        GetSet::read_only("__name__", bound_name, None),
        GetSet::read_only("__qualname__", bound_qualname, None),
        GetSet::read_only("__doc__", bound_doc, None),
        GetSet::read_only("__text_signature__", bound_signature, None),
    ],
    constants: &[],
};
