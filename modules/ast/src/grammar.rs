//! From the grammar's table, which is the front end's, to classes.
//!
//! Protocol: [`classes`] calls `type` for each row of the table, bases first, and adds the classes to the module. What a class needs to know of itself is in
//! its dict, as in CPython: `_fields`, `_attributes`, `_field_types`, and `None` for each field or attribute that may be absent.

use grwl_frontend::tree::grammar::{CLASSES, Class, Count, Field, Positions};
use grwl_object::dict::Dict;
use grwl_object::module::Module;
use grwl_object::protocol::number::Operator;
use grwl_object::{
    Buffer, PyResult, Ref, Str, Thread, Tuple, Value, class, intern, none, protocol, types,
};

use crate::node::AST;

/// The attributes for a node's place.
pub(crate) const POSITIONS: [&str; 4] = ["lineno", "col_offset", "end_lineno", "end_col_offset"];

fn names(thread: &mut Thread, names: impl Iterator<Item = &'static str>) -> PyResult {
    let mut all = Buffer::new();
    for name in names {
        let name = intern(thread, name).value();
        all.push(thread, name)?;
    }
    Ok(Tuple::try_new(thread, &all)?.value())
}

fn set(thread: &mut Thread, class: Value, name: &str, value: Value) -> PyResult<()> {
    let name = intern(thread, name);
    protocol::set_attribute(thread, class, name, value)
}

/// The class of a row, without its field types, which may come later in the table.
fn make(thread: &mut Thread, known: Ref<Dict>, row: &Class) -> PyResult {
    let key = intern(thread, row.base);
    let base = known.get_str(key);
    let base = base.expect("bases come before the classes derived from them");
    let fields = names(thread, row.fields.iter().map(|field| field.name))?;
    let module = intern(thread, "ast").value();
    let doc = Str::new(thread, row.doc).value();
    let namespace = Dict::new(thread);
    for (name, value) in [
        ("_fields", fields),
        ("__match_args__", fields),
        ("__module__", module),
        ("__doc__", doc),
    ] {
        let name = intern(thread, name);
        namespace.set_str(thread, name, value)?;
    }
    let name = intern(thread, row.name).value();
    let bases = Tuple::try_new(thread, &[base])?.value();
    let metaclass = Ref::from_static(&types::TYPE).value();
    let class = protocol::call_positional(thread, metaclass, &[name, bases, namespace.value()])?;
    let attributes = match row.positions {
        Positions::Inherited => None,
        Positions::Absent => Some(&POSITIONS[..0]),
        Positions::OptionalEnd | Positions::Required => Some(&POSITIONS[..]),
    };
    if let Some(attributes) = attributes {
        let attributes = names(thread, attributes.iter().copied())?;
        set(thread, class, "_attributes", attributes)?;
    }
    for field in row.fields {
        if field.count == Count::Optional {
            set(thread, class, field.name, none())?;
        }
    }
    if row.positions == Positions::OptionalEnd {
        for name in &POSITIONS[2..] {
            set(thread, class, name, none())?;
        }
    }
    Ok(class)
}

/// The type of a field: a class, `list[...]`, or a union with `None`.
fn type_of_field(thread: &mut Thread, known: Ref<Dict>, field: Field) -> PyResult {
    let simple = match field.of {
        "identifier" | "string" => Some(&types::STR),
        "int" => Some(&types::INT),
        "constant" => Some(&types::OBJECT),
        _ => None,
    };
    let one = if let Some(simple) = simple {
        Ref::from_static(simple).value()
    } else {
        let name = intern(thread, field.of);
        known.get_str(name).expect("the grammar is closed")
    };
    match field.count {
        Count::One => Ok(one),
        Count::Optional => protocol::binary(thread, Operator::Or, one, none()),
        Count::Many => {
            let list = Ref::from_static(&types::LIST).value();
            class::generic_alias(thread, list, one)
        }
    }
}

/// Sets a class's field types. Abstract classes, those from which others derive, have none.
fn set_field_types(thread: &mut Thread, known: Ref<Dict>, row: &Class) -> PyResult<()> {
    let is_abstract = CLASSES.iter().any(|other| other.base == row.name);
    if is_abstract {
        return Ok(());
    }
    let found = Dict::new(thread);
    for &field in row.fields {
        let value = type_of_field(thread, known, field)?;
        let name = intern(thread, field.name);
        found.set_str(thread, name, value)?;
    }
    let name = intern(thread, row.name);
    let class = known.get_str(name).expect("the class was made");
    set(thread, class, "_field_types", found.value())?;
    // A dict of its own, as in CPython.
    let annotations = found.copy(thread)?.value();
    set(thread, class, "__annotations__", annotations)
}

/// Makes the classes and adds them to the module, `AST` first. Returns all by their names.
///
/// # Errors
/// `MemoryError`; what a safepoint raises.
pub(crate) fn classes(thread: &mut Thread, module: Ref<Module>) -> PyResult<Ref<Dict>> {
    let known = Dict::new(thread);
    let root = Ref::from_static(&AST).value();
    let name = intern(thread, "AST");
    known.set_str(thread, name, root)?;
    for row in CLASSES {
        let class = make(thread, known, row)?;
        let name = intern(thread, row.name);
        known.set_str(thread, name, class)?;
        module.add(thread, row.name, class)?;
    }
    for row in CLASSES {
        set_field_types(thread, known, row)?;
    }
    Ok(known)
}
