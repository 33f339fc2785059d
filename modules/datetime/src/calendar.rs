//! The Gregorian calendar, extended to all years, and the time of day: plain numbers.
//!
//! Days are counted from the first of January of year 1, which is day 1 and a Monday.
//!
//! What was unpickled may hold numbers that no date has. So nothing here panics for any year, for months
//! from 1 to 12, and for any other field.

/// The first year.
pub(crate) const MIN_YEAR: i64 = 1;
/// The last year.
pub(crate) const MAX_YEAR: i64 = 9999;
/// The number of the last day.
pub(crate) const MAX_ORDINAL: i64 = 3_652_059;
/// The number of the first of January 1970.
pub(crate) const EPOCH_ORDINAL: i64 = 719_163;
/// Seconds of a day.
pub(crate) const DAY_SECONDS: i64 = 86_400;
/// Microseconds of a second.
pub(crate) const MICROSECONDS: i64 = 1_000_000;

/// The names of the days of the week, Monday first.
pub(crate) const DAY_NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// The names of the months.
pub(crate) const MONTH_NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

const MONTH_LENGTHS: [i64; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_BEFORE: [i64; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_OF_400_YEARS: i64 = 146_097;

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has; none, if there is no such month.
pub(crate) fn days_in_month(year: i64, month: i64) -> i64 {
    if month == 2 && is_leap(year) {
        return 29;
    }
    let length = usize::try_from(month)
        .ok()
        .and_then(|month| MONTH_LENGTHS.get(month));
    length.copied().unwrap_or(0)
}

fn days_before_year(year: i64) -> i64 {
    let year = year - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)
}

/// The number of a day.
pub(crate) fn ordinal(year: i64, month: i64, day: i64) -> i64 {
    days_before_year(year) + day_of_year(year, month, day)
}

/// The number of a day within its year; the first is 1.
pub(crate) fn day_of_year(year: i64, month: i64, day: i64) -> i64 {
    let before = DAYS_BEFORE[month.clamp(0, 12) as usize];
    before + i64::from(month > 2 && is_leap(year)) + day
}

/// The year, month and day of a day's number.
pub(crate) fn of_ordinal(ordinal: i64) -> (i64, i64, i64) {
    let days = ordinal - 1;
    let mut year = days.div_euclid(DAYS_OF_400_YEARS) * 400 + 1;
    let mut left = days.rem_euclid(DAYS_OF_400_YEARS);
    // The estimate is right, or one year too late at the end of a leap year.
    let estimate = year + left / 365;
    left += days_before_year(year);
    year = estimate;
    while days_before_year(year) > left {
        year -= 1;
    }
    left -= days_before_year(year);
    let mut month = 12;
    while day_of_year(year, month, 1) - 1 > left {
        month -= 1;
    }
    (year, month, left - day_of_year(year, month, 1) + 2)
}

/// The day of the week of a day's number; 0 is Monday.
pub(crate) fn weekday(ordinal: i64) -> i64 {
    (ordinal + 6).rem_euclid(7)
}

/// The Monday with which the first week of an ISO year begins: the first week that has a Thursday of the year.
fn first_monday(year: i64) -> i64 {
    let first = ordinal(year, 1, 1);
    let weekday = weekday(first);
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

/// The ISO year, week and weekday of a day.
pub(crate) fn iso_of(day: Day) -> (i64, i64, i64) {
    let today = day.ordinal();
    let mut year = i64::from(day.year);
    let mut monday = first_monday(year);
    if today < monday {
        year -= 1;
        monday = first_monday(year);
    } else if today >= first_monday(year + 1) {
        year += 1;
        monday = first_monday(year);
    }
    let since = today - monday;
    (year, since / 7 + 1, since % 7 + 1)
}

/// Why there is no such day in the ISO calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoIsoDay {
    Year,
    Week,
    Weekday,
}

/// The year, month and day of an ISO year, week and weekday.
pub(crate) fn of_iso(year: i64, week: i64, weekday: i64) -> Result<(i64, i64, i64), NoIsoDay> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        return Err(NoIsoDay::Year);
    }
    let monday = first_monday(year);
    let weeks = (first_monday(year + 1) - monday) / 7;
    if !(1..=weeks).contains(&week) {
        return Err(NoIsoDay::Week);
    }
    if !(1..=7).contains(&weekday) {
        return Err(NoIsoDay::Weekday);
    }
    Ok(of_ordinal(monday + (week - 1) * 7 + weekday - 1))
}

/// A day. Days are ordered as their dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(C)]
pub(crate) struct Day {
    pub year: u16,
    pub month: u8,
    pub day: u8,
}

impl Day {
    /// For pickles: the year with its high byte first, the month, the day.
    pub fn to_bytes(self) -> [u8; 4] {
        let [high, low] = self.year.to_be_bytes();
        [high, low, self.month, self.day]
    }

    /// As [`to_bytes`](Self::to_bytes) gave it; nothing is checked.
    pub fn from_bytes([high, low, month, day]: [u8; 4]) -> Self {
        Self {
            year: u16::from_be_bytes([high, low]),
            month,
            day,
        }
    }

    pub fn ordinal(self) -> i64 {
        ordinal(self.year.into(), self.month.into(), self.day.into())
    }

