//! Pointers: their types, and what they point to.

use grwl_object::bytes::Bytes;
use grwl_object::class::attribute::store as store_attribute;
use grwl_object::list::List;
use grwl_object::protocol::convert;
use grwl_object::slice::Slice;
use grwl_object::{
    Args, Buffer, GetSet, PyResult, Ref, Thread, TypeObject, TypeSpec, Value, ValueExt, intern_str,
    none, slots, types,
};

use crate::code;
use crate::data::{self, At, Part};
use crate::info::{Changing, Info, Kind, flag};
use crate::meta::{self, POINTER_TYPE};
use crate::{instances, memory};

/// `_ctypes._Pointer`
pub(crate) static POINTER: TypeObject =
    TypeObject::declare(&data::declaration("_ctypes._Pointer", &POINTER_TYPE));

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("XXX to be provided"),
    slots: &[
        slots::NEW.is(new),
        slots::INIT.is(init),
        slots::BOOL.is(is_true),
        slots::ITEM.is(item),
        slots::STORE_ITEM.is(store_item),
        slots::SUBSCRIPT.is(subscript),
        slots::GET_BUFFER.is(instances::get_buffer),
    ],
    getset: &[GetSet::new(
        "contents",
        contents,
        set_contents,
        Some("the object this pointer points to (read-write)"),
    )],
    ..TypeSpec::NONE
};

/// Says what a pointer type points to.
fn set_target(
    thread: &mut Thread,
    class: Value,
    info: Ref<Info>,
    target: Value,
) -> PyResult<Ref<Info>> {
    if target.downcast::<TypeObject>().is_none() {
        return Err(thread.type_error("_type_ must be a type"));
    }
    let Some(of_target) = Info::of_value(target) else {
        return Err(thread.type_error("_type_ must have storage info"));
    };
    thread.store(info, &info.proto, Some(target));
    // The first one, if several are made at once.
    let locked = thread.lock_cell(&of_target);
    if of_target.pointer_type.load().is_none() {
        locked.store(of_target, &of_target.pointer_type, Some(class));
    }
    drop(locked);
    Ok(of_target)
}

/// `PyCPointerType.__init__`
pub(crate) fn init_type(thread: &mut Thread, class: Value, _args: Args<'_>) -> PyResult<()> {
    let own = meta::own(class);
    let info = Info::begin(thread, own, Kind::Pointer)?;
    let size = size_of::<usize>();
    info.set_layout(size, size, 1);
    info.set_flags(flag::IS_POINTER);
    let name = meta::TYPE.get(thread);
    let Some(target) = own.dict().get_str(name) else {
        return Ok(());
    };
    let of_target = set_target(thread, class, info, target)?;
    let format = of_target.format_text();
    let mut text = "&".to_owned();
    let lengths = of_target.lengths();
    if !lengths.is_empty() {
        let lengths: Vec<String> = lengths.iter().map(ToString::to_string).collect();
        text.push_str(&format!("({})", lengths.join(",")));
    }
    text.push_str(format.as_deref().unwrap_or("B"));
    info.set_format(thread, &text);
    Ok(())
}

/// `PyCPointerType.set_type`
pub(crate) fn set_type(thread: &mut Thread, class: Value, target: Value) -> PyResult {
    let own = meta::own(class);
    let Some(info) = Info::of(&own) else {
        return Err(thread.type_error("abstract class"));
    };
    set_target(thread, class, info, target)?;
    let name = meta::TYPE.get(thread);
    let name = intern_str(thread, name);
    store_attribute(thread, own, name, Some(target))?;
    Ok(none())
}

fn new(thread: &mut Thread, class: Ref<TypeObject>, _args: Args<'_>) -> PyResult {
    if Info::of(&class).is_none_or(|info| info.target().is_none()) {
        return Err(thread.type_error("Cannot create instance: has no _type_"));
    }
    Ok(data::new(thread, class)?.value())
}

fn init(thread: &mut Thread, this: Value, args: Args<'_>) -> PyResult<()> {
    let [value] = args.unpack::<1>(thread, "POINTER", 0)?;
    match value {
        Some(value) => set_contents(thread, this, Some(value)),
        None => Ok(()),
    }
}

/// Where a pointer points to.
fn target(thread: &mut Thread, this: Value) -> PyResult<(*mut u8, Value)> {
    match data::pointed(thread, data::own(this))? {
        (0, _) => Err(thread.value_error("NULL pointer access")),
        (address, keep) => Ok((std::ptr::with_exposed_provenance_mut(address), keep)),
    }
}

fn is_true(_thread: &mut Thread, this: Value) -> PyResult<bool> {
    Ok(data::own(this).pointer() != 0)
}

fn contents(thread: &mut Thread, this: Value) -> PyResult {
    let (first, keep) = target(thread, this)?;
    let data = data::own(this);
    let (_, class) = meta::target_of(thread, data)?;
    Ok(data::of_base(thread, class, data, keep, 0, first)?.value())
}

