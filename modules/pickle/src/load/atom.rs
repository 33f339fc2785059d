//! What stands in a pickle itself: numbers, text, bytes, buffers.
//!
//! The operations of protocol 0 are lines of text, read by the constructors of their types; those of later protocols have lengths. Strings of Python 2 are
//! decoded as the unpickler was told to. Buffers that were not put into the pickle are taken from the iterator that the caller gave.

use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::{
    PyResult, Raised, Ref, Str, Thread, Value, ValueExt, float, int, intern, none, protocol, types,
};
use grwl_text::Text;
use grwl_types_bytes::memory_view::MEMORYVIEW;

use super::{Load, wrong};
use crate::from_module;

/// Text of UTF-8 in which lone surrogates may be.
fn text_of(thread: &mut Thread, bytes: &[u8]) -> PyResult {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Str::new(thread, text).value());
    }
    decoded(thread, bytes, "utf-8", Some("surrogatepass"))
}

pub(super) fn decoded(
    thread: &mut Thread,
    bytes: &[u8],
    encoding: &str,
    errors: Option<&str>,
) -> PyResult {
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

pub(super) fn whole_number(thread: &mut Thread, text: &[u8]) -> PyResult {
    if !text.is_ascii() {
        // `int` takes digits and spaces of other scripts, the number's C form does not.
        let text = decoded(thread, text, "utf-8", Some("strict"))?;
        let shown = protocol::repr(thread, text)?;
        return Err(thread.value_error(format_args!(
            "invalid literal for int() with base 10: {shown}"
        )));
    }
    let class = Ref::from_static(&types::INT).value();
    // As text: that is how messages show it.
    let text = Str::try_from_text(thread, Text::One(text))?.value();
    protocol::call_positional(thread, class, &[text])
}

/// The memo's index that a line names.
pub(super) fn index_of(thread: &mut Thread, mut line: Vec<u8>) -> PyResult<i64> {
    line.push(b'\n');
    let number = whole_number(thread, &line)?;
    protocol::as_i64(thread, number)
}

/// The error of a line that is no number, which names the line unless a number stands at its start.
#[cold]
fn no_float(thread: &Thread, line: &[u8]) -> Raised {
    // The shortest start that is a number has four characters at most: `-inf`.
    let is_number =
        |end| std::str::from_utf8(&line[..end]).is_ok_and(|start| start.parse::<f64>().is_ok());
    if (1..line.len().min(5)).any(is_number) {
        return thread.value_error("could not convert string to float");
    }
    let line = String::from_utf8_lossy(line);
    thread.value_error(format_args!("could not convert string to float: '{line}'"))
}

impl Load<'_> {
    pub(super) fn int_line(&mut self, thread: &mut Thread) -> PyResult<()> {
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

    pub(super) fn float_line(&mut self, thread: &mut Thread) -> PyResult<()> {
        let mut line = self.line(thread)?;
        line.push(b'\n');
        // `float` takes these, the number's C form has none of them.
        let number = &line[..line.len() - 1];
        if number
            .iter()
            .any(|&byte| byte == b'_' || byte.is_ascii_whitespace())
        {
            return Err(no_float(thread, &line));
        }
        let class = Ref::from_static(&types::FLOAT).value();
        let text = Bytes::new(thread, &line)?.value();
        let value = match protocol::call_positional(thread, class, &[text]) {
            Err(raised) if raised.matches(&types::VALUE_ERROR) => {
                return Err(no_float(thread, &line));
            }
            result => result?,
        };
        // Infinite, though not by name: `float` lets a number be too large.
        if float::exact(value).is_some_and(f64::is_infinite) && line.iter().any(u8::is_ascii_digit)
        {
            let line = String::from_utf8_lossy(&line);
            return Err(thread.overflow_error(format_args!(
                "value too large to convert to float: '{line}'"
            )));
        }
        self.push(thread, value)
    }

    pub(super) fn long(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let int = Int::from_bytes(bytes, Endian::Little, true);
        let value = int::new(thread, int);
        self.push(thread, value)
    }

    pub(super) fn text(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let value = if let Ok(text) = std::str::from_utf8(bytes) {
            Str::new(thread, text).value()
        } else {
            let bytes = bytes.to_vec();
            text_of(thread, &bytes)?
        };
        self.push(thread, value)
    }

    pub(super) fn bytes(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let value = Bytes::new(thread, bytes)?.value();
        self.push(thread, value)
    }

    /// A string of Python 2.
    pub(super) fn old_string(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        let bytes = self.input.read(thread, length)?;
        let value = Bytes::new(thread, bytes)?.value();
        self.decode_old(thread, value)
    }

    pub(super) fn decode_old(&mut self, thread: &mut Thread, bytes: Value) -> PyResult<()> {
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

    pub(super) fn string_line(&mut self, thread: &mut Thread) -> PyResult<()> {
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

    pub(super) fn next_buffer(&mut self, thread: &mut Thread) -> PyResult<()> {
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

    pub(super) fn read_only_buffer(&mut self, thread: &mut Thread) -> PyResult<()> {
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
}
