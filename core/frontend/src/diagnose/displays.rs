//! What stands in brackets: groups, tuples, lists, sets, dicts, comprehensions.

use super::parser::{NodeId, Parser, Shape};
use super::targets::Purpose;
use super::tokenizer::Span;

impl Parser<'_> {
    pub(super) fn group(&mut self) -> Option<NodeId> {
        if let Some(inner) = self.attempt(|p| {
            p.op("(")?;
            let inner = p
                .attempt(Self::yield_expression)
                .or_else(|| p.named_expression())?;
            p.op(")")?;
            Some(inner)
        }) {
            // The brackets do not count as part of the expression.
            return Some(inner);
        }
        self.invalid(|p| {
            p.attempt(|p| {
                p.op("(")?;
                let starred = p.starred_expression()?;
                p.op(")")?;
                p.raise_at("cannot use starred expression here", starred)
            });
            p.attempt(|p| {
                p.op("(")?;
                let stars = p.op("**")?;
                p.expression()?;
                p.op(")")?;
                p.raise_tokens("cannot use double starred expression here", stars, stars)
            })
        });
        None
    }

    pub(super) fn tuple(&mut self) -> Option<NodeId> {
        let first = self.op("(")?;
        let parts = self
            .attempt(|p| {
                let mut parts = vec![p.star_named_expression()?];
                p.op(",")?;
                parts.extend(p.attempt(Self::star_named_expressions).unwrap_or_default());
                Some(parts)
            })
            .unwrap_or_default();
        self.op(")")?;
        Some(self.node(Shape::Tuple, first, parts))
    }

    pub(super) fn list(&mut self) -> Option<NodeId> {
        let first = self.op("[")?;
        let parts = self
            .attempt(Self::star_named_expressions)
            .unwrap_or_default();
        self.op("]")?;
        Some(self.node(Shape::List, first, parts))
    }

    pub(super) fn set(&mut self) -> Option<NodeId> {
        let first = self.op("{")?;
        self.star_named_expressions()?;
        self.op("}")?;
        Some(self.node(Shape::Set, first, Vec::new()))
    }

    pub(super) fn dict(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.op("{")?;
            p.maybe(|p| {
                let mut later = false;
                p.gather(",", |p| {
                    if std::mem::replace(&mut later, true) {
                        p.invalid(Self::invalid_later_key);
                    }
                    p.dict_item()
                })?;
                p.maybe(|p| p.op(","));
                Some(())
            });
            p.op("}")?;
            Some(p.node(Shape::Dict, first, Vec::new()))
        }) {
            return Some(node);
        }
        self.invalid(|p| {
            p.op("{")?;
            p.invalid_dict_items()
        });
        None
    }

    /// A key behind the first item, with no colon behind it. What may be wrong within the key does not count.
    pub(super) fn invalid_later_key(&mut self) -> Option<()> {
        let key = self.unexplained(Self::expression)?;
        self.not(|p| p.op(":"))?;
        self.raise_key_without_colon(key)
    }

    pub(super) fn raise_key_without_colon(&mut self, key: NodeId) -> Option<()> {
        let end = self.tokens.list[self.nodes[key].last].end;
        let width = self.text[..end]
            .chars()
            .next_back()
            .map_or(1, char::len_utf8);
        self.raise_span(
            "':' expected after dictionary key",
            Span::Open(end - width, 0),
        )
    }

    pub(super) fn dict_item(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.op("**")?;
            p.bitwise_or()
        }) {
            return Some(());
        }
        self.key_value()
    }

    pub(super) fn key_value(&mut self) -> Option<()> {
        self.attempt(|p| {
            p.expression()?;
            p.op(":")?;
            p.expression()?;
            Some(())
        })
    }

    pub(super) fn invalid_dict_items(&mut self) -> Option<()> {
        self.attempt(|p| {
            p.gather(",", Self::dict_item)?;
            p.op(",")?;
            p.attempt(|p| {
                let key = p.expression()?;
                p.not(|p| p.op(":"))?;
                p.raise_key_without_colon(key)
            });
            p.invalid_dict_value()
        });
        self.invalid_dict_value()
    }

    pub(super) fn invalid_dict_value(&mut self) -> Option<()> {
        self.attempt(|p| {
            p.expression()?;
            p.op(":")?;
            let star = p.op("*")?;
            p.bitwise_or()?;
            p.raise_from(
                "cannot use a starred expression in a dictionary value",
                star,
            )
        });
        self.attempt(|p| {
            p.expression()?;
            p.op(":")?;
            let star = p.op("**")?;
            p.bitwise_or()?;
            p.raise_from("cannot use dict unpacking in a dictionary value", star)
        });
        self.attempt(|p| {
            p.expression()?;
            let colon = p.op(":")?;
            p.ahead(|p| p.op("}").or_else(|| p.op(",")))?;
            p.raise_tokens(
                "expression expected after dictionary key and ':'",
                colon,
                colon,
            )
        })
    }

    pub(super) fn comprehension_clauses(&mut self) -> Option<usize> {
        self.some(Self::comprehension_clause)?;
        Some(self.pos - 1)
    }

    pub(super) fn comprehension_clause(&mut self) -> Option<()> {
        let start = self.pos;
        let mut committed = false;
        if self.maybe(|p| {
            p.maybe(|p| p.word("async"));
            p.word("for")?;
            p.star_targets()?;
            p.word("in")?;
            committed = true;
            p.disjunction()?;
            p.many(|p| {
                p.word("if")?;
                p.disjunction()
            });
            Some(())
        }) {
            return Some(());
        }
        if committed {
            return None;
        }
        self.pos = start;
        self.invalid(|p| {
            p.maybe(|p| p.word("async"));
            p.word("for")?;
            p.gather(",", Self::bitwise_or)?;
            p.maybe(|p| p.op(","));
            p.not(|p| p.word("in"))?;
            p.raise_here("'in' expected after for-loop variables")
        });
        self.invalid(Self::invalid_for_target);
        None
    }

    pub(super) fn invalid_for_target(&mut self) -> Option<()> {
        self.maybe(|p| p.word("async"));
        self.word("for")?;
        let target = self.star_expressions()?;
        self.raise_wrong_target(target, Purpose::Loop)
    }

    pub(super) fn list_comprehension(&mut self) -> Option<NodeId> {
        self.comprehension("[", "]", Shape::ListComp)
    }

    pub(super) fn set_comprehension(&mut self) -> Option<NodeId> {
        self.comprehension("{", "}", Shape::SetComp)
    }

    pub(super) fn comprehension(
        &mut self,
        open: &str,
        close: &str,
        shape: Shape,
    ) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.op(open)?;
            p.named_expression()?;
            p.comprehension_clauses()?;
            p.op(close)?;
            Some(p.node(shape, first, Vec::new()))
        }) {
            return Some(node);
        }
        self.invalid(Self::invalid_comprehension);
        None
    }

    pub(super) fn genexp(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.op("(")?;
            p.genexp_element()?;
            p.comprehension_clauses()?;
            p.op(")")?;
            Some(p.node(Shape::Generator, first, Vec::new()))
        }) {
            return Some(node);
        }
        self.invalid(Self::invalid_comprehension);
        None
    }

    pub(super) fn genexp_element(&mut self) -> Option<NodeId> {
        if let Some(named) = self.attempt(Self::assignment_expression) {
            return Some(named);
        }
        self.attempt(|p| {
            let element = p.expression()?;
            p.not(|p| p.op(":="))?;
            Some(element)
        })
    }

    pub(super) fn invalid_comprehension(&mut self) -> Option<()> {
        const PARENTHESES: &str = "did you forget parentheses around the comprehension target?";
        self.attempt(|p| {
            p.op("[").or_else(|| p.op("(")).or_else(|| p.op("{"))?;
            let starred = p.starred_expression()?;
            p.comprehension_clauses()?;
            p.raise_at(
                "iterable unpacking cannot be used in comprehension",
                starred,
            )
        });
        self.attempt(|p| {
            p.op("[").or_else(|| p.op("{"))?;
            let first = p.star_named_expression()?;
            p.op(",")?;
            let rest = p.star_named_expressions()?;
            p.comprehension_clauses()?;
            p.raise_between(PARENTHESES, first, *rest.last()?)
        });
        self.attempt(|p| {
            p.op("[").or_else(|| p.op("{"))?;
            let first = p.star_named_expression()?;
            let comma = p.op(",")?;
            p.comprehension_clauses()?;
            let first = p.nodes[first].first;
            p.raise_tokens(PARENTHESES, first, comma)
        })
    }

    pub(super) fn dict_comprehension(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.op("{")?;
            p.key_value()?;
            p.comprehension_clauses()?;
            p.op("}")?;
            Some(p.node(Shape::DictComp, first, Vec::new()))
        }) {
            return Some(node);
        }
        self.invalid(|p| {
            p.op("{")?;
            let stars = p.op("**")?;
            p.bitwise_or()?;
            p.comprehension_clauses()?;
            p.op("}")?;
            p.raise_tokens(
                "dict unpacking cannot be used in dict comprehension",
                stars,
                stars,
            )
        });
        None
    }
}
