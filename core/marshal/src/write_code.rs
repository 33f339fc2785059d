//! Writing a [`Code`].
//!
//! Strings that appear more than once are written once and referred to, so that a loader makes each name once. Those that
//! CPython interns (names, and constants that look like names) are marked so.

use std::collections::HashMap;

use grwl_frontend::{Code, Const, Wtf8};
use num_bigint::Sign;

use crate::error::Error;
use crate::format::VERSION;
use crate::writer::{CodeHead, Writer};

/// Stack for one level of nesting, and how much is added where it is short.
const RED_ZONE: usize = 64 * 1024;
const MORE_STACK: usize = 1024 * 1024;

/// The bytes that CPython's `marshal.loads` takes for this code.
///
/// # Errors
/// The code nests too deeply, or one of its parts has more than 2,147,483,647 elements.
pub fn write_code(code: &Code) -> Result<Vec<u8>, Error> {
    let mut pass = Pass {
        writer: Writer::new(VERSION, true),
        strings: repeated(code),
    };
    pass.code(code)?;
    Ok(pass.writer.into_bytes())
}

/// A string, and whether it is interned.
type Key<'c> = (&'c Wtf8, bool);

/// The strings that appear more than once, none of them written yet.
fn repeated(code: &Code) -> HashMap<Key<'_>, Option<u32>> {
    let mut counts: HashMap<Key<'_>, usize> = HashMap::new();
    let mut codes = vec![code];
    while let Some(code) = codes.pop() {
        let own = [&code.filename, &code.name, &code.qualname];
        for name in code.names.iter().chain(&code.localsplusnames).chain(own) {
            *counts.entry((Wtf8::new(&**name), true)).or_default() += 1;
        }
        let mut values: Vec<&Const> = code.consts.iter().collect();
        while let Some(value) = values.pop() {
            match value {
                Const::Str(text) => {
                    *counts.entry((text, looks_like_name(text))).or_default() += 1;
                }
                Const::Tuple(items) | Const::FrozenSet(items) => values.extend(items),
                Const::Slice(parts) => values.extend(&**parts),
                Const::Code(nested) => codes.push(nested),
                _ => {}
            }
        }
    }
    counts
        .into_iter()
        .filter(|&(_, count)| count > 1)
        .map(|(key, _)| (key, None))
        .collect()
}

fn looks_like_name(text: &Wtf8) -> bool {
    text.as_bytes()
        .iter()
        .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

struct Pass<'c> {
    writer: Writer,
    strings: HashMap<Key<'c>, Option<u32>>,
}

impl<'c> Pass<'c> {
    fn code(&mut self, code: &'c Code) -> Result<(), Error> {
        let number = |value: u32| i32::try_from(value).map_err(|_| Writer::unmarshallable());
        self.writer.code_start(CodeHead {
            argcount: number(code.argcount)?,
            posonlyargcount: number(code.posonlyargcount)?,
            kwonlyargcount: number(code.kwonlyargcount)?,
            stacksize: number(code.stacksize)?,
            flags: code.flags.cast_signed(),
        })?;
        self.writer.bytes(&code.bytecode())?;
        self.constants(&code.consts)?;
        self.names(&code.names)?;
        self.names(&code.localsplusnames)?;
        self.writer.bytes(&code.localspluskinds)?;
        self.string(Wtf8::new(&*code.filename), true)?;
        self.string(Wtf8::new(&*code.name), true)?;
        self.string(Wtf8::new(&*code.qualname), true)?;
        self.writer.code_line(code.firstlineno.cast_signed());
        self.writer.bytes(&code.linetable)?;
        self.writer.bytes(&code.exceptiontable)?;
        self.writer.end();
        Ok(())
    }

    fn constants(&mut self, values: &'c [Const]) -> Result<(), Error> {
        self.writer.tuple_start(values.len())?;
        self.parts(values)
    }

    /// What a container holds, and its end.
    fn parts(&mut self, values: &'c [Const]) -> Result<(), Error> {
        for value in values {
            stacker::maybe_grow(RED_ZONE, MORE_STACK, || self.constant(value))?;
        }
        self.writer.end();
        Ok(())
    }

    fn constant(&mut self, value: &'c Const) -> Result<(), Error> {
        match value {
            Const::None => self.writer.none(),
            Const::Bool(value) => self.writer.bool(*value),
            Const::Ellipsis => self.writer.ellipsis(),
            Const::Int(value) => self.writer.int(*value),
            Const::BigInt(value) => {
                let (sign, magnitude) = value.to_bytes_le();
                self.writer.big_int(sign == Sign::Minus, &magnitude)
            }
            Const::Float(value) => self.writer.float(*value),
            Const::Complex { real, imag } => self.writer.complex(*real, *imag),
            Const::Str(text) => self.string(text, looks_like_name(text)),
            Const::Bytes(bytes) => self.writer.bytes(bytes),
            Const::Tuple(items) => self.constants(items),
            Const::FrozenSet(items) => {
                self.writer.frozenset_start(items.len())?;
                self.parts(items)
            }
            Const::Slice(parts) => {
                self.writer.slice_start()?;
                self.parts(&**parts)
            }
            Const::Code(code) => self.code(code),
        }
    }

    fn names(&mut self, names: &'c [Box<str>]) -> Result<(), Error> {
        self.writer.tuple_start(names.len())?;
        for name in names {
            self.string(Wtf8::new(&**name), true)?;
        }
        self.writer.end();
        Ok(())
    }

    fn string(&mut self, text: &'c Wtf8, interned: bool) -> Result<(), Error> {
        match self.strings.get_mut(&(text, interned)) {
            Some(Some(index)) => {
                let index = *index;
                self.writer.reference(index)
            }
            Some(unwritten) => {
                *unwritten = Some(self.writer.mark());
                self.writer.str(text, interned)
            }
            None => self.writer.str(text, interned),
        }
    }
}
