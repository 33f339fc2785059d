//! Answers and messages against CPython's, one by one.

#[path = "../../text/tests/vector/mod.rs"]
mod vector;

use std::cmp::Ordering;

use grwl_number::int::bytes::Endian;
use grwl_number::int::text as int_text;
use grwl_number::printf::{Conversion, Piece, Pieces};
use grwl_number::{Error, Int, Kind, float, format, hash};
use grwl_text::{Text, TextBuf, with_units};
use vector::Value;

const LIMIT: usize = int_text::DEFAULT_MAX_DIGITS;

fn int(value: &Value) -> Int {
    int_text::parse(TextBuf::from(value.word()).as_text(), 16, 0).expect("an int")
}

fn small(value: &Value) -> i64 {
    int(value).to_i64().expect("a small int")
}

fn float(value: &Value) -> f64 {
    u64::from_str_radix(value.word(), 16).map_or(f64::NAN, f64::from_bits)
}

fn text(value: &Value) -> Text<'_> {
    value.str().as_text()
}

fn of_int(i: Int) -> Value {
    Value::Word(i.prefixed(16, ""))
}

fn of_float(x: f64) -> Value {
    Value::Word(if x.is_nan() {
        "nan".into()
    } else {
        format!("{:016x}", x.to_bits())
    })
}

fn of_bytes(ascii: Vec<u8>) -> Value {
    Value::Str(TextBuf::One(ascii))
}

fn answered<T>(result: Result<T, Error>, show: impl FnOnce(T) -> Value) -> Value {
    result.map_or_else(
        |error| {
            let class = match error.kind {
                Kind::Value => "ValueError",
                Kind::Overflow => "OverflowError",
                Kind::ZeroDivision => "ZeroDivisionError",
                Kind::Memory => "MemoryError",
            };
            Value::List(vec![Value::Word(class.into()), error.message.into()])
        },
        show,
    )
}

/// The only conversion of a format, or what is wrong with it.
fn conversion(format: Text<'_>) -> Result<Conversion, Error> {
    let pieces: Vec<_> = with_units!(format, u => Pieces::of_str(u).collect());
    let found = pieces.into_iter().find_map(|piece| match piece {
        Ok(Piece::Conversion(conversion)) => Some(Ok(conversion)),
        Ok(_) => None,
        Err(trouble) => Some(Err(trouble.error)),
    });
    found.expect("a conversion")
}

fn endian(is_little: &Value) -> Endian {
    if *is_little == Value::Bool(true) {
        Endian::Little
    } else {
        Endian::Big
    }
}

