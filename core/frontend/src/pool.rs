//! A way round the compiler's constant pool, which compares every new constant with all before it.
//!
//! The pool makes one exception: a constant with a NaN in it equals nothing, so it is appended
//! without a look at the others. In a program with very many constants, [`thin`]
//! therefore replaces each literal that occurs only once in the whole program by a NaN whose
//! payload is a number, and [`restore`] exchanges them for the constants they stand for. What occurs once
//! cannot meet its equal, so the pool comes out as it would have. Where very many literals occur more than once, those are replaced, too: then equal
//! constants stand in the pool beside each other, which only who looks at `co_consts` can tell.
//!
//! Invariants
//! - A literal is replaced only where the compiler just loads it (or gathers it into a tuple or
//!   set): never an operand, a condition, an index, a docstring, an annotation, part of a pattern, and
//!   never in a `finally` block, which is compiled more than once.
//! - Integers that `LOAD_SMALL_INT` can load are no constants and stay.
//! - Programs with fewer than [`MANY`] literals go through unchanged.
//!
//! A constant that is equal to the result of folding (`1000` and `2 * 500`) appears twice in such a program.

use std::cell::RefCell;
use std::collections::HashMap;

use num_bigint::BigInt;
use ruff_python_ast::visitor::source_order::{
    SourceOrderVisitor, walk_expr as look_at_expr,
    walk_interpolated_string_element as look_at_element, walk_stmt as look_at_stmt,
};
use ruff_python_ast::visitor::transformer::{Transformer, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Mod, Stmt};

use crate::code::{Code, Const};

/// Below this the pool's way of looking costs nothing worth mentioning.
const MANY: usize = 6000;

/// The high half of a stand-in's bits: a quiet NaN with a payload that no arithmetic makes.
const MARK: u64 = 0x7ffd_b0a1;

/// What the stand-ins stand for.
#[derive(Default)]
pub(crate) struct Thinned {
    constants: Vec<Const>,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Str(Box<str>),
    Bytes(Box<[u8]>),
    Int(u64),
    Float(u64),
    Complex(u64, u64),
}

fn key(expression: &Expr) -> Option<Key> {
    Some(match expression {
        Expr::StringLiteral(literal) => Key::Str(literal.value.to_str().into()),
        Expr::BytesLiteral(literal) => Key::Bytes(literal.value.bytes().collect()),
        Expr::NumberLiteral(literal) => match &literal.value {
            ast::Number::Int(value) => Key::Int(value.as_u64()?),
            ast::Number::Float(value) => Key::Float(value.to_bits()),
            ast::Number::Complex { real, imag } => Key::Complex(real.to_bits(), imag.to_bits()),
        },
        _ => return None,
    })
}

/// Puts stand-ins into the tree of a program with many constants.
pub(crate) fn thin(tree: &mut Mod) -> Thinned {
    let mut census = Census {
        counts: HashMap::new(),
        total: 0,
    };
    census.visit_mod(tree);
    if census.total < MANY {
        return Thinned::default();
    }
    let repeated = census.counts.values().filter(|&&count| count > 1).count();
    let thinner = Thinner {
        counts: census.counts,
        takes_all: repeated >= MANY,
        out: RefCell::default(),
    };
    match tree {
        Mod::Module(module) => thinner.visit_body(&mut module.body),
        Mod::Expression(expression) => thinner.keep(&mut expression.body),
    }
    thinner.out.into_inner()
}

struct Census {
    counts: HashMap<Key, u32>,
    total: usize,
}

impl Census {
    /// A text that the compiler makes a constant of, though it is no literal.
    fn text(&mut self, text: &str) {
        *self.counts.entry(Key::Str(text.into())).or_default() += 1;
    }
}

impl<'a> SourceOrderVisitor<'a> for Census {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::ClassDef(class) => self.text(class.name.as_str()),
            Stmt::FunctionDef(function) => self.text(function.name.as_str()),
            _ => {}
        }
        look_at_stmt(self, statement);
    }

    fn visit_interpolated_string_element(&mut self, element: &'a ast::InterpolatedStringElement) {
        if let ast::InterpolatedStringElement::Literal(literal) = element {
            self.text(&literal.value);
        }
        look_at_element(self, element);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Some(key) = key(expression) {
            self.total += 1;
            *self.counts.entry(key).or_default() += 1;
        }
        look_at_expr(self, expression);
    }
}

struct Thinner {
    counts: HashMap<Key, u32>,
    /// Also what occurs more than once.
    takes_all: bool,
    out: RefCell<Thinned>,
}

