//! `bytearray`: how it lies in memory, and its changes.
//!
//! The bytes lie in a cell of their own (laid out as a `bytes`, but never seen by Python), so a late reader of a bytearray that has grown still reads
//! valid memory, and a view keeps alive what it shows.
//!
//! ## Protocol
//! - Readers take no lock: they read the storage, then the length, then the storage again: if it is the same, that many of its bytes are written. A copy of all is of one moment
//!   (see `raw_storage`); only if changes keep coming is the lock taken.
//! - Who changes it holds its lock. While there are views (`exports`) the length does not change and the storage stays.
//! - Bytes are read and written through raw pointers: racing writers change bytes, nothing else.

use std::mem::offset_of;
use std::ops::Range;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::buffer::BufferView;
use grwl_object::bytes::Bytes;
use grwl_object::{
    Cell, Declaration, PyResult, Ref, Slot, Thread, TypeObject, Value, ValueExt, flags, instance,
    raw_storage, types,
};
use grwl_threads::sync::{AtomicUsize, Ordering};

/// A bytearray.
#[repr(C)]
pub struct ByteArray {
    header: Header,
    /// A `Bytes` as long as there is room; absent: there is none.
    storage: Slot,
    length: AtomicUsize,
    /// How many views there are. Changed under the lock.
    exports: AtomicUsize,
}

// SAFETY: repr(C), begins with a header; what changes is atomic, or bytes of the storage.
unsafe impl Cell for ByteArray {
    fn type_object() -> &'static TypeObject {
        &BYTEARRAY
    }
}

/// The heap's view of bytearrays.
pub static BYTEARRAY_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(ByteArray, storage) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<ByteArray>()),
    drop: None,
    name: "bytearray",
};

/// `bytearray`
pub static BYTEARRAY: TypeObject = TypeObject::declare(&Declaration {
    name: "bytearray",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::BASE | flags::MATCH_SELF,
    cell: &BYTEARRAY_CELL,
    kind: Kind::Traced,
    size: size_of::<ByteArray>(),
    attributes: 0,
});

/// Room for a bytearray of this length that is growing: as much more as CPython takes.
fn room_for(length: usize) -> usize {
    length + (length >> 3) + if length < 9 { 3 } else { 6 }
}

/// The first byte of a storage.
fn first(storage: Ref<Bytes>) -> *mut u8 {
    storage.as_slice().as_ptr().cast_mut()
}

impl ByteArray {
    /// A new bytearray.
    ///
    /// # Errors
    /// `MemoryError`
    pub fn new(thread: &Thread, bytes: &[u8]) -> PyResult<Ref<Self>> {
        let made = match bytes {
            [] => None,
            bytes => Some(raw_storage::new(thread, bytes)?),
        };
        // SAFETY: the class is `bytearray`.
        Ok(unsafe {
            thread.new_cell(&BYTEARRAY, |header| Self {
                header,
                storage: Slot::new(made.map(Ref::value)),
                length: AtomicUsize::new(bytes.len()),
                exports: AtomicUsize::new(0),
            })
        })
    }

    /// An empty instance of a class.
    ///
    /// # Errors
    /// `MemoryError`
    pub fn of_class(thread: &Thread, class: Ref<TypeObject>) -> PyResult<Ref<Self>> {
        if class == Ref::from_static(&BYTEARRAY) {
            return Self::new(thread, &[]);
        }
        let cell = instance::allocate(thread, class)?;
        // SAFETY: a fresh instance of a subclass; zeroes are an empty bytearray.
        Ok(unsafe { Ref::from_cell(cell) })
    }

    fn stored(&self) -> Option<Ref<Bytes>> {
        self.storage.load()?.downcast::<Bytes>()
    }

    /// The bytes as they are now: the first, and how many. They stay valid as long as the storage, which the pointer keeps alive.
    fn view(&self) -> (*mut u8, usize) {
        loop {
            let Some(stored) = self.stored() else {
                return (std::ptr::NonNull::dangling().as_ptr(), 0);
            };
            // Acquire: partner is the Release with which a change publishes the length.
            let length = self.length.load(Ordering::Acquire).min(stored.len());
            // The length of a longer storage that came meanwhile says nothing of this one.
            if self.stored() == Some(stored) {
                return (first(stored), length);
            }
        }
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.length.load(Ordering::Acquire)
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of room.
    pub fn room(&self) -> usize {
        self.stored().map_or(0, |stored| stored.len() + 1)
    }

    /// The byte at an index.
    pub fn get(&self, index: usize) -> Option<u8> {
        let (pointer, length) = self.view();
        // SAFETY: the index is below the length, which the storage has.
        (index < length).then(|| unsafe { pointer.add(index).read_volatile() })
    }

    fn copy(&self) -> Vec<u8> {
        let (pointer, length) = self.view();
        let mut bytes = Vec::with_capacity(length);
        // SAFETY: the storage has that many bytes, and so has the vector.
        unsafe {
            std::ptr::copy_nonoverlapping(pointer, bytes.as_mut_ptr(), length);
            bytes.set_len(length);
        }
        bytes
    }
}

/// A bytearray whose lock is held.
pub struct Change<'a> {
    array: Ref<ByteArray>,
    thread: &'a Thread,
    /// The length was not changed because there are views.
    is_refused: bool,
}

