//! Patterns of `match`.

use ruff_python_ast::{self as ast, AtomicNodeIndex, Pattern, Singleton};
use ruff_text_size::Ranged as _;

use super::{Writer, required};
use crate::code::Const;
use crate::tree::{Item, Kind, Node};

impl Writer {
    pub(super) fn case(&self, node: &Node) -> ast::MatchCase {
        let pattern = self.pattern(required(node, "pattern"));
        ast::MatchCase {
            range: pattern.range(),
            node_index: AtomicNodeIndex::NONE,
            pattern,
            guard: self.maybe(node, "guard"),
            body: self.statements(node, "body"),
            runtime_body: None,
        }
    }

    fn patterns<'n>(
        &'n self,
        node: &'n Node,
        field: &'n str,
    ) -> impl Iterator<Item = Pattern> + 'n {
        node.nodes(field).map(|inner| self.pattern(inner))
    }

    fn pattern(&self, node: &Node) -> Pattern {
        let range = self.range(node);
        match node.kind {
            Kind::MatchValue => Pattern::MatchValue(ast::PatternMatchValue {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: Box::new(self.expression(required(node, "value"))),
            }),
            Kind::MatchSingleton => Pattern::MatchSingleton(ast::PatternMatchSingleton {
                node_index: AtomicNodeIndex::NONE,
                range,
                value: match node.get("value") {
                    Item::Constant(Const::Bool(true)) => Singleton::True,
                    Item::Constant(Const::Bool(false)) => Singleton::False,
                    _ => Singleton::None,
                },
            }),
            Kind::MatchSequence => Pattern::MatchSequence(ast::PatternMatchSequence {
                node_index: AtomicNodeIndex::NONE,
                range,
                patterns: self.patterns(node, "patterns").collect(),
                runtime_patterns: None,
            }),
            Kind::MatchMapping => Pattern::MatchMapping(ast::PatternMatchMapping {
                node_index: AtomicNodeIndex::NONE,
                range,
                keys: self.expressions(node, "keys").into_iter().collect(),
                patterns: self.patterns(node, "patterns").collect(),
                rest: self.name(node, "rest"),
                runtime_keys: None,
                runtime_patterns: None,
            }),
            Kind::MatchClass => {
                let names = self.names(node, "kwd_attrs").into_iter();
                let keywords = names.zip(self.patterns(node, "kwd_patterns"));
                let keywords = keywords.map(|(attr, pattern)| ast::PatternKeyword {
                    range: pattern.range(),
                    node_index: AtomicNodeIndex::NONE,
                    attr,
                    pattern,
                });
                Pattern::MatchClass(ast::PatternMatchClass {
                    node_index: AtomicNodeIndex::NONE,
                    range,
                    cls: Box::new(self.expression(required(node, "cls"))),
                    arguments: ast::PatternArguments {
                        range,
                        node_index: AtomicNodeIndex::NONE,
                        patterns: self.patterns(node, "patterns").collect(),
                        keywords: keywords.collect(),
                    },
                    runtime_patterns: None,
                    runtime_kwd_attrs: None,
                    runtime_kwd_patterns: None,
                })
            }
            Kind::MatchStar => Pattern::MatchStar(ast::PatternMatchStar {
                node_index: AtomicNodeIndex::NONE,
                range,
                name: self.name(node, "name"),
            }),
            Kind::MatchAs => Pattern::MatchAs(ast::PatternMatchAs {
                node_index: AtomicNodeIndex::NONE,
                range,
                pattern: node
                    .node("pattern")
                    .map(|inner| Box::new(self.pattern(inner))),
                name: self.name(node, "name"),
            }),
            _ => Pattern::MatchOr(ast::PatternMatchOr {
                node_index: AtomicNodeIndex::NONE,
                range,
                patterns: self.patterns(node, "patterns").collect(),
                runtime_patterns: None,
            }),
        }
    }
}
