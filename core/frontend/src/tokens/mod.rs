//! A text cut into tokens line by line, as the library's `tokenize` sees them.
//!
//! The compiler has no use for this: its parser brings a tokenizer of its own, and `diagnose` another that looks for
//! errors in a whole text. Here the lines come one by one and only when needed, nothing is lost (comments, line ends, positions),
//! and much that is no Python passes: brackets need not match, a name may hold any character.
//!
//! | what | file |
//! |---|---|
//! | tokens and errors as they are given away; lines, positions | this |
//! | indentation, names, operators, line ends | `plain` |
//! | strings without replacement fields | `string` |
//! | the text of f-strings and t-strings | `interpolated` |
//! | operators' numbers | `kind` |
//!
//! ## Protocol
//! [`Cutter::advance`] gives a token, an error, or asks for a line; then [`Cutter::feed`] and again. A token that reaches the end of the last
//! line without ending is forgotten and cut again from its start with the next line, except that the body of a string goes on where it stopped.
//!
//! Invariants
//! - Each line ends with a newline; one that came without has been given it and is marked.
//! - A line is asked for only when all before it are used up, so the row of whatever was cut last is the number of lines.
//! - While a token is being cut, what is changed is in [`State`], or is changed when the token is complete.

mod interpolated;
pub mod kind;
mod plain;
mod string;

use std::ops::Range;

use crate::error::ErrorKind;

use self::interpolated::Nest;

/// What [`Cutter::advance`] comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A token; after that of [`kind::ENDMARKER`] comes only [`Step::End`].
    Token(Token),
    /// The next line is needed.
    Line,
    /// The text cannot be cut any further.
    Problem(Problem),
    /// Nor here: the token ends inside a character, of which so many bytes, the last ones, are in it. CPython takes a carriage return for one of two bytes that end a line.
    Broken(Vec<u8>, usize),
    /// There is nothing more.
    End,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// As the library's `token` counts.
    pub kind: u8,
    /// What it consists of.
    pub text: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The lines it stands in; see [`Cutter::slice`].
    pub line: Range<usize>,
}

/// A row, from 1, and a column in characters, from 0; -1 for what stands nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The row.
    pub row: usize,
    /// The column.
    pub column: isize,
}

/// Why a text cannot be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The exception's class.
    pub class: ErrorKind,
    /// Its message.
    pub message: String,
    /// The row, from 1.
    pub row: usize,
    /// The column, as CPython gives it: from 1, or 0.
    pub column: usize,
    /// What else is told.
    pub shown: Shown,
}

/// What an error says of its place beside row and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The line, and the column of the end.
    Range(String, usize),
    /// The line.
    Line(String),
    /// Nothing.
    Nothing,
}

/// Why a token was not cut.
enum Stop {
    /// Without the next line it cannot be known.
    More,
    Problem(Problem),
}

type Cut<T> = Result<T, Stop>;

/// A token before its place is known: kind and range, if it stands anywhere.
struct Raw {
    kind: u8,
    range: Option<Range<usize>>,
}

struct Line {
    start: usize,
    /// Its newline was missing.
    mended: bool,
}

/// An open bracket.
struct Bracket {
    opener: u8,
    row: usize,
}

/// What changes while a token is being cut.
#[derive(Clone, Copy)]
struct State {
    at: usize,
    /// A line begins: its indentation is still to be looked at.
    line_begins: bool,
    /// The newline to come ends a line with nothing but a comment.
    after_comment: bool,
    /// Where the part of the text begins that CPython would hold in its buffer, and shows in some errors.
    held: usize,
}

/// Where the body of a string goes on that did not end with its line.
#[derive(Clone, Copy)]
struct Resume {
    at: usize,
    flag: bool,
}

/// Cuts a text.
pub struct Cutter {
    /// Comments and line ends are tokens, all operators one kind, and what is no Python is tolerated.
    extra: bool,
    text: String,
    lines: Vec<Line>,
    ended: bool,
    /// The last line holds a null.
    null: bool,
    finished: bool,
    state: State,
    resume: Option<Resume>,
    /// The columns of the indentations, with tabs to the next multiple of eight and with tabs as one.
    indents: Vec<(usize, usize)>,
    /// Indents (positive) or dedents to be given away.
    pending: isize,
    brackets: Vec<Bracket>,
    nests: Vec<Nest>,
    /// The row on which the last token began, and its lines.
    last: (usize, Range<usize>),
    /// A place and its column: the start of its line, it, the characters between.
    known: (usize, usize, usize),
}

