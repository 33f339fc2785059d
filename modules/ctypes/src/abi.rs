//! C types as `libffi` has them.
//!
//! A structure or union of up to sixteen bytes is passed in registers on x86-64, by what its *eightbytes* hold; libffi finds that out from a list of elements.
//! It cannot know of unions, arrays and bit fields, so here the elements are made from the eightbytes. On other machines they are the fields.

use std::ptr::{addr_of_mut, null_mut};

use grwl_object::{Ref, Tuple, TypeObject, Value, ValueExt};
use libffi::raw::{self, ffi_type};

use crate::code::{self, Number};
use crate::field::Field;
use crate::info::{Info, Kind};

/// A type; it owns what libffi is told of it.
pub(crate) enum AbiType {
    /// One of libffi's own.
    Known(*mut ffi_type),
    /// A structure or union.
    Aggregate(Box<Aggregate>),
}

/// See [`AbiType::Aggregate`].
pub(crate) struct Aggregate {
    ffi: ffi_type,
    /// The elements, and a null pointer.
    pointers: Vec<*mut ffi_type>,
    /// What the elements are that libffi does not know.
    inner: Vec<AbiType>,
}

impl AbiType {
    /// An address.
    pub(crate) fn pointer() -> Self {
        Self::Known(addr_of_mut!(raw::ffi_type_pointer))
    }

    /// No value.
    pub(crate) fn void() -> Self {
        Self::Known(addr_of_mut!(raw::ffi_type_void))
    }

    /// The type of a code's values.
    pub(crate) fn of_code(letter: u8) -> Self {
        let Some(code) = code::find(letter) else {
            return Self::pointer();
        };
        Self::Known(match (code.number, code.size) {
            (Number::Pointer, _) => addr_of_mut!(raw::ffi_type_pointer),
            (Number::Real, 4) => addr_of_mut!(raw::ffi_type_float),
            (Number::Real, 8) => addr_of_mut!(raw::ffi_type_double),
            (Number::Real, _) => addr_of_mut!(raw::ffi_type_longdouble),
            (Number::Complex, 8) => addr_of_mut!(raw::ffi_type_complex_float),
            (Number::Complex, 16) => addr_of_mut!(raw::ffi_type_complex_double),
            (Number::Complex, _) => addr_of_mut!(raw::ffi_type_complex_longdouble),
            (Number::Signed, 1) => addr_of_mut!(raw::ffi_type_sint8),
            (Number::Signed, 2) => addr_of_mut!(raw::ffi_type_sint16),
            (Number::Signed, 4) => addr_of_mut!(raw::ffi_type_sint32),
            (Number::Signed, _) => addr_of_mut!(raw::ffi_type_sint64),
            (Number::Unsigned, size) => unsigned(size),
        })
    }

    /// The type of a class of C data; `int` for any other class, as in a function that says nothing.
    pub(crate) fn of_class(class: &TypeObject) -> Self {
        let Some(info) = Info::of(class) else {
            return Self::of_code(b'i');
        };
        match info.kind() {
            Kind::Simple => Self::of_code(info.letter().unwrap_or(b'P')),
            Kind::Array | Kind::Pointer | Kind::Function => Self::pointer(),
            Kind::Structure | Kind::Union => Self::of_aggregate(info),
        }
    }

    /// The type of a value that says what a function returns.
    pub(crate) fn of_result(class: Option<Value>) -> Self {
        match class.and_then(Value::downcast::<TypeObject>) {
            Some(class) => Self::of_class(&class),
            None => Self::of_code(b'i'),
        }
    }

    fn of_aggregate(info: Ref<Info>) -> Self {
        let elements = if cfg!(target_arch = "x86_64") {
            by_eightbytes(info)
        } else {
            by_fields(info)
        };
        let mut pointers: Vec<*mut ffi_type> = elements.iter().map(Self::ffi).collect();
        pointers.push(null_mut());
        let mut made = Box::new(Aggregate {
            ffi: ffi_type {
                size: info.size(),
                alignment: info.align() as u16,
                type_: raw::FFI_TYPE_STRUCT,
                elements: null_mut(),
            },
            pointers,
            inner: elements,
        });
        made.ffi.elements = made.pointers.as_mut_ptr();
        debug_assert_eq!(made.inner.len() + 1, made.pointers.len());
        Self::Aggregate(made)
    }

    /// For libffi, which reads it as long as the type lives.
    pub(crate) fn ffi(&self) -> *mut ffi_type {
        match self {
            Self::Known(ffi) => *ffi,
            Self::Aggregate(aggregate) => (&raw const aggregate.ffi).cast_mut(),
        }
    }