impl Thinner {
    fn replace(&self, expression: &mut Expr) {
        let Some(key) = key(expression) else { return };
        if !self.takes_all && self.counts.get(&key) != Some(&1) {
            return;
        }
        let constant = match key {
            // A lone surrogate is a replacement character in the tree: the compiler looks it up in the source.
            Key::Str(text) if text.contains(char::REPLACEMENT_CHARACTER) => return,
            Key::Str(text) => Const::str(&text),
            Key::Bytes(bytes) => Const::Bytes(bytes),
            Key::Int(0..=255) => return,
            Key::Int(value) => match i64::try_from(value) {
                Ok(value) => Const::Int(value),
                Err(_) => Const::BigInt(Box::new(BigInt::from(value))),
            },
            Key::Float(bits) => Const::Float(f64::from_bits(bits)),
            Key::Complex(real, imag) => Const::Complex {
                real: f64::from_bits(real),
                imag: f64::from_bits(imag),
            },
        };
        let mut out = self.out.borrow_mut();
        let Ok(index) = u32::try_from(out.constants.len()) else {
            return;
        };
        out.constants.push(constant);
        let range = ruff_text_size::Ranged::range(expression);
        *expression = Expr::NumberLiteral(ast::ExprNumberLiteral {
            range,
            node_index: ast::AtomicNodeIndex::NONE,
            value: ast::Number::Float(f64::from_bits(MARK << 32 | u64::from(index))),
        });
    }

    /// Goes into an expression, but leaves it alone if it is a literal itself.
    fn keep(&self, expression: &mut Expr) {
        if !expression.is_literal_expr() {
            self.visit_expr(expression);
        }
    }

    fn keep_maybe(&self, expression: &mut Option<Box<Expr>>) {
        if let Some(expression) = expression {
            self.keep(expression);
        }
    }
}

impl Transformer for Thinner {
    fn visit_annotation(&self, _: &mut Expr) {}

    fn visit_pattern(&self, _: &mut ast::Pattern) {}

    fn visit_type_param(&self, _: &mut ast::TypeParam) {}

    fn visit_stmt(&self, statement: &mut Stmt) {
        match statement {
            Stmt::Expr(inner) => self.keep(&mut inner.value),
            Stmt::Assert(_) | Stmt::TypeAlias(_) => {}
            Stmt::If(inner) => {
                self.keep(&mut inner.test);
                self.visit_body(&mut inner.body);
                for clause in &mut inner.elif_else_clauses {
                    if let Some(test) = &mut clause.test {
                        self.keep(test);
                    }
                    self.visit_body(&mut clause.body);
                }
            }
            Stmt::While(inner) => {
                self.keep(&mut inner.test);
                self.visit_body(&mut inner.body);
                self.visit_body(&mut inner.orelse);
            }
            Stmt::Try(inner) => {
                self.visit_body(&mut inner.body);
                for handler in &mut inner.handlers {
                    self.visit_except_handler(handler);
                }
                self.visit_body(&mut inner.orelse);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&self, expression: &mut Expr) {
        match expression {
            Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) => {
                self.replace(expression);
            }
            Expr::FString(_) | Expr::TString(_) => {}
            Expr::UnaryOp(inner) => self.keep(&mut inner.operand),
            Expr::BinOp(inner) => {
                self.keep(&mut inner.left);
                self.keep(&mut inner.right);
            }
            Expr::BoolOp(inner) => inner.values.iter_mut().for_each(|value| self.keep(value)),
            Expr::Compare(inner) => {
                self.keep(&mut inner.left);
                inner
                    .comparators
                    .iter_mut()
                    .for_each(|value| self.keep(value));
            }
            Expr::If(inner) => {
                self.keep(&mut inner.test);
                self.keep(&mut inner.body);
                self.keep(&mut inner.orelse);
            }
            Expr::Subscript(inner) => {
                self.keep(&mut inner.value);
                self.keep(&mut inner.slice);
            }
            Expr::Slice(inner) => {
                self.keep_maybe(&mut inner.lower);
                self.keep_maybe(&mut inner.upper);
                self.keep_maybe(&mut inner.step);
            }
            Expr::Attribute(inner) => self.keep(&mut inner.value),
            Expr::Call(inner) => {
                self.keep(&mut inner.func);
                self.visit_arguments(&mut inner.arguments);
            }
            _ => walk_expr(self, expression),
        }
    }
}

/// Exchanges the stand-ins for what they stand for.
pub(crate) fn restore(code: &mut Code, thinned: &Thinned) {
    if !thinned.constants.is_empty() {
        code.consts
            .iter_mut()
            .for_each(|constant| exchange(constant, thinned));
    }
}

fn exchange(constant: &mut Const, thinned: &Thinned) {
    match constant {
        Const::Float(value) => {
            let bits = value.to_bits();
            if bits >> 32 == MARK
                && let Some(original) = usize::try_from(bits & 0xffff_ffff)
                    .ok()
                    .and_then(|index| thinned.constants.get(index))
            {
                *constant = original.clone();
            }
        }
        Const::Tuple(elements) | Const::FrozenSet(elements) => {
            elements
                .iter_mut()
                .for_each(|element| exchange(element, thinned));
        }
        Const::Slice(elements) => elements
            .iter_mut()
            .for_each(|element| exchange(element, thinned)),
        Const::Code(nested) => restore(nested, thinned),
        _ => {}
    }
}
