//! The functions on the case of characters that `re._compiler` uses.

use grwl_object::{Method, PyResult, Thread, Value, int, protocol, singleton};
use grwl_text::unicode::case;
use rustpython_sre_engine::CODESIZE;

pub(crate) static FUNCTIONS: &[Method] = &[
    Method::no_arguments(
        "getcodesize",
        |thread, _| Ok(int::from_usize(thread, CODESIZE)),
        "getcodesize($module, /)\n--\n\nBytes a code.",
    ),
    Method::one(
        "ascii_iscased",
        |thread, _, character| {
            let code = character_of(thread, character)?;
            Ok(singleton::bool(
                char::from_u32(code).is_some_and(|c| c.is_ascii_alphabetic()),
            ))
        },
        "ascii_iscased($module, character, /)\n--\n\nIs it an ASCII letter?",
    ),
    Method::one(
        "unicode_iscased",
        |thread, _, character| {
            let code = character_of(thread, character)?;
            Ok(singleton::bool(lower(code) != code || upper(code) != code))
        },
        "unicode_iscased($module, character, /)\n--\n\nHas it another form in lower or upper case?",
    ),
    Method::one(
        "ascii_tolower",
        |thread, _, character| {
            let code = character_of(thread, character)?;
            let lower = match code {
                0x41..=0x5A => code + 0x20,
                _ => code,
            };
            Ok(int::from_i64(thread, i64::from(lower.cast_signed())))
        },
        "ascii_tolower($module, character, /)\n--\n\nIts lower case, if it is an ASCII letter.",
    ),
    Method::one(
        "unicode_tolower",
        |thread, _, character| {
            let code = character_of(thread, character)?;
            Ok(int::from_i64(thread, i64::from(lower(code).cast_signed())))
        },
        "unicode_tolower($module, character, /)\n--\n\nIts lower case.",
    ),
];

fn character_of(thread: &mut Thread, character: Value) -> PyResult<u32> {
    Ok(protocol::convert::as_i32(thread, character)?.cast_unsigned())
}

/// What is no character has no case.
const CHARACTERS: u32 = 0x11_0000;

/// The first character of its lower case.
fn lower(code: u32) -> u32 {
    if code >= CHARACTERS {
        return code;
    }
    case::to_lower(code).codes().next().unwrap_or(code)
}

/// The first character of its upper case.
fn upper(code: u32) -> u32 {
    if code >= CHARACTERS {
        return code;
    }
    case::to_upper(code).codes().next().unwrap_or(code)
}
