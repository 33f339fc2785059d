//! Formats: what a format string says about the bytes.
//!
//! Invariant: the items lie in order without overlap, and within `size`.

/// Several items of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The letter, which says the kind.
    pub(crate) letter: u8,
    /// How many items.
    pub(crate) count: usize,
    /// Bytes an item.
    pub(crate) size: usize,
    /// The place of the first.
    pub(crate) offset: usize,
}

/// A parsed format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// Are the bytes of a number swapped, that is, the most significant first?
    pub(crate) is_big: bool,
    /// Bytes in all.
    pub(crate) size: usize,
    /// How many values in all.
    pub(crate) values: usize,
    /// The items, without padding.
    pub(crate) runs: Box<[Run]>,
}

/// Bytes of an item and what its place is a multiple of.
fn layout(letter: u8, is_native: bool) -> Option<(usize, usize)> {
    Some(match letter {
        b'x' | b'b' | b'B' | b'c' | b's' | b'p' | b'?' => (1, 1),
        b'h' | b'H' | b'e' => (2, 2),
        b'i' | b'I' | b'f' => (4, 4),
        b'l' | b'L' if !is_native => (4, 4),
        b'l' | b'L' | b'q' | b'Q' | b'd' => (8, 8),
        b'n' | b'N' | b'P' if is_native => (8, 8),
        b'F' => (8, 4),
        b'D' => (16, 8),
        _ => return None,
    })
}

const TOO_LONG: &str = "total struct size too long";

impl Format {
    /// Parses a format; the error is `struct.error`'s message.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, &'static str> {
        if text.contains(&0) {
            return Err("embedded null character");
        }
        let (is_native, is_big, text) = match text {
            [b'<', rest @ ..] => (false, false, rest),
            [b'>' | b'!', rest @ ..] => (false, true, rest),
            [b'=', rest @ ..] => (false, cfg!(target_endian = "big"), rest),
            [b'@', rest @ ..] => (true, cfg!(target_endian = "big"), rest),
            rest => (true, cfg!(target_endian = "big"), rest),
        };
        let mut made = Self {
            is_big,
            size: 0,
            values: 0,
            runs: Box::default(),
        };
        let mut runs = Vec::new();
        let mut letters = text.iter().copied();
        while let Some(mut letter) = letters.next() {
            if matches!(letter, b' ' | b'\t'..=b'\r') {
                continue;
            }
            let mut number = 1usize;
            if letter.is_ascii_digit() {
                number = usize::from(letter - b'0');
                loop {
                    let Some(next) = letters.next() else {
                        return Err("repeat count given without format specifier");
                    };
                    letter = next;
                    if !letter.is_ascii_digit() {
                        break;
                    }
                    number = number
                        .checked_mul(10)
                        .and_then(|number| number.checked_add(usize::from(letter - b'0')))
                        .filter(|&number| number <= isize::MAX as usize)
                        .ok_or(TOO_LONG)?;
                }
            }
            let (size, multiple) = layout(letter, is_native).ok_or("bad char in struct format")?;
            if is_native {
                made.size = made.size.next_multiple_of(multiple);
            }
            let bytes = number.checked_mul(size);
            let end = bytes
                .and_then(|bytes| made.size.checked_add(bytes))
                .filter(|&end| end <= isize::MAX as usize)
                .ok_or(TOO_LONG)?;
            let (count, size) = match letter {
                b'x' => (0, 0),
                b's' | b'p' => (1, number),
                _ => (number, size),
            };
            if count > 0 {
                runs.push(Run {
                    letter,
                    count,
                    size,
                    offset: made.size,
                });
            }
            made.values += count;
            made.size = end;
        }
        made.runs = runs.into();
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    fn size(text: &str) -> Result<(usize, usize), &'static str> {
        Format::parse(text.as_bytes()).map(|format| (format.size, format.values))
    }

    #[test]
    fn native_items_are_aligned() {
        assert_eq!(size("bi"), Ok((8, 2)));
        assert_eq!(size("=bi"), Ok((5, 2)));
        assert_eq!(size("b0l"), Ok((8, 1)));
        assert_eq!(size("3x 2s\t4p"), Ok((9, 2)));
        assert_eq!(size("bF"), Ok((12, 2)));
    }

    #[test]
    fn faults_are_named() {
        assert_eq!(
            size("3"),
            Err("repeat count given without format specifier")
        );
        assert_eq!(size("<n"), Err("bad char in struct format"));
        assert_eq!(
            size("9223372036854775807i"),
            Err("total struct size too long")
        );
        assert_eq!(
            size("99999999999999999999b"),
            Err("total struct size too long")
        );
        assert_eq!(size("i\0"), Err("embedded null character"));
    }
}
