//! `dict`: the table of what it can do.

pub(crate) mod construct;
mod item;
mod methods;
pub(crate) mod operators;

use grwl_object::protocol::hash::not_hashable;
use grwl_object::{Method, TypeSpec, slots};

const METHODS: &[Method] = &[
    Method::one(
        "__getitem__",
        item::subscript,
        "__getitem__($self, key, /)\n--\n\nReturn self[key].",
    ),
    Method::one(
        "__contains__",
        item::contains_method,
        "__contains__($self, key, /)\n--\n\nTrue if the dictionary has the specified key, else False.",
    ),
    Method::no_arguments(
        "__sizeof__",
        methods::size_of,
        "__sizeof__($self, /)\n--\n\nReturn the size of the dict in memory.",
    ),
    Method::any(
        "get",
        item::get,
        "get($self, key, default=None, /)\n--\n\nThe value of the key, or the default if there is no such key.",
    ),
    Method::any(
        "setdefault",
        item::setdefault,
        "setdefault($self, key, default=None, /)\n--\n\nThe value of the key; a key that is not there is inserted with the default first.",
    ),
    Method::any(
        "pop",
        item::pop,
        "pop($self, key, default=<unrepresentable>, /)\n--\n\nRemove a key and return its value.\n\nWithout such a key: the default, or KeyError if there is none.",
    ),
    Method::no_arguments(
        "popitem",
        item::popitem,
        "popitem($self, /)\n--\n\nRemove the pair inserted last and return it as (key, value).\n\nKeyError if the dict is empty.",
    ),
    Method::no_arguments(
        "keys",
        methods::keys,
        "keys($self, /)\n--\n\nA set-like view of the keys.",
    ),
    Method::no_arguments(
        "items",
        methods::items,
        "items($self, /)\n--\n\nA set-like view of the pairs of key and value.",
    ),
    Method::no_arguments(
        "values",
        methods::values,
        "values($self, /)\n--\n\nA view of the values.",
    ),
    Method::any(
        "update",
        construct::update_method,
        "D.update([E, ]**F) -> None.  Insert the pairs of a mapping or iterable E, then those of F.\n\nAn E with a method keys() is read by E[key], any other as an iterable of pairs.",
    ),
    Method::any(
        "fromkeys",
        construct::fromkeys,
        "fromkeys($type, iterable, value=None, /)\n--\n\nA new dict with the iterable's elements as keys, all with one value.",
    )
    .of_class(),
    Method::no_arguments(
        "clear",
        methods::clear,
        "clear($self, /)\n--\n\nRemove all items from the dict.",
    ),
    Method::no_arguments(
        "copy",
        methods::copy,
        "copy($self, /)\n--\n\nReturn a shallow copy of the dict.",
    ),
    Method::no_arguments(
        "__reversed__",
        methods::reversed,
        "__reversed__($self, /)\n--\n\nReturn a reverse iterator over the dict keys.",
    ),
    Method::one(
        "__class_getitem__",
        methods::class_getitem,
        "__class_getitem__($type, object, /)\n--\n\nA dict type with its keys' and values' types named: dict[str, int]",
    )
    .of_class(),
];

/// What `dict` can do.
pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "dict() -> new empty dictionary\n\
         dict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\n\
         dict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\n\
         dict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    ),
    slots: &[
        slots::NEW.is(construct::new),
        slots::INIT.is(construct::init),
        slots::REPR.is(operators::repr),
        slots::HASH.is(not_hashable),
        slots::COMPARE.is(operators::compare),
        slots::ITER.is(operators::iterate),
        slots::OR.is(operators::or),
        slots::INPLACE_OR.is(operators::inplace_or),
        slots::MAPPING_LENGTH.is(operators::length),
        slots::SUBSCRIPT.is(item::subscript),
        slots::STORE_SUBSCRIPT.is(item::store),
        slots::CONTAINS.is(item::contains),
    ],
    methods: METHODS,
    getset: &[],
    constants: &[],
};
