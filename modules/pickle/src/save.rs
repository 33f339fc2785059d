//! How each kind of object is written.

use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::int::IntView;
use grwl_object::list::List;
use grwl_object::set::Set;
use grwl_object::{
    Args, PyResult, Raised, Ref, Str, Thread, Tuple, Value, ValueExt, ellipsis, float, int, intern,
    none, not_implemented, protocol, types,
};
use grwl_text::{Text, Unit, with_units};
use grwl_types_bytes::byte_array::{ByteArray, Changing};

use crate::buffer::PickleBuffer;
use crate::opcode::*;
use crate::output::Output;
use crate::pickler::Pickler;
use crate::{PICKLING_ERROR, from_module, noted, optional, pickling_error_about};

/// So many elements are written at once.
const BATCH: usize = 1000;
/// Nested deeper than this, fast mode looks for cycles.
const FAST_DEPTH: usize = 50;

/// An object that is being written. It lies on the native stack, as do the values in it.
pub(crate) struct Save {
    pub pickler: Ref<Pickler>,
    pub output: Output,
    pub protocol: i64,
    pub is_binary: bool,
    /// Without a memo.
    pub is_fast: bool,
    pub fix_imports: bool,
    pub persistent_id: Option<Value>,
    pub reducer_override: Option<Value>,
    pub dispatch_table: Option<Value>,
    pub buffer_callback: Option<Value>,
    /// In fast mode: how deep containers are nested, and the addresses of the deepest ones.
    pub depth: usize,
    pub open: Vec<usize>,
}

/// Gives the next item of a mapping.
pub(crate) type NextItem<'a> = dyn FnMut(&mut Thread) -> PyResult<Option<(Value, Value)>> + 'a;

/// The UTF-8 of a text; lone surrogates as three bytes.
pub(crate) fn utf8(text: Text<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for code in text.codes() {
        match char::from_u32(code) {
            Some(character) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            None => out.extend([
                0xE0 | (code >> 12) as u8,
                0x80 | (code >> 6 & 0x3F) as u8,
                0x80 | (code & 0x3F) as u8,
            ]),
        }
    }
    out
}

/// The text of protocol 0: Latin-1 with escapes.
fn raw_unicode_escape(text: Text<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    with_units!(text, units => for unit in units {
        match unit.code() {
            code @ (0 | 0x0A | 0x0D | 0x1A | 0x5C | 0x100..=0xFFFF) => {
                out.extend_from_slice(format!("\\u{code:04x}").as_bytes());
            }
            code @ 0x1_0000.. => out.extend_from_slice(format!("\\U{code:08x}").as_bytes()),
            code => out.push(code as u8),
        }
    });
    out
}

impl Save {
    /// The whole pickle.
    pub(crate) fn all(&mut self, thread: &mut Thread, object: Value) -> PyResult<()> {
        if self.protocol >= 2 {
            self.output.write(&[PROTO, self.protocol as u8]);
            self.output.framing = self.protocol >= 4;
        }
        self.save(thread, object)?;
        self.output.op(STOP);
        self.output.finish(thread)
    }

    fn put(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        if self.is_fast {
            return Ok(());
        }
        let number = self.pickler.remember(thread, value)?;
        if self.protocol >= 4 {
            self.output.op(MEMOIZE);
        } else if !self.is_binary {
            self.output.write(format!("p{number}\n").as_bytes());
        } else if number < 256 {
            self.output.write(&[BINPUT, number as u8]);
        } else {
            self.output.op(LONG_BINPUT);
            self.output.write(&number.to_le_bytes());
        }
        Ok(())
    }

    /// As [`put`](Self::put), for other files.
    pub(crate) fn memoize(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        self.put(thread, value)
    }

    /// Its number in the memo.
    pub(crate) fn known(&self, value: Value) -> Option<u32> {
        self.pickler.find(value)
    }

    pub(crate) fn get(&mut self, number: u32) {
        if !self.is_binary {
            self.output.write(format!("g{number}\n").as_bytes());
        } else if number < 256 {
            self.output.write(&[BINGET, number as u8]);
        } else {
            let [a, b, c, d] = number.to_le_bytes();
            self.output.write(&[LONG_BINGET, a, b, c, d]);
        }
    }

