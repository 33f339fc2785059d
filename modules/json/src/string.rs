//! Reading a string as JSON has it.

use grwl_object::{Args, PyResult, Raised, Ref, Str, Thread, Tuple, Value, class, int, protocol};
use grwl_text::{Text, TextBuf, TextBuilder, Unit, with_units};
use grwl_types_text::arguments;

use crate::string_argument;

const QUOTE: u32 = b'"' as u32;
const BACKSLASH: u32 = b'\\' as u32;

/// `json.JSONDecodeError` about a place in a text.
#[cold]
pub(crate) fn decode_error(
    thread: &mut Thread,
    message: &str,
    text: Ref<Str>,
    place: isize,
) -> Raised {
    let made = class::import(thread, "json.decoder").and_then(|module| {
        let class = protocol::get_attribute_str(thread, module, "JSONDecodeError")?;
        let message = Str::new(thread, message).value();
        let place = int::from_i64(thread, place as i64);
        protocol::call_positional(thread, class, &[message, text.value(), place])
    });
    match made {
        Ok(exception) => thread.raise_value(exception),
        Err(raised) => raised,
    }
}

/// What a string was found to be.
pub(crate) enum Found {
    /// As it stands in the text, up to the quote at this place.
    Plain(usize),
    /// With escapes; its text, and where its last quote ends.
    Built(TextBuf, usize),
}

/// What is wrong, and where.
pub(crate) struct Wrong(pub &'static str, pub isize);

const UNTERMINATED: &str = "Unterminated string starting at";
const ESCAPE: &str = "Invalid \\uXXXX escape";

fn four_digits<T: Unit>(units: &[T]) -> Option<u32> {
    units.iter().try_fold(0, |code, unit| {
        let digit = char::from_u32(unit.code())?.to_digit(16)?;
        Some(code << 4 | digit)
    })
}

/// Finds the string whose first quote stands before `start`.
#[inline]
pub(crate) fn find<T: Unit>(units: &[T], start: usize, strict: bool) -> Result<Found, Wrong> {
    let next = run_end(units, start, start, strict)?;
    if units[next].code() == QUOTE {
        return Ok(Found::Plain(next));
    }
    build(units, start, next, strict)
}

/// The next quote or backslash.
#[inline]
fn run_end<T: Unit>(units: &[T], start: usize, from: usize, strict: bool) -> Result<usize, Wrong> {
    for (index, unit) in units[from..].iter().enumerate() {
        let code = unit.code();
        if code == QUOTE || code == BACKSLASH {
            return Ok(from + index);
        }
        if code < 0x20 && strict {
            return Err(Wrong(
                "Invalid control character at",
                (from + index) as isize,
            ));
        }
    }
    Err(Wrong(UNTERMINATED, start as isize - 1))
}

/// The rest of a string whose first backslash stands at `backslash`.
fn build<T: Unit>(
    units: &[T],
    start: usize,
    backslash: usize,
    strict: bool,
) -> Result<Found, Wrong> {
    let mut out = TextBuilder::with_capacity(backslash - start + 16);
    let mut from = start;
    let mut next = backslash;
    loop {
        out.push_units(&units[from..next]);
        if units[next].code() == QUOTE {
            return Ok(Found::Built(out.finish(), next + 1));
        }
        let at = next + 1;
        let Some(escape) = units.get(at) else {
            return Err(Wrong(UNTERMINATED, start as isize - 1));
        };
        from = at + 1;
        let code = match char::from_u32(escape.code()) {
            Some(plain @ ('"' | '\\' | '/')) => plain as u32,
            Some('b') => 0x08,
            Some('f') => 0x0C,
            Some('n') => 0x0A,
            Some('r') => 0x0D,
            Some('t') => 0x09,
            Some('u') => {
                let end = from + 4;
                if end > units.len() {
                    return Err(Wrong(ESCAPE, from as isize - 1));
                }
                let wrong = |end: usize| Wrong(ESCAPE, end as isize - 5);
                let code = four_digits(&units[from..end]).ok_or_else(|| wrong(end))?;
                from = end;
                let is_pair = (0xD800..0xDC00).contains(&code)
                    && end + 6 <= units.len()
                    && units[end].code() == BACKSLASH
                    && units[end + 1].code() == u32::from(b'u');
                if is_pair {
                    let low =
                        four_digits(&units[end + 2..end + 6]).ok_or_else(|| wrong(end + 6))?;
                    if (0xDC00..0xE000).contains(&low) {
                        from = end + 6;
                        0x1_0000 + ((code & 0x3FF) << 10 | low & 0x3FF)
                    } else {
                        code
                    }
                } else {
                    code
                }
            }
            _ => return Err(Wrong("Invalid \\escape", at as isize - 1)),
        };
        out.push(code);
        next = run_end(units, start, from, strict)?;
    }
}

/// A string of these units, which are wider than they need be more often than not.
#[inline]
pub(crate) fn string_of<T: Unit>(thread: &Thread, units: &[T]) -> PyResult<Ref<Str>> {
    const SHORT: usize = 64;
    if let Text::One(bytes) = T::text(units) {
        return Str::try_from_text(thread, Text::One(bytes));
    }
    if units.len() <= SHORT {
        let mut narrow = [0; SHORT];
        let mut bits = 0;
        for (byte, unit) in narrow.iter_mut().zip(units) {
            bits |= unit.code();
            *byte = unit.code() as u8;
        }
        if bits <= 0xFF {
            return Str::try_from_text(thread, Text::One(&narrow[..units.len()]));
        }
    }
    Str::try_from_text(thread, T::text(units))
}

/// The string whose first quote stands before `start`, and where its last quote ends.
#[inline]
pub(crate) fn read<T: Unit>(
    thread: &mut Thread,
    text: Ref<Str>,
    units: &[T],
    start: usize,
    strict: bool,
) -> PyResult<(Ref<Str>, usize)> {
    match find(units, start, strict) {
        Ok(Found::Plain(end)) => {
            let string = string_of(thread, &units[start..end])?;
            Ok((string, end + 1))
        }
        Ok(Found::Built(string, end)) => Ok((Str::from_buf(thread, &string)?, end)),
        Err(Wrong(message, place)) => Err(decode_error(thread, message, text, place)),
    }
}

/// `scanstring(string, end, strict=True)`
pub(crate) fn scanstring(thread: &mut Thread, _: Value, args: Args<'_>) -> PyResult {
    if args.keyword_count() > 0 {
        return Err(thread.type_error("_json.scanstring() takes no keyword arguments"));
    }
    let (text, end, strict) = match *args.values() {
        [text, end] => (text, end, None),
        [text, end, strict] => (text, end, Some(strict)),
        ref values => {
            let count = values.len();
            let bound = if count < 2 { "at least 2" } else { "at most 3" };
            return Err(thread.type_error(format_args!(
                "scanstring() takes {bound} arguments ({count} given)"
            )));
        }
    };
    let end = arguments::size(thread, end)?;
    let strict = match strict {
        Some(strict) => protocol::is_true(thread, strict)?,
        None => true,
    };
    let text = string_argument(thread, text)?;
    let start = match usize::try_from(end) {
        Ok(start) if start <= text.len() => start,
        _ => return Err(thread.value_error("end is out of bounds")),
    };
    let (string, end) =
        with_units!(text.text(), units => read(thread, text, units, start, strict)?);
    let end = int::from_usize(thread, end);
    Ok(Tuple::try_new(thread, &[string.value(), end])?.value())
}
