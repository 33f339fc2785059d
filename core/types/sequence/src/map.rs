//! `map`.

use grwl_object::iterators::Map;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, Buffer, Method, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value, instance,
    none, protocol,
};
use grwl_threads::sync::Ordering;

use crate::receiver::{itself, of};
use crate::turns::{in_turn, is_shared};
use crate::zip::{advance, is_strict, iterators, iterators_in, reduced, strict_argument};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "map(function, iterable, /, *iterables, strict=False)\n--\n\nAn iterator over what the function returns for one element of each iterable, until the shortest ends. If strict is true they must end together.",
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
        "__setstate__",
        set_state,
        "__setstate__($self, object, /)\n--\n\nSets whether the iterables must end together.",
    ),
];

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let strict = strict_argument(thread, args, "map")?;
    let [function, iterables @ ..] = args.by_position() else {
        return Err(thread.type_error("map() must have at least two arguments."));
    };
    if iterables.is_empty() {
        return Err(thread.type_error("map() must have at least two arguments."));
    }
    let iterators = iterators(thread, iterables)?;
    let value = Value::from_cell(instance::allocate(thread, class)?);
    let this: Ref<Map> = of(thread, value)?;
    thread.store(this, &this.function, Some(*function));
    thread.store(this, &this.iterators, Some(iterators.value()));
    this.strict.store(u32::from(strict), Ordering::Relaxed);
    Ok(value)
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this: Ref<Map> = of(thread, this)?;
    let Some(function) = this.function.load() else {
        return Ok(None);
    };
    let iterators = iterators_in(&this.iterators);
    let strict = is_strict(&this.strict);
    if iterators.len() > 1 && is_shared(thread, this) {
        // The elements belong together; the function is called out of turn.
        let parts = iterators.as_slice();
        let elements = in_turn(thread, this, parts, |thread| {
            advance(thread, iterators, strict, "map", |thread, elements| {
                Tuple::try_new(thread, elements)
            })
        })?;
        return match elements {
            Some(elements) => {
                protocol::call_positional(thread, function, elements.as_slice()).map(Some)
            }
            None => Ok(None),
        };
    }
    advance(thread, iterators, strict, "map", |thread, elements| {
        protocol::call_positional(thread, function, elements)
    })
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let this: Ref<Map> = of(thread, value)?;
    let iterators = iterators_in(&this.iterators);
    let mut arguments = Buffer::with_capacity(thread, iterators.len() + 1)?;
    arguments.push(thread, this.function.load().unwrap_or_else(none))?;
    for iterator in iterators.iter() {
        arguments.push(thread, iterator)?;
    }
    let arguments = Tuple::try_new(thread, &arguments)?;
    reduced(thread, value, arguments, is_strict(&this.strict))
}

fn set_state(thread: &mut Thread, this: Value, state: Value) -> PyResult {
    let strict = protocol::is_true(thread, state)?;
    let this: Ref<Map> = of(thread, this)?;
    this.strict.store(u32::from(strict), Ordering::Relaxed);
    Ok(none())
}
