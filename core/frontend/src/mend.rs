//! What the compiler gets wrong, and the tree can be made to say differently.
//!
//! [`before`] rewrites the tree so that the compiler, as it is, produces what CPython produces;
//! [`after`] puts right what only shows in the result. Each entry names the trap:
//!
//! | trap | mended |
//! |---|---|
//! | a `def`, `class` or other block whose last line ends with `;` ends before the semicolon | before: the range is stretched |
//! | `for x in [...]` with more than 30 constants is built at run time | before: the display becomes one constant |
//! | the text of `{x }` in a t-string loses what follows the expression; comments inside of `{... =}` stay | before, see [`crate::interpolation`] |
//! | a docstring's first line loses any white space, not only blanks | before and after: a stand-in takes its place |
//! | a real operand of a folded `-` or `*` is made complex first, which is wrong for zeros and infinities | before: the result is the constant |
//! | the qualified name of an `__annotate__` function begins with the function it describes | after |
//!
//! Invariant: whatever [`before`] takes out of the tree, [`after`] puts back, and a
//! program that falls into no trap goes through unchanged.

use std::cell::RefCell;

use ruff_python_ast::visitor::transformer::{
    Transformer, walk_comprehension, walk_expr, walk_f_string, walk_stmt, walk_t_string,
};
use ruff_python_ast::{self as ast, ConstantValue, Expr, Mod, Stmt};
use ruff_text_size::{Ranged as _, TextSize};

use crate::code::{Code, Const};
use crate::{docstring, interpolation};

/// The docstrings that [`before`] took out; the n-th has the n-th stand-in.
#[derive(Default)]
pub(crate) struct Mended {
    docstrings: Vec<Box<str>>,
}

/// Longer lists of constants than this are built element by element.
const DISPLAY_LIMIT: usize = 30;

/// Rewrites the tree. The text is missing if the tree does not come from one; its traps are then missing too.
pub(crate) fn before(tree: &mut Mod, text: Option<&str>, docstrings: bool) -> Mended {
    let mender = Mender {
        text,
        docstrings,
        out: RefCell::default(),
    };
    match tree {
        Mod::Module(module) => {
            mender.docstring(&mut module.body);
            mender.visit_body(&mut module.body);
        }
        Mod::Expression(expression) => mender.visit_expr(&mut expression.body),
    }
    mender.out.into_inner()
}

struct Mender<'s> {
    text: Option<&'s str>,
    docstrings: bool,
    out: RefCell<Mended>,
}

impl Mender<'_> {
    fn docstring(&self, body: &mut [Stmt]) {
        let Some(Stmt::Expr(statement)) = body.first_mut() else {
            return;
        };
        let Expr::StringLiteral(string) = &mut *statement.value else {
            return;
        };
        if !self.docstrings || !docstring::misread(string.value.to_str()) {
            return;
        }
        let mut out = self.out.borrow_mut();
        let stand_in = stand_in(out.docstrings.len());
        out.docstrings
            .push(docstring::clean(string.value.to_str()).into());
        let literal = ast::StringLiteral {
            value: stand_in.into(),
            range: string.range,
            node_index: ast::AtomicNodeIndex::NONE,
            flags: ast::StringLiteralFlags::empty(),
        };
        string.value = ast::StringLiteralValue::single(literal);
    }

    /// A block that ends with a simple statement and `;` ends behind the `;`.
    fn stretch(&self, statement: &mut Stmt) {
        let end = statement.range().end();
        let Some(end) = self.text.and_then(|text| behind_semicolon(text, end)) else {
            return;
        };
        let range = match statement {
            Stmt::FunctionDef(inner) => &mut inner.range,
            Stmt::ClassDef(inner) => &mut inner.range,
            Stmt::If(inner) => &mut inner.range,
            Stmt::For(inner) => &mut inner.range,
            Stmt::While(inner) => &mut inner.range,
            Stmt::With(inner) => &mut inner.range,
            Stmt::Try(inner) => &mut inner.range,
            Stmt::Match(inner) => &mut inner.range,
            _ => return,
        };
        *range = ast_range(range.start(), end);
    }
}

