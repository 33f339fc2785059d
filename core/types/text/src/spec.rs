//! The table of `str`.

use grwl_object::native::{Method, TypeSpec};
use grwl_object::slots;

use crate::{
    codec, construct, format_method, iterator, operators, search, shape, split, translate,
};

/// `str`
pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nA string: the text of an object, or decoded bytes.",
    ),
    slots: &[
        slots::NEW.is(construct::new),
        slots::REPR.is(operators::repr),
        slots::STR.is(operators::to_str),
        slots::HASH.is(operators::hash),
        slots::COMPARE.is(operators::compare),
        slots::ITER.is(iterator::iterate),
        slots::REMAINDER.is(operators::remainder),
        slots::SEQUENCE_LENGTH.is(operators::length),
        slots::CONCAT.is(operators::concat),
        slots::REPEAT.is(operators::repeat),
        slots::ITEM.is(operators::item),
        slots::CONTAINS.is(operators::contains),
        slots::MAPPING_LENGTH.is(operators::length),
        slots::SUBSCRIPT.is(operators::subscript),
    ],
    methods: METHODS,
    ..TypeSpec::NONE
};

static METHODS: &[Method] = &[
    Method::any(
        "encode",
        codec::encode_method,
        "encode($self, /, encoding='utf-8', errors='strict')\n--\n\nThe text as bytes in an encoding; errors names what deals with characters that it does not have.",
    ),
    Method::any(
        "replace",
        search::replace,
        "replace($self, old, new, /, count=-1)\n--\n\nA copy in which new stands for old, count times at most; -1 means every time.",
    ),
    Method::any(
        "split",
        split::split,
        "split($self, /, sep=None, maxsplit=-1)\n--\n\nThe parts between separators, cut from the left. Without a separator, white space separates and empty parts are left out.",
    ),
    Method::any(
        "rsplit",
        split::rsplit,
        "rsplit($self, /, sep=None, maxsplit=-1)\n--\n\nThe parts between separators, cut from the right. Without a separator, white space separates and empty parts are left out.",
    ),
    Method::one(
        "join",
        split::join,
        "join($self, iterable, /)\n--\n\nThe strings of an iterable in one, with this string between them.",
    ),
    Method::no_arguments(
        "capitalize",
        shape::capitalize,
        "capitalize($self, /)\n--\n\nA copy with its first character in title case, the others in lower case.",
    ),
    Method::no_arguments(
        "casefold",
        shape::fold_case,
        "casefold($self, /)\n--\n\nA copy for comparisons that ignore case.",
    ),
    Method::no_arguments(
        "title",
        shape::title,
        "title($self, /)\n--\n\nA copy in which each word begins with title case and goes on in lower case.",
    ),
    Method::any(
        "center",
        shape::center,
        "center($self, width, fillchar=' ', /)\n--\n\nThe string in the middle of a longer one.",
    ),
    Method::any(
        "count",
        search::count,
        "count($self, sub[, start[, end]], /)\n--\n\nHow often sub occurs in self[start:end], without overlap.",
    ),
    Method::any(
        "expandtabs",
        shape::expand,
        "expandtabs($self, /, tabsize=8)\n--\n\nA copy in which spaces stand for tabs.",
    ),
    Method::any(
        "find",
        search::find,
        "find($self, sub[, start[, end]], /)\n--\n\nThe first place of sub in self[start:end], or -1.",
    ),
    Method::one(
        "partition",
        split::partition,
        "partition($self, sep, /)\n--\n\nWhat is before the first separator, the separator, and what is after it. Without one, the string and two empty strings.",
    ),
    Method::any(
        "index",
        search::index,
        "index($self, sub[, start[, end]], /)\n--\n\nThe first place of sub in self[start:end]; ValueError if there is none.",
    ),
    Method::any(
        "ljust",
        shape::ljust,
        "ljust($self, width, fillchar=' ', /)\n--\n\nThe string at the left of a longer one.",
    ),
    Method::no_arguments(
        "lower",
        shape::lower,
        "lower($self, /)\n--\n\nA copy in lower case.",
    ),
    Method::any(
        "lstrip",
        shape::lstrip,
        "lstrip($self, chars=None, /)\n--\n\nA copy without white space, or the characters of chars, at the beginning.",
    ),
    Method::any(
        "rfind",
        search::rfind,
        "rfind($self, sub[, start[, end]], /)\n--\n\nThe last place of sub in self[start:end], or -1.",
    ),
    Method::any(
        "rindex",
        search::rindex,
        "rindex($self, sub[, start[, end]], /)\n--\n\nThe last place of sub in self[start:end]; ValueError if there is none.",
    ),
    Method::any(
        "rjust",
        shape::rjust,
        "rjust($self, width, fillchar=' ', /)\n--\n\nThe string at the right of a longer one.",
    ),
    Method::any(
        "rstrip",
        shape::rstrip,
        "rstrip($self, chars=None, /)\n--\n\nA copy without white space, or the characters of chars, at the end.",
    ),
    Method::one(
        "rpartition",
        split::rpartition,
        "rpartition($self, sep, /)\n--\n\nWhat is before the last separator, the separator, and what is after it. Without one, two empty strings and the string.",
    ),
    Method::any(
        "splitlines",
        split::split_lines_method,
        "splitlines($self, /, keepends=False)\n--\n\nThe lines, without what ends them unless keepends is true.",
    ),
    Method::any(
        "strip",
        shape::strip,
        "strip($self, chars=None, /)\n--\n\nA copy without white space, or the characters of chars, at both ends.",
    ),
    Method::no_arguments(
        "swapcase",
        shape::swap_case,
        "swapcase($self, /)\n--\n\nA copy with upper case for lower case, and the other way.",
    ),
    Method::one(
        "translate",
        translate::translate,
        "translate($self, table, /)\n--\n\nA copy in which each character is what the table, asked for its ordinal, says: an ordinal, a string, or None for nothing. LookupError leaves it as it is.",
    ),
    Method::no_arguments(
        "upper",
        shape::upper,
        "upper($self, /)\n--\n\nA copy in upper case.",
    ),
    Method::any(
        "startswith",
        search::starts_with,
        "startswith($self, prefix[, start[, end]], /)\n--\n\nWhether self[start:end] begins with prefix, or with one of a tuple of prefixes.",
    ),
    Method::any(
        "endswith",
        search::ends_with,
        "endswith($self, suffix[, start[, end]], /)\n--\n\nWhether self[start:end] ends with suffix, or with one of a tuple of suffixes.",
    ),
    Method::one(
        "removeprefix",
        search::remove_prefix,
        "removeprefix($self, prefix, /)\n--\n\nA copy without the prefix, if it begins with it.",
    ),
    Method::one(
        "removesuffix",
        search::remove_suffix,
        "removesuffix($self, suffix, /)\n--\n\nA copy without the suffix, if it ends with it.",
    ),
    Method::no_arguments(
        "isascii",
        shape::is_ascii,
        "isascii($self, /)\n--\n\nWhether all characters are ASCII.",
    ),
    Method::no_arguments(
        "islower",
        shape::is_lower,
        "islower($self, /)\n--\n\nWhether all cased characters are lower case, and there is one.",
    ),
    Method::no_arguments(
        "isupper",
        shape::is_upper,
        "isupper($self, /)\n--\n\nWhether all cased characters are upper case, and there is one.",
    ),
    Method::no_arguments(
        "istitle",
        shape::is_title,
        "istitle($self, /)\n--\n\nWhether each word begins with upper or title case and goes on in lower case, and there is one.",
    ),
    Method::no_arguments(
        "isspace",
        shape::is_space,
        "isspace($self, /)\n--\n\nWhether all characters are white space, and there is one.",
    ),
    Method::no_arguments(
        "isdecimal",
        shape::is_decimal,
        "isdecimal($self, /)\n--\n\nWhether all characters are decimal digits, and there is one.",
    ),
    Method::no_arguments(
        "isdigit",
        shape::is_digit,
        "isdigit($self, /)\n--\n\nWhether all characters are digits, and there is one.",
    ),
    Method::no_arguments(
        "isnumeric",
        shape::is_numeric,
        "isnumeric($self, /)\n--\n\nWhether all characters are numeric, and there is one.",
    ),
    Method::no_arguments(
        "isalpha",
        shape::is_alpha,
        "isalpha($self, /)\n--\n\nWhether all characters are letters, and there is one.",
    ),
    Method::no_arguments(
        "isalnum",
        shape::is_alnum,
        "isalnum($self, /)\n--\n\nWhether all characters are letters or numeric, and there is one.",
    ),
    Method::no_arguments(
        "isidentifier",
        shape::is_identifier,
        "isidentifier($self, /)\n--\n\nWhether it could be a name; keyword.iskeyword tells keywords.",
    ),
    Method::no_arguments(
        "isprintable",
        shape::is_printable,
        "isprintable($self, /)\n--\n\nWhether repr() shows all characters as they are.",
    ),
    Method::one(
        "zfill",
        shape::zero_fill,
        "zfill($self, width, /)\n--\n\nThe string with zeros at the left, but after a sign.",
    ),
    Method::any(
        "format",
        format_method::format,
        "format($self, /, *args, **kwargs)\n--\n\nA copy in which the arguments stand for the fields in braces.",
    ),
    Method::one(
        "format_map",
        format_method::format_map,
        "format_map($self, mapping, /)\n--\n\nA copy in which the values of a mapping stand for the fields in braces.",
    ),
    Method::one(
        "__format__",
        operators::format,
        "__format__($self, format_spec, /)\n--\n\nThe string formatted by a specification.",
    ),
    Method::any(
        "maketrans",
        translate::make_table,
        "maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)\n--\n\nA table for translate(): of a dict, or of two strings, to whose characters those of a third add what goes.",
    )
    .of_nothing(),
    Method::no_arguments(
        "__getnewargs__",
        operators::new_args,
        "__getnewargs__($self, /)\n--\n\nWhat pickle gives __new__.",
    ),
    Method::no_arguments(
        "__sizeof__",
        operators::size_in_bytes,
        "__sizeof__($self, /)\n--\n\nBytes in memory.",
    ),
];
