//! `bytes(...)`, `bytearray(...)`.

use grwl_object::bytes::Bytes;
use grwl_object::protocol::{call_special, convert};
use grwl_object::{
    Args, Name, PyResult, Ref, Signature, Str, Thread, TypeObject, Value, ValueExt, buffer,
    protocol, slots, types,
};
use grwl_types_text::arguments::{c_string, check_room};
use grwl_types_text::codec;

use crate::byte_array::{ByteArray, Changing, own};
use crate::contents::{NO_BYTE, from_iterable};

static BYTES: Signature<3> =
    Signature::new("bytes", ["source", "encoding", "errors"]).optional_after(0);
static BYTEARRAY: Signature<3> =
    Signature::new("bytearray", ["source", "encoding", "errors"]).optional_after(0);
static BYTES_METHOD: Name = Name::new("__bytes__");

/// The three arguments of either.
struct Given {
    source: Option<Value>,
    encoding: Option<String>,
    errors: Option<String>,
}

fn take(thread: &mut Thread, args: Args<'_>, signature: &Signature<3>) -> PyResult<Given> {
    let [source, encoding, errors] = args.parse(thread, signature)?;
    let function = signature.function;
    let mut name = |value: Option<Value>, which: &str| match value {
        Some(value) => c_string(thread, value, function, which).map(Some),
        None => Ok(None),
    };
    Ok(Given {
        source,
        encoding: name(encoding, "argument 'encoding'")?,
        errors: name(errors, "argument 'errors'")?,
    })
}

impl Given {
    /// The encoded source, if it is a `str`; an error if it should be one.
    fn text(&self, thread: &mut Thread) -> PyResult<Option<Vec<u8>>> {
        let string = self.source.and_then(|source| source.downcast::<Str>());
        match (string, &self.encoding, &self.errors) {
            (Some(string), Some(encoding), errors) => {
                codec::encode(thread, string, Some(encoding), errors.as_deref()).map(Some)
            }
            (Some(_), None, _) => Err(thread.type_error("string argument without an encoding")),
            (None, Some(_), _) => Err(thread.type_error("encoding without a string argument")),
            (None, None, Some(_)) => Err(thread.type_error("errors without a string argument")),
            (None, None, None) => Ok(None),
        }
    }
}

/// A count of zero bytes, if the source is an integer.
fn count(thread: &mut Thread, source: Value) -> PyResult<Option<usize>> {
    if !convert::has_index(source) {
        return Ok(None);
    }
    match convert::as_isize(thread, source) {
        Ok(count) => match usize::try_from(count) {
            Ok(count) => {
                check_room(thread, count)?;
                Ok(Some(count))
            }
            Err(_) => Err(thread.value_error("negative count")),
        },
        Err(raised) if raised.matches(&types::TYPE_ERROR) => Ok(None),
        Err(raised) => Err(raised),
    }
}

/// What `__bytes__` gives, if there is one.
///
/// # Errors
/// What it raises; `TypeError` if it gives no `bytes`.
pub(crate) fn by_method(thread: &mut Thread, source: Value) -> PyResult<Option<Ref<Bytes>>> {
    if source.downcast_exact::<Bytes>().is_some() {
        return Ok(None);
    }
    let name = BYTES_METHOD.get(thread);
    let Some(made) = call_special(thread, source, name, &[])? else {
        return Ok(None);
    };
    made.downcast::<Bytes>().map(Some).ok_or_else(|| {
        thread.type_error(format_args!(
            "__bytes__ returned non-bytes (type {})",
            made.class().name()
        ))
    })
}

/// The bytes of a bytes-like object or of an iterable of integers.
fn copied(thread: &mut Thread, source: Value, class: &str, message: &str) -> PyResult<Vec<u8>> {
    if let Some(view) = source.downcast::<crate::MemoryView>() {
        // Whose items may lie anyhow.
        crate::memory_view::open(thread, source)?;
        return Ok(view.layout().to_bytes());
    }
    if buffer::is_supported(source) {
        return Ok(crate::contents::of(thread, source)?.to_vec());
    }
    if source.downcast::<Str>().is_none()
        && let Some(bytes) = from_iterable(thread, source, message)?
    {
        return Ok(bytes);
    }
    Err(thread.type_error(format_args!(
        "cannot convert '{}' object to {class}",
        source.class().name()
    )))
}

/// `bytes.__new__`
pub(crate) fn new_bytes(thread: &mut Thread, class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let given = take(thread, args, &BYTES)?;
    let is_plain = class == Ref::from_static(&types::BYTES);
    let is_text = given.encoding.is_some() || given.errors.is_some() || given.source.is_none();
    let bytes = if is_text {
        given.text(thread)?.unwrap_or_default()
    } else {
        let source = given.source.unwrap_or_else(grwl_object::none);
        if let Some(made) = by_method(thread, source)? {
            if is_plain {
                return Ok(made.value());
            }
            made.as_slice().to_vec()
        } else if let Some(text) = given.text(thread)? {
            text
        } else if let Some(count) = count(thread, source)? {
            return Ok(Bytes::filled(thread, &class, count, |_| {})?.value());
        } else if is_plain && source.downcast_exact::<Bytes>().is_some() {
            return Ok(source);
        } else {
            copied(thread, source, "bytes", "bytes must be in range(0, 256)")?
        }
    };
    Ok(Bytes::of_class(thread, &class, &bytes)?.value())
}

/// `bytearray.__new__`
pub(crate) fn new_array(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(ByteArray::of_class(thread, class)?.value())
}

/// `bytearray.__init__`
pub(crate) fn init_array(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let array = own(this);
    let given = take(thread, args, &BYTEARRAY)?;
    if !array.is_empty() {
        array.assign(thread, &[])?;
    }
    let bytes = if let Some(text) = given.text(thread)? {
        text
    } else if let Some(source) = given.source {
        match count(thread, source)? {
            Some(count) => vec![0; count],
            None if source.class().slot(slots::NEXT).is_some() => {
                return fill(thread, array, source);
            }
            None => copied(thread, source, "bytearray", NO_BYTE)?,
        }
    } else {
        return Ok(());
    };
    array.assign(thread, &bytes)
}

/// Takes the bytes that an iterator gives one by one, so that the bytearray shows how far it has come. After an error it is empty.
fn fill(thread: &mut Thread, array: Ref<ByteArray>, iterator: Value) -> PyResult<()> {
    let result = protocol::iterate::for_each_of(thread, iterator, |thread, element| {
        let byte = crate::contents::byte(thread, element, NO_BYTE)?;
        array.extend(thread, &[byte])
    });
    if result.is_err() {
        array.assign(thread, &[])?;
    }
    result
}
