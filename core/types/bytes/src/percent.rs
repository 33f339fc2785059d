//! `format % values` of `bytes` and `bytearray`.

use grwl_number::printf::{Conversion, Piece, Pieces};
use grwl_object::bytes::Bytes;
use grwl_object::int::{IntView, view};
use grwl_object::protocol::convert;
use grwl_object::{PyResult, Str, Thread, Value, ValueExt, buffer, protocol, types};
use grwl_text::{Text, TextBuf};
use grwl_types_text::percent::{Values, check_width, number};

use crate::contents::{Contents, known, of};

/// `format % given`
///
/// # Errors
/// What is wrong with the format or the values.
pub(crate) fn format(thread: &mut Thread, format: &[u8], given: Value) -> PyResult<Vec<u8>> {
    let is_text = given.downcast::<Str>().is_some() || known(thread, given).is_some();
    let mut values = Values::new(given, is_text);
    let mut out = Vec::with_capacity(format.len() + 16);
    for piece in Pieces::of_bytes(format) {
        let key_at = |range: std::ops::Range<usize>| {
            move |thread: &mut Thread| -> PyResult {
                Ok(Bytes::new(thread, &format[range])?.value())
            }
        };
        match piece {
            Ok(Piece::Literal(range)) => out.extend_from_slice(&format[range]),
            Ok(Piece::Percent) => out.push(b'%'),
            Ok(Piece::Conversion(mut conversion)) => {
                if let Some(key) = conversion.key.clone() {
                    values.by_key(thread, key_at(key))?;
                }
                values.fill(thread, &mut conversion)?;
                let value = values.next(thread)?;
                check_width(thread, &conversion)?;
                out.extend_from_slice(&convert_one(thread, &conversion, value)?);
            }
            Err(trouble) => {
                let key = trouble.key.clone().unwrap_or(0..0);
                return values.fail(thread, &trouble, key_at(key));
            }
        }
    }
    values.finish(thread, "bytes")?;
    Ok(out)
}

fn convert_one(thread: &mut Thread, conversion: &Conversion, value: Value) -> PyResult<Vec<u8>> {
    let made = match char::from_u32(conversion.code) {
        Some('s' | 'b') => {
            let bytes = bytes_of(thread, value)?;
            conversion.text(Text::One(&bytes))
        }
        Some('a' | 'r') => {
            let ascii = protocol::ascii(thread, value)?;
            conversion.text(ascii.text())
        }
        Some('c') => {
            let byte = character(thread, value)?;
            conversion.character(Text::One(&[byte]))
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
            let float = match protocol::as_float(thread, value) {
                Ok(float) => float,
                Err(raised) if raised.matches(&types::TYPE_ERROR) => {
                    return Err(thread.type_error(format_args!(
                        "float argument required, not {}",
                        value.class().name()
                    )));
                }
                Err(raised) => return Err(raised),
            };
            return conversion
                .float(float)
                .map_err(|error| thread.number_error(&error));
        }
        _ => return number(thread, conversion, value),
    };
    match made {
        Ok(TextBuf::One(bytes)) => Ok(bytes),
        // What was made of bytes is not wider.
        Ok(_) => Ok(Vec::new()),
        Err(error) => Err(thread.number_error(&error)),
    }
}

/// What `%b` takes.
fn bytes_of(thread: &mut Thread, value: Value) -> PyResult<Contents> {
    if let Some(contents) = known(thread, value) {
        return Ok(contents);
    }
    if let Some(made) = crate::construct::by_method(thread, value)? {
        return Ok(Contents::Still(made.as_slice()));
    }
    if buffer::is_supported(value) {
        return of(thread, value);
    }
    Err(thread.type_error(format_args!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        value.class().name()
    )))
}

/// What `%c` takes.
fn character(thread: &mut Thread, value: Value) -> PyResult<u8> {
    let wanted = "%c requires an integer in range(256) or a single byte, not";
    if let Some(contents) = known(thread, value) {
        return match contents[..] {
            [byte] => Ok(byte),
            _ => {
                let kind = if crate::contents::is_array(value) {
                    "bytearray"
                } else {
                    "bytes"
                };
                Err(thread.type_error(format_args!(
                    "{wanted} a {kind} object of length {}",
                    contents.len()
                )))
            }
        };
    }
    if !convert::has_index(value) {
        return Err(thread.type_error(format_args!("{wanted} {}", value.class().full_name(thread))));
    }
    let int = convert::index(thread, value)?;
    match view(int) {
        Some(IntView::Small(byte @ 0..256)) => Ok(byte as u8),
        _ => Err(thread.overflow_error("%c arg not in range(256)")),
    }
}
