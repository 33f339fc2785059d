//! Proves that the core's lock and wait queue suffice for Python's `threading` module: RLock,
//! Condition, Event, Semaphore and a bounded queue, each built on them in one short file as
//! a runtime would, and each exercised by 8 and 64 threads with its law checked.
//!
//! What a primitive protects is plain memory, so broken exclusion shows.

#[path = "../crew/mod.rs"]
mod crew;

mod bounded_queue;
mod condition;
mod event;
mod rlock;
mod semaphore;

use std::time::Duration;

use grwl_threads::{Deadline, Events, Limits};

/// A wait of at most `time`.
fn at_most(time: Duration) -> Limits {
    Limits {
        deadline: Deadline::after(time),
        interrupts: Events::NONE,
    }
}
