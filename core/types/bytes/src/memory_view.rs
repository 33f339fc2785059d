//! `memoryview`: how it lies in memory, and its life.
//!
//! A [`Lender`] holds one view of an object's buffer; all memoryviews made of one another share it. When the last of them is released, the
//! view ends. A memoryview that dies unreleased is released by its finalizer.
//!
//! ## Invariants
//! - Place, format, shape and strides of a memoryview never change.
//! - `users` of a lender and `exports` of a memoryview are changed under the lock of their cell.

use std::mem::offset_of;

use grwl_heap::{CellPtr, CellType, Header, Kind, Size, Trace};
use grwl_object::buffer::{self, BufferView, request};
use grwl_object::{
    Args, Cell, Declaration, PyResult, Ref, Signature, Slot, Thread, TypeObject, Value, ValueExt,
    flags, instance, slots, types,
};
use grwl_threads::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crate::memory_item::Format;

/// A view of an object's buffer that memoryviews share.
#[repr(C)]
pub struct Lender {
    header: Header,
    owner: Slot,
    /// How many memoryviews use it.
    users: AtomicUsize,
    /// The view is somebody else's, who ends it.
    is_borrowed: bool,
    view: BufferView,
}

/// `memoryview`
#[repr(C)]
pub struct MemoryView {
    header: Header,
    lender: Slot,
    /// 0: not computed yet.
    pub(crate) hash: AtomicU64,
    /// Views of this one.
    pub(crate) exports: AtomicUsize,
    released: AtomicU32,
    layout: Layout,
}

/// Where the items are.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The first item.
    pub pointer: *mut u8,
    /// What an item is.
    pub format: Format,
    /// Items a dimension.
    pub shape: Box<[isize]>,
    /// Bytes from an item to the next, a dimension.
    pub strides: Box<[isize]>,
    /// May it not be written to?
    pub is_read_only: bool,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for MemoryView {
    fn type_object() -> &'static TypeObject {
        &MEMORYVIEW
    }
}
// SAFETY: as above.
unsafe impl Cell for Lender {
    fn type_object() -> &'static TypeObject {
        &LENDER
    }
}

static LENDER_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Lender, owner) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<Lender>()),
    drop: Some(drop_lender),
    name: "managedbuffer",
};

static MEMORYVIEW_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(MemoryView, lender) as u32,
        count: 1,
    },
    size: Size::Fixed(size_of::<MemoryView>()),
    drop: Some(drop_view),
    name: "memoryview",
};

unsafe fn drop_lender(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead lender.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<Lender>().as_ptr()).view) };
}

unsafe fn drop_view(cell: CellPtr) {
    // SAFETY: the heap calls this once for each dead memoryview.
    unsafe { std::ptr::drop_in_place(&raw mut (*cell.cast::<MemoryView>().as_ptr()).layout) };
}

/// What memoryviews share; Python sees it nowhere.
pub static LENDER: TypeObject = TypeObject::declare(&Declaration {
    name: "managedbuffer",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &LENDER_CELL,
    kind: Kind::Owning,
    size: size_of::<Lender>(),
    attributes: 0,
});

/// `memoryview`
pub static MEMORYVIEW: TypeObject = TypeObject::declare(&Declaration {
    name: "memoryview",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::SEQUENCE | flags::WEAK_REFERENCES | flags::HAS_FINALIZER,
    cell: &MEMORYVIEW_CELL,
    kind: Kind::Owning,
    size: size_of::<MemoryView>(),
    attributes: 0,
});

/// Strides in C order.
pub fn c_strides(shape: &[isize], item_size: usize) -> Box<[isize]> {
    let mut strides = vec![0; shape.len()];
    let mut step = item_size as isize;
    for (stride, &length) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step *= length;
    }
    strides.into()
}

impl Layout {
    /// How many items there are.
    pub fn count(&self) -> usize {
        self.shape.iter().product::<isize>() as usize
    }

    /// Do the items lie in C order without gaps?
    pub fn is_contiguous(&self) -> bool {
        self.count() == 0 || same_steps(&self.shape, &self.strides, self.format.size(), false)
    }

    /// Do the items lie in Fortran order without gaps?
    pub fn is_fortran(&self) -> bool {
        self.count() == 0 || same_steps(&self.shape, &self.strides, self.format.size(), true)
    }

    /// The place of an item; the indices lie within the shape.
    pub fn place(&self, indices: &[isize]) -> *mut u8 {
        let offset: isize = indices.iter().zip(&self.strides).map(|(i, s)| i * s).sum();
        self.pointer.wrapping_offset(offset)
    }

    /// The bytes of the item at a place of this view.
    pub(crate) fn read(&self, place: *mut u8) -> Vec<u8> {
        let mut item = vec![0; self.format.size()];
        // SAFETY: the place is one of the view's, and the view lasts.
        unsafe { place.copy_to(item.as_mut_ptr(), item.len()) };
        item
    }

