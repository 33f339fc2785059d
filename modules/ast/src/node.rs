//! `AST`: the base of all nodes. Its constructor, `__reduce__` and `__replace__` go by what the class says of its fields.
//!
//! Invariant: the type's extra slot holds what [`crate::state`] says once the module was made.
//!
//! Source of the behaviour: CPython's `Parser/asdl_c.py`.

use std::mem::offset_of;

use grwl_frontend::tree::Kind as NodeKind;
use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::dict::Dict;
use grwl_object::exception::warning;
use grwl_object::instance::{self, Attributes};
use grwl_object::list::List;
use grwl_object::native::{GetSet, Method};
use grwl_object::{
    Args, Buffer, Cell, Declaration, Name, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec,
    Value, ValueExt, flags, none, protocol, slots, types,
};
use grwl_types_class::generic_alias::GENERIC_ALIAS;
use grwl_types_class::union::UNION;

/// `ast.AST`
#[repr(C)]
pub(crate) struct Node {
    header: Header,
    attributes: Attributes,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for Node {
    fn type_object() -> &'static TypeObject {
        &AST
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Node, attributes) as u32,
        count: Attributes::WORDS,
    },
    size: Size::Fixed(size_of::<Node>()),
    drop: None,
    name: "AST",
};

/// `ast.AST`
pub static AST: TypeObject = TypeObject::declare(&Declaration {
    name: "ast.AST",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::HAS_DICT,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<Node>(),
    attributes: offset_of!(Node, attributes),
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: None,
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::REPR.is(crate::show::repr),
    ],
    methods: &[
        Method::no_arguments("__reduce__", reduce, "__reduce__($self, /)\n--\n\n"),
        Method::any(
            "__replace__",
            replace,
            "__replace__($self, /, **fields)\n--\n\nReturn a copy of the AST node with new values for the specified fields.",
        ),
    ],
    getset: &[GetSet::new(
        "__dict__",
        get_dict,
        grwl_object::class::make::set_dict,
        None,
    )],
    constants: &[],
};

static FIELDS: Name = Name::new("_fields");
static ATTRIBUTES: Name = Name::new("_attributes");
static FIELD_TYPES: Name = Name::new("_field_types");

fn get_dict(thread: &mut Thread, value: Value) -> PyResult {
    let dict = instance::dict_of(thread, value)?;
    Ok(dict.map_or_else(none, Ref::value))
}

/// The name of an attribute.
pub(crate) fn attribute_name(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    value.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!(
            "attribute name must be string, not '{}'",
            value.class().name()
        ))
    })
}

/// What the class says under a name, if anything.
fn of_class(thread: &mut Thread, value: Value, name: &'static Name) -> PyResult<Option<Value>> {
    let name = name.get(thread);
    protocol::find_attribute(thread, value.class().value(), name)
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    Ok(Value::from_cell(instance::allocate(thread, class)?))
}

fn deprecated(thread: &mut Thread, message: String) -> PyResult<()> {
    warning::warn(thread, &types::DEPRECATION_WARNING, message, 1)
}

/// The elements of a sequence as keys of a dict, in their order.
fn set_of(thread: &mut Thread, sequence: Option<Value>) -> PyResult<Ref<Dict>> {
    let found = Dict::new(thread);
    if let Some(sequence) = sequence {
        for &name in protocol::collect(thread, sequence)?.iter() {
            found.insert(thread, name, none())?;
        }
    }
    Ok(found)
}

