//! From objects to bytes.
//!
//! Objects that are no singletons and no immediates are marked, so that what occurs twice is written once. CPython knows by the count of references what
//! cannot occur twice and leaves the mark out; the mark is a bit of the type's byte, so that the length is the same.
//!
//! A list, dict or set that another thread changes meanwhile is written as it was at one moment: a copy is walked.

use std::collections::HashMap;

use grwl_interpreter::Code;
use grwl_marshal::{CodeHead, Writer};
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::dict::Dict;
use grwl_object::float::Complex;
use grwl_object::int::IntView;
use grwl_object::list::List;
use grwl_object::slice::Slice;
use grwl_object::{
    Buffer, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, float, int, set, types,
};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

use crate::load::Failure;

type Done = Result<(), Failure>;

struct Dumper<'t> {
    thread: &'t mut Thread,
    writer: Writer,
    /// Indices of what was written and marked, by address.
    seen: HashMap<u64, u32>,
    /// What `seen` speaks of: kept alive, so that an address has one meaning.
    kept: Buffer,
    /// Code objects and slices that are being written: what reads them makes them last, so they cannot contain themselves.
    open: Vec<u64>,
    allow_code: bool,
}

/// The bytes of a value.
///
/// # Errors
/// `ValueError: unmarshallable object`, and others of the format's.
pub fn dumps(
    thread: &mut Thread,
    value: Value,
    version: i32,
    allow_code: bool,
) -> PyResult<Vec<u8>> {
    let mut dumper = Dumper {
        thread,
        writer: Writer::new(version, allow_code),
        seen: HashMap::new(),
        kept: Buffer::new(),
        open: Vec::new(),
        allow_code,
    };
    match dumper.value(value) {
        Ok(()) => Ok(dumper.writer.into_bytes()),
        Err(Failure::Raised(raised)) => Err(raised),
        Err(Failure::Format(error)) => Err(crate::raise(dumper.thread, &error)),
    }
}

/// A string as the format has it.
fn wtf8(text: Ref<Str>) -> Wtf8Buf {
    if let Some(text) = text.as_ascii() {
        return Wtf8Buf::from_string(text.to_owned());
    }
    text.text()
        .codes()
        .filter_map(CodePoint::from_u32)
        .collect()
}

