//! From bytes to values: one object, built by a [`Builder`].
//!
//! Protocol
//! - The reader walks without recursion: what is under construction stands on a list of frames, so that nesting
//!   costs no stack.
//! - A container is begun with [`Builder::start`], filled, and ended with [`Builder::finish`].
//! - An object whose type is flagged gets the next index of the table of references, which the builder keeps: the reader
//!   calls [`Builder::define`] once the object is whole, and before that
//!   [`Builder::define_partial`] for those containers that may hold themselves (tuples, lists, dicts, sets).
//!
//! Invariants
//! - Indices are handed out in the order of the data, starting at 0, without gaps.
//! - The `len` given to [`Builder::start`] is never larger than the number of bytes left.

use std::marker::PhantomData;

use grwl_frontend::Wtf8;

use crate::error::Error;
use crate::format as f;
use crate::source::{Recorder, Source};
use crate::text;

/// The kinds of containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `tuple`
    Tuple,
    /// `list`
    List,
    /// `set`
    Set,
    /// `frozenset`
    FrozenSet,
    /// `dict`; its length is not known before its end.
    Dict,
}

impl Kind {
    const fn too_long(self) -> &'static str {
        match self {
            Self::Tuple => "bad marshal data (tuple size out of range)",
            Self::List => "bad marshal data (list size out of range)",
            Self::Set | Self::FrozenSet | Self::Dict => "bad marshal data (set size out of range)",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tuple => "tuple",
            Self::List => "list",
            Self::Set | Self::FrozenSet => "set",
            Self::Dict => "dict",
        }
    }

    /// May the container be referred to before it is whole?
    const fn open_to_references(self, len: usize) -> bool {
        match self {
            Self::FrozenSet => len == 0,
            _ => true,
        }
    }
}

/// Everything that a code object is made of, in the order of the data.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "the names are those of the attributes of code objects"
)]
pub struct CodeFields<V> {
    pub argcount: i32,
    pub posonlyargcount: i32,
    pub kwonlyargcount: i32,
    pub stacksize: i32,
    pub flags: i32,
    pub code: V,
    pub consts: V,
    pub names: V,
    pub localsplusnames: V,
    pub localspluskinds: V,
    pub filename: V,
    pub name: V,
    pub qualname: V,
    pub firstlineno: i32,
    pub linetable: V,
    pub exceptiontable: V,
}

/// Makes values for a [`Reader`].
pub trait Builder {
    /// A whole object.
    type Value;
    /// A container under construction.
    type Partial;
    /// What may go wrong.
    type Error: From<Error>;

    /// `None`
    fn none(&mut self) -> Result<Self::Value, Self::Error>;
    /// `True` or `False`
    fn bool(&mut self, value: bool) -> Result<Self::Value, Self::Error>;
    /// `...`
    fn ellipsis(&mut self) -> Result<Self::Value, Self::Error>;
    /// The class `StopIteration`
    fn stop_iteration(&mut self) -> Result<Self::Value, Self::Error>;
    /// An integer that fits 64 bits.
    fn int(&mut self, value: i64) -> Result<Self::Value, Self::Error>;
    /// Any other integer: its sign, and its magnitude as little-endian bytes, the last of them not zero.
    fn big_int(&mut self, negative: bool, magnitude: &[u8]) -> Result<Self::Value, Self::Error>;
    /// A float.
    fn float(&mut self, value: f64) -> Result<Self::Value, Self::Error>;
    /// A complex number.
    fn complex(&mut self, real: f64, imag: f64) -> Result<Self::Value, Self::Error>;
    /// A byte string.
    fn bytes(&mut self, value: &[u8]) -> Result<Self::Value, Self::Error>;
    /// A string, which was interned when it was written, or was not.
    fn str(&mut self, value: &Wtf8, interned: bool) -> Result<Self::Value, Self::Error>;

    /// Begins a container of `len` elements, 0 for a dict. Fewer may come if the data end early; never more.
    fn start(&mut self, kind: Kind, len: usize) -> Result<Self::Partial, Self::Error>;
    /// The next element of a tuple, list or set.
    fn item(&mut self, partial: &mut Self::Partial, value: Self::Value) -> Result<(), Self::Error>;
    /// The next entry of a dict.
    fn entry(
        &mut self,
        partial: &mut Self::Partial,
        key: Self::Value,
        value: Self::Value,
    ) -> Result<(), Self::Error>;
    /// The container is complete.
    fn finish(&mut self, partial: Self::Partial) -> Result<Self::Value, Self::Error>;

