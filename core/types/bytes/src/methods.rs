//! The methods that `bytes` and `bytearray` share. Each is one function for both; its receiver says of which type results are.

use std::ops::Range;

use grwl_object::bytes::Bytes;
use grwl_object::list::List;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Buffer, PyResult, Signature, Thread, Tuple, Value, ValueExt, flags, int, none, protocol,
    singleton, types,
};
use grwl_text::ascii;
use grwl_text::layout::{Align, expand_tabs, justify, zfill};
use grwl_text::replace::{replace as replace_units, translate_bytes};
use grwl_text::search::{self, argument_range};
use grwl_text::split::{self, OfBytes};
use grwl_text::strip::{Sides, strip_bytes, strip_bytes_of};
use grwl_types_text::arguments::{
    bounds, c_int, c_string, check_room, limit, positional as positional_of, size,
};
use grwl_types_text::codec;

use crate::contents::{
    Contents, NO_BYTE, byte, held, is_array, known, like, of, own, part, unchanged,
};

/// Positional arguments only.
fn positional<const N: usize>(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    name: &str,
    least: usize,
) -> PyResult<[Option<Value>; N]> {
    if args.keyword_count() > 0 {
        let class = if is_array(this) { "bytearray" } else { "bytes" };
        args.no_keywords(thread, &format!("{class}.{name}"))?;
    }
    positional_of(thread, args, name, least)
}

macro_rules! mapped {
    ($($name:ident = $map:path;)*) => {
        $(pub(crate) fn $name(thread: &mut Thread, this: Value) -> PyResult {
            let made = $map(&own(thread, this));
            like(thread, this, &made)
        })*
    };
}

mapped! {
    capitalize = ascii::capitalize;
    lower = ascii::lower;
    upper = ascii::upper;
    title = ascii::title;
    swap_case = ascii::swap;
}

macro_rules! tests {
    ($($name:ident = $test:path;)*) => {
        $(pub(crate) fn $name(thread: &mut Thread, this: Value) -> PyResult {
            Ok(singleton::bool($test(&own(thread, this))))
        })*
    };
}

tests! {
    is_alnum = ascii::is_alnum;
    is_alpha = ascii::is_alpha;
    is_digit = ascii::is_digit;
    is_lower = ascii::is_lower;
    is_space = ascii::is_space;
    is_title = ascii::is_title;
    is_upper = ascii::is_upper;
}

pub(crate) fn is_ascii(thread: &mut Thread, this: Value) -> PyResult {
    Ok(singleton::bool(own(thread, this).is_ascii()))
}

/// What `find` and its like search: bytes, or one byte given as an integer.
fn needle(thread: &mut Thread, value: Value) -> PyResult<Contents> {
    if let Some(contents) = known(thread, value) {
        return Ok(contents);
    }
    if grwl_object::buffer::is_supported(value) {
        return of(thread, value);
    }
    if !convert::has_index(value) {
        return Err(thread.type_error(format_args!(
            "argument should be integer or bytes-like object, not '{}'",
            value.class().name()
        )));
    }
    Ok(Contents::Copy(vec![byte(thread, value, NO_BYTE)?]))
}

/// The needle and the range of a search.
fn search_arguments(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    name: &str,
) -> PyResult<(Contents, isize, isize)> {
    let [sub, start, end] = positional::<3>(thread, this, args, name, 1)?;
    let (start, end) = bounds(thread, start, end)?;
    let sub = needle(thread, sub.unwrap_or_else(none))?;
    Ok((sub, start, end))
}

fn found(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    name: &str,
    find: fn(&[u8], &[u8]) -> Option<usize>,
) -> PyResult<Option<usize>> {
    let (sub, start, end) = held(thread, this, args.values(), |thread| {
        search_arguments(thread, this, args, name)
    })?;
    let bytes = own(thread, this);
    Ok(argument_range(start, end, bytes.len())
        .and_then(|range| find(&bytes[range.clone()], &sub).map(|at| range.start + at)))
}

fn or_minus_one(thread: &Thread, place: Option<usize>) -> Value {
    match place {
        Some(place) => int::from_usize(thread, place),
        None => int::from_i64(thread, -1),
    }
}

