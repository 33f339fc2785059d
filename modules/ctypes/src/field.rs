//! `CField`: a field of a structure or union. It is a descriptor: on an instance it is the value in the instance's memory.
//!
//! Invariant: nothing but `anonymous` changes once it is made.

use std::mem::offset_of;
use std::sync::atomic::{AtomicUsize, Ordering};

use grwl_heap::{CellType, Header, Kind as Memory, Size, Trace};
use grwl_number::Int;
use grwl_object::protocol::convert;
use grwl_object::{
    Args, Cell, Declaration, GetSet, PyResult, Raised, Ref, Signature, Slot, Str, Thread,
    TypeObject, TypeSpec, Value, ValueExt, int, none, protocol, slots, types,
};

use crate::code::{self, Access, Bits, Number};
use crate::data::{self, Data, Part};
use crate::info::{Info, Kind};

const R: Ordering = Ordering::Relaxed;

/// `ctypes.CField`
#[repr(C)]
pub struct Field {
    header: Header,
    offset: usize,
    size: usize,
    index: usize,
    /// 0: not a bit field.
    bit_size: u8,
    bit_offset: u8,
    access: u64,
    anonymous: AtomicUsize,
    name: Slot,
    class: Slot,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Field {
    fn type_object() -> &'static TypeObject {
        &FIELD
    }
}

static FIELD_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Field, name) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Field>()),
    drop: None,
    name: "field of a C structure",
};

