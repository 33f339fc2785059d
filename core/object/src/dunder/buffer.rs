//! `__buffer__` and `__release_buffer__` (PEP 688): views that a class's methods give, and the views of built-in types as these methods.
//!
//! A view from a `__buffer__` written in Python is one of the memoryview that it returned. Its owner is a [`Lent`], which knows both: when the view
//! ends, the memoryview's does, and `__release_buffer__` gets that very memoryview.
//!
//! Memoryviews are of a package above, which says with [`install`] how they are made.

use std::mem::offset_of;
use std::sync::OnceLock;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_value::{Slot, Value};

use crate::arguments::Args;
use crate::buffer::{self, BufferView};
use crate::cell::{Cell, Ref, ValueExt};
use crate::protocol::{self, call_special};
use crate::result::PyResult;
use crate::singleton::none;
use crate::slots::{self, GetBufferFn, ReleaseBufferFn};
use crate::thread::Thread;
use crate::type_object::{Declaration, TypeObject, flags};
use crate::types;

use super::call;
use super::table::at;

/// What is asked of memoryviews.
#[derive(Debug)]
pub struct MemoryViews {
    /// A memoryview of a view, which it releases in the end; with `true` one that does not, and of which no other view can be made.
    pub of_view: fn(&mut Thread, BufferView, bool) -> PyResult,
    /// Is it a memoryview?
    pub is: fn(Value) -> bool,
    /// Whose memory a memoryview shows, unless it was released.
    pub owner: fn(Value) -> Option<Value>,
    /// Its `release`.
    pub release: fn(&mut Thread, Value) -> PyResult<()>,
}

static MEMORY_VIEWS: OnceLock<MemoryViews> = OnceLock::new();

/// Says how memoryviews are made. Once, at start-up.
pub fn install(views: MemoryViews) {
    let _ = MEMORY_VIEWS.set(views);
}

fn memory_views(thread: &Thread) -> PyResult<&'static MemoryViews> {
    MEMORY_VIEWS
        .get()
        .ok_or_else(|| thread.system_error("there are no memoryviews"))
}

/// The owner of a view that a `__buffer__` has given.
#[repr(C)]
struct Lent {
    header: Header,
    /// The memoryview that was returned.
    view: Slot,
    /// Whose `__buffer__` it was.
    object: Slot,
}

// SAFETY: repr(C), begins with a header; what changes is atomic.
unsafe impl Cell for Lent {
    fn type_object() -> &'static TypeObject {
        &LENT
    }
}

static LENT_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Lent, view) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<Lent>()),
    drop: None,
    name: "_buffer_wrapper",
};

/// The type of what owns a view that a `__buffer__` has given; Python sees it as such a view's owner only.
pub static LENT: TypeObject = TypeObject::declare(&Declaration {
    name: "_buffer_wrapper",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::DISALLOW_INSTANTIATION,
    cell: &LENT_CELL,
    kind: Kind::Traced,
    size: size_of::<Lent>(),
    attributes: 0,
});

/// Gives the type its function.
pub fn define() {
    LENT.slots().set(slots::RELEASE_BUFFER.is(release_lent));
}

/// The slot of a class with a `__buffer__`.
pub(super) fn get(thread: &mut Thread, this: Value, flags: u32) -> PyResult<BufferView> {
    let name = call::name::<{ at("__buffer__") }>(thread);
    let Some(shown) = call_special(thread, this, name, &[Value::small(i64::from(flags))])? else {
        return Err(thread.raise(&types::ATTRIBUTE_ERROR, "__buffer__"));
    };
    if !(memory_views(thread)?.is)(shown) {
        return Err(thread.type_error("__buffer__ returned non-memoryview object"));
    }
    let view = buffer::get(thread, shown, flags)?;
    // SAFETY: the class is this one.
    let owner = unsafe {
        thread.new_cell(&LENT, |header| Lent {
            header,
            view: Slot::new(Some(shown)),
            object: Slot::new(Some(this)),
        })
    };
    Ok(BufferView {
        owner: owner.value(),
        ..view
    })
}

fn release_lent(thread: &mut Thread, owner: Value, view: &BufferView) {
    // SAFETY: the slot is called with its type's instances only.
    let lent: Ref<Lent> = unsafe { owner.downcast_unchecked() };
    // Whoever takes the memoryview out ends the view.
    let (Some(shown), Some(object)) = (lent.view.replace(None), lent.object.replace(None)) else {
        return;
    };
    if let Some(release) = shown.class().slot(slots::RELEASE_BUFFER) {
        release(thread, shown, view);
    }
    let Ok(views) = memory_views(thread) else {
        return;
    };
    // A built-in release of the object's own is called when the memoryview ends.
    if (views.owner)(shown) != Some(object) && is_python(object) {
        call_release(thread, object, shown);
    }
}

/// Is the object's `__release_buffer__` written in Python?
fn is_python(object: Value) -> bool {
    object
        .class()
        .slots()
        .is(slots::RELEASE_BUFFER, release as ReleaseBufferFn)
}

fn call_release(thread: &mut Thread, object: Value, shown: Value) {
    let name = call::name::<{ at("__release_buffer__") }>(thread);
    if let Err(raised) = call_special(thread, object, name, &[shown]) {
        let doing = format!(
            "Exception ignored in __release_buffer__ of {}",
            object.class().name()
        );
        crate::unraisable::report(thread, raised, &doing, None);
    }
}

/// The slot of a class with a `__release_buffer__`, for a view that a built-in `__buffer__` of a base class has given.
pub(super) fn release(thread: &mut Thread, this: Value, view: &BufferView) {
    if let Ok(views) = memory_views(thread)
        && let Ok(shown) = (views.of_view)(thread, view.clone(), true)
    {
        call_release(thread, this, shown);
        let _ = (views.release)(thread, shown);
    }
    let of_base = this.class().mro().and_then(|bases| {
        let own = |base: Value| {
            let function = base.downcast::<TypeObject>()?.slot(slots::RELEASE_BUFFER)?;
            (!std::ptr::fn_addr_eq(function, release as ReleaseBufferFn)).then_some(function)
        };
        bases.iter().skip(1).find_map(own)
    });
    if let Some(release) = of_base {
        release(thread, this, view);
    }
}

/// `__buffer__` of a built-in type.
pub(super) fn wrap_get(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    function: *const (),
) -> PyResult {
    let [flags] = super::wrap::exactly(thread, args)?;
    let flags = protocol::as_isize(thread, flags)?;
    let Ok(flags) = i32::try_from(flags) else {
        return Err(thread.overflow_error("buffer flags out of range"));
    };
    let view = super::wrap::cast::<GetBufferFn>(function)(thread, this, flags as u32)?;
    (memory_views(thread)?.of_view)(thread, view, false)
}

/// `__release_buffer__` of a built-in type.
pub(super) fn wrap_release(
    thread: &mut Thread,
    this: Value,
    args: Args<'_>,
    _function: *const (),
) -> PyResult {
    let [shown] = super::wrap::exactly(thread, args)?;
    let views = memory_views(thread)?;
    if !(views.is)(shown) {
        return Err(thread.type_error("expected a memoryview object"));
    }
    match (views.owner)(shown) {
        None => Err(thread.value_error("memoryview's buffer has already been released")),
        Some(owner) if owner != this => {
            Err(thread.value_error("memoryview's buffer is not this object"))
        }
        Some(_) => {
            (views.release)(thread, shown)?;
            Ok(none())
        }
    }
}
