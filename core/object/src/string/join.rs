//! One string of many: `separator.join(strings)`, the parts of an f-string.
//!
//! Strings are canonical, so the result is as wide as the widest part, and its memory is allocated at once and written in place.

use super::{ASCII, Str};
use crate::cell::{Ref, ValueExt};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::types;
use grwl_text::{Text, Unit, with_units};
use grwl_value::Value;

/// Appends to units that lie at `to`; returns where they end.
///
/// # Safety
/// There is room for the text, none of whose units is too wide.
#[inline(always)]
unsafe fn write<T: Unit>(to: *mut T, text: Text<'_>) -> *mut T {
    // SAFETY: the caller's promise.
    unsafe {
        match T::units_of(text) {
            Some(units) => to.copy_from_nonoverlapping(units.as_ptr(), units.len()),
            None => with_units!(text, units => {
                for (index, unit) in units.iter().enumerate() {
                    to.add(index).write(T::from_code(unit.code()));
                }
            }),
        }
        to.add(text.len())
    }
}

/// # Safety
/// As [`write`], for all of it.
unsafe fn write_all<T: Unit>(to: *mut u8, separator: Ref<Str>, parts: &[Value]) {
    let mut to = to.cast::<T>();
    for (index, part) in parts.iter().enumerate() {
        // SAFETY: the caller's promise; the parts are strings.
        unsafe {
            if index > 0 && !separator.is_empty() {
                to = write(to, separator.text());
            }
            to = write(to, part.downcast_unchecked::<Str>().text());
        }
    }
}

impl Str {
    /// The parts in one, with the separator between them.
    ///
    /// # Errors
    /// `OverflowError`, `MemoryError`.
    ///
    /// # Panics
    /// In debug builds if a part is no string.
    pub fn joined(thread: &Thread, separator: Ref<Self>, parts: &[Value]) -> PyResult<Ref<Self>> {
        let between = parts.len().saturating_sub(1);
        let mut length = separator.len().saturating_mul(between);
        let (mut width, mut ascii) = if between == 0 {
            (1, ASCII)
        } else {
            (separator.width_bytes(), separator.kind & ASCII)
        };
        for &part in parts {
            debug_assert!(part.downcast::<Self>().is_some());
            // SAFETY: the caller passes strings.
            let part = unsafe { part.downcast_unchecked::<Self>() };
            length = length.saturating_add(part.len());
            width = width.max(part.width_bytes());
            ascii &= part.kind;
        }
        if length > isize::MAX as usize {
            return Err(thread.overflow_error("join() result is too long for a Python string"));
        }
        if length == 0 {
            return Ok(Self::empty());
        }
        // SAFETY: written at once.
        let joined = unsafe { Self::allocate(thread, &types::STR, length, width as u8 | ascii)? };
        // SAFETY: there is room for as many units of the greatest width; the parts are strings, and alive: the caller has them.
        unsafe {
            let to = joined.as_ptr().add(1).cast::<u8>();
            match width {
                1 => write_all::<u8>(to, separator, parts),
                2 => write_all::<u16>(to, separator, parts),
                _ => write_all::<u32>(to, separator, parts),
            }
        }
        Ok(joined)
    }
}
