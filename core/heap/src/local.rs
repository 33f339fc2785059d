//! What the heap keeps for one thread: the cursors from which it allocates.
//!
//! It lies in the thread state's extension, at the same offset for all threads, so compiled code
//! finds a cursor at a constant distance from the thread state and allocates by
//! `cell = next; if cell + size <= limit { next = cell + size }`.
//!
//! ## Protocol
//! - Only the thread itself touches this, or, with the world stopped, the collector.
//! - Zeroes are the empty state. The extension outlives its thread: a new bearer of the id takes
//!   cursors and blocks over; if none comes, the next collection makes them orphans.
//!
//! ## Invariants
//! - `next..limit` is a run of free cells of the `current` block, all of which count as allocated there.
//!   They are given back (the cursor is *retired*) before anybody looks at the block's bits.
//! - Each block with cells allocated since the last collection is in the `used` list of
//!   its owner; blocks in `available` have none.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;

use crate::block::{BlockHead, BlockPtr};
use crate::class::CURSORS;

/// Free blocks that a thread keeps for itself.
pub(crate) const CACHED_BLOCKS: usize = 16;

/// The free cells that come next, for one kind and size class.
#[repr(C)]
pub struct Cursor {
    /// Where the next cell lies.
    pub next: Cell<usize>,
    /// One past the last free byte.
    pub limit: Cell<usize>,
}

/// One thread's part of the heap. See the module's head.
#[repr(C, align(64))]
pub struct ThreadHeap {
    /// By [`cursor_index`](crate::cursor_index).
    pub cursors: [Cursor; CURSORS],
    pub(crate) current: [Cell<*mut BlockHead>; CURSORS],
    /// Blocks with free cells, to be used next.
    pub(crate) available: [Cell<*mut BlockHead>; CURSORS],
    /// Has the thread taken a block of the kind and class since the last full collection?
    pub(crate) active: [Cell<bool>; CURSORS],
    pub(crate) used: Cell<*mut BlockHead>,
    /// Bytes handed out that the budget does not know of yet.
    pub(crate) uncharged: Cell<usize>,
    /// Foreign memory charged since the last collection.
    pub(crate) foreign: Cell<usize>,
    /// The part of it that is said to be freed when it is.
    pub(crate) owned: Cell<usize>,
    /// In how many pieces.
    pub(crate) owned_pieces: Cell<usize>,
    /// Old cells written to since the last collection; null until there is one.
    pub(crate) remembered: Cell<*mut Vec<usize>>,
    pub(crate) cache: [Cell<u32>; CACHED_BLOCKS],
    pub(crate) cached: Cell<usize>,
    /// How many blocks to fetch the next time.
    pub(crate) appetite: Cell<usize>,
    /// The heap knows of this.
    pub(crate) registered: Cell<bool>,
    /// Collector only: the thread has not ended.
    pub(crate) alive: Cell<bool>,
}

impl ThreadHeap {
    /// What to reserve for it in [`Config::extension`](grwl_threads::Config::extension).
    pub const LAYOUT: Layout = Layout::new::<Self>();
    /// Byte offset of the cursors, for compiled code; each is two words, `next` and `limit`.
    pub const CURSORS_OFFSET: usize = std::mem::offset_of!(Self, cursors);

    /// Gives the unused part of each cursor's run back to its block.
    pub(crate) fn retire_cursors(&self) {
        for (cursor, current) in self.cursors.iter().zip(&self.current) {
            let (next, limit) = (cursor.next.take(), cursor.limit.take());
            if next < limit {
                // SAFETY: blocks stay mapped while the heap lives, and a run with room
                // belongs to the current block.
                unsafe { &*current.get() }.return_run(next, limit);
            }
        }
    }

    /// Adds a block to `used`.
    pub(crate) fn add_used(&self, block: BlockPtr) {
        // SAFETY: blocks stay mapped while the heap lives.
        unsafe { block.as_ref() }.next.set(self.used.get());
        self.used.set(block.as_ptr());
    }

    /// Remembers an old cell that was written to.
    pub(crate) fn remember(&self, cell: usize) {
        if self.remembered.get().is_null() {
            self.remembered.set(Box::into_raw(Box::default()));
        }
        // SAFETY: not null, from a box, and ours alone.
        unsafe { &mut *self.remembered.get() }.push(cell);
    }

    /// The remembered cells, which are forgotten.
    pub(crate) fn take_remembered(&self) -> Vec<usize> {
        // SAFETY: null, or from a box and the caller's alone.
        let remembered = unsafe { self.remembered.get().as_mut() };
        remembered.map(std::mem::take).unwrap_or_default()
    }

    /// Back to zeroes: the heap ends.
    pub(crate) fn reset(&self) {
        let remembered = self.remembered.replace(std::ptr::null_mut());
        if !remembered.is_null() {
            // SAFETY: it came from a box and is not used again.
            drop(unsafe { Box::from_raw(remembered) });
        }
        // SAFETY: zeroes are a valid state, everything in it is a `Cell`, and nobody else looks.
        unsafe {
            std::ptr::from_ref(self)
                .cast_mut()
                .cast::<u8>()
                .write_bytes(0, size_of::<Self>());
        }
    }
}

/// Takes the first block off a list.
pub(crate) fn pop(list: &Cell<*mut BlockHead>) -> Option<BlockPtr> {
    let block = NonNull::new(list.get())?;
    // SAFETY: blocks stay mapped while the heap lives.
    list.set(unsafe { block.as_ref() }.next.replace(std::ptr::null_mut()));
    Some(block)
}

/// Puts a block at the front of a list.
pub(crate) fn push(list: &Cell<*mut BlockHead>, block: BlockPtr) {
    // SAFETY: blocks stay mapped while the heap lives.
    unsafe { block.as_ref() }.next.set(list.get());
    list.set(block.as_ptr());
}
