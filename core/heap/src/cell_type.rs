//! What the layer above tells the heap about a type: where a cell's pointers lie, how
//! long it is, and what to do when it dies.
//!
//! Protocol: the header's type word leads to an object of the layer above (one day a struct that
//! begins as CPython's `PyTypeObject`); at a fixed offset in it, chosen in the heap's
//! configuration, lies a pointer to the [`CellType`].
//!
//! Invariants:
//! - A `CellType` outlives every cell of its type. If the type is a cell itself, its instances keep it
//!   alive: through their type word, except instances in [`Kind::Leaf`](crate::Kind::Leaf) blocks, whose types
//!   must be static; and until the [`drop`](CellType::drop) of the last one has run.
//! - The functions run while the world is stopped (trace) or in the middle of an allocation
//!   (drop): they neither allocate, nor poll, nor take a lock that a stopped thread may hold.

use crate::header::CellPtr;
use crate::tracer::Tracer;

/// Where the pointers of a cell lie, the type word excepted, which the heap always follows.
#[derive(Clone, Copy, Debug)]
pub enum Trace {
    /// There are none.
    Nothing,
    /// `count` tagged words from byte `offset` on.
    Words {
        /// Byte offset of the first.
        offset: u32,
        /// How many.
        count: u32,
    },
    /// Tagged words from byte `offset` on; how many stands, as a `u64`, at byte `count_at`.
    Counted {
        /// Byte offset of the first.
        offset: u32,
        /// Byte offset of their number.
        count_at: u32,
    },
    /// Whatever the function reports.
    ///
    /// Its contract: it reports each pointer that the cell may still use, and nothing that is not a
    /// live cell's first byte or outside the heap.
    Custom(unsafe fn(cell: CellPtr, tracer: &mut Tracer<'_>)),
}

/// How long a cell is.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    /// All cells of the type are this long.
    Fixed(usize),
    /// The cell says. It may be read as a slice to its very end, so a pointer one past that keeps it alive.
    Varying(unsafe fn(cell: CellPtr) -> usize),
    /// The cell says; pointers to it lie within it.
    Computed(unsafe fn(cell: CellPtr) -> usize),
}

/// The heap's view of a type. See the module's head.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct CellType {
    /// Where the pointers lie.
    pub trace: Trace,
    /// The length in bytes, header included.
    pub size: Size,
    /// Frees the foreign memory that a dead cell owns. Called once, only for cells in
    /// [`Owning`](crate::Kind::Owning) and [`Foreign`](crate::Kind::Foreign) blocks. Other cells that it
    /// pointed to may be gone by then, its type is not.
    pub drop: Option<unsafe fn(cell: CellPtr)>,
    /// For messages.
    pub name: &'static str,
}

impl CellType {
    /// The cell's length in bytes.
    ///
    /// # Safety
    /// `cell` is a live, initialised cell of this type.
    pub unsafe fn size_of(&self, cell: CellPtr) -> usize {
        match self.size {
            Size::Fixed(size) => size,
            // SAFETY: the caller's promise is the function's contract.
            Size::Varying(size) | Size::Computed(size) => unsafe { size(cell) },
        }
    }
}