impl Change<'_> {
    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.array.len()
    }

    /// Is it empty?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The thread, for what is no safepoint.
    pub fn thread(&self) -> &Thread {
        self.thread
    }

    /// The bytes. Nobody else writes them meanwhile, but for who has a view.
    pub fn bytes(&mut self) -> &mut [u8] {
        let (pointer, length) = self.array.view();
        // SAFETY: the storage has that many bytes; the lock keeps other writers away.
        unsafe { std::slice::from_raw_parts_mut(pointer, length) }
    }

    /// Replaces a range by other bytes.
    ///
    /// # Errors
    /// `BufferError` if the length would change and there are views; `MemoryError`.
    pub fn splice(&mut self, range: Range<usize>, new: &[u8]) -> PyResult<()> {
        let length = self.len();
        if new.len() == range.len() {
            self.bytes()[range].copy_from_slice(new);
            return Ok(());
        }
        let array = self.array;
        if array.exports.load(Ordering::Relaxed) > 0 {
            self.is_refused = true;
            return Err(self
                .thread
                .buffer_error("Existing exports of data: object cannot be re-sized"));
        }
        let changed = length - range.len() + new.len();
        let old = array.stored();
        let room = old.map_or(0, |old| old.len());
        // SAFETY: all ranges lie within the storages, whose lengths are compared before.
        unsafe {
            match old {
                Some(old) if changed <= room && changed >= room / 2 => {
                    let to = first(old);
                    let tail = length - range.end;
                    to.add(range.start + new.len())
                        .copy_from(to.add(range.end), tail);
                    to.add(range.start).copy_from(new.as_ptr(), new.len());
                }
                _ if changed == 0 => self.thread.store(array, &array.storage, None),
                old => {
                    let fresh = raw_storage::zeroed(self.thread, room_for(changed))?;
                    let to = first(fresh);
                    if let Some(old) = old {
                        let from = first(old);
                        to.copy_from_nonoverlapping(from, range.start);
                        to.add(range.start + new.len())
                            .copy_from_nonoverlapping(from.add(range.end), length - range.end);
                    }
                    to.add(range.start)
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
}

/// What changes a bytearray.
pub trait Changing: Copy {
    /// Changes it under its lock. If views stand in the way of a new length, `act` is run again after those were released that only
    /// garbage has; until it has set the length it must change nothing.
    ///
    /// # Errors
    /// What `act` raises.
    fn change<R>(
        self,
        thread: &mut Thread,
        act: impl FnMut(&mut Change<'_>) -> PyResult<R>,
    ) -> PyResult<R>;

    /// The bytes as they were at one moment.
    fn snapshot(self, thread: &mut Thread) -> Vec<u8>;

    /// Replaces all.
    ///
    /// # Errors
    /// `BufferError`, `MemoryError`
    fn assign(self, thread: &mut Thread, bytes: &[u8]) -> PyResult<()> {
        self.change(thread, |change| {
            let all = 0..change.len();
            change.splice(all, bytes)
        })
    }

    /// Appends.
    ///
    /// # Errors
    /// `BufferError`, `MemoryError`
    fn extend(self, thread: &mut Thread, bytes: &[u8]) -> PyResult<()> {
        self.change(thread, |change| {
            let end = change.len();
            change.splice(end..end, bytes)
        })
    }
}

impl Changing for Ref<ByteArray> {
    fn change<R>(
        self,
        thread: &mut Thread,
        mut act: impl FnMut(&mut Change<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let mut result = None;
        grwl_object::buffer::without_dropped(thread, |thread| {
            let locked = thread.lock_cell(&self);
            let mut change = Change {
                array: self,
                thread: &locked,
                is_refused: false,
            };
            let changed = raw_storage::changing(|| self.stored(), || act(&mut change));
            result = Some(changed);
            !change.is_refused
        });
        result.expect("it was run")
    }

    fn snapshot(self, thread: &mut Thread) -> Vec<u8> {
        if let Some(bytes) = raw_storage::reading(|| self.stored(), || self.copy()) {
            return bytes;
        }
        let _locked = thread.lock_cell(&self);
        self.copy()
    }
}

/// A view of a bytearray.
pub(crate) fn get_buffer(thread: &mut Thread, this: Value, _flags: u32) -> PyResult<BufferView> {
    let array = own(this);
    array.change(thread, |_| {
        array.exports.fetch_add(1, Ordering::Relaxed);
        let (pointer, length) = array.view();
        Ok(BufferView::of_bytes(this, pointer, length, false))
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

/// The receiver of a method of `bytearray`.
pub(crate) fn own(this: Value) -> Ref<ByteArray> {
    debug_assert!(this.downcast::<ByteArray>().is_some());
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<ByteArray>() }
}
