//! `format(z, spec)` for `complex`.

use grwl_text::{Text, TextBuf, TextBuilder};

use super::layout::{Parts, number, padded};
use super::real::conversion;
use super::spec::{Align, Spec};
use crate::error::Error;
use crate::float::text::{repr_complex, show};

/// `format(complex(real, imaginary), spec)`
pub fn format(
    real: f64,
    imaginary: f64,
    spec: Text<'_>,
    type_name: &str,
) -> Result<TextBuf, Error> {
    if spec.is_empty() {
        return Ok(TextBuf::One(repr_complex(real, imaginary).into_bytes()));
    }
    let spec = Spec::parse(spec, type_name, Align::Right)?;
    if spec.letter('\0') == '%' {
        return Err(spec.unknown_code(type_name));
    }
    let conversion = conversion(&spec, type_name)?;
    if spec.fill == u32::from(b'0') {
        return Err(Error::value(
            "Zero padding is not allowed in complex format specifier",
        ));
    }
    if spec.align == Align::AfterSign {
        return Err(Error::value(
            "'=' alignment flag is not allowed in complex format specifier",
        ));
    }
    // Without a type it looks as repr does: in parentheses, unless there is only an imaginary part.
    let as_repr = spec.code.is_none();
    let only_imaginary = as_repr && real == 0.0 && real.is_sign_positive();
    let part = |value: f64, sign: Option<u8>| {
        let spec = Spec {
            width: None,
            align: Align::Left,
            sign,
            ..spec.clone()
        };
        number(&spec, Parts::of_float(&show(value, &conversion)), 3)
    };
    let mut out = TextBuilder::new();
    let in_parentheses = as_repr && !only_imaginary;
    if in_parentheses {
        out.push_str("(");
    }
    if !only_imaginary {
        out.push_text(part(real, spec.sign)?.as_text());
    }
    let sign = if only_imaginary {
        spec.sign
    } else {
        Some(b'+')
    };
    out.push_text(part(imaginary, sign)?.as_text());
    out.push_str(if in_parentheses { "j)" } else { "j" });
    padded(&spec, out.as_text())
}
