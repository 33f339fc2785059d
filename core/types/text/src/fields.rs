//! The grammar of replacement fields: `text {name.attribute[index]!conversion:specification} text`.
//!
//! [`next_markup`] reads a format piece by piece, [`first_name`] and [`next_step`] take a field's name apart. They know no objects; a place is an index
//! into the format's text.

use std::ops::Range;

use grwl_text::{Text, unicode};

/// A replacement field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: Range<usize>,
    /// The specification; empty if there is none.
    pub specification: Range<usize>,
    /// Are there fields in the specification?
    pub is_nested: bool,
    /// The conversion, as in `!r`.
    pub conversion: Option<u32>,
}

/// Literal text, and the field after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup {
    /// The text.
    pub literal: Range<usize>,
    /// The field.
    pub field: Option<Field>,
}

/// What is wrong with a format: the message of a `ValueError`.
pub type Fault = &'static str;

const OPEN: u32 = b'{' as u32;
const CLOSE: u32 = b'}' as u32;
const DOT: u32 = b'.' as u32;
const BRACKET: u32 = b'[' as u32;
const CLOSING_BRACKET: u32 = b']' as u32;
const COLON: u32 = b':' as u32;
const MARK: u32 = b'!' as u32;

/// The place of the first of some characters at or after `from`.
fn find_any(text: Text<'_>, from: usize, end: usize, wanted: &[u32]) -> Option<usize> {
    (from..end).find(|&at| wanted.contains(&text.at(at)))
}

/// Reads the next piece of `text[*at..end]`; `None` at the end.
///
/// # Errors
/// What is wrong with the format.
pub fn next_markup(text: Text<'_>, at: &mut usize, end: usize) -> Result<Option<Markup>, Fault> {
    let start = *at;
    if start >= end {
        return Ok(None);
    }
    let Some(brace) = find_any(text, start, end, &[OPEN, CLOSE]) else {
        *at = end;
        return Ok(Some(Markup {
            literal: start..end,
            field: None,
        }));
    };
    let code = text.at(brace);
    let after = (brace + 1 < end).then(|| text.at(brace + 1));
    *at = brace + 1;
    if after == Some(code) {
        // Two stand for one.
        *at = brace + 2;
        return Ok(Some(Markup {
            literal: start..brace + 1,
            field: None,
        }));
    }
    if code == CLOSE {
        return Err("Single '}' encountered in format string");
    }
    if after.is_none() {
        return Err("Single '{' encountered in format string");
    }
    let field = read_field(text, at, end)?;
    Ok(Some(Markup {
        literal: start..brace,
        field: Some(field),
    }))
}

fn read_field(text: Text<'_>, at: &mut usize, end: usize) -> Result<Field, Fault> {
    let start = *at;
    let mut last = 0;
    let mut place = start;
    while place < end {
        last = text.at(place);
        place += 1;
        match last {
            OPEN => return Err("unexpected '{' in field name"),
            BRACKET => {
                place = find_any(text, place, end, &[CLOSING_BRACKET]).unwrap_or(end);
                // What ended the name is not known yet.
                last = 0;
            }
            CLOSE | COLON | MARK => break,
            _ => {}
        }
    }
    *at = place;
    let mut field = Field {
        name: start..place.saturating_sub(1).max(start),
        specification: 0..0,
        is_nested: false,
        conversion: None,
    };
    match last {
        CLOSE => return Ok(field),
        COLON => {}
        MARK => {
            if *at >= end {
                return Err("end of string while looking for conversion specifier");
            }
            field.conversion = Some(text.at(*at));
            *at += 1;
            if *at < end {
                let next = text.at(*at);
                *at += 1;
                if next == CLOSE {
                    return Ok(field);
                }
                if next != COLON {
                    return Err("expected ':' after conversion specifier");
                }
            }
        }
        _ => return Err("expected '}' before end of string"),
    }
    let from = *at;
    let mut open = 1;
    while *at < end {
        let code = text.at(*at);
        *at += 1;
        match code {
            OPEN => {
                field.is_nested = true;
                open += 1;
            }
            CLOSE => {
                open -= 1;
                if open == 0 {
                    field.specification = from..*at - 1;
                    return Ok(field);
                }
            }
            _ => {}
        }
    }
    Err("unmatched '{' in format spec")
}

/// A name that may be a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Decimal digits.
    Index(usize),
    /// Anything else.
    Name(Range<usize>),
}

