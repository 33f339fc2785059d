//! `escape_decode` and `escape_encode`: the escapes of bytes literals.

use grwl_object::bytes::Bytes;
use grwl_object::exception::warn;
use grwl_object::{Args, Method, PyResult, Thread, Value, ValueExt, none, types};

use crate::functions::{bytes_or_text, encoded, errors_argument};

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::any(
        "escape_decode",
        decode,
        "escape_decode($module, data, errors=None, /)\n--\n\nDecode the escapes of a bytes literal: the bytes, and how many they took.",
    ),
    Method::any(
        "escape_encode",
        encode,
        "escape_encode($module, data, errors=None, /)\n--\n\nEscape as in a bytes literal: the bytes, and how many they took.",
    ),
];

fn decode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [data, errors] = args.unpack::<2>(thread, "escape_decode", 1)?;
    let errors = errors_argument(thread, errors, "escape_decode")?;
    let bytes = bytes_or_text(thread, data.unwrap_or_else(none))?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut invalid = None;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&kind) = bytes.get(at) else {
            return Err(thread.value_error("Trailing \\ in string"));
        };
        at += 1;
        let plain = match kind {
            b'\n' => continue,
            b'\\' | b'\'' | b'"' => kind,
            b'b' => 8,
            b'f' => 12,
            b't' => b'\t',
            b'n' => b'\n',
            b'r' => b'\r',
            b'v' => 11,
            b'a' => 7,
            b'0'..=b'7' => {
                let mut code = u16::from(kind - b'0');
                let mut count = 1;
                while let Some(&digit @ b'0'..=b'7') = bytes.get(at)
                    && count < 3
                {
                    code = code * 8 + u16::from(digit - b'0');
                    at += 1;
                    count += 1;
                }
                if code > 0o377 {
                    invalid.get_or_insert_with(|| {
                        format!("b\"\\{code:o}\" is an invalid octal escape sequence. ")
                    });
                }
                code as u8
            }
            b'x' => {
                let digit = |at: usize| {
                    let byte = bytes.get(at).copied()?;
                    char::from(byte).to_digit(16)
                };
                if let (Some(high), Some(low)) = (digit(at), digit(at + 1)) {
                    at += 2;
                    (high * 16 + low) as u8
                } else {
                    let place = at - 2;
                    at += usize::from(digit(at).is_some());
                    match errors.as_deref().unwrap_or("strict") {
                        "strict" => {
                            return Err(thread.value_error(format_args!(
                                "invalid \\x escape at position {place}"
                            )));
                        }
                        "replace" => b'?',
                        "ignore" => continue,
                        other => {
                            return Err(thread.value_error(format_args!(
                                "decoding error; unknown error handling code: {other}"
                            )));
                        }
                    }
                }
            }
            other => {
                invalid.get_or_insert_with(|| {
                    let c = char::from(other);
                    format!("b\"\\{c}\" is an invalid escape sequence. ")
                });
                out.extend([b'\\', other]);
                continue;
            }
        };
        out.push(plain);
    }
    if let Some(what) = invalid {
        let message = what + "Such sequences will not work in the future. ";
        warn(thread, &types::DEPRECATION_WARNING, message, 1)?;
    }
    encoded(thread, &out, bytes.len())
}

fn encode(thread: &mut Thread, _module: Value, args: Args<'_>) -> PyResult {
    let [data, errors] = args.unpack::<2>(thread, "escape_encode", 1)?;
    let data = data.unwrap_or_else(none);
    let Some(bytes) = data.downcast::<Bytes>() else {
        return Err(thread.type_error(format_args!(
            "escape_encode() argument 1 must be bytes, not {}",
            data.class().name()
        )));
    };
    errors_argument(thread, errors, "escape_encode")?;
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes.as_slice() {
        match byte {
            b'\\' | b'\'' => out.extend([b'\\', byte]),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b' '..=b'~' => out.push(byte),
            _ => out.extend(format!("\\x{byte:02x}").bytes()),
        }
    }
    encoded(thread, &out, bytes.len())
}