fn or_error(thread: &Thread, place: Option<usize>) -> PyResult {
    match place {
        Some(place) => Ok(int::from_usize(thread, place)),
        None => Err(thread.value_error("subsection not found")),
    }
}

pub(crate) fn find(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "find", search::find)?;
    Ok(or_minus_one(thread, place))
}

pub(crate) fn rfind(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "rfind", search::rfind)?;
    Ok(or_minus_one(thread, place))
}

pub(crate) fn index(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "index", search::find)?;
    or_error(thread, place)
}

pub(crate) fn rindex(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "rindex", search::rfind)?;
    or_error(thread, place)
}

pub(crate) fn count(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (sub, start, end) = held(thread, this, args.values(), |thread| {
        search_arguments(thread, this, args, "count")
    })?;
    let bytes = own(thread, this);
    let count = argument_range(start, end, bytes.len())
        .map_or(0, |range| search::count(&bytes[range], &sub));
    Ok(int::from_usize(thread, count))
}

fn affix(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    name: &str,
    test: fn(&[u8], &[u8]) -> bool,
) -> PyResult {
    let [wanted, start, end] = positional::<3>(thread, this, args, name, 1)?;
    let wanted = wanted.unwrap_or_else(none);
    let (start, end) = bounds(thread, start, end)?;
    let bytes = own(thread, this);
    let place = argument_range(start, end, bytes.len()).map(|range| &bytes[range]);
    let fits = |affix: &[u8]| place.is_some_and(|place| test(place, affix));
    if let Some(tuple) = wanted.downcast::<Tuple>() {
        for affix in tuple.iter() {
            let affix = of(thread, affix)?;
            if fits(&affix) {
                return Ok(singleton::bool(true));
            }
        }
        return Ok(singleton::bool(false));
    }
    match of(thread, wanted) {
        Ok(affix) => Ok(singleton::bool(fits(&affix))),
        Err(raised) if raised.matches(&types::TYPE_ERROR) => Err(thread.type_error(format_args!(
            "{name} first arg must be bytes or a tuple of bytes, not {}",
            wanted.class().name()
        ))),
        Err(raised) => Err(raised),
    }
}

pub(crate) fn starts_with(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    affix(thread, this, args, "startswith", |bytes, affix| {
        bytes.starts_with(affix)
    })
}

pub(crate) fn ends_with(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    affix(thread, this, args, "endswith", |bytes, affix| {
        bytes.ends_with(affix)
    })
}

pub(crate) fn remove_prefix(thread: &mut Thread, this: Value, prefix: Value) -> PyResult {
    let prefix = of(thread, prefix)?;
    let bytes = own(thread, this);
    let start = if bytes.starts_with(&prefix) {
        prefix.len()
    } else {
        0
    };
    part(thread, this, &bytes, start..bytes.len())
}

pub(crate) fn remove_suffix(thread: &mut Thread, this: Value, suffix: Value) -> PyResult {
    let suffix = of(thread, suffix)?;
    let bytes = own(thread, this);
    let cut = if bytes.ends_with(&suffix) {
        suffix.len()
    } else {
        0
    };
    part(thread, this, &bytes, 0..bytes.len() - cut)
}

pub(crate) fn replace(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [old, new, most] = positional::<3>(thread, this, args, "replace", 2)?;
    let old = of(thread, old.unwrap_or_else(none))?;
    let new = of(thread, new.unwrap_or_else(none))?;
    let most = limit(thread, most)?;
    let bytes = own(thread, this);
    let growth = new.len().saturating_sub(old.len());
    if growth > 0 && (bytes.len() + 1).saturating_mul(growth) >= 1 << 24 {
        let times = search::count(&bytes, &old).min(most);
        let length = growth
            .checked_mul(times)
            .and_then(|more| more.checked_add(bytes.len()))
            .filter(|&length| length <= isize::MAX as usize);
        match length {
            Some(length) => check_room(thread, length)?,
            None => return Err(thread.overflow_error("replace bytes is too long")),
        }
    }
    match replace_units(&bytes, &old, &new, most) {
        Some(made) => like(thread, this, &made),
        None => unchanged(thread, this, &bytes),
    }
}