/// The place behind the semicolon that follows, if one does.
pub(crate) fn behind_semicolon(text: &str, end: TextSize) -> Option<TextSize> {
    let end = end.to_usize();
    let rest = &text[end..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\x0c']).len();
    if !rest[blank..].starts_with(';') {
        return None;
    }
    u32::try_from(end + blank + 1).ok().map(TextSize::new)
}

/// Does the statement end with another statement?
pub(crate) fn is_block(statement: &Stmt) -> bool {
    matches!(
        statement,
        Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::If(_)
            | Stmt::For(_)
            | Stmt::While(_)
            | Stmt::With(_)
            | Stmt::Try(_)
            | Stmt::Match(_)
    )
}

fn ast_range(start: TextSize, end: TextSize) -> ruff_text_size::TextRange {
    ruff_text_size::TextRange::new(start, end)
}

fn stand_in(index: usize) -> String {
    format!("\u{f0000}grwl docstring {index}\u{f0000}")
}

/// A long display of constants that is only iterated over is one constant.
fn long_constant_display(iterable: &mut Expr) {
    let elements = match &*iterable {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return,
    };
    if elements.len() <= DISPLAY_LIMIT {
        return;
    }
    let Some(constants) = elements.iter().map(constant).collect::<Option<Vec<_>>>() else {
        return;
    };
    *iterable = Expr::Constant(ast::ExprConstant {
        range: iterable.range(),
        node_index: ast::AtomicNodeIndex::NONE,
        value: ConstantValue::Tuple(constants),
        invalid_type: None,
        kind: None,
    });
}

fn constant(element: &Expr) -> Option<ConstantValue> {
    Some(match element {
        Expr::NoneLiteral(_) => ConstantValue::None,
        Expr::EllipsisLiteral(_) => ConstantValue::Ellipsis,
        Expr::BooleanLiteral(literal) => ConstantValue::Boolean(literal.value),
        // A lone surrogate is a replacement character here; the compiler looks it up in the source.
        Expr::StringLiteral(literal) => {
            let text = literal.value.to_str();
            if text.contains(char::REPLACEMENT_CHARACTER) {
                return None;
            }
            ConstantValue::Str(text.into())
        }
        Expr::BytesLiteral(literal) => ConstantValue::Bytes(literal.value.bytes().collect()),
        Expr::NumberLiteral(literal) => match &literal.value {
            ast::Number::Int(value) => ConstantValue::Integer(value.as_u64()?.to_string().into()),
            ast::Number::Float(value) => ConstantValue::Float(*value),
            ast::Number::Complex { real, imag } => ConstantValue::Complex {
                real: *real,
                imag: *imag,
            },
        },
        _ => return None,
    })
}

/// A number that is written as a real one, perhaps with a minus.
fn real(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            // Whoever converts a larger one is right but for the message if it is too large.
            ast::Number::Int(value) => Some(u32::try_from(value.as_u64()?).ok()?.into()),
            ast::Number::Float(value) => Some(*value),
            ast::Number::Complex { .. } => None,
        },
        Expr::UnaryOp(minus) if minus.op == ast::UnaryOp::USub => {
            // An integer has no -0.
            let size = real(&minus.operand)?;
            let is_float =
                matches!(&*minus.operand, Expr::NumberLiteral(literal) if literal.value.is_float());
            (is_float || size != 0.0).then_some(-size)
        }
        _ => None,
    }
}

/// The imaginary part of a number that is written as one.
fn imaginary(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::NumberLiteral(literal) => match literal.value {
            ast::Number::Complex { imag, .. } => Some(imag),
            _ => None,
        },
        _ => None,
    }
}