fn set_contents(thread: &mut Thread, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("Pointer does not support item deletion"));
    };
    let data = data::own(this);
    let (_, class) = meta::target_of(thread, data)?;
    // As CPython: an instance of any C type will do.
    let Some(target) = data::of(new) else {
        return Err(thread.type_error(format_args!(
            "expected {} instead of {}",
            class.name(),
            new.class().name()
        )));
    };
    let objects = data::kept_objects(thread, target)?;
    let place = data::note_view(target);
    let to = place.first.expose_provenance().to_ne_bytes();
    let whole = Part::own(thread, data, 0, to.len(), 1)?;
    let pointed = code::Converted::new(&to, Some(new));
    data::store_converted(thread, whole, &pointed)?;
    data::store(thread, data, 0, Some(objects), || ())?;
    std::hint::black_box(place.keep);
    Ok(())
}

/// The item so many places behind the first one.
fn part(thread: &mut Thread, this: Value, index: isize) -> PyResult<(Ref<TypeObject>, Part)> {
    let (first, keep) = target(thread, this)?;
    let data = data::own(this);
    let (_, class) = meta::target_of(thread, data)?;
    let size = Info::of(&class).map_or(0, |item| item.size());
    let first = first.wrapping_offset(index.wrapping_mul(size as isize));
    let part = Part {
        data,
        at: At::Elsewhere(first, keep),
        size,
        index: index as usize,
    };
    Ok((class, part))
}

fn item(thread: &mut Thread, this: Value, index: isize) -> PyResult {
    let (class, part) = part(thread, this, index)?;
    data::get(thread, class, None, part)
}

fn store_item(thread: &mut Thread, this: Value, index: isize, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(thread.type_error("Pointer does not support item deletion"));
    };
    let (class, part) = part(thread, this, index)?;
    data::set(thread, class, None, new, part)
}

/// A bound of a slice, as a plain number: there is no length from which to count.
fn bound(thread: &mut Thread, value: Value) -> PyResult<isize> {
    convert::as_index_or(thread, value, &types::VALUE_ERROR)
}

fn subscript(thread: &mut Thread, this: Value, key: Value) -> PyResult {
    if convert::has_index(key) {
        let index = convert::as_index(thread, key)?;
        return item(thread, this, index);
    }
    let Some(slice) = key.downcast::<Slice>() else {
        return Err(thread.type_error("Pointer indices must be integer"));
    };
    let step = match slice.step().not_none() {
        None => 1,
        Some(step) => bound(thread, step)?,
    };
    if step == 0 {
        return Err(thread.value_error("slice step cannot be zero"));
    }
    let start = match slice.start().not_none() {
        Some(start) => bound(thread, start)?,
        None if step < 0 => {
            return Err(thread.value_error("slice start is required for step < 0"));
        }
        None => 0,
    };
    let Some(stop) = slice.stop().not_none() else {
        return Err(thread.value_error("slice stop is required"));
    };
    let stop = bound(thread, stop)?;
    let distance = (stop as i128 - start as i128) * i128::from(step.signum() as i64);
    let count = if distance <= 0 {
        0
    } else {
        ((distance - 1) / step.unsigned_abs() as i128 + 1) as usize
    };
    let (_, class) = meta::target_of(thread, data::own(this))?;
    let of_item = Info::of(&class);
    let places = (0..count).map(|at| start.wrapping_add(step.wrapping_mul(at as isize)));
    if of_item.is_some_and(|item| item.is_code(b'c')) {
        if count == 0 {
            return Ok(Bytes::new(thread, &[])?.value());
        }
        let (first, keep) = target(thread, this)?;
        // SAFETY: the program says that there are so many items.
        let byte = |at: isize| unsafe { memory::load(first.wrapping_offset(at), 1)[0] };
        let bytes: Vec<u8> = places.map(byte).collect();
        std::hint::black_box(keep);
        return Ok(Bytes::new(thread, &bytes)?.value());
    }
    if of_item.is_some_and(|item| item.is_code(b'u')) {
        if count == 0 {
            return code::from_wide(thread, &[]);
        }
        let (first, keep) = target(thread, this)?;
        let character = |at: isize| {
            // SAFETY: as above.
            let item = unsafe { memory::load(first.wrapping_offset(at * 4), 4) };
            u32::from_ne_bytes([item[0], item[1], item[2], item[3]])
        };
        let characters: Vec<u32> = places.map(character).collect();
        std::hint::black_box(keep);
        return code::from_wide(thread, &characters);
    }
    let mut items = Buffer::new();
    for at in places {
        let value = item(thread, this, at)?;
        items.push(thread, value)?;
    }
    Ok(List::from_buffer(thread, items).value())
}
