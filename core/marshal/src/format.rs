//! The bytes of the format: type codes, the reference flag, limits.
//!
//! An object is one byte of type, then what belongs to the type; integers are little-endian, and signed unless they
//! are one byte long. A type with [`FLAG_REF`] puts its object into the table of references, which
//! [`REF`] then reads by index; indices are given in the order in which the flagged types appear.

/// The version that is written by default.
pub const VERSION: i32 = 5;

/// How deep objects may nest.
pub const MAX_DEPTH: usize = 2000;

/// The largest length that is written.
pub(crate) const MAX_SIZE: usize = 0x7fff_ffff;

/// Set in a type byte: the object may be referred to.
pub(crate) const FLAG_REF: u8 = 0x80;

pub(crate) const NULL: u8 = b'0';
pub(crate) const NONE: u8 = b'N';
pub(crate) const FALSE: u8 = b'F';
pub(crate) const TRUE: u8 = b'T';
pub(crate) const STOP_ITERATION: u8 = b'S';
pub(crate) const ELLIPSIS: u8 = b'.';
pub(crate) const INT: u8 = b'i';
/// Eight bytes; read, never written.
pub(crate) const INT64: u8 = b'I';
pub(crate) const LONG: u8 = b'l';
/// Decimal text; written for versions 0 and 1.
pub(crate) const FLOAT: u8 = b'f';
pub(crate) const BINARY_FLOAT: u8 = b'g';
/// Two decimal texts; written for versions 0 and 1.
pub(crate) const COMPLEX: u8 = b'x';
pub(crate) const BINARY_COMPLEX: u8 = b'y';
pub(crate) const BYTES: u8 = b's';
pub(crate) const INTERNED: u8 = b't';
pub(crate) const UNICODE: u8 = b'u';
pub(crate) const ASCII: u8 = b'a';
pub(crate) const ASCII_INTERNED: u8 = b'A';
pub(crate) const SHORT_ASCII: u8 = b'z';
pub(crate) const SHORT_ASCII_INTERNED: u8 = b'Z';
pub(crate) const TUPLE: u8 = b'(';
pub(crate) const SMALL_TUPLE: u8 = b')';
pub(crate) const LIST: u8 = b'[';
pub(crate) const DICT: u8 = b'{';
pub(crate) const SET: u8 = b'<';
pub(crate) const FROZEN_SET: u8 = b'>';
pub(crate) const SLICE: u8 = b':';
pub(crate) const CODE: u8 = b'c';
pub(crate) const REF: u8 = b'r';

/// Bits in a digit of [`LONG`].
pub(crate) const DIGIT_BITS: u32 = 15;
