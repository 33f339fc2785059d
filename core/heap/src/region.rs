//! The heap's address space, and the table that says what lies in it.
//!
//! One range is reserved when the heap is made (it costs no memory) and made
//! accessible piece by piece. So "is this word ours?" is a subtraction and a compare, and the table is
//! an array with one entry a block, itself reserved and touched only where
//! blocks have been used.
//!
//! ## Protocol
//! - A block is *free* (a bit in [`FreeBlocks`]), *cached* (in a thread's or a shard's cache, see
//!   `pool`), or *in use* (its table entry is not zero).
//! - The table is written by whoever has the block; it is read with the world stopped, or for
//!   blocks that the reader knows to be in use.
//!
//! ## Invariants
//! - Blocks at and above `high_water` have never been used.
//! - A free block that is not *dirty* has no memory behind it and reads as zeroes.

use std::ops::Range;

use grwl_threads::sync::{AtomicU32, AtomicUsize, Mutex, Ordering};

use crate::block::{BLOCK, BlockHead, BlockPtr};
use crate::class::Kind;

/// Blocks made accessible at a time.
const COMMIT_BLOCKS: usize = 64;
/// Alignment of the range.
const LARGE_PAGE: usize = 2 << 20;

/// What the table says of a block.
///
/// | bits | what |
/// |---|---|
/// | 0-1 | 0 not in use, 1 small cells, 2 head of a large object, 3 the rest of one |
/// | 2-3 | [`Kind`] |
/// | 4 | frozen |
/// | 8-31 | rest of a large object: how many blocks before this its head lies |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(u32);

impl Entry {
    const FREE: u32 = 0;
    const SMALL: u32 = 1;
    const LARGE_HEAD: u32 = 2;
    const LARGE_REST: u32 = 3;
    const STATE: u32 = 3;
    const FROZEN: u32 = 1 << 4;

    const fn new(state: u32, kind: Kind) -> Self {
        Self(state | (kind as u32) << 2)
    }

    /// Does a head stand at the block's start?
    pub(crate) const fn is_head(self) -> bool {
        matches!(self.0 & Self::STATE, Self::SMALL | Self::LARGE_HEAD)
    }

    #[inline(always)]
    pub(crate) const fn kind(self) -> Kind {
        Kind::from_bits(self.0 >> 2)
    }

    pub(crate) const fn is_frozen(self) -> bool {
        self.0 & Self::FROZEN != 0
    }
}

/// The reserved range and its table. See the module's head.
pub(crate) struct Region {
    base: usize,
    /// Reserved bytes.
    span: usize,
    /// As obtained from the system.
    reservation: (usize, usize),
    table: *const AtomicU32,
    high_water: AtomicUsize,
    /// Ask for large pages, except for the first piece: small programs stay small.
    huge_pages: bool,
    free: Mutex<FreeBlocks>,
}

// SAFETY: the table pointer leads to atomics that live as long as the region; the rest is
// atomic or locked.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

/// Blocks that nobody has, as bitmaps by block number.
struct FreeBlocks {
    free: Vec<u64>,
    dirty: Vec<u64>,
    dirty_count: usize,
    free_count: usize,
    /// No word of `free` before this one has a bit.
    hint: usize,
    /// Blocks below this are accessible.
    committed: usize,
}

/// No address space could be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CannotReserve;

impl std::fmt::Display for CannotReserve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the system grants no address space for the heap")
    }
}

impl std::error::Error for CannotReserve {}

impl Region {
    /// Reserves `bytes`, or the largest half, quarter, ... of it that the system grants.
    pub(crate) fn reserve(bytes: usize, huge_pages: bool) -> Result<Self, CannotReserve> {
        // The table has 24 bits for a block's distance.
        let mut span = bytes.clamp(16 * BLOCK, BLOCK << 24).next_multiple_of(BLOCK);
        loop {
            if let Some(base) = map(span + LARGE_PAGE, libc::PROT_NONE) {
                let length = span / BLOCK * size_of::<AtomicU32>();
                if let Some(table) = map(length, libc::PROT_READ | libc::PROT_WRITE) {
                    return Ok(Self {
                        base: base.next_multiple_of(LARGE_PAGE),
                        span,
                        reservation: (base, span + LARGE_PAGE),
                        table: table as *const AtomicU32,
                        high_water: AtomicUsize::new(0),
                        huge_pages,
                        free: Mutex::new(FreeBlocks {
                            free: Vec::new(),
                            dirty: Vec::new(),
                            dirty_count: 0,
                            free_count: 0,
                            hint: 0,
                            committed: 0,
                        }),
                    });
                }
                unmap(base, span + LARGE_PAGE);
            }
            span = (span / 2).next_multiple_of(BLOCK);
            if span < 16 * BLOCK {
                return Err(CannotReserve);
            }
        }
    }

