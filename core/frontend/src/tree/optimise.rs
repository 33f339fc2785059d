//! The optimised tree of `compile(..., PyCF_OPTIMIZED_AST)`: what CPython's compiler does to the tree before it looks at it.
//!
//! - `__debug__` becomes a constant.
//! - `"..." % (a, b)` with simple formats becomes an f-string.
//! - Negative and complex numbers in patterns become constants.
//! - With `optimize=2` docstrings go; a string that thereby would become one is wrapped.
//! - Under `from __future__ import annotations`, annotations stay as they are.
//!
//! Invariant: a node made here from nothing has no place: -1.

use num_bigint::BigInt;

use super::{Item, Kind, Node, Span};
use crate::code::Const;

/// How to optimise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Optimiser {
    pub(crate) level: u8,
    pub(crate) future_annotations: bool,
}

const NOWHERE: Span = Span {
    line: -1,
    column: -1,
    end_line: -1,
    end_column: -1,
};

impl Optimiser {
    pub(crate) fn visit(self, node: &mut Node) {
        match node.kind {
            Kind::FunctionType => return,
            Kind::Module | Kind::ClassDef | Kind::FunctionDef | Kind::AsyncFunctionDef => {
                self.with_docstring(node);
                return;
            }
            Kind::MatchValue => {
                fold_in_pattern(node.get_mut("value"));
                return;
            }
            Kind::MatchMapping => {
                if let Item::List(keys) = node.get_mut("keys") {
                    keys.iter_mut().for_each(fold_in_pattern);
                }
                self.item(node.get_mut("patterns"));
                return;
            }
            _ => self.fields(node),
        }
        match node.kind {
            Kind::Name
                if node.name("id") == Some("__debug__")
                    && node.simple("ctx") == Some(Kind::Load) =>
            {
                make_constant(node, Const::Bool(self.level == 0));
            }
            Kind::BinOp if node.simple("op") == Some(Kind::Mod) => fold_format(node),
            _ => {}
        }
    }

    fn fields(self, node: &mut Node) {
        for (index, field) in node.kind.class().fields.iter().enumerate() {
            let is_annotation = matches!(field.name, "annotation" | "returns");
            let is_target = node.kind == Kind::NamedExpr && field.name == "target";
            if !(is_target || is_annotation && self.future_annotations) {
                self.item(&mut node.fields[index]);
            }
        }
    }

    fn item(self, item: &mut Item) {
        match item {
            Item::Node(node) => self.visit(node),
            Item::List(items) => items.iter_mut().for_each(|item| self.item(item)),
            _ => {}
        }
    }

    fn with_docstring(self, node: &mut Node) {
        let mut documented = docstring(node.list("body")).is_some();
        if documented && self.level >= 2 {
            if let Item::List(body) = node.get_mut("body") {
                remove_docstring(body);
            }
            documented = false;
        }
        self.fields(node);
        let body = node.get_mut("body");
        if !documented
            && docstring(body.as_list()).is_some()
            && let Item::List(body) = body
            && let Some(Item::Node(statement)) = body.first_mut()
        {
            let span = statement.span;
            let value = std::mem::replace(statement.get_mut("value"), Item::Absent);
            let joined = Node::new(Kind::JoinedStr, span, vec![Item::List(vec![value])]);
            *statement.get_mut("value") = joined.into();
        }
    }
}

/// The statement that is the docstring of a body.
fn docstring(body: &[Item]) -> Option<&Node> {
    let first = body.first()?.as_node()?;
    let value = first.kind == Kind::Expr && first.node("value")?.is_string();
    value.then_some(first)
}

/// A body must not become empty.
fn remove_docstring(body: &mut Vec<Item>) {
    if body.len() > 1 {
        body.remove(0);
        return;
    }
    if let Some(Item::Node(statement)) = body.first_mut() {
        let mut span = statement.span;
        span.end_line = span.line;
        span.end_column = span.column + 4;
        **statement = Node::new(Kind::Pass, span, Vec::new());
    }
}

fn make_constant(node: &mut Node, value: Const) {
    *node = Node::new(
        Kind::Constant,
        node.span,
        vec![Item::Constant(value), Item::Absent],
    );
}

/// A negative or complex number becomes a constant.
fn fold_in_pattern(item: &mut Item) {
    let Item::Node(node) = item else { return };
    let folded = match node.kind {
        Kind::UnaryOp if node.simple("op") == Some(Kind::USub) => node
            .node("operand")
            .and_then(Node::constant)
            .and_then(negative),
        Kind::BinOp => {
            let subtract = match node.simple("op") {
                Some(Kind::Add) => false,
                Some(Kind::Sub) => true,
                _ => return,
            };
            if node.node("right").and_then(Node::constant).is_none() {
                return;
            }
            fold_in_pattern(node.get_mut("left"));
            let left = node.node("left").and_then(Node::constant);
            let right = node.node("right").and_then(Node::constant);
            match (left, right) {
                (Some(left), Some(right)) => sum(left, right, subtract),
                _ => None,
            }
        }
        _ => None,
    };
    if let Some(value) = folded {
        make_constant(node, value);
    }
}

