//! `len`, `repr`, pickling, and what else a set says of itself.

use grwl_object::list::List;
use grwl_object::set::Set;
use grwl_object::{
    Buffer, Name, PyResult, Ref, Thread, Tuple, Value, ValueExt, none, protocol, types,
};
use grwl_text::TextBuilder;

use crate::receiver;

pub(super) fn length(thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(receiver::set(thread, this)?.len())
}

/// The elements as they are at one moment, in a list.
fn elements(thread: &mut Thread, set: Ref<Set>) -> PyResult<Ref<List>> {
    let mut buffer = Buffer::with_capacity(thread, set.len())?;
    for (element, _) in set.snapshot(thread)? {
        buffer.push(thread, element)?;
    }
    Ok(List::from_buffer(thread, buffer))
}

pub(super) fn repr(thread: &mut Thread, this: Value) -> PyResult {
    protocol::text::written(thread, this, write_repr)
}

/// Writes the `repr`.
pub(crate) fn write_repr(thread: &mut Thread, this: Value, text: &mut TextBuilder) -> PyResult<()> {
    let set = receiver::set(thread, this)?;
    let name = format!("{}", this.class().name());
    let Some(_showing) = protocol::Showing::begin(this) else {
        text.push_str(&format!("{name}(...)"));
        return Ok(());
    };
    let elements = set.snapshot(thread)?;
    let is_set = std::ptr::eq(this.class().as_ptr(), &raw const types::SET);
    let mut is_first = true;
    for (element, _) in elements {
        let before = match (is_first, is_set) {
            (true, true) => "{",
            (true, false) => "({",
            (false, _) => ", ",
        };
        if is_first && !is_set {
            text.push_str(&name);
        }
        text.push_str(before);
        is_first = false;
        protocol::write_repr(thread, element, text)?;
    }
    if is_first {
        text.push_str(&format!("{name}()"));
    } else {
        text.push_str(if is_set { "}" } else { "})" });
    }
    Ok(())
}

/// `(type, ([elements],), state)`
pub(super) fn reduce(thread: &mut Thread, this: Value) -> PyResult {
    static GET_STATE: Name = Name::new("__getstate__");
    let set = receiver::set(thread, this)?;
    let list = elements(thread, set)?.value();
    let args = Tuple::new(thread, &[list]).value();
    let name = GET_STATE.get(thread);
    let state = match protocol::find_attribute(thread, this, name)? {
        Some(get_state) => protocol::call_positional(thread, get_state, &[])?,
        None => none(),
    };
    let class = this.class().value();
    Ok(Tuple::new(thread, &[class, args, state]).value())
}

pub(super) fn size_of(thread: &mut Thread, this: Value) -> PyResult {
    let set = receiver::set(thread, this)?;
    Ok(Value::small(set.size_in_bytes() as i64))
}

pub(super) fn class_getitem(thread: &mut Thread, class: Value, parameters: Value) -> PyResult {
    grwl_object::class::generic_alias(thread, class, parameters)
}