fn answer(operation: &str, args: &[Value]) -> Value {
    let integer = |i: i64| of_int(Int::from(i));
    match operation {
        "format.str" => answered(
            format::text::format(text(&args[0]), text(&args[1]), "str"),
            Value::Str,
        ),
        "format.int" => answered(
            format::integer::format(&int(&args[0]), text(&args[1]), "int", LIMIT),
            Value::Str,
        ),
        "format.float" => answered(
            format::real::format(float(&args[0]), text(&args[1]), "float"),
            Value::Str,
        ),
        "format.complex" => {
            let (real, imaginary) = (float(&args[0]), float(&args[1]));
            answered(
                format::complex::format(real, imaginary, text(&args[2]), "complex"),
                Value::Str,
            )
        }
        "repr.complex" => float::text::repr_complex(float(&args[0]), float(&args[1]))
            .as_str()
            .into(),
        "printf.i" => answered(
            conversion(text(&args[0])).and_then(|c| c.int(&int(&args[1]), LIMIT)),
            of_bytes,
        ),
        "printf.f" => answered(
            conversion(text(&args[0])).and_then(|c| c.float(float(&args[1]))),
            of_bytes,
        ),
        "printf.s" => answered(
            conversion(text(&args[0])).and_then(|c| c.text(text(&args[1]))),
            |t| Value::Str(t.into_canonical()),
        ),
        "int" => answered(
            int_text::parse(text(&args[0]), small(&args[1]) as u32, LIMIT),
            of_int,
        ),
        "int_bytes" => answered(
            int_text::parse_bytes(args[0].bytes(), small(&args[1]) as u32, LIMIT),
            of_int,
        ),
        "str" => answered(int(&args[0]).to_decimal(LIMIT), |s| s.as_str().into()),
        "bases" => {
            let i = int(&args[0]);
            let all = [
                i.prefixed(2, "0b"),
                i.prefixed(8, "0o"),
                i.prefixed(16, "0x"),
            ];
            Value::List(all.iter().map(|s| s.as_str().into()).collect())
        }
        "float" => answered(float::parse::parse(text(&args[0])), of_float),
        "float_bytes" => answered(float::parse::parse_bytes(args[0].bytes()), of_float),
        "complex" => answered(float::parse::parse_complex(text(&args[0])), |(re, im)| {
            Value::List(vec![of_float(re), of_float(im)])
        }),
        "fromhex" => answered(float::hex::from_hex(text(&args[0])), of_float),
        "hex" => float::hex::to_hex(float(&args[0])).as_str().into(),
        "repr" => float::repr(float(&args[0])).as_str().into(),
        "hash" => hash::of_f64(float(&args[0])).map_or(Value::None, integer),
        "hash_int" => {
            let i = int(&args[0]);
            if let Some(small) = i.to_i64() {
                assert_eq!(hash::of_i64(small), hash::of_int(&i));
            }
            integer(hash::of_int(&i))
        }
        "hash_fraction" => integer(hash::of_fraction(&int(&args[0]), &int(&args[1]))),
        "hash_complex" => {
            let part = |value| hash::of_f64(float(value)).expect("no nan");
            integer(hash::of_complex(part(&args[0]), part(&args[1])))
        }
        "ratio" => answered(Int::ratio_of(float(&args[0])), |(n, d)| {
            Value::List(vec![of_int(n), of_int(d)])
        }),
        "trunc" => answered(Int::from_f64(float(&args[0])), of_int),
        "round" => answered(
            float::round::round(float(&args[0]), small(&args[1])),
            of_float,
        ),
        "divmod.float" => answered(
            float::division::floor_div_mod(float(&args[0]), float(&args[1])),
            |(q, m)| Value::List(vec![of_float(q), of_float(m)]),
        ),
        "divmod" => answered(int(&args[0]).floor_div_mod(&int(&args[1])), |(q, m)| {
            Value::List(vec![of_int(q), of_int(m)])
        }),
        "truediv" => answered(int(&args[0]).true_div(&int(&args[1])), of_float),
        "shl" => answered(int(&args[0]).shift_left(&int(&args[1])), of_int),
        "shr" => answered(int(&args[0]).shift_right(&int(&args[1])), of_int),
        "powmod" => answered(
            int(&args[0]).power_mod(&int(&args[1]), &int(&args[2])),
            of_int,
        ),
        "to_bytes" => {
            let (i, length) = (int(&args[0]), small(&args[1]) as usize);
            let (order, signed) = (endian(&args[2]), args[3] == Value::Bool(true));
            let bytes = i.to_bytes(length, order, signed);
            if let Ok(bytes) = &bytes {
                assert_eq!(Int::from_bytes(bytes, order, signed), i);
            }
            answered(bytes, Value::Bytes)
        }
        "isqrt" => answered(int(&args[0]).isqrt(), of_int),
        "compare" => int(&args[0])
            .compare_f64(float(&args[1]))
            .map_or(Value::None, |order| {
                integer(match order {
                    Ordering::Less => -1,
                    Ordering::Equal => 0,
                    Ordering::Greater => 1,
                })
            }),
        "round_int" => of_int(int(&args[0]).rounded_to_tens(small(&args[1]) as u64)),
        "float_of" => answered(int(&args[0]).to_f64(), of_float),
        _ => panic!("what is {operation}?"),
    }
}

#[test]
fn as_cpython() {
    let run = vector::check(
        &vector::source("number_vectors.txt", include_str!("number_vectors.txt")),
        answer,
    );
    assert!(run > 5000, "only {run} tests");
}
