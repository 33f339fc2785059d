//! Integer literals with more digits than `sys.set_int_max_str_digits` allows.

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use ruff_python_ast::{Expr, Mod, Number};
use ruff_text_size::Ranged as _;

use crate::error::{CompileError, ErrorKind, Place};
use crate::lines::Lines;

/// The limit holds for numbers longer than this only.
const THRESHOLD: usize = 640;

/// The error of the first literal that is too long.
pub(crate) fn check(
    tree: &Mod,
    text: &str,
    lines: &Lines<'_>,
    filename: &str,
    limit: usize,
) -> Option<CompileError> {
    if limit == 0 || !may_be_long(text, limit.max(THRESHOLD)) {
        return None;
    }
    let mut finder = Finder {
        limit: limit.max(THRESHOLD),
        found: None,
    };
    finder.visit_mod(tree);
    let (at, digits) = finder.found?;
    let lineno = lines.number(at);
    Some(CompileError {
        bare: false,
        context: None,
        kind: ErrorKind::Syntax,
        message: format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit - \
             Consider hexadecimal for huge integer literals to avoid decimal conversion limits."
        ),
        filename: Some(filename.into()),
        place: Some(Place {
            lineno,
            offset: 0,
            end_lineno: i32::try_from(lineno).ok(),
            end_offset: Some(0),
            text: Some(lines.line(lines.index(at)).into()),
            text_from_file: false,
        }),
    })
}

/// Is there a run of so many digits at all?
fn may_be_long(text: &str, limit: usize) -> bool {
    let mut run = 0;
    text.len() > limit
        && text.bytes().any(|byte| {
            run = match byte {
                b'0'..=b'9' => run + 1,
                b'_' => run,
                _ => 0,
            };
            run > limit
        })
}

struct Finder {
    limit: usize,
    /// The offset and the number of digits.
    found: Option<(usize, usize)>,
}

impl<'a> SourceOrderVisitor<'a> for Finder {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::NumberLiteral(literal) = expression
            && self.found.is_none()
            && let Number::Int(int) = &literal.value
            && int.as_u64().is_none()
        {
            let digits = int.to_string();
            let is_decimal = digits.bytes().all(|byte| byte.is_ascii_digit());
            if is_decimal && digits.len() > self.limit {
                self.found = Some((expression.range().start().to_usize(), digits.len()));
            }
        }
        walk_expr(self, expression);
    }
}
