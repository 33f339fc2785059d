//! `array`: how it lies in memory, and its changes.
//!
//! The items lie in a cell of their own (laid out as a `bytes`, but never seen by Python), so a late reader of an array that has grown still reads
//! valid memory, and a view keeps alive what it shows.
//!
//! ## Protocol
//! - Readers take no lock: they read the storage, then the length, and check the length against the storage. A copy of several items is of one moment
//!   (see `raw_storage`); only if changes keep coming is the lock taken.
//! - Who changes it holds its lock. While there are views (`exports`) the length does not change and the storage stays.
//! - One item is read and written by one instruction; its place is a multiple of its size.
//!
//! ## Invariants
//! - The kind is set before the array is published and never changes.
//! - Under the lock: the storage has room for `length` items. No storage: length 0.

use std::mem::offset_of;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU16};

use grwl_heap::{CellType, Header, Size, Trace};
use grwl_object::buffer::BufferView;
use grwl_object::bytes::Bytes;
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Thread, TypeObject, Value, ValueExt, flags, instance,
    raw_storage, types,
};
use grwl_threads::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crate::kind::Kind;

/// `array.array`. All zero is an empty one of kind `b`.
#[repr(C)]
pub struct Array {
    header: Header,
    /// A `Bytes` as long as there is room; absent: there is none.
    storage: Slot,
    /// In items.
    length: AtomicUsize,
    /// How many views there are. Changed under the lock.
    exports: AtomicUsize,
    kind: AtomicUsize,
}

// SAFETY: repr(C), begins with a header; what changes is atomic, or bytes of the storage.
unsafe impl Cell for Array {
    fn type_object() -> &'static TypeObject {
        &ARRAY
    }
}

static ARRAY_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Array, storage) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Array>()),
    drop: None,
    name: "array",
};

/// `array.array`
pub static ARRAY: TypeObject = TypeObject::declare(&Declaration {
    name: "array.array",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::WEAK_REFERENCES | flags::SEQUENCE,
    cell: &ARRAY_CELL,
    kind: grwl_heap::Kind::Traced,
    size: size_of::<Array>(),
    attributes: 0,
});

/// The first byte of a storage.
fn first(storage: Ref<Bytes>) -> *mut u8 {
    storage.as_slice().as_ptr().cast_mut()
}

/// Reads an item.
///
/// # Safety
/// `place` is a multiple of `size`, which is 1, 2, 4 or 8, and its memory is valid and may change by [`write`] only.
unsafe fn read(place: *mut u8, size: usize) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => AtomicU8::from_ptr(place).load(Ordering::Relaxed).into(),
            2 => AtomicU16::from_ptr(place.cast())
                .load(Ordering::Relaxed)
                .into(),
            4 => AtomicU32::from_ptr(place.cast())
                .load(Ordering::Relaxed)
                .into(),
            _ => AtomicU64::from_ptr(place.cast()).load(Ordering::Relaxed),
        }
    }
}

/// Writes an item.
///
/// # Safety
/// As [`read`].
unsafe fn write(place: *mut u8, size: usize, bits: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => AtomicU8::from_ptr(place).store(bits as u8, Ordering::Relaxed),
            2 => AtomicU16::from_ptr(place.cast()).store(bits as u16, Ordering::Relaxed),
            4 => AtomicU32::from_ptr(place.cast()).store(bits as u32, Ordering::Relaxed),
            _ => AtomicU64::from_ptr(place.cast()).store(bits, Ordering::Relaxed),
        }
    }
}

impl Array {
    /// An empty array of a class.
    pub(crate) fn of_class(
        thread: &Thread,
        class: Ref<TypeObject>,
        kind: Kind,
    ) -> PyResult<Ref<Self>> {
        let cell = instance::allocate(thread, class)?;
        // SAFETY: a fresh instance of the type or a subclass; zeroes are an empty array.
        let made = unsafe { Ref::<Self>::from_cell(cell) };
        made.kind.store(kind.index().into(), Ordering::Relaxed);
        Ok(made)
    }

    /// An array of these items, given by their bytes.
    pub(crate) fn of_bytes(thread: &Thread, kind: Kind, bytes: &[u8]) -> PyResult<Ref<Self>> {
        let made = Self::of_class(thread, Ref::from_static(&ARRAY), kind)?;
        made.fill(thread, bytes)?;
        Ok(made)
    }

    /// What the items are.
    pub(crate) fn kind(&self) -> Kind {
        Kind::of_index(self.kind.load(Ordering::Relaxed) as u8)
    }

    fn stored(&self) -> Option<Ref<Bytes>> {
        self.storage.load()?.downcast::<Bytes>()
    }

