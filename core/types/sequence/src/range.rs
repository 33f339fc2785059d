//! `range`, whose numbers may be of any size.

use grwl_number::Int;
use grwl_object::int::{self, IntView};
use grwl_object::protocol::{self, convert};
use grwl_object::range::Range;
use grwl_object::slice::Slice;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, CompareOp, GetSet, Method, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject,
    TypeSpec, Value, ValueExt, none, not_implemented, singleton, types,
};

use crate::elements;
use crate::receiver::{constructor_arguments, constructor_without_keywords, of, too_large};
use crate::slice::long_indices;
use crate::tuple::Mixer;

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nThe integers from start to before stop, step apart.",
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
    slots::ITER.is(iter),
    slots::BOOL.is(truth),
    slots::SEQUENCE_LENGTH.is(length),
    slots::MAPPING_LENGTH.is(length),
    slots::ITEM.is(item),
    slots::CONTAINS.is(contains),
    slots::SUBSCRIPT.is(subscript),
];

static METHODS: &[Method] = &[
    Method::no_arguments(
        "__reversed__",
        reversed,
        "__reversed__($self, /)\n--\n\nAn iterator from the last integer to the first.",
    ),
    Method::no_arguments("__reduce__", reduce, "__reduce__($self, /)\n--\n\n"),
    Method::one(
        "count",
        count,
        "count($self, object, /)\n--\n\nHow many elements equal the object.",
    ),
    Method::one(
        "index",
        index,
        "index($self, object, /)\n--\n\nThe index of the first element that equals the object.",
    ),
];

static GETSET: &[GetSet] = &[
    GetSet::read_only(
        "start",
        |thread, this| Ok(of::<Range>(thread, this)?.start()),
        None,
    )
    .member(),
    GetSet::read_only(
        "stop",
        |thread, this| Ok(of::<Range>(thread, this)?.stop()),
        None,
    )
    .member(),
    GetSet::read_only(
        "step",
        |thread, this| Ok(of::<Range>(thread, this)?.step()),
        None,
    )
    .member(),
];

/// An argument of `range`: an `int` exactly.
fn integer(thread: &mut Thread, value: Value) -> PyResult {
    if value.as_int().is_some() {
        return Ok(value);
    }
    let number = protocol::as_int(thread, value)?;
    Ok(int::new(thread, number))
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    constructor_without_keywords(thread, &class, &types::RANGE, args)?;
    let [first, stop, step] = constructor_arguments(thread, args, "range", 1)?;
    let first = integer(thread, first.unwrap_or_else(none))?;
    let Some(stop) = stop else {
        let (start, step) = (Value::small(0), Value::small(1));
        return Ok(Range::new(thread, start, first, step).value());
    };
    let stop = integer(thread, stop)?;
    let step = match step {
        Some(step) => integer(thread, step)?,
        None => Value::small(1),
    };
    if step == Value::small(0) {
        return Err(thread.value_error("range() arg 3 must not be zero"));
    }
    Ok(Range::new(thread, first, stop, step).value())
}

/// The integer that a value of type `int` is.
fn number(value: Value) -> Int {
    int::view(value).map_or(Int::ZERO, IntView::to_int)
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let range: Ref<Range> = of(thread, this)?;
    let start = protocol::repr(thread, range.start())?;
    let stop = protocol::repr(thread, range.stop())?;
    let text = if range.step() == Value::small(1) {
        format!("range({start}, {stop})")
    } else {
        let step = protocol::repr(thread, range.step())?;
        format!("range({start}, {stop}, {step})")
    };
    Ok(Str::new(thread, &text).value())
}

/// What decides equality: the length, the first element if there is one, the step if there are two.
fn essence(range: Ref<Range>) -> [Value; 3] {
    let length = range.length();
    let start = if length == Value::small(0) {
        none()
    } else {
        range.start()
    };
    let step = if length == Value::small(0) || length == Value::small(1) {
        none()
    } else {
        range.step()
    };
    [length, start, step]
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let range: Ref<Range> = of(thread, this)?;
    let mut mixer = Mixer::new();
    for part in essence(range) {
        mixer.mix(protocol::hash(thread, part)?);
    }
    Ok(mixer.finish(3))
}

fn compare(_thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Range>(), b.downcast::<Range>()) else {
        return Ok(not_implemented());
    };
    let is_same =
        |(a, b): (Value, Value)| a == b || (!a.is_none() && !b.is_none() && number(a) == number(b));
    let is_equal = a == b || essence(x).into_iter().zip(essence(y)).all(is_same);
    match op {
        CompareOp::Eq => Ok(singleton::bool(is_equal)),
        CompareOp::Ne => Ok(singleton::bool(!is_equal)),
        _ => Ok(not_implemented()),
    }
}

fn iter(thread: &mut Thread, this: Value) -> PyResult {
    Ok(of::<Range>(thread, this)?.iter(thread))
}

