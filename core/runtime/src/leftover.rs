//! What daemon threads had in hand when the program ended. CPython never finalizes it: the frames of these threads stay as they are, and with them
//! the globals of their functions. Modules are emptied at the end, so what is reached only through a module is finalized all the same.
//!
//! Protocol: the other threads sleep for ever, so their stacks stand still. From the words on them we follow all references, but not those of
//! modules.

use std::collections::HashSet;

use grwl_heap::CellPtr;
use grwl_object::module::Module;
use grwl_object::thread::of_state;
use grwl_object::{Thread, Value, ValueExt};

/// Objects in the hands of other threads. For comparing only: they are roots as long as their threads sleep.
#[derive(Default)]
pub(crate) struct Kept(HashSet<CellPtr>);

impl Kept {
    pub(crate) fn contains(&self, value: Value) -> bool {
        value.as_cell().is_some_and(|cell| self.0.contains(&cell))
    }
}

/// What the threads but the calling one have on their stacks, and what leads on from there.
pub(crate) fn of_other_threads(thread: &mut Thread) -> Kept {
    if thread.mutator().runtime().live_threads() == 1 {
        return Kept::default();
    }
    let heap = thread.heap();
    let me = thread.mutator().id();
    let world = thread.mutator_mut().stop_the_world();
    let mut found = HashSet::new();
    let mut waiting = Vec::new();
    for state in world.threads() {
        if state.id() == me {
            continue;
        }
        // SAFETY: the world stands still.
        let native = unsafe { state.native_roots() };
        let stack = native.stack_pointer..native.stack_top;
        let frames = of_state(state).map(|other| {
            let roots = other.roots();
            roots.stack_base.get()..roots.stack_top.get()
        });
        for range in [Some(stack), frames].into_iter().flatten() {
            let first = range.start.next_multiple_of(size_of::<usize>());
            for place in (first..range.end).step_by(size_of::<usize>()) {
                // SAFETY: a word of the stack of a thread that sleeps.
                let word = unsafe { (place as *const usize).read_volatile() };
                waiting.extend(heap.find_cell(&world, word));
            }
        }
    }
    while let Some(cell) = waiting.pop() {
        if !heap.contains(cell.as_ptr() as usize) || !found.insert(cell) {
            continue;
        }
        if Value::from_cell(cell).downcast::<Module>().is_none() {
            // SAFETY: a live cell; the world stands still.
            unsafe { heap.for_each_edge(&world, cell, |next| waiting.push(next)) };
        }
    }
    Kept(found)
}
