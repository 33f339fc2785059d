//! `complex`: the table of what it can do.

pub mod algebra;
mod construct;
pub mod operators;

pub use construct::number;

use grwl_object::{GetSet, Method, TypeSpec, slots};

const METHODS: &[Method] = &[
    Method::one(
        "from_number",
        construct::from_number,
        "from_number($type, number, /)\n--\n\nA number as a complex floating-point number.",
    )
    .of_class(),
    Method::no_arguments(
        "conjugate",
        operators::conjugate,
        "conjugate($self, /)\n--\n\nThe complex conjugate: (3-4j).conjugate() == 3+4j.",
    ),
    Method::no_arguments(
        "__complex__",
        operators::plain,
        "__complex__($self, /)\n--\n\nThe value with exactly the type complex.",
    ),
    Method::no_arguments(
        "__getnewargs__",
        operators::getnewargs,
        "__getnewargs__($self, /)\n--\n\n",
    ),
    Method::one(
        "__format__",
        operators::format,
        "__format__($self, format_spec, /)\n--\n\nThe number as text, by a format specification.",
    ),
];

/// What `complex` can do.
pub static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "complex(real=0, imag=0)\n--\n\nA complex number from a string or from numbers.\n\nA string is parsed, a single number converted. With real or imag, these are\nthe parts of the number.",
    ),
    slots: &[
        slots::NEW.is(construct::new),
        slots::REPR.is(operators::repr),
        slots::HASH.is(operators::hash),
        slots::COMPARE.is(operators::compare),
        slots::ADD.is(operators::add),
        slots::SUBTRACT.is(operators::subtract),
        slots::MULTIPLY.is(operators::multiply),
        slots::TRUE_DIVIDE.is(operators::true_divide),
        slots::POWER.is(operators::power),
        slots::NEGATIVE.is(operators::negative),
        slots::POSITIVE.is(operators::plain),
        slots::ABSOLUTE.is(operators::absolute),
        slots::BOOL.is(operators::is_true),
    ],
    methods: METHODS,
    getset: &[
        GetSet::read_only(
            "real",
            operators::real,
            Some("the real part of a complex number"),
        )
        .member(),
        GetSet::read_only(
            "imag",
            operators::imaginary,
            Some("the imaginary part of a complex number"),
        )
        .member(),
    ],
    constants: &[],
};