impl Dumper<'_> {
    fn value(&mut self, value: Value) -> Done {
        if self.is_atom(value)? {
            return Ok(());
        }
        if self.writer.has_references() && value.as_cell().is_some() {
            let address = value.bits().get();
            if let Some(&index) = self.seen.get(&address) {
                if self.open.contains(&address) {
                    return Err(Writer::unmarshallable().into());
                }
                return Ok(self.writer.reference(index)?);
            }
            self.kept.push(self.thread, value)?;
            let index = self.writer.mark();
            self.seen.insert(address, index);
        }
        self.object(value)
    }

    /// Writes what is never marked.
    fn is_atom(&mut self, value: Value) -> Result<bool, Failure> {
        if value.is_none() {
            self.writer.none()?;
        } else if let Some(truth) = int::as_bool(value) {
            self.writer.bool(truth)?;
        } else if value == grwl_object::ellipsis() {
            self.writer.ellipsis()?;
        } else if value == Ref::from_static(&types::STOP_ITERATION).value() {
            self.writer.stop_iteration()?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn object(&mut self, value: Value) -> Done {
        if int::is_exact_int(value) {
            return self.int(value);
        }
        if let Some(float) = float::exact(value) {
            return Ok(self.writer.float(float)?);
        }
        if let Some(complex) = value.downcast_exact::<Complex>() {
            return Ok(self.writer.complex(complex.real, complex.imaginary)?);
        }
        if let Some(text) = value.downcast_exact::<Str>() {
            return Ok(self.writer.str(&wtf8(text), text.is_interned())?);
        }
        if let Some(bytes) = value.downcast_exact::<Bytes>() {
            return Ok(self.writer.bytes(bytes.as_slice())?);
        }
        if let Some(tuple) = value.downcast_exact::<Tuple>() {
            self.writer.tuple_start(tuple.len())?;
            return self.items(tuple.as_slice());
        }
        if let Some(list) = value.downcast_exact::<List>() {
            let items = list.snapshot(self.thread)?;
            self.writer.list_start(items.len())?;
            return self.items(&items);
        }
        if let Some(dict) = value.downcast_exact::<Dict>() {
            return self.dict(dict);
        }
        if let Some(code) = value.downcast_exact::<Code>() {
            return self.whole(value, |dumper| dumper.code(code));
        }
        if let Some(slice) = value.downcast_exact::<Slice>() {
            self.writer.slice_start()?;
            let parts = [slice.start(), slice.stop(), slice.step()];
            return self.whole(value, |dumper| dumper.items(&parts));
        }
        let class = value.class();
        let is_set = std::ptr::eq(class.as_ptr(), &types::SET);
        if is_set || std::ptr::eq(class.as_ptr(), &types::FROZEN_SET) {
            return self.set(value, is_set);
        }
        if grwl_object::buffer::is_supported(value) {
            let bytes = grwl_object::buffer::bytes_of(self.thread, value)?;
            return Ok(self.writer.bytes(&bytes)?);
        }
        Err(Writer::unmarshallable().into())
    }

    /// Writes what cannot contain itself.
    fn whole(&mut self, value: Value, write: impl FnOnce(&mut Self) -> Done) -> Done {
        self.open.push(value.bits().get());
        let done = write(self);
        self.open.pop();
        done
    }

    fn int(&mut self, value: Value) -> Done {
        let Some(view) = int::view(value) else {
            return Err(Writer::unmarshallable().into());
        };
        if let IntView::Small(small) = view {
            return Ok(self.writer.int(small)?);
        }
        let int = view.to_int();
        let magnitude = int.abs();
        let length = usize::try_from(magnitude.bit_length().div_ceil(8)).unwrap_or(usize::MAX);
        let bytes = match magnitude.to_bytes(length, Endian::Little, false) {
            Ok(bytes) => bytes,
            Err(error) => return Err(self.thread.number_error(&error).into()),
        };
        Ok(self.writer.big_int(int.is_negative(), &bytes)?)
    }

    fn items(&mut self, items: &[Value]) -> Done {
        for &item in items {
            self.value(item)?;
        }
        self.writer.end();
        Ok(())
    }

    fn dict(&mut self, dict: Ref<Dict>) -> Done {
        let copy = dict.copy(self.thread)?;
        self.writer.dict_start()?;
        for (key, value, _) in copy.cursor() {
            self.value(key)?;
            self.value(value)?;
        }
        self.writer.dict_end();
        Ok(())
    }

    /// The elements are written in the order of the bytes that each would be alone.
    fn set(&mut self, value: Value, is_set: bool) -> Done {
        let mut elements = Buffer::new();
        if let Some(set) = set::any_set(value) {
            for (element, _) in set.snapshot(self.thread)? {
                elements.push(self.thread, element)?;
            }
        }
        if is_set {
            self.writer.set_start(elements.len())?;
        } else {
            self.writer.frozenset_start(elements.len())?;
        }
        let mut order = Vec::with_capacity(elements.len());
        for (index, &element) in elements.iter().enumerate() {
            let version = self.writer.version();
            let bytes = dumps(self.thread, element, version, self.allow_code)?;
            order.push((bytes, index));
        }
        order.sort();
        for (_, index) in order {
            self.value(elements[index])?;
        }
        self.writer.end();
        Ok(())
    }

    fn code(&mut self, code: Ref<Code>) -> Done {
        let number = |value: u32| value.cast_signed();
        self.writer.code_start(CodeHead {
            argcount: number(code.argcount),
            posonlyargcount: number(code.posonlyargcount),
            kwonlyargcount: number(code.kwonlyargcount),
            stacksize: number(code.stacksize),
            flags: number(code.flags),
        })?;
        let instructions = Bytes::new(self.thread, &code.shown_code())?;
        self.value(instructions.value())?;
        let kinds = Bytes::new(self.thread, code.localsplus_kinds())?;
        for part in [
            code.consts().value(),
            code.names().value(),
            code.localsplus_names().value(),
            kinds.value(),
            code.filename().value(),
            code.name().value(),
            code.qualified_name().value(),
        ] {
            self.value(part)?;
        }
        self.writer.code_line(number(code.firstlineno));
        self.value(code.line_table().value())?;
        self.value(code.exception_table().value())?;
        self.writer.end();
        Ok(())
    }
}