fn init(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult<()> {
    let class = value.class();
    let fields = of_class(thread, value, &FIELDS)?;
    let count = match fields {
        Some(fields) => protocol::length(thread, fields)?,
        None => 0,
    };
    let remaining = set_of(thread, fields)?;
    let given = args.by_position();
    if count < given.len() {
        let name = class.name().to_string();
        let name = name.rsplit('.').next().unwrap_or_default();
        let plural = if count == 1 { "" } else { "s" };
        return Err(thread.type_error(format_args!(
            "{name} constructor takes at most {count} positional argument{plural}"
        )));
    }
    let fields = fields.unwrap_or_else(|| Tuple::empty().value());
    for (index, &new) in given.iter().enumerate() {
        let key = protocol::item::get_index(thread, fields, index as isize)?;
        let name = attribute_name(thread, key)?;
        protocol::set_attribute(thread, value, name, new)?;
        remaining.remove(thread, key)?;
    }
    for (name, new) in args.by_name() {
        let key = name.value();
        if protocol::contains(thread, fields, key)? {
            if remaining.remove(thread, key)?.is_none() {
                let shown = protocol::repr(thread, key)?;
                return Err(thread.type_error(format_args!(
                    "{} got multiple values for argument {shown}",
                    class.name()
                )));
            }
        } else {
            let attributes = ATTRIBUTES.get(thread);
            let attributes = protocol::get_attribute(thread, class.value(), attributes)?;
            if !protocol::contains(thread, attributes, key)? {
                let shown = protocol::repr(thread, key)?;
                let message = format!(
                    "{}.__init__ got an unexpected keyword argument {shown}. Support for \
                     arbitrary keyword arguments is deprecated and will be removed in Python 3.15.",
                    class.name()
                );
                deprecated(thread, message)?;
            }
        }
        protocol::set_attribute(thread, value, name, new)?;
    }
    if remaining.is_empty() {
        return Ok(());
    }
    fill(thread, value, remaining)
}

/// Gives the fields that were not given what they then are.
fn fill(thread: &mut Thread, value: Value, remaining: Ref<Dict>) -> PyResult<()> {
    let Some(field_types) = of_class(thread, value, &FIELD_TYPES)? else {
        // A class of the program's, which says nothing about its fields.
        return Ok(());
    };
    let Some(field_types) = field_types.downcast::<Dict>() else {
        return Err(thread.system_error("bad argument to internal function"));
    };
    let class = value.class();
    let context = crate::state::State::of_process();
    let context = context.map(|state| {
        (
            state.class(NodeKind::ExprContextClass),
            state.single(NodeKind::Load),
        )
    });
    for (key, _, _) in remaining.cursor() {
        let Some(wanted) = field_types.get(thread, key)? else {
            let shown = protocol::repr(thread, key)?;
            let message = format!(
                "Field {shown} is missing from {}._field_types. \
                 This will become an error in Python 3.15.",
                class.name()
            );
            deprecated(thread, message)?;
            continue;
        };
        let kind = wanted.class();
        if kind == Ref::from_static(&UNION) {
            // The class has `None` for it.
            continue;
        }
        let name = attribute_name(thread, key)?;
        if kind == Ref::from_static(&GENERIC_ALIAS) {
            let empty = List::new(thread).value();
            protocol::set_attribute(thread, value, name, empty)?;
        } else if let Some((context, load)) = context
            && context == wanted
        {
            protocol::set_attribute(thread, value, name, load)?;
        } else {
            let shown = protocol::repr(thread, key)?;
            let message = format!(
                "{}.__init__ missing 1 required positional argument: {shown}. \
                 This will become an error in Python 3.15.",
                class.name()
            );
            deprecated(thread, message)?;
        }
    }
    Ok(())
}

/// A copy of the instance's dict; a class of the program's may compute `__dict__`, or have none.
fn attributes_of(thread: &mut Thread, value: Value) -> PyResult<Option<Ref<Dict>>> {
    static DICT: Name = Name::new("__dict__");
    let name = DICT.get(thread);
    let Some(found) = protocol::find_attribute(thread, value, name)? else {
        return Ok(None);
    };
    match found.downcast::<Dict>() {
        Some(dict) => Ok(Some(dict.copy(thread)?)),
        None => Err(thread.system_error("bad argument to internal function")),
    }
}

fn reduce(thread: &mut Thread, value: Value) -> PyResult {
    let class = value.class().value();
    let Some(state) = attributes_of(thread, value)? else {
        let parts = [class, Tuple::empty().value()];
        return Ok(Tuple::try_new(thread, &parts)?.value());
    };
    // As many arguments as leave no required field out, so that the constructor does not warn; the values come with the state.
    let mut args = Buffer::new();
    if let Some(fields) = of_class(thread, value, &FIELDS)? {
        for &name in protocol::collect(thread, fields)?.iter() {
            if state.get(thread, name)?.is_none() {
                break;
            }
            args.push(thread, none())?;
        }
    }
    let args = Tuple::try_new(thread, &args)?.value();
    Ok(Tuple::try_new(thread, &[class, args, state.value()])?.value())
}

fn replace(thread: &mut Thread, value: Value, args: Args<'_>) -> PyResult {
    if !args.by_position().is_empty() {
        return Err(thread.type_error("__replace__() takes no positional arguments"));
    }
    let current = attributes_of(thread, value)?;
    let fields = of_class(thread, value, &FIELDS)?;
    let attributes = of_class(thread, value, &ATTRIBUTES)?;
    check_replaced(thread, value, current, fields, attributes, args)?;
    let payload = Dict::new(thread);
    if let Some(current) = current {
        for names in [fields, attributes].into_iter().flatten() {
            for &name in protocol::collect(thread, names)?.iter() {
                if let Some(found) = current.get(thread, name)? {
                    payload.insert(thread, name, found)?;
                }
            }
        }
    }
    for (name, new) in args.by_name() {
        payload.set_str(thread, name, new)?;
    }
    let mut names = Buffer::new();
    let mut values = Buffer::new();
    for (name, new, _) in payload.cursor() {
        if name.downcast::<Str>().is_none() {
            return Err(thread.type_error("keywords must be strings"));
        }
        names.push(thread, name)?;
        values.push(thread, new)?;
    }
    let names = Tuple::try_new(thread, &names)?;
    let class = value.class().value();
    protocol::call(thread, class, Args::new(&values, Some(names)))
}

/// Would a copy with these changes have every field, and nothing else?
fn check_replaced(
    thread: &mut Thread,
    value: Value,
    current: Option<Ref<Dict>>,
    fields: Option<Value>,
    attributes: Option<Value>,
    args: Args<'_>,
) -> PyResult<()> {
    let class = value.class();
    let expected = set_of(thread, fields)?;
    let allowed = set_of(thread, attributes)?;
    expected.merge(thread, allowed, true)?;
    for (name, _) in args.by_name() {
        if expected.remove(thread, name.value())?.is_none() {
            let shown = protocol::repr(thread, name.value())?;
            return Err(thread.type_error(format_args!(
                "{}.__replace__ got an unexpected keyword argument {shown}.",
                class.name()
            )));
        }
    }
    if let Some(current) = current {
        for (name, _, _) in current.cursor() {
            expected.remove(thread, name)?;
        }
    }
    let field_types = of_class(thread, value, &FIELD_TYPES)?;
    if let Some(field_types) = field_types.and_then(Value::downcast::<Dict>) {
        for (name, wanted, _) in field_types.cursor() {
            if wanted.class() == Ref::from_static(&UNION) {
                expected.remove(thread, name)?;
            }
        }
    }
    for (name, _, _) in allowed.cursor() {
        expected.remove(thread, name)?;
    }
    if expected.is_empty() {
        return Ok(());
    }
    let mut missing = Vec::new();
    for (name, _, _) in expected.cursor() {
        missing.push(protocol::repr(thread, name)?.to_rust_lossy());
    }
    missing.sort();
    let plural = if missing.len() == 1 { "" } else { "s" };
    Err(thread.type_error(format_args!(
        "{}.__replace__ missing {} keyword argument{plural}: {}.",
        class.name(),
        missing.len(),
        missing.join(", ")
    )))
}
