//! Things that can be assigned to, and what is wrong with those that cannot.

use super::parser::{NodeId, Parser, Rule, Shape};

/// What somebody wants to do with an expression that may be no target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Assign,
    Delete,
    Loop,
}

impl Parser<'_> {
    /// The part of an expression that cannot be a target.
    pub(super) fn wrong_target(&self, node: NodeId, purpose: Purpose) -> Option<NodeId> {
        let parts = &self.nodes[node].parts;
        match self.shape(node) {
            Shape::List | Shape::Tuple => parts
                .iter()
                .find_map(|&part| self.wrong_target(part, purpose)),
            Shape::Starred if purpose == Purpose::Delete => Some(node),
            Shape::Starred => self.wrong_target(parts[0], purpose),
            Shape::CompareIn if purpose == Purpose::Loop => self.wrong_target(parts[0], purpose),
            Shape::Compare if purpose == Purpose::Loop => None,
            Shape::Name | Shape::Subscript | Shape::Attribute => None,
            _ => Some(node),
        }
    }

    pub(super) fn raise_wrong_target(&mut self, node: NodeId, purpose: Purpose) -> Option<()> {
        let wrong = self.wrong_target(node, purpose)?;
        let verb = if purpose == Purpose::Delete {
            "delete"
        } else {
            "assign to"
        };
        let words = self.shape(wrong).words();
        self.raise_at(format!("cannot {verb} {words}"), wrong)
    }

    pub(super) fn star_targets(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(only) = self.attempt(|p| {
            let only = p.star_target()?;
            p.not(|p| p.op(","))?;
            Some(only)
        }) {
            return Some(only);
        }
        self.attempt(|p| {
            let parts = p.gather(",", Self::star_target)?;
            p.maybe(|p| p.op(","));
            Some(p.node(Shape::Tuple, first, parts))
        })
    }

    pub(super) fn star_target(&mut self) -> Option<NodeId> {
        self.remembered(Rule::StarTarget, |p| {
            let first = p.pos;
            if let Some(starred) = p.attempt(|p| {
                p.op("*")?;
                p.not(|p| p.op("*"))?;
                let value = p.star_target()?;
                Some(p.node(Shape::Starred, first, vec![value]))
            }) {
                return Some(starred);
            }
            p.target_with_star_atom()
        })
    }

    fn target_with_star_atom(&mut self) -> Option<NodeId> {
        self.remembered(Rule::TargetWithStarAtom, |p| {
            p.attempt(Self::attribute_or_subscript_target)
                .or_else(|| p.attempt(Self::star_atom))
        })
    }

    fn attribute_or_subscript_target(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(target) = self.attempt(|p| {
            let value = p.t_primary()?;
            p.op(".")?;
            p.name()?;
            p.not(Self::t_lookahead)?;
            Some(p.node(Shape::Attribute, first, vec![value]))
        }) {
            return Some(target);
        }
        self.attempt(|p| {
            let value = p.t_primary()?;
            p.op("[")?;
            p.slices()?;
            p.op("]")?;
            p.not(Self::t_lookahead)?;
            Some(p.node(Shape::Subscript, first, vec![value]))
        })
    }

    fn star_atom(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if self.maybe(Self::name) {
            return Some(self.node(Shape::Name, first, Vec::new()));
        }
        if let Some(inner) = self.attempt(|p| {
            p.op("(")?;
            let inner = p.target_with_star_atom()?;
            p.op(")")?;
            Some(inner)
        }) {
            return Some(inner);
        }
        if let Some(tuple) = self.attempt(|p| {
            p.op("(")?;
            let parts = p.attempt(Self::star_targets_tuple).unwrap_or_default();
            p.op(")")?;
            Some(p.node(Shape::Tuple, first, parts))
        }) {
            return Some(tuple);
        }
        self.attempt(|p| {
            p.op("[")?;
            let parts = p
                .attempt(|p| {
                    let parts = p.gather(",", Self::star_target)?;
                    p.maybe(|p| p.op(","));
                    Some(parts)
                })
                .unwrap_or_default();
            p.op("]")?;
            Some(p.node(Shape::List, first, parts))
        })
    }

    fn star_targets_tuple(&mut self) -> Option<Vec<NodeId>> {
        if let Some(parts) = self.attempt(|p| {
            let mut parts = vec![p.star_target()?];
            parts.extend(p.some(|p| {
                p.op(",")?;
                p.star_target()
            })?);
            p.maybe(|p| p.op(","));
            Some(parts)
        }) {
            return Some(parts);
        }
        self.attempt(|p| {
            let only = p.star_target()?;
            p.op(",")?;
            Some(vec![only])
        })
    }

    pub(super) fn single_target(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(target) = self.attempt(Self::attribute_or_subscript_target) {
            return Some(target);
        }
        if self.maybe(Self::name) {
            return Some(self.node(Shape::Name, first, Vec::new()));
        }
        self.attempt(|p| {
            p.op("(")?;
            let inner = p.single_target()?;
            p.op(")")?;
            Some(inner)
        })
    }

    pub(super) fn single_subscript_attribute_target(&mut self) -> Option<NodeId> {
        self.attribute_or_subscript_target()
    }

    pub(super) fn t_lookahead(&mut self) -> Option<usize> {
        self.op("(")
            .or_else(|| self.op("["))
            .or_else(|| self.op("."))
    }

    /// A primary that something follows.
    fn t_primary(&mut self) -> Option<NodeId> {
        self.remembered(Rule::TPrimary, |p| {
            let first = p.pos;
            let mut node = p.attempt(|p| {
                let atom = p.atom()?;
                p.ahead(Self::t_lookahead)?;
                Some(atom)
            })?;
            while let Some(next) = p.attempt(|p| {
                let next = p.trailer(first, node)?;
                p.ahead(Self::t_lookahead)?;
                Some(next)
            }) {
                node = next;
            }
            Some(node)
        })
    }

    pub(super) fn del_targets(&mut self) -> Option<Vec<NodeId>> {
        let parts = self.gather(",", Self::del_target)?;
        self.maybe(|p| p.op(","));
        Some(parts)
    }

    fn del_target(&mut self) -> Option<NodeId> {
        self.remembered(Rule::DelTarget, |p| {
            if let Some(target) = p.attempt(Self::attribute_or_subscript_target) {
                return Some(target);
            }
            let first = p.pos;
            if p.maybe(Self::name) {
                return Some(p.node(Shape::Name, first, Vec::new()));
            }
            if let Some(inner) = p.attempt(|p| {
                p.op("(")?;
                let inner = p.del_target()?;
                p.op(")")?;
                Some(inner)
            }) {
                return Some(inner);
            }
            for (open, close, shape) in [("(", ")", Shape::Tuple), ("[", "]", Shape::List)] {
                if let Some(sequence) = p.attempt(|p| {
                    p.op(open)?;
                    let parts = p.attempt(Self::del_targets).unwrap_or_default();
                    p.op(close)?;
                    Some(p.node(shape, first, parts))
                }) {
                    return Some(sequence);
                }
            }
            None
        })
    }
}
