//! Arguments of the methods of `str` (and `bytes`): conversions with CPython's messages, and results.

use grwl_number::Int;
use grwl_object::int::{IntView, view};
use grwl_object::protocol::convert;
use grwl_object::slice::slice_index;
use grwl_object::{Args, PyResult, Ref, Str, Thread, Value, ValueExt, types};
use grwl_text::{Text, TextBuf};

/// The receiver of a method of `str`; method descriptors have checked its type.
#[inline(always)]
pub fn own(this: Value) -> Ref<Str> {
    debug_assert!(this.downcast::<Str>().is_some());
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<Str>() }
}

/// Positional arguments only. `method` is as in `"str.find"`.
///
/// # Errors
/// `TypeError` if there are too few or too many, or names.
#[inline]
pub fn positional<const N: usize>(
    thread: &mut Thread,
    args: Args<'_>,
    method: &str,
    least: usize,
) -> PyResult<[Option<Value>; N]> {
    if args.keyword_count() == 0 && (least..=N).contains(&args.by_position().len()) {
        return args.unpack(thread, method, least);
    }
    args.no_keywords(thread, method)?;
    let short = method.rsplit('.').next().unwrap_or(method);
    args.unpack(thread, short, least)
}

/// An argument that must be a `str`: `f() argument 1 must be str, not int`. `which` is as in `"argument 1"`, `"argument 'encoding'"`.
///
/// # Errors
/// `TypeError`
#[inline]
pub fn text(thread: &mut Thread, value: Value, function: &str, which: &str) -> PyResult<Ref<Str>> {
    match value.downcast::<Str>() {
        Some(string) => Ok(string),
        None => Err(thread.type_error(format_args!(
            "{function}() {which} must be str, not {}",
            type_or_none(value)
        ))),
    }
}

/// A type's name in messages of argument parsing, where `None` stands for itself.
pub fn type_or_none(value: Value) -> String {
    if value.is_none() {
        "None".to_owned()
    } else {
        value.class().name().to_string()
    }
}

/// A `str` argument without null characters, as names of codecs and error handlers are.
///
/// # Errors
/// `TypeError`; `ValueError: embedded null character`; `UnicodeEncodeError` for lone surrogates.
pub fn c_string(
    thread: &mut Thread,
    value: Value,
    function: &str,
    which: &str,
) -> PyResult<String> {
    let string = text(thread, value, function, which)?;
    let bytes = crate::codec::to_utf8(thread, string)?;
    if bytes.contains('\0') {
        return Err(thread.value_error("embedded null character"));
    }
    Ok(bytes)
}

