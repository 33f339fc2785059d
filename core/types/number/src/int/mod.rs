//! `int`: the table of what it can do.

pub mod arithmetic;
pub(crate) mod bits;
pub(crate) mod bytes;
mod construct;
pub mod methods;

pub use construct::number;

use grwl_object::{GetSet, Method, TypeSpec, slots};

const METHODS: &[Method] = &[
    Method::no_arguments(
        "conjugate",
        methods::plain,
        "conjugate($self, /)\n--\n\nThe number itself, which is its own complex conjugate.",
    ),
    Method::no_arguments(
        "bit_length",
        bits::bit_length,
        "bit_length($self, /)\n--\n\nHow many bits the absolute value takes in binary.\n\n>>> (37).bit_length()\n6",
    ),
    Method::no_arguments(
        "bit_count",
        bits::bit_count,
        "bit_count($self, /)\n--\n\nHow many ones the absolute value has in binary.\n\n>>> (13).bit_count()\n3",
    ),
    Method::any(
        "to_bytes",
        bytes::to_bytes,
        "to_bytes($self, /, length=1, byteorder='big', *, signed=False)\n--\n\nThe number as an array of bytes.\n\n  length\n    How many; OverflowError if the number does not fit.\n  byteorder\n    'big': the most significant byte comes first. 'little': it comes last.\n  signed\n    Two's complement; without, a negative number is an OverflowError.",
    ),
    Method::any(
        "from_bytes",
        bytes::from_bytes,
        "from_bytes($type, /, bytes, byteorder='big', *, signed=False)\n--\n\nThe number that an array of bytes stands for.\n\n  bytes\n    A bytes-like object, or an iterable of bytes.\n  byteorder\n    'big': the most significant byte comes first. 'little': it comes last.\n  signed\n    Two's complement.",
    )
    .of_class(),
    Method::no_arguments(
        "as_integer_ratio",
        methods::as_integer_ratio,
        "as_integer_ratio($self, /)\n--\n\nThe number and 1: a ratio in lowest terms with a positive denominator.\n\n>>> (10).as_integer_ratio()\n(10, 1)",
    ),
    Method::no_arguments(
        "__trunc__",
        methods::plain,
        "__trunc__($self, /)\n--\n\nTruncating an Integral returns itself.",
    ),
    Method::no_arguments(
        "__floor__",
        methods::plain,
        "__floor__($self, /)\n--\n\nFlooring an Integral returns itself.",
    ),
    Method::no_arguments(
        "__ceil__",
        methods::plain,
        "__ceil__($self, /)\n--\n\nCeiling of an Integral returns itself.",
    ),
    Method::any(
        "__round__",
        methods::round,
        "__round__($self, ndigits=None, /)\n--\n\nThe number itself, or rounded to a power of ten if ndigits is negative.",
    ),
    Method::no_arguments(
        "__getnewargs__",
        methods::getnewargs,
        "__getnewargs__($self, /)\n--\n\n",
    ),
    Method::one(
        "__format__",
        methods::format,
        "__format__($self, format_spec, /)\n--\n\nThe number as text, by a format specification.",
    ),
    Method::no_arguments(
        "__sizeof__",
        methods::size_of,
        "__sizeof__($self, /)\n--\n\nIts size in memory, in bytes.",
    ),
    Method::no_arguments(
        "is_integer",
        methods::is_integer,
        "is_integer($self, /)\n--\n\nTrue. There for likeness to float.is_integer.",
    ),
];

/// What `int` can do.
pub static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "int([x]) -> integer\n\
         int(x, base=10) -> integer\n\n\
         A number or string as an integer; 0 without arguments.\n\
         A number x is converted by x.__int__(); a float is truncated towards zero.\n\n\
         With a base, or if x is no number, x is a string, bytes, or bytearray instance\n\
         with an integer literal in that base, perhaps with a sign before and\n\
         whitespace around it. Bases are 0 and 2-36; base 0 means that the literal\n\
         tells its base.\n\
         >>> int('0b100', base=0)\n4",
    ),
    slots: &[
        slots::NEW.is(construct::new),
        slots::REPR.is(methods::repr),
        slots::HASH.is(methods::hash),
        slots::COMPARE.is(arithmetic::compare),
        slots::ADD.is(arithmetic::add),
        slots::SUBTRACT.is(arithmetic::subtract),
        slots::MULTIPLY.is(arithmetic::multiply),
        slots::REMAINDER.is(arithmetic::remainder),
        slots::DIVMOD.is(arithmetic::divmod),
        slots::POWER.is(arithmetic::power),
        slots::NEGATIVE.is(arithmetic::negative),
        slots::POSITIVE.is(methods::plain),
        slots::ABSOLUTE.is(arithmetic::absolute),
        slots::BOOL.is(methods::is_true),
        slots::INVERT.is(bits::invert),
        slots::LSHIFT.is(bits::lshift),
        slots::RSHIFT.is(bits::rshift),
        slots::AND.is(bits::and),
        slots::XOR.is(bits::xor),
        slots::OR.is(bits::or),
        slots::INT.is(methods::plain),
        slots::FLOAT.is(methods::float),
        slots::FLOOR_DIVIDE.is(arithmetic::floor_divide),
        slots::TRUE_DIVIDE.is(arithmetic::true_divide),
        slots::INDEX.is(methods::plain),
    ],
    methods: METHODS,
    getset: &[
        GetSet::read_only(
            "real",
            methods::plain,
            Some("the real part of a complex number"),
        ),
        GetSet::read_only(
            "imag",
            methods::imaginary,
            Some("the imaginary part of a complex number"),
        ),
        GetSet::read_only(
            "numerator",
            methods::plain,
            Some("the numerator of a rational number in lowest terms"),
        ),
        GetSet::read_only(
            "denominator",
            methods::denominator,
            Some("the denominator of a rational number in lowest terms"),
        ),
    ],
    constants: &[],
};
