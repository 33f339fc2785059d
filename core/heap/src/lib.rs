//! grwl's heap: non-moving, tracing, with conservative stacks and precise cells.
//!
//! It knows nothing of Python but the 16-byte [`Header`]. Threads [allocate](Heap::allocate) from blocks
//! that they own, without meeting each other; a [collection](Heap::collect) stops the world, marks
//! what is reachable, and leaves the rest to be allocated again.
//!
//! | what | where |
//! |---|---|
//! | headers, tagged words | [`header`] |
//! | what the heap must know of a type | [`cell_type`] |
//! | size classes, kinds of blocks | [`class`] |
//! | a block and its bits | `block` |
//! | address space, free blocks | `region` |
//! | a thread's cursors | [`local`] |
//! | blocks between owners | `pool` |
//! | allocation | `allocate` |
//! | when a collection is due | `budget` |
//! | the phases of a collection, young and full | `collect` |
//! | roots | `roots`, `registers` |
//! | marking | `mark`, `tracer`, `work`, `gang` |
//! | freeing | `sweep`; memory outside the heap: `foreign` |
//! | weak references, finalizers | `weak`, which garbage is cyclic: `cycle` |
//! | the write barrier | `barrier` |
//! | walking, freezing | `freeze` |
//! | switches, the verifier | `config`, `verify` |
//!
//! ## The contract of the layer above
//! - A cell that was allocated is initialised before its thread's next safepoint.
//! - Between two safepoints a pointer may be anywhere; at a safepoint each pointer that is still needed
//!   lies in a root, a traced slot, or on the native stack (where the compiler's own copies count).
//! - A cell is published by a Release store and found by an Acquire load, by the layer above.
//! - Stores of pointers into cells are reported to [`Heap::record_write`], but for fresh cells
//!   before the next safepoint and cells of [`Kind::Foreign`].

mod allocate;
mod barrier;
mod block;
mod budget;
pub mod cell_type;
pub mod class;
mod collect;
mod config;
mod cycle;
mod foreign;
mod freeze;
mod gang;
pub mod header;
mod heap;
pub mod local;
mod mark;
mod pool;
mod region;
mod registers;
mod roots;
mod sweep;
mod tracer;
mod verify;
mod weak;
mod work;

pub use block::{BLOCK, CELLS_START, GRANULE, MARKS_OFFSET};
pub use cell_type::{CellType, Size, Trace};
pub use class::{Kind, LARGEST, cursor_index};
pub use collect::{Census, Collection, Report, Statistics};
pub use config::{HeapConfig, InvalidVariable, Pace};
pub use foreign::record_freed;
pub use header::{CellPtr, Header, POISON, RETAINED_BIT, TYPE_OFFSET, is_pointer};
pub use heap::Heap;
pub use local::{Cursor, ThreadHeap};
pub use region::CannotReserve;
pub use registers::with_stack_from;
pub use roots::RootSource;
pub use tracer::Tracer;
pub use weak::WeakOrder;
