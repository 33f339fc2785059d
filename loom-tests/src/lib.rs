//! What the models share: how loom is set up, and values that notice misuse.
//!
//! The models are in `tests/`, one file a protocol. They run the real code of
//! `grwl-threads`, compiled with `--cfg loom`; without that flag this package
//! is empty. `cargo xtask loom` runs them with a preemption bound, `cargo xtask
//! loom --full` with a higher one.
//!
//! A model passes if no execution that the memory model allows panics, deadlocks, or
//! touches a [`Plain`] value from two threads without an order between them.
//! For each protocol there are also models that switch one thing off
//! ([`fails_without`]) and must fail.

#![cfg(loom)]

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use grwl_threads::sync::UnsafeCell;
pub use grwl_threads::sync::weaken::Weakening;
use grwl_threads::sync::{thread, weaken};
use grwl_threads::{Attached, Config, Mode, Runtime};

std::thread_local! {
    static SPAWNED_RUNS_FIRST: Cell<bool> = const { Cell::new(false) };
}

/// Explores `model` up to the bound in `LOOM_MAX_PREEMPTIONS` (2 if unset), twice: with
/// the spawning and with the spawned thread going first in the first execution. Loom derives
/// the other executions from the first one and remembers only the last
/// access to a word, so a thread that loads a word and then stores to it hides what
/// another thread did before; it does not hide it in both orders.
pub fn check(model: impl Fn() + Sync + Send + 'static) {
    let model = Arc::new(model);
    for spawned_first in [false, true] {
        SPAWNED_RUNS_FIRST.with(|cell| cell.set(spawned_first));
        let model = model.clone();
        explore(move || model());
    }
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(2);
    builder.max_branches = 50_000;
    let executions = Arc::new(AtomicUsize::new(0));
    let counted = {
        let executions = executions.clone();
        move || {
            executions.fetch_add(1, Ordering::Relaxed);
            model();
        }
    };
    builder.check(counted);
    println!("{} executions", executions.load(Ordering::Relaxed));
}

/// Explores `model` with one thing switched off; callers are `#[should_panic]`.
pub fn fails_without(which: Weakening, model: impl Fn() + Sync + Send + 'static) {
    weaken::with(which, || check(model));
}

/// A runtime in the given mode.
pub fn runtime(mode: Mode) -> Arc<Runtime> {
    Runtime::new(Config::new(mode))
}

/// Runs `body` on a thread of its own, attached to `runtime`.
pub fn spawn<R: 'static>(
    runtime: &Arc<Runtime>,
    body: impl FnOnce(&mut Attached) -> R + 'static,
) -> thread::JoinHandle<R> {
    let runtime = runtime.clone();
    spawn_detached(move || {
        let mut attached = runtime.attach().expect("few threads");
        body(&mut attached)
    })
}

/// Runs `body` on a thread of its own.
pub fn spawn_detached<R: 'static>(body: impl FnOnce() -> R + 'static) -> thread::JoinHandle<R> {
    let thread = thread::spawn(body);
    if SPAWNED_RUNS_FIRST.with(Cell::get) {
        thread::yield_now();
    }
    thread
}

/// An unprotected value: loom fails the model if two accesses, one of them a write, are
/// not ordered.
#[derive(Debug)]
pub struct Plain<T>(UnsafeCell<T>);

// SAFETY: loom checks what the type does not.
unsafe impl<T: Send> Send for Plain<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Plain<T> {}

impl<T: Copy> Plain<T> {
    /// A value that anybody can reach.
    pub fn new(value: T) -> Arc<Self> {
        Arc::new(Self(UnsafeCell::new(value)))
    }

    /// Reads it.
    pub fn get(&self) -> T {
        // SAFETY: loom reports a concurrent write.
        self.0.with(|value| unsafe { *value })
    }

    /// Overwrites it.
    pub fn set(&self, value: T) {
        // SAFETY: loom reports any concurrent access.
        self.0.with_mut(|slot| unsafe { *slot = value });
    }
}

impl Plain<u32> {
    /// Adds one, in two steps that an intruder would fall between.
    pub fn increment(&self) {
        let value = self.get();
        thread::yield_now();
        self.set(value + 1);
    }
}
