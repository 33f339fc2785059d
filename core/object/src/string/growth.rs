//! Text that grows at its end: `s += more` in a loop, in time that does not grow with `s`.
//!
//! CPython lengthens a string in place if nobody else has it; here nobody counts who has it. Instead a string that looks like the middle of such a loop gets memory with
//! room behind it, and the next one is the same memory, seen further: both begin at its start, and what the first one sees never changes.
//!
//! ## Protocol
//! - A [`Growth`] is memory of which the first `used` bytes belong to strings for ever. Whoever has the string that ends at `used` may claim bytes behind it
//!   by moving `used` with a compare-and-swap. Of several threads one succeeds; the others copy.
//! - Who has claimed bytes writes them before the string that sees them is published. Nobody else reads them before.
//!
//! ## Invariants
//! - A string of this sort (`SHARED`) is exactly a `str`; its one word behind the head leads to its `Growth`, whose memory begins with its units.
//! - All strings in one `Growth` have the same width.

use std::mem::offset_of;

use grwl_heap::{CellPtr, Header, Size, Trace, Tracer};
use grwl_heap::{CellType, Kind};
use grwl_text::Text;
use grwl_threads::sync::{AtomicUsize, Ordering};
use grwl_value::Slot;

use super::{ASCII, Str, WIDTH};
use crate::cell::{Cell, Ref};
use crate::result::PyResult;
use crate::thread::Thread;
use crate::type_object::{Declaration, TypeObject, flags};
use crate::types;

/// Strings of fewer bytes are copied: that costs less than the room.
const LEAST: usize = 512;

/// See the module's head. The memory follows.
#[repr(C)]
struct Growth {
    header: Header,
    used: AtomicUsize,
    capacity: usize,
}

/// Internal.
static GROWTH: TypeObject = TypeObject::declare(&Declaration {
    name: "str memory",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &GROWTH_CELL,
    kind: Kind::Leaf,
    size: size_of::<Growth>(),
    attributes: 0,
});

static GROWTH_CELL: CellType = CellType {
    trace: Trace::Nothing,
    size: Size::Varying(growth_size),
    drop: None,
    name: "str memory",
};

// SAFETY: repr(C), begins with a header; what changes is atomic, or claimed first.
unsafe impl Cell for Growth {
    fn type_object() -> &'static TypeObject {
        &GROWTH
    }
}

unsafe fn growth_size(cell: CellPtr) -> usize {
    // SAFETY: the heap calls this for such cells.
    let this = unsafe { Ref::<Growth>::from_cell(cell) };
    size_of::<Growth>() + this.capacity
}

impl Growth {
    /// Memory of which the first `used` bytes are the caller's to write.
    fn new(thread: &Thread, used: usize) -> PyResult<Ref<Self>> {
        let capacity = (used + used / 2).next_multiple_of(8);
        let bytes = size_of::<Self>() + capacity;
        // SAFETY: initialised at once; the memory behind holds no pointers.
        let cell = unsafe {
            thread
                .heap()
                .allocate(thread.mutator(), GROWTH.kind(), bytes)
        };
        let cell = cell.ok_or_else(|| thread.memory_error())?;
        // SAFETY: fresh memory.
        unsafe {
            cell.cast::<Self>().write(Self {
                header: thread.header(&GROWTH),
                used: AtomicUsize::new(used),
                capacity,
            });
            Ok(Ref::from_cell(cell))
        }
    }

    fn memory(&self) -> *mut u8 {
        // SAFETY: the memory follows the struct.
        unsafe { std::ptr::from_ref(self).add(1).cast_mut().cast() }
    }

    /// Claims the bytes from `end` on, if they are free.
    fn claim(&self, end: usize, bytes: usize) -> bool {
        // Relaxed: the bytes are published with the string that sees them.
        end + bytes <= self.capacity
            && self
                .used
                .compare_exchange(end, end + bytes, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// The word behind the head of a string that lies in a [`Growth`].
pub(super) fn slot(string: &Str) -> &Slot {
    // SAFETY: the caller has seen the `SHARED` bit: the word is there, and never changes.
    unsafe { &*std::ptr::from_ref(string).add(1).cast::<Slot>() }
}

/// Where the units of a string are that lies in a [`Growth`].
pub(super) fn units(string: &Str) -> *const u8 {
    memory_of(string).map_or(std::ptr::null(), |memory| memory.memory().cast_const())
}

fn memory_of(string: &Str) -> Option<Ref<Growth>> {
    let cell = slot(string).load()?.as_cell()?;
    // SAFETY: the word leads to a Growth.
    Some(unsafe { Ref::from_cell(cell) })
}

/// For the collector: the memory of a string.
pub(super) unsafe fn trace(cell: CellPtr, tracer: &mut Tracer<'_>) {
    // SAFETY: the heap calls this for strings in blocks of traced cells, with the world stopped.
    unsafe {
        let this = Ref::<Str>::from_cell(cell);
        if this.is_shared() {
            tracer.words(std::ptr::from_ref(slot(&this)).cast(), 1);
        }
    }
}

/// `a` with `b` behind it, in memory that can grow; `None` if plain copying is as good.
pub(super) fn append(thread: &Thread, a: Ref<Str>, b: Ref<Str>) -> PyResult<Option<Ref<Str>>> {
    let width = a.width_bytes();
    let (end, more) = (a.len() * width, b.len() * width);
    if end + more < LEAST || b.width_bytes() > width || b.len() > a.len() {
        return Ok(None);
    }
    let memory = if a.is_shared() {
        memory_of(&a).filter(|memory| memory.claim(end, more))
    } else if a.is_joined() {
        None
    } else {
        return Ok(None);
    };
    let memory = match memory {
        Some(memory) => memory,
        None => {
            let memory = Growth::new(thread, end + more)?;
            // SAFETY: fresh memory, long enough.
            unsafe { memory.memory().copy_from_nonoverlapping(a.units(), end) };
            memory
        }
    };
    // SAFETY: the bytes from `end` on are claimed, aligned as the units before them are.
    unsafe { write(memory.memory().add(end), b.text(), width) };
    let kind = if a.is_ascii() && b.is_ascii() {
        1 | ASCII
    } else {
        width as u8
    };
    debug_assert!(kind & WIDTH == width as u8);
    Str::in_memory(thread, memory.value(), a.len() + b.len(), kind).map(Some)
}

/// Writes text as units of `width` bytes, which are at least as wide as its own.
unsafe fn write(to: *mut u8, text: Text<'_>, width: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match (text, width) {
            (Text::One(units), 1) => to.copy_from_nonoverlapping(units.as_ptr(), units.len()),
            (Text::Two(units), 2) => to
                .cast::<u16>()
                .copy_from_nonoverlapping(units.as_ptr(), units.len()),
            (text, 2) => {
                for (index, code) in text.codes().enumerate() {
                    to.cast::<u16>().add(index).write(code as u16);
                }
            }
            (text, _) => {
                for (index, code) in text.codes().enumerate() {
                    to.cast::<u32>().add(index).write(code);
                }
            }
        }
    }
}

const _: () = assert!(size_of::<Growth>() == 32 && offset_of!(Growth, used) == 16);