fn push_parts(
    thread: &Thread,
    this: Value,
    bytes: &[u8],
    parts: impl Iterator<Item = Range<usize>>,
) -> PyResult<Buffer> {
    let mut list = Buffer::new();
    for range in parts {
        let value = part(thread, this, bytes, range)?;
        list.push(thread, value)?;
    }
    Ok(list)
}

fn split_arguments(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &Signature<2>,
) -> PyResult<(Option<Contents>, usize)> {
    let [separator, most] = args.parse(thread, signature)?;
    let most = limit(thread, most)?;
    let separator = match separator.and_then(ValueExt::not_none) {
        None => None,
        Some(value) => Some(separator_of(thread, value)?),
    };
    Ok((separator, most))
}

fn separator_of(thread: &mut Thread, value: Value) -> PyResult<Contents> {
    let separator = of(thread, value)?;
    if separator.is_empty() {
        return Err(thread.value_error("empty separator"));
    }
    Ok(separator)
}

static SPLIT: Signature<2> = Signature::new("split", ["sep", "maxsplit"]).optional_after(0);
static RSPLIT: Signature<2> = Signature::new("rsplit", ["sep", "maxsplit"]).optional_after(0);

pub(crate) fn split(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (separator, most) = held(thread, this, args.values(), |thread| {
        split_arguments(thread, args, &SPLIT)
    })?;
    let bytes = own(thread, this);
    let parts = match &separator {
        None => {
            let words = split::split_spaces::<_, OfBytes>(&bytes, most);
            push_parts(thread, this, &bytes, words)?
        }
        Some(separator) => push_parts(
            thread,
            this,
            &bytes,
            split::split(&bytes[..], &separator[..], most),
        )?,
    };
    Ok(List::from_buffer(thread, parts).value())
}

pub(crate) fn rsplit(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (separator, most) = held(thread, this, args.values(), |thread| {
        split_arguments(thread, args, &RSPLIT)
    })?;
    let bytes = own(thread, this);
    let parts = match &separator {
        None => {
            let words = split::rsplit_spaces::<_, OfBytes>(&bytes, most);
            push_parts(thread, this, &bytes, words)?
        }
        Some(separator) => push_parts(
            thread,
            this,
            &bytes,
            split::rsplit(&bytes[..], &separator[..], most),
        )?,
    };
    let mut list = Buffer::with_capacity(thread, parts.len())?;
    for &value in parts.iter().rev() {
        list.push(thread, value)?;
    }
    Ok(List::from_buffer(thread, list).value())
}

static SPLIT_LINES: Signature<1> = Signature::new("splitlines", ["keepends"]).optional_after(0);

pub(crate) fn split_lines(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [keep] = args.parse(thread, &SPLIT_LINES)?;
    let keep = match keep {
        Some(keep) => protocol::is_true(thread, keep)?,
        None => false,
    };
    let bytes = own(thread, this);
    let lines = split::split_lines::<_, OfBytes>(&bytes, keep);
    let parts = push_parts(thread, this, &bytes, lines)?;
    Ok(List::from_buffer(thread, parts).value())
}

/// What `partition` and `rpartition` give.
fn cut(
    thread: &mut Thread,
    this: Value,
    separator: Value,
    find: fn(&[u8], &[u8]) -> Option<usize>,
    is_reversed: bool,
) -> PyResult {
    let wanted = separator_of(thread, separator)?;
    let bytes = own(thread, this);
    let Some(at) = find(&bytes, &wanted) else {
        let whole = unchanged(thread, this, &bytes)?;
        let (first, second) = (like(thread, this, &[])?, like(thread, this, &[])?);
        let items = if is_reversed {
            [first, second, whole]
        } else {
            [whole, first, second]
        };
        return Ok(Tuple::try_new(thread, &items)?.value());
    };
    let between = if is_array(this) {
        like(thread, this, &wanted)?
    } else {
        separator
    };
    let before = like(thread, this, &bytes[..at])?;
    let after = like(thread, this, &bytes[at + wanted.len()..])?;
    Ok(Tuple::try_new(thread, &[before, between, after])?.value())
}

