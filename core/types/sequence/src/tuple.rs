//! `tuple`.

use grwl_object::iterators::IndexIterator;
use grwl_object::list::Selection;
use grwl_object::protocol::{self, convert};
use grwl_object::slice::Slice;
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, Buffer, CompareOp, Method, PyResult, Ref, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, int, none, not_implemented, types,
};
use grwl_text::TextBuilder;

use crate::elements::{self, Brackets};
use crate::receiver::{
    class_getitem, constructor_arguments, constructor_without_keywords, of, positional,
};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "tuple(iterable=(), /)\n--\n\nA sequence that cannot be changed: empty, or of the elements of an iterable.",
    ),
    slots: SLOTS,
    methods: METHODS,
    getset: &[],
    constants: &[],
};

static SLOTS: &[SlotValue] = &[
    slots::NEW.is(new),
    slots::REPR.is(repr),
    slots::HASH.is(hash),
    slots::COMPARE.is(compare),
    slots::ITER.is(iter),
    slots::SEQUENCE_LENGTH.is(length),
    slots::MAPPING_LENGTH.is(length),
    slots::CONTAINS.is(contains),
    slots::CONCAT.is(concat),
    slots::REPEAT.is(repeat),
    slots::ITEM.is(item),
    slots::SUBSCRIPT.is(subscript),
];

static METHODS: &[Method] = &[
    Method::no_arguments(
        "__getnewargs__",
        getnewargs,
        "__getnewargs__($self, /)\n--\n\n",
    ),
    Method::any(
        "index",
        index,
        "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nThe index of the first element that equals the value.",
    ),
    Method::one(
        "count",
        count,
        "count($self, value, /)\n--\n\nHow many elements equal the value.",
    ),
    Method::one(
        "__class_getitem__",
        class_getitem,
        "__class_getitem__($type, object, /)\n--\n\nThe type with its elements' types named.",
    )
    .of_class(),
];

fn new(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    constructor_without_keywords(thread, &class, &types::TUPLE, args)?;
    let [iterable] = constructor_arguments(thread, args, "tuple", 0)?;
    let is_exact = std::ptr::eq(class.as_ptr(), &types::TUPLE);
    let Some(iterable) = iterable else {
        return make(thread, class, &[]);
    };
    if let Some(tuple) = iterable.downcast_exact::<Tuple>() {
        if is_exact {
            return Ok(iterable);
        }
        return make(thread, class, tuple.as_slice());
    }
    let elements = protocol::collect(thread, iterable)?;
    make(thread, class, &elements)
}

fn make(thread: &mut Thread, class: Ref<TypeObject>, items: &[Value]) -> PyResult {
    let tuple = if std::ptr::eq(class.as_ptr(), &types::TUPLE) {
        Tuple::try_new(thread, items)?
    } else {
        Tuple::of_class(thread, &class, items)?
    };
    Ok(tuple.value())
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    protocol::text::written(thread, this, write_repr)
}

/// Writes the `repr`.
pub(crate) fn write_repr(thread: &mut Thread, this: Value, text: &mut TextBuilder) -> PyResult<()> {
    let tuple: Ref<Tuple> = of(thread, this)?;
    let brackets = Brackets {
        open: b'(',
        close: b')',
        inside: "(...)",
        comma: true,
    };
    elements::write_repr(thread, this, tuple, &brackets, text)
}

/// The mixing step of CPython's hash of tuples, after xxHash.
#[derive(Clone, Copy)]
pub(crate) struct Mixer(u64);

const PRIME_1: u64 = 11_400_714_785_074_694_791;
const PRIME_2: u64 = 14_029_467_366_897_019_727;
const PRIME_5: u64 = 2_870_177_450_012_600_261;

impl Mixer {
    pub(crate) const fn new() -> Self {
        Self(PRIME_5)
    }

    pub(crate) fn mix(&mut self, hash: i64) {
        self.0 = self
            .0
            .wrapping_add((hash as u64).wrapping_mul(PRIME_2))
            .rotate_left(31)
            .wrapping_mul(PRIME_1);
    }

    /// The hash of a tuple of this length.
    pub(crate) fn finish(self, length: usize) -> i64 {
        Self(self.0.wrapping_add(length as u64 ^ (PRIME_5 ^ 3_527_539))).finish_plain()
    }

    /// Without the length.
    pub(crate) fn finish_plain(self) -> i64 {
        match self.0 as i64 {
            -1 => 1_546_275_796,
            hash => hash,
        }
    }
}

fn hash(thread: &mut Thread, this: Value) -> PyResult<i64> {
    let tuple: Ref<Tuple> = of(thread, this)?;
    thread.check_stack()?;
    let mut mixer = Mixer::new();
    for item in tuple.iter() {
        mixer.mix(protocol::hash(thread, item)?);
    }
    Ok(mixer.finish(tuple.len()))
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    match (a.downcast::<Tuple>(), b.downcast::<Tuple>()) {
        (Some(a), Some(b)) => elements::compare(thread, a, b, op),
        _ => Ok(not_implemented()),
    }
}

