//! Arguments of foreign calls: `from_param` of all types, what it makes, and what becomes of it.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind as Memory, Size, Trace};
use grwl_object::bytes::Bytes;
use grwl_object::int::{IntView, view};
use grwl_object::{
    Buffer, Cell, Declaration, GetSet, PyResult, Ref, Slot, Str, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, float, int, none, protocol, slots, types,
};

use crate::abi::AbiType;
use crate::code::{self, Access};
use crate::data::{self, Data};
use crate::info::{Info, Kind};
use crate::{memory, meta};

grwl_object::names! {
    AS_PARAMETER = "_as_parameter_";
}

/// Bytes of the longest simple value.
const LONGEST: usize = 32;

/// What `byref` and `from_param` give: a value as it is passed.
#[repr(C)]
pub struct Parameter {
    header: Header,
    value: [u8; LONGEST],
    /// The code's letter.
    tag: u8,
    object: Slot,
    keep: Slot,
}

// SAFETY: repr(C), begins with a header; nothing changes.
unsafe impl Cell for Parameter {
    fn type_object() -> &'static TypeObject {
        &PARAMETER
    }
}

static PARAMETER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Parameter, object) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Parameter>()),
    drop: None,
    name: "argument of a foreign call",
};

/// `_ctypes.CArgObject`
pub(crate) static PARAMETER: TypeObject = TypeObject::declare(&Declaration {
    name: "_ctypes.CArgObject",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &PARAMETER_CELL,
    kind: Memory::Traced,
    size: size_of::<Parameter>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::REPR.is(repr)],
    getset: &[GetSet::read_only(
        "_obj",
        |_, this| Ok(own(this).object.load().unwrap_or_else(none)),
        Some("the wrapped object"),
    )
    .member()],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Parameter> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<Parameter>() }
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let parameter = own(this);
    let tag = char::from(parameter.tag);
    let word = |count: usize| {
        let mut bytes = [0; 8];
        bytes[..count].copy_from_slice(&parameter.value[..count]);
        u64::from_le_bytes(bytes)
    };
    let text = match parameter.tag {
        b'b' | b'B' => format!("<cparam '{tag}' ({})>", word(1) as i8),
        b'h' | b'H' => format!("<cparam '{tag}' ({})>", word(2) as i16),
        b'i' | b'I' => format!("<cparam '{tag}' ({})>", word(4) as i32),
        b'l' | b'L' | b'q' | b'Q' => format!("<cparam '{tag}' ({})>", word(8) as i64),
        b'd' | b'f' => {
            let number = if parameter.tag == b'd' {
                f64::from_bits(word(8))
            } else {
                f32::from_bits(word(4) as u32).into()
            };
            let number = float::new(thread, number);
            let shown = protocol::repr(thread, number)?;
            format!("<cparam '{tag}' ({shown})>")
        }
        b'c' => {
            let byte = word(1) as u8;
            if is_literal(byte) {
                format!("<cparam '{tag}' ('{}')>", char::from(byte))
            } else {
                format!("<cparam '{tag}' ('\\x{byte:02x}')>")
            }
        }
        b'z' | b'Z' | b'P' => match word(8) {
            0 => format!("<cparam '{tag}' (0x(nil))>"),
            address => format!("<cparam '{tag}' ({address:#x})>"),
        },
        _ => format!("<cparam '{tag}' at {:#x}>", this.bits().get()),
    };
    Ok(Str::new(thread, &text).value())
}

fn is_literal(byte: u8) -> bool {
    (b' '..0x7f).contains(&byte) && byte != b'\\' && byte != b'\''
}

fn new(
    thread: &Thread,
    tag: u8,
    bytes: &[u8],
    object: Option<Value>,
    keep: Option<Value>,
) -> Value {
    let mut value = [0; LONGEST];
    value[..bytes.len()].copy_from_slice(bytes);
    // SAFETY: the class is this one.
    let parameter = unsafe {
        thread.new_cell(&PARAMETER, |header| Parameter {
            header,
            value,
            tag,
            object: Slot::new(object),
            keep: Slot::new(keep),
        })
    };
    parameter.value()
}

