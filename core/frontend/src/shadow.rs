//! The variable of a comprehension in a module, where a function or class declares the same name global.
//!
//! The compiler inlines such a comprehension, and then takes its variable for the global one: the global is overwritten. So the
//! variable gets a stand-in name that nobody declares ([`before`]), and its own back in the result ([`after`]).
//!
//! Invariant: only names of slots can be stand-ins; a program without such a comprehension goes through unchanged.

use std::collections::HashSet;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::transformer::{Transformer, walk_expr, walk_stmt};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Mod, Stmt};

use crate::code::{Code, Const};

/// No identifier holds this character.
const MARK: char = '\u{f0001}';

type Set = HashSet<String>;

/// Gives stand-ins. Have there been any?
pub(crate) fn before(tree: &mut Mod, text: &str) -> bool {
    let Mod::Module(module) = tree else {
        return false;
    };
    if !text.contains("global") {
        return false;
    }
    let mut declared = Declared {
        nested: false,
        names: Set::new(),
    };
    declared.visit_body(&module.body);
    if declared.names.is_empty() {
        return false;
    }
    let finder = Finder {
        declared: declared.names,
    };
    finder.visit_body(&mut module.body);
    true
}

/// Takes the stand-ins out.
pub(crate) fn after(code: &mut Code) {
    for name in &mut code.localsplusnames {
        if let Some(own) = name.strip_suffix(MARK) {
            *name = own.into();
        }
    }
    for constant in &mut code.consts {
        if let Const::Code(nested) = constant {
            after(nested);
        }
    }
}

/// What is declared global elsewhere than in the module itself.
struct Declared {
    nested: bool,
    names: Set,
}

impl Visitor<'_> for Declared {
    fn visit_stmt(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Global(statement) if self.nested => {
                let names = statement.names.iter();
                self.names.extend(names.map(|name| name.to_string()));
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                let outside = std::mem::replace(&mut self.nested, true);
                visitor::walk_stmt(self, statement);
                self.nested = outside;
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &Expr) {}
}

/// The names that a comprehension's targets bind.
fn bound(generators: &[ast::Comprehension]) -> Set {
    struct Targets(Set);
    impl Visitor<'_> for Targets {
        fn visit_expr(&mut self, expression: &Expr) {
            if let Expr::Name(name) = expression
                && matches!(name.ctx, ExprContext::Store)
            {
                self.0.insert(name.id.to_string());
            }
            visitor::walk_expr(self, expression);
        }
    }
    let mut targets = Targets(Set::new());
    for generator in generators {
        targets.visit_expr(&generator.target);
    }
    targets.0
}

/// A comprehension's parts: what it collects, and its loops.
fn parts(expression: &mut Expr) -> Option<(Vec<&mut Expr>, &mut [ast::Comprehension])> {
    Some(match expression {
        Expr::ListComp(inner) => (vec![&mut inner.elt], &mut inner.generators),
        Expr::SetComp(inner) => (vec![&mut inner.elt], &mut inner.generators),
        Expr::DictComp(inner) => {
            let mut parts: Vec<&mut Expr> = Vec::new();
            parts.extend(inner.key.as_deref_mut());
            parts.push(&mut inner.value);
            (parts, &mut inner.generators)
        }
        Expr::Generator(inner) => (vec![&mut inner.elt], &mut inner.generators),
        _ => return None,
    })
}

/// Replaces names within a comprehension, all but its first iterable.
fn within(expression: &mut Expr, names: Set) {
    let Some((collected, generators)) = parts(expression) else {
        return;
    };
    let renamer = Renamer { names };
    for (index, generator) in generators.iter_mut().enumerate() {
        if index > 0 {
            renamer.visit_expr(&mut generator.iter);
        }
        renamer.visit_expr(&mut generator.target);
        for condition in &mut generator.ifs {
            renamer.visit_expr(condition);
        }
    }
    for part in collected {
        renamer.visit_expr(part);
    }
}

/// Looks for comprehensions that are part of the module's own code.
struct Finder {
    declared: Set,
}

impl Transformer for Finder {
    fn visit_stmt(&self, statement: &mut Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                for decorator in &mut function.decorator_list {
                    self.visit_decorator(decorator);
                }
                defaults(self, &mut function.parameters);
            }
            Stmt::ClassDef(class) => {
                for decorator in &mut class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &mut class.arguments {
                    self.visit_arguments(arguments);
                }
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&self, _: &mut Expr) {}

    fn visit_expr(&self, expression: &mut Expr) {
        match expression {
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &mut lambda.parameters {
                    defaults(self, parameters);
                }
            }
            Expr::Generator(inner) => {
                if let Some(first) = inner.generators.first_mut() {
                    self.visit_expr(&mut first.iter);
                }
            }
            _ => {
                if let Some((_, generators)) = parts(expression) {
                    let mut names = bound(generators);
                    names.retain(|name| self.declared.contains(name));
                    if !names.is_empty() {
                        within(expression, names);
                    }
                }
                walk_expr(self, expression);
            }
        }
    }
}

fn defaults(visitor: &impl Transformer, parameters: &mut ast::Parameters) {
    let ast::Parameters {
        posonlyargs,
        args,
        kwonlyargs,
        ..
    } = parameters;
    for parameter in posonlyargs.iter_mut().chain(args).chain(kwonlyargs) {
        if let Some(default) = &mut parameter.default {
            visitor.visit_expr(default);
        }
    }
}

/// Replaces names.
struct Renamer {
    names: Set,
}

impl Renamer {
    /// For a scope that binds some names itself.
    fn without(&self, own: &Set) -> Set {
        self.names.difference(own).cloned().collect()
    }
}

impl Transformer for Renamer {
    fn visit_expr(&self, expression: &mut Expr) {
        match expression {
            Expr::Name(name) => {
                if self.names.contains(name.id.as_str()) {
                    name.id = Name::new(format!("{}{MARK}", name.id));
                }
            }
            Expr::Lambda(lambda) => {
                let mut own = Set::new();
                if let Some(parameters) = &mut lambda.parameters {
                    defaults(self, parameters);
                    own.extend(
                        parameters
                            .iter()
                            .map(|parameter| parameter.name().to_string()),
                    );
                }
                let inner = Self {
                    names: self.without(&own),
                };
                inner.visit_expr(&mut lambda.body);
            }
            _ => {
                let Some((_, generators)) = parts(expression) else {
                    walk_expr(self, expression);
                    return;
                };
                let own = bound(generators);
                if let Some(first) = generators.first_mut() {
                    self.visit_expr(&mut first.iter);
                }
                within(expression, self.without(&own));
            }
        }
    }
}
