//! Cuts a text into tokens the way CPython's tokenizer does, and finds the errors that it finds.
//!
//! The whole text is cut at once. The first error ends the list with a [`Kind::Broken`]
//! token and is kept beside it: whether it is the error to show depends on how far the grammar gets.
//!
//! Invariants
//! - The list ends with `End` or `Broken`, and holds neither elsewhere.
//! - Tokens are in the order of their offsets.

use crate::error::ErrorKind;

use super::characters::{clash, complaint, not_of_identifier, operator_length};
use super::number::{self, Spot};
use super::token::{Kind, Token};

/// An error with the range it is shown at; columns follow CPython, which often shows one point.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) kind: ErrorKind,
    pub(super) message: String,
    pub(super) span: Span,
    /// Who tells: CPython's tokenizer raises some errors itself, leaves others for its parser to raise.
    pub(super) teller: Teller,
}

/// Who raises an error. It decides how the line's text is shown, and whether the
/// error still counts if the grammar has given up before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Teller {
    /// The tokenizer: counts always; the text has no newline.
    Tokenizer,
    /// The parser for the tokenizer: counts only if the grammar gets there.
    Code,
    /// The tokenizer inside of an f-string or t-string: as [`Teller::Tokenizer`], but counts only if the
    /// grammar gets there.
    Inside,
    /// The parser.
    Grammar,
}

/// Where an error is shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Span {
    /// A range of the text.
    Range(usize, usize),
    /// From an offset; CPython gives no end: the column of the end is that of the start.
    Point(usize),
    /// CPython's error for a line as a whole: the line of the offset, the columns as given.
    Line {
        offset: usize,
        column: usize,
        end: i32,
    },
    /// Where the tokenizer stands; the end is -1.
    Cursor(usize),
    /// From an offset to where the tokenizer stands, behind the character at the second offset.
    From(usize, usize),
    /// A token that is nowhere, at this offset: columns 0.
    Nowhere(usize),
    /// From an offset to the end of its line, whatever stands there: CPython's end column 0.
    Open(usize, i32),
}

/// A bracket not closed yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bracket {
    pub(super) opener: u8,
    pub(super) offset: usize,
    pub(super) line: u32,
}

/// The tokens of a text.
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) error: Option<Found>,
    /// The brackets that are open at the end of the list.
    pub(super) open: Vec<Bracket>,
    /// Does the text end inside of an f-string or t-string?
    pub(super) in_string: bool,
    /// Is the error that the text ended within a string or behind a backslash?
    pub(super) cut_short: bool,
}

pub(super) const MOST_BRACKETS: usize = 200;
pub(super) const MOST_INDENTS: usize = 100;
pub(super) const MOST_FSTRINGS: usize = 150;
const TAB: usize = 8;

/// An f-string or t-string being read.
pub(super) struct Nest {
    pub(super) template: bool,
    pub(super) raw: bool,
    pub(super) quote: u8,
    pub(super) triple: bool,
    pub(super) start: usize,
    pub(super) quote_at: usize,
    /// Brackets open when the string began.
    pub(super) base: usize,
    /// Brackets open inside of each replacement field being read; the last is the innermost.
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) level: usize,
    pub(super) in_spec: bool,
}

pub(super) struct Tokenizer<'s> {
    pub(super) text: &'s str,
    pub(super) bytes: &'s [u8],
    pub(super) at: usize,
    pub(super) line: u32,
    pub(super) list: Vec<Token>,
    pub(super) open: Vec<Bracket>,
    pub(super) indents: Vec<(usize, usize)>,
    pub(super) nests: Vec<Nest>,
    pub(super) line_start: bool,
    pub(super) blank: bool,
    /// Where the comment before the newline that comes next began: the newline token begins there as well.
    pub(super) comment: Option<usize>,
    pub(super) cut_short: bool,
    pub(super) ends: Ends,
}

