//! Building a string whose width is not known beforehand.
//!
//! Invariant: the units gathered are as wide as the widest code point pushed needs, no wider; so
//! the result is canonical.

use crate::units::{Text, TextBuf, Unit, Width, recoded};
use crate::with_units;

/// A string under construction. It starts with one byte a unit and widens when it must.
#[derive(Default, Debug)]
pub struct TextBuilder {
    buf: TextBuf,
}

impl TextBuilder {
    /// An empty one.
    pub fn new() -> TextBuilder {
        TextBuilder::default()
    }

    /// An empty one with room for some one-byte units.
    pub fn with_capacity(units: usize) -> TextBuilder {
        TextBuilder {
            buf: TextBuf::One(Vec::with_capacity(units)),
        }
    }

    /// With a string to go on from, which must be canonical or made so at the end.
    pub(crate) fn from_buf(buf: TextBuf) -> TextBuilder {
        TextBuilder { buf }
    }

    /// What was pushed so far; whoever adds to it keeps the invariant.
    pub(crate) fn buf_mut(&mut self) -> &mut TextBuf {
        &mut self.buf
    }

    /// Units so far.
    pub fn len(&self) -> usize {
        self.buf.len()
    }

    /// Whether nothing was pushed yet.
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// What was pushed so far.
    pub fn as_text(&self) -> Text<'_> {
        self.buf.as_text()
    }

    /// The string.
    pub fn finish(self) -> TextBuf {
        self.buf
    }

    /// Appends a code point.
    #[inline]
    pub fn push(&mut self, code: u32) {
        match &mut self.buf {
            TextBuf::One(v) if code <= 0xFF => v.push(code as u8),
            TextBuf::Two(v) if code <= 0xFFFF => v.push(code as u16),
            TextBuf::Four(v) => v.push(code),
            _ => self.widen_and_push(code),
        }
    }

    #[cold]
    fn widen_and_push(&mut self, code: u32) {
        self.widen(Width::of(code));
        self.push(code);
    }

    /// Appends a code point a number of times.
    pub fn push_repeated(&mut self, code: u32, times: usize) {
        if times == 0 {
            return;
        }
        self.widen(Width::of(code));
        match &mut self.buf {
            TextBuf::One(v) => v.resize(v.len() + times, code as u8),
            TextBuf::Two(v) => v.resize(v.len() + times, code as u16),
            TextBuf::Four(v) => v.resize(v.len() + times, code),
        }
    }

    /// Appends Latin-1 (so also ASCII) bytes.
    pub fn push_latin1(&mut self, bytes: &[u8]) {
        match &mut self.buf {
            TextBuf::One(v) => v.extend_from_slice(bytes),
            TextBuf::Two(v) => v.extend(bytes.iter().map(|&b| u16::from(b))),
            TextBuf::Four(v) => v.extend(bytes.iter().map(|&b| u32::from(b))),
        }
    }

    /// Appends a Rust string.
    pub fn push_str(&mut self, s: &str) {
        // The greatest byte begins the greatest character: U+0100 begins with C4, U+10000 with F0.
        let width = match s.bytes().max() {
            None => return,
            Some(0..0x80) => return self.push_latin1(s.as_bytes()),
            Some(0..0xC4) => Width::One,
            Some(0xC4..0xF0) => Width::Two,
            Some(0xF0..) => Width::Four,
        };
        self.widen(width);
        match &mut self.buf {
            TextBuf::One(v) => extend_with_chars(v, s),
            TextBuf::Two(v) => extend_with_chars(v, s),
            TextBuf::Four(v) => extend_with_chars(v, s),
        }
    }

    /// Appends a string.
    pub fn push_text(&mut self, text: Text<'_>) {
        with_units!(text, units => self.push_units(units));
    }

    /// Appends units.
    pub fn push_units<T: Unit>(&mut self, units: &[T]) {
        if T::WIDTH > self.buf.as_text().width() {
            self.widen(T::text(units).needed_width());
        }
        match (&mut self.buf, T::text(units)) {
            (TextBuf::One(v), Text::One(units)) => return v.extend_from_slice(units),
            (TextBuf::Two(v), Text::Two(units)) => return v.extend_from_slice(units),
            (TextBuf::Four(v), Text::Four(units)) => return v.extend_from_slice(units),
            _ => {}
        }
        let codes = units.iter().map(|u| u.code());
        match &mut self.buf {
            TextBuf::One(v) => v.extend(codes.map(|c| c as u8)),
            TextBuf::Two(v) => v.extend(codes.map(|c| c as u16)),
            TextBuf::Four(v) => v.extend(codes),
        }
    }

    fn widen(&mut self, width: Width) {
        let now = self.buf.as_text().width();
        if width <= now {
            return;
        }
        // Keep the room that was asked for: a push is likely to follow.
        fn wider<T: Unit>(text: Text<'_>, capacity: usize) -> Vec<T> {
            let mut wide = Vec::with_capacity(capacity);
            wide.extend_from_slice(&with_units!(text, u => recoded::<_, T>(u)));
            wide
        }
        let capacity = match &self.buf {
            TextBuf::One(v) => v.capacity(),
            TextBuf::Two(v) => v.capacity(),
            TextBuf::Four(v) => v.capacity(),
        };
        let text = self.buf.as_text();
        self.buf = match width {
            Width::One => unreachable!("no width is below one byte"),
            Width::Two => TextBuf::Two(wider(text, capacity)),
            Width::Four => TextBuf::Four(wider(text, capacity)),
        };
    }
}

/// Appends the characters of a string that fit.
fn extend_with_chars<T: Unit>(units: &mut Vec<T>, s: &str) {
    let start = units.len();
    units.resize(start + s.chars().count(), T::from_code(0));
    for (unit, c) in units[start..].iter_mut().zip(s.chars()) {
        *unit = T::from_code(u32::from(c));
    }
}
