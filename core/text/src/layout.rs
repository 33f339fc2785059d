//! Padding and tabs: `center`, `ljust`, `rjust`, `zfill`, `expandtabs`.
//!
//! Generic over units, so that `str` and `bytes` share them. `None` stands for "unchanged".

use crate::units::{Text, TextBuf, Unit, Width, recoded};
use crate::with_units;

/// Where padding goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// `ljust`: after.
    Left,
    /// `rjust`: before.
    Right,
    /// `center`: on both sides.
    Center,
}

/// How much padding goes (before, after) to fill a width.
pub fn padding(len: usize, width: usize, align: Align) -> (usize, usize) {
    let total = width.saturating_sub(len);
    let before = match align {
        Align::Left => 0,
        Align::Right => total,
        // The odd one goes left if the width is odd.
        Align::Center => total / 2 + (total & width & 1),
    };
    (before, total - before)
}

/// Pads to a width.
pub fn justify<T: Unit>(units: &[T], width: usize, fill: T, align: Align) -> Option<Vec<T>> {
    let (before, after) = padding(units.len(), width, align);
    (before + after > 0).then(|| padded(units, before, after, fill))
}

fn padded<T: Unit>(units: &[T], before: usize, after: usize, fill: T) -> Vec<T> {
    let mut out = Vec::with_capacity(before + units.len() + after);
    out.resize(before, fill);
    out.extend_from_slice(units);
    out.resize(out.len() + after, fill);
    out
}

/// `zfill`: zeros on the left, but after a sign.
pub fn zfill<T: Unit>(units: &[T], width: usize) -> Option<Vec<T>> {
    let zero = T::from_code(u32::from(b'0'));
    let fill = width.checked_sub(units.len()).filter(|&fill| fill > 0)?;
    let mut out = padded(units, fill, 0, zero);
    if units
        .first()
        .is_some_and(|u| [u32::from(b'+'), u32::from(b'-')].contains(&u.code()))
    {
        out.swap(0, fill);
    }
    Some(out)
}

/// `expandtabs`: each tab becomes spaces up to the next multiple of `tab_size`; a negative size is 0.
pub fn expand_tabs<T: Unit>(units: &[T], tab_size: usize) -> Vec<T> {
    let mut out = Vec::with_capacity(units.len());
    let mut column = 0;
    for &unit in units {
        match unit.code() {
            0x09 => {
                let spaces = if tab_size == 0 {
                    0
                } else {
                    tab_size - column % tab_size
                };
                out.resize(out.len() + spaces, T::from_code(0x20));
                column += spaces;
            }
            code => {
                column = if code == 0x0A || code == 0x0D {
                    0
                } else {
                    column + 1
                };
                out.push(unit);
            }
        }
    }
    out
}

impl Text<'_> {
    /// Pads to a width with a character.
    pub fn justify(self, width: usize, fill: u32, align: Align) -> Option<TextBuf> {
        let (before, after) = padding(self.len(), width, align);
        if before + after == 0 {
            return None;
        }
        Some(match self.width().max(Width::of(fill)) {
            Width::One => self.padded::<u8>(before, after, fill),
            Width::Two => self.padded::<u16>(before, after, fill),
            Width::Four => self.padded::<u32>(before, after, fill),
        })
    }

    fn padded<T: Unit>(self, before: usize, after: usize, fill: u32) -> TextBuf {
        let mut out: Vec<T> = Vec::with_capacity(before + self.len() + after);
        out.resize(before, T::from_code(fill));
        with_units!(self, u => out.extend_from_slice(&recoded::<_, T>(u)));
        out.resize(out.len() + after, T::from_code(fill));
        T::text_buf(out)
    }
}
