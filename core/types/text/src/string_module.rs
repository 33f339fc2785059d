//! The functions of `_string`: the grammar of replacement fields for `string.Formatter`, as iterators.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::native::{Method, TypeSpec};
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Str, Thread, Tuple, TypeObject, Value, ValueExt, flags,
    int, none, singleton, slots, types,
};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::fields::{Key, Step, first_name, next_markup, next_step};

/// The functions of the module.
pub static METHODS: &[Method] = &[
    Method::one(
        "formatter_parser",
        formatter_parser,
        "formatter_parser($module, format, /)\n--\n\nGoes through a format's literal texts and fields.",
    ),
    Method::one(
        "formatter_field_name_split",
        field_name_split,
        "formatter_field_name_split($module, name, /)\n--\n\nThe first part of a field's name, and an iterator over the rest.",
    ),
];

/// An iterator over a string, from a place on.
#[repr(C)]
pub struct TextIterator {
    header: Header,
    string: Slot,
    at: AtomicU64,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for TextIterator {
    fn type_object() -> &'static TypeObject {
        &FORMATTER_ITERATOR
    }
}

static TEXT_ITERATOR_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(TextIterator, string) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<TextIterator>()),
    drop: None,
    name: "iterator over a format",
};

/// `formatteriterator`
pub static FORMATTER_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "formatteriterator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &TEXT_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<TextIterator>(),
    attributes: 0,
});

/// `fieldnameiterator`
pub static FIELD_NAME_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "fieldnameiterator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &TEXT_ITERATOR_CELL,
    kind: Kind::Traced,
    size: size_of::<TextIterator>(),
    attributes: 0,
});

pub(crate) static FORMATTER_SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next_piece)],
    ..TypeSpec::NONE
};

pub(crate) static FIELD_NAME_SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(itself), slots::NEXT.is(next_name)],
    ..TypeSpec::NONE
};

fn itself(_thread: &mut Thread, this: Value) -> PyResult {
    Ok(this)
}

impl TextIterator {
    fn new(thread: &Thread, class: &TypeObject, string: Ref<Str>, at: usize) -> Ref<Self> {
        // SAFETY: both types have this layout.
        unsafe {
            thread.new_cell(class, |header| Self {
                header,
                string: Slot::new(Some(string.value())),
                at: AtomicU64::new(at as u64),
            })
        }
    }
}

/// The string of an iterator, and its place.
fn state(this: Value) -> (Ref<TextIterator>, Ref<Str>, usize) {
    let cell = this.as_cell().expect("an iterator is a cell");
    // SAFETY: only the slots of the two types call this.
    let this = unsafe { Ref::<TextIterator>::from_cell(cell) };
    let string = this
        .string
        .load()
        .and_then(|string| string.downcast::<Str>());
    let at = this.at.load(Ordering::Relaxed) as usize;
    (this, string.unwrap_or_else(Str::empty), at)
}

fn string_argument(thread: &mut Thread, value: Value) -> PyResult<Ref<Str>> {
    value.downcast::<Str>().ok_or_else(|| {
        thread.type_error(format_args!("expected str, got {}", value.class().name()))
    })
}

fn formatter_parser(thread: &mut Thread, _module: Value, format: Value) -> PyResult {
    let format = string_argument(thread, format)?;
    Ok(TextIterator::new(thread, &FORMATTER_ITERATOR, format, 0).value())
}

fn next_piece(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let (iterator, format, mut at) = state(this);
    let text = format.text();
    let read = next_markup(text, &mut at, text.len());
    iterator.at.store(at as u64, Ordering::Relaxed);
    let markup = match read {
        Ok(Some(markup)) => markup,
        Ok(None) => return Ok(None),
        Err(fault) => return Err(thread.value_error(fault)),
    };
    let part = |range| Str::try_from_text(thread, text.slice(range)).map(Ref::value);
    let literal = part(markup.literal)?;
    let items = match markup.field {
        None => [literal, none(), none(), none()],
        Some(field) => [
            literal,
            part(field.name)?,
            part(field.specification)?,
            field
                .conversion
                .map_or_else(none, |code| Str::from_code(thread, code).value()),
        ],
    };
    Ok(Some(Tuple::try_new(thread, &items)?.value()))
}

fn key_value(thread: &Thread, string: Ref<Str>, key: Key) -> PyResult {
    match key {
        Key::Index(index) => Ok(int::from_usize(thread, index)),
        Key::Name(range) => Ok(Str::try_from_text(thread, string.text().slice(range))?.value()),
    }
}

fn field_name_split(thread: &mut Thread, _module: Value, name: Value) -> PyResult {
    let name = string_argument(thread, name)?;
    match first_name(name.text(), 0..name.len()) {
        Ok((first, rest)) => {
            let first = key_value(thread, name, first)?;
            let rest = TextIterator::new(thread, &FIELD_NAME_ITERATOR, name, rest);
            Ok(Tuple::try_new(thread, &[first, rest.value()])?.value())
        }
        Err(fault) => Err(thread.value_error(fault)),
    }
}

fn next_name(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let (iterator, name, mut at) = state(this);
    let text = name.text();
    let read = next_step(text, &mut at, text.len());
    iterator.at.store(at as u64, Ordering::Relaxed);
    let (is_attribute, key) = match read {
        Ok(Some(Step::Attribute(range))) => (true, Key::Name(range)),
        Ok(Some(Step::Item(key))) => (false, key),
        Ok(None) => return Ok(None),
        Err(fault) => return Err(thread.value_error(fault)),
    };
    let key = key_value(thread, name, key)?;
    let pair = Tuple::try_new(thread, &[singleton::bool(is_attribute), key])?;
    Ok(Some(pair.value()))
}
