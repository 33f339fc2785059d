//! How the engine looks at what is searched: units of one, two or four bytes, where they lie.
//!
//! The engine's cursor is a pointer and the number of a character; both belong to the engine, which lets others only count the characters. So a drive moves the cursor
//! by bytes, as the engine's own drive over bytes does, and then says which character it is at.
//!
//! ## Invariants
//! - A cursor points at the unit of its character; nothing at or behind the end is read.

use rustpython_sre_engine::{StrDrive, StringCursor};

/// Text of units of `W` bytes.
#[derive(Clone, Copy)]
pub(crate) struct Units<'a, const W: usize>(&'a [u8]);

impl<'a> Units<'a, 1> {
    pub(crate) fn one(units: &'a [u8]) -> Self {
        Self(units)
    }
}

impl<'a> Units<'a, 2> {
    pub(crate) fn two(units: &'a [u16]) -> Self {
        // SAFETY: plain numbers, seen as bytes.
        Self(unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) })
    }
}

impl<'a> Units<'a, 4> {
    pub(crate) fn four(units: &'a [u32]) -> Self {
        // SAFETY: plain numbers, seen as bytes.
        Self(unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), size_of_val(units)) })
    }
}

impl<const W: usize> Units<'_, W> {
    /// Moves a cursor by bytes and puts it at a character.
    #[inline(always)]
    fn forward(cursor: &mut StringCursor, count: usize) {
        let position = cursor.position + count;
        <&[u8] as StrDrive>::skip(cursor, count * W);
        cursor.position = position;
    }

    #[inline(always)]
    fn back(cursor: &mut StringCursor, count: usize) {
        let position = cursor.position - count;
        // The engine's drive takes as many from the position, which may be fewer than the bytes.
        cursor.position = count * W;
        <&[u8] as StrDrive>::back_skip(cursor, count * W);
        cursor.position = position;
    }
}

impl<const W: usize> StrDrive for Units<'_, W> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.0.len() / W
    }

    #[inline(always)]
    fn create_cursor(&self, n: usize) -> StringCursor {
        let mut cursor = <&[u8] as StrDrive>::create_cursor(&self.0, n * W);
        cursor.position = n;
        cursor
    }

    #[inline(always)]
    fn adjust_cursor(&self, cursor: &mut StringCursor, n: usize) {
        *cursor = self.create_cursor(n);
    }

    #[inline(always)]
    fn advance(cursor: &mut StringCursor) -> u32 {
        let unit = Self::peek(cursor);
        Self::forward(cursor, 1);
        unit
    }

    #[inline(always)]
    fn peek(cursor: &StringCursor) -> u32 {
        let mut at = *cursor;
        let mut unit = 0;
        for byte in 0..W {
            // Native order, lowest byte first on the machines that grwl runs on.
            unit |= <&[u8] as StrDrive>::peek(&at) << (8 * byte);
            if byte + 1 < W {
                <&[u8] as StrDrive>::skip(&mut at, 1);
            }
        }
        unit
    }

    #[inline(always)]
    fn skip(cursor: &mut StringCursor, n: usize) {
        Self::forward(cursor, n);
    }

    #[inline(always)]
    fn back_advance(cursor: &mut StringCursor) -> u32 {
        Self::back(cursor, 1);
        Self::peek(cursor)
    }

    #[inline(always)]
    fn back_peek(cursor: &StringCursor) -> u32 {
        let mut before = *cursor;
        Self::back(&mut before, 1);
        Self::peek(&before)
    }

    #[inline(always)]
    fn back_skip(cursor: &mut StringCursor, n: usize) {
        Self::back(cursor, n);
    }
}

const _: () = assert!(cfg!(target_endian = "little"));

#[cfg(test)]
mod tests {
    use super::*;

    fn walk<S: StrDrive>(drive: S, wanted: &[u32]) {
        assert_eq!(drive.count(), wanted.len());
        let mut cursor = drive.create_cursor(0);
        for (index, &unit) in wanted.iter().enumerate() {
            assert_eq!((cursor.position, S::peek(&cursor)), (index, unit));
            assert_eq!(S::advance(&mut cursor), unit);
            assert_eq!(S::back_peek(&cursor), unit);
        }
        assert_eq!(cursor.position, wanted.len());
        S::back_skip(&mut cursor, 2);
        assert_eq!(S::peek(&cursor), wanted[wanted.len() - 2]);
        assert_eq!(S::back_advance(&mut cursor), wanted[wanted.len() - 3]);
        drive.adjust_cursor(&mut cursor, 1);
        S::skip(&mut cursor, 1);
        assert_eq!((cursor.position, S::peek(&cursor)), (2, wanted[2]));
    }

    #[test]
    fn every_width_is_walked() {
        walk(Units::one(b"ab\xffc"), &[97, 98, 255, 99]);
        walk(
            Units::two(&[0x3b1, 98, 0xffff, 0x100]),
            &[0x3b1, 98, 0xffff, 0x100],
        );
        walk(
            Units::four(&[0x1f600, 1, 0xffff, 0x10ffff]),
            &[0x1f600, 1, 0xffff, 0x10ffff],
        );
    }
}
