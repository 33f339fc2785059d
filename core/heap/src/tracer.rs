//! How trace functions and root sources report pointers.
//!
//! Whatever is reported goes onto a mark stack, unlooked-at; who reads the stack
//! decides what it means: the marker marks, the verifier checks, a walker collects.
//!
//! A mark stack's entry is one word. Even: a pointer. Odd: a *slice* of tagged words, its address plus 1, and
//! their number in the top 16 bits. So a cell with a million pointers takes a few entries, and
//! can be shared among markers.

use crate::Heap;
use crate::block::BlockHead;
use crate::cell_type::Size;
use crate::header::CellPtr;
use crate::work::MarkStack;

/// Words of the longest slice.
const LONGEST: usize = 0xffff;
const LENGTH_SHIFT: u32 = 48;
const ADDRESS: u64 = (1 << LENGTH_SHIFT) - 2;

/// Takes reports of pointers. See the module's head.
pub struct Tracer<'a> {
    pub(crate) stack: &'a mut MarkStack,
    pub(crate) heap: &'a Heap,
    /// Leave out what is marked; see `mark`.
    pub(crate) unmarked_only: bool,
    /// Leave out what may be out of date: who checks or walks the edges wants those that there are.
    pub(crate) exact_only: bool,
}

impl Tracer<'_> {
    /// A tagged word: a pointer to a cell's first byte, or anything that is no pointer.
    #[inline(always)]
    pub fn word(&mut self, word: u64) {
        if word & 7 == 0 && self.heap.region.contains(word as usize) {
            // SAFETY: a pointer that is reported leads to a cell.
            let is_marked = || unsafe { BlockHead::of(word as usize) }.is_marked(word as usize);
            if self.unmarked_only && is_marked() {
                return;
            }
            self.stack.push(word);
        }
    }

    /// Is only wanted what is certainly a pointer? Then [`conservative`](Self::conservative) and [`stale_words`](Self::stale_words) do nothing.
    pub fn is_exact(&self) -> bool {
        self.exact_only
    }

    /// Does the tagged word point to a cell that this collection has marked already, or that is old for a young one? Before marking
    /// begins: will the cell be alive afterwards, whatever else there is? What is no pointer into the heap counts as marked.
    pub fn is_marked(&self, word: u64) -> bool {
        if word & 7 != 0 || !self.heap.region.contains(word as usize) {
            return true;
        }
        // SAFETY: such a word points to a cell.
        unsafe { BlockHead::of(word as usize) }.is_marked(word as usize)
    }

    /// A cell.
    #[inline(always)]
    pub fn cell(&mut self, cell: CellPtr) {
        self.word(cell.as_ptr() as u64);
    }

    /// `count` tagged words from `first` on.
    ///
    /// # Safety
    /// They are readable and stay unchanged until the world resumes.
    pub unsafe fn words(&mut self, first: *const u64, count: usize) {
        push_slice(self.stack, first as usize, count);
    }

    /// Memory in which any word may point to or into a cell, as on a native stack.
    ///
    /// # Safety
    /// The range is readable and stays unchanged until the world resumes.
    pub unsafe fn conservative(&mut self, from: usize, to: usize) {
        if self.exact_only {
            return;
        }
        let mut address = from.next_multiple_of(8);
        while address + 8 <= to {
            // SAFETY: the caller's promise.
            let word = unsafe { read_unchecked(address) };
            self.conservative_word(word as usize);
            address += 8;
        }
    }

    /// Memory in which each word is a tagged word, or was one: it may be out of date, so the cell that it points to need not exist any more.
    ///
    /// # Safety
    /// As [`conservative`](Self::conservative).
    pub unsafe fn stale_words(&mut self, from: usize, to: usize) {
        if self.exact_only {
            return;
        }
        for address in (from..to).step_by(8) {
            // SAFETY: the caller's promise.
            let word = unsafe { read_unchecked(address) };
            if word & 7 == 0
                && let Some(cell) = self.heap.cell_at(word as usize)
                && cell.as_ptr() as u64 == word
            {
                self.cell(cell);
            }
        }
    }

    /// A word that may point to or into a cell, or one past its end.
    #[inline]
    pub fn conservative_word(&mut self, word: usize) {
        let region = &self.heap.region;
        if !region.contains(word.wrapping_sub(1)) {
            return;
        }
        let found = self.heap.cell_at(word);
        if let Some(cell) = found {
            self.cell(cell);
        }
        // One past the end of the cell before, where a slice may end: where a cell begins that is meant, the one before may be dead.
        if !self.exact_only
            && found.is_none_or(|cell| cell.as_ptr() as usize == word)
            && let Some(cell) = self.heap.cell_at(word - 1)
            && self.ends_at(cell, word)
        {
            self.cell(cell);
        }
    }

    /// Is it a cell that may be read as a slice to its end, and does it end here?
    fn ends_at(&self, cell: CellPtr, end: usize) -> bool {
        // SAFETY: an allocated cell: the world is stopped, and each was initialised before.
        unsafe {
            let cell_type = self.heap.cell_type(cell);
            matches!(cell_type.size, Size::Varying(_))
                && cell.as_ptr() as usize + cell_type.size_of(cell) == end
        }
    }
}

/// Reads a word of somebody's stack.
///
/// # Safety
/// The address is readable.
#[inline(always)]
unsafe fn read_unchecked(address: usize) -> u64 {
    // SAFETY: the caller's promise. Volatile, because the memory belongs to frames whose
    // types we do not know.
    unsafe { (address as *const u64).read_volatile() }
}

/// Pushes `count` words as slices.
#[inline]
pub(crate) fn push_slice(stack: &mut MarkStack, mut address: usize, mut count: usize) {
    debug_assert!(address.is_multiple_of(8) && address as u64 & !ADDRESS == 0);
    while count > 0 {
        let length = count.min(LONGEST);
        stack.push(address as u64 | 1 | (length as u64) << LENGTH_SHIFT);
        address += length * 8;
        count -= length;
    }
}

/// Address and number of words of a slice.
#[inline(always)]
pub(crate) fn split_slice(word: u64) -> (usize, usize) {
    ((word & ADDRESS) as usize, (word >> LENGTH_SHIFT) as usize)
}
