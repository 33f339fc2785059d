//! `property`.

use grwl_object::descriptor::Property;
use grwl_object::{
    Args, GetSet, Method, PyResult, Ref, Signature, Slot, Thread, TypeObject, TypeSpec, Value,
    ValueExt, flags, instance, none, protocol, singleton, slots, types,
};
use grwl_threads::sync::Ordering;

use crate::names as n;
use grwl_object::class::qualified_name;

fn this(value: Value) -> Ref<Property> {
    // SAFETY: slots, methods and attributes of `property` are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    if class.has_flag(flags::HEAP) {
        return Ok(Value::from_cell(instance::allocate(thread, class)?));
    }
    Ok(Property::new(thread).value())
}

static SIGNATURE: Signature<4> =
    Signature::new("property", ["fget", "fset", "fdel", "doc"]).optional_after(0);

fn store(thread: &mut Thread, this: Ref<Property>, slot: &Slot, value: Option<Value>) {
    let locked = thread.lock_cell(&this);
    locked.store(this, slot, value);
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    let [get, set, delete, doc] = args.parse(thread, &SIGNATURE)?;
    let object = this(value);
    let get = get.and_then(ValueExt::not_none);
    store(thread, object, &object.get, get);
    store(
        thread,
        object,
        &object.set,
        set.and_then(ValueExt::not_none),
    );
    let delete = delete.and_then(ValueExt::not_none);
    store(thread, object, &object.delete, delete);
    store(thread, object, &object.name, None);
    store(thread, object, &object.doc, None);
    object.getter_doc.store(false, Ordering::Relaxed);
    let mut doc = doc.and_then(ValueExt::not_none);
    let is_exact = std::ptr::eq(value.class().as_ptr(), &types::PROPERTY);
    if doc.is_none()
        && let Some(get) = get
    {
        let key = n::DOC.get(thread);
        doc = protocol::find_attribute(thread, get, key)?.and_then(ValueExt::not_none);
        if doc.is_some() {
            object.getter_doc.store(true, Ordering::Relaxed);
        }
    }
    if is_exact {
        store(thread, object, &object.doc, doc);
        return Ok(());
    }
    // A subclass has its own `__doc__`: the instance's goes into its dict, if it has one. A text that was given is dropped
    // if there is none; one that would be taken over from the getter is not.
    let key = n::DOC.get(thread);
    let shown = doc.unwrap_or_else(none);
    match protocol::set_attribute(thread, value, key, shown) {
        Err(raised) if !object.has_getter_doc() && raised.matches(&types::ATTRIBUTE_ERROR) => {
            Ok(())
        }
        result => result,
    }
}

/// The name that messages show: the one that was set, or the getter's.
fn name_of(thread: &mut Thread, object: Ref<Property>) -> PyResult<Option<Value>> {
    if let Some(name) = object.name.load() {
        return Ok(Some(name));
    }
    match object.getter() {
        Some(getter) => {
            let key = n::NAME.get(thread);
            protocol::find_attribute(thread, getter, key)
        }
        None => Ok(None),
    }
}

#[cold]
fn refuse(
    thread: &mut Thread,
    object: Ref<Property>,
    receiver: Value,
    what: &str,
) -> PyResult<grwl_object::Raised> {
    let class = qualified_name(&receiver.class());
    let message = match name_of(thread, object)? {
        Some(name) => {
            let name = protocol::repr(thread, name)?;
            format!("property {name} of '{class}' object has no {what}")
        }
        None => format!("property of '{class}' object has no {what}"),
    };
    Ok(thread.raise(&types::ATTRIBUTE_ERROR, message))
}

fn descriptor_get(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    let Some(receiver) = instance.and_then(ValueExt::not_none) else {
        return Ok(value);
    };
    let object = this(value);
    match object.getter() {
        Some(getter) => protocol::call_positional(thread, getter, &[receiver]),
        None => Err(refuse(thread, object, receiver, "getter")?),
    }
}

fn descriptor_set(
    thread: &mut Thread,
    value: Value,
    receiver: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let object = this(value);
    match (new, object.setter(), object.deleter()) {
        (Some(new), Some(setter), _) => {
            protocol::call_positional(thread, setter, &[receiver, new])?;
        }
        (None, _, Some(deleter)) => {
            protocol::call_positional(thread, deleter, &[receiver])?;
        }
        (Some(_), None, _) => return Err(refuse(thread, object, receiver, "setter")?),
        (None, _, None) => return Err(refuse(thread, object, receiver, "deleter")?),
    }
    Ok(())
}

