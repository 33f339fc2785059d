//! `tuple`: a length and the elements, which never change once the tuple is published.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_value::Value;

use crate::cell::{Cell, Ref};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

/// A tuple. The elements follow the struct.
#[repr(C)]
pub struct Tuple {
    header: Header,
    length: usize,
    items: [Value; 0],
}

// SAFETY: repr(C), begins with a header, never changed after it was published.
unsafe impl Cell for Tuple {
    const FLAG: u64 = flags::TUPLE;
    fn type_object() -> &'static TypeObject {
        &types::TUPLE
    }
}

/// Where the elements begin: the struct itself is padded to its alignment.
pub const ITEMS_OFFSET: usize = offset_of!(Tuple, items);

/// The heap's view of tuples.
pub static TUPLE_CELL: CellType = CellType {
    trace: Trace::Counted {
        offset: ITEMS_OFFSET as u32,
        count_at: offset_of!(Tuple, length) as u32,
    },
    size: Size::Varying(tuple_size),
    drop: None,
    name: "tuple",
};

unsafe fn tuple_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for tuples.
    let this = unsafe { Ref::<Tuple>::from_cell(cell) };
    ITEMS_OFFSET + this.length * size_of::<Value>()
}

impl Tuple {
    /// A new tuple.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn try_new(thread: &Thread, items: &[Value]) -> PyResult<Ref<Self>> {
        if items.is_empty() {
            return Ok(Self::empty());
        }
        Self::of_class(thread, &types::TUPLE, items)
    }

    /// A new tuple; for the few elements of Rust's own making.
    ///
    /// # Panics
    /// If there is no memory.
    #[inline]
    pub fn new(thread: &Thread, items: &[Value]) -> Ref<Self> {
        match Self::try_new(thread, items) {
            Ok(tuple) => tuple,
            Err(_) => panic!("out of memory"),
        }
    }

    /// The empty tuple: a static object.
    pub fn empty() -> Ref<Self> {
        static EMPTY: Empty = Empty(Tuple {
            header: crate::type_object::static_header(&types::TUPLE),
            length: 0,
            items: [],
        });
        Ref::from_static(&EMPTY.0)
    }

    /// A new tuple of a subclass (or of `tuple` itself).
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn of_class(thread: &Thread, class: &TypeObject, items: &[Value]) -> PyResult<Ref<Self>> {
        let bytes = (ITEMS_OFFSET + size_of_val(items)).next_multiple_of(8);
        let extra = crate::instance::extra_behind_payload(class);
        // SAFETY: the elements are written before the next safepoint; zeroes are an empty tuple.
        let cell = unsafe { thread.new_zeroed(class, class.kind(), bytes + extra)? };
        // SAFETY: a fresh cell of this length.
        unsafe {
            let this = cell.cast::<Self>().as_ptr();
            (&raw mut (*this).length).write(items.len());
            let to = (&raw mut (*this).items).cast::<Value>();
            to.copy_from_nonoverlapping(items.as_ptr(), items.len());
            crate::instance::register_finalizer(thread, class, cell);
            Ok(Ref::from_cell(cell))
        }
    }

    /// How many elements there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Is it empty?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

#[repr(C, align(16))]
struct Empty(Tuple);
// SAFETY: it is never changed.
unsafe impl Sync for Empty {}

impl Ref<Tuple> {
    /// The elements. They stay valid as long as the tuple does: keep the `Ref`.
    #[inline(always)]
    pub fn as_slice<'a>(self) -> &'a [Value] {
        // SAFETY: the elements follow the struct and never change. The slice's address is an interior pointer, so
        // the slice itself keeps the tuple alive while it lies on the stack.
        unsafe {
            let first = (&raw const (*self.as_ptr()).items).cast::<Value>();
            std::slice::from_raw_parts(first, self.length)
        }
    }

    /// The element at `index`.
    ///
    /// # Panics
    /// If there is none.
    #[inline(always)]
    pub fn at(self, index: usize) -> Value {
        self.as_slice()[index]
    }

    /// All elements.
    #[inline]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator {
        self.as_slice().iter().copied()
    }
}