pub(crate) fn partition(thread: &mut Thread, this: Value, separator: Value) -> PyResult {
    cut(thread, this, separator, search::find, false)
}

pub(crate) fn rpartition(thread: &mut Thread, this: Value, separator: Value) -> PyResult {
    cut(thread, this, separator, search::rfind, true)
}

fn strip_sides(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    name: &str,
    sides: Sides,
) -> PyResult {
    let [set] = positional::<1>(thread, this, args, name, 0)?;
    let range = match set.and_then(ValueExt::not_none) {
        None => strip_bytes(&own(thread, this), sides),
        Some(set) => {
            let set = of(thread, set)?;
            strip_bytes_of(&own(thread, this), &set, sides)
        }
    };
    let bytes = own(thread, this);
    let range = range.start.min(bytes.len())..range.end.min(bytes.len());
    part(thread, this, &bytes, range)
}

pub(crate) fn strip(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    strip_sides(thread, this, args, "strip", Sides::Both)
}

pub(crate) fn lstrip(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    strip_sides(thread, this, args, "lstrip", Sides::Left)
}

pub(crate) fn rstrip(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    strip_sides(thread, this, args, "rstrip", Sides::Right)
}

fn fill_byte(thread: &mut Thread, name: &str, value: Option<Value>) -> PyResult<u8> {
    let Some(value) = value else {
        return Ok(b' ');
    };
    let Some(contents) = known(thread, value) else {
        return Err(thread.type_error(format_args!(
            "{name}() argument 2 must be a byte string of length 1, not {}",
            if value.is_none() {
                "None".to_owned()
            } else {
                value.class().name().to_string()
            }
        )));
    };
    match contents[..] {
        [byte] => Ok(byte),
        _ => {
            let kind = if is_array(value) {
                "bytearray"
            } else {
                "bytes"
            };
            Err(thread.type_error(format_args!(
                "{name}(): argument 2 must be a byte string of length 1, not a {kind} object of length {}",
                contents.len()
            )))
        }
    }
}

fn justified(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    name: &str,
    align: Align,
) -> PyResult {
    let [width, fill] = positional::<2>(thread, this, args, name, 1)?;
    let width = size(thread, width.unwrap_or_else(none))?;
    let fill = fill_byte(thread, name, fill)?;
    let bytes = own(thread, this);
    let width = usize::try_from(width).unwrap_or(0);
    if width <= bytes.len() {
        return unchanged(thread, this, &bytes);
    }
    check_room(thread, width)?;
    match justify(&bytes, width, fill, align) {
        Some(made) => like(thread, this, &made),
        None => unchanged(thread, this, &bytes),
    }
}

pub(crate) fn center(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    justified(thread, this, args, "center", Align::Center)
}

pub(crate) fn ljust(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    justified(thread, this, args, "ljust", Align::Left)
}

pub(crate) fn rjust(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    justified(thread, this, args, "rjust", Align::Right)
}

pub(crate) fn zero_fill(thread: &mut Thread, this: Value, width: Value) -> PyResult {
    let width = usize::try_from(size(thread, width)?).unwrap_or(0);
    let bytes = own(thread, this);
    if width <= bytes.len() {
        return unchanged(thread, this, &bytes);
    }
    check_room(thread, width)?;
    match zfill(&bytes, width) {
        Some(made) => like(thread, this, &made),
        None => unchanged(thread, this, &bytes),
    }
}

static EXPAND_TABS: Signature<1> = Signature::new("expandtabs", ["tabsize"]).optional_after(0);

pub(crate) fn expand(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [tab_size] = args.parse(thread, &EXPAND_TABS)?;
    let tab_size = match tab_size {
        Some(value) => usize::try_from(c_int(thread, value)?).unwrap_or(0),
        None => 8,
    };
    let bytes = own(thread, this);
    let length = search::count(&bytes[..], b"\t")
        .checked_mul(tab_size)
        .and_then(|more| more.checked_add(bytes.len()))
        .filter(|&length| length <= isize::MAX as usize);
    match length {
        Some(length) => check_room(thread, length)?,
        None => return Err(thread.overflow_error("result too long")),
    }
    let made = expand_tabs(&bytes[..], tab_size);
    like(thread, this, &made)
}