/// A size, by `__index__`.
///
/// # Errors
/// `TypeError`; `OverflowError: Python int too large to convert to C ssize_t`.
#[inline]
pub fn size(thread: &mut Thread, value: Value) -> PyResult<isize> {
    if let Some(small) = value.as_int() {
        return Ok(small as isize);
    }
    let int = convert::index(thread, value)?;
    match view(int) {
        Some(IntView::Small(small)) => Ok(small as isize),
        _ => Err(thread.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

/// A C `int`, by `__index__`.
///
/// # Errors
/// `TypeError`; `OverflowError: Python int too large to convert to C int`.
pub fn c_int(thread: &mut Thread, value: Value) -> PyResult<i32> {
    let int = convert::index(thread, value)?;
    let small = match view(int) {
        Some(IntView::Small(small)) => i32::try_from(small).ok(),
        _ => None,
    };
    small.ok_or_else(|| thread.overflow_error("Python int too large to convert to C int"))
}

/// A limit on how often something is done: -1, or any negative number, is none. Absent is -1.
///
/// # Errors
/// As [`size`].
#[inline]
pub fn limit(thread: &mut Thread, value: Option<Value>) -> PyResult<usize> {
    match value {
        None => Ok(usize::MAX),
        Some(value) => Ok(usize::try_from(size(thread, value)?).unwrap_or(usize::MAX)),
    }
}

/// The `start` and `end` of a search.
///
/// # Errors
/// `TypeError`, or what `__index__` raises.
#[inline]
pub fn bounds(
    thread: &mut Thread,
    start: Option<Value>,
    end: Option<Value>,
) -> PyResult<(isize, isize)> {
    let start = match start.and_then(ValueExt::not_none) {
        None => 0,
        Some(start) => slice_index(thread, start)?,
    };
    let end = match end.and_then(ValueExt::not_none) {
        None => isize::MAX,
        Some(end) => slice_index(thread, end)?,
    };
    Ok((start, end))
}

/// The receiver itself, if it is exactly a `str`, else a plain copy.
///
/// # Errors
/// `MemoryError`
#[inline]
pub fn unchanged(thread: &Thread, string: Ref<Str>) -> PyResult {
    if string.value().downcast_exact::<Str>().is_some() {
        Ok(string.value())
    } else {
        Ok(Str::try_from_text(thread, string.text())?.value())
    }
}

/// A part of a string as a new one; the whole is the string itself.
///
/// # Errors
/// `MemoryError`
#[inline]
pub fn part(thread: &Thread, string: Ref<Str>, range: std::ops::Range<usize>) -> PyResult {
    if range.len() == string.len() {
        return unchanged(thread, string);
    }
    Ok(Str::part(thread, string, range)?.value())
}

/// A result.
///
/// # Errors
/// `MemoryError`
#[inline]
pub fn result(thread: &Thread, text: &TextBuf) -> PyResult {
    Ok(Str::from_buf(thread, text)?.value())
}

/// A result, or the unchanged receiver.
///
/// # Errors
/// `MemoryError`
#[inline]
pub fn result_or(thread: &Thread, text: Option<TextBuf>, string: Ref<Str>) -> PyResult {
    match text {
        Some(text) => result(thread, &text),
        None => unchanged(thread, string),
    }
}

/// Refuses what there is no memory for, before Rust's allocator, which cannot fail, is asked.
///
/// # Errors
/// `MemoryError`
#[inline]
pub fn check_room(thread: &Thread, bytes: usize) -> PyResult<()> {
    if bytes < 1 << 24 {
        return Ok(());
    }
    let mut probe = Vec::<u8>::new();
    if bytes > 1 << 46 || probe.try_reserve_exact(bytes).is_err() {
        return Err(thread.memory_error());
    }
    Ok(())
}

/// The one character of a fill argument, a space if it is not given.
///
/// # Errors
/// `TypeError`
pub fn fill_character(thread: &mut Thread, value: Option<Value>) -> PyResult<u32> {
    let Some(value) = value else {
        return Ok(u32::from(b' '));
    };
    let Some(string) = value.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "The fill character must be a unicode character, not {}",
            value.class().name()
        )));
    };
    match string.len() {
        1 => Ok(string.text().at(0)),
        _ => Err(thread.type_error("The fill character must be exactly one character long")),
    }
}

/// `int(value)` for number formatting: by `__int__`, else `__index__`. `None` if it has neither, or they refuse.
///
/// # Errors
/// What a method raises, but for `TypeError`.
pub fn to_int(thread: &mut Thread, value: Value) -> PyResult<Option<Int>> {
    if let Some(int) = view(value) {
        return Ok(Some(int.to_int()));
    }
    if let Some(float) = grwl_object::float::exact(value) {
        return match Int::from_f64(float) {
            Ok(int) => Ok(Some(int)),
            Err(error) => Err(thread.number_error(&error)),
        };
    }
    let class = value.class();
    let method = class
        .slot(grwl_object::slots::INT)
        .or_else(|| class.slot(grwl_object::slots::INDEX));
    let Some(method) = method else {
        return Ok(None);
    };
    match method(thread, value) {
        Ok(made) => Ok(view(made).map(IntView::to_int)),
        Err(raised) if raised.matches(&types::TYPE_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}

/// A text's `repr` without quotes of its own: for messages that show characters.
pub fn shown(text: Text<'_>) -> String {
    text.codes()
        .map(|code| char::from_u32(code).unwrap_or('\u{fffd}'))
        .collect()
}
