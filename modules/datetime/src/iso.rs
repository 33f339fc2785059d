//! ISO 8601's texts of dates and times, as `fromisoformat` takes them: all that `isoformat` writes, and more.
//!
//! As in CPython, the text is one of UTF-8 bytes behind which a zero stands, and who reads there finds a zero.

use crate::calendar::{self, MICROSECONDS};

/// The text does not say what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Invalid;

/// A text, of which more can be read than there is.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn at(self, index: usize) -> u8 {
        self.0.get(index).copied().unwrap_or(0)
    }

    fn number(self, index: usize, digits: usize) -> Result<i64, Invalid> {
        let mut number = 0;
        for index in index..index + digits {
            let digit = self.at(index);
            if !digit.is_ascii_digit() {
                return Err(Invalid);
            }
            number = number * 10 + i64::from(digit - b'0');
        }
        Ok(number)
    }
}

/// The year, month and day in the first `length` bytes of a text. The month and the day may be ones that do not exist.
pub(crate) fn date(text: &[u8], length: usize) -> Result<(i64, i64, i64), Invalid> {
    let text = Bytes(text);
    let year = text.number(0, 4)?;
    let is_separated = text.at(4) == b'-';
    let separator = usize::from(is_separated);
    let mut at = 4 + separator;
    if text.at(at) == b'W' {
        let week = text.number(at + 1, 2)?;
        at += 3;
        let mut weekday = 1;
        if at < length {
            if is_separated && text.at(at) != b'-' {
                return Err(Invalid);
            }
            weekday = text.number(at + separator, 1)?;
        }
        return calendar::of_iso(year, week, weekday).map_err(|_| Invalid);
    }
    let month = text.number(at, 2)?;
    at += 2;
    if is_separated && text.at(at) != b'-' {
        return Err(Invalid);
    }
    let day = text.number(at + separator, 2)?;
    Ok((year, month, day))
}

/// Where the date of a date and time ends; the text is seven bytes long at least.
pub(crate) fn end_of_date(text: &[u8]) -> Result<usize, Invalid> {
    let length = text.len();
    let text = Bytes(text);
    if length == 7 {
        return Ok(7);
    }
    if text.at(4) == b'-' {
        if text.at(5) != b'W' {
            return Ok(10);
        }
        // YYYY-Www-D, or YYYY-Www and a dash as separator: if a digit stands behind the first digit, it is an hour.
        return match length {
            _ if text.at(8) != b'-' => Ok(8),
            9 => Err(Invalid),
            _ if text.at(10).is_ascii_digit() => Ok(8),
            _ => Ok(10),
        };
    }
    if text.at(4) != b'W' {
        return Ok(8);
    }
    // YYYYWww or YYYYWwwD: the digits of times come in pairs.
    let digits = (7..length).take_while(|&at| text.at(at).is_ascii_digit());
    let end = 7 + digits.count();
    Ok(match end {
        7 | 8 => end,
        end if end % 2 == 0 => 7,
        _ => 8,
    })
}

/// The hour, minute, second and microsecond of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Fields {
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub microsecond: i64,
}

impl Fields {
    pub fn numbers(self) -> [i64; 4] {
        [self.hour, self.minute, self.second, self.microsecond]
    }
}

/// Reads `HH[:MM[:SS[.f...]]]`, with or without colons, up to `end`. With it comes whether something stands behind.
fn fields(text: &[u8], end: usize) -> Result<(Fields, bool), Invalid> {
    let text = Bytes(text);
    let mut read = [0; 3];
    let mut at = 0;
    let mut is_separated = false;
    for index in 0..3 {
        read[index] = text.number(at, 2)?;
        at += 2;
        let next = text.at(at);
        at += 1;
        if index == 0 {
            is_separated = next == b':';
        }
        if matches!(next, b'.' | b',') {
            // Only seconds have fractions, and those have digits.
            if index < 2 || at >= end {
                return Err(Invalid);
            }
            break;
        }
        if at >= end {
            let [hour, minute, second] = read;
            let fields = Fields {
                hour,
                minute,
                second,
                microsecond: 0,
            };
            return Ok((fields, next != 0));
        }
        match next {
            b':' if is_separated && index < 2 => {}
            _ if is_separated => return Err(Invalid),
            _ => at -= 1,
        }
    }
    let digits = (end - at).min(6);
    let mut microsecond = text.number(at, digits)?;
    for _ in digits..6 {
        microsecond *= 10;
    }
    at += digits;
    // What is finer than microseconds is cut off.
    while text.at(at).is_ascii_digit() {
        at += 1;
    }
    let [hour, minute, second] = read;
    let fields = Fields {
        hour,
        minute,
        second,
        microsecond,
    };
    Ok((fields, text.at(at) != 0))
}

/// A time of day, and how many microseconds the clock is ahead of UTC, if that is said.
pub(crate) fn time(text: &[u8]) -> Result<(Fields, Option<i64>), Invalid> {
    let is_zone = |byte: &u8| matches!(byte, b'Z' | b'+' | b'-');
    let zone = text.iter().position(is_zone).unwrap_or(text.len());
    let (time, has_rest) = fields(text, zone)?;
    if zone == text.len() {
        return if has_rest {
            Err(Invalid)
        } else {
            Ok((time, None))
        };
    }
    let rest = &text[zone + 1..];
    if text[zone] == b'Z' {
        return match rest.first() {
            None | Some(0) => Ok((time, Some(0))),
            Some(_) => Err(Invalid),
        };
    }
    let (offset, has_rest) = fields(rest, rest.len())?;
    if has_rest {
        return Err(Invalid);
    }
    let seconds = (offset.hour * 60 + offset.minute) * 60 + offset.second;
    let ahead = seconds * MICROSECONDS + offset.microsecond;
    Ok((time, Some(if text[zone] == b'-' { -ahead } else { ahead })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(date(b"2020-02-03", 10), Ok((2020, 2, 3)));
        assert_eq!(date(b"20200203", 8), Ok((2020, 2, 3)));
        assert_eq!(date(b"2020-W01", 8), Ok((2019, 12, 30)));
        assert_eq!(date(b"2020W012", 8), Ok((2019, 12, 31)));
        for bad in ["", "x", "2020-0203", "202002-03", "2020-W54", "2020-W01x1"] {
            assert_eq!(date(bad.as_bytes(), bad.len()), Err(Invalid), "{bad}");
        }
    }

    #[test]
    fn times() {
        let of = |text: &str| {
            time(text.as_bytes()).map(|(time, zone)| {
                let Fields {
                    hour,
                    minute,
                    second,
                    microsecond,
                } = time;
                (hour, minute, second, microsecond, zone)
            })
        };
        assert_eq!(of("12"), Ok((12, 0, 0, 0, None)));
        assert_eq!(of("12:30:45.5Z"), Ok((12, 30, 45, 500_000, Some(0))));
        assert_eq!(
            of("123045,1234567-01"),
            Ok((12, 30, 45, 123_456, Some(-3_600_000_000)))
        );
        for bad in [
            "", "1", "12:", "12.5", "12:30,5", "12:3045", "1230:45", "12Z0", "12+",
        ] {
            assert_eq!(of(bad), Err(Invalid), "{bad}");
        }
    }
}
