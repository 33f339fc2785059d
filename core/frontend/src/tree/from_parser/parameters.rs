//! Parameters of functions, and of types.

use ruff_python_ast::{self as ast, TypeParam};
use ruff_text_size::TextRange;

use super::Reader;
use crate::tree::{Item, Kind, Node, Span};

impl Reader<'_> {
    pub(super) fn parameters(&self, parameters: &ast::Parameters) -> Node {
        let list = |parameters: &[ast::ParameterWithDefault]| {
            Item::nodes(
                parameters
                    .iter()
                    .map(|each| self.parameter(&each.parameter, each.range)),
            )
        };
        let one = |parameter: Option<&ast::Parameter>| {
            Item::optional(parameter.map(|parameter| self.parameter(parameter, parameter.range)))
        };
        let defaults = parameters.posonlyargs.iter().chain(&parameters.args);
        let defaults = defaults.filter_map(|each| each.default.as_deref());
        let defaults = Item::nodes(defaults.map(|default| self.expression(default)));
        let keyword_defaults = parameters
            .kwonlyargs
            .iter()
            .map(|each| self.maybe(each.default.as_deref()));
        let fields = vec![
            list(&parameters.posonlyargs),
            list(&parameters.args),
            one(parameters.vararg.as_deref()),
            list(&parameters.kwonlyargs),
            Item::List(keyword_defaults.collect()),
            one(parameters.kwarg.as_deref()),
            defaults,
        ];
        Node::new(Kind::ArgumentsClass, Span::default(), fields)
    }

    /// A parameter; its type comment stands behind its default.
    fn parameter(&self, parameter: &ast::Parameter, whole: TextRange) -> Node {
        let fields = vec![
            Item::identifier(&parameter.name),
            self.maybe(parameter.annotation.as_deref()),
            self.comment_of_parameter(whole.end()),
        ];
        // The range of `*args` begins with the star.
        let range = TextRange::new(parameter.name.range.start(), parameter.range.end());
        Node::new(Kind::ArgClass, self.span(range), fields)
    }

    pub(super) fn type_params(&self, parameters: Option<&ast::TypeParams>) -> Item {
        let parameters = parameters.map_or(&[][..], |parameters| &parameters.type_params[..]);
        Item::nodes(parameters.iter().map(|parameter| {
            let name = |name: &ast::Identifier| Item::identifier(name);
            let (kind, range, fields) = match parameter {
                TypeParam::TypeVar(inner) => (
                    Kind::TypeVar,
                    inner.range,
                    vec![
                        name(&inner.name),
                        self.maybe(inner.bound.as_deref()),
                        self.maybe(inner.default.as_deref()),
                    ],
                ),
                TypeParam::ParamSpec(inner) => (
                    Kind::ParamSpec,
                    inner.range,
                    vec![name(&inner.name), self.maybe(inner.default.as_deref())],
                ),
                TypeParam::TypeVarTuple(inner) => (
                    Kind::TypeVarTuple,
                    inner.range,
                    vec![name(&inner.name), self.maybe(inner.default.as_deref())],
                ),
            };
            Node::new(kind, self.span(range), fields)
        }))
    }
}
