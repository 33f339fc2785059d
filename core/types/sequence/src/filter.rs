//! `filter`.

use grwl_object::iterators::Filter;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, Method, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, instance,
    none, protocol, types,
};

use crate::elements::rest;
use crate::receiver::{constructor_arguments, constructor_without_keywords, itself, of};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "filter(function, iterable, /)\n--\n\nAn iterator over the elements for which the function returns something true; without a function, over those that are true.",
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

static METHODS: &[Method] = &[Method::no_arguments(
    "__reduce__",
    reduce,
    "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.",
)];

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    constructor_without_keywords(thread, &class, &types::FILTER, args)?;
    let [function, iterable] = constructor_arguments(thread, args, "filter", 2)?;
    let iterator = protocol::get_iter(thread, iterable.unwrap_or_else(none))?;
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this: Ref<Filter> = of(thread, value)?;
    thread.store(this, &this.function, function);
    thread.store(this, &this.iterator, Some(iterator));
    Ok(value)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this: Ref<Filter> = of(thread, this)?;
    let (Some(function), Some(iterator)) = (this.function.load(), this.iterator.load()) else {
        return Ok(None);
    };
    let by_truth = function.is_none() || function == Ref::from_static(&types::BOOL).value();
    let mut index = 0;
    while let Some(element) = protocol::next(thread, iterator)? {
        let answer = if by_truth {
            element
        } else {
            protocol::call_positional(thread, function, &[element])?
        };
        if protocol::is_true(thread, answer)? {
            return Ok(Some(element));
        }
        rest(thread, index)?;
        index += 1;
    }
    Ok(None)
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let this: Ref<Filter> = of(thread, value)?;
    let function = this.function.load().unwrap_or_else(none);
    let iterator = this.iterator.load().unwrap_or_else(none);
    let args = Tuple::new(thread, &[function, iterator]).value();
    Ok(Tuple::new(thread, &[value.class().value(), args]).value())
}