/// A pointer to an instance, so many bytes behind its first one.
pub(crate) fn by_reference(thread: &Thread, data: Ref<Data>, offset: isize) -> Value {
    let place = data::note_view(data);
    let address = place.first.expose_provenance().wrapping_add_signed(offset);
    let (object, keep) = (Some(data.value()), Some(place.keep));
    new(thread, b'P', &address.to_ne_bytes(), object, keep)
}

fn of_converted(thread: &mut Thread, tag: u8, letter: u8, value: Value) -> PyResult {
    let converted = code::convert(thread, Access::native(letter), value, 0)?;
    let object = converted.keep.unwrap_or_else(none);
    Ok(new(thread, tag, converted.bytes(), Some(object), None))
}

/// What becomes of a value's `_as_parameter_`, if it has one. That may lead to itself.
///
/// # Errors
/// `RecursionError`; what getting the attribute or `act` raises.
fn as_parameter<R>(
    thread: &mut Thread,
    value: Value,
    act: impl FnOnce(&mut Thread, Value) -> PyResult<R>,
) -> PyResult<Option<R>> {
    let name = AS_PARAMETER.get(thread);
    let Some(parameter) = protocol::find_attribute(thread, value, name)? else {
        return Ok(None);
    };
    thread.check_stack()?;
    if thread.recursion_left <= 0 {
        return Err(thread
            .recursion_error("maximum recursion depth exceeded while processing _as_parameter_"));
    }
    thread.recursion_left -= 1;
    let result = act(thread, parameter);
    thread.recursion_left += 1;
    result.map(Some)
}

/// `from_param` of most types.
pub(crate) fn from_param(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    if protocol::is_instance(thread, value, class)? {
        return Ok(value);
    }
    let own_class = meta::own(class);
    if let Some(parameter) = value.downcast_exact::<Parameter>() {
        let object = parameter.object.load();
        let target = Info::of(&own_class).and_then(|info| info.proto.load());
        if let (Some(object), Some(target)) = (object, target)
            && target.downcast::<TypeObject>().is_some()
            && protocol::is_instance(thread, object, target)?
        {
            return Ok(value);
        }
        let name = object.map_or_else(
            || "???".to_owned(),
            |object| object.class().name().to_string(),
        );
        return Err(thread.type_error(format_args!(
            "expected {} instance instead of pointer to {name}",
            own_class.name()
        )));
    }
    let again = |thread: &mut Thread, value| from_param(thread, class, value);
    if let Some(parameter) = as_parameter(thread, value, again)? {
        return Ok(parameter);
    }
    Err(thread.type_error(format_args!(
        "expected {} instance instead of {}",
        own_class.name(),
        value.class().name()
    )))
}

/// Is the value an instance of a type of this kind?
fn is_kind(value: Value, kind: Kind) -> bool {
    value.downcast::<Data>().is_some() && meta::is_of_kind(value.class().value(), kind)
}

/// `from_param` of pointers.
pub(crate) fn pointer_from_param(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    if value.is_none() {
        return Ok(value);
    }
    let Some(info) = Info::of_value(class) else {
        return Err(thread.type_error("abstract class"));
    };
    let Some(target) = info.target() else {
        return from_param(thread, class, value);
    };
    if protocol::is_instance(thread, value, target.value())? {
        let Some(data) = data::of(value) else {
            return Err(thread.type_error("expected CData instance"));
        };
        return Ok(by_reference(thread, data, 0));
    }
    if (is_kind(value, Kind::Pointer) || is_kind(value, Kind::Array))
        && let Some(other) = Info::of(&value.class()).and_then(|info| info.target())
        && protocol::is_subclass(thread, other.value(), target.value())?
    {
        return Ok(value);
    }
    from_param(thread, class, value)
}

/// `from_param` of simple types.
pub(crate) fn simple_from_param(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    if protocol::is_instance(thread, value, class)? {
        return Ok(value);
    }
    let Some(letter) = Info::of_value(class).and_then(|info| info.letter()) else {
        return Err(thread.type_error("abstract class"));
    };
    match of_converted(thread, letter, letter, value) {
        Ok(parameter) => Ok(parameter),
        Err(raised) => {
            let again = |thread: &mut Thread, value| simple_from_param(thread, class, value);
            as_parameter(thread, value, again)?.ok_or(raised)
        }
    }
}

