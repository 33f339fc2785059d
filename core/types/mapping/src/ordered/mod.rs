//! `OrderedDict`, its views and its iterator: the tables of what they can do. How they lie in memory, and why their order is the dict's, is in
//! `grwl_object::dict::ordered`.
//!
//! As CPython's, an instance of a subclass is changed and read through the subclass's `__setitem__`, `__getitem__` and `__contains__` by `__init__`,
//! `update`, `|`, `setdefault` and `copy`, and not by `pop` and `popitem`. If the subclass has not replaced them, nor does anything else, each of
//! these is one atomic change.
//!
//! | what | where |
//! |---|---|
//! | `__init__`, `update`, `fromkeys`, `copy`, `\|` | [`construct`] |
//! | methods on one key, `==`, `repr`, pickling | [`methods`] |
//! | views and the iterator | [`view`] |

mod construct;
mod methods;
mod view;

use grwl_object::dict::ordered::{self, ORDERED_DICT, OrderedDict};
use grwl_object::{GetSet, Method, PyResult, Ref, Thread, TypeSpec, Value, ValueExt, slots};

use crate::receiver;

const METHODS: &[Method] = &[
    Method::any(
        "fromkeys",
        construct::fromkeys,
        "fromkeys($type, /, iterable, value=None)\n--\n\nA new ordered dict with the iterable's elements as keys, all with one value.",
    )
    .of_class(),
    Method::no_arguments("__sizeof__", methods::size_of, "__sizeof__($self, /)\n--\n\n"),
    Method::no_arguments(
        "__reduce__",
        methods::reduce,
        "__reduce__($self, /)\n--\n\nThe parts, for pickling.",
    ),
    Method::any(
        "setdefault",
        methods::setdefault,
        "setdefault($self, /, key, default=None)\n--\n\nThe value of the key; a key that is not there is inserted with the default first.",
    ),
    Method::any(
        "pop",
        methods::pop,
        "pop($self, /, key, default=<unrepresentable>)\n--\n\nod.pop(key[,default]) -> v, remove a key and return its value.\n\nWithout such a key: the default, or KeyError if there is none.",
    ),
    Method::any(
        "popitem",
        methods::popitem,
        "popitem($self, /, last=True)\n--\n\nRemove a pair and return it as (key, value): the last one, or the first one if last is false.",
    ),
    Method::no_arguments("keys", view::keys, "keys($self, /)\n--\n\n"),
    Method::no_arguments("values", view::values, "values($self, /)\n--\n\n"),
    Method::no_arguments("items", view::items, "items($self, /)\n--\n\n"),
    Method::any("update", construct::update_method, ""),
    Method::no_arguments(
        "clear",
        methods::clear,
        "clear($self, /)\n--\n\nRemove all items.",
    ),
    Method::no_arguments(
        "copy",
        construct::copy,
        "copy($self, /)\n--\n\nA shallow copy.",
    ),
    Method::no_arguments(
        "__reversed__",
        view::reversed,
        "__reversed__($self, /)\n--\n\nAn iterator over the keys that goes backwards.",
    ),
    Method::any(
        "move_to_end",
        methods::move_to_end,
        "move_to_end($self, /, key, last=True)\n--\n\nMove a key to the end, or to the beginning if last is false.\n\nKeyError if there is no such key.",
    ),
];

static SPEC: TypeSpec = TypeSpec {
    doc: Some("A dict whose order counts, and can be changed"),
    slots: &[
        slots::INIT.is(construct::init),
        slots::REPR.is(methods::repr),
        slots::COMPARE.is(methods::compare),
        slots::ITER.is(view::iterate),
        slots::OR.is(construct::or),
        slots::INPLACE_OR.is(construct::inplace_or),
        slots::STORE_SUBSCRIPT.is(methods::store),
    ],
    methods: METHODS,
    getset: &[GetSet::new(
        "__dict__",
        methods::get_dict,
        grwl_object::class::make::replace_dict,
        None,
    )],
    constants: &[],
};

/// Gives the types their functions.
pub(crate) fn install() {
    ORDERED_DICT.define(&SPEC);
    ordered::ORDERED_KEYS.define(&view::VIEW_SPEC);
    ordered::ORDERED_VALUES.define(&view::VIEW_SPEC);
    ordered::ORDERED_ITEMS.define(&view::VIEW_SPEC);
    ordered::ORDERED_ITERATOR.define(&view::ITERATOR_SPEC);
}

/// The receiver.
fn receive(thread: &mut Thread, value: Value) -> PyResult<Ref<OrderedDict>> {
    match value.downcast() {
        Some(dict) => Ok(dict),
        None => Err(receiver::wrong(thread, "collections.OrderedDict", value)),
    }
}

/// Is this exactly an `OrderedDict`?
fn is_exact(value: Value) -> bool {
    std::ptr::eq(value.class().as_ptr(), &raw const ORDERED_DICT)
}

/// Does the object's class leave a slot as it is in `OrderedDict`?
fn keeps(value: Value, slot: usize) -> bool {
    is_exact(value) || value.class().slots().raw(slot) == ORDERED_DICT.slots().raw(slot)
}

/// Has the class not replaced `__setitem__`?
fn stores_plainly(value: Value) -> bool {
    keeps(value, slots::STORE_SUBSCRIPT.index())
}

/// Has the class replaced none of `__setitem__`, `__getitem__`, `__contains__`?
fn is_plain(value: Value) -> bool {
    stores_plainly(value)
        && keeps(value, slots::SUBSCRIPT.index())
        && keeps(value, slots::CONTAINS.index())
}

/// Notes that a method of `dict` has removed a key behind an `OrderedDict`'s back.
#[cold]
pub(crate) fn note_lost(thread: &mut Thread, value: Value, key: Value) {
    if let Some(this) = value.downcast::<OrderedDict>() {
        let locked = thread.lock_cell(&this);
        locked.store(this, &this.lost, Some(key));
    }
}

/// `KeyError` if a key was lost, and has not come back.
#[inline]
fn check_order(thread: &mut Thread, this: Ref<OrderedDict>) -> PyResult<()> {
    match this.lost.load() {
        None => Ok(()),
        Some(key) => check_lost(thread, this, key),
    }
}

#[cold]
fn check_lost(thread: &mut Thread, this: Ref<OrderedDict>, key: Value) -> PyResult<()> {
    if this.dict().is_empty() || this.dict().contains(thread, key)? {
        return Ok(());
    }
    Err(thread.key_error(key))
}