/// Digits as a number; `None` if it is anything else.
fn number(text: Text<'_>, range: Range<usize>) -> Result<Option<usize>, Fault> {
    let mut value: Option<usize> = None;
    for code in text.slice(range).codes() {
        let Some(digit) = unicode::decimal(code) else {
            return Ok(None);
        };
        let next = value
            .unwrap_or(0)
            .checked_mul(10)
            .and_then(|v| v.checked_add(usize::from(digit)))
            .filter(|&v| v <= isize::MAX as usize);
        value = Some(next.ok_or("Too many decimal digits in format string")?);
    }
    Ok(value)
}

fn key(text: Text<'_>, range: Range<usize>) -> Result<Key, Fault> {
    Ok(match number(text, range.clone())? {
        Some(index) => Key::Index(index),
        None => Key::Name(range),
    })
}

/// The first part of a field's name, up to the first `.` or `[`, and where the rest begins.
///
/// # Errors
/// A number that is too large.
pub fn first_name(text: Text<'_>, name: Range<usize>) -> Result<(Key, usize), Fault> {
    let end = find_any(text, name.start, name.end, &[DOT, BRACKET]).unwrap_or(name.end);
    Ok((key(text, name.start..end)?, end))
}

/// A step from an object to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Attribute(Range<usize>),
    /// `[key]`
    Item(Key),
}

/// Reads the next step of `text[*at..end]`; `None` at the end.
///
/// # Errors
/// What is wrong with the name.
pub fn next_step(text: Text<'_>, at: &mut usize, end: usize) -> Result<Option<Step>, Fault> {
    if *at >= end {
        return Ok(None);
    }
    let kind = text.at(*at);
    let start = *at + 1;
    let (range, step) = match kind {
        DOT => {
            let stop = find_any(text, start, end, &[DOT, BRACKET]).unwrap_or(end);
            *at = stop;
            (start..stop, Step::Attribute(start..stop))
        }
        BRACKET => {
            let Some(stop) = find_any(text, start, end, &[CLOSING_BRACKET]) else {
                return Err("Missing ']' in format string");
            };
            *at = stop + 1;
            (start..stop, Step::Item(key(text, start..stop)?))
        }
        _ => return Err("Only '.' or '[' may follow ']' in format field specifier"),
    };
    if range.is_empty() {
        return Err("Empty attribute in format string");
    }
    Ok(Some(step))
}

/// How the fields of a format are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbering {
    /// Not known yet.
    #[default]
    Unknown,
    /// By itself: this many were so far.
    Automatic(usize),
    /// In the format.
    Manual,
}

impl Numbering {
    /// The field's key, numbered if it is empty.
    ///
    /// # Errors
    /// If both ways are mixed.
    pub fn apply(&mut self, key: Key) -> Result<Key, Fault> {
        match (&key, *self) {
            (Key::Name(name), Self::Manual) if name.is_empty() => {
                Err("cannot switch from manual field specification to automatic field numbering")
            }
            (Key::Name(name), Self::Unknown) if name.is_empty() => {
                *self = Self::Automatic(1);
                Ok(Key::Index(0))
            }
            (Key::Name(name), Self::Automatic(count)) if name.is_empty() => {
                *self = Self::Automatic(count + 1);
                Ok(Key::Index(count))
            }
            (Key::Index(_), Self::Automatic(_)) => {
                Err("cannot switch from automatic field numbering to manual field specification")
            }
            (Key::Index(_), _) => {
                *self = Self::Manual;
                Ok(key)
            }
            (Key::Name(_), _) => Ok(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_brackets_may_hold_anything() {
        let format = b"{0[a:b!c].d!r:>{1}}x";
        let text = Text::One(format);
        let mut at = 0;
        let markup = next_markup(text, &mut at, format.len()).unwrap().unwrap();
        let field = markup.field.unwrap();
        assert_eq!(&format[field.name.clone()], b"0[a:b!c].d");
        assert_eq!(&format[field.specification], b">{1}");
        assert!(field.is_nested);
        let (first, mut place) = first_name(text, field.name.clone()).unwrap();
        assert_eq!(first, Key::Index(0));
        assert_eq!(
            next_step(text, &mut place, field.name.end),
            Ok(Some(Step::Item(Key::Name(3..8))))
        );
        assert_eq!(
            next_step(text, &mut place, field.name.end),
            Ok(Some(Step::Attribute(10..11)))
        );
        assert_eq!(next_step(text, &mut place, field.name.end), Ok(None));
    }
}
