//! Arguments of calls, and what is wrong with wrong ones.

use super::expressions::MAYBE_EQUAL;
use super::parser::{NodeId, Parser, Rule, Shape};

impl Parser<'_> {
    pub(super) fn arguments(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Arguments, |p| {
            let first = p.pos;
            if let Some(node) = p.attempt(|p| {
                p.call_arguments()?;
                p.maybe(|p| p.op(","));
                p.ahead(|p| p.op(")"))?;
                Some(p.node(Shape::Call, first, Vec::new()))
            }) {
                return Some(node);
            }
            p.invalid(Self::invalid_arguments);
            None
        })
    }

    /// The arguments; their node has those given by position as its parts, and then
    /// one node with the shape of a dict if the last keyword is `**`, or of a name.
    pub(super) fn call_arguments(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            let positional = p.gather(",", Self::positional)?;
            let last = p.attempt(|p| {
                p.op(",")?;
                p.keywords()
            });
            let mut parts = positional;
            parts.extend(last);
            Some(p.node(Shape::Call, first, parts))
        }) {
            return Some(node);
        }
        self.attempt(|p| {
            let last = p.keywords()?;
            Some(p.node(Shape::Call, first, vec![last]))
        })
    }

    pub(super) fn positional(&mut self) -> Option<NodeId> {
        if let Some(starred) = self.attempt(Self::starred_expression) {
            return Some(starred);
        }
        self.attempt(|p| {
            let argument = p.genexp_element()?;
            p.not(|p| p.op("="))?;
            Some(argument)
        })
    }

    /// Keywords; the node tells the last one.
    pub(super) fn keywords(&mut self) -> Option<NodeId> {
        if let Some(last) = self.attempt(|p| {
            p.gather(",", Self::keyword_or_starred)?;
            p.op(",")?;
            p.gather(",", Self::keyword_or_double_starred)?.pop()
        }) {
            return Some(last);
        }
        if let Some(last) = self.attempt(|p| p.gather(",", Self::keyword_or_starred)?.pop()) {
            return Some(last);
        }
        self.attempt(|p| p.gather(",", Self::keyword_or_double_starred)?.pop())
    }

    pub(super) fn keyword_or_starred(&mut self) -> Option<NodeId> {
        self.invalid(Self::invalid_keyword);
        self.attempt(Self::keyword)
            .or_else(|| self.attempt(Self::starred_expression))
    }

    pub(super) fn keyword_or_double_starred(&mut self) -> Option<NodeId> {
        self.invalid(Self::invalid_keyword);
        if let Some(keyword) = self.attempt(Self::keyword) {
            return Some(keyword);
        }
        self.invalid(|p| {
            let stars = p.op("**")?;
            p.expression()?;
            p.op("=")?;
            let value = p.expression()?;
            let last = p.nodes[value].last;
            p.raise_tokens("cannot assign to keyword argument unpacking", stars, last)
        });
        self.attempt(|p| {
            let first = p.op("**")?;
            p.expression()?;
            Some(p.node(Shape::Dict, first, Vec::new()))
        })
    }

    pub(super) fn keyword(&mut self) -> Option<NodeId> {
        let first = self.name()?;
        self.op("=")?;
        self.expression()?;
        Some(self.node(Shape::Named, first, Vec::new()))
    }

    pub(super) fn invalid_keyword(&mut self) -> Option<()> {
        self.attempt(|p| {
            let word = p
                .word("True")
                .or_else(|| p.word("False"))
                .or_else(|| p.word("None"))?;
            let equal = p.op("=")?;
            let spelling = p.spelling(p.tokens.list[word]);
            p.raise_tokens(format!("cannot assign to {spelling}"), word, equal)
        });
        self.attempt(Self::invalid_keyword_comprehension);
        self.attempt(|p| {
            let name = p.name()?;
            let equal = p.op("=")?;
            p.ahead(|p| p.op(",").or_else(|| p.op(")")))?;
            p.raise_tokens("expected argument value expression", name, equal)
        });
        self.attempt(|p| {
            p.not(|p| {
                p.name()?;
                p.op("=")
            })?;
            let target = p.expression()?;
            let equal = p.op("=")?;
            let first = p.nodes[target].first;
            p.raise_tokens(
                "expression cannot contain assignment, perhaps you meant \"==\"?",
                first,
                equal,
            )
        })
    }

    pub(super) fn invalid_keyword_comprehension(&mut self) -> Option<()> {
        let name = self.name()?;
        let equal = self.op("=")?;
        self.expression()?;
        self.comprehension_clauses()?;
        self.raise_tokens(MAYBE_EQUAL, name, equal)
    }

    pub(super) fn invalid_arguments(&mut self) -> Option<()> {
        self.attempt(|p| {
            if !p.maybe(|p| {
                p.gather(",", Self::positional)?;
                p.op(",")?;
                p.keywords()
            }) {
                p.keywords()?;
            }
            let comma = p.op(",")?;
            p.gather(",", |p| {
                let starred = p.starred_expression()?;
                p.not(|p| p.op("="))?;
                Some(starred)
            })?;
            p.raise_from(
                "iterable argument unpacking follows keyword argument unpacking",
                comma,
            )
        });
        self.attempt(|p| {
            let element = p.expression()?;
            let last = p.comprehension_clauses()?;
            p.op(",")?;
            let _ = p.maybe(Self::call_arguments) || p.maybe(Self::comprehension_clauses_after);
            let first = p.nodes[element].first;
            p.raise_tokens("Generator expression must be parenthesized", first, last)
        });
        self.attempt(Self::invalid_keyword_comprehension);
        self.attempt(|p| {
            let arguments = p.call_arguments()?;
            let last = p.comprehension_clauses()?;
            // Only a call with more than the one generator is wrong.
            let parts = p.nodes[arguments].parts.clone();
            if parts.len() <= 1 {
                return None;
            }
            let first = p.nodes[*parts.last()?].first;
            p.raise_tokens("Generator expression must be parenthesized", first, last)
        });
        self.attempt(|p| {
            p.call_arguments()?;
            p.op(",")?;
            let element = p.expression()?;
            let last = p.comprehension_clauses()?;
            let first = p.nodes[element].first;
            p.raise_tokens("Generator expression must be parenthesized", first, last)
        });
        self.attempt(|p| {
            let arguments = p.call_arguments()?;
            p.op(",")?;
            p.call_arguments()?;
            let last = *p.nodes[arguments].parts.last()?;
            let message = if p.shape(last) == Shape::Dict
                && p.spelling(p.tokens.list[p.nodes[last].first]) == "**"
            {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            };
            p.raise_here(message)
        })
    }

    pub(super) fn comprehension_clauses_after(&mut self) -> Option<()> {
        self.expression()?;
        self.comprehension_clauses()?;
        Some(())
    }

    pub(super) fn starred_expression(&mut self) -> Option<NodeId> {
        self.invalid(|p| {
            let star = p.op("*")?;
            p.expression()?;
            p.op("=")?;
            let value = p.expression()?;
            let last = p.nodes[value].last;
            p.raise_tokens("cannot assign to iterable argument unpacking", star, last)
        });
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.op("*")?;
            let value = p.expression()?;
            Some(p.node(Shape::Starred, first, vec![value]))
        }) {
            return Some(node);
        }
        self.invalid(|p| {
            p.op("*")?;
            p.raise_here("Invalid star expression")
        });
        None
    }
}
