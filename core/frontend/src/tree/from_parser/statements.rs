//! Statements.

use ruff_python_ast::{self as ast, ExceptHandler, Stmt};
use ruff_text_size::{Ranged as _, TextRange, TextSize};

use super::Reader;
use crate::tree::{Item, Kind, Node, Span};

impl Reader<'_> {
    pub(super) fn statement(&self, statement: &Stmt) -> Node {
        let range = TextRange::new(self.start_of(statement), self.end_of(statement));
        let span = self.span(range);
        let node = |kind, fields| Node::new(kind, span, fields);
        match statement {
            Stmt::FunctionDef(inner) => self.function(inner, span),
            Stmt::ClassDef(inner) => self.class(inner, span),
            Stmt::Return(inner) => node(Kind::Return, vec![self.maybe(inner.value.as_deref())]),
            Stmt::Delete(inner) => node(Kind::Delete, vec![self.expressions(&inner.targets)]),
            Stmt::TypeAlias(inner) => node(
                Kind::TypeAlias,
                vec![
                    self.expression(&inner.name).into(),
                    self.type_params(inner.type_params.as_deref()),
                    self.expression(&inner.value).into(),
                ],
            ),
            Stmt::Assign(inner) => node(
                Kind::Assign,
                vec![
                    self.expressions(&inner.targets),
                    self.expression(&inner.value).into(),
                    self.comment_after(range.end()),
                ],
            ),
            Stmt::AugAssign(inner) => node(
                Kind::AugAssign,
                vec![
                    self.expression(&inner.target).into(),
                    Item::Simple(super::expressions::operator(inner.op)),
                    self.expression(&inner.value).into(),
                ],
            ),
            Stmt::AnnAssign(inner) => node(
                Kind::AnnAssign,
                vec![
                    self.expression(&inner.target).into(),
                    self.expression(&inner.annotation).into(),
                    self.maybe(inner.value.as_deref()),
                    Item::Int(i32::from(inner.simple)),
                ],
            ),
            Stmt::For(inner) => node(
                if inner.is_async {
                    Kind::AsyncFor
                } else {
                    Kind::For
                },
                vec![
                    self.expression(&inner.target).into(),
                    self.expression(&inner.iter).into(),
                    self.statements(&inner.body),
                    self.statements(&inner.orelse),
                    self.comment_of_block(inner.iter.range().end()),
                ],
            ),
            Stmt::While(inner) => node(
                Kind::While,
                vec![
                    self.expression(&inner.test).into(),
                    self.statements(&inner.body),
                    self.statements(&inner.orelse),
                ],
            ),
            Stmt::If(inner) => node(
                Kind::If,
                vec![
                    self.expression(&inner.test).into(),
                    self.statements(&inner.body),
                    self.otherwise(&inner.elif_else_clauses, range.end()),
                ],
            ),
            Stmt::With(inner) => self.with(inner, span),
            Stmt::Match(inner) => node(
                Kind::Match,
                vec![
                    self.expression(&inner.subject).into(),
                    Item::nodes(inner.cases.iter().map(|case| self.case(case))),
                ],
            ),
            Stmt::Raise(inner) => node(
                Kind::Raise,
                vec![
                    self.maybe(inner.exc.as_deref()),
                    self.maybe(inner.cause.as_deref()),
                ],
            ),
            Stmt::Try(inner) => node(
                if inner.is_star {
                    Kind::TryStar
                } else {
                    Kind::Try
                },
                vec![
                    self.statements(&inner.body),
                    Item::nodes(inner.handlers.iter().map(|handler| self.handler(handler))),
                    self.statements(&inner.orelse),
                    self.statements(&inner.finalbody),
                ],
            ),
            Stmt::Assert(inner) => node(
                Kind::Assert,
                vec![
                    self.expression(&inner.test).into(),
                    self.maybe(inner.msg.as_deref()),
                ],
            ),
            Stmt::Import(inner) => node(Kind::Import, vec![self.aliases(&inner.names)]),
            Stmt::ImportFrom(inner) => node(
                Kind::ImportFrom,
                vec![
                    maybe_name(inner.module.as_ref()),
                    self.aliases(&inner.names),
                    Item::Int(i32::try_from(inner.level).unwrap_or(i32::MAX)),
                ],
            ),
            Stmt::Global(inner) => node(Kind::Global, vec![names(&inner.names)]),
            Stmt::Nonlocal(inner) => node(Kind::Nonlocal, vec![names(&inner.names)]),
            Stmt::Expr(inner) => node(Kind::Expr, vec![self.expression(&inner.value).into()]),
            Stmt::Pass(_) => node(Kind::Pass, Vec::new()),
            Stmt::Break(_) => node(Kind::Break, Vec::new()),
            Stmt::Continue(_) => node(Kind::Continue, Vec::new()),
            Stmt::IpyEscapeCommand(_) => {
                unreachable!("the parser knows these only where it is told to")
            }
        }
    }

    /// A decorated definition begins with its keyword, not with the first decorator.
    fn start_of(&self, statement: &Stmt) -> TextSize {
        let decorators = match statement {
            Stmt::FunctionDef(inner) => &inner.decorator_list,
            Stmt::ClassDef(inner) => &inner.decorator_list,
            _ => return statement.range().start(),
        };
        let Some(last) = decorators.last() else {
            return statement.range().start();
        };
        let mut at = last.range.end().to_usize();
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'#' => {
                    let rest = &self.text[at..];
                    at += rest.find('\n').unwrap_or(rest.len());
                }
                b'a'..=b'z' => break,
                _ => at += 1,
            }
        }
        TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// A block that ends with a simple statement and `;` ends behind the `;`.
    fn end_of(&self, statement: &Stmt) -> TextSize {
        let end = statement.range().end();
        if !crate::mend::is_block(statement) {
            return end;
        }
        crate::mend::behind_semicolon(self.text, end).unwrap_or(end)
    }

    fn function(&self, inner: &ast::StmtFunctionDef, span: Span) -> Node {
        let kind = if inner.is_async {
            Kind::AsyncFunctionDef
        } else {
            Kind::FunctionDef
        };
        let head = inner
            .returns
            .as_deref()
            .map_or(inner.parameters.range.end(), |returns| {
                returns.range().end()
            });
        let fields = vec![
            Item::identifier(&inner.name),
            self.parameters(&inner.parameters).into(),
            self.statements(&inner.body),
            self.decorators(&inner.decorator_list),
            self.maybe(inner.returns.as_deref()),
            self.comment_of_function(head, &inner.body),
            self.type_params(inner.type_params.as_deref()),
        ];
        Node::new(kind, span, fields)
    }

    fn class(&self, inner: &ast::StmtClassDef, span: Span) -> Node {
        let fields = vec![
            Item::identifier(&inner.name),
            self.expressions(inner.bases()),
            self.keywords(inner.keywords()),
            self.statements(&inner.body),
            self.decorators(&inner.decorator_list),
            self.type_params(inner.type_params.as_deref()),
        ];
        Node::new(Kind::ClassDef, span, fields)
    }

    fn decorators(&self, decorators: &[ast::Decorator]) -> Item {
        Item::nodes(
            decorators
                .iter()
                .map(|decorator| self.expression(&decorator.expression)),
        )
    }

    fn with(&self, inner: &ast::StmtWith, span: Span) -> Node {
        let kind = if inner.is_async {
            Kind::AsyncWith
        } else {
            Kind::With
        };
        let items = inner.items.iter().map(|item| {
            let fields = vec![
                self.expression(&item.context_expr).into(),
                self.maybe(item.optional_vars.as_deref()),
            ];
            Node::new(Kind::WithitemClass, Span::default(), fields)
        });
        let items = Item::nodes(items);
        let head = inner
            .items
            .last()
            .map_or(inner.range.start(), |item| item.range.end());
        let body = self.statements(&inner.body);
        let comment = self.comment_of_block(head);
        Node::new(kind, span, vec![items, body, comment])
    }

    /// Each `elif` is an `if` of its own that reaches to the end of the whole.
    fn otherwise(&self, clauses: &[ast::ElifElseClause], end: TextSize) -> Item {
        let mut rest = Item::List(Vec::new());
        for clause in clauses.iter().rev() {
            rest = match &clause.test {
                None => self.statements(&clause.body),
                Some(test) => {
                    let span = self.span(TextRange::new(clause.range.start(), end));
                    let fields = vec![
                        self.expression(test).into(),
                        self.statements(&clause.body),
                        rest,
                    ];
                    Item::nodes([Node::new(Kind::If, span, fields)])
                }
            };
        }
        rest
    }

    fn handler(&self, handler: &ExceptHandler) -> Node {
        let ExceptHandler::ExceptHandler(inner) = handler;
        let end = inner.range.end();
        let end = crate::mend::behind_semicolon(self.text, end).unwrap_or(end);
        let fields = vec![
            self.maybe(inner.type_.as_deref()),
            maybe_name(inner.name.as_ref()),
            self.statements(&inner.body),
        ];
        let range = TextRange::new(inner.range.start(), end);
        Node::new(Kind::ExceptHandler, self.span(range), fields)
    }

    fn aliases(&self, aliases: &[ast::Alias]) -> Item {
        Item::nodes(aliases.iter().map(|alias| {
            let fields = vec![
                Item::identifier(&alias.name),
                maybe_name(alias.asname.as_ref()),
            ];
            Node::new(Kind::AliasClass, self.span(alias.range), fields)
        }))
    }
}

/// A name that may be missing.
pub(super) fn maybe_name(name: Option<&ast::Identifier>) -> Item {
    name.map_or(Item::Absent, |name| Item::identifier(name))
}

fn names(names: &[ast::Identifier]) -> Item {
    Item::List(names.iter().map(|name| Item::identifier(name)).collect())
}