    /// How many items there is room for.
    pub(crate) fn room(&self) -> usize {
        self.stored()
            .map_or(0, |stored| stored.len() / self.kind().size())
    }

    /// The items as they are now: the first byte, and how many items. They stay valid as long as the storage, which the pointer keeps alive.
    pub(crate) fn view(&self) -> (*mut u8, usize) {
        loop {
            let Some(stored) = self.stored() else {
                return (std::ptr::null_mut(), 0);
            };
            let room = stored.len() / self.kind().size();
            // Acquire: partner is the Release with which a change publishes the length.
            let length = self.length.load(Ordering::Acquire).min(room);
            // The length of a longer storage that came meanwhile says nothing of this one.
            if self.stored() == Some(stored) {
                return (first(stored), length);
            }
        }
    }

    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.length.load(Ordering::Acquire)
    }

    /// The bytes of the item at an index.
    pub(crate) fn get(&self, index: usize) -> Option<u64> {
        let (pointer, length) = self.view();
        let size = self.kind().size();
        // SAFETY: the index is below the length, which the storage has.
        (index < length).then(|| unsafe { read(pointer.add(index * size), size) })
    }

    fn copy(&self) -> Vec<u8> {
        let (pointer, length) = self.view();
        let bytes = length * self.kind().size();
        let mut copy = vec![0; bytes];
        if bytes > 0 {
            // SAFETY: the storage has that many bytes; racing writers change bytes, nothing else.
            unsafe { std::ptr::copy(pointer, copy.as_mut_ptr(), bytes) };
        }
        copy
    }
}

/// What may be done with an array, the lock taken where it must be.
pub(crate) trait Changing: Copy {
    /// Changes it under its lock.
    fn change<R>(
        self,
        thread: &mut Thread,
        act: impl FnOnce(&mut Change<'_>) -> PyResult<R>,
    ) -> PyResult<R>;

    /// The bytes of all items, as they were at one moment.
    fn snapshot(self, thread: &mut Thread) -> Vec<u8>;

    /// Gives a fresh array, which nobody else knows, its items by their bytes: with room for just these.
    fn fill(self, thread: &Thread, bytes: &[u8]) -> PyResult<()>;

    /// Appends items, given by their bytes.
    fn extend(self, thread: &mut Thread, bytes: &[u8]) -> PyResult<()> {
        self.change(thread, |change| {
            let end = change.len();
            change.splice(end..end, bytes)
        })
    }
}

impl Changing for Ref<Array> {
    fn change<R>(
        self,
        thread: &mut Thread,
        act: impl FnOnce(&mut Change<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let locked = thread.lock_cell(&self);
        let mut change = Change {
            array: self,
            thread: &locked,
        };
        raw_storage::changing(|| self.stored(), || act(&mut change))
    }

    fn fill(self, thread: &Thread, bytes: &[u8]) -> PyResult<()> {
        if !bytes.is_empty() {
            let storage = raw_storage::new(thread, bytes)?;
            thread.store(self, &self.storage, Some(storage.value()));
            self.length
                .store(bytes.len() / self.kind().size(), Ordering::Release);
        }
        Ok(())
    }

    fn snapshot(self, thread: &mut Thread) -> Vec<u8> {
        if let Some(bytes) = raw_storage::reading(|| self.stored(), || self.copy()) {
            return bytes;
        }
        let _locked = thread.lock_cell(&self);
        self.copy()
    }
}

/// An array whose lock is held.
pub(crate) struct Change<'a> {
    array: Ref<Array>,
    thread: &'a Thread,
}

impl Change<'_> {
    /// How many items there are.
    pub(crate) fn len(&self) -> usize {
        self.array.len()
    }

    /// The thread, for what is no safepoint.
    pub(crate) fn thread(&self) -> &Thread {
        self.thread
    }

    fn size(&self) -> usize {
        self.array.kind().size()
    }

    /// The bytes of the item at an index.
    pub(crate) fn get(&self, index: usize) -> Option<u64> {
        self.array.get(index)
    }

    /// Replaces an item; there is one.
    pub(crate) fn set(&mut self, index: usize, bits: u64) {
        let (pointer, length) = self.array.view();
        assert!(index < length);
        let size = self.size();
        // SAFETY: the index is below the length, which the storage has.
        unsafe { write(pointer.add(index * size), size, bits) };
    }

