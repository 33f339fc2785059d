//! Parameters of functions, and of types.

use ruff_python_ast::{self as ast, AtomicNodeIndex, Expr, TypeParam};
use ruff_text_size::TextRange;

use super::Writer;
use crate::tree::{Item, Kind, Node};

impl Writer {
    pub(super) fn parameters(&self, node: &Node, range: TextRange) -> ast::Parameters {
        let positional = node.list("posonlyargs").len() + node.list("args").len();
        let mut without = positional - node.list("defaults").len();
        let mut defaults = node.nodes("defaults");
        let mut default = || {
            if without > 0 {
                without -= 1;
                return None;
            }
            defaults.next().map(|inner| self.expression(inner))
        };
        let posonlyargs = node.nodes("posonlyargs");
        let posonlyargs = posonlyargs.map(|parameter| self.with_default(parameter, default()));
        let posonlyargs = posonlyargs.collect();
        let args = node.nodes("args");
        let args = args.map(|parameter| self.with_default(parameter, default()));
        let args = args.collect();
        let keyword = node.nodes("kwonlyargs").zip(node.list("kw_defaults"));
        let kwonlyargs = keyword.map(|(parameter, default)| {
            let default = default.as_node().map(|inner| self.expression(inner));
            self.with_default(parameter, default)
        });
        let one = |field| {
            node.node(field)
                .map(|inner| Box::new(self.parameter(inner)))
        };
        ast::Parameters {
            range,
            node_index: AtomicNodeIndex::NONE,
            posonlyargs,
            args,
            vararg: one("vararg"),
            kwonlyargs: kwonlyargs.collect(),
            kwarg: one("kwarg"),
            runtime_defaults: None,
        }
    }

    fn with_default(&self, node: &Node, default: Option<Expr>) -> ast::ParameterWithDefault {
        ast::ParameterWithDefault {
            range: self.range(node),
            node_index: AtomicNodeIndex::NONE,
            parameter: self.parameter(node),
            default: default.map(Box::new),
        }
    }

    fn parameter(&self, node: &Node) -> ast::Parameter {
        ast::Parameter {
            range: self.range(node),
            node_index: AtomicNodeIndex::NONE,
            name: self.required_name(node, "arg"),
            annotation: self.maybe(node, "annotation"),
            runtime_type_comment: None,
            runtime_type_comment_bytes: None,
        }
    }

    pub(super) fn type_params(&self, node: &Node) -> Option<Box<ast::TypeParams>> {
        let parameters = node.list("type_params").iter().filter_map(Item::as_node);
        let type_params: Vec<_> = parameters.map(|inner| self.type_param(inner)).collect();
        let first = node.nodes("type_params").next()?;
        Some(Box::new(ast::TypeParams {
            range: self.range(first),
            node_index: AtomicNodeIndex::NONE,
            type_params,
            runtime_type_params: None,
        }))
    }

    fn type_param(&self, node: &Node) -> TypeParam {
        let range = self.range(node);
        let name = self.required_name(node, "name");
        let default = self.maybe(node, "default_value");
        match node.kind {
            Kind::TypeVar => TypeParam::TypeVar(ast::TypeParamTypeVar {
                node_index: AtomicNodeIndex::NONE,
                range,
                name,
                bound: self.maybe(node, "bound"),
                default,
            }),
            Kind::ParamSpec => TypeParam::ParamSpec(ast::TypeParamParamSpec {
                node_index: AtomicNodeIndex::NONE,
                range,
                name,
                default,
            }),
            _ => TypeParam::TypeVarTuple(ast::TypeParamTypeVarTuple {
                node_index: AtomicNodeIndex::NONE,
                range,
                name,
                default,
            }),
        }
    }
}