    /// A slice.
    fn slice(
        &mut self,
        start: Self::Value,
        stop: Self::Value,
        step: Self::Value,
    ) -> Result<Self::Value, Self::Error>;
    /// A code object. The types of the fields are not checked.
    fn code(&mut self, fields: CodeFields<Self::Value>) -> Result<Self::Value, Self::Error>;

    /// Entry `index` of the table of references is this value.
    fn define(&mut self, index: usize, value: &Self::Value) -> Result<(), Self::Error>;
    /// Entry `index` of the table of references is this container, which is not yet filled. A builder that does nothing
    /// here has [`Builder::reference`] answer `None` for it.
    fn define_partial(&mut self, index: usize, partial: &Self::Partial) -> Result<(), Self::Error>;
    /// The value of entry `index`; `None` if it has not been defined.
    fn reference(&mut self, index: usize) -> Result<Option<Self::Value>, Self::Error>;
}

/// Reads objects from a [`Source`].
pub struct Reader<S, B: Builder> {
    source: S,
    allow_code: bool,
    references: usize,
    frames: Vec<Frame<B>>,
    builder: PhantomData<fn(&mut B)>,
}

/// An index that waits for its object.
type Slot = Option<usize>;

enum Frame<B: Builder> {
    Sequence {
        kind: Kind,
        partial: B::Partial,
        left: usize,
        slot: Slot,
    },
    Dict {
        partial: B::Partial,
        key: Option<B::Value>,
        slot: Slot,
    },
    Slice {
        parts: Vec<B::Value>,
        slot: Slot,
    },
    Code {
        numbers: [i32; 6],
        parts: Vec<B::Value>,
        slot: Slot,
    },
}

/// Where `firstlineno` stands among the objects that follow a code object's numbers, and how many objects there are.
const LINE_AFTER: usize = 8;
const CODE_PARTS: usize = 10;

/// What one type byte brought.
enum Step<B: Builder> {
    Whole(B::Value),
    Null,
    Open(Frame<B>),
}

impl<S: Source<B::Error>, B: Builder> Reader<S, B> {
    /// A reader of everything, or of everything but code objects.
    pub const fn new(source: S, allow_code: bool) -> Self {
        Self {
            source,
            allow_code,
            references: 0,
            frames: Vec::new(),
            builder: PhantomData,
        }
    }

    /// Gives the source back.
    pub fn into_source(self) -> S {
        self.source
    }

    /// Reads one object. References do not reach back to objects read before.
    ///
    /// # Errors
    /// Bad data, and the errors of the source and of the builder.
    pub fn read(&mut self, builder: &mut B) -> Result<B::Value, B::Error> {
        self.references = 0;
        self.frames.clear();
        let result = self.run(builder);
        self.frames.clear();
        result
    }

    fn run(&mut self, builder: &mut B) -> Result<B::Value, B::Error> {
        loop {
            let mut ready = match self.step(builder)? {
                Step::Open(frame) => {
                    let whole = frame.is_full();
                    self.frames.push(frame);
                    if !whole {
                        continue;
                    }
                    Some(self.close(builder)?)
                }
                Step::Whole(value) => Some(value),
                Step::Null => None,
            };
            // Hand the object to what it is part of; that may be whole now, and so on outwards.
            loop {
                if self.frames.is_empty() {
                    return ready.ok_or_else(|| Error::null("object").into());
                }
                match self.deliver(builder, ready)? {
                    Delivered::More => break,
                    Delivered::Full => ready = Some(self.close(builder)?),
                    Delivered::Nothing => {
                        self.frames.pop();
                        ready = None;
                    }
                }
            }
        }
    }

