//! `enumerate`.

use grwl_number::Int;
use grwl_object::iterators::Enumerate;
use grwl_object::protocol::convert;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, Method, PyResult, Ref, Signature, Thread, Tuple, TypeObject, TypeSpec, Value, instance,
    int, none, protocol,
};

use crate::receiver::{class_getitem, itself, of};
use crate::turns::in_turn;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "enumerate(iterable, start=0)\n--\n\nAn iterator over pairs of a number, counted from start, and an element of the iterable.",
    ),
    slots: SLOTS,
    methods: METHODS,
    getset: &[],
    constants: &[],
};

static SLOTS: &[SlotValue] = &[
    slots::NEW.is(new),
    slots::ITER.is(itself),
    slots::NEXT.is(next),
];

static METHODS: &[Method] = &[
    Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.",
    ),
    Method::one(
        "__class_getitem__",
        class_getitem,
        "__class_getitem__($type, object, /)\n--\n\nThe type with its elements' type named.",
    )
    .of_class(),
];

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static SIGNATURE: Signature<2> =
        Signature::new("enumerate", ["iterable", "start"]).optional_after(1);
    if args.is_empty() {
        return Err(thread.type_error("enumerate() missing required argument 'iterable'"));
    }
    let [iterable, start] = args.parse(thread, &SIGNATURE)?;
    let count = match start {
        None => Value::small(0),
        Some(start) if start.as_int().is_some() => start,
        Some(start) => {
            let start = convert::as_int(thread, start)?;
            int::new(thread, start)
        }
    };
    let iterator = protocol::get_iter(thread, iterable.unwrap_or_else(none))?;
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this: Ref<Enumerate> = of(thread, value)?;
    thread.store(this, &this.iterator, Some(iterator));
    thread.store(this, &this.count, Some(count));
    Ok(value)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this: Ref<Enumerate> = of(thread, this)?;
    let Some(iterator) = this.iterator.load() else {
        return Ok(None);
    };
    in_turn(thread, this, &[iterator], |thread| {
        step(thread, this, iterator)
    })
}

fn step(thread: &mut Thread, this: Ref<Enumerate>, iterator: Value) -> PyResult<Option<Value>> {
    let Some(value) = protocol::next(thread, iterator)? else {
        return Ok(None);
    };
    let count = this.count.load().unwrap_or(Value::small(0));
    let after = match count.as_int() {
        Some(small) => int::from_i64(thread, small + 1),
        None => {
            let count = convert::as_int(thread, count)?;
            int::new(thread, &count + &Int::ONE)
        }
    };
    thread.store(this, &this.count, Some(after));
    Ok(Some(Tuple::new(thread, &[count, value]).value()))
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let this: Ref<Enumerate> = of(thread, value)?;
    let iterator = this.iterator.load().unwrap_or_else(none);
    let count = this.count.load().unwrap_or(Value::small(0));
    let args = Tuple::new(thread, &[iterator, count]).value();
    let class = grwl_object::ValueExt::class(value).value();
    Ok(Tuple::new(thread, &[class, args]).value())
}
