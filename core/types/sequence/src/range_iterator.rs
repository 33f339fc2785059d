//! The iterators of `range`.

use grwl_number::Int;
use grwl_object::int::{self, IntView};
use grwl_object::iterators::builtin;
use grwl_object::range::{LongRangeIterator, Range, RangeIterator};
use grwl_object::slots::{self, SlotValue};
use grwl_object::{Method, PyResult, Ref, Thread, Tuple, TypeSpec, Value, none};

use crate::receiver::{itself, of, state};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: SLOTS,
    methods: METHODS,
    getset: &[],
    constants: &[],
};

pub(crate) static LONG_SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: LONG_SLOTS,
    methods: LONG_METHODS,
    getset: &[],
    constants: &[],
};

static SLOTS: &[SlotValue] = &[slots::ITER.is(itself), slots::NEXT.is(next)];

static LONG_SLOTS: &[SlotValue] = &[slots::ITER.is(itself), slots::NEXT.is(long_next)];

const LENGTH_HINT: &str = "__length_hint__($self, /)\n--\n\nHow many elements are left.";
const REDUCE: &str =
    "__reduce__($self, /)\n--\n\nFor pickling: how to make an iterator that goes on here.";
const SET_STATE: &str = "__setstate__($self, object, /)\n--\n\nLeaves out as many elements.";

static METHODS: &[Method] = &[
    Method::no_arguments("__length_hint__", length_hint, LENGTH_HINT),
    Method::no_arguments("__reduce__", reduce, REDUCE),
    Method::one("__setstate__", set_state, SET_STATE),
];

static LONG_METHODS: &[Method] = &[
    Method::no_arguments("__length_hint__", long_length_hint, LENGTH_HINT),
    Method::no_arguments("__reduce__", long_reduce, REDUCE),
    Method::one("__setstate__", long_set_state, SET_STATE),
];

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator: Ref<RangeIterator> = of(thread, this)?;
    Ok(iterator
        .advance(thread)
        .map(|next| int::from_i64(thread, next)))
}

fn length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator: Ref<RangeIterator> = of(thread, this)?;
    Ok(int::from_i64(thread, iterator.remaining()))
}

/// `(iter, (range(next, end, step),), None)`
fn reduced(thread: &mut Thread, next: Value, end: Value, step: Value) -> PyResult {
    let range = Range::new(thread, next, end, step).value();
    let iter = builtin(thread, "iter")?;
    let args = Tuple::new(thread, &[range]).value();
    Ok(Tuple::new(thread, &[iter, args, none()]).value())
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let (next, end, step) = of::<RangeIterator>(thread, this)?.state();
    let next = int::from_i64(thread, next);
    let end = int::from_i64(thread, end);
    let step = int::from_i64(thread, step);
    reduced(thread, next, end, step)
}

fn set_state(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let iterator: Ref<RangeIterator> = of(thread, this)?;
    let count = state(thread, value)?;
    iterator.skip(count.clamp(0, iterator.remaining()));
    Ok(none())
}

fn long_next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let iterator: Ref<LongRangeIterator> = of(thread, this)?;
    Ok(iterator.advance(thread))
}

fn long_length_hint(thread: &mut Thread, this: Value) -> PyResult {
    let iterator: Ref<LongRangeIterator> = of(thread, this)?;
    Ok(int::new(thread, iterator.remaining()))
}

fn long_reduce(thread: &mut Thread, this: Value) -> PyResult {
    let (next, end, step) = of::<LongRangeIterator>(thread, this)?.state();
    reduced(thread, next, end, step)
}

fn long_set_state(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let iterator: Ref<LongRangeIterator> = of(thread, this)?;
    let Some(count) = int::view(value).map(IntView::to_int) else {
        let class = grwl_object::ValueExt::class(value);
        return Err(thread.type_error(format_args!("state must be an int, not {}", class.name())));
    };
    let count = count.max(Int::ZERO).min(iterator.remaining());
    iterator.skip(thread, &count);
    Ok(none())
}
