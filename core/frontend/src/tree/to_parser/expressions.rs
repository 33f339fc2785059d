//! Expressions.

use ruff_python_ast::{self as ast, AtomicNodeIndex, Expr, ExprContext};
use ruff_text_size::{Ranged as _, TextRange};

use super::{Writer, required};
use crate::tree::{Item, Kind, Node};

impl Writer {
    pub(super) fn maybe(&self, node: &Node, field: &str) -> Option<Box<Expr>> {
        node.node(field)
            .map(|inner| Box::new(self.expression(inner)))
    }

    pub(super) fn expressions(&self, node: &Node, field: &str) -> Vec<Expr> {
        node.nodes(field)
            .map(|inner| self.expression(inner))
            .collect()
    }

    fn boxed(&self, node: &Node, field: &str) -> Box<Expr> {
        Box::new(self.expression(required(node, field)))
    }

    pub(super) fn expression(&self, node: &Node) -> Expr {
        let range = self.range(node);
        match node.kind {
            Kind::BoolOp => Expr::BoolOp(ast::ExprBoolOp {
                node_index: AtomicNodeIndex::NONE,
                range,
                op: match node.simple("op") {
                    Some(Kind::And) => ast::BoolOp::And,
                    _ => ast::BoolOp::Or,
                },
                values: self.expressions(node, "values"),
                runtime_values: None,
            }),
            Kind::NamedExpr => Expr::Named(ast::ExprNamed {
                node_index: AtomicNodeIndex::NONE,
                range,
                target: self.boxed(node, "target"),
                value: self.boxed(node, "value"),
            }),
            Kind::BinOp => self.binary(node),
            Kind::UnaryOp => Expr::UnaryOp(ast::ExprUnaryOp {
                node_index: AtomicNodeIndex::NONE,
                range,
                op: match node.simple("op") {
                    Some(Kind::Invert) => ast::UnaryOp::Invert,
                    Some(Kind::Not) => ast::UnaryOp::Not,
                    Some(Kind::UAdd) => ast::UnaryOp::UAdd,
                    _ => ast::UnaryOp::USub,
                },
                operand: self.boxed(node, "operand"),
            }),
            Kind::Lambda => {
                let parameters = self.parameters(required(node, "args"), range);
                let any = parameters.iter().next().is_some();
                Expr::Lambda(ast::ExprLambda {
                    node_index: AtomicNodeIndex::NONE,
                    range,
                    parameters: any.then(|| Box::new(parameters)),
                    body: self.boxed(node, "body"),
                })
            }
            Kind::IfExp => Expr::If(ast::ExprIf {
                node_index: AtomicNodeIndex::NONE,
                range,
                test: self.boxed(node, "test"),
                body: self.boxed(node, "body"),
                orelse: self.boxed(node, "orelse"),
            }),
            Kind::Dict => {
                let entries = node.list("keys").iter().zip(node.nodes("values"));
                let items = entries.map(|(key, value)| ast::DictItem {
                    key: key.as_node().map(|key| self.expression(key)),
                    value: self.expression(value),
                });
                Expr::Dict(ast::ExprDict {
                    node_index: AtomicNodeIndex::NONE,
                    range,
                    items: items.collect(),
                    runtime_values: None,
                })
            }
            Kind::Set => Expr::Set(ast::ExprSet {
                node_index: AtomicNodeIndex::NONE,
                range,
                elts: self.expressions(node, "elts"),
                runtime_elts: None,
            }),
            Kind::ListComp | Kind::SetComp | Kind::DictComp | Kind::GeneratorExp => {
                self.comprehension(node, range)
            }
            Kind::Await => Expr::Await(ast::ExprAwait {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: self.boxed(node, "value"),
            }),
            Kind::Yield => Expr::Yield(ast::ExprYield {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: self.maybe(node, "value"),
            }),
            Kind::YieldFrom => Expr::YieldFrom(ast::ExprYieldFrom {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: self.boxed(node, "value"),
            }),
            Kind::Compare => Expr::Compare(ast::ExprCompare {
                node_index: AtomicNodeIndex::NONE,
                range,
                left: self.boxed(node, "left"),
                ops: node.list("ops").iter().map(comparison).collect(),
                comparators: self.expressions(node, "comparators").into(),
                runtime_comparators: None,
            }),
            Kind::Call => self.call(node, range),
            Kind::JoinedStr => self.joined(node, range),
            Kind::FormattedValue => self.formatted(node, range),
            Kind::TemplateStr => self.template(node, range),
            Kind::Interpolation => self.interpolation(node, range),
            Kind::Attribute => Expr::Attribute(ast::ExprAttribute {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: self.boxed(node, "value"),
                attr: self.required_name(node, "attr"),
                ctx: context(node),
            }),
            Kind::Subscript => Expr::Subscript(ast::ExprSubscript {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: self.boxed(node, "value"),
                slice: self.boxed(node, "slice"),
                ctx: context(node),
            }),
            Kind::Starred => Expr::Starred(ast::ExprStarred {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: self.boxed(node, "value"),
                ctx: context(node),
            }),
            Kind::Name => Expr::Name(ast::ExprName {
                node_index: AtomicNodeIndex::NONE,
                range,
                id: node.name("id").unwrap_or_default().into(),
                ctx: context(node),
            }),
            Kind::List => Expr::List(ast::ExprList {
                node_index: AtomicNodeIndex::NONE,
                range,
                elts: self.expressions(node, "elts"),
                ctx: context(node),
                runtime_elts: None,
            }),
            Kind::Tuple => Expr::Tuple(ast::ExprTuple {
                node_index: AtomicNodeIndex::NONE,
                range,
                elts: self.expressions(node, "elts"),
                ctx: context(node),
                parenthesized: true,
                runtime_elts: None,
            }),
            Kind::Slice => Expr::Slice(ast::ExprSlice {
                node_index: AtomicNodeIndex::NONE,
                range,
                lower: self.maybe(node, "lower"),
                upper: self.maybe(node, "upper"),
                step: self.maybe(node, "step"),
            }),
            _ => self.constant(node, range),
        }
    }

