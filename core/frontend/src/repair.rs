//! Valid programs that the parser rejects.
//!
//! `raise; x` is one: the parser looks for the end of the line behind a bare `raise`, and for nothing
//! else. It recovers with an empty name in place of the exception, which [`bare_raises`] takes out again.
//! Called only if the grammar of [`crate::diagnose`] accepts the program.

use ruff_python_ast::visitor::transformer::{Transformer, walk_stmt};
use ruff_python_ast::{Expr, Mod, Stmt};
use ruff_python_parser::ParseError;
use ruff_text_size::Ranged as _;

/// Is every error one about a semicolon behind `raise`?
pub(crate) fn only_bare_raises(text: &str, errors: &[ParseError]) -> bool {
    errors.iter().all(|error| {
        let at = error.location.start().to_usize();
        let before = text[..at].trim_end_matches([' ', '\t', '\x0c']);
        text[at..]
            .trim_start_matches([' ', '\t', '\x0c'])
            .starts_with(';')
            && before.ends_with("raise")
    })
}

/// Makes `raise` of `raise <nothing>`.
pub(crate) fn bare_raises(tree: &mut Mod) {
    if let Mod::Module(module) = tree {
        Repairer.visit_body(&mut module.body);
    }
}

struct Repairer;

impl Transformer for Repairer {
    fn visit_stmt(&self, statement: &mut Stmt) {
        if let Stmt::Raise(raise) = statement
            && let Some(Expr::Name(name)) = raise.exc.as_deref()
            && name.id.is_empty()
        {
            let end = raise.range.start() + ruff_text_size::TextSize::new(5);
            raise.range = ruff_text_size::TextRange::new(raise.range.start(), end);
            debug_assert!(name.range().is_empty());
            raise.exc = None;
        }
        walk_stmt(self, statement);
    }
}