impl Cutter {
    /// A cutter without a line yet. `extra`: as `tokenize` wants it; without, as CPython's own compiler.
    #[must_use]
    pub fn new(extra: bool) -> Self {
        Self {
            extra,
            text: String::new(),
            lines: Vec::new(),
            ended: false,
            null: false,
            finished: false,
            state: State {
                at: 0,
                line_begins: true,
                after_comment: false,
                held: 0,
            },
            resume: None,
            indents: vec![(0, 0)],
            pending: 0,
            brackets: Vec::new(),
            nests: Vec::new(),
            last: (0, 0..0),
            known: (0, 0, 0),
        }
    }

    /// The next line, or that there is none.
    pub fn feed(&mut self, line: Option<&str>) {
        match line {
            Some(line) if !line.is_empty() => {
                let mended = !line.ends_with('\n');
                self.null = line.contains('\0');
                self.lines.push(Line {
                    start: self.text.len(),
                    mended,
                });
                self.text.push_str(line);
                if mended {
                    self.text.push('\n');
                }
            }
            _ => self.ended = true,
        }
    }

    /// A part of the text.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &str {
        &self.text[range]
    }

    /// The next token.
    pub fn advance(&mut self) -> Step {
        if self.finished {
            return Step::End;
        }
        let before = self.state;
        let cut = self.check_line().and_then(|()| self.cut());
        match cut {
            Ok(Raw {
                range: Some(range), ..
            }) if !self.text.is_char_boundary(range.end) => {
                self.finished = true;
                let whole = self.text.floor_char_boundary(range.end);
                let bytes = self.text.as_bytes()[range.clone()].to_vec();
                Step::Broken(bytes, range.end - whole)
            }
            Ok(raw) => {
                self.finished = raw.kind == kind::ENDMARKER;
                self.resume = None;
                self.placed(raw).map_or(Step::End, Step::Token)
            }
            Err(Stop::More) => {
                self.state = before;
                Step::Line
            }
            Err(Stop::Problem(problem)) => {
                self.finished = true;
                Step::Problem(problem)
            }
        }
    }

    /// Refuses a line that CPython would not read.
    fn check_line(&self) -> Cut<()> {
        if !self.null {
            return Ok(());
        }
        let line = &self.text[self.line_start()..];
        let shown = line.split(['\0', '\n']).next().unwrap_or("");
        Err(Stop::Problem(Problem {
            class: ErrorKind::Syntax,
            message: "source code cannot contain null bytes".to_owned(),
            row: self.lines.len(),
            column: 0,
            shown: Shown::Range(shown.to_owned(), 0),
        }))
    }

    fn cut(&mut self) -> Cut<Raw> {
        if self.nests.last().is_some_and(|nest| nest.in_text) {
            self.interpolated()
        } else {
            self.plain()
        }
    }

    /// The byte at a place; `None` behind the end of the text.
    fn byte(&self, at: usize) -> Cut<Option<u8>> {
        match self.text.as_bytes().get(at) {
            None if !self.ended => Err(Stop::More),
            byte => Ok(byte.copied()),
        }
    }

    /// The byte at a place in a line whose end has not been passed.
    fn peek(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// A token that ends here.
    fn token(&self, kind: u8, start: usize) -> Raw {
        Raw {
            kind,
            range: Some(start..self.state.at),
        }
    }

    /// Where the last line begins.
    fn line_start(&self) -> usize {
        self.lines.last().map_or(0, |line| line.start)
    }

    /// The line in which a place lies, from 0.
    fn index(&self, at: usize) -> usize {
        self.lines
            .partition_point(|line| line.start <= at)
            .saturating_sub(1)
    }

    /// An error where the cutter stands.
    fn problem<T>(&self, message: impl Into<String>) -> Cut<T> {
        self.problem_at(self.lines.len().saturating_sub(1), self.state.at, message)
    }

    /// An error that is shown in a line (from 0) before a place.
    fn problem_at<T>(&self, index: usize, at: usize, message: impl Into<String>) -> Cut<T> {
        self.problem_between(index, at, at, message)
    }

    /// An error that is shown in a line (from 0) from before one place to before another.
    fn problem_between<T>(
        &self,
        index: usize,
        from: usize,
        to: usize,
        message: impl Into<String>,
    ) -> Cut<T> {
        let start = self.lines.get(index).map_or(0, |line| line.start);
        let line = self.text[start..].split('\n').next().unwrap_or("");
        let column = |at| self.text[start..at].chars().count();
        Err(Stop::Problem(Problem {
            class: ErrorKind::Syntax,
            message: message.into(),
            row: index + 1,
            column: column(from),
            shown: Shown::Range(line.to_owned(), column(to)),
        }))
    }

    /// An error in a line as a whole: shown is all that CPython holds.
    fn problem_of_line<T>(&self, class: ErrorKind, message: &str) -> Cut<T> {
        let held = &self.text[self.state.held..];
        let line = held.strip_suffix('\n').unwrap_or(held);
        Err(Stop::Problem(Problem {
            class,
            message: message.to_owned(),
            row: self.lines.len(),
            column: line.chars().count() + 1,
            shown: Shown::Line(line.to_owned()),
        }))
    }

    /// The text ends where it must not.
    fn problem_at_end<T>(&self) -> Cut<T> {
        Err(Stop::Problem(Problem {
            class: ErrorKind::Syntax,
            message: "unexpected EOF in multi-line statement".to_owned(),
            row: self.lines.len(),
            column: self.text.len() - self.state.held,
            shown: Shown::Nothing,
        }))
    }

    /// Characters between the start of a line and a place in it.
    fn column(&mut self, start: usize, at: usize) -> usize {
        let (line, from, characters) = self.known;
        let column = if line == start && from <= at {
            characters + self.text[from..at].chars().count()
        } else {
            self.text[start..at].chars().count()
        };
        self.known = (start, at, column);
        column
    }

    /// The token with its place; `None` for the end of a text of which CPython does not tell even that.
    fn placed(&mut self, raw: Raw) -> Option<Token> {
        let Raw { kind, range } = raw;
        let rows = self.lines.len();
        let all = self.text.len();
        let mended = self.lines.last().is_some_and(|line| line.mended);
        let line_start = self.line_start();
        let trailing = kind == kind::ENDMARKER || (kind == kind::DEDENT && self.at_end());
        let nowhere = |row| Position { row, column: -1 };
        if trailing {
            let place = if self.extra {
                Position {
                    row: rows + 1,
                    column: 0,
                }
            } else {
                nowhere(rows)
            };
            if !self.extra && rows == 0 {
                return None;
            }
            let line = match &self.last {
                (row, line) if !self.extra && *row == rows => line.clone(),
                _ => all..all,
            };
            self.last = (rows, line.clone());
            return Some(Token {
                kind,
                text: String::new(),
                start: place,
                end: place,
                line,
            });
        }
        let mut row = rows;
        let mut base = line_start;
        if kind::is_string(kind)
            && let Some(range) = &range
        {
            let index = self.index(range.start);
            row = index + 1;
            base = self.lines.get(index).map_or(0, |line| line.start);
        }
        let line = base..all - usize::from(mended);
        self.last = (row, line.clone());
        let Some(range) = range else {
            return Some(Token {
                kind,
                text: String::new(),
                start: nowhere(row),
                end: nowhere(rows),
                line,
            });
        };
        let start = self.column(base, range.start);
        let mut end = self.column(line_start, range.end);
        let mut text = &self.text[range.clone()];
        let mut shown = kind;
        if self.extra {
            if kind::is_operator(kind) {
                shown = kind::OP;
            } else if kind == kind::NEWLINE {
                end += 1;
                text = match text {
                    text if mended => text,
                    text if text.starts_with('\r') => "\r\n",
                    _ => "\n",
                };
            } else if kind == kind::NL && mended {
                text = "";
            }
        }
        Some(Token {
            kind: shown,
            text: text.to_owned(),
            start: Position {
                row,
                column: start.cast_signed(),
            },
            end: Position {
                row: rows,
                column: end.cast_signed(),
            },
            line,
        })
    }

    fn at_end(&self) -> bool {
        self.ended && self.state.at >= self.text.len()
    }
}
