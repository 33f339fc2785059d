//! What the heap knows of a cell: its 16-byte header, and how to tell pointers from other words.
//!
//! Invariants:
//! - A cell begins with a [`Header`], is aligned to 16 bytes and never moves.
//! - A *tagged word* is a pointer exactly if its low three bits are zero and it is not
//!   zero. A pointer in a traced slot leads to the first byte of a cell, or to memory outside
//!   the heap (static objects), which the heap neither follows nor frees.
//! - The type word is such a pointer too. It is stored before the cell is published
//!   and may change later (`obj.__class__ = ...`) like any other traced slot.

use std::ptr::NonNull;

use grwl_threads::BiasedLock;
use grwl_threads::sync::{AtomicPtr, AtomicU32, Ordering};

/// The first 16 bytes of every cell; the layout is part of the C interface.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct Header {
    /// References held by C code, and [`RETAINED_BIT`]. Not zero: the cell is a root.
    /// Changed only by [`Heap::retain`](crate::Heap::retain) and [`Heap::release`](crate::Heap::release).
    pub c_refs: AtomicU32,
    /// The object's lock. The heap never looks at it.
    pub lock: BiasedLock,
    /// The type, at whose [configured offset](crate::HeapConfig::cell_type_offset) a pointer to its
    /// [`CellType`](crate::CellType) lies.
    pub type_pointer: AtomicPtr<u8>,
}

/// A pointer to a cell. What it leads to is alive for as long as the pointer lies in the stack
/// or in a register of a thread, in a traced slot of a live cell, or in a root.
pub type CellPtr = NonNull<Header>;

/// The bit of `c_refs` that says that the cell stands in the table of cells that C has retained.
pub const RETAINED_BIT: u32 = 1 << 31;

/// Byte offset of the type word.
pub const TYPE_OFFSET: usize = std::mem::offset_of!(Header, type_pointer);

/// What freed cells are filled with in stress mode. As a tagged word it is no pointer, as a pointer it faults.
pub const POISON: u8 = 0xdb;

const _: () = assert!(std::mem::size_of::<Header>() == 16);
const _: () = assert!(TYPE_OFFSET == 8);

impl Header {
    /// Initialises the header of a fresh cell; the remaining words are the caller's to fill.
    ///
    /// # Safety
    /// `cell` was just allocated by the calling thread and nobody else knows of it.
    #[inline(always)]
    pub unsafe fn initialise(cell: CellPtr, lock: BiasedLock, type_pointer: *const u8) {
        // SAFETY: a fresh cell is at least 16 bytes of writable, aligned memory.
        unsafe {
            cell.write(Self {
                c_refs: AtomicU32::new(0),
                lock,
                type_pointer: AtomicPtr::new(type_pointer.cast_mut()),
            });
        }
    }

    /// How many references C holds.
    pub fn c_references(&self) -> u32 {
        self.c_refs.load(Ordering::Relaxed) & !RETAINED_BIT
    }
}

/// Is the tagged word a pointer?
#[inline(always)]
pub const fn is_pointer(word: u64) -> bool {
    word & 7 == 0 && word != 0
}
