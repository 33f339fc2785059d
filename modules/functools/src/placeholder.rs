//! `Placeholder`: stands in the arguments of a `partial` for one that the call gives.

use grwl_heap::{CellType, Kind, Size, Trace};
use grwl_object::singleton::Singleton;
use grwl_object::{
    Args, Declaration, Method, PyResult, Ref, Str, Thread, TypeObject, TypeSpec, Value, slots,
    types,
};

static CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Singleton>()),
    drop: None,
    name: "Placeholder",
};

/// `functools._PlaceholderType`
pub static PLACEHOLDER_TYPE: TypeObject = TypeObject::declare(&Declaration {
    name: "functools._PlaceholderType",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Leaf,
    size: size_of::<Singleton>(),
    attributes: 0,
});

static PLACEHOLDER: Singleton = Singleton::new(&PLACEHOLDER_TYPE);

/// `Placeholder`
pub fn placeholder() -> Value {
    PLACEHOLDER.value()
}

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "The type of the Placeholder singleton.\n\nIt stands for an argument by position in a partial object.",
    ),
    slots: &[slots::NEW.is(new), slots::REPR.is(repr)],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nThe global name, for pickling.",
    )],
    getset: &[],
    constants: &[],
};

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    if args.is_empty() {
        Ok(placeholder())
    } else {
        Err(thread.type_error("PlaceholderType takes no arguments"))
    }
}

fn repr(thread: &mut Thread, _value: Value) -> PyResult {
    Ok(Str::new(thread, "Placeholder").value())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    repr(thread, value)
}
