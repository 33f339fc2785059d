//! `replace` and `translate`.

use std::borrow::Cow;

use crate::build::TextBuilder;
use crate::search::{self, Matches};
use crate::units::{Text, TextBuf, Unit, Width, recoded};
use crate::with_units;

/// `replace(old, new, limit)` in units of one width. `None` if nothing changes.
pub fn replace<T: Unit>(haystack: &[T], old: &[T], new: &[T], limit: usize) -> Option<Vec<T>> {
    if limit == 0 || old == new {
        return None;
    }
    if old.is_empty() {
        return Some(intersperse(haystack, new, limit)).filter(|_| !new.is_empty());
    }
    if let ([old], [new]) = (old, new) {
        return replace_unit(haystack, *old, *new, limit);
    }
    let mut places = Matches::new(haystack, old).take(limit).peekable();
    places.peek()?;
    // Room for some of them.
    let growth = new.len().saturating_sub(old.len()).min(64) * 4;
    let mut out = Vec::with_capacity(haystack.len() + growth);
    let mut from = 0;
    for place in places {
        out.extend_from_slice(&haystack[from..place]);
        out.extend_from_slice(new);
        from = place + old.len();
    }
    out.extend_from_slice(&haystack[from..]);
    Some(out)
}

fn replace_unit<T: Unit>(haystack: &[T], old: T, new: T, limit: usize) -> Option<Vec<T>> {
    let first = T::find_unit(haystack, old)?;
    let mut out = haystack.to_vec();
    if limit == usize::MAX {
        out[first..]
            .iter_mut()
            .for_each(|u| *u = if *u == old { new } else { *u });
    } else {
        out[first..]
            .iter_mut()
            .filter(|u| **u == old)
            .take(limit)
            .for_each(|u| *u = new);
    }
    Some(out)
}

/// Puts `new` before each unit and at the end, `limit` times at most.
fn intersperse<T: Unit>(haystack: &[T], new: &[T], limit: usize) -> Vec<T> {
    let times = limit.min(haystack.len() + 1);
    let mut out = Vec::with_capacity(haystack.len() + new.len() * times);
    for (i, &unit) in haystack.iter().enumerate() {
        if i < times {
            out.extend_from_slice(new);
        }
        out.push(unit);
    }
    if times > haystack.len() {
        out.extend_from_slice(new);
    }
    out
}

impl Text<'_> {
    /// `replace(old, new, limit)`; `None` if nothing changes.
    pub fn replace(self, old: Text<'_>, new: Text<'_>, limit: usize) -> Option<TextBuf> {
        let width = self.width().max(new.needed_width());
        match width {
            Width::One => self.replace_at::<u8>(old, new, limit),
            Width::Two => self.replace_at::<u16>(old, new, limit),
            Width::Four => self.replace_at::<u32>(old, new, limit),
        }
    }

    fn replace_at<T: Unit>(self, old: Text<'_>, new: Text<'_>, limit: usize) -> Option<TextBuf> {
        let old = search::fitted::<T>(old)?;
        let haystack: Cow<'_, [T]> = match T::units_of(self) {
            Some(units) => Cow::Borrowed(units),
            // Nothing is copied before something is found.
            None if !old.is_empty() && self.find(T::text(&old)).is_none() => return None,
            None => with_units!(self, u => Cow::Owned(recoded(u))),
        };
        let new = search::fitted::<T>(new)?;
        replace(&haystack, &old, &new, limit).map(|units| T::text_buf(units).into_canonical())
    }
}

/// What a table of `str.translate` says of one character.
pub enum Translated<'a> {
    /// It stays.
    Same,
    /// It goes.
    Gone,
    /// It becomes another.
    Code(u32),
    /// It becomes a string.
    Text(Text<'a>),
}

/// `str.translate`, with the look-up, which may fail, given by the caller.
pub fn translate<'a, E>(
    text: Text<'_>,
    mut look_up: impl FnMut(u32) -> Result<Translated<'a>, E>,
) -> Result<TextBuf, E> {
    let mut out = TextBuilder::with_capacity(text.len());
    for code in text.codes() {
        match look_up(code)? {
            Translated::Same => out.push(code),
            Translated::Gone => {}
            Translated::Code(code) => out.push(code),
            Translated::Text(text) => out.push_text(text),
        }
    }
    Ok(out.finish())
}

/// `bytes.translate`: bytes of `delete` go, the others are looked up in a table of 256, if given.
pub fn translate_bytes(bytes: &[u8], table: Option<&[u8; 256]>, delete: &[u8]) -> Vec<u8> {
    let mut gone = [false; 256];
    delete.iter().for_each(|&b| gone[usize::from(b)] = true);
    let kept = bytes.iter().filter(|&&b| !gone[usize::from(b)]);
    match table {
        Some(table) => kept.map(|&b| table[usize::from(b)]).collect(),
        None => kept.copied().collect(),
    }
}
