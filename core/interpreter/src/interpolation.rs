//! Template strings (PEP 750): `string.templatelib.Template` and `Interpolation`.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::{Cell, Declaration, PyResult, Slot, Str, Thread, TypeObject, Value, none, types};

/// `Interpolation`
pub static INTERPOLATION: TypeObject = TypeObject::declare(&Declaration {
    name: "string.templatelib.Interpolation",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &INTERPOLATION_CELL,
    kind: Kind::Traced,
    size: size_of::<Interpolation>(),
    attributes: 0,
});

/// `Template`
pub static TEMPLATE: TypeObject = TypeObject::declare(&Declaration {
    name: "string.templatelib.Template",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: 0,
    cell: &TEMPLATE_CELL,
    kind: Kind::Traced,
    size: size_of::<Template>(),
    attributes: 0,
});

static INTERPOLATION_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Interpolation, value) as u32,
        count: 4,
    },
    size: Size::Fixed(size_of::<Interpolation>()),
    drop: None,
    name: "Interpolation",
};

static TEMPLATE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Template, strings) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Template>()),
    drop: None,
    name: "Template",
};

/// A replacement field with its value.
#[repr(C)]
pub struct Interpolation {
    header: Header,
    /// `value`
    pub value: Slot,
    /// `expression`
    pub expression: Slot,
    /// `conversion`
    pub conversion: Slot,
    /// `format_spec`
    pub format_spec: Slot,
}

/// A template string: one string more than interpolations.
#[repr(C)]
pub struct Template {
    header: Header,
    /// `strings`: a tuple.
    pub strings: Slot,
    /// `interpolations`: a tuple.
    pub interpolations: Slot,
}

// SAFETY: repr(C), begins with a header; the slots are atomic.
unsafe impl Cell for Interpolation {
    fn type_object() -> &'static TypeObject {
        &INTERPOLATION
    }
}
// SAFETY: as above.
unsafe impl Cell for Template {
    fn type_object() -> &'static TypeObject {
        &TEMPLATE
    }
}

/// An interpolation; `conversion` is the number in the instruction: 0 for none, else `!s`, `!r`, `!a`.
///
/// # Errors
/// None yet; the caller's instructions may raise.
pub fn interpolation(
    thread: &mut Thread,
    value: Value,
    expression: Value,
    conversion: usize,
    format_spec: Value,
) -> PyResult {
    let conversion = match conversion {
        1 => Str::from_code(thread, u32::from(b's')).value(),
        2 => Str::from_code(thread, u32::from(b'r')).value(),
        3 => Str::from_code(thread, u32::from(b'a')).value(),
        _ => none(),
    };
    Ok(new_interpolation(
        thread,
        [value, expression, conversion, format_spec],
    ))
}

/// An interpolation of value, expression, conversion and format specification.
pub fn new_interpolation(thread: &Thread, parts: [Value; 4]) -> Value {
    let [value, expression, conversion, format_spec] = parts.map(|part| Slot::new(Some(part)));
    // SAFETY: the class has no subclasses.
    let made = unsafe {
        thread.new_cell(&INTERPOLATION, |header| Interpolation {
            header,
            value,
            expression,
            conversion,
            format_spec,
        })
    };
    made.value()
}

/// A template of a tuple of strings and a tuple of interpolations.
///
/// # Errors
/// None yet; the caller's instructions may raise.
pub fn template(thread: &mut Thread, strings: Value, interpolations: Value) -> PyResult {
    // SAFETY: the class has no subclasses.
    let made = unsafe {
        thread.new_cell(&TEMPLATE, |header| Template {
            header,
            strings: Slot::new(Some(strings)),
            interpolations: Slot::new(Some(interpolations)),
        })
    };
    Ok(made.value())
}
