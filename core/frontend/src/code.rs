//! The result of a compilation: a code object described in plain data.
//!
//! [`Code`] carries every attribute that a CPython 3.14 code object shows to Python, in the very
//! encoding CPython uses (`co_code` with its inline cache units, `co_linetable`,
//! `co_exceptiontable`), and nothing of grwl's object model: the runtime turns it into a
//! heap object, a build script may as well write it to a file.
//!
//! Invariants
//! - `localspluskinds` is as long as `localsplusnames`; parameters come first, then
//!   other locals, then cells that are no locals, then free variables.
//! - `instructions` holds no specialised and no instrumented instruction; cache units are zero.
//! - No two entries of `consts` are equal under the compiler's notion of equality (type and value,
//!   zeros told apart by sign, NaNs never equal).

use num_bigint::BigInt;
use rustpython_wtf8::{Wtf8, Wtf8Buf};

/// A slot of the frame that holds a parameter which may be given by position.
pub const FAST_ARG_POSITION: u8 = 0x02;
/// A slot of the frame that holds a parameter which may be given by name.
pub const FAST_ARG_KEYWORD: u8 = 0x04;
/// The slot of `*args` (with [`FAST_ARG_POSITION`]) or `**kwargs` (with [`FAST_ARG_KEYWORD`]).
pub const FAST_ARG_VARIADIC: u8 = 0x08;
/// A slot that `locals()` does not show: a variable of an inlined comprehension.
pub const FAST_HIDDEN: u8 = 0x10;
/// A slot that holds a local variable.
pub const FAST_LOCAL: u8 = 0x20;
/// A slot that holds a cell made by this code.
pub const FAST_CELL: u8 = 0x40;
/// A slot that holds a cell of an enclosing scope.
pub const FAST_FREE: u8 = 0x80;

/// Bits of [`Code::flags`], as `inspect.CO_*` names them.
pub mod code_flags {
    /// Locals live in slots.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes a new namespace.
    pub const NEWLOCALS: u32 = 0x2;
    /// There is an `*args`.
    pub const VARARGS: u32 = 0x4;
    /// There is a `**kwargs`.
    pub const VARKEYWORDS: u32 = 0x8;
    /// Defined inside a function.
    pub const NESTED: u32 = 0x10;
    /// A generator function.
    pub const GENERATOR: u32 = 0x20;
    /// A coroutine function.
    pub const COROUTINE: u32 = 0x80;
    /// A generator made awaitable by `types.coroutine`.
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    /// An asynchronous generator function.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// All bits that `from __future__ import ...` sets.
    pub const FUTURE_MASK: u32 = 0x1fe_0000;
    /// `from __future__ import barry_as_FLUFL`.
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;
    /// `from __future__ import annotations`.
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    /// The first constant is the function's docstring.
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    /// Defined directly in a class body.
    pub const METHOD: u32 = 0x800_0000;
}

/// A constant of the program.
#[derive(Clone, Debug)]
pub enum Const {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// An integer that fits 64 bits.
    Int(i64),
    /// Any other integer.
    BigInt(Box<BigInt>),
    /// A float; the payload of a NaN is kept.
    Float(f64),
    /// A complex number.
    Complex {
        /// The real part.
        real: f64,
        /// The imaginary part.
        imag: f64,
    },
    /// A string; lone surrogates are possible, hence WTF-8.
    Str(Box<Wtf8>),
    /// A byte string.
    Bytes(Box<[u8]>),
    /// A tuple.
    Tuple(Box<[Const]>),
    /// A frozen set, in the order in which the elements were written, without repetitions.
    FrozenSet(Box<[Const]>),
    /// `slice(start, stop, step)`
    Slice(Box<[Const; 3]>),
    /// The code of a function, class body, comprehension, annotation scope.
    Code(Box<Code>),
}

impl Const {
    /// A string constant without surrogates.
    #[must_use]
    pub fn str(text: &str) -> Self {
        Self::Str(Wtf8Buf::from(text).into_box())
    }

    /// The nested code, if this is one.
    #[must_use]
    pub fn as_code(&self) -> Option<&Code> {
        match self {
            Self::Code(code) => Some(code),
            _ => None,
        }
    }
}

/// One unit of the instruction stream: an opcode with its argument byte, or one unit of an inline cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeUnit {
    /// CPython 3.14's number of the instruction; 0 (`CACHE`) for cache units.
    pub opcode: u8,
    /// The low eight bits of the argument; `EXTENDED_ARG` before it brings the others.
    pub arg: u8,
}

/// A code object.
#[derive(Clone, Debug)]
pub struct Code {
    /// `co_argcount`: parameters that may be positional, positional-only ones included.
    pub argcount: u32,
    /// `co_posonlyargcount`
    pub posonlyargcount: u32,
    /// `co_kwonlyargcount`
    pub kwonlyargcount: u32,
    /// `co_stacksize`
    pub stacksize: u32,
    /// `co_flags`, see [`code_flags`].
    pub flags: u32,
    /// `co_code`
    pub instructions: Box<[CodeUnit]>,
    /// `co_consts`
    pub consts: Box<[Const]>,
    /// `co_names`
    pub names: Box<[Box<str>]>,
    /// The names of all slots: locals, cells, free variables.
    pub localsplusnames: Box<[Box<str>]>,
    /// What each slot is: a union of the `FAST_*` bits.
    pub localspluskinds: Box<[u8]>,
    /// `co_filename`
    pub filename: Box<str>,
    /// `co_name`
    pub name: Box<str>,
    /// `co_qualname`
    pub qualname: Box<str>,
    /// `co_firstlineno`
    pub firstlineno: u32,
    /// `co_linetable`
    pub linetable: Box<[u8]>,
    /// `co_exceptiontable`
    pub exceptiontable: Box<[u8]>,
}

impl Code {
    /// `co_nlocals`: how many slots are local variables.
    #[must_use]
    pub fn nlocals(&self) -> usize {
        self.count(FAST_LOCAL)
    }

    /// `co_varnames`
    pub fn varnames(&self) -> impl Iterator<Item = &str> {
        self.slots(FAST_LOCAL)
    }

    /// `co_cellvars`
    pub fn cellvars(&self) -> impl Iterator<Item = &str> {
        self.slots(FAST_CELL)
    }

    /// `co_freevars`
    pub fn freevars(&self) -> impl Iterator<Item = &str> {
        self.slots(FAST_FREE)
    }

    /// `co_code` as bytes.
    #[must_use]
    pub fn bytecode(&self) -> Vec<u8> {
        self.instructions
            .iter()
            .flat_map(|unit| [unit.opcode, unit.arg])
            .collect()
    }

    fn count(&self, kind: u8) -> usize {
        self.localspluskinds
            .iter()
            .filter(|&&bits| bits & kind != 0)
            .count()
    }

    fn slots(&self, kind: u8) -> impl Iterator<Item = &str> {
        self.localsplusnames
            .iter()
            .zip(&self.localspluskinds)
            .filter(move |&(_, &bits)| bits & kind != 0)
            .map(|(name, _)| &**name)
    }
}
