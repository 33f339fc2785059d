//! The module `_queue`: `SimpleQueue`, for threads that hand things to each other. See `simple_queue`.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod simple_queue;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Str, Thread, intern, ready};

pub use simple_queue::SIMPLE_QUEUE;

const DOC: &str = "The queue that needs no Python code, for the module queue.";

/// Gives the types their functions.
pub fn install() {
    SIMPLE_QUEUE.define(&simple_queue::SPEC);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    let name = intern(thread, "_queue");
    let doc = Str::new(thread, DOC).value();
    let module = Module::new(thread, name, Some(doc))?;
    ready::ready(thread, &SIMPLE_QUEUE)?;
    let class = Ref::from_static(&SIMPLE_QUEUE).value();
    module.add(thread, "SimpleQueue", class)?;
    simple_queue::EMPTY.add_to(thread, module)?;
    Ok(module)
}
