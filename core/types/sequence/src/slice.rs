//! `slice`, and a slice's meaning for a length of any size.

use grwl_number::Int;
use grwl_object::protocol::{self, convert};
use grwl_object::slice::Slice;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, CompareOp, GetSet, Method, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, int, none, not_implemented, singleton, types,
};
use grwl_text::TextBuilder;

use crate::elements;
use crate::receiver::{constructor_arguments, constructor_without_keywords, of};
use crate::tuple::Mixer;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "slice(stop)\nslice(start, stop[, step])\n\nWhat stands between the brackets of a[start:stop:step].",
    ),
    slots: SLOTS,
    methods: METHODS,
    getset: GETSET,
    constants: &[],
};

static SLOTS: &[SlotValue] = &[
    slots::NEW.is(new),
    slots::REPR.is(repr),
    slots::HASH.is(hash),
    slots::COMPARE.is(compare),
];

static METHODS: &[Method] = &[
    Method::one(
        "indices",
        indices,
        "indices($self, object, /)\n--\n\nThe start, stop and step that the slice means for a sequence of a length.",
    ),
    Method::no_arguments(
        "__reduce__",
        reduce,
        "__reduce__($self, /)\n--\n\nFor pickling: how to make an equal slice.",
    ),
];

static GETSET: &[GetSet] = &[
    GetSet::read_only(
        "start",
        |thread, this| Ok(of::<Slice>(thread, this)?.start()),
        None,
    )
    .member(),
    GetSet::read_only(
        "stop",
        |thread, this| Ok(of::<Slice>(thread, this)?.stop()),
        None,
    )
    .member(),
    GetSet::read_only(
        "step",
        |thread, this| Ok(of::<Slice>(thread, this)?.step()),
        None,
    )
    .member(),
];

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    constructor_without_keywords(thread, &class, &types::SLICE, args)?;
    let [first, second, step] = constructor_arguments(thread, args, "slice", 1)?;
    let first = first.unwrap_or_else(none);
    let (start, stop) = match second {
        Some(stop) => (first, stop),
        None => (none(), first),
    };
    Ok(Slice::new(thread, start, stop, step.unwrap_or_else(none)).value())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let slice: Ref<Slice> = of(thread, this)?;
    let mut text = TextBuilder::new();
    text.push_str("slice(");
    for (index, part) in [slice.start(), slice.stop(), slice.step()]
        .into_iter()
        .enumerate()
    {
        if index > 0 {
            text.push_str(", ");
        }
        let shown = protocol::repr(thread, part)?;
        text.push_text(shown.text());
    }
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let slice: Ref<Slice> = of(thread, this)?;
    let mut mixer = Mixer::new();
    for part in [slice.start(), slice.stop(), slice.step()] {
        mixer.mix(protocol::hash(thread, part)?);
    }
    Ok(mixer.finish_plain())
}

fn as_tuple(thread: &mut Thread, slice: Ref<Slice>) -> Ref<Tuple> {
    Tuple::new(thread, &[slice.start(), slice.stop(), slice.step()])
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Slice>(), b.downcast::<Slice>()) else {
        return Ok(not_implemented());
    };
    if a == b {
        let holds = op.holds(std::cmp::Ordering::Equal);
        return Ok(singleton::bool(holds));
    }
    let (x, y) = (as_tuple(thread, x), as_tuple(thread, y));
    elements::compare(thread, x, y, op)
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let slice: Ref<Slice> = of(thread, this)?;
    let parts = as_tuple(thread, slice).value();
    let class = Ref::from_static(&types::SLICE).value();
    Ok(Tuple::new(thread, &[class, parts]).value())
}

/// Start, stop and step of a slice of a sequence with this length, whatever their size.
pub(crate) fn long_indices(
    thread: &mut Thread,
    slice: Ref<Slice>,
    length: &Int,
) -> PyResult<[Int; 3]> {
    let step = match slice.step().not_none() {
        None => Int::ONE,
        Some(step) => {
            let step = bound(thread, step)?;
            if step.is_zero() {
                return Err(thread.value_error("slice step cannot be zero"));
            }
            step
        }
    };
    let is_down = step.is_negative();
    let (lowest, highest) = if is_down {
        (Int::from(-1), length - &Int::ONE)
    } else {
        (Int::ZERO, length.clone())
    };
    let mut cut = |value: Value, default: &Int| -> PyResult<Int> {
        let Some(value) = value.not_none() else {
            return Ok(default.clone());
        };
        let index = bound(thread, value)?;
        Ok(if index.is_negative() {
            (&index + length).max(lowest.clone())
        } else {
            index.min(highest.clone())
        })
    };
    let (first, last) = if is_down {
        (&highest, &lowest)
    } else {
        (&lowest, &highest)
    };
    let start = cut(slice.start(), first)?;
    let stop = cut(slice.stop(), last)?;
    Ok([start, stop, step])
}

fn bound(thread: &mut Thread, value: Value) -> PyResult<Int> {
    if !convert::has_index(value) {
        return Err(
            thread.type_error("slice indices must be integers or None or have an __index__ method")
        );
    }
    protocol::as_int(thread, value)
}

fn indices(thread: &mut Thread, this: Value, length: Value) -> PyResult {
    let slice: Ref<Slice> = of(thread, this)?;
    let length = protocol::as_int(thread, length)?;
    if length.is_negative() {
        return Err(thread.value_error("length should not be negative"));
    }
    let [start, stop, step] = long_indices(thread, slice, &length)?;
    let parts = [
        int::new(thread, start),
        int::new(thread, stop),
        int::new(thread, step),
    ];
    Ok(Tuple::new(thread, &parts).value())
}
