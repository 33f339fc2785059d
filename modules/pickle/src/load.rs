//! How each operation of a pickle is read.
//!
//! Objects lie on a stack; a mark divides it. Nothing below the last mark is taken by what does not look for a mark.

use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::set::Set;
use grwl_object::{
    Args, Buffer, PyResult, Raised, Ref, Str, Thread, Tuple, TypeObject, Value, ValueExt, float,
    int, intern, intern_str, none, protocol, slots, types,
};
use grwl_text::Text;
use grwl_threads::sync::Ordering;
use grwl_types_bytes::byte_array::ByteArray;
use grwl_types_bytes::memory_view::MEMORYVIEW;

use crate::input::{Input, truncated};
use crate::opcode::*;
use crate::pickler::HIGHEST;
use crate::unpickler::{UNPICKLER, Unpickler, find_class};
use crate::{UNPICKLING_ERROR, from_module, optional};

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

/// Text of UTF-8 in which lone surrogates may be.
fn text_of(thread: &mut Thread, bytes: &[u8]) -> PyResult {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Str::new(thread, text).value());
    }
    decoded(thread, bytes, "utf-8", Some("surrogatepass"))
}

fn decoded(thread: &mut Thread, bytes: &[u8], encoding: &str, errors: Option<&str>) -> PyResult {
    let class = Ref::from_static(&types::STR).value();
    let bytes = Bytes::new(thread, bytes)?.value();
    let encoding = intern(thread, encoding).value();
    match errors {
        Some(errors) => {
            let errors = intern(thread, errors).value();
            protocol::call_positional(thread, class, &[bytes, encoding, errors])
        }
        None => protocol::call_positional(thread, class, &[bytes, encoding]),
    }
}