    /// Writes an object.
    pub(crate) fn save(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        self.output.boundary(thread)?;
        if let Some(persistent_id) = self.persistent_id {
            let id = protocol::call_positional(thread, persistent_id, &[value])?;
            if !id.is_none() {
                return self.persistent(thread, id);
            }
        }
        self.save_value(thread, value)
    }

    fn persistent(&mut self, thread: &mut Thread, id: Value) -> PyResult<()> {
        if self.is_binary {
            self.save_value(thread, id)?;
            self.output.op(BINPERSID);
            return Ok(());
        }
        let text = protocol::str(thread, id)?;
        let Some(text) = text.as_ascii().map(str::to_owned) else {
            let message = "persistent IDs in protocol 0 must be ASCII strings";
            return Err(PICKLING_ERROR.raise(thread, message));
        };
        self.output.write(format!("P{text}\n").as_bytes());
        Ok(())
    }

    /// Writes an object that has no persistent id.
    fn save_value(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        // What is small has no place in the memo.
        if value.is_none() {
            self.output.op(NONE);
            return Ok(());
        }
        if let Some(truth) = int::as_bool(value) {
            let bytes: &[u8] = match (self.protocol >= 2, truth) {
                (true, true) => &[NEWTRUE],
                (true, false) => &[NEWFALSE],
                (false, true) => b"I01\n",
                (false, false) => b"I00\n",
            };
            self.output.write(bytes);
            return Ok(());
        }
        if int::is_exact_int(value) {
            return self.int(thread, value);
        }
        if let Some(float) = float::exact(value) {
            self.float(float);
            return Ok(());
        }
        if let Some(number) = self.known(value) {
            self.get(number);
            return Ok(());
        }
        if let Some(bytes) = value.downcast_exact::<Bytes>() {
            return self.bytes(thread, value, bytes);
        }
        if let Some(string) = value.downcast_exact::<Str>() {
            return self.string(thread, string);
        }
        thread.check_stack()?;
        if let Some(dict) = value.downcast_exact::<Dict>() {
            return self.dict(thread, dict);
        }
        if value.downcast_exact::<Set>().is_some() {
            return self.set(thread, value);
        }
        if value.class() == Ref::from_static(&types::FROZEN_SET) {
            return self.frozen_set(thread, value);
        }
        if let Some(list) = value.downcast_exact::<List>() {
            return self.list(thread, list);
        }
        if let Some(tuple) = value.downcast_exact::<Tuple>() {
            return self.tuple(thread, tuple);
        }
        if let Some(array) = value.downcast_exact::<ByteArray>() {
            return self.byte_array(thread, value, array);
        }
        if let Some(buffer) = value.downcast_exact::<PickleBuffer>() {
            return self.pickle_buffer(thread, value, buffer);
        }
        self.by_reduce(thread, value)
    }

    fn int(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        let Some(view) = int::view(value) else {
            unreachable!("its type is int");
        };
        if let IntView::Small(small) = view
            && let Ok(short) = i32::try_from(small)
        {
            let [a, b, c, d] = short.to_le_bytes();
            match short {
                _ if !self.is_binary => self.output.write(format!("I{short}\n").as_bytes()),
                0..=0xFF => self.output.write(&[BININT1, a]),
                0x100..=0xFFFF => self.output.write(&[BININT2, a, b]),
                _ => self.output.write(&[BININT, a, b, c, d]),
            }
            return Ok(());
        }
        let int = view.to_int();
        if self.protocol < 2 {
            let shown = protocol::repr(thread, value)?;
            self.output.write(format!("L{shown}L\n").as_bytes());
            return Ok(());
        }
        let bytes = int_bytes(&int);
        if let Ok(length) = u8::try_from(bytes.len()) {
            self.output.write(&[LONG1, length]);
            self.output.write(&bytes);
        } else if let Ok(length) = i32::try_from(bytes.len()) {
            let [a, b, c, d] = length.to_le_bytes();
            self.output
                .contents(thread, &[LONG4, a, b, c, d], &bytes, None)?;
        } else {
            return Err(thread.overflow_error("int too large to pickle"));
        }
        Ok(())
    }

