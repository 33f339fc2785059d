//! Statements with blocks.

use super::parser::{Parser, Rule, Shape};
use super::targets::Purpose;
use super::token::Kind;

impl Parser<'_> {
    pub(super) fn statements(&mut self) -> Option<()> {
        self.some(Self::statement)?;
        Some(())
    }

    fn statement(&mut self) -> Option<()> {
        if self.maybe(Self::compound_statement) {
            return Some(());
        }
        self.simple_statements()
    }

    pub(super) fn compound_statement(&mut self) -> Option<()> {
        let token = self.token();
        let word = if token.kind == Kind::Name {
            self.spelling(token)
        } else if token.kind == Kind::Op && self.spelling(token) == "@" {
            "@"
        } else {
            ""
        };
        let fits = match word {
            "@" => self.maybe(Self::function) || self.maybe(Self::class),
            "def" => self.maybe(Self::function),
            "class" => self.maybe(Self::class),
            "async" => {
                self.maybe(Self::function)
                    || self.noted(Self::with_statement)
                    || self.noted(Self::for_statement)
            }
            "if" => self.noted(Self::if_statement),
            "with" => self.noted(Self::with_statement),
            "for" => self.noted(Self::for_statement),
            "try" => self.noted(Self::try_statement),
            "while" => self.noted(Self::while_statement),
            _ => false,
        };
        if fits {
            return Some(());
        }
        self.noted(Self::match_statement).then_some(())
    }

    /// Reads a statement if it is there, and notes where it begins.
    fn noted(&mut self, statement: impl FnOnce(&mut Self) -> Option<()>) -> bool {
        let first = self.pos;
        let fits = self.maybe(statement);
        if fits {
            self.note_statement(first);
        }
        fits
    }

    /// Notes where a statement begins that has been read, unless one on a line below has been.
    fn note_statement(&mut self, first: usize) {
        let start = self.tokens.list[first].start;
        if self.last_statement.is_none_or(|last| last <= start) {
            self.last_statement = Some(start);
        }
    }

    pub(super) fn block(&mut self) -> Option<()> {
        self.remembered(Rule::Block, |p| {
            let first = p.pos;
            if p.maybe(|p| {
                p.kind(Kind::Newline)?;
                p.kind(Kind::Indent)?;
                p.statements()?;
                p.kind(Kind::Dedent)
            }) || p.maybe(Self::simple_statements)
            {
                return Some(p.node(Shape::Name, first, Vec::new()));
            }
            p.invalid(|p| {
                p.kind(Kind::Newline)?;
                p.not(|p| p.kind(Kind::Indent))?;
                p.raise_indentation("expected an indented block")
            });
            None
        })
        .map(|_| ())
    }

    /// Behind the colon of `what`, which began with the token `word`: no block follows.
    pub(super) fn indented_missing(&mut self, word: usize, what: &str) -> Option<()> {
        self.kind(Kind::Newline)?;
        self.not(|p| p.kind(Kind::Indent))?;
        let line = self.line_of(word);
        self.raise_indentation(format!(
            "expected an indented block after {what} on line {line}"
        ))
    }

    fn colon_missing(&mut self) -> Option<()> {
        self.kind(Kind::Newline)?;
        self.raise_here("expected ':'")
    }

    fn decorators(&mut self) {
        self.many(|p| {
            p.op("@")?;
            p.named_expression()?;
            p.kind(Kind::Newline)
        });
    }

    fn function(&mut self) -> Option<()> {
        self.decorators();
        self.invalid(|p| {
            p.maybe(|p| p.word("async"));
            let word = p.word("def")?;
            p.name()?;
            p.maybe(Self::type_parameters);
            p.op("(")?;
            p.maybe(|p| p.parameters(false));
            p.op(")")?;
            p.maybe(|p| {
                p.op("->")?;
                p.expression()
            });
            p.op(":")?;
            p.indented_missing(word, "function definition")
        });
        self.maybe(|p| p.word("async"));
        self.word("def")?;
        self.name()?;
        self.maybe(Self::type_parameters);
        self.forced("(")?;
        self.maybe(|p| p.parameters(false));
        self.op(")")?;
        self.maybe(|p| {
            p.op("->")?;
            p.expression()
        });
        self.forced(":")?;
        self.block()
    }

    fn class(&mut self) -> Option<()> {
        self.decorators();
        let head = |p: &mut Self| {
            let word = p.word("class")?;
            p.name()?;
            p.maybe(Self::type_parameters);
            p.maybe(|p| {
                p.op("(")?;
                p.maybe(Self::arguments);
                p.op(")")
            });
            Some(word)
        };
        self.invalid(|p| {
            p.attempt(|p| {
                head(p)?;
                p.colon_missing()
            });
            p.attempt(|p| {
                let word = head(p)?;
                p.op(":")?;
                p.indented_missing(word, "class definition")
            })
        });
        let word = head(self)?;
        self.op(":")?;
        self.block()?;
        self.note_statement(word);
        Some(())
    }

    fn if_statement(&mut self) -> Option<()> {
        self.conditional("if")?;
        if self.maybe(Self::elif) {
            return Some(());
        }
        self.maybe(Self::else_block);
        Some(())
    }

    fn elif(&mut self) -> Option<()> {
        self.conditional("elif")?;
        if self.maybe(Self::elif) {
            return Some(());
        }
        self.maybe(Self::else_block);
        Some(())
    }

    fn conditional(&mut self, word: &str) -> Option<()> {
        self.invalid(|p| {
            p.attempt(|p| {
                p.word(word)?;
                p.named_expression()?;
                p.colon_missing()
            });
            p.attempt(|p| {
                let at = p.word(word)?;
                p.named_expression()?;
                p.op(":")?;
                p.indented_missing(at, &format!("'{word}' statement"))
            })
        });
        self.attempt(|p| {
            p.word(word)?;
            p.named_expression()?;
            p.op(":")?;
            p.block()
        })
    }

    fn else_block(&mut self) -> Option<()> {
        self.invalid(|p| {
            p.attempt(|p| {
                let word = p.word("else")?;
                p.op(":")?;
                p.indented_missing(word, "'else' statement")
            });
            p.attempt(|p| {
                p.word("else")?;
                p.op(":")?;
                p.block()?;
                let elif = p.word("elif")?;
                p.raise_tokens("'elif' block follows an 'else' block", elif, elif)
            })
        });
        self.attempt(|p| {
            p.word("else")?;
            p.forced(":")?;
            p.block()
        })
    }

    fn while_statement(&mut self) -> Option<()> {
        self.conditional("while")?;
        self.maybe(Self::else_block);
        Some(())
    }

    fn for_statement(&mut self) -> Option<()> {
        let head = |p: &mut Self| {
            p.maybe(|p| p.word("async"));
            let word = p.word("for")?;
            p.star_targets()?;
            p.word("in")?;
            p.star_expressions()?;
            Some(word)
        };
        self.invalid(|p| {
            p.attempt(|p| {
                head(p)?;
                p.colon_missing()
            });
            p.attempt(|p| {
                let word = head(p)?;
                p.op(":")?;
                p.indented_missing(word, "'for' statement")
            })
        });
        let mut committed = false;
        if self.maybe(|p| {
            p.maybe(|p| p.word("async"));
            p.word("for")?;
            p.star_targets()?;
            p.word("in")?;
            committed = true;
            p.star_expressions()?;
            p.op(":")?;
            p.block()?;
            p.maybe(Self::else_block);
            Some(())
        }) {
            return Some(());
        }
        if !committed {
            self.invalid(Self::invalid_for_target);
        }
        None
    }

    fn with_statement(&mut self) -> Option<()> {
        let plain = |p: &mut Self| {
            p.gather(",", |p| {
                p.expression()?;
                p.maybe(|p| {
                    p.word("as")?;
                    p.star_target()
                });
                Some(())
            })
        };
        let bracketed = |p: &mut Self| {
            p.op("(")?;
            p.gather(",", |p| {
                p.expressions()?;
                p.maybe(|p| {
                    p.word("as")?;
                    p.star_target()
                });
                Some(())
            })?;
            p.maybe(|p| p.op(","));
            p.op(")")
        };
        self.invalid(|p| {
            p.attempt(|p| {
                p.maybe(|p| p.word("async"));
                let word = p.word("with")?;
                plain(p)?;
                p.op(":")?;
                p.indented_missing(word, "'with' statement")
            });
            p.attempt(|p| {
                p.maybe(|p| p.word("async"));
                let word = p.word("with")?;
                bracketed(p)?;
                p.op(":")?;
                p.indented_missing(word, "'with' statement")
            })
        });
        if self.maybe(|p| {
            p.maybe(|p| p.word("async"));
            p.word("with")?;
            p.op("(")?;
            p.gather(",", Self::with_item)?;
            p.maybe(|p| p.op(","));
            p.op(")")?;
            p.op(":")?;
            p.block()
        }) || self.maybe(|p| {
            p.maybe(|p| p.word("async"));
            p.word("with")?;
            p.gather(",", Self::with_item)?;
            p.op(":")?;
            p.block()
        }) {
            return Some(());
        }
        self.invalid(|p| {
            p.attempt(|p| {
                p.maybe(|p| p.word("async"));
                p.word("with")?;
                plain(p)?;
                p.colon_missing()
            });
            p.attempt(|p| {
                p.maybe(|p| p.word("async"));
                p.word("with")?;
                bracketed(p)?;
                p.colon_missing()
            })
        });
        None
    }

    fn with_item(&mut self) -> Option<()> {
        let follows =
            |p: &mut Self| p.ahead(|p| p.op(",").or_else(|| p.op(")")).or_else(|| p.op(":")));
        if self.maybe(|p| {
            p.expression()?;
            p.word("as")?;
            p.star_target()?;
            follows(p)
        }) {
            return Some(());
        }
        self.invalid(|p| {
            p.expression()?;
            p.word("as")?;
            let target = p.expression()?;
            follows(p)?;
            p.raise_wrong_target(target, Purpose::Assign)
        });
        self.expression().map(|_| ())
    }

    fn try_statement(&mut self) -> Option<()> {
        self.invalid(Self::invalid_try);
        self.word("try")?;
        self.forced(":")?;
        self.block()?;
        if self.maybe(Self::finally_block) {
            return Some(());
        }
        for star in [false, true] {
            if self.maybe(|p| {
                p.some(|p| p.except_block(star))?;
                p.maybe(Self::else_block);
                p.maybe(Self::finally_block);
                Some(())
            }) {
                return Some(());
            }
        }
        None
    }

    fn invalid_try(&mut self) -> Option<()> {
        const BOTH: &str = "cannot have both 'except' and 'except*' on the same 'try'";
        self.attempt(|p| {
            let word = p.word("try")?;
            p.op(":")?;
            p.indented_missing(word, "'try' statement")
        });
        self.attempt(|p| {
            p.word("try")?;
            p.op(":")?;
            p.block()?;
            p.not(|p| p.word("except").or_else(|| p.word("finally")))?;
            p.raise_here("expected 'except' or 'finally' block")
        });
        self.attempt(|p| {
            p.word("try")?;
            p.op(":")?;
            p.many(Self::block);
            p.some(|p| p.except_block(false))?;
            let word = p.word("except")?;
            let star = p.op("*")?;
            p.expression()?;
            p.maybe(Self::as_name_clause);
            p.op(":")?;
            p.raise_tokens(BOTH, word, star)
        });
        self.attempt(|p| {
            p.word("try")?;
            p.op(":")?;
            p.many(Self::block);
            p.some(|p| p.except_block(true))?;
            let word = p.word("except")?;
            p.maybe(|p| {
                p.expression()?;
                p.maybe(Self::as_name_clause);
                Some(())
            });
            p.op(":")?;
            p.raise_tokens(BOTH, word, word)
        })
    }

    fn as_name_clause(&mut self) -> Option<usize> {
        self.word("as")?;
        self.name()
    }

    fn except_block(&mut self, star: bool) -> Option<()> {
        let head = |p: &mut Self| {
            let word = p.word("except")?;
            if star {
                p.op("*")?;
            }
            Some(word)
        };
        let what = if star {
            "'except*' statement"
        } else {
            "'except' statement"
        };
        self.invalid(|p| {
            p.attempt(|p| {
                let word = head(p)?;
                p.expression()?;
                p.maybe(Self::as_name_clause);
                p.op(":")?;
                p.indented_missing(word, what)
            });
            if !star {
                p.attempt(|p| {
                    let word = head(p)?;
                    p.op(":")?;
                    p.indented_missing(word, what)
                });
            }
            None::<()>
        });
        if self.maybe(|p| {
            head(p)?;
            p.expression()?;
            p.word("as")?;
            p.name()?;
            p.op(":")?;
            p.block()
        }) || self.maybe(|p| {
            head(p)?;
            p.expressions()?;
            p.op(":")?;
            p.block()
        }) || (!star
            && self.maybe(|p| {
                head(p)?;
                p.op(":")?;
                p.block()
            }))
        {
            return Some(());
        }
        self.invalid(|p| p.invalid_except(star));
        None
    }

    fn invalid_except(&mut self, star: bool) -> Option<()> {
        self.attempt(|p| {
            p.word("except")?;
            if star {
                p.op("*")?;
            }
            let first = p.expression()?;
            p.op(",")?;
            p.expressions()?;
            p.word("as")?;
            p.name()?;
            p.op(":")?;
            let first = p.nodes[first].first;
            p.raise_from(
                "multiple exception types must be parenthesized when using 'as'",
                first,
            )
        });
        self.attempt(|p| {
            p.word("except")?;
            if star {
                p.op("*")?;
            }
            p.expression()?;
            p.maybe(Self::as_name_clause);
            p.colon_missing()
        });
        self.attempt(|p| {
            p.word("except")?;
            if star {
                p.op("*")?;
                p.kind(Kind::Newline).or_else(|| p.op(":"))?;
                return p.raise_here("expected one or more exception types");
            }
            p.colon_missing()
        });
        self.attempt(|p| {
            p.word("except")?;
            if star {
                p.op("*")?;
            }
            p.expression()?;
            p.word("as")?;
            let target = p.expression()?;
            p.op(":")?;
            p.block()?;
            let words = p.shape(target).words();
            let word = if star { "except*" } else { "except" };
            p.raise_at(format!("cannot use {word} statement with {words}"), target)
        })
    }

    fn finally_block(&mut self) -> Option<()> {
        self.invalid(|p| {
            let word = p.word("finally")?;
            p.op(":")?;
            p.indented_missing(word, "'finally' statement")
        });
        self.attempt(|p| {
            p.word("finally")?;
            p.forced(":")?;
            p.block()
        })
    }
}