/// `b.join(iterable)`
pub(crate) fn join(thread: &mut Thread, this: Value, iterable: Value) -> PyResult {
    let items = if iterable.downcast::<List>().is_some() || iterable.downcast::<Tuple>().is_some() {
        protocol::collect(thread, iterable)?
    } else {
        match protocol::iter_whole(thread, iterable) {
            Ok(iterator) => protocol::collect(thread, iterator)?,
            Err(raised) if raised.matches(&types::TYPE_ERROR) => {
                return Err(thread.type_error("can only join an iterable"));
            }
            Err(raised) => return Err(raised),
        }
    };
    if let [only] = items[..]
        && !is_array(this)
        && only.downcast_exact::<Bytes>().is_some()
    {
        return Ok(only);
    }
    let separator = own(thread, this);
    let mut joined = Vec::new();
    for (place, &item) in items.iter().enumerate() {
        let item_bytes = match of(thread, item) {
            Ok(bytes) => bytes,
            Err(raised) if raised.matches(&types::TYPE_ERROR) => {
                return Err(thread.type_error(format_args!(
                    "sequence item {place}: expected a bytes-like object, {} found",
                    item.class().name()
                )));
            }
            Err(raised) => return Err(raised),
        };
        if place > 0 {
            joined.extend_from_slice(&separator);
        }
        joined.extend_from_slice(&item_bytes);
        // Python code may have run: the list is as long as it was.
        if item.class().has_flag(flags::HEAP)
            && iterable
                .downcast::<List>()
                .is_some_and(|list| list.len() != items.len())
        {
            return Err(thread.runtime_error("sequence changed size during iteration"));
        }
    }
    like(thread, this, &joined)
}

static TRANSLATE: Signature<2> = Signature::new("translate", ["table", "delete"])
    .positional_only(1)
    .optional_after(1);

pub(crate) fn translate(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [table, delete] = args.parse(thread, &TRANSLATE)?;
    let table = match table.and_then(ValueExt::not_none) {
        None => None,
        Some(table) => {
            let table = of(thread, table)?;
            let Ok(table) = <[u8; 256]>::try_from(&table[..]) else {
                return Err(thread.value_error("translation table must be 256 characters long"));
            };
            Some(table)
        }
    };
    let delete = match delete {
        Some(delete) => of(thread, delete)?,
        None => Contents::Still(&[]),
    };
    let bytes = own(thread, this);
    let made = translate_bytes(&bytes, table.as_ref(), &delete);
    if made[..] == bytes[..] {
        return unchanged(thread, this, &bytes);
    }
    like(thread, this, &made)
}

/// `bytes.maketrans(frm, to)`
pub(crate) fn make_table(thread: &mut Thread, _none: Value, args: Args<'_>) -> PyResult {
    let values = args.no_keywords(thread, "bytes.maketrans")?;
    let [from, to] = Args::positional(values).unpack::<2>(thread, "maketrans", 2)?;
    let from = of(thread, from.unwrap_or_else(none))?;
    let to = of(thread, to.unwrap_or_else(none))?;
    if from.len() != to.len() {
        return Err(thread.value_error("maketrans arguments must have same length"));
    }
    let mut table: [u8; 256] = std::array::from_fn(|byte| byte as u8);
    for (&from, &to) in from.iter().zip(to.iter()) {
        table[usize::from(from)] = to;
    }
    Ok(Bytes::new(thread, &table)?.value())
}

static DECODE: Signature<2> = Signature::new("decode", ["encoding", "errors"]).optional_after(0);

pub(crate) fn decode(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [encoding, errors] = args.parse(thread, &DECODE)?;
    let mut name = |value: Option<Value>, which: &str| match value {
        Some(value) => c_string(thread, value, "decode", which).map(Some),
        None => Ok(None),
    };
    let encoding = name(encoding, "argument 'encoding'")?;
    let errors = name(errors, "argument 'errors'")?;
    let made = codec::decode_object(thread, this, encoding.as_deref(), errors.as_deref())?;
    Ok(made.value())
}
