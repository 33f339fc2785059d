//! The `is...()` methods of `str`. On the empty string all answer false, but for
//! [`is_printable`] and [`is_ascii`].

use crate::unicode as u;
use crate::units::{Text, Unit};
use crate::with_units;

fn all(text: Text<'_>, test: impl Fn(u32) -> bool) -> bool {
    with_units!(text, units => units.iter().all(|unit| test(unit.code())))
}

macro_rules! all_and_some {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(text: Text<'_>) -> bool {
            !text.is_empty() && all(text, u::$name)
        })*
    };
}

all_and_some! {
    /// `isalpha`
    is_alpha;
    /// `isalnum`
    is_alnum;
    /// `isdecimal`
    is_decimal;
    /// `isdigit`
    is_digit;
    /// `isnumeric`
    is_numeric;
    /// `isspace`
    is_space;
}

/// `isprintable`
pub fn is_printable(text: Text<'_>) -> bool {
    all(text, u::is_printable)
}

/// `isascii`
pub fn is_ascii(text: Text<'_>) -> bool {
    text.is_ascii()
}

/// `isidentifier`
pub fn is_identifier(text: Text<'_>) -> bool {
    let mut codes = text.codes();
    codes.next().is_some_and(u::is_identifier_start) && codes.all(u::is_identifier_continue)
}

/// `islower`: some lower case, and neither upper nor title case.
pub fn is_lower(text: Text<'_>) -> bool {
    let mut some = false;
    let none_other = all_with(text, |code| {
        some |= u::is_lower(code);
        !u::is_upper(code) && !u::is_title(code)
    });
    none_other && some
}

/// `isupper`: some upper case, and neither lower nor title case.
pub fn is_upper(text: Text<'_>) -> bool {
    let mut some = false;
    let none_other = all_with(text, |code| {
        some |= u::is_upper(code);
        !u::is_lower(code) && !u::is_title(code)
    });
    none_other && some
}

/// `istitle`: upper or title case only after what has no case, lower case only after what has.
pub fn is_title(text: Text<'_>) -> bool {
    let (mut some, mut after_cased) = (false, false);
    let fits = all_with(text, |code| {
        let starts = u::is_upper(code) || u::is_title(code);
        let goes_on = u::is_lower(code);
        let fits = if after_cased { !starts } else { !goes_on };
        after_cased = starts || goes_on;
        some |= after_cased;
        fits
    });
    fits && some
}

fn all_with(text: Text<'_>, mut test: impl FnMut(u32) -> bool) -> bool {
    with_units!(text, units => units.iter().all(|unit| test(unit.code())))
}
