//! From values to bytes, object by object.
//!
//! Protocol
//! - The caller writes a value's type and, for what has parts, its parts, then [`Writer::end`] (dicts:
//!   [`Writer::dict_end`]).
//! - Which objects are the same the caller knows. Before an object that may come again it calls
//!   [`Writer::mark`] and keeps the index; when the object comes again it calls [`Writer::reference`] in its place.
//!   `None`, booleans, `...` and `StopIteration` are never marked.
//! - The elements of a set are written in the order of their own bytes (each written by a [`Writer`] of its own), so that
//!   the result does not depend on hashes.
//!
//! Invariants
//! - After an error the bytes are of no use.

use grwl_frontend::Wtf8;

use crate::error::Error;
use crate::format as f;
use crate::text;

/// The numbers at the head of a code object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names are those of the attributes of code objects"
)]
pub struct CodeHead {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
}

/// Collects the bytes of one object.
#[derive(Clone, Debug)]
pub struct Writer {
    out: Vec<u8>,
    version: i32,
    allow_code: bool,
    depth: usize,
    references: u32,
    flag: u8,
}

impl Writer {
    /// A writer for a version of the format; code objects may be forbidden.
    #[must_use]
    pub const fn new(version: i32, allow_code: bool) -> Self {
        Self {
            out: Vec::new(),
            version,
            allow_code,
            depth: 0,
            references: 0,
            flag: 0,
        }
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// The version that is written.
    #[must_use]
    pub const fn version(&self) -> i32 {
        self.version
    }

    /// May objects be referred to? Not before version 3.
    #[must_use]
    pub const fn has_references(&self) -> bool {
        self.version >= 3
    }

    /// Makes the object that is written next one that may be referred to by the index returned.
    ///
    /// Only where [`Writer::has_references`].
    pub fn mark(&mut self) -> u32 {
        debug_assert!(self.has_references() && self.flag == 0);
        self.flag = f::FLAG_REF;
        self.references += 1;
        self.references - 1
    }

    /// An object that was written before and marked then.
    ///
    /// # Errors
    /// Too deep nesting, as with all that follow.
    pub fn reference(&mut self, index: u32) -> Result<(), Error> {
        self.kind(f::REF)?;
        self.out.extend(index.to_le_bytes());
        Ok(())
    }

    /// `None`
    pub fn none(&mut self) -> Result<(), Error> {
        self.kind(f::NONE)
    }

    /// `True` or `False`
    pub fn bool(&mut self, value: bool) -> Result<(), Error> {
        self.kind(if value { f::TRUE } else { f::FALSE })
    }

    /// `...`
    pub fn ellipsis(&mut self) -> Result<(), Error> {
        self.kind(f::ELLIPSIS)
    }

    /// The class `StopIteration`
    pub fn stop_iteration(&mut self) -> Result<(), Error> {
        self.kind(f::STOP_ITERATION)
    }

    /// An integer that fits 64 bits.
    pub fn int(&mut self, value: i64) -> Result<(), Error> {
        match i32::try_from(value) {
            Ok(value) => {
                self.kind(f::INT)?;
                self.long(value);
                Ok(())
            }
            Err(_) => self.big_int(value < 0, &value.unsigned_abs().to_le_bytes()),
        }
    }

    /// Any integer that does not fit 32 bits: its sign, and its magnitude as little-endian bytes.
    pub fn big_int(&mut self, negative: bool, magnitude: &[u8]) -> Result<(), Error> {
        let mut digits = Vec::with_capacity(magnitude.len() * 8 / 15 + 1);
        let (mut held, mut bits) = (0_u32, 0);
        for &byte in magnitude {
            held |= u32::from(byte) << bits;
            bits += 8;
            if bits >= f::DIGIT_BITS {
                digits.push(held & 0x7fff);
                held >>= f::DIGIT_BITS;
                bits -= f::DIGIT_BITS;
            }
        }
        digits.push(held);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        self.kind(f::LONG)?;
        let count = Self::checked(digits.len())?;
        self.long(if negative { -count } else { count });
        for digit in digits {
            self.out.extend(&digit.to_le_bytes()[..2]);
        }
        Ok(())
    }

    /// A float.
    pub fn float(&mut self, value: f64) -> Result<(), Error> {
        if self.version > 1 {
            self.kind(f::BINARY_FLOAT)?;
            self.out.extend(value.to_le_bytes());
        } else {
            self.kind(f::FLOAT)?;
            self.decimal(value);
        }
        Ok(())
    }

    /// A complex number.
    pub fn complex(&mut self, real: f64, imag: f64) -> Result<(), Error> {
        if self.version > 1 {
            self.kind(f::BINARY_COMPLEX)?;
            self.out.extend(real.to_le_bytes());
            self.out.extend(imag.to_le_bytes());
        } else {
            self.kind(f::COMPLEX)?;
            self.decimal(real);
            self.decimal(imag);
        }
        Ok(())
    }

    /// A byte string, or the contents of anything else that has the buffer protocol.
    pub fn bytes(&mut self, value: &[u8]) -> Result<(), Error> {
        self.kind(f::BYTES)?;
        self.sized(value)
    }

    /// A string.
    pub fn str(&mut self, value: &Wtf8, interned: bool) -> Result<(), Error> {
        let bytes = value.as_bytes();
        if self.version >= 4 && bytes.is_ascii() {
            if let Ok(len) = u8::try_from(bytes.len()) {
                self.kind(match interned {
                    true => f::SHORT_ASCII_INTERNED,
                    false => f::SHORT_ASCII,
                })?;
                self.out.push(len);
                self.out.extend(bytes);
                return Ok(());
            }
            self.kind(if interned {
                f::ASCII_INTERNED
            } else {
                f::ASCII
            })?;
        } else if self.version >= 3 && interned {
            self.kind(f::INTERNED)?;
        } else {
            self.kind(f::UNICODE)?;
        }
        self.sized(bytes)
    }

    /// A tuple; its elements follow.
    pub fn tuple_start(&mut self, len: usize) -> Result<(), Error> {
        match u8::try_from(len) {
            Ok(len) if self.version >= 4 => {
                self.enter(f::SMALL_TUPLE)?;
                self.out.push(len);
                Ok(())
            }
            _ => self.container(f::TUPLE, len),
        }
    }

    /// A list; its elements follow.
    pub fn list_start(&mut self, len: usize) -> Result<(), Error> {
        self.container(f::LIST, len)
    }

    /// A set; its elements follow.
    pub fn set_start(&mut self, len: usize) -> Result<(), Error> {
        self.container(f::SET, len)
    }

    /// A frozen set; its elements follow.
    pub fn frozenset_start(&mut self, len: usize) -> Result<(), Error> {
        self.container(f::FROZEN_SET, len)
    }

    /// A dict; keys and values follow by turns, then [`Writer::dict_end`].
    pub fn dict_start(&mut self) -> Result<(), Error> {
        self.enter(f::DICT)
    }

    /// The end of a dict.
    pub fn dict_end(&mut self) {
        self.out.push(f::NULL);
        self.end();
    }

    /// A slice; start, stop and step follow.
    ///
    /// # Errors
    /// There are none before version 5.
    pub fn slice_start(&mut self) -> Result<(), Error> {
        if self.version < 5 {
            return Err(Self::unmarshallable());
        }
        self.enter(f::SLICE)
    }

    /// A code object. Eight objects follow (code, consts, names, localsplusnames, localspluskinds, filename, name,
    /// qualname), then [`Writer::code_line`], then two objects (linetable, exceptiontable) and [`Writer::end`].
    ///
    /// # Errors
    /// Code objects may be forbidden.
    pub fn code_start(&mut self, head: CodeHead) -> Result<(), Error> {
        if !self.allow_code {
            return Err(Error::bad("marshalling code objects is disallowed"));
        }
        self.enter(f::CODE)?;
        self.long(head.argcount);
        self.long(head.posonlyargcount);
        self.long(head.kwonlyargcount);
        self.long(head.stacksize);
        self.long(head.flags);
        Ok(())
    }

    /// `co_firstlineno`, amidst a code object.
    pub fn code_line(&mut self, firstlineno: i32) {
        self.long(firstlineno);
    }

    /// The end of anything that has parts, dicts excepted.
    pub fn end(&mut self) {
        debug_assert!(self.depth > 0);
        self.depth -= 1;
    }

    /// The error of an object that the format has no type for.
    #[must_use]
    pub fn unmarshallable() -> Error {
        Error::bad("unmarshallable object")
    }

    fn kind(&mut self, kind: u8) -> Result<(), Error> {
        if self.depth >= f::MAX_DEPTH {
            return Err(Error::bad("object too deeply nested to marshal"));
        }
        self.out.push(kind | std::mem::take(&mut self.flag));
        Ok(())
    }

    fn enter(&mut self, kind: u8) -> Result<(), Error> {
        self.kind(kind)?;
        self.depth += 1;
        Ok(())
    }

    fn container(&mut self, kind: u8, len: usize) -> Result<(), Error> {
        self.enter(kind)?;
        let len = Self::checked(len)?;
        self.long(len);
        Ok(())
    }

    fn sized(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let len = Self::checked(bytes.len())?;
        self.long(len);
        self.out.extend(bytes);
        Ok(())
    }

    fn checked(len: usize) -> Result<i32, Error> {
        i32::try_from(len.min(f::MAX_SIZE + 1)).map_err(|_| Self::unmarshallable())
    }

    fn long(&mut self, value: i32) {
        self.out.extend(value.to_le_bytes());
    }

    fn decimal(&mut self, value: f64) {
        let text = text::format_float(value);
        self.out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        self.out.extend(text.as_bytes());
    }
}
