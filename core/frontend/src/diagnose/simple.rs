//! Statements of one line.

use super::parser::{NodeId, Parser, Rule, Shape};
use super::targets::Purpose;
use super::token::Kind;

const AUGMENTED: [&str; 13] = [
    "+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//=",
];

impl Parser<'_> {
    pub(super) fn simple_statements(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.simple_statement()?;
            p.not(|p| p.op(";"))?;
            p.kind(Kind::Newline)
        }) {
            return Some(());
        }
        self.attempt(|p| {
            p.gather(";", Self::simple_statement)?;
            p.maybe(|p| p.op(";"));
            p.kind(Kind::Newline)?;
            Some(())
        })
    }

    pub(super) fn simple_statement(&mut self) -> Option<NodeId> {
        self.remembered(Rule::SimpleStatement, |p| {
            let first = p.pos;
            if p.maybe(Self::assignment)
                || p.maybe(Self::type_alias)
                || p.maybe(Self::star_expressions)
            {
                return Some(p.node(Shape::Name, first, Vec::new()));
            }
            let token = p.token();
            if token.kind != Kind::Name {
                return None;
            }
            let fits = match p.spelling(token) {
                "return" => p.maybe(|p| {
                    p.word("return")?;
                    p.maybe(Self::star_expressions);
                    Some(())
                }),
                "import" | "from" => p.maybe(Self::import),
                "raise" => p.maybe(Self::raise_statement),
                "del" => p.maybe(Self::del_statement),
                "yield" => p.maybe(Self::yield_expression),
                "assert" => p.maybe(|p| {
                    p.word("assert")?;
                    p.expression()?;
                    p.maybe(|p| {
                        p.op(",")?;
                        p.expression()
                    });
                    Some(())
                }),
                "pass" | "break" | "continue" => {
                    p.pos += 1;
                    true
                }
                "global" | "nonlocal" => p.maybe(|p| {
                    p.pos += 1;
                    p.gather(",", Self::name)
                }),
                _ => false,
            };
            fits.then(|| p.node(Shape::Name, first, Vec::new()))
        })
    }

    fn type_alias(&mut self) -> Option<()> {
        self.word("type")?;
        self.name()?;
        self.maybe(Self::type_parameters);
        self.op("=")?;
        self.expression()?;
        Some(())
    }

    fn raise_statement(&mut self) -> Option<()> {
        self.word("raise")?;
        if self.maybe(|p| {
            p.expression()?;
            p.word("from")?;
            p.expression()
        }) {
            return Some(());
        }
        self.maybe(Self::expression);
        Some(())
    }

    fn del_statement(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.word("del")?;
            p.del_targets()?;
            p.ahead(|p| p.op(";").or_else(|| p.kind(Kind::Newline)))
        }) {
            return Some(());
        }
        self.invalid(|p| {
            p.word("del")?;
            let target = p.star_expressions()?;
            p.raise_wrong_target(target, Purpose::Delete)
        });
        None
    }

    fn assignment(&mut self) -> Option<()> {
        let annotated = |p: &mut Self| {
            p.op(":")?;
            p.expression()?;
            p.maybe(|p| {
                p.op("=")?;
                p.annotated_rhs()
            });
            Some(())
        };
        if self.maybe(|p| {
            p.name()?;
            annotated(p)
        }) || self.maybe(|p| {
            if !p.maybe(|p| {
                p.op("(")?;
                p.single_target()?;
                p.op(")")
            }) {
                p.single_subscript_attribute_target()?;
            }
            annotated(p)
        }) || self.maybe(|p| {
            p.some(|p| {
                p.star_targets()?;
                p.op("=")
            })?;
            p.annotated_rhs()?;
            p.not(|p| p.op("="))
        }) {
            return Some(());
        }
        let mut committed = false;
        if self.maybe(|p| {
            p.single_target()?;
            p.augmented()?;
            committed = true;
            p.annotated_rhs()
        }) {
            return Some(());
        }
        if !committed {
            self.invalid(Self::invalid_assignment);
        }
        None
    }

    fn augmented(&mut self) -> Option<usize> {
        AUGMENTED.iter().find_map(|operator| self.op(operator))
    }

    fn invalid_assignment(&mut self) -> Option<()> {
        self.attempt(|p| {
            let target = p.invalid_annotated()?;
            p.op(":")?;
            p.expression()?;
            let words = p.shape(target).words();
            p.raise_at(
                format!("only single target (not {words}) can be annotated"),
                target,
            )
        });
        self.attempt(|p| {
            let target = p.star_named_expression()?;
            p.op(",")?;
            p.many(Self::star_named_expressions);
            p.op(":")?;
            p.expression()?;
            p.raise_at("only single target (not tuple) can be annotated", target)
        });
        self.attempt(|p| {
            let target = p.expression()?;
            p.op(":")?;
            p.expression()?;
            p.raise_at("illegal target for annotation", target)
        });
        let targets = |p: &mut Self| {
            p.many(|p| {
                p.star_targets()?;
                p.op("=")
            })
        };
        self.attempt(|p| {
            targets(p);
            let target = p.star_expressions()?;
            p.op("=")?;
            p.raise_wrong_target(target, Purpose::Assign)
        });
        self.attempt(|p| {
            targets(p);
            let target = p.yield_expression()?;
            p.op("=")?;
            p.raise_at("assignment to yield expression not possible", target)
        });
        self.attempt(|p| {
            let target = p.star_expressions()?;
            p.augmented()?;
            p.annotated_rhs()?;
            let words = p.shape(target).words();
            p.raise_at(
                format!("'{words}' is an illegal expression for augmented assignment"),
                target,
            )
        })
    }

    fn invalid_annotated(&mut self) -> Option<NodeId> {
        self.attempt(Self::list)
            .or_else(|| self.attempt(Self::tuple))
            .or_else(|| {
                self.attempt(|p| {
                    p.op("(")?;
                    let inner = p.invalid_annotated()?;
                    p.op(")")?;
                    Some(inner)
                })
            })
    }

    fn import(&mut self) -> Option<()> {
        self.invalid(|p| {
            p.attempt(|p| {
                let import = p.word("import")?;
                p.gather(",", Self::dotted_name)?;
                p.word("from")?;
                p.dotted_name()?;
                p.raise_from("Did you mean to use 'from ... import ...' instead?", import)
            });
            p.attempt(|p| {
                p.word("import")?;
                let newline = p.kind(Kind::Newline)?;
                p.raise_from("Expected one or more names after 'import'", newline)
            })
        });
        if self.maybe(|p| {
            p.word("import")?;
            p.gather(",", Self::dotted_as_name)
        }) {
            return Some(());
        }
        self.attempt(|p| {
            p.word("from")?;
            let dots = p.many(|p| p.op(".").or_else(|| p.op("..."))).len();
            if !p.maybe(Self::dotted_name) && dots == 0 {
                return None;
            }
            p.word("import")?;
            p.import_targets()
        })
    }

    fn import_targets(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.op("(")?;
            p.gather(",", Self::import_as_name)?;
            p.maybe(|p| p.op(","));
            p.op(")")
        }) || self.maybe(|p| {
            p.gather(",", Self::import_as_name)?;
            p.not(|p| p.op(","))
        }) || self.maybe(|p| p.op("*"))
        {
            return Some(());
        }
        self.invalid(|p| {
            p.attempt(|p| {
                p.gather(",", Self::import_as_name)?;
                p.op(",")?;
                p.kind(Kind::Newline)?;
                p.raise_here("trailing comma not allowed without surrounding parentheses")
            });
            p.attempt(|p| {
                let newline = p.kind(Kind::Newline)?;
                p.raise_from("Expected one or more names after 'import'", newline)
            })
        });
        None
    }

    fn dotted_name(&mut self) -> Option<()> {
        self.name()?;
        self.many(|p| {
            p.op(".")?;
            p.name()
        });
        Some(())
    }

    fn dotted_as_name(&mut self) -> Option<()> {
        self.as_name(Self::dotted_name)
    }

    fn import_as_name(&mut self) -> Option<()> {
        self.as_name(|p| p.name().map(|_| ()))
    }

    fn as_name(&mut self, what: fn(&mut Self) -> Option<()>) -> Option<()> {
        self.invalid(|p| {
            what(p)?;
            p.word("as")?;
            p.not(|p| {
                p.name()?;
                p.op(",")
                    .or_else(|| p.op(")"))
                    .or_else(|| p.op(";"))
                    .or_else(|| p.kind(Kind::Newline))
            })?;
            let target = p.expression()?;
            let words = p.shape(target).words();
            p.raise_at(format!("cannot use {words} as import target"), target)
        });
        self.attempt(|p| {
            what(p)?;
            p.maybe(|p| {
                p.word("as")?;
                p.name()
            });
            Some(())
        })
    }
}
