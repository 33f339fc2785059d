//! What a text file shows of itself: its attributes and its `repr`.

use grwl_object::{PyResult, Ref, Slot, Str, Thread, Value, ValueExt, int, none, protocol, types};
use grwl_text::TextBuilder;

use super::{R, TEXT_IO, TextIo, attached, check_initialised, this};
use crate::names as n;
use crate::newline::seen_value;
use crate::object::{attribute, bool_member, shown_name};

fn get_slot(thread: &Thread, this: Ref<TextIo>, slot: &Slot) -> PyResult {
    check_initialised(thread, this)?;
    Ok(slot.load().unwrap_or_else(none))
}

pub(super) fn get_encoding(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(this(value).encoding.load().unwrap_or_else(none))
}

pub(super) fn get_errors(thread: &mut Thread, value: Value) -> PyResult {
    get_slot(thread, this(value), &this(value).errors)
}

pub(super) fn get_buffer(thread: &mut Thread, value: Value) -> PyResult {
    attached(thread, this(value))
}

pub(super) fn get_line_buffering(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).line_buffering.load(R)))
}

pub(super) fn get_write_through(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).write_through.load(R)))
}

pub(super) fn get_closed(thread: &mut Thread, value: Value) -> PyResult {
    let file = attached(thread, this(value))?;
    attribute(thread, file, &n::CLOSED)
}

pub(super) fn get_name(thread: &mut Thread, value: Value) -> PyResult {
    let file = attached(thread, this(value))?;
    attribute(thread, file, &n::NAME)
}

pub(super) fn get_newlines(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    attached(thread, this)?;
    if let Some(decoder) = this.decoder.load() {
        let name = n::NEWLINES.get(thread);
        return Ok(protocol::find_attribute(thread, decoder, name)?.unwrap_or_else(none));
    }
    let seen = this
        .lock
        .nested(thread, |_| Ok(this.native.borrow().newlines.seen))?;
    seen_value(thread, seen)
}

pub(super) fn get_chunk_size(thread: &mut Thread, value: Value) -> PyResult {
    attached(thread, this(value))?;
    Ok(int::from_usize(thread, this(value).chunk_size.load(R)))
}

pub(super) fn set_chunk_size(
    thread: &mut Thread,
    value: Value,
    size: Option<Value>,
) -> PyResult<()> {
    attached(thread, this(value))?;
    let Some(size) = size else {
        return Err(thread.raise(
            &types::ATTRIBUTE_ERROR,
            format_args!(
                "attribute '_CHUNK_SIZE' of '{}' objects cannot be deleted",
                TEXT_IO.name()
            ),
        ));
    };
    let size = protocol::convert::as_index_or(thread, size, &types::VALUE_ERROR)?;
    if size <= 0 {
        return Err(thread.value_error("a strictly positive integer is required"));
    }
    this(value).chunk_size.store(size as usize, R);
    Ok(())
}

pub(super) fn get_finalizing(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).finalizing.load(R)))
}

pub(super) fn set_finalizing(
    thread: &mut Thread,
    value: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let new = bool_member(thread, new)?;
    this(value).finalizing.store(new, R);
    Ok(())
}

pub(super) fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let this = this(value);
    check_initialised(thread, this)?;
    let class = value.class();
    let mut text = TextBuilder::new();
    text.push_str(&format!("<{}", class.name()));
    if let Some(name) = shown_name(thread, value)? {
        text.push_str(" name=");
        text.push_text(name.text());
    }
    let name = n::MODE.get(thread);
    if let Some(mode) = protocol::find_attribute(thread, value, name)? {
        text.push_str(" mode=");
        let mode = protocol::repr(thread, mode)?;
        text.push_text(mode.text());
    }
    let encoding = protocol::repr(thread, this.encoding.load().unwrap_or_else(none))?;
    text.push_str(" encoding=");
    text.push_text(encoding.text());
    text.push_str(">");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}
