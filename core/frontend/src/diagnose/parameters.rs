//! Parameters of functions and lambdas, and type parameters.
//!
//! Both kinds of parameter lists have one grammar; what differs is how a list ends (`)` or `:`)
//! and that only functions annotate. `lambda` says which one is read.

use super::parser::{Parser, Shape};

impl Parser<'_> {
    fn list_end(&mut self, lambda: bool) -> Option<usize> {
        self.op(if lambda { ":" } else { ")" })
    }

    pub(super) fn parameters(&mut self, lambda: bool) -> Option<()> {
        self.invalid(|p| p.invalid_parameters(lambda));
        let star_etc = |p: &mut Self| {
            p.maybe(|p| p.star_etc(lambda));
        };
        if self.maybe(|p| {
            p.slash_no_default(lambda)?;
            p.many(|p| p.no_default(lambda));
            p.many(|p| p.with_default(lambda));
            star_etc(p);
            Some(())
        }) || self.maybe(|p| {
            p.slash_with_default(lambda)?;
            p.many(|p| p.with_default(lambda));
            star_etc(p);
            Some(())
        }) || self.maybe(|p| {
            p.some(|p| p.no_default(lambda))?;
            p.many(|p| p.with_default(lambda));
            star_etc(p);
            Some(())
        }) || self.maybe(|p| {
            p.some(|p| p.with_default(lambda))?;
            star_etc(p);
            Some(())
        }) {
            return Some(());
        }
        self.attempt(|p| p.star_etc(lambda))
    }

    fn slash_no_default(&mut self, lambda: bool) -> Option<()> {
        self.attempt(|p| {
            p.some(|p| p.no_default(lambda))?;
            p.op("/")?;
            p.comma_or_end(lambda)
        })
    }

    fn slash_with_default(&mut self, lambda: bool) -> Option<()> {
        self.attempt(|p| {
            p.many(|p| p.no_default(lambda));
            p.some(|p| p.with_default(lambda))?;
            p.op("/")?;
            p.comma_or_end(lambda)
        })
    }

    fn comma_or_end(&mut self, lambda: bool) -> Option<()> {
        if self.maybe(|p| p.op(",")) {
            return Some(());
        }
        self.ahead(|p| p.list_end(lambda))
    }

    fn parameter(&mut self, lambda: bool) -> Option<usize> {
        let name = self.name()?;
        if !lambda {
            self.maybe(|p| {
                p.op(":")?;
                p.expression()
            });
        }
        Some(name)
    }

    fn no_default(&mut self, lambda: bool) -> Option<usize> {
        self.attempt(|p| {
            let name = p.parameter(lambda)?;
            p.comma_or_end(lambda)?;
            Some(name)
        })
    }

    fn star_annotated(&mut self) -> Option<usize> {
        self.attempt(|p| {
            let name = p.name()?;
            p.op(":")?;
            if !p.maybe(|p| {
                p.op("*")?;
                p.bitwise_or()
            }) {
                p.expression()?;
            }
            p.comma_or_end(false)?;
            Some(name)
        })
    }

    fn default(&mut self, lambda: bool) -> Option<()> {
        if self.maybe(|p| {
            p.op("=")?;
            p.expression()
        }) {
            return Some(());
        }
        self.invalid(|p| {
            let equal = p.op("=")?;
            p.ahead(|p| p.list_end(lambda).or_else(|| p.op(",")))?;
            p.raise_tokens("expected default value expression", equal, equal)
        });
        None
    }

    fn with_default(&mut self, lambda: bool) -> Option<usize> {
        self.attempt(|p| {
            let name = p.parameter(lambda)?;
            p.default(lambda)?;
            p.comma_or_end(lambda)?;
            Some(name)
        })
    }

    fn maybe_default(&mut self, lambda: bool) -> Option<usize> {
        self.attempt(|p| {
            let name = p.parameter(lambda)?;
            p.maybe(|p| p.default(lambda));
            p.comma_or_end(lambda)?;
            Some(name)
        })
    }

    fn star_etc(&mut self, lambda: bool) -> Option<()> {
        self.invalid(|p| p.invalid_star_etc(lambda));
        if self.maybe(|p| {
            p.op("*")?;
            p.no_default(lambda)?;
            p.many(|p| p.maybe_default(lambda));
            p.maybe(|p| p.keywords_parameter(lambda));
            Some(())
        }) || (!lambda
            && self.maybe(|p| {
                p.op("*")?;
                p.star_annotated()?;
                p.many(|p| p.maybe_default(lambda));
                p.maybe(|p| p.keywords_parameter(lambda));
                Some(())
            }))
            || self.maybe(|p| {
                p.op("*")?;
                p.op(",")?;
                p.some(|p| p.maybe_default(lambda))?;
                p.maybe(|p| p.keywords_parameter(lambda));
                Some(())
            })
        {
            return Some(());
        }
        self.keywords_parameter(lambda)
    }

    fn keywords_parameter(&mut self, lambda: bool) -> Option<()> {
        self.invalid(|p| {
            p.attempt(|p| {
                p.op("**")?;
                p.parameter(lambda)?;
                let equal = p.op("=")?;
                p.raise_tokens(
                    "var-keyword argument cannot have default value",
                    equal,
                    equal,
                )
            });
            p.attempt(|p| {
                p.op("**")?;
                p.parameter(lambda)?;
                p.op(",")?;
                let first = p.pos;
                p.parameter(lambda)?;
                let last = p.pos - 1;
                p.raise_tokens("arguments cannot follow var-keyword argument", first, last)
            });
            p.attempt(|p| {
                p.op("**")?;
                p.parameter(lambda)?;
                p.op(",")?;
                let at = p.op("*").or_else(|| p.op("**")).or_else(|| p.op("/"))?;
                p.raise_tokens("arguments cannot follow var-keyword argument", at, at)
            })
        });
        self.attempt(|p| {
            p.op("**")?;
            p.no_default(lambda)?;
            Some(())
        })
    }

    fn any_slash(&mut self, lambda: bool) -> Option<()> {
        self.slash_no_default(lambda)
            .or_else(|| self.slash_with_default(lambda))
    }

    fn invalid_parameters(&mut self, lambda: bool) -> Option<()> {
        self.attempt(|p| {
            let slash = p.op("/")?;
            p.op(",")?;
            p.raise_tokens("at least one argument must precede /", slash, slash)
        });
        self.attempt(|p| {
            p.any_slash(lambda)?;
            p.many(|p| p.maybe_default(lambda));
            let slash = p.op("/")?;
            p.raise_tokens("/ may appear only once", slash, slash)
        });
        self.attempt(|p| {
            p.slash_no_default(lambda);
            p.many(|p| p.no_default(lambda));
            if p.slash_with_default(lambda).is_none() {
                p.some(|p| p.with_default(lambda))?;
            }
            let first = p.pos;
            p.no_default(lambda)?;
            // The comma, or what ends the list, is no part of the parameter.
            let mut last = p.pos - 1;
            if p.spelling(p.tokens.list[last]) == "," {
                last -= 1;
            }
            p.raise_tokens(
                "parameter without a default follows parameter with a default",
                first,
                last.max(first),
            )
        });
        self.attempt(|p| {
            p.many(|p| p.no_default(lambda));
            let open = p.op("(")?;
            if lambda {
                p.gather(",", |p| p.parameter(true))?;
                p.maybe(|p| p.op(","));
            } else {
                p.some(|p| p.no_default(false))?;
                p.maybe(|p| p.op(","));
            }
            let close = p.op(")")?;
            let what = if lambda {
                "Lambda expression"
            } else {
                "Function"
            };
            p.raise_tokens(
                format!("{what} parameters cannot be parenthesized"),
                open,
                close,
            )
        });
        self.attempt(|p| {
            p.any_slash(lambda);
            p.many(|p| p.maybe_default(lambda));
            p.op("*")?;
            if p.op(",").is_none() {
                p.no_default(lambda)?;
            }
            p.many(|p| p.maybe_default(lambda));
            let slash = p.op("/")?;
            p.raise_tokens("/ must be ahead of *", slash, slash)
        });
        self.attempt(|p| {
            p.some(|p| p.maybe_default(lambda))?;
            p.op("/")?;
            let star = p.op("*")?;
            p.raise_tokens("expected comma between / and *", star, star)
        })
    }

    fn invalid_star_etc(&mut self, lambda: bool) -> Option<()> {
        self.attempt(|p| {
            let star = p.op("*")?;
            if p.list_end(lambda).is_none() {
                p.op(",")?;
                p.list_end(lambda).or_else(|| p.op("**"))?;
            }
            if lambda {
                p.raise_here("named arguments must follow bare *")
            } else {
                p.raise_tokens("named arguments must follow bare *", star, star)
            }
        });
        self.attempt(|p| {
            p.op("*")?;
            p.parameter(lambda)?;
            let equal = p.op("=")?;
            p.raise_tokens(
                "var-positional argument cannot have default value",
                equal,
                equal,
            )
        });
        self.attempt(|p| {
            p.op("*")?;
            if p.op(",").is_none() {
                p.no_default(lambda)?;
            }
            p.many(|p| p.maybe_default(lambda));
            let star = p.op("*")?;
            if p.op(",").is_none() {
                p.no_default(lambda)?;
            }
            p.raise_tokens("* argument may appear only once", star, star)
        })
    }

    pub(super) fn type_parameters(&mut self) -> Option<()> {
        self.invalid(|p| {
            p.op("[")?;
            let close = p.op("]")?;
            p.raise_from("Type parameter list cannot be empty", close)
        });
        self.attempt(|p| {
            p.op("[")?;
            p.gather(",", Self::type_parameter)?;
            p.maybe(|p| p.op(","));
            p.op("]")?;
            Some(())
        })
    }

    fn type_parameter(&mut self) -> Option<()> {
        if self.maybe(|p| {
            p.name()?;
            p.maybe(|p| {
                p.op(":")?;
                p.expression()
            });
            p.maybe(|p| {
                p.op("=")?;
                p.expression()
            });
            Some(())
        }) {
            return Some(());
        }
        for (stars, what) in [("*", "TypeVarTuple"), ("**", "ParamSpec")] {
            self.invalid(|p| {
                p.op(stars)?;
                p.name()?;
                let colon = p.op(":")?;
                let bound = p.expression()?;
                let noun = if p.shape(bound) == Shape::Tuple {
                    "constraints"
                } else {
                    "bound"
                };
                p.raise_from(format!("cannot use {noun} with {what}"), colon)
            });
        }
        if self.maybe(|p| {
            p.op("*")?;
            p.name()?;
            p.maybe(|p| {
                p.op("=")?;
                p.maybe(|p| p.op("*"));
                p.expression()
            });
            Some(())
        }) {
            return Some(());
        }
        self.attempt(|p| {
            p.op("**")?;
            p.name()?;
            p.maybe(|p| {
                p.op("=")?;
                p.expression()
            });
            Some(())
        })
    }
}
