//! Expressions.

use ruff_python_ast::{self as ast, Expr, ExprContext};
use ruff_text_size::Ranged as _;

use super::Reader;
use super::statements::maybe_name;
use crate::code::Const;
use crate::tree::{Item, Kind, Node, Span};

impl Reader<'_> {
    pub(super) fn maybe(&self, expression: Option<&Expr>) -> Item {
        Item::optional(expression.map(|expression| self.expression(expression)))
    }

    pub(super) fn expressions(&self, expressions: &[Expr]) -> Item {
        Item::nodes(
            expressions
                .iter()
                .map(|expression| self.expression(expression)),
        )
    }

    pub(crate) fn expression(&self, expression: &Expr) -> Node {
        let span = self.span(expression.range());
        let node = |kind, fields| Node::new(kind, span, fields);
        let item = |expression: &Expr| Item::from(self.expression(expression));
        match expression {
            Expr::BoolOp(inner) => node(
                Kind::BoolOp,
                vec![
                    Item::Simple(match inner.op {
                        ast::BoolOp::And => Kind::And,
                        ast::BoolOp::Or => Kind::Or,
                    }),
                    self.expressions(&inner.values),
                ],
            ),
            Expr::Named(inner) => node(
                Kind::NamedExpr,
                vec![item(&inner.target), item(&inner.value)],
            ),
            Expr::BinOp(_) => self.binary(expression),
            Expr::UnaryOp(inner) => node(
                Kind::UnaryOp,
                vec![
                    Item::Simple(match inner.op {
                        ast::UnaryOp::Invert => Kind::Invert,
                        ast::UnaryOp::Not => Kind::Not,
                        ast::UnaryOp::UAdd => Kind::UAdd,
                        ast::UnaryOp::USub => Kind::USub,
                    }),
                    item(&inner.operand),
                ],
            ),
            Expr::Lambda(inner) => {
                let parameters = match inner.parameters.as_deref() {
                    Some(parameters) => self.parameters(parameters),
                    None => self.parameters(&ast::Parameters::default()),
                };
                node(Kind::Lambda, vec![parameters.into(), item(&inner.body)])
            }
            Expr::If(inner) => node(
                Kind::IfExp,
                vec![item(&inner.test), item(&inner.body), item(&inner.orelse)],
            ),
            Expr::Dict(inner) => {
                let keys = inner
                    .items
                    .iter()
                    .map(|entry| self.maybe(entry.key.as_ref()));
                let keys = Item::List(keys.collect());
                let values = inner
                    .items
                    .iter()
                    .map(|entry| self.expression(&entry.value));
                node(Kind::Dict, vec![keys, Item::nodes(values)])
            }
            Expr::Set(inner) => node(Kind::Set, vec![self.expressions(&inner.elts)]),
            Expr::ListComp(inner) => node(
                Kind::ListComp,
                vec![item(&inner.elt), self.generators(&inner.generators)],
            ),
            Expr::SetComp(inner) => node(
                Kind::SetComp,
                vec![item(&inner.elt), self.generators(&inner.generators)],
            ),
            Expr::DictComp(inner) => node(
                Kind::DictComp,
                vec![
                    self.maybe(inner.key.as_deref()),
                    item(&inner.value),
                    self.generators(&inner.generators),
                ],
            ),
            Expr::Generator(inner) => node(
                Kind::GeneratorExp,
                vec![item(&inner.elt), self.generators(&inner.generators)],
            ),
            Expr::Await(inner) => node(Kind::Await, vec![item(&inner.value)]),
            Expr::Yield(inner) => node(Kind::Yield, vec![self.maybe(inner.value.as_deref())]),
            Expr::YieldFrom(inner) => node(Kind::YieldFrom, vec![item(&inner.value)]),
            Expr::Compare(inner) => {
                let operators = inner.ops.iter().map(|&op| Item::Simple(comparison(op)));
                node(
                    Kind::Compare,
                    vec![
                        item(&inner.left),
                        Item::List(operators.collect()),
                        self.expressions(&inner.comparators),
                    ],
                )
            }
            Expr::Call(inner) => self.call(inner, span),
            Expr::FString(inner) => self.f_string(inner, span),
            Expr::TString(inner) => self.t_string(inner, span),
            Expr::StringLiteral(inner) => self.string(inner, span),
            Expr::BytesLiteral(inner) => {
                let bytes: Vec<u8> = inner.value.bytes().collect();
                constant(span, Const::Bytes(bytes.into()), Item::Absent)
            }
            Expr::NumberLiteral(inner) => {
                constant(span, super::literals::number(&inner.value), Item::Absent)
            }
            Expr::BooleanLiteral(inner) => constant(span, Const::Bool(inner.value), Item::Absent),
            Expr::NoneLiteral(_) => constant(span, Const::None, Item::Absent),
            Expr::EllipsisLiteral(_) => constant(span, Const::Ellipsis, Item::Absent),
            Expr::Attribute(inner) => node(
                Kind::Attribute,
                vec![
                    item(&inner.value),
                    Item::identifier(&inner.attr),
                    context(inner.ctx),
                ],
            ),
            Expr::Subscript(inner) => node(
                Kind::Subscript,
                vec![item(&inner.value), item(&inner.slice), context(inner.ctx)],
            ),
            Expr::Starred(inner) => {
                node(Kind::Starred, vec![item(&inner.value), context(inner.ctx)])
            }
            Expr::Name(inner) => node(
                Kind::Name,
                vec![Item::identifier(&inner.id), context(inner.ctx)],
            ),
            Expr::List(inner) => node(
                Kind::List,
                vec![self.expressions(&inner.elts), context(inner.ctx)],
            ),
            Expr::Tuple(inner) => node(
                Kind::Tuple,
                vec![self.expressions(&inner.elts), context(inner.ctx)],
            ),
            Expr::Slice(inner) => node(
                Kind::Slice,
                vec![
                    self.maybe(inner.lower.as_deref()),
                    self.maybe(inner.upper.as_deref()),
                    self.maybe(inner.step.as_deref()),
                ],
            ),
            Expr::Constant(_) | Expr::IpyEscapeCommand(_) => {
                unreachable!("the parser makes no such nodes of a program")
            }
        }
    }

    /// A chain of operators is as deep as it is long: no recursion along its left side.
    fn binary(&self, expression: &Expr) -> Node {
        let mut chain = Vec::new();
        let mut first = expression;
        while let Expr::BinOp(inner) = first {
            chain.push(inner);
            first = &inner.left;
        }
        let mut left = self.expression(first);
        for inner in chain.into_iter().rev() {
            let right = self.expression(&inner.right).into();
            let fields = vec![left.into(), Item::Simple(operator(inner.op)), right];
            left = Node::new(Kind::BinOp, self.span(inner.range), fields);
        }
        left
    }

    /// A generator that is the only argument owns the call's parentheses.
    fn call(&self, inner: &ast::ExprCall, span: Span) -> Node {
        let arguments = match &*inner.arguments.args {
            [Expr::Generator(generator)] if !generator.parenthesized => {
                let fields = vec![
                    self.expression(&generator.elt).into(),
                    self.generators(&generator.generators),
                ];
                let span = self.span(inner.arguments.range);
                Item::nodes([Node::new(Kind::GeneratorExp, span, fields)])
            }
            arguments => self.expressions(arguments),
        };
        let fields = vec![
            self.expression(&inner.func).into(),
            arguments,
            self.keywords(&inner.arguments.keywords),
        ];
        Node::new(Kind::Call, span, fields)
    }

    pub(super) fn keywords(&self, keywords: &[ast::Keyword]) -> Item {
        Item::nodes(keywords.iter().map(|keyword| {
            let fields = vec![
                maybe_name(keyword.arg.as_ref()),
                self.expression(&keyword.value).into(),
            ];
            Node::new(Kind::KeywordClass, self.span(keyword.range), fields)
        }))
    }

    fn generators(&self, generators: &[ast::Comprehension]) -> Item {
        Item::nodes(generators.iter().map(|generator| {
            let fields = vec![
                self.expression(&generator.target).into(),
                self.expression(&generator.iter).into(),
                self.expressions(&generator.ifs),
                Item::Int(i32::from(generator.is_async)),
            ];
            Node::new(Kind::ComprehensionClass, Span::default(), fields)
        }))
    }
}

