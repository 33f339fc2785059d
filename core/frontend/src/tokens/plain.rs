//! Everything outside of strings: indentation, names, numbers, operators, line ends.

use crate::diagnose::characters;
use crate::diagnose::number::{self, Spot};
use crate::error::ErrorKind;

use super::{Bracket, Cut, Cutter, Raw, kind};

const MOST_BRACKETS: usize = 200;
const MOST_INDENTS: usize = 100;
const TAB: usize = 8;

impl Cutter {
    pub(super) fn plain(&mut self) -> Cut<Raw> {
        let mut blank = false;
        loop {
            if self.state.line_begins {
                blank = self.indentation()?;
            }
            if self.pending != 0 {
                return Ok(self.indent());
            }
            if let Some(raw) = self.plain_token(blank)? {
                return Ok(raw);
            }
            blank = false;
        }
    }

    /// Looks at a line's indentation. Is there nothing in the line but perhaps a comment?
    fn indentation(&mut self) -> Cut<bool> {
        self.state.line_begins = false;
        let (mut column, mut alternative) = (0, 0);
        let mut continued = 0;
        let next = loop {
            let byte = self.byte(self.state.at)?;
            self.hold();
            match byte {
                Some(b' ') => {
                    column += 1;
                    alternative += 1;
                }
                Some(b'\t') => {
                    column = (column / TAB + 1) * TAB;
                    alternative += 1;
                }
                Some(b'\x0c') => {
                    column = 0;
                    alternative = 0;
                }
                Some(b'\\') => {
                    if continued == 0 {
                        continued = column;
                    }
                    self.state.at += 1;
                    self.continuation(true)?;
                    continue;
                }
                other => break other,
            }
            self.state.at += 1;
        };
        if matches!(next, Some(b'#' | b'\n' | b'\r')) {
            return Ok(true);
        }
        if self.brackets.is_empty() {
            if continued != 0 {
                (column, alternative) = (continued, continued);
            }
            self.indented(column, alternative)?;
        }
        Ok(false)
    }

    /// Where a line is read outside of a token, CPython forgets what it held.
    fn hold(&mut self) {
        let at = self.state.at;
        let begins = self
            .lines
            .get(self.index(at))
            .is_none_or(|line| line.start == at);
        if self.nests.is_empty() && (begins || at >= self.text.len()) {
            self.state.held = at;
        }
    }

    /// Compares a line's indentation with those before.
    fn indented(&mut self, column: usize, alternative: usize) -> Cut<()> {
        const TABS: &str = "inconsistent use of tabs and spaces in indentation";
        let &(now, now_alternative) = self.indents.last().unwrap_or(&(0, 0));
        if column > now {
            if self.indents.len() >= MOST_INDENTS {
                return self
                    .problem_of_line(ErrorKind::Indentation, "too many levels of indentation");
            }
            if alternative <= now_alternative {
                return self.problem_of_line(ErrorKind::Tab, TABS);
            }
            self.indents.push((column, alternative));
            self.pending = 1;
            return Ok(());
        }
        let kept = self
            .indents
            .partition_point(|&(level, _)| level <= column)
            .max(1);
        let &(level, level_alternative) = &self.indents[kept - 1];
        if level != column {
            return self.problem_of_line(
                ErrorKind::Indentation,
                "unindent does not match any outer indentation level",
            );
        }
        if level_alternative != alternative {
            return self.problem_of_line(ErrorKind::Tab, TABS);
        }
        self.pending = -(self.indents.len() - kept).cast_signed();
        self.indents.truncate(kept);
        Ok(())
    }

    fn indent(&mut self) -> Raw {
        let at = self.state.at;
        let (kind, start) = if self.pending > 0 {
            self.pending -= 1;
            (kind::INDENT, self.state.held)
        } else {
            self.pending += 1;
            (kind::DEDENT, at)
        };
        Raw {
            kind,
            range: self.extra.then_some(start..at),
        }
    }

    /// Behind a backslash: there must be a newline and another line.
    fn continuation(&mut self, at_start: bool) -> Cut<()> {
        if self.peek(self.state.at) == b'\r' {
            self.state.at += 1;
        }
        if self.peek(self.state.at) != b'\n' {
            return self.problem_of_line(
                ErrorKind::Syntax,
                "unexpected character after line continuation character",
            );
        }
        self.state.at += 1;
        if self.byte(self.state.at)?.is_none() {
            if at_start {
                self.hold();
            }
            return self.problem_at_end();
        }
        Ok(())
    }

    /// A token, or none if a line has ended that counts for nothing.
    fn plain_token(&mut self, blank: bool) -> Cut<Option<Raw>> {
        let (start, mut head) = loop {
            while let Some(b' ' | b'\t' | b'\x0c') = self.byte(self.state.at)? {
                self.state.at += 1;
            }
            let start = self.state.at;
            let Some(head) = self.byte(start)? else {
                if !self.brackets.is_empty() {
                    return self.problem_at_end();
                }
                return Ok(Some(Raw {
                    kind: kind::ENDMARKER,
                    range: None,
                }));
            };
            if head != b'\\' {
                break (start, head);
            }
            self.state.at += 1;
            self.continuation(false)?;
        };
        if head == b'#' {
            let rest = &self.text.as_bytes()[start..];
            let length = rest
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r'))
                .unwrap_or(rest.len());
            self.state.at = start + length;
            if self.extra {
                self.state.after_comment = blank;
                return Ok(Some(self.token(kind::COMMENT, start)));
            }
            head = self.peek(self.state.at);
        }
        if head.is_ascii_alphabetic() || head == b'_' || head >= 128 {
            return self.word(start).map(Some);
        }
        if head == b'\r' {
            self.state.at += 1;
            head = self.peek(self.state.at);
        }
        match head {
            b'\n' => Ok(self.newline(start, blank)),
            b'0'..=b'9' => self.number(start).map(Some),
            b'.' if self.peek(self.state.at + 1).is_ascii_digit() => self.number(start).map(Some),
            b'"' | b'\'' => self.string(start).map(Some),
            _ => self.operator(start, head).map(Some),
        }
    }

