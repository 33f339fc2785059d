//! Statements.

use ruff_python_ast::{self as ast, AtomicNodeIndex, ExceptHandler, Stmt, Suite};
use ruff_text_size::{Ranged as _, TextRange};

use super::{Writer, required};
use crate::tree::{Kind, Node};

impl Writer {
    pub(super) fn statements(&self, node: &Node, field: &str) -> Suite {
        node.nodes(field)
            .map(|inner| self.statement(inner))
            .collect()
    }

    fn statement(&self, node: &Node) -> Stmt {
        let range = self.range(node);
        let boxed = |field| Box::new(self.expression(required(node, field)));
        match node.kind {
            Kind::FunctionDef | Kind::AsyncFunctionDef => self.function(node, range),
            Kind::ClassDef => self.class(node, range),
            Kind::Return => Stmt::Return(ast::StmtReturn {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: self.maybe(node, "value"),
            }),
            Kind::Delete => Stmt::Delete(ast::StmtDelete {
                node_index: AtomicNodeIndex::NONE,
                range,
                targets: self.expressions(node, "targets"),
                runtime_targets: None,
            }),
            Kind::Assign => Stmt::Assign(ast::StmtAssign {
                node_index: AtomicNodeIndex::NONE,
                range,
                targets: self.expressions(node, "targets"),
                value: boxed("value"),
                runtime_targets: None,
                runtime_type_comment: None,
                runtime_type_comment_bytes: None,
            }),
            Kind::TypeAlias => Stmt::TypeAlias(ast::StmtTypeAlias {
                node_index: AtomicNodeIndex::NONE,
                range,
                name: boxed("name"),
                type_params: self.type_params(node),
                value: boxed("value"),
            }),
            Kind::AugAssign => Stmt::AugAssign(ast::StmtAugAssign {
                node_index: AtomicNodeIndex::NONE,
                range,
                target: boxed("target"),
                op: super::expressions::operator(node),
                value: boxed("value"),
            }),
            Kind::AnnAssign => Stmt::AnnAssign(ast::StmtAnnAssign {
                node_index: AtomicNodeIndex::NONE,
                range,
                target: boxed("target"),
                annotation: boxed("annotation"),
                value: self.maybe(node, "value"),
                simple: node.int("simple") != 0,
                runtime_simple: None,
            }),
            Kind::For | Kind::AsyncFor => Stmt::For(ast::StmtFor {
                node_index: AtomicNodeIndex::NONE,
                range,
                is_async: node.kind == Kind::AsyncFor,
                target: boxed("target"),
                iter: boxed("iter"),
                body: self.statements(node, "body"),
                orelse: self.statements(node, "orelse"),
                runtime_type_comment: None,
                runtime_type_comment_bytes: None,
                runtime_body: None,
                runtime_orelse: None,
            }),
            Kind::While => Stmt::While(ast::StmtWhile {
                node_index: AtomicNodeIndex::NONE,
                range,
                test: boxed("test"),
                body: self.statements(node, "body"),
                orelse: self.statements(node, "orelse"),
                runtime_body: None,
                runtime_orelse: None,
            }),
            Kind::If => Stmt::If(ast::StmtIf {
                node_index: AtomicNodeIndex::NONE,
                range,
                test: boxed("test"),
                body: self.statements(node, "body"),
                elif_else_clauses: self.clauses(node),
                runtime_body: None,
            }),
            Kind::With | Kind::AsyncWith => self.with(node, range),
            Kind::Match => Stmt::Match(ast::StmtMatch {
                node_index: AtomicNodeIndex::NONE,
                range,
                subject: boxed("subject"),
                cases: node.nodes("cases").map(|case| self.case(case)).collect(),
            }),
            Kind::Raise => Stmt::Raise(ast::StmtRaise {
                node_index: AtomicNodeIndex::NONE,
                range,
                exc: self.maybe(node, "exc"),
                cause: self.maybe(node, "cause"),
            }),
            Kind::Try | Kind::TryStar => Stmt::Try(ast::StmtTry {
                node_index: AtomicNodeIndex::NONE,
                range,
                body: self.statements(node, "body"),
                handlers: node
                    .nodes("handlers")
                    .map(|handler| self.handler(handler))
                    .collect(),
                orelse: self.statements(node, "orelse"),
                finalbody: self.statements(node, "finalbody"),
                is_star: node.kind == Kind::TryStar,
                runtime_body: None,
                runtime_handlers: None,
                runtime_orelse: None,
                runtime_finalbody: None,
            }),
            Kind::Assert => Stmt::Assert(ast::StmtAssert {
                node_index: AtomicNodeIndex::NONE,
                range,
                test: boxed("test"),
                msg: self.maybe(node, "msg"),
            }),
            Kind::Import => Stmt::Import(ast::StmtImport {
                node_index: AtomicNodeIndex::NONE,
                range,
                names: self.aliases(node),
                is_lazy: false,
            }),
            Kind::ImportFrom => Stmt::ImportFrom(ast::StmtImportFrom {
                node_index: AtomicNodeIndex::NONE,
                range,
                module: self.name(node, "module"),
                names: self.aliases(node),
                level: u32::try_from(node.int("level")).unwrap_or(0),
                is_lazy: false,
                runtime_level: None,
            }),
            Kind::Global => Stmt::Global(ast::StmtGlobal {
                node_index: AtomicNodeIndex::NONE,
                range,
                names: self.names(node, "names"),
            }),
            Kind::Nonlocal => Stmt::Nonlocal(ast::StmtNonlocal {
                node_index: AtomicNodeIndex::NONE,
                range,
                names: self.names(node, "names"),
            }),
            Kind::Expr => Stmt::Expr(ast::StmtExpr {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: boxed("value"),
            }),
            Kind::Break => Stmt::Break(ast::StmtBreak {
                node_index: AtomicNodeIndex::NONE,
                range,
            }),
            Kind::Continue => Stmt::Continue(ast::StmtContinue {
                node_index: AtomicNodeIndex::NONE,
                range,
            }),
            _ => Stmt::Pass(ast::StmtPass {
                node_index: AtomicNodeIndex::NONE,
                range,
            }),
        }
    }

