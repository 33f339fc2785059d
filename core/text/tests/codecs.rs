//! The codecs and error handlers against CPython's answers.

mod vector;

use grwl_text::codec::{
    self, ByteOrder, DecodeErrors, Decoded, EncodeErrors, Failure, charmap, escape, narrow, utf7,
    utf8, utf16, utf32,
};
use grwl_text::{Text, TextBuf};
use vector::Value;

fn failure(f: Failure) -> Value {
    let word = |s: &str| Value::Word(s.into());
    Value::List(vec![
        word(f.encoding),
        Value::Int(f.start as i64),
        Value::Int(f.end as i64),
        word(f.reason),
    ])
}

fn order(name: &str) -> ByteOrder {
    match name.rsplit('-').next() {
        Some("le") => ByteOrder::Little,
        Some("be") => ByteOrder::Big,
        _ => ByteOrder::Marked,
    }
}

/// The table of vectors.py.
fn table() -> TextBuf {
    (0..0x80)
        .chain([0xFFFE, 0x20AC, 0x100, 0x1F600, 0xD800])
        .collect()
}

fn name_of(name: &[u8]) -> Option<u32> {
    (name == b"DIGIT ONE").then_some(0x31)
}

fn decode(name: &str, data: &[u8], last: bool, h: &mut DecodeErrors) -> Result<Decoded, Failure> {
    match name {
        "utf-8" => utf8::decode(data, last, h),
        "utf-7" => utf7::decode(data, last, h),
        "ascii" => narrow::decode_ascii(data, h),
        "unicode-escape" => escape::decode(data, last, name_of, h).map(|(decoded, _)| decoded),
        "raw-unicode-escape" => escape::decode_raw(data, last, h),
        "charmap" => {
            let table = table();
            let by_table = charmap::decode_by_table(data, table.as_text(), h)?;
            let look_up = |b| {
                Ok(table
                    .as_text()
                    .get(usize::from(b))
                    .filter(|&c| c != 0xFFFE)
                    .map(TextBuf::from_code))
            };
            assert_eq!(charmap::decode(data, look_up, h)?, by_table);
            Ok(by_table)
        }
        _ if name.starts_with("utf-16") => utf16::decode(data, order(name), last, h).map(|r| r.0),
        _ if name.starts_with("utf-32") => utf32::decode(data, order(name), last, h).map(|r| r.0),
        _ => panic!("what is {name}?"),
    }
}

fn encode(name: &str, text: Text<'_>, h: &mut EncodeErrors) -> Result<Vec<u8>, Failure> {
    match name {
        "utf-8" => utf8::encode(text, h),
        "utf-7" => Ok(utf7::encode(text)),
        "ascii" => narrow::encode_ascii(text, h),
        "latin-1" => narrow::encode_latin1(text, h),
        "unicode-escape" => Ok(escape::encode(text)),
        "raw-unicode-escape" => Ok(escape::encode_raw(text)),
        "charmap" => {
            let table = table();
            let byte = |code| {
                Ok(table
                    .as_text()
                    .codes()
                    .position(|c| c == code)
                    .map(|i| vec![i as u8]))
            };
            charmap::encode(text, byte, h)
        }
        _ if name.starts_with("utf-16") => utf16::encode(text, order(name), h),
        _ if name.starts_with("utf-32") => utf32::encode(text, order(name), h),
        _ => panic!("what is {name}?"),
    }
}

fn answer(operation: &str, args: &[Value]) -> Value {
    let (name, errors) = (args[0].word(), args[1].word());
    match operation {
        "decode" | "decode_part" => {
            let last = operation == "decode";
            let mut handler = DecodeErrors::from_name(errors).expect("a handler");
            match decode(name, args[2].bytes(), last, &mut handler) {
                Err(f) => failure(f),
                Ok(decoded) if last => decoded.text.into(),
                Ok(decoded) => Value::List(vec![
                    decoded.text.into(),
                    Value::Int(decoded.consumed as i64),
                ]),
            }
        }
        "encode" => {
            let mut handler = EncodeErrors::from_name(errors).expect("a handler");
            encode(name, args[2].str().as_text(), &mut handler).map_or_else(failure, Value::from)
        }
        _ => panic!("what is {operation}?"),
    }
}

#[test]
fn as_cpython() {
    let run = vector::check(
        &vector::source("codec_vectors.txt", include_str!("codec_vectors.txt")),
        answer,
    );
    assert!(run > 5000, "only {run} tests");
}

/// A decoder fed piece by piece gives what it gives at once.
#[test]
fn in_pieces() {
    let text: TextBuf = "aé\u{20AC}😀b\u{10FFFF}+\\".into();
    for name in [
        "utf-8",
        "utf-16-le",
        "utf-16-be",
        "utf-32-le",
        "utf-32-be",
        "utf-7",
        "unicode-escape",
    ] {
        let mut strict = DecodeErrors::Strict;
        let data = encode(name, text.as_text(), &mut EncodeErrors::Strict).expect("encodes");
        for cut in 0..=data.len() {
            let first = decode(name, &data[..cut], false, &mut strict).expect("decodes");
            let rest = decode(name, &data[first.consumed..], true, &mut strict).expect("decodes");
            let both: TextBuf = first
                .text
                .as_text()
                .codes()
                .chain(rest.text.as_text().codes())
                .collect();
            assert_eq!(both, text, "{name} cut at {cut}");
        }
    }
}

/// A handler of the caller's may go elsewhere, and even change the input.
#[test]
fn own_handlers() {
    struct Changes;
    impl codec::OnDecodeError for Changes {
        type Error = Failure;
        fn fix(&mut self, p: &codec::DecodeProblem<'_>) -> Result<codec::DecodeFix, Failure> {
            assert_eq!((p.input, p.start, p.end), (&b"ab\xFFcd"[..], 2, 3));
            Ok(codec::DecodeFix {
                text: "!".into(),
                resume: 1,
                input: Some(b"xyz".to_vec()),
            })
        }
    }
    let decoded = utf8::decode(b"ab\xFFcd", true, &mut Changes).expect("mended");
    assert_eq!(decoded.text, "ab!yz");

    let text = TextBuf::from("aé\u{100}");
    let problem = codec::EncodeProblem {
        encoding: "ascii",
        input: text.as_text(),
        start: 1,
        end: 3,
        reason: "ordinal not in range(128)",
    };
    let fix = codec::handlers::name_replace(&problem, |c| (c == 0xE9).then(|| "AN E".into()));
    assert_eq!(fix.resume, 3);
    assert!(matches!(fix.replacement, codec::Replacement::Text(t) if t == "\\N{AN E}\\u0100"));
}

#[test]
fn invalid_escapes_are_told() {
    let told = |data: &[u8]| {
        escape::decode(data, true, name_of, &mut DecodeErrors::Strict)
            .expect("decodes")
            .1
    };
    assert_eq!(
        told(b"a\\d\\e"),
        Some(escape::InvalidEscape { at: 1, octal: None })
    );
    assert_eq!(
        told(b"\\777"),
        Some(escape::InvalidEscape {
            at: 0,
            octal: Some(0o777)
        })
    );
    assert_eq!(told(b"\\n\\377"), None);
}