    fn newline(&mut self, start: usize, blank: bool) -> Option<Raw> {
        self.state.at += 1;
        self.state.line_begins = true;
        let counts = !blank && self.brackets.is_empty();
        let comment = std::mem::take(&mut self.state.after_comment);
        if counts && !(comment && self.extra) {
            return Some(Raw {
                kind: kind::NEWLINE,
                range: Some(start..self.state.at - 1),
            });
        }
        self.extra.then(|| self.token(kind::NL, start))
    }

    fn number(&mut self, start: usize) -> Cut<Raw> {
        match number::scan(&self.text, self.state.at, self.extra) {
            Ok(end) => {
                self.state.at = end;
                Ok(self.token(kind::NUMBER, start))
            }
            Err(problem) => {
                let index = self.lines.len().saturating_sub(1);
                match problem.spot {
                    Spot::Range(from, to) => {
                        self.problem_between(index, from + 1, to + 1, problem.message)
                    }
                    Spot::Point(at) => self.problem_at(index, at + 1, problem.message),
                }
            }
        }
    }

    fn word(&mut self, start: usize) -> Cut<Raw> {
        let mut prefix = String::new();
        loop {
            let letter = char::from(self.peek(start + prefix.len())).to_ascii_lowercase();
            if !"burft".contains(letter) || prefix.contains(letter) {
                break;
            }
            prefix.push(letter);
            let end = start + prefix.len();
            if matches!(self.peek(end), b'"' | b'\'') {
                if let Some(message) = characters::clash(&prefix) {
                    let index = self.lines.len().saturating_sub(1);
                    return self.problem_between(index, start + 1, end + 1, message);
                }
                self.state.at = end;
                return if prefix.contains(['f', 't']) {
                    self.open_interpolated(start, &prefix)
                } else {
                    self.string(start)
                };
            }
        }
        let rest = &self.text.as_bytes()[start..];
        let length = rest
            .iter()
            .position(|&byte| !(byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128))
            .unwrap_or(rest.len());
        self.state.at = start + length;
        let word = &self.text[start..self.state.at];
        if !self.extra
            && !word.is_ascii()
            && let Some((at, character)) = characters::not_of_identifier(word)
        {
            self.state.at = start + at + character.len_utf8();
            return self.problem(characters::complaint(character));
        }
        Ok(self.token(kind::NAME, start))
    }

    fn operator(&mut self, start: usize, head: u8) -> Cut<Raw> {
        if head == b':'
            && let Some(nest) = self.nests.last_mut()
            && nest.fields > 0
            && nest.brackets == nest.fields
        {
            nest.in_text = true;
            nest.in_spec = true;
            self.state.at += 1;
            return Ok(self.token(
                kind::operator(b":").map_or(kind::OP, |(_, kind)| kind),
                start,
            ));
        }
        let found = kind::operator(&self.text.as_bytes()[self.state.at..]);
        let (length, kind) = found.unwrap_or((1, kind::OP));
        self.state.at += length;
        match head {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= MOST_BRACKETS {
                    return self.problem("too many nested parentheses");
                }
                self.brackets.push(Bracket {
                    opener: head,
                    row: self.lines.len(),
                });
                if let Some(nest) = self.nests.last_mut() {
                    nest.brackets += 1;
                }
            }
            b')' | b']' | b'}' => self.close(head)?,
            0..=31 | 127 => {
                return self.problem(format!(
                    "invalid non-printable character U+{:04X}",
                    u32::from(head)
                ));
            }
            _ => {}
        }
        Ok(self.token(kind, start))
    }

    fn close(&mut self, closer: u8) -> Cut<()> {
        let shown = char::from(closer);
        if let Some(nest) = self.nests.last()
            && nest.brackets == 0
            && closer == b'}'
        {
            return self.problem(format!(
                "{}-string: single '}}' is not allowed",
                nest.letter()
            ));
        }
        match self.brackets.last() {
            None if !self.extra => return self.problem(format!("unmatched '{shown}'")),
            None => {}
            Some(bracket) => {
                let opener = char::from(bracket.opener);
                let fits = matches!((opener, shown), ('(', ')') | ('[', ']') | ('{', '}'));
                if !fits
                    && opener == '{'
                    && let Some(nest) = self.nests.last()
                    && nest.brackets == nest.fields
                {
                    return self.problem(format!("{}-string: unmatched '{shown}'", nest.letter()));
                }
                if !fits && !self.extra {
                    let on_line = if bracket.row == self.lines.len() {
                        String::new()
                    } else {
                        format!(" on line {}", bracket.row)
                    };
                    return self.problem(format!(
                        "closing parenthesis '{shown}' does not match opening parenthesis '{opener}'{on_line}"
                    ));
                }
            }
        }
        if let Some(nest) = self.nests.last_mut() {
            if nest.brackets == 0 {
                let message = format!("{}-string: unmatched '{shown}'", nest.letter());
                return self.problem(message);
            }
            nest.brackets -= 1;
            if closer == b'}' && nest.brackets + 1 == nest.fields {
                nest.fields -= 1;
                nest.in_text = true;
                nest.in_spec = false;
            }
        }
        self.brackets.pop();
        Ok(())
    }
}