/// `ctypes.CField`
pub(crate) static FIELD: TypeObject = TypeObject::declare(&Declaration {
    name: "ctypes.CField",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &FIELD_CELL,
    kind: Memory::Traced,
    size: size_of::<Field>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Structure/Union member"),
    slots: &[
        slots::NEW.is(new),
        slots::REPR.is(repr),
        slots::DESCRIPTOR_GET.is(get),
        slots::DESCRIPTOR_SET.is(set),
    ],
    getset: &[
        GetSet::read_only(
            "size",
            |thread, this| {
                let field = own(this);
                let size = match field.bits() {
                    Some(bits) => usize::from(bits.count) << 16 | usize::from(bits.offset),
                    None => field.size,
                };
                Ok(int::from_usize(thread, size))
            },
            Some(
                "size in bytes of this field. For bitfields, this is a legacy packed value; use byte_size instead",
            ),
        ),
        GetSet::read_only(
            "bit_size",
            |thread, this| {
                let field = own(this);
                let size = match field.bits() {
                    Some(bits) => bits.count.into(),
                    None => field.size as u128 * 8,
                };
                Ok(int::new(thread, Int::from(size)))
            },
            Some("size of this field in bits"),
        ),
        GetSet::read_only(
            "is_bitfield",
            |_, this| Ok(int::bool(own(this).bits().is_some())),
            Some("true if this is a bitfield"),
        ),
        GetSet::read_only(
            "is_anonymous",
            |_, this| Ok(int::bool(own(this).is_anonymous())),
            Some("true if this field is anonymous"),
        ),
        GetSet::read_only(
            "name",
            |_, this| Ok(own(this).name().value()),
            Some("name of this field"),
        )
        .member(),
        GetSet::read_only(
            "type",
            |_, this| Ok(own(this).class().value()),
            Some("type of this field"),
        )
        .member(),
        GetSet::read_only(
            "offset",
            |thread, this| Ok(int::from_i64(thread, own(this).offset as i64)),
            Some("offset in bytes of this field (same as byte_offset)"),
        )
        .member(),
        GetSet::read_only(
            "byte_offset",
            |thread, this| Ok(int::from_i64(thread, own(this).offset as i64)),
            Some("offset in bytes of this field. For bitfields: excludes bit_offset."),
        )
        .member(),
        GetSet::read_only(
            "byte_size",
            |thread, this| Ok(int::from_usize(thread, own(this).size)),
            Some("size of this field in bytes"),
        )
        .member(),
        GetSet::read_only(
            "bit_offset",
            |_, this| Ok(Value::small(own(this).bit_offset.into())),
            Some("additional offset in bits (relative to byte_offset); zero for non-bitfields"),
        )
        .member(),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<Field> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<Field>() }
}

impl Field {
    /// Which of its type's fields it is.
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// Bytes before it.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// Bytes of its type.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// What it is called.
    pub(crate) fn name(&self) -> Ref<Str> {
        let name = self.name.load().and_then(Value::downcast::<Str>);
        name.expect("a field has a name")
    }

    /// Its type.
    pub(crate) fn class(&self) -> Ref<TypeObject> {
        let class = self.class.load().and_then(Value::downcast::<TypeObject>);
        class.expect("a field has a type")
    }

    /// Which bits it is, if it is a bit field.
    pub(crate) fn bits(&self) -> Option<Bits> {
        (self.bit_size != 0).then_some(Bits {
            count: self.bit_size,
            offset: self.bit_offset,
        })
    }

    /// Are its fields those of the type that it is in?
    pub(crate) fn is_anonymous(&self) -> bool {
        self.anonymous.load(R) != 0
    }

    /// Makes its fields those of the type that it is in.
    pub(crate) fn set_anonymous(&self) {
        self.anonymous.store(1, R);
    }
}

/// The same field elsewhere: in a type that contains its own.
pub(crate) fn moved(thread: &Thread, field: Ref<Field>, index: usize, offset: usize) -> Ref<Field> {
    // SAFETY: the class is this one.
    unsafe {
        thread.new_cell(&FIELD, |header| Field {
            header,
            offset,
            size: field.size,
            index,
            bit_size: field.bit_size,
            bit_offset: field.bit_offset,
            access: field.access,
            anonymous: AtomicUsize::new(0),
            name: Slot::new(field.name.load()),
            class: Slot::new(field.class.load()),
        })
    }
}

static SIGNATURE: Signature<8> = Signature::new(
    "CField",
    [
        "name",
        "type",
        "byte_size",
        "byte_offset",
        "index",
        "_internal_use",
        "bit_size",
        "bit_offset",
    ],
)
.keyword_only_after(0, 6);

fn size(thread: &mut Thread, value: Option<Value>) -> PyResult<isize> {
    grwl_types_text::arguments::size(thread, value.unwrap_or_else(none))
}

fn integer(thread: &mut Thread, value: Value) -> PyResult<isize> {
    if !int::is_int(value) {
        return Err(thread.type_error("an integer is required"));
    }
    convert::as_isize(thread, value)
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [
        name,
        class,
        byte_size,
        byte_offset,
        index,
        internal,
        bit_size,
        bit_offset,
    ] = args.parse(thread, &SIGNATURE)?;
    let name = name.unwrap_or_else(none);
    let Some(name) = name.downcast::<Str>() else {
        return Err(thread.type_error(format_args!(
            "CField() argument 'name' must be str, not {}",
            grwl_types_text::arguments::type_or_none(name)
        )));
    };
    let class = class.unwrap_or_else(none);
    let byte_size = size(thread, byte_size)?;
    let byte_offset = size(thread, byte_offset)?;
    let index = size(thread, index)?;
    if !protocol::is_true(thread, internal.unwrap_or_else(none))? {
        return Err(thread.type_error("cannot create type object"));
    }
    let shown = protocol::repr(thread, name.value())?.to_rust_lossy();
    let Ok(byte_size) = usize::try_from(byte_size) else {
        return Err(thread.value_error(format_args!(
            "byte size of field {shown} must not be negative, got {byte_size}"
        )));
    };
    let Some((class, info)) = class
        .downcast::<TypeObject>()
        .and_then(|class| Some((class, Info::of(&class)?)))
    else {
        return Err(thread.type_error(format_args!("type of field {shown} must be a C type")));
    };
    if info.size() != byte_size {
        let name = Str::try_from_text(thread, name.text())?;
        return Err(wrong_size(thread, name, byte_size, info.size()));
    }
    let bit_offset = bit_offset.and_then(ValueExt::not_none);
    let bits = match (bit_size.and_then(ValueExt::not_none), bit_offset) {
        (Some(count), offset) => {
            let offset = offset.unwrap_or_else(none);
            Some(bits_of(thread, &shown, class, info, count, offset)?)
        }
        (None, Some(_)) => {
            return Err(thread.value_error(format_args!(
                "field {shown}: bit_offset must be specified if bit_size is"
            )));
        }
        (None, None) => None,
    };
    // An exact string, whatever was given.
    let name = Str::try_from_text(thread, name.text())?;
    let name = grwl_object::intern_str(thread, name);
    let access = characters(info).map_or(0, Access::to_word);
    let (count, offset) = bits.map_or((0, 0), |bits| (bits.count, bits.offset));
    // SAFETY: the class is this one.
    let field = unsafe {
        thread.new_cell(&FIELD, |header| Field {
            header,
            offset: byte_offset as usize,
            size: byte_size,
            index: index as usize,
            bit_size: count,
            bit_offset: offset,
            access,
            anonymous: AtomicUsize::new(0),
            name: Slot::new(Some(name.value())),
            class: Slot::new(Some(class.value())),
        })
    };
    Ok(field.value())
}

/// Arrays of characters are strings where they are fields.
fn characters(info: Ref<Info>) -> Option<Access> {
    if info.kind() != Kind::Array {
        return None;
    }
    let item = Info::of(&*info.target()?)?;
    match item.access()? {
        Access {
            letter: b'c',
            is_swapped: false,
        } => Some(Access::native(b's')),
        Access {
            letter: b'u',
            is_swapped: false,
        } => Some(Access::native(b'U')),
        _ => None,
    }
}

/// The error for a field whose type has another size.
pub(crate) fn wrong_size(
    thread: &mut Thread,
    name: Ref<Str>,
    byte_size: usize,
    size: usize,
) -> Raised {
    match protocol::repr(thread, name.value()) {
        Ok(shown) => thread.value_error(format_args!(
            "byte size of field {shown} ({byte_size}) does not match type size ({size})"
        )),
        Err(raised) => raised,
    }
}

fn bits_of(
    thread: &mut Thread,
    shown: &str,
    class: Ref<TypeObject>,
    info: Ref<Info>,
    count: Value,
    offset: Value,
) -> PyResult<Bits> {
    let is_integer = |access: Access| {
        let number = code::find(access.letter).map(|code| code.number);
        matches!(number, Some(Number::Signed | Number::Unsigned))
            && !matches!(access.letter, b'c' | b'u')
    };
    if !info.access().is_some_and(is_integer) {
        return Err(thread.type_error(format_args!(
            "bit fields not allowed for type {}",
            class.name()
        )));
    }
    let count = integer(thread, count)?;
    let Some(size) = u8::try_from(count).ok().filter(|&size| size > 0) else {
        return Err(thread.value_error(format_args!(
            "bit size of field {shown} out of range, got {count}"
        )));
    };
    let given = integer(thread, offset)?;
    let Ok(offset) = u8::try_from(given) else {
        return Err(thread.value_error(format_args!(
            "bit offset of field {shown} out of range, got {given}"
        )));
    };
    let bits = info.size() * 8;
    if usize::from(size) + usize::from(offset) > bits {
        return Err(thread.value_error(format_args!(
            "bit field {shown} overflows its type ({offset} + {size} > {bits})"
        )));
    }
    Ok(Bits {
        count: size,
        offset,
    })
}

fn repr(thread: &mut Thread, this: Value) -> PyResult {
    let field = own(this);
    let name = protocol::repr(thread, field.name().value())?;
    let class = field.class();
    let offset = field.offset as isize;
    let head = format!(
        "<{} {name} type={}, ofs={offset}",
        this.class().full_name(thread),
        class.name()
    );
    let text = match field.bits() {
        Some(bits) => format!(
            "{head}, bit_size={}, bit_offset={}>",
            bits.count, bits.offset
        ),
        None => format!("{head}, size={}>", field.size),
    };
    Ok(Str::new(thread, &text).value())
}

/// The field in an instance's memory.
fn part(thread: &Thread, field: Ref<Field>, instance: Value) -> PyResult<Part> {
    let Some(data) = instance.downcast::<Data>() else {
        return Err(thread.type_error("not a ctype instance"));
    };
    Part::own(thread, data, field.offset, field.size, field.index)
}

fn get(
    thread: &mut Thread,
    this: Value,
    instance: Option<Value>,
    _owner: Option<Value>,
) -> PyResult {
    let Some(instance) = instance else {
        return Ok(this);
    };
    let field = own(this);
    let part = part(thread, field, instance)?;
    let class = field.class();
    if let Some(bits) = field.bits()
        && let Some(access) = Info::of(&class).and_then(|info| info.access())
    {
        return data::get_bits(thread, access, part, bits);
    }
    data::get(thread, class, Access::of_word(field.access), part)
}

fn set(thread: &mut Thread, this: Value, instance: Value, new: Option<Value>) -> PyResult<()> {
    let field = own(this);
    let part = part(thread, field, instance)?;
    let Some(new) = new else {
        return Err(thread.type_error("can't delete attribute"));
    };
    let class = field.class();
    if let Some(bits) = field.bits()
        && let Some(access) = Info::of(&class).and_then(|info| info.access())
    {
        return data::set_bits(thread, access, new, part, bits);
    }
    data::set(thread, class, Access::of_word(field.access), new, part)
}
