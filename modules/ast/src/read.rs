//! From objects to the front end's nodes.
//!
//! Each object is asked for the fields that the grammar gives its class; what does not fit is CPython's own error. Whether the tree makes sense is the front end's question.
//!
//! Source of the behaviour: CPython's `Parser/asdl_c.py`, the functions `obj2ast_...`.

use grwl_frontend::tree::grammar::{CLASSES, Count, Field, Positions};
use grwl_frontend::tree::{Item, Kind, Node, Span};
use grwl_frontend::{Const, Wtf8Buf};
use grwl_number::int::bytes::Endian;
use grwl_object::bytes::Bytes;
use grwl_object::float::Complex;
use grwl_object::list::List;
use grwl_object::set::FrozenSet;
use grwl_object::{
    PyResult, Ref, Str, Thread, Tuple, Value, ValueExt, float, int, intern, none, protocol,
    singleton,
};
use num_bigint::BigInt;

use crate::grammar::POSITIONS;
use crate::state::State;

/// The node of an object that the grammar calls `of`.
///
/// # Errors
/// `TypeError` and `ValueError` for what is no tree, `RecursionError`, and what the attributes raise.
pub(crate) fn node(thread: &mut Thread, state: State, of: &str, value: Value) -> PyResult<Item> {
    thread.check_stack()?;
    let Some(group) = Kind::named(of) else {
        return Err(thread.system_error("the grammar is not closed"));
    };
    let is_sum = CLASSES.iter().any(|row| row.base == of);
    if !is_sum {
        let fields = fields(thread, state, group, value)?;
        let span = place(thread, group, value)?;
        return Ok(Item::Node(Box::new(Node::new(group, span, fields))));
    }
    let is_enumeration = CLASSES
        .iter()
        .any(|row| row.base == of && row.kind.is_simple());
    if value.is_none() && !is_enumeration {
        return Ok(Item::Absent);
    }
    if is_enumeration {
        return match kind(thread, state, of, value)? {
            Some(kind) => Ok(Item::Simple(kind)),
            None => Err(unexpected(thread, of, value)?),
        };
    }
    let span = place(thread, group, value)?;
    let Some(kind) = kind(thread, state, of, value)? else {
        return Err(unexpected(thread, of, value)?);
    };
    let fields = fields(thread, state, kind, value)?;
    Ok(Item::Node(Box::new(Node::new(kind, span, fields))))
}

fn unexpected(thread: &mut Thread, of: &str, value: Value) -> PyResult<grwl_object::Raised> {
    let shown = protocol::repr(thread, value)?;
    Ok(thread.type_error(format_args!("expected some sort of {of}, but got {shown}")))
}

/// The class of the group that the object is an instance of.
fn kind(thread: &mut Thread, state: State, of: &str, value: Value) -> PyResult<Option<Kind>> {
    if let Some(kind) = state.kind_of(value.class().value())
        && kind.class().base == of
    {
        return Ok(Some(kind));
    }
    for row in CLASSES.iter().filter(|row| row.base == of) {
        if protocol::is_instance(thread, value, state.class(row.kind))? {
            return Ok(Some(row.kind));
        }
    }
    Ok(None)
}

fn attribute(thread: &mut Thread, value: Value, name: &str) -> PyResult<Option<Value>> {
    let name = intern(thread, name);
    protocol::find_attribute(thread, value, name)
}

fn missing(thread: &Thread, name: &str, class: &str) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "required field \"{name}\" missing from {class}"
    ))
}

/// The place of an object, as the attributes of the class say that are in question.
fn place(thread: &mut Thread, of: Kind, value: Value) -> PyResult<Span> {
    let row = of.class();
    let place = row.place();
    if place == Positions::Absent {
        return Ok(Span::default());
    }
    let mut numbers = [0; 4];
    for (index, name) in POSITIONS.into_iter().enumerate() {
        let found = attribute(thread, value, name)?;
        let may_miss = place == Positions::OptionalEnd && index >= 2;
        numbers[index] = match found {
            Some(found) if !(may_miss && found.is_none()) => integer(thread, found)?,
            _ if may_miss => numbers[index - 2],
            _ => return Err(missing(thread, name, row.name)),
        };
    }
    let [line, column, end_line, end_column] = numbers;
    Ok(Span {
        line,
        column,
        end_line,
        end_column,
    })
}

fn fields(thread: &mut Thread, state: State, of: Kind, value: Value) -> PyResult<Vec<Item>> {
    let row = of.class();
    let mut items = Vec::with_capacity(row.fields.len());
    for field in row.fields {
        let found = attribute(thread, value, field.name)?;
        items.push(match (field.count, found) {
            (Count::Many, None) => Item::List(Vec::new()),
            (Count::Many, Some(found)) => list(thread, state, of, field, found)?,
            (Count::Optional, None) => Item::Absent,
            (Count::Optional, Some(found)) if found.is_none() => Item::Absent,
            (Count::One, None) => return Err(missing(thread, field.name, row.name)),
            (_, Some(found)) => one(thread, state, field.of, found)?,
        });
    }
    for (field, item) in row.fields.iter().zip(&items) {
        let is_absent = matches!(item, Item::Absent);
        if field.count == Count::One && is_absent && field.of != "constant" {
            return Err(thread.value_error(format_args!(
                "field '{}' is required for {}",
                field.name, row.name
            )));
        }
    }
    Ok(items)
}