    /// Reads a type byte and what belongs to it, short of nested objects.
    fn step(&mut self, builder: &mut B) -> Result<Step<B>, B::Error> {
        let Some(&[byte]) = self.source.take(1)? else {
            return Err(Error::eof("EOF read where object expected").into());
        };
        if self.frames.len() >= f::MAX_DEPTH {
            return Err(Error::bad("recursion limit exceeded").into());
        }
        let flagged = byte & f::FLAG_REF != 0;
        let value = match byte & !f::FLAG_REF {
            f::NULL => return Ok(Step::Null),
            f::NONE => return Ok(Step::Whole(builder.none()?)),
            f::STOP_ITERATION => return Ok(Step::Whole(builder.stop_iteration()?)),
            f::ELLIPSIS => return Ok(Step::Whole(builder.ellipsis()?)),
            f::FALSE => return Ok(Step::Whole(builder.bool(false)?)),
            f::TRUE => return Ok(Step::Whole(builder.bool(true)?)),
            f::REF => {
                let index = usize::try_from(self.long()?).ok();
                let known = index.filter(|&index| index < self.references);
                let value = match known {
                    Some(index) => builder.reference(index)?,
                    None => None,
                };
                return match value {
                    Some(value) => Ok(Step::Whole(value)),
                    None => Err(Error::bad("bad marshal data (invalid reference)").into()),
                };
            }
            f::INT => {
                let value = self.long()?;
                builder.int(value.into())?
            }
            f::INT64 => {
                let value = i64::from_le_bytes(self.array()?);
                builder.int(value)?
            }
            f::LONG => self.big(builder)?,
            f::FLOAT => {
                let value = self.decimal()?;
                builder.float(value)?
            }
            f::BINARY_FLOAT => {
                let value = f64::from_le_bytes(self.array()?);
                builder.float(value)?
            }
            f::COMPLEX => {
                let real = self.decimal()?;
                let imag = self.decimal()?;
                builder.complex(real, imag)?
            }
            f::BINARY_COMPLEX => {
                let real = f64::from_le_bytes(self.array()?);
                let imag = f64::from_le_bytes(self.array()?);
                builder.complex(real, imag)?
            }
            f::BYTES => {
                let len = self.size("bad marshal data (bytes object size out of range)")?;
                builder.bytes(self.bytes(len)?)?
            }
            kind @ (f::ASCII | f::ASCII_INTERNED) => {
                let len = self.size("bad marshal data (string size out of range)")?;
                let text = text::decode_ascii(self.bytes(len)?);
                builder.str(&text, kind == f::ASCII_INTERNED)?
            }
            kind @ (f::SHORT_ASCII | f::SHORT_ASCII_INTERNED) => {
                let len = self.byte()?;
                let text = text::decode_ascii(self.bytes(len.into())?);
                builder.str(&text, kind == f::SHORT_ASCII_INTERNED)?
            }
            kind @ (f::UNICODE | f::INTERNED) => {
                let len = self.size("bad marshal data (string size out of range)")?;
                let text = text::decode(self.bytes(len)?)?;
                builder.str(&text, kind == f::INTERNED)?
            }
            f::SMALL_TUPLE => {
                let len = self.byte()?;
                return self.open(builder, Kind::Tuple, len.into(), flagged);
            }
            f::TUPLE => return self.open_long(builder, Kind::Tuple, flagged),
            f::LIST => return self.open_long(builder, Kind::List, flagged),
            f::SET => return self.open_long(builder, Kind::Set, flagged),
            f::FROZEN_SET => return self.open_long(builder, Kind::FrozenSet, flagged),
            f::DICT => {
                let partial = builder.start(Kind::Dict, 0)?;
                let slot = self.slot(flagged);
                if let Some(index) = slot {
                    builder.define_partial(index, &partial)?;
                }
                return Ok(Step::Open(Frame::Dict {
                    partial,
                    key: None,
                    slot,
                }));
            }
            f::SLICE => {
                return Ok(Step::Open(Frame::Slice {
                    parts: Vec::with_capacity(3),
                    slot: self.slot(flagged),
                }));
            }
            f::CODE => {
                if !self.allow_code {
                    return Err(Error::bad("unmarshalling code objects is disallowed").into());
                }
                let slot = self.slot(flagged);
                let mut numbers = [0; 6];
                for number in &mut numbers[..5] {
                    *number = self.long()?;
                }
                return Ok(Step::Open(Frame::Code {
                    numbers,
                    parts: Vec::with_capacity(CODE_PARTS),
                    slot,
                }));
            }
            _ => return Err(Error::bad("bad marshal data (unknown type code)").into()),
        };
        if let Some(index) = self.slot(flagged) {
            builder.define(index, &value)?;
        }
        Ok(Step::Whole(value))
    }

    fn open_long(
        &mut self,
        builder: &mut B,
        kind: Kind,
        flagged: bool,
    ) -> Result<Step<B>, B::Error> {
        let len = self.size(kind.too_long())?;
        self.open(builder, kind, len, flagged)
    }

    fn open(
        &mut self,
        builder: &mut B,
        kind: Kind,
        len: usize,
        flagged: bool,
    ) -> Result<Step<B>, B::Error> {
        // Every element takes a byte at least, so that no more than these can come before the data end.
        let partial = builder.start(kind, len.min(self.source.remaining()))?;
        let slot = self.slot(flagged);
        if let Some(index) = slot
            && kind.open_to_references(len)
        {
            builder.define_partial(index, &partial)?;
        }
        Ok(Step::Open(Frame::Sequence {
            kind,
            partial,
            left: len,
            slot,
        }))
    }

