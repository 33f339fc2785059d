//! `bytes`, `bytearray` and `memoryview`: what Python sees of them, and how the last two lie in memory. A `bytes` lies as `grwl_object::bytes` says;
//! the algorithms are in `grwl_text`, which serves text and bytes alike.
//!
//! | what | where |
//! |---|---|
//! | `bytearray` in memory, its lock, its views | [`byte_array`] |
//! | the bytes of receivers and arguments | [`contents`] |
//! | `bytes(...)`, `bytearray(...)` | `construct` |
//! | operators, iteration | `operators` |
//! | methods of both | `methods`, `hex` |
//! | what changes a `bytearray` | `array_methods` |
//! | `memoryview`: in memory, its items, its methods | [`memory_view`], `memory_item`, `memory_methods` |
//! | `b"..." % x` | `percent` |
//! | the tables | `spec` |
//!
//! Protocol: [`install`] once, before any type is made ready; the types in [`TYPES`] are made ready with the built-in ones.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod array_methods;
pub mod byte_array;
mod construct;
pub mod contents;
pub mod hex;
mod memory_item;
mod memory_methods;
pub mod memory_view;
mod methods;
mod operators;
mod percent;
mod spec;

pub use byte_array::{BYTEARRAY, ByteArray};
use grwl_object::dunder::{self, buffer::MemoryViews};
use grwl_object::{TypeObject, ValueExt, slots, types};
pub use memory_view::{MEMORYVIEW, MemoryView};

/// Gives the types their functions.
pub fn install() {
    types::BYTES.define(&spec::BYTES);
    types::BYTES_ITERATOR.define(&operators::ITERATOR);
    types::BYTEARRAY_ITERATOR.define(&operators::ITERATOR);
    types::MEMORY_ITERATOR.define(&memory_methods::ITERATOR);
    BYTEARRAY.define(&spec::BYTEARRAY);
    MEMORYVIEW.define(&memory_methods::SPEC);
    // Not in the table, which would show it as `__del__`.
    MEMORYVIEW
        .slots()
        .set(slots::FINALIZE.is(memory_view::finalize));
    dunder::buffer::define();
    dunder::buffer::install(MemoryViews {
        of_view: |thread, view, is_borrowed| {
            Ok(memory_view::of_view(thread, view, is_borrowed)?.value())
        },
        is: |value| value.downcast::<MemoryView>().is_some(),
        owner: |value| {
            let view = value.downcast::<MemoryView>()?;
            if view.is_released() {
                None
            } else {
                view.owner()
            }
        },
        release: |thread, value| match value.downcast::<MemoryView>() {
            Some(view) => memory_view::release(thread, view),
            None => Ok(()),
        },
    });
}

/// The types that this package declares.
pub static TYPES: &[&TypeObject] = &[
    &BYTEARRAY,
    &memory_view::LENDER,
    &MEMORYVIEW,
    &dunder::buffer::LENT,
];
