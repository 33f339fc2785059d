//! Cutting strings up and putting them together: `split`, `rsplit`, `splitlines`, `partition`, `join`.

use std::ops::Range;

use grwl_object::list::List;
use grwl_object::{
    Args, Buffer, PyResult, Ref, Signature, Str, Thread, Tuple, Value, ValueExt, protocol, types,
};
use grwl_text::split::{OfStr, rsplit_spaces, split_lines, split_spaces};
use grwl_text::with_units;

use crate::arguments::{check_room, limit, own, part, unchanged};

/// So many parts are made between two safepoints: a collection waits for all threads.
const PARTS_A_SAFEPOINT: usize = 1024;

/// Collects parts of a string.
fn push_parts(
    thread: &mut Thread,
    string: Ref<Str>,
    parts: impl Iterator<Item = Range<usize>>,
) -> PyResult<Buffer> {
    let mut list = Buffer::new();
    for range in parts {
        let value = part(thread, string, range)?;
        list.push(thread, value)?;
        if list.len().is_multiple_of(PARTS_A_SAFEPOINT) {
            thread.poll()?;
        }
    }
    Ok(list)
}

fn reversed(thread: &Thread, parts: &Buffer) -> PyResult {
    let mut list = Buffer::with_capacity(thread, parts.len())?;
    for &value in parts.iter().rev() {
        list.push(thread, value)?;
    }
    Ok(List::from_buffer(thread, list).value())
}

/// The separator and the limit of `split` and `rsplit`.
fn split_arguments(
    thread: &mut Thread,
    args: Args<'_>,
    signature: &Signature<2>,
) -> PyResult<(Option<Ref<Str>>, usize)> {
    let [separator, most] = args.parse(thread, signature)?;
    let most = limit(thread, most)?;
    let separator = match separator.and_then(ValueExt::not_none) {
        None => None,
        Some(value) => match value.downcast::<Str>() {
            Some(separator) if separator.is_empty() => {
                return Err(thread.value_error("empty separator"));
            }
            Some(separator) => Some(separator),
            None => {
                return Err(thread.type_error(format_args!(
                    "must be str or None, not {}",
                    value.class().name()
                )));
            }
        },
    };
    Ok((separator, most))
}

static SPLIT: Signature<2> = Signature::new("split", ["sep", "maxsplit"]).optional_after(0);
static RSPLIT: Signature<2> = Signature::new("rsplit", ["sep", "maxsplit"]).optional_after(0);

pub(crate) fn split(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (separator, most) = split_arguments(thread, args, &SPLIT)?;
    let string = own(this);
    let text = string.text();
    let parts = match separator {
        None => with_units!(text, units => {
            push_parts(thread, string, split_spaces::<_, OfStr>(units, most))?
        }),
        Some(separator) => split_by(thread, string, separator, most)?,
    };
    Ok(List::from_buffer(thread, parts).value())
}

fn split_by(
    thread: &mut Thread,
    string: Ref<Str>,
    separator: Ref<Str>,
    most: usize,
) -> PyResult<Buffer> {
    use grwl_text::split::split;
    grwl_text::with_fitted!(string.text(), separator.text(), (units, sep) => {
        push_parts(thread, string, split(units, sep, most))
    }, else push_parts(thread, string, std::iter::once(0..string.len())))
}

fn rsplit_by(
    thread: &mut Thread,
    string: Ref<Str>,
    separator: Ref<Str>,
    most: usize,
) -> PyResult<Buffer> {
    use grwl_text::split::rsplit;
    grwl_text::with_fitted!(string.text(), separator.text(), (units, sep) => {
        push_parts(thread, string, rsplit(units, sep, most))
    }, else push_parts(thread, string, std::iter::once(0..string.len())))
}

pub(crate) fn rsplit(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let (separator, most) = split_arguments(thread, args, &RSPLIT)?;
    let string = own(this);
    let text = string.text();
    let parts = match separator {
        None => with_units!(text, units => {
            push_parts(thread, string, rsplit_spaces::<_, OfStr>(units, most))?
        }),
        Some(separator) => rsplit_by(thread, string, separator, most)?,
    };
    reversed(thread, &parts)
}