    /// The lowest address.
    #[inline(always)]
    pub(crate) fn base(&self) -> usize {
        self.base
    }

    /// Bytes reserved.
    #[inline(always)]
    pub(crate) fn span(&self) -> usize {
        self.span
    }

    /// Does `address` lie in the reserved range?
    #[inline(always)]
    pub(crate) fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.base) < self.span
    }

    pub(crate) fn high_water(&self) -> usize {
        self.high_water.load(Ordering::Relaxed)
    }

    #[inline(always)]
    fn slot(&self, block: usize) -> &AtomicU32 {
        debug_assert!(block < self.span / BLOCK);
        // SAFETY: block numbers are below `span / BLOCK`, which is the table's length.
        unsafe { &*self.table.add(block) }
    }

    /// The table's entry for the block in which `address`, which is inside the range, lies.
    #[inline(always)]
    pub(crate) fn entry_of(&self, address: usize) -> Entry {
        Entry(
            self.slot((address - self.base) / BLOCK)
                .load(Ordering::Relaxed),
        )
    }

    pub(crate) fn address_of(&self, block: usize) -> usize {
        self.base + block * BLOCK
    }

    /// The head that governs `address`: anything at all may be asked.
    pub(crate) fn head_for(&self, address: usize) -> Option<BlockPtr> {
        let block = address.wrapping_sub(self.base) / BLOCK;
        if block >= self.high_water() {
            return None;
        }
        let entry = self.slot(block).load(Ordering::Relaxed);
        let head = match entry & Entry::STATE {
            Entry::FREE => return None,
            Entry::LARGE_REST => block - (entry >> 8) as usize,
            _ => block,
        };
        BlockPtr::new(self.address_of(head) as *mut BlockHead)
    }

    /// The block of small cells at `address` is in use from now on.
    pub(crate) fn enter_small(&self, address: usize, kind: Kind) {
        let entry = Entry::new(Entry::SMALL, kind);
        self.slot((address - self.base) / BLOCK)
            .store(entry.0, Ordering::Relaxed);
    }

    /// The blocks from `address` on are a large object from now on.
    pub(crate) fn enter_large(&self, address: usize, blocks: usize, kind: Kind) {
        let first = (address - self.base) / BLOCK;
        let rest = Entry::new(Entry::LARGE_REST, kind).0;
        for distance in 1..blocks {
            self.slot(first + distance)
                .store(rest | (distance as u32) << 8, Ordering::Relaxed);
        }
        let head = Entry::new(Entry::LARGE_HEAD, kind);
        self.slot(first).store(head.0, Ordering::Relaxed);
    }

    /// Marks a head's entry as frozen or not.
    pub(crate) fn set_frozen(&self, head: &BlockHead, frozen: bool) {
        let slot = self.slot((head.address() - self.base) / BLOCK);
        let entry = slot.load(Ordering::Relaxed);
        let entry = if frozen {
            entry | Entry::FROZEN
        } else {
            entry & !Entry::FROZEN
        };
        slot.store(entry, Ordering::Relaxed);
    }

    /// Each block that begins with a head, with its entry. The world is stopped.
    pub(crate) fn for_each_head(&self, mut act: impl FnMut(BlockPtr, Entry)) {
        for block in 0..self.high_water() {
            let entry = Entry(self.slot(block).load(Ordering::Relaxed));
            if entry.is_head() {
                let head = BlockPtr::new(self.address_of(block) as *mut BlockHead);
                act(head.expect("the heap does not lie at zero"), entry);
            }
        }
    }

    /// Takes up to `count` single free blocks, by number; none if memory is exhausted.
    pub(crate) fn take_singles(&self, count: usize, mut give: impl FnMut(u32)) {
        let mut free = self.free.lock();
        for _ in 0..count {
            let Some(block) = free.take_one().or_else(|| self.extend(&mut free, 1)) else {
                return;
            };
            give(block as u32);
        }
    }

    /// Takes `count` free blocks in a row; returns their address.
    pub(crate) fn take_row(&self, count: usize) -> Option<usize> {
        let mut free = self.free.lock();
        let block = match free.find_row(count) {
            Some(block) => {
                for block in block..block + count {
                    free.take(block);
                }
                block
            }
            None => self.extend(&mut free, count)?,
        };
        Some(self.address_of(block))
    }

    /// Moves the high water mark up. The region's lock is held.
    fn extend(&self, free: &mut FreeBlocks, count: usize) -> Option<usize> {
        let block = self.high_water();
        let end = block + count;
        if end > self.span / BLOCK {
            return None;
        }
        if end > free.committed {
            let target = (end.max(free.committed + COMMIT_BLOCKS)).min(self.span / BLOCK);
            let from = self.address_of(free.committed);
            let length = (target - free.committed) * BLOCK;
            let access = libc::PROT_READ | libc::PROT_WRITE;
            // SAFETY: the range lies inside our reservation and nobody uses it yet.
            if unsafe { libc::mprotect(from as *mut _, length, access) } != 0 {
                return None;
            }
            if self.huge_pages && free.committed > 0 {
                // SAFETY: advice on our own reservation. A refusal changes nothing.
                unsafe { libc::madvise(from as *mut _, length, libc::MADV_HUGEPAGE) };
            }
            free.committed = target;
        }
        let words = end.div_ceil(64);
        if free.free.len() < words {
            free.free.resize(words, 0);
            free.dirty.resize(words, 0);
        }
        self.high_water.store(end, Ordering::Relaxed);
        Some(block)
    }

    /// Gives blocks back, by number; their memory stays for now.
    pub(crate) fn give_singles(&self, blocks: impl IntoIterator<Item = u32>) {
        let mut free = self.free.lock();
        for block in blocks {
            free.give(block as usize);
        }
    }

    /// Takes a block or large object out of use. Its blocks are the caller's.
    pub(crate) fn leave(&self, head: &BlockHead) -> Range<u32> {
        let first = ((head.address() - self.base) / BLOCK) as u32;
        let blocks = first..first + head.blocks.get();
        for block in blocks.clone() {
            self.slot(block as usize)
                .store(Entry::FREE, Ordering::Relaxed);
        }
        blocks
    }

    /// Returns the memory of free blocks to the system until no more than
    /// `keep` of them have any. Returns how many gave theirs up.
    pub(crate) fn release_surplus(&self, keep: usize) -> usize {
        let mut released = 0;
        loop {
            // A piece at a time, so that the lock is not held during the system call.
            let Some(row) = self.free.lock().take_dirty_row(keep) else {
                return released;
            };
            released += row.len();
            let from = self.address_of(row.start);
            // SAFETY: the blocks are inside our reservation, and ours alone just now.
            let done = unsafe {
                libc::madvise(from as *mut _, row.len() * BLOCK, libc::MADV_DONTNEED) == 0
            };
            let mut free = self.free.lock();
            for block in row {
                free.give(block);
                if done {
                    free.clean(block);
                }
            }
            if !done {
                return released;
            }
        }
    }

    /// How many blocks are not free.
    pub(crate) fn used_blocks(&self) -> usize {
        let free = self.free.lock();
        self.high_water() - free.free_count
    }

    /// Free blocks, and how many of them have memory behind them.
    pub(crate) fn free_counts(&self) -> (usize, usize) {
        let free = self.free.lock();
        (free.free_count, free.dirty_count)
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        unmap(
            self.table as usize,
            self.span / BLOCK * size_of::<AtomicU32>(),
        );
        unmap(self.reservation.0, self.reservation.1);
    }
}

