//! `float`: the table of what it can do.

mod construct;
mod methods;
pub mod operators;

pub use construct::number;

use grwl_object::{GetSet, Method, TypeSpec, slots};

const METHODS: &[Method] = &[
    Method::one(
        "from_number",
        construct::from_number,
        "from_number($type, number, /)\n--\n\nA real number as a floating-point number.",
    )
    .of_class(),
    Method::no_arguments(
        "conjugate",
        methods::plain,
        "conjugate($self, /)\n--\n\nThe number itself, which is its own complex conjugate.",
    ),
    Method::no_arguments(
        "__trunc__",
        methods::trunc,
        "__trunc__($self, /)\n--\n\nThe Integral between 0 and the number that is closest to it.",
    ),
    Method::no_arguments(
        "__floor__",
        methods::floor,
        "__floor__($self, /)\n--\n\nThe floor as an Integral.",
    ),
    Method::no_arguments(
        "__ceil__",
        methods::ceil,
        "__ceil__($self, /)\n--\n\nThe ceiling as an Integral.",
    ),
    Method::any(
        "__round__",
        methods::round,
        "__round__($self, ndigits=None, /)\n--\n\nThe closest Integral, the even one of two; with ndigits as round(x, ndigits).",
    ),
    Method::no_arguments(
        "as_integer_ratio",
        methods::as_integer_ratio,
        "as_integer_ratio($self, /)\n--\n\nTwo integers whose ratio is exactly the number.\n\nIt is in lowest terms, the denominator is positive. OverflowError of\ninfinities, ValueError of NaNs.\n\n>>> (-.25).as_integer_ratio()\n(-1, 4)",
    ),
    Method::one(
        "fromhex",
        construct::fromhex,
        "fromhex($type, string, /)\n--\n\nThe number that a hexadecimal string stands for.\n\n>>> float.fromhex('-0x1p-1074')\n-5e-324",
    )
    .of_class(),
    Method::no_arguments(
        "hex",
        methods::hex,
        "hex($self, /)\n--\n\nThe number as a hexadecimal string.\n\n>>> (-0.1).hex()\n'-0x1.999999999999ap-4'",
    ),
    Method::no_arguments(
        "is_integer",
        methods::is_integer,
        "is_integer($self, /)\n--\n\nTrue if the float is an integer.",
    ),
    Method::no_arguments(
        "__getnewargs__",
        methods::getnewargs,
        "__getnewargs__($self, /)\n--\n\n",
    ),
    Method::one(
        "__getformat__",
        construct::getformat,
        "__getformat__($type, typestr, /)\n--\n\nThe layout of C's 'double' or 'float' in memory; for the test suite.",
    )
    .of_class(),
    Method::one(
        "__format__",
        methods::format,
        "__format__($self, format_spec, /)\n--\n\nThe float as text, by a format specification.",
    ),
];

/// What `float` can do.
pub static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "float(x=0, /)\n--\n\nA string or number as a floating-point number, if that is possible.",
    ),
    slots: &[
        slots::NEW.is(construct::new),
        slots::REPR.is(methods::repr),
        slots::HASH.is(methods::hash),
        slots::COMPARE.is(operators::compare),
        slots::ADD.is(operators::add),
        slots::SUBTRACT.is(operators::subtract),
        slots::MULTIPLY.is(operators::multiply),
        slots::REMAINDER.is(operators::remainder),
        slots::DIVMOD.is(operators::divmod),
        slots::POWER.is(operators::power),
        slots::NEGATIVE.is(operators::negative),
        slots::POSITIVE.is(methods::plain),
        slots::ABSOLUTE.is(operators::absolute),
        slots::BOOL.is(methods::is_true),
        slots::INT.is(methods::trunc),
        slots::FLOAT.is(methods::plain),
        slots::FLOOR_DIVIDE.is(operators::floor_divide),
        slots::TRUE_DIVIDE.is(operators::true_divide),
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
    ],
    constants: &[],
};