    fn float(&mut self, float: f64) {
        if self.is_binary {
            self.output.op(BINFLOAT);
            self.output.write(&float.to_be_bytes());
        } else {
            let shown = grwl_number::float::text::repr(float);
            self.output.write(format!("F{shown}\n").as_bytes());
        }
    }

    /// Bytes as from protocol 3 on, without the memo.
    fn plain_bytes(
        &mut self,
        thread: &mut Thread,
        bytes: &[u8],
        whole: Option<Value>,
    ) -> PyResult<()> {
        let head = sized(bytes.len(), Some(SHORT_BINBYTES), Some(BINBYTES), BINBYTES8);
        self.output.contents(thread, &head, bytes, whole)
    }

    fn bytes(&mut self, thread: &mut Thread, value: Value, bytes: Ref<Bytes>) -> PyResult<()> {
        if self.protocol >= 3 {
            self.plain_bytes(thread, bytes.as_slice(), Some(value))?;
            return self.put(thread, value);
        }
        // Older ones have no bytes: text that is encoded in Latin-1 when it is read.
        let (function, args) = if bytes.is_empty() {
            (Ref::from_static(&types::BYTES).value(), Tuple::empty())
        } else {
            let encode = from_module(thread, "codecs", "encode")?;
            let text = Str::try_from_text(thread, Text::One(bytes.as_slice()))?.value();
            let latin = intern(thread, "latin1").value();
            (encode, Tuple::try_new(thread, &[text, latin])?)
        };
        self.reduced(thread, &[function, args.value()], Some(value))
    }

    fn plain_byte_array(
        &mut self,
        thread: &mut Thread,
        bytes: &[u8],
        whole: Option<Value>,
    ) -> PyResult<()> {
        let head = sized(bytes.len(), None, None, BYTEARRAY8);
        self.output.contents(thread, &head, bytes, whole)
    }

    fn byte_array(
        &mut self,
        thread: &mut Thread,
        value: Value,
        array: Ref<ByteArray>,
    ) -> PyResult<()> {
        let bytes = array.snapshot(thread);
        if self.protocol >= 5 {
            self.plain_byte_array(thread, &bytes, Some(value))?;
            return self.put(thread, value);
        }
        let class = value.class().value();
        let args = if bytes.is_empty() {
            Tuple::empty()
        } else {
            let bytes = Bytes::new(thread, &bytes)?.value();
            Tuple::try_new(thread, &[bytes])?
        };
        self.reduced(thread, &[class, args.value()], Some(value))
    }

    fn pickle_buffer(
        &mut self,
        thread: &mut Thread,
        value: Value,
        buffer: Ref<PickleBuffer>,
    ) -> PyResult<()> {
        if self.protocol < 5 {
            let message = "PickleBuffer can only be pickled with protocol >= 5";
            return Err(PICKLING_ERROR.raise(thread, message));
        }
        let (bytes, is_read_only) = match buffer.contents(thread)? {
            Some(contents) => contents,
            None => {
                let message =
                    "PickleBuffer can not be pickled when pointing to a non-contiguous buffer";
                return Err(PICKLING_ERROR.raise(thread, message));
            }
        };
        let is_in_band = match self.buffer_callback {
            Some(callback) => {
                let taken = protocol::call_positional(thread, callback, &[value])?;
                protocol::is_true(thread, taken)?
            }
            None => true,
        };
        if !is_in_band {
            self.output.op(NEXT_BUFFER);
            if is_read_only {
                self.output.op(READONLY_BUFFER);
            }
            return Ok(());
        }
        if is_read_only {
            self.plain_bytes(thread, &bytes, None)?;
        } else {
            self.plain_byte_array(thread, &bytes, None)?;
        }
        self.put(thread, value)
    }

