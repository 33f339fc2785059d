//! `set` and `frozenset`: the tables of what they can do.

mod algebra;
mod comparison;
pub(crate) mod construct;
mod element;
mod frozen;
pub(crate) mod iterator;
mod operators;
pub(crate) mod representation;

use grwl_object::protocol::hash::not_hashable;
use grwl_object::{Method, TypeSpec, slots};

const CONTAINS: Method = Method::one(
    "__contains__",
    element::contains_method,
    "__contains__($self, object, /)\n--\n\nx.__contains__(y) <==> y in x.",
);
const COPY: Method = Method::no_arguments(
    "copy",
    construct::copy,
    "copy($self, /)\n--\n\nReturn a shallow copy of a set.",
);
const FROZEN_COPY: Method = Method::no_arguments(
    "copy",
    frozen::copy,
    "copy($self, /)\n--\n\nReturn a shallow copy of a set.",
);
const DIFFERENCE: Method = Method::any(
    "difference",
    algebra::difference,
    "difference($self, /, *others)\n--\n\nA new set of the elements that are in none of the others.",
);
const INTERSECTION: Method = Method::any(
    "intersection",
    algebra::intersection,
    "intersection($self, /, *others)\n--\n\nA new set of the elements that are in all of the others too.",
);
const ISDISJOINT: Method = Method::one(
    "isdisjoint",
    comparison::isdisjoint,
    "isdisjoint($self, other, /)\n--\n\nReturn True if two sets have a null intersection.",
);
const ISSUBSET: Method = Method::one(
    "issubset",
    comparison::issubset,
    "issubset($self, other, /)\n--\n\nReport whether another set contains this set.",
);
const ISSUPERSET: Method = Method::one(
    "issuperset",
    comparison::issuperset,
    "issuperset($self, other, /)\n--\n\nReport whether this set contains another set.",
);
const REDUCE: Method = Method::no_arguments(
    "__reduce__",
    representation::reduce,
    "__reduce__($self, /)\n--\n\nReturn state information for pickling.",
);
const SIZE_OF: Method = Method::no_arguments(
    "__sizeof__",
    representation::size_of,
    "__sizeof__($self, /)\n--\n\nS.__sizeof__() -> size of S in memory, in bytes.",
);
const SYMMETRIC_DIFFERENCE: Method = Method::one(
    "symmetric_difference",
    algebra::symmetric_difference,
    "symmetric_difference($self, other, /)\n--\n\nA new set of the elements that are in one of the two only.",
);
const UNION: Method = Method::any(
    "union",
    algebra::union,
    "union($self, /, *others)\n--\n\nReturn a new set with elements from the set and all others.",
);
const CLASS_GETITEM: Method = Method::one(
    "__class_getitem__",
    representation::class_getitem,
    "__class_getitem__($type, object, /)\n--\n\nA set type with its elements' type named: set[str]",
)
.of_class();

/// What `set` can do.
pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("set(iterable=(), /)\n--\n\nBuild an unordered collection of unique elements."),
    slots: &[
        slots::NEW.is(construct::new),
        slots::INIT.is(construct::init),
        slots::REPR.is(representation::repr),
        slots::HASH.is(not_hashable),
        slots::COMPARE.is(comparison::compare),
        slots::ITER.is(iterator::iterate),
        slots::SEQUENCE_LENGTH.is(representation::length),
        slots::CONTAINS.is(element::contains),
        slots::SUBTRACT.is(operators::subtract),
        slots::AND.is(operators::and),
        slots::XOR.is(operators::xor),
        slots::OR.is(operators::or),
        slots::INPLACE_SUBTRACT.is(operators::inplace_subtract),
        slots::INPLACE_AND.is(operators::inplace_and),
        slots::INPLACE_XOR.is(operators::inplace_xor),
        slots::INPLACE_OR.is(operators::inplace_or),
    ],
    methods: &[
        Method::one(
            "add",
            element::add,
            "add($self, object, /)\n--\n\nAdd an element to a set.\n\nThis has no effect if the element is already present.",
        ),
        Method::no_arguments(
            "clear",
            element::clear,
            "clear($self, /)\n--\n\nRemove all elements from this set.",
        ),
        CONTAINS,
        COPY,
        Method::one(
            "discard",
            element::discard,
            "discard($self, object, /)\n--\n\nRemove an element from a set if it is a member.\n\nNo KeyError, unlike remove().",
        ),
        DIFFERENCE,
        Method::any(
            "difference_update",
            algebra::difference_update,
            "difference_update($self, /, *others)\n--\n\nRemove all elements of the others from the set.",
        ),
        INTERSECTION,
        Method::any(
            "intersection_update",
            algebra::intersection_update,
            "intersection_update($self, /, *others)\n--\n\nRemove all elements that are not in all of the others.",
        ),
        ISDISJOINT,
        ISSUBSET,
        ISSUPERSET,
        Method::no_arguments(
            "pop",
            element::pop,
            "pop($self, /)\n--\n\nRemove and return an arbitrary set element.\n\nKeyError if the set is empty.",
        ),
        REDUCE,
        Method::one(
            "remove",
            element::remove,
            "remove($self, object, /)\n--\n\nRemove an element from a set.\n\nKeyError if it is not a member.",
        ),
        SIZE_OF,
        SYMMETRIC_DIFFERENCE,
        Method::one(
            "symmetric_difference_update",
            algebra::symmetric_difference_update,
            "symmetric_difference_update($self, other, /)\n--\n\nKeep the elements that are in one of the two only.",
        ),
        UNION,
        Method::any(
            "update",
            algebra::update,
            "update($self, /, *others)\n--\n\nUpdate the set, adding elements from all others.",
        ),
        CLASS_GETITEM,
    ],
    getset: &[],
    constants: &[],
};

/// What `frozenset` can do.
pub(crate) static FROZEN_SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "frozenset(iterable=(), /)\n--\n\nBuild an immutable unordered collection of unique elements.",
    ),
    slots: &[
        slots::NEW.is(frozen::new),
        slots::REPR.is(representation::repr),
        slots::HASH.is(frozen::hash),
        slots::COMPARE.is(comparison::compare),
        slots::ITER.is(iterator::iterate),
        slots::SEQUENCE_LENGTH.is(representation::length),
        slots::CONTAINS.is(element::contains),
        slots::SUBTRACT.is(operators::subtract),
        slots::AND.is(operators::and),
        slots::XOR.is(operators::xor),
        slots::OR.is(operators::or),
    ],
    methods: &[
        CONTAINS,
        FROZEN_COPY,
        DIFFERENCE,
        INTERSECTION,
        ISDISJOINT,
        ISSUBSET,
        ISSUPERSET,
        REDUCE,
        SIZE_OF,
        SYMMETRIC_DIFFERENCE,
        UNION,
        CLASS_GETITEM,
    ],
    getset: &[],
    constants: &[],
};