fn iter(thread: &mut Thread, this: Value) -> PyResult {
    Ok(IndexIterator::new(thread, &types::TUPLE_ITERATOR, this, 0).value())
}

fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(of::<Tuple>(thread, this)?.len())
}

fn contains(thread: &mut Thread, this: Value, value: Value) -> PyResult<bool> {
    let tuple: Ref<Tuple> = of(thread, this)?;
    Ok(elements::find(thread, tuple, value, 0, usize::MAX)?.is_some())
}

fn concat(thread: &mut Thread, a: Value, b: Value) -> PyResult {
    let tuple: Ref<Tuple> = of(thread, a)?;
    let Some(other) = b.downcast::<Tuple>() else {
        return Err(thread.type_error(format_args!(
            "can only concatenate tuple (not \"{}\") to tuple",
            b.class().name()
        )));
    };
    if tuple.is_empty() && b.downcast_exact::<Tuple>().is_some() {
        return Ok(b);
    }
    if other.is_empty() && a.downcast_exact::<Tuple>().is_some() {
        return Ok(a);
    }
    let mut items = Buffer::with_capacity(thread, tuple.len() + other.len())?;
    for item in tuple.iter().chain(other.iter()) {
        items.push(thread, item)?;
    }
    Ok(Tuple::try_new(thread, &items)?.value())
}

fn repeat(thread: &mut Thread, this: Value, times: isize) -> PyResult {
    let tuple: Ref<Tuple> = of(thread, this)?;
    if (tuple.is_empty() || times == 1) && this.downcast_exact::<Tuple>().is_some() {
        return Ok(this);
    }
    if tuple.is_empty() || times <= 0 {
        return Ok(Tuple::empty().value());
    }
    let Some(length) = tuple.len().checked_mul(times as usize) else {
        return Err(thread.memory_error());
    };
    let mut items = Buffer::with_capacity(thread, length)?;
    for _ in 0..times {
        for item in tuple.iter() {
            items.push(thread, item)?;
        }
    }
    Ok(Tuple::try_new(thread, &items)?.value())
}

fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let tuple: Ref<Tuple> = of(thread, this)?;
    let found = usize::try_from(index)
        .ok()
        .and_then(|index| tuple.as_slice().get(index));
    match found {
        Some(&item) => Ok(item),
        None => Err(thread.index_error("tuple index out of range")),
    }
}

fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    let tuple: Ref<Tuple> = of(thread, this)?;
    if let Some(slice) = key.downcast::<Slice>() {
        let chosen = slice.bounds(thread)?.within(tuple.len());
        return part(thread, this, tuple, chosen);
    }
    if !convert::has_index(key) {
        return Err(thread.type_error(format_args!(
            "tuple indices must be integers or slices, not {}",
            key.class().name()
        )));
    }
    let index = protocol::as_index(thread, key)?;
    let index = if index < 0 {
        index + tuple.len() as isize
    } else {
        index
    };
    item(thread, this, index)
}

fn part(thread: &mut Thread, this: Value, tuple: Ref<Tuple>, chosen: Selection) -> PyResult {
    let items = tuple.as_slice();
    if chosen.step == 1 {
        if chosen.count == items.len() && this.downcast_exact::<Tuple>().is_some() {
            return Ok(this);
        }
        let end = chosen.start + chosen.count;
        let items = items.get(chosen.start..end).unwrap_or(&[]);
        return Ok(Tuple::try_new(thread, items)?.value());
    }
    let mut some = Buffer::with_capacity(thread, chosen.count)?;
    for place in chosen.places() {
        some.push(thread, items[place])?;
    }
    Ok(Tuple::try_new(thread, &some)?.value())
}

fn getnewargs(thread: &mut Thread, this: Value) -> PyResult {
    let tuple: Ref<Tuple> = of(thread, this)?;
    let plain = Tuple::try_new(thread, tuple.as_slice())?;
    Ok(Tuple::new(thread, &[plain.value()]).value())
}

fn index(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let tuple: Ref<Tuple> = of(thread, this)?;
    let [value, start, stop] = positional(thread, args, "tuple", "index", 1)?;
    let (start, stop) = elements::search_range(thread, tuple.len(), start, stop)?;
    let value = value.unwrap_or_else(none);
    match elements::find(thread, tuple, value, start, stop)? {
        Some((index, _)) => Ok(int::from_usize(thread, index)),
        None => Err(thread.value_error("tuple.index(x): x not in tuple")),
    }
}

fn count(thread: &mut Thread, this: Value, value: Value) -> PyResult {
    let tuple: Ref<Tuple> = of(thread, this)?;
    let count = elements::count(thread, tuple, value)?;
    Ok(int::from_usize(thread, count))
}
