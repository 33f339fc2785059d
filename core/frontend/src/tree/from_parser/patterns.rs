//! Patterns of `match`.

use ruff_python_ast::{self as ast, Pattern};
use ruff_text_size::Ranged as _;

use super::Reader;
use super::statements::maybe_name;
use crate::code::Const;
use crate::tree::{Item, Kind, Node, Span};

impl Reader<'_> {
    pub(super) fn case(&self, case: &ast::MatchCase) -> Node {
        let fields = vec![
            self.pattern(&case.pattern).into(),
            self.maybe(case.guard.as_deref()),
            self.statements(&case.body),
        ];
        Node::new(Kind::MatchCaseClass, Span::default(), fields)
    }

    fn patterns<'a>(&self, patterns: impl IntoIterator<Item = &'a Pattern>) -> Item {
        Item::nodes(patterns.into_iter().map(|pattern| self.pattern(pattern)))
    }

    fn pattern(&self, pattern: &Pattern) -> Node {
        let (kind, fields) = match pattern {
            Pattern::MatchValue(inner) => {
                (Kind::MatchValue, vec![self.expression(&inner.value).into()])
            }
            Pattern::MatchSingleton(inner) => {
                let value = match inner.value {
                    ast::Singleton::None => Const::None,
                    ast::Singleton::True => Const::Bool(true),
                    ast::Singleton::False => Const::Bool(false),
                };
                (Kind::MatchSingleton, vec![Item::Constant(value)])
            }
            Pattern::MatchSequence(inner) => {
                (Kind::MatchSequence, vec![self.patterns(&inner.patterns)])
            }
            Pattern::MatchMapping(inner) => (
                Kind::MatchMapping,
                vec![
                    self.expressions(&inner.keys),
                    self.patterns(&inner.patterns),
                    maybe_name(inner.rest.as_ref()),
                ],
            ),
            Pattern::MatchClass(inner) => {
                let keywords = &inner.arguments.keywords;
                let names = keywords
                    .iter()
                    .map(|keyword| Item::identifier(&keyword.attr));
                (
                    Kind::MatchClass,
                    vec![
                        self.expression(&inner.cls).into(),
                        self.patterns(&inner.arguments.patterns),
                        Item::List(names.collect()),
                        self.patterns(keywords.iter().map(|keyword| &keyword.pattern)),
                    ],
                )
            }
            Pattern::MatchStar(inner) => (Kind::MatchStar, vec![maybe_name(inner.name.as_ref())]),
            Pattern::MatchAs(inner) => (
                Kind::MatchAs,
                vec![
                    Item::optional(
                        inner
                            .pattern
                            .as_deref()
                            .map(|pattern| self.pattern(pattern)),
                    ),
                    maybe_name(inner.name.as_ref()),
                ],
            ),
            Pattern::MatchOr(inner) => (Kind::MatchOr, vec![self.patterns(&inner.patterns)]),
        };
        Node::new(kind, self.span(pattern.range()), fields)
    }
}
