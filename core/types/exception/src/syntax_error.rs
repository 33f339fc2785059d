//! `SyntaxError`: the message, and a tuple with the place.

use std::mem::offset_of;

use grwl_object::exception::detail::SyntaxError;
use grwl_object::int::{IntView, is_exact_int, view};
use grwl_object::{
    Args, PyResult, Ref, Str, Thread, TypeSpec, Value, ValueExt, none, protocol, slots,
};
use grwl_text::TextBuilder;

use crate::base;
use crate::member::member;

pub static SPEC: TypeSpec = TypeSpec {
    doc: Some("The source is not valid."),
    slots: &[slots::INIT.is(init), slots::STR.is(str)],
    getset: &[
        member::<{ offset_of!(SyntaxError, message) }>("msg", "the message"),
        member::<{ offset_of!(SyntaxError, filename) }>("filename", "the source's name"),
        member::<{ offset_of!(SyntaxError, line) }>("lineno", "the line"),
        member::<{ offset_of!(SyntaxError, offset) }>("offset", "the column"),
        member::<{ offset_of!(SyntaxError, text) }>("text", "the line's text"),
        member::<{ offset_of!(SyntaxError, end_line) }>("end_lineno", "the last line"),
        member::<{ offset_of!(SyntaxError, end_offset) }>("end_offset", "the last column"),
        member::<{ offset_of!(SyntaxError, print_file_and_line) }>(
            "print_file_and_line",
            "for who shows the error",
        ),
        member::<{ offset_of!(SyntaxError, metadata) }>("_metadata", "for the compiler"),
    ],
    ..TypeSpec::NONE
};

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    base::init(thread, value, args)?;
    let Some(this) = value.downcast::<SyntaxError>() else {
        return Ok(());
    };
    let values = args.by_position();
    if let Some(&message) = values.first() {
        thread.store(this, &this.message, Some(message));
    }
    let [_, details] = *values else {
        return Ok(());
    };
    let details = base::as_tuple(thread, details)?;
    let details = details.as_slice();
    let count = details.len();
    thread.store(this, &this.end_line, None);
    thread.store(this, &this.end_offset, None);
    if count < 4 {
        return Err(thread.type_error(format_args!(
            "function takes at least 4 arguments ({count} given)"
        )));
    }
    if count > 7 {
        return Err(thread.type_error(format_args!(
            "function takes at most 7 arguments ({count} given)"
        )));
    }
    let places = [
        &this.filename,
        &this.line,
        &this.offset,
        &this.text,
        &this.end_line,
        &this.end_offset,
        &this.metadata,
    ];
    for (slot, &detail) in places.into_iter().zip(details) {
        thread.store(this, slot, Some(detail));
    }
    if count == 5 {
        return Err(thread.type_error("end_offset must be provided when end_lineno is provided"));
    }
    Ok(())
}

fn str(thread: &mut Thread, value: Value) -> PyResult {
    let Some(this) = value.downcast::<SyntaxError>() else {
        return base::str(thread, value);
    };
    let message = this.message.load().unwrap_or_else(none);
    let filename = this.filename.load().and_then(|name| name.downcast::<Str>());
    let line = this.line.load().filter(|&line| is_exact_int(line));
    let message = protocol::str(thread, message)?;
    if filename.is_none() && line.is_none() {
        return Ok(message.value());
    }
    let mut out = TextBuilder::new();
    out.push_text(message.text());
    out.push_str(" (");
    if let Some(filename) = filename {
        // The part behind the last slash.
        let text = filename.text();
        let length = text.len();
        let base = (0..length)
            .rev()
            .find(|&index| text.at(index) == u32::from(b'/'))
            .map_or(0, |slash| slash + 1);
        out.push_text(text.slice(base..length));
        if line.is_some() {
            out.push_str(", ");
        }
    }
    if let Some(line) = line {
        let number = match view(line) {
            Some(IntView::Small(number)) => number,
            // As a C long that overflowed.
            _ => -1,
        };
        out.push_str(&format!("line {number}"));
    }
    out.push_str(")");
    Str::from_buf(thread, &out.finish()).map(Ref::value)
}