/// Real operands of a complex operator have no imaginary part, not one of 0.
fn mixed_arithmetic(expression: &mut Expr) {
    let Expr::BinOp(operation) = expression else {
        return;
    };
    let (left, right) = (&*operation.left, &*operation.right);
    let folded = match operation.op {
        ast::Operator::Sub => real(left).zip(imaginary(right)).map(|(a, b)| (a - 0.0, -b)),
        ast::Operator::Mult => real(left)
            .zip(imaginary(right))
            .or_else(|| real(right).zip(imaginary(left)))
            .map(|(a, b)| (a * 0.0, a * b)),
        _ => None,
    };
    if let Some((real, imag)) = folded {
        *expression = Expr::Constant(ast::ExprConstant {
            range: expression.range(),
            node_index: ast::AtomicNodeIndex::NONE,
            value: ConstantValue::Complex { real, imag },
            invalid_type: None,
            kind: None,
        });
    }
}

impl Transformer for Mender<'_> {
    fn visit_expr(&self, expression: &mut Expr) {
        walk_expr(self, expression);
        mixed_arithmetic(expression);
    }

    // A complex number in a pattern is a sum or a difference.
    fn visit_pattern(&self, _pattern: &mut ast::Pattern) {}

    fn visit_stmt(&self, statement: &mut Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.docstring(&mut function.body),
            Stmt::ClassDef(class) => self.docstring(&mut class.body),
            Stmt::For(looping) => long_constant_display(&mut looping.iter),
            _ => {}
        }
        if is_block(statement) {
            self.stretch(statement);
        }
        walk_stmt(self, statement);
    }

    fn visit_comprehension(&self, comprehension: &mut ast::Comprehension) {
        long_constant_display(&mut comprehension.iter);
        walk_comprehension(self, comprehension);
    }

    fn visit_f_string(&self, string: &mut ast::FString) {
        walk_f_string(self, string);
        if let Some(text) = self.text {
            interpolation::mend(&mut string.elements, text, false);
        }
    }

    fn visit_t_string(&self, string: &mut ast::TString) {
        walk_t_string(self, string);
        if let Some(text) = self.text {
            interpolation::mend(&mut string.elements, text, true);
        }
    }
}

/// Puts the result right.
pub(crate) fn after(code: &mut Code, mended: &Mended) {
    if !mended.docstrings.is_empty() {
        restore(code, mended);
    }
    name_annotate(code);
}

fn restore(code: &mut Code, mended: &Mended) {
    for constant in &mut code.consts {
        match constant {
            Const::Str(value) => {
                if let Some(index) = (0..mended.docstrings.len())
                    .find(|&index| value.as_bytes() == stand_in(index).as_bytes())
                {
                    *constant = Const::str(&mended.docstrings[index]);
                }
            }
            Const::Code(nested) => restore(nested, mended),
            _ => {}
        }
    }
}

/// An `__annotate__` function of a function belongs beside that function, not inside of it.
fn name_annotate(code: &mut Code) {
    let parent = code.qualname.clone();
    let prefix = if &*code.name == "<module>" {
        String::new()
    } else if code.name.starts_with("<generic parameters of ") {
        // The scope of type parameters gives its name to nobody.
        parent
            .strip_suffix(&*code.name)
            .unwrap_or_default()
            .to_owned()
    } else if code.flags & crate::code::code_flags::OPTIMIZED != 0 {
        format!("{parent}.<locals>.")
    } else {
        format!("{parent}.")
    };
    for constant in &mut code.consts {
        let Const::Code(nested) = constant else {
            continue;
        };
        if &*nested.name == "__annotate__" {
            let wanted = format!("{prefix}__annotate__");
            if *nested.qualname != *wanted {
                let old = std::mem::replace(&mut nested.qualname, wanted.clone().into());
                rename(nested, &old, &wanted);
            }
        }
        name_annotate(nested);
    }
}

fn rename(code: &mut Code, old: &str, new: &str) {
    for constant in &mut code.consts {
        let Const::Code(nested) = constant else {
            continue;
        };
        if let Some(rest) = nested.qualname.strip_prefix(old)
            && rest.starts_with('.')
        {
            nested.qualname = format!("{new}{rest}").into();
        }
        rename(nested, old, new);
    }
}
