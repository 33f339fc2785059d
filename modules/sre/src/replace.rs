//! `sub` and `subn`.

use grwl_object::{
    Args, Buffer, PyResult, Ref, Signature, Thread, Value, ValueExt, none, protocol, slots,
};

use crate::matched;
use crate::pattern::Pattern;
use crate::search::{How, Searcher, Subject, check_kind};
use crate::template::{self, Template};

/// What comes in the place of a match.
#[derive(Clone, Copy)]
enum Replacement {
    /// Always the same.
    Literal(Value),
    /// What this returns, given the match.
    Function(Value),
    /// This, with the groups in their places.
    Template(Ref<Template>),
}

fn replacement(thread: &mut Thread, pattern: Ref<Pattern>, value: Value) -> PyResult<Replacement> {
    if value.class().slot(slots::CALL).is_some() {
        return Ok(Replacement::Function(value));
    }
    // What is no text fails when it is compiled.
    if let Ok(subject) = Subject::new(thread, value)
        && subject.text().codes().all(|code| code != u32::from(b'\\'))
    {
        return Ok(Replacement::Literal(value));
    }
    let compiled = template::compile(thread, pattern, value)?;
    Ok(match compiled.downcast::<Template>() {
        Some(template) => match template.literal() {
            Some(literal) => Replacement::Literal(literal),
            None => Replacement::Template(template),
        },
        None if compiled.class().slot(slots::CALL).is_some() => Replacement::Function(compiled),
        None => Replacement::Literal(compiled),
    })
}

/// The string with matches replaced, and how many were.
pub(crate) fn replace(
    thread: &mut Thread,
    pattern: Ref<Pattern>,
    args: Args<'_>,
    signature: &Signature<3>,
) -> PyResult<(Value, usize)> {
    let [value, string, limit] = args.parse(thread, signature)?;
    let limit = match limit {
        Some(limit) => protocol::as_isize(thread, limit)?,
        None => 0,
    };
    let replacement = replacement(thread, pattern, value.unwrap_or_else(none))?;
    let subject = Subject::new(thread, string.unwrap_or_else(none))?;
    check_kind(thread, pattern, subject.is_bytes())?;
    let mut searcher = Searcher::new(pattern, &subject, 0, isize::MAX);
    let mut pieces = Buffer::new();
    let (mut count, mut last) = (0, 0);
    while limit == 0 || count < limit {
        let Some(found) = searcher.next(thread, How::Search)? else {
            break;
        };
        if last < found.start() {
            let between = subject.slice(thread, last, found.start())?;
            pieces.push(thread, between)?;
        }
        let item = match replacement {
            Replacement::Literal(literal) => literal,
            Replacement::Function(function) => {
                let end = searcher.end;
                let found = matched::make(thread, pattern, subject.object, &found, 0, end)?;
                protocol::call_positional(thread, function, &[found])?
            }
            Replacement::Template(template) => {
                let end = searcher.end;
                let found = matched::make(thread, pattern, subject.object, &found, 0, end)?;
                template::expand(thread, template, found, &subject)?
            }
        };
        if !item.is_none() {
            pieces.push(thread, item)?;
        }
        last = found.end();
        count += 1;
    }
    if last < searcher.end {
        let rest = subject.slice(thread, last, searcher.end)?;
        pieces.push(thread, rest)?;
    }
    let made = if pieces.is_empty() {
        subject.slice(thread, 0, 0)?
    } else {
        template::join(thread, &subject, &pieces)?
    };
    Ok((made, count.cast_unsigned()))
}