fn reversed(thread: &mut Thread, this: Value) -> PyResult {
    Ok(of::<Range>(thread, this)?.reversed(thread))
}

fn truth(thread: &mut Thread, this: Value) -> PyResult<bool> {
    Ok(of::<Range>(thread, this)?.length() != Value::small(0))
}

fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    let range: Ref<Range> = of(thread, this)?;
    match int::view(range.length()) {
        Some(IntView::Small(length)) => Ok(length as usize),
        _ => Err(too_large(thread)),
    }
}

/// The element at an index that counts from the beginning.
fn element(thread: &mut Thread, range: Ref<Range>, index: &Int) -> PyResult {
    if index.is_negative() || *index >= number(range.length()) {
        return Err(out_of_range(thread));
    }
    Ok(range.at(thread, index))
}

#[cold]
fn out_of_range(thread: &mut Thread) -> Raised {
    thread.index_error("range object index out of range")
}

fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let range: Ref<Range> = of(thread, this)?;
    element(thread, range, &Int::from(index))
}

fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let range: Ref<Range> = of(thread, this)?;
    if let (Some(index), Some(length)) = (key.as_int(), range.length().as_int()) {
        let index = if index < 0 { index + length } else { index };
        if index < 0 || index >= length {
            return Err(out_of_range(thread));
        }
        return Ok(range.element(thread, index as usize));
    }
    if convert::has_index(key) {
        let index = protocol::as_int(thread, key)?;
        let index = if index.is_negative() {
            &index + &number(range.length())
        } else {
            index
        };
        return element(thread, range, &index);
    }
    let Some(slice) = key.downcast::<Slice>() else {
        return Err(thread.type_error(format_args!(
            "range indices must be integers or slices, not {}",
            key.class().name()
        )));
    };
    let [start, stop, step] = long_indices(thread, slice, &number(range.length()))?;
    let start = range.at(thread, &start);
    let stop = range.at(thread, &stop);
    let step = int::new(thread, &number(range.step()) * &step);
    Ok(Range::new(thread, start, stop, step).value())
}

/// The index of an integer, if it is in the range.
fn find(range: Ref<Range>, value: &Int) -> Option<Int> {
    let step = number(range.step());
    let distance = value - &number(range.start());
    let Ok((index, rest)) = distance.floor_div_mod(&step) else {
        unreachable!("a range's step is not 0");
    };
    (rest.is_zero() && !index.is_negative() && index < number(range.length())).then_some(index)
}

/// The integer that `value` is, if it is compared as integers are: `int` or `bool`, but no other subclass.
fn plain_integer(value: Value) -> Option<Int> {
    (int::is_exact_int(value) || int::as_bool(value).is_some()).then(|| number(value))
}

/// Calls `act` with each element that equals `value`, and its index, until it answers `false`.
fn search(
    thread: &mut Thread,
    range: Ref<Range>,
    value: Value,
    mut act: impl FnMut(usize) -> bool,
) -> PyResult<()> {
    let iterator = range.iter(thread);
    let mut index = 0;
    while let Some(element) = protocol::next(thread, iterator)? {
        if protocol::same_or_equal(thread, element, value)? && !act(index) {
            break;
        }
        elements::rest(thread, index)?;
        index += 1;
    }
    Ok(())
}

fn contains(thread: &mut Thread, this: Value, value: Value) -> PyResult<bool> {
    let range: Ref<Range> = of(thread, this)?;
    if let Some(value) = plain_integer(value) {
        return Ok(find(range, &value).is_some());
    }
    let mut found = false;
    search(thread, range, value, |_| {
        found = true;
        false
    })?;
    Ok(found)
}

fn count(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let range: Ref<Range> = of(thread, this)?;
    if let Some(value) = plain_integer(value) {
        return Ok(Value::small(i64::from(find(range, &value).is_some())));
    }
    let mut count = 0;
    search(thread, range, value, |_| {
        count += 1;
        true
    })?;
    Ok(int::from_usize(thread, count))
}

fn index(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let range: Ref<Range> = of(thread, this)?;
    if let Some(number) = plain_integer(value) {
        if let Some(index) = find(range, &number) {
            return Ok(int::new(thread, index));
        }
        return Err(thread.value_error("range.index(x): x not in range"));
    }
    let mut found = None;
    search(thread, range, value, |index| {
        found = Some(index);
        false
    })?;
    match found {
        Some(index) => Ok(int::from_usize(thread, index)),
        None => Err(thread.value_error("sequence.index(x): x not in sequence")),
    }
}

fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    let range: Ref<Range> = of(thread, this)?;
    let parts = Tuple::new(thread, &[range.start(), range.stop(), range.step()]).value();
    let class = Ref::from_static(&types::RANGE).value();
    Ok(Tuple::new(thread, &[class, parts]).value())
}