    /// The bytes of all items. Nobody else writes them meanwhile, but for who has a view.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        let (pointer, length) = self.array.view();
        if length == 0 {
            return &mut [];
        }
        // SAFETY: the storage has that many bytes; the lock keeps other writers away.
        unsafe { std::slice::from_raw_parts_mut(pointer, length * self.size()) }
    }

    /// Refuses to go on if there are views.
    pub(crate) fn check_resizable(&self) -> PyResult<()> {
        if self.array.exports.load(Ordering::Relaxed) > 0 {
            return Err(self
                .thread
                .buffer_error("cannot resize an array that is exporting buffers"));
        }
        Ok(())
    }

    /// Replaces a range of items by others, given by their bytes.
    pub(crate) fn splice(&mut self, range: Range<usize>, new: &[u8]) -> PyResult<()> {
        let size = self.size();
        let count = new.len() / size;
        if count == range.len() {
            self.bytes()[range.start * size..range.end * size].copy_from_slice(new);
            return Ok(());
        }
        self.check_resizable()?;
        let array = self.array;
        let length = array.len();
        let changed = length - range.len() + count;
        let old = array.stored();
        let room = array.room();
        let start = range.start * size;
        let end = range.end * size;
        let tail = length * size - end;
        // SAFETY: all ranges lie within the storages, whose lengths are compared before.
        unsafe {
            match old {
                _ if changed == 0 => {
                    array.length.store(0, Ordering::Release);
                    self.thread.store(array, &array.storage, None);
                    return Ok(());
                }
                // As CPython: memory that is much too large is given back.
                Some(old) if changed <= room && length < changed + 16 => {
                    let to = first(old);
                    to.add(start + new.len()).copy_from(to.add(end), tail);
                    to.add(start).copy_from(new.as_ptr(), new.len());
                }
                old => {
                    let fresh = self.storage(changed, length)?;
                    let to = first(fresh);
                    if let Some(old) = old {
                        let from = first(old);
                        to.copy_from_nonoverlapping(from, start);
                        to.add(start + new.len())
                            .copy_from_nonoverlapping(from.add(end), tail);
                    }
                    to.add(start)
                        .copy_from_nonoverlapping(new.as_ptr(), new.len());
                    if changed < length {
                        // A reader checks the old length against the new storage.
                        array.length.store(changed, Ordering::Release);
                    }
                    raw_storage::join(fresh);
                    self.thread
                        .store(array, &array.storage, Some(fresh.value()));
                }
            }
        }
        // Release: partner is the Acquire in `view`.
        array.length.store(changed, Ordering::Release);
        Ok(())
    }

    /// Memory for an array of `length` items which before had `before`: as much more as CPython takes.
    fn storage(&self, length: usize, before: usize) -> PyResult<Ref<Bytes>> {
        let more = (length >> 4) + if before < 8 { 3 } else { 7 };
        let room = length
            .checked_add(more)
            .and_then(|room| room.checked_mul(self.size()));
        match room {
            Some(room) => raw_storage::zeroed(self.thread, room),
            None => Err(self.thread.memory_error()),
        }
    }
}

/// A view of an array.
pub(crate) fn get_buffer(thread: &mut Thread, this: Value, _flags: u32) -> PyResult<BufferView> {
    let array = own(this);
    array.change(thread, |_| {
        array.exports.fetch_add(1, Ordering::Relaxed);
        let (pointer, length) = array.view();
        let pointer = if pointer.is_null() {
            std::ptr::NonNull::<u64>::dangling().as_ptr().cast()
        } else {
            pointer
        };
        let kind = array.kind();
        let mut view = BufferView::of_bytes(this, pointer, length * kind.size(), false);
        view.item_size = kind.size();
        view.format = kind.format();
        Ok(view)
    })
}

/// The end of a view.
pub(crate) fn release_buffer(thread: &mut Thread, this: Value, _view: &BufferView) {
    let array = own(this);
    let _ = array.change(thread, |_| {
        let before = array.exports.load(Ordering::Relaxed);
        array
            .exports
            .store(before.saturating_sub(1), Ordering::Relaxed);
        Ok(())
    });
}

/// The receiver of a function of `array`.
pub(crate) fn own(this: Value) -> Ref<Array> {
    debug_assert!(this.downcast::<Array>().is_some());
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<Array>() }
}

/// The values of items, given by their bytes, one after another.
pub(crate) fn items(bytes: &[u8], size: usize) -> impl Iterator<Item = u64> {
    bytes.chunks_exact(size).map(|item| {
        let mut raw = [0; 8];
        raw[..item.len()].copy_from_slice(item);
        u64::from_le_bytes(raw)
    })
}

/// An item's bytes.
pub(crate) fn push_item(bytes: &mut Vec<u8>, bits: u64, size: usize) {
    bytes.extend_from_slice(&bits.to_le_bytes()[..size]);
}
