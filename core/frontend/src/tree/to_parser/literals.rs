//! Constants, and strings with fields.
//!
//! The tree of `f"a{b}"` becomes what the parser would have made of it, so that the code is the same. A `JoinedStr` that no source could have made
//! (it holds something else than texts and fields, or two texts in a row) goes the way the compiler has for such trees.

use num_bigint::BigInt;
use ruff_python_ast::{
    self as ast, AtomicNodeIndex, ConstantValue, ConversionFlag, Expr, InterpolatedStringElement,
    InterpolatedStringElements,
};
use ruff_text_size::TextRange;
use rustpython_wtf8::Wtf8;

use super::{Writer, required};
use crate::code::Const;
use crate::tree::{Item, Kind, Node};

impl Writer {
    pub(super) fn constant(&self, node: &Node, range: TextRange) -> Expr {
        match node.get("value") {
            Item::Constant(value) => self.value(value, range),
            _ => none(range),
        }
    }

    fn value(&self, value: &Const, range: TextRange) -> Expr {
        let number = |value| {
            Expr::NumberLiteral(ast::ExprNumberLiteral {
                node_index: AtomicNodeIndex::NONE,
                range,
                value,
            })
        };
        match value {
            Const::Bool(value) => Expr::BooleanLiteral(ast::ExprBooleanLiteral {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: *value,
            }),
            Const::Ellipsis => Expr::EllipsisLiteral(ast::ExprEllipsisLiteral {
                node_index: AtomicNodeIndex::NONE,
                range,
            }),
            Const::Int(value) => match u64::try_from(*value) {
                Ok(value) => number(integer(&value.to_string())),
                Err(_) => other(ConstantValue::Integer(value.to_string().into()), range),
            },
            Const::BigInt(value) if **value > BigInt::ZERO => {
                number(integer(&format!("0x{:x}", **value)))
            }
            Const::BigInt(value) => other(ConstantValue::Integer(value.to_string().into()), range),
            Const::Float(value) => number(ast::Number::Float(*value)),
            Const::Complex { real, imag } => number(ast::Number::Complex {
                real: *real,
                imag: *imag,
            }),
            Const::Str(value) => self.string(value, range),
            Const::Bytes(value) => {
                let literal = ast::BytesLiteral {
                    range,
                    node_index: AtomicNodeIndex::NONE,
                    value: value.clone(),
                    flags: ast::BytesLiteralFlags::empty(),
                };
                Expr::BytesLiteral(ast::ExprBytesLiteral {
                    node_index: AtomicNodeIndex::NONE,
                    range,
                    value: ast::BytesLiteralValue::single(literal),
                })
            }
            Const::Tuple(_) | Const::FrozenSet(_) => match self.nested(value) {
                Some(value) => other(value, range),
                None => none(range),
            },
            Const::None | Const::Slice(_) | Const::Code(_) => none(range),
        }
    }

    /// A constant within a constant.
    fn nested(&self, value: &Const) -> Option<ConstantValue> {
        let all = |items: &[Const]| {
            let items = items.iter().map(|each| self.nested(each));
            items.collect::<Option<Vec<_>>>()
        };
        Some(match value {
            Const::None => ConstantValue::None,
            Const::Bool(value) => ConstantValue::Boolean(*value),
            Const::Ellipsis => ConstantValue::Ellipsis,
            Const::Int(value) => ConstantValue::Integer(value.to_string().into()),
            Const::BigInt(value) => ConstantValue::Integer(value.to_string().into()),
            Const::Float(value) => ConstantValue::Float(*value),
            Const::Complex { real, imag } => ConstantValue::Complex {
                real: *real,
                imag: *imag,
            },
            Const::Str(value) => ConstantValue::Str(match value.as_str() {
                Ok(text) => text.into(),
                Err(_) => self.layout.borrow_mut().stand_in(value).into(),
            }),
            Const::Bytes(value) => ConstantValue::Bytes(value.clone()),
            Const::Tuple(items) => ConstantValue::Tuple(all(items)?),
            Const::FrozenSet(items) => ConstantValue::Frozenset(all(items)?),
            Const::Slice(_) | Const::Code(_) => return None,
        })
    }

    fn string(&self, value: &Wtf8, range: TextRange) -> Expr {
        let (text, place) = match plain(value) {
            Some(text) => (text.to_owned(), range),
            // The compiler reads a literal with a replacement character in it again where it stands.
            None => (
                char::REPLACEMENT_CHARACTER.to_string(),
                self.layout.borrow_mut().literal(value),
            ),
        };
        let literal = ast::StringLiteral {
            range: place,
            node_index: AtomicNodeIndex::NONE,
            value: text.into(),
            flags: ast::StringLiteralFlags::empty(),
        };
        Expr::StringLiteral(ast::ExprStringLiteral {
            node_index: AtomicNodeIndex::NONE,
            range,
            value: ast::StringLiteralValue::single(literal),
        })
    }

    /// The parts of a string whose fields are of this class, if the parser could have made it.
    fn elements(&self, node: &Node, field: Kind) -> Option<Vec<InterpolatedStringElement>> {
        let mut elements = Vec::new();
        let mut after_text = false;
        for value in node.nodes("values") {
            let range = self.range(value);
            if value.kind == field {
                elements.push(InterpolatedStringElement::Interpolation(
                    self.field(value, range),
                ));
                after_text = false;
                continue;
            }
            let Some(Const::Str(text)) = value.constant() else {
                return None;
            };
            let text = plain(text).filter(|_| !after_text)?;
            elements.push(InterpolatedStringElement::Literal(
                ast::InterpolatedStringLiteralElement {
                    range,
                    node_index: AtomicNodeIndex::NONE,
                    value: text.into(),
                },
            ));
            after_text = true;
        }
        Some(elements)
    }

