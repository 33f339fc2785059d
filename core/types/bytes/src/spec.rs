//! The tables of `bytes` and `bytearray`.

use grwl_object::native::{Method, TypeSpec};
use grwl_object::{PyResult, Thread, Tuple, Value, slots};

use crate::{array_methods, byte_array, construct, contents, methods, operators};

/// What both have.
const SHARED: [Method; 42] = [
    Method::no_arguments(
        "capitalize",
        methods::capitalize,
        "capitalize($self, /)\n--\n\nA copy with its first byte in upper case, the others in lower case; ASCII only.",
    ),
    Method::any(
        "center",
        methods::center,
        "center($self, width, fillchar=b' ', /)\n--\n\nThe bytes in the middle of longer ones.",
    ),
    Method::any(
        "count",
        methods::count,
        "count($self, sub[, start[, end]], /)\n--\n\nHow often sub, bytes or one byte as an integer, occurs in self[start:end], without overlap.",
    ),
    Method::any(
        "decode",
        methods::decode,
        "decode($self, /, encoding='utf-8', errors='strict')\n--\n\nThe text that the bytes stand for; errors names what deals with bytes that stand for none.",
    ),
    Method::any(
        "endswith",
        methods::ends_with,
        "endswith($self, suffix[, start[, end]], /)\n--\n\nWhether self[start:end] ends with suffix, or with one of a tuple of suffixes.",
    ),
    Method::any(
        "expandtabs",
        methods::expand,
        "expandtabs($self, /, tabsize=8)\n--\n\nA copy in which spaces stand for tabs.",
    ),
    Method::any(
        "find",
        methods::find,
        "find($self, sub[, start[, end]], /)\n--\n\nThe first place of sub in self[start:end], or -1.",
    ),
    Method::any(
        "hex",
        crate::hex::hex,
        "hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nTwo hexadecimal digits a byte, with a separator between groups that are counted from the right, or if bytes_per_sep is negative from the left.",
    ),
    Method::any(
        "index",
        methods::index,
        "index($self, sub[, start[, end]], /)\n--\n\nThe first place of sub in self[start:end]; ValueError if there is none.",
    ),
    Method::no_arguments(
        "isalnum",
        methods::is_alnum,
        "isalnum($self, /)\n--\n\nWhether all bytes are ASCII letters or digits, and there is one.",
    ),
    Method::no_arguments(
        "isalpha",
        methods::is_alpha,
        "isalpha($self, /)\n--\n\nWhether all bytes are ASCII letters, and there is one.",
    ),
    Method::no_arguments(
        "isascii",
        methods::is_ascii,
        "isascii($self, /)\n--\n\nWhether all bytes are ASCII.",
    ),
    Method::no_arguments(
        "isdigit",
        methods::is_digit,
        "isdigit($self, /)\n--\n\nWhether all bytes are ASCII digits, and there is one.",
    ),
    Method::no_arguments(
        "islower",
        methods::is_lower,
        "islower($self, /)\n--\n\nWhether all ASCII letters are lower case, and there is one.",
    ),
    Method::no_arguments(
        "isspace",
        methods::is_space,
        "isspace($self, /)\n--\n\nWhether all bytes are ASCII white space, and there is one.",
    ),
    Method::no_arguments(
        "istitle",
        methods::is_title,
        "istitle($self, /)\n--\n\nWhether each ASCII word begins with upper case and goes on in lower case, and there is one.",
    ),
    Method::no_arguments(
        "isupper",
        methods::is_upper,
        "isupper($self, /)\n--\n\nWhether all ASCII letters are upper case, and there is one.",
    ),
    Method::one(
        "join",
        methods::join,
        "join($self, iterable_of_bytes, /)\n--\n\nThe bytes of an iterable in one, with these between them.",
    ),
    Method::any(
        "ljust",
        methods::ljust,
        "ljust($self, width, fillchar=b' ', /)\n--\n\nThe bytes at the left of longer ones.",
    ),
    Method::no_arguments(
        "lower",
        methods::lower,
        "lower($self, /)\n--\n\nA copy in lower case; ASCII only.",
    ),
    Method::any(
        "lstrip",
        methods::lstrip,
        "lstrip($self, bytes=None, /)\n--\n\nA copy without white space, or the given bytes, at the beginning.",
    ),
    Method::one(
        "partition",
        methods::partition,
        "partition($self, sep, /)\n--\n\nWhat is before the first separator, the separator, and what is after it.",
    ),
    Method::one(
        "removeprefix",
        methods::remove_prefix,
        "removeprefix($self, prefix, /)\n--\n\nA copy without the prefix, if it begins with it.",
    ),
    Method::one(
        "removesuffix",
        methods::remove_suffix,
        "removesuffix($self, suffix, /)\n--\n\nA copy without the suffix, if it ends with it.",
    ),
    Method::any(
        "replace",
        methods::replace,
        "replace($self, old, new, count=-1, /)\n--\n\nA copy in which new stands for old, count times at most; -1 means every time.",
    ),
    Method::any(
        "rfind",
        methods::rfind,
        "rfind($self, sub[, start[, end]], /)\n--\n\nThe last place of sub in self[start:end], or -1.",
    ),
    Method::any(
        "rindex",
        methods::rindex,
        "rindex($self, sub[, start[, end]], /)\n--\n\nThe last place of sub in self[start:end]; ValueError if there is none.",
    ),
    Method::any(
        "rjust",
        methods::rjust,
        "rjust($self, width, fillchar=b' ', /)\n--\n\nThe bytes at the right of longer ones.",
    ),
    Method::one(
        "rpartition",
        methods::rpartition,
        "rpartition($self, sep, /)\n--\n\nWhat is before the last separator, the separator, and what is after it.",
    ),
    Method::any(
        "rsplit",
        methods::rsplit,
        "rsplit($self, /, sep=None, maxsplit=-1)\n--\n\nThe parts between separators, or between white space, cut from the right.",
    ),
    Method::any(
        "rstrip",
        methods::rstrip,
        "rstrip($self, bytes=None, /)\n--\n\nA copy without white space, or the given bytes, at the end.",
    ),
    Method::any(
        "split",
        methods::split,
        "split($self, /, sep=None, maxsplit=-1)\n--\n\nThe parts between separators, or between white space, cut from the left.",
    ),
    Method::any(
        "splitlines",
        methods::split_lines,
        "splitlines($self, /, keepends=False)\n--\n\nThe lines, without what ends them unless keepends is true.",
    ),
    Method::any(
        "startswith",
        methods::starts_with,
        "startswith($self, prefix[, start[, end]], /)\n--\n\nWhether self[start:end] begins with prefix, or with one of a tuple of prefixes.",
    ),
    Method::any(
        "strip",
        methods::strip,
        "strip($self, bytes=None, /)\n--\n\nA copy without white space, or the given bytes, at both ends.",
    ),
    Method::no_arguments(
        "swapcase",
        methods::swap_case,
        "swapcase($self, /)\n--\n\nA copy with upper case for lower case, and the other way; ASCII only.",
    ),
    Method::no_arguments(
        "title",
        methods::title,
        "title($self, /)\n--\n\nA copy in which each word begins with upper case and goes on in lower case; ASCII only.",
    ),
    Method::any(
        "translate",
        methods::translate,
        "translate($self, table, /, delete=b'')\n--\n\nA copy without the bytes of delete, in which the table's byte stands for each other one.",
    ),
    Method::no_arguments(
        "upper",
        methods::upper,
        "upper($self, /)\n--\n\nA copy in upper case; ASCII only.",
    ),
    Method::one(
        "zfill",
        methods::zero_fill,
        "zfill($self, width, /)\n--\n\nThe bytes with zeros at the left, but after a sign.",
    ),
    Method::one("fromhex", crate::hex::from_hex, "fromhex($type, string, /)\n--\n\nThe bytes that pairs of hexadecimal digits stand for, which white space may separate.").of_class(),
    Method::any("maketrans", methods::make_table, "maketrans(frm, to, /)\n--\n\nA table for translate(): each byte of frm becomes the one at its place in to.").of_nothing(),
];