impl FreeBlocks {
    fn bit(block: usize) -> (usize, u64) {
        (block / 64, 1 << (block % 64))
    }

    fn is_free(&self, block: usize) -> bool {
        let (word, bit) = Self::bit(block);
        self.free[word] & bit != 0
    }

    fn take(&mut self, block: usize) {
        let (word, bit) = Self::bit(block);
        debug_assert!(self.is_free(block));
        self.free[word] &= !bit;
        self.free_count -= 1;
        if self.dirty[word] & bit != 0 {
            self.dirty[word] &= !bit;
            self.dirty_count -= 1;
        }
    }

    /// A block that was used is free again, and dirty.
    fn give(&mut self, block: usize) {
        let (word, bit) = Self::bit(block);
        debug_assert!(!self.is_free(block), "block {block} was freed twice");
        self.free[word] |= bit;
        self.dirty[word] |= bit;
        self.free_count += 1;
        self.dirty_count += 1;
        self.hint = self.hint.min(word);
    }

    fn clean(&mut self, block: usize) {
        let (word, bit) = Self::bit(block);
        self.dirty[word] &= !bit;
        self.dirty_count -= 1;
    }

    /// The lowest free block with memory behind it, or else the lowest one.
    fn take_one(&mut self) -> Option<usize> {
        if self.free_count == 0 {
            return None;
        }
        while self.free[self.hint] == 0 {
            self.hint += 1;
        }
        let (from, wanted) = if self.dirty_count > 0 {
            (self.hint, &self.dirty)
        } else {
            (self.hint, &self.free)
        };
        let word = (from..wanted.len()).find(|&word| wanted[word] != 0)?;
        let block = word * 64 + wanted[word].trailing_zeros() as usize;
        self.take(block);
        Some(block)
    }

