//! The environment variables and the locale, as values, and how CPython reads flags and numbers out of them.
//!
//! An empty variable counts as absent, everywhere but in one place.

use std::collections::HashMap;
use std::ffi::{CStr, OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// What C's locale says about text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale {
    /// The name of the `LC_CTYPE` category: `C.UTF-8`, `C`, `de_DE.UTF-8`.
    pub name: String,
    /// Its character encoding by C's name: `UTF-8`, `ANSI_X3.4-1968`.
    pub encoding: String,
}

/// Variables and locale.
#[derive(Clone, Debug)]
pub struct Environment {
    variables: HashMap<OsString, OsString>,
    locale: Locale,
}

impl Environment {
    /// An environment of these variables.
    #[must_use]
    pub fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        locale: Locale,
    ) -> Environment {
        Environment {
            variables: variables.into_iter().collect(),
            locale,
        }
    }

    /// That of this process. Sets the process's `LC_CTYPE` from the environment; call it before there is a second thread.
    #[must_use]
    pub fn of_process() -> Environment {
        Environment::new(std::env::vars_os(), process_locale())
    }

    /// The locale's properties.
    #[must_use]
    pub fn locale(&self) -> &Locale {
        &self.locale
    }

    /// A variable, if it is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let value = self.variables.get(OsStr::new(name))?;
        (!value.is_empty()).then_some(value.as_os_str())
    }

    /// Is a variable set, if only to nothing?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(OsStr::new(name))
    }

    /// This environment without Python's own variables, if they are to be ignored.
    pub(crate) fn or_ignored(&self, ignore: bool) -> Environment {
        let mut environment = self.clone();
        if ignore {
            environment
                .variables
                .retain(|name, _| !name.as_bytes().starts_with(b"PYTHON"));
        }
        environment
    }

    /// Raises `level` to a variable's number. What is no number, or negative, counts as 1.
    pub(crate) fn raise(&self, name: &str, level: &mut i32) {
        if let Some(value) = self.get(name) {
            let value = number(value.as_bytes()).filter(|&value| value >= 0);
            *level = (*level).max(value.unwrap_or(1));
        }
    }

    /// Is the variable a flag that is raised? `0` is not, other text is.
    pub(crate) fn is_raised(&self, name: &str) -> bool {
        let mut level = 0;
        self.raise(name, &mut level);
        level > 0
    }
}

/// A number as C's `strtol` reads it, if all of the text is one and it fits 32 bits. White space may precede it; empty text is 0.
pub(crate) fn number(text: &[u8]) -> Option<i32> {
    let (negative, digits) = sign_and_digits(text)?;
    let mut value: i64 = 0;
    for digit in digits {
        value = value
            .checked_mul(10)?
            .checked_add(i64::from(digit - b'0'))?;
    }
    i32::try_from(if negative { -value } else { value }).ok()
}

/// A number as C's `strtoul` reads it: a minus sign negates modulo 2 to the 64.
pub(crate) fn unsigned_number(text: &[u8]) -> Option<u64> {
    let (negative, digits) = sign_and_digits(text)?;
    let mut value: u64 = 0;
    for digit in digits {
        value = value
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))?;
    }
    Some(if negative {
        value.wrapping_neg()
    } else {
        value
    })
}

/// Is the sign a minus, and which digits follow it? None if there is anything else, no digits, say, after a sign.
fn sign_and_digits(text: &[u8]) -> Option<(bool, &[u8])> {
    if text.is_empty() {
        return Some((false, text));
    }
    let start = text
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?;
    let (negative, digits) = match &text[start..] {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let good = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    good.then_some((negative, digits))
}

/// The part before the first `separator`, and the part after it.
pub(crate) fn split_once(text: &OsStr, separator: u8) -> (&OsStr, Option<&OsStr>) {
    let bytes = text.as_bytes();
    match bytes.iter().position(|&byte| byte == separator) {
        Some(at) => (
            OsStr::from_bytes(&bytes[..at]),
            Some(OsStr::from_bytes(&bytes[at + 1..])),
        ),
        None => (text, None),
    }
}

fn process_locale() -> Locale {
    // SAFETY: the text is a literal with its zero; the function's caller promises that no other thread runs. A locale that the
    // system does not have leaves `C` in force.
    unsafe { libc::setlocale(libc::LC_CTYPE, c"".as_ptr()) };
    // SAFETY: a null pointer asks for the name in force.
    let name = unsafe { libc::setlocale(libc::LC_CTYPE, std::ptr::null()) };
    // SAFETY: an ordinary query of the C library.
    let encoding = unsafe { libc::nl_langinfo(libc::CODESET) };
    Locale {
        name: text_at(name),
        encoding: text_at(encoding),
    }
}

/// Copies a text of the C library's; empty if there is none.
fn text_at(text: *const libc::c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the C library answers with zero-terminated text that stands until the next call of the same function.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_c_reads_them() {
        for (text, value) in [
            ("", Some(0)),
            ("7", Some(7)),
            (" \t\n7", Some(7)),
            ("+7", Some(7)),
            ("-7", Some(-7)),
            ("2147483647", Some(i32::MAX)),
            ("-2147483648", Some(i32::MIN)),
            ("2147483648", None),
            ("99999999999999999999", None),
            ("7 ", None),
            ("+", None),
            (" ", None),
            ("0x7", None),
            ("+-7", None),
        ] {
            assert_eq!(number(text.as_bytes()), value, "{text:?}");
        }
        assert_eq!(unsigned_number(b"-18446744073709551615"), Some(1));
        assert_eq!(unsigned_number(b"-1"), Some(u64::MAX));
        assert_eq!(unsigned_number(b"18446744073709551616"), None);
    }

    #[test]
    fn an_empty_variable_is_absent() {
        let environment = Environment::new(
            [("A".into(), "".into()), ("B".into(), "0".into())],
            Locale {
                name: "C".into(),
                encoding: "UTF-8".into(),
            },
        );
        assert_eq!(environment.get("A"), None);
        assert_eq!(environment.get("B"), Some(OsStr::new("0")));
        assert!(!environment.is_raised("B"));
    }
}
