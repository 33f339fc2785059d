//! The bytes of receivers and arguments, and results of the receiver's type.

use std::ops::Deref;

use grwl_object::bytes::Bytes;
use grwl_object::int::{IntView, view};
use grwl_object::protocol::convert;
use grwl_object::{PyResult, Thread, Value, ValueExt, buffer, flags, types};

use crate::byte_array::{self, ByteArray, Changing};

/// Bytes that do not change while they are looked at: those of a `bytes`, or a copy. Lies on the native stack.
pub enum Contents {
    /// Of a `bytes`; the address keeps it alive.
    Still(&'static [u8]),
    /// A copy.
    Copy(Vec<u8>),
}

impl Deref for Contents {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Still(bytes) => bytes,
            Self::Copy(bytes) => bytes,
        }
    }
}

/// The bytes of a `bytes` or `bytearray`.
pub fn known(thread: &mut Thread, value: Value) -> Option<Contents> {
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Some(Contents::Still(bytes.as_slice()));
    }
    let array = value.downcast::<ByteArray>()?;
    Some(Contents::Copy(array.snapshot(thread)))
}

/// The receiver's bytes.
#[inline]
pub fn own(thread: &mut Thread, this: Value) -> Contents {
    known(thread, this).unwrap_or(Contents::Still(&[]))
}

/// The bytes of a bytes-like object.
///
/// # Errors
/// `TypeError: a bytes-like object is required, not 'X'`, `BufferError`
pub fn of(thread: &mut Thread, value: Value) -> PyResult<Contents> {
    match known(thread, value) {
        Some(contents) => Ok(contents),
        None => buffer::bytes_of(thread, value).map(Contents::Copy),
    }
}

/// Runs `act`, which may run Python code of an operand's class: meanwhile a bytearray cannot be resized.
///
/// # Errors
/// What `act` raises.
pub fn held<R>(
    thread: &mut Thread,
    this: Value,
    operands: &[Value],
    act: impl FnOnce(&mut Thread) -> PyResult<R>,
) -> PyResult<R> {
    let is_python = |operand: &Value| operand.class().has_flag(flags::HEAP);
    if !is_array(this) || !operands.iter().any(is_python) {
        return act(thread);
    }
    let view = byte_array::get_buffer(thread, this, buffer::request::SIMPLE)?;
    let result = act(thread);
    view.release(thread);
    result
}

/// Is it a `bytearray`?
pub fn is_array(value: Value) -> bool {
    value.downcast::<ByteArray>().is_some()
}

/// New bytes of the receiver's type: `bytes` or `bytearray`, never a subclass.
///
/// # Errors
/// `MemoryError`
pub fn like(thread: &Thread, this: Value, bytes: &[u8]) -> PyResult {
    if is_array(this) {
        Ok(ByteArray::new(thread, bytes)?.value())
    } else {
        Ok(Bytes::new(thread, bytes)?.value())
    }
}

/// The receiver itself if it is exactly a `bytes`, else a copy.
///
/// # Errors
/// `MemoryError`
pub fn unchanged(thread: &Thread, this: Value, bytes: &[u8]) -> PyResult {
    if this.downcast_exact::<Bytes>().is_some() {
        Ok(this)
    } else {
        like(thread, this, bytes)
    }
}

/// A part of the receiver.
///
/// # Errors
/// `MemoryError`
pub fn part(thread: &Thread, this: Value, bytes: &[u8], range: std::ops::Range<usize>) -> PyResult {
    if range.len() == bytes.len() {
        unchanged(thread, this, bytes)
    } else {
        like(thread, this, &bytes[range])
    }
}

/// An element: an integer below 256.
///
/// # Errors
/// `TypeError`; `ValueError` with the message.
pub fn byte(thread: &mut Thread, value: Value, message: &str) -> PyResult<u8> {
    let int = convert::index(thread, value)?;
    match view(int) {
        Some(IntView::Small(small @ 0..256)) => Ok(small as u8),
        _ => Err(thread.value_error(message)),
    }
}

/// What `bytearray` says of an integer that is no byte.
pub const NO_BYTE: &str = "byte must be in range(0, 256)";

/// The elements of an iterable of integers. `None` if it is not iterable.
///
/// # Errors
/// What iterating raises; `TypeError`, `ValueError` for what is no byte.
pub fn from_iterable(
    thread: &mut Thread,
    iterable: Value,
    message: &str,
) -> PyResult<Option<Vec<u8>>> {
    use grwl_object::protocol::{iter_whole, iterate, length_hint};
    let iterator = match iter_whole(thread, iterable) {
        Ok(iterator) => iterator,
        Err(raised) if raised.matches(&types::TYPE_ERROR) => return Ok(None),
        Err(raised) => return Err(raised),
    };
    let hint = length_hint(thread, iterable, 0)?;
    let mut bytes = Vec::with_capacity(hint.min(1 << 20));
    iterate::for_each_of(thread, iterator, |thread, element| {
        bytes.push(byte(thread, element, message)?);
        Ok(())
    })?;
    Ok(Some(bytes))
}