/// Does a pointer, an array or the instance behind a `byref` hold characters with this code?
fn holds(value: Value, letter: u8) -> bool {
    if is_kind(value, Kind::Array) || is_kind(value, Kind::Pointer) {
        let item = Info::of(&value.class()).and_then(|info| info.target());
        let item = item.and_then(|item| Info::of(&item));
        return item.is_some_and(|item| item.is_code(letter));
    }
    if let Some(parameter) = value.downcast_exact::<Parameter>() {
        let object = parameter.object.load().and_then(Value::downcast::<Data>);
        let info = object.and_then(|object| Info::of(&object.value().class()));
        return info.is_some_and(|info| info.is_code(letter));
    }
    false
}

fn wrong(thread: &Thread, value: Value, wanted: &str) -> grwl_object::Raised {
    thread.type_error(format_args!(
        "'{}' object cannot be interpreted as ctypes.{wanted}",
        value.class().name()
    ))
}

/// `c_char_p.from_param`
pub(crate) fn char_pointer_from_param(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    if value.is_none() {
        return Ok(value);
    }
    if value.downcast::<Bytes>().is_some() {
        return of_converted(thread, b'z', b'z', value);
    }
    if protocol::is_instance(thread, value, class)? || holds(value, b'c') {
        return Ok(value);
    }
    let again = |thread: &mut Thread, value| char_pointer_from_param(thread, class, value);
    let parameter = as_parameter(thread, value, again)?;
    parameter.ok_or_else(|| wrong(thread, value, "c_char_p"))
}

/// `c_wchar_p.from_param`
pub(crate) fn wide_pointer_from_param(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    if value.is_none() {
        return Ok(value);
    }
    if value.downcast::<Str>().is_some() {
        return of_converted(thread, b'Z', b'Z', value);
    }
    if protocol::is_instance(thread, value, class)? || holds(value, b'u') {
        return Ok(value);
    }
    let again = |thread: &mut Thread, value| wide_pointer_from_param(thread, class, value);
    let parameter = as_parameter(thread, value, again)?;
    parameter.ok_or_else(|| wrong(thread, value, "c_wchar_p"))
}

/// `c_void_p.from_param`
pub(crate) fn void_pointer_from_param(thread: &mut Thread, class: Value, value: Value) -> PyResult {
    if value.is_none() {
        return Ok(value);
    }
    if int::is_int(value) {
        return of_converted(thread, b'P', b'P', value);
    }
    if value.downcast::<Bytes>().is_some() {
        return of_converted(thread, b'z', b'z', value);
    }
    if value.downcast::<Str>().is_some() {
        return of_converted(thread, b'Z', b'Z', value);
    }
    if protocol::is_instance(thread, value, class)?
        || is_kind(value, Kind::Array)
        || is_kind(value, Kind::Pointer)
    {
        return Ok(value);
    }
    if let Some(parameter) = value.downcast_exact::<Parameter>()
        && parameter.tag == b'P'
    {
        return Ok(value);
    }
    if let Some(data) = data::of(value) {
        let tag = match Info::of(&value.class()) {
            Some(info) if info.kind() == Kind::Function => Some(b'P'),
            Some(info) if matches!(info.letter(), Some(b'z' | b'Z')) => Some(b'Z'),
            _ => None,
        };
        if let Some(tag) = tag {
            let keep = data::kept(thread, data, 0)?;
            let address = data.pointer().to_ne_bytes();
            return Ok(new(thread, tag, &address, Some(value), keep));
        }
    }
    let again = |thread: &mut Thread, value| void_pointer_from_param(thread, class, value);
    let parameter = as_parameter(thread, value, again)?;
    parameter.ok_or_else(|| wrong(thread, value, "c_void_p"))
}

/// An argument, as it is passed. What its bytes point to is in the buffer of what is kept for the call.
pub(crate) struct Argument {
    /// Its type.
    pub(crate) abi: AbiType,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

impl Argument {
    fn new(abi: AbiType, bytes: &[u8]) -> Self {
        Self {
            abi,
            bytes: bytes.to_vec(),
        }
    }

