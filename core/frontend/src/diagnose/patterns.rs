//! `match`, its cases and patterns.

use super::parser::{NodeId, Parser, Rule, Shape};
use super::token::Kind;

impl Parser<'_> {
    pub(super) fn match_statement(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.word("match")?;
            p.subject()?;
            p.op(":")?;
            p.kind(Kind::Newline)?;
            p.kind(Kind::Indent)?;
            p.some(Self::case_block)?;
            p.kind(Kind::Dedent)
        }) {
            return Some(());
        }
        self.invalid(|p| {
            p.attempt(|p| {
                p.word("match")?;
                p.subject()?;
                p.kind(Kind::Newline)?;
                p.raise_here("expected ':'")
            });
            p.attempt(|p| {
                let word = p.word("match")?;
                p.subject()?;
                p.op(":")?;
                p.indented_missing(word, "'match' statement")
            })
        });
        None
    }

    fn subject(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.star_named_expression()?;
            p.op(",")?;
            p.maybe(Self::star_named_expressions);
            Some(())
        }) {
            return Some(());
        }
        self.named_expression().map(|_| ())
    }

    fn case_block(&mut self) -> Option<()> {
        self.invalid(|p| {
            p.attempt(|p| {
                p.word("case")?;
                p.patterns()?;
                p.maybe(Self::guard);
                p.kind(Kind::Newline)?;
                p.raise_here("expected ':'")
            });
            p.attempt(|p| {
                let word = p.word("case")?;
                p.patterns()?;
                p.maybe(Self::guard);
                p.op(":")?;
                p.indented_missing(word, "'case' statement")
            })
        });
        self.attempt(|p| {
            p.word("case")?;
            p.patterns()?;
            p.maybe(Self::guard);
            p.op(":")?;
            p.block()
        })
    }

    fn guard(&mut self) -> Option<NodeId> {
        self.word("if")?;
        self.named_expression()
    }

    fn patterns(&mut self) -> Option<()> {
        if self.maybe(Self::open_sequence) {
            return Some(());
        }
        self.pattern().map(|_| ())
    }

    fn pattern(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.or_pattern()?;
            p.word("as")?;
            p.capture_target()?;
            Some(p.node(Shape::Named, first, Vec::new()))
        }) {
            return Some(node);
        }
        self.invalid(|p| {
            p.attempt(|p| {
                p.or_pattern()?;
                p.word("as")?;
                let name = p.word("_")?;
                p.raise_tokens("cannot use '_' as a target", name, name)
            });
            p.attempt(|p| {
                p.or_pattern()?;
                p.word("as")?;
                let target = p.expression()?;
                let words = p.shape(target).words();
                p.raise_at(format!("cannot use {words} as pattern target"), target)
            })
        });
        self.attempt(Self::or_pattern)
    }

    fn or_pattern(&mut self) -> Option<NodeId> {
        let first = self.pos;
        let parts = self.gather("|", Self::closed_pattern)?;
        Some(self.node(Shape::Operation, first, parts))
    }

    fn closed_pattern(&mut self) -> Option<NodeId> {
        self.remembered(Rule::ClosedPattern, |p| {
            let first = p.pos;
            let fits = p.maybe(Self::literal_pattern)
                || p.maybe(Self::capture_target)
                || p.maybe(|p| p.word("_"))
                || p.maybe(|p| {
                    p.dotted()?;
                    p.not(|p| p.op(".").or_else(|| p.op("(")).or_else(|| p.op("=")))
                })
                || p.maybe(|p| {
                    p.op("(")?;
                    p.pattern()?;
                    p.op(")")
                })
                || p.maybe(|p| {
                    p.op("[")?;
                    p.maybe(Self::sequence_items);
                    p.op("]")
                })
                || p.maybe(|p| {
                    p.op("(")?;
                    p.maybe(Self::open_sequence);
                    p.op(")")
                })
                || p.maybe(Self::mapping_pattern)
                || p.maybe(Self::class_pattern);
            fits.then(|| p.node(Shape::Name, first, Vec::new()))
        })
    }

    fn literal_pattern(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.signed_number()?;
            p.not(|p| p.op("+").or_else(|| p.op("-")))
        }) || self.maybe(Self::complex_number)
            || self.maybe(Self::strings)
        {
            return Some(());
        }
        self.word("None")
            .or_else(|| self.word("True"))
            .or_else(|| self.word("False"))?;
        Some(())
    }

    fn signed_number(&mut self) -> Option<()> {
        self.maybe(|p| p.op("-"));
        self.kind(Kind::Number)?;
        Some(())
    }

    fn complex_number(&mut self) -> Option<()> {
        self.signed_number()?;
        let real = self.pos - 1;
        self.op("+").or_else(|| self.op("-"))?;
        if self.spelling(self.tokens.list[real]).ends_with(['j', 'J']) {
            return self.raise_tokens("real number required in complex literal", real, real);
        }
        let number = self.kind(Kind::Number)?;
        let spelling = self.spelling(self.tokens.list[number]);
        if !spelling.ends_with(['j', 'J']) {
            return self.raise_tokens(
                "imaginary number required in complex literal",
                number,
                number,
            );
        }
        Some(())
    }

    fn capture_target(&mut self) -> Option<()> {
        self.not(|p| p.word("_"))?;
        self.name()?;
        self.not(|p| p.op(".").or_else(|| p.op("(")).or_else(|| p.op("=")))
    }

    /// `a.b`, at least one dot.
    fn dotted(&mut self) -> Option<()> {
        self.name()?;
        self.some(|p| {
            p.op(".")?;
            p.name()
        })?;
        Some(())
    }

    fn open_sequence(&mut self) -> Option<()> {
        self.maybe_star_pattern()?;
        self.op(",")?;
        self.maybe(Self::sequence_items);
        Some(())
    }

    fn sequence_items(&mut self) -> Option<()> {
        self.gather(",", Self::maybe_star_pattern)?;
        self.maybe(|p| p.op(","));
        Some(())
    }

    fn maybe_star_pattern(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if self.maybe(|p| {
            p.op("*")?;
            if p.maybe(Self::capture_target) {
                return Some(());
            }
            p.word("_").map(|_| ())
        }) {
            return Some(self.node(Shape::Starred, first, Vec::new()));
        }
        self.pattern()
    }

    fn mapping_pattern(&mut self) -> Option<()> {
        self.op("{")?;
        let rest = |p: &mut Self| {
            p.op("**")?;
            p.capture_target()
        };
        if self.maybe(|p| p.op("}")) {
            return Some(());
        }
        if self.maybe(|p| {
            rest(p)?;
            p.maybe(|p| p.op(","));
            p.op("}")
        }) {
            return Some(());
        }
        self.gather(",", Self::mapping_item)?;
        self.maybe(|p| {
            p.op(",")?;
            rest(p)
        });
        self.maybe(|p| p.op(","));
        self.op("}")?;
        Some(())
    }

    fn mapping_item(&mut self) -> Option<()> {
        if !self.maybe(Self::literal_pattern) {
            self.dotted()?;
        }
        self.op(":")?;
        self.pattern()?;
        Some(())
    }

    fn class_pattern(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.class_name()?;
            p.op("(")?;
            let positional = p.attempt(|p| p.gather(",", Self::pattern));
            let keywords = |p: &mut Self| p.gather(",", Self::keyword_pattern);
            if positional.is_some() {
                p.maybe(|p| {
                    p.op(",")?;
                    keywords(p)
                });
            } else {
                p.maybe(keywords);
            }
            p.maybe(|p| p.op(","));
            p.op(")")
        }) {
            return Some(());
        }
        self.invalid(|p| {
            p.class_name()?;
            p.op("(")?;
            p.maybe(|p| {
                p.gather(",", Self::pattern)?;
                p.op(",")
            });
            p.gather(",", Self::keyword_pattern)?;
            p.op(",")?;
            let wrong = p.gather(",", Self::pattern)?;
            p.raise_between(
                "positional patterns follow keyword patterns",
                *wrong.first()?,
                *wrong.last()?,
            )
        });
        None
    }

    fn class_name(&mut self) -> Option<()> {
        self.name()?;
        self.many(|p| {
            p.op(".")?;
            p.name()
        });
        Some(())
    }

    fn keyword_pattern(&mut self) -> Option<NodeId> {
        self.name()?;
        self.op("=")?;
        self.pattern()
    }
}
