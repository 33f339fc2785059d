//! Arrays: their types, indices and slices, and those of characters, which are strings as well.

use grwl_object::buffer::{self, request};
use grwl_object::bytes::Bytes;
use grwl_object::class::attribute::store as store_attribute;
use grwl_object::descriptor::GetSetDescriptor;
use grwl_object::list::List;
use grwl_object::protocol::convert;
use grwl_object::slice::Slice;
use grwl_object::{
    Args, Buffer, GetSet, Method, PyResult, Ref, Str, Thread, Tuple, TypeObject, TypeSpec, Value,
    ValueExt, class, int, intern, protocol, slots, types,
};

use crate::code::{self, Access};
use crate::data::{self, Part};
use crate::info::{Info, Kind, flag};
use crate::meta::{self, ARRAY_TYPE};
use crate::{instances, memory};

/// `_ctypes.Array`
pub(crate) static ARRAY: TypeObject =
    TypeObject::declare(&data::declaration("_ctypes.Array", &ARRAY_TYPE));

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some(
        "Abstract base class for arrays.\n\nThe recommended way to create concrete array types is by multiplying any\nctypes data type with a non-negative integer. Alternatively, you can subclass\nthis type and define _length_ and _type_ class variables. Array elements can\nbe read and written using standard subscript and slice accesses for slice\nreads, the resulting object is not itself an Array.",
    ),
    slots: &[
        slots::NEW.is(instances::new),
        slots::INIT.is(init),
        slots::SEQUENCE_LENGTH.is(length),
        slots::MAPPING_LENGTH.is(length),
        slots::ITEM.is(item),
        slots::STORE_ITEM.is(store_item),
        slots::SUBSCRIPT.is(subscript),
        slots::STORE_SUBSCRIPT.is(store_subscript),
        slots::GET_BUFFER.is(instances::get_buffer),
    ],
    methods: &[Method::one(
        "__class_getitem__",
        class::generic_alias,
        "__class_getitem__($type, item, /)\n--\n\nSee PEP 585",
    )
    .of_class()],
    ..TypeSpec::NONE
};

static BYTES_ATTRIBUTES: [GetSet; 2] = [
    GetSet::new("raw", get_raw, set_raw, Some("value")),
    GetSet::new("value", get_bytes, set_bytes, Some("string value")),
];
static TEXT_ATTRIBUTES: [GetSet; 1] = [GetSet::new(
    "value",
    get_text,
    set_text,
    Some("string value"),
)];

fn length_of(thread: &mut Thread, class: Value) -> PyResult<usize> {
    let name = meta::LENGTH.get(thread);
    let Some(length) = protocol::find_attribute(thread, class, name)? else {
        return Err(thread.raise(
            &types::ATTRIBUTE_ERROR,
            "class must define a '_length_' attribute",
        ));
    };
    if !int::is_int(length) {
        return Err(thread.type_error("The '_length_' attribute must be an integer"));
    }
    let number = convert::as_int(thread, length)?;
    if number.is_negative() {
        return Err(thread.value_error("The '_length_' attribute must not be negative"));
    }
    let number = number
        .to_i64()
        .and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| thread.overflow_error("The '_length_' attribute is too large"))
}

/// `PyCArrayType.__init__`
pub(crate) fn init_type(thread: &mut Thread, class: Value, _args: Args<'_>) -> PyResult<()> {
    let length = length_of(thread, class)?;
    let name = meta::TYPE.get(thread);
    let Some(item) = protocol::find_attribute(thread, class, name)? else {
        return Err(thread.raise(
            &types::ATTRIBUTE_ERROR,
            "class must define a '_type_' attribute",
        ));
    };
    let own = meta::own(class);
    let info = Info::begin(thread, own, Kind::Array)?;
    let Some(of_item) = Info::of_value(item) else {
        return Err(thread.type_error("_type_ must have storage info"));
    };
    of_item.finish();
    let size = of_item
        .size()
        .checked_mul(length)
        .filter(|&size| isize::try_from(size).is_ok());
    let Some(size) = size else {
        return Err(thread.overflow_error("array too large"));
    };
    let mut shape = vec![int::from_usize(thread, length)];
    if let Some(rest) = of_item.shape.load().and_then(Value::downcast::<Tuple>) {
        shape.extend(rest.iter());
    }
    let shape = Tuple::try_new(thread, &shape)?;
    thread.store(info, &info.shape, Some(shape.value()));
    thread.store(info, &info.format, of_item.format.load());
    thread.store(info, &info.proto, Some(item));
    info.set_layout(size, of_item.align(), length);
    if data::has_pointers(&of_item) {
        info.set_flags(flag::HAS_POINTER);
    }
    let attributes: &'static [GetSet] = if of_item.is_code(b'c') {
        &BYTES_ATTRIBUTES
    } else if of_item.is_code(b'u') {
        &TEXT_ATTRIBUTES
    } else {
        &[]
    };
    for table in attributes {
        let descriptor = GetSetDescriptor::new(thread, own, table).value();
        let name = intern(thread, table.name);
        store_attribute(thread, own, name, Some(descriptor))?;
    }
    Ok(())
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    for (index, &value) in args.by_position().iter().enumerate() {
        store_item(thread, this, index as isize, Some(value))?;
    }
    Ok(())
}

fn length(_thread: &mut Thread, this: Value) -> PyResult<usize> {
    Ok(data::own(this).length())
}

