//! `list`: its table, construction, `repr`, comparison, iteration.

use grwl_object::iterators::IndexIterator;
use grwl_object::list::List;
use grwl_object::protocol::{self, hash};
use grwl_object::slots::{self, SlotValue};
use grwl_object::{
    Args, CompareOp, Method, PyResult, Ref, Thread, TypeObject, TypeSpec, Value, ValueExt,
    instance, not_implemented, types,
};
use grwl_text::TextBuilder;

use crate::elements::{self, Brackets};
use crate::list_methods as methods;
use crate::list_subscript as subscript;
use crate::receiver::{class_getitem, constructor_arguments, of};

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "list(iterable=(), /)\n--\n\nA sequence that can be changed: empty, or of the elements of an iterable.",
    ),
    slots: SLOTS,
    methods: METHODS,
    getset: &[],
    constants: &[],
};

static SLOTS: &[SlotValue] = &[
    slots::NEW.is(new),
    slots::INIT.is(init),
    slots::REPR.is(repr),
    slots::HASH.is(hash::not_hashable),
    slots::COMPARE.is(compare),
    slots::ITER.is(iter),
    slots::SEQUENCE_LENGTH.is(length),
    slots::MAPPING_LENGTH.is(length),
    slots::CONTAINS.is(contains),
    slots::CONCAT.is(methods::concat),
    slots::REPEAT.is(methods::repeat),
    slots::INPLACE_CONCAT.is(methods::inplace_concat),
    slots::INPLACE_REPEAT.is(methods::inplace_repeat),
    slots::ITEM.is(subscript::item),
    slots::STORE_ITEM.is(subscript::store_item),
    slots::SUBSCRIPT.is(subscript::subscript),
    slots::STORE_SUBSCRIPT.is(subscript::store_subscript),
];

static METHODS: &[Method] = &[
    Method::one(
        "__getitem__",
        subscript::subscript,
        "__getitem__($self, index, /)\n--\n\nThe element at an index, or a list of those in a slice.",
    ),
    Method::no_arguments(
        "__reversed__",
        reversed,
        "__reversed__($self, /)\n--\n\nAn iterator from the last element to the first.",
    ),
    Method::no_arguments(
        "__sizeof__",
        size_of,
        "__sizeof__($self, /)\n--\n\nHow many bytes the list takes.",
    ),
    Method::no_arguments(
        "clear",
        methods::clear,
        "clear($self, /)\n--\n\nTakes all elements out.",
    ),
    Method::no_arguments(
        "copy",
        methods::copy,
        "copy($self, /)\n--\n\nA new list of the same elements.",
    ),
    Method::one(
        "append",
        methods::append,
        "append($self, object, /)\n--\n\nAdds an element at the end.",
    ),
    Method::any(
        "insert",
        methods::insert,
        "insert($self, index, object, /)\n--\n\nAdds an element before an index.",
    ),
    Method::one(
        "extend",
        methods::extend_method,
        "extend($self, iterable, /)\n--\n\nAdds the elements of an iterable at the end.",
    ),
    Method::any(
        "pop",
        methods::pop,
        "pop($self, index=-1, /)\n--\n\nTakes out the element at an index, and returns it.",
    ),
    Method::one(
        "remove",
        methods::remove,
        "remove($self, value, /)\n--\n\nTakes out the first element that equals the value.",
    ),
    Method::any(
        "index",
        methods::index,
        "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nThe index of the first element that equals the value.",
    ),
    Method::one(
        "count",
        methods::count,
        "count($self, value, /)\n--\n\nHow many elements equal the value.",
    ),
    Method::no_arguments(
        "reverse",
        methods::reverse,
        "reverse($self, /)\n--\n\nReverses the order of the elements, in place.",
    ),
    Method::any(
        "sort",
        methods::sort,
        "sort($self, /, *, key=None, reverse=False)\n--\n\nSorts the elements, in place; equal ones keep their order.",
    ),
    Method::one(
        "__class_getitem__",
        class_getitem,
        "__class_getitem__($type, object, /)\n--\n\nThe type with its elements' type named.",
    )
    .of_class(),
];

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    if std::ptr::eq(class.as_ptr(), &types::LIST) {
        return Ok(List::new(thread).value());
    }
    // Zeroes are an empty list.
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let list: Ref<List> = of(thread, this)?;
    let class = this.class();
    let is_plain = std::ptr::eq(class.as_ptr(), &types::LIST)
        || class.slots().raw(slots::NEW.index()) == types::LIST.slots().raw(slots::NEW.index());
    if is_plain && args.keyword_count() > 0 {
        return Err(thread.type_error("list() takes no keyword arguments"));
    }
    let [iterable] = constructor_arguments(thread, args, "list", 0)?;
    if !list.is_empty() {
        list.clear(thread);
    }
    match iterable {
        Some(iterable) => methods::extend(thread, list, iterable),
        None => Ok(()),
    }
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    protocol::text::written(thread, this, write_repr)
}

/// Writes the `repr`.
pub(crate) fn write_repr(thread: &mut Thread, this: Value, text: &mut TextBuilder) -> PyResult<()> {
    let list: Ref<List> = of(thread, this)?;
    let brackets = Brackets {
        open: b'[',
        close: b']',
        inside: "[...]",
        comma: false,
    };
    elements::write_repr(thread, this, list, &brackets, text)
}

fn compare(thread: &mut Thread, a: Value, b: Value, op: CompareOp) -> PyResult {
    match (a.downcast::<List>(), b.downcast::<List>()) {
        (Some(a), Some(b)) => elements::compare(thread, a, b, op),
        _ => Ok(not_implemented()),
    }
}

fn iter(thread: &mut Thread, this: Value) -> PyResult {
    Ok(IndexIterator::new(thread, &types::LIST_ITERATOR, this, 0).value())
}

fn reversed(thread: &mut Thread, this: Value) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    let last = list.len() as i64 - 1;
    Ok(IndexIterator::new(thread, &types::LIST_REVERSE_ITERATOR, this, last).value())
}

fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let list: Ref<List> = of(thread, this)?;
    // An instance of a subclass is larger by its attributes.
    let more = this.class().size().saturating_sub(types::LIST.size());
    Ok(Value::small((list.size_in_bytes() + more) as i64))
}

fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(of::<List>(thread, this)?.len())
}

fn contains(thread: &mut Thread, this: Value, value: Value) -> PyResult<bool> {
    let list: Ref<List> = of(thread, this)?;
    Ok(elements::find(thread, list, value, 0, usize::MAX)?.is_some())
}
