//! A block: 64 KiB, aligned to 64 KiB, of cells of one size and kind. Its head says
//! where cells begin and which of them are marked.
//!
//! ## Protocol
//! - One thread owns a block and allocates from it; orphans belong to a pool. Only the
//!   owner changes `starts` and `scan`, or, with the world stopped, the collector.
//! - `marks` changes while the world is stopped, and by the write barrier, which clears the
//!   bit of an old cell when it remembers it (any thread, by atomic AND).
//! - Bits are indexed by granule (16 bytes), so a cell's bit follows from its address alone.
//!
//! ## Invariants
//! - `starts` has exactly the allocated cells while the world is stopped and cursors are retired;
//!   while a cursor is active, it has those of the cursor's whole run.
//! - Between collections `marks` is a subset of `starts`: marked = old, not marked = young or
//!   remembered. A free granule has no bit anywhere.
//! - `dead` is empty except in a block of a kind with drop functions that waits in a pool for
//!   its sweep: there it has the cells that died and are not dropped yet. Nobody allocates from such a block.

use std::cell::Cell;
use std::ptr::NonNull;

use grwl_threads::sync::{AtomicPtr, AtomicU64, Ordering};

use crate::class::{self, CELL_STARTS, CLASSES, Kind, SIZES};
use crate::header::CellPtr;
use crate::local::ThreadHeap;

/// Bytes of a block, and its alignment.
pub const BLOCK: usize = 1 << 16;
/// Cells are aligned to, and sized in, granules.
pub const GRANULE: usize = 16;
/// Granules of a block, the head's included.
pub const GRANULES: usize = BLOCK / GRANULE;
/// Where the first cell lies; in a large object, the only one.
pub const CELLS_START: usize = std::mem::size_of::<BlockHead>();
/// Byte offset of the mark bits in a block, for compiled write barriers: the cell at address `a` has
/// bit `a >> 4 & 4095`.
pub const MARKS_OFFSET: usize = std::mem::offset_of!(BlockHead, marks);

const WORDS: usize = GRANULES / 64;
const FIRST_GRANULE: usize = CELLS_START / GRANULE;
/// The class of a large object's head.
pub(crate) const LARGE: u8 = CLASSES as u8;

/// The head of a block. See the module's head.
#[repr(C, align(128))]
pub(crate) struct BlockHead {
    /// The next block of the list in which this one stands, if any.
    pub(crate) next: Cell<*mut BlockHead>,
    /// Whose allocations go here; null for orphans.
    pub(crate) owner: AtomicPtr<ThreadHeap>,
    /// Bytes of a cell. A large object's true size.
    pub(crate) cell_size: Cell<usize>,
    /// Cells that fit.
    pub(crate) capacity: Cell<u32>,
    reciprocal: Cell<u32>,
    /// The granule from which the owner looks for the next free run.
    scan: Cell<u32>,
    /// Marked cells, as of the last collection that looked.
    pub(crate) live: Cell<u32>,
    /// Blocks that a large object takes.
    pub(crate) blocks: Cell<u32>,
    /// Size class, or [`LARGE`].
    pub(crate) class: Cell<u8>,
    kind: Cell<u8>,
    _to_the_next_lines: [u64; 10],
    marks: [AtomicU64; WORDS],
    starts: [AtomicU64; WORDS],
    dead: [AtomicU64; WORDS],
}

const _: () = assert!(MARKS_OFFSET == 128 && CELLS_START == 128 + 3 * GRANULES / 8);
const _: () = assert!(CELLS_START.is_multiple_of(GRANULE));

pub(crate) type BlockPtr = NonNull<BlockHead>;

/// What a sweep found in one block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    pub(crate) live: u32,
    pub(crate) died: u32,
}

impl BlockHead {
    /// Makes the block at `address` one of small cells.
    ///
    /// # Safety
    /// The block is committed memory that nobody else uses.
    pub(crate) unsafe fn initialise_small(address: usize, class: usize, kind: Kind) -> BlockPtr {
        // SAFETY: the caller's promise.
        let pointer = unsafe { Self::initialise(address, kind) };
        // SAFETY: zeroes are a valid head.
        let head = unsafe { pointer.as_ref() };
        head.cell_size.set(SIZES[class] as usize);
        head.capacity.set(class::capacity(class) as u32);
        head.reciprocal.set(class::reciprocal(class));
        head.class.set(class as u8);
        head.blocks.set(1);
        pointer
    }

