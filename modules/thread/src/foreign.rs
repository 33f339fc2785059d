//! Threads that Python has not started, and that foreign code lets call it.

use grwl_interpreter::frame::FrameStack;
use grwl_module_signal::state::ident;
use grwl_object::Thread;

use crate::local;

/// Runs `act` as a thread of Python's for the time. The calling system thread is none of them.
///
/// A thread that comes when as many are alive as there can be waits until one has ended.
pub fn run(act: impl FnOnce(&mut Thread)) {
    let mut own = loop {
        match Thread::attach() {
            Ok(own) => break own,
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(1)),
        }
    };
    let thread: &mut Thread = &mut own;
    let stack = FrameStack::install(thread);
    thread.interpreter.ident = ident();
    thread.recursion_left = grwl_module_sys::recursion_limit();
    act(thread);
    local::end_of_thread(thread);
    for slot in &thread.roots().slots {
        slot.store(None);
    }
    stack.remove(thread);
}