    /// The items' bytes in C order.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.count() * self.format.size());
        if self.is_contiguous() {
            let length = self.count() * self.format.size();
            bytes.resize(length, 0);
            if length > 0 {
                // SAFETY: without gaps, so many bytes follow the pointer.
                unsafe { self.pointer.copy_to(bytes.as_mut_ptr(), length) };
            }
        } else {
            self.for_each(|place| bytes.extend_from_slice(&self.read(place)));
        }
        bytes
    }

    /// Calls `act` with the places of all items in C order.
    pub fn for_each(&self, mut act: impl FnMut(*mut u8)) {
        let mut indices = vec![0isize; self.shape.len()];
        for _ in 0..self.count() {
            act(self.place(&indices));
            for (index, &length) in indices.iter_mut().zip(&self.shape).rev() {
                *index += 1;
                if *index < length {
                    break;
                }
                *index = 0;
            }
        }
    }
}

fn same_steps(shape: &[isize], strides: &[isize], item_size: usize, is_fortran: bool) -> bool {
    let mut step = item_size as isize;
    let mut fits = |(&length, &stride): (&isize, &isize)| {
        let is_right = length <= 1 || stride == step;
        step *= length;
        is_right
    };
    let mut pairs = shape.iter().zip(strides);
    if is_fortran {
        pairs.all(&mut fits)
    } else {
        pairs.rev().all(&mut fits)
    }
}

/// The receiver of a function of `memoryview`.
pub(crate) fn own(this: Value) -> Ref<MemoryView> {
    debug_assert!(this.downcast::<MemoryView>().is_some());
    // SAFETY: descriptors and slots call a type's functions with its instances only.
    unsafe { this.downcast_unchecked::<MemoryView>() }
}

impl MemoryView {
    /// The layout, whether or not it was released.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    fn lender(&self) -> Option<Ref<Lender>> {
        self.lender.load()?.downcast::<Lender>()
    }

    /// Was it released?
    pub fn is_released(&self) -> bool {
        self.released.load(Ordering::Acquire) != 0
    }

    /// Whose memory it shows.
    pub fn owner(&self) -> Option<Value> {
        self.lender()?.owner.load()
    }

    /// A memoryview of a lender's memory.
    fn of(thread: &mut Thread, lender: Ref<Lender>, layout: Layout) -> Ref<Self> {
        let locked = thread.lock_cell(&lender);
        let users = lender.users.load(Ordering::Relaxed);
        lender.users.store(users + 1, Ordering::Relaxed);
        drop(locked);
        let view = &lender.view;
        let is_counted = view.owner.class().slot(slots::RELEASE_BUFFER).is_some();
        // SAFETY: the class is `memoryview`.
        let made = unsafe {
            thread.new_cell(&MEMORYVIEW, |header| Self {
                header,
                lender: Slot::new(Some(lender.value())),
                hash: AtomicU64::new(0),
                exports: AtomicUsize::new(0),
                released: AtomicU32::new(0),
                layout,
            })
        };
        if is_counted && !lender.is_borrowed {
            instance::register_finalizer(thread, &MEMORYVIEW, made.cell());
        }
        made
    }
}

/// The layout of a memoryview that was not released.
///
/// # Errors
/// `ValueError: operation forbidden on released memoryview object`
pub(crate) fn open(thread: &mut Thread, this: Value) -> PyResult<Ref<MemoryView>> {
    let view = own(this);
    if view.is_released() {
        return Err(thread.value_error("operation forbidden on released memoryview object"));
    }
    Ok(view)
}

/// Another memoryview of the same memory.
///
/// # Errors
/// `ValueError` if it was released.
pub(crate) fn derived(
    thread: &mut Thread,
    view: Ref<MemoryView>,
    layout: Layout,
) -> PyResult<Ref<MemoryView>> {
    match view.lender() {
        Some(lender) if lender.is_borrowed => {
            Err(thread.value_error("cannot create new view on restricted memoryview"))
        }
        Some(lender) if !view.is_released() => Ok(MemoryView::of(thread, lender, layout)),
        _ => Err(thread.value_error("operation forbidden on released memoryview object")),
    }
}

/// A memoryview of an object.
///
/// # Errors
/// `TypeError: memoryview: a bytes-like object is required, not 'X'`, or what the object raises.
pub fn of_object(thread: &mut Thread, object: Value, flags: u32) -> PyResult<Ref<MemoryView>> {
    if object.downcast::<MemoryView>().is_some() {
        let view = open(thread, object)?;
        let layout = view.layout().clone();
        return derived(thread, view, layout);
    }
    if !buffer::is_supported(object) {
        return Err(thread.type_error(format_args!(
            "memoryview: a bytes-like object is required, not '{}'",
            object.class().name()
        )));
    }
    let view = buffer::get(thread, object, flags)?;
    of_view(thread, view, false)
}

