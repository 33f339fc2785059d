//! Case, predicates, stripping, padding.

use grwl_object::{Args, PyResult, Signature, Str, Thread, Value, ValueExt, singleton};
use grwl_text::layout::{Align, expand_tabs, zfill};
use grwl_text::strip::Sides;
use grwl_text::{Text, TextBuf, Unit, case, predicates, with_units};

use crate::arguments::{
    c_int, check_room, fill_character, own, part, positional, result, result_or, size, unchanged,
};

/// Methods without arguments that make another string.
macro_rules! mapped {
    ($($name:ident = $map:path;)*) => {
        $(pub(crate) fn $name(thread: &mut Thread, this: Value) -> PyResult {
            result(thread, &$map(own(this).text()))
        })*
    };
}

mapped! {
    upper = case::upper;
    lower = case::lower;
    title = case::title;
    capitalize = case::capitalize;
    swap_case = case::swap;
    fold_case = case::fold;
}

/// Methods without arguments that test.
macro_rules! tests {
    ($($name:ident = $test:path;)*) => {
        $(pub(crate) fn $name(_thread: &mut Thread, this: Value) -> PyResult {
            Ok(singleton::bool($test(own(this).text())))
        })*
    };
}

tests! {
    is_alnum = predicates::is_alnum;
    is_alpha = predicates::is_alpha;
    is_decimal = predicates::is_decimal;
    is_digit = predicates::is_digit;
    is_identifier = predicates::is_identifier;
    is_lower = predicates::is_lower;
    is_numeric = predicates::is_numeric;
    is_printable = predicates::is_printable;
    is_space = predicates::is_space;
    is_title = predicates::is_title;
    is_upper = predicates::is_upper;
}

pub(crate) fn is_ascii(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(singleton::bool(own(this).is_ascii()))
}

fn strip_sides(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    method: &str,
    sides: Sides,
) -> PyResult {
    let [set] = positional::<1>(thread, args, method, 0)?;
    let string = own(this);
    let range = match set.and_then(ValueExt::not_none) {
        None => string.text().strip(sides),
        Some(set) => match set.downcast::<Str>() {
            Some(set) => string.text().strip_of(set.text(), sides),
            None => {
                let name = &method["str.".len()..];
                return Err(thread.type_error(format_args!("{name} arg must be None or str")));
            }
        },
    };
    part(thread, string, range)
}

pub(crate) fn strip(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    strip_sides(thread, this, args, "str.strip", Sides::Both)
}

pub(crate) fn lstrip(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    strip_sides(thread, this, args, "str.lstrip", Sides::Left)
}

pub(crate) fn rstrip(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    strip_sides(thread, this, args, "str.rstrip", Sides::Right)
}

fn justify(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    method: &str,
    align: Align,
) -> PyResult {
    let [width, fill] = positional::<2>(thread, args, method, 1)?;
    let width = size(thread, width.unwrap_or_else(grwl_object::none))?;
    let fill = fill_character(thread, fill)?;
    let string = own(this);
    let width = usize::try_from(width).unwrap_or(0);
    if width <= string.len() {
        return unchanged(thread, string);
    }
    check_room(thread, width.saturating_mul(4))?;
    result_or(thread, string.text().justify(width, fill, align), string)
}

pub(crate) fn center(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    justify(thread, this, args, "str.center", Align::Center)
}

pub(crate) fn ljust(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    justify(thread, this, args, "str.ljust", Align::Left)
}

pub(crate) fn rjust(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    justify(thread, this, args, "str.rjust", Align::Right)
}

pub(crate) fn zero_fill(thread: &mut Thread, this: Value, width: Value) -> PyResult {
    let width = size(thread, width)?;
    let string = own(this);
    let width = usize::try_from(width).unwrap_or(0);
    if width <= string.len() {
        return unchanged(thread, string);
    }
    check_room(thread, width.saturating_mul(4))?;
    let filled = with_units!(string.text(), units => zfill(units, width).map(Unit::text_buf));
    result_or(thread, filled, string)
}

static EXPAND_TABS: Signature<1> = Signature::new("expandtabs", ["tabsize"]).optional_after(0);

/// How long a text becomes when its tabs are expanded; `None` if too long.
fn expanded_length(text: Text<'_>, tab_size: usize) -> Option<usize> {
    let tabs = text.count(Text::One(b"\t"));
    tabs.checked_mul(tab_size)?
        .checked_add(text.len())
        .filter(|&length| length <= isize::MAX as usize)
}

pub(crate) fn expand(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [tab_size] = args.parse(thread, &EXPAND_TABS)?;
    let tab_size = match tab_size {
        Some(value) => usize::try_from(c_int(thread, value)?).unwrap_or(0),
        None => 8,
    };
    let string = own(this);
    let text = string.text();
    if text.find(Text::One(b"\t")).is_none() {
        return unchanged(thread, string);
    }
    let Some(length) = expanded_length(text, tab_size) else {
        return Err(thread.overflow_error("new string is too long"));
    };
    check_room(thread, length.saturating_mul(text.width().bytes()))?;
    let expanded: TextBuf =
        with_units!(text, units => Unit::text_buf(expand_tabs(units, tab_size)));
    result(thread, &expanded)
}
