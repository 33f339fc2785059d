//! Putting strings together, and taking every n-th character: `+`, `join`, `*`, `s[a:b:c]`.

use crate::units::{Text, TextBuf, Unit, Width, recoded};
use crate::with_units;

fn push_recoded<T: Unit>(out: &mut Vec<T>, text: Text<'_>) {
    match T::units_of(text) {
        Some(units) => out.extend_from_slice(units),
        None => {
            with_units!(text, units => out.extend(units.iter().map(|u| T::from_code(u.code()))))
        }
    }
}

fn join_at<'t, T: Unit>(
    separator: Text<'_>,
    parts: impl Iterator<Item = Text<'t>>,
    len: usize,
) -> TextBuf {
    let mut out: Vec<T> = Vec::with_capacity(len);
    for (i, part) in parts.enumerate() {
        if i > 0 {
            push_recoded(&mut out, separator);
        }
        push_recoded(&mut out, part);
    }
    T::text_buf(out)
}

/// `separator.join(parts)`. The parts are walked twice: for the size, and to copy.
pub fn join<'t>(separator: Text<'_>, parts: impl Iterator<Item = Text<'t>> + Clone) -> TextBuf {
    let count = parts.clone().count();
    let between = if count > 1 { separator } else { Text::EMPTY };
    let len = parts.clone().map(Text::len).sum::<usize>() + between.len() * count.saturating_sub(1);
    let width = parts.clone().fold(between.needed_width(), |width, part| {
        width.max(part.needed_width())
    });
    match width {
        Width::One => join_at::<u8>(separator, parts, len),
        Width::Two => join_at::<u16>(separator, parts, len),
        Width::Four => join_at::<u32>(separator, parts, len),
    }
}

/// `a + b`
pub fn concat(a: Text<'_>, b: Text<'_>) -> TextBuf {
    join(Text::EMPTY, [a, b].into_iter())
}

/// `units * times`; the caller checks that the size is sane.
pub fn repeat<T: Unit>(units: &[T], times: usize) -> Vec<T> {
    units.repeat(times)
}

/// The `count` units at `start`, `start + step` ...: `units[a:b:c]`, from what `slice.indices` gives.
pub fn every<T: Unit>(units: &[T], start: usize, step: isize, count: usize) -> Vec<T> {
    (0..count)
        .map(|i| units[start.wrapping_add_signed(step * i as isize)])
        .collect()
}

impl Text<'_> {
    /// `s * times`; the caller checks that the size is sane.
    pub fn repeat(self, times: usize) -> TextBuf {
        if times == 0 {
            return TextBuf::new();
        }
        match self.needed_width() {
            Width::One => TextBuf::One(repeat(&with_units!(self, u => recoded(u)), times)),
            Width::Two => TextBuf::Two(repeat(&with_units!(self, u => recoded(u)), times)),
            Width::Four => TextBuf::Four(repeat(&with_units!(self, u => recoded(u)), times)),
        }
    }

    /// `s[a:b:c]`, from what `slice.indices` gives.
    pub fn every(self, start: usize, step: isize, count: usize) -> TextBuf {
        with_units!(self, u => Unit::text_buf(every(u, start, step, count))).into_canonical()
    }
}
