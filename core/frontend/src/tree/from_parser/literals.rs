//! Literals: numbers, strings, and strings with fields.
//!
//! The parser keeps the parts of implicitly concatenated strings apart; in a node, neighbouring texts are one `Constant` from the first's start to
//! the last's end, and empty texts are left out.

use num_bigint::BigInt;
use ruff_python_ast::str_prefix::StringLiteralPrefix;
use ruff_python_ast::{
    self as ast, AnyStringFlags, ConversionFlag, FStringPart, InterpolatedStringElement,
};
use ruff_text_size::{TextRange, TextSize};
use rustpython_codegen::{
    interpolated_string_literal_value, string_literal_part_value, string_literal_value,
};
use rustpython_wtf8::Wtf8Buf;

use super::Reader;
use super::expressions::constant;
use crate::code::Const;
use crate::interpolation::Field;
use crate::tree::{Item, Kind, Node, Span};

/// A number.
pub(super) fn number(number: &ast::Number) -> Const {
    match number {
        ast::Number::Int(int) => match int.as_u64().map(i64::try_from) {
            Some(Ok(small)) => Const::Int(small),
            Some(Err(_)) => Const::BigInt(Box::new(BigInt::from(int.as_u64().unwrap_or(0)))),
            None => {
                let big = rustpython_codegen::compile::ruff_int_to_bigint(int);
                Const::BigInt(Box::new(big.unwrap_or_default()))
            }
        },
        ast::Number::Float(float) => Const::Float(*float),
        ast::Number::Complex { real, imag } => Const::Complex {
            real: *real,
            imag: *imag,
        },
    }
}

/// The `kind` of a string that begins with this prefix.
fn kind_of(prefix: StringLiteralPrefix) -> Item {
    match prefix {
        StringLiteralPrefix::Unicode => Item::string("u"),
        _ => Item::Absent,
    }
}

/// Gathers the values of a string with fields.
struct Parts {
    values: Vec<Node>,
    /// Text that waits for what follows it.
    text: Option<(Wtf8Buf, TextRange, Item)>,
}

impl Reader<'_> {
    pub(super) fn string(&self, inner: &ast::ExprStringLiteral, span: Span) -> Node {
        let value = string_literal_value(self.file, &inner.value);
        let first = inner.value.iter().next();
        let kind = first.map_or(Item::Absent, |first| kind_of(first.flags.prefix()));
        constant(span, Const::Str(value.into_box()), kind)
    }

    pub(super) fn f_string(&self, inner: &ast::ExprFString, span: Span) -> Node {
        let mut parts = Parts::new();
        for part in &inner.value {
            match part {
                FStringPart::Literal(literal) => {
                    let value = string_literal_part_value(self.file, literal);
                    parts.push_text(&value, literal.range, kind_of(literal.flags.prefix()));
                }
                FStringPart::FString(string) => {
                    self.elements(&mut parts, &string.elements, string.flags.into(), false);
                }
            }
        }
        let values = parts.finish(self);
        Node::new(Kind::JoinedStr, span, vec![Item::nodes(values)])
    }

    pub(super) fn t_string(&self, inner: &ast::ExprTString, span: Span) -> Node {
        let mut parts = Parts::new();
        for string in &inner.value {
            self.elements(&mut parts, &string.elements, string.flags.into(), true);
        }
        let values = parts.finish(self);
        Node::new(Kind::TemplateStr, span, vec![Item::nodes(values)])
    }

    fn elements(
        &self,
        parts: &mut Parts,
        elements: &ast::InterpolatedStringElements,
        flags: AnyStringFlags,
        template: bool,
    ) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    let value = interpolated_string_literal_value(self.file, literal, flags);
                    parts.push_text(&value, literal.range, Item::Absent);
                }
                InterpolatedStringElement::Interpolation(field) => {
                    self.field(parts, field, flags, template);
                }
            }
        }
    }

    fn field(
        &self,
        parts: &mut Parts,
        field: &ast::InterpolatedElement,
        flags: AnyStringFlags,
        template: bool,
    ) {
        let read = Field::read(field, self.text);
        let mut conversion = match field.conversion {
            ConversionFlag::None => -1,
            ConversionFlag::Str => i32::from(b's'),
            ConversionFlag::Repr => i32::from(b'r'),
            ConversionFlag::Ascii => i32::from(b'a'),
        };
        if field.debug_text.is_some() {
            parts.push_text(&Wtf8Buf::from(read.whole()), read.range(), Item::Absent);
            if conversion == -1 && field.format_spec.is_none() {
                conversion = i32::from(b'r');
            }
        }
        let spec = field.format_spec.as_ref().map(|spec| {
            let mut parts = Parts::new();
            self.elements(&mut parts, &spec.elements, flags, false);
            // The specification begins with its colon.
            let start = spec.range.start() - TextSize::new(1);
            let span = self.span(TextRange::new(start, spec.range.end()));
            let values = parts.finish(self);
            Node::new(Kind::JoinedStr, span, vec![Item::nodes(values)])
        });
        let value = self.expression(&field.expression).into();
        let spec = Item::optional(spec);
        let conversion = Item::Int(conversion);
        let span = self.span(field.range);
        let node = if template {
            let text = Item::string(read.expression());
            Node::new(
                Kind::Interpolation,
                span,
                vec![value, text, conversion, spec],
            )
        } else {
            Node::new(Kind::FormattedValue, span, vec![value, conversion, spec])
        };
        parts.push_node(self, node);
    }
}

impl Parts {
    fn new() -> Self {
        Self {
            values: Vec::new(),
            text: None,
        }
    }

    fn push_text(&mut self, value: &Wtf8Buf, range: TextRange, kind: Item) {
        match &mut self.text {
            Some((text, place, _)) => {
                text.push_wtf8(value);
                *place = TextRange::new(place.start(), range.end());
            }
            None => self.text = Some((value.clone(), range, kind)),
        }
    }

    fn push_node(&mut self, reader: &Reader<'_>, node: Node) {
        self.flush(reader);
        self.values.push(node);
    }

    fn flush(&mut self, reader: &Reader<'_>) {
        if let Some((text, range, kind)) = self.text.take()
            && !text.is_empty()
        {
            let text = Const::Str(text.into_box());
            self.values.push(constant(reader.span(range), text, kind));
        }
    }

    fn finish(mut self, reader: &Reader<'_>) -> Vec<Node> {
        self.flush(reader);
        self.values
    }
}
