//! The text of f-strings and t-strings, outside of their replacement fields.

use super::{Cut, Cutter, Raw, Resume, kind};

const MOST_NESTED: usize = 150;
const MOST_FIELDS: usize = 3;

/// An f-string or t-string that is open.
pub(super) struct Nest {
    pub(super) template: bool,
    pub(super) raw: bool,
    pub(super) quote: u8,
    pub(super) triple: bool,
    start: usize,
    /// What comes next is text, not a field's expression.
    pub(super) in_text: bool,
    /// The text that comes next is a format specification.
    pub(super) in_spec: bool,
    /// Brackets that are open in it, those of its fields among them.
    pub(super) brackets: usize,
    /// Fields that are open, one in the specification of the other.
    pub(super) fields: usize,
}

impl Nest {
    pub(super) const fn letter(&self) -> char {
        if self.template { 't' } else { 'f' }
    }
}

impl Cutter {
    /// The opening; the quote is next.
    pub(super) fn open_interpolated(&mut self, start: usize, prefix: &str) -> Cut<Raw> {
        let at = self.state.at;
        let quote = self.peek(at);
        let triple = self.peek(at + 1) == quote && self.peek(at + 2) == quote;
        self.state.at += if triple { 3 } else { 1 };
        if self.nests.len() + 1 >= MOST_NESTED {
            return self.problem("too many nested f-strings or t-strings");
        }
        let template = prefix.contains('t');
        self.nests.push(Nest {
            template,
            raw: prefix.contains('r'),
            quote,
            triple,
            start,
            in_text: true,
            in_spec: false,
            brackets: 0,
            fields: 0,
        });
        let kind = if template {
            kind::TSTRING_START
        } else {
            kind::FSTRING_START
        };
        Ok(self.token(kind, start))
    }

    /// Text up to a field, the closing quote, or the second of two braces.
    pub(super) fn interpolated(&mut self) -> Cut<Raw> {
        let start = self.state.at;
        let Some(nest) = self.nests.last() else {
            return self.plain();
        };
        let (quote, triple, raw) = (nest.quote, nest.triple, nest.raw);
        let (middle, end) = if nest.template {
            (kind::TSTRING_MIDDLE, kind::TSTRING_END)
        } else {
            (kind::FSTRING_MIDDLE, kind::FSTRING_END)
        };
        let width = if triple { 3 } else { 1 };
        let in_spec = nest.in_spec && nest.fields > 0;
        let brackets = nest.brackets;
        let resume = self.resume.take();
        if resume.is_none() {
            if self.byte(start)? == Some(b'{') && self.peek(start + 1) != b'{' {
                self.open_field()?;
                return self.plain();
            }
            if self.closes(start, quote, triple) {
                self.state.at = start + width;
                self.nests.pop();
                return Ok(self.token(end, start));
            }
        }
        let Resume {
            mut at,
            flag: mut named,
        } = resume.unwrap_or(Resume {
            at: start,
            flag: false,
        });
        let piece = |this: &mut Self, end: usize, next: usize| {
            this.state.at = next;
            Raw {
                kind: middle,
                range: Some(start..end),
            }
        };
        loop {
            let byte = match self.byte(at) {
                Ok(byte) => byte,
                Err(stop) => return Err(self.pause(stop, at, named)),
            };
            match byte {
                Some(b'\n') if !triple && in_spec => {
                    self.state.at = at + 1;
                    let letter = self.letter();
                    return self.problem(format!(
                        "{letter}-string: newlines are not allowed in format specifiers for single quoted {letter}-strings"
                    ));
                }
                None => return self.never_closed(),
                Some(b'\n') if !triple => return self.never_closed(),
                Some(byte) if byte == quote && self.closes(at, quote, triple) => {
                    return Ok(piece(self, at, at));
                }
                Some(b'{') if self.peek(at + 1) == b'{' && !in_spec => {
                    return Ok(piece(self, at + 1, at + 2));
                }
                Some(b'{') => {
                    self.state.at = at;
                    self.open_field()?;
                    return Ok(piece(self, at, at));
                }
                Some(b'}') if named => return Ok(piece(self, at + 1, at + 1)),
                Some(b'}') if self.peek(at + 1) == b'}' && !in_spec && brackets == 0 => {
                    return Ok(piece(self, at + 1, at + 2));
                }
                Some(b'}') => {
                    if let Some(nest) = self.nests.last_mut() {
                        nest.in_text = false;
                        nest.in_spec = false;
                    }
                    return Ok(piece(self, at, at));
                }
                Some(b'\\') => {
                    at += 1;
                    if self.peek(at) == b'\r' {
                        at += 1;
                    }
                    match self.peek(at) {
                        b'{' | b'}' => {}
                        b'N' if !raw => {
                            at += 1;
                            if self.peek(at) == b'{' {
                                named = true;
                                at += 1;
                            }
                        }
                        _ => at += 1,
                    }
                }
                Some(_) => at += 1,
            }
        }
    }

    fn letter(&self) -> char {
        self.nests.last().map_or('f', Nest::letter)
    }

    fn closes(&self, at: usize, quote: u8, triple: bool) -> bool {
        self.peek(at) == quote
            && (!triple || (self.peek(at + 1) == quote && self.peek(at + 2) == quote))
    }

    /// A field begins: what comes next is its expression.
    fn open_field(&mut self) -> Cut<()> {
        let Some(nest) = self.nests.last_mut() else {
            return Ok(());
        };
        if nest.fields >= MOST_FIELDS {
            let letter = nest.letter();
            return self.problem(format!("{letter}-string: expressions nested too deeply"));
        }
        nest.fields += 1;
        nest.in_text = false;
        Ok(())
    }

    fn never_closed<T>(&self) -> Cut<T> {
        let Some(nest) = self.nests.last() else {
            return self.problem_at_end();
        };
        let kind = if nest.triple { "triple-quoted " } else { "" };
        let message = format!(
            "unterminated {kind}{}-string literal (detected at line {})",
            nest.letter(),
            self.lines.len()
        );
        self.problem_at(self.index(nest.start), nest.start + 1, message)
    }
}
