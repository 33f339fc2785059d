//! Numbers: where one ends, and what CPython says about one that is none.

/// What is wrong.
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) spot: Spot,
    /// How far the tokenizer has read.
    pub(super) reached: usize,
}

/// Where it is shown.
pub(crate) enum Spot {
    /// The character here.
    Point(usize),
    /// A range.
    Range(usize, usize),
}

struct Scan<'s> {
    text: &'s str,
    bytes: &'s [u8],
    start: usize,
    at: usize,
    liberal: bool,
}

type End = Result<usize, Problem>;

/// The end of the number that starts here. `liberal`: anything may follow it, and it may begin with zeros.
pub(crate) fn scan(text: &str, start: usize, liberal: bool) -> End {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        start,
        at: start,
        liberal,
    };
    if scan.peek() == b'0' {
        match scan.bytes.get(start + 1) {
            Some(b'x' | b'X') => return scan.radix("hexadecimal", |byte| byte.is_ascii_hexdigit()),
            Some(b'o' | b'O') => return scan.radix("octal", |byte| (b'0'..b'8').contains(&byte)),
            Some(b'b' | b'B') => return scan.radix("binary", |byte| matches!(byte, b'0' | b'1')),
            _ => return scan.zero(),
        }
    }
    if scan.peek() == b'.' {
        return scan.fraction();
    }
    scan.decimal_tail()?;
    scan.after_integer()
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn problem<T>(&self, message: impl Into<String>) -> Result<T, Problem> {
        // The character read last is shown.
        let at = self.at.saturating_sub(1);
        Err(Problem {
            message: message.into(),
            spot: Spot::Point(at),
            reached: self.at,
        })
    }

    /// Digits with single underscores between them.
    fn decimal_tail(&mut self) -> Result<(), Problem> {
        loop {
            while self.peek().is_ascii_digit() {
                self.at += 1;
            }
            if self.peek() != b'_' {
                return Ok(());
            }
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return self.problem("invalid decimal literal");
            }
        }
    }

    fn radix(&mut self, name: &str, digit: fn(u8) -> bool) -> End {
        self.at += 2;
        loop {
            if self.peek() == b'_' {
                self.at += 1;
            }
            if !digit(self.peek()) {
                if self.peek().is_ascii_digit() {
                    let shown = char::from(self.peek());
                    self.at += 1;
                    return self.problem(format!("invalid digit '{shown}' in {name} literal"));
                }
                return self.problem(format!("invalid {name} literal"));
            }
            while digit(self.peek()) {
                self.at += 1;
            }
            if self.peek() != b'_' {
                break;
            }
        }
        if self.peek().is_ascii_digit() {
            let shown = char::from(self.peek());
            self.at += 1;
            return self.problem(format!("invalid digit '{shown}' in {name} literal"));
        }
        self.finish(name)
    }

    fn zero(&mut self) -> End {
        let mut nonzero = false;
        self.at += 1;
        loop {
            if self.peek() == b'_' {
                self.at += 1;
                if !self.peek().is_ascii_digit() {
                    return self.problem("invalid decimal literal");
                }
            }
            if self.peek() != b'0' {
                break;
            }
            self.at += 1;
        }
        let zeros_end = self.at;
        if self.peek().is_ascii_digit() {
            nonzero = true;
            self.decimal_tail()?;
        }
        match self.peek() {
            b'.' => {
                self.at += 1;
                self.fraction_digits()
            }
            b'e' | b'E' => self.exponent(),
            b'j' | b'J' => self.imaginary(),
            _ if nonzero && !self.liberal => Err(Problem {
                message: "leading zeros in decimal integer literals are not permitted; \
                          use an 0o prefix for octal integers"
                    .to_owned(),
                spot: Spot::Range(self.start, zeros_end),
                reached: self.at,
            }),
            _ => self.finish("decimal"),
        }
    }

    fn after_integer(&mut self) -> End {
        match self.peek() {
            b'.' => {
                self.at += 1;
                self.fraction_digits()
            }
            b'e' | b'E' => self.exponent(),
            b'j' | b'J' => self.imaginary(),
            _ => self.finish("decimal"),
        }
    }

    fn fraction(&mut self) -> End {
        self.at += 1;
        self.fraction_digits()
    }

    fn fraction_digits(&mut self) -> End {
        if self.peek().is_ascii_digit() {
            self.decimal_tail()?;
        }
        match self.peek() {
            b'e' | b'E' => self.exponent(),
            b'j' | b'J' => self.imaginary(),
            _ => self.finish("decimal"),
        }
    }

    fn exponent(&mut self) -> End {
        let mark = self.at;
        self.at += 1;
        if matches!(self.peek(), b'+' | b'-') {
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return self.problem("invalid decimal literal");
            }
        } else if !self.peek().is_ascii_digit() {
            self.at = mark;
            return self.finish("decimal");
        }
        self.decimal_tail()?;
        if matches!(self.peek(), b'j' | b'J') {
            return self.imaginary();
        }
        self.finish("decimal")
    }

    fn imaginary(&mut self) -> End {
        self.at += 1;
        self.finish("imaginary")
    }

    /// What may follow a number directly: anything but a letter, unless a keyword begins there.
    fn finish(&mut self, name: &str) -> End {
        if self.liberal {
            return Ok(self.at);
        }
        const WORDS: [&str; 9] = ["and", "else", "for", "if", "in", "is", "not", "or", "in"];
        let rest = &self.text[self.at..];
        let Some(next) = rest.chars().next() else {
            return Ok(self.at);
        };
        if next.is_ascii() {
            if !(next.is_ascii_alphanumeric() || next == '_') {
                return Ok(self.at);
            }
            if WORDS.iter().any(|word| rest.starts_with(word)) {
                return Ok(self.at);
            }
        } else {
            return Ok(self.at);
        }
        let message = format!("invalid {name} literal");
        Err(Problem {
            message,
            spot: Spot::Point(self.at - 1),
            reached: self.at + next.len_utf8(),
        })
    }
}
