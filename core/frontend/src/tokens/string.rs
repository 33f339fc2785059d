//! Strings without replacement fields.

use super::{Cut, Cutter, Raw, Resume, Stop, kind};

impl Cutter {
    /// A string whose quote is next and whose prefix, if any, begins at `start`.
    pub(super) fn string(&mut self, start: usize) -> Cut<Raw> {
        let quote_at = self.state.at;
        let quote = self.peek(quote_at);
        let triple = self.peek(quote_at + 1) == quote && self.peek(quote_at + 2) == quote;
        let width = if triple { 3 } else { 1 };
        let Resume {
            mut at,
            flag: mut escaped,
        } = self.resume.take().unwrap_or(Resume {
            at: quote_at + width,
            flag: false,
        });
        loop {
            let byte = match self.byte(at) {
                Ok(byte) => byte,
                Err(stop) => return Err(self.pause(stop, at, escaped)),
            };
            match byte {
                None => return self.unterminated(start, quote, triple, escaped),
                Some(b'\n') if !triple => {
                    return self.unterminated(start, quote, triple, escaped);
                }
                Some(b'\\') => {
                    at += 1;
                    escaped |= self.peek(at) == quote;
                    if self.peek(at) == b'\r' {
                        at += 1;
                    }
                    at += 1;
                }
                Some(byte)
                    if byte == quote
                        && (!triple
                            || (self.peek(at + 1) == quote && self.peek(at + 2) == quote)) =>
                {
                    self.state.at = at + width;
                    return Ok(self.token(kind::STRING, start));
                }
                Some(_) => at += 1,
            }
        }
    }

    /// Remembers where to go on with a string.
    pub(super) fn pause(&mut self, stop: Stop, at: usize, flag: bool) -> Stop {
        if matches!(stop, Stop::More) {
            self.resume = Some(Resume { at, flag });
        }
        stop
    }

    fn unterminated<T>(&self, start: usize, quote: u8, triple: bool, escaped: bool) -> Cut<T> {
        let index = self.index(start);
        if let Some(nest) = self.nests.last()
            && nest.quote == quote
            && nest.triple == triple
        {
            // The string has ended, and what looked like the start of another one is its quote.
            let message = format!("{}-string: expecting '}}'", nest.letter());
            return self.problem_at(index, start + 1, message);
        }
        let row = self.lines.len();
        let message = if triple {
            format!("unterminated triple-quoted string literal (detected at line {row})")
        } else if escaped {
            format!(
                "unterminated string literal (detected at line {row}); perhaps you escaped the end quote?"
            )
        } else {
            format!("unterminated string literal (detected at line {row})")
        };
        self.problem_at(index, start + 1, message)
    }
}