    /// Makes the `blocks` blocks from `address` on one large object of `size` bytes.
    ///
    /// # Safety
    /// The blocks are committed memory that nobody else uses, and hold the object and a head.
    pub(crate) unsafe fn initialise_large(
        address: usize,
        size: usize,
        blocks: u32,
        kind: Kind,
    ) -> BlockPtr {
        // SAFETY: the caller's promise.
        let pointer = unsafe { Self::initialise(address, kind) };
        // SAFETY: zeroes are a valid head.
        let head = unsafe { pointer.as_ref() };
        head.cell_size.set(size);
        head.capacity.set(1);
        head.class.set(LARGE);
        head.blocks.set(blocks);
        head.starts[FIRST_GRANULE / 64].store(1 << (FIRST_GRANULE % 64), Ordering::Relaxed);
        pointer
    }

    unsafe fn initialise(address: usize, kind: Kind) -> BlockPtr {
        let pointer = address as *mut Self;
        // SAFETY: the caller's promise; all-zero bytes are a valid head.
        unsafe { pointer.write_bytes(0, 1) };
        // SAFETY: an address inside the heap's region is not zero.
        let pointer = unsafe { NonNull::new_unchecked(pointer) };
        // SAFETY: just initialised.
        let head = unsafe { pointer.as_ref() };
        head.kind.set(kind as u8);
        head.scan.set(FIRST_GRANULE as u32);
        pointer
    }

    /// The head of the block in which a small cell, or the start of a large one, lies.
    ///
    /// # Safety
    /// `cell` points to the first byte of a cell of a heap that is alive.
    #[inline(always)]
    pub(crate) unsafe fn of<'a>(cell: usize) -> &'a Self {
        // SAFETY: the caller's promise: blocks are aligned and begin with their head.
        unsafe { &*((cell & !(BLOCK - 1)) as *const Self) }
    }

    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    pub(crate) fn kind(&self) -> Kind {
        Kind::from_bits(u32::from(self.kind.get()))
    }

    pub(crate) fn is_large(&self) -> bool {
        self.class.get() == LARGE
    }

    /// The only cell of a large object.
    pub(crate) fn first_cell(&self) -> usize {
        self.address() + CELLS_START
    }

    #[inline(always)]
    fn bit_of(cell: usize) -> (usize, u64) {
        let granule = cell / GRANULE % GRANULES;
        (granule / 64, 1 << (granule % 64))
    }

    #[inline(always)]
    pub(crate) fn is_marked(&self, cell: usize) -> bool {
        let (word, bit) = Self::bit_of(cell);
        self.marks[word].load(Ordering::Relaxed) & bit != 0
    }

    /// Marks the cell; true if it was not marked. `SHARED`: other markers run, too.
    #[inline(always)]
    pub(crate) fn mark<const SHARED: bool>(&self, cell: usize) -> bool {
        let (word, bit) = Self::bit_of(cell);
        let word = &self.marks[word];
        let before = word.load(Ordering::Relaxed);
        if before & bit != 0 {
            return false;
        }
        if SHARED {
            word.fetch_or(bit, Ordering::Relaxed) & bit == 0
        } else {
            word.store(before | bit, Ordering::Relaxed);
            true
        }
    }

    /// The write barrier's step: makes an old cell a remembered one. True for the
    /// one caller that did it.
    #[inline]
    pub(crate) fn unmark(&self, cell: usize) -> bool {
        let (word, bit) = Self::bit_of(cell);
        self.marks[word].fetch_and(!bit, Ordering::Relaxed) & bit != 0
    }

    pub(crate) fn is_allocated(&self, cell: usize) -> bool {
        let (word, bit) = Self::bit_of(cell);
        self.starts[word].load(Ordering::Relaxed) & bit != 0
    }

    /// The cell in which `address`, which lies in this block, falls, whether allocated or not.
    pub(crate) fn cell_around(&self, address: usize) -> Option<usize> {
        let offset = (address - self.address()).checked_sub(CELLS_START)?;
        if self.is_large() {
            return (offset < self.cell_size.get()).then(|| self.first_cell());
        }
        let index = (offset as u64 * u64::from(self.reciprocal.get())) >> 32;
        (index < u64::from(self.capacity.get()))
            .then(|| self.first_cell() + index as usize * self.cell_size.get())
    }

    pub(crate) fn clear_marks(&self) {
        for word in &self.marks {
            word.store(0, Ordering::Relaxed);
        }
    }

    /// Every allocated cell becomes marked: frozen.
    pub(crate) fn mark_all(&self) {
        let mut live = 0;
        for (marks, starts) in self.marks.iter().zip(&self.starts) {
            let starts = starts.load(Ordering::Relaxed);
            marks.store(starts, Ordering::Relaxed);
            live += starts.count_ones();
        }
        self.live.set(live);
    }

