//! The module `mmap`: files in memory.
//!
//! | what | where |
//! |---|---|
//! | the object: making, closing, resizing; how its memory is kept in place | [`object`] |
//! | reading, writing, searching | `content`; one thread at a time: `exclusive` |
//! | indices, slices, views | `sequence` |
//! | numbers with names | `constants` |

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod constants;
mod content;
mod exclusive;
pub mod object;
mod sequence;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Thread, TypeObject, int, intern, ready, types};

pub use object::MMAP;

/// Gives the type its functions.
pub fn install() {
    MMAP.define(&object::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    ready::ready(thread, &MMAP)?;
    let name = intern(thread, "mmap");
    let module = Module::new(thread, name, None)?;
    for &(name, number) in constants::CONSTANTS {
        let number = int::from_i64(thread, number);
        module.add(thread, name, number)?;
    }
    let classes: [(&str, &'static TypeObject); 2] = [("mmap", &MMAP), ("error", &types::OS_ERROR)];
    for (name, class) in classes {
        module.add(thread, name, Ref::from_static(class).value())?;
    }
    Ok(module)
}
