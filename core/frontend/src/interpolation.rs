//! The text of replacement fields: what `{x = }` prints, and what an `Interpolation` calls its expression.
//!
//! CPython keeps the text between the braces up to the conversion, the format or the end, white space
//! included, comments taken out. A t-string's expression is that text without the `=` and
//! what follows it. The compiler cuts at the end of the expression and keeps comments within it.

use ruff_python_ast::{
    self as ast, AtomicNodeIndex, ConstantValue, ConversionFlag, Expr, InterpolatedStringElement,
    InterpolatedStringElements, InterpolatedStringLiteralElement,
};
use ruff_text_size::{Ranged as _, TextRange, TextSize};

/// Mends the fields of one f-string or t-string.
pub(crate) fn mend(elements: &mut InterpolatedStringElements, text: &str, template: bool) {
    let affected = elements.iter().any(|element| {
        element
            .as_interpolation()
            .is_some_and(|field| Field::read(field, text).affected(field, text, template))
    });
    if !affected {
        return;
    }
    let mut mended: Vec<InterpolatedStringElement> = Vec::new();
    for element in elements.iter().cloned() {
        let InterpolatedStringElement::Interpolation(mut field) = element else {
            mended.push(element);
            continue;
        };
        let read = Field::read(&field, text);
        if read.affected(&field, text, template) {
            if field.debug_text.take().is_some() {
                mended.push(literal(&read.whole, read.range));
                if matches!(field.conversion, ConversionFlag::None) && field.format_spec.is_none() {
                    field.conversion = ConversionFlag::Repr;
                }
            }
            if template {
                field.runtime_str = Some(ConstantValue::Str(read.expression.into()));
                field.runtime_interpolation_format_spec = field.format_spec.take().map(|spec| {
                    let string = ast::FString {
                        // The specification begins with its colon.
                        range: TextRange::new(
                            spec.range.start() - TextSize::new(1),
                            spec.range.end(),
                        ),
                        node_index: AtomicNodeIndex::NONE,
                        elements: spec.elements,
                        flags: ast::FStringFlags::empty(),
                    };
                    Box::new(Expr::from(string))
                });
            }
        }
        mended.push(InterpolatedStringElement::Interpolation(field));
    }
    if template && mended.len() == 1 {
        // A template that is one such field would be taken for the field alone.
        let end = mended[0].range().end();
        mended.push(literal("", TextRange::empty(end)));
    }
    *elements = InterpolatedStringElements::from(mended);
}

fn literal(text: &str, range: TextRange) -> InterpolatedStringElement {
    InterpolatedStringElement::Literal(InterpolatedStringLiteralElement {
        range,
        node_index: AtomicNodeIndex::NONE,
        value: text.into(),
    })
}

/// What stands in a field.
pub(crate) struct Field {
    /// All text up to the conversion, the format or the end, without comments.
    whole: String,
    /// The text that is the expression's.
    expression: String,
    range: TextRange,
    commented: bool,
}

impl Field {
    /// All text up to the conversion, the format or the end, without comments.
    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }

    /// The text that is the expression's.
    pub(crate) fn expression(&self) -> &str {
        &self.expression
    }

    /// Where the whole text stands.
    pub(crate) fn range(&self) -> TextRange {
        self.range
    }

    pub(crate) fn read(field: &ast::InterpolatedElement, text: &str) -> Self {
        let start = field.range.start().to_usize() + 1;
        let raw = match &field.debug_text {
            Some(debug) => debug.as_str(),
            None => {
                let end = field.format_spec.as_ref().map_or_else(
                    || field.range.end().to_usize() - 1,
                    |spec| {
                        let before = &text[start..spec.range.start().to_usize()];
                        start + before.rfind(':').unwrap_or(before.len())
                    },
                );
                let raw = text.get(start..end).unwrap_or_default();
                if matches!(field.conversion, ConversionFlag::None) {
                    raw
                } else {
                    raw.rfind('!').map_or(raw, |mark| &raw[..mark])
                }
            }
        };
        let whole = without_comments(raw);
        let expression = if field.debug_text.is_some() {
            whole
                .rfind('=')
                .map_or(whole.as_str(), |equal| &whole[..equal])
        } else {
            whole.as_str()
        };
        let width = u32::try_from(raw.len()).unwrap_or(u32::MAX);
        let range_start = field.range.start() + TextSize::new(1);
        Self {
            expression: expression.to_owned(),
            range: TextRange::new(range_start, range_start + TextSize::new(width)),
            commented: whole.len() != raw.len(),
            whole,
        }
    }

    /// Does the compiler see it otherwise?
    fn affected(&self, field: &ast::InterpolatedElement, text: &str, template: bool) -> bool {
        if field.debug_text.is_some() && self.commented {
            return true;
        }
        let start = field.range.start().to_usize() + 1;
        let cut = text.get(start..field.expression.range().end().to_usize());
        template && cut != Some(self.expression.as_str())
    }
}

/// Takes comments out, but no `#` within a string.
fn without_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        match next {
            '#' => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
            }
            '"' | '\'' => {
                let end = string_end(rest, next);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            _ => {
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    out
}

/// How long the string is that begins with this quote.
fn string_end(text: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    let close = if text.starts_with(&triple) {
        triple
    } else {
        quote.to_string()
    };
    let mut at = close.len();
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(&close) {
            return at + close.len();
        }
        let step = if rest.starts_with('\\') { 2 } else { 1 };
        at += rest.chars().take(step).map(char::len_utf8).sum::<usize>();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_go_and_strings_stay() {
        assert_eq!(without_comments("x # c\n = "), "x \n = ");
        assert_eq!(without_comments("'#' + \"\\\"#\""), "'#' + \"\\\"#\"");
        assert_eq!(without_comments("'''#''' # c"), "'''#''' ");
    }
}
