//! From the front end's nodes to objects.
//!
//! As in CPython, no constructor runs: an instance is allocated, and its fields and attributes are set as any program would set them.

use grwl_frontend::tree::grammar::Positions;
use grwl_frontend::tree::{Item, Node};
use grwl_interpreter::code;
use grwl_object::list::List;
use grwl_object::{
    Buffer, PyResult, Ref, Thread, TypeObject, Value, ValueExt, instance, intern, none, protocol,
};

use crate::grammar::POSITIONS;
use crate::state::State;

/// The object of a node.
///
/// # Errors
/// `RecursionError`, `MemoryError`, and what setting attributes raises.
pub(crate) fn object(thread: &mut Thread, state: State, node: &Node) -> PyResult {
    thread.check_stack()?;
    let row = node.kind.class();
    let class = state.class(node.kind);
    let class = class.downcast::<TypeObject>();
    let class = class.expect("the tuple of classes holds classes");
    let object = Value::from_cell(instance::allocate(thread, class)?);
    for (field, item) in row.fields.iter().zip(&node.fields) {
        let value = value(thread, state, item)?;
        let name = intern(thread, field.name);
        protocol::set_attribute(thread, object, name, value)?;
    }
    if row.place() != Positions::Absent {
        let span = node.span;
        let numbers = [span.line, span.column, span.end_line, span.end_column];
        for (name, number) in POSITIONS.into_iter().zip(numbers) {
            let name = intern(thread, name);
            protocol::set_attribute(thread, object, name, Value::small(i64::from(number)))?;
        }
    }
    Ok(object)
}

fn value(thread: &mut Thread, state: State, item: &Item) -> PyResult {
    match item {
        Item::Absent | Item::Unsuitable(_) => Ok(none()),
        Item::Node(node) => object(thread, state, node),
        Item::Simple(kind) => Ok(state.single(*kind)),
        Item::List(items) => {
            let mut values = Buffer::new();
            for item in items {
                let value = value(thread, state, item)?;
                values.push(thread, value)?;
            }
            Ok(Ref::<List>::value(List::from_buffer(thread, values)))
        }
        Item::Name(text) => Ok(intern(thread, text).value()),
        Item::Int(number) => Ok(Value::small(i64::from(*number))),
        Item::Constant(constant) => code::constant(thread, constant),
    }
}