    fn string(&mut self, thread: &mut Thread, string: Ref<Str>) -> PyResult<()> {
        if self.is_binary {
            let encoded;
            // SAFETY: the string is never changed, and lies on the stack.
            let bytes = match unsafe { string.long() }.as_ascii() {
                Some(ascii) => ascii.as_bytes(),
                None => {
                    encoded = utf8(string.text());
                    &encoded
                }
            };
            let short = (self.protocol >= 4).then_some(SHORT_BINUNICODE);
            let head = sized(bytes.len(), short, Some(BINUNICODE), BINUNICODE8);
            self.output.contents(thread, &head, bytes, None)?;
        } else {
            self.output.op(UNICODE);
            self.output.write(&raw_unicode_escape(string.text()));
            self.output.write(b"\n");
        }
        self.put(thread, string.value())
    }

    /// In fast mode: enters a container.
    fn enter(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        if !self.is_fast {
            return Ok(());
        }
        self.depth += 1;
        if self.depth < FAST_DEPTH {
            return Ok(());
        }
        let address = value.as_cell().map_or(0, |cell| cell.as_ptr() as usize);
        if self.open.contains(&address) {
            return Err(thread.value_error(format_args!(
                "fast mode: can't pickle cyclic objects including object type {} at {address:#x}",
                value.class().name()
            )));
        }
        self.open.push(address);
        Ok(())
    }

    fn leave(&mut self) {
        if self.is_fast {
            if self.depth >= FAST_DEPTH {
                self.open.pop();
            }
            self.depth -= 1;
        }
    }

    fn tuple(&mut self, thread: &mut Thread, tuple: Ref<Tuple>) -> PyResult<()> {
        let value = tuple.value();
        let length = tuple.len();
        if length == 0 {
            self.output.write(if self.is_binary {
                &[EMPTY_TUPLE]
            } else {
                &[MARK, TUPLE]
            });
            return Ok(());
        }
        let is_short = length <= 3 && self.protocol >= 2;
        if !is_short {
            self.output.op(MARK);
        }
        for (index, &element) in tuple.as_slice().iter().enumerate() {
            self.save(thread, element)
                .map_err(|raised| noted(thread, raised, value, &format!("item {index}")))?;
        }
        if let Some(number) = self.known(value) {
            // It contains itself, so it was written meanwhile.
            if is_short {
                self.output.write(&[POP; 3][..length]);
            } else if self.is_binary {
                self.output.op(POP_MARK);
            } else {
                self.output.write(&vec![POP; length + 1]);
            }
            self.get(number);
            return Ok(());
        }
        self.output.op(match length {
            1 if is_short => TUPLE1,
            2 if is_short => TUPLE2,
            3 if is_short => TUPLE3,
            _ => TUPLE,
        });
        self.put(thread, value)
    }

    fn list(&mut self, thread: &mut Thread, list: Ref<List>) -> PyResult<()> {
        let value = list.value();
        self.enter(thread, value)?;
        self.output.write(if self.is_binary {
            &[EMPTY_LIST]
        } else {
            &[MARK, LIST]
        });
        self.put(thread, value)?;
        let mut index = 0;
        let mut next = |_: &mut Thread| {
            let element = list.get(index);
            index += 1;
            Ok(element)
        };
        self.elements(thread, value, &mut next)?;
        self.leave();
        Ok(())
    }

    /// Writes elements behind each other, in batches. `container` is what notes speak of.
    pub(crate) fn elements(
        &mut self,
        thread: &mut Thread,
        container: Value,
        next: &mut dyn FnMut(&mut Thread) -> PyResult<Option<Value>>,
    ) -> PyResult<()> {
        let mut index = 0;
        let mut one = |this: &mut Self, thread: &mut Thread, value: Value| {
            let result = this.save(thread, value);
            index += 1;
            result
                .map_err(|raised| noted(thread, raised, container, &format!("item {}", index - 1)))
        };
        if !self.is_binary {
            while let Some(value) = next(thread)? {
                one(self, thread, value)?;
                self.output.op(APPEND);
            }
            return Ok(());
        }
        let mut waiting = next(thread)?;
        while let Some(first) = waiting {
            waiting = next(thread)?;
            let Some(second) = waiting else {
                // A single one.
                one(self, thread, first)?;
                self.output.op(APPEND);
                break;
            };
            self.output.op(MARK);
            one(self, thread, first)?;
            let mut current = second;
            let mut count = 1;
            loop {
                one(self, thread, current)?;
                count += 1;
                waiting = next(thread)?;
                match waiting {
                    Some(value) if count < BATCH => current = value,
                    _ => break,
                }
            }
            self.output.op(APPENDS);
            thread.poll()?;
        }
        Ok(())
    }