    fn function(&self, node: &Node, range: TextRange) -> Stmt {
        Stmt::FunctionDef(ast::StmtFunctionDef {
            node_index: AtomicNodeIndex::NONE,
            range,
            is_async: node.kind == Kind::AsyncFunctionDef,
            decorator_list: self.decorators(node).collect(),
            name: self.required_name(node, "name"),
            type_params: self.type_params(node),
            parameters: Box::new(self.parameters(required(node, "args"), range)),
            returns: self.maybe(node, "returns"),
            body: self.statements(node, "body"),
            runtime_decorator_list: None,
            runtime_type_comment: None,
            runtime_type_comment_bytes: None,
            runtime_body: None,
        })
    }

    fn class(&self, node: &Node, range: TextRange) -> Stmt {
        let given = !node.list("bases").is_empty() || !node.list("keywords").is_empty();
        let arguments = given.then(|| Box::new(self.arguments(node, "bases", range)));
        Stmt::ClassDef(ast::StmtClassDef {
            node_index: AtomicNodeIndex::NONE,
            range,
            decorator_list: self.decorators(node).collect(),
            name: self.required_name(node, "name"),
            type_params: self.type_params(node),
            arguments,
            body: self.statements(node, "body"),
            runtime_decorator_list: None,
            runtime_body: None,
        })
    }

    fn decorators<'n>(&'n self, node: &'n Node) -> impl Iterator<Item = ast::Decorator> + 'n {
        node.nodes("decorator_list").map(|decorator| {
            let expression = self.expression(decorator);
            ast::Decorator {
                range: expression.range(),
                node_index: AtomicNodeIndex::NONE,
                expression,
            }
        })
    }

    fn with(&self, node: &Node, range: TextRange) -> Stmt {
        let items = node.nodes("items").map(|item| {
            let context_expr = self.expression(required(item, "context_expr"));
            ast::WithItem {
                range: context_expr.range(),
                node_index: AtomicNodeIndex::NONE,
                context_expr,
                optional_vars: self.maybe(item, "optional_vars"),
            }
        });
        Stmt::With(ast::StmtWith {
            node_index: AtomicNodeIndex::NONE,
            range,
            is_async: node.kind == Kind::AsyncWith,
            items: items.collect(),
            body: self.statements(node, "body"),
            runtime_type_comment: None,
            runtime_type_comment_bytes: None,
            runtime_body: None,
        })
    }

    /// An `else` that is one `if` is an `elif`: the chain may be long.
    fn clauses(&self, node: &Node) -> Vec<ast::ElifElseClause> {
        let mut clauses = Vec::new();
        let mut last = node;
        loop {
            let mut nodes = last.nodes("orelse");
            let Some(first) = nodes.next() else {
                return clauses;
            };
            let chained = first.kind == Kind::If && nodes.next().is_none();
            let (range, test, body) = if chained {
                let test = self.expression(required(first, "test"));
                (
                    self.range(first),
                    Some(test),
                    self.statements(first, "body"),
                )
            } else {
                (self.range(first), None, self.statements(last, "orelse"))
            };
            clauses.push(ast::ElifElseClause {
                range,
                node_index: AtomicNodeIndex::NONE,
                test,
                body,
                runtime_body: None,
                runtime_orelse: None,
            });
            if !chained {
                return clauses;
            }
            last = first;
        }
    }

    fn handler(&self, node: &Node) -> ExceptHandler {
        ExceptHandler::ExceptHandler(ast::ExceptHandlerExceptHandler {
            range: self.range(node),
            node_index: AtomicNodeIndex::NONE,
            type_: self.maybe(node, "type"),
            name: self.name(node, "name"),
            body: self.statements(node, "body"),
            runtime_body: None,
        })
    }

    fn aliases(&self, node: &Node) -> Vec<ast::Alias> {
        let aliases = node.nodes("names").map(|alias| ast::Alias {
            range: self.range(alias),
            node_index: AtomicNodeIndex::NONE,
            name: self.required_name(alias, "name"),
            asname: self.name(alias, "asname"),
        });
        aliases.collect()
    }
}
