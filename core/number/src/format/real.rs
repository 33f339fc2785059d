//! `format(x, spec)` for `float`.

use grwl_text::{Text, TextBuf};

use super::layout::{Parts, number};
use super::spec::{Align, Spec};
use crate::error::Error;
use crate::float::text::{Conversion, Style, checked_precision, repr, show};

/// `format(x, spec)`
pub fn format(value: f64, spec: Text<'_>, type_name: &str) -> Result<TextBuf, Error> {
    if spec.is_empty() {
        return Ok(TextBuf::One(repr(value).into_bytes()));
    }
    with_spec(
        value,
        &Spec::parse(spec, type_name, Align::Right)?,
        type_name,
    )
}

/// `format(x, spec)` with the specification read.
pub(crate) fn with_spec(value: f64, spec: &Spec, type_name: &str) -> Result<TextBuf, Error> {
    let is_percent = spec.letter('\0') == '%';
    let conversion = conversion(spec, type_name)?;
    let text = if is_percent {
        show(value * 100.0, &conversion) + "%"
    } else {
        show(
            value,
            &Conversion {
                add_point_zero: spec.code.is_none(),
                ..conversion
            },
        )
    };
    number(spec, Parts::of_float(&text), 3)
}

/// The conversion that a type and a precision mean for a float or a part of a complex number.
pub(crate) fn conversion(spec: &Spec, type_name: &str) -> Result<Conversion, Error> {
    let letter = spec.letter('\0');
    let base = match letter {
        '\0' if spec.code.is_none() => Conversion {
            add_point_zero: false,
            ..Conversion::REPR
        },
        'n' => Conversion {
            style: Style::General,
            add_point_zero: false,
            ..Conversion::REPR
        },
        '%' => Conversion {
            style: Style::Fixed,
            add_point_zero: false,
            ..Conversion::REPR
        },
        _ => Conversion::of_letter(letter.into(), 0).ok_or_else(|| spec.unknown_code(type_name))?,
    };
    let (style, precision) = match (base.style, spec.precision) {
        (Style::Repr, None) => (Style::Repr, 0),
        (Style::Repr, Some(precision)) => (Style::General, precision),
        (style, precision) => (style, precision.unwrap_or(6)),
    };
    Ok(Conversion {
        style,
        precision: checked_precision(precision)?,
        alternate: spec.alternate,
        no_negative_zero: spec.no_negative_zero,
        ..base
    })
}
