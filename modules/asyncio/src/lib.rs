//! The module `_asyncio`: futures and tasks, which running loop a thread has, which tasks there are.
//!
//! | what | where |
//! |---|---|
//! | what a future is, and how its state changes | `future` |
//! | its callbacks | `callbacks` |
//! | what Python code sees of it | `visible_future` |
//! | what `await` makes of it | `future_iterator` |
//! | what a task is, making one, cancelling it | `task` |
//! | what Python code sees of it | `visible_task` |
//! | running a task for a while | `step` |
//! | who waits for whom | `awaited` |
//! | running loops, current tasks, all tasks | `running` |
//! | what is written in Python and needed here | `library` |
//!
//! `asyncio` takes these in the place of its own classes, which do the same in Python.

// The collector finds values on the native stack, so they are passed by value.
#![allow(clippy::trivially_copy_pass_by_ref)]

mod awaited;
mod callbacks;
mod future;
mod future_iterator;
mod library;
mod running;
mod step;
mod task;
mod visible_future;
mod visible_task;

use grwl_object::module::Module;
use grwl_object::{PyResult, Ref, Str, Thread, TypeObject, intern, ready};

pub use future::FUTURE;
pub use running::after_fork_in_child;
pub use task::TASK;

/// The types of this package, each after its base.
static TYPES: [&TypeObject; 5] = [
    &FUTURE,
    &TASK,
    &future_iterator::FUTURE_ITERATOR,
    &step::STEP,
    &running::LOCAL,
];

/// Gives the types their functions.
pub fn install() {
    FUTURE.define(&visible_future::SPEC);
    TASK.define(&visible_task::SPEC);
    future_iterator::FUTURE_ITERATOR.define(&future_iterator::SPEC);
    step::STEP.define(&step::SPEC);
    running::LOCAL.define(&grwl_object::TypeSpec::NONE);
}

/// Makes the module.
///
/// # Errors
/// `MemoryError`.
pub fn create(thread: &mut Thread) -> PyResult<Ref<Module>> {
    for class in TYPES {
        ready::ready(thread, class)?;
    }
    library::prepare(thread)?;
    running::prepare(thread);
    let name = intern(thread, "_asyncio");
    let doc = Str::new(thread, "Accelerator module for asyncio").value();
    let module = Module::new(thread, name, Some(doc))?;
    module.add_functions(thread, running::FUNCTIONS)?;
    module.add_functions(thread, awaited::FUNCTIONS)?;
    module.add(thread, "Future", Ref::from_static(&FUTURE).value())?;
    module.add(thread, "Task", Ref::from_static(&TASK).value())?;
    Ok(module)
}
