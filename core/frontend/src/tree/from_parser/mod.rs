//! From the parser's tree to nodes.
//!
//! | what | where |
//! |---|---|
//! | statements | `statements` |
//! | expressions | `expressions` |
//! | literals of numbers and strings, f-strings, t-strings | `literals` |
//! | parameters, arguments, type parameters | `parameters` |
//! | patterns | `patterns` |
//!
//! The parser counts offsets, a node lines and columns. Where the parser's range is not CPython's, the method that makes the node says so.
//!
//! Invariant: the text is the one that was parsed; the tree has passed [`crate::depth`].

mod expressions;
mod literals;
mod parameters;
mod patterns;
mod statements;

use ruff_python_ast::{Mod, Stmt};
use ruff_source_file::SourceFile;
use ruff_text_size::TextRange;

use super::comments::Comments;
use super::{Item, Kind, Node, Span};
use crate::lines::Lines;

/// Makes nodes.
pub(crate) struct Reader<'s> {
    pub(crate) text: &'s str,
    pub(crate) lines: &'s Lines<'s>,
    /// The text once more, as the functions want it that read literals again.
    pub(crate) file: &'s SourceFile,
    /// The type comments, if they are asked for.
    pub(crate) comments: Option<&'s Comments<'s>>,
}

impl Reader<'_> {
    /// The whole tree; `interactive` makes an `Interactive` of a module.
    pub(crate) fn module(&self, tree: &Mod, interactive: bool) -> Node {
        match tree {
            Mod::Module(module) => {
                let body = self.statements(&module.body);
                if interactive {
                    return Node::new(Kind::Interactive, Span::default(), vec![body]);
                }
                let ignores = self
                    .comments
                    .map_or_else(|| Item::List(Vec::new()), Comments::ignores);
                Node::new(Kind::Module, Span::default(), vec![body, ignores])
            }
            Mod::Expression(expression) => {
                let body = self.expression(&expression.body).into();
                Node::new(Kind::Expression, Span::default(), vec![body])
            }
        }
    }

    pub(super) fn statements(&self, body: &[Stmt]) -> Item {
        Item::nodes(body.iter().map(|statement| self.statement(statement)))
    }

    /// The place of a range.
    pub(super) fn span(&self, range: TextRange) -> Span {
        let (line, column) = self.lines.position(range.start().to_usize());
        let (end_line, end_column) = self.lines.position(range.end().to_usize());
        Span {
            line,
            column,
            end_line,
            end_column,
        }
    }
}
