//! The signatures of type comments, `(int, *str) -> bool`: what `compile` reads in the mode `func_type`.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{
    Mode as ParserMode, ParseOptions, parse_expression_range, parse_unchecked,
};
use ruff_text_size::{Ranged as _, TextRange, TextSize};

use super::from_parser::Reader;
use super::{Item, Kind, Node, Span};

/// The node, or where the text is wrong.
pub(crate) fn read(reader: &Reader<'_>) -> Result<Node, (usize, usize)> {
    let parsed = parse_unchecked(reader.text, ParseOptions::from(ParserMode::Module));
    let tokens: Vec<Token> = parsed
        .tokens()
        .iter()
        .copied()
        .filter(|token| {
            !matches!(
                token.kind(),
                TokenKind::Comment
                    | TokenKind::NonLogicalNewline
                    | TokenKind::Newline
                    | TokenKind::Indent
                    | TokenKind::Dedent
                    | TokenKind::EndOfFile
            )
        })
        .collect();
    Parts {
        reader,
        tokens: &tokens,
        next: 0,
    }
    .read()
}

struct Parts<'r> {
    reader: &'r Reader<'r>,
    tokens: &'r [Token],
    next: usize,
}

impl Parts<'_> {
    fn kind(&self) -> Option<TokenKind> {
        self.tokens.get(self.next).map(|token| token.kind())
    }

    fn wrong(&self) -> (usize, usize) {
        let end = self.reader.text.len();
        self.tokens.get(self.next).map_or((end, end), |token| {
            (token.start().to_usize(), token.end().to_usize())
        })
    }

    fn expect(&mut self, kind: TokenKind) -> Result<(), (usize, usize)> {
        if self.kind() == Some(kind) {
            self.next += 1;
            return Ok(());
        }
        Err(self.wrong())
    }

    fn read(mut self) -> Result<Node, (usize, usize)> {
        self.expect(TokenKind::Lpar)?;
        let mut arguments = Vec::new();
        let mut stars = 0;
        while self.kind() != Some(TokenKind::Rpar) {
            if !arguments.is_empty() {
                self.expect(TokenKind::Comma)?;
            }
            let wanted = match self.kind() {
                Some(TokenKind::Star) => 1,
                Some(TokenKind::DoubleStar) => 2,
                _ => 0,
            };
            // After `*` only `**` may come, after `**` nothing.
            if wanted < stars || (wanted > 0 && wanted == stars) || (stars > 0 && wanted == 0) {
                return Err(self.wrong());
            }
            if wanted > 0 {
                stars = wanted;
                self.next += 1;
            }
            arguments.push(self.expression(&[TokenKind::Comma, TokenKind::Rpar])?);
        }
        self.next += 1;
        self.expect(TokenKind::Rarrow)?;
        let returns = self.expression(&[])?;
        if self.next < self.tokens.len() {
            return Err(self.wrong());
        }
        let fields = vec![Item::nodes(arguments), returns.into()];
        Ok(Node::new(Kind::FunctionType, Span::default(), fields))
    }

    /// An expression up to one of these tokens outside of brackets.
    fn expression(&mut self, ends: &[TokenKind]) -> Result<Node, (usize, usize)> {
        let first = self.next;
        let mut open = 0_usize;
        while let Some(kind) = self.kind() {
            if open == 0 && ends.contains(&kind) {
                break;
            }
            match kind {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    open = open.saturating_sub(1);
                }
                _ => {}
            }
            self.next += 1;
        }
        if first == self.next {
            return Err(self.wrong());
        }
        let start: TextSize = self.tokens[first].start();
        let range = TextRange::new(start, self.tokens[self.next - 1].end());
        let parsed = parse_expression_range(self.reader.text, range).map_err(|error| {
            (
                error.location.start().to_usize(),
                error.location.end().to_usize(),
            )
        })?;
        let expression = &parsed.syntax().body;
        if crate::depth::measure_expression(expression).is_err() {
            let found = self.wrong();
            crate::depth::drop_deep(parsed.into_syntax().into(), self.reader.text.len());
            return Err(found);
        }
        // A bare tuple is no expression here.
        let bare = expression
            .as_tuple_expr()
            .is_some_and(|tuple| !tuple.parenthesized);
        if bare || expression.is_starred_expr() || expression.is_yield_expr() {
            return Err((start.to_usize(), range.end().to_usize()));
        }
        Ok(self.reader.expression(expression))
    }
}
