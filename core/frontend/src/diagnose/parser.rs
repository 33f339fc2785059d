//! The machinery of the error finder: a backtracking parser over a list of tokens.
//!
//! The grammar (in the sibling files) is an ordered choice grammar, read by recursive functions that answer
//! `Option`: `None` is "not here", and the caller goes back to where it was. What makes CPython's
//! error messages comes on top:
//!
//! - *How far was looked.* `fill` counts the tokens that anything has looked at. A program that
//!   fits no rule is wrong at the last of them.
//! - *Two passes.* The first reads the grammar alone. In the second, `explain` is set and rules for
//!   wrong programs take part; the first of them that fits raises its error.
//! - *Memory.* Rules with a slot in [`Rule`] answer from memory the second time, as CPython's do.
//!
//! Invariants
//! - Once `raised` is set nothing overwrites it, and no rule succeeds by consuming tokens.
//! - A function that answers `None` may leave `pos` anywhere; [`Parser::attempt`] puts it back.

use std::collections::HashMap;

use crate::error::ErrorKind;

use super::token::{KEYWORDS, Kind, SOFT_KEYWORDS, Token};
use super::tokenizer::{Found, Span, Teller, Tokens};

/// What a piece of the program is: as much of a tree as messages ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Name,
    True,
    False,
    None,
    Ellipsis,
    Literal,
    FString,
    TString,
    Attribute,
    Subscript,
    Call,
    Starred,
    List,
    Tuple,
    Set,
    Dict,
    ListComp,
    SetComp,
    DictComp,
    Generator,
    Lambda,
    Conditional,
    Named,
    Operation,
    Compare,
    /// A comparison whose first operator is `in`.
    CompareIn,
    Await,
    Yield,
}

impl Shape {
    /// The words for it in messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::True => "True",
            Self::False => "False",
            Self::None => "None",
            Self::Ellipsis => "ellipsis",
            Self::Literal => "literal",
            Self::FString => "f-string expression",
            Self::TString => "t-string expression",
            Self::Attribute => "attribute",
            Self::Subscript => "subscript",
            Self::Call => "function call",
            Self::Starred => "starred",
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Set => "set display",
            Self::Dict => "dict literal",
            Self::ListComp => "list comprehension",
            Self::SetComp => "set comprehension",
            Self::DictComp => "dict comprehension",
            Self::Generator => "generator expression",
            Self::Lambda => "lambda",
            Self::Conditional => "conditional expression",
            Self::Named => "named expression",
            Self::Operation => "expression",
            Self::Compare | Self::CompareIn => "comparison",
            Self::Await => "await expression",
            Self::Yield => "yield expression",
        }
    }
}

/// A piece of the program: its shape, its first and last token, and, for some shapes, its parts.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) shape: Shape,
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) parts: Vec<NodeId>,
}

/// The number of a [`Node`].
pub(super) type NodeId = usize;

/// The rules with a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rule {
    SimpleStatement,
    Block,
    Expression,
    StarExpression,
    Disjunction,
    Conjunction,
    Inversion,
    BitwiseOr,
    BitwiseXor,
    BitwiseAnd,
    Shift,
    Sum,
    Term,
    Factor,
    AwaitPrimary,
    Primary,
    Strings,
    Arguments,
    StarTarget,
    TargetWithStarAtom,
    TPrimary,
    DelTarget,
    InvalidNamed,
    LambdaDef,
    ClosedPattern,
}

/// What has been raised.
#[derive(Clone, Debug)]
pub(super) enum Raised {
    /// By a rule for wrong programs.
    Rule(Found),
    /// The tokenizer could not go on.
    Token,
    /// The text ended inside of brackets.
    Unclosed,
}

/// The parser's state.
pub(super) struct Parser<'s> {
    pub(super) text: &'s str,
    pub(super) tokens: &'s Tokens,
    pub(super) pos: usize,
    pub(super) fill: usize,
    pub(super) explain: bool,
    pub(super) raised: Option<Raised>,
    pub(super) nodes: Vec<Node>,
    /// Where the tokenizer stood when something was raised.
    pub(super) cursor: usize,
    /// Where the last statement with blocks begins that was read to its end; functions are none. What is inside of one comes before it, and stays.
    pub(super) last_statement: Option<usize>,
    memory: HashMap<(Rule, usize), Option<(NodeId, usize)>>,
    depth: usize,
}

/// A program nested deeper than this is not looked at further.
const DEEPEST: usize = 12_000;

impl<'s> Parser<'s> {
    pub(super) fn new(text: &'s str, tokens: &'s Tokens) -> Self {
        Self {
            text,
            tokens,
            pos: 0,
            fill: 0,
            explain: false,
            raised: None,
            nodes: Vec::new(),
            cursor: 0,
            last_statement: None,
            memory: HashMap::new(),
            depth: 0,
        }
    }

    /// Back to the start for the second pass.
    pub(super) fn again(&mut self) {
        self.pos = 0;
        self.explain = true;
        self.memory.clear();
        self.nodes.clear();
    }

