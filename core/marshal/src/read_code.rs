//! Reading a [`Code`].
//!
//! Objects that the data refer to more than once are shared while reading ([`Plain`]) and copied when the result is
//! made, which has no sharing. Nested references can make the copies exponentially larger than
//! the data, so their number is limited.
//!
//! Invariants
//! - What comes out satisfies the checks that CPython makes of a code object's parts.

use std::rc::Rc;

use grwl_frontend::{Code, CodeUnit, Const, FAST_LOCAL, Wtf8, code_flags};
use num_bigint::{BigInt, Sign};

use crate::error::Error;
use crate::reader::{Builder, CodeFields, Kind, Reader};
use crate::source::Bytes;

/// Stack for one level of nesting, and how much is added where it is short.
const RED_ZONE: usize = 64 * 1024;
const MORE_STACK: usize = 1024 * 1024;

/// How many objects a result may have beyond one for each byte of the data.
const SPARE_OBJECTS: usize = 1 << 20;

/// Reads what [`crate::write_code`] or CPython 3.14 wrote. Bytes after the code object are ignored, as CPython does.
///
/// # Errors
/// Bad data, or data that are not one code object of plain constants.
pub fn read_code(bytes: &[u8]) -> Result<Code, Error> {
    let mut builder = PlainBuilder::default();
    let value = Reader::new(Bytes::new(bytes), true).read(&mut builder)?;
    let Plain::Code(fields) = &*value else {
        return Err(Error::type_error("a code object was expected"));
    };
    let mut copier = Copier {
        left: bytes.len() + SPARE_OBJECTS,
    };
    copier.code(fields)
}

/// A value, its parts shared.
#[derive(Debug)]
enum Plain {
    Atom(Const),
    Tuple(Vec<Rc<Plain>>),
    FrozenSet(Vec<Rc<Plain>>),
    Slice([Rc<Plain>; 3]),
    Code(CodeFields<Rc<Plain>>),
}

#[derive(Debug, Default)]
struct PlainBuilder {
    references: Vec<Option<Rc<Plain>>>,
}

fn atom(value: Const) -> Result<Rc<Plain>, Error> {
    Ok(Rc::new(Plain::Atom(value)))
}

fn not_constant<T>() -> Result<T, Error> {
    Err(Error::bad(
        "bad marshal data (not a constant of a code object)",
    ))
}

impl Builder for PlainBuilder {
    type Value = Rc<Plain>;
    type Partial = (Kind, Vec<Rc<Plain>>);
    type Error = Error;

    fn none(&mut self) -> Result<Rc<Plain>, Error> {
        atom(Const::None)
    }

    fn bool(&mut self, value: bool) -> Result<Rc<Plain>, Error> {
        atom(Const::Bool(value))
    }

    fn ellipsis(&mut self) -> Result<Rc<Plain>, Error> {
        atom(Const::Ellipsis)
    }

    fn stop_iteration(&mut self) -> Result<Rc<Plain>, Error> {
        not_constant()
    }

    fn int(&mut self, value: i64) -> Result<Rc<Plain>, Error> {
        atom(Const::Int(value))
    }

    fn big_int(&mut self, negative: bool, magnitude: &[u8]) -> Result<Rc<Plain>, Error> {
        let sign = if negative { Sign::Minus } else { Sign::Plus };
        let value = BigInt::from_bytes_le(sign, magnitude);
        atom(Const::BigInt(Box::new(value)))
    }

    fn float(&mut self, value: f64) -> Result<Rc<Plain>, Error> {
        atom(Const::Float(value))
    }

    fn complex(&mut self, real: f64, imag: f64) -> Result<Rc<Plain>, Error> {
        atom(Const::Complex { real, imag })
    }

    fn bytes(&mut self, value: &[u8]) -> Result<Rc<Plain>, Error> {
        atom(Const::Bytes(value.into()))
    }

    fn str(&mut self, value: &Wtf8, _interned: bool) -> Result<Rc<Plain>, Error> {
        atom(Const::Str(value.to_owned().into_box()))
    }

    fn start(&mut self, kind: Kind, _len: usize) -> Result<Self::Partial, Error> {
        match kind {
            Kind::Tuple | Kind::FrozenSet => Ok((kind, Vec::new())),
            Kind::List | Kind::Set | Kind::Dict => not_constant(),
        }
    }

    fn item(&mut self, partial: &mut Self::Partial, value: Rc<Plain>) -> Result<(), Error> {
        partial.1.push(value);
        Ok(())
    }

    fn entry(&mut self, _: &mut Self::Partial, _: Rc<Plain>, _: Rc<Plain>) -> Result<(), Error> {
        not_constant()
    }

    fn finish(&mut self, (kind, items): Self::Partial) -> Result<Rc<Plain>, Error> {
        Ok(Rc::new(match kind {
            Kind::FrozenSet => Plain::FrozenSet(items),
            _ => Plain::Tuple(items),
        }))
    }

    fn slice(
        &mut self,
        start: Rc<Plain>,
        stop: Rc<Plain>,
        step: Rc<Plain>,
    ) -> Result<Rc<Plain>, Error> {
        Ok(Rc::new(Plain::Slice([start, stop, step])))
    }

