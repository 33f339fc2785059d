//! `dict_keys`, `dict_values`, `dict_items`.

use grwl_object::dict::Dict;
use grwl_object::dict::view::{DictIterator, DictView, Yields};
use grwl_object::list::List;
use grwl_object::protocol::hash::not_hashable;
use grwl_object::{
    Buffer, GetSet, Method, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, protocol, slots, types,
};

use crate::{receiver, view_algebra};

const REVERSED: Method = Method::no_arguments(
    "__reversed__",
    reversed,
    "__reversed__($self, /)\n--\n\nAn iterator over the view that goes backwards.",
);

const SET_METHODS: &[Method] = &[
    Method::one(
        "isdisjoint",
        view_algebra::isdisjoint,
        "isdisjoint($self, object, /)\n--\n\nTrue if no element of the iterable is in the view.",
    ),
    REVERSED,
];

const MAPPING: &[GetSet] = &[GetSet::read_only(
    "mapping",
    mapping,
    Some("dictionary that this view refers to"),
)];

/// What `dict_keys` can do.
pub(crate) static KEYS_SPEC: TypeSpec = TypeSpec {
    slots: &[
        slots::REPR.is(repr),
        slots::HASH.is(not_hashable),
        slots::COMPARE.is(view_algebra::compare),
        slots::ITER.is(iterate),
        slots::SUBTRACT.is(view_algebra::subtract),
        slots::AND.is(view_algebra::and),
        slots::XOR.is(view_algebra::xor),
        slots::OR.is(view_algebra::or),
        slots::SEQUENCE_LENGTH.is(length),
        slots::CONTAINS.is(contains),
    ],
    methods: SET_METHODS,
    getset: MAPPING,
    ..TypeSpec::NONE
};

/// What `dict_items` can do.
pub(crate) static ITEMS_SPEC: TypeSpec = TypeSpec {
    slots: KEYS_SPEC.slots,
    methods: SET_METHODS,
    getset: MAPPING,
    ..TypeSpec::NONE
};

/// What `dict_values` can do.
pub(crate) static VALUES_SPEC: TypeSpec = TypeSpec {
    slots: &[
        slots::REPR.is(repr),
        slots::ITER.is(iterate),
        slots::SEQUENCE_LENGTH.is(length),
    ],
    methods: &[REVERSED],
    getset: MAPPING,
    ..TypeSpec::NONE
};

/// What a view shows of which dict, be it a dict's or an `OrderedDict`'s; `None` for what is no view.
pub(crate) fn as_view(value: Value) -> Option<(Yields, Ref<Dict>)> {
    let class = value.class();
    let yields = [Yields::Keys, Yields::Values, Yields::Items]
        .into_iter()
        .find(|yields| {
            let is = |view: &'static TypeObject| std::ptr::eq(view, class.as_ptr());
            is(yields.view()) || is(yields.ordered_view())
        })?;
    // SAFETY: these types have this layout, and cannot be subclassed.
    let view: Ref<DictView> = unsafe { Ref::from_cell(value.as_cell()?) };
    Some((yields, view.dict()?))
}

fn receive(thread: &mut Thread, this: Value) -> PyResult<(Yields, Ref<Dict>)> {
    match as_view(this) {
        Some(view) => Ok(view),
        None => Err(receiver::wrong(thread, "dict_view", this)),
    }
}

fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(receive(thread, this)?.1.len())
}

fn iterate(thread: &mut Thread, this: Value) -> PyResult {
    let (yields, dict) = receive(thread, this)?;
    Ok(DictIterator::new(thread, yields, false, dict).value())
}

fn reversed(thread: &mut Thread, this: Value) -> PyResult {
    let (yields, dict) = receive(thread, this)?;
    Ok(DictIterator::new(thread, yields, true, dict).value())
}

fn contains(thread: &mut Thread, this: Value, element: Value) -> PyResult<bool> {
    let (yields, dict) = receive(thread, this)?;
    contains_in(thread, yields, dict, element)
}

/// Is it a key, or a pair?
pub(crate) fn contains_in(
    thread: &mut Thread,
    yields: Yields,
    dict: Ref<Dict>,
    element: Value,
) -> PyResult<bool> {
    if yields != Yields::Items {
        return dict.contains(thread, element);
    }
    let Some(&[key, value]) = element.downcast::<Tuple>().map(Ref::<Tuple>::as_slice) else {
        return Ok(false);
    };
    match dict.get(thread, key)? {
        Some(found) => protocol::same_or_equal(thread, found, value),
        None => Ok(false),
    }
}

fn mapping(thread: &mut Thread, this: Value) -> PyResult {
    let (_, dict) = receive(thread, this)?;
    Ok(DictView::new(thread, &types::MAPPING_PROXY, dict.value()).value())
}

/// What the view shows, in a list.
fn elements(thread: &mut Thread, yields: Yields, dict: Ref<Dict>) -> PyResult<Ref<List>> {
    let snapshot = dict.copy(thread)?;
    let mut buffer = Buffer::with_capacity(thread, snapshot.len())?;
    for (key, value, _) in snapshot.cursor() {
        let element = match yields {
            Yields::Keys => key,
            Yields::Values => value,
            Yields::Items => Tuple::try_new(thread, &[key, value])?.value(),
        };
        buffer.push(thread, element)?;
    }
    Ok(List::from_buffer(thread, buffer))
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let (yields, dict) = receive(thread, this)?;
    let Some(_showing) = protocol::Showing::begin(this) else {
        return Ok(Str::new(thread, "...").value());
    };
    let list = elements(thread, yields, dict)?;
    let list = protocol::repr(thread, list.value())?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&format!("{}(", this.class().name()));
    text.push_text(list.text());
    text.push_str(")");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}
