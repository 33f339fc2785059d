//! Finds CPython's error in a program that does not parse.
//!
//! The parser that makes the trees recovers from errors, describes them in its own words and
//! places them by its own lights. What users, `codeop`, `doctest` and test suites expect is the message
//! that CPython gives, and that follows from how CPython looks for it: a tokenizer
//! with errors of its own, a first pass over the grammar that finds how far a program is right, and
//! a second pass with rules for things that people get wrong. This module does the
//! same, for wrong programs only: [`tokenizer`], [`parser`], and the grammar in the other files.
//!
//! Which error is shown, in this order:
//! 1. the tokenizer's, if the first pass reaches it;
//! 2. the first that a rule raises, in the first pass (`expected ':'`) or the second;
//! 3. `invalid syntax` at the last token that the first pass looked at;
//!
//! and instead of 2 and 3, the tokenizer's error further down, or a bracket never closed on an earlier line.

mod calls;
pub(crate) mod characters;
mod compound;
mod displays;
mod escape;
mod expressions;
mod interpolated;
pub(crate) mod number;
mod parameters;
mod parser;
mod patterns;
mod simple;
mod strings;
mod targets;
mod token;
mod tokenizer;

use ruff_python_ast::Mod;

use crate::error::{CompileError, Context, ErrorKind, Place};
use crate::lines::Lines;
use crate::options::Mode;

use self::parser::{Parser, Raised, span_of};
use self::token::{Kind, Token};
use self::tokenizer::{Ending, Found, Span, Teller, Tokens};

/// A program to look at.
#[derive(Clone, Copy)]
pub(crate) struct Request<'s> {
    pub(crate) text: &'s str,
    pub(crate) lines: &'s Lines<'s>,
    pub(crate) filename: &'s str,
    pub(crate) mode: Mode,
    pub(crate) incomplete: bool,
    pub(crate) imply_dedent: bool,
}

const STACK: usize = 256 << 20;

/// Programs that the tree's parser lets through and that deserve a second look.
pub(crate) fn suspicious(request: &Request<'_>, tree: &Mod) -> bool {
    if crate::nesting::is_deep(request.text) {
        return true;
    }
    match (request.mode, tree) {
        (Mode::Single, Mod::Module(module)) => {
            module.body.len() != 1
                || request.incomplete
                || !request.imply_dedent
                || module.body.iter().any(crate::mend::is_block)
                || request.text.lines().any(|line| line.trim() == "\\")
        }
        (Mode::Eval, _) => request.text.starts_with([' ', '\t', '\x0c']),
        _ => false,
    }
}

/// The error in the program, or `None` if this grammar finds none.
pub(crate) fn diagnose(request: &Request<'_>) -> Option<CompileError> {
    if let Err(error) = crate::depth::check_for(STACK) {
        return Some(error);
    }
    stacker::grow(STACK, || {
        let (found, cursor, context) = find(request)?;
        let error = place(request, &found, cursor);
        Some(CompileError { context, ..error })
    })
}

/// See [`Context`]. The text ends with a newline where the parser adds one.
fn context(request: &Request<'_>, statement: Option<usize>) -> Context {
    let mut source = request.text.to_owned();
    if request.mode == Mode::Exec && !source.is_empty() && !source.ends_with('\n') {
        source.push('\n');
    }
    let (line, column) = statement.map_or((0, 0), |start| request.lines.position(start));
    Context {
        statement: (line.cast_unsigned(), column.cast_unsigned()),
        source: source.into(),
    }
}

/// The error, where the tokenizer stands when it is raised, and what the parser has read, if it is the parser's error.
fn find(request: &Request<'_>) -> Option<(Found, usize, Option<Context>)> {
    let ending = match request.mode {
        Mode::Exec => Ending::Module,
        Mode::Eval => Ending::Expression,
        Mode::Single => Ending::Single {
            imply_dedent: request.imply_dedent,
        },
    };
    let tokens = tokenizer::tokenize(request.text, ending);
    let mut parser = Parser::new(request.text, &tokens);
    if start(&mut parser, request.mode).is_some() {
        let rest = parser.pos;
        return single_overfull(request, &tokens, rest).map(|found| (found, 0, None));
    }
    if request.incomplete
        && let Some(span) = end_reached(request, &tokens, &parser)
    {
        let found = Found {
            kind: ErrorKind::IncompleteInput,
            message: "incomplete input".to_owned(),
            span,
            teller: Teller::Grammar,
        };
        let context = context(request, parser.last_statement);
        return Some((found, request.text.len(), Some(context)));
    }
    let last = tokens.list[parser.fill.max(1) - 1];
    if parser.raised.is_none() {
        parser.again();
        let _ = start(&mut parser, request.mode);
    }
    let reached = tokens.list[parser.fill.max(1) - 1];
    let end = tokens.list.last().map_or(0, |token| token.end);
    let (found, cursor) = match parser.raised.take() {
        Some(Raised::Token) => (tokens.error.clone()?, 0),
        Some(Raised::Unclosed) => (unclosed(&tokens), end),
        Some(Raised::Rule(found)) => match later(request, &tokens, reached) {
            Some(found) => (found, end),
            None => (found, parser.cursor),
        },
        None => match generic(last, reached) {
            found if found.kind == ErrorKind::Indentation => (found, reached.end),
            found => match later(request, &tokens, reached) {
                Some(found) => (found, end),
                None => (found, reached.end),
            },
        },
    };
    Some((found, cursor, Some(context(request, parser.last_statement))))
}

