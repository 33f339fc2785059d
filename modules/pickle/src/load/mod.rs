//! How a pickle is read: the stack, and what each operation does.
//!
//! | what | where |
//! |---|---|
//! | the stack and its marks; the operations, one after the other | here |
//! | numbers, text, bytes and buffers | `atom` |
//! | what is put into tuples, lists, dictionaries and sets | `fill` |
//! | classes, their instances and their states | `object` |
//!
//! Objects lie on a stack; a mark divides it. Nothing below the last mark is taken by what does not look for a mark.
//!
//! The pickle says which Python code is called, and that code may do anything but use this unpickler (see `busy`).

mod atom;
mod fill;
mod object;

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::set::Set;
use grwl_object::{
    Buffer, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, float, int, none, protocol,
    types,
};
use grwl_threads::sync::Ordering;
use grwl_types_bytes::byte_array::ByteArray;

use crate::UNPICKLING_ERROR;
use crate::input::{Input, truncated};
use crate::opcode::*;
use crate::pickler::HIGHEST;
use crate::unpickler::Unpickler;

use atom::{decoded, index_of, whole_number};
use fill::{add_items, append, set_items};
use object::instantiate;

/// A pickle that is being read. It lies on the native stack, as do the values in it.
pub(crate) struct Load<'a> {
    unpickler: Ref<Unpickler>,
    pub input: Input<'a>,
    stack: Buffer,
    marks: Vec<usize>,
    pub persistent_load: Option<Value>,
    pub buffers: Option<Value>,
    pub encoding: Option<Value>,
    pub errors: Option<Value>,
    rounds: u32,
}

#[cold]
fn wrong(thread: &Thread, message: impl std::fmt::Display) -> Raised {
    UNPICKLING_ERROR.raise(thread, message)
}

impl<'a> Load<'a> {
    pub(crate) fn new(unpickler: Ref<Unpickler>, input: Input<'a>) -> Self {
        Self {
            unpickler,
            input,
            stack: Buffer::new(),
            marks: Vec::new(),
            persistent_load: None,
            buffers: None,
            encoding: None,
            errors: None,
            rounds: 0,
        }
    }

    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    #[cold]
    fn underflow(&self, thread: &Thread) -> Raised {
        wrong(
            thread,
            if self.marks.is_empty() {
                "unpickling stack underflow"
            } else {
                "unexpected MARK found"
            },
        )
    }

    fn push(&mut self, thread: &Thread, value: Value) -> PyResult<()> {
        self.stack.push(thread, value)
    }

