//! Structures and unions: their types, which `ctypes._layout` lays out, and what their instances are made with.

use grwl_object::class::attribute::set as set_class_attribute;
use grwl_object::slots::SlotValue;
use grwl_object::{
    Args, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec, Value, ValueExt, int, none,
    protocol, slots, types,
};

use crate::data;
use crate::field::{self, Field};
use crate::info::{Changing, Info, Kind, flag};
use crate::instances;
use crate::meta::{self, STRUCTURE_TYPE, UNION_TYPE};

grwl_object::names! {
    ABSTRACT = "_abstract_";
    ALIGN = "align";
    ANONYMOUS = "_anonymous_";
    BASE = "base";
    FIELDS = "_fields_";
    FORMAT = "format_spec";
    IS_STRUCT = "is_struct";
    LAID_OUT = "fields";
    SIZE = "size";
}

/// `_ctypes.Structure`
pub(crate) static STRUCTURE: TypeObject =
    TypeObject::declare(&data::declaration("_ctypes.Structure", &STRUCTURE_TYPE));
/// `_ctypes.Union`
pub(crate) static UNION: TypeObject =
    TypeObject::declare(&data::declaration("_ctypes.Union", &UNION_TYPE));

static SLOTS: [SlotValue; 3] = [
    slots::NEW.is(instances::new),
    slots::INIT.is(init),
    slots::GET_BUFFER.is(instances::get_buffer),
];

pub(crate) static STRUCTURE_SPEC: TypeSpec = TypeSpec {
    doc: Some("Structure base class"),
    slots: &SLOTS,
    ..TypeSpec::NONE
};

pub(crate) static UNION_SPEC: TypeSpec = TypeSpec {
    doc: Some("Union base class"),
    slots: &SLOTS,
    ..TypeSpec::NONE
};

/// `PyCStructType.__init__`
pub(crate) fn init_structure_type(
    thread: &mut Thread,
    class: Value,
    _args: Args<'_>,
) -> PyResult<()> {
    init_type(thread, class, Kind::Structure)
}

/// `UnionType.__init__`
pub(crate) fn init_union_type(thread: &mut Thread, class: Value, _args: Args<'_>) -> PyResult<()> {
    init_type(thread, class, Kind::Union)
}

fn init_type(thread: &mut Thread, class: Value, kind: Kind) -> PyResult<()> {
    let own = meta::own(class);
    let name = ABSTRACT.get(thread);
    if own.dict().get_str(name).is_some() {
        return Ok(());
    }
    let info = Info::begin(thread, own, kind)?;
    info.set_format(thread, "B");
    let name = FIELDS.get(thread);
    if let Some(fields) = own.dict().get_str(name) {
        return protocol::set_attribute(thread, class, name, fields);
    }
    if let Some(base) = own.base().and_then(|base| Info::of(&base)) {
        info.take_over(thread, base);
    }
    Ok(())
}

/// `__setattr__` of the metaclasses: assigning `_fields_` lays a type out.
pub(crate) fn set_attribute(
    thread: &mut Thread,
    class: Value,
    name: Ref<Str>,
    new: Option<Value>,
) -> PyResult<()> {
    if name.is_str("_fields_")
        && let Some(fields) = new
    {
        lay_out(thread, class, fields)?;
    }
    set_class_attribute(thread, class, name, new)
}

/// A number that the layout says; negative ones are refused.
fn number(thread: &mut Thread, layout: Value, name: &'static grwl_object::Name) -> PyResult<usize> {
    let key = name.get(thread);
    let value = protocol::get_attribute(thread, layout, key)?;
    let number = grwl_types_text::arguments::size(thread, value)?;
    usize::try_from(number).map_err(|_| {
        thread.value_error(format_args!(
            "{} must be a non-negative integer",
            name.text()
        ))
    })
}

