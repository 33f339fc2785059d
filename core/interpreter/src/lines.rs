//! Line tables (`co_linetable`; CPython's `Objects/locations.md` describes the encoding).

use crate::code::Code;

/// One entry: units from `start` to `end` belong to this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The first unit.
    pub start: usize,
    /// One past the last unit.
    pub end: usize,
    /// The line, if there is one.
    pub line: Option<u32>,
    /// The last line.
    pub end_line: Option<u32>,
    /// The first column, in bytes.
    pub column: Option<u32>,
    /// One past the last column, in bytes.
    pub end_column: Option<u32>,
}

/// The entries of a line table.
pub struct Locations<'a> {
    bytes: &'a [u8],
    /// The next entry's place.
    pub(crate) at: usize,
    /// Its first unit.
    pub(crate) unit: usize,
    /// The line that it counts from.
    pub(crate) line: i64,
}

impl<'a> Locations<'a> {
    /// The entries of a code object.
    pub fn of(code: &'a Code) -> Self {
        Self {
            bytes: code.line_table().as_slice(),
            at: 0,
            unit: 0,
            line: i64::from(code.firstlineno),
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u32> {
        let mut byte = self.byte()?;
        let mut value = u32::from(byte & 63);
        let mut shift = 6;
        while byte & 64 != 0 {
            byte = self.byte()?;
            // What has no place in a line number comes from no compiler.
            value |= u32::from(byte & 63).checked_shl(shift).unwrap_or(0);
            shift += 6;
        }
        Some(value)
    }

    fn signed_varint(&mut self) -> Option<i64> {
        let value = i64::from(self.varint()?);
        Some(if value & 1 != 0 {
            -(value >> 1)
        } else {
            value >> 1
        })
    }
}

impl Iterator for Locations<'_> {
    type Item = Location;

    fn next(&mut self) -> Option<Location> {
        let head = self.byte()?;
        let code = head >> 3 & 15;
        let length = usize::from(head & 7) + 1;
        let start = self.unit;
        self.unit += length;
        let mut location = Location {
            start,
            end: self.unit,
            line: None,
            end_line: None,
            column: None,
            end_column: None,
        };
        match code {
            15 => return Some(location),
            14 => {
                self.line += self.signed_varint()?;
                let end = self.line + i64::from(self.varint()?);
                let column = self.varint()?;
                let end_column = self.varint()?;
                location.end_line = u32::try_from(end).ok();
                location.column = column.checked_sub(1);
                location.end_column = end_column.checked_sub(1);
            }
            13 => {
                self.line += self.signed_varint()?;
                location.end_line = u32::try_from(self.line).ok();
            }
            10..=12 => {
                self.line += i64::from(code - 10);
                let column = self.byte()?;
                let end_column = self.byte()?;
                location.end_line = u32::try_from(self.line).ok();
                location.column = Some(u32::from(column));
                location.end_column = Some(u32::from(end_column));
            }
            short => {
                let second = self.byte()?;
                let column = u32::from(short) << 3 | u32::from(second >> 4);
                location.end_line = u32::try_from(self.line).ok();
                location.column = Some(column);
                location.end_column = Some(column + u32::from(second & 15));
            }
        }
        location.line = u32::try_from(self.line).ok();
        Some(location)
    }
}

/// The place of the unit at `offset`.
pub fn location_of(code: &Code, offset: usize) -> Option<Location> {
    Locations::of(code).find(|location| location.start <= offset && offset < location.end)
}

/// The line of the unit at `offset`.
pub fn line_of(code: &Code, offset: usize) -> Option<u32> {
    location_of(code, offset)?.line
}
