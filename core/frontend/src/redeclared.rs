//! `global x` where an earlier `global x` stands in the same scope: CPython asks each time whether `x` has been used before,
//! the compiler only the first time.
//!
//! Protocol: [`find`] walks the scopes as CPython's symbol table does, but looks at names that were declared already only.
//! Invariant: a scope's own names are what its statements use directly; functions, classes, annotations and the insides of comprehensions are
//! scopes of their own.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, ExprContext, Mod, Pattern, Stmt};
use ruff_text_size::TextRange;

/// The first such declaration, and what CPython says.
pub(crate) fn find(tree: &Mod, text: &str) -> Option<(TextRange, String)> {
    let Mod::Module(module) = tree else {
        return None;
    };
    text.match_indices("global").nth(1)?;
    scope(&module.body, true)
}

fn scope(body: &[Stmt], is_module: bool) -> Option<(TextRange, String)> {
    let mut names = Names {
        is_module,
        declared: HashMap::new(),
        found: None,
    };
    names.visit_body(body);
    names.found
}

/// How a name was used since it was declared.
#[derive(Clone, Copy, Default)]
struct Uses {
    read: bool,
    annotated: bool,
    assigned: bool,
}

struct Names<'a> {
    is_module: bool,
    declared: HashMap<&'a str, Uses>,
    found: Option<(TextRange, String)>,
}

impl<'a> Names<'a> {
    fn note(&mut self, name: &str, note: impl FnOnce(&mut Uses)) {
        if let Some(uses) = self.declared.get_mut(name) {
            note(uses);
        }
    }

    fn assign(&mut self, name: &str) {
        self.note(name, |uses| uses.assigned = true);
    }

    fn nested(&mut self, body: &'a [Stmt]) {
        if self.found.is_none() {
            self.found = scope(body, false);
        }
    }

    fn defaults(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    fn declare(&mut self, statement: &'a ast::StmtGlobal) {
        for name in &statement.names {
            let name = name.as_str();
            let uses = self.declared.entry(name).or_default();
            let message = if uses.read {
                format!("name '{name}' is used prior to global declaration")
            } else if uses.annotated {
                format!("annotated name '{name}' can't be global")
            } else if uses.assigned {
                format!("name '{name}' is assigned to before global declaration")
            } else {
                continue;
            };
            self.found.get_or_insert((statement.range, message));
        }
    }

    /// What a comprehension does in the scope around it: its first iterable is read there, and what `:=` assigns belongs there.
    fn comprehension(&mut self, expression: &'a Expr, generators: &'a [ast::Comprehension]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        if !self.is_module {
            let mut inner = Assigned(Vec::new());
            walk_expr(&mut inner, expression);
            for name in inner.0 {
                self.assign(name);
            }
        }
    }
}

/// What `:=` assigns.
struct Assigned<'a>(Vec<&'a str>);

impl<'a> Visitor<'a> for Assigned<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Lambda(_) => return,
            Expr::Named(named) => {
                if let Expr::Name(name) = &*named.target {
                    self.0.push(name.id.as_str());
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if self.found.is_some() {
            return;
        }
        match statement {
            Stmt::Global(statement) => self.declare(statement),
            Stmt::FunctionDef(function) => {
                self.assign(&function.name);
                self.defaults(&function.parameters);
                for decorator in &function.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                self.nested(&function.body);
            }
            Stmt::ClassDef(class) => {
                self.assign(&class.name);
                for decorator in &class.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                if let Some(arguments) = &class.arguments
                    && class.type_params.is_none()
                {
                    self.visit_arguments(arguments);
                }
                self.nested(&class.body);
            }
            Stmt::AnnAssign(statement) => {
                match &*statement.target {
                    Expr::Name(name) if statement.simple => {
                        self.note(name.id.as_str(), |uses| uses.annotated = true);
                    }
                    target => self.visit_expr(target),
                }
                if let Some(value) = &statement.value {
                    self.visit_expr(value);
                }
            }
            Stmt::TypeAlias(alias) => self.visit_expr(&alias.name),
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Load => self.note(name.id.as_str(), |uses| uses.read = true),
                _ => self.assign(name.id.as_str()),
            },
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
            }
            Expr::ListComp(inner) => self.comprehension(expression, &inner.generators),
            Expr::SetComp(inner) => self.comprehension(expression, &inner.generators),
            Expr::DictComp(inner) => self.comprehension(expression, &inner.generators),
            Expr::Generator(inner) => self.comprehension(expression, &inner.generators),
            _ => walk_expr(self, expression),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.assign(name);
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(inner) => inner.name.as_ref(),
            Pattern::MatchStar(inner) => inner.name.as_ref(),
            Pattern::MatchMapping(inner) => inner.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.assign(name);
        }
        walk_pattern(self, pattern);
    }
}