    pub(super) fn joined(&self, node: &Node, range: TextRange) -> Expr {
        match self.elements(node, Kind::FormattedValue) {
            Some(elements) => f_string(elements, range, None),
            None => f_string(Vec::new(), range, Some(self.expressions(node, "values"))),
        }
    }

    pub(super) fn formatted(&self, node: &Node, range: TextRange) -> Expr {
        let field = InterpolatedStringElement::Interpolation(self.field(node, range));
        f_string(vec![field], range, None)
    }

    pub(super) fn template(&self, node: &Node, range: TextRange) -> Expr {
        match self.elements(node, Kind::Interpolation) {
            Some(mut elements) => {
                if elements.len() == 1 && elements[0].is_interpolation() {
                    // A template that is one field would be taken for the field alone.
                    elements.push(empty(range));
                }
                t_string(elements, range, None)
            }
            None => t_string(Vec::new(), range, Some(self.expressions(node, "values"))),
        }
    }

    pub(super) fn interpolation(&self, node: &Node, range: TextRange) -> Expr {
        let field = InterpolatedStringElement::Interpolation(self.field(node, range));
        t_string(vec![field], range, None)
    }

    fn field(&self, node: &Node, range: TextRange) -> ast::InterpolatedElement {
        let spec = node.node("format_spec");
        let mut element = ast::InterpolatedElement {
            range,
            node_index: AtomicNodeIndex::NONE,
            expression: Box::new(self.expression(required(node, "value"))),
            debug_text: None,
            conversion: conversion(node.int("conversion")),
            format_spec: None,
            runtime_str: None,
            runtime_interpolation_format_spec: None,
            runtime_formatted_value_format_spec: None,
        };
        if node.kind == Kind::Interpolation {
            let text = match node.get("str") {
                Item::Constant(value) => self.nested(value),
                _ => None,
            };
            element.runtime_str = Some(text.unwrap_or(ConstantValue::None));
            element.runtime_interpolation_format_spec =
                spec.map(|spec| Box::new(self.expression(spec)));
            return element;
        }
        let Some(spec) = spec else { return element };
        let elements = match spec.kind {
            Kind::JoinedStr => self.elements(spec, Kind::FormattedValue),
            _ => None,
        };
        match elements {
            Some(elements) => {
                element.format_spec = Some(Box::new(ast::InterpolatedStringFormatSpec {
                    range: self.range(spec),
                    node_index: AtomicNodeIndex::NONE,
                    elements: InterpolatedStringElements::from(elements),
                }));
            }
            None => {
                element.runtime_formatted_value_format_spec = Some(Box::new(self.expression(spec)));
            }
        }
        element
    }
}

/// The text, if the parser's tree can hold it.
fn plain(value: &Wtf8) -> Option<&str> {
    value
        .as_str()
        .ok()
        .filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))
}

fn none(range: TextRange) -> Expr {
    Expr::NoneLiteral(ast::ExprNoneLiteral {
        node_index: AtomicNodeIndex::NONE,
        range,
    })
}

/// A constant that no literal writes.
fn other(value: ConstantValue, range: TextRange) -> Expr {
    Expr::Constant(ast::ExprConstant {
        node_index: AtomicNodeIndex::NONE,
        range,
        value,
        kind: None,
        invalid_type: None,
    })
}

fn integer(text: &str) -> ast::Number {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => ast::Int::from_str_radix(digits, 16, text),
        None => text.parse(),
    };
    ast::Number::Int(parsed.unwrap_or(ast::Int::ZERO))
}

fn conversion(number: i32) -> ConversionFlag {
    match u8::try_from(number) {
        Ok(b's') => ConversionFlag::Str,
        Ok(b'r') => ConversionFlag::Repr,
        Ok(b'a') => ConversionFlag::Ascii,
        _ => ConversionFlag::None,
    }
}

fn empty(range: TextRange) -> InterpolatedStringElement {
    InterpolatedStringElement::Literal(ast::InterpolatedStringLiteralElement {
        range: TextRange::empty(range.end()),
        node_index: AtomicNodeIndex::NONE,
        value: "".into(),
    })
}

fn f_string(
    elements: Vec<InterpolatedStringElement>,
    range: TextRange,
    values: Option<Vec<Expr>>,
) -> Expr {
    let string = ast::FString {
        range,
        node_index: AtomicNodeIndex::NONE,
        elements: InterpolatedStringElements::from(elements),
        flags: ast::FStringFlags::empty(),
    };
    Expr::FString(ast::ExprFString {
        node_index: AtomicNodeIndex::NONE,
        range,
        value: ast::FStringValue::single(string),
        runtime_joined_str: values,
        runtime_values: None,
    })
}

fn t_string(
    elements: Vec<InterpolatedStringElement>,
    range: TextRange,
    values: Option<Vec<Expr>>,
) -> Expr {
    let string = ast::TString {
        range,
        node_index: AtomicNodeIndex::NONE,
        elements: InterpolatedStringElements::from(elements),
        flags: ast::TStringFlags::empty(),
    };
    Expr::TString(ast::ExprTString {
        node_index: AtomicNodeIndex::NONE,
        range,
        value: ast::TStringValue::single(string),
        runtime_template_str: values,
        runtime_values: None,
    })
}
