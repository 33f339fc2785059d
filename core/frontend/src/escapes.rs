//! The warnings that CPython's tokenizer and parser give: escape sequences that mean nothing,
//! octal ones that fit no byte, and numbers with a keyword right behind them.
//!
//! One warning is given for each piece of string text, for its first such sequence. In an f-string, CPython
//! counts the lines of the pieces outside of the format specifications from the line on which the
//! string *ends*; so does this module.
//!
//! Gap: the column in [`Warning::place`], seen only where warnings are errors, is that of the sequence; CPython's own
//! is off by the length of prefixes, of characters beyond ASCII and of f-strings.

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use ruff_python_ast::{self as ast, Expr, InterpolatedStringElement, Mod, StringFlags as _};
use ruff_text_size::{Ranged as _, TextRange};

use crate::error::{Warning, WarningKind};
use crate::lines::Lines;

/// Adds the warnings for a whole program.
pub(crate) fn check(tree: &Mod, text: &str, lines: &Lines<'_>, warnings: &mut Vec<Warning>) {
    let mut checker = Checker {
        text,
        lines,
        warnings,
    };
    match tree {
        Mod::Module(module) => checker.visit_body(&module.body),
        Mod::Expression(expression) => checker.visit_expr(&expression.body),
    }
}

struct Checker<'s, 'w> {
    text: &'s str,
    lines: &'s Lines<'s>,
    warnings: &'w mut Vec<Warning>,
}

impl Checker<'_, '_> {
    fn warn(
        &mut self,
        message: String,
        as_error: Option<String>,
        at: usize,
        end: usize,
        lineno: u32,
    ) {
        let limit = self.text.len();
        let mut place = self.lines.place(at.min(limit), end.min(limit));
        place.lineno = lineno;
        self.warnings.push(Warning {
            kind: WarningKind::Syntax,
            message,
            as_error,
            place,
        });
    }

    /// A piece of string text that begins on the given line.
    fn piece(&mut self, range: TextRange, line: u32, bytes: bool) {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let Some(piece) = self.text.get(start..end) else {
            return;
        };
        let Some((at, sequence, octal)) = first_invalid(piece, bytes) else {
            return;
        };
        let newlines = piece[..at].matches('\n').count();
        let lineno = line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        let octal = if octal { "octal " } else { "" };
        let what = format!("\"\\{sequence}\" is an invalid {octal}escape sequence.");
        let hint = format!("Did you mean \"\\\\{sequence}\"? A raw string is also an option.");
        self.warn(
            format!("{what} Such sequences will not work in the future. {hint}"),
            Some(format!("{what} {hint}")),
            start + at,
            start + at + 1 + sequence.len(),
            lineno,
        );
    }

    fn elements(&mut self, elements: &ast::InterpolatedStringElements, raw: bool) {
        for element in elements {
            let InterpolatedStringElement::Interpolation(field) = element else {
                continue;
            };
            self.visit_expr(&field.expression);
            if let Some(spec) = &field.format_spec {
                self.elements(&spec.elements, raw);
                for element in &spec.elements {
                    if let InterpolatedStringElement::Literal(literal) = element
                        && !raw
                    {
                        let line = self.lines.number(literal.range.start().to_usize());
                        self.piece(literal.range, line, false);
                    }
                }
            }
        }
    }

    fn interpolated(&mut self, elements: &ast::InterpolatedStringElements, raw: bool, end: usize) {
        self.elements(elements, raw);
        if raw {
            return;
        }
        let line = self.lines.number(end);
        for element in elements {
            if let InterpolatedStringElement::Literal(literal) = element {
                self.piece(literal.range, line, false);
            }
        }
    }

    fn content(&mut self, range: TextRange, flags: ast::AnyStringFlags) {
        if !flags.is_raw_string() && !flags.is_unclosed() {
            let line = self.lines.number(range.start().to_usize());
            let inner = range
                .add_start(flags.opener_len())
                .sub_end(flags.closer_len());
            let opener = range.start().to_usize()..inner.start().to_usize();
            debug_assert!(!self.text[opener].contains('\n'));
            self.piece(inner, line, flags.is_byte_string());
        }
    }

    fn number(&mut self, range: TextRange) {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let next = self.text.as_bytes().get(end).copied().unwrap_or(b' ');
        if !next.is_ascii_alphabetic() || range.is_empty() {
            return;
        }
        let spelling = &self.text.as_bytes()[start..end];
        let name = match (spelling.first(), spelling.get(1)) {
            _ if spelling
                .last()
                .is_some_and(|last| matches!(last, b'j' | b'J')) =>
            {
                "imaginary"
            }
            (Some(b'0'), Some(b'x' | b'X')) => "hexadecimal",
            (Some(b'0'), Some(b'o' | b'O')) => "octal",
            (Some(b'0'), Some(b'b' | b'B')) => "binary",
            _ => "decimal",
        };
        let line = self.lines.number(start);
        self.warn(
            format!("invalid {name} literal"),
            None,
            end - 1,
            end - 1,
            line,
        );
    }
}

impl<'a> SourceOrderVisitor<'a> for Checker<'_, '_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::NumberLiteral(literal) = expression {
            self.number(literal.range());
        }
        walk_expr(self, expression);
    }

    fn visit_string_literal(&mut self, literal: &'a ast::StringLiteral) {
        self.content(literal.range, literal.flags.into());
    }

    fn visit_bytes_literal(&mut self, literal: &'a ast::BytesLiteral) {
        self.content(literal.range, literal.flags.into());
    }

    fn visit_f_string(&mut self, string: &'a ast::FString) {
        let raw = string.flags.prefix().is_raw();
        self.interpolated(&string.elements, raw, string.range.end().to_usize());
    }

    fn visit_t_string(&mut self, string: &'a ast::TString) {
        let raw = string.flags.prefix().is_raw();
        self.interpolated(&string.elements, raw, string.range.end().to_usize());
    }
}

/// The first sequence that means nothing: where its backslash stands, what follows it, and
/// whether that is octal.
fn first_invalid(piece: &str, in_bytes: bool) -> Option<(usize, &str, bool)> {
    let bytes = piece.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let Some(&next) = bytes.get(at + 1) else {
            // Only before a replacement field: the backslash escapes nothing.
            return Some((at, "{", false));
        };
        match next {
            b'\n' | b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v'
            | b'x' => {
                at += 2;
            }
            b'N' | b'u' | b'U' if !in_bytes => at += 2,
            b'0'..=b'7' => {
                let digits = bytes[at + 1..]
                    .iter()
                    .take(3)
                    .take_while(|byte| matches!(byte, b'0'..=b'7'))
                    .count();
                if digits == 3 && next > b'3' {
                    return Some((at, &piece[at + 1..at + 4], true));
                }
                at += 1 + digits;
            }
            // A character beyond ASCII is spelled as an escape sequence of its own by then.
            _ if !next.is_ascii() => at += 2,
            _ => return Some((at, &piece[at + 1..at + 2], false)),
        }
    }
    None
}
