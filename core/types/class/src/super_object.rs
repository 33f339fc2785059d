//! `super`.

use grwl_object::class::{hooks, super_lookup};
use grwl_object::descriptor::Super;
use grwl_object::{
    Args, GetSet, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, ValueExt, attribute,
    flags, instance, none, slots, types,
};

use crate::names as n;

fn this(value: Value) -> Ref<Super> {
    // SAFETY: slots and attributes of `super` are called with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn class_in(slot: &grwl_object::Slot) -> Option<Ref<TypeObject>> {
    slot.load()?.downcast()
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    if class.has_flag(flags::HEAP) {
        return Ok(Value::from_cell(instance::allocate(thread, class)?));
    }
    Ok(Super::new(thread, None, None, None).value())
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    if args.keyword_count() > 0 {
        return Err(thread.type_error("super() takes no keyword arguments"));
    }
    let (class, receiver) = match *args.values() {
        [] => {
            let Some(hooks) = hooks() else {
                return Err(thread.runtime_error("super(): no current frame"));
            };
            let (class, receiver) = (hooks.super_arguments)(thread)?;
            (class, Some(receiver))
        }
        [class] => (class, None),
        [class, receiver] => (class, Some(receiver)),
        ref given => {
            return Err(thread.type_error(format_args!(
                "super() expected at most 2 arguments, got {}",
                given.len()
            )));
        }
    };
    let Some(class) = class.downcast::<TypeObject>() else {
        return Err(thread.type_error(format_args!(
            "super() argument 1 must be a type, not {}",
            class.class().name()
        )));
    };
    fill(
        thread,
        this(value),
        class,
        receiver.and_then(ValueExt::not_none),
    )
}

fn fill(
    thread: &mut Thread,
    this: Ref<Super>,
    class: Ref<TypeObject>,
    receiver: Option<Value>,
) -> PyResult<()> {
    let self_class = match receiver {
        Some(receiver) => Some(super_lookup::check(thread, class, receiver)?),
        None => None,
    };
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.this_class, Some(class.value()));
    locked.store(this, &this.receiver, receiver);
    locked.store(this, &this.self_class, self_class.map(Ref::value));
    Ok(())
}

fn get_attribute(thread: &mut Thread, value: Value, name: Ref<Str>) -> PyResult {
    let object = this(value);
    // `__class__` is the class of the `super` object.
    if name != n::CLASS.get(thread)
        && let Some(this_class) = class_in(&object.this_class)
        && let Some(self_class) = class_in(&object.self_class)
        && let Some(receiver) = object.receiver.load()
        && let Some(found) = super_lookup::find(thread, this_class, self_class, receiver, name)?
    {
        return Ok(found);
    }
    attribute::generic_get(thread, value, name)
}

fn descriptor_get(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    let object = this(value);
    let Some(receiver) = instance.and_then(ValueExt::not_none) else {
        return Ok(value);
    };
    if object.receiver.load().is_some() {
        return Ok(value);
    }
    let Some(class) = class_in(&object.this_class) else {
        return Ok(value);
    };
    let own = value.class();
    if !std::ptr::eq(own.as_ptr(), &types::SUPER) {
        let args = [class.value(), receiver];
        return grwl_object::protocol::call_positional(thread, own.value(), &args);
    }
    let self_class = super_lookup::check(thread, class, receiver)?;
    let (class, self_class) = (class.value(), self_class.value());
    Ok(Super::new(thread, Some(class), Some(receiver), Some(self_class)).value())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let object = this(value);
    let class = match class_in(&object.this_class) {
        Some(class) => class.name().to_string(),
        None => "NULL".to_owned(),
    };
    let text = match class_in(&object.self_class) {
        Some(of) => format!("<super: <class '{class}'>, <{} object>>", of.name()),
        None => format!("<super: <class '{class}'>, NULL>"),
    };
    Ok(Str::new(thread, &text).value())
}

fn this_class(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).this_class.load().unwrap_or_else(none))
}

fn receiver(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).receiver.load().unwrap_or_else(none))
}

fn self_class(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).self_class.load().unwrap_or_else(none))
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)\nUse it to call a method of the next class in the order:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)",
    ),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(repr),
        slots::GET_ATTRIBUTE.is(get_attribute),
        slots::DESCRIPTOR_GET.is(descriptor_get),
    ],
    methods: &[],
    getset: &[
        GetSet::read_only(
            "__thisclass__",
            this_class,
            Some("the class invoking super()"),
        )
        .member(),
        GetSet::read_only(
            "__self__",
            receiver,
            Some("the instance invoking super(); may be None"),
        )
        .member(),
        GetSet::read_only(
            "__self_class__",
            self_class,
            Some("the type of the instance invoking super(); may be None"),
        )
        .member(),
    ],
    constants: &[],
};
