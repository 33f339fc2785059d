//! From the bytes of a file to source text: byte order mark, cookie (PEP 263), newlines, NUL bytes.
//!
//! Protocol
//! 1. A UTF-8 byte order mark is taken off; it excludes any other cookie.
//! 2. A cookie is looked for in the first two lines; the second counts only if the first is blank
//!    or a comment. Its name is normalised (`UTF_8` is `utf-8`, `Latin-1-unix` is `iso-8859-1`).
//! 3. UTF-8, ASCII and Latin-1 are decoded here. Any other name goes to the [`CodecLookup`]
//!    that the caller gives, which is where the runtime asks its `codecs` module.
//! 4. [`newlines`] turns `\r\n` and `\r` into `\n`, as every reader of Python source does.
//!
//! Errors are CPython 3.14's for `compile(bytes, ...)`, which is also what an import sees.
//!
//! Invariant: the text of a [`Decoded`] holds neither NUL nor `\r`.

use std::borrow::Cow;

use crate::error::{CompileError, ErrorKind, Place};

/// What a foreign codec answers.
#[derive(Debug)]
pub enum CodecAnswer {
    /// The text.
    Text(String),
    /// There is no codec of this name.
    Unknown,
    /// The bytes do not fit; the exception's text.
    Failed(String),
}

/// Decodes `bytes` by the codec with the given (normalised) name.
pub type CodecLookup<'a> = dyn FnMut(&str, &[u8]) -> CodecAnswer + 'a;

/// Source text, ready for [`crate::compile`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, with `\n` as its only newline.
    pub text: String,
    /// The normalised name of the encoding: the cookie's, or `utf-8`.
    pub encoding: String,
}

/// Decodes a source with the encodings that need no codec machinery.
///
/// # Errors
/// As CPython's `compile(bytes, filename, ...)`; every foreign encoding is an unknown one.
pub fn decode_source(bytes: &[u8], filename: &str) -> Result<Decoded, CompileError> {
    decode_source_with(bytes, filename, &mut |_, _| CodecAnswer::Unknown)
}

/// Decodes a source; encodings not known here are asked of `lookup`.
///
/// # Errors
/// As CPython's `compile(bytes, filename, ...)`.
pub fn decode_source_with(
    bytes: &[u8],
    filename: &str,
    lookup: &mut CodecLookup<'_>,
) -> Result<Decoded, CompileError> {
    if bytes.contains(&0) {
        return Err(CompileError::unplaced(
            ErrorKind::Syntax,
            "source code string cannot contain null bytes",
        ));
    }
    let (marked, body) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (true, body),
        None => (false, bytes),
    };
    let found = cookie(body);
    let encoding = found
        .as_ref()
        .map_or("utf-8", |cookie| cookie.name.as_str());
    if marked && encoding != "utf-8" {
        let line = found.as_ref().map_or(0, |cookie| cookie.line);
        return Err(mark_contradicted(body, line, encoding));
    }
    let text = match encoding {
        "utf-8" => match std::str::from_utf8(body) {
            Ok(text) => text.to_owned(),
            Err(error) => return Err(not_utf8(body, error.valid_up_to())),
        },
        "iso-8859-1" => body.iter().map(|&byte| char::from(byte)).collect(),
        name => foreign(name, body, filename, lookup)?,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(Decoded {
        text: newlines(text).into_owned(),
        encoding: encoding.to_owned(),
    })
}

/// Makes `\n` the only newline.
#[must_use]
pub fn newlines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn foreign(
    name: &str,
    body: &[u8],
    filename: &str,
    lookup: &mut CodecLookup<'_>,
) -> Result<String, CompileError> {
    let alias: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    match alias.as_str() {
        "ascii" | "us_ascii" | "us" | "646" | "ansi_x3_4_1968" | "iso_646_irv_1991" | "cp367" => {
            return match body.iter().position(|byte| !byte.is_ascii()) {
                None => Ok(body.iter().map(|&byte| char::from(byte)).collect()),
                Some(at) => Err(codec_error(
                    filename,
                    format!(
                        "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
                        body[at]
                    ),
                )),
            };
        }
        "latin1" | "iso8859_1" | "iso8859" | "8859" | "l1" | "latin" | "cp819" => {
            return Ok(body.iter().map(|&byte| char::from(byte)).collect());
        }
        "utf8" | "u8" | "utf" | "cp65001" => {
            if let Ok(text) = std::str::from_utf8(body) {
                return Ok(text.to_owned());
            }
        }
        _ => {}
    }
    match lookup(name, body) {
        CodecAnswer::Text(text) => Ok(text),
        CodecAnswer::Unknown => Err(codec_error(filename, format!("unknown encoding: {name}"))),
        CodecAnswer::Failed(message) => Err(codec_error(filename, message)),
    }
}

