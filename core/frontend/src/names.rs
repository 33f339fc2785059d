//! Identifiers that are `None`, `True` or `False` once they are normalised (`Truᵉ`).
//!
//! The tokenizer takes them for names; CPython's parser refuses each when it makes an identifier of it.

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use ruff_python_ast::{Expr, Identifier, Mod};
use ruff_text_size::TextRange;

use crate::error::{CompileError, ErrorKind};

/// The error of the first such identifier.
pub(crate) fn check(tree: &Mod, text: &str) -> Option<CompileError> {
    let mut finder = Finder { text, found: None };
    finder.visit_mod(tree);
    let found = finder.found?;
    let message = format!("identifier field can't represent '{found}' constant");
    Some(CompileError::unplaced(ErrorKind::Value, message))
}

struct Finder<'s> {
    text: &'s str,
    found: Option<&'static str>,
}

impl Finder<'_> {
    fn look(&mut self, name: &str, range: TextRange) {
        let constants = ["None", "True", "False"];
        if let Some(constant) = constants.into_iter().find(|&constant| constant == name)
            && self.found.is_none()
            && !self.text[range].is_ascii()
        {
            self.found = Some(constant);
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Finder<'_> {
    fn visit_identifier(&mut self, identifier: &'a Identifier) {
        self.look(&identifier.id, identifier.range);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.look(&name.id, name.range);
        }
        walk_expr(self, expression);
    }
}
