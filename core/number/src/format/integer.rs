//! `format(i, spec)` for `int`.

use grwl_text::{Text, TextBuf};

use super::layout::{Parts, number};
use super::real;
use super::spec::{Align, Spec};
use crate::error::Error;
use crate::int::digits::Shown;

/// `format(i, spec)`. `max_digits` is the limit on decimal digits, 0 for none.
pub fn format<'a>(
    value: impl Into<Shown<'a>>,
    spec: Text<'_>,
    type_name: &str,
    max_digits: usize,
) -> Result<TextBuf, Error> {
    let value = value.into();
    let spec = Spec::parse(spec, type_name, Align::Right)?;
    let (radix, prefix) = match spec.letter('d') {
        'd' | 'n' => (10, ""),
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        'c' => (0, ""),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            return real::with_spec(value.to_f64()?, &spec, type_name);
        }
        _ => return Err(spec.unknown_code(type_name)),
    };
    if spec.precision.is_some() {
        return Err(Error::value(
            "Precision not allowed in integer format specifier",
        ));
    }
    if spec.no_negative_zero {
        let message = "Negative zero coercion (z) not allowed in integer format specifier";
        return Err(Error::value(message));
    }
    if radix == 0 {
        return character(value, &spec);
    }
    let digits = value.digits(radix, prefix == "0X", max_digits)?;
    let prefix = if spec.alternate { prefix } else { "" };
    let group_size = if radix == 10 { 3 } else { 4 };
    number(
        &spec,
        Parts {
            is_negative: value.is_negative(),
            prefix,
            whole: digits.as_str(),
            rest: "",
        },
        group_size,
    )
}

fn character(value: Shown<'_>, spec: &Spec) -> Result<TextBuf, Error> {
    if spec.sign.is_some() {
        return Err(Error::value(
            "Sign not allowed with integer format specifier 'c'",
        ));
    }
    if spec.alternate {
        return Err(Error::value(
            "Alternate form (#) not allowed with integer format specifier 'c'",
        ));
    }
    let code = value
        .to_i64()
        .ok_or_else(|| Error::overflow("Python int too large to convert to C long"))?;
    let code = u32::try_from(code).ok().filter(|&code| code < 0x11_0000);
    let code = code.ok_or_else(|| Error::overflow("%c arg not in range(0x110000)"))?;
    super::layout::padded(spec, TextBuf::from_code(code).as_text())
}
