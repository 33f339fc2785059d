//! `cmp_to_key`: keys that compare as a function of two values says.
//!
//! Protocol: the function is set when the wrapper is made; the object is one atomic word.

use grwl_heap::{CellType, Header, Kind};
use grwl_object::{
    Args, Cell, CompareOp, Declaration, GetSet, PyResult, Ref, Signature, Slot, Thread, TypeObject,
    TypeSpec, Value, ValueExt, instance, intern, none, protocol, slots, types,
};

/// `functools.KeyWrapper`
#[repr(C)]
pub(crate) struct KeyWrapper {
    header: Header,
    compare: Slot,
    object: Slot,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for KeyWrapper {
    fn type_object() -> &'static TypeObject {
        &KEY_WRAPPER
    }
}

static CELL: CellType = crate::cell_type::<KeyWrapper>("KeyWrapper", 2);

/// `functools.KeyWrapper`
pub static KEY_WRAPPER: TypeObject = TypeObject::declare(&Declaration {
    name: "functools.KeyWrapper",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: grwl_object::flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<KeyWrapper>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[slots::CALL.is(call), slots::COMPARE.is(compare)],
    methods: &[],
    getset: &[
        GetSet::new(
            "obj",
            get_object,
            set_object,
            Some("Value wrapped by a key function."),
        )
        .member(),
        GetSet::read_only("__text_signature__", signature, None),
    ],
    constants: &[],
};

static CMP_TO_KEY: Signature<1> = Signature::new("cmp_to_key", ["mycmp"]);
static K: Signature<1> = Signature::new("K", ["obj"]);

fn signature(thread: &mut Thread, _this: Value) -> PyResult {
    Ok(intern(thread, "(obj)").value())
}

fn make(thread: &Thread, compare: Option<Value>, object: Option<Value>) -> PyResult {
    let value = Value::from_cell(instance::allocate(thread, Ref::from_static(&KEY_WRAPPER))?);
    let this = this(value);
    thread.store(this, &this.compare, compare);
    thread.store(this, &this.object, object);
    Ok(value)
}

fn this(value: Value) -> Ref<KeyWrapper> {
    // SAFETY: slots and attributes of the type are used with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

pub(crate) fn cmp_to_key(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [compare] = args.parse(thread, &CMP_TO_KEY)?;
    make(thread, compare, None)
}

fn call(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    let [object] = args.parse(thread, &K)?;
    make(thread, this(value).compare.load(), object)
}

fn get_object(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).object.load().unwrap_or_else(none))
}

fn set_object(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let this = this(value);
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.object, new);
    Ok(())
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (a.downcast::<KeyWrapper>(), b.downcast::<KeyWrapper>()) else {
        return Err(thread.type_error("other argument must be K instance"));
    };
    let (Some(function), Some(x), Some(y)) = (a.compare.load(), a.object.load(), b.object.load())
    else {
        let name = intern(thread, "object");
        return Err(thread.attribute_error(name, a.value(), "object"));
    };
    let order = protocol::call_positional(thread, function, &[x, y])?;
    protocol::compare::compare(thread, order, Value::small(0), op)
}
