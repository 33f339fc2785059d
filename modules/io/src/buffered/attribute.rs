//! What a buffered file shows of itself: its attributes, its `repr`, its size.

use grwl_object::{GetSet, PyResult, Str, Thread, Value, ValueExt, int, none};

use super::raw::raw_of;
use super::{Buffered, R, this};
use crate::names as n;
use crate::object::{attribute, bool_member, shown_name};

fn get_raw(thread: &mut Thread, value: Value) -> PyResult {
    let _ = thread;
    Ok(this(value).raw.load().unwrap_or_else(none))
}

fn get_closed(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    attribute(thread, raw, &n::CLOSED)
}

fn get_name(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    attribute(thread, raw, &n::NAME)
}

fn get_mode(thread: &mut Thread, value: Value) -> PyResult {
    let raw = raw_of(thread, this(value))?;
    attribute(thread, raw, &n::MODE)
}

fn get_finalizing(_thread: &mut Thread, value: Value) -> PyResult {
    Ok(int::bool(this(value).finalizing.load(R)))
}

fn set_finalizing(thread: &mut Thread, value: Value, new: Option<Value>) -> PyResult<()> {
    let new = bool_member(thread, new)?;
    this(value).finalizing.store(new, R);
    Ok(())
}

pub(super) fn size_of_object(thread: &mut Thread, value: Value) -> PyResult {
    let total = size_of::<Buffered>()
        + if this(value).raw.load().is_some() {
            this(value).size.load(R)
        } else {
            0
        };
    Ok(int::from_usize(thread, total))
}

pub(super) fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class();
    let name = shown_name(thread, value)?;
    let mut text = grwl_text::TextBuilder::new();
    text.push_str(&format!("<{}", class.name()));
    if let Some(name) = name {
        text.push_str(" name=");
        text.push_text(name.text());
    }
    text.push_str(">");
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

pub(super) static GETSET: &[GetSet] = &[
    GetSet::read_only("raw", get_raw, None).member(),
    GetSet::new("_finalizing", get_finalizing, set_finalizing, None).member(),
    GetSet::read_only("closed", get_closed, None),
    GetSet::read_only("name", get_name, None),
    GetSet::read_only("mode", get_mode, None),
];
