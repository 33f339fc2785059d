//! The process's allocator: mimalloc.
//!
//! What is not in the collected heap comes from it. Memory that cells own is freed by whoever collects, so with the system's allocator pieces
//! wander between the threads' arenas, and then threads that allocate wait for each other: searching with regular expressions by two threads took
//! as long as by one.
//!
//! The `mimalloc` package's own bridge asks for the alignment each time, which takes the allocator off its fast path. Any block of mimalloc's is
//! aligned for a word, and that is what nearly all allocations want.

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys as mi;

/// mimalloc, as Rust's global allocator.
pub struct Mimalloc;

/// `mi_option_arena_eager_commit`. Without it there are no huge pages, which make a small program several megabytes larger.
const ARENA_EAGER_COMMIT: mi::mi_option_t = 4;

/// To be called before the first allocation.
pub fn configure() {
    // SAFETY: a plain call.
    unsafe { mi::mi_option_set_default(ARENA_EAGER_COMMIT, 0) };
}

/// Is each block aligned for this?
#[inline(always)]
const fn is_common(layout: Layout) -> bool {
    layout.align() <= size_of::<usize>()
}

// SAFETY: mimalloc's functions do what Rust's allocator promises: blocks of at least this size and alignment, or null; they do not unwind.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: plain calls; the alignment is a power of two.
        unsafe {
            if is_common(layout) {
                mi::mi_malloc(layout.size()).cast()
            } else {
                mi::mi_malloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if is_common(layout) {
                mi::mi_zalloc(layout.size()).cast()
            } else {
                mi::mi_zalloc_aligned(layout.size(), layout.align()).cast()
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the caller's block is one of ours.
        unsafe { mi::mi_free(block.cast()) };
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if is_common(layout) {
                mi::mi_realloc(block.cast(), size).cast()
            } else {
                mi::mi_realloc_aligned(block.cast(), size, layout.align()).cast()
            }
        }
    }
}