    /// The lowest `count` free blocks in a row.
    fn find_row(&self, count: usize) -> Option<usize> {
        if self.free_count < count {
            return None;
        }
        let mut length = 0;
        for word in self.hint..self.free.len() {
            let bits = self.free[word];
            if bits == 0 {
                length = 0;
                continue;
            }
            for bit in 0..64 {
                length = if bits >> bit & 1 != 0 { length + 1 } else { 0 };
                if length == count {
                    return Some(word * 64 + bit + 1 - count);
                }
            }
        }
        None
    }

    /// Takes the highest dirty free blocks in a row (at most 16 MiB of them) if more than `keep` are
    /// dirty.
    fn take_dirty_row(&mut self, keep: usize) -> Option<Range<usize>> {
        let surplus = self.dirty_count.checked_sub(keep).filter(|&n| n > 0)?;
        let word = (0..self.dirty.len())
            .rev()
            .find(|&word| self.dirty[word] != 0)?;
        let last = word * 64 + 63 - self.dirty[word].leading_zeros() as usize;
        let is_dirty = |block: usize| {
            let (word, bit) = Self::bit(block);
            self.dirty[word] & bit != 0
        };
        let mut first = last;
        while first > 0 && last - first + 1 < surplus.min(256) && is_dirty(first - 1) {
            first -= 1;
        }
        for block in first..=last {
            self.take(block);
        }
        Some(first..last + 1)
    }
}

/// Fresh address space.
fn map(length: usize, access: i32) -> Option<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: an anonymous mapping at an address of the system's choice.
    let address = unsafe { libc::mmap(std::ptr::null_mut(), length, access, flags, -1, 0) };
    (address != libc::MAP_FAILED).then_some(address as usize)
}

fn unmap(address: usize, length: usize) {
    // SAFETY: the range is a mapping of ours that nobody uses any more.
    unsafe { libc::munmap(address as *mut _, length) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn singles(region: &Region, count: usize) -> Vec<u32> {
        let mut taken = Vec::new();
        region.take_singles(count, |block| taken.push(block));
        taken
    }

    #[test]
    fn dirty_blocks_are_reused_first_and_rows_are_found() {
        let region = Region::reserve(64 << 20, false).unwrap();
        let taken = singles(&region, 20);
        assert_eq!(taken, (0..20).collect::<Vec<_>>());
        region.give_singles(4..12);
        assert_eq!(region.free_counts(), (8, 8));
        assert_eq!(region.release_surplus(3), 5);
        assert_eq!(region.free_counts(), (8, 3));
        assert_eq!(region.take_row(8), Some(region.address_of(4)));
        assert_eq!(region.free_counts(), (0, 0));
        assert_eq!(region.take_row(3), Some(region.address_of(20)));
        region.give_singles([7, 3, 9]);
        assert_eq!(singles(&region, 4), [3, 7, 9, 23]);
    }

    #[test]
    fn the_range_ends() {
        let region = Region::reserve(16 * BLOCK, false).unwrap();
        assert_eq!(region.take_row(17), None);
        assert_eq!(singles(&region, 20).len(), 16);
        assert_eq!(region.take_row(1), None);
    }

    #[test]
    fn returned_memory_reads_as_zero() {
        let region = Region::reserve(64 << 20, false).unwrap();
        let block = singles(&region, 1)[0];
        let word = region.address_of(block as usize) as *mut u64;
        // SAFETY: the block is committed and ours.
        unsafe { word.write(7) };
        region.give_singles([block]);
        region.release_surplus(0);
        assert_eq!(singles(&region, 1), [block]);
        // SAFETY: as above.
        assert_eq!(unsafe { word.read() }, 0);
    }
}
