//! `int`: small ones are immediate, the others cells that own a big integer. `bool` is its subclass.
//!
//! Invariant: an `int` that fits an immediate is one, unless it is an instance of a subclass (`True` and `False` included).

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_number::Int;
use grwl_number::int::digits::Shown;
use grwl_value::{Unpacked, Value};

use crate::cell::{Cell, Ref, ValueExt};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

/// An integer with an identity.
#[repr(C, align(16))]
pub struct IntCell {
    header: Header,
    int: Int,
}

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for IntCell {
    const FLAG: u64 = flags::INT;
    fn type_object() -> &'static TypeObject {
        &types::INT
    }
}
// SAFETY: as above.
unsafe impl Sync for IntCell {}

/// The heap's view of integers.
pub static INT_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Fixed(size_of::<IntCell>()),
    drop: Some(drop_int),
    name: "int",
};

unsafe fn drop_int(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead integer.
    unsafe {
        let int = &raw mut (*cell.cast::<IntCell>().as_ptr()).int;
        match foreign_bytes(&*int) {
            0 => {}
            bytes => grwl_heap::record_freed(bytes),
        }
        std::ptr::drop_in_place(int);
    }
}

/// What an integer takes outside of its cell.
fn foreign_bytes(int: &Int) -> usize {
    match int.bit_length() {
        // Two words lie in the cell.
        0..=128 => 0,
        bits => bits as usize / 8,
    }
}

fn charge(thread: &Thread, int: &Int) {
    match foreign_bytes(int) {
        0 => {}
        bytes => thread.heap().charge_owned(thread.mutator(), bytes),
    }
}

static TRUE: IntCell = IntCell {
    header: crate::type_object::static_header(&types::BOOL),
    int: Int::ONE,
};
static FALSE: IntCell = IntCell {
    header: crate::type_object::static_header(&types::BOOL),
    int: Int::ZERO,
};

/// `True` or `False`
#[inline(always)]
pub fn bool(value: bool) -> Value {
    Ref::from_static(if value { &TRUE } else { &FALSE }).value()
}

/// The truth value that `value` is, if it is one of the two.
#[inline(always)]
pub fn as_bool(value: Value) -> Option<bool> {
    if value == bool(true) {
        Some(true)
    } else if value == bool(false) {
        Some(false)
    } else {
        None
    }
}

/// An integer, wherever it lies.
#[derive(Clone, Copy, Debug)]
pub enum IntView<'a> {
    /// An immediate, or a cell with an integer that fits 64 bits.
    Small(i64),
    /// Any other.
    Big(&'a Int),
}

impl IntView<'_> {
    /// As a big integer.
    pub fn to_int(self) -> Int {
        match self {
            Self::Small(int) => Int::from(int),
            Self::Big(int) => int.clone(),
        }
    }

    /// As what is formatted.
    pub fn shown(&self) -> Shown<'_> {
        match *self {
            Self::Small(int) => Shown::Word(int),
            Self::Big(int) => Shown::Big(int),
        }
    }

    /// Below 0?
    pub fn is_negative(self) -> bool {
        match self {
            Self::Small(int) => int < 0,
            Self::Big(int) => int.is_negative(),
        }
    }
}

/// The integer that `value` is, subclasses included; `None` if its type is no `int`.
#[inline]
pub fn view<'a>(value: Value) -> Option<IntView<'a>> {
    match value.unpack() {
        Unpacked::Int(int) => Some(IntView::Small(int)),
        Unpacked::Float(_) => None,
        Unpacked::Cell(_) => {
            let cell = value.downcast::<IntCell>()?;
            // SAFETY: the caller has the value where the collector looks.
            let int = &unsafe { cell.long() }.int;
            Some(int.to_i64().map_or(IntView::Big(int), IntView::Small))
        }
    }
}

/// Is its type `int` or a subclass?
#[inline(always)]
pub fn is_int(value: Value) -> bool {
    value.as_int().is_some() || value.class().has_flag(flags::INT)
}

/// Is its type exactly `int`?
#[inline(always)]
pub fn is_exact_int(value: Value) -> bool {
    value.as_int().is_some() || value.downcast_exact::<IntCell>().is_some()
}

/// An `int`.
#[inline(always)]
pub fn from_i64(thread: &Thread, int: i64) -> Value {
    match Value::from_int(int) {
        Some(value) => value,
        None => boxed(thread, &types::INT, Int::from(int)),
    }
}

/// An `int`.
#[inline]
pub fn from_usize(thread: &Thread, int: usize) -> Value {
    match i64::try_from(int) {
        Ok(int) => from_i64(thread, int),
        Err(_) => boxed(thread, &types::INT, Int::from(int as u64)),
    }
}

/// An `int`.
pub fn new(thread: &Thread, int: Int) -> Value {
    match int.to_i64().and_then(Value::from_int) {
        Some(value) => value,
        None => boxed(thread, &types::INT, int),
    }
}

#[cold]
fn boxed(thread: &Thread, class: &TypeObject, int: Int) -> Value {
    charge(thread, &int);
    // SAFETY: the class is `int`.
    let cell = unsafe { thread.new_cell(class, |header| IntCell { header, int }) };
    cell.value()
}

/// An instance of `class`, which is `int` or a subclass other than `bool`.
///
/// # Errors
/// `MemoryError`.
pub fn of_class(thread: &Thread, class: &TypeObject, int: Int) -> PyResult {
    if std::ptr::eq(class, &types::INT) {
        return Ok(new(thread, int));
    }
    let cell = crate::instance::allocate(thread, class)?;
    charge(thread, &int);
    // SAFETY: a fresh cell whose class derives from `int`, so its payload is an IntCell.
    unsafe {
        (&raw mut (*cell.cast::<IntCell>().as_ptr()).int).write(int);
    }
    Ok(Value::from_cell(cell))
}
