//! `unpack_iterator`: a buffer's pieces, unpacked one after another.
//!
//! Protocol: an iterator takes the number of its next piece under its lock, so each is given once; whoever finds the end ends the view, once.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::buffer::{self, BufferView, request};
use grwl_object::{
    Cell, Declaration, Method, PyResult, Ref, Slot, Thread, TypeObject, TypeSpec, Value, ValueExt,
    flags, int, slots, types,
};
use grwl_threads::sync::{AtomicU32, AtomicUsize, Ordering};

use crate::ERROR;
use crate::object::{Parsed, copy, values_of};

/// `_struct.unpack_iterator`
#[repr(C)]
pub(crate) struct UnpackIterator {
    header: Header,
    parsed: Slot,
    /// Whose memory the view shows.
    owner: Slot,
    /// The place of the next piece.
    at: AtomicUsize,
    /// 1: the view has ended.
    released: AtomicU32,
    view: BufferView,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for UnpackIterator {
    fn type_object() -> &'static TypeObject {
        &UNPACK_ITERATOR
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(UnpackIterator, parsed) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<UnpackIterator>()),
    drop: Some(drop_iterator),
    name: "unpack_iterator",
};

unsafe fn drop_iterator(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead iterator.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<UnpackIterator>().as_ptr()).view) };
}

/// `_struct.unpack_iterator`
pub static UNPACK_ITERATOR: TypeObject = TypeObject::declare(&Declaration {
    name: "_struct.unpack_iterator",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &CELL,
    kind: Kind::Owning,
    size: size_of::<UnpackIterator>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    slots: &[slots::ITER.is(|_, this| Ok(this)), slots::NEXT.is(next)],
    methods: &[Method::no_arguments(
        "__length_hint__",
        |thread, this| {
            let this = own(this);
            let size = size(&this).max(1);
            let left = this.view.length - this.at.load(Ordering::Relaxed);
            let left = if is_released(&this) { 0 } else { left / size };
            Ok(int::from_usize(thread, left))
        },
        "__length_hint__($self, /)\n--\n\nHow many pieces are left.",
    )],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<UnpackIterator> {
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked() }
}

fn parsed(this: &UnpackIterator) -> Option<Ref<Parsed>> {
    this.parsed.load()?.downcast::<Parsed>()
}

fn size(this: &UnpackIterator) -> usize {
    parsed(this).map_or(0, |parsed| parsed.format.size)
}

fn is_released(this: &UnpackIterator) -> bool {
    this.released.load(Ordering::Acquire) != 0
}

/// `iter_unpack(buffer)`
pub(crate) fn begin(thread: &mut Thread, parsed: Ref<Parsed>, bytes: Value) -> PyResult {
    let size = parsed.format.size;
    if size == 0 {
        return Err(ERROR.raise(
            thread,
            "cannot iteratively unpack with a struct of length 0",
        ));
    }
    let view = buffer::get(thread, bytes, request::SIMPLE)?;
    if !view.length.is_multiple_of(size) {
        view.release(thread);
        return Err(ERROR.raise(
            thread,
            format_args!("iterative unpacking requires a buffer of a multiple of {size} bytes"),
        ));
    }
    // SAFETY: the class is that of these iterators.
    let made = unsafe {
        thread.new_cell(&UNPACK_ITERATOR, |header| UnpackIterator {
            header,
            parsed: Slot::new(Some(parsed.value())),
            owner: Slot::new(Some(view.owner)),
            at: AtomicUsize::new(0),
            released: AtomicU32::new(0),
            view,
        })
    };
    Ok(made.value())
}

fn next(thread: &mut Thread, this: Value) -> PyResult<Option<Value>> {
    let this = own(this);
    let Some(parsed) = parsed(&this) else {
        return Ok(None);
    };
    let size = parsed.format.size;
    let locked = thread.lock_cell(&this);
    let at = this.at.load(Ordering::Relaxed);
    let is_end = is_released(&this);
    // The bytes are copied under the lock: who finds the end ends the view.
    let piece = (!is_end && at < this.view.length).then(|| copy(&this.view, at, size));
    match piece {
        Some(_) => this.at.store(at + size, Ordering::Relaxed),
        None => this.released.store(1, Ordering::Release),
    }
    drop(locked);
    match piece {
        Some(bytes) => values_of(thread, parsed, &bytes).map(Some),
        None => {
            if !is_end {
                this.view.clone().release(thread);
            }
            Ok(None)
        }
    }
}
