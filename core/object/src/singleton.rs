//! `None`, `NotImplemented`, `Ellipsis`, `True`, `False`: static objects.
//!
//! They never die, are never written to, and every thread finds them without looking anywhere.

use grwl_heap::Header;
use grwl_value::Value;

use crate::cell::Ref;
use crate::type_object::TypeObject;
use crate::types;

/// A static object without contents.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct Singleton {
    header: Header,
    _rest: [u64; 2],
}

// SAFETY: it is never changed.
unsafe impl Sync for Singleton {}

impl Singleton {
    /// A static object of `class`.
    pub const fn new(class: &'static TypeObject) -> Self {
        Self {
            header: crate::type_object::static_header(class),
            _rest: [0; 2],
        }
    }

    /// As a value.
    #[inline(always)]
    pub fn value(&'static self) -> Value {
        Ref::from_static(self).value()
    }
}

static NONE: Singleton = Singleton::new(&types::NONE_TYPE);
static NOT_IMPLEMENTED: Singleton = Singleton::new(&types::NOT_IMPLEMENTED_TYPE);
static ELLIPSIS: Singleton = Singleton::new(&types::ELLIPSIS_TYPE);

pub use crate::int::{as_bool, bool};

/// `None`
#[inline(always)]
pub fn none() -> Value {
    NONE.value()
}

/// `NotImplemented`
#[inline(always)]
pub fn not_implemented() -> Value {
    NOT_IMPLEMENTED.value()
}

/// `...`
#[inline(always)]
pub fn ellipsis() -> Value {
    ELLIPSIS.value()
}
