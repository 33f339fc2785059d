//! The import lock: re-entrant, one for the process.
//!
//! importlib takes it for moments, around its table of module locks. A thread that waits for it is Safe, so that it stops nobody.
//!
//! After a fork, only the forking thread lives: [`after_fork`] frees the lock of others. From the program's end on, only the main thread does:
//! it takes the lock over.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use grwl_object::{Thread, finalize};

#[derive(Debug)]
struct State {
    owner: Option<ThreadId>,
    depth: usize,
    /// Threads that sleep until it is given back.
    waiting: usize,
}

static STATE: Mutex<State> = Mutex::new(State {
    owner: None,
    depth: 0,
    waiting: 0,
});
static FREED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the lock, once more if the thread has it.
pub fn acquire(thread: &mut Thread) {
    let me = thread::current().id();
    {
        let mut state = state();
        if state.owner.is_none() || state.owner == Some(me) {
            state.owner = Some(me);
            state.depth += 1;
            return;
        }
        if finalize::is_ending() {
            // Whoever has it sleeps for ever.
            state.owner = Some(me);
            state.depth = 1;
            return;
        }
    }
    thread.safe(|| {
        let mut state = state();
        while state.owner.is_some() {
            state.waiting += 1;
            state = FREED.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        state.owner = Some(me);
        state.depth = 1;
    });
}

/// Gives the lock back once; false: the thread does not have it.
#[must_use]
pub fn release() -> bool {
    let mut state = state();
    if state.owner != Some(thread::current().id()) {
        return false;
    }
    state.depth -= 1;
    if state.depth == 0 {
        state.owner = None;
        if state.waiting > 0 {
            FREED.notify_one();
        }
    }
    true
}

/// Does any thread have it?
#[must_use]
pub fn is_held() -> bool {
    state().owner.is_some()
}

/// In the child of a fork: nobody but the calling thread can have it.
pub fn after_fork() {
    let mut state = state();
    state.waiting = 0;
    if state.owner != Some(thread::current().id()) {
        state.owner = None;
        state.depth = 0;
    }
}
