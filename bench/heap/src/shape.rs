//! What is the same for the heap and the reference: cells, sizes and counts.

/// Bytes of a cell: 16 of header, two pointers.
pub const CELL: usize = 32;

/// Depth of the trees that come and go.
pub const SHORT: u32 = 10;
/// Depth of the tree that stays meanwhile.
pub const LONG: u32 = 18;
/// Short trees in all, over all threads.
pub const TREES: usize = 20_000;
/// Cells of a tree.
pub const fn cells(depth: u32) -> usize {
    (1 << (depth + 1)) - 1
}

/// Cells that are allocated and dropped at once.
pub const DROPS: usize = 50_000_000;
/// References whose targets a full collection marks.
pub const REFERENCES: usize = 10_000_000;

/// A random order of `0..count` (xorshift64*, Vigna 2016).
pub fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for i in (1..count).rev() {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let random = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        order.swap(i, random as usize % (i + 1));
    }
    order
}