    /// Gives an object (or the mark of a missing one) to the innermost frame.
    fn deliver(
        &mut self,
        builder: &mut B,
        object: Option<B::Value>,
    ) -> Result<Delivered, B::Error> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(Delivered::Nothing);
        };
        match frame {
            Frame::Sequence {
                kind,
                partial,
                left,
                ..
            } => {
                let value = object.ok_or_else(|| Error::null(kind.name()))?;
                builder.item(partial, value)?;
                *left -= 1;
            }
            Frame::Dict { partial, key, .. } => match (key.take(), object) {
                (None, Some(object)) => *key = Some(object),
                (Some(key), Some(object)) => builder.entry(partial, key, object)?,
                // The mark ends the dict, also where a value should stand.
                (_, None) => return Ok(Delivered::Full),
            },
            Frame::Slice { parts, .. } => match object {
                Some(part) => parts.push(part),
                None => return Ok(Delivered::Nothing),
            },
            Frame::Code { parts, .. } => {
                parts.push(object.ok_or_else(|| Error::null("code object"))?);
                if parts.len() == LINE_AFTER {
                    let line = self.long()?;
                    if let Some(Frame::Code { numbers, .. }) = self.frames.last_mut() {
                        numbers[5] = line;
                    }
                }
            }
        }
        Ok(match self.frames.last() {
            Some(frame) if frame.is_full() => Delivered::Full,
            _ => Delivered::More,
        })
    }

    /// Makes an object of the innermost frame.
    fn close(&mut self, builder: &mut B) -> Result<B::Value, B::Error> {
        let incomplete = || Error::bad("bad marshal data (incomplete object)");
        let (value, slot) = match self.frames.pop().ok_or_else(incomplete)? {
            Frame::Sequence { partial, slot, .. } | Frame::Dict { partial, slot, .. } => {
                (builder.finish(partial)?, slot)
            }
            Frame::Slice { parts, slot } => {
                let [start, stop, step] = parts.try_into().map_err(|_| incomplete())?;
                (builder.slice(start, stop, step)?, slot)
            }
            Frame::Code {
                numbers,
                parts,
                slot,
            } => {
                let parts: [B::Value; CODE_PARTS] = parts.try_into().map_err(|_| incomplete())?;
                (builder.code(code_fields(numbers, parts))?, slot)
            }
        };
        if let Some(index) = slot {
            builder.define(index, &value)?;
        }
        Ok(value)
    }

    fn slot(&mut self, flagged: bool) -> Slot {
        flagged.then(|| {
            self.references += 1;
            self.references - 1
        })
    }

    fn byte(&mut self) -> Result<u8, B::Error> {
        match self.source.take(1)? {
            Some(&[byte]) => Ok(byte),
            _ => Err(Error::eof("EOF read where not expected").into()),
        }
    }

    fn bytes(&mut self, len: usize) -> Result<&[u8], B::Error> {
        match self.source.take(len)? {
            Some(bytes) => Ok(bytes),
            None => Err(Error::eof("marshal data too short").into()),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], B::Error> {
        let bytes = self.bytes(N)?;
        bytes
            .try_into()
            .map_err(|_| Error::eof("marshal data too short").into())
    }

    fn long(&mut self) -> Result<i32, B::Error> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    fn size(&mut self, message: &'static str) -> Result<usize, B::Error> {
        usize::try_from(self.long()?).map_err(|_| Error::bad(message).into())
    }

    fn decimal(&mut self) -> Result<f64, B::Error> {
        let len = self.byte()?;
        Ok(text::parse_float(self.bytes(len.into())?)?)
    }

    fn big(&mut self, builder: &mut B) -> Result<B::Value, B::Error> {
        let count = self.long()?;
        if count == i32::MIN {
            return Err(Error::bad("bad marshal data (long size out of range)").into());
        }
        let digits = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        let mut magnitude = Vec::new();
        let (mut held, mut bits) = (0_u32, 0);
        let mut last = None;
        for _ in 0..digits {
            let digit = u16::from_le_bytes(self.array()?);
            if digit >> f::DIGIT_BITS != 0 {
                let message = "bad marshal data (digit out of range in long)";
                return Err(Error::bad(message).into());
            }
            last = Some(digit);
            held |= u32::from(digit) << bits;
            bits += f::DIGIT_BITS;
            while bits >= 8 {
                magnitude.push(held.to_le_bytes()[0]);
                held >>= 8;
                bits -= 8;
            }
        }
        if last == Some(0) {
            return Err(Error::bad("bad marshal data (unnormalized long data)").into());
        }
        magnitude.push(held.to_le_bytes()[0]);
        while magnitude.last() == Some(&0) {
            magnitude.pop();
        }
        match small(count < 0, &magnitude) {
            Some(value) => builder.int(value),
            None => builder.big_int(count < 0, &magnitude),
        }
    }
}

