//! `format(s, spec)` for `str`.

use grwl_text::{Text, TextBuf};

use super::layout::padded;
use super::spec::{Align, Spec};
use crate::error::Error;

/// `format(s, spec)`
pub fn format(value: Text<'_>, spec: Text<'_>, type_name: &str) -> Result<TextBuf, Error> {
    if spec.is_empty() {
        return Ok(value.to_canonical());
    }
    let spec = Spec::parse(spec, type_name, Align::Left)?;
    let refused = |what: &str| {
        Err(Error::value(&format!(
            "{what} not allowed in string format specifier"
        )))
    };
    if spec.letter('s') != 's' {
        return Err(spec.unknown_code(type_name));
    }
    match spec.sign {
        Some(b' ') => return refused("Space"),
        Some(_) => return refused("Sign"),
        None => {}
    }
    if spec.no_negative_zero {
        return refused("Negative zero coercion (z)");
    }
    if spec.alternate {
        return refused("Alternate form (#)");
    }
    if spec.align == Align::AfterSign {
        return refused("'=' alignment");
    }
    let shown = value.slice(0..value.len().min(spec.precision.unwrap_or(usize::MAX)));
    Ok(padded(&spec, shown)?.into_canonical())
}
