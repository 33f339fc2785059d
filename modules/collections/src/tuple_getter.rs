//! `_tuplegetter`: the fields of named tuples.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{
    Args, Cell, Declaration, GetSet, Method, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, instance, int, none, protocol, slots, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

/// `collections._tuplegetter`
#[repr(C)]
pub(crate) struct TupleGetter {
    header: Header,
    doc: Slot,
    index: AtomicU64,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for TupleGetter {
    fn type_object() -> &'static TypeObject {
        &TUPLE_GETTER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(TupleGetter, doc) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<TupleGetter>()),
    drop: None,
    name: "_tuplegetter",
};

/// `collections._tuplegetter`
pub static TUPLE_GETTER: TypeObject = TypeObject::declare(&Declaration {
    name: "collections._tuplegetter",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<TupleGetter>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::DESCRIPTOR_GET.is(get),
        slots::DESCRIPTOR_SET.is(set),
    ],
    methods: &[Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nThe parts, for pickling.",
    )],
    getset: &[GetSet::new("__doc__", get_doc, set_doc, None).member()],
    constants: &[],
};

fn this(value: Value) -> Ref<TupleGetter> {
    // SAFETY: slots, methods and attributes of the type are used with its instances only; the descriptors have looked.
    unsafe { value.downcast_unchecked() }
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [Some(index), doc] = args.unpack(thread, "_tuplegetter", 2)? else {
        unreachable!("both are required");
    };
    let index = protocol::as_isize(thread, index)?;
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this = this(value);
    thread.store(this, &this.doc, doc);
    this.index.store(index as u64, Ordering::Relaxed);
    Ok(value)
}

fn index(value: Value) -> i64 {
    this(value).index.load(Ordering::Relaxed) as i64
}

fn get(
    thread: &mut Thread,
    value: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    let Some(instance) = instance.and_then(Value::not_none) else {
        return Ok(value);
    };
    let index = index(value);
    let Some(tuple) = instance.downcast::<Tuple>() else {
        return Err(thread.type_error(format_args!(
            "descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object",
            instance.class().name()
        )));
    };
    let place = usize::try_from(index).ok();
    match place.and_then(|place| tuple.as_slice().get(place)) {
        Some(&field) => Ok(field),
        None => Err(thread.index_error("tuple index out of range")),
    }
}

fn set(thread: &mut Thread, _value: Value, _instance: Value, new: Option<Value>) -> PyResult<()> {
    let message = match new {
        Some(_) => "can't set attribute",
        None => "can't delete attribute",
    };
    Err(thread.raise(&types::ATTRIBUTE_ERROR, message))
}

fn get_doc(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).doc.load().unwrap_or_else(none))
}

fn set_doc(thread: &mut Thread, value: Value, doc: Option<Value>) -> PyResult<()> {
    let this = this(value);
    let locked = thread.lock_cell(&this);
    locked.store(this, &this.doc, doc);
    Ok(())
}

fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let doc = get_doc(thread, value)?;
    let doc = protocol::repr(thread, doc)?;
    let text = format!("{}({}, {doc})", crate::short(&value.class()), index(value));
    Ok(Str::new(thread, &text).value())
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let index = int::from_i64(thread, index(value));
    let doc = get_doc(thread, value)?;
    let args = Tuple::try_new(thread, &[index, doc])?.value();
    Ok(Tuple::try_new(thread, &[value.class().value(), args])?.value())
}
