//! `repr` of nodes: three levels deep, and of a longer list the first and the last element.

use grwl_object::list::List;
use grwl_object::{Name, PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, protocol};
use grwl_text::TextBuilder;

use crate::node::{AST, attribute_name};

/// How many levels are shown.
const DEPTH: u32 = 3;

thread_local! {
    /// The addresses of the nodes whose `repr` this thread is making; those who make it hold them.
    static SHOWN: std::cell::RefCell<Vec<u64>> = const { std::cell::RefCell::new(Vec::new()) };
}

struct Shown;

impl Drop for Shown {
    fn drop(&mut self) {
        SHOWN.with_borrow_mut(|all| {
            all.pop();
        });
    }
}

pub(crate) fn repr(thread: &mut Thread, value: Value) -> PyResult {
    let mut text = TextBuilder::new();
    show_node(thread, &mut text, value, DEPTH)?;
    Ok(Str::from_buf(thread, &text.finish())?.value())
}

fn show_node(
    thread: &mut Thread,
    text: &mut TextBuilder,
    value: Value,
    depth: u32,
) -> PyResult<()> {
    static FIELDS: Name = Name::new("_fields");
    let class = value.class();
    text.push_str(&class.name().to_string());
    let address = value.bits().get();
    if depth == 0 || SHOWN.with_borrow(|all| all.contains(&address)) {
        text.push_str("(...)");
        return Ok(());
    }
    SHOWN.with_borrow_mut(|all| all.push(address));
    let _shown = Shown;
    let name = FIELDS.get(thread);
    let fields = protocol::get_attribute(thread, class.value(), name)?;
    text.push_str("(");
    for index in 0..protocol::length(thread, fields)? {
        let name = protocol::item::get_index(thread, fields, index as isize)?;
        let name = attribute_name(thread, name)?;
        let field = protocol::get_attribute(thread, value, name)?;
        if index > 0 {
            text.push_str(", ");
        }
        text.push_text(name.text());
        text.push_str("=");
        if field.downcast::<List>().is_some() {
            show_sequence(thread, text, field, ["[", "]"], depth)?;
        } else if field.downcast::<Tuple>().is_some() {
            show_sequence(thread, text, field, ["(", ")"], depth)?;
        } else {
            show(thread, text, field, depth - 1)?;
        }
    }
    text.push_str(")");
    Ok(())
}

fn show(thread: &mut Thread, text: &mut TextBuilder, value: Value, depth: u32) -> PyResult<()> {
    if value.class().is_subtype_of(&AST) {
        return show_node(thread, text, value, depth);
    }
    let shown: Ref<Str> = protocol::repr(thread, value)?;
    text.push_text(shown.text());
    Ok(())
}

fn show_sequence(
    thread: &mut Thread,
    text: &mut TextBuilder,
    value: Value,
    brackets: [&str; 2],
    depth: u32,
) -> PyResult<()> {
    let length = protocol::length(thread, value)?;
    text.push_str(brackets[0]);
    if length > 0 {
        let first = protocol::item::get_index(thread, value, 0)?;
        show(thread, text, first, depth - 1)?;
    }
    if length > 2 {
        text.push_str(", ...");
    }
    if length > 1 {
        let last = protocol::item::get_index(thread, value, length as isize - 1)?;
        text.push_str(", ");
        show(thread, text, last, depth - 1)?;
    }
    text.push_str(brackets[1]);
    Ok(())
}