/// The integer, if it fits 64 bits.
fn small(negative: bool, magnitude: &[u8]) -> Option<i64> {
    let mut bytes = [0; 8];
    bytes.get_mut(..magnitude.len())?.copy_from_slice(magnitude);
    let value = u64::from_le_bytes(bytes);
    if negative {
        0_i64.checked_sub_unsigned(value)
    } else {
        i64::try_from(value).ok()
    }
}

fn code_fields<V>(numbers: [i32; 6], parts: [V; CODE_PARTS]) -> CodeFields<V> {
    let [
        argcount,
        posonlyargcount,
        kwonlyargcount,
        stacksize,
        flags,
        firstlineno,
    ] = numbers;
    let [
        code,
        consts,
        names,
        localsplusnames,
        localspluskinds,
        filename,
        name,
        qualname,
        linetable,
        exceptiontable,
    ] = parts;
    CodeFields {
        argcount,
        posonlyargcount,
        kwonlyargcount,
        stacksize,
        flags,
        code,
        consts,
        names,
        localsplusnames,
        localspluskinds,
        filename,
        name,
        qualname,
        firstlineno,
        linetable,
        exceptiontable,
    }
}

enum Delivered {
    More,
    Full,
    /// The frame's object cannot be made, and its place is taken by the mark of a missing object.
    Nothing,
}

impl<B: Builder> Frame<B> {
    fn is_full(&self) -> bool {
        match self {
            Self::Sequence { left, .. } => *left == 0,
            Self::Dict { .. } => false,
            Self::Slice { parts, .. } => parts.len() == 3,
            Self::Code { parts, .. } => parts.len() == CODE_PARTS,
        }
    }
}

/// Reads the bytes of exactly one object from a source, and checks their form.
///
/// For sources that run Python code: values are best made of the result, when nothing of the source runs any more. What
/// only a builder can tell (an unhashable key, a reference into a frozenset under construction) is not found here.
///
/// # Errors
/// Those of [`Reader::read`].
pub fn scan<E: From<Error>, S: Source<E>>(source: &mut S, allow_code: bool) -> Result<Vec<u8>, E> {
    let recorder = Recorder {
        source,
        copy: Vec::new(),
    };
    let mut reader = Reader::new(recorder, allow_code);
    reader.read(&mut Nothing(PhantomData))?;
    Ok(reader.into_source().copy)
}

/// Makes nothing.
struct Nothing<E>(PhantomData<E>);

#[rustfmt::skip]
impl<E: From<Error>> Builder for Nothing<E> {
    type Value = ();
    type Partial = ();
    type Error = E;

    fn none(&mut self) -> Result<(), E> { Ok(()) }
    fn bool(&mut self, _: bool) -> Result<(), E> { Ok(()) }
    fn ellipsis(&mut self) -> Result<(), E> { Ok(()) }
    fn stop_iteration(&mut self) -> Result<(), E> { Ok(()) }
    fn int(&mut self, _: i64) -> Result<(), E> { Ok(()) }
    fn big_int(&mut self, _: bool, _: &[u8]) -> Result<(), E> { Ok(()) }
    fn float(&mut self, _: f64) -> Result<(), E> { Ok(()) }
    fn complex(&mut self, _: f64, _: f64) -> Result<(), E> { Ok(()) }
    fn bytes(&mut self, _: &[u8]) -> Result<(), E> { Ok(()) }
    fn str(&mut self, _: &Wtf8, _: bool) -> Result<(), E> { Ok(()) }
    fn start(&mut self, _: Kind, _: usize) -> Result<(), E> { Ok(()) }
    fn item(&mut self, (): &mut (), (): ()) -> Result<(), E> { Ok(()) }
    fn entry(&mut self, (): &mut (), (): (), (): ()) -> Result<(), E> { Ok(()) }
    fn finish(&mut self, (): ()) -> Result<(), E> { Ok(()) }
    fn slice(&mut self, (): (), (): (), (): ()) -> Result<(), E> { Ok(()) }
    fn code(&mut self, _: CodeFields<()>) -> Result<(), E> { Ok(()) }
    fn define(&mut self, _: usize, (): &()) -> Result<(), E> { Ok(()) }
    fn define_partial(&mut self, _: usize, (): &()) -> Result<(), E> { Ok(()) }
    fn reference(&mut self, _: usize) -> Result<Option<()>, E> { Ok(Some(())) }
}