fn lay_out(thread: &mut Thread, class: Value, fields: Value) -> PyResult<()> {
    let own = meta::own(class);
    let Some(info) = Info::of(&own) else {
        return Err(thread.type_error("ctypes state is not initialized"));
    };
    if info.has_flag(flag::FINAL) {
        return Err(thread.raise(&types::ATTRIBUTE_ERROR, "_fields_ is final"));
    }
    let base = own.base().filter(|base| Info::of(base).is_some());
    let module = grwl_object::class::import(thread, "ctypes._layout")?;
    let get_layout = protocol::get_attribute_str(thread, module, "get_layout")?;
    let names = [IS_STRUCT.get(thread).value(), BASE.get(thread).value()];
    let names = Tuple::try_new(thread, &names)?;
    let is_structure = int::bool(info.kind() == Kind::Structure);
    let values = [
        class,
        fields,
        is_structure,
        base.map_or_else(none, Ref::value),
    ];
    let layout = protocol::call(thread, get_layout, Args::new(&values, Some(names)))?;
    let align = number(thread, layout, &ALIGN)?;
    let size = number(thread, layout, &SIZE)?;
    let name = FORMAT.get(thread);
    let format = protocol::get_attribute(thread, layout, name)?;
    let Some(format) = format.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "bad argument type for built-in operation: {}",
            format.class().name()
        )));
    };
    let name = LAID_OUT.get(thread);
    let laid_out = protocol::get_attribute(thread, layout, name)?;
    let laid_out = protocol::collect(thread, laid_out)?;
    let base_info = base.and_then(|base| Info::of(&base));
    let inherited = base_info.and_then(|base| base.fields.load()?.downcast::<Tuple>());
    let mut all = grwl_object::Buffer::new();
    for field in inherited.into_iter().flat_map(Ref::<Tuple>::iter) {
        all.push(thread, field)?;
    }
    let mut has_pointers = false;
    for (index, &value) in laid_out.iter().enumerate() {
        let Some(field) = value.downcast::<Field>() else {
            return Err(thread.type_error(format_args!(
                "fields must be of type CField, got {}",
                value.class().full_name(thread)
            )));
        };
        if field.index() != index {
            let shown = protocol::repr(thread, field.name().value())?;
            return Err(thread.value_error(format_args!(
                "field {shown} index mismatch (expected {index}, got {})",
                field.index()
            )));
        }
        let Some(of_field) = Info::of(&field.class()) else {
            return Err(thread.type_error("has no _stginfo_"));
        };
        of_field.finish();
        if of_field.size() != field.size() {
            // Another thread has laid it out since.
            return Err(field::wrong_size(
                thread,
                field.name(),
                field.size(),
                of_field.size(),
            ));
        }
        has_pointers |= crate::data::has_pointers(&of_field);
        all.push(thread, value)?;
    }
    let length = base_info.map_or(0, |base| base.length()) + laid_out.len();
    let all = Tuple::try_new(thread, &all)?;
    if !info.begin_layout() {
        // It became final meanwhile, as the type of a field or by another thread.
        return Err(thread.raise(
            &types::ATTRIBUTE_ERROR,
            "Structure or union cannot contain itself",
        ));
    }
    thread.store(info, &info.format, Some(format.value()));
    thread.store(info, &info.fields, Some(all.value()));
    info.set_layout(size, align, length);
    if has_pointers {
        info.set_flags(flag::HAS_POINTER);
    }
    info.end_layout();
    for &value in laid_out.iter() {
        if let Some(field) = value.downcast::<Field>() {
            protocol::set_attribute(thread, class, field.name(), value)?;
        }
    }
    add_anonymous(thread, class)
}

