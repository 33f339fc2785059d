//! Searching in strings, and replacing: `find` and its like, `startswith`, `removeprefix`, `replace`.

use grwl_object::{
    Args, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, int, singleton,
};
use grwl_text::Text;
use grwl_text::search::argument_range;

use crate::arguments::{
    bounds, check_room, limit, own, part, positional, result_or, text, unchanged,
};

/// The arguments of `find` and its like: what to search, and the part of the receiver to search in.
fn needle(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    method: &str,
) -> PyResult<(Ref<Str>, Option<std::ops::Range<usize>>)> {
    let [sub, start, end] = positional::<3>(thread, args, method, 1)?;
    let name = &method["str.".len()..];
    let sub = sub.unwrap_or_else(|| Str::empty().value());
    let sub = text(thread, sub, name, "argument 1")?;
    let (start, end) = bounds(thread, start, end)?;
    Ok((sub, argument_range(start, end, own(this).len())))
}

/// Where a search found something.
fn found(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    method: &str,
    search: fn(Text<'_>, Text<'_>) -> Option<usize>,
) -> PyResult<Option<usize>> {
    let (sub, range) = needle(thread, this, args, method)?;
    Ok(range.and_then(|range| {
        let start = range.start;
        search(own(this).text().slice(range), sub.text()).map(|at| start + at)
    }))
}

fn or_minus_one(thread: &Thread, place: Option<usize>) -> Value {
    match place {
        Some(place) => int::from_usize(thread, place),
        None => int::from_i64(thread, -1),
    }
}

fn or_error(thread: &mut Thread, place: Option<usize>) -> PyResult {
    match place {
        Some(place) => Ok(int::from_usize(thread, place)),
        None => Err(thread.value_error("substring not found")),
    }
}

pub(crate) fn find(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "str.find", |text, sub| text.find(sub))?;
    Ok(or_minus_one(thread, place))
}

pub(crate) fn rfind(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "str.rfind", |text, sub| text.rfind(sub))?;
    Ok(or_minus_one(thread, place))
}

pub(crate) fn index(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "str.index", |text, sub| text.find(sub))?;
    or_error(thread, place)
}

pub(crate) fn rindex(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let place = found(thread, this, args, "str.rindex", |text, sub| {
        text.rfind(sub)
    })?;
    or_error(thread, place)
}

pub(crate) fn count(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (sub, range) = needle(thread, this, args, "str.count")?;
    let count = range.map_or(0, |range| own(this).text().slice(range).count(sub.text()));
    Ok(int::from_usize(thread, count))
}

/// `startswith` and `endswith`
fn affix(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    method: &str,
    test: fn(Text<'_>, Text<'_>) -> bool,
) -> PyResult {
    let [wanted, start, end] = positional::<3>(thread, args, method, 1)?;
    let name = &method["str.".len()..];
    let wanted = wanted.unwrap_or_else(|| Str::empty().value());
    let (start, end) = bounds(thread, start, end)?;
    let string = own(this);
    let place = argument_range(start, end, string.len()).map(|range| string.text().slice(range));
    let fits = |affix: Ref<Str>| place.is_some_and(|place| test(place, affix.text()));
    if let Some(affix) = wanted.downcast::<Str>() {
        return Ok(singleton::bool(fits(affix)));
    }
    let Some(tuple) = wanted.downcast::<Tuple>() else {
        return Err(thread.type_error(format_args!(
            "{name} first arg must be str or a tuple of str, not {}",
            wanted.class().name()
        )));
    };
    for affix in tuple.iter() {
        let Some(affix) = affix.downcast::<Str>() else {
            return Err(thread.type_error(format_args!(
                "tuple for {name} must only contain str, not {}",
                affix.class().name()
            )));
        };
        if fits(affix) {
            return Ok(singleton::bool(true));
        }
    }
    Ok(singleton::bool(false))
}

pub(crate) fn starts_with(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    affix(thread, this, args, "str.startswith", |text, affix| {
        text.starts_with(affix)
    })
}

pub(crate) fn ends_with(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    affix(thread, this, args, "str.endswith", |text, affix| {
        text.ends_with(affix)
    })
}

pub(crate) fn remove_prefix(thread: &mut Thread, this: Value, prefix: Value) -> PyResult {
    let string = own(this);
    let prefix = text(thread, prefix, "removeprefix", "argument")?;
    if string.text().starts_with(prefix.text()) {
        part(thread, string, prefix.len()..string.len())
    } else {
        unchanged(thread, string)
    }
}

pub(crate) fn remove_suffix(thread: &mut Thread, this: Value, suffix: Value) -> PyResult {
    let string = own(this);
    let suffix = text(thread, suffix, "removesuffix", "argument")?;
    if string.text().ends_with(suffix.text()) {
        part(thread, string, 0..string.len() - suffix.len())
    } else {
        unchanged(thread, string)
    }
}

static REPLACE: Signature<3> = Signature::new("replace", ["old", "new", "count"])
    .positional_only(2)
    .optional_after(2);

pub(crate) fn replace(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [old, new, count] = args.parse(thread, &REPLACE)?;
    let missing = || Str::empty().value();
    let old = text(thread, old.unwrap_or_else(missing), "replace", "argument 1")?;
    let new = text(thread, new.unwrap_or_else(missing), "replace", "argument 2")?;
    let count = limit(thread, count)?;
    let string = own(this);
    let (own_text, old, new) = (string.text(), old.text(), new.text());
    if own_text.len() < old.len() {
        return unchanged(thread, string);
    }
    let growth = new.len().saturating_sub(old.len());
    if growth > 0 && (own_text.len() + 1).saturating_mul(growth) >= 1 << 24 {
        let times = own_text.count(old).min(count);
        let length = growth
            .checked_mul(times)
            .and_then(|more| more.checked_add(own_text.len()))
            .filter(|&length| length <= isize::MAX as usize);
        let Some(length) = length else {
            return Err(thread.overflow_error("replace string is too long"));
        };
        let width = own_text.width().max(new.width()).bytes();
        check_room(thread, length.saturating_mul(width))?;
    }
    result_or(thread, own_text.replace(old, new, count), string)
}
