//! The mark verifier: `GRWL_GC_VERIFY=1`, and always in stress mode.
//!
//! It runs between marking and sweep and checks the invariants by which the sweep frees memory:
//! - every edge of a marked cell leads to a marked cell, or outside the heap;
//! - what static objects point to is marked;
//! - every marked cell is allocated, and no longer than its memory.

use grwl_threads::StoppedWorld;
use grwl_threads::sync::Ordering;

use crate::Heap;
use crate::block::{BlockHead, GRANULE};
use crate::cell_type::{CellType, Trace};
use crate::class::Kind;
use crate::header::{CellPtr, is_pointer};
use crate::tracer::{Tracer, push_slice, split_slice};
use crate::work::MarkStack;

impl Heap {
    /// The type of a cell as the heap sees it.
    ///
    /// # Safety
    /// `cell` is a live, initialised cell of this heap.
    pub unsafe fn cell_type(&self, cell: CellPtr) -> &CellType {
        // SAFETY: the caller's promise.
        let header = unsafe { cell.as_ref() };
        // SAFETY: the type word leads to the type, which outlives the cell.
        unsafe { &*self.cell_type_behind(header.type_pointer.load(Ordering::Relaxed)) }
    }

    /// Shows `visit` the pointers of a cell that lead into the heap, its type included; if `exact_only`, those that must lead to a live
    /// cell.
    ///
    /// # Safety
    /// As [`cell_type`](Self::cell_type); the cell does not change meanwhile.
    pub(crate) unsafe fn edges(
        &self,
        cell: CellPtr,
        exact_only: bool,
        mut visit: impl FnMut(CellPtr),
    ) {
        let address = cell.as_ptr() as usize;
        if self.region.entry_of(address).kind() == Kind::Leaf {
            return;
        }
        let mut stack = MarkStack::growing();
        let mut tracer = Tracer {
            stack: &mut stack,
            heap: self,
            unmarked_only: false,
            exact_only,
        };
        // SAFETY: the caller's promise.
        let type_pointer = unsafe { cell.as_ref() }
            .type_pointer
            .load(Ordering::Relaxed);
        tracer.word(type_pointer as u64);
        // SAFETY: the caller's promise.
        match unsafe { self.cell_type(cell) }.trace {
            Trace::Nothing => {}
            Trace::Words { offset, count } => {
                push_slice(&mut stack, address + offset as usize, count as usize);
            }
            Trace::Counted { offset, count_at } => {
                // SAFETY: the type says that the number is there.
                let count = unsafe { *((address + count_at as usize) as *const u64) };
                push_slice(&mut stack, address + offset as usize, count as usize);
            }
            // SAFETY: the cell is one of the function's type.
            Trace::Custom(trace) => unsafe { trace(cell, &mut tracer) },
        }
        while let Some(entry) = stack.pop() {
            if entry & 1 == 0 {
                CellPtr::new(entry as *mut _).map(&mut visit);
                continue;
            }
            let (first, count) = split_slice(entry);
            for index in 0..count {
                // SAFETY: the slice is part of the cell, or its trace vouches for it.
                let word = unsafe { *(first as *const u64).add(index) };
                if is_pointer(word) && self.region.contains(word as usize) {
                    CellPtr::new(word as *mut _).map(&mut visit);
                }
            }
        }
    }

    /// Checks the invariants in the module's head.
    ///
    /// # Panics
    /// If one does not hold.
    pub(crate) fn verify_marks(&self, _world: &StoppedWorld<'_>) {
        self.verify_statics();
        self.region.for_each_head(|block, _| {
            // SAFETY: blocks stay mapped while the heap lives.
            let head = unsafe { block.as_ref() };
            head.for_each_marked(|cell| {
                // SAFETY: a marked cell is alive.
                unsafe { self.verify_cell(head, cell) };
            });
        });
    }

    /// What static objects point to is marked, even if this collection has not looked at them.
    fn verify_statics(&self) {
        let mut stack = MarkStack::growing();
        self.trace_statics(&mut Tracer {
            stack: &mut stack,
            heap: self,
            unmarked_only: false,
            exact_only: true,
        });
        while let Some(entry) = stack.pop() {
            let (first, count) = match entry & 1 {
                0 => (&raw const entry as usize, 1),
                _ => split_slice(entry),
            };
            for index in 0..count {
                // SAFETY: the source of the roots vouches for the slice.
                let word = unsafe { *(first as *const u64).add(index) };
                if is_pointer(word) && self.region.contains(word as usize) {
                    // SAFETY: a pointer that is reported leads to a cell.
                    let head = unsafe { BlockHead::of(word as usize) };
                    assert!(
                        head.is_allocated(word as usize) && head.is_marked(word as usize),
                        "a static object points to {word:#x}, which is not alive"
                    );
                }
            }
        }
    }

    /// # Safety
    /// The cell is marked, so it is alive.
    unsafe fn verify_cell(&self, head: &BlockHead, cell: CellPtr) {
        let address = cell.as_ptr() as usize;
        assert!(
            head.is_allocated(address),
            "{address:#x} is marked, not allocated"
        );
        // SAFETY: the caller's promise.
        let cell_type = unsafe { self.cell_type(cell) };
        let name = cell_type.name;
        // SAFETY: the caller's promise.
        let size = unsafe { cell_type.size_of(cell) };
        let room = head.cell_size.get();
        assert!(
            size <= room,
            "{name} at {address:#x}: {size} bytes in {room}"
        );
        // SAFETY: the caller's promise.
        unsafe {
            self.edges(cell, true, |target| {
                let target = target.as_ptr() as usize;
                let sound = target.is_multiple_of(GRANULE)
                    && self.region.head_for(target).is_some_and(|head| {
                        let head = head.as_ref();
                        head.is_allocated(target) && head.is_marked(target)
                    });
                assert!(
                    sound,
                    "{name} at {address:#x} points to {target:#x}, which is not alive"
                );
            });
        }
    }
}