const fn joined<const N: usize, const M: usize, const ALL: usize>(
    own: [Method; M],
    shared: [Method; N],
) -> [Method; ALL] {
    assert!(N + M == ALL);
    let mut all = [own[0]; ALL];
    let mut index = 0;
    while index < ALL {
        all[index] = if index < M {
            own[index]
        } else {
            shared[index - M]
        };
        index += 1;
    }
    all
}

fn new_args(thread: &mut Thread, this: Value) -> PyResult {
    let own = contents::own(thread, this);
    let copy = contents::like(thread, this, &own)?;
    Ok(Tuple::try_new(thread, &[copy])?.value())
}

fn itself(thread: &mut Thread, this: Value) -> PyResult {
    let own = contents::own(thread, this);
    contents::unchanged(thread, this, &own)
}

static BYTES_METHODS: [Method; 44] = joined(
    [
        Method::no_arguments(
            "__getnewargs__",
            new_args,
            "__getnewargs__($self, /)\n--\n\nWhat pickle gives __new__.",
        ),
        Method::no_arguments(
            "__bytes__",
            itself,
            "__bytes__($self, /)\n--\n\nThe same as exactly a bytes object.",
        ),
    ],
    SHARED,
);

/// `bytes`
pub(crate) static BYTES: TypeSpec = TypeSpec {
    doc: Some(
        "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object\n\nBytes that do not change.",
    ),
    slots: &[
        slots::NEW.is(construct::new_bytes),
        slots::REPR.is(operators::repr),
        slots::STR.is(operators::repr),
        slots::HASH.is(operators::hash),
        slots::COMPARE.is(operators::compare),
        slots::ITER.is(operators::iterate),
        slots::REMAINDER.is(operators::remainder),
        slots::SEQUENCE_LENGTH.is(operators::length),
        slots::CONCAT.is(operators::concat),
        slots::REPEAT.is(operators::repeat),
        slots::ITEM.is(operators::item),
        slots::CONTAINS.is(operators::contains),
        slots::MAPPING_LENGTH.is(operators::length),
        slots::SUBSCRIPT.is(operators::subscript),
        slots::GET_BUFFER.is(operators::get_buffer),
    ],
    methods: &BYTES_METHODS,
    ..TypeSpec::NONE
};