    fn dict(&mut self, thread: &mut Thread, dict: Ref<Dict>) -> PyResult<()> {
        let value = dict.value();
        self.enter(thread, value)?;
        self.output.write(if self.is_binary {
            &[EMPTY_DICT]
        } else {
            &[MARK, DICT]
        });
        self.put(thread, value)?;
        let length = dict.len();
        let mut cursor = dict.cursor();
        let mut next = |thread: &mut Thread| {
            if dict.len() != length {
                return Err(thread.runtime_error("dictionary changed size during iteration"));
            }
            Ok(cursor.next().map(|(key, value, _)| (key, value)))
        };
        self.items(thread, value, &mut next)?;
        self.leave();
        Ok(())
    }

    fn item(
        &mut self,
        thread: &mut Thread,
        container: Value,
        (key, value): (Value, Value),
    ) -> PyResult<()> {
        self.save(thread, key)?;
        self.save(thread, value)
            .map_err(|raised| note_key(thread, raised, container, key))
    }

    /// Writes items behind each other, in batches.
    pub(crate) fn items(
        &mut self,
        thread: &mut Thread,
        container: Value,
        next: &mut NextItem<'_>,
    ) -> PyResult<()> {
        if !self.is_binary {
            while let Some(item) = next(thread)? {
                self.item(thread, container, item)?;
                self.output.op(SETITEM);
            }
            return Ok(());
        }
        let mut waiting = next(thread)?;
        while let Some(first) = waiting {
            waiting = next(thread)?;
            let Some(second) = waiting else {
                self.item(thread, container, first)?;
                self.output.op(SETITEM);
                break;
            };
            self.output.op(MARK);
            self.item(thread, container, first)?;
            let mut current = second;
            let mut count = 1;
            loop {
                self.item(thread, container, current)?;
                count += 1;
                waiting = next(thread)?;
                match waiting {
                    Some(item) if count < BATCH => current = item,
                    _ => break,
                }
            }
            self.output.op(SETITEMS);
            thread.poll()?;
        }
        Ok(())
    }

    fn as_list(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        let elements = protocol::collect(thread, value)?;
        let list = List::from_buffer(thread, elements).value();
        let args = Tuple::try_new(thread, &[list])?.value();
        let class = value.class().value();
        self.reduced(thread, &[class, args], Some(value))
    }

    fn set(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        if self.protocol < 4 {
            return self.as_list(thread, value);
        }
        self.output.op(EMPTY_SET);
        self.put(thread, value)?;
        let elements = protocol::collect(thread, value)?;
        for batch in elements.chunks(BATCH) {
            self.output.op(MARK);
            for &element in batch {
                self.save(thread, element)
                    .map_err(|raised| noted(thread, raised, value, "element"))?;
            }
            self.output.op(ADDITEMS);
        }
        Ok(())
    }

    fn frozen_set(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        if self.protocol < 4 {
            return self.as_list(thread, value);
        }
        self.output.op(MARK);
        let elements = protocol::collect(thread, value)?;
        for &element in elements.iter() {
            self.save(thread, element)
                .map_err(|raised| noted(thread, raised, value, "element"))?;
        }
        if let Some(number) = self.known(value) {
            self.output.op(POP_MARK);
            self.get(number);
            return Ok(());
        }
        self.output.op(FROZENSET);
        self.put(thread, value)
    }

