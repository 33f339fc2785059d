//! The methods of `bytes` that know only ASCII: predicates and case.

use crate::split::{OfBytes, Spaces};

fn all_and_some(bytes: &[u8], test: impl Fn(u8) -> bool) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&b| test(b))
}

/// `bytes.isalpha`
pub fn is_alpha(bytes: &[u8]) -> bool {
    all_and_some(bytes, |b| b.is_ascii_alphabetic())
}

/// `bytes.isalnum`
pub fn is_alnum(bytes: &[u8]) -> bool {
    all_and_some(bytes, |b| b.is_ascii_alphanumeric())
}

/// `bytes.isdigit`
pub fn is_digit(bytes: &[u8]) -> bool {
    all_and_some(bytes, |b| b.is_ascii_digit())
}

/// `bytes.isspace`
pub fn is_space(bytes: &[u8]) -> bool {
    all_and_some(bytes, OfBytes::is_space)
}

/// `bytes.islower`
pub fn is_lower(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_lowercase) && !bytes.iter().any(u8::is_ascii_uppercase)
}

/// `bytes.isupper`
pub fn is_upper(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_uppercase) && !bytes.iter().any(u8::is_ascii_lowercase)
}

/// `bytes.istitle`
pub fn is_title(bytes: &[u8]) -> bool {
    let (mut some, mut after_letter) = (false, false);
    for byte in bytes {
        if byte.is_ascii_uppercase() == after_letter && byte.is_ascii_alphabetic() {
            return false;
        }
        after_letter = byte.is_ascii_alphabetic();
        some |= after_letter;
    }
    some
}

/// `bytes.upper`
pub fn upper(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_uppercase()
}

/// `bytes.lower`
pub fn lower(bytes: &[u8]) -> Vec<u8> {
    bytes.to_ascii_lowercase()
}

/// `bytes.swapcase`
pub fn swap(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .map(|b| {
            if b.is_ascii_alphabetic() {
                b ^ 0x20
            } else {
                *b
            }
        })
        .collect()
}

/// `bytes.capitalize`
pub fn capitalize(bytes: &[u8]) -> Vec<u8> {
    let mut out = lower(bytes);
    if let Some(first) = out.first_mut() {
        first.make_ascii_uppercase();
    }
    out
}

/// `bytes.title`
pub fn title(bytes: &[u8]) -> Vec<u8> {
    let mut out = lower(bytes);
    let mut after_letter = false;
    for byte in &mut out {
        if !after_letter {
            byte.make_ascii_uppercase();
        }
        after_letter = byte.is_ascii_alphabetic();
    }
    out
}
