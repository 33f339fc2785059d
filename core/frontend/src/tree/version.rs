//! `feature_version`: what a Python older than 3.14 did not know, as far as CPython's grammar says.
//!
//! A node is judged after those within it, as the grammar's actions run. The place told is the last character of the node in question; CPython tells the last token that its
//! parser had looked at by then.

use super::{Item, Kind, Node};
use crate::code::Const;
use crate::lines::Lines;

/// The newest minor version that need not be judged.
pub(crate) const NEWEST: i32 = 14;

/// What is too new, and the byte behind it.
pub(crate) struct TooNew {
    pub(crate) message: String,
    pub(crate) end: usize,
}

/// The first thing in the tree that Python 3.`minor` did not know.
pub(crate) fn check(tree: &Node, minor: i32, text: &str, lines: &Lines<'_>) -> Option<TooNew> {
    if minor >= NEWEST {
        return None;
    }
    let mut judge = Judge { minor, text, lines };
    judge.visit(tree)
}

struct Judge<'s> {
    minor: i32,
    text: &'s str,
    lines: &'s Lines<'s>,
}

impl Judge<'_> {
    fn visit(&mut self, node: &Node) -> Option<TooNew> {
        for item in &node.fields {
            let found = match item {
                Item::Node(inner) => self.visit(inner),
                Item::List(items) => items
                    .iter()
                    .filter_map(Item::as_node)
                    .find_map(|inner| self.visit(inner)),
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
        let (needs, what, last) = self.rule(node)?;
        (self.minor < needs).then(|| TooNew {
            message: format!("{what} only supported in Python 3.{needs} and greater"),
            end: self.lines.offset(last.span.end_line, last.span.end_column),
        })
    }

    /// The version that a node needs, what CPython calls it, and the node whose end is told.
    fn rule<'n>(&self, node: &'n Node) -> Option<(i32, &'static str, &'n Node)> {
        let is_list_given = |name: &str| !node.list(name).is_empty();
        let last_of = |name: &str| node.nodes(name).last().unwrap_or(node);
        Some(match node.kind {
            Kind::NamedExpr => (8, "Assignment expressions are", node),
            Kind::Match => (10, "Pattern matching is", node),
            Kind::TryStar => (11, "Exception groups are", node),
            Kind::ArgumentsClass if is_list_given("posonlyargs") => {
                (8, "Positional-only parameters are", last_of("posonlyargs"))
            }
            Kind::FunctionDef | Kind::ClassDef if is_list_given("type_params") => {
                (12, "Type parameter lists are", last_of("type_params"))
            }
            Kind::AsyncFunctionDef if is_list_given("type_params") && self.minor >= 5 => {
                (12, "Type parameter lists are", last_of("type_params"))
            }
            Kind::AsyncFunctionDef => (5, "Async functions are", node),
            Kind::TypeAlias => (12, "Type statement is", node),
            Kind::TypeVar | Kind::ParamSpec | Kind::TypeVarTuple
                if node.node("default_value").is_some() =>
            {
                (13, "Type parameter defaults are", node)
            }
            Kind::ExceptHandler => {
                let tuple = node.node("type").filter(|of| of.kind == Kind::Tuple)?;
                let start = self.lines.offset(tuple.span.line, tuple.span.column);
                if self.text[start..].starts_with('(') {
                    return None;
                }
                (14, "except expressions without parentheses are", tuple)
            }
            Kind::TemplateStr => (14, "t-strings are", node),
            Kind::AnnAssign if node.int("simple") != 0 => {
                (6, "Variable annotation syntax is", node)
            }
            Kind::AnnAssign => (6, "Variable annotations syntax is", node),
            Kind::Await => (5, "Await expressions are", node),
            Kind::AsyncFor => (5, "Async for loops are", node),
            Kind::AsyncWith => (5, "Async with statements are", node),
            Kind::ComprehensionClass if node.int("is_async") != 0 => (
                6,
                "Async comprehensions are",
                node.nodes("ifs").last().or(node.node("iter"))?,
            ),
            Kind::BinOp | Kind::AugAssign if node.simple("op") == Some(Kind::MatMult) => {
                (5, "The '@' operator is", node)
            }
            Kind::Constant => {
                let is_number = matches!(
                    node.constant(),
                    Some(
                        Const::Int(_) | Const::BigInt(_) | Const::Float(_) | Const::Complex { .. }
                    )
                );
                let start = self.lines.offset(node.span.line, node.span.column);
                let end = self.lines.offset(node.span.end_line, node.span.end_column);
                if !is_number || !self.text[start..end].contains('_') {
                    return None;
                }
                (6, "Underscores in numeric literals are", node)
            }
            _ => return None,
        })
    }
}
