//! `types.SimpleNamespace`: an object with nothing but attributes.

use std::mem::offset_of;

use grwl_heap::{CellType, Header, Size, Trace};

use crate::cell::{Cell, Ref};
use crate::instance::Attributes;
use crate::thread::Thread;
use crate::type_object::TypeObject;
use crate::types;

/// `types.SimpleNamespace`
#[repr(C)]
pub struct Namespace {
    header: Header,
    /// `__dict__`
    pub attributes: Attributes,
}

// SAFETY: repr(C), begins with a header; the rest is atomic.
unsafe impl Cell for Namespace {
    fn type_object() -> &'static TypeObject {
        &types::SIMPLE_NAMESPACE
    }
}

/// The heap's view of namespaces.
pub static NAMESPACE_CELL: CellType = CellType {
    trace: Trace::Words {
        offset: offset_of!(Namespace, attributes) as u32,
        count: Attributes::WORDS,
    },
    size: Size::Fixed(size_of::<Namespace>()),
    drop: None,
    name: "namespace",
};

impl Namespace {
    /// An empty one.
    pub fn new(thread: &Thread) -> Ref<Self> {
        // SAFETY: the type has this layout.
        unsafe {
            thread.new_cell(&types::SIMPLE_NAMESPACE, |header| Self {
                header,
                attributes: Attributes::new(),
            })
        }
    }
}