    fn pointer(address: usize) -> Self {
        Self::new(AbiType::pointer(), &address.to_ne_bytes())
    }
}

/// What a value is as an argument. `object` becomes the Python object that it stands for, if it does.
///
/// # Errors
/// `TypeError`, `OverflowError`, what `_as_parameter_` raises.
pub(crate) fn convert(
    thread: &mut Thread,
    value: Value,
    number: usize,
    kept: &mut Buffer,
) -> PyResult<Argument> {
    kept.push(thread, value)?;
    if let Some(data) = data::of(value)
        && let Some(info) = Info::of(&value.class())
    {
        return of_instance(thread, data, info, kept);
    }
    if let Some(parameter) = value.downcast_exact::<Parameter>() {
        let size = code::find(parameter.tag).map_or(8, |code| code.size);
        let abi = AbiType::of_code(parameter.tag);
        return Ok(Argument::new(abi, &parameter.value[..size]));
    }
    if value.is_none() {
        return Ok(Argument::pointer(0));
    }
    if let Some(int) = view(value) {
        let low = match int {
            IntView::Small(small) => Some(small as u64),
            wide => {
                let wide = wide.to_int();
                wide.to_u64()
                    .or_else(|| wide.to_i64().map(|low| low as u64))
            }
        };
        let Some(low) = low else {
            return Err(thread.overflow_error("int too long to convert"));
        };
        return Ok(Argument::new(
            AbiType::of_code(b'i'),
            &(low as u32).to_ne_bytes(),
        ));
    }
    if let Some(bytes) = value.downcast::<Bytes>() {
        return Ok(Argument::pointer(
            bytes.as_slice().as_ptr().expose_provenance(),
        ));
    }
    if let Some(text) = value.downcast::<Str>() {
        let block = code::wide_block(thread, text)?;
        kept.push(thread, block.value())?;
        return Ok(Argument::pointer(
            block.as_slice().as_ptr().expose_provenance(),
        ));
    }
    let again = |thread: &mut Thread, value| convert(thread, value, number, kept);
    as_parameter(thread, value, again)?.ok_or_else(|| {
        thread.type_error(format_args!("Don't know how to convert parameter {number}"))
    })
}

/// The Python object that an argument of type `py_object` is.
pub(crate) fn object_of(value: Value) -> Option<Value> {
    if let Some(parameter) = value.downcast_exact::<Parameter>() {
        return (parameter.tag == b'O').then(|| parameter.object.load().unwrap_or_else(none));
    }
    None
}

/// The Python object that something given to a foreign call stands for: a parameter or an instance of type `py_object`, or an instance whose address was
/// given, if it lies at this place.
pub(crate) fn object_in(value: Value, place: *mut u8) -> Option<Value> {
    if let Some(object) = object_of(value) {
        return Some(object);
    }
    let is_object = |data: &Ref<Data>| {
        let info = Info::of(&data.value().class());
        info.is_some_and(|info| info.letter() == Some(b'O'))
    };
    if let Some(data) = data::of(value).filter(is_object) {
        return data::container(data).objects();
    }
    let parameter = value.downcast_exact::<Parameter>()?;
    let data = parameter.object.load().and_then(Value::downcast::<Data>);
    let data = data.filter(is_object)?;
    (data.place().first == place).then(|| data::container(data).objects())?
}

fn of_instance(
    thread: &mut Thread,
    data: Ref<Data>,
    info: Ref<Info>,
    kept: &mut Buffer,
) -> PyResult<Argument> {
    match info.kind() {
        Kind::Array => {
            let place = data::note_view(data);
            kept.push(thread, place.keep)?;
            Ok(Argument::pointer(place.first.expose_provenance()))
        }
        Kind::Pointer | Kind::Function => {
            let (address, keep) = data::pointed(thread, data)?;
            kept.push(thread, keep)?;
            Ok(Argument::pointer(address))
        }
        Kind::Simple => {
            if data::has_pointers(&info)
                && let Some(keep) = data::kept(thread, data, 0)?
            {
                kept.push(thread, keep)?;
            }
            let letter = info.letter().unwrap_or(b'P');
            let size = info.size();
            let place = data.place();
            // SAFETY: the place has so many bytes.
            let bytes = unsafe { memory::to_vec(place.first, size.min(place.size)) };
            Ok(Argument::new(AbiType::of_code(letter), &bytes))
        }
        Kind::Structure | Kind::Union => {
            let abi = AbiType::of_class(&data.value().class());
            let copy = data::copied(thread, data, info.size())?;
            if let Some(keep) = copy.keep {
                kept.push(thread, keep)?;
            }
            Ok(Argument::new(abi, copy.bytes()))
        }
    }
}
