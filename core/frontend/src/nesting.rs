//! Limits of CPython's tokenizer on nesting, which the parser does not have.

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use ruff_python_ast::{Expr, InterpolatedStringElement, InterpolatedStringElements, Mod};

use crate::error::{CompileError, ErrorKind};
use crate::lines::Lines;

/// More brackets open at once than this, and CPython's tokenizer may have its doubts.
const DEEP: i32 = 100;

/// Fields within the specifications of fields.
const MOST_FIELDS: usize = 3;

/// May there be brackets too deep? Those in strings and comments count as well.
pub(crate) fn is_deep(text: &str) -> bool {
    let mut open = 0;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = (open - 1).max(0),
            _ => {}
        }
        open > DEEP
    })
}

/// The error of the first field that is nested too deeply in the specifications of others.
pub(crate) fn check(tree: &Mod, lines: &Lines<'_>, filename: &str) -> Option<CompileError> {
    let mut finder = Finder { found: None };
    finder.visit_mod(tree);
    let (at, template) = finder.found?;
    let kind = if template { 't' } else { 'f' };
    Some(CompileError {
        bare: false,
        context: None,
        kind: ErrorKind::Syntax,
        message: format!("{kind}-string: expressions nested too deeply"),
        filename: Some(filename.into()),
        place: Some(lines.place(at, at)),
    })
}

struct Finder {
    found: Option<(usize, bool)>,
}

impl Finder {
    fn elements(&mut self, elements: &InterpolatedStringElements, level: usize, template: bool) {
        for element in elements {
            let InterpolatedStringElement::Interpolation(field) = element else {
                continue;
            };
            if level > MOST_FIELDS {
                // The place is that of the token before.
                let start = field.range.start().to_usize();
                self.found
                    .get_or_insert((start.saturating_sub(1), template));
                return;
            }
            if let Some(spec) = &field.format_spec {
                self.elements(&spec.elements, level + 1, template);
            }
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Finder {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::FString(string) => {
                for part in &string.value {
                    if let ruff_python_ast::FStringPart::FString(part) = part {
                        self.elements(&part.elements, 1, false);
                    }
                }
            }
            Expr::TString(string) => {
                for part in &string.value {
                    self.elements(&part.elements, 1, true);
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}