    pub fn weekday(self) -> i64 {
        weekday(self.ordinal())
    }

    pub fn day_of_year(self) -> i64 {
        day_of_year(self.year.into(), self.month.into(), self.day.into())
    }

    /// `YYYY-MM-DD`
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// As the C library's `ctime`.
    pub fn ctime(self, clock: Clock) -> String {
        format!(
            "{} {} {:2} {:02}:{:02}:{:02} {:04}",
            DAY_NAMES[self.weekday() as usize],
            MONTH_NAMES[usize::from(self.month).clamp(1, 12) - 1],
            self.day,
            clock.hour,
            clock.minute,
            clock.second,
            self.year
        )
    }
}

/// A time of day. `fold` tells the second of two equal times, when clocks are set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Clock {
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub fold: u8,
    pub microsecond: u32,
}

impl Clock {
    /// 00:00:00
    pub const MIDNIGHT: Self = Self {
        hour: 0,
        minute: 0,
        second: 0,
        fold: 0,
        microsecond: 0,
    };

    /// For pickles: without fold; the microseconds with their high byte first.
    pub fn to_bytes(self) -> [u8; 6] {
        let [_, high, middle, low] = self.microsecond.to_be_bytes();
        [self.hour, self.minute, self.second, high, middle, low]
    }

    /// As [`to_bytes`](Self::to_bytes) gave it; nothing is checked.
    pub fn from_bytes([hour, minute, second, high, middle, low]: [u8; 6], fold: bool) -> Self {
        Self {
            hour,
            minute,
            second,
            fold: fold.into(),
            microsecond: u32::from_be_bytes([0, high, middle, low]),
        }
    }

    /// Seconds since midnight, without the microseconds.
    pub fn seconds(self) -> i64 {
        (i64::from(self.hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second)
    }

    /// Microseconds since midnight.
    pub fn microseconds(self) -> i64 {
        self.seconds() * MICROSECONDS + i64::from(self.microsecond)
    }

    /// The time so many microseconds after midnight; less than a day.
    pub fn of_microseconds(microseconds: i64) -> Self {
        let seconds = microseconds / MICROSECONDS;
        Self {
            hour: (seconds / 3600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            fold: 0,
            microsecond: (microseconds % MICROSECONDS) as u32,
        }
    }

    pub fn with_fold(self, fold: u8) -> Self {
        Self { fold, ..self }
    }

    /// What is compared: everything but the fold.
    pub fn key(self) -> (u8, u8, u8, u32) {
        (self.hour, self.minute, self.second, self.microsecond)
    }

    /// As ISO 8601 writes it, as precisely as is said; `None`: that is no precision.
    pub fn iso(self, precision: &str) -> Option<String> {
        let Self {
            hour,
            minute,
            second,
            microsecond,
            ..
        } = self;
        Some(match precision {
            "auto" if microsecond == 0 => format!("{hour:02}:{minute:02}:{second:02}"),
            "auto" | "microseconds" => {
                format!("{hour:02}:{minute:02}:{second:02}.{microsecond:06}")
            }
            "milliseconds" => format!(
                "{hour:02}:{minute:02}:{second:02}.{:03}",
                microsecond / 1000
            ),
            "seconds" => format!("{hour:02}:{minute:02}:{second:02}"),
            "minutes" => format!("{hour:02}:{minute:02}"),
            "hours" => format!("{hour:02}"),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_one_number() {
        let mut expected = 0;
        for year in MIN_YEAR..=MAX_YEAR {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    expected += 1;
                    assert_eq!(ordinal(year, month, day), expected);
                    assert_eq!(of_ordinal(expected), (year, month, day));
                }
            }
        }
        assert_eq!(expected, MAX_ORDINAL);
        assert_eq!(ordinal(1970, 1, 1), EPOCH_ORDINAL);
    }

    #[test]
    fn iso_weeks_there_and_back() {
        for number in (1..=MAX_ORDINAL).step_by(3) {
            let (year, month, day) = of_ordinal(number);
            let day = Day {
                year: year as u16,
                month: month as u8,
                day: day as u8,
            };
            let (iso_year, week, weekday) = iso_of(day);
            if (MIN_YEAR..=MAX_YEAR).contains(&iso_year) {
                let back = of_iso(iso_year, week, weekday);
                assert_eq!(back, Ok((year, month, i64::from(day.day))));
            }
        }
        assert_eq!(of_iso(2020, 54, 1), Err(NoIsoDay::Week));
        assert_eq!(of_iso(2021, 53, 1), Err(NoIsoDay::Week));
        assert_eq!(of_iso(2020, 53, 8), Err(NoIsoDay::Weekday));
        assert_eq!(of_iso(0, 1, 1), Err(NoIsoDay::Year));
    }

    #[test]
    fn nonsense_from_pickles_does_no_harm() {
        for bytes in [[0, 0, 1, 0], [0xff, 0xff, 12, 0xff], [0, 0, 0, 0]] {
            let day = Day::from_bytes(bytes);
            assert_eq!(day.to_bytes(), bytes);
            let _ = (day.ordinal(), day.ctime(Clock::MIDNIGHT), iso_of(day));
        }
        let clock = Clock::from_bytes([0xff; 6], true);
        assert_eq!(clock.to_bytes(), [0xff; 6]);
    }
}
