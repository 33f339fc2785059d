//! `int.to_bytes`, `int.from_bytes`.

use grwl_number::Int;
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::int::{self, IntView};
use grwl_object::protocol::{self, convert};
use grwl_object::{
    Args, Name, PyResult, Signature, Str, Thread, TypeObject, Value, ValueExt, buffer, types,
};

use crate::receiver::{self, checked, str_argument};

static BYTES: Name = Name::new("__bytes__");

static TO_BYTES: Signature<3> = Signature::new("to_bytes", ["length", "byteorder", "signed"])
    .optional_after(0)
    .keyword_only_after(2, 0);

static FROM_BYTES: Signature<3> = Signature::new("from_bytes", ["bytes", "byteorder", "signed"])
    .optional_after(1)
    .keyword_only_after(2, 0);

fn endian(thread: &Thread, value: Option<Value>, function: &str) -> PyResult<Endian> {
    let Some(value) = value else {
        return Ok(Endian::Big);
    };
    let order = str_argument(thread, value, &format!("{function}() argument 'byteorder'"))?;
    if order.is_str("little") {
        Ok(Endian::Little)
    } else if order.is_str("big") {
        Ok(Endian::Big)
    } else {
        Err(thread.value_error("byteorder must be either 'little' or 'big'"))
    }
}

fn is_signed(thread: &mut Thread, value: Option<Value>) -> PyResult<bool> {
    value.map_or(Ok(false), |value| protocol::is_true(thread, value))
}

pub(super) fn to_bytes(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    let [length, order, signed] = args.parse(thread, &TO_BYTES)?;
    let length = match length {
        None => 1,
        Some(length) => {
            let length = convert::index(thread, length)?;
            match int::view(length) {
                Some(IntView::Small(length)) => length,
                _ => {
                    return Err(
                        thread.overflow_error("Python int too large to convert to C ssize_t")
                    );
                }
            }
        }
    };
    let endian = endian(thread, order, "to_bytes")?;
    let signed = is_signed(thread, signed)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(thread.value_error("length argument must be non-negative"));
    };
    let this = receiver::int(thread, this)?.to_int();
    if length > 1 << 40 {
        return Err(thread.memory_error());
    }
    let bytes = checked(thread, this.to_bytes(length, endian, signed))?;
    Ok(Bytes::new(thread, &bytes)?.value())
}

/// The bytes of what `bytes(value)` takes, but for a length.
fn bytes_of(thread: &mut Thread, value: Value) -> PyResult<Vec<u8>> {
    if let Some(bytes) = value.downcast_exact::<Bytes>() {
        return Ok(bytes.as_slice().to_vec());
    }
    let name = BYTES.get(thread);
    if let Some(result) = protocol::call_special(thread, value, name, &[])? {
        return match result.downcast::<Bytes>() {
            Some(bytes) => Ok(bytes.as_slice().to_vec()),
            None => Err(thread.type_error(format_args!(
                "__bytes__ returned non-bytes (type {})",
                result.class().name()
            ))),
        };
    }
    if buffer::is_supported(value) {
        return buffer::bytes_of(thread, value);
    }
    let refused = |thread: &Thread| {
        thread.type_error(format_args!(
            "cannot convert '{}' object to bytes",
            value.class().name()
        ))
    };
    if value.downcast::<Str>().is_some() {
        return Err(refused(thread));
    }
    let iterator = match protocol::iter_whole(thread, value) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => return Err(refused(thread)),
        iterator => iterator?,
    };
    let mut bytes = Vec::new();
    protocol::iterate::for_each_of(thread, iterator, |thread, item| {
        let item = protocol::as_clamped_index(thread, item)?;
        match u8::try_from(item) {
            Ok(byte) => bytes.push(byte),
            Err(_) => return Err(thread.value_error("bytes must be in range(0, 256)")),
        }
        Ok(())
    })?;
    Ok(bytes)
}

pub(super) fn from_bytes(thread: &mut Thread, class: Value, args: Args<'_>) -> PyResult {
    let [bytes, order, signed] = args.parse(thread, &FROM_BYTES)?;
    let endian = endian(thread, order, "from_bytes")?;
    let signed = is_signed(thread, signed)?;
    let bytes = match bytes {
        Some(bytes) => bytes_of(thread, bytes)?,
        None => Vec::new(),
    };
    let result = int::new(thread, Int::from_bytes(&bytes, endian, signed));
    of_class(thread, class, result, &types::INT)
}

/// What an alternative constructor returns: the number, or `class(number)` of a subclass.
pub(crate) fn of_class(
    thread: &mut Thread,
    class: Value,
    result: Value,
    base: &'static TypeObject,
) -> PyResult {
    if class == grwl_object::Ref::from_static(base).value() {
        Ok(result)
    } else {
        protocol::call_positional(thread, class, &[result])
    }
}