    // Tokens.

    pub(super) fn token(&mut self) -> Token {
        let pos = self.pos.min(self.tokens.list.len() - 1);
        let token = self.tokens.list[pos];
        self.fill = self.fill.max(pos + 1);
        if self.raised.is_none() {
            if token.kind == Kind::Broken {
                self.raised = Some(Raised::Token);
            } else if token.kind == Kind::End && !self.tokens.open.is_empty() {
                self.raised = Some(Raised::Unclosed);
            }
        }
        token
    }

    pub(super) fn spelling(&self, token: Token) -> &'s str {
        &self.text[token.start..token.end.min(self.text.len())]
    }

    /// The token of this kind that stands here.
    pub(super) fn kind(&mut self, kind: Kind) -> Option<usize> {
        (self.token().kind == kind && self.raised.is_none()).then(|| {
            self.pos += 1;
            self.pos - 1
        })
    }

    /// The operator that stands here.
    pub(super) fn op(&mut self, spelling: &str) -> Option<usize> {
        let token = self.token();
        (token.kind == Kind::Op && self.raised.is_none() && self.spelling(token) == spelling).then(
            || {
                self.pos += 1;
                self.pos - 1
            },
        )
    }

    /// The keyword, hard or soft, that stands here.
    pub(super) fn word(&mut self, word: &str) -> Option<usize> {
        let token = self.token();
        (token.kind == Kind::Name && self.raised.is_none() && self.spelling(token) == word).then(
            || {
                self.pos += 1;
                self.pos - 1
            },
        )
    }

    /// The name that stands here.
    pub(super) fn name(&mut self) -> Option<usize> {
        let token = self.token();
        let fits = token.kind == Kind::Name
            && self.raised.is_none()
            && !KEYWORDS.contains(&self.spelling(token));
        fits.then(|| {
            self.pos += 1;
            self.pos - 1
        })
    }

    pub(super) fn soft_keyword(&mut self) -> Option<usize> {
        let token = self.token();
        let fits = token.kind == Kind::Name
            && self.raised.is_none()
            && SOFT_KEYWORDS.contains(&self.spelling(token));
        fits.then(|| {
            self.pos += 1;
            self.pos - 1
        })
    }

    /// The operator must stand here: an error of its own, in the second pass.
    pub(super) fn forced(&mut self, spelling: &str) -> Option<usize> {
        if let Some(at) = self.op(spelling) {
            return Some(at);
        }
        if self.explain && self.raised.is_none() {
            let pos = self.pos.min(self.tokens.list.len() - 1);
            self.raise_tokens(format!("expected '{spelling}'"), pos, pos);
        }
        None
    }

    // Combinators.

    /// Tries a rule, and goes back if it does not fit.
    pub(super) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let pos = self.pos;
        let answer = rule(self);
        if self.raised.is_some() || answer.is_none() {
            self.pos = pos;
            return None;
        }
        answer
    }

    /// Goes over a rule if it fits.
    pub(super) fn maybe<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> bool {
        self.attempt(rule).is_some()
    }

    /// Does the rule fit here? Consumes nothing.
    pub(super) fn ahead<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<()> {
        let pos = self.pos;
        let answer = rule(self);
        self.pos = pos;
        (answer.is_some() && self.raised.is_none()).then_some(())
    }

    /// Does the rule not fit here? Consumes nothing.
    pub(super) fn not<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<()> {
        let pos = self.pos;
        let answer = rule(self);
        self.pos = pos;
        (answer.is_none() && self.raised.is_none()).then_some(())
    }

    /// As often as it fits.
    pub(super) fn many<T>(&mut self, mut rule: impl FnMut(&mut Self) -> Option<T>) -> Vec<T> {
        let mut all = Vec::new();
        while let Some(one) = self.attempt(&mut rule) {
            all.push(one);
        }
        all
    }

    /// Once or more.
    pub(super) fn some<T>(&mut self, rule: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let all = self.many(rule);
        (!all.is_empty()).then_some(all)
    }

    /// Once or more, with an operator between.
    pub(super) fn gather<T>(
        &mut self,
        separator: &str,
        mut rule: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut all = vec![self.attempt(&mut rule)?];
        while let Some(one) = self.attempt(|p| {
            p.op(separator)?;
            rule(p)
        }) {
            all.push(one);
        }
        Some(all)
    }

    /// A rule with a memory.
    pub(super) fn remembered(
        &mut self,
        rule: Rule,
        read: impl FnOnce(&mut Self) -> Option<NodeId>,
    ) -> Option<NodeId> {
        if self.raised.is_some() {
            return None;
        }
        let start = self.pos;
        if let Some(&known) = self.memory.get(&(rule, start)) {
            let (node, end) = known?;
            self.pos = end;
            return Some(node);
        }
        self.depth += 1;
        let answer = if self.depth > DEEPEST {
            self.raised.get_or_insert_with(|| {
                Raised::Rule(Found {
                    kind: ErrorKind::Memory,
                    message: "Parser stack overflowed - Python source too complex to parse"
                        .to_owned(),
                    span: Span::Point(0),
                    teller: Teller::Grammar,
                })
            });
            None
        } else {
            self.attempt(read)
        };
        self.depth -= 1;
        if self.raised.is_none() {
            self.memory
                .insert((rule, start), answer.map(|node| (node, self.pos)));
        }
        answer
    }

    /// Reads something with the rules for wrong programs out of play.
    pub(super) fn unexplained<T>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let explain = std::mem::replace(&mut self.explain, false);
        let answer = self.attempt(rule);
        self.explain = explain;
        answer
    }

    /// Tries a rule for wrong programs, if they are in play. It never fits: it raises or does nothing.
    pub(super) fn invalid<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) {
        if self.explain && self.raised.is_none() {
            let pos = self.pos;
            let _ = rule(self);
            self.pos = pos;
        }
    }

    // Nodes.

    /// A node from a token to the last one consumed.
    pub(super) fn node(&mut self, shape: Shape, first: usize, parts: Vec<NodeId>) -> NodeId {
        let last = self.pos.max(first + 1) - 1;
        self.nodes.push(Node {
            shape,
            first,
            last,
            parts,
        });
        self.nodes.len() - 1
    }

    pub(super) fn shape(&self, node: NodeId) -> Shape {
        self.nodes[node].shape
    }

    // Raising.

    fn raise(&mut self, kind: ErrorKind, message: String, span: Span) {
        if self.raised.is_none() {
            self.cursor = self.tokens.list[self.fill.max(1) - 1].end;
            self.raised = Some(Raised::Rule(Found {
                kind,
                message,
                span,
                teller: Teller::Grammar,
            }));
        }
    }

    /// At the last token that was looked at.
    pub(super) fn raise_here(&mut self, message: impl Into<String>) -> Option<()> {
        self.raise_last(ErrorKind::Syntax, message.into())
    }

    /// An `IndentationError` at the last token that was looked at.
    pub(super) fn raise_indentation(&mut self, message: impl Into<String>) -> Option<()> {
        self.raise_last(ErrorKind::Indentation, message.into())
    }

    fn raise_last(&mut self, kind: ErrorKind, message: String) -> Option<()> {
        let at = self.fill.max(1) - 1;
        let token = self.tokens.list[at];
        if token.kind == Kind::End && !self.tokens.open.is_empty() {
            self.raised.get_or_insert(Raised::Unclosed);
            return None;
        }
        self.raise(kind, message, span_of(token));
        None
    }

    /// From the first to the last of two tokens.
    pub(super) fn raise_tokens(
        &mut self,
        message: impl Into<String>,
        first: usize,
        last: usize,
    ) -> Option<()> {
        let span = Span::Range(self.tokens.list[first].start, self.tokens.list[last].end);
        self.raise(ErrorKind::Syntax, message.into(), span);
        None
    }

    /// At the token that is next.
    pub(super) fn raise_next(&mut self, message: impl Into<String>) -> Option<()> {
        let pos = self.pos.min(self.tokens.list.len() - 1);
        let _ = self.token();
        self.raise_tokens(message, pos, pos)
    }

    /// At a node.
    pub(super) fn raise_at(&mut self, message: impl Into<String>, node: NodeId) -> Option<()> {
        let (first, last) = (self.nodes[node].first, self.nodes[node].last);
        self.raise_tokens(message, first, last)
    }

    /// From one node to another.
    pub(super) fn raise_between(
        &mut self,
        message: impl Into<String>,
        from: NodeId,
        to: NodeId,
    ) -> Option<()> {
        let (first, last) = (self.nodes[from].first, self.nodes[to].last);
        self.raise_tokens(message, first, last)
    }

    /// From a token to where the tokenizer stands: the end of the last token looked at.
    pub(super) fn raise_from(&mut self, message: impl Into<String>, first: usize) -> Option<()> {
        let start = self.tokens.list[first].start;
        let cursor = self.tokens.list[self.fill.max(1) - 1].end.max(1) - 1;
        self.raise(
            ErrorKind::Syntax,
            message.into(),
            Span::From(start, cursor.max(start)),
        );
        None
    }

    /// Any other range.
    pub(super) fn raise_span(&mut self, message: impl Into<String>, span: Span) -> Option<()> {
        self.raise(ErrorKind::Syntax, message.into(), span);
        None
    }

    /// The number of the line a token stands on.
    pub(super) fn line_of(&self, token: usize) -> usize {
        let start = self.tokens.list[token].start;
        1 + self.text.as_bytes()[..start]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
    }
}

/// Where an error at this token is shown. Tokens without text of their own are shown
/// where the tokenizer stands.
pub(super) fn span_of(token: Token) -> Span {
    match token.kind {
        Kind::Indent | Kind::Dedent | Kind::End => Span::Cursor(token.end),
        _ => Span::Range(token.start, token.end),
    }
}