/// How a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// A newline missing at the end counts as written.
    Exec,
    /// As it stands.
    Eval,
    /// As it stands, but then comes a newline, and if that brings dedents another.
    Single,
}

pub(super) type Step = Result<(), Found>;

/// Cuts the text.
pub(super) fn tokenize(text: &str, imply_dedent: bool, ends: Ends) -> Tokens {
    let mut tokenizer = Tokenizer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        line: 1,
        list: Vec::new(),
        open: Vec::new(),
        indents: vec![(0, 0)],
        nests: Vec::new(),
        line_start: true,
        blank: true,
        comment: None,
        cut_short: false,
        ends,
    };
    let error = tokenizer.run(imply_dedent).err();
    if error.is_some() {
        let at = tokenizer.at;
        tokenizer.push(Kind::Broken, at);
    }
    Tokens {
        list: tokenizer.list,
        error,
        open: tokenizer.open,
        in_string: !tokenizer.nests.is_empty(),
        cut_short: tokenizer.cut_short,
    }
}

impl Tokenizer<'_> {
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize) {
        self.list.push(Token {
            kind,
            start,
            end: self.at,
            level: u16::try_from(self.open.len()).unwrap_or(u16::MAX),
        });
    }

    pub(super) fn fail<T>(&self, message: impl Into<String>, span: Span) -> Result<T, Found> {
        let teller = if self.nests.is_empty() {
            Teller::Tokenizer
        } else {
            Teller::Inside
        };
        Err(Found {
            kind: ErrorKind::Syntax,
            message: message.into(),
            span,
            teller,
        })
    }

    pub(super) fn fail_by_code<T>(
        &self,
        message: impl Into<String>,
        span: Span,
    ) -> Result<T, Found> {
        Err(Found {
            kind: ErrorKind::Syntax,
            message: message.into(),
            span,
            teller: Teller::Code,
        })
    }

    /// An error where the tokenizer stands: CPython shows the last character read.
    pub(super) fn fail_here<T>(&self, message: impl Into<String>) -> Result<T, Found> {
        let mut at = self.at.min(self.text.len());
        if at > 0 {
            at -= 1;
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
        }
        self.fail(message, Span::Point(at))
    }

    pub(super) fn run(&mut self, imply_dedent: bool) -> Step {
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            self.at = 3;
        }
        loop {
            if let Some(nest) = self.nests.last()
                && nest
                    .fields
                    .last()
                    .is_none_or(|field| field.in_spec && field.level == self.open.len())
            {
                self.middle()?;
                continue;
            }
            if self.line_start {
                self.line_start = false;
                self.indentation()?;
            }
            while matches!(self.peek(0), b' ' | b'\t' | b'\x0c') && !self.done() {
                self.at += 1;
            }
            self.comment = (self.peek(0) == b'#').then_some(self.at);
            if self.comment.is_some() {
                while !self.done() && self.peek(0) != b'\n' {
                    self.at += 1;
                }
            }
            if self.done() {
                return self.end(imply_dedent);
            }
            self.token()?;
        }
    }

    pub(super) fn end(&mut self, imply_dedent: bool) -> Step {
        let at = self.at;
        let comment = self.comment.take();
        if !self.open.is_empty() {
            self.push(Kind::End, at);
            return Ok(());
        }
        if self
            .list
            .last()
            .is_some_and(|last| !matches!(last.kind, Kind::Newline | Kind::Dedent | Kind::Indent))
        {
            self.implied_newline(comment.unwrap_or(at));
        }
        // Behind a newline dedents are plain to see.
        let plain = self.ends == Ends::Exec || self.bytes.ends_with(b"\n");
        if plain {
            self.dedents();
        }
        if self.ends == Ends::Single && plain && !self.list.is_empty() {
            self.implied_newline(at);
        }
        if !plain && imply_dedent && self.dedents() && self.ends == Ends::Single {
            self.implied_newline(at);
        }
        self.push(Kind::End, at);
        Ok(())
    }

    /// A newline that is not written: it ends behind the text.
    fn implied_newline(&mut self, start: usize) {
        let end = self.at + 1;
        self.push(Kind::Newline, start);
        if let Some(last) = self.list.last_mut() {
            last.end = end;
        }
    }

    /// Gives up all indentation. Was there any?
    fn dedents(&mut self) -> bool {
        let count = self.indents.len() - 1;
        self.indents.truncate(1);
        for _ in 0..count {
            let at = self.at;
            self.push(Kind::Dedent, at);
        }
        count > 0
    }

    pub(super) fn indentation(&mut self) -> Step {
        let start = self.at;
        let (mut column, mut alternative) = (0, 0);
        // A backslash in the first column counts for nothing.
        let mut continued = 0;
        loop {
            match self.peek(0) {
                b' ' if !self.done() => {
                    column += 1;
                    alternative += 1;
                }
                b'\t' => {
                    column = (column / TAB + 1) * TAB;
                    alternative += 1;
                }
                b'\x0c' => {
                    column = 0;
                    alternative = 0;
                }
                b'\\' if self.peek(1) == b'\n' && self.at + 2 < self.bytes.len() => {
                    if continued == 0 {
                        continued = column;
                    }
                    self.at += 1;
                    self.line += 1;
                }
                b'\\' => {
                    return self.backslash();
                }
                _ => break,
            }
            self.at += 1;
        }
        if continued != 0 {
            (column, alternative) = (continued, continued);
        }
        if self.done() && self.at > start && self.open.is_empty() {
            // Blanks at the very end of the text.
            self.blank = true;
            return Ok(());
        }
        self.blank = matches!(self.peek(0), b'#' | b'\n') || self.done();
        if self.blank || !self.open.is_empty() || !self.nests.is_empty() {
            return Ok(());
        }
        let &(now, now_alternative) = self.indents.last().unwrap_or(&(0, 0));
        let line_start = self.text[..self.at]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let column_shown = self.line_length(line_start);
        let here = self.at;
        let tabs = || Found {
            kind: ErrorKind::Tab,
            message: "inconsistent use of tabs and spaces in indentation".to_owned(),
            span: Span::Line {
                offset: here,
                column: 1,
                end: 0,
            },
            teller: Teller::Code,
        };
        if column == now {
            if alternative != now_alternative {
                return Err(tabs());
            }
        } else if column > now {
            if self.indents.len() >= MOST_INDENTS {
                return Err(Found {
                    kind: ErrorKind::Indentation,
                    message: "too many levels of indentation".to_owned(),
                    span: Span::Line {
                        offset: self.at,
                        column: 1,
                        end: 0,
                    },
                    teller: Teller::Code,
                });
            }
            if alternative <= now_alternative {
                return Err(tabs());
            }
            self.indents.push((column, alternative));
            let token_start = start;
            self.push(Kind::Indent, token_start);
        } else {
            while self
                .indents
                .last()
                .is_some_and(|&(level, _)| column < level)
            {
                self.indents.pop();
                let at = self.at;
                self.push(Kind::Dedent, at);
            }
            let &(level, level_alternative) = self.indents.last().unwrap_or(&(0, 0));
            if column != level {
                return Err(Found {
                    kind: ErrorKind::Indentation,
                    message: "unindent does not match any outer indentation level".to_owned(),
                    span: Span::Line {
                        offset: self.at,
                        column: column_shown,
                        end: -1,
                    },
                    teller: Teller::Code,
                });
            }
            if alternative != level_alternative {
                return Err(tabs());
            }
        }
        Ok(())
    }

    /// Characters of the line, with its newline, that starts at this offset.
    pub(super) fn line_length(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        let line = rest.find('\n').map_or(rest, |end| &rest[..=end]);
        line.chars().count() + usize::from(!line.ends_with('\n'))
    }

    pub(super) fn backslash(&mut self) -> Step {
        let backslash = self.at;
        if backslash + 1 >= self.bytes.len() && self.ends != Ends::Exec {
            self.at += 1;
            return self.fail_by_code(
                "unexpected character after line continuation character",
                Span::Open(backslash, 0),
            );
        }
        if self.peek(1) == b'\n' || backslash + 1 >= self.bytes.len() {
            self.at += 2;
            self.line += 1;
            if self.done() {
                if !self.open.is_empty() {
                    self.at = self.bytes.len();
                    return Ok(());
                }
                self.cut_short = true;
                return self.fail_by_code(
                    "unexpected EOF while parsing",
                    Span::Cursor(self.bytes.len().max(backslash + 2)),
                );
            }
            return Ok(());
        }
        self.fail_by_code(
            "unexpected character after line continuation character",
            Span::Open(backslash + 1, 0),
        )
    }

    pub(super) fn token(&mut self) -> Step {
        let start = self.at;
        let byte = self.peek(0);
        match byte {
            b'\n' => {
                self.at += 1;
                self.line += 1;
                self.line_start = true;
                if self.open.is_empty() && !self.blank {
                    let first = self.comment.take().unwrap_or(start);
                    self.push(Kind::Newline, first);
                    self.blank = true;
                } else if !self.open.is_empty() {
                    self.line_start = false;
                }
                Ok(())
            }
            b'\\' => self.backslash(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => {
                self.blank = false;
                self.word()
            }
            b'0'..=b'9' => {
                self.blank = false;
                self.number()
            }
            b'.' if self.peek(1).is_ascii_digit() => {
                self.blank = false;
                self.number()
            }
            b'"' | b'\'' => {
                self.blank = false;
                self.string(start)
            }
            _ => {
                self.blank = false;
                self.operator()
            }
        }
    }

    pub(super) fn number(&mut self) -> Step {
        let start = self.at;
        match number::scan(self.text, start, false) {
            Ok(end) => {
                self.at = end;
                self.push(Kind::Number, start);
                Ok(())
            }
            Err(problem) => {
                self.at = problem.reached;
                let span = match problem.spot {
                    Spot::Point(at) => Span::Point(at),
                    Spot::Range(start, end) => Span::Range(start, end),
                };
                self.fail(problem.message, span)
            }
        }
    }

    pub(super) fn word(&mut self) -> Step {
        let start = self.at;
        // A prefix may turn out to belong to a string.
        let mut prefix = 0;
        while prefix < 5 && self.peek(prefix).is_ascii_alphabetic() {
            prefix += 1;
            if matches!(self.peek(prefix), b'"' | b'\'') {
                let word = self.text[start..start + prefix].to_ascii_lowercase();
                if let Some(message) = clash(&word) {
                    let end = start + prefix;
                    self.at = end + 1;
                    return self.fail(message, Span::Range(start, end));
                }
                match word.as_str() {
                    "f" | "fr" | "rf" | "t" | "tr" | "rt" => {
                        self.at += prefix;
                        return self.open_fstring(start, &word);
                    }
                    "r" | "u" | "b" | "br" | "rb" => {
                        self.at += prefix;
                        return self.string(start);
                    }
                    _ => {}
                }
                break;
            }
        }
        while !self.done()
            && (self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' || self.peek(0) >= 128)
        {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        if !word.is_ascii()
            && let Some((at, character)) = not_of_identifier(word)
        {
            let offset = start + at;
            self.at = offset + character.len_utf8();
            return self.fail(complaint(character), Span::Point(offset));
        }
        self.push(Kind::Name, start);
        Ok(())
    }

    /// A plain string, whose quote is next.
    pub(super) fn string(&mut self, start: usize) -> Step {
        let quote = self.peek(0);
        let quote_at = self.at;
        let first_line = self.line;
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        let mut escaped_quote = false;
        loop {
            if self.done() || (!triple && self.peek(0) == b'\n') {
                return self.unterminated(start, quote_at, triple, escaped_quote, first_line);
            }
            match self.peek(0) {
                b'\\' => {
                    self.at += 1;
                    if self.peek(0) == quote && !self.done() {
                        escaped_quote = true;
                    }
                    if self.peek(0) == b'\n' {
                        self.line += 1;
                    }
                    if !self.done() {
                        self.at += 1;
                    }
                }
                byte if byte == quote
                    && (!triple || (self.peek(1) == quote && self.peek(2) == quote)) =>
                {
                    self.at += if triple { 3 } else { 1 };
                    self.push(Kind::String, start);
                    return Ok(());
                }
                b'\n' => {
                    self.line += 1;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    pub(super) fn unterminated(
        &mut self,
        start: usize,
        quote_at: usize,
        triple: bool,
        escaped_quote: bool,
        first_line: u32,
    ) -> Step {
        let _ = first_line;
        let line = self.detected_line();
        self.cut_short = self.done()
            && (triple || self.ends != Ends::Exec)
            && self
                .nests
                .last()
                .is_none_or(|nest| nest.quote != self.bytes[quote_at] || nest.triple != triple);
        if triple {
            return self.fail(
                format!("unterminated triple-quoted string literal (detected at line {line})"),
                Span::Point(start),
            );
        }
        // A string of an outer f-string may be cut off by that one's quote.
        if let Some(nest) = self.nests.last()
            && !nest.triple
            && nest.quote == self.bytes[quote_at]
        {
            let word = if nest.template { "t" } else { "f" };
            return self.fail(
                format!("{word}-string: expecting '}}'"),
                Span::Point(quote_at),
            );
        }
        let hint = if escaped_quote {
            "; perhaps you escaped the end quote?"
        } else {
            ""
        };
        self.fail(
            format!("unterminated string literal (detected at line {line}){hint}"),
            Span::Point(start),
        )
    }

    /// The line on which the end of the text, or of the line, was noticed.
    pub(super) fn detected_line(&self) -> u32 {
        if self.done() && self.bytes.last() == Some(&b'\n') && self.line > 1 {
            self.line - 1
        } else {
            self.line
        }
    }

    pub(super) fn operator(&mut self) -> Step {
        let start = self.at;
        let byte = self.peek(0);
        // A conversion or a specification of the innermost field.
        if let Some(nest) = self.nests.last_mut()
            && let Some(field) = nest.fields.last_mut()
            && field.level == self.open.len()
        {
            match byte {
                b':' => {
                    field.in_spec = true;
                    self.at += 1;
                    self.push(Kind::Op, start);
                    return Ok(());
                }
                b'!' if self.bytes.get(self.at + 1) != Some(&b'=') => {
                    self.at += 1;
                    self.push(Kind::Op, start);
                    return Ok(());
                }
                _ => {}
            }
        }
        match byte {
            b'(' | b'[' | b'{' => {
                self.at += 1;
                if self.open.len() >= MOST_BRACKETS {
                    return self.fail_here("too many nested parentheses");
                }
                self.open.push(Bracket {
                    opener: byte,
                    offset: start,
                    line: self.line,
                });
                self.push(Kind::Op, start);
                Ok(())
            }
            b')' | b']' | b'}' => self.close(byte),
            _ => {
                let length = operator_length(&self.bytes[start..]);
                if length == 0 {
                    let character = self.text[start..].chars().next().unwrap_or('\0');
                    self.at += character.len_utf8();
                    if matches!(byte, b'$' | b'?' | b'`') {
                        self.push(Kind::Op, start);
                        return Ok(());
                    }
                    if byte == b'!' {
                        self.push(Kind::Op, start);
                        return Ok(());
                    }
                    return self.fail(
                        format!(
                            "invalid non-printable character U+{:04X}",
                            u32::from(character)
                        ),
                        Span::Point(start),
                    );
                }
                self.at += length;
                self.push(Kind::Op, start);
                Ok(())
            }
        }
    }
}