fn negative(value: &Const) -> Option<Const> {
    Some(match value {
        Const::Bool(value) => Const::Int(-i64::from(*value)),
        Const::Int(value) => match value.checked_neg() {
            Some(value) => Const::Int(value),
            None => Const::BigInt(Box::new(-BigInt::from(*value))),
        },
        Const::BigInt(value) => {
            let value = -(**value).clone();
            match i64::try_from(&value) {
                Ok(value) => Const::Int(value),
                Err(_) => Const::BigInt(Box::new(value)),
            }
        }
        Const::Float(value) => Const::Float(-value),
        Const::Complex { real, imag } => Const::Complex {
            real: -real,
            imag: -imag,
        },
        _ => return None,
    })
}

/// A real number and an imaginary one.
fn sum(left: &Const, right: &Const, subtract: bool) -> Option<Const> {
    let real = match left {
        #[expect(clippy::cast_precision_loss, reason = "as float() does")]
        Const::Int(value) => *value as f64,
        // An integer too large for a float stays what it is.
        Const::BigInt(value) => value
            .to_string()
            .parse()
            .ok()
            .filter(|float: &f64| float.is_finite())?,
        Const::Float(value) => *value,
        _ => return None,
    };
    let &Const::Complex { real: other, imag } = right else {
        return None;
    };
    Some(if subtract {
        Const::Complex {
            real: real - other,
            imag: -imag,
        }
    } else {
        Const::Complex {
            real: real + other,
            imag,
        }
    })
}

/// `"..." % (...)` with simple formats becomes an f-string.
fn fold_format(node: &mut Node) {
    let Some(Const::Str(format)) = node.node("left").and_then(Node::constant) else {
        return;
    };
    let Some(format) = format.as_str().ok().map(str::to_owned) else {
        return;
    };
    let Some(tuple) = node.node("right").filter(|right| right.kind == Kind::Tuple) else {
        return;
    };
    let starred = tuple
        .nodes("elts")
        .any(|element| element.kind == Kind::Starred);
    let Some(pieces) = Piece::split(&format, tuple.list("elts").len()) else {
        return;
    };
    if starred {
        return;
    }
    let Item::Node(right) = node.get_mut("right") else {
        return;
    };
    let Item::List(elements) = std::mem::replace(right.get_mut("elts"), Item::Absent) else {
        return;
    };
    let mut elements = elements.into_iter();
    let text = |text: &str| {
        let fields = vec![Item::string(text), Item::Absent];
        Node::new(Kind::Constant, NOWHERE, fields)
    };
    let mut values = Vec::new();
    for piece in pieces {
        values.push(match piece {
            Piece::Text(literal) => text(&literal),
            Piece::Field { conversion, spec } => {
                let Some(Item::Node(value)) = elements.next() else {
                    continue;
                };
                let span = value.span;
                let spec = if spec.is_empty() {
                    Item::Absent
                } else {
                    text(&spec).into()
                };
                let fields = vec![Item::Node(value), Item::Int(conversion), spec];
                Node::new(Kind::FormattedValue, span, fields)
            }
        });
    }
    *node = Node::new(Kind::JoinedStr, node.span, vec![Item::nodes(values)]);
}

/// A part of a `%` format.
enum Piece {
    Text(String),
    Field { conversion: i32, spec: String },
}

/// Numbers have fewer digits than this.
const MOST_DIGITS: usize = 3;

impl Piece {
    /// The parts of a format for so many values, if all are simple.
    fn split(format: &str, values: usize) -> Option<Vec<Self>> {
        let mut pieces = Vec::new();
        let mut fields = 0;
        let mut rest = format;
        loop {
            let (text, after) = literal(rest);
            if after.len() < rest.len() {
                pieces.push(Self::Text(text));
            }
            let Some(field) = after.strip_prefix('%') else {
                break;
            };
            let (piece, after) = Self::field(field)?;
            pieces.push(piece);
            fields += 1;
            rest = after;
        }
        (fields == values).then_some(pieces)
    }

    fn field(text: &str) -> Option<(Self, &str)> {
        let rest = text.trim_start_matches(['-', '+', ' ', '#', '0']);
        let left = text[..text.len() - rest.len()].contains('-');
        let (width, rest) = digits(rest)?;
        let mut spec = String::new();
        if let Some(width) = width {
            if !left && width > 0 {
                spec.push('>');
            }
            spec.push_str(&width.to_string());
        }
        let rest = match rest.strip_prefix('.') {
            Some(rest) => {
                let (precision, rest) = digits(rest)?;
                spec.push('.');
                spec.push_str(&precision.unwrap_or(0).to_string());
                rest
            }
            None => rest,
        };
        let conversion = rest.chars().next().filter(|kind| "sra".contains(*kind))?;
        let piece = Self::Field {
            conversion: conversion as i32,
            spec,
        };
        Some((piece, &rest[1..]))
    }
}

/// Text up to a field, with `%%` read as `%`.
fn literal(text: &str) -> (String, &str) {
    let mut found = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('%').unwrap_or(rest.len());
        found.push_str(&rest[..end]);
        rest = &rest[end..];
        match rest.strip_prefix("%%") {
            Some(after) => {
                found.push('%');
                rest = after;
            }
            None => return (found, rest),
        }
    }
}

/// A number, `None` if it is too long.
fn digits(text: &str) -> Option<(Option<u32>, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    if end >= MOST_DIGITS {
        return None;
    }
    Some((text[..end].parse().ok(), &text[end..]))
}