/// A copy with some parts replaced, of the same class.
fn copy(
    thread: &mut Thread,
    value: Value,
    get: Option<Value>,
    set: Option<Value>,
    delete: Option<Value>,
) -> PyResult {
    let old = this(value);
    let pick = |new: Option<Value>, old: Option<Value>| {
        new.and_then(ValueExt::not_none)
            .or(old)
            .unwrap_or_else(none)
    };
    let get = pick(get, old.getter());
    let doc = if old.has_getter_doc() && !get.is_none() {
        none()
    } else {
        old.doc.load().unwrap_or_else(none)
    };
    let args = [
        get,
        pick(set, old.setter()),
        pick(delete, old.deleter()),
        doc,
    ];
    let made = protocol::call_positional(thread, value.class().value(), &args)?;
    if let (Some(made), Some(name)) = (made.downcast::<Property>(), old.name.load()) {
        store(thread, made, &made.name, Some(name));
    }
    Ok(made)
}

fn getter(thread: &mut Thread, value: Value, new: Value) -> PyResult {
    copy(thread, value, Some(new), None, None)
}

fn setter(thread: &mut Thread, value: Value, new: Value) -> PyResult {
    copy(thread, value, None, Some(new), None)
}

fn deleter(thread: &mut Thread, value: Value, new: Value) -> PyResult {
    copy(thread, value, None, None, Some(new))
}

fn set_name(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let &[_, name] = args.values() else {
        return Err(thread.type_error(format_args!(
            "__set_name__() takes 2 positional arguments but {} were given",
            args.values().len()
        )));
    };
    let object = this(value);
    store(thread, object, &object.name, Some(name));
    Ok(none())
}

fn get_name(thread: &mut Thread, value: Value) -> PyResult {
    match name_of(thread, this(value))? {
        Some(name) => Ok(name),
        None => {
            let key = n::NAME.get(thread);
            Err(thread.no_attribute(value, key))
        }
    }
}

fn put_name(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let object = this(value);
    store(thread, object, &object.name, new);
    Ok(())
}

fn is_abstract(thread: &mut Thread, value: Value) -> PyResult {
    let object = this(value);
    let key = n::IS_ABSTRACT.get(thread);
    for part in [object.getter(), object.setter(), object.deleter()] {
        if let Some(part) = part
            && let Some(answer) = protocol::find_attribute(thread, part, key)?
            && protocol::is_true(thread, answer)?
        {
            return Ok(singleton::bool(true));
        }
    }
    Ok(singleton::bool(false))
}

fn fget(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).getter().unwrap_or_else(none))
}

fn fset(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).setter().unwrap_or_else(none))
}

fn fdel(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).deleter().unwrap_or_else(none))
}

fn get_doc(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).doc.load().unwrap_or_else(none))
}

fn set_doc(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let object = this(value);
    store(thread, object, &object.doc, new);
    Ok(())
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nProperty attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::DESCRIPTOR_GET.is(descriptor_get),
        slots::DESCRIPTOR_SET.is(descriptor_set),
    ],
    methods: &[
        Method::one(
            "getter",
            getter,
            "Descriptor to obtain a copy of the property with a different getter.",
        ),
        Method::one(
            "setter",
            setter,
            "Descriptor to obtain a copy of the property with a different setter.",
        ),
        Method::one(
            "deleter",
            deleter,
            "Descriptor to obtain a copy of the property with a different deleter.",
        ),
        Method::any(
            "__set_name__",
            set_name,
            "__set_name__($self, owner, name, /)\n--\n\nMethod to set name of a property.",
        ),
    ],
    getset: &[
        GetSet::read_only("fget", fget, None).member(),
        GetSet::read_only("fset", fset, None).member(),
        GetSet::read_only("fdel", fdel, None).member(),
        GetSet::new("__doc__", get_doc, set_doc, None).member(),
        GetSet::new("__name__", get_name, put_name, None),
        GetSet::read_only("__isabstractmethod__", is_abstract, None),
    ],
    constants: &[],
};
