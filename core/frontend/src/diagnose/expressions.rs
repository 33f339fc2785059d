//! Expressions, and what is wrong with wrong ones.

use super::parser::{NodeId, Parser, Rule, Shape};
use super::token::Kind;

pub(super) const MAYBE_EQUAL: &str = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";

impl Parser<'_> {
    /// `a`, `a, b`, without stars.
    pub(super) fn expressions(&mut self) -> Option<NodeId> {
        self.listed(Self::expression)
    }

    pub(super) fn star_expressions(&mut self) -> Option<NodeId> {
        self.listed(Self::star_expression)
    }

    pub(super) fn listed(&mut self, item: fn(&mut Self) -> Option<NodeId>) -> Option<NodeId> {
        let first = self.pos;
        if let Some(tuple) = self.attempt(|p| {
            let mut parts = vec![item(p)?];
            parts.extend(p.some(|p| {
                p.op(",")?;
                item(p)
            })?);
            p.maybe(|p| p.op(","));
            Some(p.node(Shape::Tuple, first, parts))
        }) {
            return Some(tuple);
        }
        if let Some(tuple) = self.attempt(|p| {
            let only = item(p)?;
            p.op(",")?;
            Some(p.node(Shape::Tuple, first, vec![only]))
        }) {
            return Some(tuple);
        }
        self.attempt(item)
    }

    pub(super) fn star_expression(&mut self) -> Option<NodeId> {
        self.remembered(Rule::StarExpression, |p| {
            let first = p.pos;
            if let Some(starred) = p.attempt(|p| {
                p.op("*")?;
                let value = p.bitwise_or()?;
                Some(p.node(Shape::Starred, first, vec![value]))
            }) {
                return Some(starred);
            }
            p.expression()
        })
    }

    pub(super) fn star_named_expressions(&mut self) -> Option<Vec<NodeId>> {
        let parts = self.gather(",", Self::star_named_expression)?;
        self.maybe(|p| p.op(","));
        Some(parts)
    }

    pub(super) fn star_named_expression(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(starred) = self.attempt(|p| {
            p.op("*")?;
            let value = p.bitwise_or()?;
            Some(p.node(Shape::Starred, first, vec![value]))
        }) {
            return Some(starred);
        }
        self.named_expression()
    }

    pub(super) fn assignment_expression(&mut self) -> Option<NodeId> {
        let first = self.pos;
        self.name()?;
        self.op(":=")?;
        self.expression()?;
        Some(self.node(Shape::Named, first, Vec::new()))
    }

    pub(super) fn named_expression(&mut self) -> Option<NodeId> {
        if let Some(named) = self.attempt(Self::assignment_expression) {
            return Some(named);
        }
        self.invalid(Self::invalid_named_expression);
        self.attempt(|p| {
            let expression = p.expression()?;
            p.not(|p| p.op(":="))?;
            Some(expression)
        })
    }

    pub(super) fn invalid_named_expression(&mut self) -> Option<NodeId> {
        self.remembered(Rule::InvalidNamed, |p| {
            let first = p.pos;
            p.attempt(|p| {
                let target = p.expression()?;
                p.op(":=")?;
                p.expression()?;
                let words = p.shape(target).words();
                p.raise_at(
                    format!("cannot use assignment expressions with {words}"),
                    target,
                )
            });
            p.attempt(|p| {
                let name = p.name()?;
                p.op("=")?;
                let value = p.bitwise_or()?;
                p.not(|p| p.op("=").or_else(|| p.op(":=")))?;
                let last = p.nodes[value].last;
                p.raise_tokens(MAYBE_EQUAL, name, last)
            });
            p.attempt(|p| {
                p.not(|p| {
                    p.attempt(Self::list)
                        .or_else(|| p.attempt(Self::tuple))
                        .or_else(|| p.attempt(Self::genexp))
                        .or_else(|| p.word("True"))
                        .or_else(|| p.word("None"))
                        .or_else(|| p.word("False"))
                })?;
                let target = p.bitwise_or()?;
                p.op("=")?;
                p.bitwise_or()?;
                p.not(|p| p.op("=").or_else(|| p.op(":=")))?;
                let words = p.shape(target).words();
                p.raise_at(
                    format!("cannot assign to {words} here. Maybe you meant '==' instead of '='?"),
                    target,
                )
            });
            let _ = first;
            None
        })
    }

    pub(super) fn annotated_rhs(&mut self) -> Option<NodeId> {
        self.attempt(Self::yield_expression)
            .or_else(|| self.star_expressions())
    }

    pub(super) fn yield_expression(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.word("yield")?;
            p.word("from")?;
            p.expression()?;
            Some(p.node(Shape::Yield, first, Vec::new()))
        }) {
            return Some(node);
        }
        self.attempt(|p| {
            p.word("yield")?;
            p.maybe(Self::star_expressions);
            Some(p.node(Shape::Yield, first, Vec::new()))
        })
    }

    pub(super) fn expression(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Expression, |p| {
            p.invalid(Self::invalid_expression);
            p.invalid(Self::invalid_legacy_expression);
            p.plain_expression()
        })
    }

    pub(super) fn plain_expression(&mut self) -> Option<NodeId> {
        let first = self.pos;
        if let Some(node) = self.attempt(|p| {
            p.disjunction()?;
            p.word("if")?;
            p.disjunction()?;
            p.word("else")?;
            p.expression()?;
            Some(p.node(Shape::Conditional, first, Vec::new()))
        }) {
            return Some(node);
        }
        self.attempt(Self::disjunction)
            .or_else(|| self.attempt(Self::lambda))
    }

    pub(super) fn invalid_expression(&mut self) -> Option<()> {
        self.attempt(|p| {
            p.kind(Kind::String)?;
            let inside = p.some(|p| {
                p.not(|p| p.kind(Kind::String))?;
                p.unexplained(Self::plain_expression)
            })?;
            p.kind(Kind::String)?;
            p.raise_between(
                "invalid syntax. Is this intended to be part of the string?",
                *inside.first()?,
                *inside.last()?,
            )
        });
        self.attempt(|p| {
            p.not(|p| {
                p.attempt(|p| {
                    p.name()?;
                    p.kind(Kind::String)
                })
                .or_else(|| p.soft_keyword())
            })?;
            let left = p.disjunction()?;
            let right = p.unexplained(Self::plain_expression)?;
            let last = p.tokens.list[p.pos - 1];
            if p.is_legacy(left) || last.level == 0 {
                return None;
            }
            p.raise_between("invalid syntax. Perhaps you forgot a comma?", left, right)
        });
        self.attempt(|p| {
            let left = p.disjunction()?;
            p.word("if")?;
            let condition = p.disjunction()?;
            p.not(|p| p.word("else").or_else(|| p.op(":")))?;
            p.raise_between("expected 'else' after 'if' expression", left, condition)
        });
        self.attempt(|p| {
            p.disjunction()?;
            p.word("if")?;
            p.disjunction()?;
            p.word("else")?;
            p.not(Self::expression)?;
            p.raise_next("expected expression after 'else', but statement is given")
        });
        self.attempt(|p| {
            let first = p.pos;
            p.word("pass")
                .or_else(|| p.word("break"))
                .or_else(|| p.word("continue"))?;
            p.word("if")?;
            p.disjunction()?;
            p.word("else")?;
            p.simple_statement()?;
            p.raise_tokens(
                "expected expression before 'if', but statement is given",
                first,
                first,
            )
        });
        self.attempt(|p| {
            let first = p.word("lambda")?;
            p.maybe(|p| p.parameters(true));
            let colon = p.op(":")?;
            let word = p.field_word()?;
            p.raise_tokens(
                format!("{word}-string: lambda expressions are not allowed without parentheses"),
                first,
                colon,
            )
        })
    }

    /// Is this, behind a colon, the format specification of an f-string or t-string?
    pub(super) fn field_word(&mut self) -> Option<&'static str> {
        let token = self.token();
        match token.kind {
            Kind::FStringMiddle => return Some("f"),
            Kind::TStringMiddle => return Some("t"),
            Kind::Op if matches!(self.spelling(token), "{" | "}") => {}
            _ => return None,
        }
        // An empty specification: which kind of string it belongs to, the tokens before tell.
        let mut closed = 0;
        for token in self.tokens.list[..self.pos].iter().rev() {
            match token.kind {
                Kind::FStringEnd | Kind::TStringEnd => closed += 1,
                Kind::FStringStart | Kind::TStringStart if closed > 0 => closed -= 1,
                Kind::FStringStart => return Some("f"),
                Kind::TStringStart => return Some("t"),
                _ => {}
            }
        }
        None
    }

    /// `print` and `exec`, which once were statements.
    pub(super) fn is_legacy(&self, node: NodeId) -> bool {
        self.shape(node) == Shape::Name && {
            let first = self.tokens.list[self.nodes[node].first];
            matches!(self.spelling(first), "print" | "exec")
        }
    }

    pub(super) fn invalid_legacy_expression(&mut self) -> Option<()> {
        let first = self.pos;
        let name = self.name()?;
        self.not(|p| p.op("("))?;
        let spelling = self.spelling(self.tokens.list[name]);
        let argument = self.star_expressions()?;
        if !matches!(spelling, "print" | "exec") {
            return None;
        }
        let last = self.nodes[argument].last;
        self.raise_tokens(
            format!("Missing parentheses in call to '{spelling}'. Did you mean {spelling}(...)?"),
            first,
            last,
        )
    }

    pub(super) fn disjunction(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Disjunction, |p| p.chain("or", Self::conjunction))
    }

    pub(super) fn conjunction(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Conjunction, |p| p.chain("and", Self::inversion))
    }

    pub(super) fn chain(
        &mut self,
        word: &str,
        item: fn(&mut Self) -> Option<NodeId>,
    ) -> Option<NodeId> {
        let first = self.pos;
        let left = item(self)?;
        let rest = self.many(|p| {
            p.word(word)?;
            item(p)
        });
        Some(if rest.is_empty() {
            left
        } else {
            self.node(Shape::Operation, first, Vec::new())
        })
    }

    pub(super) fn inversion(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Inversion, |p| {
            let first = p.pos;
            if let Some(node) = p.attempt(|p| {
                p.word("not")?;
                p.inversion()?;
                Some(p.node(Shape::Operation, first, Vec::new()))
            }) {
                return Some(node);
            }
            p.comparison()
        })
    }

    pub(super) fn comparison(&mut self) -> Option<NodeId> {
        let first = self.pos;
        let left = self.bitwise_or()?;
        let operators = self.many(|p| {
            let at = p.pos;
            p.comparison_operator()?;
            p.bitwise_or()?;
            Some(at)
        });
        let Some(&operator) = operators.first() else {
            return Some(left);
        };
        let spelling = self.spelling(self.tokens.list[operator]);
        let shape = if spelling == "in" {
            Shape::CompareIn
        } else {
            Shape::Compare
        };
        Some(self.node(shape, first, vec![left]))
    }

    pub(super) fn comparison_operator(&mut self) -> Option<()> {
        for operator in ["==", "!=", "<=", "<", ">=", ">"] {
            if self.maybe(|p| p.op(operator)) {
                return Some(());
            }
        }
        self.invalid(|p| {
            let at = p.op("<>")?;
            p.raise_tokens(
                "invalid syntax.  Maybe you meant '!=' instead of '<>'?",
                at,
                at,
            )
        });
        if self.maybe(|p| {
            p.word("not")?;
            p.word("in")
        }) || self.maybe(|p| p.word("in"))
        {
            return Some(());
        }
        self.word("is")?;
        self.maybe(|p| p.word("not"));
        Some(())
    }

    pub(super) fn bitwise_or(&mut self) -> Option<NodeId> {
        self.remembered(Rule::BitwiseOr, |p| p.left(&["|"], Self::bitwise_xor))
    }

    pub(super) fn bitwise_xor(&mut self) -> Option<NodeId> {
        self.remembered(Rule::BitwiseXor, |p| p.left(&["^"], Self::bitwise_and))
    }

    pub(super) fn bitwise_and(&mut self) -> Option<NodeId> {
        self.remembered(Rule::BitwiseAnd, |p| p.left(&["&"], Self::shift))
    }

    pub(super) fn shift(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Shift, |p| p.left(&["<<", ">>"], Self::sum))
    }

    pub(super) fn sum(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Sum, |p| p.left(&["+", "-"], Self::term))
    }

    pub(super) fn term(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Term, |p| {
            p.left(&["*", "/", "//", "%", "@"], Self::factor)
        })
    }

    pub(super) fn left(
        &mut self,
        operators: &[&str],
        item: fn(&mut Self) -> Option<NodeId>,
    ) -> Option<NodeId> {
        let first = self.pos;
        let mut node = item(self)?;
        while self.maybe(|p| {
            operators.iter().find_map(|operator| p.op(operator))?;
            p.invalid(Self::invalid_not);
            item(p)
        }) {
            node = self.node(Shape::Operation, first, Vec::new());
        }
        Some(node)
    }

    /// `not` behind an operator that binds tighter.
    pub(super) fn invalid_not(&mut self) -> Option<()> {
        let first = self.word("not")?;
        let value = self.inversion()?;
        let last = self.nodes[value].last;
        self.raise_tokens("'not' after an operator must be parenthesized", first, last)
    }

    pub(super) fn factor(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Factor, |p| {
            let first = p.pos;
            if let Some(node) = p.attempt(|p| {
                p.op("+").or_else(|| p.op("-")).or_else(|| p.op("~"))?;
                p.invalid(Self::invalid_not);
                p.factor()?;
                Some(p.node(Shape::Operation, first, Vec::new()))
            }) {
                return Some(node);
            }
            let base = p.await_primary()?;
            if p.maybe(|p| {
                p.op("**")?;
                p.factor()
            }) {
                return Some(p.node(Shape::Operation, first, Vec::new()));
            }
            Some(base)
        })
    }

    pub(super) fn await_primary(&mut self) -> Option<NodeId> {
        self.remembered(Rule::AwaitPrimary, |p| {
            let first = p.pos;
            if let Some(node) = p.attempt(|p| {
                p.word("await")?;
                p.primary()?;
                Some(p.node(Shape::Await, first, Vec::new()))
            }) {
                return Some(node);
            }
            p.primary()
        })
    }

    pub(super) fn primary(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Primary, |p| {
            let first = p.pos;
            let mut node = p.atom()?;
            while let Some(next) = p.attempt(|p| p.trailer(first, node)) {
                node = next;
            }
            Some(node)
        })
    }

    /// `.name`, a call or a subscript behind a primary.
    pub(super) fn trailer(&mut self, first: usize, value: NodeId) -> Option<NodeId> {
        if self.maybe(|p| {
            p.op(".")?;
            p.name()
        }) {
            return Some(self.node(Shape::Attribute, first, vec![value]));
        }
        if self.maybe(Self::genexp) {
            return Some(self.node(Shape::Call, first, Vec::new()));
        }
        if self.maybe(|p| {
            p.op("(")?;
            p.maybe(Self::arguments);
            p.op(")")
        }) {
            return Some(self.node(Shape::Call, first, Vec::new()));
        }
        if self.maybe(|p| {
            p.op("[")?;
            p.slices()?;
            p.op("]")
        }) {
            return Some(self.node(Shape::Subscript, first, vec![value]));
        }
        None
    }

    pub(super) fn slices(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.slice()?;
            p.not(|p| p.op(","))
        }) {
            return Some(());
        }
        self.gather(",", |p| {
            p.attempt(Self::slice)
                .or_else(|| p.starred_expression().map(|_| ()))
        })?;
        self.maybe(|p| p.op(","));
        Some(())
    }

    pub(super) fn slice(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.maybe(Self::expression);
            p.op(":")?;
            p.maybe(Self::expression);
            p.maybe(|p| {
                p.op(":")?;
                p.maybe(Self::expression);
                Some(())
            });
            Some(())
        }) {
            return Some(());
        }
        self.named_expression().map(|_| ())
    }

    pub(super) fn atom(&mut self) -> Option<NodeId> {
        let first = self.pos;
        let token = self.token();
        if self.raised.is_some() {
            return None;
        }
        match token.kind {
            Kind::Name => {
                if self.maybe(Self::name) {
                    return Some(self.node(Shape::Name, first, Vec::new()));
                }
                let shape = match self.spelling(token) {
                    "True" => Shape::True,
                    "False" => Shape::False,
                    "None" => Shape::None,
                    _ => return None,
                };
                self.pos += 1;
                Some(self.node(shape, first, Vec::new()))
            }
            Kind::Number => {
                self.pos += 1;
                Some(self.node(Shape::Literal, first, Vec::new()))
            }
            Kind::String | Kind::FStringStart | Kind::TStringStart => self.strings(),
            Kind::Op => match self.spelling(token) {
                "(" => self
                    .attempt(Self::tuple)
                    .or_else(|| self.attempt(Self::group))
                    .or_else(|| self.attempt(Self::genexp)),
                "[" => self
                    .attempt(Self::list)
                    .or_else(|| self.attempt(Self::list_comprehension)),
                "{" => self
                    .attempt(Self::dict)
                    .or_else(|| self.attempt(Self::set))
                    .or_else(|| self.attempt(Self::dict_comprehension))
                    .or_else(|| self.attempt(Self::set_comprehension)),
                "..." => {
                    self.pos += 1;
                    Some(self.node(Shape::Ellipsis, first, Vec::new()))
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn lambda(&mut self) -> Option<NodeId> {
        self.remembered(Rule::LambdaDef, |p| {
            let first = p.word("lambda")?;
            p.maybe(|p| p.parameters(true));
            p.op(":")?;
            p.expression()?;
            Some(p.node(Shape::Lambda, first, Vec::new()))
        })
    }
}