/// A `Constant`.
pub(super) fn constant(span: Span, value: Const, kind: Item) -> Node {
    Node::new(Kind::Constant, span, vec![Item::Constant(value), kind])
}

fn context(context: ExprContext) -> Item {
    Item::Simple(match context {
        ExprContext::Store => Kind::Store,
        ExprContext::Del => Kind::Del,
        ExprContext::Load | ExprContext::Invalid => Kind::Load,
    })
}

/// The class of an operator.
pub(super) fn operator(operator: ast::Operator) -> Kind {
    match operator {
        ast::Operator::Add => Kind::Add,
        ast::Operator::Sub => Kind::Sub,
        ast::Operator::Mult => Kind::Mult,
        ast::Operator::MatMult => Kind::MatMult,
        ast::Operator::Div => Kind::Div,
        ast::Operator::Mod => Kind::Mod,
        ast::Operator::Pow => Kind::Pow,
        ast::Operator::LShift => Kind::LShift,
        ast::Operator::RShift => Kind::RShift,
        ast::Operator::BitOr => Kind::BitOr,
        ast::Operator::BitXor => Kind::BitXor,
        ast::Operator::BitAnd => Kind::BitAnd,
        ast::Operator::FloorDiv => Kind::FloorDiv,
    }
}

fn comparison(operator: ast::CmpOp) -> Kind {
    match operator {
        ast::CmpOp::Eq => Kind::Eq,
        ast::CmpOp::NotEq => Kind::NotEq,
        ast::CmpOp::Lt => Kind::Lt,
        ast::CmpOp::LtE => Kind::LtE,
        ast::CmpOp::Gt => Kind::Gt,
        ast::CmpOp::GtE => Kind::GtE,
        ast::CmpOp::Is => Kind::Is,
        ast::CmpOp::IsNot => Kind::IsNot,
        ast::CmpOp::In => Kind::In,
        ast::CmpOp::NotIn => Kind::NotIn,
    }
}