static ARRAY_METHODS: [Method; 55] = joined(
    [
        Method::one(
            "append",
            array_methods::append,
            "append($self, item, /)\n--\n\nPuts a byte at the end.",
        ),
        Method::no_arguments(
            "clear",
            array_methods::clear,
            "clear($self, /)\n--\n\nTakes all bytes out.",
        ),
        Method::no_arguments("copy", array_methods::copy, "copy($self, /)\n--\n\nA copy."),
        Method::one(
            "extend",
            array_methods::extend,
            "extend($self, iterable_of_ints, /)\n--\n\nPuts bytes at the end.",
        ),
        Method::any(
            "insert",
            array_methods::insert,
            "insert($self, index, item, /)\n--\n\nPuts a byte before an index.",
        ),
        Method::any(
            "pop",
            array_methods::pop,
            "pop($self, index=-1, /)\n--\n\nTakes a byte out and returns it.",
        ),
        Method::one(
            "remove",
            array_methods::remove,
            "remove($self, value, /)\n--\n\nTakes the first byte of a value out.",
        ),
        Method::one(
            "resize",
            array_methods::resize,
            "resize($self, size, /)\n--\n\nSets the length; new bytes are zero.",
        ),
        Method::no_arguments(
            "reverse",
            array_methods::reverse,
            "reverse($self, /)\n--\n\nTurns the order round.",
        ),
        Method::no_arguments(
            "__alloc__",
            array_methods::allocated,
            "__alloc__($self, /)\n--\n\nHow many bytes there is room for.",
        ),
        Method::no_arguments(
            "__sizeof__",
            array_methods::size_in_bytes,
            "__sizeof__($self, /)\n--\n\nBytes in memory.",
        ),
        Method::no_arguments(
            "__reduce__",
            array_methods::reduce,
            "__reduce__($self, /)\n--\n\nFor pickle.",
        ),
        Method::any(
            "__reduce_ex__",
            array_methods::reduce_ex,
            "__reduce_ex__($self, proto=0, /)\n--\n\nFor pickle.",
        ),
    ],
    SHARED,
);

/// `bytearray`
pub(crate) static BYTEARRAY: TypeSpec = TypeSpec {
    doc: Some(
        "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array\n\nBytes that can be changed.",
    ),
    slots: &[
        slots::NEW.is(construct::new_array),
        slots::INIT.is(construct::init_array),
        slots::REPR.is(operators::repr),
        slots::STR.is(operators::repr),
        slots::HASH.is(grwl_object::protocol::hash::not_hashable),
        slots::COMPARE.is(operators::compare),
        slots::ITER.is(operators::iterate),
        slots::REMAINDER.is(operators::remainder),
        slots::SEQUENCE_LENGTH.is(operators::length),
        slots::CONCAT.is(operators::concat),
        slots::REPEAT.is(operators::repeat),
        slots::ITEM.is(operators::item),
        slots::STORE_ITEM.is(array_methods::store_item),
        slots::CONTAINS.is(operators::contains),
        slots::INPLACE_CONCAT.is(array_methods::inplace_concat),
        slots::INPLACE_REPEAT.is(array_methods::inplace_repeat),
        slots::MAPPING_LENGTH.is(operators::length),
        slots::SUBSCRIPT.is(operators::subscript),
        slots::STORE_SUBSCRIPT.is(array_methods::store_subscript),
        slots::GET_BUFFER.is(byte_array::get_buffer),
        slots::RELEASE_BUFFER.is(byte_array::release_buffer),
    ],
    methods: &ARRAY_METHODS,
    ..TypeSpec::NONE
};
