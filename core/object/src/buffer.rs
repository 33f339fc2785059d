//! The buffer protocol (PEP 3118): views of an object's memory.
//!
//! ## Protocol
//! - An object that can be resized counts its views under its lock and refuses to move its memory while there are any, as CPython does.
//! - Who takes a view releases it ([`BufferView::release`]); a view that is forgotten keeps the object from being resized, nothing else. A memoryview
//!   that nobody has any more still counts until it is found dead: before an object refuses to be resized it asks for that with [`without_dropped`].
//! - The memory of a view may be written by other threads: it is read and written through raw pointers, byte by byte or by `memmove`, never as `&[u8]`
//!   across a safepoint unless it is read-only.
//!
//! A view's owner is a value: keep the view on the native stack.

use std::borrow::Cow;

use grwl_value::Value;

use crate::bytes::Bytes;
use crate::cell::ValueExt;
use crate::result::PyResult;
use crate::slots;
use crate::thread::Thread;

/// What is asked of a view: CPython's `PyBUF_*`.
pub mod request {
    /// Bytes, one dimension.
    pub const SIMPLE: u32 = 0;
    /// It will be written to.
    pub const WRITABLE: u32 = 1;
    /// The format is wanted.
    pub const FORMAT: u32 = 4;
    /// The shape is wanted.
    pub const ND: u32 = 8;
    /// The strides are wanted.
    pub const STRIDES: u32 = 0x10 | ND;
    /// Everything, read-only.
    pub const FULL_READ_ONLY: u32 = 0x100 | STRIDES | FORMAT;
    /// Everything, writable.
    pub const FULL: u32 = FULL_READ_ONLY | WRITABLE;
}

/// A view of an object's memory.
#[derive(Clone, Debug)]
pub struct BufferView {
    /// Whose memory it is.
    pub owner: Value,
    /// The first byte.
    pub pointer: *mut u8,
    /// Bytes in all.
    pub length: usize,
    /// Bytes an item.
    pub item_size: usize,
    /// May it not be written to?
    pub is_read_only: bool,
    /// The format of an item, as `struct` has it.
    pub format: &'static str,
    /// Items a dimension; empty for one dimension of `length / item_size` items.
    pub shape: Box<[isize]>,
    /// Bytes from an item to the next, a dimension; empty for C order.
    pub strides: Box<[isize]>,
    /// There is one item, and no dimension.
    pub is_scalar: bool,
    /// For the exporter.
    pub internal: usize,
}

impl BufferView {
    /// A view of plain bytes.
    pub fn of_bytes(owner: Value, pointer: *mut u8, length: usize, is_read_only: bool) -> Self {
        Self {
            owner,
            pointer,
            length,
            item_size: 1,
            is_read_only,
            format: "B",
            shape: Box::default(),
            strides: Box::default(),
            is_scalar: false,
            internal: 0,
        }
    }

    /// Ends the view.
    pub fn release(self, thread: &mut Thread) {
        if let Some(release) = self.owner.class().slot(slots::RELEASE_BUFFER) {
            release(thread, self.owner, &self);
        }
    }

    /// The bytes, copied. For a view that is contiguous in C order.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.length];
        if self.length > 0 {
            // SAFETY: the view's memory stays where it is while the view lasts; racing writers change bytes, nothing else.
            unsafe { std::ptr::copy(self.pointer, bytes.as_mut_ptr(), self.length) };
        }
        bytes
    }
}

/// A view of `value`'s memory.
///
/// # Errors
/// `TypeError: a bytes-like object is required, not 'X'`; `BufferError` if it cannot be given as asked.
pub fn get(thread: &mut Thread, value: Value, flags: u32) -> PyResult<BufferView> {
    match value.class().slot(slots::GET_BUFFER) {
        Some(get) => get(thread, value, flags),
        None => Err(thread.type_error(format_args!(
            "a bytes-like object is required, not '{}'",
            value.class().name()
        ))),
    }
}

/// Runs `act`, which is false if an object cannot be changed because of views of it; then once more after those were released that only garbage has.
///
/// A young collection finds a view that was made since the last one and dropped. If no view is so young only a full one can find anything.
pub fn without_dropped(thread: &mut Thread, mut act: impl FnMut(&mut Thread) -> bool) -> bool {
    use grwl_heap::Collection;
    if act(thread) {
        return true;
    }
    let is_view = |cell| {
        let class = Value::from_cell(cell).class();
        class.slot(slots::GET_BUFFER).is_some()
    };
    let may_be_young = thread.heap().any_young_finalizer(thread.mutator(), is_view);
    let young = may_be_young.then_some(Collection::Young);
    for what in young.into_iter().chain([Collection::Full]) {
        let heap = thread.heap();
        heap.collect(thread.mutator_mut(), what);
        crate::finalize::run_due(thread);
        if act(thread) {
            return true;
        }
    }
    false
}

/// A view to be written to, for an argument of a function that fills it.
///
/// # Errors
/// `TypeError: f() argument must be read-write bytes-like object, not X`
pub fn writable(
    thread: &mut Thread,
    value: Value,
    function: &str,
    argument: &str,
) -> PyResult<BufferView> {
    let view = match value.class().slot(slots::GET_BUFFER) {
        Some(get) => get(thread, value, request::WRITABLE).ok(),
        None => None,
    };
    view.ok_or_else(|| {
        thread.type_error(format_args!(
            "{function}() {argument} must be read-write bytes-like object, not {}",
            value.class().name()
        ))
    })
}

/// Can a view be asked for?
pub fn is_supported(value: Value) -> bool {
    value.class().slot(slots::GET_BUFFER).is_some()
}

/// The bytes of a bytes-like object, copied.
///
/// # Errors
/// As [`get`].
pub fn bytes_of(thread: &mut Thread, value: Value) -> PyResult<Vec<u8>> {
    let view = get(thread, value, request::SIMPLE)?;
    let bytes = view.to_vec();
    view.release(thread);
    Ok(bytes)
}

/// The bytes of a bytes-like object, to read: a byte string's own, which never change, and a copy of any other's. Keep it on the native stack.
///
/// # Errors
/// As [`get`].
#[inline]
pub fn read<'a>(thread: &mut Thread, value: Value) -> PyResult<Cow<'a, [u8]>> {
    match value.downcast_exact::<Bytes>() {
        Some(bytes) => Ok(Cow::Borrowed(bytes.as_slice())),
        None => bytes_of(thread, value).map(Cow::Owned),
    }
}
