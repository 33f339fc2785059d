//! `str.format` and `str.format_map`.

use std::ops::Range;

use grwl_object::{Args, PyResult, Ref, Str, Thread, Value, ValueExt, int, protocol};
use grwl_text::{Text, TextBuilder};

use crate::arguments::own;
use crate::fields::{Field, Key, Numbering, Step, first_name, next_markup, next_step};

/// How deep fields may be nested: in a format, and in a specification of it.
const DEPTH: usize = 2;

/// Where the values come from.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// The arguments of `format`.
    Arguments(Args<'a>),
    /// The argument of `format_map`.
    Mapping(Value),
}

struct Run<'a> {
    format: Ref<Str>,
    source: Source<'a>,
    numbering: Numbering,
}

/// `s.format(...)`
pub(crate) fn format(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult {
    run(thread, own(this), Source::Arguments(args))
}

/// `s.format_map(mapping)`
pub(crate) fn format_map(thread: &mut Thread, this: Value, mapping: Value) -> PyResult {
    run(thread, own(this), Source::Mapping(mapping))
}

fn run(thread: &mut Thread, format: Ref<Str>, source: Source<'_>) -> PyResult {
    let mut run = Run {
        format,
        source,
        numbering: Numbering::default(),
    };
    let text = run.build(thread, 0..format.len(), DEPTH)?;
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

impl Run<'_> {
    fn text(&self) -> Text<'_> {
        self.format.text()
    }

    fn build(
        &mut self,
        thread: &mut Thread,
        range: Range<usize>,
        depth: usize,
    ) -> PyResult<TextBuilder> {
        if depth == 0 {
            return Err(thread.value_error("Max string recursion exceeded"));
        }
        let mut out = TextBuilder::with_capacity(range.len() + 16);
        let mut at = range.start;
        loop {
            let markup = match next_markup(self.text(), &mut at, range.end) {
                Ok(Some(markup)) => markup,
                Ok(None) => return Ok(out),
                Err(fault) => return Err(thread.value_error(fault)),
            };
            out.push_text(self.text().slice(markup.literal));
            if let Some(field) = markup.field {
                let string = self.render(thread, &field, depth)?;
                out.push_text(string.text());
            }
        }
    }

    fn render(&mut self, thread: &mut Thread, field: &Field, depth: usize) -> PyResult<Ref<Str>> {
        let mut value = self.value_of(thread, field.name.clone())?;
        if let Some(conversion) = field.conversion {
            value = convert(thread, value, conversion)?.value();
        }
        let specification = if field.is_nested {
            let made = self.build(thread, field.specification.clone(), depth - 1)?;
            Str::from_buf(thread, &made.finish())?
        } else {
            self.part(thread, field.specification.clone())?
        };
        if !specification.is_empty() && value.downcast_exact::<Str>().is_some() {
            let made = crate::operators::format(thread, value, specification.value())?;
            return Ok(own(made));
        }
        protocol::format(thread, value, specification)
    }

    fn part(&self, thread: &Thread, range: Range<usize>) -> PyResult<Ref<Str>> {
        Str::try_from_text(thread, self.text().slice(range))
    }

    /// The object that a field's name leads to.
    fn value_of(&mut self, thread: &mut Thread, name: Range<usize>) -> PyResult {
        let read = first_name(self.text(), name.clone())
            .and_then(|(key, rest)| Ok((self.numbering.apply(key)?, rest)));
        let (key, mut at) = match read {
            Ok(read) => read,
            Err(fault) => return Err(thread.value_error(fault)),
        };
        let mut value = self.first(thread, key)?;
        loop {
            let step = match next_step(self.text(), &mut at, name.end) {
                Ok(Some(step)) => step,
                Ok(None) => return Ok(value),
                Err(fault) => return Err(thread.value_error(fault)),
            };
            value = match step {
                Step::Attribute(range) => {
                    let name = self.part(thread, range)?;
                    protocol::get_attribute(thread, value, name)?
                }
                Step::Item(Key::Name(range)) => {
                    let key = self.part(thread, range)?;
                    protocol::get_item(thread, value, key.value())?
                }
                Step::Item(Key::Index(index)) if protocol::iterate::is_sequence(value) => {
                    protocol::item::get_index(thread, value, index as isize)?
                }
                Step::Item(Key::Index(index)) => {
                    let key = int::from_usize(thread, index);
                    protocol::get_item(thread, value, key)?
                }
            };
        }
    }

    /// The object that the first part of a field's name stands for.
    fn first(&self, thread: &mut Thread, key: Key) -> PyResult {
        match (key, self.source) {
            (Key::Index(_), Source::Mapping(_)) => {
                Err(thread.value_error("Format string contains positional fields"))
            }
            (Key::Index(index), Source::Arguments(args)) => {
                args.by_position().get(index).copied().ok_or_else(|| {
                    thread.index_error(format_args!(
                        "Replacement index {index} out of range for positional args tuple"
                    ))
                })
            }
            (Key::Name(range), Source::Mapping(mapping)) => {
                let key = self.part(thread, range)?;
                protocol::get_item(thread, mapping, key.value())
            }
            (Key::Name(range), Source::Arguments(args)) => {
                let key = self.part(thread, range)?;
                let found = args.by_name().find(|(name, _)| name.equals(&key));
                match found {
                    Some((_, value)) => Ok(value),
                    None => Err(thread.key_error(key.value())),
                }
            }
        }
    }
}

fn convert(thread: &mut Thread, value: Value, conversion: u32) -> PyResult<Ref<Str>> {
    match char::from_u32(conversion) {
        Some('r') => protocol::repr(thread, value),
        Some('s') => protocol::str(thread, value),
        Some('a') => protocol::ascii(thread, value),
        Some(c @ '!'..='~') => {
            Err(thread.value_error(format_args!("Unknown conversion specifier {c}")))
        }
        _ => Err(thread.value_error(format_args!(
            "Unknown conversion specifier \\x{conversion:x}"
        ))),
    }
}
