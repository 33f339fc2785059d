//! `float` and `complex`: nearly all floats are immediate; the rest, and instances of subclasses, are cells.

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_value::{Unpacked, Value};

use crate::cell::{Cell, Ref, ValueExt};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

/// A float with an identity.
#[repr(C)]
pub struct FloatCell {
    header: Header,
    float: f64,
    _padding: u64,
}

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for FloatCell {
    const FLAG: u64 = flags::FLOAT;
    fn type_object() -> &'static TypeObject {
        &types::FLOAT
    }
}

/// The heap's view of floats.
pub static FLOAT_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<FloatCell>()),
    drop: None,
    name: "float",
};

/// A complex number.
#[repr(C)]
pub struct Complex {
    header: Header,
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imaginary: f64,
}

// SAFETY: as above.
unsafe impl Cell for Complex {
    fn type_object() -> &'static TypeObject {
        &types::COMPLEX
    }
}

/// The heap's view of complex numbers.
pub static COMPLEX_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<Complex>()),
    drop: None,
    name: "complex",
};

/// A `float`.
#[inline(always)]
pub fn new(thread: &Thread, float: f64) -> Value {
    match Value::from_float(float) {
        Some(value) => value,
        None => boxed(thread, float),
    }
}

#[cold]
fn boxed(thread: &Thread, float: f64) -> Value {
    // SAFETY: the class is `float`.
    let cell = unsafe {
        thread.new_cell(&types::FLOAT, |header| FloatCell {
            header,
            float,
            _padding: 0,
        })
    };
    cell.value()
}

/// The float that `value` is, subclasses included; `None` if its type is no `float`.
#[inline]
pub fn view(value: Value) -> Option<f64> {
    match value.unpack() {
        Unpacked::Float(float) => Some(float),
        Unpacked::Int(_) => None,
        Unpacked::Cell(_) => value.downcast::<FloatCell>().map(|cell| cell.float),
    }
}

/// The float that `value` is, if its type is exactly `float`.
#[inline(always)]
pub fn exact(value: Value) -> Option<f64> {
    match value.as_float() {
        Some(float) => Some(float),
        None => value.downcast_exact::<FloatCell>().map(|cell| cell.float),
    }
}

/// An instance of `class`, which is `float` or a subclass.
///
/// # Errors
/// `MemoryError`.
pub fn of_class(thread: &Thread, class: &TypeObject, float: f64) -> PyResult {
    if std::ptr::eq(class, &types::FLOAT) {
        return Ok(new(thread, float));
    }
    let cell = crate::instance::allocate(thread, class)?;
    // SAFETY: a fresh cell whose class derives from `float`, so its payload is a FloatCell.
    unsafe {
        (&raw mut (*cell.cast::<FloatCell>().as_ptr()).float).write(float);
    }
    Ok(Value::from_cell(cell))
}

/// A `complex`.
pub fn new_complex(thread: &Thread, real: f64, imaginary: f64) -> Ref<Complex> {
    // SAFETY: the class is `complex`.
    unsafe {
        thread.new_cell(&types::COMPLEX, |header| Complex {
            header,
            real,
            imaginary,
        })
    }
}

/// An instance of `class`, which is `complex` or a subclass.
///
/// # Errors
/// `MemoryError`.
pub fn complex_of_class(
    thread: &Thread,
    class: &TypeObject,
    real: f64,
    imaginary: f64,
) -> PyResult {
    if std::ptr::eq(class, &types::COMPLEX) {
        return Ok(new_complex(thread, real, imaginary).value());
    }
    let cell = crate::instance::allocate(thread, class)?;
    // SAFETY: a fresh cell whose class derives from `complex`, so its payload is a Complex.
    unsafe {
        let this = cell.cast::<Complex>().as_ptr();
        (&raw mut (*this).real).write(real);
        (&raw mut (*this).imaginary).write(imaginary);
    }
    Ok(Value::from_cell(cell))
}
