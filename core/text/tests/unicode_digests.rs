//! Walks all code points and compares each property with CPython's, by a hash over its
//! run-length list (see generate.py).

use grwl_text::unicode::{self as u, case, normalize, v3_2};
use grwl_text::{Text, TextBuf};

const COUNT: u32 = 0x11_0000;

fn digest(value_of: impl Fn(u32) -> String) -> String {
    let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
    let mut before: Option<String> = None;
    for code in 0..COUNT {
        let value = value_of(code);
        if before.as_ref() != Some(&value) {
            for byte in format!("{code:x}:{value};").bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3);
            }
            before = Some(value);
        }
    }
    format!("{hash:016x}")
}

fn flag(test: fn(u32) -> bool) -> String {
    digest(|code| u8::from(test(code)).to_string())
}

fn hex(codes: impl Iterator<Item = u32>) -> String {
    codes
        .map(|c| format!("{c:x}"))
        .collect::<Vec<_>>()
        .join(".")
}

fn mapped(map: impl Fn(u32) -> Vec<u32>) -> String {
    digest(|code| match map(code) {
        same if same == [code] => String::new(),
        to => hex(to.into_iter()),
    })
}

fn whole(method: impl Fn(Text<'_>) -> TextBuf) -> String {
    mapped(|code| {
        method(TextBuf::from_code(code).as_text())
            .as_text()
            .codes()
            .collect()
    })
}

/// `float.hex`, for the values that occur: 0 or normal.
fn float_hex(value: f64) -> String {
    if value == 0.0 {
        return "0x0.0p+0".into();
    }
    let bits = value.to_bits();
    let sign = if value < 0.0 { "-" } else { "" };
    let exponent = (bits >> 52 & 0x7FF) as i32 - 1023;
    format!("{sign}0x1.{:013x}p{exponent:+}", bits & ((1 << 52) - 1))
}

fn decomposition(code: u32, of: fn(u32) -> Option<u::Decomposition>) -> String {
    let spaced = |codes: Vec<u32>| {
        codes
            .iter()
            .map(|c| format!("{c:04X}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    if let Some((leading, vowel, trailing)) = normalize::hangul_parts(code) {
        return spaced([leading, vowel].into_iter().chain(trailing).collect());
    }
    let Some(d) = of(code) else {
        return String::new();
    };
    let tag = if d.tag.is_empty() {
        String::new()
    } else {
        format!("<{}> ", d.tag)
    };
    tag + &spaced(d.codes().collect())
}

fn answer(property: &str) -> String {
    let some = |value: Option<u8>| value.map_or(String::new(), |v| v.to_string());
    match property {
        "ALPHA" => flag(u::is_alpha),
        "DECIMAL" => flag(u::is_decimal),
        "DIGIT" => flag(u::is_digit),
        "NUMERIC" => flag(u::is_numeric),
        "SPACE" => flag(u::is_space),
        "PRINTABLE" => flag(u::is_printable),
        "LOWER" => flag(u::is_lower),
        "UPPER" => flag(u::is_upper),
        "TITLE" => flag(u::is_title),
        "CASED" => flag(u::is_cased),
        "CASE_IGNORABLE" => flag(u::is_case_ignorable),
        "IDENT_START" => flag(u::is_identifier_start),
        "IDENT_CONTINUE" => flag(u::is_identifier_continue),
        "LINE_BREAK" => flag(u::is_line_break),
        "MIRRORED" => flag(u::is_mirrored),
        "alnum" => flag(u::is_alnum),
        "lower" => mapped(|c| case::to_lower(c).codes().collect()),
        "upper" => mapped(|c| case::to_upper(c).codes().collect()),
        "title" => mapped(|c| case::to_title(c).codes().collect()),
        "fold" => mapped(|c| case::to_fold(c).codes().collect()),
        "swapcase" => whole(grwl_text::case::swap),
        "capitalize" => whole(grwl_text::case::capitalize),
        "category" => digest(|c| u::category(c).into()),
        "bidirectional" => digest(|c| u::bidirectional(c).into()),
        "combining" => digest(|c| u::combining(c).to_string()),
        "east_asian_width" => digest(|c| u::east_asian_width(c).into()),
        "decimal" => digest(|c| some(u::decimal(c))),
        "digit" => digest(|c| some(u::digit(c))),
        "numeric" => digest(|c| u::numeric(c).map_or(String::new(), float_hex)),
        "decomposition" => digest(|c| decomposition(c, u::decomposition)),
        "old.category" => digest(|c| v3_2::category(c).into()),
        "old.bidirectional" => digest(|c| v3_2::bidirectional(c).into()),
        "old.combining" => digest(|c| v3_2::combining(c).to_string()),
        "old.east_asian_width" => digest(|c| v3_2::east_asian_width(c).into()),
        "old.mirrored" => flag(v3_2::is_mirrored),
        "old.decimal" => digest(|c| some(v3_2::decimal(c))),
        "old.digit" => digest(|c| some(v3_2::digit(c))),
        "old.numeric" => digest(|c| v3_2::numeric(c).map_or(String::new(), float_hex)),
        "old.decomposition" => digest(|c| decomposition(c, v3_2::decomposition)),
        "repr" => digest(|c| {
            grwl_text::repr::repr(TextBuf::from_code(c).as_text())
                .len()
                .to_string()
        }),
        form => {
            let named = |name| normalize::Form::from_name(name).expect("a property");
            match form.strip_prefix("old.") {
                Some(form) => whole(|text| v3_2::normalize(text, named(form))),
                None => whole(|text| normalize::normalize(text, named(form))),
            }
        }
    }
}

#[test]
fn every_property_of_every_code_point() {
    let wrong: Vec<&str> = include_str!("unicode_digests.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(property, expected)| answer(property) != *expected)
        .map(|(property, _)| property)
        .collect();
    assert!(wrong.is_empty(), "differ: {wrong:?}");
}

#[test]
fn the_version_is_cpythons() {
    assert_eq!(u::UNICODE_VERSION, "16.0.0");
}