fn list(
    thread: &mut Thread,
    state: State,
    of: Kind,
    field: &Field,
    value: Value,
) -> PyResult<Item> {
    let owner = of.class().name;
    let Some(list) = value.downcast::<List>() else {
        return Err(thread.type_error(format_args!(
            "{owner} field \"{}\" must be a list, not a {}",
            field.name,
            value.class().name()
        )));
    };
    let length = list.len();
    let mut items = Vec::with_capacity(length);
    for index in 0..length {
        let found = list.get(index).unwrap_or_else(none);
        items.push(one(thread, state, field.of, found)?);
        if list.len() != length {
            return Err(thread.runtime_error(format_args!(
                "{owner} field \"{}\" changed size during iteration",
                field.name
            )));
        }
    }
    Ok(Item::List(items))
}

/// One value of the grammar's type `of`.
fn one(thread: &mut Thread, state: State, of: &str, value: Value) -> PyResult<Item> {
    match of {
        "identifier" => identifier(thread, value),
        "string" => match constant(thread, value)? {
            item @ Item::Constant(Const::Str(_) | Const::Bytes(_)) => Ok(item),
            _ => Err(thread.type_error("AST string must be of type str")),
        },
        "int" => Ok(Item::Int(integer(thread, value)?)),
        "constant" => constant(thread, value),
        _ => node(thread, state, of, value),
    }
}

fn identifier(thread: &mut Thread, value: Value) -> PyResult<Item> {
    if value.is_none() {
        return Ok(Item::Absent);
    }
    let Some(text) = value.downcast_exact::<Str>() else {
        return Err(thread.type_error("AST identifier must be of type str"));
    };
    match text.to_rust() {
        Some(text) => Ok(Item::Name(text.into())),
        None => Err(grwl_module_builtins::compile::surrogates(thread, text)),
    }
}

fn integer(thread: &mut Thread, value: Value) -> PyResult<i32> {
    if !int::is_int(value) {
        let shown = protocol::repr(thread, value)?;
        return Err(thread.value_error(format_args!("invalid integer value: {shown}")));
    }
    let number = match int::view(value) {
        Some(view) => view
            .to_int()
            .to_i64()
            .and_then(|number| i32::try_from(number).ok()),
        None => None,
    };
    number.ok_or_else(|| thread.overflow_error("Python int too large to convert to C int"))
}

/// A constant, or what is none.
fn constant(thread: &mut Thread, value: Value) -> PyResult<Item> {
    Ok(match plain(thread, value)? {
        Ok(constant) => Item::Constant(constant),
        Err(class) => Item::Unsuitable(class),
    })
}

/// A constant in plain data; for what is none, the name of its class.
fn plain(thread: &mut Thread, value: Value) -> PyResult<Result<Const, Box<str>>> {
    thread.check_stack()?;
    if value.is_none() {
        return Ok(Ok(Const::None));
    }
    if value == singleton::ellipsis() {
        return Ok(Ok(Const::Ellipsis));
    }
    if let Some(value) = int::as_bool(value) {
        return Ok(Ok(Const::Bool(value)));
    }
    if int::is_exact_int(value)
        && let Some(view) = int::view(value)
    {
        return Ok(Ok(whole(&view.to_int())));
    }
    if let Some(value) = float::exact(value) {
        return Ok(Ok(Const::Float(value)));
    }
    if let Some(value) = value.downcast_exact::<Complex>() {
        return Ok(Ok(Const::Complex {
            real: value.real,
            imag: value.imaginary,
        }));
    }
    if let Some(text) = value.downcast_exact::<Str>() {
        return Ok(Ok(Const::Str(string(text).into_box())));
    }
    if let Some(bytes) = value.downcast_exact::<Bytes>() {
        return Ok(Ok(Const::Bytes(bytes.as_slice().into())));
    }
    let is_tuple = value.downcast_exact::<Tuple>().is_some();
    if is_tuple || value.downcast_exact::<FrozenSet>().is_some() {
        let mut items = Vec::new();
        for &item in protocol::collect(thread, value)?.iter() {
            match plain(thread, item)? {
                Ok(item) => items.push(item),
                Err(class) => return Ok(Err(class)),
            }
        }
        return Ok(Ok(if is_tuple {
            Const::Tuple(items.into())
        } else {
            Const::FrozenSet(items.into())
        }));
    }
    let class = value.class().name().to_string();
    let class = class.rsplit('.').next().unwrap_or_default();
    Ok(Err(class.into()))
}

fn whole(value: &grwl_number::Int) -> Const {
    let length = usize::try_from(value.bit_length() / 8 + 1).unwrap_or(usize::MAX);
    let bytes = value.to_bytes(length, Endian::Little, true);
    let value = BigInt::from_signed_bytes_le(&bytes.unwrap_or_default());
    match i64::try_from(&value) {
        Ok(small) => Const::Int(small),
        Err(_) => Const::BigInt(Box::new(value)),
    }
}

fn string(text: Ref<Str>) -> Wtf8Buf {
    if let Some(text) = text.to_rust() {
        return Wtf8Buf::from(text);
    }
    let mut found = Wtf8Buf::new();
    for code in text.text().codes() {
        if let Some(point) = grwl_frontend::CodePoint::from_u32(code) {
            found.push(point);
        }
    }
    found
}
