//! Strings beside each other, and the inside of f-strings and t-strings.

use super::escape;
use super::parser::{NodeId, Parser, Rule, Shape};
use super::token::Kind;

impl<'s> Parser<'s> {
    pub(super) fn strings(&mut self) -> Option<NodeId> {
        self.remembered(Rule::Strings, |p| {
            let first = p.pos;
            let mut shape = Shape::Literal;
            let (mut bytes, mut plain, mut formatted, mut template) = (false, false, false, false);
            loop {
                let token = p.token();
                match token.kind {
                    Kind::String => {
                        let spelling = p.spelling(token);
                        let quote = spelling.find(['"', '\'']).unwrap_or(0);
                        let is_bytes = spelling[..quote].contains(['b', 'B']);
                        if is_bytes && !spelling.is_ascii() && p.raised.is_none() {
                            let at = p.pos;
                            p.raise_tokens(
                                "bytes can only contain ASCII literal characters",
                                at,
                                at,
                            );
                        }
                        let raw = spelling[..quote].contains(['r', 'R']);
                        let body = escape::body(&spelling[quote..]);
                        if !raw
                            && p.raised.is_none()
                            && let Some(message) = escape::error(body, is_bytes)
                        {
                            let at = p.pos;
                            p.raise_tokens(message, at, at);
                        }
                        bytes |= is_bytes;
                        plain |= !is_bytes;
                        p.pos += 1;
                    }
                    Kind::FStringStart => {
                        formatted = true;
                        shape = Shape::FString;
                        p.interpolated(false)?;
                    }
                    Kind::TStringStart => {
                        template = true;
                        shape = Shape::TString;
                        p.interpolated(true)?;
                    }
                    _ => break,
                }
                if p.raised.is_some() {
                    return None;
                }
            }
            if p.pos == first {
                return None;
            }
            let last = p.pos - 1;
            if template && (bytes || plain || formatted) {
                p.raise_tokens(
                    "cannot mix t-string literals with string or bytes literals",
                    first,
                    last,
                );
                return None;
            }
            if bytes && (plain || formatted) {
                p.raise_here("cannot mix bytes and nonbytes literals");
                return None;
            }
            Some(p.node(shape, first, Vec::new()))
        })
    }

    fn interpolated(&mut self, template: bool) -> Option<()> {
        let (start, middle, end) = if template {
            (Kind::TStringStart, Kind::TStringMiddle, Kind::TStringEnd)
        } else {
            (Kind::FStringStart, Kind::FStringMiddle, Kind::FStringEnd)
        };
        let opening = self.kind(start)?;
        let spelling = self.spelling(self.tokens.list[opening]);
        let raw = spelling.contains(['r', 'R']);
        loop {
            if self.maybe(|p| p.replacement_field(template)) {
                continue;
            }
            let Some(text) = self.attempt(|p| p.kind(middle)) else {
                break;
            };
            let body = self.spelling(self.tokens.list[text]);
            if !raw && let Some(message) = escape::error(body, false) {
                self.raise_tokens(message, text, text);
            }
        }
        self.kind(end)?;
        Some(())
    }

    fn replacement_field(&mut self, template: bool) -> Option<()> {
        if let Some(done) = self.attempt(|p| {
            p.op("{")?;
            p.annotated_rhs()?;
            p.maybe(|p| p.op("="));
            p.maybe(|p| p.conversion(template));
            p.maybe(|p| p.format_specification(template));
            p.op("}")?;
            Some(())
        }) {
            return Some(done);
        }
        self.invalid(|p| p.invalid_replacement_field(template));
        None
    }

    fn format_specification(&mut self, template: bool) -> Option<()> {
        self.op(":")?;
        self.format_parts(template);
        Some(())
    }

    fn format_parts(&mut self, template: bool) {
        let middle = if template {
            Kind::TStringMiddle
        } else {
            Kind::FStringMiddle
        };
        while self.maybe(|p| p.kind(middle)) || self.maybe(|p| p.replacement_field(template)) {}
    }

    fn conversion(&mut self, template: bool) -> Option<()> {
        let word = if template { "t" } else { "f" };
        let mark = self.op("!")?;
        let name = self.name()?;
        let (before, token) = (self.tokens.list[mark], self.tokens.list[name]);
        if before.end != token.start {
            return self.raise_tokens(
                format!(
                    "{word}-string: conversion type must come right after the exclamation mark"
                ),
                mark,
                name,
            );
        }
        let spelling = self.spelling(token);
        if !matches!(spelling, "s" | "r" | "a") {
            return self.raise_tokens(
                format!("{word}-string: invalid conversion character '{spelling}': expected 's', 'r', or 'a'"),
                name,
                name,
            );
        }
        Some(())
    }

    fn any_op(&mut self, all: &[&str]) -> Option<usize> {
        all.iter().find_map(|operator| self.op(operator))
    }

    fn invalid_replacement_field(&mut self, template: bool) -> Option<()> {
        let word = if template { "t" } else { "f" };
        for operator in ["=", "!", ":", "}"] {
            self.attempt(|p| {
                p.op("{")?;
                let at = p.op(operator)?;
                p.raise_tokens(
                    format!("{word}-string: valid expression required before '{operator}'"),
                    at,
                    at,
                )
            });
        }
        self.attempt(|p| {
            p.op("{")?;
            p.not(Self::annotated_rhs)?;
            p.raise_next(format!(
                "{word}-string: expecting a valid expression after '{{'"
            ))
        });
        self.attempt(|p| {
            p.op("{")?;
            p.annotated_rhs()?;
            p.not(|p| p.any_op(&["=", "!", ":", "}"]))?;
            p.raise_next(format!(
                "{word}-string: expecting '=', or '!', or ':', or '}}'"
            ))
        });
        self.attempt(|p| {
            p.op("{")?;
            p.annotated_rhs()?;
            p.op("=")?;
            p.not(|p| p.any_op(&["!", ":", "}"]))?;
            p.raise_next(format!("{word}-string: expecting '!', or ':', or '}}'"))
        });
        self.attempt(|p| {
            p.field_start()?;
            p.op("!")?;
            p.ahead(|p| p.any_op(&[":", "}"]))?;
            p.raise_next(format!("{word}-string: missing conversion character"))
        });
        self.attempt(|p| {
            p.field_start()?;
            p.op("!")?;
            p.not(Self::name)?;
            p.raise_next(format!("{word}-string: invalid conversion character"))
        });
        self.attempt(|p| {
            p.field_start()?;
            p.maybe(|p| {
                p.op("!")?;
                p.name()
            });
            p.not(|p| p.any_op(&[":", "}"]))?;
            p.raise_next(format!("{word}-string: expecting ':' or '}}'"))
        });
        self.attempt(|p| {
            p.field_start()?;
            p.maybe(|p| {
                p.op("!")?;
                p.name()
            });
            p.op(":")?;
            p.format_parts(template);
            p.not(|p| p.op("}"))?;
            p.raise_next(format!("{word}-string: expecting '}}', or format specs"))
        });
        self.attempt(|p| {
            p.field_start()?;
            p.maybe(|p| {
                p.op("!")?;
                p.name()
            });
            p.not(|p| p.op("}"))?;
            p.raise_next(format!("{word}-string: expecting '}}'"))
        })
    }

    fn field_start(&mut self) -> Option<()> {
        self.op("{")?;
        self.annotated_rhs()?;
        self.maybe(|p| p.op("="));
        Some(())
    }
}