    fn code(&mut self, fields: CodeFields<Rc<Plain>>) -> Result<Rc<Plain>, Error> {
        Ok(Rc::new(Plain::Code(fields)))
    }

    fn define(&mut self, index: usize, value: &Rc<Plain>) -> Result<(), Error> {
        if self.references.len() <= index {
            self.references.resize(index + 1, None);
        }
        self.references[index] = Some(Rc::clone(value));
        Ok(())
    }

    /// A constant does not hold itself.
    fn define_partial(&mut self, _: usize, _: &Self::Partial) -> Result<(), Error> {
        Ok(())
    }

    fn reference(&mut self, index: usize) -> Result<Option<Rc<Plain>>, Error> {
        Ok(self.references.get(index).cloned().flatten())
    }
}

/// Makes values without sharing.
struct Copier {
    left: usize,
}

impl Copier {
    fn spend(&mut self) -> Result<(), Error> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(Error::bad("bad marshal data (too many references)"))?;
        Ok(())
    }

    fn value(&mut self, value: &Plain) -> Result<Const, Error> {
        self.spend()?;
        Ok(match value {
            Plain::Atom(value) => value.clone(),
            Plain::Tuple(items) => Const::Tuple(self.values(items)?),
            Plain::FrozenSet(items) => Const::FrozenSet(self.values(items)?),
            Plain::Slice([start, stop, step]) => Const::Slice(Box::new([
                self.part(start)?,
                self.part(stop)?,
                self.part(step)?,
            ])),
            Plain::Code(fields) => Const::Code(Box::new(self.code(fields)?)),
        })
    }

    fn part(&mut self, value: &Plain) -> Result<Const, Error> {
        stacker::maybe_grow(RED_ZONE, MORE_STACK, || self.value(value))
    }

    fn values(&mut self, items: &[Rc<Plain>]) -> Result<Box<[Const]>, Error> {
        items.iter().map(|item| self.part(item)).collect()
    }

    fn code(&mut self, fields: &CodeFields<Rc<Plain>>) -> Result<Code, Error> {
        let Plain::Tuple(consts) = &*fields.consts else {
            return Err(bad_argument());
        };
        let instructions = byte_string(&fields.code)?;
        let (units, []) = instructions.as_chunks::<2>() else {
            return Err(Error::bad("code: co_code is malformed"));
        };
        let code = Code {
            argcount: number(fields.argcount)?,
            posonlyargcount: number(fields.posonlyargcount)?,
            kwonlyargcount: number(fields.kwonlyargcount)?,
            stacksize: number(fields.stacksize)?,
            flags: number(fields.flags)?,
            instructions: units
                .iter()
                .map(|&[opcode, arg]| CodeUnit { opcode, arg })
                .collect(),
            consts: self.values(consts)?,
            names: self.names(&fields.names)?,
            localsplusnames: self.names(&fields.localsplusnames)?,
            localspluskinds: byte_string(&fields.localspluskinds)?.into(),
            filename: name(&fields.filename)?,
            name: name(&fields.name)?,
            qualname: name(&fields.qualname)?,
            firstlineno: fields.firstlineno.cast_unsigned(),
            linetable: byte_string(&fields.linetable)?.into(),
            exceptiontable: byte_string(&fields.exceptiontable)?.into(),
        };
        check(&code)?;
        Ok(code)
    }

    fn names(&mut self, names: &Plain) -> Result<Box<[Box<str>]>, Error> {
        let Plain::Tuple(names) = names else {
            return Err(bad_argument());
        };
        names
            .iter()
            .map(|item| {
                self.spend()?;
                match &**item {
                    Plain::Atom(Const::Str(_)) => name(item),
                    _ => Err(Error::system("non-string found in code slot")),
                }
            })
            .collect()
    }
}

fn bad_argument() -> Error {
    Error::system("bad argument to internal function")
}

fn number(value: i32) -> Result<u32, Error> {
    u32::try_from(value).map_err(|_| bad_argument())
}

fn byte_string(value: &Plain) -> Result<&[u8], Error> {
    match value {
        Plain::Atom(Const::Bytes(bytes)) => Ok(bytes),
        _ => Err(bad_argument()),
    }
}

fn name(value: &Plain) -> Result<Box<str>, Error> {
    match value {
        Plain::Atom(Const::Str(text)) => text
            .as_str()
            .map(Into::into)
            .map_err(|_| Error::bad("bad marshal data (lone surrogate in a name)")),
        _ => Err(bad_argument()),
    }
}

/// The numbers must fit each other.
fn check(code: &Code) -> Result<(), Error> {
    if code.posonlyargcount > code.argcount
        || code.localsplusnames.len() != code.localspluskinds.len()
    {
        return Err(bad_argument());
    }
    let has = |flag| usize::from(code.flags & flag != 0);
    let parameters = (code.argcount as usize)
        .saturating_add(code.kwonlyargcount as usize)
        .saturating_add(has(code_flags::VARARGS))
        .saturating_add(has(code_flags::VARKEYWORDS));
    let locals = code.localspluskinds.iter();
    if parameters > locals.filter(|&&kind| kind & FAST_LOCAL != 0).count() {
        return Err(Error::bad("code: co_varnames is too small"));
    }
    Ok(())
}