    /// After marking: what is not marked is free again, or dead if `keep_dead`.
    pub(crate) fn sweep(&self, keep_dead: bool) -> Swept {
        let mut swept = Swept::default();
        for index in 0..WORDS {
            let marks = self.marks[index].load(Ordering::Relaxed);
            let starts = self.starts[index].load(Ordering::Relaxed);
            swept.live += marks.count_ones();
            if starts != marks {
                debug_assert_eq!(marks & !starts, 0, "a marked cell that is not allocated");
                let died = starts & !marks;
                swept.died += died.count_ones();
                self.starts[index].store(marks, Ordering::Relaxed);
                if keep_dead {
                    let dead = self.dead[index].load(Ordering::Relaxed);
                    self.dead[index].store(dead | died, Ordering::Relaxed);
                }
            }
        }
        self.live.set(swept.live);
        self.scan.set(FIRST_GRANULE as u32);
        swept
    }

    /// The next run of free cells, as two addresses; its cells count as allocated from now
    /// on. Only for the owner of a small block.
    pub(crate) fn take_run(&self) -> Option<(usize, usize)> {
        let stride = self.cell_size.get() / GRANULE;
        let end = FIRST_GRANULE + self.capacity.get() as usize * stride;
        let mut from = self.scan.get() as usize;
        while from < end && self.starts[from / 64].load(Ordering::Relaxed) >> (from % 64) & 1 != 0 {
            from += stride;
        }
        if from >= end {
            self.scan.set(end as u32);
            return None;
        }
        let to = self.next_start(from).unwrap_or(end);
        let pattern = &CELL_STARTS[self.class.get() as usize];
        for_each_word(from, to, |word, mask| {
            let starts = self.starts[word].load(Ordering::Relaxed);
            self.starts[word].store(starts | pattern[word] & mask, Ordering::Relaxed);
        });
        self.scan.set(to as u32);
        let address = self.address();
        Some((address + from * GRANULE, address + to * GRANULE))
    }

    /// Gives the rest of a run back.
    pub(crate) fn return_run(&self, from: usize, to: usize) {
        let from = (from - self.address()) / GRANULE;
        for_each_word(from, (to - self.address()) / GRANULE, |word, mask| {
            let starts = self.starts[word].load(Ordering::Relaxed);
            self.starts[word].store(starts & !mask, Ordering::Relaxed);
        });
        self.scan.set(from as u32);
    }

    /// The first allocated cell's granule behind `granule`.
    fn next_start(&self, granule: usize) -> Option<usize> {
        let granule = granule + 1;
        let mut word = granule / 64;
        let mut bits = self.starts.get(word)?.load(Ordering::Relaxed) & (!0 << (granule % 64));
        loop {
            if bits != 0 {
                return Some(word * 64 + bits.trailing_zeros() as usize);
            }
            word += 1;
            bits = self.starts.get(word)?.load(Ordering::Relaxed);
        }
    }

    /// Each allocated cell.
    pub(crate) fn for_each_allocated(&self, act: impl FnMut(CellPtr)) {
        self.for_each_bit(&self.starts, act);
    }

    /// Each marked cell.
    pub(crate) fn for_each_marked(&self, act: impl FnMut(CellPtr)) {
        self.for_each_bit(&self.marks, act);
    }

    /// Each cell that is allocated and not marked: between marking and sweep, those that die.
    pub(crate) fn for_each_unmarked(&self, mut act: impl FnMut(CellPtr)) {
        self.for_each_allocated(|cell| {
            if !self.is_marked(cell.as_ptr() as usize) {
                act(cell);
            }
        });
    }

    /// Each cell that died and is not dropped yet.
    pub(crate) fn for_each_dead(&self, act: impl FnMut(CellPtr)) {
        self.for_each_bit(&self.dead, act);
    }

    pub(crate) fn clear_dead(&self) {
        for word in &self.dead {
            word.store(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn has_dead(&self) -> bool {
        self.dead.iter().any(|w| w.load(Ordering::Relaxed) != 0)
    }

    fn for_each_bit(&self, bitmap: &[AtomicU64; WORDS], mut act: impl FnMut(CellPtr)) {
        for (index, word) in bitmap.iter().enumerate() {
            let mut bits = word.load(Ordering::Relaxed);
            while bits != 0 {
                let granule = index * 64 + bits.trailing_zeros() as usize;
                let cell = (self.address() + granule * GRANULE) as *mut _;
                // SAFETY: an address inside the heap's region is not zero.
                act(unsafe { NonNull::new_unchecked(cell) });
                bits &= bits - 1;
            }
        }
    }
}

/// The words of a bitmap that hold the bits `from..to`, with the bits' masks.
fn for_each_word(from: usize, to: usize, mut act: impl FnMut(usize, u64)) {
    if from >= to {
        return;
    }
    let last = (to - 1) / 64;
    for word in from / 64..=last {
        let mut mask = !0;
        if word == from / 64 {
            mask &= !0 << (from % 64);
        }
        if word == last {
            mask &= !0 >> (63 - (to - 1) % 64);
        }
        act(word, mask);
    }
}