fn whole_number(thread: &mut Thread, text: &[u8]) -> PyResult {
    let class = Ref::from_static(&types::INT).value();
    // As text: that is how messages show it.
    let text = Str::try_from_text(thread, Text::One(text))?.value();
    protocol::call_positional(thread, class, &[text])
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
            return Err(wrong(
                thread,
                format_args!(
                    "{name} exceeds system's maximum size of {} bytes",
                    isize::MAX
                ),
            ));
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
                if line.last() == Some(&b'L') {
                    line.pop();
                }
                line.push(b'\n');
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
                let length = self.length::<8>(thread, "BINUNICODE8")?;
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
                let length = self.length::<8>(thread, "BINBYTES8")?;
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
                let number = self.index_line(thread)?;
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
                let number = self.index_line(thread)?;
                let value = self.top(thread)?;
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
                    return Err(wrong(
                        thread,
                        format_args!(
                            "FRAME length exceeds system's maximum of {} bytes",
                            isize::MAX
                        ),
                    ));
                }
                self.input.frame(thread, length as usize)
            }
            op => Err(wrong(
                thread,
                match op {
                    b'\'' | b'\\' => format!("invalid load key, '\\{}'.", char::from(op)),
                    0x20..0x7F => format!("invalid load key, '{}'.", char::from(op)),
                    _ => format!("invalid load key, '\\x{op:02x}'."),
                },
            )),
        }
    }

    fn int_line(&mut self, thread: &mut Thread) -> PyResult<()> {
        let line = self.line(thread)?;
        let value = match &line[..] {
            b"00" => int::bool(false),
            b"01" => int::bool(true),
            line => match whole_number(thread, line) {
                Err(raised) if raised.matches(&types::VALUE_ERROR) => {
                    return Err(thread.value_error("could not convert string to int"));
                }
                result => result?,
            },
        };
        self.push(thread, value)
    }

    fn index_line(&mut self, thread: &mut Thread) -> PyResult<i64> {
        let mut line = self.line(thread)?;
        line.push(b'\n');
        let number = whole_number(thread, &line)?;
        protocol::as_i64(thread, number)
    }

    fn float_line(&mut self, thread: &mut Thread) -> PyResult<()> {
        let mut line = self.line(thread)?;
        line.push(b'\n');
        let class = Ref::from_static(&types::FLOAT).value();
        let text = Bytes::new(thread, &line)?.value();
        let value = match protocol::call_positional(thread, class, &[text]) {
            Err(raised) if raised.matches(&types::VALUE_ERROR) => {
                let text = String::from_utf8_lossy(&line).into_owned();
                let message = format!("could not convert string to float: '{text}'");
                return Err(thread.value_error(message));
            }
            result => result?,
        };
        self.push(thread, value)
    }

    fn long(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let int = Int::from_bytes(bytes, Endian::Little, true);
        let value = int::new(thread, int);
        self.push(thread, value)
    }

    fn text(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let value = if let Ok(text) = std::str::from_utf8(bytes) {
            Str::new(thread, text).value()
        } else {
            let bytes = bytes.to_vec();
            text_of(thread, &bytes)?
        };
        self.push(thread, value)
    }

    fn bytes(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let value = Bytes::new(thread, bytes)?.value();
        self.push(thread, value)
    }

    /// A string of Python 2.
    fn old_string(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let value = Bytes::new(thread, bytes)?.value();
        self.decode_old(thread, value)
    }

    fn decode_old(&mut self, thread: &mut Thread, bytes: Value) -> PyResult<()> {
        let encoding = self.encoding.unwrap_or_else(none);
        let is_bytes = encoding
            .downcast::<Str>()
            .is_some_and(|encoding| encoding.is_str("bytes"));
        let value = if is_bytes {
            bytes
        } else {
            let class = Ref::from_static(&types::STR).value();
            let errors = self.errors.unwrap_or_else(none);
            protocol::call_positional(thread, class, &[bytes, encoding, errors])?
        };
        self.push(thread, value)
    }

    fn string_line(&mut self, thread: &mut Thread) -> PyResult<()> {
        let line = self.input.line(thread)?;
        let inner = match &line[..] {
            [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
            _ => return Err(wrong(thread, "the STRING opcode argument must be quoted")),
        };
        let inner = Bytes::new(thread, inner)?.value();
        let decode = from_module(thread, "_codecs", "escape_decode")?;
        let made = protocol::call_positional(thread, decode, &[inner])?;
        let bytes = protocol::get_item(thread, made, Value::small(0))?;
        self.decode_old(thread, bytes)
    }

    fn next_buffer(&mut self, thread: &mut Thread) -> PyResult<()> {
        let Some(buffers) = self.buffers else {
            let message =
                "pickle stream refers to out-of-band data but no *buffers* argument was given";
            return Err(wrong(thread, message));
        };
        match protocol::next(thread, buffers)? {
            Some(buffer) => self.push(thread, buffer),
            None => Err(wrong(thread, "not enough out-of-band buffers")),
        }
    }

    fn read_only_buffer(&mut self, thread: &mut Thread) -> PyResult<()> {
        let buffer = self.top(thread)?;
        let class = Ref::from_static(&MEMORYVIEW).value();
        let view = protocol::call_positional(thread, class, &[buffer])?;
        let is_read_only = protocol::get_attribute_str(thread, view, "readonly")?;
        if protocol::is_true(thread, is_read_only)? {
            return Ok(());
        }
        let name = intern(thread, "toreadonly");
        let value = protocol::call_method(thread, view, name, &[])?;
        self.replace(thread, value)
    }

    fn tuple(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        if self.stack.len() < self.fence() + length {
            return Err(self.underflow(thread));
        }
        let from = self.stack.len() - length;
        let value = Tuple::try_new(thread, &self.stack[from..])?.value();
        self.stack.truncate(from);
        self.push(thread, value)
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

    fn find(&self, thread: &mut Thread, module: Value, name: Value) -> PyResult {
        let this = self.unpickler.value();
        if this.class() == Ref::from_static(&UNPICKLER) {
            return find_class(thread, self.unpickler, module, name);
        }
        let method = intern(thread, "find_class");
        protocol::call_method(thread, this, method, &[module, name])
    }

    fn class(&mut self, thread: &mut Thread, module: Value, name: Value) -> PyResult<()> {
        let value = self.find(thread, module, name)?;
        self.push(thread, value)
    }

    fn extension(&mut self, thread: &mut Thread, code: i64) -> PyResult<()> {
        if code <= 0 {
            return Err(wrong(thread, "EXT specifies code <= 0"));
        }
        let key = Value::small(code);
        let cache = from_module(thread, "copyreg", "_extension_cache")?;
        let cache = cache.downcast::<Dict>();
        if let Some(cache) = cache
            && let Some(known) = cache.get(thread, key)?
        {
            return self.push(thread, known);
        }
        let registry = from_module(thread, "copyreg", "_inverted_registry")?;
        let found = match registry.downcast::<Dict>() {
            Some(registry) => registry.get(thread, key)?,
            None => None,
        };
        let Some(found) = found else {
            return Err(thread.value_error(format_args!("unregistered extension code {code}")));
        };
        let pair = found.downcast::<Tuple>().filter(|pair| {
            pair.len() == 2 && pair.iter().all(|part| part.downcast::<Str>().is_some())
        });
        let Some(pair) = pair else {
            return Err(thread.value_error(format_args!(
                "_inverted_registry[{code}] isn't a 2-tuple of strings"
            )));
        };
        let value = self.find(thread, pair.at(0), pair.at(1))?;
        if let Some(cache) = cache {
            cache.insert(thread, key, value)?;
        }
        self.push(thread, value)
    }

    fn new_object(&mut self, thread: &mut Thread, with_names: bool) -> PyResult<()> {
        let what = if with_names { "NEWOBJ_EX" } else { "NEWOBJ" };
        let names = if with_names {
            Some(self.pop(thread)?)
        } else {
            None
        };
        let args = self.pop(thread)?;
        let class = self.pop(thread)?;
        let Some(class) = class.downcast::<TypeObject>() else {
            return Err(wrong(
                thread,
                format_args!(
                    "{what} class argument must be a type, not {}",
                    class.class().name()
                ),
            ));
        };
        let Some(new) = class.slot(slots::NEW) else {
            return Err(wrong(
                thread,
                format_args!(
                    "{what} class argument '{}' doesn't have __new__",
                    class.name()
                ),
            ));
        };
        let Some(args) = args.downcast::<Tuple>() else {
            return Err(wrong(
                thread,
                format_args!(
                    "{what} args argument must be a tuple, not {}",
                    args.class().name()
                ),
            ));
        };
        let mut all = Buffer::from_slice(thread, args.as_slice())?;
        let mut keys = Buffer::new();
        if let Some(names) = names {
            let Some(names) = names.downcast::<Dict>() else {
                return Err(wrong(
                    thread,
                    format_args!(
                        "NEWOBJ_EX kwargs argument must be a dict, not {}",
                        names.class().name()
                    ),
                ));
            };
            for (key, value, _) in names.cursor() {
                if key.downcast::<Str>().is_none() {
                    return Err(thread.type_error("keywords must be strings"));
                }
                keys.push(thread, key)?;
                all.push(thread, value)?;
            }
        }
        let keys = Tuple::try_new(thread, &keys)?;
        let args = Args::new(&all, (!keys.is_empty()).then_some(keys));
        let value = new(thread, class, args)?;
        self.push(thread, value)
    }

    fn build(&mut self, thread: &mut Thread) -> PyResult<()> {
        let mut state = self.pop(thread)?;
        let object = self.top(thread)?;
        if let Some(set_state) = optional(thread, object, "__setstate__")? {
            protocol::call_positional(thread, set_state, &[state])?;
            return Ok(());
        }
        let mut slot_state = None;
        if let Some(pair) = state.downcast::<Tuple>().filter(|pair| pair.len() == 2) {
            state = pair.at(0);
            slot_state = pair.at(1).not_none();
        }
        if !state.is_none() {
            let Some(state) = state.downcast::<Dict>() else {
                return Err(wrong(thread, "state is not a dictionary"));
            };
            let dict = protocol::get_attribute_str(thread, object, "__dict__")?;
            for (key, value, _) in state.cursor() {
                let key = match key.downcast_exact::<Str>() {
                    Some(name) => intern_str(thread, name).value(),
                    None => key,
                };
                protocol::set_item(thread, dict, key, value)?;
            }
        }
        if let Some(slot_state) = slot_state {
            let Some(slot_state) = slot_state.downcast::<Dict>() else {
                return Err(wrong(thread, "slot state is not a dictionary"));
            };
            for (key, value, _) in slot_state.cursor() {
                let Some(name) = key.downcast::<Str>() else {
                    return Err(thread.type_error(format_args!(
                        "attribute name must be string, not '{}'",
                        key.class().name()
                    )));
                };
                protocol::set_attribute(thread, object, name, value)?;
            }
        }
        Ok(())
    }

    fn persistent(&mut self, thread: &mut Thread, id: Value) -> PyResult<()> {
        let Some(load) = self.persistent_load else {
            return Err(wrong(
                thread,
                "A load persistent id instruction was encountered, but no persistent_load function was specified.",
            ));
        };
        let value = protocol::call_positional(thread, load, &[id])?;
        self.push(thread, value)
    }
}

fn append(thread: &mut Thread, list: Value, values: &[Value], is_single: bool) -> PyResult<()> {
    if let Some(list) = list.downcast_exact::<List>() {
        for &value in values {
            list.push(thread, value)?;
        }
        return Ok(());
    }
    if values.is_empty() {
        return Ok(());
    }
    if !is_single && let Some(extend) = optional(thread, list, "extend")? {
        let values = List::from_slice(thread, values)?.value();
        protocol::call_positional(thread, extend, &[values])?;
        return Ok(());
    }
    let append = protocol::get_attribute_str(thread, list, "append")?;
    for &value in values {
        protocol::call_positional(thread, append, &[value])?;
    }
    Ok(())
}

fn set_items(thread: &mut Thread, dict: Value, values: &[Value]) -> PyResult<()> {
    let exact = dict.downcast_exact::<Dict>();
    for pair in values.chunks_exact(2) {
        match exact {
            Some(dict) => dict.insert(thread, pair[0], pair[1])?,
            None => protocol::set_item(thread, dict, pair[0], pair[1])?,
        }
    }
    Ok(())
}

fn add_items(thread: &mut Thread, set: Value, values: &[Value]) -> PyResult<()> {
    if values.is_empty() {
        return Ok(());
    }
    if let Some(set) = set.downcast_exact::<Set>() {
        for &value in values {
            set.add(thread, value)?;
        }
        return Ok(());
    }
    let add = protocol::get_attribute_str(thread, set, "add")?;
    for &value in values {
        protocol::call_positional(thread, add, &[value])?;
    }
    Ok(())
}

/// An instance, as old pickles make it.
fn instantiate(thread: &mut Thread, class: Value, args: &[Value]) -> PyResult {
    if args.is_empty()
        && class.downcast::<TypeObject>().is_some()
        && optional(thread, class, "__getinitargs__")?.is_none()
    {
        let new = protocol::get_attribute_str(thread, class, "__new__")?;
        return protocol::call_positional(thread, new, &[class]);
    }
    protocol::call_positional(thread, class, args)
}