static SPLIT_LINES: Signature<1> = Signature::new("splitlines", ["keepends"]).optional_after(0);

pub(crate) fn split_lines_method(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [keep] = args.parse(thread, &SPLIT_LINES)?;
    let keep = match keep {
        Some(keep) => protocol::is_true(thread, keep)?,
        None => false,
    };
    let string = own(this);
    let parts = with_units!(string.text(), units => {
        push_parts(thread, string, split_lines::<_, OfStr>(units, keep))?
    });
    Ok(List::from_buffer(thread, parts).value())
}

fn separator_of(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    let Some(separator) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!("must be str, not {}", value.class().name())));
    };
    if separator.is_empty() {
        return Err(thread.value_error("empty separator"));
    }
    Ok(separator)
}

pub(crate) fn partition(thread: &mut Thread, this: Value, separator: Value) -> PyResult {
    let separator = separator_of(thread, separator)?;
    let string = own(this);
    let empty = Str::empty().value();
    match string.text().find(separator.text()) {
        Some(at) => cut(thread, string, at, separator),
        None => {
            let whole = unchanged(thread, string)?;
            Ok(Tuple::try_new(thread, &[whole, empty, empty])?.value())
        }
    }
}

pub(crate) fn rpartition(thread: &mut Thread, this: Value, separator: Value) -> PyResult {
    let separator = separator_of(thread, separator)?;
    let string = own(this);
    let empty = Str::empty().value();
    match string.text().rfind(separator.text()) {
        Some(at) => cut(thread, string, at, separator),
        None => {
            let whole = unchanged(thread, string)?;
            Ok(Tuple::try_new(thread, &[empty, empty, whole])?.value())
        }
    }
}

fn cut(thread: &Thread, string: Ref<Str>, at: usize, separator: Ref<Str>) -> PyResult {
    let before = part(thread, string, 0..at)?;
    let after = part(thread, string, at + separator.len()..string.len())?;
    Ok(Tuple::try_new(thread, &[before, separator.value(), after])?.value())
}

/// `separator.join(iterable)`
pub(crate) fn join(thread: &mut Thread, this: Value, iterable: Value) -> PyResult {
    let items = elements(thread, iterable, "can only join an iterable")?;
    let separator = own(this);
    let between = items.len().saturating_sub(1);
    let mut length = separator.len().saturating_mul(between);
    let mut widest = separator.text().width().bytes();
    for (index, &item) in items.iter().enumerate() {
        let Some(item) = item.downcast::<Str>() else {
            return Err(thread.type_error(format_args!(
                "sequence item {index}: expected str instance, {} found",
                item.class().name()
            )));
        };
        length = length.saturating_add(item.len());
        widest = widest.max(item.text().width().bytes());
    }
    let items = &items[..];
    if let [only] = items
        && only.downcast_exact::<Str>().is_some()
    {
        return Ok(*only);
    }
    // What is longer than any string can be has an error of its own.
    if length <= isize::MAX as usize {
        check_room(thread, length.saturating_mul(widest))?;
    }
    Ok(Str::joined(thread, separator, items)?.value())
}

/// The elements of an iterable, with a message of the caller's if it is none.
///
/// # Errors
/// `TypeError`, or what iterating raises.
fn elements(thread: &mut Thread, iterable: Value, message: &str) -> PyResult<Buffer> {
    if iterable.downcast::<List>().is_none() && iterable.downcast::<Tuple>().is_none() {
        match protocol::iter_whole(thread, iterable) {
            Ok(iterator) => return protocol::collect(thread, iterator),
            Err(raised) if raised.matches(&types::TYPE_ERROR) => {
                return Err(thread.type_error(message));
            }
            Err(raised) => return Err(raised),
        }
    }
    protocol::collect(thread, iterable)
}
