//! Size classes and kinds of blocks.
//!
//! Cells are multiples of 16 bytes. Small classes are close together; from 1280
//! bytes on they are the sizes of which a whole number just fills a block. What is longer than
//! [`LARGEST`] is a *large object* and has blocks of its own.

use crate::block::{CELLS_START, GRANULE, GRANULES};

/// What a block's cells have in common besides their size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Cells with pointers.
    Traced = 0,
    /// Cells without any pointer, of static types: never looked into.
    Leaf = 1,
    /// Cells with or without pointers whose type has a [`drop`](crate::CellType::drop).
    Owning = 2,
    /// Instances of types defined by C code: as `Owning`, and since C stores into them without
    /// a write barrier, every young collection looks into all of them.
    Foreign = 3,
}

/// How many kinds there are.
pub const KINDS: usize = 4;

impl Kind {
    /// All kinds, by number.
    pub const ALL: [Self; KINDS] = [Self::Traced, Self::Leaf, Self::Owning, Self::Foreign];

    /// Do the types of such cells have a drop function?
    pub const fn has_drop(self) -> bool {
        matches!(self, Self::Owning | Self::Foreign)
    }

    pub(crate) const fn from_bits(bits: u32) -> Self {
        Self::ALL[(bits & 3) as usize]
    }
}

/// Bytes per cell, by class.
pub const SIZES: [u32; CLASSES] = [
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
    1280, 1536, 1792, 2048, 2656, 3184, 3984, 4912, 5792, 7088, 7984, 9120, 10640, 12768, 15968,
    21280, 31936,
];

/// How many size classes there are.
pub const CLASSES: usize = 37;

/// The longest cell that is not a large object.
pub const LARGEST: usize = SIZES[CLASSES - 1] as usize;

/// Cursors per thread: one for each kind and class.
pub const CURSORS: usize = KINDS * CLASSES;

/// Below this, `FINE` answers by itself.
const FINE_LIMIT: usize = 1024;
const COARSE_STEP: usize = 128;

const FINE: [u8; FINE_LIMIT / GRANULE + 1] = {
    let mut table = [0; FINE_LIMIT / GRANULE + 1];
    let mut index = 0;
    while index < table.len() {
        table[index] = smallest_class_for(index * GRANULE);
        index += 1;
    }
    table
};

/// By `(size - 1) / COARSE_STEP`: the class for the smallest such size.
const COARSE: [u8; LARGEST / COARSE_STEP + 1] = {
    let mut table = [0; LARGEST / COARSE_STEP + 1];
    let mut index = 0;
    while index < table.len() {
        table[index] = smallest_class_for(index * COARSE_STEP + 1);
        index += 1;
    }
    table
};

const fn smallest_class_for(size: usize) -> u8 {
    let mut class = 0;
    while class + 1 < CLASSES && (SIZES[class] as usize) < size {
        class += 1;
    }
    class as u8
}

/// The class of cells of `size` bytes, which is at most [`LARGEST`].
#[inline(always)]
pub const fn class_of(size: usize) -> usize {
    if size <= FINE_LIMIT {
        FINE[size.div_ceil(GRANULE)] as usize
    } else {
        let mut class = COARSE[(size - 1) / COARSE_STEP] as usize;
        while (SIZES[class] as usize) < size {
            class += 1;
        }
        class
    }
}

/// Where the cursor for cells of `size` bytes stands among a thread's [`CURSORS`].
#[inline(always)]
pub const fn cursor_index(kind: Kind, size: usize) -> usize {
    kind as usize * CLASSES + class_of(size)
}

/// How many cells of `class` a block holds.
pub const fn capacity(class: usize) -> usize {
    (crate::block::BLOCK - CELLS_START) / SIZES[class] as usize
}

/// Multiplying a cell-area offset by this and shifting right by 32 divides by the class's size: exact,
/// since offset times rounding error stays below 2^32 (both factors are below 2^16).
pub(crate) const fn reciprocal(class: usize) -> u32 {
    let size = SIZES[class] as u64;
    (1u64 << 32).div_ceil(size) as u32
}

/// One bit per granule of a block.
pub(crate) type Bitmap = [u64; GRANULES / 64];

/// By class: the granules in which cells begin.
pub(crate) static CELL_STARTS: [Bitmap; CLASSES] = {
    let mut table = [[0; GRANULES / 64]; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        let mut cell = 0;
        while cell < capacity(class) {
            let granule = (CELLS_START + cell * SIZES[class] as usize) / GRANULE;
            table[class][granule / 64] |= 1 << (granule % 64);
            cell += 1;
        }
        class += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_the_smallest_class_that_holds_it() {
        for size in 1..=LARGEST {
            let class = class_of(size);
            assert!(SIZES[class] as usize >= size);
            assert!(class == 0 || (SIZES[class - 1] as usize) < size);
        }
    }

    #[test]
    fn reciprocals_divide_exactly() {
        for (class, &size) in SIZES.iter().enumerate() {
            let size = size as usize;
            assert!(size.is_multiple_of(GRANULE));
            for offset in 0..crate::block::BLOCK - CELLS_START {
                let quotient = (offset as u64 * u64::from(reciprocal(class))) >> 32;
                assert_eq!(quotient as usize, offset / size);
            }
        }
    }

    #[test]
    fn little_of_a_block_is_wasted() {
        for (class, &size) in SIZES.iter().enumerate() {
            let used = capacity(class) * size as usize;
            assert!(used * 100 >= 96 * (crate::block::BLOCK - CELLS_START));
        }
    }
}
