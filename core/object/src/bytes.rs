//! `bytes`: a length and the bytes, which never change once the object is published.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_threads::sync::{AtomicU64, Ordering};

use crate::cell::{Cell, Ref};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{TypeObject, flags};
use crate::types;

/// A byte string. The bytes follow the struct, and a zero follows them.
#[repr(C)]
pub struct Bytes {
    header: Header,
    /// 0: not computed yet. Written once with the one value that it can have.
    hash: AtomicU64,
    length: usize,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Bytes {
    const FLAG: u64 = flags::BYTES;
    fn type_object() -> &'static TypeObject {
        &types::BYTES
    }
}

/// Byte offset of a byte string's length, for who reads it without running any code of ours.
pub const LENGTH_OFFSET: usize = std::mem::offset_of!(Bytes, length);
/// Byte offset of its first byte.
pub const BYTES_OFFSET: usize = size_of::<Bytes>();

/// The heap's view of byte strings.
pub static BYTES_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Varying(bytes_size),
    drop: None,
    name: "bytes",
};

unsafe fn bytes_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for byte strings.
    let this = unsafe { Ref::<Bytes>::from_cell(cell) };
    (size_of::<Bytes>() + this.length + 1).next_multiple_of(8)
}

const _: () = assert!(offset_of!(Bytes, length) == 24);

impl Bytes {
    /// A new byte string.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn new(thread: &Thread, bytes: &[u8]) -> PyResult<Ref<Self>> {
        Self::of_class(thread, &types::BYTES, bytes)
    }

    /// A new byte string of a subclass (or of `bytes` itself).
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn of_class(thread: &Thread, class: &TypeObject, bytes: &[u8]) -> PyResult<Ref<Self>> {
        if !std::ptr::eq(class, &types::BYTES) {
            return Self::filled(thread, class, bytes.len(), |to| to.copy_from_slice(bytes));
        }
        let length = bytes.len();
        if length >= 1 << 46 {
            return Err(thread.memory_error());
        }
        let size = (size_of::<Self>() + length + 1).next_multiple_of(8);
        // SAFETY: all of it is written at once.
        let cell = unsafe { thread.heap().allocate(thread.mutator(), Kind::Leaf, size) };
        let cell = cell.ok_or_else(|| thread.memory_error())?;
        // SAFETY: a fresh cell with room for the head, the bytes and at least one more.
        unsafe {
            cell.cast::<Self>().write(Self {
                header: thread.header(class),
                hash: AtomicU64::new(0),
                length,
            });
            let to = cell.as_ptr().cast::<Self>().add(1).cast::<u8>();
            to.copy_from_nonoverlapping(bytes.as_ptr(), length);
            to.add(length)
                .write_bytes(0, size - size_of::<Self>() - length);
            Ok(Ref::from_cell(cell))
        }
    }

    /// A new byte string whose `length` bytes `fill` writes; they are zero before.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn filled(
        thread: &Thread,
        class: &TypeObject,
        length: usize,
        fill: impl FnOnce(&mut [u8]),
    ) -> PyResult<Ref<Self>> {
        if length >= 1 << 46 {
            return Err(thread.memory_error());
        }
        let size = (size_of::<Self>() + length + 1).next_multiple_of(8);
        let extra = crate::instance::extra_behind_payload(class);
        // SAFETY: the length is written at once.
        let cell = unsafe { thread.new_zeroed(class, class.kind(), size + extra)? };
        // SAFETY: a fresh cell with room for this many bytes.
        unsafe {
            let this = cell.cast::<Self>().as_ptr();
            (&raw mut (*this).length).write(length);
            fill(std::slice::from_raw_parts_mut(
                this.add(1).cast::<u8>(),
                length,
            ));
            crate::instance::register_finalizer(thread, class, cell);
            Ok(Ref::from_cell(cell))
        }
    }

    /// How many bytes there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Is it empty?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The hash; never -1.
    pub fn hash(&self) -> i64 {
        let known = self.hash.load(Ordering::Relaxed);
        if known != 0 {
            return known as i64;
        }
        // SAFETY: `self` keeps the cell alive.
        let bytes = unsafe {
            let first = std::ptr::from_ref(self).add(1).cast::<u8>();
            std::slice::from_raw_parts(first, self.length)
        };
        let hash = crate::string::hash_bytes(bytes);
        self.hash.store(hash as u64, Ordering::Relaxed);
        hash
    }
}

impl Ref<Bytes> {
    /// The bytes. The slice is an interior pointer and keeps the object alive while it lies on the stack.
    #[inline(always)]
    pub fn as_slice<'a>(self) -> &'a [u8] {
        // SAFETY: the bytes follow the struct and never change.
        unsafe {
            let first = self.as_ptr().add(1).cast::<u8>();
            std::slice::from_raw_parts(first, self.length)
        }
    }
}