    #[inline]
    fn pop(&mut self, thread: &Thread) -> PyResult {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow(thread));
        }
        self.stack.pop().ok_or_else(|| self.underflow(thread))
    }

    #[inline]
    fn top(&self, thread: &Thread) -> PyResult {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow(thread));
        }
        match self.stack.last() {
            Some(&top) => Ok(top),
            None => Err(self.underflow(thread)),
        }
    }

    /// Replaces the topmost object.
    fn replace(&mut self, thread: &Thread, value: Value) -> PyResult<()> {
        self.pop(thread)?;
        self.push(thread, value)
    }

    fn mark(&mut self, thread: &Thread) -> PyResult<usize> {
        self.marks
            .pop()
            .ok_or_else(|| wrong(thread, "could not find MARK"))
    }

    /// What lies above the last mark, taken off with it.
    fn above_mark(&mut self, thread: &Thread) -> PyResult<Buffer> {
        let from = self.mark(thread)?;
        self.above(thread, from)
    }

    fn above(&mut self, thread: &Thread, from: usize) -> PyResult<Buffer> {
        let values = Buffer::from_slice(thread, &self.stack[from..])?;
        self.stack.truncate(from);
        Ok(values)
    }

    fn number<const N: usize>(&mut self, thread: &mut Thread) -> PyResult<u64> {
        let bytes = self.input.read(thread, N)?;
        let mut all = [0; 8];
        all[..N].copy_from_slice(bytes);
        Ok(u64::from_le_bytes(all))
    }

    fn signed(&mut self, thread: &mut Thread) -> PyResult<i32> {
        Ok(self.number::<4>(thread)? as u32 as i32)
    }

    fn length<const N: usize>(&mut self, thread: &mut Thread, name: &str) -> PyResult<usize> {
        let length = self.number::<N>(thread)?;
        if length > isize::MAX as u64 {
            return Err(thread.overflow_error(format_args!(
                "{name} exceeds system's maximum size of {} bytes",
                isize::MAX
            )));
        }
        Ok(length as usize)
    }

    /// A line that must not be empty.
    fn line(&mut self, thread: &mut Thread) -> PyResult<Vec<u8>> {
        let line = self.input.line(thread)?;
        if line.is_empty() {
            return Err(truncated(thread));
        }
        Ok(line)
    }

    /// The whole pickle.
    pub(crate) fn all(&mut self, thread: &mut Thread) -> PyResult {
        loop {
            let op = self.input.op(thread)?;
            if op == STOP {
                return self.pop(thread);
            }
            self.operation(thread, op)?;
            self.rounds += 1;
            if self.rounds & 0x3FF == 0 {
                thread.poll()?;
            }
        }
    }

    fn operation(&mut self, thread: &mut Thread, op: u8) -> PyResult<()> {
        match op {
            NONE => self.push(thread, none()),
            NEWTRUE => self.push(thread, int::bool(true)),
            NEWFALSE => self.push(thread, int::bool(false)),
            BININT1 => {
                let number = self.number::<1>(thread)?;
                self.push(thread, Value::small(number as i64))
            }
            BININT2 => {
                let number = self.number::<2>(thread)?;
                self.push(thread, Value::small(number as i64))
            }
            BININT => {
                let number = self.signed(thread)?;
                self.push(thread, Value::small(i64::from(number)))
            }
            INT => self.int_line(thread),
            LONG => {
                let mut line = self.line(thread)?;
                // Messages show the line's end, or nothing in place of an L.
                if line.last() == Some(&b'L') {
                    line.pop();
                } else {
                    line.push(b'\n');
                }
                let value = whole_number(thread, &line)?;
                self.push(thread, value)
            }
            LONG1 => {
                let length = self.number::<1>(thread)? as usize;
                self.long(thread, length)
            }
            LONG4 => {
                let length = self.signed(thread)?;
                let Ok(length) = usize::try_from(length) else {
                    return Err(wrong(thread, "LONG pickle has negative byte count"));
                };
                self.long(thread, length)
            }
            FLOAT => self.float_line(thread),
            BINFLOAT => {
                let bytes = self.input.read(thread, 8)?;
                let mut all = [0; 8];
                all.copy_from_slice(bytes);
                let value = float::new(thread, f64::from_be_bytes(all));
                self.push(thread, value)
            }
            SHORT_BINUNICODE => {
                let length = self.number::<1>(thread)? as usize;
                self.text(thread, length)
            }
            BINUNICODE => {
                let length = self.length::<4>(thread, "BINUNICODE")?;
                self.text(thread, length)
            }
            BINUNICODE8 => {
                let length = self.length::<8>(thread, "BINUNICODE")?;
                self.text(thread, length)
            }
            UNICODE => {
                let line = self.input.line(thread)?;
                let value = decoded(thread, &line, "raw-unicode-escape", None)?;
                self.push(thread, value)
            }
            SHORT_BINBYTES => {
                let length = self.number::<1>(thread)? as usize;
                self.bytes(thread, length)
            }
            BINBYTES => {
                let length = self.length::<4>(thread, "BINBYTES")?;
                self.bytes(thread, length)
            }
            BINBYTES8 => {
                let length = self.length::<8>(thread, "BINBYTES")?;
                self.bytes(thread, length)
            }
            BYTEARRAY8 => {
                let length = self.length::<8>(thread, "BYTEARRAY8")?;
                let bytes = self.input.read(thread, length)?.to_vec();
                let value = ByteArray::new(thread, &bytes)?.value();
                self.push(thread, value)
            }
            STRING => self.string_line(thread),
            BINSTRING => {
                let length = self.signed(thread)?;
                let Ok(length) = usize::try_from(length) else {
                    return Err(wrong(thread, "BINSTRING pickle has negative byte count"));
                };
                self.old_string(thread, length)
            }
            SHORT_BINSTRING => {
                let length = self.number::<1>(thread)? as usize;
                self.old_string(thread, length)
            }
            NEXT_BUFFER => self.next_buffer(thread),
            READONLY_BUFFER => self.read_only_buffer(thread),
            EMPTY_TUPLE => self.push(thread, Tuple::empty().value()),
            TUPLE1 => self.tuple(thread, 1),
            TUPLE2 => self.tuple(thread, 2),
            TUPLE3 => self.tuple(thread, 3),
            TUPLE => {
                let values = self.above_mark(thread)?;
                let value = Tuple::try_new(thread, &values)?.value();
                self.push(thread, value)
            }
            EMPTY_LIST => {
                let list = List::new(thread).value();
                self.push(thread, list)
            }
            LIST => {
                let values = self.above_mark(thread)?;
                let list = List::from_buffer(thread, values).value();
                self.push(thread, list)
            }
            EMPTY_DICT => {
                let dict = Dict::new(thread).value();
                self.push(thread, dict)
            }
            DICT => {
                let values = self.above_mark(thread)?;
                if values.len() % 2 == 1 {
                    return Err(wrong(thread, "odd number of items for DICT"));
                }
                let dict = Dict::new(thread);
                for pair in values.chunks_exact(2) {
                    dict.insert(thread, pair[0], pair[1])?;
                }
                self.push(thread, dict.value())
            }
            EMPTY_SET => {
                let set = Set::new(thread).value();
                self.push(thread, set)
            }
            FROZENSET => {
                let values = self.above_mark(thread)?;
                let list = List::from_buffer(thread, values).value();
                let class = Ref::from_static(&types::FROZEN_SET).value();
                let value = protocol::call_positional(thread, class, &[list])?;
                self.push(thread, value)
            }
            APPEND => {
                let value = self.pop(thread)?;
                let list = self.top(thread)?;
                append(thread, list, &[value], true)
            }
            APPENDS => {
                let values = self.above_mark(thread)?;
                let list = self.top(thread)?;
                append(thread, list, &values, false)
            }
            SETITEM => {
                let value = self.pop(thread)?;
                let key = self.pop(thread)?;
                let dict = self.top(thread)?;
                set_items(thread, dict, &[key, value])
            }
            SETITEMS => {
                let values = self.above_mark(thread)?;
                let dict = self.top(thread)?;
                if values.len() % 2 == 1 {
                    return Err(wrong(thread, "odd number of items for SETITEMS"));
                }
                set_items(thread, dict, &values)
            }
            ADDITEMS => {
                let values = self.above_mark(thread)?;
                let set = self.top(thread)?;
                add_items(thread, set, &values)
            }
            MARK => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            POP => {
                // A mark is taken off if it is topmost.
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                    return Ok(());
                }
                self.pop(thread).map(|_| ())
            }
            POP_MARK => {
                let from = self.mark(thread)?;
                self.stack.truncate(from);
                Ok(())
            }
            DUP => {
                let value = self.top(thread)?;
                self.push(thread, value)
            }
            GET => {
                let line = self.line(thread)?;
                let number = index_of(thread, line)?;
                self.get(thread, number)
            }
            BINGET => {
                let number = self.number::<1>(thread)?;
                self.get(thread, number as i64)
            }
            LONG_BINGET => {
                let number = self.number::<4>(thread)?;
                self.get(thread, number as i64)
            }
            PUT => {
                let line = self.line(thread)?;
                let value = self.top(thread)?;
                let number = index_of(thread, line)?;
                let Ok(number) = usize::try_from(number) else {
                    return Err(thread.value_error("negative PUT argument"));
                };
                self.unpickler.remember(thread, number, value)
            }
            BINPUT => {
                let number = self.number::<1>(thread)? as usize;
                let value = self.top(thread)?;
                self.unpickler.remember(thread, number, value)
            }
            LONG_BINPUT => {
                let number = self.number::<4>(thread)? as usize;
                let value = self.top(thread)?;
                self.unpickler.remember(thread, number, value)
            }
            MEMOIZE => {
                let value = self.top(thread)?;
                let number = self.unpickler.memo_length();
                self.unpickler.remember(thread, number, value)
            }
            GLOBAL => {
                let module = self.line(thread)?;
                let module = decoded(thread, &module, "utf-8", Some("strict"))?;
                let name = self.line(thread)?;
                let name = decoded(thread, &name, "utf-8", Some("strict"))?;
                self.class(thread, module, name)
            }
            STACK_GLOBAL => {
                let name = self.pop(thread)?;
                let module = self.pop(thread)?;
                let is_exact = |value: Value| value.downcast_exact::<Str>().is_some();
                if !is_exact(name) || !is_exact(module) {
                    return Err(wrong(thread, "STACK_GLOBAL requires str"));
                }
                self.class(thread, module, name)
            }
            EXT1 => {
                let code = self.number::<1>(thread)?;
                self.extension(thread, code as i64)
            }
            EXT2 => {
                let code = self.number::<2>(thread)?;
                self.extension(thread, code as i64)
            }
            EXT4 => {
                let code = self.signed(thread)?;
                self.extension(thread, i64::from(code))
            }
            REDUCE => {
                let args = self.pop(thread)?;
                let function = self.pop(thread)?;
                let Some(args) = args.downcast::<Tuple>() else {
                    return Err(thread.type_error("argument list must be a tuple"));
                };
                let value = protocol::call_positional(thread, function, args.as_slice())?;
                self.push(thread, value)
            }
            NEWOBJ => self.new_object(thread, false),
            NEWOBJ_EX => self.new_object(thread, true),
            INST => {
                if self.marks.is_empty() {
                    return Err(wrong(thread, "could not find MARK"));
                }
                let module = self.line(thread)?;
                let module = decoded(thread, &module, "ascii", Some("strict"))?;
                let name = self.line(thread)?;
                let name = decoded(thread, &name, "ascii", Some("strict"))?;
                let class = self.find(thread, module, name)?;
                let args = self.above_mark(thread)?;
                let value = instantiate(thread, class, &args)?;
                self.push(thread, value)
            }
            OBJ => {
                let from = self.mark(thread)?;
                if self.stack.len() <= from {
                    return Err(self.underflow(thread));
                }
                let values = self.above(thread, from)?;
                let value = instantiate(thread, values[0], &values[1..])?;
                self.push(thread, value)
            }
            BUILD => self.build(thread),
            PERSID => {
                let line = self.input.line(thread)?;
                if !line.is_ascii() {
                    let message = "persistent IDs in protocol 0 must be ASCII strings";
                    return Err(wrong(thread, message));
                }
                let id = Str::new(thread, &String::from_utf8_lossy(&line)).value();
                self.persistent(thread, id)
            }
            BINPERSID => {
                let id = self.pop(thread)?;
                self.persistent(thread, id)
            }
            PROTO => {
                let protocol = self.number::<1>(thread)? as i64;
                if protocol > HIGHEST {
                    return Err(
                        thread.value_error(format_args!("unsupported pickle protocol: {protocol}"))
                    );
                }
                self.unpickler
                    .protocol
                    .store(protocol as u32, Ordering::Relaxed);
                Ok(())
            }
            FRAME => {
                let length = self.number::<8>(thread)?;
                if length > isize::MAX as u64 {
                    return Err(thread.overflow_error(format_args!(
                        "FRAME length exceeds system's maximum of {} bytes",
                        isize::MAX
                    )));
                }
                self.input.frame(thread, length as usize)
            }
            op => Err(wrong(
                thread,
                match op {
                    0x20..0x7F if !matches!(op, b'\'' | b'\\') => {
                        format!("invalid load key, '{}'.", char::from(op))
                    }
                    _ => format!("invalid load key, '\\x{op:02x}'."),
                },
            )),
        }
    }

    fn get(&mut self, thread: &mut Thread, number: i64) -> PyResult<()> {
        let found = match usize::try_from(number) {
            Ok(number) => self.unpickler.recall(thread, number)?,
            Err(_) => None,
        };
        match found {
            Some(value) => self.push(thread, value),
            None => Err(wrong(
                thread,
                format_args!("Memo value not found at index {number}"),
            )),
        }
    }
}