/// The item at an index.
fn part(thread: &Thread, this: Value, index: isize) -> PyResult<(Ref<TypeObject>, Part)> {
    let data = data::own(this);
    let (_, item) = meta::target_of(thread, data)?;
    let found = usize::try_from(index)
        .ok()
        .filter(|&index| index < data.length());
    let Some(index) = found else {
        return Err(thread.index_error("invalid index"));
    };
    let size = Info::of(&item).map_or(0, |item| item.size());
    Ok((item, Part::own(thread, data, index * size, size, index)?))
}

fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let (class, part) = part(thread, this, index)?;
    data::get(thread, class, None, part)
}

fn store_item(thread: &mut Thread, this: Value, index: isize, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("Array does not support item deletion"));
    };
    let (class, part) = part(thread, this, index)?;
    data::set(thread, class, None, new, part)
}

fn index_in(thread: &mut Thread, this: Value, index: Value) -> PyResult<isize> {
    let index = convert::as_index(thread, index)?;
    Ok(if index < 0 {
        index + data::own(this).length() as isize
    } else {
        index
    })
}

fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    if convert::has_index(key) {
        let index = index_in(thread, this, key)?;
        return item(thread, this, index);
    }
    let Some(slice) = key.downcast::<Slice>() else {
        return Err(thread.type_error("indices must be integers"));
    };
    let data = data::own(this);
    let bounds = slice.bounds(thread)?;
    let selection = bounds.within(data.length());
    let (_, class) = meta::target_of(thread, data)?;
    let of_item = Info::of(&class);
    if of_item.is_some_and(|item| item.is_code(b'c')) {
        let place = data.place();
        // SAFETY: the place has so many bytes.
        let bytes = unsafe { memory::to_vec(place.first, place.size) };
        let chosen = selection.places().filter_map(|at| bytes.get(at).copied());
        return Ok(Bytes::new(thread, &chosen.collect::<Vec<u8>>())?.value());
    }
    if of_item.is_some_and(|item| item.is_code(b'u')) {
        let place = data.place();
        // SAFETY: as above.
        let characters = unsafe { code::load_wide(place.first, place.size / 4) };
        let chosen = selection
            .places()
            .filter_map(|at| characters.get(at).copied());
        return code::from_wide(thread, &chosen.collect::<Vec<u32>>());
    }
    let mut items = Buffer::with_capacity(thread, selection.count)?;
    for at in selection.places() {
        let value = item(thread, this, at as isize)?;
        items.push(thread, value)?;
    }
    Ok(List::from_buffer(thread, items).value())
}

fn store_subscript(
    thread: &mut Thread,
    this: Value,
    key: Value,
    new: Option<Value>,
) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("Array does not support item deletion"));
    };
    if convert::has_index(key) {
        let index = index_in(thread, this, key)?;
        return store_item(thread, this, index, Some(new));
    }
    let Some(slice) = key.downcast::<Slice>() else {
        return Err(thread.type_error("indices must be integer"));
    };
    let bounds = slice.bounds(thread)?;
    let selection = bounds.within(data::own(this).length());
    let given = protocol::length(thread, new)?;
    if given != selection.count {
        return Err(thread.value_error("Can only assign sequence of same size"));
    }
    for (index, at) in selection.places().enumerate() {
        let value = protocol::item::get_index(thread, new, index as isize)?;
        store_item(thread, this, at as isize, Some(value))?;
    }
    Ok(())
}

fn get_raw(thread: &mut Thread, this: Value) -> PyResult {
    let place = data::own(this).place();
    // SAFETY: the place has so many bytes.
    let bytes = unsafe { memory::to_vec(place.first, place.size) };
    Ok(Bytes::new(thread, &bytes)?.value())
}

fn set_raw(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.raise(&types::ATTRIBUTE_ERROR, "cannot delete attribute"));
    };
    let view = buffer::get(thread, new, request::SIMPLE)?;
    let bytes = view.to_vec();
    view.release(thread);
    store_bytes(thread, this, &bytes)
}

/// Writes bytes to the beginning.
fn store_bytes(thread: &Thread, this: Value, bytes: &[u8]) -> PyResult<()> {
    let place = data::own(this).place();
    if bytes.len() > place.size {
        return Err(thread.value_error("byte string too long"));
    }
    // SAFETY: the place has so many bytes.
    unsafe { memory::store(place.first, bytes) };
    Ok(())
}

fn get_bytes(thread: &mut Thread, this: Value) -> PyResult {
    let place = data::own(this).place();
    // SAFETY: the place has so many bytes.
    unsafe { code::get(thread, Access::native(b's'), place.first, place.size) }
}

fn set_bytes(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("can't delete attribute"));
    };
    let Some(bytes) = new.downcast::<Bytes>() else {
        return Err(thread.type_error(format_args!(
            "bytes expected instead of {} instance",
            new.class().name()
        )));
    };
    let mut bytes = bytes.as_slice().to_vec();
    if bytes.len() < data::own(this).place().size {
        bytes.push(0);
    }
    store_bytes(thread, this, &bytes)
}

fn get_text(thread: &mut Thread, this: Value) -> PyResult {
    let place = data::own(this).place();
    // SAFETY: the place has so many bytes.
    unsafe { code::get(thread, Access::native(b'U'), place.first, place.size) }
}

fn set_text(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("can't delete attribute"));
    };
    let Some(text) = new.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "unicode string expected instead of {} instance",
            new.class().name()
        )));
    };
    let mut characters = code::wide(text);
    let room = data::own(this).place().size / 4;
    if characters.len() > room {
        return Err(thread.value_error("string too long"));
    }
    if characters.len() < room {
        characters.push(0);
    }
    let bytes: Vec<u8> = characters
        .iter()
        .flat_map(|code| code.to_ne_bytes())
        .collect();
    store_bytes(thread, this, &bytes)
}
