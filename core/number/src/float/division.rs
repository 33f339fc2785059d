//! `//`, `%` and `divmod` of floats.

use crate::error::Error;

/// `divmod(a, b)`: the remainder has the divisor's sign, even when it is zero. The same
/// ZeroDivisionError serves all three operators.
pub fn floor_div_mod(a: f64, b: f64) -> Result<(f64, f64), Error> {
    if b == 0.0 {
        return Err(Error::zero_division("division by zero"));
    }
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0.0f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    let floor = if quotient == 0.0 {
        0.0f64.copysign(a / b)
    } else {
        // The quotient is whole but for rounding.
        let floor = quotient.floor();
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        }
    };
    Ok((floor, remainder))
}