    /// A chain of operators is as deep as it is long: no recursion along its left side.
    fn binary(&self, node: &Node) -> Expr {
        let mut chain = vec![node];
        let mut first = required(node, "left");
        while first.kind == Kind::BinOp {
            chain.push(first);
            first = required(first, "left");
        }
        let mut left = self.expression(first);
        for node in chain.into_iter().rev() {
            left = Expr::BinOp(ast::ExprBinOp {
                node_index: AtomicNodeIndex::NONE,
                range: self.range(node),
                left: Box::new(left),
                op: operator(node),
                right: self.boxed(node, "right"),
            });
        }
        left
    }

    fn comprehension(&self, node: &Node, range: TextRange) -> Expr {
        let generators = node.nodes("generators").map(|generator| {
            let target = self.expression(required(generator, "target"));
            ast::Comprehension {
                range: target.range(),
                node_index: AtomicNodeIndex::NONE,
                target,
                iter: self.expression(required(generator, "iter")),
                ifs: self.expressions(generator, "ifs"),
                is_async: generator.int("is_async") != 0,
                runtime_ifs: None,
                runtime_is_async: None,
            }
        });
        let generators = generators.collect();
        match node.kind {
            Kind::ListComp => Expr::ListComp(ast::ExprListComp {
                node_index: AtomicNodeIndex::NONE,
                range,
                elt: self.boxed(node, "elt"),
                generators,
            }),
            Kind::SetComp => Expr::SetComp(ast::ExprSetComp {
                node_index: AtomicNodeIndex::NONE,
                range,
                elt: self.boxed(node, "elt"),
                generators,
            }),
            Kind::DictComp => {
                let key = self.boxed(node, "key");
                let mut value = self.boxed(node, "value");
                // The compiler takes the stretch from the key to the value.
                if value.range().end() < key.range().start() {
                    ast::relocate::relocate_expr(&mut value, key.range());
                }
                Expr::DictComp(ast::ExprDictComp {
                    node_index: AtomicNodeIndex::NONE,
                    range,
                    key: Some(key),
                    value,
                    generators,
                })
            }
            _ => Expr::Generator(ast::ExprGenerator {
                node_index: AtomicNodeIndex::NONE,
                range,
                elt: self.boxed(node, "elt"),
                generators,
                parenthesized: true,
            }),
        }
    }

