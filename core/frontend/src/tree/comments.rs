//! Type comments: `# type: int` behind an assignment, a parameter or the head of a block, and `# type: ignore` anywhere.
//!
//! Protocol: [`Comments::new`] finds them among the parser's tokens; those that make nodes ask for the one at a place, which marks it as used; a comment that nobody
//! asked for stands where the grammar allows none.

use std::cell::Cell;

use ruff_text_size::TextSize;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{self as ast, Stmt};
use ruff_text_size::Ranged as _;

use super::from_parser::Reader;
use super::{Item, Kind, Node, Span};
use crate::lines::Lines;

/// The type comments of a program.
pub(crate) struct Comments<'s> {
    text: &'s str,
    lines: &'s Lines<'s>,
    all: Vec<Comment<'s>>,
    /// A second comment of one function.
    second: Cell<Option<usize>>,
}

struct Comment<'s> {
    start: usize,
    text: &'s str,
    ignore: bool,
    used: Cell<bool>,
}

/// What a comment says about types: the text behind `type:`, and whether it begins with `ignore`.
fn read(comment: &str) -> Option<(&str, bool)> {
    let blanks = [' ', '\t'];
    let rest = comment.strip_prefix('#')?.trim_start_matches(blanks);
    let rest = rest.strip_prefix("type:")?.trim_start_matches(blanks);
    if let Some(tag) = rest.strip_prefix("ignore") {
        let goes_on = |first: u8| first >= 128 || first.is_ascii_alphanumeric();
        if !tag.bytes().next().is_some_and(goes_on) {
            return Some((tag, true));
        }
    }
    Some((rest, false))
}

impl<'s> Comments<'s> {
    pub(crate) fn new(text: &'s str, lines: &'s Lines<'s>, tokens: &Tokens) -> Self {
        let comments = tokens
            .iter()
            .filter(|token| token.kind() == TokenKind::Comment);
        let all = comments.filter_map(|token| {
            let start = token.range().start().to_usize();
            let (text, ignore) = read(&text[token.range()])?;
            Some(Comment {
                start,
                text,
                ignore,
                used: Cell::new(false),
            })
        });
        Self {
            text,
            lines,
            all: all.collect(),
            second: Cell::new(None),
        }
    }

    /// The list `type_ignores` of a module.
    pub(super) fn ignores(&self) -> Item {
        let ignores = self.all.iter().filter(|comment| comment.ignore);
        Item::nodes(ignores.map(|comment| {
            let line = self.lines.position(comment.start).0;
            let fields = vec![Item::Int(line), Item::string(comment.text)];
            Node::new(Kind::TypeIgnore, Span::default(), fields)
        }))
    }

    /// Where the first comment starts that stands where none may, and what to say of it.
    pub(crate) fn misplaced(&self) -> Option<(usize, &'static str)> {
        let mut rest = self.all.iter();
        let found = rest.find(|comment| !comment.ignore && !comment.used.get())?;
        let message = if self.second.get() == Some(found.start) {
            "Cannot have two type comments on def"
        } else if self.text[..found.start].trim_end().ends_with("*,") {
            "bare * has associated type comment"
        } else {
            "invalid syntax"
        };
        Some((found.start, message))
    }

    /// The comment that starts here.
    fn at(&self, offset: usize) -> Option<Item> {
        let index = self
            .all
            .binary_search_by_key(&offset, |comment| comment.start)
            .ok()?;
        let comment = &self.all[index];
        if comment.ignore {
            return None;
        }
        comment.used.set(true);
        Some(Item::string(comment.text))
    }

    /// The comment behind this place on the same line.
    fn on_line(&self, offset: usize) -> Option<Item> {
        let rest = &self.text[offset..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\x0c']).len();
        self.at(offset + blanks)
    }

    /// Past blanks, ends of lines and comments that are no type comments.
    fn skip(&self, mut offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(offset) {
            match byte {
                b' ' | b'\t' | b'\x0c' | b'\n' | b'\\' => offset += 1,
                b'#' if !self.is_type(offset) => offset = self.line_end(offset),
                _ => break,
            }
        }
        offset
    }

    fn is_type(&self, offset: usize) -> bool {
        self.all
            .binary_search_by_key(&offset, |comment| comment.start)
            .is_ok_and(|index| !self.all[index].ignore)
    }

    fn line_end(&self, offset: usize) -> usize {
        let rest = &self.text[offset..];
        offset + rest.find('\n').unwrap_or(rest.len())
    }

    /// Where the head of a block ends: behind its colon.
    fn behind_colon(&self, mut offset: usize) -> Option<usize> {
        loop {
            offset = self.skip(offset);
            match self.text.as_bytes().get(offset)? {
                b':' => return Some(offset + 1),
                b')' | b',' => offset += 1,
                _ => return None,
            }
        }
    }
}

impl Reader<'_> {
    /// The comment behind an assignment.
    pub(super) fn comment_after(&self, end: TextSize) -> Item {
        let found = self
            .comments
            .and_then(|comments| comments.on_line(end.to_usize()));
        found.unwrap_or(Item::Absent)
    }

    /// The comment behind a parameter, or behind the comma that follows it.
    pub(super) fn comment_of_parameter(&self, end: TextSize) -> Item {
        let find = |comments: &Comments<'_>| {
            let mut at = comments.skip(end.to_usize());
            if self.text[at..].starts_with(',') {
                at = comments.skip(at + 1);
            }
            comments.at(at)
        };
        self.comments.and_then(find).unwrap_or(Item::Absent)
    }

    /// The comment behind the head of a block.
    pub(super) fn comment_of_block(&self, head: TextSize) -> Item {
        let find = |comments: &Comments<'_>| {
            let colon = comments.behind_colon(head.to_usize())?;
            comments.on_line(colon)
        };
        self.comments.and_then(find).unwrap_or(Item::Absent)
    }

    /// The comment behind the head of a function, or on a line of its own below.
    pub(super) fn comment_of_function(&self, head: TextSize, body: &[Stmt]) -> Item {
        let find = |comments: &Comments<'_>| {
            let colon = comments.behind_colon(head.to_usize())?;
            let here = comments.on_line(colon);
            let head_end = if here.is_some() {
                comments.line_end(colon)
            } else {
                colon
            };
            let next = comments.skip(head_end);
            let first = body.first().map_or(usize::MAX, start_of);
            let below = self.text[head_end..next].contains('\n') && next < first;
            if here.is_some() {
                comments.second.set(below.then_some(next));
                return here;
            }
            if below { comments.at(next) } else { None }
        };
        self.comments.and_then(find).unwrap_or(Item::Absent)
    }
}

fn start_of(statement: &Stmt) -> usize {
    let decorators: &[ast::Decorator] = match statement {
        Stmt::FunctionDef(inner) => &inner.decorator_list,
        Stmt::ClassDef(inner) => &inner.decorator_list,
        _ => &[],
    };
    let start = decorators
        .first()
        .map_or(statement.range().start(), |first| first.range.start());
    start.to_usize()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_type_comment_is_told_from_others() {
        assert_eq!(read("# type: int"), Some(("int", false)));
        assert_eq!(read("#type:int "), Some(("int ", false)));
        assert_eq!(read("# type: ignore"), Some(("", true)));
        assert_eq!(read("# type: ignore[x]"), Some(("[x]", true)));
        assert_eq!(read("# type: ignored"), Some(("ignored", false)));
        assert_eq!(read("# types: int"), None);
        assert_eq!(read("## type: int"), None);
    }
}
