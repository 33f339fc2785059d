//! Kinds of things: a set of them is known for each operand.

use grwl_object::{Str, Tuple, Value, ValueExt};

use crate::code::Code;

/// A set of kinds.
pub type Kinds = u16;

/// Nothing: an empty slot.
pub const EMPTY: Kinds = 1;
pub const LIST: Kinds = 1 << 1;
pub const DICT: Kinds = 1 << 2;
pub const TUPLE: Kinds = 1 << 3;
/// A tuple of cells.
pub const CELLS: Kinds = 1 << 4;
pub const STR: Kinds = 1 << 5;
pub const CODE: Kinds = 1 << 6;
pub const FUNCTION: Kinds = 1 << 7;
/// A variable that inner functions share.
pub const CELL: Kinds = 1 << 8;
pub const EXCEPTION: Kinds = 1 << 9;
pub const NONE: Kinds = 1 << 10;
/// What a generator has yielded, left over in its place: may be dead. It can only be popped.
pub const STALE: Kinds = 1 << 11;
/// Whatever it is, but for nothing.
pub const ANY: Kinds = !(EMPTY | STALE);
/// The same, or nothing.
pub const MAYBE: Kinds = !STALE;

/// What a constant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    /// `None`
    None,
    /// A string.
    Str,
    /// A tuple, of strings only if they are counted.
    Tuple(Option<usize>),
    /// Code.
    Code,
    /// Something else.
    Other,
}

impl Constant {
    /// What a value is, as a constant.
    pub fn of(value: Value) -> Self {
        if value.is_none() {
            Self::None
        } else if value.downcast_exact::<Str>().is_some() {
            Self::Str
        } else if let Some(tuple) = value.downcast_exact::<Tuple>() {
            let is_names = tuple
                .iter()
                .all(|name| name.downcast_exact::<Str>().is_some());
            Self::Tuple(is_names.then_some(tuple.len()))
        } else if value.downcast_exact::<Code>().is_some() {
            Self::Code
        } else {
            Self::Other
        }
    }

    /// Its kind.
    pub fn kinds(self) -> Kinds {
        match self {
            Self::None => NONE,
            Self::Str => STR,
            Self::Tuple(_) => TUPLE,
            Self::Code => CODE,
            Self::Other => ANY,
        }
    }
}
