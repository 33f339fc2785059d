//! Arrays of values in the heap: the storage of lists and of attributes that found no place inline, and [`Buffer`], Rust's vector of values.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Size, Trace};
use grwl_value::{Slot, Value};

use crate::cell::{Cell, Ref};
use crate::moving;
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// An array of slots. They follow the struct.
#[repr(C)]
pub struct Array {
    header: Header,
    capacity: usize,
    slots: [Slot; 0],
}

// SAFETY: repr(C), begins with a header; the slots are atomic.
unsafe impl Cell for Array {
    fn type_object() -> &'static TypeObject {
        &types::ARRAY
    }
}

/// Where the slots begin: the struct itself is padded to its alignment.
const SLOTS_OFFSET: usize = offset_of!(Array, slots);

/// The heap's view of arrays.
pub static ARRAY_CELL: CellType = CellType {
    trace: Trace::Counted {
        offset: SLOTS_OFFSET as u32,
        count_at: offset_of!(Array, capacity) as u32,
    },
    size: Size::Varying(array_size),
    drop: None,
    name: "array of values",
};

unsafe fn array_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for arrays.
    let this = unsafe { Ref::<Array>::from_cell(cell) };
    SLOTS_OFFSET + this.capacity * size_of::<Slot>()
}

impl Array {
    /// An array of empty slots.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn new(thread: &Thread, capacity: usize) -> PyResult<Ref<Self>> {
        let bytes = capacity
            .checked_mul(size_of::<Slot>())
            .and_then(|bytes| bytes.checked_add(SLOTS_OFFSET))
            .filter(|&bytes| bytes < 1 << 46)
            .ok_or_else(|| thread.memory_error())?;
        let class = &types::ARRAY;
        // SAFETY: zeroes are an array of no slots; the capacity follows.
        let cell = unsafe { thread.new_zeroed(class, class.kind(), bytes)? };
        // SAFETY: a fresh cell of this length.
        unsafe {
            let this = cell.cast::<Self>();
            (&raw mut (*this.as_ptr()).capacity).write(capacity);
            let array: Ref<Self> = Ref::from_cell(cell);
            moving::prepare(array.header());
            Ok(array)
        }
    }

    /// How many slots there are.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The slots.
    #[inline(always)]
    pub fn slots(&self) -> &[Slot] {
        // SAFETY: the slots follow the struct.
        unsafe {
            let first = std::ptr::from_ref(self)
                .byte_add(SLOTS_OFFSET)
                .cast::<Slot>();
            std::slice::from_raw_parts(first, self.capacity)
        }
    }
}

/// A vector of values, whose memory the collector knows: it may be kept across safepoints. Belongs to one thread, on
/// whose native stack it lies.
#[derive(Debug)]
pub struct Buffer {
    array: Option<Ref<Array>>,
    length: usize,
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

impl Buffer {
    /// One that takes over an array whose first `length` slots hold values, and which nobody else knows.
    pub fn of_array(array: Option<Ref<Array>>, length: usize) -> Self {
        debug_assert!(length <= array.map_or(0, |array| array.capacity()));
        Self { array, length }
    }

    /// An empty one; takes no memory yet.
    pub const fn new() -> Self {
        Self {
            array: None,
            length: 0,
        }
    }

    /// An empty one with room.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn with_capacity(thread: &Thread, capacity: usize) -> PyResult<Self> {
        let array = if capacity == 0 {
            None
        } else {
            Some(Array::new(thread, capacity)?)
        };
        Ok(Self { array, length: 0 })
    }

    /// One with these values.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn from_slice(thread: &Thread, values: &[Value]) -> PyResult<Self> {
        let mut buffer = Self::with_capacity(thread, values.len())?;
        for &value in values {
            buffer.push(thread, value)?;
        }
        Ok(buffer)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Appends a value.
    ///
    /// # Errors
    /// `MemoryError`.
    #[inline]
    pub fn push(&mut self, thread: &Thread, value: Value) -> PyResult<()> {
        let array = match self.array {
            Some(array) if self.length < array.capacity() => array,
            _ => self.grow(thread)?,
        };
        thread.store(array, &array.slots()[self.length], Some(value));
        self.length += 1;
        Ok(())
    }

    #[cold]
    fn grow(&mut self, thread: &Thread) -> PyResult<Ref<Array>> {
        let array = Array::new(thread, (self.length * 2).max(8))?;
        for (slot, &value) in array.slots().iter().zip(self.as_slice()) {
            slot.store(Some(value));
        }
        self.array = Some(array);
        Ok(array)
    }

    /// Takes the last value.
    pub fn pop(&mut self) -> Option<Value> {
        self.length = self.length.checked_sub(1)?;
        self.array?.slots()[self.length].replace(None)
    }

    /// Replaces a value.
    ///
    /// # Panics
    /// If there is none at `index`.
    pub fn set(&mut self, thread: &Thread, index: usize, value: Value) {
        assert!(index < self.length);
        if let Some(array) = self.array {
            thread.store(array, &array.slots()[index], Some(value));
        }
    }

    /// Shortens it.
    pub fn truncate(&mut self, length: usize) {
        while self.length > length {
            self.pop();
        }
    }

    /// The values.
    #[inline]
    pub fn as_slice(&self) -> &[Value] {
        match self.array {
            // SAFETY: the first `length` slots hold values, and a slot that holds one has a value's layout. No
            // other thread knows of the array.
            Some(array) => unsafe {
                let first = array.as_ptr().byte_add(SLOTS_OFFSET).cast::<Value>();
                std::slice::from_raw_parts(first, self.length)
            },
            None => &[],
        }
    }

    /// The array itself, to become the storage of something else. Its slots past `len` are empty.
    pub fn into_array(self) -> Option<Ref<Array>> {
        self.array
    }
}

impl std::ops::Deref for Buffer {
    type Target = [Value];
    fn deref(&self) -> &[Value] {
        self.as_slice()
    }
}