    /// Bytes of a value.
    pub(crate) fn size(&self) -> usize {
        // SAFETY: a static of libffi's, or our own.
        unsafe { (*self.ffi()).size }
    }
}

fn unsigned(size: usize) -> *mut ffi_type {
    match size {
        1 => addr_of_mut!(raw::ffi_type_uint8),
        2 => addr_of_mut!(raw::ffi_type_uint16),
        4 => addr_of_mut!(raw::ffi_type_uint32),
        _ => addr_of_mut!(raw::ffi_type_uint64),
    }
}

/// The fields of a structure or union, those of the base first.
fn fields(info: Ref<Info>) -> impl Iterator<Item = Ref<Field>> {
    let fields = info.fields.load().and_then(Value::downcast::<Tuple>);
    let fields = fields.into_iter().flat_map(Ref::<Tuple>::iter);
    fields.filter_map(Value::downcast::<Field>)
}

/// A simple value inside an aggregate.
struct Leaf {
    offset: usize,
    size: usize,
    number: Number,
}

/// The simple values that a type is made of.
fn leaves(info: Ref<Info>, offset: usize, found: &mut Vec<Leaf>) {
    let mut leaf = |size, number| {
        found.push(Leaf {
            offset,
            size,
            number,
        });
    };
    match info.kind() {
        Kind::Simple => {
            let code = info.letter().and_then(code::find);
            leaf(
                info.size(),
                code.map_or(Number::Pointer, |code| code.number),
            );
        }
        Kind::Pointer | Kind::Function => leaf(info.size(), Number::Pointer),
        Kind::Array => {
            let item = info.target().and_then(|item| Info::of(&item));
            if let Some(item) = item {
                for index in 0..info.length() {
                    leaves(item, offset + index * item.size(), found);
                }
            }
        }
        Kind::Structure | Kind::Union => {
            for field in fields(info) {
                let offset = offset + field.offset();
                match (field.bits(), Info::of(&field.class())) {
                    (Some(bits), _) => {
                        let first = usize::from(bits.offset) / 8;
                        let end = usize::from(bits.offset) + usize::from(bits.count);
                        found.push(Leaf {
                            offset: offset + first,
                            size: end.div_ceil(8) - first,
                            number: Number::Unsigned,
                        });
                    }
                    (None, Some(inner)) => leaves(inner, offset, found),
                    (None, None) => {}
                }
            }
        }
    }
}

/// Bytes that are passed in registers at most.
const IN_REGISTERS: usize = 16;

/// The elements of an aggregate on x86-64: see the module's head.
fn by_eightbytes(info: Ref<Info>) -> Vec<AbiType> {
    let size = info.size();
    let mut elements = Vec::new();
    if size > IN_REGISTERS {
        // It is passed in memory, whatever is in it.
        elements.push(AbiType::Known(unsigned(1)));
        return elements;
    }
    let mut found = Vec::new();
    leaves(info, 0, &mut found);
    if found
        .iter()
        .any(|leaf| leaf.size == 16 && leaf.number == Number::Real)
    {
        elements.push(AbiType::of_code(b'g'));
        return elements;
    }
    for start in (0..size).step_by(8) {
        let length = (size - start).min(8);
        let mut inside = found
            .iter()
            .filter(|leaf| leaf.offset < start + 8 && leaf.offset + leaf.size > start)
            .peekable();
        let is_real = inside.peek().is_some()
            && inside.all(|leaf| matches!(leaf.number, Number::Real | Number::Complex));
        match length {
            8 if is_real => elements.push(AbiType::of_code(b'd')),
            4 if is_real => elements.push(AbiType::of_code(b'f')),
            1 | 2 | 4 | 8 => elements.push(AbiType::Known(unsigned(length))),
            _ => elements.extend((0..length).map(|_| AbiType::Known(unsigned(1)))),
        }
    }
    elements
}

/// The elements of an aggregate elsewhere: its fields; of a union the longest one.
fn by_fields(info: Ref<Info>) -> Vec<AbiType> {
    let mut elements = Vec::new();
    let add = |elements: &mut Vec<AbiType>, class: &TypeObject| {
        let mut class = Ref::from_ref(class);
        let mut count = 1;
        while let Some(array) = Info::of(&class).filter(|info| info.kind() == Kind::Array)
            && let Some(item) = array.target()
        {
            count *= array.length();
            class = item;
        }
        elements.extend((0..count).map(|_| AbiType::of_class(&class)));
    };
    if info.kind() == Kind::Union {
        let longest = fields(info).max_by_key(|field| field.size());
        if let Some(field) = longest {
            add(&mut elements, &field.class());
        }
    } else {
        for field in fields(info) {
            add(&mut elements, &field.class());
        }
    }
    elements
}
