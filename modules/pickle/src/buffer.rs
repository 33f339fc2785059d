//! `PickleBuffer`: a buffer that may be pickled beside the pickle.
//!
//! It holds a `memoryview`, which keeps the object from being resized, until it is released.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Kind, Size, Trace};
use grwl_object::buffer::{self, BufferView, request};
use grwl_object::{
    Args, Cell, Declaration, Method, PyResult, Ref, Signature, Slot, Thread, TypeObject, TypeSpec,
    Value, ValueExt, flags, intern, none, protocol, slots, types,
};
use grwl_types_bytes::memory_view::{self, MemoryView};

/// `pickle.PickleBuffer`
#[repr(C)]
pub struct PickleBuffer {
    header: Header,
    /// Empty: released.
    view: Slot,
    object: Slot,
}

// SAFETY: repr(C), begins with a header, atomic fields.
unsafe impl Cell for PickleBuffer {
    fn type_object() -> &'static TypeObject {
        &PICKLE_BUFFER
    }
}

static CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(PickleBuffer, view) as u32,
        count: 2,
    },
    size: Size::Fixed(size_of::<PickleBuffer>()),
    drop: None,
    name: "pickle buffer",
};

/// `pickle.PickleBuffer`
pub static PICKLE_BUFFER: TypeObject = TypeObject::declare(&Declaration {
    name: "pickle.PickleBuffer",
    base: Some(&types::OBJECT),
    class: &types::TYPE,
    flags: flags::WEAK_REFERENCES,
    cell: &CELL,
    kind: Kind::Traced,
    size: size_of::<PickleBuffer>(),
    attributes: 0,
});

pub(crate) static SPEC: TypeSpec = TypeSpec {
    doc: Some("Wrapper for potentially out-of-band buffers"),
    slots: &[slots::NEW.is(new), slots::GET_BUFFER.is(get_buffer)],
    methods: &[
        Method::no_arguments(
            "raw",
            raw,
            "raw($self, /)\n--\n\nA memoryview of the bytes. BufferError if they do not lie side by side.",
        ),
        Method::no_arguments(
            "release",
            release,
            "release($self, /)\n--\n\nRelease the underlying buffer exposed by the PickleBuffer object.",
        ),
    ],
    ..TypeSpec::NONE
};

fn own(this: Value) -> Ref<PickleBuffer> {
    // SAFETY: only functions of the type call this, with its instances.
    unsafe { this.downcast_unchecked() }
}

fn new(thread: &mut Thread, _class: Ref<TypeObject>, args: Args<'_>) -> PyResult {
    static S: Signature<1> = Signature::new("PickleBuffer", ["object"]).positional_only(1);
    let [object] = args.parse(thread, &S)?;
    let object = object.expect("the signature requires it");
    if !buffer::is_supported(object) {
        return Err(thread.type_error(format_args!(
            "a bytes-like object is required, not '{}'",
            object.class().name()
        )));
    }
    let view = memory_view::of_object(thread, object, request::FULL_READ_ONLY)?;
    // SAFETY: the type has this layout, and no subclasses.
    let made = unsafe {
        thread.new_cell(&PICKLE_BUFFER, |header| PickleBuffer {
            header,
            view: Slot::new(Some(view.value())),
            object: Slot::new(Some(object)),
        })
    };
    Ok(made.value())
}

impl PickleBuffer {
    fn view(&self, thread: &Thread) -> PyResult<Ref<MemoryView>> {
        self.view
            .load()
            .and_then(ValueExt::downcast::<MemoryView>)
            .ok_or_else(|| {
                thread.value_error("operation forbidden on released PickleBuffer object")
            })
    }
}

impl PickleBuffer {
    /// The bytes, and whether they may not be written to; `None` if they do not lie side by side.
    pub(crate) fn contents(&self, thread: &mut Thread) -> PyResult<Option<(Vec<u8>, bool)>> {
        let view = self.view(thread)?;
        let layout = view.layout();
        if !layout.is_contiguous() && !layout.is_fortran() {
            return Ok(None);
        }
        let view = buffer::get(thread, view.value(), request::FULL_READ_ONLY)?;
        let contents = (view.to_vec(), view.is_read_only);
        view.release(thread);
        Ok(Some(contents))
    }
}

fn get_buffer(thread: &mut Thread, this: Value, flags: u32) -> PyResult<BufferView> {
    let this = own(this);
    this.view(thread)?;
    // From the object itself, so that a view of this one leads there.
    let object = this.object.load().unwrap_or_else(none);
    buffer::get(thread, object, flags)
}

fn raw(thread: &mut Thread, this: Value) -> PyResult {
    let view = own(this).view(thread)?;
    if !view.layout().is_contiguous() {
        let message = "cannot extract raw buffer from non-contiguous buffer";
        return Err(thread.buffer_error(message));
    }
    let whole = memory_view::of_object(thread, this, request::FULL_READ_ONLY)?.value();
    let cast = intern(thread, "cast");
    let format = intern(thread, "B").value();
    protocol::call_method(thread, whole, cast, &[format])
}

fn release(thread: &mut Thread, this: Value) -> PyResult {
    let this = own(this);
    if let Some(view) = this.view.load() {
        thread.store(this, &this.view, None);
        thread.store(this, &this.object, None);
        let release = intern(thread, "release");
        match protocol::call_method(thread, view, release, &[]) {
            // Others look at it: it is released when they end.
            Err(raised) if raised.matches(&types::BUFFER_ERROR) => {}
            result => {
                result?;
            }
        }
    }
    Ok(none())
}
