//! The decimal digits of a finite float: as few as identify it, or as many as asked for.

/// Decimal digits: 0.d1d2d3... times ten to the `point`. No zeros at the end; zero is `0` with point 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// The digits.
    pub text: String,
    /// How many of them are before the decimal point; may be negative or more than there are.
    pub point: i32,
}

/// No float has more significant digits, nor more after the point.
const ALL_SIGNIFICANT: usize = 780;
pub(crate) const ALL_FRACTIONAL: usize = 1100;

impl Digits {
    /// From digits with perhaps zeros at both ends.
    fn trimmed(text: &str, point: i32) -> Digits {
        let digits = text.trim_start_matches('0');
        if digits.is_empty() {
            return Digits {
                text: "0".into(),
                point: 1,
            };
        }
        let point = point - (text.len() - digits.len()) as i32;
        Digits {
            text: digits.trim_end_matches('0').into(),
            point,
        }
    }

    /// From `d.ddde-dd`, `ddd.ddd`: whatever Rust or ryu print.
    fn from_printed(printed: &str) -> Digits {
        let (mantissa, exponent) = printed.split_once('e').unwrap_or((printed, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        Digits::trimmed(&[whole, fraction].concat(), whole.len() as i32 + exponent)
    }

    /// The fewest digits that read back as the same float, and of those the nearest to it.
    pub fn shortest(x: f64) -> Digits {
        Digits::from_printed(ryu::Buffer::new().format_finite(x.abs()))
    }

    /// Rounded to a number (at least 1) of significant digits.
    pub fn significant(x: f64, count: usize) -> Digits {
        Digits::from_printed(&format!(
            "{:.*e}",
            (count - 1).min(ALL_SIGNIFICANT),
            x.abs()
        ))
    }

    /// Rounded to a number of digits after the point.
    pub fn fractional(x: f64, count: usize) -> Digits {
        Digits::from_printed(&format!("{:.*}", count.min(ALL_FRACTIONAL), x.abs()))
    }

    /// Whether they are of zero.
    pub fn is_zero(&self) -> bool {
        self.text == "0"
    }
}
