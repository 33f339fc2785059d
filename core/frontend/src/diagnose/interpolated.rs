//! The tokenizer inside of f-strings and t-strings, and the closing of brackets, which may be theirs.

use super::token::Kind;
use super::tokenizer::{Bracket, Field, MOST_BRACKETS, MOST_FSTRINGS, Nest, Span, Step, Tokenizer};

impl Tokenizer<'_> {
    pub(super) fn open_fstring(&mut self, start: usize, word: &str) -> Step {
        let quote = self.peek(0);
        let quote_at = self.at;
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        let template = word.contains('t');
        if self.nests.len() + 1 >= MOST_FSTRINGS {
            return self.fail("too many nested f-strings or t-strings", Span::Point(start));
        }
        self.push(
            if template {
                Kind::TStringStart
            } else {
                Kind::FStringStart
            },
            start,
        );
        self.nests.push(Nest {
            template,
            raw: word.contains('r'),
            quote,
            triple,
            start,
            quote_at,
            base: self.open.len(),
            fields: Vec::new(),
        });
        Ok(())
    }

    /// The text of an f-string outside of its replacement fields, or of a format specification.
    pub(super) fn middle(&mut self) -> Step {
        let start = self.at;
        let Some(nest) = self.nests.last() else {
            return Ok(());
        };
        let (quote, triple, raw, template) = (nest.quote, nest.triple, nest.raw, nest.template);
        let (string_start, quote_at) = (nest.start, nest.quote_at);
        let in_spec = nest.fields.last().is_some_and(|field| field.in_spec);
        let word = if template { "t" } else { "f" };
        let middle = if template {
            Kind::TStringMiddle
        } else {
            Kind::FStringMiddle
        };
        loop {
            if self.done() || (self.peek(0) == b'\n' && !triple) {
                if in_spec && !self.done() && !triple {
                    // A newline ends the specification; the grammar sees what follows.
                    if self.at > start {
                        self.push(middle, start);
                    }
                    if let Some(field) = self
                        .nests
                        .last_mut()
                        .and_then(|nest| nest.fields.last_mut())
                    {
                        field.in_spec = false;
                    }
                    return self.fail(
                        format!("{word}-string: newlines are not allowed in format specifiers for single quoted {word}-strings"),
                        Span::Range(self.at, self.at),
                    );
                }
                let line = self.detected_line();
                let kind = if triple { "triple-quoted " } else { "" };
                let _ = (string_start, quote_at);
                self.cut_short = triple;
                return self.fail(
                    format!("unterminated {kind}{word}-string literal (detected at line {line})"),
                    Span::Point(string_start),
                );
            }
            let byte = self.peek(0);
            if byte == quote && (!triple || (self.peek(1) == quote && self.peek(2) == quote)) {
                if self.at > start {
                    self.push(middle, start);
                }
                if in_spec {
                    // The string ends inside of a field: the closing quote is what the grammar meets.
                    let at = self.at;
                    self.at += if triple { 3 } else { 1 };
                    self.push(
                        if template {
                            Kind::TStringEnd
                        } else {
                            Kind::FStringEnd
                        },
                        at,
                    );
                    let _ = self.nests.pop();
                    return Ok(());
                }
                let at = self.at;
                self.at += if triple { 3 } else { 1 };
                let _ = self.nests.pop();
                self.push(
                    if template {
                        Kind::TStringEnd
                    } else {
                        Kind::FStringEnd
                    },
                    at,
                );
                return Ok(());
            }
            match byte {
                b'{' if self.peek(1) == b'{' && !in_spec => self.at += 2,
                b'{' => {
                    if self.at > start {
                        self.push(middle, start);
                    }
                    let at = self.at;
                    if self.open.len() >= MOST_BRACKETS {
                        self.at += 1;
                        return self.fail_here("too many nested parentheses");
                    }
                    self.at += 1;
                    self.open.push(Bracket {
                        opener: b'{',
                        offset: at,
                        line: self.line,
                    });
                    let level = self.open.len();
                    self.push(Kind::Op, at);
                    if let Some(nest) = self.nests.last_mut() {
                        nest.fields.push(Field {
                            level,
                            in_spec: false,
                        });
                        if nest.fields.len() > 3 {
                            return self.fail(
                                format!("{word}-string: expressions nested too deeply"),
                                Span::Point(at),
                            );
                        }
                    }
                    return Ok(());
                }
                b'}' if in_spec => {
                    if self.at > start {
                        self.push(middle, start);
                    }
                    let at = self.at;
                    self.at += 1;
                    self.open.pop();
                    self.push(Kind::Op, at);
                    if let Some(nest) = self.nests.last_mut() {
                        nest.fields.pop();
                    }
                    return Ok(());
                }
                b'}' if self.peek(1) == b'}' => self.at += 2,
                b'}' => {
                    if self.at > start {
                        self.push(middle, start);
                    }
                    let at = self.at;
                    return self.fail(
                        format!("{word}-string: single '}}' is not allowed"),
                        Span::Point(at),
                    );
                }
                b'\\' => {
                    self.at += 1;
                    if self.done() {
                        continue;
                    }
                    match self.peek(0) {
                        b'{' | b'}' => {}
                        b'\n' => {
                            self.line += 1;
                            self.at += 1;
                        }
                        b'N' if !raw && self.peek(1) == b'{' => {
                            while !self.done()
                                && !matches!(self.peek(0), b'}' | b'\n')
                                && self.peek(0) != quote
                            {
                                self.at += 1;
                            }
                            if self.peek(0) == b'}' {
                                self.at += 1;
                            }
                        }
                        _ => self.at += 1,
                    }
                }
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    pub(super) fn close(&mut self, closer: u8) -> Step {
        let start = self.at;
        self.at += 1;
        let shown = char::from(closer);
        if let Some(nest) = self.nests.last()
            && self.open.len() <= nest.base
        {
            let word = if nest.template { "t" } else { "f" };
            return self.fail(
                format!("{word}-string: unmatched '{shown}'"),
                Span::Point(start),
            );
        }
        if let Some(nest) = self.nests.last()
            && nest
                .fields
                .last()
                .is_some_and(|field| field.level == self.open.len())
            && closer != b'}'
        {
            let word = if nest.template { "t" } else { "f" };
            return self.fail(
                format!("{word}-string: unmatched '{shown}'"),
                Span::Point(start),
            );
        }
        let Some(bracket) = self.open.pop() else {
            return self.fail(format!("unmatched '{shown}'"), Span::Point(start));
        };
        let fits = matches!(
            (bracket.opener, closer),
            (b'(', b')') | (b'[', b']') | (b'{', b'}')
        );
        if !fits {
            let opener = char::from(bracket.opener);
            match self.nests.last() {
                Some(nest)
                    if bracket.opener == b'{'
                        && nest
                            .fields
                            .last()
                            .is_some_and(|f| f.level == self.open.len() + 1) =>
                {
                    let word = if nest.template { "t" } else { "f" };
                    return self.fail(
                        format!("{word}-string: unmatched '{shown}'"),
                        Span::Point(start),
                    );
                }
                _ => {}
            }
            let on_line = if bracket.line == self.line {
                String::new()
            } else {
                format!(" on line {}", bracket.line)
            };
            return self.fail(
                format!("closing parenthesis '{shown}' does not match opening parenthesis '{opener}'{on_line}"),
                Span::Point(start),
            );
        }
        self.push(Kind::Op, start);
        if let Some(nest) = self.nests.last_mut()
            && closer == b'}'
            && nest
                .fields
                .last()
                .is_some_and(|field| field.level == self.open.len() + 1)
        {
            nest.fields.pop();
        }
        Ok(())
    }
}
