//! Floats as text: `repr`, and the conversions that `format` and `%` share.

use std::fmt::Write;

use super::digits::{ALL_FRACTIONAL, Digits};
use crate::error::Error;

/// What follows from the conversion's letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// The shortest digits that read back the same; an exponent below 1e-4 and from 1e16 on.
    Repr,
    /// `e`: an exponent always.
    Exponent,
    /// `f`: no exponent.
    Fixed,
    /// `g`: an exponent below 1e-4 and where the precision is exceeded.
    General,
}

/// How to show a float.
#[derive(Clone, Copy, Debug)]
pub struct Conversion {
    /// The letter's meaning.
    pub style: Style,
    /// Digits after the point, or significant ones for [`Style::General`]; not used by [`Style::Repr`].
    pub precision: usize,
    /// `#`: keep the point, and for [`Style::General`] the zeros.
    pub alternate: bool,
    /// Show whole numbers with `.0`.
    pub add_point_zero: bool,
    /// `z`: what rounds to zero has no sign.
    pub no_negative_zero: bool,
    /// Letters in upper case.
    pub upper: bool,
}

impl Conversion {
    /// That of `repr`.
    pub const REPR: Conversion = Conversion {
        style: Style::Repr,
        precision: 0,
        alternate: false,
        add_point_zero: true,
        no_negative_zero: false,
        upper: false,
    };

    /// That of a letter, without flags. `None` if it is not one of `eEfFgG`.
    pub fn of_letter(letter: u32, precision: usize) -> Option<Conversion> {
        let letter = char::from_u32(letter)?;
        let style = match letter.to_ascii_lowercase() {
            'e' => Style::Exponent,
            'f' => Style::Fixed,
            'g' => Style::General,
            _ => return None,
        };
        let upper = letter.is_ascii_uppercase();
        Some(Conversion {
            style,
            precision,
            add_point_zero: false,
            upper,
            ..Conversion::REPR
        })
    }
}

/// A precision must fit in C's int.
pub(crate) fn checked_precision(precision: usize) -> Result<usize, Error> {
    if precision > i32::MAX as usize {
        Err(Error::value("precision too big"))
    } else {
        Ok(precision)
    }
}

/// `repr(x)`
pub fn repr(x: f64) -> String {
    show(x, &Conversion::REPR)
}

/// A float as text, with a sign if it is negative.
pub fn show(x: f64, conversion: &Conversion) -> String {
    let mut out = String::with_capacity(24);
    if !x.is_finite() {
        out.push_str(if x < 0.0 {
            "-inf"
        } else if x.is_nan() {
            "nan"
        } else {
            "inf"
        });
    } else if conversion.style == Style::Fixed && conversion.precision <= ALL_FRACTIONAL {
        // What Rust prints is what is wanted.
        let _ = write!(out, "{x:.*}", conversion.precision);
        if conversion.no_negative_zero && !out.bytes().any(|b| matches!(b, b'1'..=b'9')) {
            out = out.replace('-', "");
        }
        if conversion.alternate && conversion.precision == 0 {
            out.push('.');
        }
    } else {
        let digits = rounded(x, conversion);
        if x.is_sign_negative() && !(conversion.no_negative_zero && digits.is_zero()) {
            out.push('-');
        }
        push_digits(&mut out, &digits, conversion);
    }
    if conversion.upper {
        out.make_ascii_uppercase();
    }
    out
}

fn rounded(x: f64, c: &Conversion) -> Digits {
    match c.style {
        Style::Repr => Digits::shortest(x),
        Style::Exponent => Digits::significant(x, c.precision.saturating_add(1)),
        Style::Fixed => Digits::fractional(x, c.precision),
        Style::General => Digits::significant(x, c.precision.max(1)),
    }
}

fn push_digits(out: &mut String, digits: &Digits, c: &Conversion) {
    let precision = c.precision.min(i32::MAX as usize) as i64;
    let point = i64::from(digits.point);
    let has_exponent = match c.style {
        Style::Repr => point <= -4 || point > 16,
        Style::Exponent => true,
        Style::Fixed => false,
        Style::General => point <= -4 || point > precision.max(1) - i64::from(c.add_point_zero),
    };
    // How many digits are shown, counted from the first one.
    let shown = digits.text.len() as i64;
    let shown = match c.style {
        Style::Exponent => precision + 1,
        Style::Fixed => point + precision,
        Style::General if c.alternate => shown.max(precision.max(1)),
        _ => shown,
    };
    let before_point = if has_exponent { 1 } else { point };
    let least = if c.add_point_zero && !has_exponent {
        before_point + 1
    } else {
        before_point
    };
    let shown = shown.max(least);
    let push = |out: &mut String, range: std::ops::Range<i64>| {
        // Digits as far as there are any, zeros around them.
        let len = digits.text.len() as i64;
        let (from, to) = (range.start.clamp(0, len), range.end.clamp(0, len));
        let zeros = |n: i64| std::iter::repeat_n('0', n.max(0) as usize);
        out.extend(zeros(range.end.min(0) - range.start));
        out.push_str(&digits.text[from as usize..to as usize]);
        out.extend(zeros(range.end - range.start.max(len)));
    };
    if before_point <= 0 {
        out.push('0');
    } else {
        push(out, 0..before_point);
    }
    if shown > before_point || c.alternate {
        out.push('.');
    }
    push(out, before_point..shown);
    if has_exponent {
        let exponent = point - 1;
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:02}", exponent.abs());
    }
}

/// `repr(complex(re, im))`
pub fn repr_complex(real: f64, imaginary: f64) -> String {
    let part = Conversion {
        add_point_zero: false,
        ..Conversion::REPR
    };
    let imaginary_text = show(imaginary, &part);
    if real == 0.0 && real.is_sign_positive() {
        return imaginary_text + "j";
    }
    let plus = if imaginary_text.starts_with('-') {
        ""
    } else {
        "+"
    };
    format!("({}{plus}{imaginary_text}j)", show(real, &part))
}
