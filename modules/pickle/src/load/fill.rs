//! What is put into tuples, lists, dictionaries and sets.
//!
//! An exact built-in container is filled directly; any other object by the methods that CPython calls.

use grwl_object::dict::Dict;
use grwl_object::list::List;
use grwl_object::set::Set;
use grwl_object::{PyResult, Thread, Tuple, Value, ValueExt, protocol};

use super::Load;
use crate::optional;

impl Load<'_> {
    pub(super) fn tuple(&mut self, thread: &mut Thread, length: usize) -> PyResult<()> {
        if self.stack.len() < self.fence() + length {
            return Err(self.underflow(thread));
        }
        let from = self.stack.len() - length;
        let value = Tuple::try_new(thread, &self.stack[from..])?.value();
        self.stack.truncate(from);
        self.push(thread, value)
    }
}

pub(super) fn append(
    thread: &mut Thread,
    list: Value,
    values: &[Value],
    is_single: bool,
) -> PyResult<()> {
    if let Some(list) = list.downcast_exact::<List>() {
        for &value in values {
            list.push(thread, value)?;
        }
        return Ok(());
    }
    if values.is_empty() {
        return Ok(());
    }
    if !is_single && let Some(extend) = optional(thread, list, "extend")? {
        let values = List::from_slice(thread, values)?.value();
        protocol::call_positional(thread, extend, &[values])?;
        return Ok(());
    }
    let append = protocol::get_attribute_str(thread, list, "append")?;
    for &value in values {
        protocol::call_positional(thread, append, &[value])?;
    }
    Ok(())
}

pub(super) fn set_items(thread: &mut Thread, dict: Value, values: &[Value]) -> PyResult<()> {
    let exact = dict.downcast_exact::<Dict>();
    for pair in values.chunks_exact(2) {
        match exact {
            Some(dict) => dict.insert(thread, pair[0], pair[1])?,
            None => protocol::set_item(thread, dict, pair[0], pair[1])?,
        }
    }
    Ok(())
}

pub(super) fn add_items(thread: &mut Thread, set: Value, values: &[Value]) -> PyResult<()> {
    if values.is_empty() {
        return Ok(());
    }
    if let Some(set) = set.downcast_exact::<Set>() {
        for &value in values {
            set.add(thread, value)?;
        }
        return Ok(());
    }
    let add = protocol::get_attribute_str(thread, set, "add")?;
    for &value in values {
        protocol::call_positional(thread, add, &[value])?;
    }
    Ok(())
}