fn start(parser: &mut Parser<'_>, mode: Mode) -> Option<()> {
    match mode {
        Mode::Exec => {
            parser.maybe(Parser::statements);
            parser.kind(Kind::End).map(|_| ())
        }
        Mode::Eval => {
            parser.expressions()?;
            parser.many(|p| p.kind(Kind::Newline));
            parser.kind(Kind::End).map(|_| ())
        }
        Mode::Single => {
            if parser.maybe(|p| {
                p.compound_statement()?;
                p.kind(Kind::Newline)
            }) || parser.maybe(Parser::simple_statements)
                || parser.maybe(|p| p.kind(Kind::Newline))
            {
                return Some(());
            }
            None
        }
    }
}

/// If the tokenizer has met the end of the text by now: where the error is told that the input is incomplete.
fn end_reached(request: &Request<'_>, tokens: &Tokens, parser: &Parser<'_>) -> Option<Span> {
    let end = request.text.len();
    let reached = tokens.list[parser.fill.max(1) - 1];
    match reached.kind {
        Kind::End => Some(Span::Cursor(end)),
        Kind::Newline if reached.start == reached.end => Some(Span::Cursor(end)),
        Kind::Dedent if reached.end >= end => Some(Span::Cursor(end)),
        Kind::Broken => {
            let error = tokens.error.as_ref()?;
            match error.span {
                Span::Point(start) if tokens.cut_off => Some(Span::Open(start, -1)),
                Span::Cursor(at) => Some(Span::Cursor(at)),
                _ => None,
            }
        }
        // The tokenizer has to look behind these to know that they end.
        Kind::Name | Kind::Number | Kind::Op
            if reached.end == end && request.mode != Mode::Exec =>
        {
            Some(span_of(reached))
        }
        _ => None,
    }
}

/// In the `single` mode something may stand behind the statement.
fn single_overfull(request: &Request<'_>, tokens: &Tokens, rest: usize) -> Option<Found> {
    if request.mode != Mode::Single {
        return None;
    }
    let last = tokens.list[rest.max(1) - 1];
    let is_something =
        |token: &Token| !matches!(token.kind, Kind::Newline | Kind::Dedent | Kind::End);
    // CPython looks at the text: there a line that is joined to nothing counts, too.
    let behind = request.text.get(last.end..).unwrap_or_default();
    let behind = behind
        .lines()
        .map(|line| line.trim_start_matches([' ', '\t', '\x0c']))
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    if !tokens.list[rest..].iter().any(is_something)
        && !behind.is_some_and(|line| line.starts_with('\\'))
    {
        return None;
    }
    Some(Found {
        kind: ErrorKind::Syntax,
        message: "multiple statements found while compiling a single statement".to_owned(),
        span: Span::Range(last.start, last.end),
        teller: Teller::Grammar,
    })
}

fn unclosed(tokens: &Tokens) -> Found {
    let bracket = tokens.open.last().copied();
    let offset = bracket.map_or(0, |bracket| bracket.offset);
    let opener = bracket.map_or('(', |bracket| char::from(bracket.opener));
    Found {
        kind: ErrorKind::Syntax,
        message: format!("'{opener}' was never closed"),
        span: Span::Open(offset, 0),
        teller: Teller::Grammar,
    }
}

/// What the tokenizer finds behind the place where the grammar gave up.
fn later(request: &Request<'_>, tokens: &Tokens, reached: Token) -> Option<Found> {
    if let Some(error) = &tokens.error
        && error.teller == Teller::Tokenizer
    {
        return Some(error.clone());
    }
    if tokens.in_string {
        return None;
    }
    let bracket = tokens.open.last()?;
    let line = |offset: usize| request.lines.number(offset.min(request.text.len()));
    (line(reached.start) > line(bracket.offset)).then(|| unclosed(tokens))
}

fn generic(last: Token, reached: Token) -> Found {
    let (kind, message, span) = match last.kind {
        Kind::Indent => (
            ErrorKind::Indentation,
            "unexpected indent",
            span_of(reached),
        ),
        Kind::Dedent => (
            ErrorKind::Indentation,
            "unexpected unindent",
            span_of(reached),
        ),
        Kind::End => (ErrorKind::Syntax, "invalid syntax", Span::Nowhere(last.end)),
        Kind::Newline if last.start == last.end => {
            (ErrorKind::Syntax, "invalid syntax", Span::Nowhere(last.end))
        }
        _ => (
            ErrorKind::Syntax,
            "invalid syntax",
            Span::Range(last.start, last.end),
        ),
    };
    Found {
        kind,
        message: message.to_owned(),
        span,
        teller: Teller::Grammar,
    }
}

