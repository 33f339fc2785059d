//! Case mappings of single code points, to as many as three.

use super::{staged, t};

/// A full case mapping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mapped {
    /// To one code point, often the same.
    One(u32),
    /// To two or three.
    Many(&'static [u16]),
}

impl Mapped {
    /// The code points.
    pub fn codes(self) -> impl Iterator<Item = u32> {
        let (one, many) = match self {
            Mapped::One(code) => (Some(code), &[][..]),
            Mapped::Many(units) => (None, units),
        };
        one.into_iter()
            .chain(many.iter().map(|&unit| u32::from(unit)))
    }
}

/// ASCII's mappings, in the order of a record: lower, upper, title, fold.
static ASCII: [[u8; 128]; 4] = {
    let mut mapped = [[0; 128]; 4];
    let mut code = 0;
    while code < 128 {
        let (lower, upper) = (
            (code as u8).to_ascii_lowercase(),
            (code as u8).to_ascii_uppercase(),
        );
        mapped[0][code] = lower;
        mapped[1][code] = upper;
        mapped[2][code] = upper;
        mapped[3][code] = lower;
        code += 1;
    }
    mapped
};

const SPECIAL: i32 = 0x4000_0000;

#[inline]
fn map(code: u32, column: usize) -> Mapped {
    if code < 128 {
        return Mapped::One(ASCII[column][code as usize].into());
    }
    let number = staged!(code, CASE_SHIFT, CASE_FIRST, CASE_SECOND);
    let entry = t::CASE_RECORDS[usize::from(number)][column];
    if entry < SPECIAL {
        return Mapped::One(code.wrapping_add_signed(entry));
    }
    let (len, at) = ((entry >> 16 & 0xFF) as usize, (entry & 0xFFFF) as usize);
    Mapped::Many(&t::CASE_POOL[at..at + len])
}

/// To lower case, but for the final sigma, which depends on what is around it.
#[inline]
pub fn to_lower(code: u32) -> Mapped {
    map(code, 0)
}

/// To upper case.
#[inline]
pub fn to_upper(code: u32) -> Mapped {
    map(code, 1)
}

/// To title case.
#[inline]
pub fn to_title(code: u32) -> Mapped {
    map(code, 2)
}

/// To the form that caseless comparison uses.
#[inline]
pub fn to_fold(code: u32) -> Mapped {
    map(code, 3)
}