/// A memoryview of a view, which it releases in the end unless it was only borrowed.
///
/// # Errors
/// `MemoryError`.
pub fn of_view(
    thread: &mut Thread,
    view: BufferView,
    is_borrowed: bool,
) -> PyResult<Ref<MemoryView>> {
    let format = Format::of_view(view.format, view.item_size);
    let shape = if view.is_scalar {
        Box::default()
    } else if view.shape.is_empty() {
        Box::from([(view.length / view.item_size.max(1)) as isize])
    } else {
        view.shape.clone()
    };
    let strides = if view.strides.is_empty() {
        c_strides(&shape, view.item_size)
    } else {
        view.strides.clone()
    };
    let layout = Layout {
        pointer: view.pointer,
        format,
        shape,
        strides,
        is_read_only: view.is_read_only,
    };
    // SAFETY: the class is the lenders'.
    let lender = unsafe {
        thread.new_cell(&LENDER, |header| Lender {
            header,
            owner: Slot::new(Some(view.owner)),
            users: AtomicUsize::new(0),
            is_borrowed,
            view,
        })
    };
    Ok(MemoryView::of(thread, lender, layout))
}

static NEW: Signature<1> = Signature::new("memoryview", ["object"]);

/// `memoryview.__new__`
pub(crate) fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    let [object] = args.parse(thread, &NEW)?;
    let object = object.unwrap_or_else(grwl_object::none);
    Ok(of_object(thread, object, request::FULL_READ_ONLY)?.value())
}

/// Releases a memoryview, once.
///
/// # Errors
/// `BufferError` if there are views of it.
pub(crate) fn release(thread: &mut Thread, view: Ref<MemoryView>) -> PyResult<()> {
    let locked = thread.lock_cell(&view);
    if view.is_released() {
        return Ok(());
    }
    let exports = view.exports.load(Ordering::Relaxed);
    if exports > 0 {
        let s = if exports == 1 { "" } else { "s" };
        return Err(
            locked.buffer_error(format_args!("memoryview has {exports} exported buffer{s}"))
        );
    }
    view.released.store(1, Ordering::Release);
    drop(locked);
    let Some(lender) = view.lender() else {
        return Ok(());
    };
    let locked = thread.lock_cell(&lender);
    let left = lender.users.load(Ordering::Relaxed) - 1;
    lender.users.store(left, Ordering::Relaxed);
    drop(locked);
    if left == 0 && !lender.is_borrowed {
        lender.view.clone().release(thread);
    }
    Ok(())
}

/// A memoryview dies: it is released, if nobody did.
pub(crate) fn finalize(thread: &mut Thread, this: Value) -> PyResult<()> {
    // Who has a view of it has released it by then or dies as well.
    own(this).exports.store(0, Ordering::Relaxed);
    release(thread, own(this))
}

/// The `__buffer__` of a memoryview.
pub(crate) fn get_buffer(thread: &mut Thread, this: Value, flags: u32) -> PyResult<BufferView> {
    let view = open(thread, this)?;
    if view.lender().is_some_and(|lender| lender.is_borrowed) {
        return Err(thread.value_error("cannot create new view on restricted memoryview"));
    }
    let layout = view.layout();
    if flags & request::WRITABLE != 0 && layout.is_read_only {
        return Err(thread.buffer_error("memoryview: underlying buffer is not writable"));
    }
    let wants_strides = flags & request::STRIDES == request::STRIDES;
    if !wants_strides && !layout.is_contiguous() {
        return Err(thread.buffer_error("memoryview: underlying buffer is not C-contiguous"));
    }
    let locked = thread.lock_cell(&view);
    let exports = view.exports.load(Ordering::Relaxed);
    view.exports.store(exports + 1, Ordering::Relaxed);
    drop(locked);
    Ok(BufferView {
        owner: this,
        pointer: layout.pointer,
        length: layout.count() * layout.format.size(),
        item_size: layout.format.size(),
        is_read_only: layout.is_read_only,
        format: layout.format.name(),
        shape: layout.shape.clone(),
        strides: layout.strides.clone(),
        is_scalar: layout.shape.is_empty(),
        internal: 0,
    })
}

/// The end of a view of a memoryview.
pub(crate) fn release_buffer(thread: &mut Thread, this: Value, _view: &BufferView) {
    let view = own(this);
    let locked = thread.lock_cell(&view);
    let exports = view.exports.load(Ordering::Relaxed);
    view.exports
        .store(exports.saturating_sub(1), Ordering::Relaxed);
    drop(locked);
}
