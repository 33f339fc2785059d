//! Reading a format specification: `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.

use grwl_text::{Text, TextBuilder};

use crate::error::{Error, Kind};

/// Where padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`: after.
    Left,
    /// `>`: before.
    Right,
    /// `^`: on both sides.
    Center,
    /// `=`: between the sign and the digits.
    AfterSign,
}

/// A format specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What to pad with.
    pub fill: u32,
    /// Where.
    pub align: Align,
    /// `+`, `-` or space, if given.
    pub sign: Option<u8>,
    /// `z`
    pub no_negative_zero: bool,
    /// `#`
    pub alternate: bool,
    /// The least width.
    pub width: Option<usize>,
    /// What separates groups of digits before the point: `,` or `_`.
    pub grouping: Option<u8>,
    /// What follows the point.
    pub precision: Option<usize>,
    /// What separates groups of digits after the point.
    pub fraction_grouping: Option<u8>,
    /// The type; `None` if not given.
    pub code: Option<u32>,
}

/// A reader of code points.
struct Reader<'a> {
    codes: &'a [u32],
    at: usize,
}

impl Reader<'_> {
    #[inline]
    fn peek(&self, ahead: usize) -> Option<char> {
        let code = *self.codes.get(self.at + ahead)?;
        char::from_u32(code)
    }

    fn take(&mut self, wanted: &[char]) -> Option<u8> {
        let found = self.peek(0).filter(|c| wanted.contains(c))?;
        self.at += 1;
        Some(found as u8)
    }

    /// Decimal digits of any script, as a number. `None` if there are none.
    fn number(&mut self) -> Result<Option<usize>, Error> {
        let mut value: Option<usize> = None;
        let decimal = |code: u32| match code {
            0x30..0x3a => Some(code as u8 - b'0'),
            0..0x80 => None,
            _ => grwl_text::unicode::decimal(code),
        };
        while let Some(digit) = self.codes.get(self.at).copied().and_then(decimal) {
            self.at += 1;
            let next = value
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|v| v.checked_add(usize::from(digit)));
            match next.filter(|&v| v <= isize::MAX as usize) {
                Some(next) => value = Some(next),
                None => return Err(Error::value("Too many decimal digits in format string")),
            }
        }
        Ok(value)
    }

    /// A separator, of which there may be only one.
    fn separator(&mut self) -> Result<Option<u8>, Error> {
        let both = || Error::value("Cannot specify both ',' and '_'.");
        let comma = self.take(&[',']);
        let underscore = self.take(&['_']);
        if comma.is_some() && underscore.is_some() {
            return Err(both());
        }
        if underscore.is_some() && self.peek(0) == Some(',') {
            return Err(both());
        }
        Ok(comma.or(underscore))
    }
}

fn align_of(c: Option<char>) -> Option<Align> {
    match c? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

/// A format code as messages show it.
fn shown(code: u32) -> String {
    match code {
        33..128 => char::from(code as u8).to_string(),
        _ => format!("\\x{code:x}"),
    }
}

impl Spec {
    /// Reads a specification for a type of that name, whose default alignment is given. With the
    /// default `<`, which is that of `str`, the type that is not given is `s`.
    pub fn parse(text: Text<'_>, type_name: &str, default_align: Align) -> Result<Spec, Error> {
        // Nearly all are short.
        let mut short = [0; 16];
        let long: Vec<u32>;
        let codes = if text.len() <= short.len() {
            for (to, code) in short.iter_mut().zip(text.codes()) {
                *to = code;
            }
            &short[..text.len()]
        } else {
            long = text.codes().collect();
            &long[..]
        };
        let mut reader = Reader { codes, at: 0 };
        let mut fill = None;
        let mut align = None;
        if let Some(found) = align_of(reader.peek(1)).filter(|_| !text.is_empty()) {
            (fill, align) = (text.get(0), Some(found));
            reader.at += 2;
        } else if let Some(found) = align_of(reader.peek(0)) {
            align = Some(found);
            reader.at += 1;
        }
        let sign = reader.take(&['+', '-', ' ']);
        let no_negative_zero = reader.take(&['z']).is_some();
        let alternate = reader.take(&['#']).is_some();
        if fill.is_none() && reader.take(&['0']).is_some() {
            fill = Some(u32::from(b'0'));
            if align.is_none() && default_align == Align::Right {
                align = Some(Align::AfterSign);
            }
        }
        let width = reader.number()?;
        let grouping = reader.separator()?;
        let (mut precision, mut fraction_grouping) = (None, None);
        if reader.take(&['.']).is_some() {
            precision = reader.number()?;
            fraction_grouping = reader.separator()?;
            if precision.is_none() && fraction_grouping.is_none() {
                return Err(Error::value("Format specifier missing precision"));
            }
        }
        let code = match text.len() - reader.at {
            0 if default_align == Align::Left => Some(u32::from(b's')),
            0 => None,
            1 => text.get(reader.at),
            _ => return Err(invalid(text, type_name)),
        };
        let spec = Spec {
            fill: fill.unwrap_or(u32::from(b' ')),
            align: align.unwrap_or(default_align),
            sign,
            no_negative_zero,
            alternate,
            width,
            grouping,
            precision,
            fraction_grouping,
            code,
        };
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&self) -> Result<(), Error> {
        let refused = |separator: u8, code: u32| {
            let separator = char::from(separator);
            Err(Error::value(&format!(
                "Cannot specify '{separator}' with '{}'.",
                shown(code)
            )))
        };
        let letter = self.code.map(|code| char::from_u32(code).unwrap_or('\0'));
        if let (Some(separator), Some(code)) = (self.grouping, self.code) {
            match letter {
                Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => {}
                Some('b' | 'o' | 'x' | 'X') if separator == b'_' => {}
                _ => return refused(separator, code),
            }
        }
        match (self.fraction_grouping, self.code) {
            (Some(separator), Some(code)) if letter == Some('n') => refused(separator, code),
            _ => Ok(()),
        }
    }

    /// Its type as a character, or a default.
    pub(crate) fn letter(&self, default: char) -> char {
        self.code
            .map_or(default, |code| char::from_u32(code).unwrap_or('\0'))
    }

    /// The ValueError for a type that an object does not know.
    pub(crate) fn unknown_code(&self, type_name: &str) -> Error {
        let code = shown(self.code.unwrap_or(0));
        Error::value(&format!(
            "Unknown format code '{code}' for object of type '{type_name}'"
        ))
    }
}

fn invalid(text: Text<'_>, type_name: &str) -> Error {
    let mut out = TextBuilder::new();
    out.push_str("Invalid format specifier '");
    out.push_text(text);
    out.push_str(&format!("' for object of type '{type_name}'"));
    Error {
        kind: Kind::Value,
        message: out.finish(),
    }
}
