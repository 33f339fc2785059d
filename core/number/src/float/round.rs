//! `round(x, n)`, correctly rounded: the decimal nearest to the float's exact value, half to even.

use crate::error::Error;

/// `round(x, digits)`
pub fn round(x: f64, digits: i64) -> Result<f64, Error> {
    // Beyond these, no float changes or every float becomes zero.
    const MOST: i64 = 323;
    const LEAST: i64 = -308;
    if !x.is_finite() || x == 0.0 || digits > MOST {
        return Ok(x);
    }
    if digits < LEAST {
        return Ok(0.0f64.copysign(x));
    }
    let text = if digits >= 0 {
        format!("{:.*}", digits as usize, x.abs())
    } else {
        to_tens(x.abs(), -digits)
    };
    let rounded: f64 = text.parse().unwrap_or(f64::INFINITY);
    if rounded.is_infinite() {
        return Err(Error::overflow("rounded value too large to represent"));
    }
    Ok(rounded.copysign(x))
}

/// The multiple of `10**tens` nearest to a positive float, as text.
fn to_tens(x: f64, tens: i64) -> String {
    // All significant digits, "d.ddd...e+x".
    let exact = format!("{x:.780e}");
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(0);
    // How many of the digits stay.
    match exponent + 1 - tens {
        kept @ 1.. => format!("{:.*e}", (kept - 1) as usize, x),
        // Half of the step or more becomes one step; exactly half becomes zero, which is even.
        0 if mantissa.trim_end_matches(['0', '.']) > "5" => format!("1e{tens}"),
        _ => "0".into(),
    }
}

/// `round(x)`: to the nearest whole number, half to even, still a float.
pub fn to_whole(x: f64) -> f64 {
    x.round_ties_even()
}