/// Makes the fields of anonymous fields those of the type itself.
fn add_anonymous(thread: &mut Thread, class: Value) -> PyResult<()> {
    let name = ANONYMOUS.get(thread);
    let Some(names) = protocol::find_attribute(thread, class, name)? else {
        return Ok(());
    };
    let names = sequence(thread, names, "_anonymous_ must be a sequence")?;
    for &name in names.iter() {
        let key = attribute_name(thread, name)?;
        let found = protocol::get_attribute(thread, class, key)?;
        let Some(field) = found.downcast::<Field>() else {
            return Err(thread.raise(
                &types::ATTRIBUTE_ERROR,
                format_args!("'{key}' is specified in _anonymous_ but not in _fields_"),
            ));
        };
        field.set_anonymous();
        add_fields_of(thread, class, field, field.index(), field.offset())?;
    }
    Ok(())
}

fn sequence(thread: &mut Thread, value: Value, message: &str) -> PyResult<grwl_object::Buffer> {
    match protocol::collect(thread, value) {
        Err(raised) if raised.matches(&types::TYPE_ERROR) => Err(thread.type_error(message)),
        other => other,
    }
}

fn attribute_name(thread: &mut Thread, name: Value) -> PyResult<Ref<Str>> {
    match name.downcast::<Str>() {
        Some(name) => Ok(grwl_object::intern_str(thread, name)),
        None => Err(thread.type_error(format_args!(
            "attribute name must be string, not '{}'",
            name.class().name()
        ))),
    }
}

fn add_fields_of(
    thread: &mut Thread,
    class: Value,
    outer: Ref<Field>,
    index: usize,
    offset: usize,
) -> PyResult<()> {
    let inner = outer.class().value();
    let name = FIELDS.get(thread);
    let fields = protocol::get_attribute(thread, inner, name)?;
    let fields = sequence(thread, fields, "_fields_ must be a sequence")?;
    for &pair in fields.iter() {
        let name = protocol::item::get_index(thread, pair, 0)?;
        let name = attribute_name(thread, name)?;
        let found = protocol::get_attribute(thread, inner, name)?;
        let Some(field) = found.downcast::<Field>() else {
            return Err(thread.type_error("unexpected type"));
        };
        let (index, offset) = (index + field.index(), offset + field.offset());
        if field.is_anonymous() {
            add_fields_of(thread, class, field, index, offset)?;
            continue;
        }
        let moved = field::moved(thread, field, index, offset);
        protocol::set_attribute(thread, class, name, moved.value())?;
    }
    Ok(())
}

/// The names of a type's own fields, in order.
fn own_names(thread: &mut Thread, class: Ref<TypeObject>) -> PyResult<Option<Value>> {
    let name = FIELDS.get(thread);
    Ok(class.dict().get_str(name))
}

/// Stores arguments given by position into the fields of the bases first; the number of the next one.
fn init_by_position(
    thread: &mut Thread,
    this: Value,
    class: Ref<TypeObject>,
    args: Args<'_>,
    first: usize,
) -> PyResult<usize> {
    let mut index = first;
    if let Some(base) = class.base().filter(|base| Info::of(base).is_some()) {
        index = init_by_position(thread, this, base, args, index)?;
    }
    let Some(info) = Info::of(&class) else {
        return Ok(index);
    };
    let Some(fields) = own_names(thread, class)? else {
        return Ok(index);
    };
    let given = args.by_position();
    let end = info.length().min(given.len());
    let own = given.get(index..end).unwrap_or_default();
    for (number, &value) in own.iter().enumerate() {
        let pair = protocol::item::get_index(thread, fields, number as isize)?;
        let name = protocol::item::get_index(thread, pair, 0)?;
        let name = attribute_name(thread, name)?;
        if args.by_name().any(|(other, _)| other.equals(&name)) {
            let shown = protocol::repr(thread, name.value())?;
            return Err(thread.type_error(format_args!("duplicate values for field {shown}")));
        }
        protocol::set_attribute(thread, this, name, value)?;
    }
    Ok(info.length())
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let given = args.by_position().len();
    if given > 0 {
        let next = init_by_position(thread, this, this.class(), args, 0)?;
        if next < given {
            return Err(thread.type_error("too many initializers"));
        }
    }
    for (name, value) in args.by_name() {
        protocol::set_attribute(thread, this, name, value)?;
    }
    Ok(())
}