    fn call(&self, node: &Node, range: TextRange) -> Expr {
        let mut func = self.boxed(node, "func");
        // The compiler takes the stretch from an attribute's name to the end of its call.
        if let Expr::Attribute(attribute) = &mut *func
            && attribute.range.end() > range.end()
        {
            attribute.range = range;
        }
        Expr::Call(ast::ExprCall {
            node_index: AtomicNodeIndex::NONE,
            range_start: range.start(),
            func,
            arguments: self.arguments(node, "args", range),
        })
    }

    pub(super) fn arguments(&self, node: &Node, field: &str, range: TextRange) -> ast::Arguments {
        let keywords = node.nodes("keywords").map(|keyword| ast::Keyword {
            range: self.range(keyword),
            node_index: AtomicNodeIndex::NONE,
            arg: self.name(keyword, "arg"),
            value: self.expression(required(keyword, "value")),
        });
        ast::Arguments {
            range,
            node_index: AtomicNodeIndex::NONE,
            args: self.expressions(node, field).into(),
            keywords: keywords.collect(),
            runtime_args: None,
            runtime_bases: None,
        }
    }
}

fn context(node: &Node) -> ExprContext {
    match node.simple("ctx") {
        Some(Kind::Store) => ExprContext::Store,
        Some(Kind::Del) => ExprContext::Del,
        _ => ExprContext::Load,
    }
}

/// The operator of a node.
pub(super) fn operator(node: &Node) -> ast::Operator {
    match node.simple("op") {
        Some(Kind::Add) => ast::Operator::Add,
        Some(Kind::Sub) => ast::Operator::Sub,
        Some(Kind::Mult) => ast::Operator::Mult,
        Some(Kind::MatMult) => ast::Operator::MatMult,
        Some(Kind::Div) => ast::Operator::Div,
        Some(Kind::Mod) => ast::Operator::Mod,
        Some(Kind::Pow) => ast::Operator::Pow,
        Some(Kind::LShift) => ast::Operator::LShift,
        Some(Kind::RShift) => ast::Operator::RShift,
        Some(Kind::BitOr) => ast::Operator::BitOr,
        Some(Kind::BitXor) => ast::Operator::BitXor,
        Some(Kind::BitAnd) => ast::Operator::BitAnd,
        _ => ast::Operator::FloorDiv,
    }
}

fn comparison(item: &Item) -> ast::CmpOp {
    match item {
        Item::Simple(Kind::Eq) => ast::CmpOp::Eq,
        Item::Simple(Kind::NotEq) => ast::CmpOp::NotEq,
        Item::Simple(Kind::Lt) => ast::CmpOp::Lt,
        Item::Simple(Kind::LtE) => ast::CmpOp::LtE,
        Item::Simple(Kind::Gt) => ast::CmpOp::Gt,
        Item::Simple(Kind::GtE) => ast::CmpOp::GtE,
        Item::Simple(Kind::Is) => ast::CmpOp::Is,
        Item::Simple(Kind::IsNot) => ast::CmpOp::IsNot,
        Item::Simple(Kind::In) => ast::CmpOp::In,
        _ => ast::CmpOp::NotIn,
    }
}