    /// A class.
    fn class(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        for single in [none(), ellipsis(), not_implemented()] {
            if value == single.class().value() {
                let args = Tuple::try_new(thread, &[single])?.value();
                let class = Ref::from_static(&types::TYPE).value();
                return self.reduced(thread, &[class, args], Some(value));
            }
        }
        self.global(thread, value, None)
    }

    /// By what a function that takes it apart returns.
    fn by_reduce(&mut self, thread: &mut Thread, value: Value) -> PyResult<()> {
        let class = value.class();
        if let Some(reducer) = self.reducer_override {
            let made = protocol::call_positional(thread, reducer, &[value])?;
            if made != not_implemented() {
                return self.by_result(thread, value, made);
            }
        }
        if class == Ref::from_static(&types::TYPE) {
            return self.class(thread, value);
        }
        if class.name().to_string() == "function" && !class.has_flag(grwl_object::flags::HEAP) {
            return self.global(thread, value, None);
        }
        let table = match self.dispatch_table {
            Some(table) => table,
            None => from_module(thread, "copyreg", "dispatch_table")?,
        };
        let reducer = match table.downcast_exact::<Dict>() {
            Some(table) => table.get(thread, class.value())?,
            None => match protocol::get_item(thread, table, class.value()) {
                Ok(found) => Some(found),
                Err(raised) if raised.matches(&types::KEY_ERROR) => None,
                Err(raised) => return Err(raised),
            },
        };
        let made = if let Some(reducer) = reducer {
            protocol::call_positional(thread, reducer, &[value])?
        } else if class.is_subtype_of(&types::TYPE) {
            return self.global(thread, value, None);
        } else if let Some(reduce) = optional(thread, value, "__reduce_ex__")? {
            protocol::call_positional(thread, reduce, &[Value::small(self.protocol)])?
        } else if let Some(reduce) = optional(thread, value, "__reduce__")? {
            protocol::call(thread, reduce, Args::NONE)?
        } else {
            return Err(pickling_error_about(
                thread,
                "Can't pickle {} object",
                value,
            ));
        };
        self.by_result(thread, value, made)
    }

    fn by_result(&mut self, thread: &mut Thread, value: Value, made: Value) -> PyResult<()> {
        if made.downcast::<Str>().is_some() {
            return self.global(thread, value, Some(made));
        }
        let result = match made.downcast::<Tuple>() {
            Some(parts) => self.reduced(thread, parts.as_slice(), Some(value)),
            None => {
                let message = "__reduce__ must return a string or tuple, not {}";
                Err(pickling_error_about(thread, message, made))
            }
        };
        result.map_err(|raised| noted(thread, raised, value, "object"))
    }
}

/// The head of bytes or of a text: an operation with the length.
fn sized(length: usize, short: Option<u8>, middle: Option<u8>, long: u8) -> Vec<u8> {
    match (u8::try_from(length), short, u32::try_from(length), middle) {
        (Ok(length), Some(op), _, _) => vec![op, length],
        (_, _, Ok(length), Some(op)) => {
            let mut head = vec![op];
            head.extend(length.to_le_bytes());
            head
        }
        _ => {
            let mut head = vec![long];
            head.extend((length as u64).to_le_bytes());
            head
        }
    }
}

/// An integer in two's complement, lowest byte first, as short as can be; none for zero.
fn int_bytes(int: &Int) -> Vec<u8> {
    if int.is_zero() {
        return Vec::new();
    }
    let length = (int.bit_length() / 8 + 1) as usize;
    let Ok(mut bytes) = int.to_bytes(length, Endian::Little, true) else {
        unreachable!("it has room");
    };
    if int.is_negative() && length > 1 && bytes[length - 1] == 0xFF && bytes[length - 2] & 0x80 != 0
    {
        bytes.pop();
    }
    bytes
}

#[cold]
fn note_key(thread: &mut Thread, raised: Raised, container: Value, key: Value) -> Raised {
    match protocol::repr(thread, key) {
        Ok(key) => noted(thread, raised, container, &format!("item {key}")),
        Err(other) => other,
    }
}