fn codec_error(filename: &str, message: String) -> CompileError {
    CompileError {
        kind: ErrorKind::Syntax,
        message,
        filename: Some(filename.into()),
        place: Some(Place {
            lineno: 0,
            offset: -1,
            end_lineno: None,
            end_offset: None,
            text: None,
            text_from_file: false,
        }),
        bare: false,
        context: None,
    }
}

/// A cookie that names another encoding than the mark. The columns are CPython's own: they count
/// to the end of the line.
fn mark_contradicted(body: &[u8], line: usize, encoding: &str) -> CompileError {
    let text = body
        .split(|&byte| byte == b'\n' || byte == b'\r')
        .nth(line)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .unwrap_or_default();
    let end = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
    let lineno = u32::try_from(line + 1).unwrap_or(u32::MAX);
    CompileError {
        kind: ErrorKind::Syntax,
        message: format!("encoding problem: {encoding} with BOM"),
        filename: None,
        place: Some(Place {
            lineno,
            offset: 0,
            end_lineno: i32::try_from(lineno).ok(),
            end_offset: Some(end),
            text: Some(text.into()),
            text_from_file: false,
        }),
        bare: false,
        context: None,
    }
}

fn not_utf8(body: &[u8], at: usize) -> CompileError {
    let start = body[..at]
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let end = body[at..]
        .iter()
        .position(|&byte| byte == b'\n' || byte == b'\r')
        .map_or(body.len(), |newline| at + newline);
    let lineno = 1 + body[..at].iter().filter(|&&byte| byte == b'\n').count();
    let column = 1 + String::from_utf8_lossy(&body[start..at]).chars().count();
    let column = i32::try_from(column).unwrap_or(i32::MAX);
    CompileError {
        kind: ErrorKind::Syntax,
        message: format!(
            "Non-UTF-8 code starting with '\\x{:02x}' on line {lineno}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details",
            body[at]
        ),
        filename: None,
        place: Some(Place {
            lineno: u32::try_from(lineno).unwrap_or(u32::MAX),
            offset: column,
            end_lineno: i32::try_from(lineno).ok(),
            end_offset: Some(column),
            text: Some(String::from_utf8_lossy(&body[start..end]).into()),
            text_from_file: false,
        }),
        bare: false,
        context: None,
    }
}

struct Cookie {
    name: String,
    line: usize,
}

fn cookie(body: &[u8]) -> Option<Cookie> {
    let text = body.split(|&byte| byte == b'\n' || byte == b'\r');
    // `\r\n` makes an empty piece between its two halves; it is no line of its own.
    let mut line = 0;
    let mut offset = 0;
    for piece in text {
        let half = piece.is_empty()
            && offset > 0
            && body[offset - 1] == b'\n'
            && offset > 1
            && body[offset - 2] == b'\r';
        offset += piece.len() + 1;
        if half {
            continue;
        }
        if line == 2 {
            return None;
        }
        let content = piece
            .iter()
            .position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
        match content {
            None => {}
            Some(start) if piece[start] == b'#' => {
                if let Some(name) = cookie_in(&piece[start..]) {
                    return Some(Cookie { name, line });
                }
            }
            Some(_) => return None,
        }
        line += 1;
    }
    None
}

fn cookie_in(comment: &[u8]) -> Option<String> {
    let mut rest = comment;
    while let Some(at) = rest.windows(6).position(|window| window == b"coding") {
        rest = &rest[at + 6..];
        let Some(after) = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"=")) else {
            continue;
        };
        let blank = after
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let name: Vec<u8> = after[blank..]
            .iter()
            .copied()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            .collect();
        if !name.is_empty() {
            return Some(normal_name(&String::from_utf8_lossy(&name)));
        }
    }
    None
}

/// The two encodings that are looked at by name come in many spellings; all others stay as written.
fn normal_name(name: &str) -> String {
    let low: String = name
        .chars()
        .take(12)
        .map(|c| {
            if c == '_' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let is = |wanted: &str| {
        low.strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        "utf-8".to_owned()
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        "iso-8859-1".to_owned()
    } else {
        name.to_owned()
    }
}