fn place(request: &Request<'_>, found: &Found, cursor: usize) -> CompileError {
    if found.kind == ErrorKind::Memory {
        return CompileError::unplaced(ErrorKind::Memory, found.message.clone());
    }
    let lines = request.lines;
    let limit = |offset: usize| offset.min(request.text.len());
    let number = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
    let place = match found.span {
        // A newline token at the end of a text without a newline ends beyond the text.
        Span::Range(start, end) => {
            let mut place = lines.place(limit(start), limit(end));
            if end > request.text.len() {
                place.end_offset = place.end_offset.map(|end| end + 1);
            } else if end > start
                && request.text[start..end].ends_with('\n')
                && !request.text[start..end - 1].contains('\n')
            {
                // A newline token ends on its own line.
                place.end_lineno = i32::try_from(place.lineno).ok();
                place.end_offset = Some(number(lines.column(end - 1) + 2));
            }
            place
        }
        Span::Point(at) => {
            let at = limit(at);
            let mut place = lines.place(at, at);
            place.end_offset = Some(place.offset);
            place
        }
        Span::Line {
            offset,
            column,
            end,
        } => {
            let mut place = lines.place(limit(offset), limit(offset));
            place.offset = number(column);
            place.end_offset = Some(end);
            place
        }
        Span::Cursor(at) => {
            let mut place = cursor_place(request, at);
            place.end_offset = Some(-1);
            place
        }
        Span::From(start, cursor) => {
            let mut place = lines.place(limit(start), limit(start));
            let cursor = limit(cursor);
            place.end_lineno = i32::try_from(lines.number(cursor)).ok();
            place.end_offset = Some(number(lines.column(cursor) + 1));
            place
        }
        Span::Nowhere(at) => {
            let mut place = cursor_place(request, at);
            place.offset = 0;
            place.end_offset = Some(0);
            place
        }
        Span::Open(at, end) => {
            let at = limit(at);
            let mut place = lines.place(at, at);
            place.end_offset = Some(end);
            place
        }
    };
    let line = place.text.as_deref().unwrap_or_default();
    let had_newline = line.ends_with('\n');
    let line = line.strip_suffix('\n').unwrap_or(line);
    // The parser has the tokenizer's line, with its newline, at hand; any other it looks up.
    let current = cursor_line(request, cursor) <= place.lineno;
    let newline = if request.mode == Mode::Exec || had_newline {
        "\n"
    } else {
        ""
    };
    let shown = match found.teller {
        Teller::Code => format!("{line}{newline}"),
        Teller::Grammar if current => format!("{line}{newline}"),
        Teller::Tokenizer | Teller::Inside | Teller::Grammar => line.to_owned(),
    };
    let mut place = place;
    if request.text.is_empty() {
        // There is no line at all.
        place.lineno = 0;
        place.end_lineno = Some(0);
    }
    if let (Some(end), Some(end_line)) = (place.end_offset, place.end_lineno)
        && end_line > i32::try_from(place.lineno).unwrap_or(i32::MAX)
    {
        // The end's column is looked for in the line of the start, and cannot lie beyond that.
        place.end_offset = Some(end.min(number(shown.len() + 1)));
    }
    CompileError {
        bare: false,
        context: None,
        kind: found.kind,
        message: found.message.clone(),
        filename: Some(request.filename.into()),
        place: Some(Place {
            text: Some(shown.into()),
            ..place
        }),
    }
}

/// The line on which the tokenizer stands behind this offset: a newline still belongs to its line.
fn cursor_line(request: &Request<'_>, cursor: usize) -> u32 {
    request
        .lines
        .number(cursor.min(request.text.len()).max(1) - 1)
}

/// Where the tokenizer stands at this offset. Behind the last newline it still
/// stands on the last line, and a newline missing there is as good as written.
fn cursor_place(request: &Request<'_>, at: usize) -> Place {
    let text = request.text;
    let at_end = at >= text.len() && !text.is_empty();
    let on_line = if at_end { text.len() - 1 } else { at };
    let on_line = (0..=on_line)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    let mut place = request.lines.place(on_line, on_line);
    let column = if at_end {
        let line = place.text.as_deref().unwrap_or_default();
        let added = request.mode == Mode::Exec && !line.ends_with('\n');
        line.chars().count() + usize::from(added)
    } else {
        request.lines.column(at)
    };
    place.offset = i32::try_from(column).unwrap_or(i32::MAX);
    place
}

/// The error for a `single` program without a statement.
pub(crate) fn empty_single(request: &Request<'_>) -> CompileError {
    let end = request.text.len();
    CompileError {
        bare: false,
        context: None,
        kind: ErrorKind::Syntax,
        message: "invalid syntax".to_owned(),
        filename: Some(request.filename.into()),
        place: Some(request.lines.place(end, end)),
    }
}
